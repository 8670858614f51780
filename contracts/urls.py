from django.urls import include, path

from contracts.views import board, listing, printing, sheet, signing, versions

app_name = "contracts"

of_link = [
    path("", sheet.sheet, name="sheet"),
    path("shoes/", sheet.shoes, name="shoes"),
    path("shoes/confirm/", sheet.confirm_shoes, name="confirm_shoes"),
    path("review/", sheet.review, name="review"),
    path("sign/", signing.sign, name="sign"),
    path("asks/<slug:ask>/remove/", signing.remove, name="remove"),
    path("asks/<slug:ask>/keep/", signing.keep, name="keep"),
    path("versions/", versions.versions, name="versions"),
    path("versions/<int:n>/", versions.version, name="version"),
    path("print/", printing.printed, name="print"),
]

urlpatterns = [
    path("o/<slug:org>/", board.board, name="board"),
    path("o/<slug:org>/projector/", board.projector, name="projector"),
    path("o/<slug:org>/fragment/", board.fragment, name="fragment"),
    path("o/<slug:org>/contracts/", listing.contracts, name="contracts"),
    path("o/<slug:org>/contracts/waiting/", listing.desk, name="desk"),
    path("o/<slug:org>/links/<slug:link>/", include(of_link)),
]

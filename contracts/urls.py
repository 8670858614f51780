from django.urls import include, path

from contracts.views import (
    bell,
    board,
    client,
    delivering,
    depends,
    desk,
    digest,
    judging,
    listing,
    printing,
    promise,
    reminders,
    sheet,
    signing,
    values,
    versions,
)

app_name = "contracts"

of_link = [
    path("", sheet.sheet, name="sheet"),
    path("shoes/", sheet.shoes, name="shoes"),
    path("shoes/confirm/", sheet.confirm_shoes, name="confirm_shoes"),
    path("review/", sheet.review, name="review"),
    path("sign/", signing.sign, name="sign"),
    path("sign/confirm/", signing.confirm, name="confirm_signature"),
    path("asks/<slug:ask>/remove/", signing.remove, name="remove"),
    path("asks/<slug:ask>/keep/", signing.keep, name="keep"),
    path("versions/", versions.versions, name="versions"),
    path("versions/<int:n>/", versions.version, name="version"),
    path("print/", printing.printed, name="print"),
]

of_promise = [
    path("", promise.promise, name="promise"),
    path("started/", delivering.started, name="started"),
    path("values/", values.values, name="values"),
    path("depends/", depends.depend, name="depend"),
    path("depends/end/", depends.undepend, name="undepend"),
]

of_delivery = [
    path("deliver/", delivering.deliver, name="deliver"),
    path("retract/", delivering.retract, name="retract"),
    path("judge/", judging.judge, name="judge"),
    path("waive/", judging.waive, name="waive"),
    path("reconsider/", judging.reconsider, name="reconsider"),
    path("client-link/", client.client_link, name="client_link"),
]

urlpatterns = [
    path("o/<slug:org>/", board.board, name="board"),
    path("o/<slug:org>/projector/", board.projector, name="projector"),
    path("o/<slug:org>/fragment/", board.fragment, name="fragment"),
    path("o/<slug:org>/contracts/", listing.contracts, name="contracts"),
    path("o/<slug:org>/desk/", desk.my_desk, name="my_desk"),
    path("o/<slug:org>/contracts/waiting/", listing.desk, name="desk"),
    path("o/<slug:org>/bell/", bell.bell, name="bell"),
    path("o/<slug:org>/bell/count/", bell.bell_count, name="bell_count"),
    path("o/<slug:org>/letters/", reminders.wishes, name="wishes"),
    path("o/<slug:org>/ladder/", reminders.ladder, name="ladder"),
    path("o/<slug:org>/digest/", digest.preview, name="digest_preview"),
    path("o/<slug:org>/digest/send/", digest.send, name="digest_send"),
    path("o/<slug:org>/links/<slug:link>/", include(of_link)),
    path("o/<slug:org>/promises/of/<slug:ask>/", promise.promise_of, name="promise_of"),
    path("o/<slug:org>/promises/<slug:ref>/", include(of_promise)),
    path("o/<slug:org>/deliveries/<slug:ref>/", include(of_delivery)),
    path("v/<str:token>/", client.client_verdict, name="client_verdict"),
    path("u/<str:token>/", digest.unsubscribe, name="unsubscribe"),
]

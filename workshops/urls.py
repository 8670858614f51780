from django.urls import URLPattern, path

from workshops.views import after as afterwards

# Each address stands beside the others of its screen; `/o/…` is for members, `/w/…` for whoever has the code.
lists: list[URLPattern] = []
console: list[URLPattern] = []
wall: list[URLPattern] = []
after: list[URLPattern] = [
    path("o/<slug:org>/workshops/<slug:ref>/", afterwards.workshop, name="workshop"),
    path("o/<slug:org>/workshops/<slug:ref>/export.md", afterwards.export_md, name="export_md"),
    path("o/<slug:org>/workshops/<slug:ref>/export.csv", afterwards.export_csv, name="export_csv"),
    path("o/<slug:org>/workshops/<slug:ref>/sheets/", afterwards.sheets, name="sheets"),
    path("o/<slug:org>/workshops/<slug:ref>/letters/", afterwards.send_letters, name="send_letters"),
    path("o/<slug:org>/workshops/<slug:ref>/takeaways/<slug:takeaway>/follow/", afterwards.follow, name="follow"),
]
phone: list[URLPattern] = []

app_name = "workshops"
urlpatterns = [*lists, *console, *wall, *after, *phone]

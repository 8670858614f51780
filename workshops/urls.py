from django.urls import URLPattern, path

from workshops.views import after as afterwards
from workshops.views import console as consoles
from workshops.views import from_nothing as nothing
from workshops.views import lists as listing
from workshops.views import phone as phones
from workshops.views import projector
from workshops.views import record as records

# Each address stands beside the others of its screen; `/o/…` is for members, `/w/…` for whoever has the code.
lists: list[URLPattern] = [
    path("o/<slug:org>/workshops/", listing.workshops, name="list"),
    path("o/<slug:org>/workshops/new/", listing.new, name="new"),
    path("new/workshop/", nothing.from_nothing, name="from_nothing"),
]
console: list[URLPattern] = [
    path("o/<slug:org>/workshops/<slug:ref>/console/", consoles.console, name="console"),
    path("o/<slug:org>/workshops/<slug:ref>/console/now/", consoles.console_now, name="console_now"),
    path("o/<slug:org>/workshops/<slug:ref>/console/record/", records.record, name="record"),
    path("o/<slug:org>/workshops/<slug:ref>/console/choose/", consoles.choose, name="choose"),
    path("o/<slug:org>/workshops/<slug:ref>/console/plan/", consoles.plan, name="plan"),
    path("o/<slug:org>/workshops/<slug:ref>/console/hand/", consoles.hand, name="hand"),
    path("o/<slug:org>/workshops/<slug:ref>/console/chain/", consoles.chain, name="chain"),
    path("o/<slug:org>/workshops/<slug:ref>/console/close/", consoles.closing, name="closing"),
    path("o/<slug:org>/workshops/<slug:ref>/console/<slug:verb>/", consoles.console_act, name="console_act"),
]
wall: list[URLPattern] = [
    path("o/<slug:org>/workshops/<slug:ref>/projector/", projector.projector, name="projector"),
    path("o/<slug:org>/workshops/<slug:ref>/projector/now/", projector.projector_now, name="projector_now"),
    path("w/<slug:code>/projector/", projector.wall_by_code, name="wall_by_code"),
    path("w/<slug:code>/projector/now/", projector.wall_by_code_now, name="wall_by_code_now"),
]
after: list[URLPattern] = [
    path("o/<slug:org>/workshops/<slug:ref>/", afterwards.workshop, name="workshop"),
    path("o/<slug:org>/workshops/<slug:ref>/export.md", afterwards.export_md, name="export_md"),
    path("o/<slug:org>/workshops/<slug:ref>/export.csv", afterwards.export_csv, name="export_csv"),
    path("o/<slug:org>/workshops/<slug:ref>/sheets/", afterwards.sheets, name="sheets"),
    path("o/<slug:org>/workshops/<slug:ref>/letters/", afterwards.send_letters, name="send_letters"),
    path("o/<slug:org>/workshops/<slug:ref>/takeaways/<slug:takeaway>/follow/", afterwards.follow, name="follow"),
]
phone: list[URLPattern] = [
    path("w/", phones.enter, name="enter"),
    path("w/<slug:code>/", phones.phone, name="phone"),
    path("w/<slug:code>/now/", phones.phone_now, name="phone_now"),
    path("w/<slug:code>/join/", phones.join, name="join"),
    path("w/<slug:code>/resume/", phones.resume, name="resume"),
    path("w/<slug:code>/bye/", phones.bye, name="bye"),
    path("w/<slug:code>/asks/new/<slug:link>/<slug:direction>/", phones.ask, name="phone_ask"),
    path("w/<slug:code>/asks/<slug:ask>/<slug:verb>/", phones.answer, name="phone_answer"),
    path("w/<slug:code>/sign/<slug:link>/", phones.sign, name="phone_sign"),
    path("w/<slug:code>/<slug:verb>/", phones.act, name="phone_act"),
]

app_name = "workshops"
urlpatterns = [*lists, *console, *wall, *after, *phone]

from django.urls import path

from requests.views import asking, desk, problems, talk

app_name = "requests"
urlpatterns = [
    path("o/<slug:org>/desk/", desk.desk, name="desk"),
    path("o/<slug:org>/links/<slug:link>/ask/<slug:direction>/", asking.new, name="new"),
    path("o/<slug:org>/links/<slug:link>/ask/<slug:direction>/keep/", asking.keep, name="keep"),
    path("o/<slug:org>/asks/<slug:ref>/", talk.ask, name="ask"),
    path("o/<slug:org>/asks/<slug:ref>/acknowledge/", talk.acknowledge, name="acknowledge"),
    path("o/<slug:org>/asks/<slug:ref>/agree/", talk.agree, name="agree"),
    path("o/<slug:org>/asks/<slug:ref>/counter/", talk.counter, name="counter"),
    path("o/<slug:org>/asks/<slug:ref>/decline/", talk.decline, name="decline"),
    path("o/<slug:org>/asks/<slug:ref>/withdraw/", talk.withdraw, name="withdraw"),
    path("o/<slug:org>/asks/<slug:ref>/say/", talk.say, name="say"),
    path("o/<slug:org>/asks/<slug:ref>/amend/", talk.amend, name="amend"),
    path("o/<slug:org>/problems/", problems.problems, name="problems"),
    path("o/<slug:org>/problems/new/", problems.new, name="new_problem"),
    path("o/<slug:org>/problems/<slug:ref>/", problems.problem, name="problem"),
    path("o/<slug:org>/problems/<slug:ref>/edit/", problems.edit, name="edit_problem"),
    path("o/<slug:org>/problems/<slug:ref>/focus/", problems.focus, name="focus_problem"),
    path("o/<slug:org>/problems/<slug:ref>/measure/", problems.measure, name="measure_problem"),
    path("o/<slug:org>/problems/<slug:ref>/close/", problems.close, name="close_problem"),
    path("o/<slug:org>/problems/<slug:ref>/reopen/", problems.reopen, name="reopen_problem"),
]

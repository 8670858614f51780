from django.urls import include, path

from areas.views import calendar, chain, door, guide, organization, people, wizard

areas = [
    path("", door.home, name="home"),
    path("organizations/", door.organizations, name="organizations"),
    path("welcome/", door.welcome, name="welcome"),
    path("profile/", door.profile, name="profile"),
    path("profile/email/", door.address, name="new_address"),
    path("invitations/<slug:ref>/", door.invitation, name="invitation"),
    path("new/", wizard.new, name="new"),
    path("o/<slug:org>/begin/chain/", wizard.new_chain, name="new_chain"),
    path("o/<slug:org>/begin/people/", wizard.new_people, name="new_people"),
    path("o/<slug:org>/areas/", chain.show, name="chain"),
    path("o/<slug:org>/areas/add/", chain.add, name="add_area"),
    path("o/<slug:org>/areas/link/", chain.draw, name="draw_link"),
    path("o/<slug:org>/areas/<slug:ref>/", chain.area, name="area"),
    path("o/<slug:org>/areas/<slug:ref>/edit/", chain.edit, name="edit_area"),
    path("o/<slug:org>/areas/<slug:ref>/archive/", chain.archive, name="archive_area"),
    path("o/<slug:org>/areas/<slug:ref>/restore/", chain.restore, name="restore_area"),
    path("o/<slug:org>/areas/<slug:ref>/remove/", chain.remove, name="remove_area"),
    path("o/<slug:org>/areas/<slug:ref>/assign/", people.assign, name="assign"),
    path("o/<slug:org>/links/<slug:ref>/end/", chain.end, name="end_link"),
    path("o/<slug:org>/people/", people.show, name="people"),
    path("o/<slug:org>/people/invite/", people.invite, name="invite"),
    path("o/<slug:org>/people/<slug:ref>/role/", people.role, name="set_role"),
    path("o/<slug:org>/people/<slug:ref>/part/", people.part, name="set_part"),
    path("o/<slug:org>/people/<slug:ref>/remove/", people.remove, name="remove_person"),
    path("o/<slug:org>/invitations/<slug:ref>/resend/", people.resend, name="resend_invitation"),
    path("o/<slug:org>/invitations/<slug:ref>/withdraw/", people.withdraw, name="withdraw_invitation"),
    path("o/<slug:org>/settings/", organization.settings, name="settings"),
    path("o/<slug:org>/calendar/", calendar.calendar, name="calendar"),
    path("o/<slug:org>/questions/", organization.questions, name="questions"),
    path("o/<slug:org>/questions/<slug:language>/", organization.questions, name="questions_in"),
    path("o/<slug:org>/questions/<slug:language>/<slug:kind>/", organization.edit_questions, name="edit_questions"),
    path("o/<slug:org>/journal/", organization.journal, name="journal"),
    path("guide/", door.guide, name="guide"),
    path("guide/facilitator/", guide.facilitator, name="facilitator_guide"),
]

urlpatterns = [
    path("", include((areas, "areas"))),
    path("language/", door.set_language, name="set_language"),
]

"""The demo's door opens in the demo only, to its own people only."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.test import Client
from django.urls import Resolver404, clear_url_caches, resolve, set_urlconf
from django.utils import timezone, translation
from django.utils.translation import gettext

from areas.models import Membership
from config.demo import COMPANIES, lantern, muebles
from config.demo.cast import LANTERN, MUEBLES, PEOPLE
from config.demo.exercise import STEPS, WATCHER
from config.demo.stage import Stage
from tests import build

pytestmark = pytest.mark.django_db
DOORS = ["/demo/", "/demo/ana/", "/demo/mailbox/", "/demo/mailbox/live"]


@pytest.fixture
def demo(settings: Any) -> Client:
    """A visitor of an installation in demo mode, with the addresses that such a one has."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, ".localhost"]
    clear_url_caches()
    set_urlconf(None)
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def story() -> None:
    """The companies and their people; what they promised one another matters elsewhere."""
    for cast, company in ((MUEBLES, muebles.company), (LANTERN, lantern.company)):
        company(Stage(cast, timezone.now()))


def come_in(client: Client, slug: str, host: str = "localhost") -> Any:
    client.get("/demo/", headers={"host": host})
    token = client.cookies["csrf"].value
    return client.post(
        f"/demo/{slug}/", {"csrfmiddlewaretoken": token}, headers={"host": host, "origin": f"http://{host}"}
    )


def who(client: Client) -> str:
    pk = client.session.get("_auth_user_id")
    return Membership.objects.get(user=pk).user.email if pk else ""


# Outside the demo ---------------------------------------------------------------------------------------


def test_outside_the_demo_neither_page_nor_mailbox_nor_sign_in_exists(client: Client, story: None) -> None:
    assert django_settings.DEMO is False
    for address in DOORS:
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code in (404, 405), address
    assert client.post("/demo/ana/").status_code == 404
    assert "_auth_user_id" not in client.session
    for address in ("/demo/", "/demo/ana/"):
        with pytest.raises(Resolver404):
            resolve(address)


def test_even_where_the_addresses_exist_the_setting_decides(demo: Client, settings: Any, story: None) -> None:
    settings.DEMO = False
    for address in DOORS:
        assert demo.get(address).status_code == 404, address
    client = Client()
    assert client.post("/demo/ana/").status_code == 404
    assert "_auth_user_id" not in client.session


def test_outside_the_demo_a_made_up_name_of_the_machine_is_refused(client: Client) -> None:
    assert client.get("/", headers={"host": "ana.localhost"}).status_code == 400


def test_outside_the_demo_the_sign_in_page_does_not_speak_of_it(client: Client) -> None:
    assert "/demo/" not in client.get("/accounts/login/").content.decode()


# In the demo ---------------------------------------------------------------------------------------


def test_everybody_is_listed_with_role_and_a_window_of_their_own(demo: Client, story: None) -> None:
    page = demo.get("/demo/", headers={"host": "localhost:8000", "accept-language": "es"}).content.decode()
    for company in COMPANIES:
        assert company.name in page
        for person in company.people:
            assert person.name in page
            assert person.says("es") in page
            assert f'href="http://{person.slug}.localhost:8000/demo/{person.slug}/"' in page
    assert 'href="/demo/mailbox/"' in page


def test_coming_in_signs_in_and_leads_to_the_chain(demo: Client, story: None) -> None:
    answer = come_in(demo, "luis")
    organization = Membership.objects.get(user__email="luis@muebles.example").organization
    assert answer.status_code == 302
    assert answer["Location"] == f"/o/{organization.ref}/"
    assert who(demo) == "luis@muebles.example"


def test_one_button_leads_to_a_new_workshop(demo: Client, story: None) -> None:
    page = demo.get("/demo/").content.decode()
    assert 'action="/demo/fede/"' in page.split('id="workshop"')[1].split("</form>")[0]

    token = demo.cookies["csrf"].value
    said = {"csrfmiddlewaretoken": token, "to": "workshop"}
    answer = demo.post("/demo/fede/", said, headers={"origin": "http://testserver"})

    assert answer.status_code == 302
    assert answer["Location"].endswith("/workshops/new/")
    # Who does not facilitate comes to the chain.
    answer = demo.post(
        "/demo/ana/",
        {**said, "csrfmiddlewaretoken": demo.cookies["csrf"].value},
        headers={"origin": "http://testserver"},
    )
    assert answer["Location"].endswith("/")
    assert "workshops" not in answer["Location"]


def test_coming_in_as_somebody_else_leaves_nothing_of_the_first_session(demo: Client, story: None) -> None:
    come_in(demo, "luis")
    before = demo.session.session_key
    come_in(demo, "ana")
    assert who(demo) == "ana@muebles.example"
    assert demo.session.session_key != before


def test_four_people_in_four_windows_at_once(demo: Client, story: None) -> None:
    windows = {slug: Client(enforce_csrf_checks=True) for slug in ("ana", "luis", "marta", "paula")}
    for slug, window in windows.items():
        page = window.get(f"/demo/{slug}/", headers={"host": f"{slug}.localhost:8000"}).content.decode()
        assert PEOPLE[slug].name in page
        assert come_in(window, slug, f"{slug}.localhost:8000").status_code == 302
    assert [who(window) for window in windows.values()] == [PEOPLE[slug].email for slug in windows]


def test_a_form_from_elsewhere_is_refused(demo: Client, story: None) -> None:
    demo.get("/demo/", headers={"host": "localhost"})
    token = demo.cookies["csrf"].value
    for headers in (
        {"host": "localhost", "origin": "http://elsewhere.example"},
        {"host": "localhost", "origin": "http://ana.localhost"},
    ):
        answer = demo.post("/demo/ana/", {"csrfmiddlewaretoken": token}, headers=headers)
        assert answer.status_code == 403
    assert demo.post("/demo/ana/", headers={"host": "localhost"}).status_code == 403
    assert who(demo) == ""


def test_looking_signs_nobody_in(demo: Client, story: None) -> None:
    assert demo.get("/demo/ana/").status_code == 200
    assert who(demo) == ""


@pytest.mark.parametrize("slug", ["nobody", "mailboxx", "ANA"])
def test_who_is_not_in_the_cast_is_not_found(demo: Client, story: None, slug: str) -> None:
    assert demo.get(f"/demo/{slug}/").status_code == 404


def test_a_real_person_cannot_be_come_in_as(demo: Client) -> None:
    company = build.company()
    member = build.person(company, "Ana", email=PEOPLE["ana"].email)
    assert EmailAddress.objects.filter(user=member.user, verified=True).exists()
    assert demo.get("/demo/ana/").status_code == 404
    assert come_in(demo, "ana").status_code == 404
    assert who(demo) == ""


def test_an_empty_database_says_what_to_do(demo: Client) -> None:
    page = demo.get("/demo/").content.decode()
    assert "manage.py demo" in page
    assert "demo-person" not in page


@pytest.mark.parametrize(
    ("base", "host", "offered"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://localhost:8000", "ana.localhost:8000", True),
        ("http://eslabon.example", "localhost:8000", False),
        ("https://localhost", "localhost", False),
        ("http://localhost:8000", "testserver", False),
    ],
)
def test_windows_of_ones_own_are_offered_on_this_machine_only(
    demo: Client, settings: Any, story: None, base: str, host: str, offered: bool
) -> None:
    settings.BASE_URL = base
    page = demo.get("/demo/", headers={"host": host}).content.decode()
    assert ("http://luis.localhost" in page) is offered


def test_the_exercise_is_played_by_four_people_of_the_line_and_watched_by_a_fifth() -> None:
    assert {slug for step in STEPS for slug in step.slugs} == {"ana", "luis", "marta", "paula"}
    assert PEOPLE[WATCHER].role == "viewer"
    assert len(STEPS) == 5


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_exercise_speaks_of_the_screens_in_their_own_words(language: str) -> None:
    told = " ".join(step.text(language) for step in STEPS)
    with translation.override(language):
        for heading in ("Waiting for an answer", "Agreed, not signed yet"):
            assert gettext(heading) in told

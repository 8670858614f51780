"""The control that lets time pass in the demo: there only, forward only, to a moment at which letters leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import clear_url_caches, set_urlconf
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from areas.locales import hour
from areas.models import Organization
from config import demo_clock
from config.demo import muebles, passing
from config.demo.cast import MUEBLES
from config.demo.stage import Stage
from config.models import DemoClock
from tests import build

pytestmark = pytest.mark.django_db
PRESS = "/demo/time/pass/"


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    cache.clear()
    yield
    demo_clock.tell(timedelta(0))
    cache.clear()


@pytest.fixture
def demo(settings: Any) -> Client:
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, ".localhost"]
    clear_url_caches()
    set_urlconf(None)
    return Client()


@pytest.fixture
def company() -> Organization:
    stage = Stage(MUEBLES, timezone.now())
    muebles.company(stage)
    return stage.organization


def ahead() -> timedelta:
    row = DemoClock.objects.first()
    return row.ahead if row else timedelta(0)


def enters(client: Client, slug: str = "marta") -> None:
    assert client.post(f"/demo/{slug}/").status_code == 302


# Where it exists ----------------------------------------------------------------------------------------


def test_outside_the_demo_there_is_no_such_thing(client: Client, company: Organization) -> None:
    for address in (PRESS, "/demo/time/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"length": "week"}).status_code == 404
    assert not DemoClock.objects.exists()


def test_even_where_the_address_exists_the_setting_decides(demo: Client, settings: Any, company: Organization) -> None:
    settings.DEMO = False
    assert demo.post(PRESS, {"length": "week"}).status_code == 404
    assert not DemoClock.objects.exists()


def test_looking_lets_no_time_pass(demo: Client, company: Organization) -> None:
    assert demo.get(PRESS).status_code == 405
    assert not DemoClock.objects.exists()


def test_a_form_from_elsewhere_is_refused(demo: Client, company: Organization) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(PRESS, {"length": "week"}, headers={"host": "localhost"}).status_code == 403
    assert not DemoClock.objects.exists()


@pytest.mark.parametrize("length", ["", "year", "-7", "0"])
def test_a_day_or_a_week_and_nothing_else(demo: Client, company: Organization, length: str) -> None:
    assert demo.post(PRESS, {"length": length}).status_code == 404
    assert not DemoClock.objects.exists()


def test_in_an_empty_demo_nothing_passes(demo: Client) -> None:
    assert demo.post(PRESS, {"length": "day"}).status_code == 404


# The bar ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/demo/", "/demo/mailbox/", "/demo/time/", "board"])
def test_the_bar_says_what_time_it_is_where_the_organization_is(
    demo: Client, company: Organization, address: str
) -> None:
    enters(demo)
    page = demo.get(f"/o/{company.ref}/" if address == "board" else address).content.decode()
    assert f'action="{PRESS}"' in page
    now = timezone.now().astimezone(company.tz)
    with translation.override(company.language):
        assert any(f", {hour(at.time(), company)}</b>" in page for at in (now, now - timedelta(minutes=1)))


def test_a_letter_of_a_company_bears_the_hour_as_its_country_writes_it(demo: Client, company: Organization) -> None:
    build.letter(organization_ref=company.ref, state="sent", sent_at=datetime(2026, 11, 18, 0, 30, tzinfo=UTC))
    enters(demo)
    assert "17/11/2026 6:30\xa0p.m.</time>" in demo.get("/demo/mailbox/").content.decode()


def test_pages_of_other_organizations_and_of_nobody_have_no_bar(demo: Client, company: Organization) -> None:
    other = build.company()
    demo.force_login(other.founder.user)
    assert PRESS not in demo.get(f"/o/{other.ref}/").content.decode()
    assert PRESS not in Client().get("/guide/").content.decode()


# Passing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "days", "lands"),
    [
        # In Mexico City people come at nine, and it is 15:00 in UTC.
        (datetime(2026, 11, 18, 20, 0, tzinfo=UTC), 1, datetime(2026, 11, 19, 15, 5, tzinfo=UTC)),
        (datetime(2026, 11, 18, 20, 0, tzinfo=UTC), 7, datetime(2026, 11, 25, 15, 5, tzinfo=UTC)),
        # Still Wednesday there.
        (datetime(2026, 11, 19, 3, 0, tzinfo=UTC), 1, datetime(2026, 11, 19, 15, 5, tzinfo=UTC)),
        # From a Friday on: Monday.
        (datetime(2026, 11, 20, 20, 0, tzinfo=UTC), 1, datetime(2026, 11, 23, 15, 5, tzinfo=UTC)),
        # Monday is a holiday.
        (datetime(2026, 11, 13, 20, 0, tzinfo=UTC), 1, datetime(2026, 11, 17, 15, 5, tzinfo=UTC)),
    ],
)
def test_it_lands_when_people_begin_to_work(company: Organization, now: datetime, days: int, lands: datetime) -> None:
    assert passing.landing(days, now) == lands


def test_it_lands_when_both_companies_work(company: Organization) -> None:
    Organization.objects.filter(pk=build.company("Lantern Quay", country="IE", zone="Europe/Dublin").organization.pk)
    Organization.objects.filter(name="Lantern Quay").update(is_demo=True)
    # The first Monday of August is a holiday in Ireland.
    lands = passing.landing(1, datetime(2027, 7, 30, 16, 0, tzinfo=UTC))
    assert lands == datetime(2027, 8, 3, 15, 5, tzinfo=UTC)
    assert lands.astimezone(ZoneInfo("Europe/Dublin")).hour == 16


@pytest.mark.django_db(transaction=True)
def test_pressing_brings_back_to_the_page_rings_the_workers_and_signs_nobody_out(
    demo: Client, company: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("config.demo.passing.current_app.send_task", lambda name, **_more: rung.append(name))
    # Somebody who is in another window; one's own session is renewed by each page.
    enters(Client(), "luis")
    session = Session.objects.get()
    enters(demo)
    board = f"http://testserver/o/{company.ref}/"
    answer = demo.post(PRESS, {"length": "week"}, headers={"referer": board})

    assert (answer.status_code, answer["Location"]) == (302, board)
    passed = ahead()
    assert timedelta(days=5) < passed < timedelta(days=11)
    assert rung == list(passing.TASKS)
    assert Session.objects.get(pk=session.pk).expire_date - session.expire_date == passed
    before = company.revision
    company.refresh_from_db()
    assert company.revision > before


@pytest.mark.parametrize("referer", ["http://elsewhere.example/o/", "", "javascript:alert(1)"])
def test_it_leads_to_no_other_house(demo: Client, company: Organization, referer: str) -> None:
    answer = demo.post(PRESS, {"length": "day"}, headers={"referer": referer})
    assert answer["Location"] == "/demo/"


def test_pressed_twice_at_once_it_passes_once_and_says_so_kindly(demo: Client, company: Organization) -> None:
    demo.post(PRESS, {"length": "day"})
    once = ahead()
    page = demo.post(PRESS, {"length": "day"}, follow=True)
    assert ahead() == once > timedelta(0)
    assert 'class="message info"' in page.content.decode()


def test_at_the_end_of_all_calendars_it_says_so(demo: Client, company: Organization) -> None:
    DemoClock.objects.create(pk=1, ahead=passing.FARTHEST)
    page = demo.post(PRESS, {"length": "week"}, follow=True)
    assert page.status_code == 200
    assert ahead() == passing.FARTHEST
    assert 'class="message warning"' in page.content.decode()


@pytest.mark.parametrize(("spoken", "lang"), [("en", "en"), ("es", "es"), ("xx", "es"), ("", "es")])
def test_the_bar_speaks_the_language_of_its_page(demo: Client, company: Organization, spoken: str, lang: str) -> None:
    told = demo.get("/demo/time/", {"in": spoken}, headers={"accept-language": "es"}).content.decode()

    with translation.override(lang):
        assert _("One day later") in told
    assert f"?in={lang}" in told

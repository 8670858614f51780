"""The working calendar as people meet it: the page, the pasted list, the editions that promises keep."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas import journal, pasted_days, working
from areas.calendar import holidays_by_name, regions
from areas.editing import Refused
from areas.models import CalendarEdition, JournalEntry, Organization
from areas.pasted_days import ClosedDay
from tests.build import NOW, QueriesOf
from tests.cast import Cast, muebles_del_norte


def page(cast: Cast) -> str:
    return reverse("areas:calendar", args=[cast.organization.ref])


def hours(cast: Cast, **changes: str) -> dict[str, str]:
    """The form as the page shows it, with changes; an empty string empties a field."""
    organization = Organization.objects.get(pk=cast.organization.pk)
    said = {"what": "hours", "version": str(organization.version), "keeps_holidays": "on", "region": ""}
    for day, segments in enumerate(organization.week):
        for row in range(2):
            begins, ends = segments[row] if row < len(segments) else ("", "")
            said |= {f"d{day}_{row}_from": begins, f"d{day}_{row}_to": ends}
    return said | changes


def body(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    return " ".join(response.content.decode().split())


def saved(cast: Cast) -> Organization:
    return Organization.objects.get(pk=cast.organization.pk)


@pytest.fixture
def cast(db: None) -> Cast:
    made = muebles_del_norte()
    Organization.objects.filter(pk=made.organization.pk).update(country="MX", zone="America/Mexico_City", language="en")
    made.organization.refresh_from_db()
    return made


@pytest.fixture
def as_vera(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.vera.user)
    return client


# The page -------------------------------------------------------------------------------------------------------------


def test_members_read_the_hours_and_cannot_change_them(cast: Cast, as_vera: Client) -> None:
    text = body(as_vera.get(page(cast)))
    assert "America/Mexico_City" in text
    assert "09:00–14:00, 15:00–18:00" in text
    assert '<input type="time"' not in text
    assert as_vera.post(page(cast), hours(cast)).status_code == 403
    assert as_vera.post(page(cast), {"what": "close", "on": "2026-12-24"}).status_code == 403
    assert saved(cast).closed == []


def test_a_facilitator_changes_the_hours(cast: Cast, as_fede: Client) -> None:
    before = working.edition(cast.organization, NOW)
    changed = hours(cast, d4_0_to="13:00", d4_1_from="", d4_1_to="", d5_0_from="22:00", d5_0_to="06:00")
    assert as_fede.post(page(cast), changed).status_code == 302
    week = saved(cast).week
    assert week[4] == [["09:00", "13:00"]]
    assert week[5] == [["22:00", "06:00"]]
    assert week[0] == [["09:00", "14:00"], ["15:00", "18:00"]]
    assert JournalEntry.objects.filter(event="calendar.changed").count() == 1
    assert saved(cast).revision > cast.organization.revision
    after = working.edition(saved(cast), NOW)
    assert after.pk != before.pk
    # What was made with the former edition keeps it.
    assert CalendarEdition.objects.get(pk=before.pk).calendar.week[5] == ()


def test_stretches_are_put_in_order(cast: Cast, as_fede: Client) -> None:
    swapped = hours(cast, d0_0_from="15:00", d0_0_to="18:00", d0_1_from="09:00", d0_1_to="14:00")
    assert as_fede.post(page(cast), swapped).status_code == 302
    assert saved(cast).week[0] == [["09:00", "14:00"], ["15:00", "18:00"]]


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"d0_0_to": ""}, "from when until when", "d0_0_to"),
        ({"d0_1_from": ""}, "from when until when", "d0_1_from"),
        ({"d0_1_from": "13:00"}, "overlap", "d0_1_from"),
        ({"d0_0_from": "noon"}, "like 09:00", "d0_0_from"),
        ({"d0_0_from": "09:00", "d0_0_to": "09:00"}, "same hour", "d0_0_to"),
        ({"d0_1_from": "22:00", "d0_1_to": "10:00"}, "next day, Tuesday", "d0_1_from"),
        ({"d6_0_from": "22:00", "d6_0_to": "09:30"}, "next day, Monday", "d6_0_from"),
    ],
)
def test_impossible_hours_are_told_beside_the_field(
    cast: Cast, as_fede: Client, changes: dict[str, str], sentence: str, field: str
) -> None:
    response = as_fede.post(page(cast), hours(cast, **changes))
    assert response.status_code == 422
    errors = response.context["hours"].errors
    assert list(errors) == [field]
    assert sentence in errors[field][0]
    for name, typed in changes.items():
        if typed:
            assert f'name="{name}" value="{typed}"' in body(response)
    assert saved(cast).version == cast.organization.version


def test_a_week_without_work_is_refused(cast: Cast, as_fede: Client) -> None:
    nothing = {name: "" for name in hours(cast) if name.startswith("d")}
    response = as_fede.post(page(cast), hours(cast, **nothing))
    assert response.status_code == 422
    assert "nothing would ever fall due" in body(response)


def test_around_the_clock_is_possible(cast: Cast, as_fede: Client) -> None:
    always = {f"d{day}_0_{end}": "00:00" for day in range(7) for end in ("from", "to")}
    always |= {f"d{day}_1_{end}": "" for day in range(7) for end in ("from", "to")}
    said = hours(cast, **always)
    del said["keeps_holidays"]
    assert as_fede.post(page(cast), said).status_code == 302
    calendar = saved(cast).calendar
    assert calendar.after(NOW, timedelta(hours=48)) - NOW == timedelta(hours=48)


def test_another_row_and_mondays_hours_save_nothing(cast: Cast, as_fede: Client) -> None:
    typed = hours(cast, d0_0_from="07:30")
    more = as_fede.post(page(cast), {**typed, "more": "0"})
    assert more.status_code == 200
    assert 'name="d0_2_from"' in body(more)
    assert 'name="d1_2_from"' not in body(more)
    assert 'value="07:30"' in body(more)
    copied = as_fede.post(page(cast), {**typed, "copy": "1"})
    assert body(copied).count('value="07:30"') == 5
    assert saved(cast).week[0][0][0] == "09:00"
    # The third row counts when it is saved.
    third = {**typed, "d0_2_from": "19:00", "d0_2_to": "20:00"}
    assert as_fede.post(page(cast), third).status_code == 302
    assert saved(cast).week[0][2] == ["19:00", "20:00"]
    assert 'name="d0_2_from" value="19:00"' in body(as_fede.get(page(cast)))


def test_two_people_at_once(cast: Cast, as_fede: Client) -> None:
    mine, theirs = hours(cast, d0_0_from="08:00"), hours(cast, d0_0_from="07:00")
    as_fede.post(page(cast), theirs)
    response = as_fede.post(page(cast), mine)
    assert response.status_code == 409
    text = body(response)
    assert "07:00–14:00" in text
    assert 'name="d0_0_from" value="08:00"' in text
    assert saved(cast).week[0][0] == ["07:00", "14:00"]
    assert as_fede.post(page(cast), {**mine, "version": str(saved(cast).version)}).status_code == 302
    assert saved(cast).week[0][0] == ["08:00", "14:00"]


def test_own_days_off(cast: Cast, as_fede: Client) -> None:
    said = {"what": "close", "on": "2026-12-28", "until": "2026-12-31", "name": "Stocktaking", "pasted": ""}
    assert as_fede.post(page(cast), said).status_code == 302
    assert [day["on"] for day in saved(cast).closed] == ["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]
    assert not saved(cast).calendar.is_working(date(2026, 12, 29))
    # Hours that somebody is writing meanwhile are not turned away for it.
    assert saved(cast).version == cast.organization.version
    assert as_fede.post(page(cast), {"what": "reopen", "on": "2026-12-29"}).status_code == 302
    assert saved(cast).calendar.is_working(date(2026, 12, 29))
    # A second click finds nothing to do.
    assert as_fede.post(page(cast), {"what": "reopen", "on": "2026-12-29"}).status_code == 302
    events = JournalEntry.objects.filter(event__startswith="calendar.").values_list("event", flat=True)
    assert sorted(events) == ["calendar.closed_days", "calendar.reopened"]


def test_a_pasted_list_is_taken_whole_or_not_at_all(cast: Cast, as_fede: Client) -> None:
    wrong = "24/12/2026 Nochebuena\n31/02/2027 Nada\nsin fecha"
    response = as_fede.post(page(cast), {"what": "close", "pasted": wrong})
    assert response.status_code == 422
    text = body(response)
    assert "Line 2" in text
    assert "Line 3" in text
    assert "Nochebuena" in text
    assert saved(cast).closed == []
    right = "24/12/2026 Nochebuena\n02/01/2027 - 04/01/2027; Puente"
    assert as_fede.post(page(cast), {"what": "close", "pasted": right}).status_code == 302
    assert [(day["on"], day["name"]) for day in saved(cast).closed] == [
        ("2026-12-24", "Nochebuena"),
        ("2027-01-02", "Puente"),
        ("2027-01-03", "Puente"),
        ("2027-01-04", "Puente"),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"until": "2026-12-24"},
        {"on": "2026-12-24", "until": "2026-12-23"},
        {"on": "2026-01-01", "until": "2026-12-31"},
    ],
)
def test_days_off_that_make_no_sense(cast: Cast, as_fede: Client, said: dict[str, str]) -> None:
    assert as_fede.post(page(cast), {"what": "close", **said}).status_code == 422
    assert saved(cast).closed == []


def test_so_many_days_off_are_refused(cast: Cast) -> None:
    year = [ClosedDay(date(2027, 1, 1) + timedelta(days=n), "") for n in range(367)]
    with pytest.raises(Refused):
        working.close(cast.actor("fede"), year, now=NOW)


def test_public_holidays_with_their_names_and_one_that_is_worked(cast: Cast, as_fede: Client, as_vera: Client) -> None:
    working_day = date(2026, 11, 16)
    text = body(as_vera.get(page(cast)))
    year = (date.today()).year  # noqa: DTZ011 - the page shows the year in which the test runs
    names = [name for _on, name in holidays_by_name("MX", "", year, "es")]
    assert "Navidad" in names
    cast.vera.user.language = "es"
    cast.vera.user.save()
    assert "Navidad" in body(as_vera.get(page(cast)))
    cast.vera.user.language = "en"
    cast.vera.user.save()
    assert "Christmas Day" in body(as_vera.get(page(cast)))
    assert "America/Mexico_City" in text
    assert not saved(cast).calendar.is_working(working_day)
    assert as_fede.post(page(cast), {"what": "work", "on": "2026-11-16"}).status_code == 302
    assert saved(cast).calendar.is_working(working_day)
    assert as_fede.post(page(cast), {"what": "rest", "on": "2026-11-16"}).status_code == 302
    assert not saved(cast).calendar.is_working(working_day)
    assert as_fede.post(page(cast), {"what": "work", "on": "2026-11-17"}).status_code == 404
    assert as_fede.post(page(cast), {"what": "work", "on": "soon"}).status_code == 404


def test_holidays_may_all_be_worked(cast: Cast, as_fede: Client) -> None:
    without = hours(cast)
    del without["keeps_holidays"]
    assert as_fede.post(page(cast), without).status_code == 302
    assert saved(cast).calendar.is_working(date(2026, 11, 16))
    assert "worked here like other days" in body(as_fede.get(page(cast)))


def test_a_region_by_its_name(cast: Cast, as_fede: Client) -> None:
    assert 'name="region"' not in body(as_fede.get(page(cast)))
    Organization.objects.filter(pk=cast.organization.pk).update(country="ES", zone="Europe/Madrid")
    text = body(as_fede.get(page(cast)))
    assert "Andalucía" in text
    assert as_fede.post(page(cast), hours(cast, region="MD")).status_code == 302
    assert saved(cast).region == "MD"
    assert not saved(cast).calendar.is_working(date(2026, 5, 15) - timedelta(days=13))
    assert as_fede.post(page(cast), hours(cast, region="XX")).status_code == 422


def test_a_region_is_left_behind_with_its_country(cast: Cast, as_fede: Client) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(country="ES", zone="Europe/Madrid", region="MD")
    form = {
        "name": "Muebles", "country": "CL", "zone": "", "language": "es", "answer_days": "3", "verdict_days": "5",
        "review_months": "3", "version": str(saved(cast).version),
    }  # fmt: skip
    assert as_fede.post(reverse("areas:settings", args=[cast.organization.ref]), form).status_code == 302
    now = saved(cast)
    assert (now.country, now.region, now.zone, now.verdict_days) == ("CL", "", "America/Santiago", 5)


def test_the_look_ahead(cast: Cast, as_vera: Client) -> None:
    assert "12 working hours from now is" in body(as_vera.get(page(cast)))
    assert "1 working day from now ends on" in body(as_vera.get(page(cast) + "?n=1&unit=days"))
    wrong = as_vera.get(page(cast) + "?n=0&unit=days")
    assert wrong.status_code == 200
    assert "from 1 to 1000" in body(wrong)


@pytest.mark.parametrize("part", ["now", "hours", "days", "holidays"])
def test_each_part_can_be_fetched_alone(cast: Cast, as_fede: Client, part: str) -> None:
    text = body(as_fede.get(page(cast) + f"?part={part}"))
    assert "<html" not in text
    assert f'id="{part}"' in text


def test_the_page_costs_few_queries(cast: Cast, as_fede: Client, queries_of: QueriesOf) -> None:
    before = queries_of(as_fede, page(cast))
    days = [ClosedDay(date(2027, 1, 1) + timedelta(days=n), "x") for n in range(50)]
    working.close(cast.actor("fede"), days, now=NOW)
    assert queries_of(as_fede, page(cast)) == before


# Editions -------------------------------------------------------------------------------------------------------------


def test_the_same_calendar_is_the_same_edition(cast: Cast) -> None:
    first = working.edition(cast.organization, NOW)
    with CaptureQueriesContext(connection) as seen:
        again = working.edition(cast.organization, NOW + timedelta(days=1))
    assert again.pk == first.pk
    assert again.at == NOW
    assert len(seen) == 1
    assert first.calendar == cast.organization.calendar


def test_a_name_for_a_day_off_makes_no_new_edition_a_day_off_does(cast: Cast) -> None:
    fede = cast.actor("fede")
    working.close(fede, [ClosedDay(date(2026, 12, 24), "")], now=NOW)
    first = working.edition(saved(cast), NOW)
    working.close(fede, [ClosedDay(date(2026, 12, 24), "Nochebuena")], now=NOW)
    assert working.edition(saved(cast), NOW).pk == first.pk
    working.reopen(fede, date(2026, 12, 24), now=NOW)
    assert working.edition(saved(cast), NOW).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_edition() -> None:
    organization = muebles_del_norte().organization
    start, found = threading.Barrier(4), []

    def make() -> None:
        start.wait()
        try:
            found.append(working.edition(organization, NOW).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert CalendarEdition.objects.count() == 1


# Pasted days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "months_first", "days", "name"),
    [
        ("24/12/2026 Nochebuena", False, ["2026-12-24"], "Nochebuena"),
        ("12/24/2026 Christmas Eve", True, ["2026-12-24"], "Christmas Eve"),
        ("2026-12-24", True, ["2026-12-24"], ""),
        ("24.12.26\tNochebuena", False, ["2026-12-24"], "Nochebuena"),
        ("- 24/12/2026: Nochebuena", False, ["2026-12-24"], "Nochebuena"),
        ("28/12/2026 – 30/12/2026 Inventario", False, ["2026-12-28", "2026-12-29", "2026-12-30"], "Inventario"),
        ("28/12/2026 al 29/12/2026, Inventario 2026", False, ["2026-12-28", "2026-12-29"], "Inventario 2026"),
        ("29/02/2028 Bisiesto", False, ["2028-02-29"], "Bisiesto"),
    ],
)
def test_lines_that_are_understood(typed: str, months_first: bool, days: list[str], name: str) -> None:
    (line,) = pasted_days.read(typed, months_first=months_first)
    assert line.wrong == ""
    assert [day.on.isoformat() for day in line.days] == days
    assert {day.name for day in line.days} == {name}


@pytest.mark.parametrize(
    "typed",
    ["Nochebuena", "29/02/2027 no", "31/04/2026", "30/12/2026 - 28/12/2026", "01/01/2026 - 31/12/2026", "1/1/1026",
     "24/12/2026 " + "x" * 81],
)  # fmt: skip
def test_lines_that_are_not(typed: str) -> None:
    (line,) = pasted_days.read(typed)
    assert line.wrong
    assert line.days == ()


def test_empty_lines_say_nothing() -> None:
    assert pasted_days.read("\n  \n;\n") == []


def test_who_writes_the_month_first() -> None:
    assert pasted_days.month_first("en", "US")
    assert not pasted_days.month_first("es", "MX")
    assert not pasted_days.month_first("en", "MX")


def _countries() -> Iterator[str]:
    yield from ("MX", "ES", "CL", "US", "DE", "BR", "JP", "IN", "GB", "AR", "ZZ")


@pytest.mark.parametrize("country", list(_countries()))
def test_every_country_has_names_for_its_holidays(country: str) -> None:
    for language in ("es", "en"):
        named = holidays_by_name(country, "", 2026, language)
        assert all(name for _day, name in named)
        assert list(named) == sorted(named)
        for code, name in regions(country):
            assert name
            assert len(code) <= 10
    assert bool(holidays_by_name(country, "", 2026, "es")) == (country != "ZZ")


# Hours as they are written there --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "language", "nine", "half_past_six"),
    [("MX", "es", "9:00 a.m.", "6:30 p.m."), ("ES", "es", "9:00", "18:30"), ("US", "en", "9:00 AM", "6:30 PM")],
)
def test_hours_are_written_as_in_the_country(
    cast: Cast, country: str, language: str, nine: str, half_past_six: str
) -> None:
    Organization.objects.update(country=country, language=language, zone="UTC")
    journal.record(saved(cast), "organization.changed", by=cast.fede, now=datetime(2026, 11, 18, 18, 30, tzinfo=UTC))
    vera = Client()
    vera.force_login(cast.vera.user)
    assert f"<dd>{nine}–" in body(vera.get(page(cast)))
    assert f", {half_past_six}</time>" in body(vera.get(reverse("areas:journal", args=[cast.organization.ref])))

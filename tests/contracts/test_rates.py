"""Kept rates: what counts, for whom, in which week; and what is never hidden in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.rates import EVERY, Rate, every_rate, kept_rates, window
from requests.models import Ask
from requests.states import Direction
from requests.words import Process
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.owed import commitment_of, falls_due, kept, repaired

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 13, 18, 0, tzinfo=UTC)  # the Friday before NOW, at noon in Mexico


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


@pytest.fixture
def promised(cast: Cast) -> Ask:
    """Logistics' weekly promise to sales."""
    ask = asks.agreed(cast, terms=asks.weekly())
    asks.signed(cast)
    return ask


def overall(cast: Cast, now: datetime = NOW) -> Rate:
    rates = kept_rates(cast.organization, now)
    assert list(rates) == [None]
    return rates[None]


def test_nothing_due_is_no_rate(cast: Cast) -> None:
    rate = overall(cast)
    assert (rate.counted, rate.share, rate.percent) == (0, None, None)
    assert len(rate.weeks) == 13


def test_kept_over_kept_and_broken_and_the_rest_apart(cast: Cast, promised: Ask) -> None:
    weeks = [NOON - timedelta(weeks=n) for n in range(9)]
    kept(promised, weeks[0])
    kept(promised, weeks[1])
    repaired(promised, weeks[2])
    falls_due(promised, weeks[3])  # overdue
    falls_due(promised, weeks[4], failed_at=weeks[4])  # sent back
    kept(promised, weeks[5], met=False)  # accepted, but off target
    falls_due(promised, weeks[6], delivered_at=weeks[6], judge_by=weeks[5])  # never judged
    falls_due(promised, weeks[7], waived_at=weeks[7], settled_at=weeks[7])
    falls_due(promised, weeks[8], cancelled_at=weeks[8], settled_at=weeks[8])
    falls_due(promised, NOW + timedelta(days=1))  # not due yet
    falls_due(promised, NOON - timedelta(hours=2), paused_at=NOON - timedelta(days=1))
    falls_due(promised, NOON - timedelta(hours=3), delivered_at=NOON - timedelta(hours=4), judge_by=NOW)
    rate = overall(cast)
    assert (rate.kept, rate.broken, rate.unjudged, rate.waived, rate.cancelled) == (2, 4, 1, 1, 1)
    assert rate.share == pytest.approx(2 / 6)
    assert rate.percent == 33
    assert [(week.kept, week.broken) for week in rate.weeks] == [
        *[(0, 0)] * 6,
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (1, 0),
        (1, 0),
        (0, 0),
    ]


def test_weeks_begin_on_monday_by_the_organizations_clock(cast: Cast, promised: Ask) -> None:
    """Sunday 23:30 in Mexico is Monday in UTC."""
    sunday_night = datetime(2026, 11, 16, 5, 30, tzinfo=UTC)
    kept(promised, sunday_night)
    kept(promised, sunday_night + timedelta(hours=1))
    weeks = overall(cast).weeks
    assert [(week.on, week.kept) for week in weeks[-2:]] == [(date(2026, 11, 9), 1), (date(2026, 11, 16), 1)]


def test_the_window_holds_thirteen_weeks(cast: Cast, promised: Ask) -> None:
    first = window(cast.organization, NOW).bounds[0]
    assert first == datetime(2026, 8, 24, 6, 0, tzinfo=UTC)
    kept(promised, first)
    kept(promised, first - timedelta(minutes=1))
    assert overall(cast).kept == 1
    assert overall(cast, NOW + timedelta(weeks=1)).kept == 0


def test_it_is_the_rate_of_who_owes(cast: Cast, promised: Ask) -> None:
    asked_back = asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.weekly("Pedidos completos"))
    asks.signed(cast)
    kept(promised, NOON)
    falls_due(asked_back, NOON)
    rates = kept_rates(cast.organization, NOW, by="area")
    assert {pk: rate.percent for pk, rate in rates.items()} == {cast.logistics.pk: 100, cast.sales.pk: 0}
    assert kept_rates(cast.organization, NOW, by="link")[cast.to_sales.pk].percent == 50
    assert kept_rates(cast.organization, NOW, by="commitment")[commitment_of(promised).pk].percent == 100
    assert kept_rates(cast.organization, NOW, by="link", only=[cast.to_logistics.pk]) == {}


def test_by_process_follows_the_path_to_the_clients_problem(cast: Cast) -> None:
    first = asks.agreed(cast, terms=asks.weekly(), why=asks.problem(cast, process=Process.GROW))
    second = asks.agreed(cast, link=cast.to_logistics, terms=asks.weekly("Plan"), why=first)
    other = asks.agreed(
        cast, link=cast.to_production, terms=asks.weekly("Aviso"), why=asks.problem(cast, process=Process.WIN_BACK)
    )
    for link in (cast.to_sales, cast.to_logistics, cast.to_production):
        asks.signed(cast, link)
    kept(first, NOON)
    falls_due(second, NOON)
    kept(other, NOON)
    rates = kept_rates(cast.organization, NOW, by="process")
    assert {process: (rate.kept, rate.broken) for process, rate in rates.items()} == {
        Process.GROW: (1, 1),
        Process.WIN_BACK: (1, 0),
    }


def test_one_statement_whatever_the_number(cast: Cast, promised: Ask) -> None:
    for n in range(12):
        kept(promised, NOON - timedelta(weeks=n))
    for by in (None, "area", "link", "commitment", "process"):
        with CaptureQueriesContext(connection) as counted:
            kept_rates(cast.organization, NOW, by=by)
        assert len(counted) == 1


@pytest.mark.parametrize(("kept", "broken", "percent"), [(1, 0, 100), (299, 1, 99), (0, 5, 0), (1, 400, 1), (2, 1, 67)])
def test_all_is_said_only_of_all(kept: int, broken: int, percent: int) -> None:
    assert Rate(kept=kept, broken=broken).percent == percent


def test_every_rate_says_the_same_at_once(cast: Cast, promised: Ask) -> None:
    kept(promised, NOON)
    repaired(promised, NOON - timedelta(weeks=2))
    falls_due(promised, NOON - timedelta(weeks=3), waived_at=NOON)
    span = window(cast.organization, NOW)
    rows = EVERY(org=cast.organization.pk, now=NOW, bounds=span.bounds)
    every = every_rate(span, rows)
    assert every.whole == overall(cast)
    assert [(pk, rate.kept, rate.broken, rate.waived) for pk, rate in every.areas.items()] == [
        (cast.logistics.pk, 1, 1, 1)
    ]
    assert every.links[cast.to_sales.pk].percent == 50

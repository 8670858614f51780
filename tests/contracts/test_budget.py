"""Whole misses of a quarter: how many, how many left, and until when. Worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from areas.calendar import Calendar, office_week
from contracts.budget import Budget, Quarter, allowed, budget, quarter_of, target_share
from requests.models import Terms
from requests.words import Compare, Every, Shape

CALENDAR = Calendar(ZoneInfo("America/Mexico_City"), office_week())
LONG_AGO = date(2026, 1, 1)


def weekly(**more: object) -> Terms:
    """Each Monday; the last quarter of 2026 has thirteen, 5 October to 28 December."""
    return Terms(**{"shape": Shape.RECURRING, "every": Every.WEEK, "first_on": date(2026, 1, 5), **more})


def measured(target: str, compare: str = Compare.AT_LEAST, unit: str = "%") -> Terms:
    return weekly(shape=Shape.MEASURED, indicator="x", target=Decimal(target), compare=compare, unit=unit)


def of(used: int, today: date = date(2026, 11, 18), promise: Terms | None = None, since: date = LONG_AGO) -> Budget:
    found = budget(promise or weekly(), CALENDAR, since=since, today=today, used=used)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 11, 18), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 10, 1), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 9, 30)),
    ],
)
def test_quarters(day: date, first: date, last: date) -> None:
    assert quarter_of(day) == Quarter(first, last)


@pytest.mark.parametrize(
    ("times", "share", "misses"),
    [
        (13, "0.95", 1),  # 0.65: one, because there are at least four
        (13, "0.9", 1),
        (13, "0.8", 2),
        (65, "0.95", 3),
        (65, "0.9", 6),
        (60, "0.9", 6),  # six, not five for want of exact numbers
        (3, "0.9", 0),
        (3, "0.5", 1),
        (4, "1", 1),
    ],
)
def test_whole_misses(times: int, share: str, misses: int) -> None:
    assert allowed(times, Decimal(share)) == misses


@pytest.mark.parametrize(
    ("promise", "share"),
    [
        (measured("95"), "0.95"),
        (measured("5", Compare.AT_MOST), "0.95"),
        (measured("98.5", unit="% de órdenes"), "0.985"),
        (measured("3", Compare.AT_MOST, unit="quejas"), None),
        (measured("120"), None),
        (weekly(), None),
    ],
)
def test_what_is_aimed_at(promise: Terms, share: str | None) -> None:
    assert target_share(promise) == (None if share is None else Decimal(share))


def test_a_fresh_quarter_has_all_its_misses() -> None:
    found = of(0, date(2026, 10, 2))
    assert (found.times, found.passed, found.allowed, found.left, found.is_spent) == (13, 0, 1, 1, False)
    assert found.spent_on is None


def test_one_miss_of_one_is_all() -> None:
    found = of(1)
    assert (found.passed, found.left, found.over, found.is_spent) == (7, 0, 0, True)
    assert of(3).over == 2


def test_the_pace_says_when_it_is_spent() -> None:
    """Each of 66 weekdays, at 90 %: six misses. Four in the first 35 is one in 8.75: the sixth comes with the 53rd."""
    daily = weekly(every=Every.DAY, first_on=date(2026, 1, 1))
    found = of(4, date(2026, 11, 18), daily)
    assert (found.times, found.passed, found.allowed, found.left) == (66, 35, 6, 2)
    assert found.spent_on == date(2026, 12, 14)


def test_a_slow_pace_lasts() -> None:
    daily = weekly(every=Every.DAY, first_on=date(2026, 1, 1))
    assert of(1, date(2026, 11, 18), daily).spent_on is None
    assert of(6, date(2026, 11, 18), daily).spent_on is None  # spent already
    assert of(6, date(2026, 11, 18), daily).is_spent


def test_a_promise_that_began_in_the_middle_has_fewer_times() -> None:
    found = of(0, since=date(2026, 12, 8))
    assert (found.times, found.allowed, found.is_spent) == (3, 0, False)
    assert of(1, since=date(2026, 12, 8)).is_spent


def test_what_happens_once_has_none() -> None:
    once = Terms(shape=Shape.ONCE, due_on=date(2026, 12, 4))
    assert budget(once, CALENDAR, since=LONG_AGO, today=date(2026, 11, 18), used=0) is None
    later = weekly(first_on=date(2027, 3, 1))
    assert budget(later, CALENDAR, since=LONG_AGO, today=date(2026, 11, 18), used=0) is None

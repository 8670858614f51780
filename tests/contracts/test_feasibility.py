"""Hints on whether a promise can be kept with what supports it. Worked by hand."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from areas.calendar import Calendar, Segment, office_week
from contracts.feasibility import chained, time_of, times, working_day
from requests.models import Terms
from requests.words import Unit

MEXICO = ZoneInfo("America/Mexico_City")
# Monday to Thursday nine hours with a break, Friday four: forty in five days.
WEEK = Calendar(
    MEXICO,
    (
        *([(Segment(time(9), time(14)), Segment(time(15), time(19)))] * 4),
        (Segment(time(9), time(13)),),
        (),
        (),
    ),
)


def within(n: int, unit: str = Unit.HOURS) -> Terms:
    return Terms(within=n, within_unit=unit)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def test_a_working_day_is_the_mean_of_the_week() -> None:
    assert working_day(WEEK) == hours(8)


def test_a_night_shift_counts_over_midnight() -> None:
    nights = Calendar(MEXICO, (*([(Segment(time(22), time(6)),)] * 3), (), (), (), ()))
    assert working_day(nights) == hours(8)


def test_days_are_counted_in_working_hours() -> None:
    assert time_of(within(4), WEEK) == hours(4)
    assert time_of(within(3, Unit.DAYS), WEEK) == hours(24)
    assert time_of(Terms(), WEEK) is None


def test_what_supports_it_must_fit_in() -> None:
    found = times(within(2, Unit.DAYS), [within(8), within(1, Unit.DAYS), Terms()], WEEK)
    assert found is not None
    assert (found.own, found.supporting, found.promises) == (hours(16), hours(16), 2)
    assert found.fits
    tight = times(within(8), [within(6), within(1, Unit.DAYS)], WEEK)
    assert tight is not None
    assert not tight.fits
    assert tight.lacking == hours(6)


def test_without_times_there_is_nothing_to_compare() -> None:
    assert times(within(8), [], WEEK) is None
    assert times(within(8), [Terms()], WEEK) is None
    assert times(Terms(), [within(8)], WEEK) is None


def test_the_office_week_has_days_too() -> None:
    calendar = Calendar(MEXICO, office_week())
    assert timedelta(hours=4) < working_day(calendar) < timedelta(hours=12)


@pytest.mark.parametrize(
    ("shares", "percent", "links"),
    [
        ([0.95, 0.95, 0.95], 86, 3),
        ([0.95, 0.9], 86, 2),
        ([1.0, 1.0, 1.0, 1.0], 100, 4),
        ([0.9, None, 0.5], 45, 2),
        ([0.0, 0.9], 0, 2),
    ],
)
def test_a_chain_is_less_sure_than_its_links(shares: list[float | None], percent: int, links: int) -> None:
    found = chained(shares)
    assert found is not None
    assert (found.percent, found.links) == (percent, links)


def test_one_link_is_no_chain() -> None:
    assert chained([0.95]) is None
    assert chained([None, 0.95]) is None

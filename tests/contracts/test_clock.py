"""The seam of standings: facts and `now`, nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.clock import Columns, Standing, soon_until, standing_of

MEXICO = ZoneInfo("America/Mexico_City")
WEDNESDAY = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def test_soon_ends_with_the_second_working_day_in_the_organizations_zone() -> None:
    assert soon_until(WEDNESDAY, MEXICO) == datetime(2026, 11, 21, 0, 0, tzinfo=MEXICO)


def test_soon_jumps_over_the_week_end() -> None:
    assert soon_until(FRIDAY, MEXICO) == datetime(2026, 11, 25, 0, 0, tzinfo=MEXICO)


def test_soon_counts_from_the_day_of_the_organization_not_of_the_server() -> None:
    late_in_mexico = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
    assert soon_until(late_in_mexico, MEXICO) == soon_until(WEDNESDAY, MEXICO)


def test_soon_asks_the_calendar_which_days_are_worked() -> None:
    holiday = date(2026, 11, 19)
    until = soon_until(WEDNESDAY, MEXICO, is_working=lambda day: day.weekday() < 5 and day != holiday)
    assert until == datetime(2026, 11, 24, 0, 0, tzinfo=MEXICO)


SOON = soon_until(WEDNESDAY, MEXICO)


@pytest.mark.parametrize(
    ("due_at", "expected"),
    [
        (None, Standing.UPCOMING),
        (SOON, Standing.UPCOMING),
        (SOON - timedelta(minutes=1), Standing.DUE_SOON),
        (WEDNESDAY, Standing.DUE_SOON),
        (WEDNESDAY - timedelta(minutes=1), Standing.OVERDUE),
    ],
)
def test_what_time_alone_makes_of_a_promise(due_at: datetime | None, expected: Standing) -> None:
    assert standing_of(Columns(due_at), now=WEDNESDAY, soon_until=SOON) is expected

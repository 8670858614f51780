"""When promises fall due: worked examples by hand, and properties of the rhythm."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from areas.calendar import Calendar, office_week
from contracts import schedule
from requests.models import Terms

MEXICO, MADRID = ZoneInfo("America/Mexico_City"), ZoneInfo("Europe/Madrid")
OFFICE = Calendar(MEXICO, office_week(), "MX")
SPAIN = Calendar(MADRID, office_week(), "ES", "MD")


def rhythm(every: str, first: date, interval: int = 1, nth: int | None = None, hour: time | None = None) -> Terms:
    return Terms(shape="recurring", every=every, first_on=first, interval=interval, nth=nth, due_time=hour)


def dates(promise: Terms, start: date, end: date) -> list[str]:
    return [on.isoformat() for on in schedule.rule_dates(promise, start, end)]


@pytest.mark.parametrize(
    ("promise", "start", "end", "expected"),
    [
        (
            rhythm("day", date(2026, 11, 2), 3),
            date(2026, 11, 4),
            date(2026, 11, 12),
            ["2026-11-05", "2026-11-08", "2026-11-11"],
        ),
        (
            rhythm("week", date(2026, 11, 2)),
            date(2026, 11, 2),
            date(2026, 11, 16),
            ["2026-11-02", "2026-11-09", "2026-11-16"],
        ),
        (rhythm("week", date(2026, 11, 2), 2), date(2026, 11, 3), date(2026, 12, 1), ["2026-11-16", "2026-11-30"]),
        (
            rhythm("month", date(2026, 1, 31)),
            date(2026, 2, 1),
            date(2026, 5, 1),
            ["2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        (
            rhythm("month", date(2028, 2, 29), 12),
            date(2029, 1, 1),
            date(2032, 12, 31),
            ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"],
        ),
        (
            rhythm("month", date(2026, 1, 15), 3),
            date(2026, 2, 1),
            date(2026, 12, 31),
            ["2026-04-15", "2026-07-15", "2026-10-15"],
        ),
        (
            rhythm("month", date(2026, 1, 26), nth=-1),
            date(2026, 2, 1),
            date(2026, 4, 30),
            ["2026-02-23", "2026-03-30", "2026-04-27"],
        ),
        (rhythm("month", date(2026, 1, 13), nth=2), date(2026, 2, 1), date(2026, 3, 31), ["2026-02-10", "2026-03-10"]),
        (rhythm("week", date(2026, 11, 2)), date(2026, 10, 1), date(2026, 11, 1), []),
    ],
)
def test_dates_of_a_rule(promise: Terms, start: date, end: date, expected: list[str]) -> None:
    assert dates(promise, start, end) == expected


def test_a_daily_rhythm_leaves_days_off_out() -> None:
    due = schedule.recurring(rhythm("day", date(2026, 11, 12)), OFFICE, date(2026, 11, 12), date(2026, 11, 18))
    # The 14th and 15th are a week-end, the 16th a holiday in Mexico.
    assert [d.on.day for d in due] == [12, 13, 17, 18]


def test_a_monday_off_falls_due_on_the_next_working_day_and_keeps_its_name() -> None:
    monday, *_rest = schedule.recurring(
        rhythm("week", date(2026, 11, 16), hour=time(12)), OFFICE, date(2026, 11, 16), date(2026, 11, 22)
    )
    assert monday.on == date(2026, 11, 16)
    assert monday.at == datetime(2026, 11, 17, 18, 0, tzinfo=UTC)


def test_without_an_hour_it_is_due_when_the_day_of_work_ends() -> None:
    (due,) = schedule.recurring(rhythm("week", date(2026, 11, 17)), OFFICE, date(2026, 11, 17), date(2026, 11, 20))
    assert due.at == datetime(2026, 11, 18, 0, 0, tzinfo=UTC)


def test_noon_stays_noon_over_a_change_of_clocks() -> None:
    due = list(
        schedule.recurring(
            rhythm("week", date(2026, 10, 21), hour=time(12)), SPAIN, date(2026, 10, 21), date(2026, 10, 28)
        )
    )
    assert [d.at.astimezone(MADRID).hour for d in due] == [12, 12]
    assert due[1].at - due[0].at == timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("within", "unit", "hour", "event", "expected"),
    [
        (4, "hours", None, (2026, 11, 19, 16, 0), (2026, 11, 20, 11, 0)),
        (1, "days", None, (2026, 11, 20, 10, 0), (2026, 11, 23, 18, 0)),
        (2, "days", time(12), (2026, 11, 20, 23, 0), (2026, 11, 24, 12, 0)),
        # the 13th is a Friday, Monday the 16th a holiday
        (1, "days", None, (2026, 11, 13, 10, 0), (2026, 11, 17, 18, 0)),
    ],
)
def test_within_working_time_of_an_event(
    within: int, unit: str, hour: time | None, event: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    promise = Terms(shape="once", within=within, within_unit=unit, event="llega la orden", due_time=hour)
    event_at = datetime(*event, tzinfo=MEXICO)  # type: ignore[arg-type, misc]
    assert schedule.due_after(promise, OFFICE, event_at) == datetime(*expected, tzinfo=MEXICO)  # type: ignore[arg-type, misc]
    assert schedule.due_moment(promise, MEXICO) is None


def test_a_fixed_day() -> None:
    promise = Terms(shape="once", due_on=date(2026, 12, 4))
    assert schedule.due_moment(promise, MEXICO) == datetime(2026, 12, 5, 5, 59, tzinfo=UTC)
    assert schedule.due_after(promise, OFFICE, datetime(2026, 11, 1, tzinfo=UTC)) is None
    assert list(schedule.recurring(promise, OFFICE, date(2026, 1, 1), date(2027, 1, 1))) == []


rhythms = st.builds(
    rhythm,
    st.sampled_from(["day", "week", "month"]),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.integers(1, 13),
)


@settings(max_examples=200, deadline=None)
@given(rhythms, st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.integers(0, 400))
def test_a_window_never_changes_the_dates(promise: Terms, start: date, one: int, two: int) -> None:
    middle, end = start + timedelta(days=one), start + timedelta(days=one + two)
    whole = dates(promise, start, end)
    assert whole == sorted(set(whole))
    parts = dates(promise, start, middle) + dates(promise, middle + timedelta(days=1), end)
    assert parts == whole
    assert promise.first_on is not None
    assert promise.first_on.isoformat() in dates(promise, promise.first_on, promise.first_on)


@settings(max_examples=200, deadline=None)
@given(
    st.builds(
        rhythm,
        st.sampled_from(["day", "week", "month"]),
        st.dates(date(2024, 1, 1), date(2027, 12, 31)),
        st.integers(1, 13),
        st.sampled_from([None, None, 1, 2, 4, -1]),
        st.sampled_from([None, time(12), time(2, 30)]),
    ),
    st.sampled_from([OFFICE, SPAIN]),
    st.dates(date(2024, 1, 1), date(2029, 1, 1)),
)
def test_each_time_has_its_own_date_and_falls_on_a_working_day_in_order(
    promise: Terms, calendar: Calendar, start: date
) -> None:
    found = list(schedule.recurring(promise, calendar, start, start + timedelta(days=400)))
    names = [due.on for due in found]
    assert names == sorted(set(names))
    assert [due.at for due in found] == sorted(due.at for due in found)
    for due in found:
        local = due.at.astimezone(calendar.zone)
        assert calendar.is_working(local.date())
        assert local.date() >= due.on
        # At half past two on the night of the change there is no such hour; that night is no working day here.
        assert promise.due_time in (None, local.time())


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from(["hours", "days"]),
    st.sampled_from([OFFICE, SPAIN]),
    st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 60 * 24 * 10),
)
def test_more_time_or_a_later_event_is_never_due_earlier(
    one: int, more: int, unit: str, calendar: Calendar, event_at: datetime, later: int
) -> None:
    def due(within: int, at: datetime) -> datetime:
        found = schedule.due_after(
            Terms(shape="once", within=within, within_unit=unit, event="llega la orden"), calendar, at
        )
        assert found is not None
        return found

    assert event_at < due(one, event_at) < due(one + more, event_at)
    assert due(one, event_at) <= due(one, event_at + timedelta(minutes=later))

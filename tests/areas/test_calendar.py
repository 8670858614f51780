"""Working time: worked examples by hand, and properties over breaks, week-ends, holidays and changes of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from areas.calendar import Calendar, Segment, office_week, public_holidays

MEXICO, MADRID, SANTIAGO = ZoneInfo("America/Mexico_City"), ZoneInfo("Europe/Madrid"), ZoneInfo("America/Santiago")
OFFICE = Calendar(MEXICO, office_week())
SPAIN = Calendar(MADRID, office_week(), "ES", "MD", frozenset({date(2026, 12, 24)}))
CHILE = Calendar(SANTIAGO, office_week(), "CL")
NIGHT = Calendar(MADRID, tuple((Segment(time(22), time(6)),) for _ in range(7)))
# Works on Mexico's Independence Day and Christmas, but not on the day before.
BUSY = Calendar(
    MEXICO,
    office_week(),
    "MX",
    closed=frozenset({date(2026, 12, 24)}),
    opened=frozenset({date(2026, 9, 16), date(2026, 12, 25)}),
)
ALL = (OFFICE, SPAIN, CHILE, NIGHT, BUSY)


def at(zone: ZoneInfo, *when: int) -> datetime:
    return datetime(*when, tzinfo=zone)  # type: ignore[arg-type, misc]


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


@pytest.mark.parametrize(
    ("calendar", "start", "length", "end"),
    [
        # within a stretch, over the break, over the night, over the week-end
        (OFFICE, (2026, 11, 16, 9, 0), hours(2), (2026, 11, 16, 11, 0)),
        (OFFICE, (2026, 11, 16, 13, 0), hours(2), (2026, 11, 16, 16, 0)),
        (OFFICE, (2026, 11, 16, 13, 0), hours(1), (2026, 11, 16, 14, 0)),
        (OFFICE, (2026, 11, 16, 14, 30), hours(1), (2026, 11, 16, 16, 0)),
        (OFFICE, (2026, 11, 16, 17, 0), hours(4), (2026, 11, 17, 12, 0)),
        (OFFICE, (2026, 11, 20, 17, 30), hours(1), (2026, 11, 23, 9, 30)),
        (OFFICE, (2026, 11, 21, 12, 0), hours(1), (2026, 11, 23, 10, 0)),
        (OFFICE, (2026, 11, 16, 9, 0), hours(40), (2026, 11, 20, 18, 0)),
        # 24 December is closed by the house, 25 a holiday, then a week-end
        (SPAIN, (2026, 12, 23, 17, 0), hours(2), (2026, 12, 28, 10, 0)),
        # Constitution day on a Sunday is kept on the Monday after in Madrid; 8 December is a holiday as well
        (SPAIN, (2026, 12, 4, 17, 0), hours(2), (2026, 12, 9, 10, 0)),
        # the night when clocks go forward has seven hours, the one when they go back nine
        (NIGHT, (2026, 3, 28, 22, 0), hours(7), (2026, 3, 29, 6, 0)),
        (NIGHT, (2026, 10, 24, 22, 0), hours(9), (2026, 10, 25, 6, 0)),
        # Chile moves its clocks in September and April, Mexico City does not
        (CHILE, (2026, 9, 4, 17, 0), hours(2), (2026, 9, 7, 10, 0)),
        (CHILE, (2026, 4, 2, 17, 0), hours(2), (2026, 4, 6, 10, 0)),
        (OFFICE, (2026, 4, 3, 17, 0), hours(2), (2026, 4, 6, 10, 0)),
        # the 24th is closed by the house, Christmas is worked
        (BUSY, (2026, 12, 23, 17, 0), hours(2), (2026, 12, 25, 10, 0)),
        (BUSY, (2026, 9, 15, 17, 0), hours(2), (2026, 9, 16, 10, 0)),
        # leap day
        (OFFICE, (2028, 2, 28, 17, 0), hours(2), (2028, 2, 29, 10, 0)),
    ],
)
def test_worked_examples(calendar: Calendar, start: tuple[int, ...], length: timedelta, end: tuple[int, ...]) -> None:
    begin, finish = at(calendar.zone, *start), at(calendar.zone, *end)
    assert calendar.after(begin, length) == finish
    assert calendar.between(begin, finish) == length


@pytest.mark.parametrize(
    ("calendar", "day", "n", "expected"),
    [
        (OFFICE, date(2026, 11, 20), 1, date(2026, 11, 23)),
        (OFFICE, date(2026, 11, 20), 0, date(2026, 11, 20)),
        (OFFICE, date(2026, 11, 21), 0, date(2026, 11, 23)),
        (OFFICE, date(2026, 11, 23), -1, date(2026, 11, 20)),
        (OFFICE, date(2026, 11, 16), 10, date(2026, 11, 30)),
        (SPAIN, date(2026, 12, 23), 1, date(2026, 12, 28)),
        (SPAIN, date(2027, 1, 5), 1, date(2027, 1, 7)),
    ],
)
def test_working_days(calendar: Calendar, day: date, n: int, expected: date) -> None:
    assert calendar.working_day(day, n) == expected


def test_the_end_of_a_day() -> None:
    assert OFFICE.end_of(date(2026, 11, 20)) == at(MEXICO, 2026, 11, 20, 18, 0)
    assert OFFICE.end_of(date(2026, 11, 21)) == at(MEXICO, 2026, 11, 22, 0, 0)
    assert NIGHT.end_of(date(2026, 11, 20)) == at(MADRID, 2026, 11, 21, 6, 0)


def test_when_people_work() -> None:
    assert OFFICE.is_open(at(MEXICO, 2026, 11, 16, 9, 0))
    assert not OFFICE.is_open(at(MEXICO, 2026, 11, 16, 14, 0))
    assert NIGHT.is_open(at(MADRID, 2026, 11, 16, 3, 0))
    assert OFFICE.next_open(at(MEXICO, 2026, 11, 16, 14, 10)) == at(MEXICO, 2026, 11, 16, 15, 0)
    assert OFFICE.next_open(at(MEXICO, 2026, 11, 16, 15, 10)) == at(MEXICO, 2026, 11, 16, 15, 10)


@pytest.mark.parametrize(
    "week",
    [
        ((),) * 7,
        office_week()[:6],
        ((Segment(time(9), time(12)), Segment(time(11), time(14))), *((),) * 6),
        ((Segment(time(22), time(6)), Segment(time(9), time(10))), *((),) * 6),
        ((Segment(time(22), time(6)),), (Segment(time(5), time(9)),), *((),) * 5),
    ],
)
def test_an_impossible_week_is_refused(week: tuple[tuple[Segment, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r"week|segments|segment"):
        Calendar(MEXICO, week)


def test_a_house_that_never_opens_again_is_an_error_not_a_hang() -> None:
    always = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(366 * 5))
    with pytest.raises(ValueError, match="No working"):
        Calendar(MEXICO, office_week(), closed=always).after(at(MEXICO, 2026, 2, 1), hours(1))


def test_a_country_or_region_that_is_not_known_has_no_holidays_of_its_own() -> None:
    assert public_holidays("ZZ", "", 2026) == frozenset()
    assert public_holidays("MX", "nowhere", 2026) == public_holidays("MX", "", 2026)
    assert date(2026, 11, 16) in public_holidays("MX", "", 2026)


def test_it_can_be_kept_and_read_back() -> None:
    for calendar in ALL:
        assert Calendar.from_data(calendar.as_data()) == calendar
    before_days_could_be_opened = OFFICE.as_data()
    del before_days_could_be_opened["opened"]
    assert Calendar.from_data(before_days_could_be_opened) == OFFICE


calendars = st.sampled_from(ALL)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.integers(0, 60 * 24 * 20).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=150, deadline=None)
@given(calendars, instants, lengths)
def test_forward_and_backward_are_inverse(calendar: Calendar, start: datetime, length: timedelta) -> None:
    end = calendar.after(start, length)
    assert end >= start
    assert calendar.between(start, end) == length
    back = calendar.before(end, length)
    # From a break the way back leads to its other end: no working time lies between.
    assert calendar.between(min(back, start), max(back, start)) == timedelta(0)
    assert calendar.after(back, length) == end


@settings(max_examples=150, deadline=None)
@given(calendars, instants, lengths, lengths)
def test_more_time_never_ends_earlier(calendar: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert calendar.after(start, min(one, two)) <= calendar.after(start, max(one, two))
    assert calendar.after(start, one + two) == calendar.after(calendar.after(start, one), two)


@settings(max_examples=150, deadline=None)
@given(calendars, instants, lengths, lengths)
def test_a_later_start_never_ends_earlier(
    calendar: Calendar, start: datetime, later: timedelta, length: timedelta
) -> None:
    assert calendar.after(start, length) <= calendar.after(start + later, length)
    assert calendar.between(start, start + later) <= later


@settings(max_examples=100, deadline=None)
@given(calendars, st.dates(date(2024, 1, 1), date(2029, 1, 1)), st.integers(1, 40))
def test_working_days_forward_and_backward(calendar: Calendar, day: date, n: int) -> None:
    there = calendar.working_day(day, n)
    assert calendar.is_working(there)
    assert there > day
    if calendar.is_working(day):
        assert calendar.working_day(there, -n) == day


@settings(max_examples=150, deadline=None)
@given(calendars, instants, lengths)
def test_whatever_is_counted_ends_while_people_work(calendar: Calendar, start: datetime, length: timedelta) -> None:
    end = calendar.after(start, length)
    if length:
        assert calendar.is_open(end - timedelta(microseconds=1))
    opens = calendar.next_open(start)
    assert calendar.is_open(opens)
    assert calendar.between(start, opens) == timedelta(0)


@settings(max_examples=150, deadline=None)
@given(calendars, instants, st.lists(st.integers(0, 60 * 24 * 9), min_size=2, max_size=5).map(sorted))
def test_working_time_adds_up(calendar: Calendar, start: datetime, minutes: list[int]) -> None:
    moments = [start + timedelta(minutes=n) for n in minutes]
    parts = (calendar.between(one, two) for one, two in zip(moments, moments[1:], strict=False))
    assert sum(parts, timedelta(0)) == calendar.between(moments[0], moments[-1])

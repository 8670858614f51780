"""A table of cases worked out by hand: what was promised, what happened, and what a person says to it.

Moments are written in the organization's own zone, as people there would say them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from areas.calendar import Calendar, Segment, office_week
from contracts import clock, schedule
from contracts.clock import Facts, Happened, Pause, Standing
from requests.models import Terms

# Office hours: Monday to Friday, nine to two and three to six. Holidays of the country; in Madrid those of the region.
MEXICO = Calendar(ZoneInfo("America/Mexico_City"), office_week(), "MX")
MADRID = Calendar(ZoneInfo("Europe/Madrid"), office_week(), "ES", "MD", frozenset({date(2026, 12, 24)}))
SANTIAGO = Calendar(ZoneInfo("America/Santiago"), office_week(), "CL")
# A plant that works around the clock in three shifts, Sundays too.
PLANT = tuple((Segment(time(6), time(14)), Segment(time(14), time(22)), Segment(time(22), time(6))) for _ in range(7))
MADRID_PLANT = Calendar(ZoneInfo("Europe/Madrid"), PLANT)
SANTIAGO_PLANT = Calendar(ZoneInfo("America/Santiago"), PLANT)
MEXICO_PLANT = Calendar(ZoneInfo("America/Mexico_City"), PLANT)


def at(text: str, calendar: Calendar = MEXICO) -> datetime:
    """2026-11-20 18:00, by the clocks of the calendar's zone. A * marks the second of two like hours."""
    return datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=calendar.zone, fold=int(text.endswith("*")))


def hours(n: int, event: str = "llega la orden") -> Terms:
    return Terms(shape="once", within=n, within_unit="hours", event=event)


def days(n: int, hour: time | None = None) -> Terms:
    return Terms(shape="once", within=n, within_unit="days", event="llega la orden", due_time=hour)


def by(day: date, hour: time | None = None) -> Terms:
    return Terms(shape="once", due_on=day, due_time=hour)


def each(every: str, first: date, *, interval: int = 1, nth: int | None = None, hour: time | None = None) -> Terms:
    return Terms(shape="recurring", every=every, first_on=first, interval=interval, nth=nth, due_time=hour)


# When is it due? ------------------------------------------------------------------------------------------------------

AFTER_AN_EVENT = [
    ("4 h, order in at ten in the morning: over the break of two to three",
     MEXICO, hours(4), "2026-11-19 10:00", "2026-11-19 14:00"),
    ("5 h, order in at ten: the break does not count", MEXICO, hours(5), "2026-11-19 10:00", "2026-11-19 16:00"),
    ("1 h, order in during the break", MEXICO, hours(1), "2026-11-19 14:20", "2026-11-19 16:00"),
    ("2 h, order in at half past five: the rest tomorrow morning",
     MEXICO, hours(2), "2026-11-18 17:30", "2026-11-19 10:30"),
    ("2 h, order in at night: from nine in the morning", MEXICO, hours(2), "2026-11-18 23:00", "2026-11-19 11:00"),
    ("2 h, order in Friday at five: over the week-end", MEXICO, hours(2), "2026-11-20 17:00", "2026-11-23 10:00"),
    ("4 h, order in on Saturday", MEXICO, hours(4), "2026-11-21 12:00", "2026-11-23 13:00"),
    ("2 h, Friday at five before a Monday off (Revolution)", MEXICO, hours(2), "2026-11-13 17:00", "2026-11-17 10:00"),
    ("8 h is one whole day", MEXICO, hours(8), "2026-11-18 09:00", "2026-11-18 18:00"),
    ("40 h is one whole week", MEXICO, hours(40), "2026-11-23 09:00", "2026-11-27 18:00"),
    ("2 h on 28 February of a leap year", MEXICO, hours(2), "2028-02-28 17:00", "2028-02-29 10:00"),
    ("2 h on 26 February of another year, a Friday", MEXICO, hours(2), "2027-02-26 17:00", "2027-03-01 10:00"),
    ("8 h over New Year's Eve", MEXICO, hours(8), "2026-12-31 15:00", "2027-01-04 14:00"),
    ("2 h before our own day off and Christmas, Madrid", MADRID, hours(2), "2026-12-23 17:00", "2026-12-28 10:00"),
    ("2 h, Friday before the spring night, Madrid", MADRID, hours(2), "2026-03-27 17:00", "2026-03-30 10:00"),
    ("2 h, Friday before the autumn night, Madrid", MADRID, hours(2), "2026-10-23 17:00", "2026-10-26 10:00"),
    ("8 h around the clock, spring night of Madrid: two o'clock is three",
     MADRID_PLANT, hours(8), "2026-03-28 22:00", "2026-03-29 07:00"),
    ("8 h around the clock, autumn night of Madrid: two o'clock comes twice",
     MADRID_PLANT, hours(8), "2026-10-24 22:00", "2026-10-25 05:00"),
    ("4 h to the first of the two half past two, Madrid",
     MADRID_PLANT, hours(4), "2026-10-24 22:30", "2026-10-25 02:30"),
    ("5 h to the second of the two half past two, Madrid",
     MADRID_PLANT, hours(5), "2026-10-24 22:30", "2026-10-25 02:30*"),
    ("8 h around the clock, spring night of Santiago: midnight is one",
     SANTIAGO_PLANT, hours(8), "2026-09-05 20:00", "2026-09-06 05:00"),
    ("8 h around the clock, autumn night of Santiago: eleven comes twice",
     SANTIAGO_PLANT, hours(8), "2026-04-04 20:00", "2026-04-05 03:00"),
    ("8 h around the clock on the night that was once of the change, Mexico: nothing happens",
     MEXICO_PLANT, hours(8), "2026-04-04 22:00", "2026-04-05 06:00"),
    ("2 h, Friday before the spring night, Santiago", SANTIAGO, hours(2), "2026-09-04 17:00", "2026-09-07 10:00"),
    ("1 day from a Thursday: the end of Friday", MEXICO, days(1), "2026-11-19 10:00", "2026-11-20 18:00"),
    ("1 day from a Friday: the end of Monday", MEXICO, days(1), "2026-11-20 10:00", "2026-11-23 18:00"),
    ("2 days at noon from Friday late: Tuesday at noon",
     MEXICO, days(2, time(12)), "2026-11-20 23:00", "2026-11-24 12:00"),
    ("1 day from Friday before a Monday off", MEXICO, days(1), "2026-11-13 10:00", "2026-11-17 18:00"),
    ("3 days from a Sunday", MEXICO, days(3), "2026-11-22 10:00", "2026-11-25 18:00"),
    ("1 day from 28 February 2028, a Monday", MEXICO, days(1), "2028-02-28 10:00", "2028-02-29 18:00"),
    ("2 days over 24 (ours) and 25 December, Madrid", MADRID, days(2), "2026-12-22 10:00", "2026-12-28 18:00"),
    ("1 day at noon over the autumn week-end, Madrid: noon is noon",
     MADRID, days(1, time(12)), "2026-10-23 10:00", "2026-10-26 12:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "calendar", "terms", "event", "expected"), AFTER_AN_EVENT, ids=[row[0] for row in AFTER_AN_EVENT]
)
def test_within_so_much_working_time_of_an_event(
    words: str, calendar: Calendar, terms: Terms, event: str, expected: str
) -> None:
    found = schedule.due_after(terms, calendar, at(event, calendar))
    assert found == at(expected, calendar).astimezone(UTC), words
    # The clock finds the same moment by itself.
    assert clock.due(Facts(None, at(event, calendar)), calendar, terms) == found


AGAIN_AND_AGAIN = [
    ("each Wednesday at noon", MEXICO, each("week", date(2026, 11, 4), hour=time(12)), "2026-11-01", "2026-11-20",
     ["2026-11-04 12:00", "2026-11-11 12:00", "2026-11-18 12:00"]),
    ("each Monday; the 16th is a holiday: Tuesday", MEXICO, each("week", date(2026, 11, 9)), "2026-11-09", "2026-11-24",
     ["2026-11-09 18:00", "2026-11-17 18:00", "2026-11-23 18:00"]),
    ("every second Friday", MEXICO, each("week", date(2026, 11, 6), interval=2), "2026-11-07", "2026-12-05",
     ["2026-11-20 18:00", "2026-12-04 18:00"]),
    ("each day: neither the week-end nor the holiday",
     MEXICO, each("day", date(2026, 11, 12)), "2026-11-12", "2026-11-18",
     ["2026-11-12 18:00", "2026-11-13 18:00", "2026-11-17 18:00", "2026-11-18 18:00"]),
    ("each 31st: the last day of shorter months; 31 January 2027 and 28 February are Sundays", MEXICO,
     each("month", date(2026, 12, 31)), "2026-12-01", "2027-04-30",
     ["2026-12-31 18:00", "2027-02-02 18:00", "2027-03-01 18:00", "2027-03-31 18:00", "2027-04-30 18:00"]),
    ("each 29 February, in the years without it the 28th", MEXICO, each("month", date(2028, 2, 29), interval=12),
     "2028-01-01", "2032-12-31",
     ["2028-02-29 18:00", "2029-02-28 18:00", "2030-02-28 18:00", "2031-02-28 18:00", "2032-03-01 18:00"]),
    ("the last Friday of each month at noon; Christmas falls on one", MEXICO,
     each("month", date(2026, 10, 30), nth=-1, hour=time(12)), "2026-10-01", "2027-01-31",
     ["2026-10-30 12:00", "2026-11-27 12:00", "2026-12-28 12:00", "2027-01-29 12:00"]),
    ("the second Tuesday of each month", MEXICO, each("month", date(2026, 9, 8), nth=2), "2026-09-01", "2026-12-31",
     ["2026-09-08 18:00", "2026-10-13 18:00", "2026-11-10 18:00", "2026-12-08 18:00"]),
    ("each Monday at noon over the autumn night, Madrid", MADRID, each("week", date(2026, 10, 19), hour=time(12)),
     "2026-10-19", "2026-10-27", ["2026-10-19 12:00", "2026-10-26 12:00"]),
    ("each Monday at noon over the spring night, Santiago", SANTIAGO, each("week", date(2026, 8, 31), hour=time(12)),
     "2026-08-31", "2026-09-08", ["2026-08-31 12:00", "2026-09-07 12:00"]),
]  # fmt: skip


def _moments(calendar: Calendar, terms: Terms, start: str, end: str) -> list[datetime]:
    found = schedule.recurring(terms, calendar, date.fromisoformat(start), date.fromisoformat(end))
    return [due.at for due in found]


@pytest.mark.parametrize(
    ("words", "calendar", "terms", "start", "end", "expected"), AGAIN_AND_AGAIN, ids=[r[0] for r in AGAIN_AND_AGAIN]
)
def test_again_and_again(
    words: str, calendar: Calendar, terms: Terms, start: str, end: str, expected: list[str]
) -> None:
    wanted = [at(text, calendar).astimezone(UTC) for text in expected]
    assert _moments(calendar, terms, start, end) == wanted, words


# Where does it stand? -------------------------------------------------------------------------------------------------

# The example that the cases vary: due on Friday 20 November 2026 at six in the evening.
FRIDAY = by(date(2026, 11, 20), time(18))
MEASURED = Terms(
    shape="measured", every="week", first_on=date(2026, 11, 20), indicator="órdenes completas", compare="ge",
    target=Decimal(95), unit="%",
)  # fmt: skip
AT_MOST = Terms(shape="once", due_on=date(2026, 11, 20), indicator="quejas", compare="le", target=Decimal(3))
PLAN = Facts(at("2026-11-20 18:00"), at("2026-11-09 09:00"))


def so(**more: object) -> Facts:
    """The example and what happened to it; moments as text."""
    said = {key: at(value) if isinstance(value, str) else value for key, value in more.items()}
    return replace(PLAN, **said)  # type: ignore[arg-type]


def wait(began: str, ended: str | None = None) -> Pause:
    return Pause(at(began), at(ended) if ended else None, "pedido")


STANDINGS = [
    ("nobody did anything; due on Friday, today is Tuesday", FRIDAY, so(), "2026-11-17 12:00", "upcoming"),
    ("nobody did anything; today is Wednesday, two working days before", FRIDAY, so(), "2026-11-18 09:00", "due_soon"),
    ("due on Friday, today is Friday at the very moment", FRIDAY, so(), "2026-11-20 18:00", "due_soon"),
    ("one minute after it", FRIDAY, so(), "2026-11-20 18:01", "overdue"),
    ("a month after it", FRIDAY, so(), "2026-12-20 18:01", "overdue"),
    ("due on Tuesday 17, Monday is a holiday, so two working days before is Thursday 12; Wednesday night",
     FRIDAY, so(planned_at="2026-11-17 18:00"), "2026-11-11 23:59", "upcoming"),
    ("the same a minute later", FRIDAY, so(planned_at="2026-11-17 18:00"), "2026-11-12 00:00", "due_soon"),
    ("delivered in time, no verdict yet", FRIDAY, so(delivered_at="2026-11-19 10:00"), "2026-11-20 10:00", "delivered"),
    ("delivered at the last second", FRIDAY, so(delivered_at="2026-11-20 18:00"), "2026-11-23 10:00", "delivered"),
    ("delivered on Thursday; the receiver has three working days, until Tuesday at six",
     FRIDAY, so(delivered_at="2026-11-19 10:00"), "2026-11-24 18:00", "delivered"),
    ("and did not say anything", FRIDAY, so(delivered_at="2026-11-19 10:00"), "2026-11-24 18:01", "unjudged"),
    ("and said it after all, later", FRIDAY,
     so(delivered_at="2026-11-19 10:00", judged_at="2026-12-01 10:00", worked=True), "2026-12-02 10:00", "kept"),
    ("judged within the days of another policy", FRIDAY,
     so(delivered_at="2026-11-19 10:00", judge_by="2026-11-30 18:00"), "2026-11-25 10:00", "delivered"),
    ("delivered in time, and it worked", FRIDAY,
     so(delivered_at="2026-11-19 10:00", judged_at="2026-11-20 10:00", worked=True), "2026-11-20 11:00", "kept"),
    ("the same, ten years later", FRIDAY,
     so(delivered_at="2026-11-19 10:00", judged_at="2026-11-20 10:00", worked=True), "2036-11-20 11:00", "kept"),
    ("delivered a minute late, not judged yet",
     FRIDAY, so(delivered_at="2026-11-20 18:01"), "2026-11-23 10:00", "broken"),
    ("delivered a minute late, and it worked", FRIDAY,
     so(delivered_at="2026-11-20 18:01", judged_at="2026-11-23 09:00", worked=True), "2026-11-23 10:00", "repaired"),
    ("late, and the receiver never says anything",
     FRIDAY, so(delivered_at="2026-11-23 10:00"), "2027-01-01 10:00", "broken"),
    ("delivered in time, did not work: sent back, and still before the day", FRIDAY,
     so(failed_at="2026-11-19 12:00"), "2026-11-19 13:00", "broken"),
    ("sent back, and the day is over", FRIDAY, so(failed_at="2026-11-19 12:00"), "2026-11-25 13:00", "broken"),
    ("sent back, delivered again, waits for the second verdict", FRIDAY,
     so(failed_at="2026-11-18 12:00", delivered_at="2026-11-20 12:00"), "2026-11-20 13:00", "broken"),
    ("sent back, delivered again in time, and now it worked", FRIDAY,
     so(failed_at="2026-11-18 12:00", delivered_at="2026-11-20 12:00", judged_at="2026-11-20 17:00", worked=True),
     "2026-11-20 17:30", "repaired"),
    ("94 % where 95 % were promised, not judged yet", MEASURED,
     so(delivered_at="2026-11-20 12:00", value=Decimal(94)), "2026-11-20 13:00", "broken"),
    ("94 % where 95 % were promised, in time, and the receiver says that it worked", MEASURED,
     so(delivered_at="2026-11-20 12:00", value=Decimal(94), judged_at="2026-11-20 17:00", worked=True),
     "2026-11-20 17:30", "broken"),
    ("exactly 95 %", MEASURED,
     so(delivered_at="2026-11-20 12:00", value=Decimal("95.0000"), judged_at="2026-11-20 17:00", worked=True),
     "2026-11-20 17:30", "kept"),
    ("96 %, but late", MEASURED,
     so(delivered_at="2026-11-23 12:00", value=Decimal(96), judged_at="2026-11-23 17:00", worked=True),
     "2026-11-23 17:30", "repaired"),
    ("four complaints where at most three were promised", AT_MOST,
     so(delivered_at="2026-11-20 12:00", value=Decimal(4)), "2026-11-20 13:00", "broken"),
    ("three complaints are not more than three", AT_MOST,
     so(delivered_at="2026-11-20 12:00", value=Decimal(3)), "2026-11-20 13:00", "delivered"),
    ("forgiven before it was due", FRIDAY, so(waived_at="2026-11-19 12:00"), "2026-11-25 10:00", "waived"),
    ("forgiven long after it was due", FRIDAY, so(waived_at="2026-12-10 12:00"), "2026-12-11 10:00", "waived"),
    ("forgiven after it was sent back", FRIDAY,
     so(failed_at="2026-11-19 12:00", waived_at="2026-11-23 12:00"), "2026-11-24 10:00", "waived"),
    ("the promise ended before the day came",
     FRIDAY, so(cancelled_at="2026-11-16 12:00"), "2026-11-25 10:00", "cancelled"),
    ("the orders do not come since Tuesday, so the clock stands still", FRIDAY,
     so(pauses=(wait("2026-11-17 18:00"),)), "2026-11-18 10:00", "paused"),
    ("and it stands still past the day that was planned", FRIDAY,
     so(pauses=(wait("2026-11-17 18:00"),)), "2026-11-30 10:00", "paused"),
    ("orders came after a day (8 h): due on Monday at six; Monday at noon", FRIDAY,
     so(pauses=(wait("2026-11-17 18:00", "2026-11-18 18:00"),)), "2026-11-23 12:00", "due_soon"),
    ("and on Monday at seven", FRIDAY,
     so(pauses=(wait("2026-11-17 18:00", "2026-11-18 18:00"),)), "2026-11-23 19:00", "overdue"),
    ("delivered on Monday within the moved moment", FRIDAY,
     so(pauses=(wait("2026-11-17 18:00", "2026-11-18 18:00"),), delivered_at="2026-11-23 17:00",
        judged_at="2026-11-23 18:00", worked=True), "2026-11-24 09:00", "kept"),
    ("a requirement that was late only after our own day excuses nothing", FRIDAY,
     so(pauses=(wait("2026-11-23 10:00"),)), "2026-11-24 09:00", "overdue"),
    ("delivered while it stood still", FRIDAY,
     so(pauses=(wait("2026-11-19 10:00"),), delivered_at="2026-11-24 10:00", judged_at="2026-11-24 12:00", worked=True),
     "2026-11-24 13:00", "kept"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "terms", "facts", "now", "expected"), STANDINGS, ids=[str(row[0]) for row in STANDINGS]
)
def test_where_it_stands(words: str, terms: Terms, facts: Facts, now: str, expected: str) -> None:
    assert clock.standing(facts, MEXICO, terms, at(now)) == Standing(expected), words


# How far do pauses move it? -------------------------------------------------------------------------------------------

PAUSES = [
    ("two working hours on Wednesday", [("2026-11-18 10:00", "2026-11-18 12:00")], "2026-11-23 11:00"),
    ("from Tuesday evening to Wednesday evening: eight hours", [("2026-11-17 18:00", "2026-11-18 18:00")],
     "2026-11-23 18:00"),
    ("a night costs nothing", [("2026-11-17 18:00", "2026-11-18 09:00")], "2026-11-20 18:00"),
    ("a week-end and a holiday cost nothing", [("2026-11-13 18:00", "2026-11-17 09:00")], "2026-11-20 18:00"),
    ("the break costs nothing", [("2026-11-18 14:00", "2026-11-18 15:00")], "2026-11-20 18:00"),
    ("two pauses apart: two hours and one",
     [("2026-11-16 09:00", "2026-11-17 11:00"), ("2026-11-19 10:00", "2026-11-19 11:00")],
     "2026-11-23 12:00"),
    ("two requirements late at the same time count once",
     [("2026-11-18 10:00", "2026-11-18 12:00"), ("2026-11-18 11:00", "2026-11-18 13:00")], "2026-11-23 12:00"),
    ("one within the other", [("2026-11-18 10:00", "2026-11-18 13:00"), ("2026-11-18 11:00", "2026-11-18 12:00")],
     "2026-11-23 12:00"),
    ("begun before our clock ran: only from its start", [("2026-11-02 09:00", "2026-11-09 11:00")], "2026-11-23 11:00"),
    ("over before our clock ran", [("2026-11-02 09:00", "2026-11-06 18:00")], "2026-11-20 18:00"),
    ("from Friday at five to Tuesday noon: the hour that was left is left", [("2026-11-20 17:00", "2026-11-24 12:00")],
     "2026-11-24 13:00"),
    ("begun when it was due already", [("2026-11-20 18:00", "2026-11-24 12:00")], "2026-11-20 18:00"),
    ("begun between the first moment and the moved one",
     [("2026-11-18 10:00", "2026-11-18 12:00"), ("2026-11-23 09:00", "2026-11-23 10:00")], "2026-11-23 12:00"),
    ("still running", [("2026-11-18 10:00", None)], "2026-11-20 18:00"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "pauses", "expected"), PAUSES, ids=[str(row[0]) for row in PAUSES])
def test_how_far_pauses_move_it(words: str, pauses: list[tuple[str, str | None]], expected: str) -> None:
    facts = so(pauses=tuple(wait(began, ended) for began, ended in pauses))
    assert clock.due(facts, MEXICO, FRIDAY) == at(expected), words


def test_due_at_midnight_and_paused_in_the_evening_leaves_the_hours_that_were_left() -> None:
    terms = by(date(2026, 11, 20))
    facts = Facts(None, PLAN.starts_at, (wait("2026-11-20 18:00", "2026-11-23 12:00"),))
    assert clock.planned(facts, MEXICO, terms) == at("2026-11-20 23:59")
    assert clock.due(facts, MEXICO, terms) == at("2026-11-23 17:59")


def test_each_time_of_a_recurring_promise_is_told_when_it_is_due() -> None:
    with pytest.raises(ValueError, match="recurring"):
        clock.due(Facts(None, PLAN.starts_at), MEXICO, MEASURED)


def test_the_calendar_of_the_time_counts_not_todays() -> None:
    """Since the house closed on the 19th as well: what was due under the old hours keeps them."""
    closed = replace(MEXICO, closed=frozenset({date(2026, 11, 19)}))
    terms, event = hours(8), at("2026-11-18 17:00")
    assert clock.due(Facts(None, event), MEXICO, terms) == at("2026-11-19 17:00")
    assert clock.due(Facts(None, event), closed, terms) == at("2026-11-20 17:00")


def test_a_holiday_that_is_worked() -> None:
    worked = replace(MEXICO, opened=frozenset({date(2026, 11, 16)}))
    assert clock.due(Facts(None, at("2026-11-13 17:00")), worked, hours(2)) == at("2026-11-16 10:00")
    # Closed by the house counts more.
    both = replace(worked, closed=frozenset({date(2026, 11, 16)}))
    assert clock.due(Facts(None, at("2026-11-13 17:00")), both, hours(2)) == at("2026-11-17 10:00")


# Why is this late? ----------------------------------------------------------------------------------------------------


def test_the_clock_told_again() -> None:
    facts = so(
        pauses=(wait("2026-11-17 18:00", "2026-11-18 18:00"), wait("2026-11-18 12:00", "2026-11-18 17:00")),
        delivered_at="2026-11-24 11:00",
        judged_at="2026-11-24 12:00",
        worked=True,
    )
    told = clock.why_late(facts, MEXICO, FRIDAY, at("2026-11-25 09:00"))
    assert [(m.what, m.at) for m in told] == [
        (Happened.STARTED, at("2026-11-09 09:00")),
        (Happened.PAUSED, at("2026-11-17 18:00")),
        (Happened.PAUSED, at("2026-11-18 12:00")),
        (Happened.RESUMED, at("2026-11-18 18:00")),
        (Happened.MOVED, at("2026-11-18 18:00")),
        (Happened.FELL_DUE, at("2026-11-23 18:00")),
        (Happened.DELIVERED_LATE, at("2026-11-24 11:00")),
        (Happened.JUDGED, at("2026-11-24 12:00")),
    ]
    moved, late = told[4], told[6]
    assert (moved.due_at, moved.length, moved.because) == (at("2026-11-23 18:00"), timedelta(hours=8), "pedido")
    assert late.length == timedelta(hours=2)


def test_what_is_not_late_is_told_without_falling_due() -> None:
    facts = so(delivered_at="2026-11-19 11:00")
    told = clock.why_late(facts, MEXICO, FRIDAY, at("2026-11-25 09:00"))
    assert [m.what for m in told] == [Happened.STARTED, Happened.DELIVERED]


def test_what_stands_still_has_not_fallen_due() -> None:
    told = clock.why_late(so(pauses=(wait("2026-11-17 18:00"),)), MEXICO, FRIDAY, at("2026-11-25 09:00"))
    assert [m.what for m in told] == [Happened.STARTED, Happened.PAUSED]


def test_what_is_still_missing_says_how_long_already() -> None:
    *_before, fell = clock.why_late(so(), MEXICO, FRIDAY, at("2026-11-24 11:00"))
    assert (fell.what, fell.at, fell.length) == (Happened.FELL_DUE, at("2026-11-20 18:00"), timedelta(hours=10))

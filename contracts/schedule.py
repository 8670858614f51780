"""From terms to the moments at which they fall due. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule, weekday

from areas.calendar import Calendar
from requests.models import Promise
from requests.words import Every, Shape, Unit

END_OF_DAY = time(23, 59)


def due_moment(promise: Promise, zone: ZoneInfo) -> datetime | None:
    """The one moment, in `zone`, at which a once-only promise with a fixed day falls due; None for all others.

    A promise without an hour is kept by the end of its day.
    """
    if promise.shape != Shape.ONCE or promise.due_on is None:
        return None
    return datetime.combine(promise.due_on, promise.due_time or END_OF_DAY, tzinfo=zone)


def due_after(promise: Promise, calendar: Calendar, event_at: datetime) -> datetime | None:
    """When a promise "within N working hours or days of an event" falls due if the event is at `event_at`, in UTC.

    Hours run on the working clock from the event; days end with the N-th working day after it, or at the hour that
    the promise names. None for promises of another kind.
    """
    if promise.shape != Shape.ONCE or not promise.within:
        return None
    if promise.within_unit == Unit.HOURS:
        return calendar.after(event_at, timedelta(hours=promise.within))
    day = calendar.working_day(event_at.astimezone(calendar.zone).date(), promise.within)
    return _due_on(day, promise.due_time, calendar)


@dataclass(frozen=True)
class Due:
    """One time that a recurring promise falls due: the date of its rule, which names it for ever, and the moment."""

    on: date
    at: datetime


def recurring(promise: Promise, calendar: Calendar, start: date, end: date) -> Iterator[Due]:
    """Each time that the promise falls due on a date of its rule from `start` to `end`, both included.

    The rule is anchored to the promise's first date. A date without working time is left out of a daily rhythm; a
    weekly or monthly one falls due on the next working day, still named by the date of its rule.
    """
    for on in rule_dates(promise, start, end):
        if calendar.is_working(on):
            yield Due(on, _due_on(on, promise.due_time, calendar))
        elif promise.every != Every.DAY:
            yield Due(on, _due_on(calendar.working_day(on, 0), promise.due_time, calendar))


def rule_dates(promise: Promise, start: date, end: date) -> Iterator[date]:
    """The dates of the rule from `start` to `end`, both included. A month without a 31st (or 29 February) has its last
    day instead; an n-th weekday follows the weekday of the first date.
    """
    first, interval = promise.first_on, promise.interval
    if promise.shape == Shape.ONCE or first is None or end < first:
        return
    start = max(start, first)
    if promise.every in (Every.DAY, Every.WEEK):
        step = interval * (7 if promise.every == Every.WEEK else 1)
        on = first + timedelta(days=-(-(start - first).days // step) * step)
        while on <= end:
            yield on
            on += timedelta(days=step)
    elif promise.nth:
        months = rrule(
            MONTHLY,
            interval=interval,
            dtstart=datetime.combine(first.replace(day=1), time()),
            byweekday=weekday(first.weekday())(promise.nth),
            until=datetime.combine(end, time()),
        )
        yield from (found.date() for found in months if found.date() >= start)
    else:
        # Each counted from the anchor: from the 31st by way of a 28th one would never come back to the 31st.
        n = max(0, ((start.year - first.year) * 12 + start.month - first.month) // interval)
        while (on := first + relativedelta(months=n * interval)) <= end:
            if on >= start:
                yield on
            n += 1


def _due_on(day: date, hour: time | None, calendar: Calendar) -> datetime:
    if hour is None:
        return calendar.end_of(day)
    return datetime.combine(day, hour, calendar.zone).astimezone(UTC)

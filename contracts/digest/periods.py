"""When a digest is due, and what a period is called. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from areas.calendar import Calendar
from areas.models import Organization

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# An organization that closes for longer than that writes no daily digest meanwhile.
LONGEST_BREAK = 60


def week_key(day: date) -> str:
    """The ISO week: "2026-W47". The last days of a year may belong to the first week of the next."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def in_order_key(day: date) -> str:
    """The month's word that all is in order."""
    return f"{day:%Y-%m} in order"


@dataclass(frozen=True)
class Moment:
    """One time at which digests are due: its key, its instant, its day in the zone, and since when they tell."""

    key: str
    at: datetime
    day: date
    since: datetime

    @property
    def is_first_of_month(self) -> bool:
        """Whether a weekly one is the first of its month."""
        return self.day.day <= 7


def weekly(organization: Organization, now: datetime) -> Moment:
    """The last weekly moment that has come: "what is due and not yet done" asks for no other."""
    today = now.astimezone(organization.tz).date()
    day = today - DAY * ((today.weekday() - organization.digest_weekday) % 7)
    if _at(organization, day) > now:
        day -= WEEK
    return Moment(week_key(day), _at(organization, day), day, _at(organization, day - WEEK))


def daily(organization: Organization, now: datetime, calendar: Calendar) -> Moment | None:
    """The last daily moment that has come, of a working day."""
    day = now.astimezone(organization.tz).date()
    if _at(organization, day) > now:
        day -= DAY
    found = [back for n in range(LONGEST_BREAK) if calendar.is_working(back := day - DAY * n)][:2]
    if not found:
        return None
    before = found[1] if len(found) > 1 else found[0] - DAY
    return Moment(found[0].isoformat(), _at(organization, found[0]), found[0], _at(organization, before))


@dataclass(frozen=True)
class Span:
    """What a digest looks at: what was settled since, and what falls due until the same day next week."""

    now: datetime
    day: date
    since: datetime
    until: datetime


def span(organization: Organization, now: datetime, since: datetime) -> Span:
    day = now.astimezone(organization.tz).date()
    return Span(now, day, since, datetime.combine(day + WEEK, time(), organization.tz).astimezone(UTC))


def _at(organization: Organization, day: date) -> datetime:
    # In UTC: instants of one zone would be compared by their wall clocks.
    return datetime.combine(day, organization.digest_time, organization.tz).astimezone(UTC)

"""Working time of an organization. Pure: no row is read, `now` is never asked for.

Instants go in and come out in UTC; the arithmetic runs on the wall clock of the organization's zone, so that "nine in
the morning" stays nine in the morning on both sides of a change of clocks. Lengths of working time are real elapsed
time: a night shift over a change of clocks is an hour longer or shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

# A search that finds no working time for so many days has met a calendar without any.
FARTHEST = timedelta(days=3 * 366)
ZERO = timedelta(0)
LONGEST_REGION = 10


@lru_cache(maxsize=512)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Public holidays of an ISO country (and region) in a year; none for a country that the library does not know."""
    for subdivision in (region, None) if region else (None,):
        try:
            return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
        except NotImplementedError:
            continue
    return frozenset()


@lru_cache(maxsize=128)
def holidays_by_name(country: str, region: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    """The public holidays of a year, in order, by their names in the language; in English or in the country's own where
    nobody translated them.
    """
    named: dict[date, str] = {}
    for subdivision in (region, None) if region else (None,):
        try:
            known = holidays.country_holidays(country, subdiv=subdivision, years=year)
        except NotImplementedError:
            continue
        spoken = [known.default_language, *known.supported_languages]
        own = next((one for one in spoken if one and one[:2] == language), None)
        own = own or next((one for one in spoken if one and one[:2] == "en"), None)
        named = dict(holidays.country_holidays(country, subdiv=subdivision, years=year, language=own))
        break
    return tuple(sorted((day, named.get(day, "")) for day in public_holidays(country, region, year)))


@lru_cache(maxsize=64)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the regions of a country that have holidays of their own, by name; none for many countries."""
    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        return ()
    names = {code: code for code in known.subdivisions}
    for name, code in getattr(known, "subdivisions_aliases", {}).items():
        if names.get(code) == code:
            names[code] = name
    # What does not fit in the column is a town, not a region.
    fitting = ((code, name) for code, name in names.items() if len(code) <= LONGEST_REGION)
    return tuple(sorted(fitting, key=lambda region: region[1]))


@dataclass(frozen=True)
class Segment:
    """A stretch of working time on the wall clock. One that ends at or before its start ends on the next day."""

    start: time
    end: time

    @property
    def overnight(self) -> bool:
        return self.end <= self.start


@dataclass(frozen=True)
class Calendar:
    """`week` has seven entries, Monday first, each the day's segments in order without overlap. Days in `closed` are
    not worked; days in `opened` are, although they are public holidays, with the hours of their weekday.

    Raises ValueError for a week without working time or with segments out of order.
    """

    zone: ZoneInfo
    week: tuple[tuple[Segment, ...], ...]
    country: str = ""
    region: str = ""
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("A week has seven days and some working time in them.")
        for day, segments in enumerate(self.week):
            for earlier, later in zip(segments, segments[1:], strict=False):
                if earlier.overnight or earlier.end > later.start:
                    raise ValueError("The segments of a day are in order and do not overlap.")
            following = self.week[(day + 1) % 7]
            if segments and segments[-1].overnight and following and following[0].start < segments[-1].end:
                raise ValueError("A night's segment ends before the next day's first one starts.")

    # Days ------------------------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Whether anybody works on that day of the zone's calendar."""
        if not self.week[day.weekday()] or day in self.closed:
            return False
        return not self.country or day in self.opened or day not in public_holidays(self.country, self.region, day.year)

    def working_day(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it, for a negative n); n = 0: `day`, or the next working day."""
        step = timedelta(days=1 if n >= 0 else -1)
        left = abs(n)
        farthest = FARTHEST.days + abs(n) * 366
        while left or not self.is_working(day):
            day += step
            left -= bool(left) and self.is_working(day)
            farthest -= 1
            if not farthest:
                raise ValueError("No working day within three years.")
        return day

    def end_of(self, day: date) -> datetime:
        """When the working time of a day ends, in UTC; of a day off, its midnight."""
        segments = self.segments_on(day)
        if segments:
            return segments[-1][1]
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def segments_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches of working time that begin on that day, as pairs of instants in UTC."""
        if not self.is_working(day):
            return []
        found = []
        for segment in self.week[day.weekday()]:
            last = day + timedelta(days=1) if segment.overnight else day
            start = datetime.combine(day, segment.start, self.zone).astimezone(UTC)
            # The second of two like hours on the night when clocks go back: the stretch lasts until it is over.
            end = datetime.combine(last, segment.end, self.zone).replace(fold=1).astimezone(UTC)
            if end > start:
                found.append((start, end))
        return found

    # Lengths ---------------------------------------------------------------------------------------------------------

    def _from(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of working time that end after `instant`, in order."""
        day = instant.astimezone(self.zone).date() - timedelta(days=1)
        last = day + FARTHEST
        while day <= last:
            for start, end in self.segments_on(day):
                if end > instant:
                    last = day + FARTHEST
                    yield start, end
            day += timedelta(days=1)
        raise ValueError("No working time within three years.")

    def _until(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of working time that start before `instant`, the last first."""
        day = instant.astimezone(self.zone).date()
        last = day - FARTHEST
        while day >= last:
            for start, end in reversed(self.segments_on(day)):
                if start < instant:
                    last = day - FARTHEST
                    yield start, end
            day -= timedelta(days=1)
        raise ValueError("No working time within three years.")

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The earliest instant by which `length` of working time has passed since `start`, in UTC."""
        start = start.astimezone(UTC)
        if length <= ZERO:
            return start
        for opens, closes in self._from(start):
            opens = max(opens, start)
            if closes - opens >= length:
                return opens + length
            length -= closes - opens
        raise AssertionError("_from never ends quietly")

    def before(self, end: datetime, length: timedelta) -> datetime:
        """The latest instant from which `length` of working time passes until `end`, in UTC."""
        end = end.astimezone(UTC)
        if length <= ZERO:
            return end
        for opens, closes in self._until(end):
            closes = min(closes, end)
            if closes - opens >= length:
                return closes - length
            length -= closes - opens
        raise AssertionError("_until never ends quietly")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two instants; zero if `end` is not later."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        total = ZERO
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        last = end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.segments_on(day):
                total += max(ZERO, min(closes, end) - max(opens, start))
            day += timedelta(days=1)
        return total

    def is_open(self, instant: datetime) -> bool:
        """Whether people work at that instant."""
        day = instant.astimezone(self.zone).date()
        return any(
            opens <= instant < closes
            for near in (day - timedelta(days=1), day)
            for opens, closes in self.segments_on(near)
        )

    def next_open(self, instant: datetime) -> datetime:
        """`instant` itself while people work, else when they next begin, in UTC."""
        opens, _closes = next(self._from(instant.astimezone(UTC)))
        return max(opens, instant.astimezone(UTC))

    # To keep and to read back ----------------------------------------------------------------------------------------

    def as_data(self) -> dict[str, Any]:
        """Plain data for a JSON column."""
        return {
            "zone": self.zone.key,
            "week": week_data(self.week),
            "country": self.country,
            "region": self.region,
            "closed": sorted(day.isoformat() for day in self.closed),
            "opened": sorted(day.isoformat() for day in self.opened),
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Calendar:
        """The calendar that `as_data` gave. Raises ValueError."""
        return cls(
            zone=ZoneInfo(data["zone"]),
            week=tuple(
                tuple(Segment(time.fromisoformat(start), time.fromisoformat(end)) for start, end in segments)
                for segments in data["week"]
            ),
            country=data["country"],
            region=data["region"],
            closed=frozenset(date.fromisoformat(day) for day in data["closed"]),
            opened=frozenset(date.fromisoformat(day) for day in data.get("opened", ())),
        )


def office_week(days: Iterable[int] = range(5)) -> tuple[tuple[Segment, ...], ...]:
    """Nine to six with an hour's break, on weekdays (0 = Monday)."""
    working = set(days)
    segments = (Segment(time(9), time(14)), Segment(time(15), time(18)))
    return tuple(segments if day in working else () for day in range(7))


def week_data(week: tuple[tuple[Segment, ...], ...]) -> list[list[list[str]]]:
    """The segments of a week as plain data for a JSON column."""
    return [[[f"{s.start:%H:%M}", f"{s.end:%H:%M}"] for s in segments] for segments in week]

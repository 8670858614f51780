"""Can a promise be kept with what supports it? Two hints, pure: its time against theirs, and how sure the chain is.

What supports a promise are the asks that it caused: whoever made it asked others for what it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import prod
from typing import Protocol

from areas.calendar import ZERO, Calendar
from requests.words import Unit

WEEK = 7


class Timed(Protocol):
    """What is read of a promise: "within N working hours or days" of something; None: it has no such time."""

    @property
    def within(self) -> int | None: ...
    @property
    def within_unit(self) -> str: ...


def working_day(calendar: Calendar) -> timedelta:
    """How much working time a working day has, on the average of the week."""
    lengths = [
        sum(
            (_length(segment.start.hour, segment.start.minute, segment.end.hour, segment.end.minute)) for segment in day
        )
        for day in calendar.week
        if day
    ]
    return timedelta(minutes=sum(lengths) / len(lengths))


def _length(hour: int, minute: int, to_hour: int, to_minute: int) -> int:
    minutes = (to_hour - hour) * 60 + to_minute - minute
    return minutes if minutes > 0 else minutes + 24 * 60


def time_of(promise: Timed, calendar: Calendar) -> timedelta | None:
    """Its working time, or None for a promise with a day or a rhythm."""
    if not promise.within:
        return None
    return promise.within * (timedelta(hours=1) if promise.within_unit == Unit.HOURS else working_day(calendar))


@dataclass(frozen=True)
class Times:
    """The time of a promise beside that of what supports it, one after the other, in working time."""

    own: timedelta
    supporting: timedelta
    promises: int

    @property
    def fits(self) -> bool:
        return self.supporting <= self.own

    @property
    def lacking(self) -> timedelta:
        return max(self.supporting - self.own, ZERO)


def times(promise: Timed, supporting: Iterable[Timed], calendar: Calendar) -> Times | None:
    """None where there is nothing to compare: the promise, or all that supports it, has no such time."""
    own = time_of(promise, calendar)
    found = [time for one in supporting if (time := time_of(one, calendar)) is not None]
    if own is None or not found:
        return None
    return Times(own, sum(found, ZERO), len(found))


@dataclass(frozen=True)
class Chained:
    """How sure it is that a promise and all below it are kept, if one does not depend on the other."""

    share: float
    links: int

    @property
    def percent(self) -> int:
        return round(100 * self.share)


def chained(shares: Sequence[float | None]) -> Chained | None:
    """Of the promise itself and of each one that supports it, all the way down; None where a share is not known.

    Those without one are left out. None without two that have one: a single link is no chain.
    """
    known = [share for share in shares if share is not None]
    if len(known) < 2:
        return None
    return Chained(prod(known), len(known))

"""How many misses a quarter allows at the target, how many are left, and until when at this pace. Pure.

Whole misses, not percentages: of thirteen Mondays at 95 % one may be missed, and everybody knows which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol

from areas.calendar import Calendar
from contracts.schedule import recurring
from requests.models import Promise
from requests.words import Compare, Shape

# What is aimed at where the terms do not say it as a share: nine times in ten.
AIM = Decimal("0.9")
# From so many times on, one miss is allowed whatever the target: nobody is perfect thirteen times.
FEW = 4
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Quarter:
    """Three months of the calendar, both days included."""

    first: date
    last: date


def quarter_of(day: date) -> Quarter:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    following = date(first.year + 1, 1, 1) if first.month == 10 else date(first.year, first.month + 3, 1)
    return Quarter(first, following - timedelta(days=1))


class Aimed(Protocol):
    """What is read of a promise to know at which share of times it aims."""

    @property
    def shape(self) -> str: ...
    @property
    def compare(self) -> str: ...
    @property
    def target(self) -> Decimal | None: ...
    @property
    def unit(self) -> str: ...


def target_share(promise: Aimed) -> Decimal | None:
    """The share of times that the terms aim at: "at least 95 %", or "at most 5 %" of what should not be; else None."""
    if promise.shape != Shape.MEASURED or promise.target is None or not promise.unit.startswith("%"):
        return None
    if not 0 <= promise.target <= WHOLE:
        return None
    share = promise.target / WHOLE
    return 1 - share if promise.compare == Compare.AT_MOST else share


def allowed(times: int, share: Decimal) -> int:
    """Whole misses in so many times."""
    misses = int((times * (1 - share)).to_integral_value(ROUND_FLOOR))
    return max(misses, 1) if times >= FEW else misses


@dataclass(frozen=True)
class Budget:
    """The misses of one recurring promise in one quarter."""

    quarter: Quarter
    share: Decimal
    times: int  # that it falls due in the quarter
    passed: int  # of these, until now
    allowed: int
    used: int
    spent_on: date | None  # at this pace; None: it lasts, or it is spent already

    @property
    def left(self) -> int:
        return max(self.allowed - self.used, 0)

    @property
    def over(self) -> int:
        return max(self.used - self.allowed, 0)

    @property
    def is_spent(self) -> bool:
        """Nothing is left of it: time to talk about other terms."""
        return self.used > 0 and self.used >= self.allowed


def budget(promise: Promise, calendar: Calendar, *, since: date, today: date, used: int) -> Budget | None:
    """The budget of the quarter of `today`. `since`: from when the promise binds; `used`: its misses this quarter.

    None for what happens once, and where nothing falls due in the quarter.
    """
    if promise.shape == Shape.ONCE:
        return None
    quarter = quarter_of(today)
    share = target_share(promise)
    share = AIM if share is None else share
    days = [due.on for due in recurring(promise, calendar, max(quarter.first, since), quarter.last)]
    if not days:
        return None
    passed = sum(day <= today for day in days)
    may_miss = allowed(len(days), share)
    return Budget(quarter, share, len(days), passed, may_miss, used, _spent_on(days, passed, may_miss, used))


def _spent_on(days: Sequence[date], passed: int, may_miss: int, used: int) -> date | None:
    """The day on which the misses would reach what is allowed, if they go on coming as they came so far."""
    if not 0 < used < may_miss or not passed:
        return None
    # used / passed * n reaches may_miss.
    n = -(-may_miss * passed // used)
    return days[n - 1] if n <= len(days) else None

"""Facts and a given `now` → where a promise stands. Pure: no row is read, none is written.

The seam of everything that is due: whoever shows or counts promises asks here, so that one rule names the standing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

SOON_DAYS = 2
SATURDAY = 5


class Standing(models.TextChoices):
    UPCOMING = "upcoming", _("upcoming")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")
    DELIVERED = "delivered", _("delivered")


def is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def soon_until(
    now: datetime, zone: ZoneInfo, *, days: int = SOON_DAYS, is_working: Callable[[date], bool] = is_weekday
) -> datetime:
    """The end of the day that lies so many working days ahead, in the organization's zone.

    What is due by then is due soon. Computed once for a whole board: the comparison per promise is all that is left.
    """
    day = now.astimezone(zone).date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_working(day)
    return datetime.combine(day + timedelta(days=1), time(), zone)


def standing(
    due_at: datetime | None, delivered_at: datetime | None = None, *, now: datetime, soon_until: datetime
) -> Standing:
    """Where one delivery stands. A promise without a due moment (after an event, or by recurrence) is upcoming."""
    if delivered_at is not None and delivered_at <= now:
        return Standing.DELIVERED
    if due_at is None:
        return Standing.UPCOMING
    if due_at < now:
        return Standing.OVERDUE
    return Standing.DUE_SOON if due_at < soon_until else Standing.UPCOMING

"""From terms to the moments at which they fall due. Pure."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from requests.models import Promise
from requests.words import Shape

END_OF_DAY = time(23, 59)


def due_moment(promise: Promise, zone: ZoneInfo) -> datetime | None:
    """The one moment, in `zone`, at which a once-only promise with a fixed day falls due; None for all others.

    A promise without an hour is kept by the end of its day.
    """
    if promise.shape != Shape.ONCE or promise.due_on is None:
        return None
    return datetime.combine(promise.due_on, promise.due_time or END_OF_DAY, tzinfo=zone)

"""Chasing: whatever is due and not yet done, rung by rung, each rung once.

It asks what is due, never what time it is: a worker that slept a week writes the highest rung that was reached, and
each person gets one letter. Claim, fact, rung, notice and letter are one transaction; sending is the outbox's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.chasing import days, deliveries
from contracts.chasing.notices import Known, next_working_moment
from contracts.models import Occurrence
from post import letters

__all__ = ["Chased", "chase_due", "is_behind", "next_working_moment", "sweep"]

# Rows of one round, and of one transaction: a person who acts on one of them waits for its end.
ROUND = 1000
TOGETHER = 500
# A sweep ends well inside the task's time limit.
SWEEP_LASTS = timedelta(seconds=40)


@dataclass(frozen=True)
class Chased:
    """What was done: rows looked at, notices written; `more`: there may be more that is due."""

    rows: int = 0
    notices: int = 0
    more: bool = False
    # Of what is chased one by one: days, and what hangs together.
    few: bool = False


def chase_due(now: datetime, limit: int = ROUND) -> Chased:
    """One round over all that is chased: of each kind at most `limit`."""
    return _round(now, limit, {}, with_few=True)


def sweep(now: datetime, lasting: timedelta = SWEEP_LASTS, limit: int = ROUND) -> Chased:
    """Rounds until nothing is due, or the time is over; then `more`."""
    began = time.monotonic()
    known: Known = {}
    rows = notices = 0
    more = few = True
    while more and time.monotonic() - began < lasting.total_seconds():
        done = _round(now, limit, known, with_few=few)
        rows, notices, more, few = rows + done.rows, notices + done.notices, done.more, done.few
    if notices:
        letters.ring_on_commit()
    return Chased(rows, notices, more)


def _round(now: datetime, limit: int, known: Known, *, with_few: bool) -> Chased:
    asked = entangled = rows = notices = 0
    if with_few:
        # First: a letter that gathers waits for the rest (`is_behind`), so that both come in the same one.
        asked, notices = days.chase(now, limit, known)
        entangled, more_notices = deliveries.in_order(now, limit, known)
        notices += more_notices
    while rows < limit:
        together = min(TOGETHER, limit - rows)
        done, told = deliveries.batch(now, together, known)
        rows, notices = rows + done, notices + told
        if done < together:
            break
    few = asked >= limit or entangled >= limit
    return Chased(asked + entangled + rows, notices, more=few or rows >= limit, few=few)


def is_behind(now: datetime) -> bool:
    """Whether something is due that no sweep has reached yet: a letter that gathers waits for it."""
    return Occurrence.objects.filter(chase_at__lt=now).exists()

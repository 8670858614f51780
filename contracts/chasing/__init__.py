"""Chasing: whatever is due and not yet done, rung by rung, each rung once.

It asks what is due, never what time it is: a worker that slept a week writes the highest rung that was reached, and
each person gets one letter. Claim, fact, rung, notice and letter are one transaction; sending is the outbox's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.chasing import days, deliveries
from contracts.chasing.notices import next_working_moment
from contracts.models import Occurrence
from post import letters

__all__ = ["Chased", "chase_due", "is_behind", "next_working_moment", "sweep"]

# Rows of one transaction. A person who acts on one of them waits for it.
BATCH = 1000
# A sweep ends well inside the task's time limit.
SWEEP_LASTS = timedelta(seconds=40)


@dataclass(frozen=True)
class Chased:
    """What was done: rows looked at, notices written; `more`: there may be more that is due."""

    rows: int = 0
    notices: int = 0
    more: bool = False


def chase_due(now: datetime, limit: int = BATCH) -> Chased:
    """One round over all that is chased: of each kind at most `limit`."""
    entangled, entangled_notices = deliveries.in_order(now, limit)
    rows, notices = deliveries.batch(now, limit)
    answers, answer_notices = days.answers(now, limit)
    reviews, review_notices = days.reviews(now, limit)
    told = entangled_notices + notices + answer_notices + review_notices
    more = limit in (entangled, rows, answers, reviews)
    if told and not more:
        letters.ring_on_commit()
    return Chased(entangled + rows + answers + reviews, told, more)


def sweep(now: datetime, lasting: timedelta = SWEEP_LASTS, limit: int = BATCH) -> Chased:
    """Rounds until nothing is due, or the time is over; then `more`."""
    began = time.monotonic()
    rows = notices = 0
    more = True
    while more and time.monotonic() - began < lasting.total_seconds():
        done = chase_due(now, limit)
        rows, notices, more = rows + done.rows, notices + done.notices, done.more
    return Chased(rows, notices, more)


def is_behind(now: datetime) -> bool:
    """Whether something is due that no sweep has reached yet: a letter that gathers waits for it."""
    return Occurrence.objects.filter(chase_at__lt=now).exists()

"""What went wrong with the machinery, kept for the operator: written when it can be, never in the way of the work.

An incident that cannot be written now (the database itself is gone) waits in the process and is written with the next.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F

from post.models import Incident

logger = logging.getLogger(__name__)

_waiting: deque[tuple[str, datetime, str, datetime | None]] = deque(maxlen=50)


def note(kind: str, now: datetime, words: str = "", *, ended_at: datetime | None = None) -> None:
    """A sign of an incident: the first begins it, later ones count. One that is already over bears its end."""
    _waiting.append((kind, now, words[:500], ended_at))
    flush()


def over(kind: str, now: datetime, *, about: str = "") -> None:
    """The incidents of this kind that last are over (those whose words begin with `about`). Cheap where is none."""
    flush()
    try:
        with transaction.atomic():
            Incident.objects.filter(kind=kind, words__startswith=about, ended_at__isnull=True).update(ended_at=now)
    except DatabaseError as error:
        logger.warning("an incident's end could not be kept: %s", type(error).__name__)


def flush() -> None:
    """Write what waits. What cannot be written waits on."""
    while _waiting:
        kind, at, words, ended_at = _waiting[0]
        try:
            _write(kind, at, words, ended_at)
        except DatabaseError as error:
            logger.warning("an incident could not be kept yet: %s", type(error).__name__)
            return
        _waiting.popleft()


def _write(kind: str, at: datetime, words: str, ended_at: datetime | None) -> None:
    with transaction.atomic():
        if ended_at is not None:
            Incident.objects.create(kind=kind, began_at=at, last_at=ended_at, ended_at=ended_at, words=words)
            return
        lasting = Incident.objects.filter(kind=kind, words=words, ended_at__isnull=True)
        if not lasting.update(times=F("times") + 1, last_at=at):
            Incident.objects.bulk_create(
                [Incident(kind=kind, began_at=at, last_at=at, words=words)], ignore_conflicts=True
            )

"""That a task of the beat ran, for the operator: when it last began and ended, how it went, what it did."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from post import incidents
from post.models import Incident

logger = logging.getLogger(__name__)

BEGIN = """
WITH before AS (SELECT started_at FROM post_pulse WHERE name = %(name)s)
INSERT INTO post_pulse (name, started_at, error, facts, runs) VALUES (%(name)s, %(now)s, '', '{}', 1)
    ON CONFLICT (name) DO UPDATE SET started_at = EXCLUDED.started_at, runs = post_pulse.runs + 1
RETURNING (SELECT started_at FROM before)
"""
END = """
UPDATE post_pulse
   SET finished_at = %(end)s, error = %(error)s, facts = %(facts)s,
       failed_at = CASE WHEN %(error)s = '' THEN failed_at ELSE %(end)s END
 WHERE name = %(name)s
RETURNING NULL
"""
# Clocks of two machines may differ by so much before one says that time went backward.
TOLERANCE = timedelta(minutes=1)


@contextmanager
def beating(name: str, now: datetime, *, gap: timedelta | None = None) -> Iterator[dict[str, Any]]:
    """Round the work of a task. What the work puts into the mapping is shown to the operator.

    The end is `now` and the time that passed, so that a task that is handed another `now` tells one story. One that
    began and has no later end is running, or died. `gap`: the operator is told of a silence that was longer.
    """
    began = time.monotonic()
    facts: dict[str, Any] = {}
    before = _write(BEGIN, {"name": name, "now": now})
    if gap is not None and before is not None:
        _tell_of_silence(name, before, now, gap)
    error = ""
    try:
        yield facts
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}".replace("\x00", "")[:500]
        # A worker that is told to stop, or lost the queue, ends its task by SystemExit: the next one takes it up.
        if isinstance(failure, Exception):
            gone = isinstance(failure, OperationalError | InterfaceError)
            kind = Incident.Kind.DATABASE if gone else Incident.Kind.TASK
            incidents.note(kind, now, f"{name}: {type(failure).__name__}")
        raise
    else:
        # That it ran says that the queue brought it and that the database answers.
        for kind in (Incident.Kind.BROKER, Incident.Kind.DATABASE):
            incidents.over(kind, now)
        incidents.over(Incident.Kind.TASK, now, about=name)
    finally:
        end = now + timedelta(seconds=time.monotonic() - began)
        _write(END, {"name": name, "end": end, "error": error, "facts": json.dumps(facts, default=str)})


def _tell_of_silence(name: str, before: datetime, now: datetime, gap: timedelta) -> None:
    if now - before > gap:
        incidents.note(Incident.Kind.GAP, before, name, ended_at=now)
    elif before - now > TOLERANCE:
        incidents.note(Incident.Kind.BACKWARD, now, name, ended_at=before)


def _write(statement: str, values: dict[str, Any]) -> Any:
    """Never in the way of the work: a database that is gone lets the work itself fail."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
            return row[0] if row else None
    except DatabaseError as error:
        logger.warning("the pulse of %s could not be written: %s", values["name"], type(error).__name__)
        return None

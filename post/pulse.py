"""That a task of the beat ran, for the operator: when it last began and ended, how it went, what it did."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

BEGIN = """
INSERT INTO post_pulse (name, started_at, error, facts, runs) VALUES (%(name)s, %(now)s, '', '{}', 1)
    ON CONFLICT (name) DO UPDATE SET started_at = EXCLUDED.started_at, runs = post_pulse.runs + 1
"""
END = """
UPDATE post_pulse
   SET finished_at = %(end)s, error = %(error)s, facts = %(facts)s,
       failed_at = CASE WHEN %(error)s = '' THEN failed_at ELSE %(end)s END
 WHERE name = %(name)s
"""


@contextmanager
def beating(name: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Round the work of a task. What the work puts into the mapping is shown to the operator.

    The end is `now` and the time that passed, so that a task that is handed another `now` tells one story. One that
    began and has no later end is running, or died.
    """
    began = time.monotonic()
    facts: dict[str, Any] = {}
    _write(BEGIN, {"name": name, "now": now})
    error = ""
    try:
        yield facts
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}".replace("\x00", "")[:500]
        raise
    finally:
        end = now + timedelta(seconds=time.monotonic() - began)
        _write(END, {"name": name, "end": end, "error": error, "facts": json.dumps(facts, default=str)})


def _write(statement: str, values: dict[str, Any]) -> None:
    """Never in the way of the work: a database that is gone lets the work itself fail."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as error:
        logger.warning("the pulse of %s could not be written: %s", values["name"], type(error).__name__)

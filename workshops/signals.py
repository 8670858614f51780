"""Whatever changes in a room goes through here: the pulse that keys what is drawn once, the signal to look again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from areas.models import Area
from post import live
from workshops.models import Workshop

RAISE = "UPDATE workshops_workshop SET pulse = pulse + 1, active_at = %s WHERE id = %s RETURNING pulse"


def touch(workshop: Workshop, now: datetime, *, areas: Iterable[Area | int] = (), everyone: bool = False) -> int:
    """To be called inside the deed's own transaction. Wall and console hear everything, phones what concerns them.

    `areas`: whose phones look again; `everyone`: all of them. Returns the new pulse.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A deed and its signal belong in one transaction.")
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [now, workshop.pk])
        (pulse,) = cursor.fetchone()
    workshop.pulse, workshop.active_at = pulse, now
    topics = [workshop.stage_topic]
    topics += [workshop.topic()] if everyone else [workshop.topic(area) for area in areas]
    live.announce(topics, pulse)
    return int(pulse)

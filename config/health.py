"""Is it well? `/healthz` for whoever restarts this process, `/readyz` for whoever watches the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from areas.access import open_to_all
from config import heartbeat
from config.celery import SWEEPS
from config.heartbeat import Beating
from post.models import Pulse

# A sweep may be this much late before one says so: a worker may be in the middle of something long.
PATIENCE = timedelta(seconds=90)


@dataclass
class Health:
    """What answers now, and who lives."""

    database: bool = False
    broker: bool = False
    workers: list[Beating] = field(default_factory=list)
    beats: list[Beating] = field(default_factory=list)
    pulses: dict[str, Pulse] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)

    @property
    def worker(self) -> bool:
        return bool(self.workers)

    @property
    def beat(self) -> bool:
        return bool(self.beats)

    @property
    def is_ready(self) -> bool:
        return self.database and self.broker and self.worker and self.beat and not self.late


def health(now: datetime) -> Health:
    """Asks the database and the broker; nothing here waits for longer than about two seconds."""
    found = Health(database=_database())
    try:
        living = heartbeat.beating()
        found.broker = True
        found.workers, found.beats = living["worker"], living["beat"]
    except redis.RedisError:
        pass
    if found.database:
        found.pulses = {pulse.name: pulse for pulse in Pulse.objects.all()}
        found.late = [name for name in SWEEPS if is_late(found.pulses.get(name), name, now)]
    return found


def is_late(pulse: Pulse | None, name: str, now: datetime) -> bool:
    """A sweep that has run before and should have run again by now."""
    return pulse is not None and now - pulse.started_at > timedelta(seconds=SWEEPS[name]) + PATIENCE


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@open_to_all
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process serves pages and reaches its database; `run` proves to the supervisor which one it is.

    To end this process helps when it is ill, not when a worker is gone: that is told by `/readyz`.
    """
    database = _database()
    return JsonResponse({"run": settings.RUN_ID, "database": database}, status=200 if database else 503)


@open_to_all
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the whole works: database, broker, a worker, a beat, and no sweep behind its time."""
    found = health(timezone.now())
    told = {
        "ready": found.is_ready,
        "database": found.database,
        "broker": found.broker,
        "worker": found.worker,
        "beat": found.beat,
        "late": found.late,
    }
    return JsonResponse(told, status=200 if found.is_ready else 503)

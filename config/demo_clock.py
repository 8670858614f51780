"""Time passes in the demo when a visitor says so: a day, a week. The real workers then do what they would do.

In demo mode, and only then, `django.utils.timezone.now` is the real time and an offset that all processes share. The
truth is a row in the database (config.demo.passing); what is asked a thousand times is a copy in
Valkey, looked at a few times a second.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

LOOKS_EVERY = 0.3

_real_now = timezone.now


class _Known:
    """What this process knows of the offset, and since when."""

    offset = timedelta(0)
    looked_at = float("-inf")
    client: redis.Redis | None = None


def install() -> None:
    """From now on `timezone.now()` is the demo's time in this process. To be called before any model is imported."""
    timezone.now = now


def now() -> datetime:
    return _real_now() + offset()


def offset() -> timedelta:
    """How far the demo is ahead. A Valkey that does not answer changes nothing: the last that was known counts."""
    at = time.monotonic()
    if at - _Known.looked_at > LOOKS_EVERY:
        _Known.looked_at = at
        try:
            said = _valkey().get(_key())
        except redis.RedisError:
            said = None
        if said is not None:
            _Known.offset = timedelta(seconds=float(said))
    return _Known.offset


def tell(ahead: timedelta) -> None:
    """Tell all processes how far ahead the demo is."""
    _valkey().set(_key(), str(ahead.total_seconds()))
    _Known.offset, _Known.looked_at = ahead, time.monotonic()


def _key() -> str:
    return f"{settings.REDIS_PREFIX}:demo-clock"


def _valkey() -> redis.Redis:
    if _Known.client is None:
        _Known.client = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.2, retry=Retry(NoBackoff(), 1)
        )
    return _Known.client

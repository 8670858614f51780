"""Signs of life of workers and beats: a key in Valkey that a process renews and that runs out by itself.

A process that hangs in a task still beats; whether tasks get done is told by their pulses (post.pulse).
"""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from celery.signals import beat_init, worker_ready
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

EVERY = 3.0
LASTS = 12
ROLES = ("worker", "beat")


@dataclass(frozen=True)
class Beating:
    """A worker or beat that gave a sign of life in the last seconds."""

    role: str
    name: str
    since: datetime


def _valkey() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 1)
    )


def keep_beating(role: str) -> threading.Thread:
    """Renew this process's sign of life until it ends. The thread is a daemon: it ends with the process."""
    name = f"{socket.gethostname()}-{os.getpid()}"
    key = f"{settings.REDIS_PREFIX}:alive:{role}:{name}"
    told = json.dumps({"since": datetime.now(UTC).isoformat()})
    never = threading.Event()

    def beat() -> None:
        with _valkey() as client:
            while True:
                # When the broker is gone the key runs out, which is the truth.
                with suppress(redis.RedisError):
                    client.set(key, told, ex=LASTS)
                never.wait(EVERY)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    return thread


def beating() -> dict[str, list[Beating]]:
    """Role → who lives. Raises redis.RedisError when the broker does not answer."""
    found: dict[str, list[Beating]] = {role: [] for role in ROLES}
    prefix = f"{settings.REDIS_PREFIX}:alive:"
    with _valkey() as client:
        keys = [key.decode() for key in client.scan_iter(match=f"{prefix}*", count=1000)]
        for key, told in zip(keys, client.mget(keys) if keys else [], strict=True):
            role, _colon, name = key.removeprefix(prefix).partition(":")
            if told and role in found:
                found[role].append(Beating(role, name, datetime.fromisoformat(json.loads(told)["since"])))
    return found


def queue_length() -> int:
    """How many messages wait for a worker. Raises redis.RedisError."""
    with _valkey() as client:
        length: Any = client.llen(f"{settings.REDIS_PREFIX}:q:celery")
        return int(length)


def connect() -> None:
    """Workers and beats of this app give signs of life from now on."""
    worker_ready.connect(_worker_lives, weak=False)
    beat_init.connect(_beat_lives, weak=False)


def _worker_lives(**_about: Any) -> None:
    keep_beating("worker")


def _beat_lives(**_about: Any) -> None:
    keep_beating("beat")

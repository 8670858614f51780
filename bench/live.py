"""Live signals: from just before the commit of a deed until each of many open pages in one process has its signal."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psutil
from django.db import transaction
from django.utils import timezone

from bench.figures import figure, percentile, say
from bench.ground import Ground, listens
from config.embedded import free_port
from config.processes import wait_until
from post import live
from post.models import Letter

ROUNDS = 40
WARMING = 5
GAP = 0.25
TOPIC = "o:abcdefghjkmn"


@contextmanager
def pages(here: Ground, port: int, count: int, path: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.live_clients", str(port), str(count), path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=here.environ) as clients:
        assert clients.stdout
        if clients.stdout.readline().strip() != "open":
            raise SystemExit(f"{count} pages could not be opened")
        try:
            yield clients
        finally:
            clients.terminate()


def measure(clients: subprocess.Popen[str], count: int, change: Callable[[int], float]) -> list[float]:
    """Milliseconds from each change to each receipt."""
    assert clients.stdout
    delays: list[float] = []
    for version in range(1, WARMING + ROUNDS + 1):
        began = change(version)
        told = json.loads(clients.stdout.readline())
        if told["version"] != version or len(told["at"]) != count or told["lost"]:
            raise SystemExit(f"signal {version}: {len(told['at'])} of {count} pages, {told['lost']} connections lost")
        if version > WARMING:
            delays += [(at - began) * 1000 for at in told["at"]]
        # Nothing may be left over from this round when the next one begins.
        time.sleep(GAP)
    return delays


def deed(version: int) -> float:
    """What a deed does: a row, and an announcement on commit."""
    now = timezone.now()
    with transaction.atomic():
        Letter.objects.create(
            key=f"bench {version} {now}",
            kind="bench",
            to_email="ana@example.com",
            language="es",
            subject="-",
            text="-",
            message_id="-",
            next_try_at=now + timedelta(days=1),
            created_at=now,
        )
        live.announce([TOPIC], version)
        return time.monotonic()


def one(here: Ground, count: int) -> tuple[list[float], float]:
    """The delays, and the memory that each page costs in KB."""
    web, port = here.serve(f"web-{count}")
    path = f"/live?token={live.token_for([TOPIC], max_age=timedelta(hours=1))}"
    process = psutil.Process(web.pid)
    with pages(here, port, 20, path):
        pass
    before = process.memory_info().rss
    with pages(here, port, count, path) as clients:
        delays = measure(clients, count, deed)
        each = (process.memory_info().rss - before) / count / 1024
    here.end(web)
    return delays, each


def floor(here: Ground, count: int) -> list[float]:
    port, trigger_port = free_port(), free_port()
    child = here.run("floor", sys.executable, "-m", "bench.live_floor", str(port), str(trigger_port))
    if not wait_until(lambda: listens(trigger_port), 10):
        raise SystemExit(child.last_words())
    with socket.create_connection(("127.0.0.1", trigger_port)) as trigger:

        def change(version: int) -> float:
            began = time.monotonic()
            trigger.sendall(b"%d\n" % version)
            return began

        with pages(here, port, count, "-") as clients:
            delays = measure(clients, count, change)
    here.end(child)
    return delays


def main(here: Ground) -> None:
    costs: dict[int, float] = {}
    for count in (200, 1000):
        say(f"{count} pages …")
        bare = floor(here, count)
        delays, costs[count] = one(here, count)
        p99 = percentile(delays, 0.99)
        beside = {
            "floor_transport_p99_ms": round(percentile(bare, 0.99), 1),
            "p50_ms": round(percentile(delays, 0.5), 1),
            "p95_ms": round(percentile(delays, 0.95), 1),
            "worst_ms": round(max(delays), 1),
            "signals": ROUNDS,
        }
        figure(f"live_p99_ms_{count}", p99, "ms", 100, p99 <= 100, beside)
    each = costs[1000]
    figure("live_kb_per_client", each, "KB", 20, each <= 20, {"at_200_clients": round(costs[200], 1)})

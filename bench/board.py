"""The board: server time of a whole request, uncached and unchanged, beside the same statements and a constant page."""

from __future__ import annotations

import gc
import time
from statistics import median

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from areas.models import Organization
from bench.company import Company, make
from bench.figures import figure, percentile, say
from bench.ground import Ground
from contracts.board import chain_now
from contracts.telling import Teller

ROUNDS = 60
WARMING = 10


def page(client: Client, path: str) -> tuple[float, int]:
    """Milliseconds of server time, and the size of the answer."""
    began = time.perf_counter()
    response = client.get(path)
    took = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{path}: {response.status_code}")
    return took, len(response.content)


def times(client: Client, path: str, company: Company | None = None) -> list[float]:
    """Of many requests; with a company, each after a change in it, so that nothing is in the cache."""
    took = []
    for n in range(WARMING + ROUNDS):
        if company:
            Organization.objects.filter(pk=company.organization.pk).update(revision=F("revision") + 1)
        one, _size = page(client, path)
        if n >= WARMING:
            took.append(one)
    return took


def parts(company: Company) -> dict[str, float]:
    """What of it is reading, and what is placing and drawing."""
    reading: list[float] = []
    drawing: list[float] = []
    for _ in range(20):
        began = time.perf_counter()
        chain = chain_now(company.organization, timezone.now())
        read = time.perf_counter()
        Teller(chain, zoom="/?area=").picture().encoded()
        reading.append((read - began) * 1000)
        drawing.append((time.perf_counter() - read) * 1000)
    return {"reading_ms": round(median(reading), 2), "drawing_ms": round(median(drawing), 2)}


def main(here: Ground) -> None:
    with override_settings(ROOT_URLCONF="bench.urls"):
        for name, areas, links, commitments, goal in (("20", 20, 40, 160, 8), ("200", 200, 600, 5000, 30)):
            say(f"{areas} areas, {links} links, {commitments} commitments …")
            company = make(areas, links, commitments)
            with connection.cursor() as cursor:
                # What autovacuum does within the minute after so much was written.
                cursor.execute("VACUUM ANALYZE")
            _one(company, name, goal)


def _one(company: Company, name: str, goal: float) -> None:
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = company.session()
    org = company.organization.ref
    board = f"/o/{org}/"
    _first, size = page(client, board)
    # As in a server that has long been running: what was loaded at the start is not walked through again and again.
    gc.collect()
    gc.freeze()
    changed = times(client, board, company)
    same_queries = times(client, f"/o/{org}/bench/queries/{size}/")
    beside = {
        "floor_same_queries_constant_page_ms": round(median(same_queries), 2),
        "best_ms": round(min(changed), 2),
        "p95_ms": round(percentile(changed, 0.95), 2),
        "size_kb": round(size / 1024),
        **parts(company),
    }
    value = median(changed)
    figure(f"board_{name}_ms", value, "ms", goal, value <= goal, beside)
    unchanged = times(client, board)
    fragment = times(client, f"{board}fragment/?view=picture")
    known = times(client, f"/o/{org}/bench/{size}/")
    value = median(unchanged)
    figure(
        "board_unchanged_ms" if name == "200" else f"board_unchanged_ms_{name}",
        value,
        "ms",
        3,
        value <= 3,
        {
            "floor_member_constant_page_ms": round(median(known), 2),
            "best_ms": round(min(unchanged), 2),
            "p95_ms": round(percentile(unchanged, 0.95), 2),
            "fragment_alone_ms": round(median(fragment), 2),
        },
    )
    Organization.objects.filter(pk=company.organization.pk).update(revision=F("revision") + 1)
    with CaptureQueriesContext(connection) as counted:
        page(client, board)
    if name == "200":
        figure("board_queries", len(counted), "queries", 6, len(counted) <= 6, {"areas": 200})

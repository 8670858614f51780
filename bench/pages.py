"""Pages under four connections with two web processes: board, sheet, desk; beside each a constant page of its size."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from django.conf import settings

from bench.company import Company, make
from bench.figures import figure, percentile, say
from bench.ground import Ground, listens
from config.embedded import free_port
from config.processes import wait_until

CONNECTIONS = 4
PROCESSES = 2
SECONDS = 6.0
GOAL = 50.0


class Load(NamedTuple):
    per_second: float
    p50: float
    p95: float
    size: int


def load(
    here: Ground, port: int, path: str, cookie: str, seconds: float = SECONDS, connections: int = CONNECTIONS
) -> Load:
    command = [sys.executable, "-m", "bench.pages_clients", str(port), str(connections), str(seconds), path, cookie]
    told = json.loads(subprocess.run(command, env=here.environ, check=True, capture_output=True, text=True).stdout)
    took = told["took"]
    if not told["size"]:
        raise SystemExit(f"{path}: no answer")
    return Load(len(took) / told["seconds"], median(took), percentile(took, 0.95), told["size"])


def pages(company: Company) -> dict[str, str]:
    """The sheet is that of the lead's own link to the client, the one with the most to read."""
    org = company.organization.ref
    mine = company.links[0]
    return {
        "board": f"/o/{org}/",
        "sheet": f"/o/{org}/links/{mine.ref}/",
        "desk": f"/o/{org}/desk/",
    }


@contextmanager
def served(here: Ground) -> Iterator[int]:
    """The port of so many web processes, with the floors' addresses."""
    here.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    port = free_port()
    command = ("-m", "config.serve", "--port", str(port), "--processes", str(PROCESSES))
    child = here.run("web", sys.executable, *command)
    if not wait_until(lambda: child.dead or listens(port), 30) or child.dead:
        raise SystemExit(f"The web processes did not start: {child.last_words()}")
    yield port
    here.end(child)


def measure(
    here: Ground, port: int, org: str, path: str, cookie: str, connections: int
) -> tuple[Load, dict[str, float]]:
    """A page warmed up, and what constant pages of its size take: for anybody, and for a known member."""
    warm = load(here, port, path, cookie, 2, connections)
    found = load(here, port, path, cookie, connections=connections)
    same = load(here, port, f"/bench/{warm.size}/", cookie, connections=connections)
    known = load(here, port, f"/o/{org}/bench/{warm.size}/", cookie, connections=connections)
    return found, {
        "per_s": round(found.per_second),
        "p50_ms": round(found.p50, 1),
        "size_kb": round(found.size / 1024),
        "floor_constant_page_per_s": round(same.per_second),
        "floor_constant_page_p95_ms": round(same.p95, 1),
        "floor_for_members_per_s": round(known.per_second),
        "floor_for_members_p95_ms": round(known.p95, 1),
    }


def main(here: Ground) -> None:
    # Twenty areas, each promise of the size that a real one has; the large company is the board's benchmark.
    company = make(20, 40, 160)
    cookie = f"{settings.SESSION_COOKIE_NAME}={company.session()}"
    with served(here) as port:
        for name, path in pages(company).items():
            say(f"{name} …")
            found, beside = measure(here, port, company.organization.ref, path, cookie, CONNECTIONS)
            figure(f"pages_{name}_p95_ms", found.p95, "ms", GOAL, found.p95 <= GOAL, beside)

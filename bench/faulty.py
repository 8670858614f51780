"""One fault of the machinery, with real processes: `FAULT=smtp_down python -m bench faulty` prints one JSON object.

A company has what is overdue and a digest that is due; something breaks in the middle, mends, and then everything must
have been written once, sent once, and be told on the operator's page.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from bench.ground import Ground
from bench.house import House, company, house, lost, until
from config.demo import passing
from config.processes import stop, wait_until
from post.models import Incident, Letter

OVERDUE = int(os.environ.get("OVERDUE", "400"))
PEOPLE = int(os.environ.get("PEOPLE", "60"))
# How long the fault lasts, in seconds.
LASTS = float(os.environ.get("LASTS", "8"))


def main(here: Ground) -> None:
    fault = os.environ.get("FAULT", "smtp_down")
    mood = {"smtp_refusing": "refusing", "smtp_dying": "dying", "smtp_slow": "slow 1"}.get(fault, "slow 0.02")
    with house(here, mood=mood) as running:
        one = company(OVERDUE, PEOPLE).organization
        FAULTS[fault](running, here)
        running.mood("well")

        running.impatient = True
        until(one, PEOPLE, 150, fault, running)
        in_window, ours = running.doubled()
        told: dict[str, object] = {
            "fault": fault,
            **lost(one, OVERDUE, PEOPLE, running.accepted()),
            "doubled": ours,
            "in_window": in_window,
            "incidents": sorted(set(Incident.objects.values_list("kind", flat=True))),
            "words": sorted(set(Incident.objects.values_list("words", flat=True))),
            "tried_again": Letter.objects.filter(attempts__gt=1).count(),
        }
    print(json.dumps(told), flush=True)


def smtp(running: House, here: Ground) -> None:
    """It refuses, dawdles or hangs up, from the first letter on."""
    _wait(LASTS)


def smtp_down(running: House, here: Ground) -> None:
    _begun(running)
    running.stop_sink()
    _wait(LASTS)
    running.start_sink()


def broker_down(running: House, here: Ground) -> None:
    _begun(running)
    assert here.valkey.child
    # A worker that loses the queue ends what it is doing: as a kill, for the letter in its hands.
    running.kills.append(time.time())
    stop([here.valkey.child], 2)
    _wait(LASTS)
    here.valkey.start(here.valkey.port)
    here.valkey.wait()


def database_restarted(running: House, here: Ground) -> None:
    _begun(running)
    assert here.postgres.child
    stop([here.postgres.child], 10)
    _wait(2)
    here.postgres.start(here.postgres.port)
    here.postgres.wait()
    connection.close()
    # As a kill: what SMTP accepted while there was nobody to mark it is in doubt.
    running.kills.append(time.time())


def two_beats(running: House, here: Ground) -> None:
    """Nobody else rings: what happens, the two of them make happen, at the same moments."""
    running.rests.set()
    running.start_beat(1)
    running.start_beat(2)


def clock_jump(running: House, here: Ground) -> None:
    """In the middle of the work a week passes at once."""
    _begun(running)
    passing.pass_by(timedelta(days=7))


FAULTS: dict[str, Callable[[House, Ground], None]] = {
    "smtp_refusing": smtp,
    "smtp_slow": smtp,
    "smtp_dying": smtp,
    "smtp_down": smtp_down,
    "broker_down": broker_down,
    "database_restarted": database_restarted,
    "two_beats": two_beats,
    "clock_jump": clock_jump,
}


def _begun(running: House) -> None:
    """Until the work is in the middle: some letters have left."""
    if not wait_until(lambda: len(running.accepted()) >= 5, 60):
        raise SystemExit("no letter left in a minute")


def _wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end, seconds + 1, every=0.1)

"""Real processes that are killed, servers that go away and come back: everything is written once and sent once.

Each trial stands on services of its own (bench.house), so nothing here knows the database of the other tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from config.env import ROOT

NOT_OURS = ("DATABASE_URL", "REDIS_URL", "REDIS_PREFIX", "SECRET_KEY", "DATA_DIR", "STATIC_ROOT", "DEMO", "EMAIL_URL")
NOTHING_LOST = {"rungs": 0, "notices": 0, "notices_unsent": 0, "digests": 0, "letters": 0, "doubled": 0}


def trial(name: str, **more: str) -> list[dict[str, Any]]:
    """The lines that a trial prints."""
    environ = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
    done = subprocess.run(
        [sys.executable, "-m", "bench", name], cwd=ROOT, env={**environ, **more}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_workers_are_killed_twenty_times_in_the_middle() -> None:
    lines = trial("faults", KILLS="20", OVERDUE="2000", PEOPLE="500")

    figures = {line["name"]: line["value"] for line in lines}
    assert (figures["faults_lost"], figures["faults_doubled"]) == (0, 0), lines
    # SMTP cannot be exactly once: at most one letter in doubt for each kill.
    assert figures["faults_smtp_window"] <= 20
    assert lines[0]["beside"]["kills"] >= 20


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("smtp_refusing", {"mail"}),
        ("smtp_slow", set()),
        ("smtp_dying", {"mail"}),
        ("smtp_down", {"mail"}),
        ("broker_down", set()),
        ("database_restarted", {"database"}),
        ("two_beats", set()),
        ("clock_jump", {"gap"}),
    ],
)
def test_what_breaks_and_mends_loses_and_doubles_nothing(fault: str, told: set[str]) -> None:
    (line,) = trial("faulty", FAULT=fault)

    assert {name: line[name] for name in NOTHING_LOST} == NOTHING_LOST, line
    # The operator's page says what happened.
    assert told <= set(line["incidents"]), line
    # What SMTP accepted in the moment in which the database went is in doubt: one letter at the most.
    assert line["in_window"] <= 1, line

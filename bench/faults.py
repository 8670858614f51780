"""kill -9 of workers in the middle of a chase and of a digest, again and again, against a real mail server.

KILLS=1000 (how often), OVERDUE=2000 and PEOPLE=500 (of each company: one after the other until it was enough).
"""

from __future__ import annotations

import os
import random

from bench.figures import figure, say
from bench.ground import Ground
from bench.house import company, house, is_done, lost, until
from config.processes import wait_until

KILLS = int(os.environ.get("KILLS", "1000"))
OVERDUE = int(os.environ.get("OVERDUE", "2000"))
PEOPLE = int(os.environ.get("PEOPLE", "500"))


def main(here: Ground) -> None:
    missing = rounds = 0
    what: dict[str, int] = {}
    with house(here, mood="slow 0.008") as running:
        while len(running.kills) < KILLS:
            rounds += 1
            one = company(OVERDUE, PEOPLE).organization
            while len(running.kills) < KILLS and not is_done(one, PEOPLE):
                wait_until(lambda: False, random.uniform(0.05, 0.6))
                running.kill()
            until(one, PEOPLE, 240, f"round {rounds}", running)
            for kind, count in lost(one, OVERDUE, PEOPLE, running.accepted()).items():
                what[kind] = what.get(kind, 0) + count
                missing += abs(count)
            say(f"round {rounds}: {len(running.kills)} kills, missing {what}")
        in_window, ours = running.doubled()
        messages = len(running.accepted())
    beside = {"kills": len(running.kills), "rounds": rounds, "messages": messages, **what}
    figure("faults_lost", missing, "letters and rungs", 0, missing == 0, beside)
    figure("faults_doubled", ours, "messages", 0, ours == 0, beside)
    figure("faults_smtp_window", in_window, "messages", None, None, beside)

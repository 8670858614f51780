"""The web is killed in the middle of a round, with fifty phones in the room: `python -m bench room_killed`.

Says how long after the restart the last phone was right again, how many asks were confirmed to their writers and are
gone, and how many stand there twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import psutil

from areas.models import Area
from areas.words import Kind
from bench.figures import figure, say
from bench.ground import Ground, listens
from bench.pages import PROCESSES
from bench.room import Conductor, company
from config.embedded import free_port
from config.processes import Child, wait_until
from requests.models import Ask
from requests.words import Moment, Process
from workshops import running
from workshops.models import Deed

PHONES = int(os.environ.get("PHONES", "50"))
KILLS = int(os.environ.get("KILLS", "3"))
BACK_GOAL = 5.0


def serve(here: Ground, port: int) -> Child:
    command = ("-m", "config.serve", "--port", str(port), "--processes", str(PROCESSES))
    return here.run("web", sys.executable, *command)


def kill(here: Ground, child: Child) -> None:
    """All of its processes at once, with nothing said."""
    every = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    for process in every:
        process.kill()
    psutil.wait_procs(every, timeout=10)
    here.children.remove(child)


def main(here: Ground) -> None:
    here.environ["HURRY"] = "10"
    port = free_port()
    web = serve(here, port)
    if not wait_until(lambda: web.dead or listens(port), 30) or web.dead:
        raise SystemExit(f"The web did not start: {web.last_words()}")
    conductor = Conductor(company("Banco"))
    organization = conductor.actor.organization
    fields = {
        "statement": "Reducir los tiempos de entrega",
        "process": Process.RETAIN,
        "moment": Moment.DELIVER,
        "accountable": Area.objects.get(organization=organization, kind=Kind.SALES),
    }
    conductor.do(running.choose, fields=fields, proposal=None)
    conductor.do(running.go_to, key="chain:6")
    command = [sys.executable, "-m", "bench.room_phones", str(port), conductor.room.code, str(PHONES)]
    restarts: list[float] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=here.environ
    ) as phones:
        assert phones.stdin
        assert phones.stdout
        if phones.stdout.readline().strip() != "in":
            raise SystemExit("The phones did not come in")
        for n in range(KILLS):
            # In the middle: some have written, others are writing.
            wanted = Deed.objects.count() + 12
            if not wait_until(lambda wanted=wanted: Deed.objects.count() >= wanted, 60):  # type: ignore[misc]
                raise SystemExit("Nobody wrote anything")
            kill(here, web)
            restarts.append(time.monotonic())
            web = serve(here, port)
            if not wait_until(lambda web=web: web.dead or listens(port), 30) or web.dead:  # type: ignore[misc]
                raise SystemExit(f"The web did not start again: {web.last_words()}")
            say(f"killed {n + 1} times; it listens {time.monotonic() - restarts[-1]:.1f} s after")
            time.sleep(BACK_GOAL + 1)
        phones.stdin.close()
        told: dict[str, Any] = json.loads(phones.stdout.readline())
    report(
        told, restarts, Counter(Ask.objects.filter(organization=organization).values_list("terms__outcome", flat=True))
    )


def report(told: dict[str, Any], restarts: list[float], found: Counter[str]) -> None:
    after = [
        sorted(min((at for at in looked if at > restart), default=restart + 60) - restart for looked in told["looked"])
        for restart in restarts
    ]
    say(str([[round(one, 1) for one in each] for each in after]))
    back = max(max(each) for each in after)
    lost = [outcome for outcome in told["confirmed"] if not found[outcome]]
    doubled = [outcome for outcome, n in found.items() if n > 1]
    beside = {
        "phones": PHONES,
        "kills": len(restarts),
        "asks": sum(found.values()),
        "confirmed": len(told["confirmed"]),
    }
    figure("room_killed_back_s", back, "s", BACK_GOAL, back <= BACK_GOAL, beside)
    figure("room_killed_lost", len(lost), "asks", 0, not lost, beside)
    figure("room_killed_doubled", len(doubled), "asks", 0, not doubled, beside)

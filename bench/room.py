"""A room of three hundred phones and a projector for five minutes; then sixty phones while a processor is kept busy.

Phones are real HTTP and event streams against the production server; the conductor leads the room through all phases by
the deeds of the console. A phase change counts for each phone from just before the deed until the phone holds a room
that shows it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil
from django.utils import timezone

from areas.access import Actor, client_of
from areas.models import Area, Link, Membership, Organization, User
from areas.words import Kind, Role
from bench.figures import figure, percentile, say
from bench.ground import Ground
from bench.pages import served
from requests.models import Ask
from requests.words import Moment, Process
from workshops import running
from workshops.models import Workshop
from workshops.phases import Phase
from workshops.room import line_of, shape_of

PHONES = int(os.environ.get("PHONES", "300"))
SECONDS = float(os.environ.get("SECONDS", "300"))
FEW = 60
FEW_SECONDS = float(os.environ.get("FEW_SECONDS", SECONDS))
PHASE_GOAL, ASK_GOAL = 1000.0, 500.0
# customer → supplier; the client is 0. Eight areas, with a cycle.
LINKS = ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (3, 5), (4, 6), (5, 6), (6, 7), (7, 8), (6, 5))
KINDS = (
    Kind.SALES,
    Kind.SUPPORT,
    Kind.LOGISTICS,
    Kind.PRODUCTION,
    Kind.QUALITY,
    Kind.PURCHASING,
    Kind.ADMINISTRATION,
    Kind.HUMAN_RESOURCES,
)


def company(name: str) -> Actor:
    """Eight areas in a graph, and its facilitator."""
    now = timezone.now()
    user = User.objects.create_user(f"{name}@example.com", "Fede")
    organization = Organization.objects.create(name=name, country="MX", zone="America/Mexico_City", language="es")
    Area.objects.create(organization=organization, name="Cliente", kind=Kind.CLIENT, created_at=now)
    areas = [client_of(organization)]
    areas += [
        Area.objects.create(organization=organization, name=f"Área {n}", kind=kind) for n, kind in enumerate(KINDS, 1)
    ]
    for customer, supplier in LINKS:
        Link.objects.create(organization=organization, customer=areas[customer], supplier=areas[supplier])
    return Actor(Membership.objects.create(organization=organization, user=user, role=Role.FACILITATOR))


class Conductor:
    """The facilitator, who notes when each change was made and the pulse that shows it."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.room = running.create(actor, name="Banco", language="es", now=timezone.now())
        self.changes: list[tuple[float, int]] = []

    def fresh(self) -> Workshop:
        return Workshop.objects.select_related("organization", "scene").get(pk=self.room.pk)

    def do(self, deed: Any, **more: Any) -> None:
        room = self.fresh()
        began = time.monotonic()
        deed(room, self.actor, room.version, now=timezone.now(), **more)
        self.changes.append((began, room.pulse))

    def lead(self, seconds: float, tell: Any) -> None:
        """All steps of the plan, with the changes that a facilitator makes within each."""
        stops = line_of(self.room, shape_of(self.room)[4])
        each = seconds / len(stops)
        ends = time.monotonic()
        for step in stops:
            ends += each
            self.do(running.advance)
            tell(step.key)
            self.do(running.start_timer, minutes=5)
            self._wait(ends - each / 3)
            self.do(running.add_minute)
            if step.phase in (Phase.MIRROR, Phase.PROBLEM):
                self.do(running.reveal)
            if step.phase == Phase.PROBLEM:
                fields = {
                    "statement": "Reducir los tiempos de entrega",
                    "process": Process.RETAIN,
                    "moment": Moment.DELIVER,
                    "accountable": Area.objects.filter(organization=self.actor.organization, kind=Kind.SALES).get(),
                }
                self.do(running.choose, fields=fields, proposal=None)
            self._wait(ends)

    def _wait(self, until: float) -> None:
        time.sleep(max(0.0, until - time.monotonic()))


@contextmanager
def burner(is_wanted: bool) -> Iterator[None]:
    """One processor kept busy by something else."""
    if not is_wanted:
        yield
        return
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as burning:
        try:
            yield
        finally:
            burning.kill()


def memory(child: Any) -> float:
    """MB of the web processes, what they share counted once."""
    every = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    return sum(process.memory_full_info().pss for process in every) / 1e6


def processor(pid: int) -> float:
    """Seconds of processor time of a process and those below it."""
    every = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(process.cpu_times().user + process.cpu_times().system for process in every)


def play(here: Ground, port: int, phones: int, seconds: float, *, is_busy: bool) -> dict[str, Any]:
    """One whole exercise; what the phones saw, and when the room changed."""
    conductor = Conductor(company(f"Banco {phones} {is_busy}"))
    command = [sys.executable, "-m", "bench.room_phones", str(port), conductor.room.code, str(phones)]
    with ExitStack() as later:
        crowd = later.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=here.environ)
        )
        assert crowd.stdin
        assert crowd.stdout
        began = time.monotonic()
        if crowd.stdout.readline().strip() != "in":
            raise SystemExit(f"{phones} phones did not come in")
        say(f"{phones} phones are in after {time.monotonic() - began:.0f} s")
        later.enter_context(burner(is_busy))

        def tell(step: str) -> None:
            assert crowd.stdin
            crowd.stdin.write(f"{step}\n")
            crowd.stdin.flush()

        conductor.lead(seconds, tell)
        web = next(child for child in here.children if child.name == "web")
        mb = memory(web)
        assert here.postgres.child
        spenders = {"web": web.pid, "phones": crowd.pid, "database": here.postgres.child.pid}
        cpu = {name: processor(pid) for name, pid in spenders.items()}
        crowd.stdin.close()
        told: dict[str, Any] = json.loads(crowd.stdout.readline())
    told["mb"] = mb
    told["cpu"] = {name: round(spent, 1) for name, spent in cpu.items()}
    told["wall"] = delays(conductor.changes, [told["wall"]])
    # The projector is one screen among the others, and told apart beside them.
    told["delays"] = delays(conductor.changes, told.pop("seen")) + told["wall"]
    del told["looked"]
    said = set(Ask.objects.filter(organization=conductor.actor.organization).values_list("terms__outcome", flat=True))
    told["lost"] = len(set(told["confirmed"]) - said)
    return told


def delays(changes: list[tuple[float, int]], seen: list[list[list[float]]]) -> list[float]:
    """Milliseconds from each change to each phone that shows it; a phone that never did counts as a minute."""
    found: list[float] = []
    for phone in seen:
        at = 0
        for began, pulse in changes:
            while at < len(phone) and phone[at][0] < pulse:
                at += 1
            found.append((phone[at][1] - began) * 1000 if at < len(phone) else 60_000)
    return found


def report(name: str, told: dict[str, Any], *, goals: bool) -> None:
    p99 = percentile(told["delays"], 0.99)
    own = percentile(told["asks"], 0.95) if told["asks"] else 0.0
    beside = {
        "p50_ms": round(percentile(told["delays"], 0.5), 1),
        "changes_seen": len(told["delays"]),
        "answers": told["answers"],
        "wall_worst_ms": round(max(told["wall"]), 1),
    }
    figure(f"{name}_phase_p99_ms", p99, "ms", PHASE_GOAL, p99 <= PHASE_GOAL, beside)
    asks = {"asks": len(told["asks"]), "p50_ms": round(percentile(told["asks"], 0.5), 1) if told["asks"] else 0.0}
    figure(f"{name}_own_ask_p95_ms", own, "ms", ASK_GOAL, bool(told["asks"]) and own <= ASK_GOAL, asks)
    wrong = len(told["errors"]) + told["cut"] + told["away"] + told["lost"] + told["unseen"]
    parts = {part: told[part] for part in ("cut", "away", "lost", "unseen", "told")} | {"refused": len(told["errors"])}
    figure(f"{name}_errors", wrong, "errors", 0, wrong == 0, parts)
    figure(f"{name}_mb", told["mb"], "MB", None, None, {})
    for words in told["errors"][:5]:
        say(words)
    say(json.dumps(told["deeds"] | told["cpu"]))


def main(here: Ground) -> None:
    with served(here) as port:
        say(f"{PHONES} phones, {SECONDS:.0f} s …")
        report("room", play(here, port, PHONES, SECONDS, is_busy=False), goals=True)
        say(f"{FEW} phones beside a busy processor, {FEW_SECONDS:.0f} s …")
        report("room_60_busy", play(here, port, FEW, FEW_SECONDS, is_busy=True), goals=True)

"""A house at work for the trials of faults: a company with overdue promises, a mail server, a worker that is killed.

A conductor rings the tasks as the beat would, only more often, so that a trial does not last for hours.
"""

from __future__ import annotations

import random
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import psutil
from django.db import DatabaseError, connection
from django.utils import timezone

from areas.access import client_of
from areas.models import Area, AreaPart, Membership, Organization, User
from areas.words import Part
from areas.working import edition
from bench.company import Company, make
from bench.ground import Ground, listens
from config.celery import app
from config.embedded import free_port
from config.env import ROOT
from config.processes import Child, spawn, stop, wait_until
from contracts.models import Digest, Notice, Occurrence, Rung
from post.models import Letter

TASKS = ("contracts.tasks.chase", "contracts.tasks.digest", "post.tasks.deliver", "contracts.tasks.open_ahead")
AREAS, LINKS, PROMISES = 20, 40, 200

OVERDUE = """
INSERT INTO contracts_occurrence (ref, commitment_id, organization_id, link_id, owes_id, owed_id, slot, calendar_id,
    starts_at, planned_at, due_at, deliveries, note, ladder, rung, warn_at, escalate_at, chase_at, version)
SELECT substr(md5(random()::text || n), 1, 12), c.id, c.organization_id, c.link_id, c.owes_id, c.owed_id, 'late ' || n,
    %(calendar)s, %(due)s - interval '7 days', %(due)s, %(due)s, 0, '', 'delivery', 1, %(due)s - interval '2 days',
    %(due)s + interval '2 days', %(due)s, 1
FROM generate_series(1, %(count)s) n
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
      FROM contracts_commitment WHERE organization_id = %(org)s) c ON c.place = n %% c.many
"""
# What the company's own story has fallen due is no part of a trial.
FREE = "DELETE FROM contracts_occurrence WHERE organization_id = %s"


def company(overdue: int, people: int) -> Company:
    """A company that works day and night, whose digest is due since midnight, with so much that is overdue."""
    made = make(AREAS, LINKS, PROMISES, seed=random.randint(1, 10_000))
    organization = made.organization
    now = timezone.now()
    day = now.astimezone(organization.tz).date()
    all_day = [[["00:00", "00:00"]] for _ in range(7)]
    Organization.objects.filter(pk=organization.pk).update(
        week=all_day, country="", digest_weekday=day.weekday(), digest_time=clock(0)
    )
    organization.refresh_from_db()
    _people(organization, people, now)
    with connection.cursor() as cursor:
        cursor.execute(FREE, [organization.pk])
        known: dict[str, Any] = {
            "calendar": edition(organization, now).pk,
            "due": now - timedelta(hours=1),
            "count": overdue,
            "org": organization.pk,
        }
        cursor.execute(OVERDUE, known)
    return made


def _people(organization: Organization, count: int, now: datetime) -> None:
    """One lead for each area, the others are members; the founder is a facilitator."""
    areas = list(Area.objects.filter(organization=organization).exclude(kind="client"))
    name = organization.ref
    users = User.objects.bulk_create(
        User(email=f"{name}-{n}@example.com", name=f"Persona {n}", password="!") for n in range(count - 1)
    )
    memberships = Membership.objects.bulk_create(
        Membership(organization=organization, user=user, joined_at=now - timedelta(days=30)) for user in users
    )
    AreaPart.objects.bulk_create(
        AreaPart(membership=one, area=areas[n % len(areas)], part=Part.LEAD if n < len(areas) else Part.MEMBER)
        for n, one in enumerate(memberships)
    )
    AreaPart.objects.create(membership=memberships[-1], area=client_of(organization), part=Part.VOICE)
    Membership.objects.filter(organization=organization).update(joined_at=now - timedelta(days=30))


class House:
    """Worker, mail server and conductor on a ground, and what befalls them."""

    def __init__(self, here: Ground, *, mood: str = "well") -> None:
        self.here = here
        self.log = here.folder / "accepted.log"
        self.mood_file = here.folder / "mood"
        self.mood_file.write_text(mood)
        self.port = free_port()
        here.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{self.port}"
        self.sink: Child | None = None
        self.worker: Child | None = None
        self.beats: list[Child] = []
        self.kills: list[float] = []
        self.over = threading.Event()
        self.conductor = threading.Thread(target=self._conduct, daemon=True)
        self.rests = threading.Event()
        # A letter that failed waits for a minute and more; a trial does not wait for it.
        self.impatient = False

    def open(self) -> None:
        self.start_sink()
        self.start_worker()
        self.conductor.start()

    def close(self) -> None:
        self.over.set()
        self.conductor.join(10)
        stop([child for child in (self.worker, self.sink, *self.beats) if child], 5)

    def mood(self, words: str) -> None:
        self.mood_file.write_text(words)

    def start_sink(self) -> None:
        command = [sys.executable, "-m", "bench.sink", str(self.port), str(self.log), str(self.mood_file)]
        self.sink = self._spawn("sink", *command)
        if not wait_until(lambda: listens(self.port), 20):
            raise SystemExit(f"no mail server: {self.sink.last_words()}")

    def stop_sink(self) -> None:
        assert self.sink
        stop([self.sink], 2)

    def start_worker(self) -> None:
        command = ("-m", "celery", "-A", "config.celery:app", "worker", "-c", "1", "-l", "WARNING")
        self.worker = self._spawn("worker", sys.executable, *command, "--without-gossip", "--without-mingle")

    def start_beat(self, number: int) -> None:
        schedule = self.here.folder / f"beat-{number}"
        command = ("-m", "celery", "-A", "config.celery:app", "beat", "-l", "WARNING", "-s", str(schedule))
        self.beats.append(self._spawn(f"beat-{number}", sys.executable, *command, "--pidfile="))

    def _spawn(self, name: str, *command: str | Path) -> Child:
        return spawn(name, command, self.here.folder / "logs" / f"{name}.log", env=self.here.environ, cwd=ROOT)

    def _conduct(self) -> None:
        while not self.over.wait(0.25):
            if self.impatient:
                with suppress(DatabaseError):
                    failed = Letter.objects.filter(state=Letter.State.WAITING).exclude(last_error="")
                    failed.update(next_try_at=timezone.now())
                    self.forget_claims(older_than=timedelta(seconds=20))
            if self.rests.is_set():
                continue
            for task in TASKS:
                # The broker may be down: the next round rings again.
                with suppress(Exception):
                    app.send_task(task, retry=False, ignore_result=True, expires=2)

    # Faults -----------------------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """kill -9 of the process that works, or of the whole worker, which is then started again."""
        assert self.worker
        with suppress(psutil.Error):
            children = psutil.Process(self.worker.pid).children()
            whole = random.random() < 0.2 or not children
            victims = [*children, psutil.Process(self.worker.pid)] if whole else children
            for victim in victims:
                with suppress(psutil.Error):
                    victim.send_signal(signal.SIGKILL)
            psutil.wait_procs(victims, 5)
        self.kills.append(time.time())
        self.forget_claims()
        if self.worker.dead:
            self.start_worker()

    def forget_claims(self, older_than: timedelta = timedelta(0)) -> None:
        """What a killed process had in its hands falls due again in three minutes; a trial does not wait for them."""
        now = timezone.now()
        Letter.objects.filter(state=Letter.State.SENDING, claimed_at__lte=now - older_than).update(next_try_at=now)

    # What came of it --------------------------------------------------------------------------------------------------

    def accepted(self) -> dict[str, list[float]]:
        """Message-ID → the moments at which the mail server accepted it."""
        found: dict[str, list[float]] = defaultdict(list)
        if self.log.exists():
            for line in self.log.read_text().splitlines():
                at, _space, name = line.partition(" ")
                found[name].append(float(at))
        return found

    def doubled(self) -> tuple[int, int]:
        """Messages accepted again with a kill between (the window that SMTP leaves open), and without one (ours)."""
        in_window = ours = 0
        for moments in self.accepted().values():
            for before, after in zip(moments, moments[1:], strict=False):
                if any(before - 1 <= kill <= after for kill in self.kills):
                    in_window += 1
                else:
                    ours += 1
        return in_window, ours


def had_digest(organization: Organization) -> int:
    """How many people had one; of two weeks, if a week passed meanwhile."""
    return Digest.objects.filter(membership__organization=organization).values("membership").distinct().count()


def undone(organization: Organization, people: int) -> dict[str, int]:
    """What is still to be done, by kind."""
    now = timezone.now()
    mine = Letter.objects.filter(organization_ref=organization.ref)
    return {
        "to chase": Occurrence.objects.filter(organization=organization, chase_at__lte=now).count(),
        "digests": people - had_digest(organization),
        "letters": mine.exclude(state__in=(Letter.State.SENT, Letter.State.LEFT_OUT)).count(),
    }


def is_done(organization: Organization, people: int) -> bool:
    return not any(undone(organization, people).values())


def lost(organization: Organization, overdue: int, people: int, accepted: dict[str, list[float]]) -> dict[str, int]:
    """What should be there and is not, by kind."""
    rungs = Rung.objects.filter(organization=organization, n=2, occurrence__slot__startswith="late ")
    told = Notice.objects.filter(rung__in=rungs)
    sent = Letter.objects.filter(organization_ref=organization.ref, state=Letter.State.SENT)
    return {
        "rungs": overdue - rungs.count(),
        "notices": overdue - told.values("rung").distinct().count(),
        "notices_unsent": told.exclude(letter__state=Letter.State.SENT).count(),
        "digests": people - had_digest(organization),
        "letters": sum(message_id not in accepted for message_id in sent.values_list("message_id", flat=True)),
    }


@contextmanager
def house(here: Ground, *, mood: str = "well") -> Iterator[House]:
    running = House(here, mood=mood)
    running.open()
    try:
        yield running
    finally:
        running.close()


def until(organization: Organization, people: int, seconds: float, what: str, running: House) -> None:
    """Wait until all is done. Raises SystemExit, which says what is not."""
    if not wait_until(lambda: is_done(organization, people), seconds, every=0.2):
        words = running.worker.last_words(20) if running.worker else ""
        left = undone(organization, people)
        raise SystemExit(f"{what}: not done within {seconds:.0f} s: {left}\n{words}")

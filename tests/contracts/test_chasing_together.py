"""Several workers, people and crashes at once: each rung once, nobody waits, nothing is lost."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from config.processes import wait_until
from contracts import chasing, depending
from contracts.chasing import deliveries, notices
from contracts.models import Commitment, Fact, Notice, Occurrence, Pause, Rung
from contracts.tasks import chase
from contracts.words import Deed
from post.models import Letter, Pulse
from requests.states import Direction
from tests import asks, build
from tests.cast import Cast, muebles_del_norte
from tests.contracts.chase import DAY, HOUR, promised, rungs, sweep, time_of, waiting
from tests.post.conftest import python

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 120


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


def many(commitment: Commitment, count: int = MANY) -> datetime:
    """So many times that are overdue; the moment at which they are chased."""
    model = time_of(commitment)
    Occurrence.objects.filter(commitment=commitment).update(chase_at=None)
    for n in range(count):
        model.pk, model.ref, model.slot = None, f"many{n:08}", f"n{n}"
        model.rung, model.chase_at = 1, model.due_at
        model.save()
    return model.due_at + HOUR


def at_once(*works: Callable[[], object]) -> None:
    ready = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            ready.wait(10)
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def test_workers_at_once_write_each_rung_once_and_one_letter_for_each_person(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = many(promised(cast, owner=cast.victor))
    monkeypatch.setattr(chasing, "TOGETHER", 7)
    done: list[chasing.Chased] = []

    at_once(*[lambda: done.append(chasing.sweep(now, limit=20))] * 4)

    assert sum(one.rows for one in done) == MANY
    assert Rung.objects.count() == MANY
    assert Fact.objects.filter(deed=Deed.LATE).count() == MANY
    assert Notice.objects.count() == 2 * MANY
    assert set(waiting()) == {"Luis", "Víctor"}
    assert Letter.objects.count() == 2


def test_a_row_that_somebody_holds_is_left_for_the_next_sweep_and_stops_nobody(cast: Cast) -> None:
    now = many(promised(cast), 5)
    held = Occurrence.objects.get(slot="n2")
    holding, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Occurrence.objects.select_for_update().get(pk=held.pk)
            holding.set()
            go.wait(20)

    def work() -> None:
        assert holding.wait(10)
        began = time.monotonic()
        assert sweep(now) == 4
        assert time.monotonic() - began < 5
        go.set()

    at_once(hold, work)

    assert sweep(now) == 1
    assert Rung.objects.filter(occurrence=held).count() == 1


def test_whoever_delivers_while_the_sweep_has_the_row_waits_for_one_transaction_only(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = many(promised(cast))
    monkeypatch.setattr(chasing, "TOGETHER", 10)
    waits: list[float] = []

    def act() -> None:
        for n in range(0, MANY, 3):
            began = time.monotonic()
            Occurrence.objects.filter(slot=f"n{n}").update(note="hecho")
            waits.append(time.monotonic() - began)

    at_once(lambda: sweep(now), act)

    assert Rung.objects.count() == MANY
    assert max(waits) < 1


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(cast: Cast) -> None:
    """It dies after all its statements and before their commit: then as if it had never begun."""
    now = many(promised(cast), 10)
    script = f"""
import signal
from datetime import datetime
from contracts import chasing
from contracts.chasing import deliveries, notices
def dying(*args, **more):
    told = tell(*args, **more)
    print("written", flush=True)
    signal.pause()
    return told
tell, deliveries.tell = deliveries.tell, dying
chasing.sweep(datetime.fromisoformat("{now.isoformat()}"))
"""
    with python(script) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "written"
        # Its rows are its own until it dies.
        assert sweep(now) == 0
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)

    # As soon as the server notices the death of its client.
    wait_until(lambda: bool(sweep(now)), 20)
    assert Rung.objects.count() == Fact.objects.count() == Notice.objects.count() == 10
    assert Letter.objects.count() == 1


def test_a_failure_before_the_commit_takes_all_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    now = many(promised(cast), 3)
    tell = notices.tell

    def failing(*told: Any) -> int:
        tell(*told)
        raise ConnectionError("gone")

    monkeypatch.setattr(deliveries, "tell", failing)
    assert chasing.sweep(now).notices == 0
    assert not Rung.objects.exists()
    assert not Letter.objects.exists()
    # Each was put aside for an hour.
    assert not Occurrence.objects.filter(chase_at__lte=now).exists()

    monkeypatch.undo()
    assert sweep(now + timedelta(hours=1, seconds=1)) == 3


def test_the_task_beats_and_says_what_it_did(cast: Cast) -> None:
    many(promised(cast, now=build.NOW - 60 * DAY, terms=asks.once(due_on=date(2026, 10, 1))), 3)

    chase()

    pulse = Pulse.objects.get(name="contracts.tasks.chase")
    assert (pulse.facts["rows"], pulse.error) == (3, "")


# What depends on each other -------------------------------------------------------------------------------------------


@pytest.fixture
def chained(cast: Cast) -> tuple[Occurrence, Occurrence]:
    """(what sales owes logistics by the 24th, what logistics owes sales by the 26th and that depends on it)."""
    needed = promised(cast, asks.once("Pedidos completos", due_on=date(2026, 11, 24)), direction=Direction.REQUIREMENT)
    kept = promised(cast, asks.once("Ventana confirmada", due_on=date(2026, 11, 26)))
    depending.depend(kept, needed, cast.actor("luis"), now=build.NOW)
    return time_of(needed), time_of(kept)


def test_the_clock_behind_what_is_late_stands_still_from_the_moment_it_was_due(
    chained: tuple[Occurrence, Occurrence],
) -> None:
    needed, kept = chained
    sweep(needed.due_at + HOUR)

    kept.refresh_from_db()
    assert kept.paused_at == needed.due_at
    assert kept.chase_at is None
    assert Pause.objects.get(occurrence=kept).because == needed


def test_after_a_week_of_sleep_what_waited_is_paused_and_not_late(chained: tuple[Occurrence, Occurrence]) -> None:
    needed, kept = chained

    sweep(needed.due_at + 7 * DAY)

    assert rungs(needed) == [("delivery", 3)]
    assert rungs(kept) == []
    kept.refresh_from_db()
    assert kept.paused_at == needed.due_at
    assert not Fact.objects.filter(occurrence=kept, deed=Deed.LATE).exists()
    assert not chasing.is_behind(needed.due_at + 7 * DAY)


def test_whatever_was_late_first_decides_even_if_it_is_noticed_last(chained: tuple[Occurrence, Occurrence]) -> None:
    """The dependent's row falls due for the chase before its requirement's."""
    needed, kept = chained
    Occurrence.objects.filter(pk=needed.pk).update(rung=2, chase_at=needed.escalate_at)

    sweep(kept.due_at + HOUR)

    kept.refresh_from_db()
    assert kept.paused_at == needed.due_at
    assert rungs(kept) == []


def test_one_that_was_late_before_its_requirement_stays_late(cast: Cast) -> None:
    needed = promised(cast, asks.once("Pedidos completos", due_on=date(2026, 11, 26)), direction=Direction.REQUIREMENT)
    kept = promised(cast, asks.once("Ventana confirmada", due_on=date(2026, 11, 24)))
    depending.depend(kept, needed, cast.actor("luis"), now=build.NOW)

    sweep(time_of(needed).due_at + 7 * DAY)

    assert rungs(time_of(kept)) == rungs(time_of(needed)) == [("delivery", 3)]
    assert time_of(kept).paused_at is None


def test_what_is_met_lets_the_ladder_go_on(cast: Cast, chained: tuple[Occurrence, Occurrence]) -> None:
    needed, kept = chained
    sweep(needed.due_at + HOUR)
    Occurrence.objects.filter(pk=needed.pk).update(waived_at=needed.due_at + DAY)
    needed.refresh_from_db()
    Fact.objects.create(
        occurrence=needed, n=9, deed=Deed.WAIVED, at=needed.due_at + DAY, noted_at=needed.due_at + DAY, words="Va."
    )
    with transaction.atomic():
        depending.sync(needed, needed.due_at + DAY)

    kept.refresh_from_db()
    assert kept.paused_at is None
    assert kept.due_at > kept.planned_at
    sweep(kept.due_at + HOUR)
    assert ("delivery", 2) in rungs(kept)

"""What the promises lay on a desk: a bounded number of lines with honest counts, in one order, each with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from contracts.clock import Standing
from contracts.due import SHOWN, Due
from contracts.models import Commitment, Occurrence
from requests.waiting import desk_of
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=15)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def plan(cast: Cast) -> Commitment:
    """Each Monday, owed by Luis's logistics to Ana's sales."""
    return promises.promise(cast, terms=asks.weekly("Plan semanal"))


def lying(cast: Cast, who: str) -> Due:
    actor = cast.actor(who)
    due = Due(actor, LATER)
    desk_of(actor, LATER, due)
    return due


def test_a_promise_missed_many_times_is_one_line_with_the_oldest(cast: Cast, plan: Commitment) -> None:
    pile = lying(cast, "luis").of(cast.logistics)
    (late,) = [line for line in pile.owed if line.pill == Standing.OVERDUE]
    assert late.ref == promises.first(plan).ref
    assert late.more_times
    assert pile.late == 1
    assert [act.verb for act in late.acts] == ["deliver"]
    assert late.problem == "Reducir los tiempos de entrega"
    assert late.way[-1] == "Logística"


def test_a_day_that_is_over_was_due(cast: Cast, plan: Commitment) -> None:
    with translation.override("en"):
        late, to_come = lying(cast, "luis").of(cast.logistics).owed
        assert late.when.startswith("was due ")
        assert to_come.when.startswith("due ")


def test_many_promises_are_a_few_lines_and_a_count(cast: Cast, plan: Commitment) -> None:
    for n in range(SHOWN + 2):
        promises.promise(cast, terms=asks.weekly(f"Otro plan {n}"))
    pile = lying(cast, "luis").of(cast.logistics)
    assert len(pile.owed) == SHOWN
    assert {line.pill for line in pile.owed} == {Standing.OVERDUE}
    assert pile.late == SHOWN + 3
    assert pile.left_out == pile.count - SHOWN > 0


def test_what_was_delivered_lies_with_who_judges_it(cast: Cast, plan: Commitment) -> None:
    promises.deliver(cast, promises.first(plan), now=LATER)
    (line,) = lying(cast, "ana").of(cast.sales).judged
    assert [act.verb for act in line.acts] == ["judge"]
    assert line.whose == "Logística"
    assert lying(cast, "luis").of(cast.logistics).to_judge == 0
    assert lying(cast, "marta").of(cast.production).to_judge == 0


def test_who_delivers_does_not_find_it_among_what_is_to_judge(cast: Cast, plan: Commitment) -> None:
    Occurrence.objects.filter(commitment=plan).update(owes=cast.sales, delivered_at=NOW, deliveries=1)
    assert lying(cast, "ana").of(cast.sales).to_judge == 0


def test_a_clock_that_stands_still_says_for_what(cast: Cast, plan: Commitment) -> None:
    orders = promises.requirement(cast, terms=asks.weekly("Órdenes completas"))
    Occurrence.objects.filter(commitment=plan).exclude(pk=promises.first(plan).pk).delete()
    row = promises.first(plan)
    row.paused_at = NOW
    row.save()
    row.pauses.create(because=promises.first(orders), began_at=NOW)
    pile = lying(cast, "luis").of(cast.logistics)
    (line,) = [line for line in pile.owed if line.ref == row.ref]
    assert line.pill == Standing.PAUSED
    assert "Órdenes completas" in line.waited_for
    assert "Ventas" in line.waited_for


def test_the_client_is_asked_by_a_facilitator(cast: Cast) -> None:
    served = promises.promise(cast, cast.to_client, terms=asks.weekly("Pedido completo"))
    promises.deliver(cast, promises.first(served), now=LATER)
    pile = lying(cast, "fede").of_client
    assert pile is not None
    assert pile.to_judge == 1
    assert "client_link" in [act.verb for act in pile.judged[0].acts]
    assert lying(cast, "ana").of_client is None

"""Whatever people do, in whatever order: columns follow from facts, and the clock says the same of both."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import clock, depending, deriving, opening
from contracts.models import Fact, Occurrence, Pause
from requests.moves import Refused
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

DEEDS = ("deliver", "deliver_earlier", "judge", "send_back", "waive", "retract", "reconsider", "nothing")

steps = st.lists(
    st.tuples(
        st.sampled_from(DEEDS),
        st.sampled_from(["orders", "plan", "next plan", "report"]),
        # Hours that pass before it.
        st.integers(min_value=0, max_value=90),
        st.sampled_from([Decimal(90), Decimal(97)]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


class UndoThis(Exception):
    """Each example leaves the database as it found it."""


World = tuple[Cast, dict[str, Occurrence]]


@pytest.fixture
def world(db: None) -> World:
    """A report waits for a plan, and the plan for orders."""
    cast = muebles_del_norte()
    orders = promises.requirement(cast, terms=asks.once("Órdenes completas", due_on=(NOW + timedelta(days=2)).date()))
    plan = promises.promise(cast, terms=asks.measured("Plan"))
    report = promises.requirement(cast, terms=asks.weekly("Reporte"))
    promises.depend(cast, plan, orders)
    promises.depend(cast, report, plan)
    return cast, {
        "orders": promises.first(orders),
        "plan": promises.first(plan),
        "next plan": promises.times(plan)[1],
        "report": promises.times(report)[1],
    }


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(script=steps)
def test_columns_are_what_the_facts_say(world: World, script: list[tuple[str, str, int, Decimal, bool]]) -> None:
    with pytest.raises(UndoThis), transaction.atomic():
        _played_and_undone(*world, script)


def _played_and_undone(
    cast: Cast, rows: dict[str, Occurrence], script: list[tuple[str, str, int, Decimal, bool]]
) -> None:
    _play(cast, rows, script)
    raise UndoThis


def _play(cast: Cast, rows: dict[str, Occurrence], script: list[tuple[str, str, int, Decimal, bool]]) -> None:
    now = NOW
    for deed, which, hours, value, flag in script:
        now += timedelta(hours=hours)
        _time_passes(now)
        try:
            with transaction.atomic():
                _do(cast, rows[which], deed, now, hours, value, flag)
        except Refused:
            pass
        for row in _as_stored().filter(pk__in=[one.pk for one in rows.values()]):
            _agrees(row, now)
    for row in _as_stored():
        _agrees(row, now)
    # Looked at once more, nothing is found that was not so already.
    kept = list(Pause.objects.order_by("pk").values())
    for row in deriving.occurrences():
        assert not depending.repause(row, deriving.story_of(row), now)
    assert list(Pause.objects.order_by("pk").values()) == kept


def _as_stored() -> QuerySet[Occurrence]:
    return Occurrence.objects.select_related("commitment__clause", "organization", "calendar")


def _time_passes(now: Any) -> None:
    """What the sweeps do each minute."""
    opening.open_ahead(now)
    late = Occurrence.objects.filter(due_at__lte=now, delivered_at__isnull=True, settled_at__isnull=True)
    for row in late.order_by("due_at"):
        depending.sync(promises.fresh(row), now)
    depending.catch_up(now)


def _do(cast: Cast, row: Occurrence, deed: str, now: Any, hours: int, value: Decimal, flag: bool) -> None:
    measured: dict[str, Any] = {"value": value} if row.commitment.clause.compare else {}
    if deed == "deliver":
        promises.deliver(cast, row, now=now, **measured)
    elif deed == "deliver_earlier":
        promises.deliver(cast, row, now=now, at=now - timedelta(hours=hours), **measured)
    elif deed == "judge":
        promises.judge(cast, row, now=now, on_time=flag, easy=flag)
    elif deed == "send_back":
        promises.send_back(cast, row, now=now)
    elif deed in ("waive", "retract", "reconsider"):
        getattr(promises, deed)(cast, row, now=now)


def _agrees(row: Occurrence, now: Any) -> None:
    facts, pauses = deriving.facts_of(row), deriving.pauses_of(row)
    calendar, terms = row.calendar.calendar, row.commitment.clause
    derived = deriving.derive(row, facts, pauses, calendar=calendar, terms=terms, followed_at=deriving.followed_at(row))
    assert {name: getattr(row, name) for name in deriving.COLUMNS} == derived
    assert [fact.n for fact in facts] == list(range(1, len(facts) + 1))
    said = deriving.clock_facts(row, facts, pauses)
    soon = clock.soon_until(now, calendar.zone, is_working=calendar.is_working)
    assert clock.standing(said, calendar, terms, now) == clock.standing_of(row, now=now, soon_until=soon)
    if row.settled_at is not None:
        assert row.chase_at is None
    else:
        # What the board takes for granted of the rows that are not settled.
        assert (row.waived_at, row.cancelled_at) == (None, None)
    if row.paused_at is not None:
        assert any(pause.ended_at is None for pause in pauses)
    assert all(pause.ended_at is None or pause.ended_at <= now for pause in pauses)
    assert not Fact.objects.filter(occurrence=row, at__gt=now).exists()

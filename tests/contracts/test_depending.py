"""A promise waits for one of the opposite lane: its clock stands still while that one is overdue, and why is told.

The place works Monday to Friday, 9–14 and 15–18, in Mexico City (UTC-6). Orders are due on Wednesday at noon, the
window on Friday at noon, unless a test says otherwise.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connections, transaction

from areas.models import JournalEntry
from contracts import clock, depending, deriving, drafting, opening
from contracts.models import Commitment, Dependency, Occurrence
from contracts.words import Deed, Side
from requests.moves import Refused
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


def at(day: int, hour: int, month: int = 11) -> datetime:
    """A local hour of November 2026."""
    return datetime(2026, month, day, 6, tzinfo=UTC) + timedelta(hours=hour)


WEDNESDAY_NOON = at(18, 12)
FRIDAY_NOON = at(20, 12)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def orders(cast: Cast) -> Commitment:
    return promises.requirement(cast, terms=asks.once("Órdenes completas", date(2026, 11, 18), due_time=time(12)))


@pytest.fixture
def window(cast: Cast, orders: Commitment) -> Commitment:
    made = promises.promise(cast, terms=asks.once("Ventana", date(2026, 11, 20), due_time=time(12)))
    promises.depend(cast, made, orders)
    return made


def swept(commitment: Commitment, now: datetime) -> None:
    """The chase found it overdue."""
    with transaction.atomic():
        depending.sync(promises.first(commitment), now)


def paused_since(commitment: Commitment) -> datetime | None:
    return promises.fresh(promises.first(commitment)).paused_at


def due(commitment: Commitment) -> datetime:
    return promises.fresh(promises.first(commitment)).due_at


def told(commitment: Commitment) -> list[tuple[str, datetime, datetime | None]]:
    return [(fact.deed, fact.at, fact.due_at) for fact in promises.first(commitment).facts.order_by("n")]


# Pauses ---------------------------------------------------------------------------------------------------------------


def test_while_the_requirement_is_overdue_the_clock_stands_still_and_then_the_lost_time_is_added(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    swept(orders, at(19, 9))
    row = promises.first(window)
    assert promises.standing(row, at(19, 9)) == clock.Standing.PAUSED
    assert paused_since(window) == WEDNESDAY_NOON
    assert promises.fresh(row).chase_at is None
    # A clock that stands still is never late.
    assert promises.standing(row, at(30, 9)) == clock.Standing.PAUSED
    promises.deliver(cast, promises.first(orders), now=at(19, 12))
    # Wednesday from noon five hours, Thursday three: Friday has five left after noon, so Monday at noon.
    assert due(window) == at(23, 12)
    assert paused_since(window) is None
    assert promises.fresh(row).chase_at is not None
    assert told(window) == [
        (Deed.PAUSED, WEDNESDAY_NOON, None),
        (Deed.RESUMED, at(19, 12), at(23, 12)),
    ]
    assert {fact.because_id for fact in row.facts.all()} == {promises.first(orders).pk}
    assert [fact.noted_at for fact in row.facts.order_by("n")] == [at(19, 9), at(19, 12)]
    events = JournalEntry.objects.filter(event__startswith="clock.").order_by("pk")
    assert [(entry.event, entry.facts["name"]) for entry in events] == [
        ("clock.paused", "Órdenes completas"),
        ("clock.resumed", "Órdenes completas"),
    ]


def test_it_is_dated_by_when_it_was_so_not_by_when_it_was_noticed(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    # Nobody looked for ten days, and the window would have been due long ago.
    promises.deliver(cast, promises.first(orders), now=at(30, 9), at=at(19, 12))
    assert told(window) == [(Deed.PAUSED, WEDNESDAY_NOON, None), (Deed.RESUMED, at(19, 12), at(23, 12))]
    assert due(window) == at(23, 12)


def test_a_requirement_met_in_time_pauses_nothing(cast: Cast, orders: Commitment, window: Commitment) -> None:
    promises.deliver(cast, promises.first(orders), now=at(18, 11))
    swept(orders, at(19, 9))
    assert told(window) == []
    assert due(window) == FRIDAY_NOON


def test_a_requirement_due_after_the_promise_pauses_nothing(cast: Cast) -> None:
    late = promises.requirement(cast, terms=asks.once("Órdenes", date(2026, 11, 20), due_time=time(12)))
    window = promises.promise(cast, terms=asks.once("Ventana", date(2026, 11, 20), due_time=time(12)))
    promises.depend(cast, window, late)
    swept(late, at(23, 9))
    assert told(window) == []
    assert promises.standing(promises.first(window), at(23, 9)) == clock.Standing.OVERDUE


def test_forgiving_the_requirement_ends_the_pause(cast: Cast, orders: Commitment, window: Commitment) -> None:
    swept(orders, at(18, 13))
    promises.waive(cast, promises.first(orders), now=at(18, 14))
    assert told(window)[-1] == (Deed.RESUMED, at(18, 14), at(20, 14))


def test_what_is_sent_back_after_its_day_pauses_from_the_verdict_on(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    row = promises.first(orders)
    promises.deliver(cast, row, now=at(18, 10))
    promises.send_back(cast, row, now=at(19, 10))
    assert paused_since(window) == at(19, 10)
    promises.deliver(cast, row, now=at(19, 13))
    assert due(window) == at(20, 16)


def test_what_is_sent_back_before_its_day_pauses_from_its_day_on(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    row = promises.first(orders)
    promises.deliver(cast, row, now=at(17, 10))
    promises.send_back(cast, row, now=at(17, 12))
    assert paused_since(window) is None
    swept(orders, at(18, 15))
    assert paused_since(window) == WEDNESDAY_NOON


def test_delivering_while_paused_ends_the_pause_and_is_in_time(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    swept(orders, at(19, 9))
    row = promises.first(window)
    promises.deliver(cast, row, now=at(27, 9))
    assert promises.fresh(row).paused_at is None
    assert promises.standing(row, at(27, 9)) == clock.Standing.DELIVERED
    # The requirement comes later still: nothing is waiting for it any more.
    before = due(window)
    promises.deliver(cast, promises.first(orders), now=at(28, 9))
    assert due(window) == before


def test_taking_the_own_delivery_back_lets_it_wait_again(cast: Cast, orders: Commitment, window: Commitment) -> None:
    swept(orders, at(19, 9))
    row = promises.first(window)
    promises.deliver(cast, row, now=at(19, 10))
    promises.retract(cast, row, now=at(19, 11))
    assert paused_since(window) == WEDNESDAY_NOON


def test_a_correction_shows_that_a_pause_never_was(cast: Cast, orders: Commitment, window: Commitment) -> None:
    row = promises.first(orders)
    promises.deliver(cast, row, now=at(19, 12))
    assert due(window) == at(23, 12)
    promises.retract(cast, row, now=at(19, 13))
    assert paused_since(window) == WEDNESDAY_NOON
    promises.deliver(cast, row, now=at(19, 15), at=at(18, 11))
    assert paused_since(window) is None
    assert due(window) == FRIDAY_NOON
    assert told(window)[-1] == (Deed.MOVED, at(19, 15), FRIDAY_NOON)
    pauses = promises.first(window).pauses.all()
    assert [pause.void_at is not None for pause in pauses] == [True, True]
    assert JournalEntry.objects.filter(event="clock.corrected").count() == 1


def test_two_requirements_at_once_lose_the_time_once(cast: Cast, orders: Commitment, window: Commitment) -> None:
    list_ = promises.requirement(cast, terms=asks.once("Lista", date(2026, 11, 18), due_time=time(16)))
    promises.depend(cast, window, list_)
    promises.deliver(cast, promises.first(orders), now=at(18, 17))
    assert paused_since(window) == WEDNESDAY_NOON
    promises.deliver(cast, promises.first(list_), now=at(19, 12))
    assert due(window) == at(23, 12)


def test_what_waits_for_a_waiting_promise(cast: Cast, orders: Commitment, window: Commitment) -> None:
    """orders ← window ← payment. While the window waits it is not overdue, so the payment goes on."""
    payment = promises.requirement(cast, terms=asks.once("Pago", date(2026, 11, 24), due_time=time(12)))
    promises.depend(cast, payment, window)
    promises.deliver(cast, promises.first(orders), now=at(18, 11))
    swept(window, at(23, 9))
    assert paused_since(payment) == FRIDAY_NOON
    # The orders were not there after all: so the window was waiting all the time, and the payment was not.
    promises.retract(cast, promises.first(orders), now=at(23, 10))
    assert paused_since(window) == WEDNESDAY_NOON
    assert paused_since(payment) is None
    assert due(payment) == at(24, 12)
    promises.deliver(cast, promises.first(orders), now=at(23, 11))
    # Lost: Wednesday 5 hours, Thursday 8, Friday 8, Monday 2 → 23 hours after Friday noon.
    assert due(window) == at(25, 11)
    swept(window, at(25, 15))
    # The payment was due before the window was late.
    assert paused_since(payment) is None


def test_of_a_recurring_promise_only_the_times_that_the_pause_overlaps(cast: Cast, orders: Commitment) -> None:
    plan = promises.promise(cast, terms=asks.weekly("Plan"))
    promises.depend(cast, plan, orders)
    swept(orders, at(19, 9))
    now = at(2, 9, month=12)
    opening.open_ahead(now)
    assert depending.catch_up(now) == 2
    assert depending.catch_up(now) == 0
    since = [promises.fresh(row).paused_at for row in promises.times(plan)]
    assert since[:4] == [WEDNESDAY_NOON, at(23, 18), at(30, 18), None]
    promises.deliver(cast, promises.first(orders), now=now)
    rows = [promises.fresh(row) for row in promises.times(plan)]
    assert [row.paused_at for row in rows[:4]] == [None] * 4
    # The third began on Monday evening; Tuesday's eight hours were lost.
    assert rows[2].due_at == at(8, 18, month=12)
    assert rows[3].due_at == rows[3].planned_at


# Choosing -------------------------------------------------------------------------------------------------------------


def test_choosing_counts_from_now_and_ending_it_ends_the_pause(cast: Cast, orders: Commitment) -> None:
    window = promises.promise(cast, terms=asks.once("Ventana", date(2026, 11, 20), due_time=time(12)))
    promises.depend(cast, window, orders, now=at(19, 10))
    assert paused_since(window) == at(19, 10)
    depending.undepend(window, orders, cast.actor("ana"), now=at(19, 12))
    assert told(window)[-1] == (Deed.RESUMED, at(19, 12), at(20, 14))
    with pytest.raises(Refused):
        depending.undepend(window, orders, cast.actor("ana"), now=at(19, 12))
    assert [entry.event for entry in JournalEntry.objects.filter(event__startswith="dependency.")] == [
        "dependency.chosen",
        "dependency.ended",
    ]
    # And again: a new dependency, a new pause.
    promises.depend(cast, window, orders, now=at(19, 13))
    assert paused_since(window) == at(19, 13)


def test_only_the_opposite_lane_of_the_same_contract(cast: Cast, orders: Commitment, window: Commitment) -> None:
    other = promises.promise(cast, terms=asks.once("Aviso"))
    elsewhere = promises.requirement(cast, cast.to_logistics, terms=asks.once("Pedido"))
    luis = cast.actor("luis")
    assert depending.why_not_depend(window, other, luis) is not None
    assert depending.why_not_depend(window, elsewhere, luis) is not None
    assert depending.why_not_depend(window, orders, luis) is not None, "It does already."
    assert depending.choices(other) == [orders]
    assert depending.why_not_depend(other, orders, luis) is None


def test_nothing_waits_for_itself_by_way_of_others(cast: Cast, orders: Commitment, window: Commitment) -> None:
    luis = cast.actor("luis")
    assert "se esperarían uno al otro" in str(depending.why_not_depend(orders, window, luis))
    payment = promises.requirement(cast, terms=asks.once("Pago"))
    notice = promises.promise(cast, terms=asks.once("Aviso"))
    promises.depend(cast, payment, window)
    promises.depend(cast, notice, payment)
    assert depending.why_not_depend(orders, notice, luis) is not None
    assert window not in depending.choices(orders)
    with pytest.raises(Refused):
        depending.depend(orders, notice, luis, now=NOW)


@pytest.mark.parametrize(
    ("name", "may"),
    [("luis", True), ("ana", True), ("fede", True), ("victor", False), ("marta", False), ("vera", False)],
)
def test_leads_of_the_two_areas_choose_and_a_facilitator(cast: Cast, orders: Commitment, name: str, may: bool) -> None:
    window = promises.promise(cast)
    assert (depending.why_not_depend(window, orders, cast.actor(name)) is None) is may
    assert (depending.why_not_change(window, cast.actor(name)) is None) is may


# New terms ------------------------------------------------------------------------------------------------------------


def test_a_new_promise_takes_over_what_its_forerunner_waited_for(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    swept(orders, at(18, 15))
    terms = asks.once("Ventana de dos horas", date(2026, 11, 26), due_time=time(12))
    new = promises.amended(cast, window, terms=terms, now=at(19, 9))
    assert [row.requirement for row in Dependency.objects.filter(commitment=new, ended_at__isnull=True)] == [orders]
    assert not Dependency.objects.filter(commitment=window, ended_at__isnull=True).exists()
    old = promises.fresh(promises.first(window))
    assert old.cancelled_at == at(19, 9)
    assert old.paused_at is None
    # The orders are still not there: the new one waits from its start on.
    assert paused_since(new) == at(19, 9)


def test_a_new_requirement_takes_the_place_of_the_one_that_was_waited_for(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    swept(orders, at(18, 15))
    terms = asks.once("Órdenes con dirección", date(2026, 11, 19), due_time=time(12))
    new = promises.amended(cast, orders, terms=terms, now=at(18, 17))
    assert told(window)[-1] == (Deed.RESUMED, at(18, 17), at(20, 17))
    swept(new, at(19, 13))
    assert paused_since(window) == at(19, 12)


def test_a_requirement_that_is_dropped_is_waited_for_no_more(
    cast: Cast, orders: Commitment, window: Commitment
) -> None:
    swept(orders, at(18, 15))
    contract = drafting.contract_of(orders.link)
    drafting.propose_removal(
        contract, orders.ask, cast.actor("luis"), side=Side.SUPPLIER, words="Ya no hace falta.", now=at(18, 16)
    )
    asks.sign_both(cast, contract, now=at(18, 17))
    assert paused_since(window) is None
    assert told(window)[-1] == (Deed.RESUMED, at(18, 17), at(20, 17))
    assert not Dependency.objects.filter(ended_at__isnull=True).exists()


def test_a_look_costs_one_query_where_nothing_depends(cast: Cast, django_assert_num_queries: object) -> None:
    promises.promise(cast, terms=asks.weekly())
    rows = list(Occurrence.objects.all())
    assert len(rows) > 3
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert depending.sync_all(rows, NOW + timedelta(days=30)) == []


@pytest.mark.django_db(transaction=True)
def test_both_sides_at_once_do_not_wait_for_each_other_in_a_circle() -> None:
    cast = muebles_del_norte()
    first = promises.requirement(cast, terms=asks.once("Órdenes", date(2026, 11, 18), due_time=time(12)))
    second = promises.promise(cast, terms=asks.once("Ventana", date(2026, 11, 20), due_time=time(12)))
    promises.depend(cast, second, first)
    swept(first, at(19, 9))
    start = threading.Barrier(2)
    trouble: list[Exception] = []

    def in_own_connection(commitment: Commitment) -> None:
        try:
            for n in range(4):
                start.wait(timeout=20)
                promises.deliver(cast, promises.first(commitment), now=at(19, 10 + n))
                start.wait(timeout=20)
                promises.retract(cast, promises.first(commitment), now=at(19, 10 + n))
        except Exception as error:
            trouble.append(error)
            start.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=in_own_connection, args=(one,)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert trouble == []
    # Neither is there in the end, so the window waits as if nothing had been.
    assert paused_since(second) == WEDNESDAY_NOON
    assert len(deriving.pauses_of(promises.first(second))) == 1

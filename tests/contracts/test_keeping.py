"""What follows from each deed on a delivery, what is refused, and what two people at one instant get.

NOW is Monday 16 November 2026, 09:00 in Mexico City. The weekly plan that logistics owes to sales falls due on Mondays
at 18:00 from the 23rd on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from areas import feed
from areas.models import JournalEntry, Organization
from contracts import clock, depending, deriving, keeping
from contracts.clock import Standing
from contracts.models import Commitment, Fact, Occurrence
from contracts.words import Deed, Ladder, Voice
from requests.moves import Refused
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

DAY = timedelta(days=1)


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    """A local hour of 2026."""
    return datetime(2026, month, day, 6, tzinfo=UTC) + timedelta(hours=hour)


DUE = at(23, 18)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def plan(cast: Cast) -> Commitment:
    return promises.promise(cast, terms=asks.weekly())


@pytest.fixture
def figures(cast: Cast) -> Commitment:
    """At least 95 % each week."""
    return promises.promise(cast, terms=asks.measured())


def shown(changed: keeping.ChangedMeanwhile) -> Occurrence:
    """What the second person is shown: the row as the first one left it."""
    assert isinstance(changed.current, Occurrence)
    return changed.current


def story(row: Occurrence) -> list[str]:
    return list(row.facts.order_by("n").values_list("deed", flat=True))


def test_a_deed_asks_the_database_four_things_however_much_has_happened(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    for day in (17, 18, 19):
        promises.send_back(cast, promises.deliver(cast, row, now=at(day)), now=at(day, 13))
    luis, ana = cast.actor("luis"), cast.actor("ana")
    assert luis.leads
    assert ana.leads
    row = promises.fresh(row)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        row = keeping.deliver(row, luis, version=row.version, now=at(20))
    said = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    # What there is, locked; the fact; its columns; the journal.
    assert len(said) == 4, said
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        keeping.judge(row, ana, version=row.version, now=at(20, 13), on_time=True, worked=True, easy=True)
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) == 4
    assert story(row).count("delivered") == 4


# Delivered and judged -------------------------------------------------------------------------------------------------


def test_a_delivery_that_is_accepted_in_time_is_kept(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    assert promises.standing(row) == Standing.UPCOMING
    before = Organization.objects.get(pk=cast.organization.pk).revision
    row = promises.deliver(cast, row, now=at(19), note="Va completo.", self_worked=True, self_easy=False)
    assert (row.delivered_at, row.deliveries, row.note) == (at(19), 1, "Va completo.")
    assert (row.self_worked, row.self_easy) == (True, False)
    # Three working days to judge: Friday, Monday, Tuesday.
    assert row.judge_by == at(24, 18)
    assert (row.ladder, row.rung, row.warn_at, row.chase_at) == (Ladder.VERDICT, 0, at(20, 9), at(20, 9))
    assert row.settled_at is None
    assert promises.standing(row, at(24, 18)) == Standing.DELIVERED
    assert promises.standing(row, at(24, 19)) == Standing.UNJUDGED
    row = promises.judge(cast, row, now=at(20), on_time=False, easy=True, words="Gracias")
    assert (row.judged_at, row.on_time, row.worked, row.easy) == (at(20), False, True, True)
    assert (row.settled_at, row.chase_at) == (at(20), None)
    assert promises.standing(row, at(20)) == Standing.KEPT
    assert story(row) == [Deed.DELIVERED, Deed.JUDGED]
    assert Organization.objects.get(pk=cast.organization.pk).revision == before + 2


def test_what_each_deed_tells_the_journal(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    promises.deliver(cast, row, now=at(19))
    promises.send_back(cast, row, now=at(20))
    promises.reconsider(cast, row, now=at(20))
    promises.judge(cast, row, now=at(20))
    promises.retract(cast, row, now=at(20))
    promises.waive(cast, row, now=at(20))
    rows = JournalEntry.objects.filter(subject="promise").order_by("pk")
    assert [(entry.event, entry.area) for entry in rows] == [
        ("delivery.reported", cast.logistics),
        ("delivery.returned", cast.sales),
        ("verdict.retracted", cast.sales),
        ("delivery.judged", cast.sales),
        ("delivery.retracted", cast.logistics),
        ("delivery.waived", cast.sales),
    ]
    assert {entry.subject_ref for entry in rows} == {plan.ref}
    with override("en"):
        lines = [feed.line(cast.organization, entry) for entry in rows]
    assert str(lines[0].sentence) == "<b>Luis</b>, for Logística, delivered to Ventas: “Plan semanal confirmado”."
    assert lines[1].words == "No se puede usar."
    assert all("%" not in line.sentence and "Plan semanal" in line.sentence for line in lines)


def test_an_earlier_moment_is_reported_with_both_stamps(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=at(25), at=at(23, 17))
    fact = row.facts.get()
    assert (fact.at, fact.noted_at) == (at(23, 17), at(25))
    assert promises.standing(row, at(25)) == Standing.DELIVERED, "In time, whenever it was reported."
    assert row.judge_by == at(30, 18), "Counted from when the receiver could know of it."


@pytest.mark.parametrize("moment", [at(25, 13), NOW - DAY])
def test_no_moment_of_the_future_or_before_its_time(cast: Cast, plan: Commitment, moment: datetime) -> None:
    with pytest.raises(Refused):
        promises.deliver(cast, promises.first(plan), now=at(25), at=moment)


def test_ahead_of_its_time_is_possible_but_not_of_the_past(cast: Cast, plan: Commitment) -> None:
    following = promises.times(plan)[1]
    with pytest.raises(Refused):
        promises.deliver(cast, following, now=at(20), at=at(19))
    assert promises.deliver(cast, following, now=at(20)).delivered_at == at(20)


def test_late_and_accepted_is_repaired(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    assert promises.standing(row, DUE + timedelta(seconds=1)) == Standing.OVERDUE
    promises.deliver(cast, row, now=at(24))
    assert promises.standing(row, at(24)) == Standing.BROKEN
    promises.judge(cast, row, now=at(25))
    assert promises.standing(row, at(25)) == Standing.REPAIRED


def test_sent_back_keeps_its_due_moment_and_stays_broken(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    promises.deliver(cast, row, now=at(18))
    row = promises.send_back(cast, row, now=at(19))
    assert (row.delivered_at, row.failed_at, row.worked, row.due_at) == (None, at(19), False, DUE)
    assert (row.ladder, row.chase_at, row.note) == (Ladder.DELIVERY, row.warn_at, "")
    assert promises.standing(row, at(19)) == Standing.BROKEN
    with pytest.raises(Refused):
        promises.deliver(cast, row, now=at(20), at=at(18))
    row = promises.deliver(cast, row, now=at(20))
    assert (row.deliveries, row.judged_at, row.worked) == (2, None, None)
    assert promises.standing(row, at(20)) == Standing.BROKEN
    row = promises.judge(cast, row, now=at(20))
    assert promises.standing(row, at(20)) == Standing.REPAIRED
    assert row.failed_at == at(19)


def test_what_did_not_work_needs_words(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=at(18))
    with pytest.raises(Refused):
        promises.send_back(cast, row, now=at(19), words="  ")
    ana = cast.actor("ana")
    for deed in (keeping.waive, keeping.reconsider):
        with pytest.raises(Refused):
            deed(row, ana, version=row.version, now=at(19), words=" ")
    with pytest.raises(Refused):
        keeping.retract(row, cast.actor("luis"), version=row.version, now=at(19), words="")
    assert story(row) == [Deed.DELIVERED]


def test_forgiven_is_settled_and_nobody_acts_on_it(cast: Cast, plan: Commitment) -> None:
    row = promises.waive(cast, promises.first(plan), now=at(25))
    assert (row.waived_at, row.settled_at, row.chase_at) == (at(25), at(25), None)
    assert promises.standing(row, at(25)) == Standing.WAIVED
    with pytest.raises(Refused):
        promises.deliver(cast, row, now=at(25))


# Measured -------------------------------------------------------------------------------------------------------------


def test_a_measured_promise_says_its_number(cast: Cast, figures: Commitment) -> None:
    row = promises.first(figures)
    with pytest.raises(Refused):
        promises.deliver(cast, row, value=None)
    row = promises.deliver(cast, row, value=Decimal("95"))
    assert (row.value, row.met) == (Decimal(95), True)


def test_the_value_follows_from_the_two_of_which_it_is_the_share(cast: Cast, figures: Commitment) -> None:
    row = promises.deliver(cast, promises.first(figures), numerator=Decimal(38), denominator=Decimal(41))
    assert row.value == Decimal("92.6829")
    assert row.met is False
    assert (row.facts.get().numerator, row.denominator) == (Decimal(38), Decimal(41))


@pytest.mark.parametrize(("unit", "expected"), [("%", Decimal(50)), ("", Decimal("0.5")), ("días", Decimal("0.5"))])
def test_a_share_is_a_percentage_only_where_the_unit_says_so(cast: Cast, unit: str, expected: Decimal) -> None:
    promised = promises.promise(cast, terms=asks.measured(unit=unit))
    row = promises.deliver(cast, promises.first(promised), numerator=Decimal(1), denominator=Decimal(2))
    assert row.value == expected


@pytest.mark.parametrize(
    "given",
    [
        {"numerator": Decimal(1)},
        {"denominator": Decimal(1)},
        {"numerator": Decimal(1), "denominator": Decimal(0)},
        {"numerator": Decimal(-1), "denominator": Decimal(2)},
        {"value": Decimal("NaN")},
        {"value": Decimal("Infinity")},
        {"value": Decimal(10) ** 10},
        {"numerator": Decimal(9) * 10**9, "denominator": Decimal("0.0001")},
    ],
)
def test_numbers_that_are_none(cast: Cast, figures: Commitment, given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        promises.deliver(cast, promises.first(figures), **given)
    assert story(promises.first(figures)) == []


def test_a_promise_without_a_number_takes_none(cast: Cast, plan: Commitment) -> None:
    with pytest.raises(Refused):
        promises.deliver(cast, promises.first(plan), value=Decimal(3))


def test_off_target_stays_broken_until_the_next_one_is_delivered(cast: Cast, figures: Commitment) -> None:
    first, second, *_rest = promises.times(figures)
    promises.deliver(cast, first, now=at(20), value=Decimal(90))
    assert promises.standing(first, at(20)) == Standing.BROKEN
    first = promises.judge(cast, first, now=at(21))
    assert (first.settled_at, first.chase_at) == (None, None)
    promises.deliver(cast, second, now=at(27))
    assert promises.fresh(first).settled_at == at(27)
    assert promises.standing(first, at(27)) == Standing.BROKEN
    # The next one was a mistake: so this one is still the last word.
    promises.retract(cast, second, now=at(28))
    assert promises.fresh(first).settled_at is None
    promises.deliver(cast, second, now=at(29))
    assert promises.fresh(first).settled_at == at(29)


def test_off_target_that_is_judged_after_the_next_one_came_is_settled_at_once(cast: Cast, figures: Commitment) -> None:
    first, second, *_rest = promises.times(figures)
    promises.deliver(cast, first, now=at(20), value=Decimal(90))
    promises.deliver(cast, second, now=at(24))
    assert promises.judge(cast, first, now=at(25)).settled_at == at(25)


# Corrections ----------------------------------------------------------------------------------------------------------


def test_a_delivery_taken_back_takes_its_verdict_with_it(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    promises.deliver(cast, row, now=at(18), note="La otra.")
    promises.judge(cast, row, now=at(19))
    row = promises.retract(cast, row, now=at(20))
    assert (row.delivered_at, row.judged_at, row.worked, row.settled_at, row.note) == (None, None, None, None, "")
    assert promises.standing(row, at(20)) == Standing.DUE_SOON
    assert row.deliveries == 1
    assert story(row) == [Deed.DELIVERED, Deed.JUDGED, Deed.RETRACTED]
    facts = deriving.facts_of(row)
    assert facts[2].corrects == facts[0]
    assert deriving.corrected(facts) == {1, 2}
    assert promises.deliver(cast, row, now=at(20)).deliveries == 2


def test_taking_a_delivery_back_does_not_wipe_an_earlier_bad_verdict(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    promises.deliver(cast, row, now=at(17))
    promises.send_back(cast, row, now=at(18))
    with pytest.raises(Refused):
        promises.retract(cast, row, now=at(18))
    promises.deliver(cast, row, now=at(19))
    row = promises.retract(cast, row, now=at(19))
    assert row.failed_at == at(18)
    assert promises.standing(row, at(19)) == Standing.BROKEN


def test_a_verdict_taken_back_lets_the_delivery_wait_for_a_new_one(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    promises.deliver(cast, row, now=at(18), note="La buena.")
    promises.send_back(cast, row, now=at(19))
    row = promises.reconsider(cast, row, now=at(26))
    assert (row.delivered_at, row.failed_at, row.judged_at, row.note) == (at(18), None, None, "La buena.")
    # So many days again to give the right one.
    assert row.judge_by == at(1, 18, month=12)
    assert promises.standing(row, at(26)) == Standing.DELIVERED
    assert row.ladder == Ladder.VERDICT
    promises.judge(cast, row, now=at(26))
    assert promises.standing(row, at(26)) == Standing.KEPT


def test_what_was_forgiven_by_mistake_is_as_it_was(cast: Cast, plan: Commitment) -> None:
    row = promises.waive(cast, promises.first(plan), now=at(25))
    row = promises.reconsider(cast, row, now=at(26))
    assert (row.waived_at, row.settled_at) == (None, None)
    assert promises.standing(row, at(26)) == Standing.OVERDUE
    assert row.chase_at is not None


def test_only_the_verdict_on_what_stands_is_taken_back(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    promises.deliver(cast, row, now=at(18))
    promises.send_back(cast, row, now=at(19))
    promises.deliver(cast, row, now=at(20))
    with pytest.raises(Refused):
        promises.reconsider(cast, row, now=at(20))


def test_facts_are_never_changed(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=at(18))
    with pytest.raises(DatabaseError), transaction.atomic():
        Fact.objects.filter(occurrence=row).update(words="Otra cosa")


# The client -----------------------------------------------------------------------------------------------------------


def test_the_real_client_judges_one_delivery_behind_a_signed_link(cast: Cast) -> None:
    delivery = promises.promise(cast, cast.to_client, terms=asks.once())
    row = promises.deliver(cast, promises.first(delivery), now=at(18))
    answers: dict[str, Any] = {"on_time": True, "worked": True, "easy": True}
    with pytest.raises(Refused):
        keeping.judge_as_client(row, delivery=2, name="Rosa", now=at(19), **answers)
    with pytest.raises(Refused):
        keeping.judge_as_client(row, delivery=1, name="Rosa", now=at(19), **{**answers, "worked": False})
    done = keeping.judge_as_client(row, delivery=1, name=" Rosa ", now=at(19), **answers)
    fact = done.facts.get(deed=Deed.JUDGED)
    assert (fact.by, fact.by_name, fact.voice, fact.for_area) == (None, "Rosa", Voice.CLIENT, cast.client)
    assert promises.standing(done, at(19)) == Standing.KEPT
    with pytest.raises(Refused):
        keeping.judge_as_client(row, delivery=1, name="Rosa", now=at(19), **answers)


def test_a_link_for_a_delivery_that_was_taken_back_is_worth_nothing(cast: Cast) -> None:
    delivery = promises.promise(cast, cast.to_client, terms=asks.once())
    row = promises.deliver(cast, promises.first(delivery), now=at(18))
    promises.retract(cast, row, now=at(18))
    promises.deliver(cast, row, now=at(19))
    with pytest.raises(Refused):
        keeping.judge_as_client(row, delivery=1, name="", now=at(19), on_time=True, worked=True, easy=True)
    done = keeping.judge_as_client(row, delivery=2, name="", now=at(19), on_time=True, worked=True, easy=True)
    assert done.facts.get(deed=Deed.JUDGED).by_name == cast.client.name


def test_inside_the_company_no_link_judges(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=at(18))
    with pytest.raises(Refused):
        keeping.judge_as_client(row, delivery=1, name="Ana", now=at(18), on_time=True, worked=True, easy=True)


# After an event -------------------------------------------------------------------------------------------------------


def test_the_clock_starts_when_somebody_says_that_it_happened(cast: Cast) -> None:
    notice = promises.promise(cast, terms=asks.after_event())
    victor = cast.actor("victor")
    row = keeping.started(notice, victor, now=at(19), at=at(19, 11), words="Choque en la carretera")
    assert (row.slot, row.starts_at) == ("event-1", at(19, 11))
    # Four working hours, with an hour's break.
    assert (row.planned_at, row.due_at) == (at(19, 16), at(19, 16))
    assert row.chase_at == at(19, 11), "The owner is told at once."
    fact = row.facts.get()
    assert (fact.deed, fact.at, fact.noted_at, fact.by, fact.words) == (
        Deed.STARTED,
        at(19, 11),
        at(19),
        cast.victor,
        "Choque en la carretera",
    )
    second = keeping.started(notice, cast.actor("ana"), now=at(20), at=at(20, 9), words="")
    assert (second.slot, second.facts.get().for_area) == ("event-2", cast.sales)
    promises.deliver(cast, row, now=at(19, 15))
    assert promises.standing(row, at(19, 15)) == Standing.DELIVERED


def test_when_the_clock_does_not_start(cast: Cast, plan: Commitment) -> None:
    notice = promises.promise(cast, terms=asks.after_event())
    luis = cast.actor("luis")
    keeping.started(notice, luis, now=at(19), at=at(19, 11), words="")
    for moment in (at(19, 11), at(19, 13), NOW - DAY):
        with pytest.raises(Refused):
            keeping.started(notice, luis, now=at(19), at=moment, words="")
    with pytest.raises(Refused):
        keeping.started(plan, luis, now=at(19), at=at(19), words="")
    for name in ("marta", "vera", "fede"):
        assert keeping.why_not_start(notice, cast.actor(name)) is not None
    assert keeping.why_not_start(notice, cast.actor("fede"), recording=True) is None


# Meanwhile ------------------------------------------------------------------------------------------------------------


def test_who_acts_on_what_was_seen_before_is_shown_what_changed(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    done = promises.deliver(cast, row, now=at(18))
    with pytest.raises(keeping.ChangedMeanwhile) as caught:
        keeping.deliver(row, cast.actor("victor"), version=row.version, now=at(18))
    assert caught.value.current == done
    assert isinstance(caught.value.current, Occurrence)
    assert caught.value.current.delivered_at == at(18)


def test_what_the_sweeps_write_is_in_nobodys_way(cast: Cast, plan: Commitment) -> None:
    orders = promises.requirement(cast, terms=asks.once("Órdenes", date(2026, 11, 18)))
    promises.depend(cast, plan, orders)
    row = promises.first(plan)
    depending.sync(promises.first(orders), at(20))
    assert promises.fresh(row).paused_at is not None
    assert keeping.deliver(row, cast.actor("luis"), version=row.version, now=at(20)).delivered_at == at(20)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_instant_give_one_result_and_one_message() -> None:
    cast = muebles_del_norte()
    row = promises.deliver(cast, promises.first(promises.promise(cast, terms=asks.weekly())), now=at(18))
    start = threading.Barrier(2)
    results: list[str] = []

    def in_own_connection(act: Callable[[Occurrence], Occurrence]) -> None:
        try:
            seen = promises.fresh(row)
            start.wait(timeout=10)
            results.append(story(act(seen))[-1])
        except keeping.ChangedMeanwhile as changed:
            results.append(f"meanwhile {story(shown(changed))[-1]}")
        finally:
            connections.close_all()

    ana, luis, now = cast.actor("ana"), cast.actor("luis"), at(19)
    rivals: list[Callable[[Occurrence], Occurrence]] = [
        lambda seen: keeping.judge(seen, ana, version=seen.version, now=now, on_time=True, worked=True, easy=True),
        lambda seen: keeping.retract(seen, luis, version=seen.version, now=now, words="No era."),
    ]
    threads = [threading.Thread(target=in_own_connection, args=(rival,)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    final = story(row)[-1]
    assert sorted(results) == sorted([final, f"meanwhile {final}"])
    assert story(row) == [Deed.DELIVERED, final]


def test_why_it_is_late_is_told_from_the_same_facts(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=at(25))
    facts = deriving.clock_facts(row, deriving.facts_of(row), deriving.pauses_of(row))
    told = clock.why_late(facts, row.calendar.calendar, row.commitment.clause, at(25))
    assert [moment.at for moment in told] == [NOW, DUE, at(25)]

"""From agreed asks to a contract in force, and what the database refuses afterwards."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from areas.editing import ChangedMeanwhile
from areas.models import JournalEntry
from contracts import drafting
from contracts.models import Clause, Commitment, Contract, Shoes, Version
from contracts.words import Side
from requests import moves
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def contract(cast: Cast) -> Contract:
    return drafting.contract_of(cast.to_sales)


def statuses(proposed: drafting.Proposal) -> list[tuple[str, str]]:
    return [(line.promise.outcome, line.status) for line in proposed.lines]


def test_what_is_agreed_forms_the_proposed_version(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.once("Ventana"))
    asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.measured("Orden completa"))
    asks.asked(cast, terms=asks.once("Sin acordar"))
    proposed = drafting.proposal(contract(cast))
    assert (proposed.n, proposed.is_change) == (1, True)
    assert statuses(proposed) == [("Ventana", "new"), ("Orden completa", "new")]
    assert [line.owed_by for line in proposed.lines] == [Side.SUPPLIER, Side.CUSTOMER]


def test_one_signature_is_not_yet_a_contract(cast: Cast) -> None:
    asks.agreed(cast)
    digest = drafting.proposal(contract(cast)).digest
    assert drafting.sign(contract(cast), Side.SUPPLIER, cast.actor("luis"), digest=digest, now=NOW) is None
    assert not Version.objects.exists()
    assert set(drafting.standing_signatures(contract(cast), drafting.proposal(contract(cast)))) == {Side.SUPPLIER}


def test_both_signatures_bring_it_into_force_with_its_commitments(cast: Cast) -> None:
    need = asks.agreed(cast, terms=asks.once("Ventana", due_on=date(2026, 12, 4)))
    asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.weekly("Pronóstico"))
    version = asks.sign_both(cast, contract(cast))
    assert (version.n, version.in_force_at) == (1, NOW)
    assert [(clause.outcome, clause.owner_name) for clause in version.clauses.all()] == [
        ("Ventana", "Luis"),
        ("Pronóstico", "Ana"),
    ]
    owed = Commitment.objects.get(ask=need)
    assert (owed.owes, owed.owed) == (cast.logistics, cast.sales)
    # The end of 4 December in Mexico City, UTC-6.
    assert [one.due_at for one in owed.occurrences.all()] == [datetime(2026, 12, 5, 5, 59, tzinfo=UTC)]
    assert contract(cast).review_on == date(2027, 2, 16)
    assert set(JournalEntry.objects.filter(link=cast.to_sales).values_list("event", flat=True)) >= {
        "contract.signed",
        "contract.in_force",
    }
    assert not drafting.proposal(contract(cast)).is_change


def test_a_signature_lapses_when_the_proposal_changes(cast: Cast) -> None:
    asks.agreed(cast)
    digest = drafting.proposal(contract(cast)).digest
    drafting.sign(contract(cast), Side.SUPPLIER, cast.actor("luis"), digest=digest, now=NOW)
    asks.agreed(cast, terms=asks.once("Una cosa más"))
    proposed = drafting.proposal(contract(cast))
    assert drafting.standing_signatures(contract(cast), proposed) == {}
    assert [signature.by_name for signature in drafting.lapsed(contract(cast), proposed)] == ["Luis"]
    with pytest.raises(drafting.ProposalChanged):
        drafting.sign(contract(cast), Side.CUSTOMER, cast.actor("ana"), digest=digest, now=NOW)
    assert not Version.objects.exists()


def test_an_amendment_supersedes_only_with_both_signatures(cast: Cast) -> None:
    old = asks.agreed(cast, terms=asks.once("Ventana"))
    kept = asks.agreed(cast, terms=asks.weekly("Plan"))
    first = asks.sign_both(cast, contract(cast))
    new = asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("Ventana de 2 h")), now=NOW)
    proposed = drafting.proposal(contract(cast))
    assert sorted(statuses(proposed)) == [("Plan", "kept"), ("Ventana de 2 h", "changed")]
    assert Commitment.objects.get(ask=old).ended_at is None
    later = NOW + timedelta(days=1)
    second = asks.sign_both(cast, contract(cast), now=later)
    first.refresh_from_db()
    assert (first.superseded_at, second.n, second.in_force_at) == (later, 2, later)
    assert Commitment.objects.get(ask=old).ended_at == later
    assert Commitment.objects.get(ask=new).ended_at is None
    assert Commitment.objects.filter(ask=kept).count() == 1
    changes = {
        (c.status, c.before and c.before.outcome, c.after and c.after.outcome) for c in drafting.compare(first, second)
    }
    assert changes == {("kept", "Plan", "Plan"), ("changed", "Ventana", "Ventana de 2 h")}


def test_an_amendment_of_an_amendment_still_finds_the_clause_that_it_changes(cast: Cast) -> None:
    old = asks.agreed(cast, terms=asks.once("A"))
    asks.sign_both(cast, contract(cast))
    middle = asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("B")))
    asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=middle, terms=asks.once("C")))
    (line,) = drafting.proposal(contract(cast)).lines
    assert line.before is not None
    assert (line.status, line.before.outcome, line.promise.outcome) == ("changed", "A", "C")


def test_a_removal_ends_the_promise_with_both_signatures(cast: Cast) -> None:
    gone = asks.agreed(cast, terms=asks.once("Ventana"))
    asks.agreed(cast, terms=asks.weekly("Plan"))
    first = asks.sign_both(cast, contract(cast))
    luis = cast.actor("luis")
    with pytest.raises(moves.Refused):
        drafting.propose_removal(contract(cast), gone, cast.actor("marta"), side=Side.SUPPLIER, words="Ya no", now=NOW)
    drafting.propose_removal(contract(cast), gone, luis, side=Side.SUPPLIER, words="Ya no hace falta.", now=NOW)
    assert ("Ventana", "removed") in statuses(drafting.proposal(contract(cast)))
    second = asks.sign_both(cast, contract(cast))
    assert [clause.outcome for clause in second.clauses.all()] == ["Plan"]
    assert Commitment.objects.get(ask=gone).ended_at == NOW
    assert not drafting.proposal(contract(cast)).is_change
    assert {c.status for c in drafting.compare(first, second)} == {"kept", "removed"}


def test_a_removal_can_be_taken_back_once(cast: Cast) -> None:
    ask = asks.agreed(cast)
    asks.sign_both(cast, contract(cast))
    luis = cast.actor("luis")
    removal = drafting.propose_removal(contract(cast), ask, luis, side=Side.SUPPLIER, words="Sobra.", now=NOW)
    drafting.take_back_removal(contract(cast), removal, luis, now=NOW)
    assert not drafting.proposal(contract(cast)).is_change
    with pytest.raises(moves.Refused):
        drafting.take_back_removal(contract(cast), removal, luis, now=NOW)


def test_who_may_sign(cast: Cast) -> None:
    asks.agreed(cast)
    proposed = drafting.proposal(contract(cast))
    may = {
        (name, side.value)
        for name in ("ana", "luis", "victor", "marta", "vera", "fede")
        for side in Side
        if drafting.why_not_sign(contract(cast), proposed, side, cast.actor(name)) is None
    }
    assert may == {("ana", "customer"), ("luis", "supplier")}


def test_nobody_signs_for_both_sides(cast: Cast) -> None:
    both = build.person(cast.company, "Dora", leads=[cast.sales, cast.logistics])
    asks.agreed(cast)
    digest = drafting.proposal(contract(cast)).digest
    drafting.sign(contract(cast), Side.CUSTOMER, build.actor(both), digest=digest, now=NOW)
    with pytest.raises(moves.Refused):
        drafting.sign(contract(cast), Side.SUPPLIER, build.actor(both), digest=digest, now=NOW)
    with pytest.raises(moves.Refused):
        drafting.sign(contract(cast), Side.SUPPLIER, cast.actor("fede"), digest=digest, said_by="Dora", now=NOW)
    version = drafting.sign(contract(cast), Side.SUPPLIER, cast.actor("fede"), digest=digest, said_by="Luis", now=NOW)
    assert version is not None
    row = contract(cast).signatures.get(side=Side.SUPPLIER)
    assert (row.by, row.by_name, row.recorded_by) == (cast.luis, "Luis", cast.fede)


def test_a_signature_given_as_a_guest_does_not_count_yet(cast: Cast) -> None:
    asks.agreed(cast)
    digest = drafting.proposal(contract(cast)).digest
    fede = cast.actor("fede")
    drafting.sign(contract(cast), Side.SUPPLIER, fede, digest=digest, said_by="Invitado", provisional=True, now=NOW)
    drafting.sign(contract(cast), Side.CUSTOMER, cast.actor("ana"), digest=digest, now=NOW)
    assert not Version.objects.exists()
    assert drafting.sign(contract(cast), Side.SUPPLIER, cast.actor("luis"), digest=digest, now=NOW) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contracts_clause SET outcome = 'otra cosa'",
        "UPDATE contracts_clause SET target = 1",
        "DELETE FROM contracts_commitment; DELETE FROM contracts_clause",
        "INSERT INTO contracts_clause (ref, in_version_id, ask_id, lane, n, owner_name, outcome, satisfaction, shape,"
        " due_on, within_unit, event, every, interval, indicator, compare, unit)"
        " SELECT 'x', in_version_id, ask_id, lane, 9, owner_name, 'más', '', shape, due_on, '', '', '', 1, '', '', ''"
        " FROM contracts_clause",
        "UPDATE contracts_version SET digest = 'x'",
        "UPDATE contracts_version SET in_force_at = now()",
        "UPDATE contracts_version SET in_force_at = NULL",
        "UPDATE contracts_signature SET by_name = 'Otra'",
        "UPDATE areas_journalentry SET by_name = 'Otra'",
    ],
)
def test_nothing_edits_a_signed_version(cast: Cast, statement: str) -> None:
    asks.signed(cast)
    assert Clause.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_shoes_are_written_confirmed_and_corrected(cast: Cast) -> None:
    luis, ana = cast.actor("luis"), cast.actor("ana")
    agreement = contract(cast)
    write: dict[str, Any] = {
        "jobs": "Prometer una fecha",
        "pains": "Enterarse tarde",
        "gains": "Que avisen",
        "now": NOW,
    }
    with pytest.raises(moves.Refused):
        drafting.write_shoes(agreement, cast.actor("marta"), side=Side.SUPPLIER, n=0, **write)
    first = drafting.write_shoes(agreement, luis, side=Side.SUPPLIER, n=0, **write)
    assert first.confirmed_at is None
    with pytest.raises(moves.Refused):
        drafting.confirm_shoes(agreement, luis, n=1, now=NOW)
    confirmed = drafting.confirm_shoes(agreement, ana, n=1, now=NOW)
    assert (confirmed.confirmed_by, confirmed.confirmed_at) == (cast.ana, NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Shoes.objects.filter(pk=first.pk).update(pains="otra cosa")
    with pytest.raises(ChangedMeanwhile):
        drafting.write_shoes(agreement, luis, side=Side.SUPPLIER, n=0, **write)
    corrected = drafting.write_shoes(agreement, ana, side=Side.CUSTOMER, n=1, **{**write, "pains": "Otra cosa"})
    assert (corrected.n, corrected.confirmed_by) == (2, cast.ana)


def test_the_proposal_costs_the_same_for_one_clause_and_for_many(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asks.signed(cast)
    agreement = contract(cast)
    with django_assert_num_queries(1):
        drafting.proposal(agreement)
    for n in range(3):
        asks.agreed(cast, terms=asks.once(f"Promesa {n}"))
    asks.sign_both(cast, agreement)
    with django_assert_num_queries(1):
        drafting.proposal(agreement)


@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_the_same_instant_make_one_version() -> None:
    cast = muebles_del_norte()
    asks.agreed(cast)
    agreement = contract(cast)
    digest = drafting.proposal(agreement).digest
    start = threading.Barrier(2)
    made: list[Version | None] = []

    def sign(side: Side, name: str) -> None:
        try:
            who = cast.actor(name)
            start.wait(timeout=10)
            made.append(drafting.sign(agreement, side, who, digest=digest, now=NOW))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=sign, args=(Side.CUSTOMER, "ana")),
        threading.Thread(target=sign, args=(Side.SUPPLIER, "luis")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert [version is not None for version in made].count(True) == 1
    assert Version.objects.count() == 1
    assert Commitment.objects.count() == 1

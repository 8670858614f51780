"""What the acts set, refuse and leave behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from areas.models import JournalEntry, Link, Organization
from areas.words import Kind
from requests import moves
from requests.access import visible_asks
from requests.models import Act, Ask, Terms
from requests.states import Direction, State, Verb
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def test_asking_hands_the_turn_to_the_other_side_and_is_told(cast: Cast) -> None:
    before = Organization.objects.get(pk=cast.organization.pk).revision
    ask = asks.asked(cast)
    assert (ask.state, ask.turn, ask.waits_for) == (State.ASKED, "performer", cast.logistics)
    assert ask.terms is not None
    assert ask.terms.outcome == "Ventana de entrega confirmada"
    entry = JournalEntry.objects.get(event="ask.asked")
    assert (entry.by, entry.area, entry.link) == (cast.ana, cast.sales, cast.to_sales)
    assert entry.facts["other"] == "Logística"
    assert Organization.objects.get(pk=cast.organization.pk).revision > before


def test_a_requirement_runs_forward(cast: Cast) -> None:
    ask = asks.asked(cast, direction=Direction.REQUIREMENT)
    assert (ask.asker, ask.performer) == (cast.logistics, cast.sales)


def test_what_is_asked_says_why(cast: Cast) -> None:
    ask = asks.drafted(cast)
    with pytest.raises(moves.Refused, match="por qué|why"):
        moves.send(
            ask,
            cast.actor("ana"),
            version=ask.version,
            terms=asks.once(),
            problem=None,
            cause=None,
            answer_by=date(2026, 11, 20),
            now=NOW,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Ask.objects.filter(pk=ask.pk).update(state="declined", problem=None)


def test_the_reason_is_of_the_same_company_and_of_the_asking_area(cast: Cast) -> None:
    foreign = asks.problem(cast, organization=cast.elsewhere)
    with pytest.raises(moves.Refused):
        asks.drafted(cast, why=foreign)
    of_others = asks.asked(cast, cast.to_production)
    with pytest.raises(moves.Refused):
        asks.drafted(cast, why=of_others)


def test_a_new_answer_date_is_given_once(cast: Cast) -> None:
    ask = asks.asked(cast)
    luis = cast.actor("luis")
    moves.acknowledge(ask, luis, version=ask.version, answer_by=date(2026, 11, 26), now=NOW)
    assert (ask.answer_by, ask.state, ask.turn) == (date(2026, 11, 26), State.ASKED, "performer")
    with pytest.raises(moves.Refused):
        moves.acknowledge(ask, luis, version=ask.version, answer_by=date(2026, 11, 27), now=NOW)


def test_silence_is_never_agreement(cast: Cast) -> None:
    ask = asks.asked(cast, answer_by=date(2026, 11, 19))
    # Mexico City is UTC-6: the 19th ends there at 06:00 UTC of the 20th.
    assert not ask.is_unanswered(datetime(2026, 11, 20, 5, 59, tzinfo=NOW.tzinfo))
    assert ask.is_unanswered(datetime(2026, 11, 20, 6, 0, tzinfo=NOW.tzinfo))
    assert ask.state == State.ASKED


def test_agreeing_names_an_owner_of_the_performing_side(cast: Cast) -> None:
    ask = asks.asked(cast)
    luis = cast.actor("luis")
    with pytest.raises(moves.Refused, match="Logística"):
        moves.agree(ask, luis, version=ask.version, now=NOW)
    with pytest.raises(moves.Refused, match="Marta"):
        moves.agree(ask, luis, version=ask.version, owner=cast.marta, now=NOW)
    moves.agree(ask, luis, version=ask.version, owner=cast.victor, now=NOW)
    assert (ask.state, ask.owner_name, ask.turn) == (State.AGREED, "Víctor", "")


def test_the_asker_takes_a_counter_offer_with_the_owner_that_came_with_it(cast: Cast) -> None:
    ask = asks.asked(cast)
    moves.counter(
        ask,
        cast.actor("luis"),
        version=ask.version,
        terms=asks.once(due_on=date(2026, 12, 18)),
        words="Antes no.",
        answer_by=date(2026, 11, 20),
        owner=cast.victor,
        now=NOW,
    )
    moves.agree(ask, cast.actor("ana"), version=ask.version, now=NOW)
    assert ask.owner == cast.victor
    assert ask.terms is not None
    assert ask.terms.due_on == date(2026, 12, 18)


def test_a_counter_offer_changes_something_and_says_why(cast: Cast) -> None:
    ask = asks.asked(cast)
    luis = cast.actor("luis")
    same: dict[str, Any] = {"terms": asks.once(), "words": "Mejor así.", "answer_by": date(2026, 11, 20), "now": NOW}
    with pytest.raises(moves.Refused):
        moves.counter(ask, luis, version=ask.version, **same)
    with pytest.raises(moves.Refused):
        moves.counter(ask, luis, version=ask.version, **{**same, "terms": asks.once("Otra"), "words": "  "})
    assert Terms.objects.filter(ask=ask).count() == 1


def test_ping_pong_keeps_every_wording(cast: Cast) -> None:
    ask = asks.asked(cast)
    for day in (7, 8, 9, 10):
        asks.countered(cast, ask, terms=asks.once(due_on=date(2026, 12, day)))
    asks.agreed(cast, ask)
    assert [terms.n for terms in ask.all_terms.order_by("n")] == [1, 2, 3, 4, 5]
    assert [terms.side for terms in ask.all_terms.order_by("n")] == [
        "asker",
        "performer",
        "asker",
        "performer",
        "asker",
    ]
    assert [act.n for act in ask.acts.all()] == [1, 2, 3, 4, 5, 6, 7]


def test_declining_gives_a_reason_or_another_way(cast: Cast) -> None:
    ask = asks.asked(cast)
    luis = cast.actor("luis")
    with pytest.raises(moves.Refused):
        moves.decline(ask, luis, version=ask.version, words=" ", now=NOW)
    moves.decline(ask, luis, version=ask.version, alternative="Con paquetería externa.", now=NOW)
    assert ask.state == State.DECLINED
    assert ask.acts.last().alternative == "Con paquetería externa."  # type: ignore[union-attr]


def test_a_redirect_opens_an_onward_ask_and_links_the_two_areas(cast: Cast) -> None:
    ask = asks.asked(cast)
    moves.decline(
        ask, cast.actor("luis"), version=ask.version, words="Es de planta.", redirect_to=cast.production, now=NOW
    )
    onward = ask.redirected_to.get()
    assert (onward.asker, onward.performer, onward.state) == (cast.sales, cast.production, State.ASKED)
    assert (onward.cause, onward.redirected_from) == (ask, ask)
    assert onward.link.customer == cast.sales
    assert onward.terms is not None
    assert ask.terms is not None
    assert onward.terms.promise() == ask.terms.promise()
    assert JournalEntry.objects.filter(event="link.opened", link=onward.link).exists()
    # Who sent it on has spoken for neither side of the onward ask.
    assert onward.acts.get().side == ""


@pytest.mark.parametrize("target", ["client", "sales", "logistics"])
def test_a_need_is_not_passed_to_the_client_nor_to_its_own_two_areas(cast: Cast, target: str) -> None:
    ask = asks.asked(cast)
    with pytest.raises(moves.Refused):
        moves.decline(
            ask,
            cast.actor("luis"),
            version=ask.version,
            words="No.",
            redirect_to=getattr(cast, target),
            now=NOW,
        )
    ask.refresh_from_db()
    assert ask.state == State.ASKED


def test_a_redirect_never_reaches_another_company(cast: Cast) -> None:
    ask = asks.asked(cast)
    foreign = build.company("Ajena", founder="Otra")
    area = build.area(foreign, "Ventas", Kind.SALES)
    with pytest.raises(moves.Refused):
        moves.decline(ask, cast.actor("luis"), version=ask.version, words="No.", redirect_to=area, now=NOW)
    assert not Link.objects.filter(supplier=area).exists()


def test_nobody_acts_on_both_sides(cast: Cast) -> None:
    both = build.person(cast.company, "Dora", leads=[cast.sales, cast.logistics])
    ask = asks.asked(cast, by=both)
    refusal = moves.why_not(ask, Verb.AGREE, build.actor(both), NOW)
    assert refusal is not None
    assert "Logística" in refusal
    asks.agreed(cast, ask)


def test_the_voice_that_asked_for_the_client_does_not_answer_for_sales(cast: Cast) -> None:
    ask = asks.asked(cast, cast.to_client)
    assert moves.why_not(ask, Verb.AGREE, cast.actor("ana"), NOW) is not None
    another = build.person(cast.company, "Raúl", leads=[cast.sales])
    assert moves.why_not(ask, Verb.AGREE, build.actor(another), NOW) is None


def test_what_a_facilitator_writes_down_bears_both_names(cast: Cast) -> None:
    ask = asks.asked(cast)
    moves.agree(ask, cast.actor("fede"), version=ask.version, owner_name="Turno de noche", said_by="Luis", now=NOW)
    act = ask.acts.last()
    assert act is not None
    assert (act.by, act.by_name, act.recorded_by, act.for_area) == (cast.luis, "Luis", cast.fede, cast.logistics)
    assert ask.owner_name == "Turno de noche"
    entry = JournalEntry.objects.get(event="ask.agreed")
    assert (entry.by_name, entry.recorded_by) == ("Luis", cast.fede)


def test_old_terms_bind_until_the_amendment_is_agreed(cast: Cast) -> None:
    old = asks.agreed(cast)
    new = moves.amend(old, cast.actor("ana"), data={"outcome": "Más"}, now=NOW)
    assert new.replaces == old
    assert moves.amend(old, cast.actor("ana"), data={}, now=NOW) == new
    new = moves.send(
        new,
        cast.actor("ana"),
        version=new.version,
        terms=asks.once("Más"),
        problem=new.problem,
        cause=new.cause,
        answer_by=date(2026, 11, 20),
        now=NOW,
    )
    old.refresh_from_db()
    assert old.state == State.AGREED
    with pytest.raises(moves.Refused):
        moves.amend(old, cast.actor("ana"), data={}, now=NOW)
    asks.agreed(cast, new)
    old.refresh_from_db()
    assert (old.state, new.state) == (State.REPLACED, State.AGREED)
    assert old.acts.last().by_name == ""  # type: ignore[union-attr]


def test_a_draft_keeps_what_was_typed_and_tells_nobody(cast: Cast) -> None:
    ask = asks.drafted(cast)
    moves.keep_draft(
        ask,
        cast.actor("ana"),
        version=ask.version,
        data={"outcome": "A med", "target": "no"},
        problem=None,
        cause=None,
        now=NOW,
    )
    ask.refresh_from_db()
    assert ask.draft == {"outcome": "A med", "target": "no"}
    assert not JournalEntry.objects.filter(event__startswith="ask.").exists()


def test_an_older_page_is_told_who_acted_meanwhile(cast: Cast) -> None:
    ask = asks.asked(cast)
    stale = Ask.objects.get(pk=ask.pk)
    moves.decline(ask, cast.actor("luis"), version=ask.version, words="No hay.", now=NOW)
    with pytest.raises(moves.Overtaken, match="Luis"):
        moves.agree(stale, cast.actor("luis"), version=stale.version, owner=cast.luis, now=NOW)


@pytest.mark.parametrize("table", ["requests_act", "requests_terms"])
def test_the_database_refuses_to_change_what_was_said(cast: Cast, table: str) -> None:
    asks.asked(cast)
    column = "words" if table == "requests_act" else "outcome"
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {column} = 'otra cosa'")


def test_no_ask_without_organization_day_or_owner_where_its_state_wants_them(cast: Cast) -> None:
    ask = asks.asked(cast)
    for broken in ({"turn": ""}, {"answer_by": None}, {"state": State.AGREED, "turn": ""}, {"terms": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ask.objects.filter(pk=ask.pk).update(**broken)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_instant_give_one_result_and_one_message() -> None:
    cast = muebles_del_norte()
    ask = asks.asked(cast)
    start = threading.Barrier(2)
    results: list[str] = []

    def in_own_connection(act: Callable[[Ask], Ask]) -> None:
        try:
            seen = Ask.objects.select_related("asker", "performer", "link", "terms", "organization").get(pk=ask.pk)
            start.wait(timeout=10)
            results.append(act(seen).state)
        except moves.Overtaken as overtaken:
            results.append(f"overtaken, now {overtaken.ask.state}")
        finally:
            connections.close_all()

    luis, now = cast.actor("luis"), timezone.now()
    rivals = [
        lambda seen: moves.agree(seen, luis, version=seen.version, owner=cast.luis, now=now),
        lambda seen: moves.decline(seen, luis, version=seen.version, words="No.", now=now),
    ]
    threads = [threading.Thread(target=in_own_connection, args=(rival,)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    final = Ask.objects.get(pk=ask.pk).state
    assert sorted(results) == sorted([final, f"overtaken, now {final}"])
    assert Act.objects.filter(ask=ask).count() == 3


@pytest.mark.django_db(transaction=True)
def test_words_and_an_answer_at_the_same_instant_both_stand() -> None:
    """Free words take nothing from an answer; said after it they come too late."""
    cast = muebles_del_norte()
    luis, ana, now = cast.actor("luis"), cast.actor("ana"), timezone.now()
    for attempt in range(6):
        ask = asks.asked(cast)
        start = threading.Barrier(2)
        results: dict[str, str] = {}

        def in_own_connection(
            name: str, act: Callable[[Ask], Ask], ask: Ask, start: threading.Barrier, results: dict[str, str]
        ) -> None:
            try:
                seen = Ask.objects.select_related("asker", "performer", "link", "terms", "organization").get(pk=ask.pk)
                start.wait(timeout=10)
                results[name] = act(seen).state
            except moves.Overtaken as overtaken:
                results[name] = f"overtaken, now {overtaken.ask.state}"
            finally:
                connections.close_all()

        rivals: dict[str, Callable[[Ask], Ask]] = {
            "agree": lambda seen: moves.agree(seen, luis, version=seen.version, owner=cast.luis, now=now),
            "say": lambda seen: moves.say(seen, ana, words="Es urgente", now=now),
        }
        threads = [
            threading.Thread(target=in_own_connection, args=(name, act, ask, start, results))
            for name, act in rivals.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)

        assert results["agree"] == State.AGREED, attempt
        assert results["say"] in (State.ASKED, "overtaken, now agreed")
        numbers = list(Act.objects.filter(ask=ask).order_by("n").values_list("n", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_default_answer_date_counts_working_days_of_the_place(cast: Cast) -> None:
    friday = datetime(2026, 11, 20, 18, 0, tzinfo=NOW.tzinfo)
    assert moves.default_answer_by(cast.organization, friday) == date(2026, 11, 25)
    # Early on Saturday in UTC it is still Friday in Mexico.
    assert moves.default_answer_by(cast.organization, friday + timedelta(hours=11)) == date(2026, 11, 25)
    # The third Monday of November is a holiday there.
    friday_before = datetime(2026, 11, 13, 18, 0, tzinfo=NOW.tzinfo)
    assert moves.default_answer_by(cast.organization, friday_before) == date(2026, 11, 19)


def test_the_performing_side_may_propose_new_terms_as_well(cast: Cast) -> None:
    old = asks.agreed(cast)
    luis = cast.actor("luis")
    assert moves.why_not_amend(old, cast.actor("marta")) is not None
    assert moves.why_not_amend(old, cast.actor("vera")) is not None
    new = moves.amend(old, luis, data={"outcome": "Menos"}, now=NOW)
    assert (new.asker, new.performer, new.opening_area) == (cast.sales, cast.logistics, cast.logistics)
    # Its draft is logistics' own: sales does not see it yet, and cannot send it.
    assert not visible_asks(cast.actor("ana")).filter(pk=new.pk).exists()
    assert moves.why_not(new, Verb.ASK, cast.actor("ana"), NOW) is not None
    send: dict[str, Any] = {
        "problem": new.problem,
        "cause": new.cause,
        "answer_by": date(2026, 11, 20),
        "now": NOW,
    }
    with pytest.raises(moves.Refused):
        moves.send(new, luis, version=new.version, terms=asks.once("Menos"), **send)
    assert old.terms is not None
    with pytest.raises(moves.Refused):
        moves.send(new, luis, version=new.version, terms=old.terms.promise(), words="Igual", **send)
    new.refresh_from_db()
    moves.send(new, luis, version=new.version, terms=asks.once("Menos"), words="No alcanzamos.", **send)
    assert (new.state, new.turn, new.waits_for) == (State.COUNTERED, "asker", cast.sales)
    assert moves.why_not(new, Verb.WITHDRAW, luis, NOW) is None
    assert moves.why_not(new, Verb.WITHDRAW, cast.actor("ana"), NOW) is not None
    old.refresh_from_db()
    assert old.state == State.AGREED
    moves.agree(new, cast.actor("ana"), version=new.version, owner=cast.victor, now=NOW)
    old.refresh_from_db()
    assert (old.state, new.state, new.owner) == (State.REPLACED, State.AGREED, cast.victor)


def test_only_new_terms_are_opened_by_the_performer(cast: Cast) -> None:
    ask = asks.asked(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ask.objects.filter(pk=ask.pk).update(opened_by="performer")

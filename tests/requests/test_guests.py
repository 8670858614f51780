"""Guests of a workshop act through the same moves: for one area, by a name of the room, with or without an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.http import Http404
from django.test import Client

from areas import feed
from areas.access import Guest, guest
from areas.models import Area, JournalEntry, Membership
from requests import conversation, moves
from requests.access import ask_to_read
from requests.models import Act, Ask
from requests.states import Direction, State, Verb
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

ANSWER_BY = date(2026, 11, 20)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def sits(cast: Cast, area: Area, name: str, member: Membership | None = None) -> Guest:
    return guest(cast.organization, area, name, member)


def drafted_by(cast: Cast, who: Guest) -> Ask:
    return moves.draft(
        who, cast.to_sales, Direction.NEED, data={"outcome": "Ventana"}, problem=asks.problem(cast), now=NOW
    )


def asked_by(cast: Cast, who: Guest) -> Ask:
    ask = drafted_by(cast, who)
    return moves.send(
        ask, who, version=ask.version, terms=asks.once(), problem=ask.problem, cause=None, answer_by=ANSWER_BY, now=NOW
    )


def last(ask: Ask) -> tuple[str, str, Membership | None, str, Membership | None, Area | None]:
    act = Act.objects.filter(ask=ask).order_by("-n")[0]
    return act.verb, act.side, act.by, act.by_name, act.recorded_by, act.for_area


def test_a_guest_is_of_one_area_and_of_no_other_right(cast: Cast) -> None:
    rosa = sits(cast, cast.sales, "Rosa")
    assert (rosa.leads, rosa.works_in) == (frozenset({cast.sales.pk}), frozenset({cast.sales.pk}))
    assert (rosa.is_facilitator, rosa.is_viewer, rosa.author, rosa.name) == (False, False, None, "Rosa")
    assert rosa.organization == cast.organization
    # What an account may do elsewhere does not come along.
    fede = sits(cast, cast.sales, "Federico", cast.fede)
    assert (fede.is_facilitator, fede.leads, fede.author, fede.name) == (
        False,
        frozenset({cast.sales.pk}),
        cast.fede,
        "Federico",
    )
    assert not sits(cast, cast.sales, "Vera", cast.vera).is_viewer


def test_only_who_leads_the_area_outside_leads_it_by_account(cast: Cast) -> None:
    assert sits(cast, cast.sales, "Ana", cast.ana).leads_by_account
    assert not sits(cast, cast.logistics, "Ana", cast.ana).leads_by_account
    assert not sits(cast, cast.logistics, "Víctor", cast.victor).leads_by_account
    assert not sits(cast, cast.logistics, "Luis").leads_by_account
    cast.ana.left_at = NOW
    assert not sits(cast, cast.sales, "Ana", cast.ana).leads_by_account


def test_a_guest_is_never_of_another_organization(cast: Cast) -> None:
    with pytest.raises(ValueError, match="organization"):
        guest(cast.elsewhere, cast.sales, "Rosa", None)
    with pytest.raises(ValueError, match="organization"):
        sits(cast, cast.sales, "Olga", cast.olga)


def test_a_row_cannot_point_to_nobody(cast: Cast) -> None:
    rosa = sits(cast, cast.sales, "Rosa")
    with pytest.raises(ValueError, match="unsaved"):
        Act.objects.create(ask=asks.asked(cast), n=9, verb=Verb.SAY, by=rosa.membership, at=NOW)


def test_a_guest_drafts_keeps_and_asks(cast: Cast) -> None:
    rosa = sits(cast, cast.sales, "Rosa")
    ask = drafted_by(cast, rosa)
    assert ask.drafted_by is None
    assert last(ask) == ("draft", "asker", None, "Rosa", None, cast.sales)
    moves.keep_draft(ask, rosa, version=ask.version, data={"outcome": "Otra"}, problem=ask.problem, cause=None, now=NOW)
    assert ask.draft == {"outcome": "Otra"}
    moves.send(
        ask, rosa, version=ask.version, terms=asks.once(), problem=ask.problem, cause=None, answer_by=ANSWER_BY, now=NOW
    )
    assert (ask.state, ask.turn) == (State.ASKED, "performer")
    assert last(ask) == ("ask", "asker", None, "Rosa", None, cast.sales)
    entry = JournalEntry.objects.get(event="ask.asked")
    assert (entry.by, entry.by_name, entry.area) == (None, "Rosa", cast.sales)


def test_a_draft_of_a_guest_is_seen_by_the_area_and_by_nobody_else(cast: Cast) -> None:
    ask = drafted_by(cast, sits(cast, cast.sales, "Rosa"))
    assert ask_to_read(sits(cast, cast.sales, "Iván"), ask.ref) == ask
    assert ask_to_read(cast.actor("ana"), ask.ref) == ask
    with pytest.raises(Http404):
        ask_to_read(sits(cast, cast.logistics, "Tomás"), ask.ref)
    # Fede may read it as facilitator, not as the guest of another area.
    with pytest.raises(Http404):
        ask_to_read(sits(cast, cast.logistics, "Fede", cast.fede), ask.ref)


def test_a_guest_of_the_other_side_answers_by_each_move(cast: Cast) -> None:
    rosa, tomas = sits(cast, cast.sales, "Rosa"), sits(cast, cast.logistics, "Tomás")

    ask = asked_by(cast, rosa)
    moves.acknowledge(ask, tomas, version=ask.version, answer_by=date(2026, 11, 24), now=NOW)
    assert last(ask) == ("acknowledge", "performer", None, "Tomás", None, cast.logistics)
    moves.say(ask, tomas, words="Lo vemos el martes.", now=NOW)
    assert last(ask) == ("say", "performer", None, "Tomás", None, cast.logistics)
    moves.counter(
        ask,
        tomas,
        version=ask.version,
        terms=asks.once(due_on=date(2026, 12, 11)),
        words="Antes no hay camión.",
        answer_by=ANSWER_BY,
        owner_name="Tomás",
        now=NOW,
    )
    assert last(ask) == ("counter", "performer", None, "Tomás", None, cast.logistics)
    # Rosa takes it with the owner that came with it.
    moves.agree(ask, rosa, version=ask.version, now=NOW)
    assert (ask.state, ask.owner, ask.owner_name) == (State.AGREED, None, "Tomás")
    assert last(ask) == ("agree", "asker", None, "Rosa", None, cast.sales)

    other = asked_by(cast, rosa)
    moves.decline(other, tomas, version=other.version, words="Sin flota.", redirect_to=cast.production, now=NOW)
    assert last(other) == ("decline", "performer", None, "Tomás", None, cast.logistics)
    onward = Ask.objects.get(redirected_from=other)
    assert (onward.state, onward.performer, onward.drafted_by) == (State.ASKED, cast.production, None)
    assert last(onward) == ("ask", "", None, "Tomás", None, cast.logistics)

    third = asked_by(cast, rosa)
    moves.withdraw(third, rosa, version=third.version, now=NOW)
    assert last(third) == ("withdraw", "asker", None, "Rosa", None, cast.sales)


def test_a_guest_with_an_account_is_named_by_both(cast: Cast) -> None:
    ask = asked_by(cast, sits(cast, cast.sales, "Anita", cast.ana))
    assert ask.drafted_by == cast.ana
    assert last(ask) == ("ask", "asker", cast.ana, "Anita", None, cast.sales)


ANSWERS: dict[Verb, Callable[[Ask, Guest], Ask]] = {
    Verb.AGREE: lambda ask, who: moves.agree(ask, who, version=ask.version, owner_name="Tomás", now=NOW),
    Verb.COUNTER: lambda ask, who: moves.counter(
        ask, who, version=ask.version, terms=asks.once("Otra"), words="Así.", answer_by=ANSWER_BY, now=NOW
    ),
    Verb.DECLINE: lambda ask, who: moves.decline(ask, who, version=ask.version, words="No.", now=NOW),
    Verb.ACKNOWLEDGE: lambda ask, who: moves.acknowledge(ask, who, version=ask.version, answer_by=ANSWER_BY, now=NOW),
}


@pytest.mark.parametrize("verb", ANSWERS)
def test_the_side_that_asked_does_not_answer_for_the_other(cast: Cast, verb: Verb) -> None:
    rosa, ines = sits(cast, cast.sales, "Rosa"), sits(cast, cast.production, "Inés")
    ask = asked_by(cast, rosa)
    before = Act.objects.count()
    for who in (rosa, ines):
        assert moves.why_not(ask, verb, who, NOW)
        with pytest.raises(moves.Refused):
            ANSWERS[verb](ask, who)
    assert (Act.objects.count(), Ask.objects.get(pk=ask.pk).state) == (before, State.ASKED)
    # The same act by the side whose turn it is goes through.
    ANSWERS[verb](ask, sits(cast, cast.logistics, "Tomás"))
    assert Act.objects.count() == before + 1


def test_the_other_side_does_not_ask_say_or_withdraw_for_who_asked(cast: Cast) -> None:
    rosa, tomas, ines = (
        sits(cast, area, name)
        for area, name in ((cast.sales, "Rosa"), (cast.logistics, "Tomás"), (cast.production, "Inés"))
    )
    with pytest.raises(moves.Refused, match="Ventas"):
        drafted_by(cast, tomas)
    draft = drafted_by(cast, rosa)
    with pytest.raises(moves.Refused, match="Ventas"):
        moves.keep_draft(draft, tomas, version=draft.version, data={}, problem=None, cause=None, now=NOW)
    ask = asked_by(cast, rosa)
    with pytest.raises(moves.Refused, match="Ventas"):
        moves.withdraw(ask, tomas, version=ask.version, now=NOW)
    with pytest.raises(moves.Refused, match="Ventas"):
        moves.say(ask, ines, words="Yo opino.", now=NOW)


def test_a_guest_never_writes_down_what_somebody_else_said(cast: Cast) -> None:
    """Not even a facilitator who sits in the round as a guest: that is done on the console, by the own account."""
    ask = asked_by(cast, sits(cast, cast.sales, "Rosa"))
    for who in (sits(cast, cast.logistics, "Tomás"), sits(cast, cast.logistics, "Fede", cast.fede)):
        with pytest.raises(moves.Refused, match=r"facilit"):
            moves.agree(ask, who, version=ask.version, owner_name="Luis", said_by="Luis", now=NOW)


def test_nobody_with_an_account_acts_on_both_sides(cast: Cast) -> None:
    # Ana asked for sales with her account; in the room she sits with logistics.
    ask = asks.asked(cast)
    ana = sits(cast, cast.logistics, "Ana", cast.ana)
    said = moves.why_not(ask, Verb.AGREE, ana, NOW)
    assert said is not None
    assert "Logística" in said
    with pytest.raises(moves.Refused, match="Logística"):
        moves.agree(ask, ana, version=ask.version, owner_name="Luis", now=NOW)
    # And the other way round: what she asked as a guest of logistics she does not answer for sales.
    requirement = moves.draft(
        ana, cast.to_sales, Direction.REQUIREMENT, data={}, problem=asks.problem(cast, "Otro"), now=NOW
    )
    moves.send(
        requirement,
        ana,
        version=requirement.version,
        terms=asks.once("Órdenes completas"),
        problem=requirement.problem,
        cause=None,
        answer_by=ANSWER_BY,
        now=NOW,
    )
    with pytest.raises(moves.Refused, match="Ventas"):
        moves.agree(requirement, cast.actor("ana"), version=requirement.version, owner=cast.ana, now=NOW)
    with pytest.raises(moves.Refused, match="Ventas"):
        moves.say(requirement, cast.actor("ana"), words="Sí.", now=NOW)
    assert Ask.objects.get(pk=requirement.pk).state == State.ASKED
    # Somebody else of sales does.
    moves.agree(requirement, sits(cast, cast.sales, "Rosa"), version=requirement.version, owner_name="Rosa", now=NOW)
    assert requirement.owner_name == "Rosa"


@pytest.mark.usefixtures("monday")
def test_no_screen_says_none(cast: Cast, client: Client) -> None:
    rosa, tomas = sits(cast, cast.sales, "Rosa"), sits(cast, cast.logistics, "Tomás")
    ask = asked_by(cast, rosa)
    moves.say(ask, tomas, words="Lo vemos.", now=NOW)
    moves.agree(ask, tomas, version=ask.version, owner_name="Tomás", now=NOW)
    heads = [line.act.by_name for line in conversation.lines_of(ask)]
    assert heads == ["Rosa", "Tomás", "Tomás"]
    told = [feed.line(cast.organization, one).sentence for one in JournalEntry.objects.filter(event__startswith="ask.")]
    assert len(told) == 3
    assert not any("None" in one for one in told)
    cast.ana.user.language = "en"
    cast.ana.user.save()
    client.force_login(cast.ana.user)
    base = f"/o/{cast.organization.ref}/"
    for address in (ask.get_absolute_url(), f"{base}links/{cast.to_sales.ref}/", base, f"{base}desk/"):
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        assert ">None<" not in page.content.decode(), address
        assert "None " not in page.content.decode().split("<main")[1], address
    assert client.get(ask.get_absolute_url()).content.decode().count("in the workshop") == 3

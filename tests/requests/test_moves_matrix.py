"""State × move × person, with the expectation written out by hand: who may do what, when.

Sales asks logistics. Ana leads sales, Ada works there; Luis leads logistics, Víctor works there; Marta leads
production, Vera reads, Fede is the facilitator. `Fede:` is Fede writing down what somebody said aloud.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction
from django.http import Http404

from areas.access import Actor
from areas.models import Membership
from requests import moves
from requests.access import ask_to_read
from requests.models import Act, Ask
from requests.states import MOVES, State, Verb
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

pytestmark = pytest.mark.django_db

PEOPLE = ("ana", "ada", "luis", "víctor", "marta", "vera", "fede", "Fede:")

EVERYBODY_INSIDE = "ana ada luis víctor Fede:"
# state, as reached below → act → who may. What is not here nobody may.
EXPECTED: dict[str, dict[str, str]] = {
    "draft": {"ask": "ana ada Fede:", "withdraw": "ana ada Fede:"},
    "asked": {
        "acknowledge": "luis víctor Fede:",
        "agree": "luis Fede:",
        "counter": "luis víctor Fede:",
        "decline": "luis Fede:",
        "withdraw": "ana ada Fede:",
        "say": EVERYBODY_INSIDE,
    },
    "acknowledged": {
        "agree": "luis Fede:",
        "counter": "luis víctor Fede:",
        "decline": "luis Fede:",
        "withdraw": "ana ada Fede:",
        "say": EVERYBODY_INSIDE,
    },
    "countered by logistics": {
        "agree": "ana Fede:",
        "counter": "ana ada Fede:",
        "decline": "ana Fede:",
        "withdraw": "ana ada Fede:",
        "say": EVERYBODY_INSIDE,
    },
    "countered back by sales": {
        "agree": "luis Fede:",
        "counter": "luis víctor Fede:",
        "decline": "luis Fede:",
        "withdraw": "ana ada Fede:",
        "say": EVERYBODY_INSIDE,
    },
    "agreed": {},
    "declined": {},
    "withdrawn": {},
    "replaced": {},
}


def acknowledged(cast: Cast) -> Ask:
    ask = asks.asked(cast)
    return moves.acknowledge(ask, cast.actor("luis"), version=ask.version, answer_by=date(2026, 11, 25), now=NOW)


def countered_back(cast: Cast) -> Ask:
    return asks.countered(cast, asks.countered(cast), terms=asks.once(due_on=date(2026, 12, 8)))


def declined(cast: Cast) -> Ask:
    ask = asks.asked(cast)
    return moves.decline(ask, cast.actor("luis"), version=ask.version, words="No hay camiones.", now=NOW)


def withdrawn(cast: Cast) -> Ask:
    ask = asks.asked(cast)
    return moves.withdraw(ask, cast.actor("ana"), version=ask.version, now=NOW)


def replaced(cast: Cast) -> Ask:
    old = asks.agreed(cast)
    asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("Otra cosa")))
    old.refresh_from_db()
    return old


REACH: dict[str, Callable[[Cast], Ask]] = {
    "draft": asks.drafted,
    "asked": asks.asked,
    "acknowledged": acknowledged,
    "countered by logistics": asks.countered,
    "countered back by sales": countered_back,
    "agreed": asks.agreed,
    "declined": declined,
    "withdrawn": withdrawn,
    "replaced": replaced,
}


def attempt(verb: Verb, ask: Ask, actor: Actor, said_by: str, owner: Membership) -> None:
    version = ask.version
    if verb == Verb.ASK:
        moves.send(
            ask,
            actor,
            version=version,
            terms=asks.once(),
            problem=ask.problem,
            cause=None,
            answer_by=date(2026, 11, 20),
            said_by=said_by,
            now=NOW,
        )
    elif verb == Verb.ACKNOWLEDGE:
        moves.acknowledge(ask, actor, version=version, answer_by=date(2026, 11, 27), said_by=said_by, now=NOW)
    elif verb == Verb.AGREE:
        moves.agree(ask, actor, version=version, owner=owner, said_by=said_by, now=NOW)
    elif verb == Verb.COUNTER:
        moves.counter(
            ask,
            actor,
            version=version,
            terms=asks.once("Algo distinto"),
            words="Porque sí.",
            answer_by=date(2026, 11, 27),
            said_by=said_by,
            now=NOW,
        )
    elif verb == Verb.DECLINE:
        moves.decline(ask, actor, version=version, words="No puedo.", said_by=said_by, now=NOW)
    elif verb == Verb.WITHDRAW:
        moves.withdraw(ask, actor, version=version, said_by=said_by, now=NOW)
    elif verb == Verb.SAY:
        moves.say(ask, actor, words="Hola", said_by=said_by, now=NOW)


class Undone(Exception):
    """Rolls one attempt back."""


@pytest.mark.parametrize("reached", EXPECTED)
def test_who_may_do_what_when(reached: str) -> None:
    cast = muebles_del_norte()
    build.person(cast.company, "Ada", works_in=[cast.sales])
    members = {str(m.user.name).lower(): m for m in cast.organization.memberships.select_related("user")}
    ask = REACH[reached](cast)
    seen: dict[str, set[str]] = {}
    for verb in [move.verb for move in MOVES if move.verb not in (Verb.DRAFT, Verb.REPLACE)]:
        for name in PEOPLE:
            recording = name.endswith(":")
            actor = build.actor(members[name.strip(":").lower()])
            fresh = Ask.objects.select_related("asker", "performer", "link", "terms", "organization", "problem").get(
                pk=ask.pk
            )
            refusal = moves.why_not(fresh, verb, actor, NOW, recording=recording)
            before = Act.objects.filter(ask=ask).count()
            done, said = False, None
            try:
                with transaction.atomic():
                    attempt(verb, fresh, actor, "Alguien en la sala" if recording else "", cast.luis)
                    done = True
                    assert Act.objects.filter(ask=ask).count() == before + 1
                    raise Undone
            except moves.Refused as refused:
                said = refused.sentence
            except Undone:
                pass
            assert said == refusal
            assert Act.objects.filter(ask=ask).count() == before
            # The rule that draws the button and the act itself never disagree.
            assert done is (refusal is None), (verb, name, refusal)
            if done:
                seen.setdefault(verb.value, set()).add(name)
    assert seen == {verb: set(names.split()) for verb, names in EXPECTED[reached].items()}


def test_a_stranger_has_no_ask() -> None:
    cast = muebles_del_norte()
    ask = asks.asked(cast)
    with pytest.raises(Http404):
        ask_to_read(cast.actor("olga"), ask.ref)


def test_a_draft_is_seen_by_its_own_area_and_the_facilitator_alone() -> None:
    cast = muebles_del_norte()
    ask = asks.drafted(cast)
    assert ask_to_read(cast.actor("ana"), ask.ref) == ask
    assert ask_to_read(cast.actor("fede"), ask.ref) == ask
    for name in ("luis", "marta", "vera"):
        with pytest.raises(Http404):
            ask_to_read(cast.actor(name), ask.ref)


def test_every_state_is_reached() -> None:
    assert {state.value for state in State} == {
        "draft",
        "asked",
        "countered",
        "agreed",
        "declined",
        "withdrawn",
        "replaced",
    }
    assert set(REACH) == set(EXPECTED)

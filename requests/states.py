"""The conversation as tables: which act leads from where to where, who may do it and what it must carry.

A leaf: it imports nothing of ours, so that everything may read it. The same tables give the guard, the buttons, the
documentation (ARCHITECTURE.md, compared by a test) and the expectations are written out by hand in the tests.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    ASKED = "asked", _("asked")
    COUNTERED = "countered", _("counter-offer")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REPLACED = "replaced", _("replaced")


class Direction(models.TextChoices):
    """A need runs backward (customer asks supplier); a requirement forward (supplier asks its customer)."""

    NEED = "need", _("need")
    REQUIREMENT = "requirement", _("requirement")


class Side(models.TextChoices):
    ASKER = "asker", _("who asks")
    PERFORMER = "performer", _("who is asked")


class Verb(models.TextChoices):
    """The acts, named as the code names them; the words on the buttons are the everyday ones."""

    DRAFT = "draft", _("Write a draft")
    ASK = "ask", pgettext_lazy("act", "Ask")
    ACKNOWLEDGE = "acknowledge", _("I saw it, I answer by…")
    AGREE = "agree", _("I commit")
    COUNTER = "counter", _("I propose something else")
    DECLINE = "decline", _("I cannot, because…")
    WITHDRAW = "withdraw", _("Withdraw")
    SAY = "say", _("Say something")
    REPLACE = "replace", _("Replaced by new terms")


class Who(models.TextChoices):
    """Whose act it is."""

    OPENER = "opener", _("who opens it: the asking side; new terms of what is agreed, either side")
    PERFORMER = "performer", _("who is asked")
    TURN = "turn", _("the side whose turn it is")
    EITHER = "either", _("either side")
    SYSTEM = "system", _("the system, when an amendment is agreed")


class Rank(models.TextChoices):
    """What one must be in the area to do it: members speak, leads also decide."""

    MEMBER = "member", _("member or lead")
    LEAD = "lead", _("lead")
    NOBODY = "nobody", "–"


class Move(NamedTuple):
    verb: Verb
    sources: tuple[State | None, ...]
    who: Who
    rank: Rank
    target: State | None  # None: the state stays as it is
    carries: tuple[str, ...]


OPEN = (State.ASKED, State.COUNTERED)

MOVES: tuple[Move, ...] = (
    Move(Verb.DRAFT, (None,), Who.OPENER, Rank.MEMBER, State.DRAFT, ("terms", "why")),
    Move(Verb.ASK, (State.DRAFT,), Who.OPENER, Rank.MEMBER, State.ASKED, ("answer_by",)),
    Move(Verb.ACKNOWLEDGE, (State.ASKED,), Who.PERFORMER, Rank.MEMBER, None, ("answer_by, once",)),
    Move(Verb.AGREE, OPEN, Who.TURN, Rank.LEAD, State.AGREED, ("owner on the performing side",)),
    Move(Verb.COUNTER, OPEN, Who.TURN, Rank.MEMBER, State.COUNTERED, ("changed terms", "reason")),
    Move(Verb.DECLINE, OPEN, Who.TURN, Rank.LEAD, State.DECLINED, ("reason or another way",)),
    Move(Verb.WITHDRAW, (State.DRAFT, *OPEN), Who.OPENER, Rank.MEMBER, State.WITHDRAWN, ()),
    Move(Verb.SAY, OPEN, Who.EITHER, Rank.MEMBER, None, ("words",)),
    Move(Verb.REPLACE, (State.AGREED,), Who.SYSTEM, Rank.NOBODY, State.REPLACED, ("the new agreed terms",)),
)

MOVE: dict[Verb, Move] = {move.verb: move for move in MOVES}

# Whose turn it is after an act that leaves the ask open. Who countered waits for the other side.
TURN_AFTER_ASK = Side.PERFORMER


def other(side: Side) -> Side:
    """The side across."""
    return Side.PERFORMER if side == Side.ASKER else Side.ASKER


def table() -> list[tuple[str, str, str, str, str, str]]:
    """The moves as rows of plain English for ARCHITECTURE.md: from, act, who, rank, to, must carry."""
    return [
        (
            ", ".join(source.value if source else "–" for source in move.sources),
            move.verb.value,
            move.who.value,
            move.rank.value,
            move.target.value if move.target else "(stays)",
            ", ".join(move.carries) or "–",
        )
        for move in MOVES
    ]

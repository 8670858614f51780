"""Who may do what now. `why_not` is the one rule behind the guard, the button and the sentence."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from areas.access import Actor, Guest
from areas.models import Area, Link, Organization
from areas.words import Kind
from requests.models import Ask
from requests.states import MOVE, OPEN, Direction, Rank, Side, State, Verb, Who, other


def default_answer_by(organization: Organization, now: datetime) -> date:
    """The day by which an answer is expected if nobody says otherwise: the policy's working days from today."""
    return organization.calendar.working_day(now.astimezone(organization.tz).date(), organization.answer_days)


def sides_of(ask: Ask, actor: Actor) -> list[Side]:
    """The sides for which the person may speak; two for somebody of both areas."""
    return [side for side in Side if actor.may_speak_for(ask.area_of(side))]


def side_of(ask: Ask, actor: Actor) -> Side | None:
    """The side for which the person speaks here: for somebody of both areas the one taken already, else the turn's."""
    sides = sides_of(ask, actor)
    if len(sides) < 2:
        return sides[0] if sides else None
    taken = ask.acts.filter(by=actor.author, recorded_by__isnull=True).exclude(side="").order_by("n").first()
    if taken:
        return Side(taken.side)
    return Side(ask.turn) if ask.turn else Side.ASKER


def why_not_done(ask: Ask, verb: Verb, actor: Actor, now: datetime, *, recording: bool = False) -> str | None:
    """`why_not` for the deed itself: it also sees what the person did elsewhere for the other side, as a guest of a
    workshop or before changing areas. A page, which asks for each verb, does without that question.
    """
    refusal = why_not(ask, verb, actor, now, recording=recording)
    if refusal or recording or isinstance(actor, Guest):
        return refusal
    mine = side_of(ask, actor)
    return _spoke_across(ask, mine, actor) if mine else None


def _spoke_across(ask: Ask, mine: Side, actor: Actor) -> str | None:
    """The sentence if the person acted on the other side of this ask already: nobody acts on both."""
    if actor.author is None:
        return None
    if not ask.acts.filter(by=actor.author, recorded_by__isnull=True, side=other(mine)).exists():
        return None
    return _("You already spoke for the other area here; somebody else of %(area)s does this.") % {
        "area": ask.area_of(mine).name
    }


def _acting_side(ask: Ask, verb: Verb, mine: Side | None) -> Side | None:
    """The side whose act this would be."""
    who = MOVE[verb].who
    if who == Who.OPENER:
        return Side(ask.opened_by)
    if who == Who.PERFORMER:
        return Side.PERFORMER
    if who == Who.TURN:
        return Side(ask.turn) if ask.turn else None
    return mine


def why_not(ask: Ask, verb: Verb, actor: Actor, now: datetime, *, recording: bool = False) -> str | None:
    """None if the person may do it now, else the sentence that says why not.

    With `recording` a facilitator writes down what a side said aloud: turn and state still bind, the parts do not.
    """
    move = MOVE[verb]
    if ask.state not in move.sources:
        return _settled(ask) if ask.state not in (State.DRAFT, *OPEN) else _("This is not possible now.")
    if move.who == Who.SYSTEM:
        return _("Nobody does this by hand.")
    if ask.link.ended_at and verb in (Verb.ASK, Verb.AGREE, Verb.COUNTER):
        return _("The two areas are no longer linked in the chain.")
    if recording:
        if not actor.is_facilitator:
            return _("Only a facilitator writes down what somebody else said.")
        return _out_of_turn(ask, verb, None)
    if actor.is_viewer:
        return _("You take part as a reader here.")
    mine = side_of(ask, actor)
    if mine is None:
        return _("Only people of %(asker)s and %(performer)s act here.") % {
            "asker": ask.asker.name,
            "performer": ask.performer.name,
        }
    refusal = _out_of_turn(ask, verb, mine)
    if refusal:
        return refusal
    side = _acting_side(ask, verb, mine)
    if side != mine:
        area = ask.area_of(side or Side.ASKER).name
        if len(sides_of(ask, actor)) == 2:
            return _("You already spoke for the other area here; somebody else of %(area)s does this.") % {"area": area}
        return _("This is for %(area)s to do.") % {"area": area}
    if isinstance(actor, Guest):
        refusal = _spoke_across(ask, mine, actor)
        if refusal:
            return refusal
    if move.rank == Rank.LEAD and not actor.may_decide_for(ask.area_of(side)):
        return _("A lead of %(area)s decides this.") % {"area": ask.area_of(side).name}
    return None


def _settled(ask: Ask) -> str:
    return {
        State.AGREED.value: _("This is agreed already; new terms are proposed as a change."),
        State.DECLINED.value: _("This was declined."),
        State.WITHDRAWN.value: _("This was withdrawn."),
        State.REPLACED.value: _("New terms have taken the place of this."),
    }.get(ask.state, _("This is not possible now."))


def _out_of_turn(ask: Ask, verb: Verb, mine: Side | None) -> str | None:
    if verb == Verb.ACKNOWLEDGE and ask.acknowledged_at:
        return _("A new date was given once already.")
    if MOVE[verb].who == Who.TURN and mine is not None and ask.turn != mine:
        return _("It is the turn of %(area)s.") % {"area": ask.area_of(ask.turn).name}
    return None


def possible(ask: Ask, actor: Actor, now: datetime) -> dict[Verb, str | None]:
    """Each act that the state allows at all → None, or why this person may not do it."""
    return {
        move.verb: why_not(ask, move.verb, actor, now)
        for move in MOVE.values()
        if ask.state in move.sources and move.who != Who.SYSTEM
    }


def why_not_draft(
    link: Link, direction: str, actor: Actor, *, recording: bool = False, side: Side = Side.ASKER
) -> str | None:
    """None if the person may write down a new ask on this lane of the link, else the sentence.

    `side` is the performing one only for new terms of what is agreed.
    """
    asker, performer = areas_of(link, direction)
    if link.ended_at or asker.archived_at or performer.archived_at:
        return _("The two areas are no longer linked in the chain.")
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if actor.is_viewer:
        return _("You take part as a reader here.")
    opening = asker if side == Side.ASKER else performer
    if not actor.may_speak_for(opening):
        if opening.kind == Kind.CLIENT:
            return _("Only who speaks for the client asks here. A facilitator names the voice of the client.")
        return _("Only people of %(area)s ask here.") % {"area": opening.name}
    return None


def why_not_amend(ask: Ask, actor: Actor) -> str | None:
    """None if the person may propose new terms for this agreed ask; either side may."""
    if ask.state != State.AGREED:
        return _("Only what is agreed can be changed this way.")
    if ask.link.ended_at or ask.asker.archived_at or ask.performer.archived_at:
        return _("The two areas are no longer linked in the chain.")
    if actor.is_viewer:
        return _("You take part as a reader here.")
    if not sides_of(ask, actor) and not actor.is_facilitator:
        return _("Only people of %(asker)s and %(performer)s act here.") % {
            "asker": ask.asker.name,
            "performer": ask.performer.name,
        }
    return None


def areas_of(link: Link, direction: str) -> tuple[Area, Area]:
    """(asker, performer): a need runs from customer to supplier, a requirement the other way."""
    if direction == Direction.NEED:
        return link.customer, link.supplier
    return link.supplier, link.customer

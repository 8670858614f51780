"""The acts of a conversation. Each is one transaction: conditional on the ask as it was seen, one immutable row, one
line in the journal. `why_not` is the one rule behind the guard, the button and the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.models import Area, AreaPart, Link, Membership, Organization
from areas.words import Kind
from requests.models import Act, Ask, ClientProblem, Promise, Terms
from requests.states import MOVE, OPEN, Direction, Rank, Side, State, Verb, Who, other

Fields = dict[str, Any]


class Refused(Exception):
    """The act is not to be done now; `sentence` says why, in the active language."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Overtaken(Refused):
    """Somebody acted after this person opened the page; `ask` is the row as it stands now."""

    def __init__(self, ask: Ask) -> None:
        last = ask.acts.order_by("-n").first()
        if last and last.by_name:
            sentence = _("Meanwhile %(name)s acted on this: it is now «%(state)s». Look again before you answer.") % {
                "name": last.by_name,
                "state": State(ask.state).label,
            }
        else:
            sentence = _("Meanwhile this changed: it is now «%(state)s». Look again before you answer.") % {
                "state": State(ask.state).label
            }
        super().__init__(sentence)
        self.ask = ask


@dataclass(frozen=True)
class Author:
    """For whom an act counts: the person, or somebody who said it aloud and whom a facilitator writes down."""

    membership: Membership | None
    name: str
    recorded_by: Membership | None


def author(actor: Actor, said_by: str) -> Author:
    """`said_by` names who said it aloud; a person of the organization with just that name is taken to be meant."""
    if not said_by:
        return Author(actor.membership, actor.membership.name, None)
    meant = [
        member
        for member in Membership.objects.select_related("user").filter(
            organization=actor.organization, left_at__isnull=True, user__name=said_by
        )[:2]
        if member.pk != actor.membership.pk
    ]
    return Author(meant[0] if len(meant) == 1 else None, said_by, actor.membership)


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
    taken = ask.acts.filter(by=actor.membership, recorded_by__isnull=True).exclude(side="").order_by("n").first()
    if taken:
        return Side(taken.side)
    return Side(ask.turn) if ask.turn else Side.ASKER


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


# The acts ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft(
    actor: Actor,
    link: Link,
    direction: str,
    *,
    data: dict[str, str],
    now: datetime,
    problem: ClientProblem | None = None,
    cause: Ask | None = None,
    replaces: Ask | None = None,
    opened_by: Side = Side.ASKER,
    said_by: str = "",
) -> Ask:
    """Begin an ask. `data` is what was typed so far, as typed. Raises Refused."""
    # Who said new terms aloud is named when they are sent; a facilitator may begin to write them down before.
    recording = bool(said_by) or (replaces is not None and actor.is_facilitator)
    refusal = why_not_draft(link, direction, actor, recording=recording, side=opened_by)
    if refusal:
        raise Refused(refusal)
    asker, performer = areas_of(link, direction)
    _check_cause(asker, actor.organization, problem, cause)
    ask = Ask.objects.create(
        organization=actor.organization,
        link=link,
        direction=direction,
        asker=asker,
        performer=performer,
        problem=problem,
        cause=cause,
        replaces=replaces,
        opened_by=opened_by,
        drafted_by=actor.membership,
        draft=data,
        created_at=now,
    )
    _write(ask, Verb.DRAFT, opened_by, author(actor, said_by), now)
    return ask


@transaction.atomic
def keep_draft(
    ask: Ask,
    actor: Actor,
    *,
    version: int,
    data: dict[str, str],
    problem: ClientProblem | None,
    cause: Ask | None,
    now: datetime,
) -> Ask:
    """Save what was typed so far. No act, nobody is told. Raises Refused, Overtaken."""
    if ask.version == version and not (actor.is_facilitator or actor.may_speak_for(ask.opening_area)):
        raise Refused(_("Only people of %(area)s ask here.") % {"area": ask.opening_area.name})
    _check_cause(ask.asker, actor.organization, problem, cause)
    _step(ask, (State.DRAFT,), version, draft=data, problem=problem, cause=cause)
    return ask


@transaction.atomic
def send(
    ask: Ask,
    actor: Actor,
    *,
    version: int,
    terms: Fields,
    problem: ClientProblem | None,
    cause: Ask | None,
    answer_by: date,
    now: datetime,
    words: str = "",
    said_by: str = "",
) -> Ask:
    """The act *ask*: the draft goes to the other side. Raises Refused, Overtaken.

    Where the performing side opened it, to change what is agreed, it reaches the asking side as a counter-offer does:
    with a reason, and with the turn.
    """
    _guard(ask, Verb.ASK, actor, version, now, said_by)
    if problem is None and cause is None:
        raise Refused(_("Say why: which client problem or which request made you ask this."))
    _check_cause(ask.asker, actor.organization, problem, cause)
    if problem and problem.closed_at:
        raise Refused(_("This client problem is closed."))
    side = Side(ask.opened_by)
    verb, state = (Verb.ASK, State.ASKED) if side == Side.ASKER else (Verb.COUNTER, State.COUNTERED)
    if verb == Verb.COUNTER and not words.strip():
        raise Refused(_("Say why you propose something else."))
    standing = ask.replaces.terms if ask.replaces else None
    if standing and all(getattr(standing, name) == value for name, value in terms.items()):
        raise Refused(_("Nothing is different yet: change what you cannot accept."))
    wording = _new_terms(ask, side, terms, now)
    _step(
        ask,
        (State.DRAFT,),
        version,
        state=state,
        turn=other(side),
        terms=wording,
        problem=problem,
        cause=cause,
        answer_by=answer_by,
        asked_at=now,
        draft={},
    )
    _write(ask, verb, side, author(actor, said_by), now, words=words, terms=wording, answer_by=answer_by)
    return ask


@transaction.atomic
def acknowledge(
    ask: Ask, actor: Actor, *, version: int, answer_by: date, now: datetime, words: str = "", said_by: str = ""
) -> Ask:
    """The side asked says that it saw it and gives a new day for its answer, once. Raises Refused, Overtaken."""
    _guard(ask, Verb.ACKNOWLEDGE, actor, version, now, said_by)
    _step(ask, (State.ASKED,), version, answer_by=answer_by, acknowledged_at=now)
    _write(ask, Verb.ACKNOWLEDGE, Side.PERFORMER, author(actor, said_by), now, words=words, answer_by=answer_by)
    return ask


@transaction.atomic
def agree(
    ask: Ask,
    actor: Actor,
    *,
    version: int,
    now: datetime,
    owner: Membership | None = None,
    owner_name: str = "",
    words: str = "",
    said_by: str = "",
) -> Ask:
    """The side whose turn it is takes the terms as they stand; the performing side's owner is named.

    Without `owner` and `owner_name` the owner named in an earlier act stays. Raises Refused, Overtaken.
    """
    _guard(ask, Verb.AGREE, actor, version, now, said_by)
    side = Side(ask.turn)
    if owner is None and not owner_name.strip():
        owner, owner_name = ask.owner, ask.owner_name
    name = _owner(ask, owner, owner_name)
    _step(ask, OPEN, version, state=State.AGREED, turn="", owner=owner, owner_name=name, settled_at=now)
    _write(ask, Verb.AGREE, side, author(actor, said_by), now, words=words, terms=ask.terms, owner_name=name)
    if ask.replaces:
        _replace(ask.replaces, ask, now)
    return ask


@transaction.atomic
def counter(
    ask: Ask,
    actor: Actor,
    *,
    version: int,
    terms: Fields,
    words: str,
    answer_by: date,
    now: datetime,
    owner: Membership | None = None,
    said_by: str = "",
) -> Ask:
    """The side whose turn it is proposes other terms, with a reason; the turn passes. Raises Refused, Overtaken."""
    _guard(ask, Verb.COUNTER, actor, version, now, said_by)
    if not words.strip():
        raise Refused(_("Say why you propose something else."))
    if ask.terms and all(getattr(ask.terms, name) == value for name, value in terms.items()):
        raise Refused(_("Nothing is different yet: change what you cannot accept."))
    side = Side(ask.turn)
    wording = _new_terms(ask, side, terms, now)
    changes: Fields = {"state": State.COUNTERED, "turn": other(side), "terms": wording, "answer_by": answer_by}
    if owner:
        changes |= {"owner": owner, "owner_name": _owner(ask, owner, "")}
    _step(ask, OPEN, version, **changes)
    _write(ask, Verb.COUNTER, side, author(actor, said_by), now, words=words, terms=wording, answer_by=answer_by)
    return ask


@transaction.atomic
def decline(
    ask: Ask,
    actor: Actor,
    *,
    version: int,
    now: datetime,
    words: str = "",
    alternative: str = "",
    redirect_to: Area | None = None,
    said_by: str = "",
) -> Ask:
    """*I cannot, because…*: a reason or another way; with `redirect_to` the need goes on to that area, and this area
    stays answerable until that one agrees. Raises Refused, Overtaken.
    """
    _guard(ask, Verb.DECLINE, actor, version, now, said_by)
    if not words.strip() and not alternative.strip():
        raise Refused(_("Give a reason, or another way to get it."))
    side = Side(ask.turn)
    who = author(actor, said_by)
    if redirect_to and side != Side.PERFORMER:
        raise Refused(_("Only the side that was asked sends a request on."))
    # Before the redirect, whose new ask must not be seen by the guard of this one.
    _step(ask, OPEN, version, state=State.DECLINED, turn="", settled_at=now)
    onward = _redirect(ask, redirect_to, who, words or alternative, now) if redirect_to else None
    _write(ask, Verb.DECLINE, side, who, now, words=words, alternative=alternative, redirected_to=onward)
    return ask


@transaction.atomic
def withdraw(ask: Ask, actor: Actor, *, version: int, now: datetime, words: str = "", said_by: str = "") -> Ask:
    """The side that opened it takes it back, also a draft. Raises Refused, Overtaken."""
    _guard(ask, Verb.WITHDRAW, actor, version, now, said_by)
    was_draft = ask.state == State.DRAFT
    _step(ask, (State.DRAFT, *OPEN), version, state=State.WITHDRAWN, turn="", settled_at=now)
    _write(ask, Verb.WITHDRAW, ask.opened_by, author(actor, said_by), now, words=words, quiet=was_draft)
    return ask


@transaction.atomic
def say(ask: Ask, actor: Actor, *, words: str, now: datetime, said_by: str = "", side: str = "") -> Ask:
    """Free words, the state stays. Two people may speak at the same instant. Raises Refused.

    `side` says for which side a facilitator writes down words that were said aloud.
    """
    if not words.strip():
        raise Refused(_("Write what you want to say."))
    refusal = why_not(ask, Verb.SAY, actor, now, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    speaks_for = side if said_by and side else side_of(ask, actor) or ""
    _stay(ask, OPEN)
    _write(ask, Verb.SAY, speaks_for, author(actor, said_by), now, words=words)
    return ask


@transaction.atomic
def amend(ask: Ask, actor: Actor, *, now: datetime, data: dict[str, str], said_by: str = "") -> Ask:
    """A draft of new terms for an agreed ask; either side may open it, the old terms bind until it is agreed.

    It runs the same way as the ask that it would replace, whoever opens it. Raises Refused.
    """
    refusal = why_not_amend(ask, actor)
    if refusal:
        raise Refused(refusal)
    standing = ask.amendments.filter(state__in=(State.DRAFT, *OPEN)).first()
    if standing:
        if standing.state == State.DRAFT and (actor.is_facilitator or actor.may_speak_for(standing.opening_area)):
            return standing
        raise Refused(_("A change of this is being talked about already."))
    return draft(
        actor,
        ask.link,
        ask.direction,
        data=data,
        problem=ask.problem,
        cause=ask.cause,
        replaces=ask,
        opened_by=side_of(ask, actor) or Side.ASKER,
        said_by=said_by,
        now=now,
    )


# What the acts share -------------------------------------------------------------------------------------------------


def _guard(ask: Ask, verb: Verb, actor: Actor, version: int, now: datetime, said_by: str) -> None:
    if ask.version != version:
        raise Overtaken(_fresh(ask))
    refusal = why_not(ask, verb, actor, now, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)


def _fresh(ask: Ask) -> Ask:
    return Ask.objects.select_related(
        "organization", "link__customer", "link__supplier", "asker", "performer", "terms", "owner__user"
    ).get(pk=ask.pk)


def _step(ask: Ask, sources: tuple[str, ...], version: int | None, **changes: Any) -> None:
    """Change the row if it still is what the person saw; of two at the same instant the second finds no row."""
    rows = Ask.objects.filter(pk=ask.pk, state__in=sources)
    if version is not None:
        rows = rows.filter(version=version)
    if rows.update(version=F("version") + 1, **changes) != 1:
        raise Overtaken(_fresh(ask))
    for name, value in changes.items():
        setattr(ask, name, value)
    ask.refresh_from_db(fields=["version"])


def _stay(ask: Ask, sources: tuple[str, ...]) -> None:
    """Nothing of what the other side is answering changes: its half-written act stays good. The row stays locked."""
    if not Ask.objects.select_for_update(of=("self",)).filter(pk=ask.pk, state__in=sources).exists():
        raise Overtaken(_fresh(ask))


def _new_terms(ask: Ask, side: Side, fields: Fields, now: datetime) -> Terms:
    # The row of the ask is locked first: of two wordings at the same instant one waits and is then overtaken.
    Ask.objects.select_for_update(of=("self",)).get(pk=ask.pk)
    last = Terms.objects.filter(ask=ask).aggregate(last=Max("n"))["last"] or 0
    known = {name: value for name, value in fields.items() if name in Promise.FIELDS}
    return Terms.objects.create(ask=ask, n=last + 1, side=side, at=now, **known)


def _write(
    ask: Ask,
    verb: Verb,
    side: str,
    who: Author,
    now: datetime,
    *,
    words: str = "",
    alternative: str = "",
    terms: Terms | None = None,
    answer_by: date | None = None,
    owner_name: str = "",
    redirected_to: Ask | None = None,
    for_area: Area | None = None,
    quiet: bool = False,
) -> Act:
    """The immutable row and, but for drafts, the line in the journal. The caller's update holds the row's lock."""
    last = Act.objects.filter(ask=ask).aggregate(last=Max("n"))["last"] or 0
    area = for_area or (ask.area_of(side) if side else None)
    act = Act.objects.create(
        ask=ask,
        n=last + 1,
        verb=verb,
        side=side,
        for_area=area,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        words=words.strip(),
        alternative=alternative.strip(),
        terms=terms,
        answer_by=answer_by,
        owner_name=owner_name,
        redirected_to=redirected_to,
        at=now,
    )
    if verb == Verb.DRAFT or quiet:
        return act
    journal.record(
        ask.organization,
        f"ask.{EVENT[verb]}",
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        now=now,
        area=area,
        link=ask.link,
        subject=("ask", ask.ref),
        facts={
            "outcome": ask.terms.outcome if ask.terms else "",
            "area": area.name if area else "",
            "other": ask.area_of(other(Side(side))).name if side else ask.performer.name,
            "name": owner_name,
            "words": (words or alternative).strip(),
        },
        topics=(f"a:{ask.ref}",),
    )
    return act


EVENT = {
    Verb.ASK: "asked",
    Verb.ACKNOWLEDGE: "acknowledged",
    Verb.AGREE: "agreed",
    Verb.COUNTER: "countered",
    Verb.DECLINE: "declined",
    Verb.WITHDRAW: "withdrawn",
    Verb.SAY: "said",
    Verb.REPLACE: "replaced",
}


def _check_cause(asker: Area, organization: Organization, problem: ClientProblem | None, cause: Ask | None) -> None:
    if problem and cause:
        raise Refused(_("Choose one reason: a client problem or a request."))
    if problem and problem.organization_id != organization.pk:
        raise Refused(_("This client problem does not exist."))
    if cause and (cause.organization_id != organization.pk or cause.state in (State.DRAFT, State.WITHDRAWN)):
        raise Refused(_("This request cannot be the reason."))
    if cause and asker.pk not in (cause.asker_id, cause.performer_id):
        raise Refused(_("The reason is a request in which %(area)s takes part.") % {"area": asker.name})


def _owner(ask: Ask, owner: Membership | None, owner_name: str) -> str:
    """The name of the owner, who must belong to the performing side. Raises Refused."""
    if owner is None:
        if owner_name.strip():
            return owner_name.strip()[:120]
        raise Refused(_("Name who in %(area)s takes care of it.") % {"area": ask.performer.name})
    belongs = AreaPart.objects.filter(membership=owner, area=ask.performer, membership__left_at__isnull=True).exists()
    if not belongs:
        raise Refused(_("%(name)s does not belong to %(area)s.") % {"name": owner.name, "area": ask.performer.name})
    return owner.name


def _redirect(ask: Ask, target: Area, who: Author, words: str, now: datetime) -> Ask:
    """Open the onward ask. The two areas are linked if they were not: the picture then shows where the need goes."""
    if (
        target.organization_id != ask.organization_id
        or target.archived_at
        or target.kind == Kind.CLIENT
        or target.pk in (ask.asker_id, ask.performer_id)
    ):
        raise Refused(_("Choose another area of the company."))
    customer, supplier = (ask.asker, target) if ask.direction == Direction.NEED else (target, ask.asker)
    link, made = Link.objects.get_or_create(
        customer=customer, supplier=supplier, defaults={"organization": ask.organization, "created_at": now}
    )
    if made or link.ended_at:
        Link.objects.filter(pk=link.pk).update(ended_at=None)
        link.ended_at = None
        journal.record(
            ask.organization,
            "link.opened",
            by=who.membership,
            by_name=who.name,
            recorded_by=who.recorded_by,
            now=now,
            link=link,
            facts={"area": supplier.name, "other": customer.name},
        )
    answer_by = default_answer_by(ask.organization, now)
    onward = Ask.objects.create(
        organization=ask.organization,
        link=link,
        direction=ask.direction,
        asker=ask.asker,
        performer=target,
        cause=ask,
        redirected_from=ask,
        drafted_by=who.membership,
        created_at=now,
    )
    assert ask.terms is not None
    wording = _new_terms(onward, Side.ASKER, ask.terms.promise(), now)
    _step(
        onward,
        (State.DRAFT,),
        None,
        state=State.ASKED,
        turn=Side.PERFORMER,
        terms=wording,
        answer_by=answer_by,
        asked_at=now,
    )
    # No side: whoever sends it on speaks for neither side of the onward ask.
    _write(onward, Verb.ASK, "", who, now, words=words, terms=wording, answer_by=answer_by, for_area=ask.performer)
    return onward


def _replace(old: Ask, new: Ask, now: datetime) -> None:
    """The agreed amendment takes the place of the ask that it amends."""
    _step(old, (State.AGREED,), None, state=State.REPLACED)
    _write(old, Verb.REPLACE, "", Author(None, "", None), now, terms=new.terms)

"""The acts themselves, one function per verb."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.models import Area, Link, Membership
from areas.words import Kind
from requests.models import Ask, ClientProblem
from requests.moves.refusals import Refused
from requests.moves.rows import (
    Author,
    Fields,
    author,
    check_cause,
    guard,
    new_terms,
    owner_of,
    stay,
    step,
    write,
)
from requests.moves.rules import areas_of, default_answer_by, side_of, why_not_amend, why_not_done, why_not_draft
from requests.states import OPEN, Direction, Side, State, Verb, other


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
    check_cause(asker, actor.organization, problem, cause)
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
        drafted_by=actor.author,
        draft=data,
        created_at=now,
    )
    write(ask, Verb.DRAFT, opened_by, author(actor, said_by), now)
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
    check_cause(ask.asker, actor.organization, problem, cause)
    step(ask, (State.DRAFT,), version, draft=data, problem=problem, cause=cause)
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
    guard(ask, Verb.ASK, actor, version, now, said_by)
    if problem is None and cause is None:
        raise Refused(_("Say why: which client problem or which request made you ask this."))
    check_cause(ask.asker, actor.organization, problem, cause)
    if problem and problem.closed_at:
        raise Refused(_("This client problem is closed."))
    side = Side(ask.opened_by)
    verb, state = (Verb.ASK, State.ASKED) if side == Side.ASKER else (Verb.COUNTER, State.COUNTERED)
    if verb == Verb.COUNTER and not words.strip():
        raise Refused(_("Say why you propose something else."))
    standing = ask.replaces.terms if ask.replaces else None
    if standing and all(getattr(standing, name) == value for name, value in terms.items()):
        raise Refused(_("Nothing is different yet: change what you cannot accept."))
    wording = new_terms(ask, side, terms, now)
    step(
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
    write(ask, verb, side, author(actor, said_by), now, words=words, terms=wording, answer_by=answer_by)
    return ask


@transaction.atomic
def acknowledge(
    ask: Ask, actor: Actor, *, version: int, answer_by: date, now: datetime, words: str = "", said_by: str = ""
) -> Ask:
    """The side asked says that it saw it and gives a new day for its answer, once. Raises Refused, Overtaken."""
    guard(ask, Verb.ACKNOWLEDGE, actor, version, now, said_by)
    step(ask, (State.ASKED,), version, answer_by=answer_by, acknowledged_at=now)
    write(ask, Verb.ACKNOWLEDGE, Side.PERFORMER, author(actor, said_by), now, words=words, answer_by=answer_by)
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
    guard(ask, Verb.AGREE, actor, version, now, said_by)
    side = Side(ask.turn)
    if owner is None and not owner_name.strip():
        owner, owner_name = ask.owner, ask.owner_name
    name = owner_of(ask, owner, owner_name)
    step(ask, OPEN, version, state=State.AGREED, turn="", owner=owner, owner_name=name, settled_at=now)
    write(ask, Verb.AGREE, side, author(actor, said_by), now, words=words, terms=ask.terms, owner_name=name)
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
    owner_name: str = "",
    said_by: str = "",
) -> Ask:
    """The side whose turn it is proposes other terms, with a reason; the turn passes. Raises Refused, Overtaken."""
    guard(ask, Verb.COUNTER, actor, version, now, said_by)
    if not words.strip():
        raise Refused(_("Say why you propose something else."))
    if ask.terms and all(getattr(ask.terms, name) == value for name, value in terms.items()):
        raise Refused(_("Nothing is different yet: change what you cannot accept."))
    side = Side(ask.turn)
    wording = new_terms(ask, side, terms, now)
    changes: Fields = {"state": State.COUNTERED, "turn": other(side), "terms": wording, "answer_by": answer_by}
    if owner or owner_name.strip():
        changes |= {"owner": owner, "owner_name": owner_of(ask, owner, owner_name)}
    step(ask, OPEN, version, **changes)
    write(ask, Verb.COUNTER, side, author(actor, said_by), now, words=words, terms=wording, answer_by=answer_by)
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
    guard(ask, Verb.DECLINE, actor, version, now, said_by)
    if not words.strip() and not alternative.strip():
        raise Refused(_("Give a reason, or another way to get it."))
    side = Side(ask.turn)
    who = author(actor, said_by)
    if redirect_to and side != Side.PERFORMER:
        raise Refused(_("Only the side that was asked sends a request on."))
    # Before the redirect, whose new ask must not be seen by the guard of this one.
    step(ask, OPEN, version, state=State.DECLINED, turn="", settled_at=now)
    onward = _redirect(ask, redirect_to, who, words or alternative, now) if redirect_to else None
    write(ask, Verb.DECLINE, side, who, now, words=words, alternative=alternative, redirected_to=onward)
    return ask


@transaction.atomic
def withdraw(ask: Ask, actor: Actor, *, version: int, now: datetime, words: str = "", said_by: str = "") -> Ask:
    """The side that opened it takes it back, also a draft. Raises Refused, Overtaken."""
    guard(ask, Verb.WITHDRAW, actor, version, now, said_by)
    was_draft = ask.state == State.DRAFT
    step(ask, (State.DRAFT, *OPEN), version, state=State.WITHDRAWN, turn="", settled_at=now)
    write(ask, Verb.WITHDRAW, ask.opened_by, author(actor, said_by), now, words=words, quiet=was_draft)
    return ask


@transaction.atomic
def say(ask: Ask, actor: Actor, *, words: str, now: datetime, said_by: str = "", side: str = "") -> Ask:
    """Free words, the state stays. Two people may speak at the same instant. Raises Refused.

    `side` says for which side a facilitator writes down words that were said aloud.
    """
    if not words.strip():
        raise Refused(_("Write what you want to say."))
    refusal = why_not_done(ask, Verb.SAY, actor, now, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    speaks_for = side if said_by and side else side_of(ask, actor) or ""
    stay(ask, OPEN)
    write(ask, Verb.SAY, speaks_for, author(actor, said_by), now, words=words)
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


# What an act brings about elsewhere -----------------------------------------------------------------------------------


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
    wording = new_terms(onward, Side.ASKER, ask.terms.promise(), now)
    step(
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
    write(onward, Verb.ASK, "", who, now, words=words, terms=wording, answer_by=answer_by, for_area=ask.performer)
    return onward


def _replace(old: Ask, new: Ask, now: datetime) -> None:
    """The agreed amendment takes the place of the ask that it amends."""
    step(old, (State.AGREED,), None, state=State.REPLACED)
    write(old, Verb.REPLACE, "", Author(None, "", None), now, terms=new.terms)

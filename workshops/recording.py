"""What somebody without a phone says aloud, written down by the facilitator.

Asks, answers and signatures go through the same moves as everywhere, which keep both names; what is of the room alone
(being there, ready, proposals, what the area leaves) is done from a seat that the facilitator holds for the person.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from areas.access import Actor
from areas.models import Area, Link, Membership
from areas.words import Kind
from contracts import drafting
from contracts.access import contract_of
from contracts.models import Signature, Version
from contracts.words import Side
from requests import moves
from requests.models import Ask, ClientProblem
from requests.moves import Fields, Refused
from requests.states import State, Verb
from workshops import taking
from workshops.access import actor_in
from workshops.codes import PERSON, new_code
from workshops.models import Deed, Proposal, Seat, Takeaway, Workshop
from workshops.running import why_not_act
from workshops.seats import clean_name
from workshops.signals import touch

MOST_IN_AREA = 60


def _may(workshop: Workshop, actor: Actor, now: datetime) -> Actor:
    """The facilitator as who acts in the scene. Raises Refused."""
    refusal = why_not_act(workshop, actor, "record", now)
    if refusal:
        raise Refused(refusal)
    return actor_in(workshop, actor)


def ask_of(workshop: Workshop, ref: str) -> Ask | None:
    """An ask of the scene that was sent, with all that an act on it needs."""
    found = (
        Ask.objects.select_related("link__customer", "link__supplier", "asker", "performer", "terms", "owner__user")
        .filter(organization_id=workshop.scene_id, ref=ref)
        .exclude(state=State.DRAFT)
        .first()
    )
    if found:
        found.organization = workshop.scene
    return found


# Being there ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def seat_for(workshop: Workshop, actor: Actor, name: str, area: Area, now: datetime) -> Seat:
    """The seat of that person: the one there is, else a new one that needs no phone. Raises Refused."""
    _may(workshop, actor, now)
    called = clean_name(name)
    if area.organization_id != workshop.scene_id or area.archived_at or area.kind == Kind.CLIENT:
        raise Refused(_("Choose an area of the company."))
    # Two consoles that write down the same person at the same instant wait for each other here.
    Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    seats = Seat.objects.select_related("area", "membership__user").filter(workshop=workshop, removed_at=None)
    known = seats.filter(area=area, name__iexact=called).first()
    if known:
        if known.left_at:
            known.left_at = None
            known.save(update_fields=["left_at"])
            touch(workshop, now, areas=[area])
        known.workshop = workshop
        return known
    if seats.filter(area=area).count() >= MOST_IN_AREA:
        raise Refused(_("%(n)s people of one area is enough.") % {"n": MOST_IN_AREA})
    taken = set(Seat.objects.filter(workshop=workshop).values_list("code", flat=True))
    code = new_code(PERSON)
    while code in taken:
        code = new_code(PERSON)
    seat = Seat.objects.create(
        workshop=workshop, name=called, area=area, code=code, has_no_phone=True, joined_at=now, seen_at=now
    )
    touch(workshop, now, everyone=not workshop.step, areas=[area])
    return seat


@transaction.atomic
def ready(workshop: Workshop, actor: Actor, seat: Seat, is_ready: bool, now: datetime) -> None:
    """The person says to be ready, or not yet. Raises Refused."""
    _may(workshop, actor, now)
    taking.ready(seat, workshop.step, is_ready, now)


@transaction.atomic
def propose(workshop: Workshop, actor: Actor, seat: Seat, text: str, key: str, now: datetime) -> Proposal | None:
    """A problem of the client that the person says. Raises Refused."""
    _may(workshop, actor, now)
    return taking.propose(seat, text, key, now)


@transaction.atomic
def take_away(
    workshop: Workshop, actor: Actor, seat: Seat, kind: str, text: str, *, version: int, key: str, now: datetime
) -> Takeaway | None:
    """What the area leaves. Raises Refused, WroteMeanwhile."""
    _may(workshop, actor, now)
    return taking.take_away(seat, kind, text, version=version, key=key, now=now)


# The conversation -----------------------------------------------------------------------------------------------------


def _note(workshop: Workshop, verb: str, key: str, now: datetime, *, link: Link, ask: Ask | None = None) -> bool:
    """Whether this is the first time that the form arrives."""
    _deed, made = Deed.objects.get_or_create(
        workshop=workshop,
        key=key[: taking.MOST_KEY],
        defaults={"verb": verb, "ask": ask, "link": link, "step": workshop.step, "at": now},
    )
    return made


@transaction.atomic
def ask(
    workshop: Workshop,
    actor: Actor,
    link: Link,
    direction: str,
    *,
    said_by: str,
    terms: Fields,
    problem: ClientProblem | None,
    cause: Ask | None,
    answer_by: date,
    key: str,
    now: datetime,
    words: str = "",
) -> Ask | None:
    """A need or a requirement that was said aloud. None if it was written down before. Raises Refused."""
    here = _may(workshop, actor, now)
    asker, performer = moves.areas_of(link, direction)
    if link.organization_id != workshop.scene_id or Kind.CLIENT in (asker.kind, performer.kind):
        raise Refused(_("Choose an area of the company."))
    if not _note(workshop, Verb.ASK.value, key, now, link=link):
        return None
    made = moves.draft(here, link, direction, data={}, problem=problem, cause=cause, said_by=said_by, now=now)
    moves.send(
        made,
        here,
        version=made.version,
        terms=terms,
        problem=problem,
        cause=cause,
        answer_by=answer_by,
        words=words,
        said_by=said_by,
        now=now,
    )
    Deed.objects.filter(workshop=workshop, key=key).update(ask=made)
    touch(workshop, now, areas=[asker, performer])
    return made


@transaction.atomic
def agree(
    workshop: Workshop,
    actor: Actor,
    found: Ask,
    *,
    version: int,
    said_by: str,
    key: str,
    now: datetime,
    owner: Membership | None = None,
    owner_name: str = "",
    words: str = "",
) -> None:
    """*I commit*, said aloud. Raises Refused, Overtaken."""
    here = _may(workshop, actor, now)
    if not _note(workshop, Verb.AGREE.value, key, now, link=found.link, ask=found):
        return
    moves.agree(found, here, version=version, owner=owner, owner_name=owner_name, words=words, said_by=said_by, now=now)
    touch(workshop, now, areas=[found.asker_id, found.performer_id])


@transaction.atomic
def counter(
    workshop: Workshop,
    actor: Actor,
    found: Ask,
    *,
    version: int,
    terms: Fields,
    words: str,
    said_by: str,
    answer_by: date,
    key: str,
    now: datetime,
    owner: Membership | None = None,
) -> None:
    """*I propose something else*, said aloud. Raises Refused, Overtaken."""
    here = _may(workshop, actor, now)
    if not _note(workshop, Verb.COUNTER.value, key, now, link=found.link, ask=found):
        return
    moves.counter(
        found,
        here,
        version=version,
        terms=terms,
        words=words,
        answer_by=answer_by,
        owner=owner,
        said_by=said_by,
        now=now,
    )
    touch(workshop, now, areas=[found.asker_id, found.performer_id])


@transaction.atomic
def decline(
    workshop: Workshop,
    actor: Actor,
    found: Ask,
    *,
    version: int,
    said_by: str,
    key: str,
    now: datetime,
    words: str = "",
    alternative: str = "",
    redirect_to: Area | None = None,
) -> None:
    """*I cannot, because…*, said aloud. Raises Refused, Overtaken."""
    here = _may(workshop, actor, now)
    if not _note(workshop, Verb.DECLINE.value, key, now, link=found.link, ask=found):
        return
    moves.decline(
        found,
        here,
        version=version,
        words=words,
        alternative=alternative,
        redirect_to=redirect_to,
        said_by=said_by,
        now=now,
    )
    more = [redirect_to.pk] if redirect_to else []
    touch(workshop, now, areas=[found.asker_id, found.performer_id, *more])


# Signing --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def sign(
    workshop: Workshop, actor: Actor, link: Link, side: Side, *, said_by: str, digest: str, now: datetime
) -> Version | None:
    """A side signs aloud what was read out; the version if it was the second one. Raises Refused, ProposalChanged."""
    here = _may(workshop, actor, now)
    if link.organization_id != workshop.scene_id:
        raise Refused(_("This contract is of another company."))
    contract = contract_of(link)
    contract.organization = workshop.scene
    version = drafting.sign(contract, side, here, digest=digest, said_by=clean_name(said_by), now=now)
    _note(workshop, "sign", f"sign-{link.pk}-{side.value[:1]}-{digest[:16]}", now, link=link)
    touch(workshop, now, areas=[link.customer_id, link.supplier_id])
    return version


@transaction.atomic
def confirm(workshop: Workshop, actor: Actor, signature: Signature, now: datetime) -> Version | None:
    """What a guest signed counts from now on. Raises Refused."""
    here = _may(workshop, actor, now)
    contract = signature.contract
    if contract.organization_id != workshop.scene_id:
        raise Refused(_("This contract is of another company."))
    contract.organization = workshop.scene
    version = drafting.confirm(contract, signature, here, now=now)
    touch(workshop, now, areas=[contract.link.customer_id, contract.link.supplier_id])
    return version

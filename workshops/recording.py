"""What somebody without a phone says aloud, written down by the facilitator.

Asks, answers and signatures go through the same moves as everywhere, which keep both names; what is of the room alone
(being there, ready, proposals, what the area leaves) is done from a seat that the facilitator holds for the person.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
from requests.states import OPEN, State, Verb
from workshops import running, taking
from workshops.access import actor_in
from workshops.codes import PERSON, new_code
from workshops.models import ConsoleAct, Deed, Proposal, Seat, Takeaway, Workshop
from workshops.running import why_not_act
from workshops.seats import clean_name
from workshops.signals import touch

MOST_IN_AREA = 60
# What a signature or an answer set going is not called back; the next words are written down instead.
STAYS = gettext_lazy("What was said in a conversation stays, with both names. Write down what they say now.")


def _may(workshop: Workshop, actor: Actor, now: datetime) -> Actor:
    """The facilitator as who acts in the scene. Raises Refused."""
    refusal = why_not_act(workshop, actor, "record", now)
    if refusal:
        raise Refused(refusal)
    return actor_in(workshop, actor)


def _kept(workshop: Workshop, actor: Actor, now: datetime, what: str, **before: object) -> None:
    """What was written down is the facilitator's last act. Inside the deed's transaction, at its end."""
    Workshop.objects.filter(pk=workshop.pk).update(version=F("version") + 1)
    workshop.version += 1
    running.keep(workshop, actor, "record", {"what": what, **before}, now)


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
            _kept(workshop, actor, now, "seat", pk=known.pk)
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
    _kept(workshop, actor, now, "seat", pk=seat.pk)
    return seat


@transaction.atomic
def ready(workshop: Workshop, actor: Actor, seat: Seat, is_ready: bool, now: datetime) -> None:
    """The person says to be ready, or not yet. Raises Refused."""
    _may(workshop, actor, now)
    before = seat.ready_for
    taking.ready(seat, workshop.step, is_ready, now)
    _kept(workshop, actor, now, "ready", pk=seat.pk, ready_for=before)


@transaction.atomic
def propose(workshop: Workshop, actor: Actor, seat: Seat, text: str, key: str, now: datetime) -> Proposal | None:
    """A problem of the client that the person says. Raises Refused."""
    _may(workshop, actor, now)
    made = taking.propose(seat, text, key, now)
    if made:
        _kept(workshop, actor, now, "proposal", pk=made.pk)
    return made


@transaction.atomic
def take_away(
    workshop: Workshop, actor: Actor, seat: Seat, kind: str, text: str, *, version: int, key: str, now: datetime
) -> Takeaway | None:
    """What the area leaves. Raises Refused, WroteMeanwhile."""
    _may(workshop, actor, now)
    before = Takeaway.objects.filter(workshop=workshop, area=seat.area, kind=kind).first()
    made = taking.take_away(seat, kind, text, version=version, key=key, now=now)
    if made and (before is None or before.text != made.text):
        was = {"text": before.text, "by_name": before.by_name} if before else {}
        _kept(workshop, actor, now, "takeaway", pk=made.pk, version=made.version, **was)
    return made


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
    _kept(workshop, actor, now, "ask", ref=made.ref, said_by=said_by)
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
    _kept(workshop, actor, now, "answer")


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
    _kept(workshop, actor, now, "answer")


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
    _kept(workshop, actor, now, "answer")


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
    _kept(workshop, actor, now, "signature")
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
    _kept(workshop, actor, now, "signature")
    return version


# Undo -----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(workshop: Workshop, actor: Actor, version: int, now: datetime) -> str:
    """Take the facilitator's last act back, also what was written down for somebody, as long as nobody went on from
    there. Returns what it was. Raises Refused, Stale.
    """
    act = running.last_act(workshop)
    if act is None or act.verb != "record":
        return running.undo(workshop, actor, version, now)
    here = _may(workshop, actor, now)
    areas = _take_back(workshop, here, act.before, now)
    if Workshop.objects.filter(pk=workshop.pk, version=version).update(version=F("version") + 1) != 1:
        raise running.Stale
    ConsoleAct.objects.filter(pk=act.pk).update(undone_at=now)
    touch(workshop, now, areas=areas, everyone=act.before["what"] in ("proposal", "seat"))
    return str(running.UNDOES[act.verb])


def _take_back(workshop: Workshop, here: Actor, before: dict[str, object], now: datetime) -> list[int]:
    """Whose phones look again. Raises Refused."""
    what, pk = before["what"], int(str(before.get("pk", 0)))
    if what == "ask":
        found = ask_of(workshop, str(before["ref"]))
        if found is None or found.state not in OPEN:
            raise Refused(str(STAYS))
        moves.withdraw(found, here, version=found.version, said_by=str(before["said_by"]), now=now)
        return [found.asker_id, found.performer_id]
    if what == "proposal":
        Proposal.objects.filter(pk=pk, workshop=workshop).update(dropped_at=now)
        return []
    if what == "takeaway":
        mine = Takeaway.objects.filter(pk=pk, workshop=workshop, version=int(str(before["version"])), ask=None)
        area = mine.values_list("area", flat=True).first()
        if area is None:
            raise Refused(str(STAYS))
        if "text" in before:
            # The version goes back with the text, so that the act before can be undone as well.
            mine.update(text=before["text"], by_name=before["by_name"], at=now, version=F("version") - 1)
        else:
            mine.delete()
        return [area]
    if what in ("seat", "ready"):
        seat = Seat.objects.filter(pk=pk, workshop=workshop)
        if what == "seat":
            seat.update(left_at=now)
        else:
            seat.update(ready_for=str(before["ready_for"]))
        return list(seat.values_list("area", flat=True))
    raise Refused(str(STAYS))

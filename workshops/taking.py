"""What people in the room do. Asks and answers are the organization's, made by its moves; nothing here is a second way.

Each deed is one transaction. What a phone sends bears a key that the server gave to the form: sent twice, after a lost
answer or a restart, it is done once.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from areas.access import Guest, guest
from areas.models import Area, AreaPart, Link, Membership
from areas.rows import Prepared
from areas.words import Kind
from areas.writing import plain
from contracts import drafting
from contracts.access import contract_of
from contracts.models import Version
from contracts.words import Side as ContractSide
from requests import moves
from requests.models import Ask, ClientProblem, Terms
from requests.moves import Fields, Overtaken, Refused
from requests.states import Direction, Side, State, Verb
from workshops.models import Deed, Dots, Proposal, Score, Seat, Takeaway, Workshop
from workshops.phases import DOTS, DOTS_ON_ONE, SCORES, Phase, Step, Takes, answers, read, writes
from workshops.room import FIRST, SECOND, shape_of
from workshops.signals import touch

MOST_KEY = 36
MOST_PROPOSAL = 200
MOST_TAKEAWAY = 400
# So much from one phone is no longer a person's.
MOST_PROPOSALS = 10
# People of one area, from where on nobody looks up for each who is ready.
CROWD = 12
MOST_ASKS = 60
MOST_REASONS = 12
STEP_SALT = "workshops.step"

REACHED = Prepared(
    """
    SELECT {ask}, {terms}, {asker},
           EXISTS (SELECT FROM workshops_deed deed WHERE deed.workshop_id = %(workshop)s AND deed.ask_id = ask.id)
    FROM requests_ask ask
    JOIN areas_link link ON link.id = ask.link_id AND link.ended_at IS NULL
    JOIN areas_area asker ON asker.id = ask.asker_id
    LEFT JOIN requests_terms terms ON terms.id = ask.terms_id
    WHERE ask.organization_id = %(scene)s AND ask.performer_id = %(area)s AND ask.direction = 'need'
      AND ask.state IN ('asked', 'countered', 'agreed')
    ORDER BY ask.asked_at, ask.id
    """,
    ask=Ask,
    terms=(Terms, ("outcome",)),
    asker=(Area, ("name",)),
)


class Again(Exception):
    """This was sent before and is done: the answer to it was lost on the way."""

    def __init__(self, deed: Deed) -> None:
        super().__init__(deed.key)
        self.deed = deed


class WroteMeanwhile(Refused):
    """A colleague of the same area wrote the same thing at the same time; `current` is what stands there now."""

    def __init__(self, current: Takeaway) -> None:
        super().__init__(
            _("%(name)s wrote here meanwhile. Both texts stand below: put them together and send.")
            % {"name": current.by_name or current.area.name}
        )
        self.current = current


# The ground that every deed stands on ---------------------------------------------------------------------------------


def why_not(seat: Seat, now: datetime) -> str | None:
    """None if the person may act in the room now, else the sentence that says why not."""
    workshop = seat.workshop
    if workshop.closed_at:
        return _("The workshop is over. What was said stays with the organization.")
    if seat.removed_at:
        return _("The facilitator took this phone out of the room. Please talk with them.")
    if workshop.paused_at:
        return _("The workshop is put off to another day. What you wrote stays on this phone.")
    if not workshop.is_open(now):
        return _("This code is no longer in use. Your facilitator has a new one.")
    return None


def _here(seat: Seat, now: datetime, *, hold: bool = False) -> Workshop:
    """The room as it is inside this transaction. `hold`: until it ends, the console waits. Raises Refused."""
    rows = Workshop.objects.select_related("scene", "organization", "problem")
    if hold:
        # Rows that point to the workshop may be written meanwhile.
        rows = rows.select_for_update(no_key=True, of=("self",))
    seat.workshop = rows.get(pk=seat.workshop_id)
    mine = Seat.objects.filter(pk=seat.pk).values_list("removed_at", "left_at", "ready_for", "answered").get()
    seat.removed_at, seat.left_at, seat.ready_for, seat.answered = mine
    refusal = why_not(seat, now)
    if refusal:
        raise Refused(refusal)
    if seat.left_at:
        # Who acts is there.
        Seat.objects.filter(pk=seat.pk).update(left_at=None)
        seat.left_at = None
    return seat.workshop


CLAIM = """
INSERT INTO workshops_deed (workshop_id, seat_id, key, verb, link_id, ask_id, step, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (workshop_id, key) DO NOTHING RETURNING id
"""


def _once(
    seat: Seat,
    key: str,
    verb: str,
    now: datetime,
    *,
    link: Link | None = None,
    ask: Ask | None = None,
    hold: bool = False,
) -> Deed:
    """Claim the key, in a room that is open. Who sends the same at the same instant waits here for the first.

    Raises Again, also where the room has closed since, and Refused.
    """
    if not 8 <= len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        raise Refused(_("This form is from an old page. Reload it; what you wrote stays on this phone."))
    _was_done(seat, key, verb)
    workshop = _here(seat, now, hold=hold)
    row: list[int | str | datetime | None] = [
        workshop.pk,
        seat.pk,
        key,
        verb,
        link.pk if link else None,
        ask.pk if ask else None,
        workshop.step,
        now,
    ]
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, row)
        claimed = cursor.fetchone()
    if claimed is None:
        _was_done(seat, key, verb)
    return Deed.objects.get(pk=claimed[0])


def _was_done(seat: Seat, key: str, verb: str) -> None:
    deed = Deed.objects.select_related("ask").filter(workshop=seat.workshop_id, key=key).first()
    if deed is None:
        return
    if (deed.seat_id, deed.verb) != (seat.pk, verb):
        raise Refused(_("This form is from an old page. Reload it; what you wrote stays on this phone."))
    raise Again(deed)


def guest_of(seat: Seat) -> Guest:
    """The person as who acts: for one area of the organization that the workshop writes into, by the seat's name."""
    return guest(seat.workshop.scene, seat.area, seat.name, seat.membership)


def place_of(workshop: Workshop, area: Area) -> int:
    """In which round the turn of the area comes; 0 for one that is no longer in the chain."""
    return shape_of(workshop)[3].get(area.pk, 0)


def sign_step(key: str) -> str:
    """What a form bears to say in which step it was opened."""
    return signing.Signer(salt=STEP_SALT).sign(key)


def read_step(signed: str) -> Step | None:
    try:
        return read(signing.Signer(salt=STEP_SALT).unsign(signed))
    except (signing.BadSignature, ValueError):
        return None


def may_ask(workshop: Workshop, place: int, opened_in: Step | None = None) -> bool:
    """An area asks in its turn and after it. Who began to write then may finish while the areas still talk."""
    here = workshop.at
    if writes(here, place):
        return True
    still = here is not None and here.phase in (Phase.VOICE, Phase.CHAIN, Phase.ANSWERS)
    return still and writes(opened_in, place)


# The mirror -----------------------------------------------------------------------------------------------------------


def which_mirror(step: Step | None) -> str | None:
    """Which of the two is asked in that step."""
    if step is None:
        return None
    return {Phase.MIRROR: FIRST, Phase.CLOSE: SECOND}.get(step.phase)


def voter(seat: Seat, which: str) -> str:
    """Who answered, so that this phone can change the answer; the seat cannot be read out of it."""
    said = f"{seat.token}:{which}:{seat.workshop_id}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), sha256).hexdigest()


@transaction.atomic
def score(seat: Seat, value: int, now: datetime) -> None:
    """Answer the mirror, or change the answer while it is hidden. Nobody learns who chose what. Raises Refused."""
    workshop = _here(seat, now, hold=True)
    here = workshop.at
    which = which_mirror(here)
    if here is None or which is None:
        raise Refused(_("The room is past this question already."))
    if here.key in workshop.revealed:
        raise Refused(_("The answers are on the wall already."))
    if value not in SCORES:
        raise Refused(_("Choose a number from 0 to 10."))
    known = Score.objects.filter(workshop=workshop, which=which, voter=voter(seat, which))
    if which in seat.answered:
        if known.update(value=value) == 0:
            raise Refused(_("Your answer is counted already, and nobody knows any more which one it was."))
        return
    Score.objects.update_or_create(workshop=workshop, which=which, voter=voter(seat, which), defaults={"value": value})
    seat.answered = [*seat.answered, which]
    seat.save(update_fields=["answered"])
    # The wall counts who answered; the phones show nothing of it.
    touch(workshop, now)


# The problem ----------------------------------------------------------------------------------------------------------


def _choosing(seat: Seat, now: datetime) -> Workshop:
    workshop = _here(seat, now, hold=True)
    here = workshop.at
    if here is None or here.phase != Phase.PROBLEM:
        raise Refused(_("The room is not choosing the problem now."))
    return workshop


@transaction.atomic
def propose(seat: Seat, text: str, key: str, now: datetime) -> Proposal | None:
    """Say what hurts the client. None if it was sent before. Raises Refused."""
    said = plain(text)
    if not said:
        raise Refused(_("Write what hurts the client, in the client's words."))
    if len(said) > MOST_PROPOSAL:
        raise Refused(
            _("This has %(n)s characters; at most %(most)s fit. Say the essential here.")
            % {"n": len(said), "most": MOST_PROPOSAL}
        )
    try:
        _once(seat, key, "propose", now, hold=True)
    except Again:
        return None
    workshop = _choosing(seat, now)
    if Proposal.objects.filter(seat=seat, dropped_at__isnull=True).count() >= MOST_PROPOSALS:
        raise Refused(_("You have %(n)s proposals on the wall. Take one back first.") % {"n": MOST_PROPOSALS})
    proposal = Proposal.objects.create(workshop=workshop, seat=seat, text=said, at=now)
    touch(workshop, now, everyone=True)
    return proposal


@transaction.atomic
def withdraw_proposal(seat: Seat, ref: str, now: datetime) -> None:
    """Take one's own proposal back; the dots on it are free again. Raises Refused."""
    workshop = _choosing(seat, now)
    proposal = Proposal.objects.filter(workshop=workshop, ref=ref, seat=seat).first()
    if proposal is None:
        raise Refused(_("Only who proposed it takes it back."))
    if proposal.same_as_id or proposal.also.filter(dropped_at__isnull=True).exists():
        raise Refused(_("It was put together with another one; ask your facilitator."))
    if proposal.dropped_at is None:
        Proposal.objects.filter(pk=proposal.pk).update(dropped_at=now)
        Dots.objects.filter(proposal=proposal).delete()
        touch(workshop, now, everyone=True)


def dots_of(seat: Seat) -> dict[int, int]:
    """Root proposal → how many dots the person has on it and on those that say the same."""
    rows = Dots.objects.filter(seat=seat, proposal__dropped_at__isnull=True).select_related("proposal")
    found: dict[int, int] = {}
    for one in rows:
        root = one.proposal.same_as_id or one.proposal_id
        found[root] = min(DOTS_ON_ONE, found.get(root, 0) + one.n)
    return found


@transaction.atomic
def put_dots(seat: Seat, ref: str, n: int, now: datetime) -> None:
    """So many of the five on this one, at most three. Proposals that were put together count as one. Raises Refused."""
    workshop = _choosing(seat, now)
    if workshop.step in workshop.revealed:
        raise Refused(_("The dots are counted already."))
    found = (
        Proposal.objects.filter(workshop=workshop, ref=ref, dropped_at__isnull=True).select_related("same_as").first()
    )
    if found is None:
        raise Refused(_("This proposal is no longer there."))
    root = found.same_as or found
    if not 0 <= n <= DOTS_ON_ONE:
        raise Refused(_("At most %(most)s dots go on one.") % {"most": DOTS_ON_ONE})
    elsewhere = sum(there for one, there in dots_of(seat).items() if one != root.pk)
    if elsewhere + n > DOTS:
        raise Refused(_("You have %(most)s dots in all. Take one from another proposal first.") % {"most": DOTS})
    Dots.objects.filter(Q(proposal=root) | Q(proposal__same_as=root), seat=seat).delete()
    if n:
        Dots.objects.create(seat=seat, proposal=root, n=n)
    touch(workshop, now)


# Ready ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def ready(seat: Seat, step_key: str, is_ready: bool, now: datetime) -> None:
    """*I am ready*, for the step that the phone shows; of an earlier one it says nothing. Raises Refused."""
    workshop = _here(seat, now, hold=True)
    if not workshop.step or workshop.step != step_key:
        raise Refused(_("The room went on meanwhile."))
    seat.ready_for = workshop.step if is_ready else ""
    Seat.objects.filter(pk=seat.pk).update(ready_for=seat.ready_for)
    beside = Seat.objects.filter(workshop=workshop, area=seat.area_id, left_at__isnull=True, removed_at__isnull=True)
    # In a crowd the others see it the next time that they look: each tap would have all of them look at once.
    touch(workshop, now, areas=[seat.area_id] if beside.count() <= CROWD else [])


# Asks and answers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """Why an area may ask: the client's problem, or an ask that reached it. `value` is what the form sends."""

    value: str
    words: str
    by: str = ""
    problem: ClientProblem | None = None
    cause: Ask | None = None


def reached(workshop: Workshop, area: Area) -> list[tuple[Ask, bool]]:
    """The needs that reached an area and are not refused, each with whether it was asked in this room."""
    found: list[tuple[Ask, bool]] = []
    for ask, terms, asker, is_here in REACHED(scene=workshop.scene_id, area=area.pk, workshop=workshop.pk):
        ask.terms, ask.asker = terms, asker
        found.append((ask, is_here))
    return found


def reasons(
    workshop: Workshop,
    area: Area,
    place: int,
    other: Area | None = None,
    needs: list[tuple[Ask, bool]] | None = None,
) -> list[Reason]:
    """What an area's ask can serve, the likeliest first: next to the client the problem; further back what reached the
    area from its customers, in this room first; else the problem. `other`: of whom it asks. `needs`: what `reached` it.
    """
    problem = workshop.problem
    found: list[Reason] = []
    if place != 1:
        ranked = sorted(
            reached(workshop, area) if needs is None else needs,
            key=lambda one: (not one[1], other is None or one[0].asker_id != other.pk),
        )
        found = [Reason(f"a:{ask.ref}", str(ask), ask.asker.name, cause=ask) for ask, _here in ranked[:MOST_REASONS]]
    if problem and not problem.closed_at:
        found.append(Reason(f"p:{problem.ref}", problem.statement, problem=problem))
    return found


def links_for(workshop: Workshop, area: Area) -> list[tuple[Link, str]]:
    """Of whom the area can ask: each supplier for what it needs, then each customer inside for what it requires."""
    return lanes_of(area, shape_of(workshop).links)


def lanes_of(area: Area, links: list[Link]) -> list[tuple[Link, str]]:
    """The same among these links."""
    needs = [(link, Direction.NEED.value) for link in links if link.customer_id == area.pk]
    requirements = [
        (link, Direction.REQUIREMENT.value)
        for link in links
        if link.supplier_id == area.pk and link.customer.kind != Kind.CLIENT
    ]
    return [*needs, *requirements]


def link_in(workshop: Workshop, ref: str) -> Link | None:
    """A link of the scene with both areas."""
    return (
        Link.objects.select_related("customer", "supplier").filter(organization_id=workshop.scene_id, ref=ref).first()
    )


def ask_in(seat: Seat, ref: str) -> Ask | None:
    """An ask in which the person's area takes part. Of others a phone knows nothing."""
    ask = (
        Ask.objects.select_related(
            "link__customer", "link__supplier", "asker", "performer", "terms", "owner__user", "replaces__terms"
        )
        .filter(organization_id=seat.workshop.scene_id, ref=ref)
        .filter(Q(asker=seat.area_id) | Q(performer=seat.area_id))
        .exclude(state=State.DRAFT)
        .first()
    )
    if ask:
        ask.organization = seat.workshop.scene
    return ask


@transaction.atomic
def ask(
    seat: Seat,
    link: Link,
    direction: str,
    *,
    terms: Fields,
    why: str,
    key: str,
    now: datetime,
    answer_by: date | None = None,
    words: str = "",
    opened_in: Step | None = None,
) -> Ask:
    """A need of a supplier, or a requirement of a customer: written and sent in one. Raises Refused."""
    asker, performer = moves.areas_of(link, direction)
    try:
        deed = _once(seat, key, Verb.ASK.value, now, link=link)
    except Again as again:
        if again.deed.ask is None:
            raise Refused(_("This form is from an old page. Reload it; what you wrote stays on this phone.")) from None
        return again.deed.ask
    workshop = seat.workshop
    place = place_of(workshop, seat.area)
    if asker.pk != seat.area_id or link.organization_id != workshop.scene_id or performer.kind == Kind.CLIENT:
        raise Refused(_("Only people of %(area)s ask here.") % {"area": asker.name})
    if not may_ask(workshop, place, opened_in):
        raise Refused(_too_early_or_late(workshop, place))
    if Deed.objects.filter(seat=seat, verb=Verb.ASK.value).count() > MOST_ASKS:
        raise Refused(_("You have asked for %(n)s things; let the others ask, too.") % {"n": MOST_ASKS})
    offered = reasons(workshop, seat.area, place, performer)
    reason = next((one for one in offered if one.value == why), None) or (offered[0] if offered else None)
    if reason is None:
        raise Refused(_("The room has not chosen the client's problem yet. Tell your facilitator."))
    actor = guest_of(seat)
    made = moves.draft(actor, link, direction, data={}, now=now, problem=reason.problem, cause=reason.cause)
    moves.send(
        made,
        actor,
        version=made.version,
        terms=terms,
        problem=reason.problem,
        cause=reason.cause,
        answer_by=answer_by or moves.default_answer_by(workshop.scene, now),
        now=now,
        words=words,
    )
    Deed.objects.filter(pk=deed.pk).update(ask=made)
    touch(workshop, now, areas=[asker, performer])
    return made


def _too_early_or_late(workshop: Workshop, place: int) -> str:
    here = workshop.at
    if here is not None and here.phase in (Phase.VOICE, Phase.CHAIN) and not writes(here, place):
        return _("It is not your turn yet. Read what reached you; your round comes.")
    if here is not None and here.phase == Phase.ANSWERS:
        return _("Now the room settles what is open. Say aloud what you still need; your facilitator can go back.")
    return _("In this step nobody asks.")


def _answer(seat: Seat, ref: str, verb: str, key: str, now: datetime) -> Ask | None:
    """The ask to act on, with the key claimed; None if it was done before. Raises Refused."""
    found = ask_in(seat, ref)
    if found is None:
        raise Refused(_("This request is no longer there."))
    try:
        _once(seat, key, verb, now, ask=found, link=found.link)
    except Again:
        return None
    workshop = seat.workshop
    place = place_of(workshop, seat.area)
    if not answers(workshop.at, place):
        here = workshop.at
        if here is not None and here.phase in (Phase.VOICE, Phase.CHAIN):
            raise Refused(_("It is not your turn yet. Read what reached you; your round comes."))
        raise Refused(_("In this step nobody answers."))
    return found


def _told(seat: Seat, ask: Ask, now: datetime, more: Iterable[Area | int] = ()) -> None:
    touch(seat.workshop, now, areas=[ask.asker_id, ask.performer_id, *more])


def owner_here(seat: Seat, ask: Ask, owner_name: str) -> tuple[Membership | None, str]:
    """Who answers for it: *me* unless another name was written. With an account of the area it is the person's own."""
    name = plain(owner_name)[:120]
    me = seat.area_id == ask.performer_id
    if name and not (me and name == seat.name):
        return None, name
    if not me:
        return None, ""
    member = seat.membership
    if member and AreaPart.objects.filter(membership=member, area=ask.performer).exists():
        return member, seat.name
    return None, seat.name


@transaction.atomic
def agree(
    seat: Seat, ref: str, *, version: int, key: str, now: datetime, owner_name: str = "", words: str = ""
) -> None:
    """*I commit*: the terms as they stand, with who answers for it. Raises Refused, Overtaken."""
    found = _answer(seat, ref, Verb.AGREE.value, key, now)
    if found is None:
        return
    owner, name = owner_here(seat, found, owner_name)
    moves.agree(found, guest_of(seat), version=version, owner=owner, owner_name=name, words=words, now=now)
    _told(seat, found, now)


@transaction.atomic
def counter(
    seat: Seat, ref: str, *, version: int, terms: Fields, words: str, key: str, now: datetime, owner_name: str = ""
) -> None:
    """*I propose something else*: other terms, with a reason. Raises Refused, Overtaken."""
    found = _answer(seat, ref, Verb.COUNTER.value, key, now)
    if found is None:
        return
    # Named by those who will do it: the other side then only says yes.
    owner, name = owner_here(seat, found, owner_name) if found.performer_id == seat.area_id else (None, "")
    moves.counter(
        found,
        guest_of(seat),
        version=version,
        terms=terms,
        words=words,
        answer_by=moves.default_answer_by(seat.workshop.scene, now),
        owner=owner,
        owner_name=name,
        now=now,
    )
    _told(seat, found, now)


@transaction.atomic
def decline(
    seat: Seat,
    ref: str,
    *,
    version: int,
    key: str,
    now: datetime,
    words: str = "",
    alternative: str = "",
    redirect_to: Area | None = None,
) -> None:
    """*I cannot, because…*, or another way; perhaps another area can. Raises Refused, Overtaken."""
    found = _answer(seat, ref, Verb.DECLINE.value, key, now)
    if found is None:
        return
    moves.decline(
        found,
        guest_of(seat),
        version=version,
        words=words,
        alternative=alternative,
        redirect_to=redirect_to,
        now=now,
    )
    _told(seat, found, now, [redirect_to] if redirect_to else [])


@transaction.atomic
def withdraw(seat: Seat, ref: str, *, version: int, key: str, now: datetime, words: str = "") -> None:
    """Take back what one's own area asked. Raises Refused, Overtaken."""
    found = _answer(seat, ref, Verb.WITHDRAW.value, key, now)
    if found is None:
        return
    moves.withdraw(found, guest_of(seat), version=version, words=words, now=now)
    _told(seat, found, now)


@transaction.atomic
def say(seat: Seat, ref: str, *, words: str, key: str, now: datetime) -> None:
    """Free words beside an open ask. Raises Refused."""
    found = _answer(seat, ref, Verb.SAY.value, key, now)
    if found is None:
        return
    moves.say(found, guest_of(seat), words=words, now=now)
    _told(seat, found, now)


# Signing --------------------------------------------------------------------------------------------------------------


def side_on(link: Link, area: Area) -> ContractSide | None:
    if area.pk == link.customer_id:
        return ContractSide.CUSTOMER
    return ContractSide.SUPPLIER if area.pk == link.supplier_id else None


@transaction.atomic
def sign(seat: Seat, link: Link, *, digest: str, key: str, now: datetime) -> Version | None:
    """Sign what was read. It counts at once if the person's account leads the area; a guest's waits for the lead or the
    facilitator. Returns the version if this was the second signature. Raises Refused.
    """
    try:
        _once(seat, key, "sign", now, link=link)
    except Again:
        return None
    workshop = seat.workshop
    side = side_on(link, seat.area)
    if side is None or link.organization_id != workshop.scene_id:
        raise Refused(
            _("Only people of %(area)s and %(other)s sign here.")
            % {
                "area": link.customer.name,
                "other": link.supplier.name,
            }
        )
    here = workshop.at
    if here is None or here.phase not in (Phase.AGREEMENTS, Phase.CLOSE):
        raise Refused(_("The contracts are signed in the step «Agreements»."))
    actor = guest_of(seat)
    provisional = not actor.leads_by_account
    contract = contract_of(link)
    contract.organization = workshop.scene
    version = drafting.sign(contract, side, actor, digest=digest, now=now, provisional=provisional)
    touch(workshop, now, areas=[link.customer_id, link.supplier_id])
    return version


# What the area leaves -------------------------------------------------------------------------------------------------


@transaction.atomic
def take_away(seat: Seat, kind: str, text: str, *, version: int, key: str, now: datetime) -> Takeaway | None:
    """The question, the reflection or the improvement of the area. `version` is 0 for one that nobody wrote yet.

    Raises Refused, WroteMeanwhile.
    """
    if kind not in Takes.values:
        raise Refused(_("This form is from an old page. Reload it; what you wrote stays on this phone."))
    said = plain(text, lines=True)
    if not said:
        raise Refused(_("Write a sentence first."))
    if len(said) > MOST_TAKEAWAY:
        raise Refused(
            _("This has %(n)s characters; at most %(most)s fit. Say the essential here.")
            % {"n": len(said), "most": MOST_TAKEAWAY}
        )
    try:
        _once(seat, key, f"leave-{kind}"[:16], now, hold=True)
    except Again:
        return None
    workshop = seat.workshop
    here = workshop.at
    if here is None or here.phase != Phase.CLOSE:
        raise Refused(_("The areas write this at the close."))
    # The row of the workshop is held: of two people at the same instant the second sees what the first one wrote.
    current = Takeaway.objects.select_related("area").filter(workshop=workshop, area=seat.area, kind=kind).first()
    if current is None:
        made = Takeaway.objects.create(
            workshop=workshop, area=seat.area, kind=kind, text=said, by_name=seat.name, at=now
        )
    elif current.text == said:
        return current
    elif current.version != version:
        raise WroteMeanwhile(current)
    else:
        Takeaway.objects.filter(pk=current.pk).update(text=said, by_name=seat.name, at=now, version=F("version") + 1)
        made = current
        made.text, made.by_name, made.at, made.version = said, seat.name, now, version + 1
    touch(workshop, now, areas=[seat.area_id])
    return made


__all__ = ["Again", "Overtaken", "Refused", "Side", "WroteMeanwhile"]

"""What a person sees of the contract of a link: gathered in a fixed number of queries, whatever the number of clauses.

A page and each of its live regions take what they need; what nobody asks for is not gathered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from areas import feed
from areas.access import Actor
from areas.models import Area, AreaPart, Membership, User
from areas.rows import Prepared, Rows
from areas.words import Part
from contracts import drafting
from contracts.access import area_of
from contracts.clock import soon_until
from contracts.models import Contract, Shoes, Signature, Version
from contracts.rates import Rate
from contracts.sheets import kept
from contracts.sheets.entries import LANES, Entry, Group, Lane, Status
from contracts.sheets.essence import house
from contracts.words import Side
from requests import moves
from requests.models import Act, Ask, Promise, Terms
from requests.states import OPEN, Direction, State, Verb
from requests.trace import UP_FROM_LINK, Step, steps
from requests.wording import Difference, differences

SHOWN_DEEDS = 8
TALKED = (State.DRAFT, State.DECLINED, *OPEN)

SIGNATURES = Prepared(
    """
    SELECT {signature}, {recorder}, {person}
    FROM contracts_signature signature
    LEFT JOIN areas_membership recorder ON recorder.id = signature.recorded_by_id
    LEFT JOIN areas_user person ON person.id = recorder.user_id
    WHERE signature.contract_id = %(contract)s AND signature.n >= coalesce(
        (SELECT max(n) FROM contracts_version WHERE contract_id = signature.contract_id AND in_force_at IS NOT NULL), 0)
    ORDER BY signature.at
    """,
    signature=Signature,
    recorder=(Membership, ("user_id",)),
    person=(User, ("email", "name")),
)
GONE = Prepared(
    """
    SELECT {owner}, {person}
    FROM areas_membership owner JOIN areas_user person ON person.id = owner.user_id
    WHERE owner.left_at IS NOT NULL AND owner.id IN (SELECT owner_id FROM requests_ask WHERE link_id = %(link)s)
    """,
    owner=(Membership, ("user_id", "left_at")),
    person=(User, ("email", "name")),
)
ACTS = Prepared(
    """
    SELECT {act}, {terms}, {area}, {onward}, {performer}
    FROM requests_act act
    LEFT JOIN requests_terms terms ON terms.id = act.terms_id
    LEFT JOIN areas_area area ON area.id = act.for_area_id
    LEFT JOIN requests_ask onward ON onward.id = act.redirected_to_id
    LEFT JOIN areas_area performer ON performer.id = onward.performer_id
    WHERE act.ask_id IN (
        SELECT id FROM requests_ask WHERE link_id = %(link)s AND state IN ('asked', 'countered', 'declined'))
    ORDER BY act.ask_id, act.n
    """,
    act=Act,
    terms=Terms,
    area=(Area, ("name",)),
    onward=(Ask, ("ref", "state", "performer_id")),
    performer=(Area, ("name",)),
)

# All that a sheet is read from.
READINGS = (drafting.MATTER, drafting.SHOES, SIGNATURES, ACTS, GONE, UP_FROM_LINK, feed.OF_LINK, *kept.READINGS)


@dataclass
class Signatory:
    """One side of the proposed version: who signed, who may, and what a signature would say."""

    side: Side
    area: Area
    people: list[str]
    signature: Signature | None
    # Signed in a workshop, and not confirmed yet.
    here: Signature | None
    lapsed: Signature | None
    refusal: str | None
    recording: bool
    gives: int
    gets: int

    @property
    def may_sign(self) -> bool:
        return self.refusal is None


class Sheet:
    """What a person sees of the contract of a link at a given moment."""

    def __init__(self, contract: Contract, actor: Actor, now: datetime) -> None:
        self.contract = contract
        self.actor = actor
        self.now = now
        self.link = contract.link
        self.organization = contract.organization = actor.organization
        self.customer = self.link.customer
        self.supplier = self.link.supplier
        self._known: dict[Rows, list[tuple[Any, ...]]] = {}

    @cached_property
    def _asked(self) -> dict[str, Any]:
        return {
            "contract": self.contract.pk,
            "link": self.link.pk,
            "shown": SHOWN_DEEDS,
            **kept.asked(self.organization, self.now, self._soon),
        }

    @cached_property
    def _soon(self) -> datetime:
        return soon_until(self.now, self.organization.tz, is_working=self.organization.calendar.is_working)

    def gather(self) -> Sheet:
        """For the whole page: ask at once what would be asked bit by bit."""
        self._known = dict(zip(READINGS, Rows.together(*READINGS, **self._asked), strict=True))
        return self

    def _read(self, reading: Rows) -> list[tuple[Any, ...]]:
        return self._read_together(reading)[0]

    def _read_together(self, *readings: Rows) -> list[list[tuple[Any, ...]]]:
        if all(reading in self._known for reading in readings):
            return [self._known[reading] for reading in readings]
        return Rows.together(*readings, **self._asked)

    # Whose it is

    @cached_property
    def people(self) -> dict[int, list[str]]:
        """Area pk → who decides for it, by name."""
        found: dict[int, list[str]] = defaultdict(list)
        parts = (
            AreaPart.objects.filter(
                area__in=(self.customer, self.supplier), part__in=(Part.LEAD, Part.VOICE), membership__left_at=None
            )
            .select_related("membership__user")
            .order_by("pk")
        )
        for part in parts:
            found[part.area_id].append(part.membership.name)
        return found

    @property
    def customer_people(self) -> list[str]:
        return self.people.get(self.customer.pk, [])

    @property
    def supplier_people(self) -> list[str]:
        return self.people.get(self.supplier.pk, [])

    @cached_property
    def my_sides(self) -> list[Side]:
        return [side for side in Side if self.actor.may_speak_for(area_of(self.contract, side))]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.organization.tz).date()

    # The version in force and the one proposed

    @cached_property
    def _matter(self) -> drafting.Matter:
        return drafting.matter_of(self.contract, self._read(drafting.MATTER))

    @cached_property
    def proposed(self) -> drafting.Proposal:
        return drafting.proposal(self.contract, self._matter)

    @property
    def version(self) -> Version | None:
        return self.proposed.current

    @cached_property
    def _signatures(self) -> list[Signature]:
        """Those under the version in force and those given for the proposed one."""
        areas = {area.pk: area for area in (self.customer, self.supplier)}
        found = []
        for signature, recorder, person in self._read(SIGNATURES):
            signature.for_area = areas[signature.for_area_id]
            if recorder:
                recorder.user, signature.recorded_by = person, recorder
            found.append(signature)
        return found

    @cached_property
    def signed_by(self) -> dict[str, Signature]:
        """The two signatures under the version in force, by side."""
        if self.version is None:
            return {}
        return {
            signature.side: signature
            for signature in self._signatures
            if signature.n == self.version.n and signature.digest == self.version.digest and not signature.provisional
        }

    @property
    def signed_in_order(self) -> list[Signature]:
        """Under the version in force: the supplier's signature, then the customer's."""
        return [self.signed_by[side] for side in (Side.SUPPLIER, Side.CUSTOMER) if side in self.signed_by]

    @cached_property
    def signatories(self) -> list[Signatory]:
        return [self._signatory(side) for side in (Side.SUPPLIER, Side.CUSTOMER)]

    def _signatory(self, side: Side) -> Signatory:
        given = [one for one in self._signatures if one.n == self.proposed.n and one.side == side]
        counts = next((one for one in given if one.digest == self.proposed.digest and not one.provisional), None)
        here = next((one for one in given if one.digest == self.proposed.digest and one.provisional), None)
        lapsed = next((one for one in reversed(given) if one.digest != self.proposed.digest), None)
        refusal: str | None = ""
        recording = False
        may = self.actor.is_facilitator or self.actor.may_decide_for(area_of(self.contract, side))
        if counts is None and self.proposed.is_change and may:
            now_given = [one for one in self._signatures if one.n == self.proposed.n]
            why_not = partial(drafting.why_not_sign, self.contract, self.proposed, side, self.actor, given=now_given)
            refusal = why_not()
            if refusal and self.actor.is_facilitator:
                noted = why_not(recording=True)
                refusal, recording = noted, noted is None
        standing_lines = self.proposed.standing
        return Signatory(
            side=side,
            area=area_of(self.contract, side),
            people=self.people.get(area_of(self.contract, side).pk, []),
            signature=counts,
            here=None if counts else here,
            lapsed=None if counts or here else lapsed,
            refusal=refusal,
            recording=recording,
            gives=sum(line.owed_by == side for line in standing_lines),
            gets=sum(line.owed_by != side for line in standing_lines),
        )

    @property
    def signs_now(self) -> Signatory | None:
        """The side for which this person signs; their own before one that they would write down."""
        able = [signatory for signatory in self.signatories if signatory.may_sign and not signatory.signature]
        return next((one for one in able if not one.recording), able[0] if able else None)

    @cached_property
    def changes(self) -> list[Entry]:
        """What the proposed version changes, line by line: new, changed, removed."""
        return [
            entry
            for lane in self.lanes
            for entry in lane.entries
            if entry.status in (Status.NEW, Status.CHANGED, Status.REMOVED)
        ]

    def counted(self, status: Status) -> int:
        return sum(entry.status == status for entry in self.changes)

    @property
    def new_count(self) -> int:
        return self.counted(Status.NEW)

    @property
    def changed_count(self) -> int:
        return self.counted(Status.CHANGED)

    @property
    def removed_count(self) -> int:
        return self.counted(Status.REMOVED)

    # The lanes

    @cached_property
    def _talk(self) -> list[Ask]:
        """What is not agreed: open, declined, and the drafts that this person may see."""
        return [
            self._at_home(ask)
            for ask in self._matter.asks.values()
            if ask.state in TALKED
            and (ask.state != State.DRAFT or self.actor.is_facilitator or self.actor.may_speak_for(ask.opening_area))
        ]

    @property
    def open_asks(self) -> list[Ask]:
        """Those whose conversation can be opened over the sheet."""
        return [ask for ask in self._talk if ask.is_open]

    def _at_home(self, ask: Ask) -> Ask:
        """Spare the ask the query for what is known here."""
        ask.organization = self.organization
        return ask

    @cached_property
    def _acts(self) -> dict[int, list[Act]]:
        """Ask pk → its acts in order, for what is not agreed."""
        found: dict[int, list[Act]] = defaultdict(list)
        for act, terms, area, onward, performer in self._read(ACTS):
            act.terms, act.for_area = terms, area
            if onward:
                onward.performer, act.redirected_to = performer, onward
            found[act.ask_id].append(act)
        return found

    @cached_property
    def _paths(self) -> dict[int, list[Step]]:
        return steps(self._read(UP_FROM_LINK))

    @cached_property
    def _ownerless(self) -> set[int]:
        """The asks whose owner has left the organization."""
        gone = {}
        for owner, person in self._read(GONE):
            owner.user, gone[owner.pk] = person, owner
        left = [ask for ask in self._matter.asks.values() if ask.owner_id in gone]
        for ask in left:
            ask.owner = gone[ask.owner_id]
        return {ask.pk for ask in left if ask.owner_left}

    @cached_property
    def _kept(self) -> tuple[dict[int, kept.Kept], Rate, datetime]:
        """Ask pk → how its promise is kept; how well all of this link are; when time alone changes something."""
        of_link = kept.KeptOfLink(self.organization, self.actor, (self.customer, self.supplier), self.now, self._soon)
        return of_link.of(*self._read_together(*kept.READINGS))

    @property
    def rate(self) -> Rate:
        """How well the promises of this link were kept, both lanes together."""
        return self._kept[1]

    @property
    def fresh_until(self) -> datetime:
        """When time alone changes something here: what is not late yet falls due, a verdict comes no more, the day
        ends.
        """
        return self._kept[2]

    @cached_property
    def house(self) -> str:
        """What all lines share."""
        return house(self.organization, (self.customer, self.supplier))

    @cached_property
    def lanes(self) -> list[Lane]:
        agreed = [self._agreed(line) for line in self.proposed.lines]
        talk = [self._talked(ask) for ask in self._talk if ask.replaces_id is None or ask.state != State.DECLINED]
        by_ask = {entry.ask.pk: entry for entry in agreed}
        loose = []
        for entry in talk:
            host = by_ask.get(entry.ask.replaces_id or 0)
            if host is None:
                loose.append(entry)
            else:
                if entry.ask.terms:
                    entry.differences = differences(host.promise, entry.promise, self.organization)
                host.amendment = entry
                host.may_amend = host.may_remove = False
        return [self._lane(direction, agreed, loose) for direction in LANES]

    def _lane(self, direction: Direction, agreed: list[Entry], loose: list[Entry]) -> Lane:
        asker, performer = moves.areas_of(self.link, direction)
        binding = [e for e in agreed if e.ask.direction == direction and e.status != Status.NEW]
        new = [e for e in agreed if e.ask.direction == direction and e.status == Status.NEW]
        talk = [e for e in loose if e.ask.direction == direction and e.ask.is_open]
        gone = [e for e in loose if e.ask.direction == direction and e.ask.state == State.DECLINED]
        drafts = [e for e in loose if e.ask.direction == direction and e.ask.state == State.DRAFT]
        groups = [
            Group("in_force", str(_("In force")), binding),
            Group("agreed", str(_("Agreed; in force as soon as both sides have signed")), new),
            Group("talk", str(_("Being talked about")), talk),
            Group("unmet", str(_("Unmet") if direction == Direction.NEED else _("Declined")), gone),
            Group("drafts", str(_("Drafts, not sent yet")), drafts),
        ]
        return Lane(
            direction=direction,
            asker=asker,
            performer=performer,
            groups=[group for group in groups if group.entries],
            may_ask=any(
                moves.why_not_draft(self.link, direction, self.actor, recording=recording) is None
                for recording in (False, True)
            ),
        )

    def _agreed(self, line: drafting.Line) -> Entry:
        ask = self._at_home(line.ask)
        binding: Promise = line.before or line.promise
        status = {"kept": Status.IN_FORCE, "new": Status.NEW, "changed": Status.CHANGED, "removed": Status.REMOVED}
        entry = Entry(
            ask=ask,
            promise=binding,
            status=status[line.status],
            owner_name=line.before.owner_name if line.before else line.owner_name,
            owner_left=(line.before.ask_id if line.before else ask.pk) in self._ownerless,
            organization=self.organization,
            path=self._paths.get(ask.pk, []),
            removal=line.removal,
            may_amend=line.removal is None and moves.why_not_amend(ask, self.actor) is None,
            may_remove=line.removal is None and (self.may_change or self.actor.is_facilitator),
            may_start=bool(self.my_sides or self.actor.is_facilitator),
            may_take_back=line.removal is not None
            and (self.actor.is_facilitator or self.actor.may_decide_for(area_of(self.contract, line.removal.side))),
        )
        if line.before is None:
            # Agreed and never in force: a proposed removal only takes it out of the proposal.
            entry.status = Status.REMOVED if line.removal else Status.NEW
        elif line.status == "changed":
            entry.differences = differences(line.before, line.promise, self.organization)
            if line.before.owner_name != line.owner_name:
                entry.differences.append(owner_difference(line.before.owner_name, line.owner_name))
        if line.before:
            entry.kept = self._kept[0].get(line.before.ask_id)
        return entry

    def _talked(self, ask: Ask) -> Entry:
        acts = self._acts.get(ask.pk, [])
        wordings = [act.terms for act in acts if act.terms is not None and act.verb in (Verb.ASK, Verb.COUNTER)]
        verbs = moves.possible(ask, self.actor, self.now)
        entry = Entry(
            ask=ask,
            promise=ask.terms or Terms(outcome=str(ask)),
            status=self._status(ask, acts),
            owner_name=ask.owner_name,
            organization=self.organization,
            path=self._paths.get(ask.pk, []),
            spoken=self._spoken(acts),
            verbs=verbs,
            my_turn=any(verbs.get(verb, "") is None for verb in (Verb.AGREE, Verb.COUNTER, Verb.DECLINE)),
            unanswered=ask.is_unanswered(self.now),
            onward=self._onward(acts),
        )
        if ask.state == State.COUNTERED and len(wordings) > 1:
            entry.differences = differences(wordings[-2], wordings[-1], self.organization)
        return entry

    @staticmethod
    def _spoken(acts: list[Act]) -> list[Act]:
        """What one must have read before one answers: the words of the last proposal or refusal, and the last reply."""
        said = [act for act in acts if act.words or act.alternative]
        weighty = next((act for act in reversed(said) if act.verb != Verb.SAY), None)
        reply = said[-1] if said and said[-1].verb == Verb.SAY else None
        return [act for act in (weighty, reply) if act is not None]

    @staticmethod
    def _status(ask: Ask, acts: list[Act]) -> Status:
        if ask.state != State.DECLINED:
            return Status(ask.state)
        onward = Sheet._onward(acts)
        if onward and onward.state == State.AGREED:
            return Status.ELSEWHERE
        return Status.UNMET if ask.direction == Direction.NEED else Status.DECLINED

    @staticmethod
    def _onward(acts: list[Act]) -> Ask | None:
        """The ask that carries a redirected one on."""
        return next((act.redirected_to for act in reversed(acts) if act.redirected_to), None)

    @property
    def my_turns(self) -> list[Entry]:
        """What waits here for the answer of this person's area."""
        entries = [entry for lane in self.lanes for entry in lane.entries]
        found = entries + [entry.amendment for entry in entries if entry.amendment]
        return [entry for entry in found if entry.my_turn]

    @property
    def is_empty(self) -> bool:
        return not any(lane.entries for lane in self.lanes)

    # In your customer's shoes

    @cached_property
    def shoes(self) -> Shoes | None:
        return drafting.last_shoes(self.contract, self._read(drafting.SHOES))

    @cached_property
    def writes_shoes(self) -> Side | None:
        """The side for which this person writes the next edition; a facilitator writes down for the supplier.

        The customer corrects what is there; the first words are the supplier's to find.
        """
        for side in (Side.SUPPLIER, Side.CUSTOMER) if self.shoes else (Side.SUPPLIER,):
            if drafting.why_not_shoes(self.contract, side, self.actor) is None:
                return side
        return Side.SUPPLIER if self.actor.is_facilitator else None

    @property
    def may_confirm_shoes(self) -> bool:
        waits = self.shoes is not None and self.shoes.confirmed_at is None
        return waits and drafting.why_not_shoes(self.contract, Side.CUSTOMER, self.actor) is None

    @property
    def may_record_shoes(self) -> bool:
        return self.actor.is_facilitator and not self.my_sides

    # The rest

    @cached_property
    def feed(self) -> list[feed.Line]:
        """What happened on this link lately."""
        return feed.of_link(self.organization, self.link, self._read(feed.OF_LINK))

    @property
    def may_change(self) -> bool:
        """May propose that a promise ends, and set the day of the review."""
        return drafting.why_not_remove(self.contract, self.actor) is None

    @property
    def may_set_review(self) -> bool:
        return self.actor.is_facilitator or self.may_change

    @property
    def review_is_due(self) -> bool:
        return self.contract.review_on is not None and self.contract.review_on <= self.today


def owner_difference(before: str, after: str) -> Difference:
    return Difference(field="owner", label=str(_("Who answers for it")), before=before, after=after)

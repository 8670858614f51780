"""From agreed asks to a contract in force: what the next version would say, who signed it, what changes with it.

The proposal is not stored: it is what follows from the version in force, the agreed asks and the standing removals.
A signature names the fingerprint of the proposal that it was given for and lapses by itself when that changes. The
second signature writes the version and its clauses, once and for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor, Guest
from areas.editing import ChangedMeanwhile, save_if_unchanged
from areas.models import Membership, User
from areas.rows import Prepared
from contracts import depending, opening
from contracts.access import area_of, contract_of
from contracts.models import Clause, Commitment, Contract, Removal, Shoes, Signature, Version
from contracts.words import Side
from requests.models import Ask, Promise, Terms
from requests.moves import Author, Refused, author
from requests.states import Direction, State

__all__ = ["Proposal", "ProposalChanged", "contract_of", "proposal", "sign"]


class ProposalChanged(Refused):
    """The proposal is no longer the one that the person read."""

    def __init__(self) -> None:
        super().__init__(_("The proposal changed while you were reading it. Read it again before you sign."))


@dataclass(frozen=True)
class Line:
    """One promise of the proposed version. `status`: kept, new, changed or removed; `before` is what binds now."""

    ask: Ask
    promise: Promise
    owner_name: str
    direction: str
    status: str
    before: Clause | None = None
    removal: Removal | None = None

    @property
    def owed_by(self) -> Side:
        """The side that owes it: a need is owed by the supplier, a requirement by the customer."""
        return Side.SUPPLIER if self.direction == Direction.NEED else Side.CUSTOMER


@dataclass(frozen=True)
class Proposal:
    """What version `n` would say if both sides signed now."""

    n: int
    lines: list[Line]
    digest: str
    current: Version | None

    @property
    def is_change(self) -> bool:
        return any(line.status != "kept" for line in self.lines)

    @property
    def standing(self) -> list[Line]:
        """The lines that the version would hold: all but the removed."""
        return [line for line in self.lines if line.status != "removed"]


def in_force(contract: Contract) -> Version | None:
    """The version that binds now."""
    return contract.versions.filter(in_force_at__isnull=False, superseded_at__isnull=True).first()


# A contract without asks is one row, too: its version in force may have no clause left. The version is the same in each
# row, and made of the first one.
_OF_VERSION = tuple(field.attname for field in Version._meta.concrete_fields)
MATTER = Prepared(
    f"""
    SELECT {{ask}}, {{terms}}, {{clause}}, {{removal}}, {", ".join(f"version.{name}" for name in _OF_VERSION)}
    FROM contracts_contract contract
    LEFT JOIN contracts_version version ON version.contract_id = contract.id
        AND version.in_force_at IS NOT NULL AND version.superseded_at IS NULL
    LEFT JOIN requests_ask ask ON ask.link_id = contract.link_id AND ask.state <> 'withdrawn'
    LEFT JOIN requests_terms terms ON terms.id = ask.terms_id
    LEFT JOIN contracts_clause clause ON clause.ask_id = ask.id AND clause.in_version_id = version.id
    LEFT JOIN contracts_removal removal ON removal.ask_id = ask.id AND removal.taken_back_at IS NULL
    WHERE contract.id = %(contract)s
    ORDER BY CASE WHEN ask.state IN ('agreed', 'replaced') THEN ask.settled_at ELSE ask.asked_at END, ask.id
    """,
    ask=Ask,
    terms=Terms,
    clause=Clause,
    removal=Removal,
)


@dataclass
class Matter:
    """All that a contract is made of: the version in force, and every ask of the link that was not withdrawn."""

    current: Version | None = None
    asks: dict[int, Ask] = field(default_factory=dict)
    clauses: dict[int, Clause] = field(default_factory=dict)
    removals: dict[int, Removal] = field(default_factory=dict)


def matter_of(contract: Contract, rows: Iterable[tuple[Any, ...]] | None = None) -> Matter:
    """One query, or what MATTER read before. What is settled comes in the order of that, the rest as it was asked."""
    found = Matter()
    link = contract.link
    areas = {area.pk: area for area in (link.customer, link.supplier)}
    for ask, terms, clause, removal, *version in MATTER(contract=contract.pk) if rows is None else rows:
        if found.current is None and version[0] is not None:
            found.current = Version.from_db("default", _OF_VERSION, version)
        if ask is None:
            continue
        ask.link, ask.terms = link, terms
        ask.asker, ask.performer = areas[ask.asker_id], areas[ask.performer_id]
        found.asks[ask.pk] = ask
        if clause:
            found.clauses[ask.pk] = clause
        if removal:
            removal.ask = ask
            found.removals[ask.pk] = removal
    return found


def proposal(contract: Contract, matter: Matter | None = None) -> Proposal:
    """The next version as it would be now: one query, whatever the number of clauses."""
    matter = matter or matter_of(contract)
    lines = lines_of(matter.asks, matter.clauses, matter.removals)
    n = matter.current.n + 1 if matter.current else 1
    return Proposal(n=n, lines=lines, digest=fingerprint(n, lines), current=matter.current)


def lines_of(asks: dict[int, Ask], clauses: dict[int, Clause], removals: dict[int, Removal]) -> list[Line]:
    """The lines of a proposal. Ask pk → the asks of a link that are agreed or replaced, the clauses in force, the
    removals not taken back. No query.
    """
    lines: list[Line] = []
    for ask in asks.values():
        if ask.state != State.AGREED or ask.terms is None:
            continue
        removal = removals.get(ask.pk)
        if removal and removal.done_in_id:
            continue
        before = clauses.get(ask.pk)
        promise: Promise = before or ask.terms
        status = "kept"
        if before is None:
            before = _binding_ancestor(ask, asks, clauses)
            status = "changed" if before else "new"
        if removal:
            status = "removed"
        lines.append(
            Line(
                ask=ask,
                promise=promise,
                owner_name=ask.owner_name,
                direction=ask.direction,
                status=status,
                before=before,
                removal=removal,
            )
        )
    lines.sort(key=lambda line: (line.direction, line.before.n if line.before else 999))
    return lines


def _binding_ancestor(ask: Ask, asks: dict[int, Ask], clauses: dict[int, Clause]) -> Clause | None:
    """The clause in force that this amendment, perhaps by way of earlier amendments, takes the place of."""
    pk = ask.replaces_id
    while pk:
        if pk in clauses:
            return clauses[pk]
        older = asks.get(pk)
        pk = older.replaces_id if older else None
    return None


def fingerprint(n: int, lines: Iterable[Line]) -> str:
    """SHA-256 over all that a signature of version `n` binds to: promises, owners, removals."""
    content = [
        [
            line.direction,
            line.ask.ref,
            line.status == "removed",
            line.owner_name,
            {name: _plain(value) for name, value in line.promise.promise().items()},
        ]
        for line in sorted(lines, key=lambda line: line.ask.ref)
    ]
    return hashlib.sha256(json.dumps([n, content], sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> str:
    # 95 and 95.0000 are the same target; a value read back from the database must not change the fingerprint.
    text = "" if value is None else str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").lstrip("-").isdigit() else text


# Signatures ----------------------------------------------------------------------------------------------------------


def signatures(contract: Contract, proposed: Proposal) -> list[Signature]:
    """All signatures given for the proposed number, also for wordings that changed since."""
    return list(contract.signatures.filter(n=proposed.n).select_related("by__user", "recorded_by__user", "for_area"))


def standing_signatures(
    contract: Contract, proposed: Proposal, given: list[Signature] | None = None
) -> dict[Side, Signature]:
    """The signatures that count for the proposal as it stands, by side. `given`: those read already."""
    return {
        Side(signature.side): signature
        for signature in (signatures(contract, proposed) if given is None else given)
        if signature.digest == proposed.digest and not signature.provisional
    }


def provisional(
    contract: Contract, proposed: Proposal, given: list[Signature] | None = None
) -> dict[Side, list[Signature]]:
    """What was signed in a workshop for the proposal as it stands, by side: it counts once it is confirmed. `given`:
    the signatures read already.
    """
    found: dict[Side, list[Signature]] = {side: [] for side in Side}
    for signature in signatures(contract, proposed) if given is None else given:
        if signature.provisional and signature.n == proposed.n and signature.digest == proposed.digest:
            found[Side(signature.side)].append(signature)
    return found


def lapsed(contract: Contract, proposed: Proposal) -> list[Signature]:
    """The last signature of each side that was given for an earlier wording of this proposal and counts no more."""
    standing = standing_signatures(contract, proposed)
    last = {
        Side(signature.side): signature
        for signature in signatures(contract, proposed)
        if signature.digest != proposed.digest
    }
    return [signature for side, signature in last.items() if side not in standing]


def why_not_sign(
    contract: Contract,
    proposed: Proposal,
    side: Side,
    actor: Actor,
    *,
    recording: bool = False,
    said_by: str = "",
    in_workshop: bool = False,
    given: list[Signature] | None = None,
) -> str | None:
    """None if the person may sign for that side now, else the sentence that says why not. `given`: the signatures
    under the proposed number, for who has read them already. A guest signs `in_workshop` whatever is asked for.
    """
    area = area_of(contract, side)
    in_workshop = in_workshop or signs_in_workshop(actor)
    if contract.link.ended_at:
        return _("The two areas are no longer linked in the chain.")
    if not proposed.is_change:
        return _("There is nothing new to sign.")
    if given is None and in_workshop:
        given = signatures(contract, proposed)
    standing = standing_signatures(contract, proposed, given)
    if side in standing:
        return _("%(area)s signed already.") % {"area": area.name}
    other = Side.CUSTOMER if side == Side.SUPPLIER else Side.SUPPLIER
    across = standing.get(other)
    if in_workshop:
        here = provisional(contract, proposed, given)
        if here[side]:
            return _("%(name)s signed this for %(area)s already; a lead of %(area)s confirms it.") % {
                "name": here[side][0].by_name,
                "area": area.name,
            }
        across = across or next((one for one in here[other] if actor.author and one.by_id == actor.author.pk), None)
    if recording:
        if not actor.is_facilitator:
            return _("Only a facilitator writes down what somebody else said.")
        if across and said_by and across.by_name == said_by:
            return _("Nobody signs for both sides.")
        return None
    if actor.is_viewer:
        return _("You take part as a reader here.")
    if not actor.may_decide_for(area):
        return _("A lead of %(area)s signs.") % {"area": area.name}
    if across and actor.author and across.by_id == actor.author.pk:
        return _("Nobody signs for both sides.")
    return None


def signs_in_workshop(actor: Actor) -> bool:
    """A guest's signature is provisional, unless the person's own account leads the area outside the workshop."""
    return isinstance(actor, Guest) and not actor.leads_by_account


@transaction.atomic
def sign(
    contract: Contract,
    side: Side,
    actor: Actor,
    *,
    digest: str,
    now: datetime,
    words: str = "",
    said_by: str = "",
    provisional: bool = False,
) -> Version | None:
    """Sign the proposal whose fingerprint is `digest`. The second signature brings the version into force and returns
    it; a provisional one, which a guest's always is, waits to be confirmed. Raises Refused, ProposalChanged.
    """
    provisional = provisional or signs_in_workshop(actor)
    # Whoever signs second waits here for the first, and then sees that signature.
    Contract.objects.select_for_update().get(pk=contract.pk)
    proposed = proposal(contract)
    refusal = why_not_sign(
        contract, proposed, side, actor, recording=bool(said_by), said_by=said_by, in_workshop=provisional
    )
    if refusal:
        raise Refused(refusal)
    if proposed.digest != digest:
        raise ProposalChanged
    return _sign(contract, proposed, side, author(actor, said_by), now, words=words, provisional=provisional)


def why_not_confirm(
    contract: Contract, proposed: Proposal, signature: Signature, actor: Actor, given: list[Signature] | None = None
) -> str | None:
    """None if the person may confirm what was signed in a workshop, else the sentence: a lead of that side with an
    account, or a facilitator, while the text is the one that was signed.
    """
    side = Side(signature.side)
    if not signature.provisional:
        return _("This signature needs no confirmation.")
    if signature.n != proposed.n or signature.digest != proposed.digest:
        return _("The text has changed since %(name)s signed it in the workshop: it is read and signed anew.") % {
            "name": signature.by_name
        }
    area = area_of(contract, side)
    if signs_in_workshop(actor):
        return _("A lead of %(area)s confirms it, with an account.") % {"area": area.name}
    if given is None:
        given = signatures(contract, proposed)
    if actor.may_decide_for(area) or not actor.is_facilitator:
        return why_not_sign(contract, proposed, side, actor, given=given)
    across = standing_signatures(contract, proposed, given).get(
        Side.CUSTOMER if side == Side.SUPPLIER else Side.SUPPLIER
    )
    if across and signature.by_id and across.by_id == signature.by_id:
        return _("Nobody signs for both sides.")
    return why_not_sign(contract, proposed, side, actor, recording=True, said_by=signature.by_name, given=given)


@transaction.atomic
def confirm(contract: Contract, signature: Signature, actor: Actor, *, now: datetime) -> Version | None:
    """Make a signature of a workshop count, by one more that says so: a lead signs for the side, or a facilitator
    writes down that its guest did. Returns the version if that brings it into force. Raises Refused.
    """
    Contract.objects.select_for_update().get(pk=contract.pk)
    proposed = proposal(contract)
    if signature.contract_id != contract.pk:
        raise Refused(_("This signature is not of this contract."))
    refusal = why_not_confirm(contract, proposed, signature, actor)
    if refusal:
        raise Refused(refusal)
    side = Side(signature.side)
    with translation.override(contract.organization.language):
        if actor.may_decide_for(area_of(contract, side)):
            who = author(actor, "")
            words = _("Confirms what %(name)s signed in the workshop.") % {"name": signature.by_name}
        else:
            who = (
                Author(signature.by, signature.by_name, actor.author)
                if signature.by
                else author(actor, signature.by_name)
            )
            words = _("Signed in the workshop.")
    return _sign(contract, proposed, side, who, now, words=words)


def _sign(
    contract: Contract,
    proposed: Proposal,
    side: Side,
    who: Author,
    now: datetime,
    *,
    words: str,
    provisional: bool = False,
) -> Version | None:
    Signature.objects.create(
        contract=contract,
        n=proposed.n,
        digest=proposed.digest,
        side=side,
        for_area=area_of(contract, side),
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        provisional=provisional,
        words=words.strip(),
        at=now,
    )
    event = "contract.signed_in_workshop" if provisional else "contract.signed"
    _tell(contract, event, who, now, side=side, facts={"n": proposed.n, "words": words.strip()})
    if provisional or len(standing_signatures(contract, proposed)) < 2:
        return None
    return _bring_into_force(contract, proposed, now)


def _bring_into_force(contract: Contract, proposed: Proposal, now: datetime) -> Version:
    version = Version.objects.create(contract=contract, n=proposed.n, digest=proposed.digest)
    counted = {Direction.NEED.value: 0, Direction.REQUIREMENT.value: 0}
    clauses: list[Clause] = []
    for line in proposed.standing:
        counted[line.direction] += 1
        clauses.append(
            Clause(
                in_version=version,
                ask=line.ask,
                lane=line.direction,
                n=counted[line.direction],
                owner_id=line.ask.owner_id,
                owner_name=line.owner_name,
                **line.promise.promise(),
            )
        )
    clauses = Clause.objects.bulk_create(clauses)
    if proposed.current:
        Version.objects.filter(pk=proposed.current.pk).update(superseded_at=now)
    Version.objects.filter(pk=version.pk).update(in_force_at=now)
    version.in_force_at = now
    _commit(contract, proposed, {clause.ask_id: clause for clause in clauses}, now)
    contract.removals.filter(taken_back_at__isnull=True, done_in__isnull=True).update(done_in=version)
    today = now.astimezone(contract.organization.tz).date()
    if contract.review_on is None or contract.review_on <= today:
        contract.review_on = today + relativedelta(months=contract.organization.review_months)
        contract.save(update_fields=["review_on"])
    _tell(contract, "contract.in_force", Author(None, "", None), now, facts={"n": version.n})
    return version


def _commit(contract: Contract, proposed: Proposal, clauses: dict[int, Clause], now: datetime) -> None:
    """Begin the commitments of what is new, end those of what changed or went; what was kept goes on in its row."""
    ended = {
        line.before.ask_id: line.ask.pk
        for line in proposed.lines
        if line.before and line.status in ("changed", "removed")
    }
    over = list(Commitment.objects.filter(ask__in=ended, ended_at__isnull=True))
    Commitment.objects.filter(pk__in=[one.pk for one in over]).update(ended_at=now, opens_at=None)
    begun = Commitment.objects.bulk_create(
        Commitment(
            organization=contract.organization,
            link=contract.link,
            clause=clauses[line.ask.pk],
            ask=line.ask,
            owes=line.ask.performer,
            owed=line.ask.asker,
            started_at=now,
            opens_at=now,
        )
        for line in proposed.lines
        if line.status in ("new", "changed")
    )
    opening.close(over, now)
    opening.open_ahead(now, commitments=begun)
    successors = {one.ask_id: one for one in begun}
    depending.carry_over({old.pk: successors.get(ended[old.ask_id]) for old in over}, now)


# What is proposed besides agreed asks --------------------------------------------------------------------------------


def why_not_remove(contract: Contract, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may propose that a promise of this contract ends."""
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if not any(actor.may_decide_for(area_of(contract, side)) for side in Side):
        return _("A lead of one of the two areas does this.")
    return None


@transaction.atomic
def propose_removal(
    contract: Contract, ask: Ask, actor: Actor, *, side: Side, words: str, now: datetime, said_by: str = ""
) -> Removal:
    """Propose that the next version drops this agreed ask; it binds until both sides sign. Raises Refused."""
    refusal = why_not_remove(contract, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    if not said_by and not actor.may_decide_for(area_of(contract, side)):
        raise Refused(_("A lead of %(area)s does this.") % {"area": area_of(contract, side).name})
    Contract.objects.select_for_update().get(pk=contract.pk)
    if ask.link_id != contract.link_id or ask.state != State.AGREED:
        raise Refused(_("Only what is agreed can be removed from the contract."))
    if contract.removals.filter(ask=ask, taken_back_at__isnull=True).exists():
        raise Refused(_("Its removal is proposed already."))
    if not words.strip():
        raise Refused(_("Say why it should end."))
    who = author(actor, said_by)
    removal = Removal.objects.create(
        contract=contract,
        ask=ask,
        side=side,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        words=words.strip(),
        at=now,
    )
    facts = {"outcome": str(ask), "words": words.strip()}
    _tell(contract, "clause.removal_proposed", who, now, side=side, facts=facts)
    return removal


@transaction.atomic
def take_back_removal(contract: Contract, removal: Removal, actor: Actor, *, now: datetime, said_by: str = "") -> None:
    """The side that proposed a removal takes it back while it is unsigned. Raises Refused."""
    if not said_by and not actor.may_decide_for(area_of(contract, removal.side)):
        raise Refused(_("A lead of %(area)s does this.") % {"area": area_of(contract, removal.side).name})
    if said_by and not actor.is_facilitator:
        raise Refused(_("Only a facilitator writes down what somebody else said."))
    standing = Removal.objects.filter(pk=removal.pk, taken_back_at__isnull=True, done_in__isnull=True)
    if standing.update(taken_back_at=now) != 1:
        raise Refused(_("This proposal to remove no longer stands."))
    facts = {"outcome": str(removal.ask)}
    _tell(contract, "clause.removal_taken_back", author(actor, said_by), now, side=Side(removal.side), facts=facts)


# Shoes and review ----------------------------------------------------------------------------------------------------


SHOES = Prepared(
    """
    SELECT {shoes}, {recorder}, {person}
    FROM contracts_shoes shoes
    LEFT JOIN areas_membership recorder ON recorder.id = shoes.recorded_by_id
    LEFT JOIN areas_user person ON person.id = recorder.user_id
    WHERE shoes.contract_id = %(contract)s
    ORDER BY shoes.n DESC
    LIMIT 1
    """,
    shoes=Shoes,
    recorder=(Membership, ("user_id",)),
    person=(User, ("email", "name")),
)


def last_shoes(contract: Contract, rows: Iterable[tuple[Any, ...]] | None = None) -> Shoes | None:
    """The edition that counts: the last. `rows`: what SHOES read before."""
    for shoes, recorder, person in SHOES(contract=contract.pk) if rows is None else rows:
        if recorder:
            recorder.user, shoes.recorded_by = person, recorder
        last: Shoes = shoes
        return last
    return None


def why_not_shoes(contract: Contract, side: Side, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may write (supplier) or confirm and correct (customer) the shoes, else the sentence."""
    area = area_of(contract, side)
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if side == Side.SUPPLIER and not actor.may_speak_for(area):
        return _("%(area)s writes this, as the supplier.") % {"area": area.name}
    if side == Side.CUSTOMER and not actor.may_decide_for(area):
        return _("A lead of %(area)s confirms this, as the customer.") % {"area": area.name}
    return None


@transaction.atomic
def write_shoes(
    contract: Contract,
    actor: Actor,
    *,
    side: Side,
    n: int,
    jobs: str,
    pains: str,
    gains: str,
    now: datetime,
    said_by: str = "",
) -> Shoes:
    """Write the edition after edition `n` (0: the first). The customer's own edition is confirmed by being theirs.

    Raises Refused, and ChangedMeanwhile when somebody wrote an edition after `n`.
    """
    refusal = why_not_shoes(contract, side, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    Contract.objects.select_for_update().get(pk=contract.pk)
    last = last_shoes(contract)
    if last and last.n != n:
        raise ChangedMeanwhile(last)
    if not (jobs.strip() or pains.strip() or gains.strip()):
        raise Refused(_("Write at least one of the three."))
    who = author(actor, said_by)
    own = side == Side.CUSTOMER
    shoes = Shoes.objects.create(
        contract=contract,
        n=n + 1,
        jobs=jobs.strip(),
        pains=pains.strip(),
        gains=gains.strip(),
        written_side=side,
        written_by=who.membership,
        written_by_name=who.name,
        recorded_by=who.recorded_by,
        written_at=now,
        confirmed_by=who.membership if own else None,
        confirmed_by_name=who.name if own else "",
        confirmed_at=now if own else None,
    )
    _tell(contract, "shoes.corrected" if own and last else "shoes.written", who, now, side=side)
    return shoes


@transaction.atomic
def confirm_shoes(contract: Contract, actor: Actor, *, n: int, now: datetime, said_by: str = "") -> Shoes:
    """The customer confirms edition `n`, with a date. Raises Refused, ChangedMeanwhile."""
    refusal = why_not_shoes(contract, Side.CUSTOMER, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    Contract.objects.select_for_update().get(pk=contract.pk)
    last = last_shoes(contract)
    if last is None:
        raise Refused(_("There is nothing to confirm yet."))
    if last.n != n:
        raise ChangedMeanwhile(last)
    if last.confirmed_at:
        return last
    who = author(actor, said_by)
    last.confirmed_at, last.confirmed_by, last.confirmed_by_name = now, who.membership, who.name
    last.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_by_name"])
    _tell(contract, "shoes.confirmed", who, now, side=Side.CUSTOMER)
    return last


@transaction.atomic
def set_review(contract: Contract, actor: Actor, *, version: int, review_on: date, now: datetime) -> None:
    """Set the day of the next review. Raises Refused, ChangedMeanwhile."""
    if not actor.is_facilitator and why_not_remove(contract, actor):
        raise Refused(_("A lead of one of the two areas does this."))
    contract.review_on = review_on
    save_if_unchanged(contract, version, ["review_on"])
    _tell(contract, "review.set", author(actor, ""), now, facts={"on": review_on.isoformat()})


def _tell(
    contract: Contract,
    event: str,
    who: Author,
    now: datetime,
    *,
    side: Side | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    area = area_of(contract, side) if side else None
    across = area_of(contract, Side.CUSTOMER if side == Side.SUPPLIER else Side.SUPPLIER) if side else None
    known: dict[str, object] = {
        "area": area.name if area else contract.link.supplier.name,
        "other": across.name if across else contract.link.customer.name,
    }
    journal.record(
        contract.organization,
        event,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        now=now,
        area=area,
        link=contract.link,
        subject=("contract", contract.ref),
        facts={**known, **(facts or {})},
    )


# Versions side by side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One clause of two versions beside each other. `status`: kept, new, changed or removed."""

    lane: str
    status: str
    before: Clause | None
    after: Clause | None


def compare(older: Version, newer: Version) -> list[Change]:
    """What the newer version keeps, changes, adds and drops; amendments are matched with what they replaced."""
    before = {clause.ask_id: clause for clause in older.clauses.all()}
    after = list(newer.clauses.select_related("ask"))
    chain = dict(Ask.objects.filter(link=newer.contract.link).values_list("pk", "replaces_id"))
    changes: list[Change] = []
    for clause in after:
        pk: int | None = clause.ask_id
        while pk and pk not in before:
            pk = chain.get(pk)
        match = before.pop(pk) if pk else None
        status = "new" if match is None else "kept" if match.promise() == clause.promise() else "changed"
        changes.append(Change(clause.lane, status, match, clause))
    changes += [Change(clause.lane, "removed", clause, None) for clause in before.values()]
    return changes

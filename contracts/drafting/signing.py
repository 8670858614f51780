"""Signatures, and the version that the second one brings into force."""

from __future__ import annotations

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from areas.access import Actor
from contracts import depending, opening
from contracts.access import area_of
from contracts.drafting.proposing import Proposal, proposal
from contracts.drafting.rules import signs_in_workshop, standing_signatures, why_not_confirm, why_not_sign
from contracts.drafting.telling import tell
from contracts.models import Clause, Commitment, Contract, Signature, Version
from contracts.words import Side
from requests.moves import Author, Refused, author
from requests.states import Direction


class ProposalChanged(Refused):
    """The proposal is no longer the one that the person read."""

    def __init__(self) -> None:
        super().__init__(_("The proposal changed while you were reading it. Read it again before you sign."))


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
    tell(contract, event, who, now, side=side, facts={"n": proposed.n, "words": words.strip()})
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
    tell(contract, "contract.in_force", Author(None, "", None), now, facts={"n": version.n})
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

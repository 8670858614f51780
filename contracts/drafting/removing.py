"""What is proposed besides agreed asks: that a promise ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from areas.access import Actor
from contracts.access import area_of
from contracts.drafting.rules import why_not_remove
from contracts.drafting.telling import tell
from contracts.models import Contract, Removal
from contracts.words import Side
from requests.models import Ask
from requests.moves import Refused, author
from requests.states import State


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
    tell(contract, "clause.removal_proposed", who, now, side=side, facts=facts)
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
    tell(contract, "clause.removal_taken_back", author(actor, said_by), now, side=Side(removal.side), facts=facts)

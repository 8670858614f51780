"""Which signatures count, and who may sign, confirm, remove, write: behind the deeds, the buttons, the sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from areas.access import Actor, Guest
from contracts.access import area_of
from contracts.drafting.proposing import Proposal
from contracts.models import Contract, Signature
from contracts.words import Side


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


def why_not_remove(contract: Contract, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may propose that a promise of this contract ends."""
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if not any(actor.may_decide_for(area_of(contract, side)) for side in Side):
        return _("A lead of one of the two areas does this.")
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

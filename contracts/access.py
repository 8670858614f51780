"""The doorway to a contract: by its link."""

from __future__ import annotations

from areas.access import Actor, link_of
from areas.models import Area, Link
from contracts.models import Contract
from contracts.words import Side


def contract_of(link: Link) -> Contract:
    """The contract of a link, made empty on first use."""
    contract, _made = Contract.objects.get_or_create(link=link, defaults={"organization_id": link.organization_id})
    contract.link = link
    return contract


def contract_to_read(actor: Actor, link_ref: str) -> Contract:
    """Raises Http404 for a link of another organization."""
    contract = contract_of(link_of(actor, link_ref))
    contract.organization = actor.organization
    return contract


def area_of(contract: Contract, side: str) -> Area:
    """The area on that side of the contract."""
    return contract.link.customer if side == Side.CUSTOMER else contract.link.supplier


def sides_led(contract: Contract, actor: Actor) -> list[Side]:
    """The sides for which the person decides."""
    return [side for side in Side if actor.may_decide_for(area_of(contract, side))]


def sides_spoken_for(contract: Contract, actor: Actor) -> list[Side]:
    """The sides for which the person speaks."""
    return [side for side in Side if actor.may_speak_for(area_of(contract, side))]

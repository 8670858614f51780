"""The doorway to a contract: by its link."""

from __future__ import annotations

from django.http import Http404

from areas.access import Actor
from areas.models import Area, Link
from areas.rows import Rows
from contracts.models import Contract
from contracts.words import Side


def contract_of(link: Link) -> Contract:
    """The contract of a link, made empty on first use."""
    contract, _made = Contract.objects.get_or_create(link=link, defaults={"organization_id": link.organization_id})
    contract.link = link
    return contract


CONTRACT = Rows(
    """
    SELECT {link}, {customer}, {supplier}, {contract}
    FROM areas_link link
    JOIN areas_area customer ON customer.id = link.customer_id
    JOIN areas_area supplier ON supplier.id = link.supplier_id
    LEFT JOIN contracts_contract contract ON contract.link_id = link.id
    WHERE link.organization_id = %s AND link.ref = %s
    """,
    link=Link,
    customer=Area,
    supplier=Area,
    contract=Contract,
)


def contract_to_read(actor: Actor, link_ref: str) -> Contract:
    """The contract with its link and the two areas. Raises Http404 for a link of another organization."""
    for link, customer, supplier, known in CONTRACT(actor.organization.pk, link_ref):
        link.customer, link.supplier = customer, supplier
        contract: Contract = known or contract_of(link)
        contract.link, contract.organization = link, actor.organization
        return contract
    raise Http404


def area_of(contract: Contract, side: str) -> Area:
    """The area on that side of the contract."""
    return contract.link.customer if side == Side.CUSTOMER else contract.link.supplier


def sides_led(contract: Contract, actor: Actor) -> list[Side]:
    """The sides for which the person decides."""
    return [side for side in Side if actor.may_decide_for(area_of(contract, side))]


def sides_spoken_for(contract: Contract, actor: Actor) -> list[Side]:
    """The sides for which the person speaks."""
    return [side for side in Side if actor.may_speak_for(area_of(contract, side))]

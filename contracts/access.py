"""The doorways: to a contract by its link, to a promise and to each time that it falls due by their own references."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404

from areas.access import Actor
from areas.models import Area, Link
from areas.rows import Prepared
from contracts.models import Commitment, Contract, Occurrence
from contracts.words import Side


def contract_of(link: Link) -> Contract:
    """The contract of a link, made empty on first use."""
    contract, _made = Contract.objects.get_or_create(link=link, defaults={"organization_id": link.organization_id})
    contract.link = link
    return contract


CONTRACT = Prepared(
    """
    SELECT {link}, {customer}, {supplier}, {contract}
    FROM areas_link link
    JOIN areas_area customer ON customer.id = link.customer_id
    JOIN areas_area supplier ON supplier.id = link.supplier_id
    LEFT JOIN contracts_contract contract ON contract.link_id = link.id
    WHERE link.organization_id = %(organization)s AND link.ref = %(ref)s
    """,
    link=Link,
    customer=Area,
    supplier=Area,
    contract=Contract,
)


def contract_to_read(actor: Actor, link_ref: str) -> Contract:
    """The contract with its link and the two areas. Raises Http404 for a link of another organization."""
    for link, customer, supplier, known in CONTRACT(organization=actor.organization.pk, ref=link_ref):
        link.customer, link.supplier = customer, supplier
        contract: Contract = known or contract_of(link)
        contract.link, contract.organization = link, actor.organization
        return contract
    raise Http404


class Stand(NamedTuple):
    """What a sheet stands on, beside what the organization's revision tells: its areas, whether the person has signed
    what is proposed (nobody signs for both sides), and how its drafts are, which nobody is told about.
    """

    link: int
    customer: int
    supplier: int
    signed: bool
    drafts: int
    last_draft: int
    versions: int


STAND = Prepared(
    """
    SELECT link.id, link.customer_id, link.supplier_id,
        EXISTS (
            SELECT FROM contracts_contract contract JOIN contracts_signature signature
                ON signature.contract_id = contract.id AND signature.by_id = %(membership)s
            WHERE contract.link_id = link.id AND signature.n > coalesce((
                SELECT max(n) FROM contracts_version WHERE contract_id = contract.id AND in_force_at IS NOT NULL), 0)),
        drafts.*
    FROM areas_link link CROSS JOIN LATERAL (
        SELECT count(*), coalesce(max(id), 0), coalesce(sum(version), 0)::bigint
        FROM requests_ask WHERE link_id = link.id AND state = 'draft') drafts
    WHERE link.organization_id = %(organization)s AND link.ref = %(ref)s
    """
)


def stand_of(actor: Actor, link_ref: str) -> Stand:
    """Raises Http404 for a link of another organization."""
    for row in STAND(organization=actor.organization.pk, ref=link_ref, membership=actor.membership.pk):
        return Stand._make(row)
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


# Promises and their deliveries ---------------------------------------------------------------------------------------

PROMISED = ("organization", "link__customer", "link__supplier", "owes", "owed", "ask")
CLAUSE = ("clause__owner__user", "clause__in_version")


def commitment_to_read(actor: Actor, ref: str) -> Commitment:
    """A promise that is or was in force. Raises Http404 for one of another organization."""
    found = (
        Commitment.objects.select_related(*PROMISED, *CLAUSE).filter(organization=actor.organization, ref=ref).first()
    )
    if found is None:
        raise Http404
    found.organization = actor.organization
    return found


def occurrence_to_read(actor: Actor, ref: str) -> Occurrence:
    """One time that a promise falls due. Raises Http404 for one of another organization."""
    found = _occurrences().filter(organization=actor.organization, ref=ref).first()
    if found is None:
        raise Http404
    found.organization = found.commitment.organization = actor.organization
    return found


def occurrence_by_link(ref: str) -> Occurrence | None:
    """Behind a signed link, which names the delivery for whoever holds it; no member asks this way."""
    return _occurrences().filter(ref=ref).first()


def _occurrences() -> QuerySet[Occurrence]:
    near = [f"commitment__{name}" for name in (*PROMISED, *CLAUSE)]
    return Occurrence.objects.select_related("organization", "link", "owes", "owed", "calendar", *near)

"""The line in the journal that each deed writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from areas import journal
from contracts.access import area_of
from contracts.models import Contract
from contracts.words import Side
from requests.moves import Author


def tell(
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

"""In the customer's shoes: written by the supplier, confirmed by the customer; and the day of the next review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.access import Actor
from areas.editing import ChangedMeanwhile, save_if_unchanged
from areas.models import Membership, User
from areas.rows import Prepared
from contracts.drafting.rules import why_not_remove, why_not_shoes
from contracts.drafting.telling import tell
from contracts.models import Contract, Shoes
from contracts.words import Side
from requests.moves import Refused, author

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
    tell(contract, "shoes.corrected" if own and last else "shoes.written", who, now, side=side)
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
    tell(contract, "shoes.confirmed", who, now, side=Side.CUSTOMER)
    return last


@transaction.atomic
def set_review(contract: Contract, actor: Actor, *, version: int, review_on: date, now: datetime) -> None:
    """Set the day of the next review. Raises Refused, ChangedMeanwhile."""
    if not actor.is_facilitator and why_not_remove(contract, actor):
        raise Refused(_("A lead of one of the two areas does this."))
    contract.review_on = review_on
    save_if_unchanged(contract, version, ["review_on"])
    tell(contract, "review.set", author(actor, ""), now, facts={"on": review_on.isoformat()})

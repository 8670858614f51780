"""What a person was told, item by item, and what has become of it since: for the letter and for the bell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from areas.models import Membership
from contracts.chasing import days
from contracts.models import Notice, Rung
from contracts.words import Chased
from requests.states import OPEN, Side, State

# What an item became; `OPEN_ITEM`: somebody still waits for it.
OPEN_ITEM = ""
DELIVERED, JUDGED, WAIVED, CANCELLED, PAUSED, RETURNED = (
    "delivered",
    "judged",
    "waived",
    "cancelled",
    "paused",
    "returned",
)
ANSWERED, DECLINED, WITHDRAWN, MOVED, REVIEWED = "answered", "declined", "withdrawn", "moved", "reviewed"


@dataclass(frozen=True)
class Item:
    """One thing that a person was told of. `performer` is the area that should act, `other` the one that waits.

    `ref` names the page: a promise, a delivery to be judged, an ask, a link.
    """

    kind: str
    n: int
    pk: int
    what: str
    ref: str
    performer: int
    performer_name: str
    other_name: str
    other: int
    owner: int | None
    # When it was or is due; for an answer and a review the end of the day that was named.
    due_at: datetime
    became: str
    ask: int | None
    at: datetime

    @property
    def is_open(self) -> bool:
        return self.became == OPEN_ITEM

    def is_late(self, now: datetime) -> bool:
        return self.due_at < now


RELATED = (
    "rung__occurrence__commitment__clause",
    "rung__occurrence__owes",
    "rung__occurrence__owed",
    "rung__ask__terms",
    "rung__ask__asker",
    "rung__ask__performer",
    "rung__contract__link__customer",
    "rung__contract__link__supplier",
)


def items(notices: QuerySet[Notice], now: datetime) -> list[Item]:
    """One query. An item of which several rungs were told stands once, with the highest."""
    found: dict[tuple[str, int], Item] = {}
    for notice in notices.select_related(*RELATED):
        item = item_of(notice.rung, notice.at, now)
        key = (item.kind, item.pk)
        known = found.get(key)
        if known is None or (item.is_open, item.n) > (known.is_open, known.n):
            found[key] = item
    return list(found.values())


def item_of(rung: Rung, at: datetime, now: datetime) -> Item:
    if rung.occurrence is not None:
        return _of_occurrence(rung, at, now)
    return _of_ask(rung, at) if rung.ask is not None else _of_review(rung, at)


def _of_occurrence(rung: Rung, at: datetime, now: datetime) -> Item:
    row = rung.occurrence
    assert row is not None
    judging = rung.kind == Chased.VERDICT
    performer, other = (row.owed, row.owes) if judging else (row.owes, row.owed)
    return Item(
        kind=rung.kind,
        n=rung.n,
        pk=row.pk,
        what=str(row.commitment),
        ref=row.ref if judging else row.commitment.ref,
        performer=performer.pk,
        performer_name=performer.name,
        other=other.pk,
        other_name=other.name,
        owner=None if judging else row.commitment.clause.owner_id,
        due_at=(row.judge_by if judging else row.due_at) or rung.due_at,
        became=_became_verdict(rung) if judging else _became_delivery(rung, now),
        ask=row.commitment.ask_id,
        at=at,
    )


def _became_delivery(rung: Rung, now: datetime) -> str:
    row = rung.occurrence
    assert row is not None
    if row.waived_at:
        return WAIVED
    if row.cancelled_at or row.commitment.ended_at:
        return CANCELLED
    if row.delivered_at or row.deliveries > rung.round:
        return DELIVERED
    if row.paused_at:
        return PAUSED
    return MOVED if row.warn_at is not None and row.warn_at > now else OPEN_ITEM


def _became_verdict(rung: Rung) -> str:
    row = rung.occurrence
    assert row is not None
    if row.waived_at:
        return WAIVED
    if row.delivered_at is None or row.deliveries > rung.round:
        return RETURNED
    return JUDGED if row.judged_at or row.settled_at else OPEN_ITEM


def _of_ask(rung: Rung, at: datetime) -> Item:
    ask = rung.ask
    assert ask is not None
    turn = days.turn_of(rung.round)
    performer, other = (ask.asker, ask.performer) if turn == Side.ASKER else (ask.performer, ask.asker)
    return Item(
        kind=rung.kind,
        n=rung.n,
        pk=ask.pk,
        what=str(ask),
        ref=ask.ref,
        performer=performer.pk,
        performer_name=performer.name,
        other=other.pk,
        other_name=other.name,
        owner=None,
        due_at=rung.due_at,
        became=_became_answer(rung),
        ask=ask.pk,
        at=at,
    )


def _became_answer(rung: Rung) -> str:
    ask = rung.ask
    assert ask is not None
    if ask.state in OPEN:
        return OPEN_ITEM if days.round_of(ask) == rung.round else ANSWERED
    return {State.DECLINED: DECLINED, State.WITHDRAWN: WITHDRAWN}.get(State(ask.state), ANSWERED)


def _of_review(rung: Rung, at: datetime) -> Item:
    contract = rung.contract
    assert contract is not None
    link = contract.link
    still = contract.review_on == days.day_of(rung.kind, rung.round)
    return Item(
        kind=rung.kind,
        n=rung.n,
        pk=contract.pk,
        what=str(link),
        ref=link.ref,
        performer=link.supplier_id,
        performer_name=link.supplier.name,
        other=link.customer_id,
        other_name=link.customer.name,
        owner=None,
        due_at=rung.due_at,
        became=OPEN_ITEM if still else REVIEWED,
        ask=None,
        at=at,
    )


def is_mine(item: Item, member: Membership, areas: Iterable[int]) -> bool:
    """Whether the person is one of those who should act, and not only one who should know."""
    if item.owner == member.pk or item.performer in areas:
        return True
    return item.kind == Chased.REVIEW and item.other in areas

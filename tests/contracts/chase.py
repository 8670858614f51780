"""Promises for the tests of the chase, made by real moves; and how to look at what was chased."""

from __future__ import annotations

from datetime import datetime, timedelta

from areas.models import Link, Membership
from contracts import chasing, drafting
from contracts.models import Commitment, Notice, Occurrence, Rung
from post.models import Letter
from requests import moves
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def promised(
    cast: Cast,
    terms: moves.Fields | None = None,
    *,
    link: Link | None = None,
    direction: str = Direction.NEED,
    owner: Membership | None = None,
    now: datetime = NOW,
) -> Commitment:
    """A promise in force: what logistics owes sales, unless said otherwise."""
    link = link or cast.to_sales
    ask = asks.asked(cast, link, direction, terms=terms, now=now)
    ask = moves.agree(
        ask,
        build.actor(asks.person_of(cast, ask.performer)),
        version=ask.version,
        owner=owner or asks.person_of(cast, ask.performer),
        now=now,
    )
    asks.sign_both(cast, drafting.contract_of(link), now=now)
    return Commitment.objects.get(ask=ask, ended_at__isnull=True)


def time_of(commitment: Commitment, n: int = 0) -> Occurrence:
    """The n-th time that it falls due."""
    return commitment.occurrences.order_by("due_at")[n]


def sweep(now: datetime) -> int:
    """One sweep; how many people were told."""
    return chasing.sweep(now).notices


def told(n: int | None = None) -> set[str]:
    """Who was told (of rung `n`)."""
    notices = Notice.objects.select_related("membership__user")
    if n is not None:
        notices = notices.filter(rung__n=n)
    return {notice.membership.name for notice in notices}


def rungs(occurrence: Occurrence) -> list[tuple[str, int]]:
    return list(Rung.objects.filter(occurrence=occurrence).order_by("pk").values_list("kind", "n"))


def waiting() -> dict[str, Letter]:
    """The reminders that wait to leave, by the name of whom they are for."""
    return {letter.to_name: letter for letter in Letter.objects.filter(composer="reminder", state="waiting")}

"""Promises in force and what becomes of them, reached by the deeds that people do.

window = promise(cast)                         sales is promised something by logistics, signed by both at NOW
window = promise(cast, terms=asks.weekly())    the shape is a matter of its terms (once, after_event, weekly, measured)
amended(cast, window, terms=…)                 new terms in its place: the commitment that follows
orders = requirement(cast)                     the other lane: what logistics requires of sales
first(window), last(window), times(window)     its occurrences, in the order in which they are due
deliver(cast, row), judge(cast, row)           by the lead of the side whose act it is; `by=` another person
send_back(cast, row), waive(cast, row), retract(cast, row), reconsider(cast, row)
standing(row, now)                             what the clock says of the row as it is stored

Every deed reads the row anew, so a helper may be handed one that is older. All of them take `now=`; NOW is a Monday,
09:00 in Mexico City, and what is weekly falls due on Mondays from 23 November on, at 18:00 (midnight UTC).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from areas.models import Area, Link, Membership
from contracts import clock, depending, drafting, keeping
from contracts.models import Commitment, Dependency, Occurrence
from contracts.words import Side
from requests.models import Ask
from requests.moves import Fields
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast


def promise(
    cast: Cast,
    link: Link | None = None,
    *,
    terms: Fields | None = None,
    direction: str = Direction.NEED,
    now: datetime = NOW,
    **asking: Any,
) -> Commitment:
    """Asked, agreed, and signed by both sides; by default sales asks logistics for something once. On the client's own
    link Nora asks and signs for the client, since Ana does it for sales.
    """
    link = link or cast.to_sales
    if link == cast.to_client and direction == Direction.NEED:
        asking.setdefault("by", voice(cast))
    ask = asks.agreed(cast, link=link, direction=direction, terms=terms, now=now, **asking)
    contract = drafting.contract_of(link)
    digest = drafting.proposal(contract).digest
    for side, area in ((Side.CUSTOMER, link.customer), (Side.SUPPLIER, link.supplier)):
        member = voice(cast) if area == cast.client else asks.person_of(cast, area)
        drafting.sign(contract, side, build.actor(member), digest=digest, now=now)
    return commitment_of(ask)


def voice(cast: Cast) -> Membership:
    """Nora of production speaks for the client, and has no part in what sales delivers."""
    known = Membership.objects.filter(organization=cast.organization, user__name="Nora").first()
    return known or build.person(cast.company, "Nora", works_in=[cast.production], voice=True)


def requirement(cast: Cast, link: Link | None = None, *, terms: Fields | None = None, **more: Any) -> Commitment:
    """The opposite lane: by default logistics requires something of sales."""
    terms = terms or asks.once("Órdenes completas")
    return promise(cast, link, terms=terms, direction=Direction.REQUIREMENT, **more)


def amended(cast: Cast, commitment: Commitment, *, terms: Fields, now: datetime = NOW) -> Commitment:
    """New terms in its place, agreed and signed; the commitment that follows it."""
    ask = asks.asked(cast, commitment.link, commitment.ask.direction, terms=terms, replaces=commitment.ask, now=now)
    asks.agreed(cast, ask, now=now)
    asks.signed(cast, commitment.link, now=now)
    return commitment_of(ask)


def commitment_of(ask: Ask) -> Commitment:
    """The living commitment of an ask, with what deeds and pages read."""
    return Commitment.objects.select_related("organization", "clause", "ask", "link", "owes", "owed").get(
        ask=ask, ended_at__isnull=True
    )


def times(commitment: Commitment) -> list[Occurrence]:
    return list(commitment.occurrences.order_by("planned_at", "pk"))


def first(commitment: Commitment) -> Occurrence:
    return times(commitment)[0]


def last(commitment: Commitment) -> Occurrence:
    return times(commitment)[-1]


def fresh(row: Occurrence) -> Occurrence:
    """The row as it is stored now."""
    return Occurrence.objects.select_related(
        "organization", "link__customer", "link__supplier", "owes", "owed", "commitment__clause", "calendar"
    ).get(pk=row.pk)


def standing(row: Occurrence, now: datetime = NOW) -> clock.Standing:
    row = fresh(row)
    calendar = row.calendar.calendar
    soon = clock.soon_until(now, calendar.zone, is_working=calendar.is_working)
    return clock.standing_of(row, now=now, soon_until=soon)


def judge_of(cast: Cast, area: Area) -> Membership:
    """Who judges for an area: its lead, and for the client the facilitator (Ana serves the client)."""
    return cast.fede if area.pk == cast.client.pk else asks.person_of(cast, area)


def deliver(
    cast: Cast, row: Occurrence, *, by: Membership | None = None, now: datetime = NOW, **more: Any
) -> Occurrence:
    row = fresh(row)
    if row.commitment.clause.compare and "value" not in more and "numerator" not in more:
        more["value"] = Decimal(97)
    who = build.actor(by or asks.person_of(cast, row.owes))
    return keeping.deliver(row, who, version=row.version, now=now, **more)


def judge(
    cast: Cast, row: Occurrence, *, by: Membership | None = None, now: datetime = NOW, **answers: Any
) -> Occurrence:
    """Accepted with three times yes, unless `answers` say otherwise."""
    row = fresh(row)
    said = {"on_time": True, "worked": True, "easy": True, **answers}
    return keeping.judge(row, build.actor(by or judge_of(cast, row.owed)), version=row.version, now=now, **said)


def send_back(cast: Cast, row: Occurrence, *, words: str = "No se puede usar.", **more: Any) -> Occurrence:
    return judge(cast, row, worked=False, easy=False, words=words, **more)


def waive(cast: Cast, row: Occurrence, *, by: Membership | None = None, now: datetime = NOW) -> Occurrence:
    row = fresh(row)
    who = build.actor(by or judge_of(cast, row.owed))
    return keeping.waive(row, who, version=row.version, now=now, words="Fue por nuestra culpa.")


def retract(cast: Cast, row: Occurrence, *, by: Membership | None = None, now: datetime = NOW) -> Occurrence:
    row = fresh(row)
    who = build.actor(by or asks.person_of(cast, row.owes))
    return keeping.retract(row, who, version=row.version, now=now, words="Era otra orden.")


def reconsider(cast: Cast, row: Occurrence, *, by: Membership | None = None, now: datetime = NOW) -> Occurrence:
    row = fresh(row)
    who = build.actor(by or judge_of(cast, row.owed))
    return keeping.reconsider(row, who, version=row.version, now=now, words="Miramos otra vez.")


def depend(
    cast: Cast, commitment: Commitment, on: Commitment, *, by: Membership | None = None, now: datetime = NOW
) -> Dependency:
    """The first waits for the second while that one is overdue."""
    who = build.actor(by or asks.person_of(cast, commitment.owes))
    return depending.depend(commitment, on, who, now=now)

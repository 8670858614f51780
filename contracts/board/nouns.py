"""What the board shows: areas and links as they stand now, the items of its lists, the chain that holds all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from areas.models import Organization
from contracts.rates import Rate

NOTHING_DUE = Rate()


@dataclass(slots=True)
class AreaNow:
    """An area with what it owes and what waits for it. Archived ones are known by name only."""

    pk: int
    ref: str
    name: str
    is_client: bool
    living: bool
    distance: int | None = None
    in_force: int = 0
    broken: int = 0
    soon: int = 0
    paused: int = 0
    to_judge: int = 0
    unanswered: int = 0
    to_answer: int = 0
    rate: Rate = field(default_factory=lambda: NOTHING_DUE)

    @property
    def standing(self) -> str:
        """The one thing that matters most of it now."""
        if self.is_client:
            return "client"
        if self.broken:
            return "broken"
        if self.unanswered:
            return "unanswered"
        if self.soon:
            return "soon"
        if self.paused:
            return "paused"
        if self.to_answer:
            return "open"
        if self.to_judge:
            return "to_judge"
        return "promises" if self.in_force else "quiet"

    @property
    def state(self) -> str:
        """How it is drawn."""
        return DRAWN[self.standing]


@dataclass(slots=True)
class LinkNow:
    """A link with its counts; the pairs count what the supplier and what the customer owe, must judge or answer.

    Promises are counted, not deliveries: one that was missed three times is one broken promise.
    """

    pk: int
    ref: str
    customer: int
    supplier: int
    needs: int = 0
    requirements: int = 0
    supplier_in_force: int = 0
    customer_in_force: int = 0
    supplier_broken: int = 0
    customer_broken: int = 0
    supplier_soon: int = 0
    customer_soon: int = 0
    supplier_paused: int = 0
    customer_paused: int = 0
    supplier_to_judge: int = 0
    customer_to_judge: int = 0
    unmet: int = 0
    supplier_unanswered: int = 0
    customer_unanswered: int = 0
    supplier_open: int = 0
    customer_open: int = 0
    to_sign: int = 0
    at_risk: int = 0
    standing: str = "quiet"  # the one thing that matters most on it now
    rate: Rate = field(default_factory=lambda: NOTHING_DUE)

    @property
    def broken(self) -> int:
        return self.supplier_broken + self.customer_broken

    @property
    def soon(self) -> int:
        return self.supplier_soon + self.customer_soon

    @property
    def paused(self) -> int:
        return self.supplier_paused + self.customer_paused

    @property
    def to_judge(self) -> int:
        return self.supplier_to_judge + self.customer_to_judge

    @property
    def unanswered(self) -> int:
        return self.supplier_unanswered + self.customer_unanswered

    @property
    def open(self) -> int:
        return self.supplier_open + self.customer_open

    @property
    def in_force(self) -> int:
        return self.supplier_in_force + self.customer_in_force

    @property
    def state(self) -> str:
        """How it is drawn."""
        return DRAWN[self.standing]


DRAWN = {
    "broken": "broken",
    "unmet": "broken",
    "at_risk": "soon",
    "unanswered": "soon",
    "soon": "soon",
    "paused": "paused",
    "open": "open",
    "to_judge": "open",
    "to_sign": "open",
    "kept": "kept",
    "promises": "kept",
    "quiet": "quiet",
    "client": "client",
}


def standing_of(link: LinkNow) -> str:
    if link.supplier_broken or link.customer_broken:
        return "broken"
    if link.unmet:
        return "unmet"
    if link.at_risk:
        return "at_risk"
    if link.supplier_unanswered or link.customer_unanswered:
        return "unanswered"
    if link.supplier_soon or link.customer_soon:
        return "soon"
    if link.supplier_paused or link.customer_paused:
        return "paused"
    if link.supplier_open or link.customer_open:
        return "open"
    if link.supplier_to_judge or link.customer_to_judge:
        return "to_judge"
    if link.to_sign:
        return "to_sign"
    return "kept" if link.supplier_in_force or link.customer_in_force else "quiet"


@dataclass(slots=True)
class Item:
    """One ask of a list, with its path: the areas from who performs it up to the client, and the problem.

    `promise` is the ref of its living commitment. Of what is broken, paused or to be judged: `why` (overdue, sent_back,
    again, late, off_target, paused, unjudged, delivered), `since` when, how many deliveries of it (`times`), and the
    `requirement` that a paused one waits for.
    """

    kind: str
    ref: str
    link: int
    outcome: str
    asker: int
    performer: int
    state: str
    waits_for: int | None
    answer_by: date | None
    promise: str | None
    due_at: datetime | None
    why: str | None
    since: datetime | None
    times: int
    occurrence: int | None
    requirement: str = ""
    path: list[int] = field(default_factory=list)
    problem: str = ""
    problem_ref: str = ""


class ProblemNow(NamedTuple):
    """The client's problem in focus with the last value of its indicator."""

    ref: str
    statement: str
    process: str
    moment: str
    accountable: str
    indicator: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    value: Decimal | None
    measured_on: date | None


@dataclass
class Chain:
    """Everything that the board shows. `shown` names the areas in the picture; None: all."""

    organization: Organization
    now: datetime
    today: date
    areas: dict[int, AreaNow]
    links: list[LinkNow]
    problem: ProblemNow | None
    broken: list[Item]
    at_risk: list[Item]
    unmet: list[Item]
    waiting: list[Item]
    paused: list[Item]
    to_judge: list[Item]
    rate: Rate
    fresh_until: datetime
    shown: set[int] | None = None
    here: AreaNow | None = None

    @cached_property
    def client(self) -> AreaNow:
        return next(area for area in self.areas.values() if area.is_client)

    @cached_property
    def drawn_areas(self) -> list[AreaNow]:
        return [a for a in self.areas.values() if a.living and (self.shown is None or a.pk in self.shown)]

    @cached_property
    def drawn_links(self) -> list[LinkNow]:
        if self.shown is None:
            return self.links
        return [link for link in self.links if link.customer in self.shown and link.supplier in self.shown]

    @property
    def to_sign(self) -> list[LinkNow]:
        return [link for link in self.drawn_links if link.to_sign]

    def total(self, count: str) -> int:
        """How many there are on the links in the picture, of what the lists show the first of."""
        sides = (count,) if count in LinkNow.__slots__ else (f"supplier_{count}", f"customer_{count}")
        return sum(sum(map(attrgetter(side), self.drawn_links)) for side in sides)

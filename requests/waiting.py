"""What waits for whom: the desk of a person, gathered in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Q

from areas.access import Actor
from areas.models import Area
from requests.models import Ask
from requests.states import OPEN, Side, State
from requests.trace import Step, paths
from requests.wording import sentence

# The columns of an ask, its two areas and where it came from that a desk reads; of the terms all.
SHOWN = (
    "ref",
    "state",
    "turn",
    "draft",
    "answer_by",
    "opened_by",
    "asked_at",
    "created_at",
    "organization_id",
    "terms",
    "asker__name",
    "performer__name",
    "redirected_from__performer_id",
)


@dataclass
class Item:
    """One ask on a desk, with its path and, when it waits, since when."""

    ask: Ask
    path: list[Step]
    unanswered: bool
    late_days: int
    sentence: str

    @property
    def pill(self) -> str:
        return "unanswered" if self.unanswered else self.ask.state

    @property
    def problem(self) -> Step | None:
        """The station at the end of the path: the client's problem."""
        return self.path[-1] if self.path and self.path[-1].kind == "problem" else None

    @property
    def way(self) -> list[str]:
        """The areas from the client to this one; an area that asks twice in a row stands there once."""
        names: list[str] = []
        for step in reversed(self.path):
            if step.kind == "ask":
                names += [name for name in (step.asker,) if names[-1:] != [name]]
        last = self.ask.performer.name
        return [*names, last] if names[-1:] != [last] else names


@dataclass
class Pile:
    """What lies on the desk for one area."""

    area: Area
    mine: list[Item] = field(default_factory=list)
    theirs: list[Item] = field(default_factory=list)
    drafts: list[Item] = field(default_factory=list)
    sent_on: list[Item] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.mine or self.theirs or self.drafts or self.sent_on)


@dataclass
class Desk:
    piles: list[Pile]
    # For facilitators: what nobody answered in time, wherever it is.
    chased: list[Item]

    @property
    def is_empty(self) -> bool:
        return all(pile.is_empty for pile in self.piles)

    def count(self, name: str) -> int:
        return sum(len(getattr(pile, name)) for pile in self.piles)

    @property
    def mine(self) -> int:
        return self.count("mine")

    @property
    def theirs(self) -> int:
        return self.count("theirs")

    @property
    def drafts(self) -> int:
        return self.count("drafts")

    @property
    def sent_on(self) -> int:
        return self.count("sent_on")


def desk_of(actor: Actor, now: datetime) -> Desk:
    """Four queries (parts, areas, asks, paths), however much there is."""
    organization = actor.organization
    areas = {area.pk: area for area in Area.objects.filter(pk__in=actor.works_in).order_by("name")}
    # What a line shows, and no more: this is the page that everybody opens first.
    asks = (
        Ask.objects.select_related("asker", "performer", "terms", "redirected_from")
        .only(*SHOWN)
        .filter(organization=organization)
    )
    mine = Q(state__in=OPEN) & (Q(asker__in=areas) | Q(performer__in=areas))
    drafts = Q(state=State.DRAFT) & (
        Q(opened_by=Side.ASKER, asker__in=areas) | Q(opened_by=Side.PERFORMER, performer__in=areas)
    )
    # Sent on by one of my areas, and nobody has committed yet: my area is still answerable.
    sent_on = Q(state__in=OPEN, redirected_from__performer__in=areas)
    chased = Q(state__in=OPEN) if actor.is_facilitator else Q(pk=None)
    found = list(asks.filter(mine | drafts | sent_on | chased).order_by("answer_by", "asked_at", "pk"))
    ways = paths(ask.pk for ask in found)
    today = now.astimezone(organization.tz).date()

    def item(ask: Ask) -> Item:
        ask.organization = organization
        late = (today - ask.answer_by).days if ask.answer_by else 0
        return Item(
            ask=ask,
            path=ways[ask.pk],
            unanswered=ask.is_unanswered(now),
            late_days=max(late, 0),
            sentence=sentence(ask.terms, organization) if ask.terms else "",
        )

    piles = {pk: Pile(area) for pk, area in areas.items()}
    waiting_nowhere: list[Item] = []
    for ask in found:
        one = item(ask)
        _lay(piles, one, waiting_nowhere)
    for pile in piles.values():
        pile.drafts.sort(key=lambda one: one.ask.created_at, reverse=True)
    return Desk(list(piles.values()), [one for one in waiting_nowhere if one.unanswered])


def _lay(piles: dict[int, Pile], one: Item, elsewhere: list[Item]) -> None:
    ask = one.ask
    if ask.state == State.DRAFT:
        if ask.opening_area.pk in piles:
            piles[ask.opening_area.pk].drafts.append(one)
        return
    waits = ask.waits_for
    assert waits is not None
    other = ask.asker if waits.pk == ask.performer_id else ask.performer
    if waits.pk in piles:
        piles[waits.pk].mine.append(one)
    elif other.pk in piles:
        piles[other.pk].theirs.append(one)
    else:
        elsewhere.append(one)
    sender = ask.redirected_from
    if sender is not None and sender.performer_id in piles:
        piles[sender.performer_id].sent_on.append(one)
        if one in elsewhere:
            elsewhere.remove(one)


BELOW = """
WITH RECURSIVE below AS (
    SELECT id, problem_id, 0 AS depth FROM requests_ask WHERE problem_id = ANY(%s)
    UNION ALL
    SELECT a.id, below.problem_id, below.depth + 1
    FROM below JOIN requests_ask a ON a.cause_id = below.id WHERE below.depth < 60
)
SELECT below.problem_id,
       count(*) FILTER (WHERE a.state NOT IN ('draft', 'withdrawn', 'replaced')),
       count(*) FILTER (WHERE a.state IN ('asked', 'countered')),
       count(*) FILTER (WHERE a.state = 'declined' AND a.direction = 'need' AND a.replaces_id IS NULL AND NOT EXISTS (
           SELECT 1 FROM requests_ask r WHERE r.redirected_from_id = a.id AND r.state IN ('agreed', 'replaced')))
FROM below JOIN requests_ask a ON a.id = below.id
GROUP BY 1
"""


@dataclass(frozen=True)
class Tally:
    """How the asks below a problem stand, however deep they are."""

    asked: int
    waiting: int
    # Needs that nobody took over; declined changes of what is agreed leave the old terms standing.
    unmet: int


def tallies(problem_pks: list[int]) -> dict[int, Tally]:
    """One query for any number of problems."""
    found = dict.fromkeys(problem_pks, Tally(0, 0, 0))
    if problem_pks:
        with connection.cursor() as cursor:
            cursor.execute(BELOW, [problem_pks])
            for pk, asked, waiting, unmet in cursor.fetchall():
                found[pk] = Tally(asked, waiting, unmet)
    return found

"""What waits for whom: the desk of a person, gathered in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from areas.access import Actor
from areas.models import Area, Organization
from areas.rows import Rows
from requests.models import Ask, ClientProblem, Terms
from requests.states import State
from requests.trace import Step, paths
from requests.wording import sentence

# What a line shows, and no more: this is the page that everybody opens first. My areas: open asks on either side, what
# was sent on by one of them and nobody has taken over yet (my area is still answerable), and their own drafts.
WAITING = Rows(
    """
    SELECT {ask}, {terms}, {asker}, {performer}, {sender}
    FROM requests_ask ask
    JOIN areas_area asker ON asker.id = ask.asker_id
    JOIN areas_area performer ON performer.id = ask.performer_id
    LEFT JOIN requests_terms terms ON terms.id = ask.terms_id
    LEFT JOIN requests_ask sender ON sender.id = ask.redirected_from_id
    WHERE ask.organization_id = %(organization)s AND (
        ask.state IN ('asked', 'countered') AND (
            ask.asker_id = ANY(%(areas)s) OR ask.performer_id = ANY(%(areas)s) OR sender.performer_id = ANY(%(areas)s)
            OR %(everywhere)s
        )
        OR ask.state = 'draft'
            AND CASE ask.opened_by WHEN 'asker' THEN ask.asker_id ELSE ask.performer_id END = ANY(%(areas)s)
    )
    ORDER BY ask.answer_by, ask.asked_at, ask.id
    """,
    ask=(
        Ask,
        (
            "organization_id",
            "ref",
            "asker_id",
            "performer_id",
            "opened_by",
            "redirected_from_id",
            "terms_id",
            "state",
            "turn",
            "draft",
            "answer_by",
            "asked_at",
            "created_at",
        ),
    ),
    terms=Terms,
    asker=(Area, ("name",)),
    performer=(Area, ("name",)),
    sender=(Ask, ("performer_id",)),
)
AREAS = Rows(
    "SELECT {area} FROM areas_area area WHERE area.id = ANY(%(areas)s) ORDER BY area.name",
    area=(Area, ("ref", "name", "kind")),
)
FOCUS = Rows(
    """
    SELECT {problem} FROM requests_clientproblem problem
    WHERE problem.organization_id = %(organization)s AND problem.in_focus
    """,
    problem=(ClientProblem, ("statement",)),
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
    """Three messages to the database (parts; areas, asks; paths), however much there is."""
    organization = actor.organization
    of_mine, asked = Rows.together(
        AREAS,
        WAITING,
        organization=organization.pk,
        areas=list(actor.works_in),
        everywhere=actor.is_facilitator,
    )
    areas: dict[int, Area] = {area.pk: area for (area,) in of_mine}
    found: list[Ask] = []
    for ask, terms, asker, performer, sender in asked:
        ask.organization, ask.terms, ask.asker, ask.performer = organization, terms, asker, performer
        ask.redirected_from = sender
        found.append(ask)
    ways = paths(ask.pk for ask in found)
    today = now.astimezone(organization.tz).date()

    def item(ask: Ask) -> Item:
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
    chased = [one for one in waiting_nowhere if one.unanswered]
    return Desk(list(piles.values()), chased)


def in_focus(organization: Organization) -> ClientProblem | None:
    """The client's problem of which people are reminded for whom nobody waits."""
    return next((problem for (problem,) in FOCUS(organization=organization.pk)), None)


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

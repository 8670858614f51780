"""What waits for whom: the desk of a person, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.access import Actor
from areas.addresses import address
from areas.models import Area
from areas.rows import Prepared, Rows
from requests.models import Ask, ClientProblem, Terms
from requests.states import State
from requests.trace import Step, paths
from requests.wording import day
from requests.wording import sentence as terms_said

# What a line shows, and no more: this is the page that everybody opens first. My areas: open asks on either side, what
# was sent on by one of them and nobody has taken over yet (my area is still answerable), and their own drafts.
WAITING = Prepared(
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
AREAS = Prepared(
    "SELECT {area} FROM areas_area area WHERE area.id = ANY(%(areas)s) ORDER BY area.name",
    area=(Area, ("ref", "name", "kind")),
)
FOCUS = Prepared(
    """
    SELECT {problem} FROM requests_clientproblem problem
    WHERE problem.organization_id = %(organization)s AND problem.in_focus
    """,
    problem=(ClientProblem, ("statement",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of the desk says."""

    url: str
    words: str
    sentence: str
    problem: str
    way: tuple[str, ...]
    pill: str
    word: str
    answer_by: date | None
    expected: str


@dataclass
class Item:
    """One ask on a desk, with its path and, when it waits, since when."""

    ask: Ask
    unanswered: bool
    late_days: int
    path: list[Step] = field(default_factory=list)

    @property
    def line(self) -> Line:
        ask = self.ask
        sentence = terms_said(ask.terms, ask.organization) if ask.terms else ""
        problem = self.path[-1] if self.path and self.path[-1].kind == "problem" else None
        return Line(
            url=address("requests:ask", org=ask.organization.ref, ref=ask.ref),
            words=str(ask),
            sentence=sentence[:1].upper() + sentence[1:],
            problem=problem.words if problem else "",
            way=self._way,
            pill="unanswered" if self.unanswered else ask.state,
            word=self._word,
            answer_by=ask.answer_by,
            expected=self._expected,
        )

    @property
    def _word(self) -> str:
        if not self.unanswered:
            return str(State(self.ask.state).label)
        said = ngettext("unanswered for %(days)s day", "unanswered for %(days)s days", self.late_days)
        return said % {"days": self.late_days}

    @property
    def _expected(self) -> str:
        """By when; nothing where it is past."""
        if self.ask.answer_by is None or self.unanswered:
            return ""
        return _("Answer expected by %(day)s") % {"day": day(self.ask.answer_by, self.ask.organization)}

    @property
    def _way(self) -> tuple[str, ...]:
        """The areas from the client to this one; an area that asks twice in a row stands there once."""
        names: list[str] = []
        for step in reversed(self.path):
            if step.kind == "ask":
                names += [name for name in (step.asker,) if names[-1:] != [name]]
        last = self.ask.performer.name
        return tuple([*names, last] if names[-1:] != [last] else names)


@dataclass
class Pile:
    """What lies on the desk for one area."""

    area: Area
    mine: list[Item] = field(default_factory=list)
    theirs: list[Item] = field(default_factory=list)
    drafts: list[Item] = field(default_factory=list)
    sent_on: list[Item] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        return [*self.mine, *self.theirs, *self.drafts, *self.sent_on]

    @property
    def is_empty(self) -> bool:
        return not self.items


@dataclass
class Desk:
    piles: list[Pile]
    # For facilitators: what nobody answered in time, wherever it is.
    chased: list[Item]
    # The client's problem of which people are reminded for whom nobody waits.
    focus: ClientProblem | None = None

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


class Beside(Protocol):
    """What a room above lays on the same desk: its rows come in one message with ours, and its paths too."""

    @property
    def readings(self) -> Sequence[Rows]: ...

    @property
    def asked(self) -> dict[str, Any]: ...

    def take(self, rows: list[list[tuple[Any, ...]]]) -> Iterable[int]:
        """What was read; answers with the asks whose paths are wanted."""

    def explain(self, ways: dict[int, list[Step]]) -> None: ...


def desk_of(actor: Actor, now: datetime, beside: Beside | None = None) -> Desk:
    """Three messages to the database (parts; all that lies here; paths), however much there is."""
    organization = actor.organization
    of_mine, asked, focus, *more = Rows.together(
        AREAS,
        WAITING,
        FOCUS,
        *(beside.readings if beside else ()),
        organization=organization.pk,
        areas=list(actor.works_in),
        everywhere=actor.is_facilitator,
        **(beside.asked if beside else {}),
    )
    today = now.astimezone(organization.tz).date()
    piles = {area.pk: Pile(area) for (area,) in of_mine}
    waiting_nowhere: list[Item] = []
    for ask, terms, asker, performer, sender in asked:
        ask.organization, ask.terms, ask.asker, ask.performer = organization, terms, asker, performer
        ask.redirected_from = sender
        late = (today - ask.answer_by).days if ask.answer_by else 0
        _lay(piles, Item(ask, unanswered=ask.is_unanswered(now), late_days=max(late, 0)), waiting_nowhere)
    for pile in piles.values():
        pile.drafts.sort(key=lambda one: one.ask.created_at, reverse=True)
    desk = Desk(
        piles=list(piles.values()),
        chased=[one for one in waiting_nowhere if one.unanswered],
        focus=next((problem for (problem,) in focus), None),
    )
    shown = [one for pile in desk.piles for one in pile.items] + desk.chased
    ways = paths([*(one.ask.pk for one in shown), *(beside.take(more) if beside else ())])
    for one in shown:
        one.path = ways[one.ask.pk]
    if beside:
        beside.explain(ways)
    return desk


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
           SELECT 1 FROM requests_ask r
           WHERE r.redirected_from_id = a.id AND r.state IN ('agreed', 'replaced', 'declined')))
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

"""What the digests of many people say, gathered in three statements whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import connection

from areas.models import Organization
from areas.words import Part, Role
from contracts.digest.periods import Span
from contracts.rates import Week, kept_rates
from contracts.standings import AWAITS_VERDICT, BROKEN, STANDING
from requests.trace import Step, paths

SHOWN = 10  # of each section; the rest behind a link
RATES = 10  # areas whose kept rates are said


@dataclass(frozen=True)
class Scope:
    """What a person's digest looks at. `whole`: the organization, for viewers and facilitators without an area."""

    areas: frozenset[int] = frozenset()
    decides: frozenset[int] = frozenset()
    client: int | None = None
    whole: bool = False
    reads_only: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.areas or self.whole)


def scope_of(role: str, parts: Iterable[tuple[int, str]]) -> Scope:
    if role == Role.VIEWER:
        return Scope(whole=True, reads_only=True)
    held = dict(parts)
    if not held:
        return Scope(whole=role == Role.FACILITATOR)
    return Scope(
        areas=frozenset(held),
        decides=frozenset(area for area, part in held.items() if part in (Part.LEAD, Part.VOICE)),
        client=next((area for area, part in held.items() if part == Part.VOICE), None),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """One promise or ask that somebody should know of; `owes` is who has to do something, or did not."""

    section: str
    standing: str
    ref: str
    occurrence: str
    ask: int
    owes: int
    owed: int
    owes_name: str
    owed_name: str
    outcome: str
    expected: datetime
    late: bool
    due_at: datetime | None
    delivered_at: datetime | None
    sent_back: bool
    value: Decimal | None
    target: Decimal | None
    unit: str
    # How often the same promise stands the same way; told is the oldest time.
    times: int
    # How many promises of this section lie between the two areas.
    total: int


@dataclass(frozen=True)
class Rate:
    """How many promises of an area were kept, of those that fell due last week, and in the week before it."""

    area: str
    last: Week
    before: Week


@dataclass
class Section:
    """`name`: broke, broken_to, waiting, due; for who reads the organization broken, unanswered, all_due."""

    name: str
    found: list[Found]
    total: int

    @property
    def rest(self) -> int:
        return self.total - len(self.found)


@dataclass
class Reading:
    """What one digest says."""

    sections: list[Section] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    # Ask → its way up to the client; shared by all who read.
    ways: dict[int, list[Step]] = field(default_factory=dict)

    def total(self, *names: str) -> int:
        return sum(section.total for section in self.sections if section.name in names)

    @property
    def is_empty(self) -> bool:
        return not self.sections


# NULL: of all areas.
_OURS = "(%(areas)s::bigint[] IS NULL OR o.owes_id = ANY(%(areas)s) OR o.owed_id = ANY(%(areas)s))"
_COLUMNS = f"""o.id, o.ref, o.commitment_id, o.owes_id, o.owed_id, o.due_at, o.delivered_at, o.judge_by, o.value,
    o.failed_at IS NOT NULL AND o.delivered_at IS NULL AS sent_back, {BROKEN} AS is_broken,
    {AWAITS_VERDICT} AS awaits_verdict, {STANDING} AS standing"""

# A promise that was broken five times is one line. Ten lines of each pair of areas are enough to find the ten oldest of
# anybody, whatever areas the person has.
FOUND = f"""
WITH seen AS MATERIALIZED (
    SELECT {_COLUMNS} FROM contracts_occurrence o
    WHERE o.organization_id = %(org)s AND o.settled_at IS NULL AND {_OURS}
    UNION ALL
    SELECT {_COLUMNS} FROM contracts_occurrence o
    WHERE o.organization_id = %(org)s AND o.settled_at >= %(since)s AND {_OURS}
), told AS (
    SELECT 'broken' AS section, due_at AS expected, FALSE AS late, seen.* FROM seen WHERE is_broken
    UNION ALL
    SELECT 'verdict', coalesce(judge_by, delivered_at), coalesce(judge_by, delivered_at) < %(now)s, seen.* FROM seen
    WHERE awaits_verdict
    UNION ALL
    SELECT 'due', due_at, FALSE, seen.* FROM seen WHERE standing = 'upcoming' AND due_at < %(until)s
), grouped AS (
    SELECT told.*, count(*) OVER (PARTITION BY section, commitment_id, standing, late) AS times,
        row_number() OVER (PARTITION BY section, commitment_id, standing, late ORDER BY expected, id) AS time
    FROM told
), ranked AS (
    SELECT grouped.*, count(*) OVER (PARTITION BY section, owes_id, owed_id, late) AS total,
        row_number() OVER (PARTITION BY section, owes_id, owed_id, late ORDER BY expected, id) AS n
    FROM grouped WHERE time = 1
), asked AS (
    SELECT a.*, a.answer_by < %(today)s AS late,
        CASE WHEN turn = 'performer' THEN performer_id ELSE asker_id END AS waits,
        CASE WHEN turn = 'performer' THEN asker_id ELSE performer_id END AS other
    FROM requests_ask a JOIN areas_link l ON l.id = a.link_id AND l.ended_at IS NULL
    WHERE a.organization_id = %(org)s AND a.state IN ('asked', 'countered')
), asks AS (
    SELECT asked.*, count(*) OVER (PARTITION BY waits, other, late) AS total,
        row_number() OVER (PARTITION BY waits, other, late ORDER BY answer_by, id) AS n
    FROM asked WHERE %(areas)s::bigint[] IS NULL OR waits = ANY(%(areas)s)
)
SELECT r.section, r.standing, c.ref, r.ref, c.ask_id, r.owes_id, r.owed_id, owes.name, owed.name, k.outcome,
    r.expected, r.late, r.due_at, r.delivered_at, r.sent_back, r.value, k.target, k.unit, r.times, r.total
FROM ranked r
JOIN contracts_commitment c ON c.id = r.commitment_id
JOIN contracts_clause k ON k.id = c.clause_id
JOIN areas_area owes ON owes.id = r.owes_id
JOIN areas_area owed ON owed.id = r.owed_id
WHERE r.n <= {SHOWN}
UNION ALL
SELECT 'answer', asks.state, asks.ref, '', asks.id, waits, other, owes.name, owed.name, t.outcome,
    (answer_by + 1)::timestamp AT TIME ZONE %(zone)s, late, NULL, NULL, FALSE, NULL, NULL, '', 1, asks.total
FROM asks
JOIN requests_terms t ON t.id = asks.terms_id
JOIN areas_area owes ON owes.id = waits
JOIN areas_area owed ON owed.id = other
WHERE asks.n <= {SHOWN}
"""

_Pile = defaultdict[int, list[list[Found]]]


class Gathered:
    """What there is to say in one organization, of some areas or (None) of all. Each person's digest is picked from it.

    Two statements, and one for the ways to the client whenever somebody's lines are picked for the first time.
    """

    def __init__(self, organization: Organization, span: Span, areas: Iterable[int] | None) -> None:
        self.organization = organization
        self._areas = None if areas is None else frozenset(areas)
        values = {
            "org": organization.pk,
            "areas": None if self._areas is None else sorted(self._areas),
            "now": span.now,
            # Whether it is due soon makes no difference here.
            "soon": span.now,
            "since": span.since,
            "until": span.until,
            "today": span.day,
            "zone": organization.zone,
        }
        self._by_owes: dict[str, _Pile] = defaultdict(lambda: defaultdict(list))
        self._by_owed: dict[str, _Pile] = defaultdict(lambda: defaultdict(list))
        self._lay(_read(FOUND, values))
        self._weeks = {area: rate.weeks for area, rate in kept_rates(organization, span.now, "area", 3).items()}
        self._readings: dict[Scope, Reading] = {}
        self._ways: dict[int, list[Step]] = {}

    def covers(self, areas: Collection[int] | None) -> bool:
        return self._areas is None or (areas is not None and self._areas.issuperset(areas))

    def of(self, scopes: Iterable[Scope], names: dict[int, str]) -> dict[Scope, Reading]:
        """What each of them reads; `names` are those of their areas."""
        for scope in scopes:
            if scope not in self._readings:
                self._readings[scope] = self._pick(scope, names)
        shown = {found.ask for one in self._readings.values() for section in one.sections for found in section.found}
        if new := shown - self._ways.keys():
            self._ways |= paths(sorted(new))
        return self._readings

    def _lay(self, rows: list[tuple[Any, ...]]) -> None:
        """Piles of one section and one pair of areas, each with its total; findable from either area."""
        piles: dict[tuple[str, int, int, bool], list[Found]] = {}
        for row in rows:
            found = Found(*row)
            piles.setdefault((found.section, found.owes, found.owed, found.late), []).append(found)
        for (section, owes, owed, _late), pile in piles.items():
            self._by_owes[section][owes].append(pile)
            self._by_owed[section][owed].append(pile)

    def _pick(self, scope: Scope, names: dict[int, str]) -> Reading:
        if scope.is_empty:
            return Reading()
        sections = self._for_whole(scope) if scope.whole else self._for_areas(scope)
        return Reading([section for section in sections if section.total], self._rates_of(scope, names), self._ways)

    def _for_areas(self, scope: Scope) -> list[Section]:
        mine = sorted(scope.areas)
        owed = self._by_owed["broken"]
        verdicts = [pile for area in sorted(scope.decides) for pile in self._by_owed["verdict"][area]]
        # Nobody who had a part in the delivery speaks for the client about it.
        verdicts = [pile for pile in verdicts if pile[0].owed != scope.client or pile[0].owes not in scope.areas]
        answers = [pile for area in mine for pile in self._by_owes["answer"][area]]
        return [
            _section("broke", [pile for area in mine for pile in self._by_owes["broken"][area]]),
            _section("broken_to", [pile for area in mine for pile in owed[area] if pile[0].owes not in scope.areas]),
            _section("waiting", verdicts + answers),
            _section("due", [pile for area in mine for pile in self._by_owes["due"][area]]),
        ]

    def _for_whole(self, scope: Scope) -> list[Section]:
        broken = _section("broken", _all(self._by_owes["broken"]))
        if scope.reads_only:
            return [broken]
        waiting = [*_all(self._by_owes["verdict"]), *_all(self._by_owes["answer"])]
        return [
            broken,
            _section("unanswered", [pile for pile in waiting if pile[0].late]),
            _section("all_due", _all(self._by_owes["due"])),
        ]

    def _rates_of(self, scope: Scope, names: dict[int, str]) -> list[Rate]:
        if scope.whole:
            rates = [Rate(self.organization.name, *map(_sum, self._both(self._weeks)))]
        else:
            rates = [Rate(names[area], *map(_sum, self._both([area]))) for area in scope.areas]
        counted = [rate for rate in rates if rate.last.counted or rate.before.counted]
        return sorted(counted, key=attrgetter("area"))[:RATES]

    def _both(self, areas: Iterable[int]) -> tuple[list[Week], list[Week]]:
        """Last week's and the week before's of these areas; the third of the three is still running."""
        found = [self._weeks[area] for area in areas if area in self._weeks]
        return [weeks[1] for weeks in found], [weeks[0] for weeks in found]


def _sum(weeks: Sequence[Week]) -> Week:
    on = weeks[0].on if weeks else date.min
    return Week(on, sum(week.kept for week in weeks), sum(week.broken for week in weeks))


def _all(piles: _Pile) -> list[list[Found]]:
    return [pile for some in piles.values() for pile in some]


def _section(name: str, piles: Sequence[list[Found]]) -> Section:
    oldest = sorted(
        (found for pile in piles for found in pile), key=lambda one: (one.expected, one.ask, one.occurrence)
    )
    return Section(name, oldest[:SHOWN], sum(pile[0].total for pile in piles))


def _read(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

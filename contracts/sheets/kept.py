"""What became of the promises of a link, for its sheet: where each stands, its last results, rate, budget, feasibility.

Three statements, whatever the number of promises.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from areas.access import Actor
from areas.calendar import Calendar
from areas.models import Area, Organization
from areas.rows import Prepared
from contracts import depending, keeping
from contracts.budget import Aimed, Budget, budget, quarter_of, target_share
from contracts.clock import Standing, standing_of
from contracts.feasibility import Chained, Times, chained, times
from contracts.models import Commitment, Occurrence
from contracts.rates import WEEK, Rate, Week, Window, window
from contracts.sheets import saying
from contracts.sheets.needs import NEEDS, Need, needs
from contracts.standings import (
    AWAITS_VERDICT,
    BROKEN_NOW,
    BROKEN_ONE,
    CANCELLED_ONE,
    KEPT_ONE,
    PAUSED,
    RESULT,
    UNJUDGED_ONE,
    WAIVED_ONE,
)
from requests.models import Promise
from requests.trace import DEEPEST

SHOWN_RESULTS = 5
# Fewer results say too little about how sure a promise is: its target says more.
ENOUGH = 5
MOST_DOTS = 8
_COLUMNS = (
    "id",
    "ref",
    "commitment_id",
    "organization_id",
    "link_id",
    "owes_id",
    "owed_id",
    "starts_at",
    "planned_at",
    "due_at",
    "delivered_at",
    "met",
    "judge_by",
    "judged_at",
    "worked",
    "failed_at",
    "waived_at",
    "cancelled_at",
    "paused_at",
    "settled_at",
)

# Of each promise the one delivery that matters most now (broken, paused, to be judged, the next), how many are broken,
# the misses of the quarter, the last results, and what each week counts. Ended promises count in the rate of the link.
PROMISES = Prepared(
    f"""
    WITH seen AS (
        SELECT o.id, o.commitment_id, o.due_at, o.judge_by, o.settled_at, {RESULT} AS result, {WEEK} AS week,
            CASE WHEN {BROKEN_NOW} THEN 0 WHEN {PAUSED} THEN 1 WHEN {AWAITS_VERDICT} THEN 2 ELSE 3 END AS rank
        FROM contracts_commitment c JOIN contracts_occurrence o ON o.commitment_id = c.id
        WHERE c.link_id = %(link)s AND (o.due_at >= %(since)s OR o.settled_at IS NULL) OFFSET 0
    ), told AS (
        SELECT commitment_id,
            (array_agg(id ORDER BY rank, due_at) FILTER (WHERE settled_at IS NULL))[1] AS current,
            count(*) FILTER (WHERE settled_at IS NULL AND rank = 0) AS broken,
            least(min(due_at) FILTER (WHERE settled_at IS NULL AND due_at >= %(now)s),
                min(judge_by) FILTER (WHERE settled_at IS NULL AND judge_by >= %(now)s)) AS changes_at,
            count(*) FILTER (WHERE result = {BROKEN_ONE} AND due_at >= %(quarter)s AND due_at < %(next_quarter)s)
                AS misses,
            (array_agg(result ORDER BY due_at DESC)
                FILTER (WHERE result < {CANCELLED_ONE}))[1:{SHOWN_RESULTS}] AS results,
            (array_agg(due_at ORDER BY due_at DESC)
                FILTER (WHERE result < {CANCELLED_ONE}))[1:{SHOWN_RESULTS}] AS dues,
            array_agg(week * 10 + result) FILTER (WHERE result IS NOT NULL AND week BETWEEN 1 AND %(weeks)s) AS weeks
        FROM seen GROUP BY commitment_id
    )
    SELECT c.ask_id, c.ref, c.started_at, c.ended_at IS NULL, told.changes_at, coalesce(told.broken, 0),
        coalesce(told.misses, 0), told.results, told.dues, told.weeks,
        (SELECT k.outcome FROM contracts_pause z
            JOIN contracts_occurrence r ON r.id = z.because_id
            JOIN contracts_commitment rc ON rc.id = r.commitment_id
            JOIN contracts_clause k ON k.id = rc.clause_id
            WHERE o.paused_at IS NOT NULL AND z.occurrence_id = o.id AND z.ended_at IS NULL AND z.void_at IS NULL
            ORDER BY z.began_at LIMIT 1),
        (SELECT array_agg(DISTINCT k.outcome) FROM contracts_pause z
            JOIN contracts_occurrence r ON r.id = z.because_id
            JOIN contracts_commitment rc ON rc.id = r.commitment_id
            JOIN contracts_clause k ON k.id = rc.clause_id
            WHERE o.due_at > o.planned_at AND z.occurrence_id = o.id AND z.ended_at IS NOT NULL AND z.void_at IS NULL),
        {", ".join(f"o.{name}" for name in _COLUMNS)}
    FROM contracts_commitment c
    LEFT JOIN told ON told.commitment_id = c.id
    LEFT JOIN contracts_occurrence o ON o.id = told.current
    WHERE c.link_id = %(link)s
    """
)

# What each promise of the link hangs on: the promises that it caused, and what those caused. Other terms for the same
# thing (an amendment) are the same station.
SUPPORT = Prepared(
    f"""
    WITH RECURSIVE down AS (
        SELECT ask_id AS root, ask_id AS id, 0 AS depth
        FROM contracts_commitment WHERE link_id = %(link)s AND ended_at IS NULL
        UNION
        SELECT down.root, x.id, down.depth + x.step
        FROM down CROSS JOIN LATERAL (
            SELECT id, 1 AS step FROM requests_ask WHERE cause_id = down.id
            UNION ALL
            SELECT id, 0 FROM requests_ask WHERE replaces_id = down.id AND state IN ('agreed', 'replaced')
            UNION ALL
            SELECT replaces_id, 0 FROM requests_ask WHERE id = down.id AND replaces_id IS NOT NULL
        ) x
        WHERE down.depth < {DEEPEST}
    ), below AS (
        SELECT DISTINCT c.id, c.ask_id, c.clause_id
        FROM down JOIN contracts_commitment c ON c.ask_id = down.id AND c.ended_at IS NULL
        WHERE down.depth > 0
    ), kept AS (
        SELECT below.id, had.* FROM below CROSS JOIN LATERAL (
            SELECT bool_or({BROKEN_NOW}) AS broken, count(*) FILTER (WHERE {RESULT} = {KEPT_ONE}) AS kept,
                count(*) FILTER (WHERE {RESULT} = {BROKEN_ONE}) AS missed,
                least(min(o.due_at) FILTER (WHERE o.settled_at IS NULL AND o.due_at >= %(now)s),
                    min(o.judge_by) FILTER (WHERE o.settled_at IS NULL AND o.judge_by >= %(now)s)) AS changes_at
            FROM contracts_occurrence o
            WHERE o.commitment_id = below.id AND (o.due_at >= %(since)s OR o.settled_at IS NULL)
        ) had
    )
    SELECT down.root, down.depth, below.ask_id, k.outcome, k.shape, k.within, k.within_unit, k.compare, k.target,
        k.unit, kept.changes_at, coalesce(kept.broken, FALSE), kept.kept, kept.missed
    FROM down
    JOIN below ON below.ask_id = down.id
    JOIN contracts_clause k ON k.id = below.clause_id
    JOIN kept ON kept.id = below.id
    WHERE down.depth > 0
    ORDER BY down.root, down.depth, below.ask_id
    """
)
READINGS = (PROMISES, SUPPORT, NEEDS)


def asked(organization: Organization, now: datetime, soon: datetime) -> dict[str, Any]:
    """What the statements want to know beside the link."""
    span = window(organization, now)
    quarter = quarter_of(now.astimezone(organization.tz).date())
    begins = datetime.combine(quarter.first, time(), organization.tz)
    return {
        "now": now,
        "soon": soon,
        "bounds": span.bounds,
        "weeks": len(span.mondays),
        "quarter": begins,
        "next_quarter": datetime.combine(quarter.last + timedelta(days=1), time(), organization.tz),
        "since": min(span.bounds[0], begins),
    }


class Result(NamedTuple):
    """One of the last times that a promise fell due, and what became of it, also in words."""

    standing: Standing
    due_at: datetime
    organization: Organization

    @property
    def said(self) -> str:
        return f"{saying.day(self.due_at, self.organization)}: {self.standing.label}"


# A result is also the place where it is counted, in the order of a rate's fields; there is none with 0.
PLACES = CANCELLED_ONE + 1
RESULTS = {
    KEPT_ONE: Standing.KEPT,
    BROKEN_ONE: Standing.BROKEN,
    UNJUDGED_ONE: Standing.UNJUDGED,
    WAIVED_ONE: Standing.WAIVED,
}


class Aim(NamedTuple):
    """What is read of the terms of a promise that another one hangs on."""

    shape: str
    within: int | None
    within_unit: str
    compare: str
    target: Decimal | None
    unit: str


class Below(NamedTuple):
    """A promise that another one hangs on."""

    depth: int
    outcome: str
    terms: Aim
    broken: bool
    kept: int
    missed: int

    @property
    def share(self) -> float | None:
        """How sure it is: how well it was kept where that is known, else what it aims at."""
        return _share(self.terms, self.kept, self.missed)


def _share(terms: Aimed, kept: int, missed: int) -> float | None:
    if kept + missed >= ENOUGH:
        return kept / (kept + missed)
    aim = target_share(terms)
    return None if aim is None else float(aim)


@dataclass
class Kept:
    """How one promise in force is kept, for who reads the sheet."""

    ref: str
    organization: Organization
    since: date
    calendar: Calendar
    today: date
    occurrence: Occurrence | None
    standing: Standing | None
    broken: int
    misses: int
    results: list[Result]
    rate: Rate
    requirement: str
    # What was not kept in time, so that its due moment moved.
    moved_by: list[str] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    below: list[Below] = field(default_factory=list)
    may_deliver: bool = False
    may_judge: bool = False
    may_choose: bool = False

    @property
    def is_broken(self) -> bool:
        return self.standing in (Standing.OVERDUE, Standing.BROKEN)

    @property
    def days_late(self) -> int:
        if self.occurrence is None or self.standing != Standing.OVERDUE:
            return 0
        return (self.today - self.occurrence.due_at.astimezone(self.organization.tz).date()).days

    @property
    def more_broken(self) -> int:
        """Beside the one that is shown."""
        return self.broken - 1 if self.is_broken else 0

    @cached_property
    def stands(self) -> str:
        """Where it stands, as a sentence."""
        if self.occurrence is None or self.standing is None:
            return ""
        said = saying.stands(self.occurrence, self.standing, self.requirement, self.organization)
        return f"{said} {saying.more_broken(self.more_broken)}" if self.more_broken > 0 else said

    @cached_property
    def moved(self) -> str:
        """That its due moment is another one than planned, and why."""
        if not self.moved_by or self.occurrence is None:
            return ""
        return saying.moved(self.occurrence, self.moved_by, self.organization)

    @cached_property
    def waits(self) -> str:
        """A pause that the sentence on where it stands does not tell."""
        first = min((one for one in self.needs if one.paused_since), key=_paused_since, default=None)
        if self.standing == Standing.PAUSED or first is None or first.paused_since is None:
            return ""
        return saying.waits(first.paused_since, first.outcome, self.organization)

    @cached_property
    def figures(self) -> str:
        """The rate and the whole numbers; nothing as long as none was kept or broken."""
        percent = self.rate.percent
        return "" if percent is None else saying.rate(percent, self.rate.kept, self.rate.counted, self.organization)

    @cached_property
    def marks(self) -> SafeString:
        """The last results as small marks, each said in words."""
        said = escape("; ".join(one.said for one in self.results))
        marks = "".join(
            f'<span class="result {one.standing}" title="{escape(one.said)}"></span>' for one in self.results
        )
        label = escape(saying.last_times())
        return mark_safe(f'<span class="results" role="img" aria-label="{label}: {said}">{marks}</span>')

    @property
    def acts_first(self) -> bool:
        """Whether to act on it is the thing to do now, not something that can be done."""
        return self.is_broken or self.standing in (Standing.DUE_SOON, Standing.DELIVERED, Standing.UNJUDGED)

    @cached_property
    def at_risk(self) -> str:
        """What is broken below it; nothing where it is broken itself."""
        broken = [] if self.is_broken else [one.outcome for one in self.below if one.broken]
        return saying.at_risk(broken) if broken else ""


def _paused_since(need: Need) -> float:
    return need.paused_since.timestamp() if need.paused_since else 0


@dataclass
class Outlook:
    """What a promise allows and promises to be: its budget, and the two hints on whether it can be kept."""

    organization: Organization
    budget: Budget | None
    times: Times | None
    chained: Chained | None

    @cached_property
    def misses(self) -> str:
        return saying.misses(self.budget, self.organization) if self.budget else ""

    @property
    def dots(self) -> list[str]:
        """One for each miss that the quarter allows, the used ones first; none where they are too many to be seen."""
        if self.budget is None or self.budget.allowed > MOST_DOTS:
            return []
        used = min(self.budget.used, self.budget.allowed)
        return ["used"] * used + [""] * self.budget.left

    @cached_property
    def because(self) -> str:
        """Why other terms are proposed, once the budget is spent."""
        return saying.renegotiation(self.budget) if self.budget and self.budget.is_spent else ""

    @cached_property
    def too_tight(self) -> str:
        return saying.too_tight(self.times, self.organization) if self.times and not self.times.fits else ""

    @cached_property
    def how_sure(self) -> str:
        said = []
        if self.times and self.times.fits:
            said.append(saying.fits(self.times, self.organization))
        if self.chained:
            said.append(saying.how_sure(self.chained, self.organization))
        return " ".join(said)


def outlook(kept: Kept, clause: Promise) -> Outlook:
    direct = [one.terms for one in kept.below if one.depth == 1]
    own = _share(clause, kept.rate.kept, kept.rate.broken)
    return Outlook(
        kept.organization,
        budget(clause, kept.calendar, since=kept.since, today=kept.today, used=kept.misses),
        times(clause, direct, kept.calendar),
        chained([own, *(one.share for one in kept.below)]) if kept.below and own is not None else None,
    )


class KeptOfLink:
    """All promises of a link: ask pk → how it is kept; the rate of the whole; when time alone changes one of them."""

    def __init__(
        self, organization: Organization, actor: Actor, areas: Iterable[Area], now: datetime, soon: datetime
    ) -> None:
        self.organization = organization
        self.actor = actor
        self.areas = {area.pk: area for area in areas}
        self.now = now
        self.soon = soon
        self.today = now.astimezone(organization.tz).date()
        # When time alone changes something: what is not late yet falls due, a verdict comes no more, the day ends.
        self._fresh_until = datetime.combine(self.today + timedelta(days=1), time(), organization.tz)

    @cached_property
    def _span(self) -> Window:
        return window(self.organization, self.now)

    @cached_property
    def _calendar(self) -> Calendar:
        return self.organization.calendar

    @cached_property
    def _may_choose(self) -> bool:
        """Whether the person says what depends on what: the same for both lanes."""
        one, other = self.areas.values()
        return depending.why_not_change(Commitment(owes=one, owed=other), self.actor) is None

    def of(
        self,
        promises: Iterable[tuple[Any, ...]],
        support: Iterable[tuple[Any, ...]],
        depending_on: Iterable[tuple[Any, ...]],
    ) -> tuple[dict[int, Kept], Rate, datetime]:
        below: defaultdict[int, dict[int, Below]] = defaultdict(dict)
        for root, depth, ask, outcome, shape, within, unit_of_time, compare, target, unit, at, *counts in support:
            self._changes_at(at)
            if ask not in below[root]:
                aim = Aim(shape, within, unit_of_time, compare, target, unit)
                below[root][ask] = Below(depth, outcome, aim, *counts)
        needed = needs(depending_on, self.organization)
        of_weeks = [[0] * PLACES for _monday in self._span.mondays]
        found: dict[int, Kept] = {}
        for (
            ask,
            ref,
            started_at,
            living,
            changes_at,
            broken,
            misses,
            results,
            dues,
            weeks,
            requirement,
            moved,
            *columns,
        ) in promises:
            self._changes_at(changes_at)
            of_one = [0] * PLACES
            for code in weeks or ():
                week, result = divmod(code, 10)
                of_one[result] += 1
                of_weeks[week - 1][result] += 1
            if not living:
                continue
            found[ask] = self._kept(ref, started_at, broken, misses, results, dues, _rate(of_one), requirement, columns)
            found[ask].moved_by = moved or []
            found[ask].needs = needed.get(ask, [])
            found[ask].may_choose = self._may_choose
            found[ask].below = list(below[ask].values()) if ask in below else []
        whole = [sum(counts) for counts in zip(*of_weeks, strict=True)]
        weeks_of_all = [
            Week(monday, counts[KEPT_ONE], counts[BROKEN_ONE])
            for monday, counts in zip(self._span.mondays, of_weeks, strict=True)
        ]
        return found, _rate(whole, weeks_of_all), self._fresh_until

    def _changes_at(self, at: datetime | None) -> None:
        if at is not None:
            # Due at noon is late after noon, not at it.
            self._fresh_until = min(self._fresh_until, at + timedelta(microseconds=1))

    def _kept(
        self,
        ref: str,
        started_at: datetime,
        broken: int,
        misses: int,
        results: list[int] | None,
        dues: list[datetime] | None,
        rate: Rate,
        requirement: str | None,
        columns: list[Any],
    ) -> Kept:
        zone = self.organization.tz
        made = Kept(
            ref=ref,
            organization=self.organization,
            since=started_at.astimezone(zone).date(),
            calendar=self._calendar,
            today=self.today,
            occurrence=None,
            standing=None,
            broken=broken,
            misses=misses,
            results=[
                Result(RESULTS[result], due_at, self.organization)
                for result, due_at in zip(reversed(results or []), reversed(dues or []), strict=True)
            ],
            rate=rate,
            requirement=requirement or "",
        )
        if columns[0] is not None:
            occurrence = Occurrence.from_db("default", _COLUMNS, columns)
            occurrence.owes, occurrence.owed = self.areas[occurrence.owes_id], self.areas[occurrence.owed_id]
            made.occurrence = occurrence
            made.standing = standing_of(occurrence, now=self.now, soon_until=self.soon)
            made.may_deliver = keeping.why_not_deliver(occurrence, self.actor) is None
            made.may_judge = keeping.why_not_judge(occurrence, self.actor) is None
        return made


def _rate(counts: list[int], weeks: Iterable[Week] = ()) -> Rate:
    _nothing, kept, broken, unjudged, waived, cancelled = counts
    return Rate(kept, broken, unjudged, waived, cancelled, list(weeks))

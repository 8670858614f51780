"""How many promises were kept: kept / (kept + broken), of what fell due in a window of weeks. One statement.

An occurrence belongs to the week in which it was due. What nobody judged, what was waived or cancelled is counted
apart and is no part of a rate; what waits for its verdict, or is not due yet, is not counted at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from django.db import connection

from areas.models import Organization
from areas.rows import Prepared
from contracts.standings import BROKEN_ONE, CANCELLED_ONE, KEPT_ONE, RESULT, UNJUDGED_ONE, WAIVED_ONE
from requests.trace import DEEPEST

WEEKS = 13

By = Literal["area", "link", "commitment", "process"]


class Week(NamedTuple):
    """One week of a series, named by its Monday."""

    on: date
    kept: int = 0
    broken: int = 0

    @property
    def counted(self) -> int:
        return self.kept + self.broken


def percent(kept: int, broken: int) -> int:
    """In whole percents. All only if all: 99.6 % is 99 %, and a single one that was kept is not nothing."""
    rounded = round(100 * kept / (kept + broken))
    return max(min(rounded, 99 if broken else 100), 1 if kept else 0)


@dataclass(slots=True)
class Rate:
    """What became of the promises of somebody, or of a contract, in the window."""

    kept: int = 0
    broken: int = 0
    unjudged: int = 0
    waived: int = 0
    cancelled: int = 0
    weeks: list[Week] = field(default_factory=list)

    @property
    def counted(self) -> int:
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        """0 to 1; None as long as nothing was kept or broken."""
        return self.kept / self.counted if self.counted else None

    @property
    def percent(self) -> int | None:
        return percent(self.kept, self.broken) if self.counted else None


class Window(NamedTuple):
    """Whole weeks in the organization's zone, the last of them this week: `bounds` has one instant more than weeks."""

    mondays: list[date]
    bounds: list[datetime]


def window(organization: Organization, now: datetime, weeks: int = WEEKS) -> Window:
    today = now.astimezone(organization.tz).date()
    this = today - timedelta(days=today.weekday())
    mondays = [this - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    return Window(
        mondays,
        [datetime.combine(day, time(), organization.tz) for day in (*mondays, this + timedelta(weeks=1))],
    )


COUNTS = f"""count(*) FILTER (WHERE result = {KEPT_ONE}), count(*) FILTER (WHERE result = {BROKEN_ONE}),
    count(*) FILTER (WHERE result = {UNJUDGED_ONE}), count(*) FILTER (WHERE result = {WAIVED_ONE}),
    count(*) FILTER (WHERE result = {CANCELLED_ONE})"""
IN_WINDOW = """o.organization_id = %(org)s AND o.due_at >= (%(bounds)s::timestamptz[])[1]
    AND o.due_at < (%(bounds)s::timestamptz[])[array_upper(%(bounds)s::timestamptz[], 1)]"""
WEEK = "width_bucket(o.due_at, %(bounds)s::timestamptz[])"

# Each ask to the problem at the end of its path: down from the problems, so that every ask is met once.
_PROCESSES = f"""WITH RECURSIVE down AS (
    SELECT a.id, p.process, 0 AS depth
    FROM requests_ask a JOIN requests_clientproblem p ON p.id = a.problem_id WHERE a.organization_id = %(org)s
    UNION ALL
    SELECT a.id, down.process, down.depth + 1
    FROM down JOIN requests_ask a ON a.cause_id = down.id WHERE down.depth < {DEEPEST}
)"""
_KEYS: dict[str | None, tuple[str, str, str]] = {
    None: ("", "NULL::int", ""),
    "area": ("", "o.owes_id", ""),
    "link": ("", "o.link_id", ""),
    "commitment": ("", "o.commitment_id", ""),
    "process": (
        _PROCESSES,
        "down.process",
        "JOIN contracts_commitment c ON c.id = o.commitment_id LEFT JOIN down ON down.id = c.ask_id",
    ),
}


def kept_rates(
    organization: Organization,
    now: datetime,
    by: By | None = None,
    weeks: int = WEEKS,
    *,
    only: Iterable[int] | None = None,
) -> dict[Any, Rate]:
    """Rates by the pk of who owes, of the link, of the commitment, or by the process of the client's problem.

    Without `by` the one key is None, and always there. `only` narrows it to these links. One query.
    """
    span = window(organization, now, weeks)
    before, key, join = _KEYS[by]
    values: dict[str, Any] = {"org": organization.pk, "now": now, "bounds": span.bounds}
    narrowed = ""
    if only is not None:
        narrowed, values["only"] = " AND o.link_id = ANY(%(only)s)", list(only)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{before} SELECT key, week, {COUNTS} FROM (SELECT {key} AS key, {WEEK} AS week, {RESULT} AS result"
            f" FROM contracts_occurrence o {join} WHERE {IN_WINDOW}{narrowed} OFFSET 0) seen"
            " WHERE result IS NOT NULL GROUP BY key, week",
            values,
        )
        rows = cursor.fetchall()
    found: dict[Any, Rate] = {} if by else {None: _empty(span)}
    for whose, week, *counts in rows:
        rate = found.get(whose)
        if rate is None:
            rate = found[whose] = _empty(span)
        add(rate, counts)
        rate.weeks[week - 1] = Week(span.mondays[week - 1], counts[0], counts[1])
    return found


class Rates(NamedTuple):
    """Of the whole organization with its weeks, and by the pks of areas and links, in sum."""

    whole: Rate
    areas: dict[int, Rate]
    links: dict[int, Rate]


EVERY = Prepared(f"""
SELECT owes_id, link_id, week, {COUNTS}
FROM (
    SELECT o.owes_id, o.link_id, {WEEK} AS week, {RESULT} AS result
    FROM contracts_occurrence o WHERE {IN_WINDOW} OFFSET 0
) seen
WHERE result IS NOT NULL
GROUP BY GROUPING SETS ((owes_id, link_id), (week))
""")


def every_rate(span: Window, rows: Iterable[tuple[Any, ...]]) -> Rates:
    """For the organization, each area and each link at once, of what EVERY read."""
    found = Rates(_empty(span), {}, {})
    for area, link, week, *counts in rows:
        if week is None:
            for rates, whose in ((found.areas, area), (found.links, link)):
                rate = rates.get(whose)
                if rate is None:
                    rates[whose] = Rate(*counts)
                else:
                    add(rate, counts)
        else:
            add(found.whole, counts)
            found.whole.weeks[week - 1] = Week(span.mondays[week - 1], counts[0], counts[1])
    return found


def _empty(span: Window) -> Rate:
    return Rate(weeks=[Week(monday) for monday in span.mondays])


def add(rate: Rate, counts: Iterable[int]) -> None:
    """Adds the five `COUNTS`."""
    kept, broken, unjudged, waived, cancelled = counts
    rate.kept += kept
    rate.broken += broken
    rate.unjudged += unjudged
    rate.waived += waived
    rate.cancelled += cancelled

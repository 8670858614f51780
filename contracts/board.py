"""The chain as it stands at an instant: areas, links, what is broken, at risk, unmet, waiting.

One message whatever the number of areas, three for a whole page with the person and the membership: counting is the
database's work, and so is planning, once for each connection. Where a delivery stands is asked of
`contracts.standings`, how well promises are kept of `contracts.rates`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from areas.chain import distances, steps_to_client, way_to_client
from areas.models import Organization
from areas.rows import Prepared, Rows
from areas.words import Kind
from contracts.clock import soon_until
from contracts.rates import EVERY, Rate, every_rate, window
from contracts.standings import AWAITS_VERDICT, BROKEN_NOW, PAUSED
from requests.trace import DEEPEST

SHOWN = 20  # of each list; the counts say how many there are
RIPPLES = 400
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


def _standing(link: LinkNow) -> str:
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


_OPEN = "a.state IN ('asked', 'countered')"
_SUPPLIERS_TURN = "(a.turn = 'performer') = (a.direction = 'need')"
# A declined amendment leaves the old terms in force; a need that went on to another area is met once that one agrees,
# and where that one declined, too, it stands for both.
_UNMET = """a.state = 'declined' AND a.direction = 'need' AND a.replaces_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM requests_ask r WHERE r.redirected_from_id = a.id AND r.state IN ('agreed', 'declined') OFFSET 0)"""

# The problem in focus stands beside the area that is accountable for it.
AREAS = Prepared("""
SELECT a.id, a.ref, a.name, a.kind = %(client)s, a.archived_at IS NULL,
    p.ref, p.statement, p.process, p.moment, a.name, p.indicator, p.unit, p.baseline, p.target, m.value, m."on"
FROM areas_area a
LEFT JOIN requests_clientproblem p
    ON p.accountable_id = a.id AND p.organization_id = %(org)s AND p.in_focus AND p.closed_at IS NULL
LEFT JOIN LATERAL (
    SELECT value, "on" FROM requests_measurement WHERE problem_id = p.id ORDER BY "on" DESC, id DESC LIMIT 1
) m ON TRUE
WHERE a.organization_id = %(org)s ORDER BY a.id
""")

LINKS = Prepared("""
SELECT id, ref, customer_id, supplier_id FROM areas_link
WHERE organization_id = %(org)s AND ended_at IS NULL ORDER BY id
""")

_UNSETTLED = "contracts_occurrence o WHERE o.organization_id = %(org)s AND o.settled_at IS NULL"
_BEGUN = "(o.delivered_at IS NOT NULL OR o.failed_at IS NOT NULL OR o.paused_at IS NOT NULL)"
# Neither waived nor cancelled, for those are settled: broken as soon as it is due, so that an index alone can tell.
_NOT_BEGUN = "o.delivered_at IS NULL AND o.failed_at IS NULL AND o.paused_at IS NULL"
_IS_BROKEN, _IS_SOON, _IS_PAUSED, _IS_TO_JUDGE = 1, 2, 4, 8

# What is in force on each link, by who owes it and how it stands; of most there is nothing to say, and NULL says it.
# What is due later and untouched is neither broken nor anything else that is counted: it is not read.
OWED = Prepared(f"""
WITH due AS (
    SELECT commitment_id, bit_or(stands) AS stands
    FROM (
        SELECT o.commitment_id, CASE WHEN o.due_at < %(now)s THEN {_IS_BROKEN} ELSE {_IS_SOON} END AS stands
        FROM {_UNSETTLED} AND o.due_at < %(soon)s AND {_NOT_BEGUN}
        UNION ALL
        SELECT o.commitment_id, CASE WHEN {BROKEN_NOW} THEN {_IS_BROKEN} WHEN {PAUSED} THEN {_IS_PAUSED}
            WHEN {AWAITS_VERDICT} THEN {_IS_TO_JUDGE} ELSE 0 END
        FROM {_UNSETTLED} AND {_BEGUN}
    ) each_time
    GROUP BY commitment_id
)
SELECT c.link_id, c.owes_id, due.stands, count(*)
FROM contracts_commitment c LEFT JOIN due ON due.commitment_id = c.id
WHERE c.organization_id = %(org)s AND c.ended_at IS NULL
GROUP BY c.link_id, c.owes_id, due.stands
""")

# What is talked about on each link, and what is agreed and not signed.
TALKED = Prepared(f"""
SELECT a.link_id,
    count(*) FILTER (WHERE a.direction = 'need' AND a.state <> 'declined'),
    count(*) FILTER (WHERE a.direction <> 'need' AND a.state <> 'declined'),
    count(*) FILTER (WHERE {_UNMET}),
    count(*) FILTER (WHERE {_OPEN} AND {_SUPPLIERS_TURN} AND a.answer_by < %(today)s),
    count(*) FILTER (WHERE {_OPEN} AND NOT {_SUPPLIERS_TURN} AND a.answer_by < %(today)s),
    count(*) FILTER (WHERE {_OPEN} AND {_SUPPLIERS_TURN}),
    count(*) FILTER (WHERE {_OPEN} AND NOT {_SUPPLIERS_TURN}),
    count(*) FILTER (WHERE a.state = 'agreed')
FROM (
    SELECT id, link_id, direction, state, turn, answer_by, replaces_id FROM requests_ask
    WHERE organization_id = %(org)s AND state IN ('asked', 'countered', 'declined')
    UNION ALL
    SELECT id, link_id, direction, state, turn, answer_by, replaces_id FROM requests_ask agreed
    WHERE agreed.organization_id = %(org)s AND agreed.state = 'agreed'
        AND NOT EXISTS (
            SELECT 1 FROM contracts_commitment c
            WHERE c.ask_id = agreed.id AND c.organization_id = %(org)s AND c.ended_at IS NULL)
        AND NOT EXISTS (
            SELECT 1 FROM contracts_removal gone
            WHERE gone.ask_id = agreed.id AND gone.taken_back_at IS NULL AND gone.done_in_id IS NOT NULL)
) a
GROUP BY a.link_id
""")

# When time alone breaks the next promise, or ends the days for the next verdict.
NEXT = Prepared(f"""
SELECT least(
    (SELECT min(o.due_at) FROM {_UNSETTLED} AND o.due_at >= %(now)s AND {_NOT_BEGUN}),
    (SELECT min(o.judge_by) FROM {_UNSETTLED} AND o.judge_by >= %(now)s AND {_BEGUN}))
""")


def _longest(kind: str) -> str:
    """The promises of one list that wait longest. They are looked up in that order, and no more than are wanted."""
    return f"""(SELECT f.kind, c.ask_id AS id, row_number() OVER (ORDER BY f.due_at, f.commitment_id) AS n, c.promise,
        f.occurrence, f.times
     FROM (SELECT * FROM first WHERE kind = '{kind}' ORDER BY due_at, commitment_id OFFSET 0) f, LATERAL (
        SELECT ask_id, ref AS promise FROM contracts_commitment
        WHERE id = f.commitment_id AND ended_at IS NULL AND (%(links)s::bigint[] IS NULL OR link_id = ANY(%(links)s))
        OFFSET 0) c
     ORDER BY f.due_at, f.commitment_id LIMIT {SHOWN})"""


# The first of each list, and the way of each up to the client; of what is at risk, on which links there is how much.
# OFFSET 0 keeps the planner at looking up these few rows: joined plainly, it reads all asks five times over. What a
# lookup is not wanted for stands in its WHERE, where it is seen before anything is read. What hangs on something hangs
# on other terms for it as well.
# `links` NULL: of the whole organization. A promise is listed once, by the delivery of it that waits longest.
ITEMS = Prepared(f"""
WITH RECURSIVE open_now AS (
    SELECT o.id, o.commitment_id, o.due_at, 'broken' AS kind
    FROM {_UNSETTLED} AND o.due_at < %(now)s AND {_NOT_BEGUN}
    UNION ALL
    SELECT o.id, o.commitment_id, o.due_at,
        CASE WHEN {BROKEN_NOW} THEN 'broken' WHEN {PAUSED} THEN 'paused' ELSE 'to_judge' END
    FROM {_UNSETTLED} AND {_BEGUN}
), first AS (
    SELECT commitment_id, kind, min(due_at) AS due_at, (array_agg(id ORDER BY due_at, id))[1] AS occurrence,
        count(*) AS times
    FROM open_now GROUP BY commitment_id, kind
), late AS (
    SELECT c.ask_id
    FROM (SELECT * FROM first WHERE kind = 'broken' ORDER BY due_at, commitment_id OFFSET 0) f, LATERAL (
        SELECT ask_id FROM contracts_commitment WHERE id = f.commitment_id AND ended_at IS NULL OFFSET 0) c
    ORDER BY f.due_at, f.commitment_id LIMIT {RIPPLES}
), ripple AS (
    SELECT a.cause_id AS id FROM late, LATERAL (
        SELECT cause_id FROM requests_ask WHERE id = late.ask_id AND cause_id IS NOT NULL OFFSET 0) a
    UNION
    SELECT a.id FROM ripple, LATERAL (
        SELECT cause_id AS id FROM requests_ask WHERE id = ripple.id AND cause_id IS NOT NULL
        UNION ALL
        SELECT id FROM requests_ask WHERE replaces_id = ripple.id AND state IN ('agreed', 'replaced') OFFSET 0) a
), at_risk AS MATERIALIZED (
    SELECT a.id, a.link_id, row_number() OVER (ORDER BY a.problem_id IS NULL, a.id) AS n
    FROM (SELECT id FROM ripple EXCEPT SELECT ask_id FROM late) reached,
        LATERAL (
            SELECT id, link_id, problem_id FROM requests_ask WHERE id = reached.id AND state = 'agreed' OFFSET 0) a,
        LATERAL (SELECT id FROM areas_link WHERE id = a.link_id AND ended_at IS NULL OFFSET 0) l
), listed AS (
    {_longest("broken")}
    UNION ALL
    {_longest("paused")}
    UNION ALL
    {_longest("to_judge")}
    UNION ALL
    (SELECT 'unmet', a.id, row_number() OVER (ORDER BY a.settled_at, a.id), NULL, NULL, 0
     FROM requests_ask a
     WHERE a.organization_id = %(org)s AND {_UNMET} AND (%(links)s::bigint[] IS NULL OR a.link_id = ANY(%(links)s))
     ORDER BY a.settled_at, a.id LIMIT {SHOWN})
    UNION ALL
    (SELECT 'waiting', a.id, row_number() OVER (ORDER BY a.answer_by, a.id), NULL, NULL, 0
     FROM requests_ask a JOIN areas_link l ON l.id = a.link_id AND l.ended_at IS NULL
     WHERE a.organization_id = %(org)s AND {_OPEN} AND (%(links)s::bigint[] IS NULL OR a.link_id = ANY(%(links)s))
     ORDER BY a.answer_by, a.id LIMIT {SHOWN})
    UNION ALL
    (SELECT 'at_risk', id, n, NULL, NULL, 0 FROM at_risk WHERE n <= {SHOWN})
), up AS (
    SELECT l.kind, l.n, 0 AS depth, a.*
    FROM listed l, LATERAL (
        SELECT cause_id, performer_id, asker_id, problem_id FROM requests_ask WHERE id = l.id OFFSET 0) a
    UNION ALL
    SELECT up.kind, up.n, up.depth + 1, a.*
    FROM up, LATERAL (
        SELECT cause_id, performer_id, asker_id, problem_id FROM requests_ask
        WHERE up.cause_id IS NOT NULL AND id = up.cause_id OFFSET 0) a
    WHERE up.depth < {DEEPEST}
), way AS MATERIALIZED (
    SELECT kind, n, array_agg(performer_id ORDER BY depth) AS performers, array_agg(asker_id ORDER BY depth) AS askers,
        (array_agg(problem_id ORDER BY depth DESC) FILTER (WHERE problem_id IS NOT NULL))[1] AS problem_id
    FROM up GROUP BY kind, n
)
SELECT way.kind, way.n, a.ref, a.link_id, t.outcome, a.asker_id, a.performer_id, a.state,
    CASE WHEN a.turn = 'performer' THEN a.performer_id WHEN a.turn = 'asker' THEN a.asker_id END, a.answer_by,
    coalesce(l.promise, c.ref), coalesce(o.due_at, c.due_at), o.why, o.since, l.times, l.occurrence,
    way.performers, way.askers, p.statement, p.ref
FROM listed l
JOIN way ON way.kind = l.kind AND way.n = l.n
CROSS JOIN LATERAL (SELECT * FROM requests_ask WHERE id = l.id OFFSET 0) a
LEFT JOIN LATERAL (SELECT outcome FROM requests_terms WHERE id = a.terms_id OFFSET 0) t ON TRUE
LEFT JOIN LATERAL (
    SELECT o.due_at, coalesce(o.delivered_at, o.failed_at, o.paused_at, o.due_at) AS since,
        CASE WHEN o.delivered_at IS NULL THEN
                CASE WHEN o.failed_at IS NOT NULL THEN 'sent_back' WHEN o.paused_at IS NOT NULL THEN 'paused'
                    ELSE 'overdue' END
            WHEN o.failed_at IS NOT NULL THEN 'again' WHEN o.delivered_at > o.due_at THEN 'late'
            WHEN o.met IS FALSE THEN 'off_target' WHEN o.judge_by < %(now)s THEN 'unjudged' ELSE 'delivered' END AS why
    FROM contracts_occurrence o WHERE l.occurrence IS NOT NULL AND o.id = l.occurrence OFFSET 0
) o ON TRUE
LEFT JOIN LATERAL (
    SELECT c.ref, (
        SELECT min(o.due_at) FROM contracts_occurrence o
        WHERE o.commitment_id = c.id AND o.settled_at IS NULL AND {_NOT_BEGUN} AND o.due_at >= %(now)s) AS due_at
    FROM contracts_commitment c WHERE l.kind = 'at_risk' AND c.ask_id = a.id AND c.ended_at IS NULL OFFSET 0
) c ON TRUE
LEFT JOIN requests_clientproblem p ON p.id = way.problem_id
UNION ALL
SELECT '', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    array_agg(link_id), NULL, NULL, NULL
FROM at_risk
ORDER BY 1, 2
""")


# What the paused ones wait for. Asked only where something is paused.
REQUIREMENTS = Prepared("""
SELECT DISTINCT ON (z.occurrence_id) z.occurrence_id, k.outcome
FROM contracts_pause z
JOIN contracts_occurrence r ON r.id = z.because_id
JOIN contracts_commitment c ON c.id = r.commitment_id
JOIN contracts_clause k ON k.id = c.clause_id
WHERE z.occurrence_id = ANY(%(paused)s) AND z.ended_at IS NULL AND z.void_at IS NULL
ORDER BY z.occurrence_id, z.began_at
""")

READINGS = (AREAS, LINKS, OWED, TALKED, NEXT, EVERY)


def asked(organization: Organization, now: datetime) -> dict[str, Any]:
    """What the statements want to know."""
    return {
        "org": organization.pk,
        "client": Kind.CLIENT.value,
        "now": now,
        "today": now.astimezone(organization.tz).date(),
        "soon": soon_until(now, organization.tz, is_working=organization.calendar.is_working),
        "bounds": window(organization, now).bounds,
        "links": None,
    }


def chain_now(organization: Organization, now: datetime, *, area: str = "", text: str = "") -> Chain:
    """The chain as it stands. `area` (a ref) or `text` (in a name) narrow it to neighbourhoods.

    One message to the database; another where it is narrowed, and where something is paused.
    """
    known = asked(organization, now)
    today: date = known["today"]
    narrowed = bool(area or text.strip())
    areas_read, links_read, owed, talked, ((next_at,),), rates_read, *more_read = Rows.together(
        *READINGS, *(() if narrowed else (ITEMS,)), **known
    )
    areas: dict[int, AreaNow] = {}
    problem = None
    for row in areas_read:
        areas[row[0]] = AreaNow(*row[:5])
        if row[5] is not None:
            problem = ProblemNow._make(row[5:])
    links = [LinkNow(*row) for row in links_read]
    _count(areas, links, owed, talked)
    _measure(areas, links)
    rates = every_rate(window(organization, now), rates_read)
    for pk, area_rate in rates.areas.items():
        areas[pk].rate = area_rate
    here = next((a for a in areas.values() if a.living and a.ref == area), None) if area else None
    shown = _neighbourhood(areas, links, here, text)
    in_view = None
    if shown is not None:
        in_view = [link.pk for link in links if link.customer in shown and link.supplier in shown]
    items, at_risk = _items(more_read[0] if more_read else ITEMS(**{**known, "links": in_view}))
    paused = {item.occurrence: item for item in items["paused"]}
    if paused:
        for occurrence, requirement in REQUIREMENTS(paused=list(paused)):
            paused[occurrence].requirement = requirement
    for link in links:
        link.at_risk = at_risk.get(link.pk, 0)
        link.standing = _standing(link)
        link.rate = rates.links.get(link.pk, NOTHING_DUE)
    return Chain(
        organization=organization,
        now=now,
        today=today,
        areas=areas,
        links=links,
        problem=problem,
        broken=items["broken"],
        at_risk=items["at_risk"],
        unmet=items["unmet"],
        waiting=items["waiting"],
        paused=items["paused"],
        to_judge=items["to_judge"],
        rate=rates.whole,
        fresh_until=_fresh_until(organization, today, next_at),
        shown=shown,
        here=here,
    )


def _count(
    areas: dict[int, AreaNow], links: list[LinkNow], owed: list[tuple[Any, ...]], talked: list[tuple[Any, ...]]
) -> None:
    """What OWED and TALKED counted, for the links and for their areas.

    A need is owed by the supplier, a requirement by the customer.
    """
    by_pk = {link.pk: link for link in links}
    for pk, needs, requirements, unmet, late_supplier, late_customer, supplier_open, customer_open, to_sign in talked:
        link = by_pk.get(pk)
        if link is None:
            continue
        link.needs, link.requirements, link.unmet, link.to_sign = needs, requirements, unmet, to_sign
        link.supplier_unanswered, link.customer_unanswered = late_supplier, late_customer
        link.supplier_open, link.customer_open = supplier_open, customer_open
        supplier, customer = areas[link.supplier], areas[link.customer]
        supplier.unanswered += late_supplier
        customer.unanswered += late_customer
        supplier.to_answer += supplier_open
        customer.to_answer += customer_open
    for pk, owes, stands, promises in owed:
        link = by_pk.get(pk)
        if link is None:
            continue
        area = areas[owes]
        area.in_force += promises
        by_supplier = owes == link.supplier
        if by_supplier:
            link.needs += promises
            link.supplier_in_force += promises
        else:
            link.requirements += promises
            link.customer_in_force += promises
        if not stands:
            continue
        if stands & _IS_BROKEN:
            area.broken += promises
            if by_supplier:
                link.supplier_broken += promises
            else:
                link.customer_broken += promises
        if stands & _IS_SOON:
            area.soon += promises
            if by_supplier:
                link.supplier_soon += promises
            else:
                link.customer_soon += promises
        if stands & _IS_PAUSED:
            area.paused += promises
            if by_supplier:
                link.supplier_paused += promises
            else:
                link.customer_paused += promises
        if stands & _IS_TO_JUDGE:
            if by_supplier:
                link.customer_to_judge += promises
                areas[link.customer].to_judge += promises
            else:
                link.supplier_to_judge += promises
                areas[link.supplier].to_judge += promises


def _measure(areas: dict[int, AreaNow], links: list[LinkNow]) -> None:
    """How far each area is from the client."""
    client = next((area.pk for area in areas.values() if area.is_client), None)
    if client is not None:
        for pk, distance in distances(client, ((link.customer, link.supplier) for link in links)).items():
            areas[pk].distance = distance


def _neighbourhood(areas: dict[int, AreaNow], links: list[LinkNow], here: AreaNow | None, text: str) -> set[int] | None:
    """The areas meant, those next to them, and their way to the client. None: nothing was asked for."""
    wanted = " ".join(text.casefold().split())
    if here:
        meant = {here.pk}
    elif wanted:
        meant = {area.pk for area in areas.values() if area.living and wanted in area.name.casefold()}
    else:
        return None
    shown = set(meant)
    for link in links:
        if link.customer in meant:
            shown.add(link.supplier)
        if link.supplier in meant:
            shown.add(link.customer)
    client = next((area.pk for area in areas.values() if area.is_client), None)
    if client is not None and meant:
        steps = steps_up(areas, links)
        for pk in list(meant)[:12]:
            shown.update(way_to_client(pk, client, steps))
    return shown


def steps_up(areas: dict[int, AreaNow], links: list[LinkNow]) -> dict[int, int]:
    """The next area on the way of each to the client."""
    far = {pk: area.distance for pk, area in areas.items() if area.distance is not None}
    return steps_to_client(far, ((link.customer, link.supplier) for link in links))


def _items(rows: Iterable[tuple[Any, ...]]) -> tuple[defaultdict[str, list[Item]], Counter[int]]:
    """The lists, each in its order, and how much is at risk on each link."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    at_risk: Counter[int] = Counter()
    for row in rows:
        kind, _n, ref, link, outcome, asker, performer, state, turn, answer_by, promise, due_at, why, since, *of = row
        times, occurrence, performers, askers, problem, its_ref = of
        if not kind:
            at_risk.update(performers or ())
            continue
        path = [performer]
        for areas in zip(performers, askers, strict=True):
            for area in areas:
                if path[-1] != area and area not in path:
                    path.append(area)
        found[kind].append(
            Item(
                kind,
                ref,
                link,
                outcome or "",
                asker,
                performer,
                state,
                turn if state in ("asked", "countered") else None,
                answer_by,
                promise,
                due_at,
                why,
                since,
                times,
                occurrence,
                "",
                path,
                problem or "",
                its_ref or "",
            )
        )
    return found, at_risk


def _fresh_until(organization: Organization, today: date, due_at: datetime | None) -> datetime:
    """The next instant at which time alone changes what is shown.

    A promise falls due, a verdict comes no more, or the day ends and with it "today", "due soon", "so many days late".
    """
    midnight = datetime.combine(today + timedelta(days=1), time(), organization.tz)
    # Due at noon is broken after noon, not at it.
    return min(midnight, due_at + timedelta(microseconds=1)) if due_at else midnight

"""What the board asks the database: seven statements that leave as one message, whatever the number of areas."""

from __future__ import annotations

from areas.rows import Prepared
from contracts.rates import EVERY
from contracts.standings import AWAITS_VERDICT, BROKEN_NOW, PAUSED
from requests.trace import DEEPEST

SHOWN = 20  # of each list; the counts say how many there are
RIPPLES = 400

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

# How a promise stands, as one number: several of its deliveries may be open.
IS_BROKEN, IS_SOON, IS_PAUSED, IS_TO_JUDGE = 1, 2, 4, 8

# What is in force on each link, by who owes it and how it stands; of most there is nothing to say, and NULL says it.
# What is due later and untouched is neither broken nor anything else that is counted: it is not read.
OWED = Prepared(f"""
WITH due AS (
    SELECT commitment_id, bit_or(stands) AS stands
    FROM (
        SELECT o.commitment_id, CASE WHEN o.due_at < %(now)s THEN {IS_BROKEN} ELSE {IS_SOON} END AS stands
        FROM {_UNSETTLED} AND o.due_at < %(soon)s AND {_NOT_BEGUN}
        UNION ALL
        SELECT o.commitment_id, CASE WHEN {BROKEN_NOW} THEN {IS_BROKEN} WHEN {PAUSED} THEN {IS_PAUSED}
            WHEN {AWAITS_VERDICT} THEN {IS_TO_JUDGE} ELSE 0 END
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

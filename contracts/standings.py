"""The rule of `contracts.clock.standing_of` as SQL, for whoever reads occurrences by the thousand.

Fragments over a row `o` of contracts_occurrence with the parameters %(now)s and %(soon)s (clock.soon_until). A property
test holds them equal to the rule. The predicates may be put into any WHERE or FILTER; none of them is ever NULL.
"""

from __future__ import annotations

LATE = "(o.delivered_at > o.due_at OR o.failed_at IS NOT NULL)"
_ENDED = "(o.cancelled_at IS NOT NULL OR o.waived_at IS NOT NULL)"
_ACCEPTED = "(o.judged_at IS NOT NULL AND o.worked IS TRUE)"

STANDING = f"""CASE
    WHEN o.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN o.waived_at IS NOT NULL THEN 'waived'
    WHEN o.delivered_at IS NOT NULL AND {_ACCEPTED} THEN
        CASE WHEN {LATE} THEN 'repaired' WHEN o.met IS FALSE THEN 'broken' ELSE 'kept' END
    WHEN o.delivered_at IS NOT NULL THEN
        CASE WHEN {LATE} OR o.met IS FALSE OR o.judged_at IS NOT NULL THEN 'broken'
            WHEN o.judge_by < %(now)s THEN 'unjudged' ELSE 'delivered' END
    WHEN o.failed_at IS NOT NULL THEN 'broken'
    WHEN o.paused_at IS NOT NULL THEN 'paused'
    WHEN o.due_at < %(now)s THEN 'overdue'
    WHEN o.due_at < %(soon)s THEN 'due_soon'
    ELSE 'upcoming'
END"""

# Of any row.
OVERDUE = f"""(NOT {_ENDED} AND o.delivered_at IS NULL AND o.failed_at IS NULL AND o.paused_at IS NULL
    AND o.due_at < %(now)s)"""
DUE_SOON = f"""(NOT {_ENDED} AND o.delivered_at IS NULL AND o.failed_at IS NULL AND o.paused_at IS NULL
    AND o.due_at >= %(now)s AND o.due_at < %(soon)s)"""
PAUSED = f"(NOT {_ENDED} AND o.delivered_at IS NULL AND o.failed_at IS NULL AND o.paused_at IS NOT NULL)"
# Reported, and the receiver has not said yet how it was: in time or not, within the days for it or after them.
AWAITS_VERDICT = f"(NOT {_ENDED} AND o.delivered_at IS NOT NULL AND o.judged_at IS NULL)"
KEPT = f"""(NOT {_ENDED} AND o.delivered_at IS NOT NULL AND {_ACCEPTED} AND o.delivered_at <= o.due_at
    AND o.failed_at IS NULL AND o.met IS NOT FALSE)"""
# Overdue, broken or repaired: what a rate counts as broken.
BROKEN = f"""(NOT {_ENDED} AND CASE
    WHEN o.failed_at IS NOT NULL THEN TRUE
    WHEN o.delivered_at IS NULL THEN o.paused_at IS NULL AND o.due_at < %(now)s
    ELSE o.delivered_at > o.due_at OR o.met IS FALSE OR (o.judged_at IS NOT NULL AND o.worked IS NOT TRUE)
END)"""
UNJUDGED = f"""({AWAITS_VERDICT} AND o.delivered_at <= o.due_at AND o.failed_at IS NULL AND o.met IS NOT FALSE
    AND coalesce(o.judge_by < %(now)s, FALSE))"""

# What a rate counts it as, or NULL: not at all yet. One number, so that it is decided once for many counts.
KEPT_ONE, BROKEN_ONE, UNJUDGED_ONE, WAIVED_ONE, CANCELLED_ONE = range(1, 6)
RESULT = f"""CASE
    WHEN o.cancelled_at IS NOT NULL THEN {CANCELLED_ONE}
    WHEN o.waived_at IS NOT NULL THEN {WAIVED_ONE}
    WHEN o.failed_at IS NOT NULL THEN {BROKEN_ONE}
    WHEN o.delivered_at IS NULL THEN CASE WHEN o.paused_at IS NULL AND o.due_at < %(now)s THEN {BROKEN_ONE} END
    WHEN o.delivered_at > o.due_at OR o.met IS FALSE THEN {BROKEN_ONE}
    WHEN o.judged_at IS NULL THEN CASE WHEN o.judge_by < %(now)s THEN {UNJUDGED_ONE} END
    WHEN o.worked THEN {KEPT_ONE}
    ELSE {BROKEN_ONE}
END"""

# Broken, and somebody still waits for something: it was not delivered, or waits for its verdict. What was accepted in
# the end counts in the rates only.
BROKEN_NOW = f"(o.settled_at IS NULL AND {BROKEN})"

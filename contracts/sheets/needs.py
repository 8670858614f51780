"""What each promise of a link needs from the opposite lane, for its sheet: whether that is met, and what waits for it.

One statement, whatever the number of promises.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from areas.models import Organization
from areas.rows import Prepared
from contracts.models import Commitment
from contracts.sheets import saying

# Not met: overdue and not delivered, or sent back and not delivered again (contracts.depending.unmet, at one moment).
NEEDS = Prepared(
    """
    SELECT c.ask_id, r.ref, k.outcome, late.since, waits.since
    FROM contracts_commitment c
    JOIN contracts_dependency d ON d.commitment_id = c.id AND d.ended_at IS NULL
    JOIN contracts_commitment r ON r.id = d.requirement_id
    JOIN contracts_clause k ON k.id = r.clause_id
    CROSS JOIN LATERAL (
        SELECT min(CASE WHEN o.failed_at IS NULL THEN o.due_at ELSE greatest(o.due_at,
            (SELECT max(f.at) FROM contracts_fact f
                WHERE f.occurrence_id = o.id AND f.deed = 'judged' AND f.worked IS FALSE)) END) AS since
        FROM contracts_occurrence o
        WHERE o.commitment_id = r.id AND o.settled_at IS NULL AND o.delivered_at IS NULL AND o.paused_at IS NULL
            AND o.due_at < %(now)s
    ) late
    CROSS JOIN LATERAL (
        SELECT min(z.began_at) AS since
        FROM contracts_occurrence o
        JOIN contracts_pause z ON z.occurrence_id = o.id AND z.ended_at IS NULL AND z.void_at IS NULL
        JOIN contracts_occurrence b ON b.id = z.because_id
        WHERE o.commitment_id = c.id AND o.paused_at IS NOT NULL AND b.commitment_id = r.id
    ) waits
    WHERE c.link_id = %(link)s AND c.ended_at IS NULL
    ORDER BY c.ask_id, d.at, d.id
    """
)


@dataclass(frozen=True)
class Need:
    """One promise of the opposite lane, without which this one cannot be kept."""

    ref: str
    outcome: str
    unmet_since: datetime | None
    paused_since: datetime | None
    organization: Organization

    @property
    def pill(self) -> str:
        return "soon" if self.unmet_since else "kept"

    @cached_property
    def said(self) -> str:
        return saying.need(self.unmet_since, self.organization)


def needs(rows: Iterable[tuple[Any, ...]], organization: Organization) -> dict[int, list[Need]]:
    """Ask pk → what its promise needs."""
    found: defaultdict[int, list[Need]] = defaultdict(list)
    for ask, ref, outcome, unmet_since, paused_since in rows:
        found[ask].append(Need(ref, outcome, unmet_since, paused_since, organization))
    return found


def needs_of(commitment: Commitment, now: datetime) -> list[Need]:
    """What one promise needs, the same as on its line."""
    organization = commitment.organization
    return needs(NEEDS(link=commitment.link_id, now=now), organization).get(commitment.ask_id, [])

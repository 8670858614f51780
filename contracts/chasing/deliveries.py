"""What must be delivered or judged, over the one stored column `chase_at` and its partial index.

A batch is one transaction of a few statements, whatever its size: claim, climb, late fact, rung, notices, letters.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from contracts import depending
from contracts.chasing.notices import AUDIENCE, COUNTED, Known, claimed, tell, told
from contracts.models import Occurrence
from post import incidents
from post.models import Incident

logger = logging.getLogger(__name__)

# What failed is looked at again after this long; the others go on.
ASIDE = timedelta(hours=1)

# A promise on which others depend, or that depends on others: its clock is decided one after the other (`in_order`).
ENTANGLED = """
o.ladder = 'delivery' AND (
    EXISTS (SELECT FROM contracts_dependency d WHERE d.commitment_id = o.commitment_id AND d.ended_at IS NULL)
 OR EXISTS (SELECT FROM contracts_dependency d WHERE d.requirement_id = o.commitment_id AND d.ended_at IS NULL))
"""
FREE = """
NOT EXISTS (SELECT FROM contracts_dependency d
             WHERE d.commitment_id = o.commitment_id AND d.ended_at IS NULL AND o.ladder = 'delivery')
AND NOT EXISTS (SELECT FROM contracts_dependency d
                 WHERE d.requirement_id = o.commitment_id AND d.ended_at IS NULL AND o.ladder = 'delivery')
"""
THESE = "o.id = ANY(%(these)s)"

# The moments of the rungs: `warn_at`, `base`, `escalate_at`. `reached` is the highest one that is past: after a long
# sleep only that one is written. Late is a fact of when it was due, not of when somebody noticed.
CLIMB = """
WITH due AS (
    SELECT o.id, o.organization_id, o.commitment_id, o.owes_id, o.owed_id, o.ladder, o.rung, o.deliveries,
           o.warn_at, o.due_at, o.escalate_at, o.failed_at,
           CASE o.ladder WHEN 'verdict' THEN o.judge_by ELSE o.due_at END AS base,
           o.settled_at IS NULL AND o.waived_at IS NULL AND o.cancelled_at IS NULL
           AND CASE o.ladder WHEN 'verdict' THEN o.delivered_at IS NOT NULL AND o.judged_at IS NULL
                             ELSE o.delivered_at IS NULL AND o.paused_at IS NULL END AS waited_for
      FROM contracts_occurrence o
     WHERE o.chase_at < %(now)s AND {which}
     ORDER BY o.chase_at, o.id
     LIMIT %(limit)s
       FOR NO KEY UPDATE OF o SKIP LOCKED
), seen AS (
    SELECT *, CASE WHEN NOT waited_for THEN 0
                   WHEN escalate_at < %(now)s THEN 3
                   WHEN base < %(now)s THEN 2
                   WHEN warn_at < %(now)s THEN 1
                   ELSE 0 END AS reached
      FROM due
), flipped AS (
    UPDATE contracts_occurrence o
       SET rung = greatest(o.rung, s.reached),
           chase_at = CASE WHEN NOT s.waited_for THEN NULL
                           WHEN greatest(s.rung, s.reached) = 0 AND s.warn_at >= %(now)s THEN s.warn_at
                           WHEN greatest(s.rung, s.reached) <= 1 THEN s.base
                           WHEN greatest(s.rung, s.reached) = 2 THEN s.escalate_at END
      FROM seen s
     WHERE o.id = s.id
), late AS (
    INSERT INTO contracts_fact (occurrence_id, n, deed, at, noted_at, by_name, voice, words)
    SELECT s.id, coalesce(f.last, 0) + 1, 'late', s.due_at, %(now)s, '', '', ''
      FROM seen s
      LEFT JOIN LATERAL (
           SELECT max(n) AS last, bool_or(deed = 'late' AND at = s.due_at) AS told
             FROM contracts_fact WHERE occurrence_id = s.id) f ON true
     WHERE s.ladder = 'delivery' AND s.reached >= 2 AND s.rung < 2
       AND (s.failed_at IS NULL OR s.failed_at < s.due_at)
       AND f.told IS NOT TRUE
), written AS (
    INSERT INTO contracts_rung (organization_id, kind, occurrence_id, round, n, due_at, at, noted_at)
    SELECT s.organization_id, s.ladder, s.id, s.deliveries, s.reached, s.base,
           CASE s.reached WHEN 1 THEN s.warn_at WHEN 2 THEN s.base ELSE s.escalate_at END, %(now)s
      FROM seen s
     WHERE s.reached > s.rung
        ON CONFLICT DO NOTHING
    RETURNING id, occurrence_id
), climbed AS (
    -- Before the day the owner; at the day the leads too; after it both sides and the facilitators. A catch-up stands
    -- for all the rungs that it jumps over, and is told to the people of all of them. A verdict is the receiver's.
    SELECT r.id AS rung, s.ladder AS kind, s.organization_id AS organization,
           CASE s.ladder WHEN 'verdict' THEN s.owed_id ELSE s.owes_id END AS performer,
           CASE WHEN s.ladder = 'delivery' AND s.rung < 2 THEN k.owner_id END AS owner,
           s.ladder = 'verdict' OR s.reached >= 2 AS leads,
           CASE WHEN s.reached = 3 THEN CASE s.ladder WHEN 'verdict' THEN s.owes_id ELSE s.owed_id END END AS other,
           s.reached = 3 AS facilitators
      FROM written r
      JOIN seen s ON s.id = r.occurrence_id
      JOIN contracts_commitment c ON c.id = s.commitment_id
      JOIN contracts_clause k ON k.id = c.clause_id
),
"""


def batch(now: datetime, limit: int, known: Known) -> tuple[int, int]:
    """One batch of what stands for itself; how many rows were claimed, and how many notices written."""
    try:
        return _climb(FREE, now, limit, known)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if not connection.is_usable():
            raise
        logger.warning("a batch of the chase failed (%s), it is tried in parts", type(error).__name__)
    these = list(
        Occurrence.objects.filter(chase_at__lt=now).order_by("chase_at", "pk").values_list("pk", flat=True)[:limit]
    )
    return _in_parts(these, now, known)


def _in_parts(these: list[int], now: datetime, known: Known) -> tuple[int, int]:
    """Halves what fails until the row that does it stands alone, and puts that one aside."""
    if not these:
        return 0, 0
    try:
        return _climb(f"{THESE} AND {FREE}", now, len(these), known, these)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if not connection.is_usable():
            raise
        if len(these) == 1:
            _put_aside(these[0], error, now)
            return 1, 0
    half = len(these) // 2
    (rows, notices), (more_rows, more_notices) = (
        _in_parts(these[:half], now, known),
        _in_parts(these[half:], now, known),
    )
    return rows + more_rows, notices + more_notices


def _climb(which: str, now: datetime, limit: int, known: Known, these: list[int] | None = None) -> tuple[int, int]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            statement = CLIMB.format(which=which) + AUDIENCE + COUNTED.format(of="seen")
            cursor.execute(statement, {"now": now, "limit": limit, "these": these})
            lines = cursor.fetchall()
        return claimed(lines), tell(told(lines), now, known)


def _put_aside(pk: int, error: Exception, now: datetime) -> None:
    Occurrence.objects.filter(pk=pk, chase_at__lt=now).update(chase_at=now + ASIDE)
    ref = Occurrence.objects.values_list("ref", flat=True).filter(pk=pk).first()
    incidents.note(Incident.Kind.ASIDE, now, f"occurrence {ref}: {type(error).__name__}", ended_at=now)
    logger.error("occurrence %s could not be chased and steps aside: %s", ref, type(error).__name__, exc_info=error)


# What depends on each other -------------------------------------------------------------------------------------------

WAITING_IN_ORDER = f"""
SELECT o.id FROM contracts_occurrence o
 WHERE o.chase_at < %(now)s AND {ENTANGLED}
 ORDER BY o.due_at, o.id
 LIMIT %(limit)s
"""


def in_order(now: datetime, limit: int, known: Known) -> tuple[int, int]:
    """What hangs together, in the order in which it fell due: whatever became late first stops the clocks behind it.

    One row is one transaction, and requirements are locked before what depends on them, as by the deeds of people.
    """
    with connection.cursor() as cursor:
        cursor.execute(WAITING_IN_ORDER, {"now": now, "limit": limit})
        waiting = [pk for (pk,) in cursor.fetchall()]
    rows = notices = 0
    for pk in waiting:
        try:
            with transaction.atomic():
                _stop_clocks(pk, now)
                done, told = _climb(THESE, now, 1, known, [pk])
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            if not connection.is_usable():
                raise
            _put_aside(pk, error, now)
            continue
        rows += done
        notices += told
    return rows, notices


def _stop_clocks(pk: int, now: datetime) -> None:
    """The clock of this one, if what it depends on was late before; then, if it is late itself, those behind it."""
    overdue = Occurrence.objects.filter(pk=pk, delivered_at__isnull=True, paused_at__isnull=True, due_at__lt=now)
    occurrence = overdue.first()
    if occurrence is None:
        return
    late = Occurrence.objects.filter(
        commitment__needed_by__commitment=occurrence.commitment_id,
        commitment__needed_by__ended_at__isnull=True,
        due_at__lt=occurrence.due_at,
        delivered_at__isnull=True,
        settled_at__isnull=True,
        paused_at__isnull=True,
    ).exclude(paused_others__occurrence=occurrence, paused_others__ended_at__isnull=True)
    for requirement in late.order_by("due_at", "pk"):
        depending.sync(requirement, now)
    occurrence = Occurrence.objects.filter(
        pk=pk, delivered_at__isnull=True, due_at__lt=now, paused_at__isnull=True
    ).first()
    if occurrence is not None:
        depending.sync(occurrence, now)

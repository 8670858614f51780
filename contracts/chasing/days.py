"""What is expected by a day: answers to asks, and reviews of contracts. Few rows, through their small indexes.

Nothing is stored on them: a rung that is not written yet is one to climb. `round` tells apart the days (and for asks
the side) that were waited for, so that a new day begins a new ladder.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from areas.calendar import Calendar
from areas.models import Organization
from contracts.chasing.notices import AUDIENCE, COUNTED, Known, claimed, tell, told
from contracts.models import Contract, Version
from contracts.words import Chased as Kind
from requests.models import Ask
from requests.states import OPEN, Side

logger = logging.getLogger(__name__)

ONE = timedelta(days=1)
# How far ahead of a day its first rung can stand: more working days than a ladder has, over the longest holidays.
AHEAD = timedelta(days=120)
EPOCH = date(2000, 1, 1)


@dataclass(frozen=True)
class Ladder:
    """The three rungs of an organization's days: before the day, when it is over, and after it."""

    calendar: Calendar
    warn_days: int
    escalate_days: int

    @classmethod
    def of(cls, organization: Organization) -> Ladder:
        return cls(organization.calendar, organization.warn_days, organization.escalate_days)

    def at(self, day: date, n: int) -> datetime:
        """When rung `n` of that day is climbed."""
        if n == 1:
            return self._opening(self.calendar.working_day(day, -self.warn_days))
        if n == 2:
            return self._midnight(day + ONE)
        return max(self._opening(self.calendar.working_day(day, self.escalate_days)), self.at(day, 2))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.calendar.zone).astimezone(UTC)

    def _opening(self, day: date) -> datetime:
        return self.calendar.next_open(self._midnight(day))

    def last_days(self, now: datetime) -> tuple[date, date, date]:
        """The last day of which each rung is past. A later day's rung is never earlier than an earlier day's."""
        over = now.astimezone(self.calendar.zone).date() - ONE
        first = third = over
        while self.warn_days and self.at(first + ONE, 1) <= now:
            first += ONE
        while self.at(third, 3) > now:
            third -= ONE
        return first, over, third


@dataclass(frozen=True)
class Rungs:
    """Rungs that wait to be climbed, and what is needed to tell of them."""

    organization: int
    thing: int
    day: date
    n: int
    round: int
    performer: int
    other: int


# An index scan over the days; the rungs of what is waited for are probed in their unique index.
ASKS = """
SELECT a.organization_id, a.id, a.answer_by, x.n, x.round,
       CASE a.turn WHEN 'asker' THEN a.asker_id ELSE a.performer_id END,
       CASE a.turn WHEN 'asker' THEN a.performer_id ELSE a.asker_id END
  FROM unnest(%(organizations)s::bigint[], %(first)s::date[], %(second)s::date[], %(third)s::date[])
       AS l(organization, first, second, third)
  JOIN requests_ask a ON a.organization_id = l.organization AND a.answer_by <= l.first AND a.state = ANY(%(open)s)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN a.answer_by <= l.third THEN 3 WHEN a.answer_by <= l.second THEN 2 ELSE 1 END AS n,
              2 * (a.answer_by - %(epoch)s::date) + (a.turn = 'asker')::int AS round) x
 WHERE a.answer_by >= %(epoch)s
   AND NOT EXISTS (SELECT FROM contracts_rung r WHERE r.ask_id = a.id AND r.round = x.round AND r.n >= x.n)
 ORDER BY a.answer_by, a.id
 LIMIT %(limit)s
"""
REVIEWS = """
SELECT c.organization_id, c.id, c.review_on, x.n, x.round, k.supplier_id, k.customer_id
  FROM unnest(%(organizations)s::bigint[], %(first)s::date[], %(second)s::date[], %(third)s::date[])
       AS l(organization, first, second, third)
  JOIN contracts_contract c ON c.organization_id = l.organization AND c.review_on <= l.first
  JOIN areas_link k ON k.id = c.link_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN c.review_on <= l.third THEN 3 WHEN c.review_on <= l.second THEN 2 ELSE 1 END AS n,
              c.review_on - %(epoch)s::date AS round) x
 WHERE c.review_on >= %(epoch)s
   AND EXISTS (SELECT FROM contracts_version v
                WHERE v.contract_id = c.id AND v.in_force_at IS NOT NULL AND v.superseded_at IS NULL)
   AND NOT EXISTS (SELECT FROM contracts_rung r WHERE r.contract_id = c.id AND r.round = x.round AND r.n >= x.n)
 ORDER BY c.review_on, c.id
 LIMIT %(limit)s
"""
CLIMB = """
WITH due AS (
    SELECT * FROM unnest(%(organizations)s::bigint[], %(things)s::bigint[], %(rounds)s::int[], %(ns)s::int[],
                         %(performers)s::bigint[], %(others)s::bigint[], %(due)s::timestamptz[], %(at)s::timestamptz[])
           AS d(organization, thing, round, n, performer, other, due_at, at)
), written AS (
    INSERT INTO contracts_rung (organization_id, kind, {thing}_id, round, n, due_at, at, noted_at)
    SELECT organization, %(kind)s, thing, round, n, due_at, at, %(now)s FROM due
        ON CONFLICT DO NOTHING
    RETURNING id, {thing}_id AS thing
), climbed AS (
    -- An answer is asked of the side whose turn it is, at its day of both, then of the facilitators too; a review of
    -- both sides, then of the facilitators too.
    SELECT r.id AS rung, %(kind)s AS kind, d.organization, d.performer, NULL::bigint AS owner, true AS leads,
           CASE WHEN d.n >= %(both)s THEN d.other END AS other, d.n = 3 AS facilitators
      FROM written r JOIN due d USING (thing)
),
"""


def chase(now: datetime, limit: int, known: Known) -> tuple[int, int]:
    """Rungs of asks that wait for an answer, and of contracts to be reviewed; how many, and how many notices."""
    soon = (now + AHEAD).date()
    in_force = Version.objects.filter(contract=OuterRef("pk"), in_force_at__isnull=False, superseded_at__isnull=True)
    waiting = Organization.objects.filter(
        Q(pk__in=Ask.objects.filter(state__in=OPEN, answer_by__lte=soon).values("organization"))
        | Q(pk__in=Contract.objects.filter(Exists(in_force), review_on__lte=soon).values("organization")),
        rehearses=None,
    )
    ladders = dict(_ladders(waiting, now))
    rows = notices = 0
    if ladders:
        for kind, thing, statement in ((Kind.ANSWER, "ask", ASKS), (Kind.REVIEW, "contract", REVIEWS)):
            rungs = _due(statement, ladders, now, limit)
            more_rows, more_notices = _in_parts(kind, thing, rungs, ladders, now, known) if rungs else (0, 0)
            rows, notices = rows + more_rows, notices + more_notices
    return rows, notices


def _ladders(organizations: QuerySet[Organization], now: datetime) -> Iterator[tuple[int, Ladder]]:
    for organization in organizations:
        try:
            ladder = Ladder.of(organization)
            ladder.last_days(now)
        except ValueError:
            logger.warning("organization %s has no working time: its days are not chased", organization.ref)
        else:
            yield organization.pk, ladder


def _due(statement: str, ladders: dict[int, Ladder], now: datetime, limit: int) -> list[Rungs]:
    first, second, third = zip(*(ladder.last_days(now) for ladder in ladders.values()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "organizations": list(ladders),
                "first": list(first),
                "second": list(second),
                "third": list(third),
                "epoch": EPOCH,
                "open": list(OPEN),
                "limit": limit,
            },
        )
        return [Rungs(*row) for row in cursor.fetchall()]


def _in_parts(
    kind: Kind, thing: str, rungs: list[Rungs], ladders: dict[int, Ladder], now: datetime, known: Known
) -> tuple[int, int]:
    """Halves what fails, until what does it stands alone: it is left for the next sweep, and the others go on."""
    try:
        with transaction.atomic():
            return _climb(kind, thing, rungs, ladders, now, known)
    except Exception as error:
        if not connection.is_usable():
            raise
        if len(rungs) == 1:
            logger.exception("%s %s could not be chased: %s", thing, rungs[0].thing, type(error).__name__)
            return 0, 0
    half = len(rungs) // 2
    (rows, notices) = _in_parts(kind, thing, rungs[:half], ladders, now, known)
    (more_rows, more_notices) = _in_parts(kind, thing, rungs[half:], ladders, now, known)
    return rows + more_rows, notices + more_notices


def _climb(
    kind: Kind, thing: str, rungs: list[Rungs], ladders: dict[int, Ladder], now: datetime, known: Known
) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            CLIMB.format(thing=thing) + AUDIENCE + COUNTED.format(of="written"),
            {
                "kind": kind,
                "now": now,
                "both": 1 if kind == Kind.REVIEW else 2,
                "organizations": [one.organization for one in rungs],
                "things": [one.thing for one in rungs],
                "rounds": [one.round for one in rungs],
                "ns": [one.n for one in rungs],
                "performers": [one.performer for one in rungs],
                "others": [one.other for one in rungs],
                "due": [ladders[one.organization].at(one.day, 2) for one in rungs],
                "at": [ladders[one.organization].at(one.day, one.n) for one in rungs],
            },
        )
        lines = cursor.fetchall()
    return claimed(lines), tell(told(lines), now, known)


def turn_of(round_: int) -> Side:
    """Whose answer a rung of an ask waits for."""
    return Side.ASKER if round_ % 2 else Side.PERFORMER


def day_of(kind: str, round_: int) -> date:
    """The day that a rung of an ask or a review stands for."""
    return EPOCH + timedelta(days=round_ // 2 if kind == Kind.ANSWER else round_)


def round_of(ask: Ask) -> int:
    """The round on which this ask stands now."""
    assert ask.answer_by is not None
    return 2 * (ask.answer_by - EPOCH).days + (ask.turn == Side.ASKER)

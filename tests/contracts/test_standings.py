"""The rule in SQL says of every row what the rule in Python says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts import standings
from contracts.clock import BROKEN, Columns, Standing, standing_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=2)
# Around the two moments that decide, so that "at" and "after" are both met.
MOMENTS = some.sampled_from(
    [at + timedelta(minutes=by) for at in (NOW - timedelta(days=1), NOW, SOON) for by in (-1, 0, 1)]
)
PAST = MOMENTS.filter(lambda at: at <= NOW)
TRUTH = some.sampled_from([None, True, False])
ROWS = some.builds(
    Columns,
    due_at=MOMENTS,
    delivered_at=some.none() | PAST,
    met=TRUTH,
    judged_at=some.none() | PAST,
    worked=TRUTH,
    failed_at=some.none() | PAST,
    waived_at=some.none() | some.none() | PAST,
    cancelled_at=some.none() | some.none() | PAST,
    paused_at=some.none() | PAST,
    judge_by=some.none() | MOMENTS,
)
NAMES = ("OVERDUE", "DUE_SOON", "PAUSED", "KEPT", "UNJUDGED", "BROKEN", "AWAITS_VERDICT", "RESULT")
RESULTS = {
    Standing.KEPT: standings.KEPT_ONE,
    **dict.fromkeys(BROKEN, standings.BROKEN_ONE),
    Standing.UNJUDGED: standings.UNJUDGED_ONE,
    Standing.WAIVED: standings.WAIVED_ONE,
    Standing.CANCELLED: standings.CANCELLED_ONE,
}


def said(rows: list[Columns]) -> list[tuple[Any, ...]]:
    """What the database says of the rows: the standing, and each predicate."""
    columns = ", ".join(
        f"{name} {'boolean' if name in ('met', 'worked') else 'timestamptz'}" for name in Columns.__dataclass_fields__
    )
    facts = json.dumps([{**vars(row), "n": n} for n, row in enumerate(rows)], default=datetime.isoformat)
    wanted = ", ".join(getattr(standings, name) for name in NAMES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {standings.STANDING}, {wanted} FROM jsonb_to_recordset(%(rows)s) AS o(n int, {columns})"
            " ORDER BY n",
            {"rows": facts, "now": NOW, "soon": SOON},
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@settings(max_examples=150, deadline=None)
@given(some.lists(ROWS, min_size=1, max_size=60))
def test_sql_and_the_rule_agree(rows: list[Columns]) -> None:
    for row, (standing, *holds) in zip(rows, said(rows), strict=True):
        expected = standing_of(row, now=NOW, soon_until=SOON)
        assert standing == expected
        claims = dict(zip(NAMES, holds, strict=True))
        for name in ("OVERDUE", "DUE_SOON", "PAUSED", "KEPT", "UNJUDGED"):
            assert claims[name] == (expected == Standing[name]), name
        assert claims["BROKEN"] == (expected in BROKEN)
        assert claims.pop("RESULT") == RESULTS.get(expected)
        assert None not in claims.values()
        ended = row.waived_at is not None or row.cancelled_at is not None
        assert claims["AWAITS_VERDICT"] == (row.delivered_at is not None and row.judged_at is None and not ended)

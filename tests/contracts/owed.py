"""Occurrences for tests that read them: rows as the deeds leave them, dated at will."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from areas.models import CalendarEdition
from contracts.models import Commitment, Occurrence
from requests.models import Ask
from tests.build import NOW


def commitment_of(ask: Ask) -> Commitment:
    return Commitment.objects.get(ask=ask, ended_at__isnull=True)


def falls_due(commitment: Commitment | Ask, due_at: datetime, **facts: Any) -> Occurrence:
    """One time that it falls due, with nothing done about it yet but what `facts` say."""
    if isinstance(commitment, Ask):
        commitment = commitment_of(commitment)
    edition, _made = CalendarEdition.objects.get_or_create(
        organization=commitment.organization, digest="for tests", defaults={"data": {}, "at": NOW}
    )
    return Occurrence.objects.create(
        **{
            "commitment": commitment,
            "organization": commitment.organization,
            "link": commitment.link,
            "owes": commitment.owes,
            "owed": commitment.owed,
            "slot": f"{due_at:%Y-%m-%d %H:%M}",
            "calendar": edition,
            "starts_at": due_at - timedelta(days=7),
            "planned_at": due_at,
            "due_at": due_at,
            **facts,
        }
    )


def kept(commitment: Commitment | Ask, due_at: datetime, **facts: Any) -> Occurrence:
    """Delivered an hour early and accepted."""
    at = due_at - timedelta(hours=1)
    return falls_due(
        commitment,
        due_at,
        **{"delivered_at": at, "judged_at": at, "on_time": True, "worked": True, "easy": True, "settled_at": at},
        **facts,
    )


def repaired(commitment: Commitment | Ask, due_at: datetime, **facts: Any) -> Occurrence:
    """Delivered an hour late, and accepted."""
    at = due_at + timedelta(hours=1)
    return falls_due(
        commitment,
        due_at,
        **{"delivered_at": at, "judged_at": at, "on_time": False, "worked": True, "easy": True, "settled_at": at},
        **facts,
    )

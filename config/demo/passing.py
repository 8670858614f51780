"""Letting time pass in the demo: the deed behind the control."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from config.demo_clock import tell
from config.models import DemoClock

FARTHEST = timedelta(days=3 * 366)


@transaction.atomic
def pass_by(length: timedelta) -> timedelta:
    """Let so much time pass, never backward; the new offset. Raises ValueError for what is not ahead or too far."""
    if length <= timedelta(0):
        raise ValueError("Time only goes forward.")
    row, _made = DemoClock.objects.select_for_update().get_or_create(pk=1)
    if row.ahead + length > FARTHEST:
        raise ValueError("So far ahead there is no calendar any more.")
    DemoClock.objects.filter(pk=1).update(ahead=F("ahead") + length)
    row.refresh_from_db()
    transaction.on_commit(lambda: tell(row.ahead))
    return row.ahead


def restore() -> None:
    """Tell the processes again what the database knows: Valkey may have been emptied."""
    row = DemoClock.objects.filter(pk=1).first()
    if row is not None:
        tell(row.ahead)

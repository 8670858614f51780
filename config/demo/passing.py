"""Letting time pass in the demo: the deed behind the control."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta

from celery import current_app
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from areas import journal
from areas.models import Organization
from config.demo_clock import LOOKS_EVERY, tell
from config.models import DemoClock

logger = logging.getLogger(__name__)

FARTHEST = timedelta(days=3 * 366)
# What the visitor may let pass.
LENGTHS = {"day": 1, "week": 7}
# So long after people have come to work: what waited for the opening hour is due then.
A_LITTLE = timedelta(minutes=5)
# What the beat would ring within a minute, in this order. Chase and digest ring the post themselves.
TASKS = ("contracts.tasks.open_ahead", "contracts.tasks.chase", "contracts.tasks.digest", "post.tasks.deliver")


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


@transaction.atomic
def jump(days: int, now: datetime) -> datetime:
    """So many days on, to a moment at which the people of all demo companies work: letters leave at once. The real
    workers do what is due by then. Raises ValueError.
    """
    moment = landing(days, now)
    length = moment - now
    pass_by(length)
    # Nobody is signed out because a week passed in a second.
    Session.objects.update(expire_date=F("expire_date") + length)
    for organization in _companies():
        journal.touch(organization)
    transaction.on_commit(_ring)
    return moment


def landing(days: int, now: datetime) -> datetime:
    """When people begin to work so many days from now, or on the next day on which all of them do."""
    companies = _companies()
    if not companies:
        raise ValueError("Nobody lives here yet.")
    zone = companies[0].tz
    day = now.astimezone(zone).date() + timedelta(days=days)
    moment = datetime.combine(day, time(), zone).astimezone(UTC)
    calendars = [organization.calendar for organization in companies]
    while not all(calendar.is_open(moment) for calendar in calendars):
        moment = max(calendar.next_open(moment) for calendar in calendars)
    return moment + A_LITTLE


def _companies() -> list[Organization]:
    return list(Organization.objects.filter(is_demo=True).order_by("pk"))


def _ring() -> None:
    for task in TASKS:
        try:
            # By then every process has looked at the clock again.
            current_app.send_task(task, countdown=2 * LOOKS_EVERY, retry=False, ignore_result=True)
        except Exception as error:  # whatever the broker's client raises: the beat rings within a minute
            logger.warning("the broker takes no rings, the beat will: %s", type(error).__name__)
            return

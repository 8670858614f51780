"""The ladder of reminders of an organization: when its rungs stand, and bringing what is under way onto a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from areas import journal
from areas.access import Actor
from areas.calendar import Calendar
from areas.editing import save_if_unchanged
from areas.models import Organization
from contracts import deriving
from contracts.models import Occurrence

FIELDS = ("warn_days", "escalate_days", "digest_weekday", "digest_time")
BATCH = 500


def change(actor: Actor, values: Mapping[str, object], *, version: int, now: datetime) -> Organization:
    """Set up the ladder and the hour of the digest. What is under way climbs on by it. Raises ChangedMeanwhile."""
    organization = Organization.objects.get(pk=actor.organization.pk)
    before = (organization.warn_days, organization.escalate_days)
    for name in FIELDS:
        setattr(organization, name, values[name])
    with transaction.atomic():
        save_if_unchanged(organization, version, FIELDS)
        journal.record(organization, "ladder.changed", by=actor.membership, now=now)
    if before != (organization.warn_days, organization.escalate_days):
        climb_on(organization)
    return organization


SET = """
UPDATE contracts_occurrence o SET warn_at = n.warn_at, escalate_at = n.escalate_at, chase_at = n.chase_at
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
       AS n(id, warn_at, escalate_at, chase_at)
 WHERE o.id = n.id
"""


def climb_on(organization: Organization) -> int:
    """The rungs to come of all that is waited for, batch by batch: nobody who delivers meanwhile waits long.

    What was climbed stays climbed: nobody is told twice, and a rung that now lies in the past is told at once.
    """
    last = total = 0
    while True:
        with transaction.atomic():
            rows = list(
                Occurrence.objects.filter(organization=organization, settled_at__isnull=True, warn_at__isnull=False)
                .filter(pk__gt=last)
                .select_related("calendar", "commitment")
                .select_for_update(no_key=True, of=("self",))
                .order_by("pk")[:BATCH]
            )
            for row in rows:
                deriving.schedule_chase(row, organization)
            with connection.cursor() as cursor:
                columns = [(row.pk, row.warn_at, row.escalate_at, row.chase_at) for row in rows]
                cursor.execute(SET, [list(column) for column in zip(*columns, strict=True)] or [[], [], [], []])
        total += len(rows)
        if len(rows) < BATCH:
            return total
        last = rows[-1].pk


# An example to look at ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """A day of the example. `rung`: 1 before, 2 due, 3 after; 0 for a day on which nobody is told."""

    on: date
    is_working: bool
    rung: int


def example(calendar: Calendar, warn_days: int, escalate_days: int, today: date) -> list[Day]:
    """A promise that is due on the Thursday of next week, day by day from the first reminder to the last."""
    due_on = calendar.working_day(today + timedelta(days=10 - today.weekday()), 0)
    first = calendar.working_day(due_on, -warn_days) if warn_days else due_on
    last = calendar.working_day(due_on, escalate_days)
    shown = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rungs = {first: 1, last: 3, due_on: 2}
    return [Day(on, calendar.is_working(on), rungs.get(on, 0)) for on in shown]


def morning_of(calendar: Calendar, on: date) -> time:
    """When the working time of a day begins, on its own clock."""
    segments = calendar.segments_on(on)
    return segments[0][0].astimezone(calendar.zone).time() if segments else time(9)


def a_day(weekday: int) -> date:
    """Some day with that weekday, to be put into words."""
    return date(2024, 1, 1) + timedelta(days=weekday)

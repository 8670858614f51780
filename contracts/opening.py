"""Each time that a commitment falls due, opened ahead so that it can be seen, delivered and chased.

A commitment names the moment at which its next occurrence has to be opened (`opens_at`), so that the sweep of each
minute reads an index and, nearly always, finds nothing. What was opened keeps the calendar that it was made with.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from areas import working
from areas.calendar import Calendar
from areas.models import CalendarEdition, Organization
from contracts import deriving
from contracts.deriving import next_rung, rungs, schedule_chase
from contracts.models import Commitment, Fact, Occurrence, Pause
from contracts.schedule import Due, due_moment, recurring
from contracts.words import Deed
from post import live
from requests.words import Shape

__all__ = ["AHEAD", "close", "open_ahead", "replan", "replan_changed", "schedule_chase"]

log = logging.getLogger(__name__)

AHEAD = timedelta(days=35)
# So far ahead the next time of a rare promise is looked for.
RARE = timedelta(days=3660)
ONE_DAY = timedelta(days=1)
BATCH = 500
# A promise whose calendar knows no working time is looked at again then.
LATER = timedelta(hours=1)
# How long it is taken for granted that the future of an organization follows its calendar.
TRUSTED = 600


def open_ahead(now: datetime, *, commitments: QuerySet[Commitment] | Iterable[Commitment] | None = None) -> int:
    """Open what falls due within `AHEAD`, and at least the next time of each; the number of occurrences made.

    Of a commitment that began in the past each time since then is opened. Without `commitments`: all that are due to
    be looked at, batch by batch, each in a transaction of its own. May run twice at once.
    """
    living = Commitment.objects.filter(ended_at__isnull=True)
    if commitments is not None:
        with transaction.atomic():
            _seen, made = _open(living.filter(pk__in=[one.pk for one in commitments], opens_at__lte=now), now)
        return made
    total = 0
    while True:
        # Whoever holds the row of a commitment (a version comes in force) opens it as well, or ends it.
        waiting = living.filter(opens_at__lte=now).select_for_update(no_key=True, skip_locked=True, of=("self",))
        with transaction.atomic():
            seen, made = _open(waiting.order_by("opens_at", "pk")[:BATCH], now)
        total += made
        if seen < BATCH:
            return total


def _open(which: QuerySet[Commitment], now: datetime) -> tuple[int, int]:
    """(commitments looked at, occurrences made)."""
    rows = list(which.select_related("organization", "clause"))
    if not rows:
        return 0, 0
    organizations = {row.organization_id: row.organization for row in rows}
    editions = {pk: working.edition(organization, now) for pk, organization in organizations.items()}
    newest = _newest(rows)
    made: list[Occurrence] = []
    looked: list[tuple[int, datetime | None]] = []
    for row in rows:
        kept = editions[row.organization_id]
        try:
            found, opens_at = _times(row, kept.calendar, now, newest.get(row.pk))
            made += [_occurrence(row, kept, time, organizations[row.organization_id]) for time in found]
        except ValueError:
            log.exception("Commitment %s cannot be opened with its calendar.", row.pk)
            opens_at = now + LATER
        looked.append((row.pk, opens_at))
    Occurrence.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
    _set("contracts_commitment", {"opens_at": "timestamptz"}, [(pk, at) for pk, at in looked])
    _show({one.organization_id for one in made})
    return len(rows), len(made)


@dataclass(frozen=True)
class Time:
    """One time to be opened."""

    slot: str
    starts_at: datetime
    due_at: datetime


def _newest(rows: Sequence[Commitment]) -> dict[int, tuple[date, datetime]]:
    """Of what recurs: the rule's date that was opened last, and its planned moment."""
    last = (
        Occurrence.objects.filter(commitment__in=[row.pk for row in rows if row.clause.shape != Shape.ONCE])
        .order_by("commitment", "-slot")
        .distinct("commitment")
        .values_list("commitment", "slot", "planned_at")
    )
    return {pk: (date.fromisoformat(slot), planned_at) for pk, slot, planned_at in last}


def _times(
    row: Commitment, calendar: Calendar, now: datetime, newest: tuple[date, datetime] | None
) -> tuple[list[Time], datetime | None]:
    """What of a commitment is to be opened now, and when to look again (None: never)."""
    promise = row.clause
    if promise.shape == Shape.ONCE:
        # It falls due once, also where it was signed too late; after an event: when somebody says that it happened.
        due_at = due_moment(promise, calendar.zone)
        return ([Time("once", row.started_at, due_at.astimezone(UTC))] if due_at else []), None
    found: list[Time] = []
    begin = newest[0] + ONE_DAY if newest else row.started_at.astimezone(calendar.zone).date()
    until = newest[1] if newest else row.started_at
    seen = newest is not None
    horizon = (now + AHEAD).astimezone(calendar.zone).date()
    near = recurring(promise, calendar, begin, horizon)
    rare = recurring(promise, calendar, max(begin, horizon + ONE_DAY), horizon + RARE)
    for due in chain(near, rare):
        if due.at < row.started_at:
            continue
        if due.on > horizon and seen and until > now:
            return found, min(due.at - AHEAD, until)
        found.append(Time(due.on.isoformat(), until, due.at))
        until, seen = due.at, True
    return found, until if until > now else now + ONE_DAY


def _occurrence(row: Commitment, kept: CalendarEdition, time: Time, organization: Organization) -> Occurrence:
    warn_at, escalate_at = rungs(time.due_at, time.starts_at, kept.calendar, organization)
    return Occurrence(
        commitment=row,
        organization_id=row.organization_id,
        link_id=row.link_id,
        owes_id=row.owes_id,
        owed_id=row.owed_id,
        slot=time.slot,
        calendar=kept,
        starts_at=time.starts_at,
        planned_at=time.due_at,
        due_at=time.due_at,
        warn_at=warn_at,
        escalate_at=escalate_at,
        chase_at=next_rung(0, warn_at, time.due_at, escalate_at),
    )


def _set(table: str, columns: dict[str, str], rows: Sequence[tuple[object, ...]]) -> None:
    """One UPDATE for rows that each get values of their own: (pk, value, …)."""
    if not rows:
        return
    names = ", ".join(f"{name} = new.{name}" for name in columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *columns.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS old SET {names} FROM unnest({arrays}) AS new(id, {', '.join(columns)})"
            " WHERE old.id = new.id",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _show(organizations: set[int]) -> None:
    """The boards of these organizations look again; nothing is told in their journals."""
    if not organizations:
        return
    rows = Organization.objects.filter(pk__in=organizations)
    rows.update(revision=F("revision") + 1)
    for ref, revision in rows.values_list("ref", "revision"):
        live.announce((f"o:{ref}",), revision)


# A calendar changed ---------------------------------------------------------------------------------------------------


def replan(organization: Organization, now: datetime) -> int:
    """Bring what is due in the future, and that nothing has happened to, to the organization's calendar as it is now;
    the number of occurrences changed. The past stays, and so does what is paused or has been started by an event.
    """
    with transaction.atomic():
        kept = working.edition(organization, now)
        rows = list(
            _untouched(organization, now)
            .exclude(calendar=kept)
            .select_related("commitment__clause")
            .select_for_update(no_key=True, of=("self",))
            .order_by("commitment", "slot")
        )
        times = _replanned(rows, kept.calendar)
        moved: list[tuple[object, ...]] = []
        gone: list[Occurrence] = []
        for row in rows:
            time = times.get((row.commitment_id, row.slot))
            if time is None:
                gone.append(row)
            elif time.due_at > now:
                warn_at, escalate_at = rungs(time.due_at, time.starts_at, kept.calendar, organization)
                chase_at = next_rung(row.rung, warn_at, time.due_at, escalate_at)
                moments = (time.starts_at, time.due_at, time.due_at, warn_at, escalate_at, chase_at)
                moved.append((row.pk, kept.pk, *moments))
        columns = dict.fromkeys(
            ("starts_at", "planned_at", "due_at", "warn_at", "escalate_at", "chase_at"), "timestamptz"
        )
        _set("contracts_occurrence", {"calendar_id": "bigint", **columns}, moved)
        _drop(gone, now)
        added = _added(organization, kept, now)
        living = Commitment.objects.filter(organization=organization, ended_at__isnull=True, opens_at__isnull=False)
        living.update(opens_at=now)
        if moved or gone or added:
            _show({organization.pk})
    return len(moved) + len(gone) + added


def _untouched(organization: Organization, now: datetime) -> QuerySet[Occurrence]:
    of = OuterRef("pk")
    return Occurrence.objects.filter(
        ~Exists(Fact.objects.filter(occurrence=of)),
        ~Exists(Pause.objects.filter(occurrence=of)),
        organization=organization,
        settled_at__isnull=True,
        planned_at__gt=now,
        due_at__gt=now,
    )


def _replanned(rows: Iterable[Occurrence], calendar: Calendar) -> dict[tuple[int, str], Time]:
    """(commitment, slot) → when it is due by that calendar; missing where it does not fall due any more."""
    found: dict[tuple[int, str], Time] = {}
    by_commitment: dict[int, list[Occurrence]] = {}
    for row in rows:
        by_commitment.setdefault(row.commitment_id, []).append(row)
    for pk, group in by_commitment.items():
        promise = group[0].commitment.clause
        if promise.shape == Shape.ONCE:
            due_at = due_moment(promise, calendar.zone)
            if due_at is not None:
                found[pk, "once"] = Time("once", group[0].starts_at, due_at.astimezone(UTC))
            continue
        on = [date.fromisoformat(row.slot) for row in group]
        starts_at = group[0].starts_at
        for due in recurring(promise, calendar, on[0], on[-1]):
            slot = due.on.isoformat()
            found[pk, slot] = Time(slot, min(starts_at, due.at), due.at)
            starts_at = due.at
    return found


def _drop(rows: Sequence[Occurrence], now: datetime) -> None:
    """Days that are not worked any more: the rows go, but for those of which somebody was reminded."""
    Occurrence.objects.filter(pk__in=[row.pk for row in rows if not row.rung]).delete()
    _cancel([row for row in rows if row.rung], now)


def _added(organization: Organization, kept: CalendarEdition, now: datetime) -> int:
    """Days that are worked now, among those that were opened already."""
    rows = list(
        Commitment.objects.filter(organization=organization, ended_at__isnull=True, opens_at__isnull=False)
        .select_related("clause")
        .exclude(clause__shape=Shape.ONCE)
    )
    newest = _newest(rows)
    there = set(
        Occurrence.objects.filter(commitment__in=newest, planned_at__gt=now - AHEAD).values_list("commitment", "slot")
    )
    today = now.astimezone(kept.calendar.zone).date()
    missing: list[Occurrence] = []
    for row in rows:
        if row.pk not in newest:
            continue
        before: Due | None = None
        for due in recurring(row.clause, kept.calendar, today, newest[row.pk][0]):
            if due.at > now and due.at >= row.started_at and (row.pk, due.on.isoformat()) not in there:
                starts_at = max(before.at if before else now, row.started_at)
                time = Time(due.on.isoformat(), min(starts_at, due.at), due.at)
                missing.append(_occurrence(row, kept, time, organization))
            before = due
    Occurrence.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def replan_changed(now: datetime) -> int:
    """Replan each organization whose calendar is not the one that its future was made with.

    The cache only spares the look: emptied, every organization is looked at once more.
    """
    changed = 0
    for organization in Organization.objects.filter(commitments__ended_at__isnull=True).distinct().order_by("pk"):
        data = json.dumps(organization.calendar.as_data(), sort_keys=True)
        key, now_is = f"replanned:{organization.pk}", hashlib.sha256(data.encode()).hexdigest()
        if cache.get(key) == now_is:
            continue
        if _untouched(organization, now).exclude(calendar=working.edition(organization, now)).exists():
            changed += replan(organization, now)
        cache.set(key, now_is, TRUSTED)
    return changed


# A version came in force ----------------------------------------------------------------------------------------------


def close(commitments: Iterable[Commitment], now: datetime) -> None:
    """These promises have ended. What would have been due after `now` is cancelled if it is not delivered; what was
    due before stays as it is and may still be delivered, judged or forgiven, but nobody is chased for it any more.
    """
    pks = [one.pk for one in commitments]
    undelivered = Occurrence.objects.filter(
        commitment__in=pks, delivered_at__isnull=True, waived_at__isnull=True, cancelled_at__isnull=True
    )
    rows = list(undelivered.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    _cancel([row for row in rows if row.due_at > now or row.paused_at is not None], now)
    undelivered.update(chase_at=None, warn_at=None, escalate_at=None)
    # Accepted off its target: it waited for the next time, which does not come.
    Occurrence.objects.filter(
        commitment__in=pks, settled_at__isnull=True, delivered_at__isnull=False, worked=True, met=False
    ).update(settled_at=now)


def _cancel(rows: Sequence[Occurrence], now: datetime) -> None:
    pks = [row.pk for row in rows]
    if not pks:
        return
    Pause.objects.filter(occurrence__in=pks, ended_at__isnull=True, void_at__isnull=True).update(ended_at=now)
    numbered = Fact.objects.filter(occurrence__in=pks).order_by("occurrence", "-n").distinct("occurrence")
    last = dict(numbered.values_list("occurrence", "n"))
    Fact.objects.bulk_create(
        Fact(occurrence_id=pk, n=last.get(pk, 0) + 1, deed=Deed.CANCELLED, at=now, noted_at=now) for pk in pks
    )
    for row in deriving.occurrences().filter(pk__in=pks, pauses__isnull=False).distinct():
        deriving.refresh(row, deriving.story_of(row))
    Occurrence.objects.filter(pk__in=pks).update(
        cancelled_at=now,
        settled_at=now,
        paused_at=None,
        chase_at=None,
        warn_at=None,
        escalate_at=None,
        version=F("version") + 1,
    )

"""Facts and a given `now` → where a promise stands. Pure: no row is read, none is written.

The seam of everything that is due: whoever shows or counts promises asks here, so that one rule names the standing.
A fact is what happened, so no fact is later than `now`; only being due, being due soon and waiting too long for a
verdict come by time alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from areas.calendar import ZERO, Calendar
from contracts.schedule import due_after, due_moment
from requests.models import Promise
from requests.words import Compare

SOON_DAYS = 2
VERDICT_DAYS = 3
SATURDAY = 5


class Standing(models.TextChoices):
    UPCOMING = "upcoming", _("upcoming")
    DUE_SOON = "due_soon", _("due soon")
    PAUSED = "paused", _("paused")
    OVERDUE = "overdue", _("overdue")
    DELIVERED = "delivered", _("delivered")
    KEPT = "kept", _("kept")
    BROKEN = "broken", _("broken")
    REPAIRED = "repaired", _("repaired")
    UNJUDGED = "unjudged", _("not judged")
    WAIVED = "waived", _("waived")
    CANCELLED = "cancelled", _("cancelled")


BROKEN = frozenset({Standing.OVERDUE, Standing.BROKEN, Standing.REPAIRED})


def is_broken(standing: Standing) -> bool:
    """Whether it counts as broken. A repaired one is no longer chased, but it was broken."""
    return standing in BROKEN


# What happened --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pause:
    """A time during which a requirement was not met. `because` names the requirement for whoever tells the story."""

    began_at: datetime
    ended_at: datetime | None = None
    because: str = field(default="", compare=False)


@dataclass(frozen=True)
class Facts:
    """Everything that happened to one occurrence and counts now.

    `planned_at` may be None for a promise whose terms say the moment: a fixed day, or a time after the event that was
    at `starts_at`. `delivered_at` is the delivery that stands: none after it was sent back (`failed_at`).
    """

    planned_at: datetime | None
    starts_at: datetime
    pauses: tuple[Pause, ...] = ()
    delivered_at: datetime | None = None
    value: Decimal | None = None
    judged_at: datetime | None = None
    worked: bool | None = None
    failed_at: datetime | None = None
    waived_at: datetime | None = None
    cancelled_at: datetime | None = None
    judge_by: datetime | None = None


@dataclass(frozen=True)
class Policy:
    """Working days: so near is soon; so long the receiver has to judge."""

    soon_days: int = SOON_DAYS
    verdict_days: int = VERDICT_DAYS


class Row(Protocol):
    """What an occurrence stores of its facts."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def delivered_at(self) -> datetime | None: ...
    @property
    def met(self) -> bool | None: ...
    @property
    def judged_at(self) -> datetime | None: ...
    @property
    def worked(self) -> bool | None: ...
    @property
    def failed_at(self) -> datetime | None: ...
    @property
    def waived_at(self) -> datetime | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def judge_by(self) -> datetime | None: ...


@dataclass(frozen=True)
class Columns:
    """A `Row` that nobody stored: computed from facts, or a promise that has no occurrence yet."""

    due_at: datetime | None
    delivered_at: datetime | None = None
    met: bool | None = None
    judged_at: datetime | None = None
    worked: bool | None = None
    failed_at: datetime | None = None
    waived_at: datetime | None = None
    cancelled_at: datetime | None = None
    paused_at: datetime | None = None
    judge_by: datetime | None = None


# The due moment -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Still:
    """A stretch during which the clock stood still, whatever the number of pauses that made it."""

    pauses: tuple[Pause, ...]
    began_at: datetime
    ended_at: datetime | None
    lost: timedelta
    # When it was due from then on.
    due_at: datetime


def planned(facts: Facts, calendar: Calendar, terms: Promise) -> datetime:
    """When it was to be due before any pause. Raises ValueError if neither facts nor terms say it."""
    moment = facts.planned_at or due_moment(terms, calendar.zone) or due_after(terms, calendar, facts.starts_at)
    if moment is None:
        raise ValueError("Each time of a recurring promise is told when it is due.")
    return moment.astimezone(UTC)


def _stills(facts: Facts, calendar: Calendar, due_at: datetime) -> list[_Still]:
    """The stretches that count, in order: those that began while the clock ran, from its start to the due moment.

    Pauses that overlap or touch are one stretch. A delivery ends what was still running.
    """
    found: list[_Still] = []
    counted = []
    for pause in facts.pauses:
        began_at, ended_at = max(pause.began_at, facts.starts_at), pause.ended_at
        if facts.delivered_at is not None:
            ended_at = min(ended_at or facts.delivered_at, facts.delivered_at)
        if ended_at is None or ended_at > began_at:
            counted.append((began_at, ended_at, pause))
    counted.sort(key=lambda stretch: stretch[0])
    while counted:
        began_at, ended_at, pause = counted.pop(0)
        if began_at >= due_at:
            break
        pauses = [pause]
        while counted and (ended_at is None or counted[0][0] <= ended_at):
            _began, until, pause = counted.pop(0)
            pauses.append(pause)
            ended_at = None if ended_at is None or until is None else max(ended_at, until)
        lost = ZERO
        if ended_at is not None:
            lost = calendar.between(began_at, ended_at)
            due_at = _moved(calendar, due_at, began_at, ended_at, lost)
        found.append(_Still(tuple(pauses), began_at, ended_at, lost, due_at))
    return found


def _moved(calendar: Calendar, due_at: datetime, began_at: datetime, ended_at: datetime, lost: timedelta) -> datetime:
    moved = calendar.after(due_at, lost)
    if not calendar.between(began_at, due_at):
        # Due outside of working time, midnight say, and the clock stood still from the evening on: the hours that were
        # left are left when it goes on, else it would be late at once.
        moved = max(moved, ended_at + (due_at - began_at))
    return moved.astimezone(UTC)


def due(facts: Facts, calendar: Calendar, terms: Promise) -> datetime:
    """When it is due: the planned moment, moved by the working time lost in pauses that ended."""
    due_at = planned(facts, calendar, terms)
    stills = _stills(facts, calendar, due_at)
    return stills[-1].due_at if stills else due_at


def paused_since(facts: Facts, calendar: Calendar, terms: Promise) -> datetime | None:
    """Since when its clock stands still, if it does."""
    stills = _stills(facts, calendar, planned(facts, calendar, terms))
    return stills[-1].began_at if stills and stills[-1].ended_at is None else None


def judge_until(delivered_at: datetime, calendar: Calendar, policy: Policy = Policy()) -> datetime:
    """Until when the receiver judges: the end of the n-th working day after the delivery."""
    return calendar.end_of(calendar.working_day(delivered_at.astimezone(calendar.zone).date(), policy.verdict_days))


def on_target(terms: Promise, value: Decimal | None) -> bool | None:
    """Whether a measured value keeps the promise; None where there is no target, or no value."""
    if terms.target is None or not terms.compare or value is None:
        return None
    return value <= terms.target if terms.compare == Compare.AT_MOST else value >= terms.target


# The rule -------------------------------------------------------------------------------------------------------------


def is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def soon_until(
    now: datetime, zone: ZoneInfo, *, days: int = SOON_DAYS, is_working: Callable[[date], bool] = is_weekday
) -> datetime:
    """The end of the day that lies so many working days ahead, in the organization's zone.

    What is due by then is due soon. Computed once for a whole board: the comparison per promise is all that is left.
    """
    day = now.astimezone(zone).date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_working(day)
    return datetime.combine(day + timedelta(days=1), time(), zone)


def standing_of(row: Row, *, now: datetime, soon_until: datetime) -> Standing:
    """Where one occurrence stands: THE rule. A promise without a due moment (its event is to come) is upcoming."""
    if row.cancelled_at is not None:
        return Standing.CANCELLED
    if row.waived_at is not None:
        return Standing.WAIVED
    if row.delivered_at is not None:
        return _delivered(row, now)
    if row.failed_at is not None:
        return Standing.BROKEN
    if row.paused_at is not None:
        return Standing.PAUSED
    if row.due_at is None:
        return Standing.UPCOMING
    if now > row.due_at:
        return Standing.OVERDUE
    return Standing.DUE_SOON if row.due_at < soon_until else Standing.UPCOMING


def _delivered(row: Row, now: datetime) -> Standing:
    assert row.delivered_at is not None
    late = row.due_at is not None and row.delivered_at > row.due_at
    if row.judged_at is not None and row.worked:
        if late or row.failed_at is not None:
            return Standing.REPAIRED
        return Standing.BROKEN if row.met is False else Standing.KEPT
    if late or row.failed_at is not None or row.met is False or row.judged_at is not None:
        return Standing.BROKEN
    return Standing.UNJUDGED if row.judge_by is not None and now > row.judge_by else Standing.DELIVERED


def columns(facts: Facts, calendar: Calendar, terms: Promise, policy: Policy = Policy()) -> Columns:
    """What an occurrence with these facts stores."""
    judge_by = facts.judge_by
    if judge_by is None and facts.delivered_at is not None:
        judge_by = judge_until(facts.delivered_at, calendar, policy)
    return Columns(
        due_at=due(facts, calendar, terms),
        delivered_at=facts.delivered_at,
        met=on_target(terms, facts.value),
        judged_at=facts.judged_at,
        worked=facts.worked,
        failed_at=facts.failed_at,
        waived_at=facts.waived_at,
        cancelled_at=facts.cancelled_at,
        paused_at=paused_since(facts, calendar, terms),
        judge_by=judge_by,
    )


def standing(facts: Facts, calendar: Calendar, terms: Promise, now: datetime, policy: Policy = Policy()) -> Standing:
    """Where an occurrence stands, from its facts."""
    soon = soon_until(now, calendar.zone, days=policy.soon_days, is_working=calendar.is_working)
    return standing_of(columns(facts, calendar, terms, policy), now=now, soon_until=soon)


# The story ------------------------------------------------------------------------------------------------------------


class Happened(models.TextChoices):
    """What a replay of the clock tells, in the order in which things of one instant are told."""

    STARTED = "started", _("the clock started")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("resumed")
    MOVED = "moved", _("due moment moved")
    DELIVERED = "delivered", _("delivered")
    FELL_DUE = "fell_due", _("fell due")
    DELIVERED_LATE = "late", _("delivered late")
    SENT_BACK = "sent_back", _("sent back")
    JUDGED = "judged", _("judged")
    WAIVED = "waived", _("waived")
    CANCELLED = "cancelled", _("cancelled")


@dataclass(frozen=True)
class Moment:
    """One thing that the clock went through. `due_at`: when it was due from then on; `length`: how much working time a
    pause took (resumed, moved), or passed between due and delivered (late), or has passed since (fell due).
    """

    what: Happened
    at: datetime
    due_at: datetime
    length: timedelta = ZERO
    because: str = ""


def why_late(facts: Facts, calendar: Calendar, terms: Promise, now: datetime) -> list[Moment]:
    """The clock once more from its start, as far as `now`: what it ran, stood still, and was late by."""
    due_at = first_due_at = planned(facts, calendar, terms)
    told = [Moment(Happened.STARTED, facts.starts_at, due_at)]
    stills = _stills(facts, calendar, due_at)
    for still in stills:
        for pause in still.pauses:
            told.append(Moment(Happened.PAUSED, max(pause.began_at, facts.starts_at), due_at, because=pause.because))
        if still.ended_at is not None:
            because = still.pauses[-1].because
            told.append(Moment(Happened.RESUMED, still.ended_at, still.due_at, still.lost, because))
            if still.due_at != due_at:
                told.append(Moment(Happened.MOVED, still.ended_at, still.due_at, still.lost, because))
        due_at = still.due_at
    stands_still = bool(stills) and stills[-1].ended_at is None
    ends = [at for at in (facts.delivered_at, facts.waived_at, facts.cancelled_at) if at is not None]
    until = min([now, *ends])
    if until > due_at and not stands_still:
        told.append(Moment(Happened.FELL_DUE, due_at, due_at, calendar.between(due_at, until)))
    if facts.delivered_at is not None:
        late = calendar.between(due_at, facts.delivered_at)
        what = Happened.DELIVERED_LATE if facts.delivered_at > due_at else Happened.DELIVERED
        told.append(Moment(what, facts.delivered_at, due_at, late))
    for what, at in (
        (Happened.SENT_BACK, facts.failed_at),
        (Happened.JUDGED, facts.judged_at if facts.delivered_at else None),
        (Happened.WAIVED, facts.waived_at),
        (Happened.CANCELLED, facts.cancelled_at),
    ):
        if at is not None:
            moved = [still.due_at for still in stills if still.ended_at is not None and still.ended_at <= at]
            told.append(Moment(what, at, moved[-1] if moved else first_due_at))
    order = list(Happened)
    return sorted((moment for moment in told if moment.at <= now), key=lambda m: (m.at, order.index(m.what)))

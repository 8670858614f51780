"""What became of the promises, week by week: who delivered, who judged, what was late; by the deeds of the screens.

A story says of each promise, oldest time first, how it went ("kept late 92 missed"); the last word is the last time
that has fallen due by now, whatever the weekday. Everything is put on an agenda, which the stage plays in order of
time between its other scenes; what would lie in the future is left for the visitor.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from areas.access import Actor
from areas.calendar import Calendar
from areas.rows import Rows
from config.demo import postman
from contracts import chasing, depending, keeping, opening
from contracts.digest import periods, writing
from contracts.models import Commitment, Occurrence
from contracts.schedule import Due, due_moment, recurring
from requests.words import Shape

if TYPE_CHECKING:
    from config.demo.stage import Stage

Deed = Callable[[datetime], None]
_TIME = Rows(
    "SELECT {one} FROM contracts_occurrence one"
    " WHERE commitment_id = %(commitment)s AND slot = %(slot)s AND cancelled_at IS NULL",
    one=(Occurrence, ("version",)),
)

KEPT = "kept"  # in time, and accepted with three times yes
HARD = "hard"  # accepted, but it was not easy; whoever delivered thought that it was
LATE = "late"  # delivered a working day late, accepted all the same: repaired
BACK = "back"  # in time, but it did not work; mended and accepted: repaired
SILENT = "silent"  # in time; nobody has judged it
WAIVED = "waived"  # forgiven, with words
MISSED = "missed"  # nothing came
# So long before it is due it is delivered, give or take some minutes.
BEFORE = timedelta(minutes=80)
EVENING = time(18)
MORNING, NOON = time(9, 2), time(12, 32)
# On so many of the last working days the company was reminded of what is due. Before that the letters are long read.
CHASED_DAYS = 3


@dataclass(frozen=True)
class Went:
    """How one time of a promise went: "late", "97" (kept, with that number) or "late:93"."""

    how: str
    value: Decimal | None

    @classmethod
    def read(cls, word: str) -> Went:
        how, _colon, value = word.partition(":")
        if how[:1].isdigit():
            how, value = KEPT, how
        return cls(how, Decimal(value) if value else None)


class Weeks:
    """The agenda of one company."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._planned = 0

    # The agenda -------------------------------------------------------------------------------------------------------
    def plan(self, at: datetime, deed: Deed) -> None:
        """Have it happen then, unless that is still to come."""
        if at < self.stage.real_now:
            self._planned += 1
            heapq.heappush(self._agenda, (at.astimezone(UTC), self._planned, deed))

    def until(self, moment: datetime) -> None:
        """Play what was planned before that moment."""
        while self._agenda and self._agenda[0][0] < moment:
            at, _n, deed = heapq.heappop(self._agenda)
            deed(at)

    def on(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.calendar.zone).astimezone(UTC)

    @property
    def calendar(self) -> Calendar:
        return self.stage.organization.calendar

    # What the machinery does by itself --------------------------------------------------------------------------------
    def tick(self) -> None:
        """Each Monday, and twice on each of the last days, what the workers would have done then."""
        today = self.stage.today
        for weeks in range(16):
            self.plan(self.on(today - timedelta(days=today.weekday() + 7 * weeks), MORNING), self._open)
        for back in range(CHASED_DAYS):
            day = self.calendar.working_day(today + timedelta(days=1), -1 - back)
            for hour in (MORNING, NOON):
                self.plan(self.on(day, hour), self._chase)
        organization = self.stage.organization
        monday = periods.weekly(organization, self.stage.real_now)
        self.plan(monday.at + timedelta(seconds=1), self._digest)

    def _open(self, now: datetime) -> None:
        opening.open_ahead(now)
        depending.catch_up(now)

    def _chase(self, now: datetime) -> None:
        self._open(now)
        chasing.sweep(now)
        postman.deliver(now)

    def _digest(self, now: datetime) -> None:
        organization = self.stage.organization
        writing.Run(writing.Due(organization, periods.weekly(organization, now), False), now).batch()
        postman.deliver(now)

    # How a promise went -----------------------------------------------------------------------------------------------
    def times(self, commitment: Commitment) -> list[Due]:
        """Each time that it has fallen due by now, and will have been opened."""
        terms, began_at, now = commitment.clause, commitment.started_at, self.stage.real_now
        zone = self.calendar.zone
        if terms.shape == Shape.ONCE:
            at = due_moment(terms, zone)
            found = [Due(at.astimezone(zone).date(), at)] if at else []
        else:
            days = (moment.astimezone(zone).date() for moment in (began_at, now))
            found = list(recurring(terms, self.calendar, *days))
        return [due for due in found if began_at <= due.at < now]

    def keeps(self, commitment: Commitment, by: Actor, judge: Actor, words: str, says: dict[str, str]) -> None:
        """Plan how each time of it went. `words` end with the last time; the first one also stands for all before.

        `says`: with which words, by the word that they belong to.
        """
        told = [Went.read(word) for word in words.split()]
        times = self.times(commitment)
        told = [told[0]] * (len(times) - len(told)) + told[-len(times) :] if times else []
        for n, (due, went) in enumerate(zip(times, told, strict=True)):
            once = commitment.clause.shape == Shape.ONCE
            slot = "once" if once else due.on.isoformat()
            self._went(Time(self, commitment, slot, by, judge), due.at, went, n, says.get(went.how, ""))

    def happens(
        self,
        commitment: Commitment,
        by: Actor,
        deliverer: Actor,
        judge: Actor,
        at: datetime,
        words: str,
        how: str,
        done_at: datetime | None,
    ) -> None:
        """Plan that the event happened from which the promise counts, and how that time went. `done_at`: delivered
        then; a clock that stood still goes on for longer than was planned.
        """
        one = Time(self, commitment, "", deliverer, judge)

        def start(now: datetime) -> None:
            row = keeping.started(commitment, by, now=now, at=now, words=words)
            one.slot = row.slot
            went = Went.read(how)
            if went.how != MISSED:
                self._went(one, done_at + BEFORE if done_at else row.due_at, went, 0, "")

        self.plan(at, start)

    def _went(self, one: Time, due_at: datetime, went: Went, n: int, words: str) -> None:
        local = due_at.astimezone(self.calendar.zone)
        day = local.date()
        # What is due at the end of a day is taken care of in its afternoon.
        due_at = min(due_at, self.on(day, EVENING))
        minutes = timedelta(minutes=7 * n % 40)
        in_time = max(due_at - BEFORE - minutes, one.commitment.started_at + timedelta(minutes=5))
        next_day, second, third = (self.calendar.working_day(day, n) for n in (1, 2, 3))
        # Every other time whoever delivers says how they think that it went.
        rated = True if n % 2 or went.how in (HARD, BACK) else None

        def deliver(note: str = "") -> Deed:
            return lambda now: one.deliver(now, went.value, note, rated)

        def judge(*, on_time: bool = True, worked: bool = True, easy: bool = True, said: str = "") -> Deed:
            return lambda now: one.judge(now, on_time=on_time, worked=worked, easy=easy, words=said)

        morning = time(10, 5 + n % 50)
        if went.how in (KEPT, HARD, SILENT):
            self.plan(in_time, deliver())
        if went.how in (KEPT, HARD):
            easy = went.how == KEPT
            self.plan(self.on(next_day, morning), judge(easy=easy, said=words))
        if went.how == LATE:
            self.plan(self.on(next_day, time(11, 20)), deliver(words))
            self.plan(self.on(second, morning), judge(on_time=False))
        if went.how == BACK:
            self.plan(in_time, deliver())
            self.plan(self.on(next_day, morning), judge(worked=False, easy=False, said=words))
            self.plan(self.on(second, time(12, 10)), deliver())
            self.plan(self.on(third, morning), judge(easy=False))
        if went.how == WAIVED:
            self.plan(self.on(next_day, time(12, 40)), lambda now: one.waive(now, words))


class Time:
    """One time of a promise, in the hands of whoever delivers and whoever judges it."""

    def __init__(self, weeks: Weeks, commitment: Commitment, slot: str, by: Actor, judge: Actor) -> None:
        self.commitment, self.slot, self._by, self._judge = commitment, slot, by, judge

    def _row(self) -> Occurrence | None:
        """None: the promise ended before this time came."""
        found = _TIME(commitment=self.commitment.pk, slot=self.slot)
        return found[0][0] if found else None

    def deliver(self, now: datetime, value: Decimal | None, note: str, rated: bool | None) -> None:
        if row := self._row():
            keeping.deliver(
                row,
                self._by,
                version=row.version,
                now=now,
                value=value,
                note=note,
                self_worked=rated,
                self_easy=rated,
            )

    def judge(self, now: datetime, *, on_time: bool, worked: bool, easy: bool, words: str) -> None:
        if row := self._row():
            keeping.judge(
                row,
                self._judge,
                version=row.version,
                now=now,
                on_time=on_time,
                worked=worked,
                easy=easy,
                words=words,
            )

    def waive(self, now: datetime, words: str) -> None:
        if row := self._row():
            keeping.waive(row, self._judge, version=row.version, now=now, words=words)

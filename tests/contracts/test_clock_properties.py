"""What holds for every history that deeds can make of a promise.

Two books are kept of each history: the facts, and the columns that an occurrence stores, written by the deeds as they
happen. The clock must read the same standing out of both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from areas.calendar import Calendar, Segment, office_week
from contracts import clock
from contracts.clock import Columns, Facts, Happened, Pause, Policy, Standing
from requests.models import Terms

EVERY_NIGHT = tuple((Segment(time(22), time(6)),) for _ in range(7))
CALENDARS = (
    Calendar(ZoneInfo("America/Mexico_City"), office_week(), "MX"),
    Calendar(ZoneInfo("Europe/Madrid"), office_week(), "ES", "MD", frozenset({date(2026, 3, 27)})),
    Calendar(ZoneInfo("America/Santiago"), EVERY_NIGHT, "CL"),
)
# Around the nights of both changes of clocks, holidays of all three, and a leap day.
STARTS = tuple(datetime(*day, 15, tzinfo=UTC) for day in ((2026, 3, 20), (2026, 9, 1), (2026, 10, 20), (2028, 2, 25)))
TERMS = Terms(shape="measured", every="week", indicator="órdenes completas", compare="ge", target=Decimal(95))
MINUTE = timedelta(minutes=1)
DEEDS = ("pause", "resume", "deliver", "retract", "works", "fails", "reconsider", "waive", "cancel")


@dataclass
class Books:
    """One occurrence while it is being lived: facts on one side, stored columns on the other."""

    calendar: Calendar
    policy: Policy
    facts: Facts
    due_at: datetime
    stored: dict[str, object] = field(default_factory=dict)

    def _now(self) -> Columns:
        return Columns(due_at=self.due_at, **self.stored)  # type: ignore[arg-type]

    def _is_closed(self) -> bool:
        return bool(self.facts.waived_at or self.facts.cancelled_at)

    def do(self, deed: str, at: datetime, value: Decimal) -> None:
        if not self._is_closed():
            getattr(self, deed)(at, value)

    def pause(self, at: datetime, _value: Decimal) -> None:
        if self.facts.delivered_at is None and self.stored.get("paused_at") is None and at < self.due_at:
            self.facts = replace(self.facts, pauses=(*self.facts.pauses, Pause(at)))
            self.stored["paused_at"] = at

    def resume(self, at: datetime, _value: Decimal) -> None:
        began = self.stored.get("paused_at")
        if isinstance(began, datetime):
            *before, running = self.facts.pauses
            self.facts = replace(self.facts, pauses=(*before, replace(running, ended_at=at)))
            # A moving clock, minute by minute: what a person with a watch would do.
            moved = self.calendar.after(self.due_at, self.calendar.between(began, at))
            if not self.calendar.between(began, self.due_at):
                moved = max(moved, at + (self.due_at - began))
            if at > began:
                self.due_at = moved
            self.stored["paused_at"] = None

    def deliver(self, at: datetime, value: Decimal) -> None:
        if self.facts.delivered_at is None:
            self.resume(at, value)
            judge_by = clock.judge_until(at, self.calendar, self.policy)
            self.facts = replace(self.facts, delivered_at=at, value=value, judge_by=judge_by)
            self.stored |= {"delivered_at": at, "met": value >= 95, "judge_by": judge_by}

    def retract(self, _at: datetime, _value: Decimal) -> None:
        if self.facts.delivered_at is not None:
            self.facts = replace(self.facts, delivered_at=None, value=None, judge_by=None, judged_at=None, worked=None)
            self.stored |= dict.fromkeys(("delivered_at", "met", "judge_by", "judged_at", "worked"))

    def works(self, at: datetime, _value: Decimal) -> None:
        if self.facts.delivered_at is not None:
            self.facts = replace(self.facts, judged_at=at, worked=True)
            self.stored |= {"judged_at": at, "worked": True}

    def fails(self, at: datetime, _value: Decimal) -> None:
        if self.facts.delivered_at is not None:
            failed_at = self.facts.failed_at or at
            self.retract(at, Decimal(0))
            self.facts = replace(self.facts, failed_at=failed_at)
            self.stored["failed_at"] = failed_at

    def reconsider(self, _at: datetime, _value: Decimal) -> None:
        if self.facts.judged_at is not None:
            self.facts = replace(self.facts, judged_at=None, worked=None)
            self.stored |= {"judged_at": None, "worked": None}

    def waive(self, at: datetime, _value: Decimal) -> None:
        self.facts = replace(self.facts, waived_at=at)
        self.stored["waived_at"] = at

    def cancel(self, at: datetime, _value: Decimal) -> None:
        if self.facts.delivered_at is None:
            self.facts = replace(self.facts, cancelled_at=at)
            self.stored["cancelled_at"] = at


steps = st.tuples(st.sampled_from(DEEDS), st.integers(0, 60 * 24 * 6), st.integers(90, 100).map(Decimal))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Books, datetime]:
    """A life of one occurrence, and the moment up to which it was lived."""
    calendar = draw(st.sampled_from(CALENDARS))
    begun = draw(st.sampled_from(STARTS))
    due_at = calendar.after(begun, timedelta(minutes=draw(st.integers(1, 60 * 40))))
    books = Books(calendar, Policy(), Facts(due_at, begun), due_at)
    now = begun
    for deed, minutes, value in draw(st.lists(steps, max_size=8)):
        now += minutes * MINUTE
        books.do(deed, now, value)
    return books, now


waits = st.integers(0, 60 * 24 * 40).map(lambda minutes: minutes * MINUTE)


def soon(books: Books, now: datetime) -> datetime:
    return clock.soon_until(now, books.calendar.zone, is_working=books.calendar.is_working)


@settings(max_examples=400, deadline=None)
@given(histories(), waits)
def test_facts_and_stored_columns_say_the_same(life: tuple[Books, datetime], wait: timedelta) -> None:
    books, now = life
    now += wait
    stored = books._now()
    computed = clock.columns(books.facts, books.calendar, TERMS, books.policy)
    assert computed == stored
    from_facts = clock.standing(books.facts, books.calendar, TERMS, now, books.policy)
    assert from_facts is clock.standing_of(stored, now=now, soon_until=soon(books, now))


# What time alone may do.
BY_TIME = {
    Standing.UPCOMING: {Standing.UPCOMING, Standing.DUE_SOON, Standing.OVERDUE},
    Standing.DUE_SOON: {Standing.DUE_SOON, Standing.OVERDUE},
    Standing.DELIVERED: {Standing.DELIVERED, Standing.UNJUDGED},
}


@settings(max_examples=300, deadline=None)
@given(histories(), waits, waits)
def test_time_alone_makes_due_and_unjudged_and_nothing_else(
    life: tuple[Books, datetime], one: timedelta, two: timedelta
) -> None:
    books, now = life
    first = clock.standing(books.facts, books.calendar, TERMS, now + one, books.policy)
    later = clock.standing(books.facts, books.calendar, TERMS, now + one + two, books.policy)
    assert later in BY_TIME.get(first, {first})
    assert clock.is_broken(later) or not clock.is_broken(first)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_what_was_once_broken_is_never_kept(life: tuple[Books, datetime]) -> None:
    books, now = life
    standing = clock.standing(books.facts, books.calendar, TERMS, now, books.policy)
    facts = books.facts
    if standing is Standing.KEPT:
        assert facts.failed_at is None
        assert facts.delivered_at is not None
        assert facts.delivered_at <= books.due_at
        assert facts.value is not None
        assert facts.value >= 95
        assert facts.judged_at is not None
    if standing in (Standing.REPAIRED, Standing.KEPT):
        assert facts.worked


@settings(max_examples=300, deadline=None)
@given(histories(), st.data())
def test_a_pause_never_makes_it_due_earlier_and_the_longer_never_the_sooner(
    life: tuple[Books, datetime], data: st.DataObject
) -> None:
    books, _now = life
    facts, calendar = books.facts, books.calendar
    planned = clock.planned(facts, calendar, TERMS)
    due_at = clock.due(facts, calendar, TERMS)
    assert due_at >= planned
    if facts.pauses and facts.pauses[-1].ended_at is not None and facts.delivered_at is None:
        *before, last = facts.pauses
        more = data.draw(waits)
        assert last.ended_at is not None
        longer = replace(facts, pauses=(*before, replace(last, ended_at=last.ended_at + more)))
        assert clock.due(longer, calendar, TERMS) >= due_at


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(CALENDARS),
    st.sampled_from(STARTS),
    st.lists(st.tuples(st.integers(0, 60 * 24 * 9), st.integers(0, 60 * 24 * 4)), max_size=5),
    st.integers(1, 60 * 60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_pauses_does_not_matter_and_what_overlaps_counts_once(
    calendar: Calendar, begun: datetime, pauses: list[tuple[int, int]], length: int, shuffled: object
) -> None:
    due_at = calendar.after(begun, length * MINUTE)
    stretches = [Pause(begun + a * MINUTE, begun + (a + b) * MINUTE) for a, b in pauses]
    one = clock.due(Facts(due_at, begun, tuple(stretches)), calendar, TERMS)
    other = list(stretches)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert clock.due(Facts(due_at, begun, tuple(other)), calendar, TERMS) == one
    assert clock.due(Facts(due_at, begun, (*stretches, *other)), calendar, TERMS) == one
    # Working time from the start to the moved moment: what it had at first, and what was lost, and not a minute more.
    if stretches and calendar.between(stretches[0].began_at, due_at):
        lost = calendar.between(due_at, one)
        assert lost <= sum((calendar.between(p.began_at, p.ended_at or p.began_at) for p in stretches), timedelta(0))


@settings(max_examples=200, deadline=None)
@given(histories(), waits)
def test_the_story_is_told_in_order_and_ends_where_the_clock_stands(
    life: tuple[Books, datetime], wait: timedelta
) -> None:
    books, now = life
    now += wait
    told = clock.why_late(books.facts, books.calendar, TERMS, now)
    assert [m.at for m in told] == sorted(m.at for m in told)
    assert all(m.at <= now for m in told)
    assert told[0].what is Happened.STARTED
    assert [m.due_at for m in told] == sorted(m.due_at for m in told)
    standing = clock.standing(books.facts, books.calendar, TERMS, now, books.policy)
    said = {m.what for m in told}
    if standing is Standing.OVERDUE:
        assert Happened.FELL_DUE in said
    if standing in (Standing.KEPT, Standing.PAUSED):
        assert Happened.FELL_DUE not in said
    assert (Happened.DELIVERED_LATE in said) == (
        books.facts.delivered_at is not None and books.facts.delivered_at > books.due_at
    )

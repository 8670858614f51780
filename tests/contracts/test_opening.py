"""Each time that a promise falls due is opened ahead, once, and follows a changed calendar while nothing happened.

NOW is Monday 16 November 2026, 09:00 in Mexico City (a holiday there), and what is weekly begins on the 23rd.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections

from areas.models import CalendarEdition, Organization
from contracts import drafting, opening
from contracts.models import Commitment, Occurrence, Rung
from contracts.tasks import open_ahead
from contracts.words import Chased, Deed, Ladder, Side
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

DAY = timedelta(days=1)
NumQueries = Any


def at(month: int, day: int, hour: int = 18) -> datetime:
    """A local hour of 2026."""
    return datetime(2026, month, day, 6, tzinfo=UTC) + timedelta(hours=hour)


def slots(commitment: Commitment) -> list[str]:
    return [row.slot for row in promises.times(commitment)]


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


# Ahead ----------------------------------------------------------------------------------------------------------------


def test_a_version_in_force_opens_what_falls_due_within_five_weeks(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    assert slots(plan) == ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]
    row = promises.first(plan)
    assert (row.starts_at, row.planned_at, row.due_at) == (NOW, at(11, 23), at(11, 23))
    assert promises.times(plan)[1].starts_at == at(11, 23)
    assert (row.organization, row.link, row.owes, row.owed) == (
        cast.organization,
        cast.to_sales,
        cast.logistics,
        cast.sales,
    )
    # Two working days before, as they begin; on the day; two working days after, as they begin.
    assert (row.ladder, row.rung) == (Ladder.DELIVERY, 0)
    assert (row.warn_at, row.chase_at, row.escalate_at) == (at(11, 19, 9), at(11, 19, 9), at(11, 25, 9))


def test_opened_again_nothing_is_made(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    before = list(Occurrence.objects.order_by("pk").values())
    assert opening.open_ahead(NOW) == 0
    assert opening.open_ahead(NOW, commitments=[plan]) == 0
    Commitment.objects.update(opens_at=NOW)
    opening.open_ahead(NOW)
    assert list(Occurrence.objects.order_by("pk").values()) == before


def test_the_next_one_is_opened_as_soon_as_it_comes_near(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    plan.refresh_from_db()
    assert plan.opens_at == at(12, 28) - opening.AHEAD
    assert opening.open_ahead(plan.opens_at - timedelta(seconds=1)) == 0
    assert opening.open_ahead(plan.opens_at) == 1
    assert slots(plan)[-1] == "2026-12-28"


def test_of_what_is_rare_the_next_one_is_always_there(cast: Cast) -> None:
    audit = promises.promise(
        cast, terms=asks.weekly("Auditoría", every="month", interval=12, first_on=date(2026, 12, 1))
    )
    assert slots(audit) == ["2026-12-01"]
    assert opening.open_ahead(at(12, 1, 17)) == 0
    assert opening.open_ahead(at(12, 1, 19)) == 1
    assert slots(audit) == ["2026-12-01", "2027-12-01"]
    assert promises.last(audit).starts_at == at(12, 1)


def test_once_is_opened_once_also_when_it_was_signed_too_late(cast: Cast) -> None:
    window = promises.promise(cast, terms=asks.once(due_on=date(2026, 11, 10)))
    assert slots(window) == ["once"]
    assert promises.first(window).due_at < NOW
    window.refresh_from_db()
    assert window.opens_at is None


def test_what_counts_from_an_event_waits_for_it(cast: Cast) -> None:
    notice = promises.promise(cast, terms=asks.after_event())
    assert slots(notice) == []
    assert opening.open_ahead(NOW + 100 * DAY) == 0


def test_what_began_in_the_past_opens_from_its_start_on(cast: Cast) -> None:
    """As the commitments that were there before any of this was."""
    plan = promises.promise(cast, terms=asks.weekly(first_on=date(2026, 11, 2)))
    assert slots(plan)[0] == "2026-11-16", "What was due before it was signed is never opened."
    plan.occurrences.all().delete()
    Commitment.objects.filter(pk=plan.pk).update(started_at=at(11, 5), opens_at=NOW)
    opening.open_ahead(NOW)
    assert slots(plan)[:2] == ["2026-11-09", "2026-11-16"]
    # The 16th was a holiday: due on the day after, still named by its date.
    rows = promises.times(plan)
    assert (rows[0].starts_at, rows[1].starts_at, rows[1].due_at) == (at(11, 5), at(11, 9), at(11, 17))


def test_on_the_day_of_the_signature_the_hour_decides(cast: Cast) -> None:
    early = asks.weekly("Temprano", first_on=date(2026, 11, 17), due_time=time(9))
    late = asks.weekly("Tarde", first_on=date(2026, 11, 17), due_time=time(17))
    noon = at(11, 17, 12)
    assert slots(promises.promise(cast, terms=early, now=noon))[0] == "2026-11-24"
    assert slots(promises.promise(cast, terms=late, now=noon))[0] == "2026-11-17"


def test_nobody_is_warned_before_the_promise_began(cast: Cast) -> None:
    window = promises.promise(cast, terms=asks.once(due_on=date(2026, 11, 17)))
    assert promises.first(window).warn_at == NOW


def test_a_worker_that_slept_opens_all_that_it_missed(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    opening.open_ahead(at(2, 15) + 365 * DAY)
    rows = promises.times(plan)
    assert slots(plan) == sorted(slots(plan))
    assert len(rows) == 5 + 13
    assert [row.starts_at for row in rows[1:]] == [row.planned_at for row in rows[:-1]]


def test_thousands_are_opened_in_a_few_statements(
    cast: Cast, django_assert_max_num_queries: NumQueries, django_assert_num_queries: NumQueries
) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    opening.open_ahead(NOW)
    _more_like(plan, 1)
    with django_assert_max_num_queries(30) as few:
        assert opening.open_ahead(NOW) == 5
    _more_like(plan, 190)
    with django_assert_num_queries(len(few)):
        assert opening.open_ahead(NOW) == 190 * 5
    with django_assert_max_num_queries(4):
        opening.open_ahead(NOW)


def _more_like(one: Commitment, n: int) -> None:
    """Many promises with the clause of one, by copies of its ask."""
    for _copy in range(n):
        ask = type(one.ask).objects.get(pk=one.ask_id)
        ask.pk = None
        ask.ref = f"x{Commitment.objects.count():011}"
        ask.save()
        Commitment.objects.create(
            organization=one.organization,
            link=one.link,
            clause=one.clause,
            ask=ask,
            owes=one.owes,
            owed=one.owed,
            started_at=NOW,
            opens_at=NOW,
        )


def test_one_that_cannot_be_opened_does_not_stop_the_others(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    _more_like(plan, 1)
    lost = Commitment.objects.exclude(pk=plan.pk).get()
    Commitment.objects.filter(pk=lost.pk).update(organization=cast.elsewhere)
    for_ever = [{"on": (NOW + n * DAY).date().isoformat(), "name": "x"} for n in range(-30, 5000)]
    Organization.objects.filter(pk=cast.elsewhere.pk).update(closed=for_ever)
    Occurrence.objects.all().delete()
    Commitment.objects.update(opens_at=NOW)
    assert opening.open_ahead(NOW) == 5
    assert len(slots(plan)) == 5
    lost.refresh_from_db()
    assert lost.opens_at == NOW + opening.LATER


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_each_time_once() -> None:
    cast = muebles_del_norte()
    plan = promises.promise(cast, terms=asks.weekly())
    Occurrence.objects.all().delete()
    Commitment.objects.update(opens_at=NOW)
    start = threading.Barrier(2)

    def in_own_connection() -> None:
        try:
            start.wait(timeout=10)
            opening.open_ahead(NOW)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=in_own_connection) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(slots(plan)) == 5


def test_the_boards_look_again_when_something_was_opened(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    before = Organization.objects.get(pk=cast.organization.pk).revision
    opening.open_ahead(NOW)
    assert Organization.objects.get(pk=cast.organization.pk).revision == before
    plan.refresh_from_db()
    assert plan.opens_at is not None
    opening.open_ahead(plan.opens_at)
    assert Organization.objects.get(pk=cast.organization.pk).revision == before + 1


# New versions ---------------------------------------------------------------------------------------------------------


def test_new_terms_close_what_was_to_come_and_keep_what_was(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.measured())
    first, second, third, *_rest = promises.times(plan)
    promises.deliver(cast, first, now=at(11, 20, 12))
    now = at(12, 1, 12)
    new = promises.amended(cast, plan, terms=asks.measured("Plan diario", first_on=date(2026, 12, 2)), now=now)
    first, second, third = (promises.fresh(row) for row in (first, second, third))
    assert first.cancelled_at is None
    assert first.chase_at is not None, "Its verdict is still waited for."
    assert (second.cancelled_at, second.chase_at) == (None, None), "It was due before: late it stays, chased no more."
    assert (third.cancelled_at, third.settled_at) == (now, now)
    assert [fact.deed for fact in third.facts.all()] == [Deed.CANCELLED]
    assert slots(new)[0] == "2026-12-02"
    opening.open_ahead(now + 60 * DAY)
    assert slots(plan)[-1] == "2026-12-21", "Nothing more of the old one."


def test_what_went_on_unchanged_goes_on_with_its_occurrences(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    before = [row.ref for row in promises.times(plan)]
    promises.promise(cast, terms=asks.once("Otra cosa"))
    assert [row.ref for row in promises.times(plan)] == before


def test_what_is_dropped_is_cancelled(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    contract = drafting.contract_of(plan.link)
    drafting.propose_removal(contract, plan.ask, cast.actor("ana"), side=Side.CUSTOMER, words="Ya no.", now=NOW)
    asks.sign_both(cast, contract, now=NOW + DAY)
    assert {row.cancelled_at for row in promises.times(plan)} == {NOW + DAY}


# A calendar that changed ----------------------------------------------------------------------------------------------


def closed(cast: Cast, *days: date) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(
        closed=[{"on": day.isoformat(), "name": "Inventario"} for day in days]
    )
    cast.organization.refresh_from_db()


def test_a_closed_day_moves_what_is_due_then_and_nothing_else(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    before = promises.times(plan)
    closed(cast, date(2026, 11, 30))
    assert opening.replan(cast.organization, NOW) == 5
    rows = promises.times(plan)
    assert [row.ref for row in rows] == [row.ref for row in before]
    assert [row.slot for row in rows] == [row.slot for row in before]
    assert [row.due_at for row in rows] == [at(11, 23), at(12, 1), at(12, 7), at(12, 14), at(12, 21)]
    assert rows[2].starts_at == at(12, 1)
    assert (rows[1].warn_at, rows[1].escalate_at) == (at(11, 26, 9), at(12, 3, 9))
    assert CalendarEdition.objects.filter(organization=cast.organization).count() == 2
    assert opening.replan(cast.organization, NOW) == 0


def test_the_past_and_what_something_happened_to_stay(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    _past, early, waived, free, *_rest = promises.times(plan)
    promises.deliver(cast, early, now=at(11, 24, 12))
    promises.waive(cast, waived, now=at(11, 24, 12))
    closed(cast, date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14))
    opening.replan(cast.organization, at(11, 25, 9))
    due = [row.due_at for row in promises.times(plan)]
    assert due[:4] == [at(11, 23), at(11, 30), at(12, 7), at(12, 15)]
    assert promises.fresh(free).due_at == at(12, 15)


def test_days_of_a_daily_promise_come_and_go_with_the_calendar(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly("Diario", every="day", first_on=date(2026, 11, 17)))
    christmas, wednesday, thursday = date(2026, 12, 18), date(2026, 11, 18), date(2026, 11, 19)
    told = plan.occurrences.get(slot=thursday.isoformat())
    Occurrence.objects.filter(pk=told.pk).update(rung=1)
    Rung.objects.create(
        organization=cast.organization, kind=Chased.DELIVERY, occurrence=told, n=1, due_at=NOW, at=NOW, noted_at=NOW
    )
    closed(cast, wednesday, thursday, christmas)
    opening.replan(cast.organization, NOW)
    assert not {wednesday.isoformat(), christmas.isoformat()} & set(slots(plan))
    # Of this one somebody was reminded already: it is cancelled before all eyes.
    assert promises.fresh(told).cancelled_at == NOW
    closed(cast)
    opening.replan(cast.organization, NOW)
    assert {wednesday.isoformat(), christmas.isoformat()} <= set(slots(plan))
    assert slots(plan) == sorted(set(slots(plan)))


def test_a_day_of_the_past_that_is_worked_after_all_falls_due_no_more(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly("Diario", every="day", first_on=date(2026, 11, 17)))
    closed(cast, date(2026, 11, 18))
    opening.replan(cast.organization, NOW)
    closed(cast)
    opening.replan(cast.organization, at(11, 20, 9))
    assert "2026-11-18" not in slots(plan)


def test_the_task_finds_by_itself_whose_calendar_changed(cast: Cast) -> None:
    now = at(11, 16, 10)
    plan = promises.promise(cast, terms=asks.weekly())
    assert opening.replan_changed(now) == 0
    closed(cast, date(2026, 11, 30))
    assert opening.replan_changed(now) == 5
    assert promises.times(plan)[1].due_at == at(12, 1)
    assert opening.replan_changed(now) == 0
    # The old calendar again.
    closed(cast)
    assert opening.replan_changed(now) == 5
    assert promises.times(plan)[1].due_at == at(11, 30)
    cache.clear()
    assert opening.replan_changed(now) == 0


def test_hours_that_would_make_it_late_at_once_do_not(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    week = [[["09:00", "12:00"]]] * 5 + [[], []]
    Organization.objects.filter(pk=cast.organization.pk).update(week=week)
    cast.organization.refresh_from_db()
    opening.replan(cast.organization, at(11, 23, 15))
    rows = promises.times(plan)
    assert (rows[0].due_at, rows[1].due_at) == (at(11, 23, 18), at(11, 30, 12))


def test_the_task_runs(cast: Cast) -> None:
    promises.promise(cast, terms=asks.weekly())
    open_ahead()
    assert Occurrence.objects.filter(due_at__gt=NOW).exists()

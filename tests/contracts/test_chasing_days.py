"""Answers and reviews climb the ladder by their day: whom they are asked of, and once for each day and side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from areas.calendar import Calendar, office_week
from areas.models import Organization
from contracts import chasing
from contracts.chasing import days
from contracts.models import Contract, Notice, Rung, Wishes
from contracts.words import Chased
from post.models import Letter
from requests.models import Ask
from requests.states import Side
from tests import asks, build
from tests.cast import Cast, muebles_del_norte
from tests.contracts.chase import DAY, promised, sweep, told, waiting

MEXICO = ZoneInfo("America/Mexico_City")


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """On the clock of Mexico, in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=MEXICO).astimezone(UTC)


@pytest.fixture
def ask(cast: Cast) -> Ask:
    """Sales asks logistics; an answer is expected by Thursday 26 November."""
    return asks.asked(cast, answer_by=date(2026, 11, 26))


def climbed() -> list[tuple[str, int]]:
    return list(Rung.objects.order_by("pk").values_list("kind", "n"))


def test_an_answer_climbs_from_the_asked_side_to_both_to_the_facilitators(cast: Cast, ask: Ask) -> None:
    assert sweep(at(24, 8, 59)) == 0
    # Two working days before, as work begins.
    assert sweep(at(24, 9)) == 1
    assert told(1) == {"Luis"}
    # The day itself counts to its end.
    assert sweep(at(26, 23, 59)) == 0
    assert sweep(at(27, 0)) == 2
    assert told(2) == {"Luis", "Ana"}
    # Two working days after: Friday, Monday.
    assert sweep(at(30, 8, 59)) == 0
    assert sweep(at(30, 9)) == 3
    assert told(3) == {"Luis", "Ana", "Fede"}
    assert sweep(at(31 - 11, 9, month=12)) == 0

    assert climbed() == [("answer", 1), ("answer", 2), ("answer", 3)]
    last = Rung.objects.get(n=3)
    assert (last.at, last.due_at, last.ask_id) == (at(30, 9), at(27, 0), ask.pk)
    assert ask.is_unanswered(last.due_at)


def test_after_a_long_sleep_an_answer_is_asked_for_once(cast: Cast, ask: Ask) -> None:
    sweep(at(10, 12, month=12))

    assert climbed() == [("answer", 3)]
    assert set(waiting()) == {"Luis", "Ana", "Fede"}
    assert Letter.objects.count() == 3


def test_who_answered_is_not_chased_and_a_new_turn_is_a_new_ladder(cast: Cast, ask: Ask) -> None:
    sweep(at(27, 12))
    asks.countered(cast, ask, now=at(27, 13))
    assert Ask.objects.get(pk=ask.pk).turn == Side.ASKER

    # The answer is expected by 30 November now, of the other side.
    assert sweep(at(27, 14)) == 1
    rung = Rung.objects.latest("pk")
    assert (rung.n, days.turn_of(rung.round), days.day_of(rung.kind, rung.round)) == (1, "asker", date(2026, 11, 30))
    assert Notice.objects.latest("pk").membership == cast.ana


def test_a_draft_and_what_is_settled_are_left_alone(cast: Cast) -> None:
    asks.drafted(cast)
    asks.agreed(cast, answer_by=date(2026, 11, 20))

    assert sweep(at(30, 12)) == 0


def test_a_review_is_told_to_both_sides_then_to_the_facilitators(cast: Cast) -> None:
    promised(cast, asks.once(due_on=date(2027, 6, 1)))
    Contract.objects.update(review_on=date(2026, 11, 26))

    sweep(at(24, 9))
    assert told(1) == {"Ana", "Luis"}
    sweep(at(27, 0))
    sweep(at(30, 9))
    assert told(3) == {"Ana", "Luis", "Fede"}
    assert climbed() == [("review", 1), ("review", 2), ("review", 3)]

    Contract.objects.update(review_on=date(2026, 12, 28))
    assert sweep(at(24, 9, month=12)) == 2


def test_a_link_without_a_contract_in_force_has_nothing_to_review(cast: Cast) -> None:
    Contract.objects.create(organization=cast.organization, link=cast.to_sales, review_on=date(2026, 11, 20))

    assert sweep(at(30, 12)) == 0


def test_each_kind_can_be_wished_away(cast: Cast, ask: Ask) -> None:
    Wishes.objects.create(membership=cast.luis, answer=False)

    sweep(at(24, 12))

    assert climbed() == [("answer", 1)]
    assert not Notice.objects.exists()
    assert not Letter.objects.exists()


def test_without_a_first_rung_nobody_is_told_before_the_day(cast: Cast, ask: Ask) -> None:
    Organization.objects.update(warn_days=0)

    assert sweep(at(26, 12)) == 0
    assert sweep(at(27, 12)) == 2


def test_days_of_an_organization_without_working_time_are_left_alone(
    cast: Cast, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(week=[[] for _ in range(7)])

    assert chasing.sweep(at(30, 12)).notices == 0
    assert cast.organization.ref in caplog.text


def test_everything_comes_in_one_letter(cast: Cast, ask: Ask) -> None:
    promised(cast, asks.once(due_on=date(2026, 11, 25)))

    sweep(at(27, 12))

    assert set(Notice.objects.filter(membership=cast.luis).values_list("rung__kind", flat=True)) == {
        "answer",
        "delivery",
    }
    assert Letter.objects.filter(to_name="Luis").count() == 1


WEEKS = st.sets(st.integers(0, 6), min_size=1)


@given(
    week=WEEKS,
    warn=st.integers(0, 5),
    escalate=st.integers(1, 5),
    minutes=st.integers(0, 400 * 24 * 60),
    zone=st.sampled_from(["America/Mexico_City", "America/Santiago", "Europe/Madrid"]),
)
def test_the_last_days_are_those_whose_rungs_are_past(
    week: set[int], warn: int, escalate: int, minutes: int, zone: str
) -> None:
    calendar = Calendar(ZoneInfo(zone), office_week(week), "MX")
    ladder = days.Ladder(calendar, warn, escalate)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    for n, last in zip((1, 2, 3), ladder.last_days(now), strict=True):
        if n > 1 or warn:
            assert ladder.at(last, n) <= now
            assert ladder.at(last + DAY, n) > now
    for day in (now.date() + n * DAY for n in range(-9, 9)):
        assert ladder.at(day, 2) <= ladder.at(day, 3)
        assert not warn or ladder.at(day, 1) <= ladder.at(day, 2)


def test_rounds_tell_apart_days_and_sides(cast: Cast, ask: Ask) -> None:
    assert days.day_of(Chased.ANSWER, days.round_of(ask)) == ask.answer_by
    assert days.turn_of(days.round_of(ask)) == ask.turn
    assert build.NOW

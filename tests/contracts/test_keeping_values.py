"""Many measured values at once: what each line becomes, and that one that is refused keeps all of them out.

Each week at least 95 % of the orders are complete, by Monday at 18:00 in Mexico City, from 23 November 2026 on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from areas.models import JournalEntry
from contracts import depending, keeping
from contracts.clock import Standing
from contracts.keeping import Checked
from contracts.models import Commitment, Occurrence
from requests.moves import Refused
from tests import asks, promises
from tests.cast import Cast, muebles_del_norte

Rows = list[tuple[date, Decimal]]


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, 6, tzinfo=UTC) + timedelta(hours=hour)


NOW = at(8, month=12)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def figures(cast: Cast) -> Commitment:
    return promises.promise(cast, terms=asks.measured())


def line(month: int, day: int, value: str = "97") -> tuple[date, Decimal]:
    return date(2026, month, day), Decimal(value)


def checked(cast: Cast, figures: Commitment, *rows: tuple[date, Decimal]) -> list[Checked]:
    return keeping.check_values(figures, cast.actor("victor"), rows, NOW)


def test_all_lines_that_can_be_taken_are_entered(cast: Cast, figures: Commitment) -> None:
    rows = [line(11, 30, "91.5"), line(11, 23, "96"), line(12, 7)]
    assert [(one.row, one.refusal) for one in checked(cast, figures, *rows)] == [(row, None) for row in rows]
    assert not Occurrence.objects.filter(delivered_at__isnull=False).exists(), "A look enters nothing."
    done = keeping.deliver_values(figures, cast.actor("victor"), rows, now=NOW)
    assert [(row.slot, row.value, row.met) for row in done] == [
        ("2026-11-23", Decimal(96), True),
        ("2026-11-30", Decimal("91.5"), False),
        ("2026-12-07", Decimal(97), True),
    ]
    # Each is the value of its own time, noted now.
    assert [row.delivered_at for row in done] == [row.due_at for row in done]
    assert {fact.noted_at for row in done for fact in row.facts.all()} == {NOW}
    assert {fact.by for row in done for fact in row.facts.all()} == {cast.victor}
    standings = [promises.standing(row, NOW) for row in done]
    assert standings == [Standing.DELIVERED, Standing.BROKEN, Standing.DELIVERED]
    assert {row.judge_by for row in done} == {at(11, 18, month=12)}
    entry = JournalEntry.objects.get(event="values.entered")
    assert (entry.facts["n"], entry.subject_ref) == (3, figures.ref)


def test_a_value_of_today_is_delivered_now(cast: Cast, figures: Commitment) -> None:
    (done,) = keeping.deliver_values(figures, cast.actor("luis"), [line(11, 23)], now=at(23, 10))
    assert done.delivered_at == at(23, 10)


def test_a_date_of_the_rule_or_the_day_on_which_it_is_due(cast: Cast) -> None:
    # The 16th is a holiday: due on the 17th.
    figures = promises.promise(cast, terms=asks.measured(first_on=date(2026, 11, 16)))
    for day in (16, 17):
        (one,) = checked(cast, figures, line(11, day))
        assert one.occurrence is not None
        assert one.occurrence.slot == "2026-11-16"
    first, second = checked(cast, figures, line(11, 16), line(11, 17))
    assert first.refusal is None
    assert second.refusal is not None


def test_each_line_that_is_refused_says_why(cast: Cast, figures: Commitment) -> None:
    promises.deliver(cast, promises.first(figures), now=at(23))
    promises.waive(cast, promises.times(figures)[1], now=at(30))
    lines = [
        line(11, 23),
        line(11, 30),
        line(12, 2),
        line(12, 14),
        line(11, 16),
        line(12, 7, "NaN"),
        line(12, 7),
        line(12, 7, "98"),
    ]
    found = checked(cast, figures, *lines)
    refused = [one.refusal or "" for one in found]
    assert [bool(refusal) for refusal in refused] == [True] * 6 + [False, True]
    assert len({*refused}) == 7, "A sentence of its own for each reason; two days on which nothing is due share theirs."
    assert [one.occurrence is None for one in found] == [bool(refusal) for refusal in refused]


def test_one_line_that_is_refused_keeps_all_out(cast: Cast, figures: Commitment) -> None:
    rows = [line(11, 23), line(12, 2), line(11, 30)]
    with pytest.raises(keeping.ValuesRefused) as caught:
        keeping.deliver_values(figures, cast.actor("luis"), rows, now=NOW)
    assert [one.refusal is None for one in caught.value.checked] == [True, False, True]
    assert not Occurrence.objects.filter(delivered_at__isnull=False).exists()
    with pytest.raises(Refused):
        keeping.deliver_values(figures, cast.actor("luis"), [], now=NOW)


@pytest.mark.parametrize("name", ["ana", "marta", "vera", "fede"])
def test_only_the_performing_area_enters_values(cast: Cast, figures: Commitment, name: str) -> None:
    with pytest.raises(Refused):
        keeping.check_values(figures, cast.actor(name), [line(11, 23)], NOW)
    with pytest.raises(Refused):
        keeping.deliver_values(figures, cast.actor(name), [line(11, 23)], now=NOW)
    assert keeping.deliver_values(figures, cast.actor("fede"), [line(11, 23)], now=NOW, said_by="Luis")


def test_a_promise_without_a_number_has_no_values(cast: Cast) -> None:
    plan = promises.promise(cast, terms=asks.weekly())
    with pytest.raises(Refused):
        keeping.check_values(plan, cast.actor("luis"), [line(11, 23)], NOW)


def test_values_settle_what_was_off_target_and_end_pauses(cast: Cast, figures: Commitment) -> None:
    orders = promises.requirement(cast, terms=asks.once("Órdenes", date(2026, 11, 26)))
    promises.depend(cast, figures, orders)
    first, second, *_rest = promises.times(figures)
    promises.deliver(cast, first, now=at(23), value=Decimal(80))
    promises.judge(cast, first, now=at(24))
    depending.sync(promises.first(orders), at(27))
    assert promises.fresh(second).paused_at is not None
    (done,) = keeping.deliver_values(figures, cast.actor("luis"), [line(11, 30)], now=at(1, month=12))
    assert done.paused_at is None
    assert promises.fresh(first).settled_at == done.delivered_at


def test_a_returned_one_is_delivered_again_now(cast: Cast, figures: Commitment) -> None:
    row = promises.first(figures)
    promises.deliver(cast, row, now=at(20))
    promises.send_back(cast, row, now=at(24))
    (done,) = keeping.deliver_values(figures, cast.actor("luis"), [line(11, 23)], now=at(25))
    assert done.delivered_at == at(25)


def test_many_values_cost_few_statements_each(
    cast: Cast, figures: Commitment, django_assert_max_num_queries: object
) -> None:
    rows = [(date(2026, 11, 23) + timedelta(days=7 * n), Decimal(96)) for n in range(3)]
    with django_assert_max_num_queries(20 + 3 * 7):  # type: ignore[operator]
        keeping.deliver_values(figures, cast.actor("luis"), rows, now=NOW)

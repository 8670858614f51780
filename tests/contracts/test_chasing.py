"""The ladder of deliveries and verdicts: each rung once, to the right people, in one letter for each of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.models import AreaPart, Membership, Organization
from areas.words import Part, Role
from contracts import chasing
from contracts.models import Fact, Notice, Occurrence, Rung, Wishes
from contracts.words import Deed
from post.models import Letter
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.chase import DAY, HOUR, promised, rungs, sweep, time_of, told, waiting

pytestmark = pytest.mark.django_db

# Friday 4 December 2026: the day of the usual promise of these tests, written at noon of 16 November.
SECOND = timedelta(seconds=1)


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


@pytest.fixture
def late(cast: Cast) -> Occurrence:
    """What logistics owes sales; Víctor, a member, answers for it, and Luis leads."""
    return time_of(promised(cast, owner=cast.victor))


def test_nothing_is_chased_before_its_time(late: Occurrence) -> None:
    assert late.warn_at is not None
    assert sweep(late.warn_at - SECOND) == 0
    assert not Rung.objects.exists()
    assert not Letter.objects.exists()


def test_before_the_day_the_owner_alone_is_told(late: Occurrence) -> None:
    assert late.warn_at is not None
    assert sweep(late.warn_at + SECOND) == 1

    assert told() == {"Víctor"}
    assert rungs(late) == [("delivery", 1)]
    rung = Rung.objects.get()
    assert (rung.at, rung.due_at) == (late.warn_at, late.due_at)
    assert not Fact.objects.filter(occurrence=late).exists()
    late.refresh_from_db()
    assert (late.rung, late.chase_at) == (1, late.due_at)


def test_at_the_day_the_owner_and_the_leads_are_told_and_the_fact_bears_the_due_moment(late: Occurrence) -> None:
    assert late.warn_at is not None
    sweep(late.warn_at + SECOND)
    noticed = late.due_at + 3 * HOUR
    # At the very moment it is still in time.
    assert sweep(late.due_at) == 0

    assert sweep(noticed) == 2

    assert told(2) == {"Víctor", "Luis"}
    [fact] = Fact.objects.filter(occurrence=late)
    assert (fact.deed, fact.at, fact.noted_at, fact.n, fact.by) == (Deed.LATE, late.due_at, noticed, 1, None)
    late.refresh_from_db()
    assert (late.rung, late.chase_at, late.version) == (2, late.escalate_at, 1)


def test_after_the_day_both_sides_and_the_facilitators_are_told_and_then_nobody_more(late: Occurrence) -> None:
    assert late.warn_at is not None
    assert late.escalate_at is not None
    for moment in (late.warn_at, late.due_at, late.escalate_at):
        sweep(moment + SECOND)

    assert told(3) == {"Luis", "Ana", "Fede"}
    assert rungs(late) == [("delivery", 1), ("delivery", 2), ("delivery", 3)]
    late.refresh_from_db()
    assert (late.rung, late.chase_at) == (3, None)
    assert sweep(late.due_at + 30 * DAY) == 0
    assert Fact.objects.filter(occurrence=late, deed=Deed.LATE).count() == 1


def test_a_sweep_after_the_other_writes_nothing_twice(late: Occurrence) -> None:
    now = late.due_at + HOUR
    assert sweep(now) == 2
    assert sweep(now) == 0
    assert sweep(now + HOUR) == 0
    assert Letter.objects.count() == 2


def test_after_a_long_sleep_there_is_one_rung_and_one_letter_for_each_of_all_its_people(late: Occurrence) -> None:
    sweep(late.due_at + 7 * DAY)

    assert rungs(late) == [("delivery", 3)]
    assert told() == {"Víctor", "Luis", "Ana", "Fede"}
    assert set(waiting()) == {"Víctor", "Luis", "Ana", "Fede"}
    assert Fact.objects.get(occurrence=late).at == late.due_at


def test_a_person_gets_one_letter_for_all_that_is_to_be_said(cast: Cast) -> None:
    times = [time_of(promised(cast, asks.once(f"Cosa {n}"))) for n in range(4)]

    sweep(times[0].due_at + HOUR)

    assert Notice.objects.filter(membership=cast.luis).count() == 4
    assert set(waiting()) == {"Luis"}
    assert set(Notice.objects.values_list("letter", flat=True)) == {waiting()["Luis"].pk}


def test_small_batches_put_into_the_same_letters(cast: Cast) -> None:
    for n in range(5):
        promised(cast, asks.once(f"Cosa {n}"))

    done = chasing.sweep(datetime(2026, 12, 5, 12, tzinfo=UTC), limit=2)

    assert (done.rows, done.notices, done.more) == (5, 5, False)
    assert set(waiting()) == {"Luis"}
    assert Rung.objects.count() == 5


def test_a_sweep_whose_time_is_over_says_that_there_is_more(cast: Cast) -> None:
    promised(cast)

    assert chasing.sweep(NOW + 60 * DAY, lasting=timedelta(0)) == chasing.Chased(more=True)


def test_who_does_not_want_to_be_reminded_is_not_and_nothing_else_changes(cast: Cast, late: Occurrence) -> None:
    Wishes.objects.create(membership=cast.victor, delivery=False)
    Wishes.objects.create(membership=cast.luis, verdict=False, answer=False, review=False)

    sweep(late.due_at + HOUR)

    assert told() == {"Luis"}
    assert set(waiting()) == {"Luis"}
    assert rungs(late) == [("delivery", 2)]
    assert Fact.objects.filter(occurrence=late, deed=Deed.LATE).exists()


def gone(member: Membership) -> None:
    Membership.objects.filter(pk=member.pk).update(left_at=NOW)


def reader(member: Membership) -> None:
    Membership.objects.filter(pk=member.pk).update(role=Role.VIEWER)


def locked_out(member: Membership) -> None:
    member.user.is_active = False
    member.user.save()


@pytest.mark.parametrize("become", [gone, reader])
def test_an_owner_who_is_gone_is_replaced_by_the_leads(
    cast: Cast, late: Occurrence, become: Callable[[Membership], None]
) -> None:
    become(cast.victor)
    assert late.warn_at is not None

    sweep(late.warn_at + SECOND)

    assert told() == {"Luis"}


@pytest.mark.parametrize("become", [gone, reader, locked_out])
def test_who_is_gone_gets_nothing(cast: Cast, late: Occurrence, become: Callable[[Membership], None]) -> None:
    become(cast.luis)

    sweep(late.due_at + HOUR)

    assert told() == {"Víctor"}


def test_a_facilitator_of_another_organization_hears_of_nothing(cast: Cast, late: Occurrence) -> None:
    sweep(late.due_at + 9 * DAY)

    assert not Notice.objects.filter(membership=cast.olga).exists()


@pytest.mark.parametrize(
    "settled",
    [
        {"delivered_at": NOW},
        {"paused_at": NOW},
        {"waived_at": NOW, "settled_at": NOW},
        {"cancelled_at": NOW, "settled_at": NOW},
    ],
)
def test_what_nobody_waits_for_is_left_alone_for_good(late: Occurrence, settled: dict[str, datetime]) -> None:
    Occurrence.objects.filter(pk=late.pk).update(**settled)

    assert sweep(late.due_at + HOUR) == 0

    late.refresh_from_db()
    assert (late.chase_at, late.rung) == (None, 0)
    assert not Rung.objects.exists()
    assert not Fact.objects.exists()


def delivered(occurrence: Occurrence, at: datetime) -> Occurrence:
    """Stands on the ladder of verdicts, as a delivery leaves it."""
    Occurrence.objects.filter(pk=occurrence.pk).update(
        delivered_at=at,
        deliveries=1,
        ladder="verdict",
        rung=0,
        judge_by=at + 3 * DAY,
        warn_at=at + DAY,
        escalate_at=at + 5 * DAY,
        chase_at=at + DAY,
    )
    occurrence.refresh_from_db()
    return occurrence


def test_a_missing_verdict_climbs_the_same_ladder_on_the_receiving_side(cast: Cast, late: Occurrence) -> None:
    at = late.due_at - 2 * HOUR
    delivered(late, at)

    sweep(at + DAY + SECOND)
    assert told(1) == {"Ana"}
    sweep(at + 3 * DAY + SECOND)
    assert told(2) == {"Ana"}
    sweep(at + 5 * DAY + SECOND)
    assert told(3) == {"Ana", "Luis", "Fede"}

    assert rungs(late) == [("verdict", 1), ("verdict", 2), ("verdict", 3)]
    assert set(Rung.objects.values_list("round", flat=True)) == {1}
    assert not Fact.objects.exists()


def test_of_the_client_the_voices_are_asked_for_the_verdict(cast: Cast) -> None:
    voz = build.person(cast.company, "Rita", voice=True)
    owed = time_of(promised(cast))
    Occurrence.objects.filter(pk=owed.pk).update(link=cast.to_client, owes=cast.sales, owed=cast.client)
    delivered(owed, owed.due_at - 2 * HOUR)

    sweep(owed.due_at + DAY)

    assert told() == {"Ana", voz.name}


def test_one_that_came_back_begins_a_new_ladder(cast: Cast, late: Occurrence) -> None:
    sweep(late.due_at + HOUR)
    Occurrence.objects.filter(pk=late.pk).update(
        deliveries=1, rung=0, failed_at=late.due_at + DAY, chase_at=late.warn_at
    )

    assert sweep(late.due_at + DAY + HOUR) == 2

    assert list(Rung.objects.order_by("pk").values_list("round", "n")) == [(0, 2), (1, 2)]
    # It was late once; that it came back is told by the verdict.
    assert Fact.objects.filter(occurrence=late, deed=Deed.LATE).count() == 1


def test_a_rung_that_was_written_is_not_written_again_whatever_the_column_says(late: Occurrence) -> None:
    sweep(late.due_at + HOUR)
    Occurrence.objects.filter(pk=late.pk).update(rung=0, chase_at=late.warn_at)

    assert sweep(late.due_at + 2 * HOUR) == 0
    assert Rung.objects.count() == 1
    assert Notice.objects.count() == 2


# When letters leave ---------------------------------------------------------------------------------------------------


def test_a_letter_waits_for_the_receivers_working_time(cast: Cast, late: Occurrence) -> None:
    """Due on Friday night in Mexico; Monday at nine, which is three in the afternoon in UTC. Luis sits in Madrid."""
    cast.luis.user.zone = "Europe/Madrid"
    cast.luis.user.save()

    sweep(late.due_at + SECOND)

    assert waiting()["Víctor"].next_try_at == datetime(2026, 12, 7, 15, tzinfo=UTC)
    assert waiting()["Luis"].next_try_at == datetime(2026, 12, 7, 8, tzinfo=UTC)


def test_during_working_time_it_leaves_at_once_but_not_on_a_holiday_or_in_the_break(late: Occurrence) -> None:
    for now, leaves in (
        (datetime(2026, 12, 8, 16, tzinfo=UTC), datetime(2026, 12, 8, 16, tzinfo=UTC)),
        (datetime(2026, 12, 8, 20, 30, tzinfo=UTC), datetime(2026, 12, 8, 21, tzinfo=UTC)),
        (datetime(2026, 12, 25, 16, tzinfo=UTC), datetime(2026, 12, 28, 15, tzinfo=UTC)),
    ):
        Letter.objects.all().delete()
        Notice.objects.all().delete()
        Rung.objects.all().delete()
        Occurrence.objects.filter(pk=late.pk).update(rung=0, chase_at=late.warn_at)
        sweep(now)
        assert waiting()["Víctor"].next_try_at == leaves


@pytest.mark.parametrize(
    ("zone", "now", "leaves"),
    [
        # In Santiago clocks go forward at midnight of 6 September 2026, in Madrid back at three on 25 October.
        ("America/Santiago", datetime(2026, 9, 5, 20, tzinfo=UTC), datetime(2026, 9, 7, 12, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 9, 3, 2, tzinfo=UTC), datetime(2026, 9, 3, 13, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 10, 23, 5, tzinfo=UTC), datetime(2026, 10, 23, 7, tzinfo=UTC)),
        ("No/Where", datetime(2026, 10, 23, 5, tzinfo=UTC), datetime(2026, 10, 23, 15, tzinfo=UTC)),
    ],
)
def test_nine_in_the_morning_stays_nine_when_clocks_change(
    cast: Cast, zone: str, now: datetime, leaves: datetime
) -> None:
    member = cast.luis
    member.user.zone = zone
    assert chasing.next_working_moment(member, now) == leaves


def test_a_letter_waits_until_the_sweep_is_through(late: Occurrence) -> None:
    assert not chasing.is_behind(late.due_at - 9 * DAY)
    assert chasing.is_behind(late.due_at)
    sweep(late.due_at + SECOND)
    assert not chasing.is_behind(late.due_at + SECOND)
    Occurrence.objects.filter(pk=late.pk).update(rung=0, chase_at=late.warn_at)
    assert chasing.is_behind(late.due_at + SECOND)


# What fails -----------------------------------------------------------------------------------------------------------

POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.occurrence_id = {pk} THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$;
CREATE TRIGGER poison BEFORE INSERT ON contracts_rung FOR EACH ROW EXECUTE FUNCTION poison()
"""


def test_a_poisoned_row_steps_aside_for_an_hour_and_the_others_go_on(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    times = [time_of(promised(cast, asks.once(f"Cosa {n}"))) for n in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(POISON.format(pk=times[2].pk))
    now = times[0].due_at + HOUR

    assert sweep(now) == 4

    assert Rung.objects.exclude(occurrence=times[2]).count() == 4
    times[2].refresh_from_db()
    assert (times[2].rung, times[2].chase_at) == (0, now + HOUR)
    assert times[2].ref in caplog.text
    assert not chasing.is_behind(now)

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER poison ON contracts_rung")
    assert sweep(now + HOUR + SECOND) == 1
    assert rungs(times[2]) == [("delivery", 2)]


def test_an_organization_without_working_time_is_chased_all_the_same(cast: Cast, late: Occurrence) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(week=[[] for _ in range(7)])

    assert sweep(late.due_at + SECOND) == 2
    assert waiting()["Luis"].next_try_at == late.due_at + SECOND


# How much it costs ----------------------------------------------------------------------------------------------------


def queries(now: datetime) -> int:
    with CaptureQueriesContext(
        connection,
    ) as counted:
        chasing.chase_due(now)
    return len(counted)


def test_a_batch_takes_the_same_statements_whatever_its_size(cast: Cast) -> None:
    promised(cast, asks.once("Una", due_on=date(2026, 11, 20)))
    one = queries(datetime(2026, 11, 21, 12, tzinfo=UTC))
    for n in range(6):
        promised(cast, asks.once(f"Cosa {n}", due_on=date(2026, 12, 1)))
    Letter.objects.update(gathers="", state="left_out")

    assert queries(datetime(2026, 12, 2, 12, tzinfo=UTC)) == one


def test_leads_of_a_side_are_told_once_even_if_they_lead_both(cast: Cast, late: Occurrence) -> None:
    AreaPart.objects.create(membership=cast.luis, area=cast.sales, part=Part.LEAD)

    sweep(late.due_at + 9 * DAY)

    assert Notice.objects.filter(membership=cast.luis).count() == 1

"""What a digest says to whom, and that it is written once: for each person and period, whatever happens."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from areas.models import AreaPart, Membership, Organization, User
from areas.words import Part
from contracts import drafting
from contracts.digest import leaving, periods, writing
from contracts.digest.words import Told
from contracts.models import Commitment, Digest
from contracts.tasks import digest
from contracts.words import Often, Side
from post.models import Letter, Pulse
from requests.models import Ask
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.owed import falls_due, kept, repaired

FAR = date(2027, 3, 1)
# Monday, a quarter of an hour after the digest is due in Mexico (UTC-6); the people of the cast joined a week before.
MONDAY = datetime(2026, 11, 23, 14, 15, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def promised(cast: Cast) -> Ask:
    """What logistics promised sales."""
    ask = asks.agreed(cast, terms=asks.once("Plan confirmado", FAR))
    asks.signed(cast)
    return ask


def told_to(member: Membership, now: datetime = MONDAY, language: str = "en") -> Told:
    member = Membership.objects.select_related("organization", "user").get(pk=member.pk)
    teller, reading = writing.digest_of(member, now, language)
    return teller.tell(reading)


def sections(member: Membership, now: datetime = MONDAY) -> dict[str, list[str]]:
    """Section → what its lines say, without the path."""
    return {
        part.name: [f"{line.pill}: {line.outcome}, {line.when}, {line.who}" for line in part.lines]
        for part in told_to(member, now).parts
    }


def letters_to(member: Membership) -> list[Letter]:
    return list(Letter.objects.filter(to_email=member.user.email, kind=writing.KIND).order_by("pk"))


def broken(promised: Ask) -> None:
    """Overdue since the Thursday before."""
    falls_due(promised, MONDAY - 4 * DAY)


# What it says ---------------------------------------------------------------------------------------------------------


def test_the_side_that_promised_and_the_side_that_waits_read_the_same_broken_promise(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY - 4 * DAY)
    late = "overdue: Plan confirmado, was due 19 Nov 2026, 08:15, 4 days late"
    assert sections(cast.luis) == {"broke": [f"{late}, for Ventas"]}
    assert sections(cast.victor) == sections(cast.luis)
    assert sections(cast.ana) == {"broken_to": [f"{late}, promised by Logística"]}
    assert sections(cast.marta) == {}


def test_each_kind_of_broken_in_words_the_oldest_first(cast: Cast, promised: Ask) -> None:
    due = [MONDAY - n * DAY for n in (12, 11, 10, 9, 8)]
    falls_due(promised, due[4])
    falls_due(promised, due[3], failed_at=due[3])
    falls_due(promised, due[2], delivered_at=due[2] + DAY, judge_by=due[2] + 3 * DAY)
    settled = MONDAY - 2 * DAY
    mended = {"delivered_at": due[1] + DAY, "judged_at": settled, "worked": True, "settled_at": settled}
    falls_due(promised, due[1], **mended)
    kept(promised, due[0])
    assert [line.partition(", ")[0] + line.partition("2026")[2] for line in sections(cast.luis)["broke"]] == [
        "repaired: Plan confirmado, 08:15, put right 13 Nov 2026, 08:15, for Ventas",
        "broken: Plan confirmado, 08:15, delivered 14 Nov 2026, 08:15, and 1 more time, for Ventas",
        "overdue: Plan confirmado, 08:15, 8 days late, for Ventas",
    ]


def test_what_did_not_work_and_came_back_says_so(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY - DAY, failed_at=MONDAY - DAY)
    assert sections(cast.luis)["broke"] == [
        "broken: Plan confirmado, did not work and was sent back; it was due 22 Nov 2026, 08:15, for Ventas"
    ]


def test_what_was_mended_is_told_once_more_and_then_no_more(cast: Cast, promised: Ask) -> None:
    repaired(promised, MONDAY - 5 * DAY)
    assert list(sections(cast.luis)) == ["broke"]
    assert sections(cast.luis, MONDAY + 3 * DAY) == {}


def test_a_number_below_its_target_is_said_with_both(cast: Cast) -> None:
    ask = asks.agreed(cast, terms=asks.measured(first_on=FAR))
    asks.signed(cast)
    due = MONDAY - 3 * DAY
    falls_due(ask, due, delivered_at=due - DAY, met=False, value="91.5", judge_by=due + 3 * DAY)
    assert sections(cast.luis)["broke"] == ["broken: Órdenes completas, 91.5% instead of 95%, for Ventas"]


def test_what_was_forgiven_cancelled_paused_or_kept_is_not_broken(cast: Cast, promised: Ask) -> None:
    due = MONDAY - 3 * DAY
    falls_due(promised, due, waived_at=due, settled_at=due)
    falls_due(promised, due - DAY, cancelled_at=due, settled_at=due)
    falls_due(promised, due - 2 * DAY, paused_at=due - 3 * DAY)
    kept(promised, due - 3 * DAY)
    assert sections(cast.luis) == {}


def test_a_verdict_waits_for_who_decides_and_an_answer_for_all_of_the_area(cast: Cast, promised: Ask) -> None:
    due = MONDAY + 3 * DAY
    falls_due(promised, due, delivered_at=MONDAY - DAY, judge_by=MONDAY + DAY)
    asks.asked(cast, cast.to_sales, Direction.REQUIREMENT, terms=asks.once("Pedidos completos"))
    clerk = build.person(cast.company, "Sara", works_in=[cast.sales])
    answer = "to answer: Pedidos completos, answer expected by Thu, 19 Nov 2026, asked by Logística"
    verdict = "to judge: Plan confirmado, verdict expected by 24 Nov 2026, 08:15, delivered by Logística"
    assert sections(cast.ana) == {"waiting": [answer, verdict]}
    assert sections(clerk) == {"waiting": [answer]}
    assert sections(cast.luis) == {}


def test_who_had_a_part_in_the_delivery_is_not_asked_for_the_clients_verdict(cast: Cast) -> None:
    ask = to_the_client(cast)
    falls_due(ask, MONDAY + DAY, delivered_at=MONDAY - DAY, judge_by=MONDAY + 2 * DAY)
    voice = Membership.objects.get(user__name="Vilma")
    assert "waiting" not in sections(cast.ana)
    assert list(sections(voice)) == ["waiting"]


def to_the_client(cast: Cast) -> Ask:
    """What sales promised the client, signed; Vilma speaks for the client."""
    voice = build.person(cast.company, "Vilma", voice=True)
    agreed = asks.agreed(cast, asks.asked(cast, cast.to_client, by=voice, terms=asks.once("Entrega a tiempo", FAR)))
    contract = drafting.contract_of(cast.to_client)
    read = drafting.proposal(contract).digest
    drafting.sign(contract, Side.CUSTOMER, build.actor(voice), digest=read, now=NOW)
    drafting.sign(contract, Side.SUPPLIER, cast.actor("ana"), digest=read, now=NOW)
    return agreed


def test_due_this_week_is_what_ones_own_side_owes_until_next_monday(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY + DAY)
    falls_due(promised, datetime(2026, 11, 30, 5, 59, tzinfo=UTC))  # Sunday, a minute to midnight
    falls_due(promised, datetime(2026, 11, 30, 6, 0, tzinfo=UTC))
    assert sections(cast.luis)["due"] == [
        "upcoming: Plan confirmado, due 24 Nov 2026, 08:15, and 1 more time, for Ventas"
    ]
    assert sections(cast.ana) == {}
    told = told_to(cast.luis)
    assert told.parts[0].title == "Due this week"
    assert told_to(cast.luis, MONDAY + DAY).parts[0].title == "Due in the next seven days"


def test_each_line_has_its_path_to_the_client(cast: Cast) -> None:
    first = to_the_client(cast)
    second = asks.agreed(cast, terms=asks.once("Plan", FAR), why=first)
    third = asks.agreed(cast, link=cast.to_logistics, terms=asks.once("Lote", FAR), why=second)
    asks.sign_both(cast, drafting.contract_of(cast.to_logistics))
    falls_due(third, MONDAY - DAY)
    [part] = told_to(cast.marta).parts
    [line] = part.lines
    assert line.way == "Producción → Logística → Ventas → " + cast.client.name
    assert line.problem == "Reducir los tiempos de entrega"


def test_ten_of_a_section_and_a_link_to_the_rest(cast: Cast) -> None:
    for n in range(13):
        asks.agreed(cast, terms=asks.once(f"Plan {n}", FAR))
    asks.signed(cast)
    for n, commitment in enumerate(Commitment.objects.order_by("pk")):
        falls_due(commitment, MONDAY - (n + 1) * DAY)
    [part] = told_to(cast.luis).parts
    assert (part.total, len(part.lines), part.rest) == (13, 10, "and 3 more")
    assert [line.outcome for line in part.lines] == [f"Plan {n}" for n in range(12, 2, -1)]
    assert part.rest_url.endswith(f"/o/{cast.organization.ref}/desk/")


def test_a_promise_broken_again_and_again_is_one_line_from_its_oldest_time(cast: Cast, promised: Ask) -> None:
    for n in range(13):
        falls_due(promised, MONDAY - (n + 1) * DAY)
    [part] = told_to(cast.luis).parts
    assert part.total == 1
    assert [line.when for line in part.lines] == ["was due 10 Nov 2026, 08:15, 13 days late, and 12 more times"]


def test_a_promise_between_two_of_my_areas_stands_once(cast: Cast, promised: Ask) -> None:
    AreaPart.objects.create(membership=cast.luis, area=cast.sales, part=Part.MEMBER)
    broken(promised)
    assert list(sections(cast.luis)) == ["broke"]


def test_a_facilitator_without_an_area_reads_the_organization(cast: Cast, promised: Ask) -> None:
    broken(promised)
    falls_due(promised, MONDAY + DAY)
    falls_due(promised, MONDAY - 6 * DAY, delivered_at=MONDAY - 7 * DAY, judge_by=MONDAY - 2 * DAY)
    asks.asked(cast, terms=asks.once("Otra cosa"), answer_by=date(2026, 11, 30))
    asks.asked(cast, terms=asks.once("Sin respuesta"), answer_by=date(2026, 11, 20))
    found = sections(cast.fede)
    assert list(found) == ["broken", "unanswered", "all_due"]
    assert [line.rpartition(", ")[2] for line in found["unanswered"]] == [
        "Logística has not answered Ventas",
        "Ventas has not judged what Logística delivered",
    ]
    assert [line.rpartition(", ")[2] for line in found["broken"]] == ["Logística for Ventas"]


def test_a_viewer_reads_what_is_broken_and_who_has_no_area_nothing(cast: Cast, promised: Ask) -> None:
    broken(promised)
    falls_due(promised, MONDAY + DAY)
    guest = build.person(cast.company, "Gil")
    assert list(sections(cast.vera)) == ["broken"]
    assert sections(guest) == {}


def test_nothing_of_another_organization(cast: Cast, promised: Ask) -> None:
    broken(promised)
    assert sections(cast.olga) == {}


def test_the_kept_rate_of_each_of_my_areas_beside_the_week_before(cast: Cast, promised: Ask) -> None:
    last, before = datetime(2026, 11, 18, 18, tzinfo=UTC), datetime(2026, 11, 11, 18, tzinfo=UTC)
    kept(promised, last)
    kept(promised, last + timedelta(hours=1))
    repaired(promised, last + timedelta(hours=2))
    repaired(promised, before)
    [rate] = told_to(cast.luis).rates
    assert (rate.area, rate.last, rate.before) == ("Logística", "67% (2 of 3)", "0% (0 of 1)")
    [whole] = told_to(cast.fede).rates
    assert (whole.area, whole.last) == (cast.organization.name, "67% (2 of 3)")
    assert told_to(cast.marta).rates == []


# When it is due -------------------------------------------------------------------------------------------------------


def test_the_key_is_the_iso_week(cast: Cast) -> None:
    for day, key in (
        (datetime(2026, 12, 28, 15, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 15, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, 13, 59, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, 14, 0, tzinfo=UTC), "2027-W01"),
        (datetime(2024, 12, 30, 15, tzinfo=UTC), "2025-W01"),
    ):
        assert periods.weekly(cast.organization, day).key == key


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("America/Mexico_City", date(2026, 7, 6), 14),
        ("Europe/Madrid", date(2026, 10, 19), 6),
        ("Europe/Madrid", date(2026, 10, 26), 7),
        ("America/Santiago", date(2026, 8, 31), 12),
        ("America/Santiago", date(2026, 9, 7), 11),
        ("Pacific/Kiritimati", date(2026, 11, 23), 18 - 24),
    ],
)
def test_eight_in_the_morning_where_the_organization_is(cast: Cast, zone: str, day: date, utc: int) -> None:
    organization = cast.organization
    organization.zone = zone
    at = datetime.combine(day, time(), UTC) + timedelta(hours=utc)
    assert periods.weekly(organization, at).at == at
    assert periods.weekly(organization, at - timedelta(microseconds=1)).day == day - WEEK


def test_an_hour_that_a_night_leaves_out_or_has_twice_comes_once(cast: Cast) -> None:
    organization = cast.organization
    organization.zone, organization.digest_weekday, organization.digest_time = "Europe/Madrid", 6, time(2, 30)
    assert periods.weekly(organization, datetime(2026, 3, 29, 12, tzinfo=UTC)).at == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert periods.weekly(organization, datetime(2026, 10, 25, 12, tzinfo=UTC)).at == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_daily_one_has_the_day_of_the_last_working_day(cast: Cast) -> None:
    organization = cast.organization

    def day(at: datetime) -> str:
        moment = periods.daily(organization, at, organization.calendar)
        assert moment
        return moment.key

    assert day(datetime(2026, 11, 20, 14, tzinfo=UTC)) == "2026-11-20"
    assert day(datetime(2026, 11, 22, 20, tzinfo=UTC)) == "2026-11-20"
    assert day(datetime(2026, 11, 23, 13, 59, tzinfo=UTC)) == "2026-11-20"
    assert day(MONDAY) == "2026-11-23"
    # The Monday before is a holiday in Mexico.
    assert day(datetime(2026, 11, 16, 20, tzinfo=UTC)) == "2026-11-13"


# Writing --------------------------------------------------------------------------------------------------------------


def test_one_for_each_person_who_is_concerned_and_no_second(cast: Cast, promised: Ask) -> None:
    broken(promised)
    assert writing.write_due(MONDAY - timedelta(hours=1)) == 0
    assert writing.write_due(MONDAY) == 5
    assert writing.write_due(MONDAY) == writing.write_due(MONDAY + 6 * DAY) == 0
    for member in (cast.luis, cast.victor, cast.ana, cast.fede, cast.vera):
        [letter] = letters_to(member)
        [row] = Digest.objects.filter(membership=member)
        assert (row.period, row.letter) == ("2026-W48", letter)
    # Everybody's row says that the week was dealt with; of the others there was nothing to say.
    assert Digest.objects.filter(period="2026-W48").count() == Membership.objects.count()


def test_who_slept_three_weeks_writes_the_current_one_only(cast: Cast, promised: Ask) -> None:
    broken(promised)
    assert writing.write_due(MONDAY + 3 * WEEK + 2 * DAY) == 5
    assert set(Digest.objects.values_list("period", flat=True)) == {"2026-W51"}


def test_another_weekday_does_not_make_a_second_one_in_the_week(cast: Cast, promised: Ask) -> None:
    broken(promised)
    writing.write_due(MONDAY)
    Organization.objects.update(digest_weekday=3)
    assert writing.write_due(MONDAY + 4 * DAY) == 0


def test_off_is_never_and_daily_is_each_working_day(cast: Cast, promised: Ask) -> None:
    broken(promised)
    leaving.set_often(cast.luis, Often.OFF)
    leaving.set_often(cast.ana, Often.DAILY)
    days = [MONDAY + n * DAY for n in range(7)]
    for day in days:
        writing.write_due(day)
    assert letters_to(cast.luis) == []
    assert len(letters_to(cast.ana)) == 5
    assert len(letters_to(cast.victor)) == 1


def test_weekly_again_on_thursday_waits_for_monday(cast: Cast, promised: Ask) -> None:
    broken(promised)
    leaving.set_often(cast.luis, Often.OFF)
    writing.write_due(MONDAY)
    leaving.set_often(cast.luis, Often.WEEKLY)
    writing.write_due(MONDAY + 3 * DAY)
    assert letters_to(cast.luis) == []
    writing.write_due(MONDAY + WEEK)
    assert len(letters_to(cast.luis)) == 1


def test_who_joins_later_waits_and_who_left_gets_none(cast: Cast, promised: Ask) -> None:
    broken(promised)
    late = build.person(cast.company, "Tania", works_in=[cast.logistics])
    Membership.objects.filter(pk=late.pk).update(joined_at=MONDAY)
    Membership.objects.filter(pk=cast.victor.pk).update(left_at=NOW)
    User.objects.filter(pk=cast.luis.user_id).update(is_active=False)
    assert writing.write_due(MONDAY + DAY) == 3
    assert [letters_to(one) for one in (late, cast.victor, cast.luis)] == [[], [], []]
    writing.write_due(MONDAY + WEEK)
    assert len(letters_to(late)) == 1


def test_nothing_to_say_is_no_letter_but_once_a_month_a_short_one(cast: Cast) -> None:
    for n in range(6):  # 23 and 30 November, 7 to 28 December
        writing.write_due(MONDAY + n * WEEK)
    [letter] = letters_to(cast.marta)
    assert sorted(Digest.objects.filter(membership=cast.marta, letter=letter).values_list("period", flat=True)) == [
        "2026-12 in order",
        "2026-W50",
    ]
    assert Digest.objects.filter(membership=cast.marta).count() == 7


def test_who_reads_daily_is_told_once_a_month_too_and_who_never_reads_is_not(cast: Cast) -> None:
    leaving.set_often(cast.luis, Often.DAILY)
    leaving.set_often(cast.marta, Often.OFF)
    for n in range(31):
        writing.write_due(MONDAY + n * DAY)
    assert len(letters_to(cast.luis)) == 1
    assert letters_to(cast.marta) == []


def test_who_has_no_area_is_not_told_that_all_is_in_order(cast: Cast) -> None:
    guest = build.person(cast.company, "Gil")
    writing.write_due(MONDAY + 2 * WEEK)
    assert letters_to(guest) == []


def test_in_the_language_of_the_person(cast: Cast, promised: Ask) -> None:
    broken(promised)
    User.objects.filter(pk=cast.luis.user_id).update(language="en")
    writing.write_due(MONDAY)
    [letter] = letters_to(cast.luis)
    assert (letter.language, letter.subject) == ("en", "1 broken promise · Muebles del Norte")
    assert 'lang="en"' in letter.html
    [other] = letters_to(cast.victor)
    assert other.language == "es"


def test_a_letter_bears_the_one_click_way_out(cast: Cast, promised: Ask, settings: Any) -> None:
    broken(promised)
    writing.write_due(MONDAY)
    [letter] = letters_to(cast.luis)
    leave = f"{settings.BASE_URL}/u/{leaving.token_of(cast.luis.ref)}/"
    assert letter.headers == {
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert leave in letter.text
    assert leave in letter.html


def written_by_the_batch(cast: Cast, people: int) -> int:
    """Queries of one batch of so many people, all of whom get a letter."""
    for n in range(people - Membership.objects.filter(organization=cast.organization).count()):
        areas = [cast.logistics] if n % 2 else [cast.sales, cast.production]
        build.person(cast.company, f"Persona {n}", email=f"p{n}@example.com", leads=areas)
    [due] = [one for one in writing.due_now(MONDAY) if one.organization == cast.organization]
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        transaction.atomic(),
    ):
        claimed, _letters = writing.Run(due, MONDAY).batch()
    assert claimed == people
    return len([one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]])


@pytest.mark.parametrize("people", [8, 60])
def test_six_queries_a_batch_whatever_its_size(cast: Cast, promised: Ask, people: int) -> None:
    for n in range(people // 4):
        falls_due(promised, MONDAY - n * DAY)
    assert written_by_the_batch(cast, people) == 6


def test_a_batch_that_did_not_come_to_its_end_leaves_nothing(cast: Cast, promised: Ask) -> None:
    broken(promised)
    with transaction.atomic():
        assert writing.write_due(MONDAY) == 5
        transaction.set_rollback(True)
    assert not Digest.objects.exists()
    assert not Letter.objects.filter(kind=writing.KIND).exists()
    assert writing.write_due(MONDAY) == 5


def test_people_of_another_area_in_the_next_batch_are_told_theirs(cast: Cast, promised: Ask) -> None:
    broken(promised)
    [due] = [one for one in writing.due_now(MONDAY) if one.organization == cast.organization]
    run = writing.Run(due, MONDAY)
    others = list(Membership.objects.exclude(pk=cast.marta.pk).values_list("pk", flat=True))
    Membership.objects.filter(pk__in=others).update(left_at=NOW)
    assert run.batch() == (1, 0)
    Membership.objects.filter(pk__in=others).update(left_at=None)
    assert run.batch() == (6, 5)


def test_in_batches_of_two_everybody_gets_one(cast: Cast, promised: Ask) -> None:
    broken(promised)
    assert writing.write_due(MONDAY, batch=2) == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_digest_once() -> None:
    cast = muebles_del_norte()
    ask = asks.agreed(cast, terms=asks.once("Plan confirmado", FAR))
    asks.signed(cast)
    broken(ask)
    for n in range(60):
        build.person(cast.company, f"Persona {n}", email=f"p{n}@example.com", works_in=[cast.logistics])
    written: list[int] = []
    together = threading.Barrier(3)

    def work() -> None:
        together.wait()
        written.append(writing.write_due(MONDAY, batch=7))
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # What two had in hand at once is left for the next sweep.
    written.append(writing.write_due(MONDAY))
    assert sum(written) == Letter.objects.filter(kind=writing.KIND).count() == 65
    assert Digest.objects.filter(letter__isnull=False).count() == 65


def test_the_task_tells_the_operator_what_it_did(cast: Cast) -> None:
    digest()
    pulse = Pulse.objects.get(name="contracts.tasks.digest")
    assert pulse.finished_at
    assert pulse.facts == {"letters": 0}


def test_weekly_after_three_sendings_at_once_is_enough(cast: Cast, promised: Ask) -> None:
    broken(promised)
    for minute in range(3):
        writing.send_now(cast.luis, MONDAY + timedelta(minutes=minute))
    assert writing.send_now(cast.luis, MONDAY + timedelta(minutes=2, seconds=20)).key.endswith("14:17")
    with pytest.raises(writing.Enough):
        writing.send_now(cast.luis, MONDAY + timedelta(minutes=3))
    assert Letter.objects.filter(kind=writing.KIND_NOW).count() == 3
    writing.send_now(cast.luis, MONDAY + timedelta(minutes=70))

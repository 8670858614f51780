"""Rooms as nobody draws them on a slide: odd chains, rows that change while the room talks, clocks of the other side of
the world. Every screen is looked at in every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from areas import drawing
from areas.access import Actor
from areas.models import Area, Membership
from areas.words import Kind, Role
from contracts.models import Occurrence
from post.models import Letter
from requests import moves, problems
from requests.models import Ask, ClientProblem
from requests.moves import Refused
from requests.states import Direction, State
from requests.words import Moment, Process
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast
from tests.workshops import play
from workshops import after, recording, running, seats, taking
from workshops.models import Seat, Takeaway, Workshop
from workshops.phases import Takes
from workshops.room import line_of, read_room, shape_of


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def phone_of(seat: Seat) -> Client:
    client = Client()
    client.cookies[seats.cookie_name(seat.workshop)] = seats.sign(seat)
    client.cookies["django_language"] = "en"
    return client


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    client.cookies["django_language"] = "en"
    return client


PAGES = ("console", "projector", "workshop", "export_md", "export_csv", "sheets", "record", "closing", "choose")


def look(room: Workshop, facilitator: Membership, *people: Seat, pages: tuple[str, ...] = PAGES) -> dict[str, str]:
    """All screens of the room as they stand now; each has to come."""
    room = play.fresh(room)
    here = {"org": room.organization.ref, "ref": room.ref}
    console = signed_in(facilitator)
    shown: dict[str, str] = {}
    for name in pages if not room.closed_at else PAGES[1:6]:
        answer = console.get(reverse(f"workshops:{name}", kwargs=here))
        assert answer.status_code == 200, (name, room.step, answer.status_code)
        shown[name] = answer.content.decode()
    for seat in people:
        answer = phone_of(seat).get(f"/w/{room.code}/")
        assert answer.status_code == 200, (seat.name, room.step)
        shown[seat.name] = answer.content.decode()
    return shown


def through(room: Workshop, facilitator: Membership, *people: Seat) -> None:
    """All steps of the plan, all screens in each."""
    steps = line_of(play.fresh(room), shape_of(room)[4])
    for step in steps:
        play.to(room, step.key, by=facilitator)
        look(room, facilitator, *people, pages=("console", "projector", "workshop"))


# Chains ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_company_of_one_area_plays_all_that_there_is() -> None:
    org = build.company("Taller de Uno")
    only = build.area(org, "Todo", Kind.OPERATIONS)
    build.link(org, org.client, only)
    room = running.create(org.actor, name="Solos", language="es", now=NOW)
    eva = seats.join(room, name="Eva", area=only, now=NOW).seat

    through(room, org.founder, eva)

    assert [step.key for step in line_of(room, shape_of(room)[4])] == [
        "mirror",
        "problem",
        "voice",
        "answers",
        "agreements",
        "close",
    ]
    room = play.to(room, "voice", by=org.founder)
    assert "No area supplies yours, so you ask nobody in this round." in look(room, org.founder, eva)["Eva"]


@pytest.mark.django_db
def test_areas_in_a_circle_and_apart_are_each_asked_once_and_seen() -> None:
    """HR serves IT and IT serves HR; the canteen is linked with nobody."""
    org = build.company("Red", language="es")
    sales = build.area(org, "Ventas", Kind.SALES)
    it = build.area(org, "Sistemas", Kind.IT)
    hr = build.area(org, "Personas", Kind.HUMAN_RESOURCES)
    canteen = build.area(org, "Comedor")
    build.link(org, org.client, sales)
    build.link(org, sales, it)
    circle = build.link(org, it, hr), build.link(org, hr, it)
    _problem(org.actor, sales)
    room = running.create(org.actor, name="Red", language="es", now=NOW)
    ana, ines, hugo, caro = (
        seats.join(room, name=name, area=area, now=NOW).seat
        for name, area in (("Ana", sales), ("Inés", it), ("Hugo", hr), ("Caro", canteen))
    )
    through(room, org.founder, ana, ines, hugo, caro)

    play.to(room, "chain:3", by=org.founder)
    one = play.ask(hugo, circle[1])
    other = play.ask(ines, circle[0])
    assert (one.performer, other.performer) == (it, hr)
    shown = look(room, org.founder, ana, ines, hugo, caro)
    assert "asks/new" not in shown["Caro"]


def _problem(actor: Actor, area: Area, statement: str = "Entregar antes") -> ClientProblem:
    fields = {"statement": statement, "process": Process.RETAIN, "moment": Moment.DELIVER, "accountable": area}
    return problems.raise_problem(actor, fields=fields, now=NOW)


def test_a_rehearsal_is_on_every_screen_and_can_be_taken_along_unfinished(cast: Cast) -> None:
    room = play.opened(cast, is_rehearsal=True)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    shown = look(room, cast.fede, ana)
    for name in ("console", "projector", "workshop", "Ana"):
        assert "Rehearsal" in shown[name] or "Ensayo" in shown[name], name
    assert "nsayo" in shown["export_md"]


# What changes while the room talks ------------------------------------------------------------------------------------


@pytest.fixture
def room(cast: Cast) -> Workshop:
    return play.opened(cast)


def test_an_area_that_is_archived_in_the_middle_leaves_the_room_standing(cast: Cast, room: Workshop) -> None:
    pablo = play.sit(room, "Pablo", cast.production)
    luis = play.sit(room, "Luis", cast.logistics)
    paula = play.sit(room, "Paula", cast.administration)
    play.to(room, "chain:3")
    play.ask(pablo, cast.to_production)
    room = play.fresh(room)
    recording.seat_for(room, cast.actor("fede"), "Sin Teléfono", cast.production, NOW)

    drawing.archive_area(cast.actor("fede"), cast.production, NOW)
    look(room, cast.fede, pablo, luis, paula)
    through(room, cast.fede, pablo, luis, paula)

    play.to(room, "chain:2")
    with pytest.raises(Refused):
        play.ask(luis, cast.to_logistics)
    assert play.fresh(room).version  # still driven
    room = play.fresh(room)
    after.finish(room, cast.actor("fede"), room.version, NOW)
    look(room, cast.fede, pablo, luis, paula)


def test_the_round_of_an_area_that_is_gone_leads_on_and_back(cast: Cast, room: Workshop) -> None:
    play.to(room, "chain:4")
    drawing.archive_area(cast.actor("fede"), cast.administration, NOW)
    look(room, cast.fede)
    room = play.fresh(room)
    running.advance(room, cast.actor("fede"), room.version, NOW)
    assert play.fresh(room).step == "answers"


def test_a_link_that_is_ended_in_the_middle_is_no_longer_asked_on(cast: Cast, room: Workshop) -> None:
    luis = play.sit(room, "Luis", cast.logistics)
    pablo = play.sit(room, "Pablo", cast.production)
    play.to(room, "chain:2")
    assert f"asks/new/{cast.to_logistics.ref}/need" in look(room, cast.fede, luis)["Luis"]

    drawing.end_link(cast.actor("fede"), cast.to_logistics, NOW)

    assert f"asks/new/{cast.to_logistics.ref}/need" not in look(room, cast.fede, luis)["Luis"]
    with pytest.raises(Refused):
        play.ask(luis, cast.to_logistics)
    through(room, cast.fede, luis, pablo)


def test_a_renamed_area_is_called_so_on_every_screen(cast: Cast, room: Workshop) -> None:
    luis = play.sit(room, "Luis", cast.logistics)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    play.ask(ana, cast.to_sales)
    look(room, cast.fede, luis, ana)

    drawing.edit_area(
        cast.actor("fede"),
        cast.logistics,
        version=cast.logistics.version,
        name="Almacén y Reparto",
        kind=cast.logistics.kind,
        description="",
        now=NOW,
    )

    shown = look(room, cast.fede, luis, ana)
    for name in ("console", "projector", "workshop", "export_md", "Luis", "Ana"):
        assert "Almacén y Reparto" in shown[name], name
        assert "Logística" not in shown[name], name


def test_a_chosen_problem_that_is_closed_elsewhere_is_chosen_anew(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    room = play.to(room, "voice")
    assert room.problem is not None
    problems.close(room.problem, cast.actor("fede"), NOW)

    shown = look(room, cast.fede, ana)
    assert "The room has not chosen the client's problem yet." in shown["Ana"]
    with pytest.raises(Refused):
        play.ask(ana, cast.to_sales)

    room = play.fresh(room)
    fields = {
        "statement": room.problem.statement if room.problem else "",
        "process": Process.RETAIN,
        "moment": Moment.DELIVER,
        "accountable": cast.sales,
    }
    chosen = running.choose(room, cast.actor("fede"), room.version, NOW, fields=fields, proposal=None)
    assert not chosen.closed_at
    play.ask(ana, cast.to_sales)
    # Undoing the choice gives back the problem that is closed; it does not come into focus again.
    room = play.fresh(room)
    running.undo(room, cast.actor("fede"), room.version, NOW)
    look(room, cast.fede, ana)


def test_an_ask_that_is_answered_at_a_desk_while_the_room_talks(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    luis = play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    seen = one.version

    moves.agree(one, cast.actor("luis"), version=one.version, owner=cast.luis, now=NOW)

    with pytest.raises(taking.Overtaken):
        taking.agree(play.seated(luis), one.ref, version=seen, key=play.key(), now=NOW)
    shown = look(room, cast.fede, ana, luis)
    assert "agreed" in shown["Luis"]
    play.to(room, "agreements")
    assert f"sign-{cast.to_sales.ref}" in look(room, cast.fede, ana, luis)["Luis"]


def test_two_rooms_of_one_company_at_once_do_not_mix(cast: Cast, room: Workshop) -> None:
    second = running.create(cast.actor("fede"), name="Otro", language="en", now=NOW)
    ana, bea = play.sit(room, "Ana", cast.sales), play.sit(second, "Bea", cast.sales)
    play.to(room, "voice")
    play.to(second, "voice")
    mine = play.ask(ana, cast.to_sales, terms=asks.once("Del primer taller"))
    play.ask(bea, cast.to_sales, terms=asks.once("Del segundo taller"))

    first, other = look(room, cast.fede, ana), look(second, cast.fede, bea)

    for name in ("console", "projector", "workshop", "export_md", "export_csv"):
        assert "Del primer taller" in first[name]
        assert "Del segundo taller" not in first[name]
        assert "Del segundo taller" in other[name]
        assert "Del primer taller" not in other[name]
    room, second = play.fresh(room), play.fresh(second)
    after.finish(room, cast.actor("fede"), room.version, NOW)
    assert second.is_open(NOW)
    mine.refresh_from_db()
    assert mine.state == State.ASKED


# Contracts that are there already -------------------------------------------------------------------------------------


def test_what_a_room_agrees_on_a_link_with_a_contract_is_its_next_version(cast: Cast, room: Workshop) -> None:
    asks.agreed(cast, link=cast.to_sales, terms=asks.weekly("De antes"))
    before = asks.signed(cast, cast.to_sales)
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    luis = play.sit(room, "Luis", cast.logistics, membership=cast.luis)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales, terms=asks.weekly("De hoy"))
    play.to(room, "chain:2")
    play.agree(luis, one)
    play.to(room, "agreements")
    shown = look(room, cast.fede, ana, luis)
    assert "De antes" in shown["Luis"]
    assert "De hoy" in shown["Luis"]

    assert play.sign(ana, cast.to_sales) is None
    version = play.sign(luis, cast.to_sales)

    assert version is not None
    assert version.n == before.n + 1
    before.refresh_from_db()
    assert before.superseded_at is not None
    assert sorted(version.clauses.values_list("outcome", flat=True)) == ["De antes", "De hoy"]
    look(room, cast.fede, ana, luis)


def test_at_the_end_deliveries_stand_ahead_with_their_first_reminders(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    luis = play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales, terms=asks.weekly())
    play.to(room, "chain:2")
    play.agree(luis, one)
    play.to(room, "agreements")
    play.sign(ana, cast.to_sales)
    assert play.sign(luis, cast.to_sales) is None  # a guest's
    given = cast.to_sales.contract.signatures.get(provisional=True)
    room = play.fresh(room)
    assert recording.confirm(room, cast.actor("fede"), given, NOW) is not None
    # What is confirmed no longer waits for it, on no screen.
    (contract,) = read_room(play.fresh(room), NOW).contracts
    assert (len(contract.signed), contract.here) == (2, {})

    answer = signed_in(cast.fede).post(
        reverse("workshops:closing", kwargs={"org": cast.organization.ref, "ref": room.ref}),
        {"version": play.fresh(room).version},
    )

    assert answer.status_code == 302
    first = Occurrence.objects.filter(commitment__link=cast.to_sales).order_by("due_at").first()
    assert first is not None
    assert first.chase_at is not None
    assert NOW < first.chase_at < first.due_at
    told = set(Letter.objects.filter(kind="workshop").values_list("to_email", flat=True))
    assert told == {cast.ana.user.email, cast.luis.user.email}


# What is sent on, and on ----------------------------------------------------------------------------------------------


def test_what_is_sent_on_three_times_is_still_seen(cast: Cast, room: Workshop) -> None:
    """Everybody thinks of somebody else; the last one says yes."""
    build.link(cast.company, cast.sales, cast.production)
    build.link(cast.company, cast.sales, cast.administration)
    quality = build.area(cast.company, "Calidad", Kind.QUALITY)
    build.link(cast.company, cast.sales, quality)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    pablo, paula = play.sit(room, "Pablo", cast.production), play.sit(room, "Paula", cast.administration)
    caro = play.sit(room, "Caro", quality)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales, terms=asks.once("Lo que nadie quiere"))
    play.to(room, "answers")
    for seat, onward in ((luis, cast.production), (pablo, cast.administration), (paula, quality)):
        play.decline(seat, one, redirect_to=onward)
        one = one.redirected_to.get()
    assert one.performer == quality

    shown = look(room, cast.fede, ana, caro)
    assert "Lo que nadie quiere" in shown["Caro"]
    # Paula's no stands as long as quality has not answered; it is one need, not three.
    assert [one.ask.performer for one in read_room(play.fresh(room), NOW).unmet] == [cast.administration]
    play.agree(caro, one)
    assert read_room(play.fresh(room), NOW).unmet == []


# Undo -----------------------------------------------------------------------------------------------------------------


def test_what_was_written_down_for_somebody_is_undone_while_nobody_went_on_from_it(cast: Cast, room: Workshop) -> None:
    fede = cast.actor("fede")

    def undo() -> str:
        here = play.fresh(room)
        return recording.undo(here, fede, here.version, NOW)

    pepe = recording.seat_for(play.fresh(room), fede, "Pepe", cast.sales, NOW)
    undo()
    assert not Seat.objects.get(pk=pepe.pk).is_in
    pepe = recording.seat_for(play.fresh(room), fede, "Pepe", cast.sales, NOW)

    play.to(room, "problem")
    proposal = recording.propose(play.fresh(room), fede, play.seated(pepe), "Llega tarde", play.key(), NOW)
    assert proposal is not None
    recording.ready(play.fresh(room), fede, play.seated(pepe), True, NOW)
    undo()
    assert Seat.objects.get(pk=pepe.pk).ready_for == ""
    undo()
    proposal.refresh_from_db()
    assert proposal.dropped_at == NOW

    room = play.to(room, "voice")
    written = _written(cast, room, "Por error")
    undo()
    written.refresh_from_db()
    assert written.state == State.WITHDRAWN
    # The step before it goes back next.
    undo()
    assert play.fresh(room).step == "problem"


def test_what_was_left_and_written_down_goes_back_to_what_stood_there(cast: Cast, room: Workshop) -> None:
    fede, kind = cast.actor("fede"), Takes.QUESTION.value
    pepe = recording.seat_for(room, fede, "Pepe", cast.sales, NOW)
    play.to(room, "close")
    for text, version in (("Primera", 0), ("Segunda", 1)):
        recording.take_away(
            play.fresh(room), fede, play.seated(pepe), kind, text, version=version, key=play.key(), now=NOW
        )
    for left in (["Primera"], []):
        here = play.fresh(room)
        recording.undo(here, fede, here.version, NOW)
        assert list(Takeaway.objects.values_list("text", flat=True)) == left


def test_what_others_went_on_from_stays_and_undo_says_so(cast: Cast, room: Workshop) -> None:
    fede = cast.actor("fede")
    luis = play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    written = _written(cast, room, "Ya contestada")
    play.to(room, "chain:2", by=cast.fede)
    # Back to the act of writing down: the step first.
    here = play.fresh(room)
    recording.undo(here, fede, here.version, NOW)
    play.to(room, "chain:2")
    play.agree(luis, written)
    here = play.fresh(room)
    recording.undo(here, fede, here.version, NOW)

    here = play.fresh(room)
    with pytest.raises(Refused):
        recording.undo(here, fede, here.version, NOW)
    written.refresh_from_db()
    assert written.state == State.AGREED
    assert play.fresh(room).version == here.version


def test_an_answer_that_was_written_down_is_not_called_back_by_undo(cast: Cast, room: Workshop) -> None:
    fede = cast.actor("fede")
    play.to(room, "voice")
    written = _written(cast, room, "Entrega")
    found = recording.ask_of(room, written.ref)
    assert found is not None
    recording.agree(
        play.fresh(room),
        fede,
        found,
        version=found.version,
        said_by="Luis",
        key=play.key(),
        now=NOW,
        owner_name="Luis",
    )
    answer = signed_in(cast.fede).post(
        reverse("workshops:console_act", kwargs={"org": cast.organization.ref, "ref": room.ref, "verb": "undo"}),
        {"version": play.fresh(room).version},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 422
    written.refresh_from_db()
    assert written.state == State.AGREED
    # The step before stays, too: the last act is the last act.
    assert play.fresh(room).step == "voice"


def _written(cast: Cast, room: Workshop, outcome: str) -> Ask:
    here = play.fresh(room)
    made = recording.ask(
        here,
        cast.actor("fede"),
        cast.to_sales,
        Direction.NEED,
        said_by="Pepe",
        terms=asks.once(outcome),
        problem=here.problem,
        cause=None,
        answer_by=date(2026, 11, 20),
        key=play.key(),
        now=NOW,
    )
    assert made is not None
    return made


# People ---------------------------------------------------------------------------------------------------------------


def test_a_facilitator_who_leaves_the_company_in_the_middle_leaves_the_room_to_another(
    cast: Cast, room: Workshop
) -> None:
    other = build.person(cast.company, "Gloria", role=Role.FACILITATOR)
    play.to(room, "voice")
    Membership.objects.filter(pk=cast.fede.pk).update(left_at=NOW)
    here = {"org": cast.organization.ref, "ref": room.ref}

    assert signed_in(cast.fede).get(reverse("workshops:console", kwargs=here)).status_code == 404
    seen = look(room, other)["console"]
    assert "console/take-over/" in seen
    gloria = signed_in(other)
    act = reverse("workshops:console_act", kwargs={**here, "verb": "take-over"})
    gloria.post(act, {"version": play.fresh(room).version})
    gloria.post(
        reverse("workshops:console_act", kwargs={**here, "verb": "next"}), {"version": play.fresh(room).version}
    )

    assert play.fresh(room).driver == other
    assert play.fresh(room).step == "chain:2"


def test_a_viewer_reads_and_does_nothing(cast: Cast, room: Workshop) -> None:
    vera = signed_in(cast.vera)
    here = {"org": cast.organization.ref, "ref": room.ref}
    for name in ("workshop", "projector", "export_md", "export_csv", "sheets"):
        assert vera.get(reverse(f"workshops:{name}", kwargs=here)).status_code == 200, name
    assert vera.get(reverse("workshops:console", kwargs=here)).status_code == 403
    for verb in ("next", "undo", "close", "record", "choose"):
        answer = vera.post(reverse("workshops:console", kwargs=here) + f"{verb}/", {"version": room.version})
        assert answer.status_code == 403, verb
    assert play.fresh(room).version == room.version


# Elsewhere in the world -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "country", "now", "today"),
    [
        ("Pacific/Kiritimati", "KI", datetime(2026, 11, 16, 10, 30, tzinfo=UTC), date(2026, 11, 17)),
        ("Pacific/Niue", "NU", datetime(2026, 11, 16, 10, 30, tzinfo=UTC), date(2026, 11, 15)),
        # The night in which Santiago's clocks go forward at midnight.
        ("America/Santiago", "CL", datetime(2026, 9, 6, 3, 50, tzinfo=UTC), date(2026, 9, 5)),
        ("America/Santiago", "CL", datetime(2026, 9, 6, 4, 10, tzinfo=UTC), date(2026, 9, 6)),
    ],
)
def test_days_are_those_of_the_companys_zone(zone: str, country: str, now: datetime, today: date) -> None:
    with time_machine.travel(now, tick=True):
        org = build.company("Lejos", zone=zone, country=country, now=now)
        sales, logistics = build.area(org, "Ventas", Kind.SALES, now=now), build.area(org, "Logística", now=now)
        build.link(org, org.client, sales, now=now)
        link = build.link(org, sales, logistics, now=now)
        _problem(org.actor, sales)
        room = running.create(org.actor, name="Lejos", language="es", now=now)
        ana = seats.join(room, name="Ana", area=sales, now=now).seat
        running.go_to(play.fresh(room), org.actor, room.version, "voice", now)
        page = phone_of(ana).get(f"/w/{room.code}/").content.decode()
        assert f'min="{today.isoformat()}"' in page
        for day, fits in ((today, True), (today - timedelta(days=1), False)):
            answer = phone_of(ana).post(
                f"/w/{room.code}/asks/new/{link.ref}/need/",
                {"key": play.key(), "outcome": f"Para {day}", "often": "once", "day": day.isoformat()},
                headers={"X-Phone": "1"},
            )
            assert (answer.status_code == 200) == fits, (day, answer.content.decode())
        look(room, org.founder, ana)

"""What phones are drawn from is read once for all areas, and never shows what is no longer so."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from areas import drawing, guiding
from areas.rows import Rows
from areas.words import Kind
from contracts import drafting
from requests import moves, problems
from requests.models import Ask, ClientProblem
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast
from tests.workshops import play
from workshops import running, seats, sides, taking
from workshops.models import Seat, Workshop
from workshops.room import ASKS, read_talk
from workshops.sides import drawing as drawing_sides
from workshops.sides import reading


@pytest.fixture
def room(cast: Cast) -> Workshop:
    """In the second round: sales asked logistics, logistics asked production, and requires something of sales."""
    room = play.opened(cast)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    play.sit(room, "Pía", cast.production)
    play.to(room, "voice")
    need = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    play.ask(luis, cast.to_logistics)
    play.ask(luis, cast.to_sales, Direction.REQUIREMENT)
    play.agree(luis, need)
    return play.fresh(room)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    for where, kept in ((drawing_sides, "_kept"), (drawing_sides, "_pieces"), (reading, "_standing")):
        monkeypatch.setattr(where, kept, OrderedDict())


def shown(room: Workshop, cast: Cast) -> dict[tuple[str, str], str]:
    """What the phones of each area show, in each language."""
    found = {}
    for area in (cast.sales, cast.logistics, cast.production, cast.administration):
        for language in ("es", "en"):
            area.refresh_from_db()
            here = play.fresh(room)
            with translation.override(language):
                one = sides.drawn(here, area, sides.Mine(), language, NOW, revision=here.scene.revision)
            found[area.name, language] = sides.joined(one, frozenset(), "")
    return found


def seat_of(room: Workshop, name: str) -> Seat:
    return Seat.objects.get(workshop=room, name=name)


def open_need(cast: Cast) -> Ask:
    return Ask.objects.select_related("terms", "organization").get(link=cast.to_logistics)


def agree(room: Workshop, cast: Cast) -> None:
    play.to(room, "chain:3")
    play.agree(seat_of(room, "Pía"), open_need(cast))


def send_on(room: Workshop, cast: Cast) -> None:
    play.to(room, "chain:3")
    play.decline(seat_of(room, "Pía"), open_need(cast), redirect_to=cast.administration)


def withdraw(room: Workshop, cast: Cast) -> None:
    one = open_need(cast)
    taking.withdraw(play.seated(seat_of(room, "Luis")), one.ref, version=one.version, key=play.key(), now=NOW)


def decline_at_a_desk(room: Workshop, cast: Cast) -> None:
    one = open_need(cast)
    moves.decline(one, cast.actor("marta"), version=one.version, words="Sin gente.", now=NOW)


def rename_area(room: Workshop, cast: Cast) -> None:
    area = cast.production
    drawing.edit_area(
        cast.actor("fede"), area, version=area.version, name="Taller", kind=area.kind, description="", now=NOW
    )


def ask_otherwise(room: Workshop, cast: Cast) -> None:
    guiding.write(cast.actor("fede"), Kind.LOGISTICS, "es", version=0, text="¿Qué camión falta?", now=NOW)


def reword_the_problem(room: Workshop, cast: Cast) -> None:
    problem = ClientProblem.objects.get()
    fields = {name: getattr(problem, name) for name in ("process", "moment", "accountable", "indicator", "unit")} | {
        "statement": "Llega tarde y roto"
    }
    problems.edit(problem, cast.actor("fede"), version=problem.version, fields=fields, now=NOW)


def choose_another_problem(room: Workshop, cast: Cast) -> None:
    other = asks.problem(cast, statement="No contestan")
    here = play.fresh(room)
    here.problem = other
    here.save(update_fields=["problem"])
    # As every act of the console does.
    running.start_timer(play.fresh(room), cast.actor("fede"), here.version, minutes=5, now=NOW)


def sign(room: Workshop, cast: Cast) -> None:
    play.to(room, "agreements")
    play.sign(seat_of(room, "Luis"), cast.to_sales)


def sign_at_a_desk(room: Workshop, cast: Cast) -> None:
    play.to(room, "agreements")
    contract = drafting.contract_of(cast.to_sales)
    contract.organization = cast.organization
    side = taking.side_on(cast.to_sales, cast.logistics)
    assert side is not None
    digest = drafting.proposal(contract).digest
    drafting.sign(contract, side, cast.actor("luis"), digest=digest, now=NOW, provisional=False)


DEEDS: dict[str, Callable[[Workshop, Cast], object]] = {
    "ask": lambda room, cast: play.ask(
        seat_of(room, "Luis"), cast.to_logistics, terms=asks.once(outcome="Lista de cajas")
    ),
    "agree": agree,
    "send on": send_on,
    "withdraw": withdraw,
    "decline at a desk": decline_at_a_desk,
    "rename an area": rename_area,
    "draw a link": lambda room, cast: drawing.draw_link(cast.actor("fede"), cast.sales, cast.production, NOW),
    "own questions": ask_otherwise,
    "reword the problem": reword_the_problem,
    "another problem": choose_another_problem,
    "a step": lambda room, cast: play.to(room, "answers"),
    "ready": lambda room, cast: taking.ready(play.seated(seat_of(room, "Luis")), "chain:2", True, NOW),
    "come in": lambda room, cast: play.sit(room, "Teo", cast.logistics),
    "go": lambda room, cast: seats.leave(seat_of(room, "Luis"), NOW),
    "sign": sign,
    "sign at a desk": sign_at_a_desk,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_anybody_does_is_on_the_phones_of_all_areas(
    cast: Cast, room: Workshop, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown(room, cast)
    DEEDS[deed](room, cast)
    after = shown(room, cast)
    forget(monkeypatch)
    assert after == shown(room, cast)
    assert after != before


def test_after_a_deed_the_asks_are_read_once_for_all_areas(cast: Cast, room: Workshop) -> None:
    shown(room, cast)
    play.ask(seat_of(room, "Luis"), cast.to_logistics, terms=asks.once(outcome="Lista de cajas"))
    here = play.fresh(room)
    with CaptureQueriesContext(connection) as queries:
        for area in (cast.sales, cast.logistics, cast.production, cast.administration):
            sides.drawn(here, area, sides.Mine(), "es", NOW, revision=here.scene.revision)
    assert sum("FROM requests_ask" in query["sql"] or ASKS.name in query["sql"] for query in queries) == 1


def test_a_reading_that_failed_is_read_again(cast: Cast, room: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)

    def fail(_room: Workshop) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(reading, "read_talk", fail)
        with pytest.raises(ConnectionError):
            shown(room, cast)
    assert "Ventana de entrega" in shown(room, cast)[cast.logistics.name, "es"]


def test_few_rooms_are_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)
    room = play.opened(cast)
    for _n in range(reading.MOST_STANDING + 3):
        asks.asked(cast)
        sides.standing(play.fresh(room))
    assert len(reading._standing) == reading.MOST_STANDING


@pytest.mark.parametrize("after", [1, 2, 3])
def test_what_is_done_while_the_room_is_read_breaks_no_reading(
    cast: Cast, room: Workshop, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two statements a need is sent on over a link that is new, and an area that nothing hangs on goes."""
    idle = build.area(cast.company, "Archivo")
    build.link(cast.company, cast.sales, idle)

    together = Rows.together
    is_done: list[bool] = []

    def one_by_one(*readings: Rows, **named: Any) -> list[list[tuple[Any, ...]]]:
        found = []
        for n, one in enumerate(readings):
            if n == after and not is_done:
                is_done.append(True)
                send_on(room, cast)
                drawing.remove_area(cast.actor("fede"), idle, NOW)
            found += together(one, **named)
        return found

    here = play.fresh(room)
    with monkeypatch.context() as slow:
        slow.setattr(Rows, "together", staticmethod(one_by_one))
        talk = read_talk(here)
    assert is_done
    assert len(talk[1]) == 3
    assert len(read_talk(play.fresh(room))[1]) == 4

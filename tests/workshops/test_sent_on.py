"""A need that goes on to another area: what the facilitator is told on the console, and for how long."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from requests.models import Ask
from requests.states import Direction
from tests import asks, build
from tests.build import QueriesOf
from tests.cast import Cast
from tests.workshops import play
from workshops.models import Seat, Workshop
from workshops.room import read_room
from workshops.sent_on import SentOn, sent_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast: Cast) -> tuple[Workshop, Seat, Seat, Seat, Seat]:
    room = play.opened(cast)
    areas = (cast.sales, cast.logistics, cast.production, cast.administration)
    seats = [play.sit(room, name, area) for name, area in zip(("Ana", "Luis", "Marta", "Paula"), areas, strict=True)]
    play.to(room, "voice")
    return room, *seats  # type: ignore[return-value]


def told(room: Workshop) -> list[SentOn]:
    with translation.override("en"):
        return sent_on(read_room(play.fresh(room), build.NOW))


def told_of(room: Workshop) -> tuple[str, str]:
    (one,) = told(room)
    return one.what, " ".join(one.then)


def sent(seat: Seat, one: Ask, cast: Cast, area: str) -> Ask:
    play.decline(seat, one, redirect_to=getattr(cast, area))
    return Ask.objects.get(redirected_from=one)


def test_a_need_sent_on_to_an_area_of_a_later_round_moves_it_here_and_the_console_says_so(
    cast: Cast, people: tuple[Workshop, Seat, Seat, Seat, Seat]
) -> None:
    room, ana, luis, _marta, paula = people
    one = play.ask(ana, cast.to_sales, terms=asks.once("Factura con los datos correctos"))
    play.to(room, "chain:2")
    assert told(room) == []

    onward = sent(luis, one, cast, "administration")

    what, then = told_of(room)
    assert what == "Logística sent “Factura con los datos correctos” on to Administración."
    assert "Administración serves Ventas now." in then
    # It was in the last round; now it serves one that is next to the client.
    assert "Administración belongs to this round now: ask for its answer." in then
    assert "Administración" in told(room)[0].say
    client = Client()
    client.force_login(cast.fede.user)
    page = client.get(reverse("workshops:console", kwargs={"org": room.organization.ref, "ref": room.ref}))
    assert "pasó «Factura con los datos correctos» a Administración" in page.content.decode()

    play.agree(paula, onward)
    assert "Administración has answered it." in told_of(room)[1]
    assert told(room)[0].say == ""

    play.to(room, "chain:3")
    assert told(room) == []


def test_who_was_linked_already_keeps_its_round(cast: Cast, people: tuple[Workshop, Seat, Seat, Seat, Seat]) -> None:
    room, _ana, luis, marta, _paula = people
    build.link(cast.company, cast.logistics, cast.administration)
    play.to(room, "chain:3")
    sent(marta, play.ask(luis, cast.to_logistics), cast, "administration")

    assert told_of(room)[1] == "Administración can answer at once: ask for its answer."


def test_whose_turn_is_still_to_come_answers_then(cast: Cast, people: tuple[Workshop, Seat, Seat, Seat, Seat]) -> None:
    room, ana, luis, *_ = people
    play.to(room, "chain:2")
    sent(ana, play.ask(luis, cast.to_sales, Direction.REQUIREMENT), cast, "production")

    _what, then = told_of(room)
    assert "Logística serves Producción now." in then
    assert "Producción answers when its turn comes, in “Chain 2 of 3”." in then


def test_a_later_round_is_called_by_its_name_and_who_moved_along_is_named(
    cast: Cast, people: tuple[Workshop, Seat, Seat, Seat, Seat]
) -> None:
    room, ana, luis, *_ = people
    last = build.area(cast.company, "Calidad")
    build.link(cast.company, cast.administration, last)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    # To the area behind that was in round 4, with one behind it.
    sent(luis, one, cast, "administration")

    _what, then = told_of(room)
    assert "Calidad moved, too: it is in “Chain 2 of 2” now." in then


def test_it_costs_two_queries_however_much_was_sent_on(
    cast: Cast, people: tuple[Workshop, Seat, Seat, Seat, Seat], queries_of: QueriesOf
) -> None:
    room, ana, luis, *_ = people
    made = [play.ask(ana, cast.to_sales, terms=asks.once(f"Cosa {n}")) for n in range(4)]
    play.to(room, "chain:2")
    client = Client()
    client.force_login(cast.fede.user)
    address = reverse("workshops:console_now", kwargs={"org": room.organization.ref, "ref": room.ref})
    sent(luis, made[0], cast, "administration")
    few = queries_of(client, address)
    for one in made[1:]:
        sent(luis, one, cast, "production")
    assert queries_of(client, address) == few
    assert [each.what.split("“")[1].split("”")[0] for each in told(room)][0] == "Cosa 3"

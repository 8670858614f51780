"""My desk: what waits for whom, oldest first, in a fixed number of queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.at_hand import at_hand
from requests.waiting import desk_of
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast
from tests.requests.screens import HTMX, act, address, browser, words

pytestmark = pytest.mark.usefixtures("monday")


def test_a_stranger_finds_nothing(cast: Cast) -> None:
    assert browser(cast.olga).get(address(cast, "desk")).status_code == 404
    assert Client().get(address(cast, "desk")).status_code == 302
    assert browser(cast.ana).post(address(cast, "desk")).status_code == 405


def test_each_ask_lies_with_whose_turn_it_is(cast: Cast) -> None:
    ask = asks.asked(cast)
    luis, ana = desk_of(cast.actor("luis"), NOW), desk_of(cast.actor("ana"), NOW)
    assert [one.ask for one in luis.piles[0].mine] == [ask]
    assert ana.theirs == 1
    assert ana.mine == 0
    asks.countered(cast, ask)
    assert desk_of(cast.actor("luis"), NOW).theirs == 1
    assert desk_of(cast.actor("ana"), NOW).mine == 1
    assert desk_of(cast.actor("marta"), NOW).is_empty


def test_what_waits_longest_comes_first_and_says_unanswered(cast: Cast) -> None:
    week_ago = NOW - timedelta(days=7)
    asks.asked(cast, terms=asks.once("Después"), answer_by=date(2026, 11, 20))
    asks.asked(cast, terms=asks.once("Antes"), answer_by=date(2026, 11, 12), now=week_ago)
    items = desk_of(cast.actor("luis"), NOW).piles[0].mine
    assert [(str(one.ask), one.unanswered, one.late_days) for one in items] == [
        ("Antes", True, 4),
        ("Después", False, 0),
    ]
    text = words(browser(cast.luis).get(address(cast, "desk")))
    assert "unanswered for 4 days" in text
    assert "by Fri, 20 Nov 2026" in text


def test_each_item_shows_the_way_from_the_client(cast: Cast) -> None:
    need = asks.agreed(cast)
    asks.asked(cast, cast.to_logistics, why=need, terms=asks.weekly())
    text = words(browser(cast.marta).get(address(cast, "desk")))
    assert "«Reducir los tiempos de entrega» → Ventas → Logística → Producción" in text
    assert "Every Monday, starting 23 Nov 2026" in text


def test_drafts_lie_with_the_area_that_writes_them_and_nowhere_else(cast: Cast) -> None:
    asks.drafted(cast)
    assert desk_of(cast.actor("ana"), NOW).drafts == 1
    assert desk_of(cast.actor("luis"), NOW).is_empty
    assert desk_of(cast.actor("fede"), NOW).is_empty


def test_who_sent_a_need_on_still_answers_for_it(cast: Cast) -> None:
    ask = asks.asked(cast)
    act(cast, "luis", "decline", ask, words="No es nuestro", redirect_to=cast.production.ref)
    assert desk_of(cast.actor("luis"), NOW).sent_on == 1
    assert "Sent on; you still answer for it" in words(browser(cast.luis).get(address(cast, "desk")))
    onward = ask.redirected_to.get()
    act(cast, "marta", "agree", onward, owner=cast.marta.ref)
    assert desk_of(cast.actor("luis"), NOW).is_empty


def test_people_of_several_areas_find_a_pile_for_each(cast: Cast) -> None:
    noe = build.person(cast.company, "Noé", leads=[cast.logistics], works_in=[cast.administration])
    asks.asked(cast)
    desk = desk_of(build.actor(noe), NOW)
    assert [(pile.area.name, len(pile.mine)) for pile in desk.piles] == [("Administración", 0), ("Logística", 1)]


def test_a_facilitator_sees_what_nobody_answered(cast: Cast) -> None:
    asks.asked(cast, answer_by=date(2026, 11, 19))
    assert desk_of(cast.actor("fede"), NOW).chased == []
    late = desk_of(cast.actor("fede"), NOW + timedelta(days=5))
    assert len(late.chased) == 1
    assert desk_of(cast.actor("vera"), NOW + timedelta(days=5)).chased == []


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("luis", "Nobody waits for you."),
        ("vera", "You take part as a reader"),
        ("fede", "You answer for no area"),
        ("fede", "Nobody is left alone"),
    ],
)
def test_an_empty_desk_says_who_should_act(cast: Cast, who: str, sentence: str) -> None:
    assert sentence in words(browser(getattr(cast, who)).get(address(cast, "desk")))


def test_three_of_each_cost_as_many_queries_as_one(cast: Cast) -> None:
    def some() -> None:
        need = asks.asked(cast)
        asks.drafted(cast, cast.to_logistics, why=need)
        asks.asked(cast, cast.to_logistics, why=need, terms=asks.weekly())

    client = browser(cast.luis)
    some()
    client.get(address(cast, "desk"))
    at_hand.clear()
    with CaptureQueriesContext(connection) as one:
        client.get(address(cast, "desk"))
    some()
    some()
    at_hand.clear()
    with CaptureQueriesContext(connection) as three:
        client.get(address(cast, "desk"))
    assert len(three) == len(one)
    assert len(three) <= 10


def test_the_live_region_fetches_itself_alone(cast: Cast) -> None:
    asks.asked(cast)
    body = browser(cast.luis).get(address(cast, "desk") + "?part=desk", headers=HTMX).content.decode()
    assert body.lstrip().startswith('<div id="desk"')
    assert "token" in browser(cast.luis).get(address(cast, "desk") + "?token=new").json()

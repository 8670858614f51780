"""The wall of the room: what it shows in each step, what it never shows, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from areas.models import Membership
from requests import moves
from requests.models import Ask
from requests.states import Direction
from tests import asks, build
from tests.cast import Cast
from tests.workshops import play, scenes
from workshops import running, seats, taking, wall
from workshops.models import Proposal, Workshop
from workshops.room import read_room
from workshops.views import projector
from workshops.wall import nouns
from workshops.wall import words as words_of_wall
from workshops.wall.picture import pictures_of


def client_of(member: Membership | None) -> Client:
    client = Client()
    if member:
        client.force_login(member.user)
    return client


def path(room: Workshop, part: str = "") -> str:
    name = "workshops:projector_now" if part else "workshops:projector"
    return reverse(name, kwargs={"org": room.organization.ref, "ref": room.ref})


def shown(room: Workshop, who: Membership | None = None) -> str:
    """The wall as a member of the organization gets it, or whoever has the code."""
    room = play.fresh(room)
    address = path(room) if who else reverse("workshops:wall_by_code", kwargs={"code": room.code})
    answer = client_of(who).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """What there is to read, without markup."""
    body = re.sub(r"<(script|template|style)\b.*?</\1>|<template[^>]*>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def region(html: str) -> str:
    """The part that is the same for everybody: from the wall's element on, without the address that it fetches."""
    start = html.index('<div id="wall"')
    end = html.index('<p id="wall-said"', start) if '<p id="wall-said"' in html else len(html)
    return re.sub(r'hx-get="[^"]*"', "", html[start:end]).strip()


def bars(html: str) -> set[str]:
    """How the bars of the mirror are drawn."""
    return set(re.findall(r'rect class="(m-\w+)"', html))


# Who sees it ----------------------------------------------------------------------------------------------------------


def test_members_see_it_and_strangers_do_not_learn_that_it_exists(cast: Cast) -> None:
    room = play.opened(cast)
    for member in (cast.fede, cast.ana, cast.vera):
        assert client_of(member).get(path(room)).status_code == 200
        assert client_of(member).get(path(room, "now")).status_code == 200
    assert client_of(cast.olga).get(path(room)).status_code == 404
    assert client_of(None).get(path(room)).status_code in (302, 404)
    other = reverse("workshops:projector", kwargs={"org": cast.elsewhere.ref, "ref": room.ref})
    assert client_of(cast.olga).get(other).status_code == 404


def test_the_computer_at_the_projector_needs_the_code_only_while_it_lives(cast: Cast) -> None:
    room = play.opened(cast, now=timezone.now())
    old = room.code
    page = reverse("workshops:wall_by_code", kwargs={"code": old})
    assert Client().get(page).status_code == 200
    assert Client().get(page.replace(old, old.lower())).status_code == 200
    running.renew_code(room, cast.actor("fede"), room.version, timezone.now())
    assert Client().get(page).status_code == 404
    assert Client().get(f"{page}now/").status_code == 404
    now_page = reverse("workshops:wall_by_code", kwargs={"code": play.fresh(room).code})
    assert Client().get(now_page).status_code == 200
    Workshop.objects.filter(pk=room.pk).update(active_at=timezone.now() - timedelta(hours=49))
    assert Client().get(now_page).status_code == 404


def test_codes_cannot_be_tried_out_on_the_wall(cast: Cast) -> None:
    room = play.opened(cast, now=timezone.now())
    for n in range(seats.WRONG_FROM_ADDRESS + 1):
        assert Client().get(f"/w/AAAA{n % 24 + 65:c}B/projector/").status_code == 404
    right = reverse("workshops:wall_by_code", kwargs={"code": room.code})
    assert Client().get(right).status_code == 404
    assert Client(REMOTE_ADDR="10.1.1.9").get(right).status_code == 200


# Nothing of who drives it ---------------------------------------------------------------------------------------------


def test_everybody_sees_the_same_and_nothing_of_who_looks(cast: Cast) -> None:
    room = play.opened(cast, now=timezone.now())
    play.sit(room, "Ana", cast.sales, now=timezone.now())
    pages = [shown(room, who) for who in (cast.fede, cast.ana, cast.vera, None)]
    assert len({region(page) for page in pages}) == 1
    for page in pages:
        said = words(page)
        assert "@" not in page.replace("@layer", "")
        for name in (cast.fede.name, "Salir", "Sign out", "Consola", "Console"):
            assert name not in said
        assert "<form" not in page
        assert "<nav" not in page


def test_what_waits_to_be_told_to_the_facilitator_is_not_told_on_the_wall(cast: Cast) -> None:
    room = play.opened(cast)
    browser = client_of(cast.fede)
    with patch("django.contrib.messages.storage.fallback.FallbackStorage._get") as stored:
        answer = browser.get(path(room))
    stored.assert_not_called()
    assert list(get_messages(answer.wsgi_request)) == []


def test_the_wall_speaks_the_language_of_the_workshop(cast: Cast) -> None:
    room = play.opened(cast, now=timezone.now())
    browser = client_of(cast.fede)
    answer = browser.get(path(room), headers={"accept-language": "en"})
    assert '<html lang="es"' in answer.content.decode()
    assert answer["Content-Language"] == "es"
    Workshop.objects.filter(pk=room.pk).update(language="en")
    answer = browser.get(path(room), headers={"accept-language": "es"})
    assert '<html lang="en"' in answer.content.decode()
    assert "Write your name and choose your area." in answer.content.decode()


# What it costs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def drawings() -> Iterator[list[str]]:
    """What was drawn, in order."""
    done: list[str] = []

    def see(workshop: Workshop, now: Any) -> nouns.Wall:
        done.append(workshop.language)
        return wall.see(workshop, now)

    with patch.object(projector, "see", see):
        yield done


def test_a_change_costs_one_drawing_whoever_looks(cast: Cast, drawings: list[str]) -> None:
    room = play.opened(cast, now=timezone.now())
    play.sit(room, "Ana", cast.sales, now=timezone.now())
    by_code = reverse("workshops:wall_by_code_now", kwargs={"code": room.code})
    for _n in range(5):
        for member in (cast.fede, cast.vera):
            assert f'hx-get="{path(room, "now")}"' in client_of(member).get(path(room, "now")).content.decode()
        assert f'hx-get="{by_code}"' in Client().get(by_code).content.decode()
    assert len(drawings) == 1
    play.sit(room, "Luis", cast.logistics, now=timezone.now())
    answers = [client_of(cast.vera).get(path(room, "now")).content for _n in range(3)]
    assert len(drawings) == 2
    assert len(set(answers)) == 1
    assert "Luis" in answers[0].decode()


def test_what_happens_at_a_desk_outside_the_room_is_on_the_wall_too(cast: Cast, drawings: list[str]) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales)
    assert "declinada" not in words(shown(room, cast.vera))
    moves.decline(one, cast.actor("luis"), version=one.version, words="Sin camión", now=build.NOW)
    assert "Sin camión" in words(shown(room, cast.vera))


def queries_of_wall(room: Workshop) -> int:
    with CaptureQueriesContext(connection) as queries:
        wall.see(play.fresh(room), build.NOW)
    return len(queries)


def test_sixty_people_cost_no_more_questions_than_three(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    play.ask(ana, cast.to_sales)
    few = queries_of_wall(room)
    for n in range(59):
        seat = play.sit(room, f"Persona {n}", (cast.sales, cast.logistics, cast.production)[n % 3])
        if n % 9 == 0:
            play.ask(seat, cast.to_sales)
    many = queries_of_wall(room)
    assert many == few
    html = shown(room, cast.vera)
    assert html.count("Persona") == 0


# What it shows --------------------------------------------------------------------------------------------------------


def test_each_scene_bears_what_must_always_be_seen(cast: Cast) -> None:
    stage = scenes.line(cast, timezone.now())
    seen = 0
    for name in scenes.scenes(stage):
        html = shown(stage.room, cast.vera)
        said = words(html)
        room = play.fresh(stage.room)
        seen += 1
        if not room.closed_at and not room.paused_at and not room.is_locked:
            assert room.spoken_code in said, name
            assert 'class="qr"' in html, name
        if room.is_locked and not room.closed_at:
            assert room.spoken_code not in said, name
            assert 'class="qr"' not in html, name
        people = len([seat for seat in scenes.every(stage) if seat.is_in])
        assert re.search(rf"\b{people} (people|personas)\b", said), name
        statement = "Mi pedido nunca llega" if int(name[:2]) >= 8 else "most important problem|problema más importante"
        assert re.search(statement, said), name
        assert html.count("<h1") == 1, name
        assert html.count('aria-current="step"') == (room.at is not None and not room.closed_at), name
        assert "<img src=x" not in html, name
        assert "<b>Beto</b>" not in html, name
    assert seen >= 24


def test_a_rehearsal_is_marked_in_every_scene(cast: Cast) -> None:
    stage = scenes.line(cast, timezone.now(), is_rehearsal=True)
    for name in scenes.scenes(stage, 2):
        assert 'class="wall-rehearsal"' in shown(stage.room, cast.vera), name
    assert 'class="wall-rehearsal"' not in shown(play.opened(cast), cast.vera)


def test_the_mirror_keeps_its_secret_until_it_is_revealed_and_the_first_until_the_second(cast: Cast) -> None:
    room = play.opened(cast)
    people = [play.sit(room, name, cast.sales) for name in ("Ana", "Berta", "Carla")]
    room = play.to(room, "mirror")
    for seat, value in zip(people, (2, 2, 9), strict=True):
        taking.score(play.seated(seat), value, build.NOW)
    html = shown(room, cast.vera)
    assert 'class="mirrors"' not in html
    assert re.search(r"\b3 (of|de) 3 ", words(html))
    running.reveal(play.fresh(room), cast.actor("fede"), play.fresh(room).version, build.NOW)
    html = shown(room, cast.vera)
    assert 'class="mirrors"' in html
    assert "4.3" in words(html) or "4,3" in words(html)
    label = re.search(r'class="mirrors"[^>]*aria-label="([^"]*)"', html)
    assert label
    assert "2: 2" in label[1]
    assert "9: 1" in label[1]
    for place in ("console", "workshop"):
        address = reverse(f"workshops:{place}", kwargs={"org": room.organization.ref, "ref": room.ref})
        alike = client_of(cast.fede).get(address).content.decode()
        # Alone it is no *before*: on all screens it is drawn as on the wall.
        assert bars(alike) == bars(html) == {"m-alone"}, place
        assert 'class="m-key' not in alike
    room = play.to(room, "close")
    for seat in people[:2]:
        taking.score(play.seated(seat), 8, build.NOW)
    assert 'class="mirrors"' not in shown(room, cast.vera)
    running.reveal(play.fresh(room), cast.actor("fede"), play.fresh(room).version, build.NOW)
    html = shown(room, cast.vera)
    assert bars(html) == {"m-before", "m-after"}
    story = client_of(cast.vera).get(
        reverse("workshops:workshop", kwargs={"org": room.organization.ref, "ref": room.ref})
    )
    assert bars(story.content.decode()) == {"m-before", "m-after"}
    assert all(f'class="m-key {css}"' in story.content.decode() for css in ("before", "after"))


def test_neither_dots_nor_the_order_tell_before_they_are_revealed(cast: Cast) -> None:
    room = play.opened(cast, with_problem=False)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    room = play.to(room, "problem")
    for n, text in enumerate(("Primero", "Segundo", "Tercero")):
        taking.propose(play.seated(ana), text, play.key(), play.later(n))
    first, _second, third = Proposal.objects.filter(workshop=room).order_by("at")
    taking.put_dots(play.seated(ana), third.ref, 3, build.NOW)
    taking.put_dots(play.seated(luis), third.ref, 2, build.NOW)
    html = shown(room, cast.vera)
    assert re.findall(r"«(Primero|Segundo|Tercero)»", html) == ["Primero", "Segundo", "Tercero"]
    assert "wall-dots" not in html
    assert re.search(r"\b2 (of|de) 2 ", words(html))
    running.reveal(play.fresh(room), cast.actor("fede"), play.fresh(room).version, build.NOW)
    html = shown(room, cast.vera)
    assert re.findall(r"«(Primero|Segundo|Tercero)»", html)[0] == "Tercero"
    assert re.findall(r'wall-dots"><b>(\d+)</b>', html) == ["5", "0", "0"]
    assert first.text == "Primero"


def test_a_problem_from_before_is_not_shown_as_chosen_until_the_room_has_chosen(cast: Cast) -> None:
    room = play.opened(cast)
    assert "Reducir los tiempos de entrega" not in words(shown(room, cast.vera))
    play.to(room, "problem")
    assert "Reducir los tiempos de entrega" not in words(shown(room, cast.vera))
    play.to(room, "voice")
    assert "Reducir los tiempos de entrega" in words(shown(room, cast.vera))
    without = play.opened(cast, plan=["mirror", "voice", "chain", "answers", "agreements", "close"])
    assert "Reducir los tiempos de entrega" in words(shown(without, cast.vera))


def test_the_chosen_problem_stands_with_process_moment_area_and_indicator(cast: Cast) -> None:
    room = play.opened(cast, with_problem=False)
    room = play.to(room, "problem")
    fields = {
        "statement": "Nadie me avisa",
        "process": "retain",
        "moment": "deliver",
        "accountable": cast.sales,
        "indicator": "avisos a tiempo",
        "unit": "%",
        "baseline": 40,
        "target": 90,
    }
    running.choose(room, cast.actor("fede"), room.version, build.NOW, fields=fields, proposal=None)
    said = words(shown(room, cast.vera))
    for part in ("«Nadie me avisa»", "Retener", "Ventas", "avisos a tiempo: 40% → 90%"):
        assert part in said.replace("\xa0", "")


def cards(room: Workshop) -> dict[str, nouns.Card]:
    return {card.ident.partition("-")[0]: card for card in wall.see(play.fresh(room), build.NOW).cards}


def test_the_round_asks_in_words_and_lights_its_links(cast: Cast) -> None:
    room = play.opened(cast)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    found = cards(room)
    assert list(found) == ["needs"]
    assert "Ventas" in found["needs"].title
    assert "Logística" in found["needs"].title
    need = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    onward = play.ask(luis, cast.to_logistics, terms=asks.weekly())
    back = play.ask(luis, cast.to_sales, Direction.REQUIREMENT, terms=asks.after_event())
    found = cards(room)
    assert list(found) == ["answers", "needs", "requires"]
    assert [[item.ident for item in card.items] for card in found.values()] == [
        [f"ask-{one.ref}"] for one in (need, onward, back)
    ]
    html = shown(room, cast.vera)
    lit = set(re.findall(r'class="lnk \w+ lit" id="(?:n-)?link-(\w+)"', html))
    assert lit == {cast.to_sales.ref, cast.to_logistics.ref}
    here = set(re.findall(r'class="area [\w ]*here" id="(?:n-)?area-(\w+)"', html))
    assert here == {cast.logistics.ref}
    assert 'href="' not in html[html.index('id="wall-chain"') : html.index('class="wall-pages')]


def item_of(room: Workshop, one: Ask) -> nouns.Item:
    seen = wall.see(play.fresh(room), build.NOW)
    return next(item for card in seen.cards for item in card.items if item.ident == f"ask-{one.ref}")


def test_each_state_has_its_word_and_what_was_said_stands_beside_it(cast: Cast) -> None:
    room = play.opened(cast)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    new, agreed, declined, countered, renamed = (
        play.ask(ana, cast.to_sales, terms=asks.once(f"Cosa {n}")) for n in range(5)
    )
    play.to(room, "chain:2")
    play.agree(luis, agreed)
    play.decline(luis, declined, "Falta gente los sábados")
    for one, terms in (
        (countered, asks.once("Cosa 3", due_on=date(2026, 12, 18))),
        (renamed, asks.once("Otra cosa")),
    ):
        taking.counter(
            play.seated(luis),
            one.ref,
            version=one.version,
            terms=terms,
            words="Antes no",
            key=play.key(),
            now=build.NOW,
        )
    pills = {one.pk: item_of(room, one) for one in (new, agreed, declined, countered, renamed)}
    assert [item.pill for item in pills.values()] == ["asked", "agreed", "declined", "countered", "countered"]
    assert len({item.word for item in pills.values()}) == 4
    assert pills[declined.pk].said == "Falta gente los sábados"
    assert pills[countered.pk].text == "Cosa 3"
    ((old, changed),) = pills[countered.pk].changes
    assert "4" in old
    assert "18" in changed
    assert pills[renamed.pk].text == ""
    assert pills[renamed.pk].changes == (("Cosa 4", "Otra cosa"),)
    html = shown(room, cast.vera)
    assert re.search(r"<del><bdi>Cosa 4</bdi></del>.*?<b><bdi>Otra cosa</bdi></b>", html, re.S)


def test_unmet_needs_stand_until_somebody_takes_them_over(cast: Cast) -> None:
    room = play.opened(cast)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    marta = play.sit(room, "Marta", cast.production)
    play.to(room, "voice")
    one, open_one = play.ask(ana, cast.to_sales, terms=asks.once("Camión grande")), play.ask(ana, cast.to_sales)
    play.to(room, "answers")
    play.decline(luis, one, "No tenemos")
    html = shown(room, cast.vera)
    assert "wall-unmet" in html
    assert "«No tenemos»" in words(html)
    seen = wall.see(play.fresh(room), build.NOW)
    (waiting,) = seen.cards
    assert "Logística" in waiting.title
    assert [item.ident for item in waiting.items] == [f"ask-{open_one.ref}"]
    play.agree(luis, open_one)
    said = words(shown(room, cast.vera))
    assert "Camión grande" in said
    assert wall.see(play.fresh(room), build.NOW).cards == []
    assert marta.area == cast.production


def test_a_contract_is_read_with_both_lanes_and_its_signatures(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    luis = play.sit(room, "Lucho", cast.logistics)
    play.to(room, "voice")
    need = play.ask(ana, cast.to_sales, terms=asks.weekly("Plan semanal"))
    play.to(room, "chain:2")
    play.agree(luis, need, owner_name="Lucho")
    back = play.ask(luis, cast.to_sales, Direction.REQUIREMENT, terms=asks.after_event("Aviso de cambios"))
    play.agree(ana, back)
    room = play.to(room, "agreements")
    html = shown(room, cast.vera)
    assert "wall-reading" not in html
    running.show(room, cast.actor("fede"), room.version, cast.to_sales, build.NOW)
    reading: Any = wall.see(play.fresh(room), build.NOW).said["reading"]
    assert [[item.text for item in lane.items] for lane in reading["lanes"]] == [["Plan semanal"], ["Aviso de cambios"]]
    assert reading["lanes"][0].items[0].said == "Lucho"
    assert [item.pill for item in reading["signatures"]] == ["unsigned", "unsigned"]
    play.sign(luis, cast.to_sales)
    play.sign(ana, cast.to_sales)
    signatures: Any = wall.see(play.fresh(room), build.NOW).said["reading"]
    provisional, own = signatures["signatures"]
    assert (provisional.key, provisional.detail) == ("here", "Lucho")
    assert own.key == "signed"
    assert provisional.word != own.word
    assert provisional.word in words(shown(room, cast.vera)) or "confirm" in words(shown(room, cast.vera))


def test_the_thanks_count_what_was_signed_what_lives_and_what_stays_unmet(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    luis = play.sit(room, "Luis", cast.logistics, membership=cast.luis)
    play.to(room, "voice")
    need, other = play.ask(ana, cast.to_sales), play.ask(ana, cast.to_sales, terms=asks.weekly("Otra"))
    play.to(room, "chain:2")
    play.agree(luis, need)
    play.decline(luis, other)
    room = play.to(room, "agreements")
    play.sign(luis, cast.to_sales)
    play.sign(ana, cast.to_sales)
    room = play.fresh(room)
    running.close(room, cast.actor("fede"), room.version, build.NOW)
    seen = wall.see(play.fresh(room), build.NOW)
    assert seen.kind == wall.CLOSED
    figures: Any = seen.said["figures"]
    assert [figure.value for figure in figures] == ["1", "1", "1"]
    assert {stop.state for stop in seen.stops} == {"done"}
    assert play.fresh(room).spoken_code not in words(shown(room, cast.vera))


def test_the_rounds_of_the_chain_are_one_stop_on_the_line(cast: Cast) -> None:
    room = play.opened(cast)
    before = wall.stops_of(read_room(play.fresh(room), build.NOW))
    assert [stop.state for stop in before] == ["ahead"] * 7
    room = play.to(room, "chain:3")
    stops = wall.stops_of(read_room(room, build.NOW))
    assert [stop.state for stop in stops] == ["done", "done", "done", "here", "ahead", "ahead", "ahead"]
    assert "2" in stops[3].label
    assert "3" in stops[3].label
    room = play.to(room, "answers")
    assert [stop.state for stop in wall.stops_of(read_room(room, build.NOW))][:4] == ["done"] * 4


def test_the_timer_is_the_servers(cast: Cast) -> None:
    room = play.opened(cast, now=timezone.now())
    assert "wall-clock" not in shown(room, cast.vera)
    room = play.to(room, "mirror", now=timezone.now())
    assert 'data-ends="" data-left="300"' in shown(room, cast.vera)
    now = timezone.now()
    running.start_timer(room, cast.actor("fede"), room.version, now, minutes=3)
    found = re.search(r'data-ends="([^"]+)" data-left=""', shown(room, cast.vera))
    assert found
    left = datetime.fromisoformat(found[1]) - now
    assert timedelta(seconds=179) <= left <= timedelta(seconds=180)


def test_a_wall_that_phones_cannot_follow_says_so(cast: Cast) -> None:
    room = play.opened(cast, now=timezone.now())
    browser = client_of(cast.vera)
    assert "wall-warn" in browser.get(path(room), headers={"host": "localhost"}).content.decode()
    with patch("workshops.qr.unreachable", return_value=False):
        assert "wall-warn" not in browser.get(path(room, "now"), headers={"host": "[::1]"}).content.decode()


# Words ----------------------------------------------------------------------------------------------------------------


def test_sixty_names_are_as_many_as_fit() -> None:
    said = words_of_wall.names_said([f"Persona {n}" for n in range(60)])
    assert len(said) < words_of_wall.NAMES + 30
    assert "55" in said or "54" in said
    assert words_of_wall.names_said(["Ana"]) == "Ana"
    assert words_of_wall.names_said([]) == ""


@given(st.text(max_size=200))
def test_a_name_in_a_sentence_is_never_longer_than_its_place(name: str) -> None:
    said = words_of_wall.short(name)
    assert len(said) <= words_of_wall.NAME + 2
    if len(name) <= words_of_wall.NAME:
        assert name in said
    opened, closed = said.count("\u2068") - name.count("\u2068"), said.count("\u2069") - name.count("\u2069")
    if not set(name) & {"\u2068", "\u2069"}:
        assert opened == closed


def test_names_in_other_directions_do_not_turn_the_sentence() -> None:
    assert words_of_wall.short("المشتريات") == "\u2068المشتريات\u2069"
    assert words_of_wall.short("Ventas") == "Ventas"
    assert words_of_wall.short("Logística inversa, almacenes y última milla") == "Logística inversa, almacenes y…"


@pytest.mark.parametrize("beside", [2, 8, 30])
def test_the_chain_is_on_the_wall_however_many_areas_a_round_has(cast: Cast, beside: int) -> None:
    """What cannot be read from the last row stands as one box, with all that is asked of it."""
    for n in range(beside):
        one = build.area(cast.company, f"Taller de la planta {n}")
        build.link(cast.company, cast.sales, one)
        build.link(cast.company, one, cast.production)
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    links = list(cast.sales.links_to_suppliers.order_by("pk"))
    for link in links[-2:]:
        play.ask(ana, link)
    pictures = dict(pictures_of(read_room(play.to(room, "chain:2"), build.NOW)))
    assert {css.split()[0] for css in pictures} in ({"any"}, {"wide", "narrow"})
    for picture in pictures.values():
        assert len(re.findall(r' id="', picture)) == len(set(re.findall(r' id="([^"]+)"', picture)))
        assert "Ventas" in picture
        assert "Producción" in picture
        said = " ".join(re.sub(r"<[^>]+>", " ", picture).split())
        is_merged = f"{beside + 1} áreas" in said
        assert is_merged == (beside > 2)
        if is_merged:
            assert f"Taller de la planta {beside - 1}" in picture
            assert "2 necesidades" in picture

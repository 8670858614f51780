"""The phone through its pages: the door, one thing to do in each step, plain forms and those sent by script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from areas.models import Link
from requests import moves
from requests.models import Ask
from requests.states import State
from tests import asks
from tests.build import NOW
from tests.cast import Cast
from tests.workshops import play
from workshops import running, seats, sides, taking
from workshops.models import Dots, Proposal, Score, Seat, Takeaway, Workshop


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


class Phone:
    """A browser that sits in a room."""

    def __init__(self, room: Workshop, seat: Seat | None = None, **more: Any) -> None:
        self.room, self.client = room, Client(**more)
        self.seat = seat
        if seat:
            self.client.cookies[seats.cookie_name(room)] = seats.sign(seat)
        self.client.cookies["django_language"] = "en"

    @property
    def base(self) -> str:
        return f"/w/{play.fresh(self.room).code}/"

    def page(self, path: str = "") -> str:
        return self.client.get(f"{self.base}{path}").content.decode()

    def now(self, **more: Any) -> Any:
        return self.client.get(f"{self.base}now/", headers={"X-Phone": "1"}, **more)

    def post(self, path: str, script: bool = True, **data: Any) -> Any:
        headers = {"X-Phone": "1"} if script else {}
        return self.client.post(f"{self.base}{path}", data, headers=headers)

    def said(self, answer: Any) -> str:
        return unquote(answer.headers.get("X-Said", ""))


def ids(html: str) -> list[str]:
    return re.findall(r'<section id="([^"]+)"', html)


@pytest.fixture
def room(cast: Cast) -> Workshop:
    return play.opened(cast)


# The door -------------------------------------------------------------------------------------------------------------


def test_a_code_leads_to_the_door_and_name_and_area_lead_in(cast: Cast, room: Workshop) -> None:
    phone = Phone(room)

    typed = phone.client.post("/w/", {"code": f" {room.code[:3].lower()}-{room.code[3:].lower()} "})
    door = phone.client.get(typed["Location"]).content.decode()
    joined = phone.post("join/", script=False, name="Ana", area=cast.sales.ref)

    assert "Ventas" in door
    assert "Administración" in door
    assert cast.client.ref not in door
    assert joined.status_code == 302
    cookie = joined.cookies[seats.cookie_name(room)]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/w/")
    inside = phone.page()
    assert "You are in." in inside
    assert Seat.objects.get().code in inside
    assert "We have not begun yet." in inside


def test_who_comes_late_lands_in_the_step_with_a_sentence(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    phone = Phone(room)

    phone.post("join/", script=False, name="Ana", area=cast.sales.ref)
    page = phone.page()

    assert "The areas next to the client speak for the client, and ask their suppliers." in page
    assert "Your turn: speak for the client." in page


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(cast: Cast, room: Workshop) -> None:
    phone = Phone(room)
    without_area = phone.post("join/", script=False, name="<b>Ana</b>")
    without_name = phone.post("join/", script=False, name=" ", area=cast.sales.ref)

    assert without_area.status_code == without_name.status_code == 422
    assert 'id="area-error"' in without_area.content.decode()
    assert "&lt;b&gt;Ana&lt;/b&gt;" in without_area.content.decode()
    assert 'id="name-error"' in without_name.content.decode()
    assert re.search(rf'value="{cast.sales.ref}" checked', without_name.content.decode())
    assert not Seat.objects.exists()


@pytest.mark.parametrize("typed", ["", "ABC", "ZZZZZZ", "<script>alert(1)</script>", "x" * 5000])
def test_a_code_of_nothing_is_told_kindly(typed: str, db: None) -> None:
    client = Client()
    answer = client.post("/w/", {"code": typed})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    assert client.get("/w/ZZZZZZ/").status_code == 404


def test_a_member_who_is_signed_in_finds_both_fields_filled_in(cast: Cast, room: Workshop) -> None:
    phone = Phone(room)
    phone.client.force_login(cast.luis.user)

    door = phone.page()
    phone.post("join/", script=False, name="Luis", area=cast.logistics.ref)

    assert 'value="Luis"' in door
    assert re.search(rf'value="{cast.logistics.ref}" checked', door)
    assert Seat.objects.get().membership == cast.luis


def test_the_personal_code_opens_the_seat_on_another_device(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    other = Phone(room)

    wrong = other.post("resume/", script=False, code="ZZZZ" if ana.code != "ZZZZ" else "YYYY")
    right = other.post("resume/", script=False, code=ana.code.lower())

    assert wrong.status_code == 422
    assert right.status_code == 302
    assert "Ana" in other.page()


def test_locked_paused_removed_left_and_closed_each_say_what_to_do(cast: Cast, room: Workshop) -> None:
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    phone, other, stranger = Phone(room, ana), Phone(room, luis), Phone(room)
    fede = cast.actor("fede")

    def act(deed: Any, **more: Any) -> None:
        one = play.fresh(room)
        deed(one, fede, one.version, now=NOW, **more)

    act(running.lock, is_locked=True)
    assert "The door is locked" in stranger.page()
    act(running.pause)
    assert "To be continued" in phone.page()
    act(running.go_on)
    act(running.remove_seat, seat=ana)
    assert "You are no longer in the room" in phone.page()
    assert phone.now().status_code == 410
    other.post("bye/", script=False)
    assert "See you soon, Luis" in other.page()
    other.post("join/", script=False)
    assert "See you soon" not in other.page()
    act(running.close)
    assert "Thank you. The workshop is over." in other.page()
    assert "This room is closed" in stranger.page()


def test_a_new_code_takes_nobody_out(cast: Cast, room: Workshop) -> None:
    phone = Phone(room, play.sit(room, "Ana", cast.sales))
    old = room.code
    room = play.fresh(room)
    running.renew_code(room, cast.actor("fede"), room.version, NOW)

    moved = phone.client.get(f"/w/{old}/")
    assert moved["Location"] == f"/w/{play.fresh(room).code}/"
    assert phone.client.get(f"/w/{old}/now/").status_code == 200
    assert Client().get(f"/w/{old}/").status_code == 404
    assert "token" in phone.client.get(f"/w/{old}/?token=new").json()


def test_a_seat_of_one_room_is_none_in_another(cast: Cast, room: Workshop) -> None:
    other = play.opened(cast)
    phone = Phone(room, play.sit(room, "Ana", cast.sales))

    assert 'name="area"' in phone.client.get(f"/w/{other.code}/").content.decode()
    assert phone.client.get(f"/w/{other.code}/now/").status_code == 410
    assert phone.client.post(f"/w/{other.code}/ready/", {}, headers={"X-Phone": "1"}).status_code == 410


# One thing to do ------------------------------------------------------------------------------------------------------


def test_the_mirror_by_script_and_without(cast: Cast, room: Workshop) -> None:
    phone = Phone(room, play.sit(room, "Ana", cast.sales))
    play.to(room, "mirror")

    assert ids(phone.page()) == ["p-head", "p-mirror", "p-ready"]
    answer = phone.post("score/", value="7")
    assert answer.status_code == 200
    assert "Your answer counts." in answer.content.decode()
    assert phone.said(answer) == "Your answer counts. Nobody sees which one is yours."
    assert phone.post("score/", script=False, value="4").status_code == 303
    assert [one.value for one in Score.objects.all()] == [4]
    assert phone.post("score/", value="11").status_code == 422
    assert phone.post("score/", value="<b>").status_code == 422
    one = play.fresh(room)
    running.reveal(one, cast.actor("fede"), one.version, NOW)
    assert "on average 4" in phone.page()


def test_proposals_dots_and_what_is_a_persons_own(cast: Cast, room: Workshop) -> None:
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    phone, other = Phone(room, ana), Phone(room, luis)
    play.to(room, "problem")

    phone.post("propose/", text="Llega <script>x</script> tarde", key="key-number-1")
    made = Proposal.objects.get()
    page, theirs = phone.page(), other.page()
    assert "Llega &lt;script&gt;x&lt;/script&gt; tarde" in page
    assert "Mine: take it back" in page
    assert "Mine: take it back" not in theirs
    assert "\0" not in page + theirs
    phone.post("dots/", ref=made.ref, n="3")
    assert Dots.objects.get().n == 3
    assert "3 dots of yours" in phone.page()
    assert "0 dots of yours" in other.page()
    assert phone.post("dots/", ref=made.ref, n="4").status_code == 422
    too_long = phone.post("propose/", text="x" * 9000, key="key-number-2")
    assert too_long.status_code == 422
    assert "4000" in too_long.content.decode()


def test_two_areas_talk_and_each_sees_only_what_is_theirs(cast: Cast, room: Workshop) -> None:
    ana, luis = Phone(room, play.sit(room, "Ana", cast.sales)), Phone(room, play.sit(room, "Luis", cast.logistics))
    paula = Phone(room, play.sit(room, "Paula", cast.administration))
    play.to(room, "voice")

    assert "What do you need from Logística?" in ana.page()
    assert "listen" in luis.page()
    answer = send(ana, cast.to_sales, outcome="Ventana de 4 h 🚚", key="key-number-1")
    assert answer.status_code == 200
    assert ana.said(answer) == "Logística has it: «Ventana de 4 h 🚚»"
    ask = Ask.objects.get()
    assert f"ask-{ask.ref}" in ids(luis.page())
    assert f"ask-{ask.ref}" not in ids(paula.page())
    assert "I commit" not in luis.page()

    play.to(room, "chain:2")
    turn = luis.page()
    assert "The client asks for «Reducir los tiempos de entrega». Therefore Ventas asked you:" in turn
    assert "I commit" in turn
    assert "And what do you require of Ventas?" in turn
    done = luis.post(f"asks/{ask.ref}/agree/", version=ask.version, key="key-number-2")
    assert luis.said(done) == "Agreed with Ventas."
    ask.refresh_from_db()
    assert (ask.state, ask.owner_name) == (State.AGREED, "Luis")
    assert paula.post(f"asks/{ask.ref}/agree/", version=ask.version, key="key-number-3").status_code == 404


def send(phone: Phone, link: Link, direction: str = "need", **more: Any) -> Any:
    data = {"often": "once", "day": "2026-11-27", "satisfaction": "", **more}
    return phone.post(f"asks/new/{link.ref}/{direction}/", **data)


def test_an_ask_whose_answer_was_lost_is_there_once(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    play.to(room, "voice")

    first = send(ana, cast.to_sales, outcome="Ventana", key="the-same-key")
    play.to(room, "agreements")
    again = send(ana, cast.to_sales, outcome="Ventana", key="the-same-key")

    assert (first.status_code, again.status_code) == (200, 200)
    assert Ask.objects.count() == 1


def test_an_ask_that_lacks_something_comes_back_with_what_was_typed_and_the_same_key(
    cast: Cast, room: Workshop
) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    play.to(room, "voice")

    answer = send(
        ana, cast.to_sales, outcome="", satisfaction="Lo ve <i>Ventas</i>", day="2020-01-01", key="the-same-key"
    )
    html = answer.content.decode()

    assert answer.status_code == 422
    assert 'value="the-same-key"' in html
    assert "Lo ve &lt;i&gt;Ventas&lt;/i&gt;" in html
    assert "This day has passed" in html
    assert "data-unsaved" in html
    assert not Ask.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"often": "once"}, ("once", "2026-11-27", None, "")),
        ({"often": "week"}, ("recurring", None, "2026-11-27", "week")),
        (
            {"often": "month", "indicator": "pedidos", "compare": "ge", "target": "95"},
            ("measured", None, "2026-11-27", "month"),
        ),
    ],
)
def test_how_often_becomes_the_terms_of_the_organization(
    cast: Cast, room: Workshop, typed: dict[str, str], stored: tuple[str, str | None, str | None, str]
) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    play.to(room, "voice")

    assert send(ana, cast.to_sales, outcome="Ventana", key="key-number-1", **typed).status_code == 200

    terms = Ask.objects.get().terms
    assert terms is not None
    days = [on.isoformat() if on else None for on in (terms.due_on, terms.first_on)]
    assert (terms.shape, *days, terms.every) == stored


def test_a_number_wants_a_rhythm(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    play.to(room, "voice")
    answer = send(ana, cast.to_sales, outcome="Ventana", target="95", key="key-number-1")
    assert answer.status_code == 422
    assert "A number is counted again and again" in answer.content.decode()


def test_a_counter_offer_keeps_the_time_as_it_was_unless_it_is_changed(cast: Cast, room: Workshop) -> None:
    ana, luis = Phone(room, play.sit(room, "Ana", cast.sales)), Phone(room, play.sit(room, "Luis", cast.logistics))
    play.to(room, "voice")
    send(ana, cast.to_sales, outcome="Ruta norte", often="week", key="key-number-1")
    ask = Ask.objects.get()
    play.to(room, "chain:2")

    form = luis.client.get(f"{luis.base}asks/{ask.ref}/counter/", headers={"X-Phone": "1"}).content.decode()
    assert "as it was: every Friday" in form
    without = luis.post(
        f"asks/{ask.ref}/counter/", version=ask.version, key="key-number-2", outcome="Ruta norte corta", often="same"
    )
    assert without.status_code == 422
    same: dict[str, Any] = {
        "version": ask.version,
        "outcome": "Ruta norte corta",
        "often": "same",
        "words": "No llega a más.",
    }
    assert luis.post(f"asks/{ask.ref}/counter/", key="key-number-2", **same).status_code == 200

    ask.refresh_from_db()
    assert ask.terms is not None
    assert (ask.terms.outcome, ask.terms.every, ask.owner_name) == ("Ruta norte corta", "week", "Luis")
    assert "another offer: you answer" in ana.page()


def test_who_was_overtaken_sees_it_with_the_words_kept(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    luis, victor = play.sit(room, "Luis", cast.logistics), play.sit(room, "Víctor", cast.logistics)
    play.to(room, "voice")
    ask = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    seen = Ask.objects.get(pk=ask.pk).version
    play.agree(luis, ask)

    answer = Phone(room, victor).post(f"asks/{ask.ref}/decline/", version=seen, key="key-number-1", words="Sin camión")

    assert answer.status_code == 409
    assert "Sin camión" in answer.content.decode()
    assert "Luis" in answer.content.decode()


def test_contracts_are_read_and_signed(cast: Cast, room: Workshop) -> None:
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics, membership=cast.luis)
    play.to(room, "voice")
    ask = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    play.agree(luis, ask)
    play.to(room, "agreements")
    guest, lead = Phone(room, ana), Phone(room, luis)

    page, theirs = guest.page(), lead.page()
    assert "a lead of your area confirms it with their account" in page
    assert "a lead of your area confirms it with their account" not in theirs
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest
    assert guest.post(f"sign/{cast.to_sales.ref}/", digest="0" * 64, key="key-number-0").status_code == 409
    signed = guest.post(f"sign/{cast.to_sales.ref}/", digest=digest[1], key="key-number-1")
    assert guest.said(signed) == "Signed."
    assert "signed here" in signed.content.decode()
    assert "I sign for Ventas" not in signed.content.decode()
    assert lead.post(f"sign/{cast.to_sales.ref}/", digest=digest[1], key="key-number-2").status_code == 200
    assert lead.post(f"sign/{cast.to_production.ref}/", digest=digest[1], key="key-number-3").status_code == 404


def test_at_the_close_first_the_mirror_then_the_three_then_the_thanks(cast: Cast, room: Workshop) -> None:
    ana, eva = Phone(room, play.sit(room, "Ana", cast.sales)), Phone(room, play.sit(room, "Eva", cast.sales))
    play.to(room, "close")

    assert "take-question" not in ids(ana.page())
    ana.post("score/", value="8")
    assert {"take-question", "take-reflection", "take-improvement"} <= set(ids(ana.page()))
    for n, kind in enumerate(("question", "reflection", "improvement")):
        ana.post("takeaway/", kind=kind, text=f"Texto {n}", version="0", key=f"key-number-{n}")
    assert "p-thanks" in ids(ana.page())
    clash = eva.post("takeaway/", kind="question", text="Otra pregunta", version="0", key="key-of-eva-1")
    html = clash.content.decode()
    assert clash.status_code == 409
    assert "Texto 0" in html
    assert "Otra pregunta" in html
    assert 'name="version" value="1"' in html
    assert eva.post("takeaway/", kind="question", text="Las dos", version="1", key="key-of-eva-1").status_code == 200
    assert Takeaway.objects.get(kind="question").text == "Las dos"


def test_forms_work_without_script(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    play.to(room, "voice")
    path = f"asks/new/{cast.to_sales.ref}/need/"

    form = ana.page(path)
    wrong = ana.post(path, script=False, outcome="", often="once", day="2026-11-27", key="key-number-1")
    right = ana.post(path, script=False, outcome="Ventana", often="once", day="2026-11-27", key="key-number-1")

    assert "What do you need from Logística?" in form
    assert "<!doctype html>" in form
    assert wrong.status_code == 422
    assert "Back to the room" in wrong.content.decode()
    assert right.status_code == 303
    assert "Logística has it" in ana.client.get(right["Location"]).content.decode()


def test_a_phone_without_a_token_of_the_form_does_nothing(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales), enforce_csrf_checks=True)
    play.to(room, "mirror")

    assert ana.post("score/", value="3").status_code == 403
    token = re.search(r'data-csrf="([^"]+)"', ana.page())
    assert token
    answer = ana.client.post(f"{ana.base}score/", {"value": "3"}, headers={"X-Phone": "1", "X-CSRFToken": token[1]})
    assert answer.status_code == 200


def test_ready_counts_the_area(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    play.sit(room, "Eva", cast.sales)
    play.to(room, "voice")

    assert "0 of 2 in Ventas ready" in ana.page()
    assert "1 of 2 in Ventas ready" in ana.post("ready/", step="voice", ready="1").content.decode()
    assert "The room went on meanwhile." in ana.said(ana.post("ready/", step="mirror", ready="1"))


def test_the_wrong_area_is_changed_at_the_foot(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    assert ana.post("area/", script=False, area=cast.logistics.ref).status_code == 303
    assert Seat.objects.get().area == cast.logistics


def test_what_nobody_does_is_nothing(cast: Cast, room: Workshop) -> None:
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    assert ana.post("dance/").status_code == 404
    assert ana.client.get(f"{ana.base}score/")["Location"] == ana.base
    assert ana.client.get(f"{ana.base}join/")["Location"] == ana.base
    assert ana.client.delete(f"{ana.base}score/").status_code == 405
    assert ana.client.get(f"{ana.base}asks/new/{cast.to_production.ref}/need/").status_code == 404
    assert ana.client.get(f"{ana.base}asks/new/{cast.to_sales.ref}/sideways/").status_code == 404


def test_words_beside_an_open_ask_reach_the_other_side(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    luis = Phone(room, play.sit(room, "Luis", cast.logistics))
    one = play.ask(play.seated(ana.seat), cast.to_sales)  # type: ignore[arg-type]
    assert f'id="say-{one.ref}"' in ana.now().content.decode()
    assert f'id="say-{one.ref}"' not in luis.now().content.decode()

    form = ana.page(f"asks/{one.ref}/say/")
    assert 'name="words"' in form
    empty = ana.post(f"asks/{one.ref}/say/", words=" ", key=play.key())
    assert empty.status_code == 422
    said = ana.post(f"asks/{one.ref}/say/", words="Solo <b>los lunes</b>", key=play.key())
    assert said.status_code == 200
    assert "Solo &lt;b&gt;los lunes&lt;/b&gt;</span> <cite" in luis.now().content.decode()

    # What was answered since stands for itself.
    play.to(room, "chain:2")
    one.refresh_from_db()
    play.decline(luis.seat, one, "No hay camión.")  # type: ignore[arg-type]
    after = ana.now().content.decode()
    assert "No hay camión." in after
    assert "los lunes" not in after
    assert f'id="say-{one.ref}"' not in after


def test_what_was_settled_last_stays_in_sight(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    ana = Phone(room, play.sit(room, "Ana", cast.sales))
    luis = play.sit(room, "Luis", cast.logistics)
    made = [
        play.ask(ana.seat, cast.to_sales, terms=asks.once(f"Ventana {n}"), now=play.later(n))  # type: ignore[arg-type]
        for n in range(sides.MOST_SETTLED + 2)
    ]
    play.to(room, "chain:2")
    assert f'id="ask-{made[0].ref}"' not in ana.now().content.decode()
    play.agree(luis, made[0], now=play.later(30))
    assert f'id="ask-{made[0].ref}"' in ana.now().content.decode()


# Cheap ----------------------------------------------------------------------------------------------------------------


def test_a_second_look_is_one_query_and_a_look_at_nothing_new_is_empty(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    ana, eva = Phone(room, play.sit(room, "Ana", cast.sales)), Phone(room, play.sit(room, "Eva", cast.sales))
    first = ana.now()

    with CaptureQueriesContext(connection) as queries:
        second = eva.client.get(f"/w/{room.code}/now/", headers={"X-Phone": "1"})
    assert second.status_code == 200
    assert len(queries) == 1
    same = ana.client.get(f"/w/{room.code}/now/", headers={"X-Phone": "1", "If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    play.ask(play.seated(eva.seat), cast.to_sales)  # type: ignore[arg-type]
    fresh = ana.client.get(f"/w/{room.code}/now/", headers={"X-Phone": "1", "If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert "Ventana de entrega confirmada" in fresh.content.decode()


def test_keys_and_tokens_are_each_persons_own(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    ana, eva = Phone(room, play.sit(room, "Ana", cast.sales)), Phone(room, play.sit(room, "Eva", cast.sales))

    def keys(html: str) -> set[str]:
        return set(re.findall(r'name="key" value="([^"]+)"', html))

    mine, hers = keys(ana.now().content.decode()), keys(eva.now().content.decode())
    assert mine
    assert not mine & hers
    assert all(taking.MOST_KEY >= len(key) >= 8 for key in mine)


def test_parts_that_did_not_change_keep_their_fingerprint(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    ana, eva = play.sit(room, "Ana", cast.sales), play.sit(room, "Eva", cast.sales)
    phone = Phone(room, ana)

    def prints() -> dict[str, str]:
        return dict(
            re.findall(r'<section id="([^"]+)" class="[^"]*" data-part="([^"]+)"', phone.now().content.decode())
        )

    before = prints()
    taking.ready(play.seated(eva), "voice", True, NOW)
    after = prints()
    assert {name for name in after if before.get(name) != after[name]} == {"p-ready"}


def test_what_a_phone_shows_already_does_not_travel_again(cast: Cast, room: Workshop) -> None:
    play.to(room, "problem")
    phone = Phone(room, play.sit(room, "Ana", cast.sales))
    phone.post("propose/", text="Llega tarde", key="key-number-1")
    made = Proposal.objects.get()
    everything = phone.now().content.decode()
    has = ",".join(re.findall(r'data-part="([^"]+)"', everything))

    def again() -> dict[str, str]:
        html = phone.client.get(f"{phone.base}now/", headers={"X-Phone": "1", "X-Has": has}).content.decode()
        return dict(re.findall(r'<section id="([^"]+)"[^>]*?( data-same)?>', html))

    assert set(again().values()) == {" data-same"}
    phone.post("dots/", ref=made.ref, n="2")
    assert {name for name, same in again().items() if not same} == {"p-dots", f"prop-{made.ref}"}


def test_of_very_many_requests_a_phone_shows_the_first_and_says_how_many_more(cast: Cast, room: Workshop) -> None:
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    for _n in range(15):
        play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")

    page = Phone(room, luis).page()
    assert page.count('id="agree-') == 12
    assert "and 3 more" in page


def test_what_happens_at_a_desk_outside_is_seen_at_the_next_look(cast: Cast, room: Workshop) -> None:
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    play.to(room, "voice")
    ask = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    phone = Phone(room, ana)
    assert "waiting for them" in phone.page()
    ask.refresh_from_db()
    from_desk(cast, ask)

    assert "agreed" in phone.now().content.decode()
    assert luis.pk


def from_desk(cast: Cast, ask: Ask) -> None:
    moves.agree(ask, cast.actor("luis"), version=ask.version, owner=cast.luis, now=NOW)


def test_the_room_speaks_the_language_of_the_workshop_unless_another_was_chosen(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    plain, english = Phone(room, ana), Phone(room, ana)
    del plain.client.cookies["django_language"]

    assert '<html lang="es">' in plain.page()
    assert '<html lang="en">' in english.page()


def test_a_rehearsal_is_marked(cast: Cast) -> None:
    room = play.opened(cast, is_rehearsal=True)
    seat = play.sit(room, "Ana", cast.sales)
    page = Phone(room, seat).page()
    assert "Rehearsal" in page or "Ensayo" in page
    assert "rehearsal" in page

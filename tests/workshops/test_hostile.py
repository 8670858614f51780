"""Everything that a phone can send, sent wrong: nothing ends in an error of ours, and nothing is done by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contracts.models import Signature
from requests.models import Act, Ask
from tests.build import NOW
from tests.cast import Cast
from tests.workshops import play
from workshops import running, seats
from workshops.models import Deed, Dots, Proposal, Score, Seat, Takeaway, Workshop

HUGE = "á🙂" * 500_000
BAD = {
    "nothing": "",
    "NUL": "a\0b",
    "only NUL": "\0",
    "a megabyte": HUGE,
    "a huge number": "9" * 4000,
    "below nothing": "-1",
    "not a number": "NaN",
    "figures of elsewhere": "٣",
    "markup": "<script>alert(1)</script>",
    "from right to left": "\u202eabc\u202c אבג",
    "lone marks": "\u200b\ufeff\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "a template": "{{ 7|add:7 }}{% now 'Y' %}%(name)s",
    "a quote": "' OR 1=1 --",
}
FIELDS = [
    "name",
    "area",
    "code",
    "value",
    "text",
    "ref",
    "n",
    "step",
    "ready",
    "kind",
    "version",
    "key",
    "why",
    "outcome",
    "satisfaction",
    "often",
    "day",
    "indicator",
    "target",
    "unit",
    "words",
    "alternative",
    "redirect_to",
    "owner_name",
    "digest",
]
STEPS = ["chain:3", "mirror", "problem", "voice", "chain:2", "answers", "agreements", "close"]


class Stage:
    """A room in which there is something of everything, and one phone in it."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.room = play.opened(cast)
        self.ana = play.sit(self.room, "Ana", cast.sales)
        self.luis = play.sit(self.room, "Luis", cast.logistics)
        play.to(self.room, "voice")
        self.ask = play.ask(self.ana, cast.to_sales)
        agreed = play.ask(self.ana, cast.to_sales)
        play.to(self.room, "chain:2")
        play.agree(self.luis, agreed)
        self.proposal = Proposal.objects.create(workshop=self.room, seat=self.ana, text="Llega tarde", at=NOW)
        self.client = Client(raise_request_exception=False)
        self.holds(self.luis)

    def holds(self, seat: Seat) -> None:
        self.client.cookies[seats.cookie_name(seat.workshop)] = seats.sign(seat)

    @property
    def addresses(self) -> list[str]:
        base = f"/w/{self.room.code}/"
        verbs = ("score", "propose", "withdraw-proposal", "dots", "ready", "area", "takeaway", "join", "resume")
        asked = [f"asks/{self.ask.ref}/{verb}" for verb in ("agree", "counter", "decline", "withdraw", "say")]
        link = self.cast.to_sales.ref
        lanes = [f"asks/new/{link}/need", f"asks/new/{link}/requirement", f"sign/{link}"]
        return ["/w/", *(f"{base}{path}/" for path in (*verbs, *asked, *lanes))]


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(cast)


def deeds() -> list[object]:
    """All that a phone can do to a room, as it stands in the database."""
    counted: list[object] = [model.objects.count() for model in (Ask, Act, Score, Dots, Takeaway, Signature, Proposal)]
    return [*counted, *Seat.objects.values_list("name", "area_id", "left_at", "removed_at").order_by("pk")]


def fine(answer: Any, what: str) -> None:
    assert answer.status_code < 500, f"{what}: {answer.status_code}"


@pytest.mark.parametrize("sort", BAD)
def test_whatever_stands_in_the_fields_is_answered(stage: Stage, sort: str) -> None:
    """Each sort in two steps, so that all sorts together meet each step; by script and as a plain form in turns."""
    at = list(BAD).index(sort)
    # A megabyte in all fields of all forms is nothing but slow.
    names = FIELDS if sort != "a megabyte" else ["name", "code", "text"]
    for step in (STEPS[at % 8], STEPS[(at + 3) % 8]):
        play.to(stage.room, step)
        for n, address in enumerate(stage.addresses):
            sent = dict.fromkeys(names, BAD[sort])
            answer = stage.client.post(address, sent, headers={"X-Phone": "1" if (n + at) % 2 else ""})
            fine(answer, f"{sort} at {address} in {step}")
        fine(stage.client.get(f"/w/{stage.room.code}/"), f"the room after {sort}")


def test_each_field_by_itself_beside_good_ones(stage: Stage) -> None:
    good = {
        "key": "a-key-of-a-form",
        "version": "1",
        "outcome": "Ventana de entrega",
        "often": "once",
        "day": "2026-12-01",
        "words": "Porque sí",
        "n": "1",
        "ref": stage.proposal.ref,
    }
    before = Ask.objects.exclude(pk=stage.ask.pk).count()
    for name in ("day", "often", "version", "target", "key", "redirect_to", "why", "owner_name"):
        for sort in ("NUL", "a huge number", "below nothing", "figures of elsewhere", "a quote"):
            for path in (f"asks/{stage.ask.ref}/counter", f"asks/{stage.ask.ref}/say"):
                sent = {**good, name: BAD[sort]}
                fine(stage.client.post(f"/w/{stage.room.code}/{path}/", sent), f"{sort} as {name} at {path}")
    assert Ask.objects.exclude(pk=stage.ask.pk).count() == before


@pytest.mark.parametrize("day", ["0000-00-00", "9999-12-31", "10000-01-01", "2026-02-30", "1", "0001-01-01"])
def test_days_that_are_none(stage: Stage, day: str) -> None:
    sent = {"key": "a-key-of-a-form", "outcome": "Algo", "often": "once", "day": day, "why": ""}
    answer = stage.client.post(
        f"/w/{stage.room.code}/asks/new/{stage.cast.to_sales.ref}/requirement/", sent, headers={"X-Phone": "1"}
    )
    fine(answer, day)
    stage.holds(stage.ana)
    again = stage.client.post(
        f"/w/{stage.room.code}/asks/new/{stage.cast.to_sales.ref}/need/", sent, headers={"X-Phone": "1"}
    )
    assert again.status_code in (200, 422)
    assert Ask.objects.filter(terms__due_on__year__gt=2100).count() == 0


@pytest.mark.parametrize("number", ["1e400", "-1e400", "Infinity", "0." + "0" * 500 + "1", "9" * 300, "1,5", "½"])
def test_numbers_that_are_none(stage: Stage, number: str) -> None:
    stage.holds(stage.ana)
    sent = {"key": "a-key-of-a-form", "outcome": "Algo", "often": "weekly", "target": number, "indicator": "pedidos"}
    answer = stage.client.post(
        f"/w/{stage.room.code}/asks/new/{stage.cast.to_sales.ref}/need/", sent, headers={"X-Phone": "1"}
    )
    fine(answer, number)
    # Whoever looks at what stands there afterwards can.
    fine(stage.client.get(f"/w/{stage.room.code}/"), number)


def test_bodies_that_are_no_forms(stage: Stage) -> None:
    bodies: list[tuple[bytes, str]] = [
        (b"\xff\xfe\xc3\x28", "application/x-www-form-urlencoded"),
        (b"words=%ff%fe%c3%28&key=%00", "application/x-www-form-urlencoded"),
        (b"words=%E0%A4%A&n=%", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"--x\r\nContent-Disposition: form-data; name=words\r\n\r\n\xff", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=" + "x" * 300),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b"words=" + b"x" * 1_000_000, "application/x-www-form-urlencoded; charset=nothing"),
        (b"words=" + b"x" * 4_000_000, "application/x-www-form-urlencoded"),
    ]
    before = deeds()
    for body, kind in bodies:
        for address in stage.addresses:
            answer = stage.client.generic("POST", address, body, content_type=kind, headers={"X-Phone": "1"})
            fine(answer, f"{kind} {body[:20]!r} at {address}")
    assert deeds() == before


def test_files_in_place_of_words(stage: Stage) -> None:
    for address in stage.addresses:
        sent = {"text": SimpleUploadedFile("a.txt", b"\0\1\2"), "name": SimpleUploadedFile("b", b"x")}
        fine(stage.client.post(address, sent), address)


def test_what_only_reads_cannot_be_written_and_what_writes_cannot_be_read(stage: Stage) -> None:
    base = f"/w/{stage.room.code}/"
    before = deeds()
    for path in ("", "now/", "projector/", "projector/now/"):
        for method in ("post", "put", "delete", "patch"):
            assert getattr(stage.client, method)(f"{base}{path}").status_code == 405, (method, path)
    written = ("join/", "resume/", "bye/", "score/", "propose/", "dots/", "ready/", "takeaway/", "area/")
    for path in (*written, f"sign/{stage.cast.to_sales.ref}/"):
        for method in ("put", "delete", "patch"):
            assert getattr(stage.client, method)(f"{base}{path}").status_code == 405, (method, path)
        # Whoever reloads the answer to a form comes to the room.
        assert stage.client.get(f"{base}{path}").status_code in (302, 405), path
    for path in (f"asks/{stage.ask.ref}/agree/", f"asks/new/{stage.cast.to_sales.ref}/need/"):
        for method in ("put", "delete", "patch"):
            assert getattr(stage.client, method)(f"{base}{path}").status_code == 405, (method, path)
    assert deeds() == before


@pytest.mark.parametrize(
    "path",
    [
        "asks/nothing/agree/",
        "asks/%00/agree/",
        "asks/%F0%9F%99%82/agree/",
        "asks/..%2F..%2Fetc/agree/",
        "asks/new/nothing/need/",
        "asks/new/%00/need/",
        "sign/nothing/",
        "sign/%FF%FE/",
        "nothing-that-is/",
        "%00/",
        "score%00/",
    ],
)
def test_addresses_of_nothing(stage: Stage, path: str) -> None:
    assert stage.client.post(f"/w/{stage.room.code}/{path}").status_code in (400, 404)
    assert stage.client.get(f"/w/{stage.room.code}/{path}").status_code in (302, 400, 404, 405)


@pytest.mark.parametrize("code", ["%00%00%00%00%00%00", "AB%00DEF", "ßßß", "ÀÁÂÃÄÅ", "......", "%FF%FF%FF", "𝔸𝔹ℂ𝔻𝔼𝔽"])
def test_codes_that_are_none(stage: Stage, code: str) -> None:
    for path in ("", "now/", "join/", "projector/"):
        for way in (Client().get, Client().post, stage.client.get):
            fine(way(f"/w/{code}/{path}"), f"{code}/{path}")
    fine(Client().post("/w/", {"code": code.replace("%00", "\0").replace("%FF", "\xff")}), code)


def test_asks_and_links_of_others_are_not_there(stage: Stage) -> None:
    """Production has no part in what sales asked logistics; and a link on which the area does not stand is none."""
    stage.holds(play.sit(stage.room, "Pablo", stage.cast.production))
    base = f"/w/{stage.room.code}/"
    before = deeds()
    assert stage.client.get(f"{base}asks/{stage.ask.ref}/counter/").status_code == 404
    for verb in ("agree", "counter", "decline", "withdraw", "say"):
        sent = {"key": "a-key-of-a-form", "version": "2", "words": "No", "owner_name": "Pablo"}
        assert stage.client.post(f"{base}asks/{stage.ask.ref}/{verb}/", sent).status_code == 404
    for path in (f"asks/new/{stage.cast.to_sales.ref}/need/", f"sign/{stage.cast.to_sales.ref}/"):
        assert stage.client.post(f"{base}{path}", {"key": "a-key-of-a-form"}).status_code == 404
    # The client's own link: nobody in the room acts for the client.
    assert (
        stage.client.post(f"{base}asks/new/{stage.cast.to_client.ref}/need/", {"key": "a-key-of-a-form"}).status_code
        == 404
    )
    # What the performer may not do with an ask of the other side.
    stage.holds(stage.luis)
    taken_back = stage.client.post(
        f"{base}asks/{stage.ask.ref}/withdraw/", {"key": "another-key", "version": "2"}, headers={"X-Phone": "1"}
    )
    assert taken_back.status_code == 422
    assert deeds() == before


def test_a_key_serves_one_person_one_deed_and_one_room(stage: Stage) -> None:
    base = f"/w/{stage.room.code}/"
    key = {"key": "one-key-for-all"}
    first = stage.client.post(f"{base}asks/{stage.ask.ref}/say/", {**key, "words": "Una"}, headers={"X-Phone": "1"})
    again = stage.client.post(f"{base}asks/{stage.ask.ref}/say/", {**key, "words": "Una"}, headers={"X-Phone": "1"})
    other = stage.client.post(
        f"{base}asks/{stage.ask.ref}/agree/", {**key, "version": str(stage.ask.version)}, headers={"X-Phone": "1"}
    )
    stage.holds(stage.ana)
    somebody = stage.client.post(f"{base}asks/{stage.ask.ref}/say/", {**key, "words": "Dos"}, headers={"X-Phone": "1"})

    assert (first.status_code, again.status_code) == (200, 200)
    assert (other.status_code, somebody.status_code) == (422, 422)
    assert list(Act.objects.filter(ask=stage.ask, verb="say").values_list("words", flat=True)) == ["Una"]

    # In another room of the same company the key is free, and does that room's deed.
    second = running.create(stage.cast.actor("fede"), name="Otro", language="es", now=NOW)
    running.go_to(second, stage.cast.actor("fede"), second.version, "voice", NOW)
    stage.holds(play.sit(second, "Ana", stage.cast.sales))
    there = stage.client.post(
        f"/w/{second.code}/asks/{stage.ask.ref}/say/", {**key, "words": "Tres"}, headers={"X-Phone": "1"}
    )
    assert there.status_code == 200
    assert Deed.objects.filter(key="one-key-for-all").count() == 2


@pytest.mark.parametrize("how", ["forged", "of another key", "empty", "long", "not ours", "of nobody", "with marks"])
def test_a_cookie_that_is_not_ours_is_a_stranger(stage: Stage, how: str) -> None:
    value = {
        "forged": f"{stage.luis.token}:AAAA",
        "of another key": signing.Signer(key="other", salt=seats.SALT).sign(stage.luis.token),
        "empty": "",
        "long": "x" * 3000,
        "not ours": signing.Signer(salt="something-else").sign(stage.luis.token),
        "of nobody": signing.Signer(salt=seats.SALT).sign("nobody"),
        "with marks": "ñ:ü\x7f",
    }[how]
    client = Client(raise_request_exception=False)
    client.cookies[seats.cookie_name(stage.room)] = value
    before = deeds()
    base = f"/w/{stage.room.code}/"

    assert client.get(f"{base}now/").status_code == 410
    sent = {"key": "a-key-of-a-form", "version": str(stage.ask.version), "owner_name": "X"}
    answer = client.post(f"{base}asks/{stage.ask.ref}/agree/", sent, headers={"X-Phone": "1"})
    assert answer.status_code == 410
    assert deeds() == before


def test_the_cookie_of_one_room_does_nothing_in_another(stage: Stage) -> None:
    """Not even under the other room's name."""
    second = running.create(stage.cast.actor("fede"), name="Otro", language="es", now=NOW)
    running.go_to(second, stage.cast.actor("fede"), second.version, "mirror", NOW)
    stage.client.cookies[seats.cookie_name(second)] = seats.sign(stage.luis)

    answer = stage.client.post(f"/w/{second.code}/score/", {"value": "3"}, headers={"X-Phone": "1"})

    assert answer.status_code == 410
    assert not Score.objects.exists()
    assert not second.seats.exists()


def test_a_form_without_its_token_does_nothing(stage: Stage) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies[seats.cookie_name(stage.room)] = seats.sign(stage.luis)
    before = deeds()
    for address in stage.addresses:
        for token in ({}, {"csrfmiddlewaretoken": "x" * 64}, {"csrfmiddlewaretoken": "\0"}):
            assert strict.post(address, token).status_code == 403, address
    assert deeds() == before


def test_who_was_taken_out_or_came_too_late_does_nothing(stage: Stage) -> None:
    fede = stage.cast.actor("fede")
    room: Workshop = play.fresh(stage.room)
    running.remove_seat(room, fede, room.version, stage.luis, NOW)
    removed = deeds()
    for address in stage.addresses[1:]:
        if not address.endswith(("join/", "resume/")):
            fine(stage.client.post(address, {"key": "a-key-of-a-form", "version": "2"}), address)
    assert deeds() == removed

    stage.holds(stage.ana)
    room = play.fresh(stage.room)
    running.close(room, fede, room.version, NOW)
    closed = deeds()
    for address in stage.addresses[1:]:
        fine(stage.client.post(address, {"key": "a-key-of-a-form", "version": "2", "words": "x"}), address)
    assert deeds() == closed


def test_what_the_console_is_sent_wrong_is_answered_too(stage: Stage) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(stage.cast.fede.user)
    org, ref = stage.cast.organization.ref, stage.room.ref
    base = f"/o/{org}/workshops/{ref}/console/"
    verbs = (
        "next back go undo reveal timer start minute stop lock unlock code remove ready take-over merge drop show hide"
    )
    names = [
        "version",
        "seat",
        "proposal",
        "into",
        "step",
        "minutes",
        "link",
        "side",
        "signature",
        "is",
        "what",
        "area",
    ]
    for sort, bad in BAD.items():
        for verb in [*verbs.split(), "confirm", "record", "choose", "plan", "hand", "close"]:
            answer = client.post(f"{base}{verb}/", {**dict.fromkeys(names, bad), "room": bad, "key": bad})
            fine(answer, f"{sort} at {verb}")
        fine(client.get(f"{base}record/", {"what": bad[:3000], "area": bad[:3000], "ask": bad[:3000]}), sort)
        fine(client.get(f"{base}choose/", {"proposal": bad[:3000]}), sort)

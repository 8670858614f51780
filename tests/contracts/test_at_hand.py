"""Sheets and desks that are kept at hand never show what is no longer so, whatever people and time do."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas import drawing, journal, people
from areas.models import AreaPart, Membership, Organization
from areas.words import Part, Role
from contracts import drafting
from contracts.at_hand import HERE, TOKEN, AtHand, Drawn, at_hand
from contracts.models import Commitment
from contracts.words import Side
from requests import moves
from tests import asks, build, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(days=7, hours=2)


# What is kept --------------------------------------------------------------------------------------------------------


def drawn(words: str = "x", at: datetime = NOW, until: datetime = LATER) -> Drawn:
    return Drawn.of(words, at, until)


def test_it_is_drawn_once_as_long_as_it_is_true() -> None:
    kept = AtHand()
    times: list[datetime] = []

    def ask(now: datetime) -> None:
        def draw() -> Drawn:
            times.append(now)
            return drawn(at=now, until=now + timedelta(hours=1))

        kept.get("key", now, draw)

    for minutes in (0, 5, 59, 60, 61, -1):
        ask(NOW + timedelta(minutes=minutes))
    # Also not before it was drawn: a clock that was put back.
    assert times == [NOW, NOW + timedelta(hours=1), NOW - timedelta(minutes=1)]


def test_as_many_are_kept_as_fit_and_those_used_last() -> None:
    kept = AtHand(most=100)

    def has(key: str) -> bool:
        found = kept.get(key, NOW, lambda: drawn("new"))
        return found.body(RequestFactory().get("/")) != b"new"

    for key in "abcd":
        kept.get(key, NOW, lambda: drawn("y" * 25))
    assert has("a")
    kept.get("e", NOW, lambda: drawn("y" * 25))
    assert has("a")
    assert not has("b")
    kept.clear()
    kept.get("large", NOW, lambda: drawn("y" * 26))
    assert not has("large")


def test_who_asks_at_the_same_time_waits_for_one_drawing() -> None:
    kept, together, times = AtHand(), Barrier(8), []

    def draw() -> Drawn:
        times.append(1)
        return drawn()

    def ask() -> None:
        together.wait()
        kept.get("key", NOW, draw)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 1


def test_each_session_gets_its_own_token_at_each_place(rf: RequestFactory) -> None:
    form = Drawn.of(f"<a>{TOKEN}</a>{TOKEN}é", NOW, LATER)
    assert form.body(rf.get("/"), "one").decode() == "<a>one</a>oneé"
    found = re.fullmatch("<a>(.{64})</a>(.{64})é", form.body(rf.get("/")).decode())
    assert found
    assert found[1] == found[2]
    asked = rf.get("/")
    assert drawn("no form").body(asked) == b"no form"
    assert "CSRF_COOKIE" not in asked.META


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def browser(member: Membership) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.user)
    return client


def look(cast: Cast, name: str, where: str, now: datetime, part: str = "") -> str:
    """What a person is shown, without what is another one in each session."""
    words = {"org": cast.organization.ref} | ({"link": cast.to_sales.ref} if where == "sheet" else {})
    with time_machine.travel(now, tick=False):
        answer = browser(getattr(cast, name)).get(
            reverse(f"contracts:{where}", kwargs=words),
            {"part": part} if part else {},
            headers={"HX-Request": "true"} if part else {},
        )
    assert answer.status_code == 200
    html = answer.content.decode()
    assert TOKEN not in html
    assert HERE not in html
    return re.sub(
        r'(csrfmiddlewaretoken" value=|X-CSRFToken": |data-live-token=)"[^"]*"', r"\1", html.replace("&quot;", '"')
    )


SEEN = [
    *((name, "sheet", part) for name in ("ana", "luis", "victor", "vera", "fede") for part in ("", "need", "head")),
    *((name, "my_desk", "") for name in ("ana", "luis", "victor", "fede")),
]


def all_seen(cast: Cast, now: datetime) -> dict[tuple[str, str, str], str]:
    return {(name, where, part): look(cast, name, where, now, part) for name, where, part in SEEN}


def keep_draft(cast: Cast) -> None:
    draft = cast.organization.asks.get(state="draft")
    moves.keep_draft(
        draft,
        cast.actor("ana"),
        version=draft.version,
        data={"outcome": "Otra ventana"},
        problem=draft.problem,
        cause=draft.cause,
        now=SOON,
    )


def withdraw_draft(cast: Cast) -> None:
    draft = cast.organization.asks.get(state="draft")
    moves.withdraw(draft, cast.actor("ana"), version=draft.version, now=SOON)


def say(cast: Cast) -> None:
    moves.say(cast.organization.asks.get(state="asked"), cast.actor("luis"), words="Lo vemos hoy.", now=SOON)


def sign(cast: Cast) -> None:
    contract = drafting.contract_of(cast.to_sales)
    digest = drafting.proposal(contract).digest
    drafting.sign(contract, Side.CUSTOMER, cast.actor("ana"), digest=digest, now=SOON)


def rename(cast: Cast) -> None:
    client = browser(cast.luis)
    answer = client.post(reverse("areas:profile"), {"name": "Luis Prieto", "language": "", "zone": ""})
    assert answer.status_code == 302


def rename_area(cast: Cast) -> None:
    area, fede = cast.logistics, cast.actor("fede")
    drawing.edit_area(
        fede, area, version=area.version, name="Almacén", kind=area.kind, description=area.description, now=SOON
    )


DEEDS: dict[str, Callable[[Cast], object]] = {
    "deliver": lambda cast: promises.deliver(cast, promises.first(promise_of(cast)), now=SOON),
    "judge": lambda cast: promises.judge(cast, promises.first(other_of(cast)), now=SOON),
    "wait": lambda cast: promises.depend(cast, promise_of(cast), required_of(cast), now=SOON),
    "say": say,
    "ask": lambda cast: asks.asked(cast, now=SOON),
    "sign": sign,
    "draft": lambda cast: asks.drafted(cast, now=SOON),
    "keep the draft": keep_draft,
    "withdraw the draft": withdraw_draft,
    "release": lambda cast: people.set_part(cast.actor("fede"), cast.victor, cast.logistics, "", SOON),
    "assign": lambda cast: people.set_part(cast.actor("fede"), cast.victor, cast.logistics, Part.LEAD, SOON),
    "role": lambda cast: people.set_role(cast.actor("fede"), cast.vera, Role.FACILITATOR, SOON),
    "a person's name": rename,
    "an area's name": rename_area,
}


def promise_of(cast: Cast) -> Commitment:
    return cast.organization.commitments.get(clause__outcome="Plan semanal confirmado")


def other_of(cast: Cast) -> Commitment:
    return cast.organization.commitments.get(clause__outcome="Aviso")


def required_of(cast: Cast) -> Commitment:
    return cast.organization.commitments.get(clause__outcome="Órdenes completas")


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Something of everything: promises both ways, one delivered, one agreed and not signed, one asked, a draft."""
    promises.promise(cast, terms=asks.weekly())
    aviso = promises.promise(cast, terms=asks.once("Aviso"))
    promises.requirement(cast)
    promises.deliver(cast, promises.first(aviso))
    asks.agreed(cast)
    asks.asked(cast)
    asks.drafted(cast)
    return cast


@pytest.mark.parametrize("deed", DEEDS)
def test_what_anybody_does_is_shown_to_everybody_at_once(busy: Cast, deed: str) -> None:
    before = all_seen(busy, NOW)
    DEEDS[deed](busy)
    after = all_seen(busy, SOON)
    assert after != before
    at_hand.clear()
    assert after == all_seen(busy, SOON)


def test_a_language_is_spoken_to_who_speaks_it(busy: Cast) -> None:
    busy.luis.user.language = "en"
    busy.luis.user.save(update_fields=["language"])
    english = look(busy, "luis", "sheet", NOW)
    busy.luis.user.language = "es"
    busy.luis.user.save(update_fields=["language"])
    spanish = look(busy, "luis", "sheet", NOW)
    assert "in force" in english
    assert "en vigor" in spanish or "vigente" in spanish
    assert 'lang="es"' in spanish


def test_what_time_alone_changes_is_shown_when_it_does(busy: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at each few hours for two weeks: promises fall due or come near, verdicts come no more, days end."""

    def both() -> list[str]:
        return [look(busy, "luis", where, moment) for where in ("sheet", "my_desk")]

    seen = set()
    moment = NOW
    while moment < NOW + timedelta(days=16):
        kept = both()
        with monkeypatch.context() as patch:
            patch.setattr(at_hand, "_kept", OrderedDict())
            assert kept == both(), moment
        seen.add(tuple(kept))
        moment += timedelta(hours=5, minutes=7)
    assert len(seen) > 8


@pytest.mark.parametrize("where", ["sheet", "my_desk"])
def test_due_moments_are_kept_to_the_instant(busy: Cast, where: str) -> None:
    """Of what happens once, so that nothing else changes at that moment."""
    due_at = promises.first(required_of(busy)).due_at
    for row in promises.times(promise_of(busy)):
        row.delete()
    look(busy, "ana", where, due_at - timedelta(hours=2))
    at_due, after = look(busy, "ana", where, due_at), look(busy, "ana", where, due_at + timedelta(seconds=1))
    assert "pill overdue" not in at_due
    assert "pill overdue" in after


def test_each_is_shown_what_is_shown_to_who_comes_alone(busy: Cast) -> None:
    together = all_seen(busy, NOW)
    for name, where, part in SEEN:
        at_hand.clear()
        assert look(busy, name, where, NOW, part) == together[name, where, part]


def test_who_sees_the_same_is_shown_the_same_drawing(busy: Cast) -> None:
    """Two who only read share it, and two who lead the same area; a second look asks the database next to nothing."""
    two = (
        build.person(busy.company, "Vilma", role=Role.VIEWER),
        build.person(busy.company, "Lea", leads=[busy.logistics]),
    )
    address = reverse("contracts:sheet", kwargs={"org": busy.organization.ref, "link": busy.to_sales.ref})
    for known, other in zip((busy.vera, busy.luis), two, strict=True):
        with time_machine.travel(NOW, tick=False):
            client = browser(known)
            client.get(address)
            size = len(at_hand._kept)
            client.get(address)
            browser(other).get(address)
            assert len(at_hand._kept) == size
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
        assert len(asked) <= 4
    look(busy, "ana", "sheet", NOW)
    assert len(at_hand._kept) == size + 1


def test_who_signed_for_one_side_is_not_offered_the_other_that_a_colleague_may_sign_for(busy: Cast) -> None:
    both = build.person(busy.company, "Bruno", leads=[busy.logistics])
    other = build.person(busy.company, "Lea", leads=[busy.logistics])
    contract = drafting.contract_of(busy.to_sales)
    digest = drafting.proposal(contract).digest
    AreaPart.objects.filter(membership=both).update(area=busy.sales)
    drafting.sign(contract, Side.CUSTOMER, build.actor(both), digest=digest, now=NOW)
    # Bruno changes sides: what he signed stays his.
    people.set_part(busy.actor("fede"), both, busy.logistics, Part.LEAD, NOW)
    people.set_part(busy.actor("fede"), both, busy.sales, "", NOW)
    cast = replace(busy, luis=other, ana=both)
    assert 'id="sign-supplier"' in look(cast, "luis", "sheet", SOON)
    assert 'id="sign-supplier"' not in look(cast, "ana", "sheet", SOON)


def test_a_name_is_new_wherever_the_person_was(busy: Cast) -> None:
    elsewhere = busy.elsewhere
    Membership.objects.create(organization=elsewhere, user=busy.luis.user, left_at=NOW)
    before = [Organization.objects.get(pk=pk).revision for pk in (busy.organization.pk, elsewhere.pk)]
    journal.touch_all(busy.luis.user)
    after = [Organization.objects.get(pk=pk).revision for pk in (busy.organization.pk, elsewhere.pk)]
    assert after == [revision + 1 for revision in before]

"""A phone in a real browser: what is typed is never lost, nobody is moved, and what is sent is done once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from areas.models import Area
from requests.models import Ask
from tests import asks
from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.workshops import play
from workshops import seats
from workshops.models import Deed, Proposal, Workshop
from workshops.signals import touch

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CARD = ".card[id^='ask-']"


@pytest.fixture
def room(cast: Cast) -> Workshop:
    asks.problem(cast, in_focus=True)
    return play.opened(cast, now=timezone.now())


class Phone:
    def __init__(self, come_in: ComeIn, room: Workshop, name: str, area: Area) -> None:
        self.room = room
        self.seat = play.sit(room, name, area, now=timezone.now())
        self.page: Page = come_in(None, "/w/", **PHONE)
        self.page.context.add_cookies(
            [
                {
                    "name": seats.cookie_name(room),
                    "value": seats.sign(self.seat),
                    "url": self.page.url,
                }
            ]
        )
        self.page.goto(f"/w/{room.code}/")
        expect(self.page.locator("[data-live-state]")).to_have_attribute("data-state", "live")

    @property
    def form(self) -> Locator:
        return self.page.locator("details.ph-asking[open] form")

    @property
    def outcome(self) -> Locator:
        return self.form.locator("[name=outcome]")

    def press(self) -> None:
        self.form.locator("button.primary").click()


def outcomes() -> list[str]:
    return sorted(ask.terms.outcome for ask in Ask.objects.select_related("terms") if ask.terms)


def to(room: Workshop, step: str) -> None:
    play.to(room, step, now=timezone.now())


def test_what_is_sent_without_a_line_is_sent_when_it_is_back(cast: Cast, room: Workshop, come_in: ComeIn) -> None:
    to(room, "voice")
    ana = Phone(come_in, room, "Ana", cast.sales)
    ana.outcome.fill("Ventana de entrega")

    ana.page.context.set_offline(True)
    ana.press()
    expect(ana.form.locator(".ph-sending")).not_to_be_empty()
    expect(ana.page.locator(".ph-toast.waits")).to_be_visible()
    assert outcomes() == []
    ana.page.context.set_offline(False)

    expect(ana.page.locator(CARD)).to_contain_text("Ventana de entrega", timeout=20_000)
    expect(ana.outcome).to_have_value("")
    assert outcomes() == ["Ventana de entrega"]


def test_an_answer_that_was_lost_on_the_way_makes_nothing_twice(cast: Cast, room: Workshop, come_in: ComeIn) -> None:
    to(room, "voice")
    ana = Phone(come_in, room, "Ana", cast.sales)
    tries: list[str] = []

    def lose_the_first(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    ana.page.route("**/asks/new/**", lose_the_first)
    ana.outcome.fill("Ventana de entrega")
    ana.form.locator("button.primary").dblclick()

    expect(ana.page.locator(CARD)).to_have_count(1, timeout=20_000)
    expect(ana.outcome).to_have_value("")
    assert len(tries) == 2
    assert tries[0] == tries[1]
    assert outcomes() == ["Ventana de entrega"]
    assert Deed.objects.count() == 1


def test_what_was_on_its_way_when_the_page_went_arrives_once(cast: Cast, room: Workshop, come_in: ComeIn) -> None:
    to(room, "voice")
    ana = Phone(come_in, room, "Ana", cast.sales)
    lost: list[bool] = []

    def swallow(route: Route) -> None:
        # The first arrives, and nobody learns of it; the others do not even arrive.
        if not lost:
            lost.append(route.fetch().ok)
        route.abort()

    ana.page.route("**/asks/new/**", swallow)
    ana.outcome.fill("Ventana de entrega")
    ana.press()
    expect(ana.page.locator(CARD)).to_have_count(1)
    expect(ana.page.locator(".ph-under-way")).to_have_count(1)
    ana.page.unroute("**/asks/new/**")
    ana.page.reload()

    expect(ana.page.locator(CARD)).to_have_count(1)
    expect(ana.page.locator(".ph-under-way")).to_have_count(0)
    assert lost == [True]
    assert outcomes() == ["Ventana de entrega"]


def test_a_colleagues_ask_appears_beside_what_one_types(cast: Cast, room: Workshop, come_in: ComeIn) -> None:
    to(room, "voice")
    ana, eva = Phone(come_in, room, "Ana", cast.sales), Phone(come_in, room, "Eva", cast.sales)
    eva.outcome.press_sequentially("Aviso de ")

    ana.outcome.fill("Ventana de entrega")
    ana.press()
    expect(eva.page.locator(CARD)).to_contain_text("Ventana de entrega")
    eva.page.keyboard.type("cada retraso")

    expect(eva.outcome).to_have_value("Aviso de cada retraso")
    expect(eva.outcome).to_be_focused()
    eva.press()
    expect(ana.page.locator(CARD)).to_have_count(2)
    assert outcomes() == ["Aviso de cada retraso", "Ventana de entrega"]


def test_nobody_who_writes_is_moved_and_what_was_begun_is_finished(cast: Cast, room: Workshop, come_in: ComeIn) -> None:
    to(room, "voice")
    ana = Phone(come_in, room, "Ana", cast.sales)
    ana.outcome.press_sequentially("Ventana")
    before = ana.outcome.bounding_box()

    to(room, "answers")
    bar = ana.page.locator("#ph-went-on")
    expect(bar).to_be_visible()
    expect(ana.outcome).to_be_focused()
    ana.page.keyboard.type(" de entrega")
    after = ana.outcome.bounding_box()
    ana.press()

    expect(bar).to_be_hidden()
    expect(ana.page.locator(CARD)).to_contain_text("Ventana de entrega")
    assert outcomes() == ["Ventana de entrega"]
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 90


def test_go_on_leads_to_the_room_and_the_words_come_back_with_the_step(
    cast: Cast, room: Workshop, come_in: ComeIn
) -> None:
    to(room, "problem")
    ana = Phone(come_in, room, "Ana", cast.sales)
    field = ana.page.locator("#proposal")
    field.press_sequentially("Los pedidos llegan tarde")

    to(room, "mirror")
    ana.page.locator("#ph-went-on button").click()
    expect(ana.page.locator("#score-7")).to_be_visible()
    expect(field).to_have_count(0)
    to(room, "problem")

    expect(field).to_have_value("Los pedidos llegan tarde")
    ana.page.locator("#p-propose button.primary").click()
    expect(ana.page.locator("[id^='prop-']")).to_contain_text("Los pedidos llegan tarde")
    assert Proposal.objects.count() == 1


def test_what_was_typed_survives_a_reload(cast: Cast, room: Workshop, come_in: ComeIn) -> None:
    to(room, "voice")
    ana = Phone(come_in, room, "Ana", cast.sales)
    ana.outcome.fill("Ventana de entrega")
    ana.form.locator("[name=often][value=week]").check(force=True)

    ana.page.reload()

    expect(ana.outcome).to_have_value("Ventana de entrega")
    expect(ana.form.locator("[name=often][value=week]")).to_be_checked()
    ana.page.locator(".ph-kept button").click()
    expect(ana.outcome).to_have_value("")


def test_a_phone_says_aloud_where_the_room_is_and_what_time_is_left(
    cast: Cast, room: Workshop, come_in: ComeIn
) -> None:
    to(room, "voice")
    ana = Phone(come_in, room, "Ana", cast.sales)
    aloud = ana.page.locator("#ph-said-aloud")
    to(room, "chain:2")
    expect(aloud).to_contain_text("Cadena")

    for seconds, milestone in ((299, "five"), (59, "minute"), (0, "over")):
        with transaction.atomic():
            now = timezone.now()
            Workshop.objects.filter(pk=room.pk).update(timer_ends_at=now + timedelta(seconds=seconds), timer_left=None)
            touch(play.fresh(room), now, everyone=True)
        words = aloud.get_attribute(f"data-{milestone}")
        assert words
        expect(aloud).to_have_text(words)

"""The room beside the desks: what somebody answers outside is on wall, console and phones at once."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from requests import moves
from tests import asks
from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.e2e.screens import is_live
from tests.e2e.test_phone import Phone
from tests.workshops import play


def test_what_is_answered_at_a_desk_comes_to_all_screens_by_itself(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    ana = play.sit(room, "Ana", cast.sales, now=now)
    play.to(room, "voice", now=now)
    one = play.ask(ana, cast.to_sales, terms=asks.once("Ventana de entrega"), now=now)
    wall = come_in(None, f"/w/{room.code}/projector/", viewport={"width": 1920, "height": 1080})
    console = come_in(cast.fede, f"/o/{cast.organization.ref}/workshops/{room.ref}/console/")
    phone = Phone(come_in, room, "Eva", cast.sales).page
    for page in (wall, console, phone):
        is_live(page)
        expect(page.locator(".pill.declined")).to_have_count(0)

    moves.decline(one, cast.actor("luis"), version=one.version, words="Sin camión", now=timezone.now())

    for page in (wall, console, phone):
        expect(page.locator(".pill.declined, .pill.broken").first).to_be_visible(timeout=3_000)


def test_the_message_of_a_step_goes_with_the_step(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    play.to(room, "problem", now=now)
    here = f"/o/{cast.organization.ref}/workshops/{room.ref}/console/"
    page = come_in(cast.fede, f"{here}choose/")
    page.locator("main form button.btn.primary").last.click()
    expect(page.locator(".messages")).to_be_visible()
    page.locator('#console [data-key="n"]').click()
    expect(page.locator("#console")).to_have_attribute("data-step", "voice")
    expect(page.locator(".messages")).to_have_count(0)

"""The console without a mouse: after each act the focus stands where it stood, never on somebody else's button."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.e2e.screens import is_live
from tests.workshops import play
from workshops.models import Workshop


@pytest.fixture
def room(cast: Cast) -> Workshop:
    now = timezone.now()
    room = play.opened(cast, now=now)
    for name in ("Ana", "Sara", "Zoe"):
        play.sit(room, name, cast.sales, now=now)
    play.to(room, "mirror", now=now)
    return room


@pytest.fixture
def page(cast: Cast, room: Workshop, come_in: ComeIn) -> Page:
    page = come_in(cast.fede, f"/o/{cast.organization.ref}/workshops/{room.ref}/console/")
    is_live(page)
    return page


def enter(page: Page, button: Locator, *, sure: bool = False) -> None:
    """Press it as a hand on the keys does, and answer the question that comes."""
    before = page.locator("#console").get_attribute("data-version") or ""
    button.focus()
    page.keyboard.press("Enter")
    if sure:
        expect(page.locator("dialog[open]")).to_be_visible()
        page.locator("dialog[open] .btn.primary").focus()
        page.keyboard.press("Enter")
    expect(page.locator("#console")).not_to_have_attribute("data-version", before)


def test_buttons_whose_words_change_keep_the_focus(page: Page) -> None:
    for key, sure in (("t", False), ("t", False), ("+", False), ("n", True), ("n", True), ("b", False), ("u", False)):
        button = page.locator(f'#console [data-key="{key}"]')
        enter(page, button, sure=sure)
        expect(page.locator(f'#console [data-key="{key}"]')).to_be_focused()


def test_the_step_that_was_chosen_keeps_the_focus(page: Page) -> None:
    enter(page, page.locator('#console button[name="step"][value="voice"]'))
    expect(page.locator('#console button[name="step"][value="voice"]')).to_be_focused()


def test_an_act_in_a_menu_leads_back_to_the_menu(page: Page) -> None:
    page.locator("#c-more > summary").focus()
    page.keyboard.press("Enter")
    enter(page, page.locator('#c-more button[formaction$="/lock/"]'))
    expect(page.locator("#c-more > summary")).to_be_focused()


def test_after_a_person_is_taken_out_no_other_persons_button_has_the_focus(
    page: Page, cast: Cast, room: Workshop
) -> None:
    box = page.locator(f"#c-a-{cast.sales.ref}")
    box.locator("summary").focus()
    page.keyboard.press("Enter")
    first = room.seats.order_by("joined_at").first()
    assert first is not None
    enter(page, box.locator(f'button[formaction*="/remove/"][value="{first.ref}"]'), sure=True)
    expect(box.locator('button[formaction*="/remove/"]')).to_have_count(2)
    expect(box.locator("summary")).to_be_focused()

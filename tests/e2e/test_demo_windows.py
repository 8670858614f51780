"""The demo's door in a real browser: windows of one browser are different people, side by side."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from config.demo.cast import MUEBLES, PEOPLE
from config.demo.muebles import company
from config.demo.stage import Stage

BOARD = re.compile(r"/o/[a-z0-9]{12}/$")


@pytest.fixture
def people(transactional_db: None) -> None:
    company(Stage(MUEBLES, timezone.now()))


def in_own_window(door: Page, slug: str) -> Page:
    with door.context.expect_page() as opened:
        door.locator(f'.demo-card a[href*="//{slug}.localhost"]').click()
    window = opened.value
    window.locator(".demo-door button").click()
    expect(window).to_have_url(BOARD)
    return window


def test_two_windows_of_one_browser_are_two_people(
    demo_server: str, people: None, new_context: Callable[..., BrowserContext]
) -> None:
    door = new_context().new_page()
    door.goto(f"{demo_server}/demo/")
    windows = {slug: in_own_window(door, slug) for slug in ("ana", "luis")}
    for slug, window in windows.items():
        window.reload()
        expect(window.locator("header .person-name")).to_have_text(PEOPLE[slug].name)
    # And the window of the list itself still is nobody.
    door.reload()
    expect(door.locator("header .person-name")).to_have_count(0)


def test_without_javascript_one_click_is_enough_and_the_next_person_takes_the_place_of_the_first(
    demo_server: str, people: None, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    for slug in ("marta", "paula"):
        page.goto(f"{demo_server}/demo/")
        page.get_by_role("button", name=PEOPLE[slug].name).click()
        expect(page).to_have_url(BOARD)
        expect(page.locator("header .person-name")).to_have_text(PEOPLE[slug].name)


def test_the_others_are_a_click_away(demo_server: str, people: None, page: Page) -> None:
    page.goto(f"{demo_server}/demo/")
    tomas = page.get_by_role("button", name=PEOPLE["tomas"].name)
    expect(tomas).to_be_hidden()
    page.locator(".demo-others summary").first.click()
    expect(tomas).to_be_visible()

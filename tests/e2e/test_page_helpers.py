"""The small scripts of every page: typed words survive, errors are where one looks, nothing happens by mistake."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from areas.models import Link, Membership
from requests.models import Ask
from tests import asks
from tests.cast import Cast, muebles_del_norte

Enter = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def cast(server: str) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def enter(server: str, browser: Browser) -> Enter:
    """A window of one person, signed in, on a page of the organization."""

    def enter(member: Membership, name: str, *, window: dict[str, Any] | None = None, **where: str) -> Page:
        session = SessionStore()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.save()
        context = browser.new_context(**(window or {"viewport": {"width": 1280, "height": 800}}))
        context.set_default_timeout(10_000)
        assert session.session_key is not None
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": server}])
        page = context.new_page()
        page.goto(server + reverse(name, kwargs={"org": member.organization.ref, **where}))
        return page

    return enter


@pytest.fixture
def asking(cast: Cast, enter: Enter) -> Page:
    """Ana writes down what sales needs from logistics."""
    asks.problem(cast)
    return enter(cast.ana, "requests:new", link=cast.to_sales.ref, direction="need")


def is_live(page: Page) -> None:
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")


# Typed words ----------------------------------------------------------------
def test_typed_words_are_there_again_after_the_page_was_left(asking: Page) -> None:
    asking.fill("#id_outcome", "Ventana de entrega")
    asking.fill("#id_words", "Lo pide el cliente")

    asking.reload()

    expect(asking.locator("#id_outcome")).to_have_value("Ventana de entrega")
    expect(asking.locator("#id_words")).to_have_value("Lo pide el cliente")
    expect(asking.locator(".kept-note")).to_be_visible()


def test_kept_words_can_be_thrown_away(asking: Page) -> None:
    asking.fill("#id_words", "Lo pide el cliente")
    asking.reload()

    asking.locator(".kept-note button").click()

    expect(asking.locator("#id_words")).to_have_value("")
    asking.reload()
    expect(asking.locator("#id_words")).to_have_value("")


def test_words_that_were_sent_are_not_kept(asking: Page) -> None:
    here = asking.url
    asking.fill("#id_outcome", "Ventana de entrega")
    asking.fill("#id_due_on", (timezone.localdate() + timedelta(days=9)).isoformat())
    asking.check("#why-1")
    asking.click("button[name=ask]")
    expect(asking).not_to_have_url(here)

    asking.goto(here)

    expect(asking.locator("#id_outcome")).to_have_value("")
    expect(asking.locator(".kept-note")).to_have_count(0)


def test_a_lost_line_says_so_and_loses_nothing(asking: Page) -> None:
    asking.context.set_offline(True)
    asking.fill("#id_outcome", "Ventana de entrega")

    expect(asking.locator("#toasts .message.error")).to_be_visible()
    expect(asking.locator("#id_outcome")).to_have_value("Ventana de entrega")


def test_somebody_signed_out_meanwhile_is_told_and_keeps_the_words(asking: Page) -> None:
    asking.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    asking.fill("#id_outcome", "Ventana de entrega")

    told = asking.locator("#toasts .message.error")
    expect(told.locator("a")).to_have_attribute("href", re.compile(r"^/accounts/login/\?next="))
    expect(asking.locator("#kept")).to_be_visible()
    expect(asking.locator("#id_outcome")).to_have_value("Ventana de entrega")


# Errors ----------------------------------------------------------------
def test_a_refused_form_shows_its_errors_first_with_links_to_the_fields(asking: Page) -> None:
    asking.click("button[name=ask]")

    summary = asking.locator("[data-errors]")
    expect(summary).to_be_focused()
    summary.locator("a").first.click()
    expect(asking.locator("#id_outcome")).to_be_focused()
    expect(asking.locator("#id_outcome")).to_have_attribute("aria-invalid", "true")


def test_a_refused_move_stays_open_and_keeps_what_was_typed(cast: Cast, enter: Enter) -> None:
    ask = asks.asked(cast)
    page = enter(cast.luis, "requests:ask", ref=ask.ref)
    is_live(page)
    page.click("#move-counter > summary")
    outcome = page.locator("#move-counter input[name=outcome]")
    outcome.fill("Ventana de seis horas")

    page.click("#move-counter button.send")

    expect(page.locator("#move-counter .errorlist").first).to_be_visible()
    expect(outcome).to_have_value("Ventana de seis horas")
    assert Ask.objects.get(pk=ask.pk).state == "asked"


# Nothing by mistake ----------------------------------------------------------------
def test_what_takes_away_asks_once_more(cast: Cast, enter: Enter) -> None:
    page = enter(cast.fede, "areas:chain")
    # Not the buttons of the question, which leave the form a moment after it is answered.
    end = page.locator(f"form[action*='{cast.to_production.ref}'] button.quiet")

    end.click()
    dialog = page.locator("dialog[open]")
    dialog.locator(".btn").first.click()
    expect(dialog).to_have_count(0)
    expect(end).to_be_focused()
    assert Link.objects.get(pk=cast.to_production.pk).ended_at is None

    end.click()
    dialog.locator(".btn.primary").click()
    expect(page.locator(".message.success, .message.info").first).to_be_visible()
    assert Link.objects.get(pk=cast.to_production.pk).ended_at is not None


def test_menus_close_on_escape_and_on_a_click_elsewhere(cast: Cast, enter: Enter) -> None:
    page = enter(cast.fede, "areas:journal")
    menu = page.locator(".top-end details.menu")

    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()

    menu.locator("summary").click()
    page.click("h1")
    expect(menu).not_to_have_attribute("open", "")


# On a phone ----------------------------------------------------------------
def test_the_places_stand_under_the_thumb_and_the_page_never_scrolls_sideways(cast: Cast, enter: Enter) -> None:
    page = enter(cast.fede, "areas:people", window=PHONE)

    for link in page.locator(".mainnav > a:visible").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["y"] > 700
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_language_is_changed_from_the_menu(cast: Cast, enter: Enter) -> None:
    page = enter(cast.fede, "areas:people")
    expect(page.locator("html")).to_have_attribute("lang", "es")

    page.click(".top-end details.menu summary")
    page.click(".lang button[value=en]")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("People")

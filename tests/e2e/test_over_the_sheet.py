"""A clause is answered over its sheet: the page stays, the line changes, the focus comes back to it."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from requests import moves
from requests.models import Ask
from requests.states import State
from tests import asks, promises
from tests.cast import Cast, muebles_del_norte
from tests.e2e import screens
from tests.e2e.conftest import ComeIn

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def ask(cast: Cast) -> Ask:
    return asks.asked(cast, terms=asks.after_event("Ventana de entrega"), now=timezone.now())


def open_talk(page: Page, ask: Ask) -> None:
    page.locator(f"#ask-{ask.ref}-open").click()
    expect(page.locator("#act-dialog #conversation")).to_be_visible()


def test_an_answer_changes_the_line_here_and_elsewhere_and_gives_the_focus_back(
    cast: Cast, ask: Ask, come_in: ComeIn
) -> None:
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales))
    ana = come_in(cast.ana, screens.sheet(cast, cast.to_sales))
    for page in (luis, ana):
        screens.is_live(page)
    where = luis.url

    open_talk(luis, ask)
    screens.agree(luis, cast.victor, "Con gusto")

    for page in (luis, ana):
        expect(page.locator("#lane-need .clause.new")).to_contain_text("Ventana de entrega")
    expect(ana.locator("#sheet-head #sign-customer")).to_be_visible()
    luis.locator("#act-close").click()
    expect(luis.locator(f"#ask-{ask.ref}")).to_be_focused()
    assert luis.url == where
    ask.refresh_from_db()
    assert ask.state == State.AGREED


def test_who_closes_without_a_word_stands_where_they_were(cast: Cast, ask: Ask, come_in: ComeIn) -> None:
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales))
    screens.is_live(luis)
    open_talk(luis, ask)
    luis.keyboard.press("Escape")
    expect(luis.locator("#act-dialog")).to_be_hidden()
    focused = luis.evaluate("() => document.activeElement.id")
    assert focused.startswith(f"ask-{ask.ref}")


def test_a_conversation_that_began_after_the_sheet_was_opened_is_live_over_it(cast: Cast, come_in: ComeIn) -> None:
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales))
    screens.is_live(luis)
    begun = asks.asked(cast, terms=asks.after_event("Ventana de entrega"), now=timezone.now())
    open_talk(luis, begun)

    moves.say(begun, cast.actor("ana"), words="Es para el viernes", now=timezone.now())
    expect(luis.locator("#act-dialog #talk")).to_contain_text("Es para el viernes")


def test_on_a_phone_the_answer_comes_before_the_history(cast: Cast, ask: Ask, come_in: ComeIn) -> None:
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales), viewport=PHONE)
    open_talk(luis, ask)
    luis.wait_for_function(
        """() => {
            const [turn, talk] = ["turn", "talk"].map((id) => document.querySelector(`#act-dialog #${id}`));
            return turn && talk && turn.getBoundingClientRect().bottom <= talk.getBoundingClientRect().top;
        }"""
    )
    assert luis.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_what_a_promise_depends_on_is_chosen_and_ended_on_its_line(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    window = promises.promise(cast, terms=asks.weekly("Ventana de entrega"), now=now)
    orders = promises.requirement(cast, terms=asks.weekly("Órdenes completas"), now=now)
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales))
    ana = come_in(cast.ana, screens.sheet(cast, cast.to_sales))
    for page in (luis, ana):
        screens.is_live(page)
    line = f"#ask-{window.ask.ref}"

    luis.locator(f"#depend-{window.ref}").click()
    dialog = luis.locator("#act-dialog")
    dialog.locator("#depend").click()
    expect(dialog.locator(".errorlist").first).to_be_visible()
    dialog.get_by_label("Órdenes completas").check()
    dialog.locator("#depend").click()

    expect(dialog).to_be_hidden()
    for page in (luis, ana):
        expect(page.locator(f"{line} .hangs-on")).to_contain_text("Órdenes completas")
    expect(luis.locator(f"{line}, {line} :focus").first).to_be_visible()
    assert luis.evaluate("(line) => document.activeElement.closest(line) !== null", line)

    # Neither may wait for the other now.
    ana.locator(f"#depend-{orders.ref}").click()
    expect(ana.locator("#act-dialog #act")).to_contain_text("Ventana de entrega")
    expect(ana.locator("#act-dialog input[type=radio]")).to_have_count(0)
    ana.keyboard.press("Escape")

    luis.locator(f"#depend-{window.ref}").click()
    luis.locator(f"#undepend-{orders.ref}").click()
    expect(dialog).to_be_hidden()
    for page in (luis, ana):
        expect(page.locator(f"{line} .hangs-on")).to_have_count(0)

"""Plain forms carry a promise from the draft to both signatures. Nothing here may need a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contracts.models import Version
from requests.models import Ask
from requests.states import State
from tests import asks
from tests.cast import Cast
from tests.e2e import screens
from tests.e2e.conftest import ComeIn

PLAIN: dict[str, Any] = {"java_script_enabled": False}


def signs(page: Page, side: str) -> None:
    page.locator(f"#sign-{side}").click()
    page.locator("button#sign").click()
    page.wait_for_url(re.compile(r"/links/\w+/$"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_from_a_draft_to_both_signatures(cast: Cast, come_in: ComeIn, language: str) -> None:
    for member in (cast.ana, cast.luis):
        member.user.language = language
        member.user.save()
    asks.problem(cast, in_focus=True)
    ana = come_in(cast.ana, screens.sheet(cast, cast.to_sales), **PLAIN)
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales), **PLAIN)

    # A draft that is kept and thought over.
    ana.locator("#ask-need").click()
    screens.fill_ask(ana, **screens.after_event("Aviso de retraso"))
    ana.locator("#asking button[name=save]").click()
    ana.wait_for_url(re.compile("/asks/"))
    expect(ana.locator("#asking [name=outcome]")).to_have_value("Aviso de retraso")
    expect(ana.locator("#asking [name=within]")).to_have_value("4")
    ask = Ask.objects.get()
    assert ask.state == State.DRAFT

    # What is missing is said beside its field; what was typed stays.
    screens.fill_ask(ana, event="")
    ana.locator("#asking button[name=ask]").click()
    expect(ana.locator(".for-once .sentence-errors .errorlist")).to_be_visible()
    expect(ana.locator("#asking [name=outcome]")).to_have_value("Aviso de retraso")
    screens.fill_ask(ana, event="el retraso se conoce", why="Reducir los tiempos de entrega")
    assert screens.send_ask(ana).pk == ask.pk

    # The other side proposes something else, and it is taken.
    luis.goto(screens.talk(cast, ask))
    screens.counter(luis, "La ruta se cierra a mediodía.", within="8")
    expect(luis.locator(".message.success")).to_be_visible()
    ana.goto(screens.talk(cast, ask))
    expect(ana.locator("#talk .diff ins")).to_have_text("8")
    screens.agree(ana, cast.luis)

    # Shoes, written and confirmed.
    luis.goto(screens.sheet(cast, cast.to_sales))
    screens.write_shoes(luis, pains="Enterarse del retraso por el cliente.")
    ana.goto(screens.sheet(cast, cast.to_sales))
    ana.locator("#shoes-confirm").click()
    expect(ana.locator("#shoes .pill.kept")).to_be_visible()

    signs(ana, "customer")
    assert not Version.objects.exists()
    luis.goto(screens.sheet(cast, cast.to_sales))
    signs(luis, "supplier")

    expect(luis.locator(".version-bar")).to_contain_text("1")
    expect(luis.locator("#lane-need .pill.in_force").first).to_be_visible()
    assert Version.objects.get().clauses.get().outcome == "Aviso de retraso"


def test_a_no_and_free_words_are_plain_forms_too(cast: Cast, come_in: ComeIn) -> None:
    ask = asks.asked(cast)
    luis = come_in(cast.luis, screens.talk(cast, ask), **PLAIN)
    luis.locator("form[action$='/say/'] textarea").fill("¿Para qué cliente es?")
    luis.locator("form[action$='/say/'] button").click()
    expect(luis.locator("#talk")).to_contain_text("¿Para qué cliente es?")

    # Without a reason it comes back opened, with the fault beside the field.
    screens.press(screens.move(luis, "decline"))
    form = luis.locator("#move-decline form")
    expect(form.locator(".errorlist")).to_be_visible()
    screens.fill(form, words="No hay camión los sábados.")
    screens.press(form)
    screens.has_state(luis, "declined")


def test_menus_the_board_and_the_table_work_as_links(cast: Cast, come_in: ComeIn) -> None:
    asks.asked(cast)
    page = come_in(cast.fede, screens.board(cast), **PLAIN)
    expect(page.locator(f"#link-{cast.to_sales.ref}")).to_be_visible()
    page.locator("a.to-table").click()
    page.locator(f"#row-{cast.to_sales.ref}").click()
    expect(page.locator("#lane-need")).to_contain_text("Ventana de entrega")
    page.locator("nav.mainnav details.menu summary").click()
    page.locator("nav.mainnav .menu-list a[href$='/people/']").click()
    expect(page.locator("main")).to_contain_text("Marta")

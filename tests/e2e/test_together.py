"""Several people on the same page at the same time, and a line that breaks: nothing is lost and nobody is deceived."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.processes import wait_until
from contracts import drafting
from contracts.words import Side
from requests import moves
from requests.models import Act, Ask
from requests.states import State, Verb
from tests import asks, build
from tests.cast import Cast
from tests.e2e import screens
from tests.e2e.conftest import ComeIn
from tests.e2e.test_live import Restarting

AT_THE_SAME_INSTANT = "(button, at) => void setTimeout(() => button.click(), at - Date.now())"


def asked(cast: Cast) -> Ask:
    return asks.asked(cast, terms=asks.after_event(), now=timezone.now())


def press_together(*pages: Page, button: str) -> None:
    """All of them within a millisecond or two, each in its own browser window."""
    at = time.time() * 1000 + 700
    for page in pages:
        page.locator(button).evaluate(AT_THE_SAME_INSTANT, at)


# Two at once ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scripts", [True, False])
def test_two_leads_answer_at_the_same_instant(cast: Cast, come_in: ComeIn, scripts: bool) -> None:
    lola = build.person(cast.company, "Lola", leads=[cast.logistics])
    ask = asked(cast)
    # Buttons are pressed by a script of the test's own, so scripts run; the plain page has none of ours.
    pages = [come_in(cast.luis, "/guide/"), come_in(lola, "/guide/")]
    for page in pages:
        if not scripts:
            page.route("**/*.js", lambda route: route.abort())
        page.goto(screens.talk(cast, ask))
    first, second = pages
    screens.fill(screens.move(first, "decline"), words="No hay camión los sábados.")
    screens.fill(screens.move(second, "decline"), words="Falta un chofer.")

    press_together(first, second, button="#move-decline button.send")

    for page in pages:
        screens.has_state(page, "declined")
    assert wait_until(lambda: any(page.locator(".conflict").count() for page in pages), 10)
    loser = next(page for page in pages if page.locator(".conflict").count())
    winner = next(page for page in pages if page is not loser)
    name, words = ("Luis", "Falta un chofer.") if winner is first else ("Lola", "No hay camión los sábados.")
    expect(loser.locator(".conflict")).to_have_count(1)
    expect(loser.locator(".conflict")).to_contain_text(name)
    expect(loser.locator("#turn .note blockquote")).to_contain_text(words)
    expect(winner.locator(".conflict")).to_have_count(0)
    assert Act.objects.filter(ask=ask, verb=Verb.DECLINE).count() == 1


def test_who_proposes_while_the_other_withdraws_keeps_the_words(cast: Cast, come_in: ComeIn) -> None:
    ask = asked(cast)
    luis = come_in(cast.luis, screens.talk(cast, ask))
    screens.fill(screens.move(luis, "counter"), within="8", words="La ruta se cierra a mediodía.")
    ana = come_in(cast.ana, screens.talk(cast, ask))
    screens.press(screens.move(ana, "withdraw"))
    screens.has_state(ana, "withdrawn")

    screens.has_state(luis, "withdrawn")
    form = luis.locator("#move-counter form")
    expect(form.locator("[name=words]")).to_have_value("La ruta se cierra a mediodía.")
    expect(luis.locator("#turn .live-news-button")).to_be_visible()
    screens.press(form)

    expect(luis.locator("#turn [role=alert]")).to_be_visible()
    expect(luis.locator("#turn .note blockquote")).to_contain_text("La ruta se cierra a mediodía.")
    assert Ask.objects.get(pk=ask.pk).state == State.WITHDRAWN


def test_two_write_the_same_shoes(cast: Cast, come_in: ComeIn) -> None:
    lola = build.person(cast.company, "Lola", leads=[cast.logistics])
    pages = [come_in(who, screens.sheet(cast, cast.to_sales)) for who in (cast.luis, lola)]
    for page, words in zip(pages, ("Prometer un día.", "Vender más."), strict=True):
        page.locator("#shoes-edit").click()
        screens.fill(page.locator("#shoes form"), jobs=words)

    pages[0].locator("#shoes-save").click()
    expect(pages[0].locator("#shoes-save")).to_have_count(0)
    pages[1].locator("#shoes-save").click()

    expect(pages[1].locator("#shoes .conflict")).to_contain_text("Luis")
    expect(pages[1].locator("#shoes .conflict")).to_contain_text("Prometer un día.")
    expect(pages[1].locator("#shoes [name=jobs]")).to_have_value("Vender más.")
    pages[1].locator("#shoes-save").click()
    expect(pages[0].locator("#shoes")).to_contain_text("Vender más.")


# To and fro ----------------------------------------------------------------------------------------------------------
def test_counter_offers_go_to_and_fro_and_show_what_changes(cast: Cast, come_in: ComeIn) -> None:
    ask = asked(cast)
    luis = come_in(cast.luis, screens.talk(cast, ask))
    ana = come_in(cast.ana, screens.talk(cast, ask))

    def changed(page: Page, before: str, now: str) -> None:
        last = page.locator("#talk .diff").last
        expect(last.locator("del")).to_have_text([before])
        expect(last.locator("ins")).to_have_text([now])

    screens.counter(luis, "La ruta se cierra a mediodía.", within="8")
    for page in (luis, ana):
        changed(page, "4", "8")
    expect(luis.locator("#move-agree")).to_have_count(0)
    expect(ana.locator("#turn-title")).to_contain_text("Ventas")

    form = screens.move(ana, "counter")
    screens.fill(form, within="6", words="El cliente llama por la tarde.")
    screens.press(form)
    for page in (ana, luis):
        expect(page.locator("#talk .diff")).to_have_count(2)
        changed(page, "8", "6")
    expect(ana.locator("#move-agree")).to_have_count(0)

    screens.agree(luis, cast.luis)
    screens.has_state(ana, "agreed")
    expect(ana.locator("#talk .terms")).to_contain_text("6 horas")
    assert Ask.objects.get(pk=ask.pk).terms.within == 6  # type: ignore[union-attr]


def test_a_counter_offer_that_changes_nothing_is_sent_back_beside_its_form(cast: Cast, come_in: ComeIn) -> None:
    luis = come_in(cast.luis, screens.talk(cast, asked(cast)))
    form = screens.move(luis, "counter")
    screens.fill(form, words="Porque sí.")
    screens.press(form)

    expect(luis.locator("#turn [role=alert]")).to_be_visible()
    expect(luis.locator("#move-counter [name=words]")).to_have_value("Porque sí.")


# Half-typed text -----------------------------------------------------------------------------------------------------
def test_half_typed_words_stay_while_the_conversation_goes_on(cast: Cast, come_in: ComeIn) -> None:
    ask = asked(cast)
    ana = come_in(cast.ana, screens.talk(cast, ask))
    screens.is_live(ana)
    words = ana.locator("#turn form[action$='/say/'] textarea")
    words.fill("Es para el lunes porque")
    words.evaluate("(field) => field.setSelectionRange(3, 3)")

    moves.say(ask, cast.actor("luis"), words="¿Para qué cliente es?", now=timezone.now())

    expect(ana.locator("#talk")).to_contain_text("¿Para qué cliente es?")
    expect(ana.locator("#turn .live-news-button")).to_be_visible()
    expect(words).to_have_value("Es para el lunes porque")
    expect(words).to_be_focused()
    assert words.evaluate("(field) => field.selectionStart") == 3

    ana.locator("#turn form[action$='/say/'] button").click()
    expect(ana.locator("#talk")).to_contain_text("Es para el lunes porque")
    expect(words).to_have_value("")


def test_half_written_shoes_stay_while_the_sheet_changes(cast: Cast, come_in: ComeIn) -> None:
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales))
    screens.is_live(luis)
    luis.locator("#shoes-edit").click()
    pains = luis.locator("#shoes [name=pains]")
    pains.fill("Enterarse del retraso por")

    asked(cast)

    expect(luis.locator("#lane-need")).to_contain_text("Aviso de retraso")
    expect(luis.locator("#shoes .live-news-button")).to_be_visible()
    expect(pains).to_have_value("Enterarse del retraso por")
    expect(pains).to_be_focused()
    pains.fill("Enterarse del retraso por el cliente.")
    luis.locator("#shoes-save").click()
    expect(luis.locator("#shoes .shoes")).to_contain_text("Enterarse del retraso por el cliente.")


# The line breaks -----------------------------------------------------------------------------------------------------
def test_the_chain_says_that_it_is_not_live_and_catches_up(cast: Cast, come_in: ComeIn) -> None:
    asks.problem(cast, in_focus=True)
    wall = come_in(cast.vera, screens.board(cast))
    screens.is_live(wall)
    wall.context.set_offline(True)
    screens.is_not_live(wall)
    expect(wall.locator("[data-live-state] .is-off")).to_be_visible()

    asked(cast)
    with pytest.raises(AssertionError):
        expect(wall.locator("#board")).to_contain_text("Aviso de retraso", timeout=700)
    wall.context.set_offline(False)

    expect(wall.locator("#board")).to_contain_text("Aviso de retraso")
    screens.is_live(wall)


@pytest.fixture
def restarting(transactional_db: None, tmp_path: Path) -> Iterator[Restarting]:
    server = Restarting(tmp_path)
    server.start()
    yield server
    server.stop()


def test_a_restarted_server_finds_the_words_still_there(cast: Cast, come_in: ComeIn, restarting: Restarting) -> None:
    ask = asked(cast)
    luis = come_in(cast.luis, screens.talk(cast, ask), server=restarting.address)
    screens.is_live(luis)
    form = screens.move(luis, "counter")
    screens.fill(form, within="8", words="La ruta se cierra a mediodía.")

    restarting.stop()
    screens.is_not_live(luis)
    screens.press(form)
    expect(luis.locator("#toasts")).to_contain_text("Sin conexión")
    moves.say(ask, cast.actor("ana"), words="Corre prisa.", now=timezone.now())
    restarting.start()

    expect(luis.locator("#talk")).to_contain_text("Corre prisa.")
    screens.is_live(luis)
    expect(form.locator("[name=words]")).to_have_value("La ruta se cierra a mediodía.")
    # What Ana said meanwhile changes nothing of what is answered.
    screens.press(form)
    screens.has_state(luis, "countered")


def test_a_draft_keeps_itself_and_a_lost_line_loses_no_word(cast: Cast, come_in: ComeIn) -> None:
    asks.problem(cast, in_focus=True)
    ana = come_in(cast.ana, screens.path(cast, "requests:new", link=cast.to_sales.ref, direction="need"))
    screens.fill_ask(ana, **screens.after_event("Aviso de retraso"))
    ana.wait_for_url(re.compile("/asks/"))
    draft = Ask.objects.get()
    assert draft.state == State.DRAFT
    assert draft.draft["outcome"] == "Aviso de retraso"

    ana.context.set_offline(True)
    ana.locator("#asking [name=satisfaction]").fill("Llega al teléfono de quien vende.")
    expect(ana.locator("#toasts")).to_contain_text("Sin conexión")
    ana.context.set_offline(False)
    ana.reload()

    expect(ana.locator("#asking .kept-note").first).to_be_visible()
    expect(ana.locator("#asking [name=satisfaction]")).to_have_value("Llega al teléfono de quien vende.")
    sent = screens.send_ask(ana)
    assert sent.pk == draft.pk
    assert sent.terms is not None
    assert sent.terms.satisfaction == "Llega al teléfono de quien vende."


def test_words_of_an_answer_are_there_again_in_the_next_page(cast: Cast, come_in: ComeIn) -> None:
    ask = asked(cast)
    luis = come_in(cast.luis, screens.talk(cast, ask))
    screens.fill(screens.move(luis, "decline"), words="No hay camión los sábados.")

    again = luis.context.new_page()
    again.goto(screens.talk(cast, ask))

    expect(screens.move(again, "decline").locator("[name=words]")).to_have_value("No hay camión los sábados.")


# A signature on a text that changed ----------------------------------------------------------------------------------
def test_who_signs_an_older_text_is_shown_the_newer_one(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    asks.agreed(cast, asked(cast), now=now)
    luis = come_in(cast.luis, screens.sheet(cast, cast.to_sales))
    luis.locator("#sign-supplier").click()
    expect(luis.locator("button#sign")).to_be_visible()
    asks.agreed(cast, now=now)

    luis.locator("button#sign").click()

    expect(luis.locator(".conflict")).to_be_visible()
    expect(luis.locator(".readback")).to_contain_text("Ventana de entrega confirmada")
    contract = drafting.contract_of(cast.to_sales)
    assert drafting.standing_signatures(contract, drafting.proposal(contract)) == {}
    luis.locator("button#sign").click()
    expect(luis.locator("#sheet-head .signature.signed")).to_contain_text("Luis")
    assert set(drafting.standing_signatures(contract, drafting.proposal(contract))) == {Side.SUPPLIER}

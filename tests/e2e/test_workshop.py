"""The exercise in a room: the facilitator's console, the wall, and a phone for each person, from the square on the wall
to signed contracts and the promises that follow.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from areas.models import Area, Link, Organization
from areas.words import Kind
from contracts.models import Commitment, Occurrence, Version
from post.models import Letter
from requests import problems
from requests.models import Act, Ask, ClientProblem
from requests.states import State, Verb
from tests import build
from tests.asks import problem
from tests.cast import Cast
from tests.e2e import screens
from tests.e2e.conftest import ComeIn
from tests.e2e.rooms import PHONE, Pace, Phone, Stage
from tests.e2e.screens import fill, in_days, is_not_live
from tests.e2e.test_every_page import AXE, RUN_AXE
from tests.e2e.test_live import ANSWER_TIME, Restarting
from tests.e2e.test_sizes import SMALLEST, STICKS_OUT, TOO_SMALL, UNFOLD, told
from tests.workshops import play, scenes
from workshops import seats
from workshops.models import Score, Seat, Takeaway, Workshop

LATE = "Mi pedido llega tarde"
LATER = "Los pedidos llegan tarde"
NOBODY_CALLS = "Nadie me avisa de un retraso"
WINDOW = "Ventana de entrega confirmada"
NOTICE = "Aviso de retraso"
SATURDAYS = "Entregas en sábado"
ORDERS = "Órdenes de compra bien llenadas"
PLAN = "Plan semanal confirmado"
SUPPLIES = "Insumos completos cada lunes"
URGENT = "Compra urgente autorizada"
IMPROVEMENT = "Confirmamos cada pedido el mismo día"


@pytest.fixture
def stage(cast: Cast, come_in: ComeIn) -> Stage:
    return Stage(come_in, cast.organization.ref)


def test_the_whole_exercise(cast: Cast, stage: Stage) -> None:
    pace = Pace()
    room = stage.begin(cast.fede)
    console, wall = stage.console, stage.wall
    console.at("lobby")
    wall.at("lobby")
    ana = stage.phone("Ana", cast.sales)
    sara = stage.phone("Sara", cast.sales)
    luis = stage.phone("Luis", cast.logistics, account=cast.luis)
    marta = stage.phone("Marta", cast.production)
    paula = stage.phone("Paula", cast.administration)
    expect(console.people).to_have_text("5")
    expect(wall.page.locator(".wall-who")).to_contain_text("Ana, Sara")
    expect(ana.page.locator(".ph-people li")).to_have_count(4)
    stage.wall_is_nobodys(cast.fede.name, cast.fede.user.email)

    _mirror(stage, pace)
    _problem(stage, cast, pace)

    # (c) The voice of the client.
    console.next(sure=True)
    stage.all_at("voice")
    pace.from_to(console, wall, *stage.phones)
    wall.lights(cast.to_sales)
    expect(ana.part("p-head").locator(".pill.soon")).to_be_visible()
    expect(marta.part("p-head").locator(".pill.neutral")).to_be_visible()
    expect(marta.page.locator("form[id^='f-w-']")).to_have_count(0)
    expect(ana.lead).to_contain_text(LATE)
    ana.ask(cast.to_sales, WINDOW, day=in_days(9))
    pace.from_to(ana, wall, console, sara, luis)
    expect(sara.card(WINDOW)).to_be_visible()
    expect(wall.item(WINDOW)).to_have_count(1)
    expect(luis.card(WINDOW)).to_be_visible()
    expect(luis.page.locator("button[id^='agree-']")).to_have_count(0)
    sara.ask(cast.to_sales, NOTICE, often="week")
    stage.all_speak_spanish()
    expect(wall.link(cast.to_sales)).to_have_attribute("aria-label", re.compile("2"))
    stage.wall_is_nobodys(cast.fede.name, cast.fede.user.email)

    # (d) Back along the chain, while Sara is in the middle of a sentence.
    half = sara.form(cast.to_sales).locator("[name=outcome]")
    half.tap()
    half.press_sequentially("Entregas en sáb")
    console.next(sure=True)
    for screen in (ana, luis, marta, paula):
        screen.at("chain:2")
    console.at("chain")
    wall.at("chain", "chain:2")
    expect(sara.went_on).to_be_visible()
    expect(half).to_be_focused()
    expect(half).to_have_value("Entregas en sáb")
    half.press_sequentially("ado")
    sara.page.locator(f"#f-w-{cast.to_sales.ref}-need button.primary").tap()
    expect(sara.card(SATURDAYS)).to_be_visible()
    sara.at("chain:2")
    expect(sara.went_on).to_be_hidden()

    wall.lights(cast.to_sales, cast.to_logistics)
    luis.agree(WINDOW)
    pace.from_to(luis, wall, console, ana)
    luis.counter(NOTICE, "La ruta se cierra a mediodía.", often="day")
    luis.decline(SATURDAYS, "No hay camión los sábados.")
    luis.ask(cast.to_logistics, PLAN, often="week")
    # (e) …and what it must have in return.
    luis.ask(cast.to_sales, ORDERS, "requirement", often="week", indicator="órdenes completas", target="95", unit="%")
    ana.has(WINDOW, "agreed")
    ana.has(SATURDAYS, "declined")
    expect(ana.card(SATURDAYS)).to_contain_text("No hay camión los sábados.")
    expect(wall.item(WINDOW).locator(".pill.agreed")).to_have_count(1)
    expect(wall.item(ORDERS)).to_have_count(1)
    expect(console.page.locator(".c-ask", has_text=SATURDAYS).locator(".pill.declined")).to_be_visible()
    ana.agree(ORDERS)
    expect(wall.item(ORDERS).locator(".pill.agreed")).to_have_count(1)

    # (f) To the end of the chain; who asks knows why.
    stage.everybody_is_ready()
    console.next()
    stage.all_at("chain:3")
    wall.lights(cast.to_logistics, cast.to_production)
    marta.agree(PLAN)
    marta.ask(cast.to_production, SUPPLIES, often="week")
    marta.ask(cast.to_production, URGENT)
    console.next(sure=True)
    stage.all_at("chain:4")
    why = paula.card(SUPPLIES).locator(".ph-why")
    why.locator("summary").tap()
    expect(why.locator("li")).to_have_count(3)
    for n, words in enumerate((LATE, "Ventas", "Logística")):
        expect(why.locator("li").nth(n)).to_contain_text(words)
    paula.agree(SUPPLIES)
    paula.decline(URGENT, "La dirección firma cada compra.")
    stage.all_speak_spanish()

    _answers(stage, cast, pace)
    _agreements(stage, cast, pace)
    _close(stage, cast, pace)
    pace.was_quick()
    _what_remains(stage, cast, room)


def _mirror(stage: Stage, pace: Pace) -> None:
    console, wall = stage.console, stage.wall
    console.next()
    stage.all_at("mirror")
    pace.from_to(console, wall, *stage.phones)
    stage.all_speak_spanish()
    stage.phones[0].score(9)
    for phone, value in zip(stage.phones, (7, 7, 6, 4, 3), strict=True):
        phone.score(value)
    expect(wall.page.locator(".wall-counting progress")).to_have_attribute("value", "5")
    expect(console.page.locator(".c-figure b")).to_have_text("5")
    for screen in (wall, console):
        expect(screen.page.locator(".wall-chart, .mirror-chart")).to_have_count(0)
    stage.wall_is_nobodys("Ana", "Sara")

    console.press(console.key("r"))
    expect(wall.page.locator(".wall-chart svg")).to_be_visible()
    expect(console.page.locator(".mirror-chart svg")).to_be_visible()
    for phone in stage.phones:
        expect(phone.page.locator(".ph-chart svg").first).to_be_visible()
    pace.from_to(console, wall, *stage.phones)
    assert Workshop.objects.get(pk=stage.workshop.pk).mirror == {"first": [0, 0, 0, 1, 1, 0, 1, 2, 0, 0, 0]}
    assert not Score.objects.exists()


def _problem(stage: Stage, cast: Cast, pace: Pace) -> None:
    console, wall = stage.console, stage.wall
    ana, sara, luis, marta, paula = stage.phones
    console.next(sure=True)
    stage.all_at("problem")
    ana.propose(LATE)
    luis.propose(LATER)
    marta.propose(NOBODY_CALLS)
    pace.from_to(marta, wall, console, paula)
    for text in (LATE, LATER, NOBODY_CALLS):
        wall.shows(text)
    for phone in (ana, sara):
        phone.dots(LATE, 3)
    ana.dots(NOBODY_CALLS, 2)
    # Five are given, three of them on one.
    expect(ana.page.locator("button[id^='more-']:not([disabled])")).to_have_count(0)
    luis.dots(LATER, 3)
    expect(luis.proposal(LATER).locator("button[id^='more-']")).to_be_disabled()
    paula.dots(NOBODY_CALLS, 1)
    expect(wall.page.locator(".wall-dots")).to_have_count(0)

    row = console.proposal(LATER)
    row.locator("details.menu summary").click()
    console.press(row.get_by_role("button", name=LATE))
    expect(console.page.locator(".c-proposals > li")).to_have_count(2)
    console.press(console.key("r"))
    dots = wall.page.locator(".wall-dots b")
    expect(dots).to_have_text(["9", "3"])
    expect(console.page.locator(".c-dots").first).to_contain_text("9")

    console.proposal(LATE).locator(".c-acts > a.btn").click()
    form = console.page.locator("main form")
    expect(form.locator("[name=statement]")).to_have_value(LATE)
    screens.fill(
        form,
        accountable=cast.sales.ref,
        process="retain",
        moment="deliver",
        indicator="pedidos entregados el día prometido",
        unit="%",
        baseline="71",
        target="95",
    )
    console.saved()
    expect(wall.page.locator(".wall-chosen")).to_contain_text(LATE)
    for phone in stage.phones:
        expect(phone.part("p-chosen")).to_contain_text("Ventas")
    stage.all_speak_spanish()
    chosen = ClientProblem.objects.get()
    assert (chosen.process, chosen.moment, chosen.accountable) == ("retain", "deliver", cast.sales)
    assert chosen.target == 95
    assert chosen.in_focus


def _answers(stage: Stage, cast: Cast, pace: Pace) -> None:
    """Everything that is open is settled; what the client does not get stands on the wall."""
    console, wall = stage.console, stage.wall
    ana = stage.phones[0]
    console.next(sure=True)
    stage.all_at("answers")
    pace.from_to(console, wall, *stage.phones)
    expect(wall.page.locator(".wall-card")).to_have_count(1)
    expect(wall.page.locator(".wall-card")).to_contain_text(NOTICE)
    expect(wall.page.locator(".wall-unmet")).to_contain_text(SATURDAYS)
    expect(wall.page.locator(".wall-unmet")).to_contain_text(URGENT)
    stage.all_speak_spanish()
    ana.agree(NOTICE)
    expect(wall.page.locator(".wall-empty.done")).to_be_visible()
    expect(console.page.locator(".c-now .count").first).to_have_text("0")
    stage.everybody_is_ready()


def _agreements(stage: Stage, cast: Cast, pace: Pace) -> None:
    """Guests sign for now, and the facilitator confirms on the spot; a lead's account counts at once."""
    console, wall = stage.console, stage.wall
    ana, sara, luis, marta, paula = stage.phones
    console.next()
    stage.all_at("agreements")
    console.act("show", value=cast.to_sales.ref)
    reading = wall.page.locator(".wall-reading")
    for words in (WINDOW, NOTICE, ORDERS):
        expect(reading).to_contain_text(words)
    expect(reading).not_to_contain_text(SATURDAYS)
    expect(luis.contract(cast.to_sales).locator(".pill.soon.plain")).to_be_visible()

    ana.sign(cast.to_sales)
    pace.from_to(ana, wall, console, sara, luis)
    expect(wall.page.locator(".wall-signatures .pill.soon")).to_have_count(1)
    stage.all_speak_spanish()
    expect(sara.page.locator(f"#sign-b-{cast.to_sales.ref}")).to_have_count(0)
    luis.sign(cast.to_sales)
    expect(wall.page.locator(".wall-signatures .pill.signed")).to_have_count(1)
    assert not Version.objects.exists()
    console.confirm(cast.to_sales)
    expect(wall.page.locator(".wall-signatures .pill.signed")).to_have_count(2)
    for phone in (ana, sara, luis):
        expect(phone.contract(cast.to_sales).locator(".pill.in_force")).to_be_visible()
    assert Version.objects.get().contract.link == cast.to_sales

    for phone, link in ((luis, cast.to_logistics), (marta, cast.to_logistics), (marta, cast.to_production)):
        phone.sign(link)
    console.confirm(cast.to_logistics)
    expect(marta.contract(cast.to_logistics).locator(".pill.in_force")).to_be_visible()
    paula.sign(cast.to_production)
    for _side in ("supplier", "customer"):
        console.confirm(cast.to_production)
    expect(paula.contract(cast.to_production).locator(".pill.in_force")).to_be_visible()
    assert Version.objects.count() == 3
    stage.wall_is_nobodys(cast.fede.name, cast.fede.user.email)


def _close(stage: Stage, cast: Cast, pace: Pace) -> None:
    console, wall = stage.console, stage.wall
    ana, sara, luis, marta, paula = stage.phones
    console.next(sure=True)
    stage.all_at("close")
    pace.from_to(console, wall, *stage.phones)
    for phone, value in zip(stage.phones, (9, 8, 8, 7, 8), strict=True):
        phone.score(value)
    expect(wall.page.locator(".wall-counting progress")).to_have_attribute("value", "5")
    ana.leave("improvement", IMPROVEMENT)
    expect(sara.page.locator("#take-improvement-text")).to_have_value(IMPROVEMENT)
    luis.leave("question", "¿Quién avisa al cliente?")
    luis.leave("reflection", "La mitad de los retrasos empieza en la orden.")
    luis.leave("improvement", "Cerramos la ruta a las diez")
    expect(luis.part("p-thanks")).to_be_visible()
    paula.leave("question", "¿Qué compra no puede esperar?")
    expect(wall.page.locator(".wall-take")).to_have_count(5)
    expect(console.page.locator(".c-left")).to_contain_text(IMPROVEMENT)
    console.press(console.key("r"))
    expect(wall.page.locator(".wall-both p")).to_have_count(2)
    for phone in stage.phones:
        expect(phone.page.locator(".ph-chart")).to_have_count(2)
    stage.all_speak_spanish()
    assert Workshop.objects.get(pk=stage.workshop.pk).mirror["second"] == [0, 0, 0, 0, 0, 0, 0, 1, 3, 1, 0]


def _what_remains(stage: Stage, cast: Cast, room: Workshop) -> None:
    console, wall = stage.console, stage.wall
    console.key("n").click()
    expect(console.page.locator(".c-open")).to_be_visible()
    console.page.locator("main form button.btn.primary").click()
    page = console.page
    page.wait_for_url(f"**/workshops/{room.ref}/")
    wall.at("closed")
    expect(wall.page.locator(".wall-message")).to_be_visible()
    for phone in stage.phones:
        expect(phone.part("p-closed")).to_be_visible()
    expect(stage.phones[0].part("p-closed")).to_contain_text(WINDOW)
    stage.all_speak_spanish()

    # The page for ever.
    story = page.locator("#story")
    for words in (LATE, WINDOW, NOTICE, ORDERS, PLAN, SUPPLIES, IMPROVEMENT):
        expect(story).to_contain_text(words)
    unmet = page.locator("section[aria-labelledby=story-unmet]")
    for words in (SATURDAYS, URGENT):
        expect(unmet).to_contain_text(words)
    expect(page.locator(".mirror-mean")).to_have_text(["5.4", "8"])
    expect(page.locator("section[aria-labelledby=story-contracts] .pill.kept")).to_have_count(3)
    leaves = page.locator(".takes section", has_text=IMPROVEMENT)
    leaves.locator("form button").click()
    page.wait_for_url("**/asks/*/")
    expect(page.locator("#talk")).to_contain_text(IMPROVEMENT)
    followed = Takeaway.objects.get(text=IMPROVEMENT).ask
    assert followed is not None
    assert (followed.state, followed.performer, followed.asker) == (State.ASKED, cast.sales, cast.client)

    # What binds lives on the chain and on the sheet, with its first days ahead.
    outcomes = set(Commitment.objects.filter(ended_at=None).values_list("clause__outcome", flat=True))
    assert outcomes == {WINDOW, NOTICE, ORDERS, PLAN, SUPPLIES}
    assert set(Occurrence.objects.values_list("commitment__clause__outcome", flat=True)) == outcomes
    page.goto(screens.board(cast))
    expect(page.locator(f"#link-{cast.to_logistics.ref}")).to_have_class("lnk kept")
    expect(page.locator(f"#link-{cast.to_sales.ref}")).to_have_class("lnk broken")
    expect(page.locator("section.list-unmet")).to_contain_text(SATURDAYS)
    page.goto(screens.sheet(cast, cast.to_sales))
    for words in (WINDOW, NOTICE, ORDERS):
        expect(page.locator("main")).to_contain_text(words)
    letters = Letter.objects.filter(kind__startswith="workshop")
    assert set(letters.values_list("to_email", flat=True)) == {
        member.user.email for member in (cast.ana, cast.luis, cast.marta, cast.paula)
    }
    assert Ask.objects.filter(state=State.AGREED).count() == 5


# In English: a graph of eight areas, and everything that can happen to a phone ---------------------------------------
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
LINKS = (
    ("client", "Sales"),
    ("client", "Support"),
    ("Sales", "Operations"),
    ("Support", "Operations"),
    ("Support", "IT"),
    ("Operations", "Purchasing"),
    ("Operations", "People"),
    ("Operations", "Quality"),
    ("IT", "Finance"),
    ("Purchasing", "Finance"),
    # A circle: who buys for operations is served by them.
    ("Finance", "Operations"),
)
KINDS = {
    "Sales": Kind.SALES,
    "Support": Kind.SUPPORT,
    "Operations": Kind.OPERATIONS,
    "IT": Kind.IT,
    "Purchasing": Kind.PURCHASING,
    "People": Kind.HUMAN_RESOURCES,
    "Quality": Kind.QUALITY,
    "Finance": Kind.FINANCE,
}


@dataclass
class Graph:
    """Lantern Quay: eight areas, two of them next to the client, and a circle."""

    company: build.Company
    areas: dict[str, Area]
    links: dict[tuple[str, str], Link]


@pytest.fixture
def graph(transactional_db: None) -> Graph:
    company = build.company("Lantern Quay", founder="Nora", country="IE", zone="Europe/Dublin", language="en")
    areas = {name: build.area(company, name, kind) for name, kind in KINDS.items()}
    known = {**areas, "client": company.client}
    links = {pair: build.link(company, known[pair[0]], known[pair[1]]) for pair in LINKS}
    fields = {"statement": "Start within a week", "process": "attract", "moment": "offer"}
    problems.raise_problem(company.actor, fields={**fields, "accountable": areas["Sales"]}, now=timezone.now())
    return Graph(company, areas, links)


@pytest.fixture
def restarting(transactional_db: None, tmp_path: Path) -> Iterator[Restarting]:
    server = Restarting(tmp_path)
    server.start()
    yield server
    server.stop()


ENGLISH: dict[str, Any] = {"locale": "en-IE", "extra_http_headers": {"Accept-Language": "en-IE"}}


def test_phones_that_sleep_lose_the_line_and_come_back(graph: Graph, come_in: ComeIn, restarting: Restarting) -> None:
    stage = Stage(come_in, graph.company.ref, server=restarting.address, **ENGLISH)
    areas, links = graph.areas, graph.links
    stage.begin(graph.company.founder)
    console, wall = stage.console, stage.wall
    sam, sue = stage.phone("Sam", areas["Sales"]), stage.phone("Sue", areas["Sales"])
    otto = stage.phone("Otto", areas["Operations"])
    ida = stage.phone("Ida", areas["IT"])
    petra = stage.phone("Petra", areas["Purchasing"])
    to_sales = links["Sales", "Operations"]
    console.act("go", value="voice")
    stage.all_at("voice")
    wall.lights(to_sales, links["Support", "Operations"], links["Support", "IT"])
    expect(sam.lead).to_contain_text("Start within a week")
    # What finds English finds it here.
    assert all(one.english() for one in (console, wall, sam))

    _two_write_at_once(sam, sue, to_sales)
    _asleep_for_three_steps(stage, otto, ida)
    _sent_once(sam, otto, to_sales)

    # Not possible, but another area could: the first one stays answerable until that one agrees.
    otto.decline("A trained person on site", "Our people are booked.", redirect_to=areas["Purchasing"].ref)
    expect(sam.card("A trained person on site").first).to_contain_text("Purchasing")
    expect(petra.card("A trained person on site")).to_be_visible()
    expect(wall.item("A trained person on site").first).to_have_count(1)
    assert Ask.objects.get(redirected_from__isnull=False).asker == areas["Sales"]
    petra.agree("A trained person on site")
    otto.decline("Weekend shifts", "Nobody is on duty.")
    sam.has("Weekend shifts", "declined")

    # Late, with a name as people type it.
    name = "<b>Fín</b> 🦊 محمد"
    fin = stage.phone(name, areas["Finance"])
    fin.at("chain:2")
    expect(fin.page.locator(".ph-messages")).to_contain_text("Each area answers what reached it")
    expect(fin.page.locator(".ph-messages")).to_contain_text(name)
    expect(console.people).to_have_text("6")
    expect(console.page.locator(".c-names", has_text=name)).to_have_count(1)

    _the_server_restarts(stage, restarting, otto)

    # Sue goes; what she asked stays her area's.
    sue.page.locator("form[action$='/bye/'] button").tap()
    expect(sue.page.locator("#room")).to_have_count(0)
    expect(console.people).to_have_text("5")
    stage.phones.remove(sue)
    otto.counter("Weekly numbers", "Monday is too early.", often="month")
    sam.has("Weekly numbers", "soon")
    sam.agree("Weekly numbers")

    # The same person on another device, by the code at the foot of the first.
    other = Phone(stage.window(None, wall.address, **PHONE), "Sam")
    other.page.locator("details.ph-more summary").tap()
    other.page.locator("#personal").fill(sam.code.lower())
    other.page.locator("details.ph-more button").tap()
    other.at("chain:2")
    expect(other.page.locator(".ph-who")).to_contain_text("Sam")
    other.ask(to_sales, "A phone number that answers")
    expect(sam.card("A phone number that answers")).to_be_visible()
    assert Seat.objects.filter(workshop=stage.workshop, area=areas["Sales"]).count() == 2

    # To the end of the round and on: all are where the room is.
    console.next(sure=True)
    stage.all_at("chain:3")
    console.act("go", value="agreements")
    stage.all_at("agreements")
    sam.sign(to_sales)
    otto.sign(to_sales)
    for _side in ("supplier", "customer"):
        console.confirm(to_sales)
    expect(sam.contract(to_sales).locator(".pill.in_force")).to_be_visible()
    assert Version.objects.get().contract.link == to_sales


def _two_write_at_once(sam: Phone, sue: Phone, link: Link) -> None:
    """Each sees what the other sent, and loses nothing of what is half written."""
    half = sam.form(link).locator("[name=outcome]")
    half.tap()
    half.press_sequentially("A trained per")
    sue.ask(link, "Weekly numbers", often="week")
    expect(sam.card("Weekly numbers")).to_be_visible()
    expect(half).to_have_value("A trained per")
    expect(half).to_be_focused()
    half.press_sequentially("son on site")
    sam.form(link).locator("button.primary").tap()
    expect(sue.card("A trained person on site")).to_be_visible()
    sue.ask(link, "Weekend shifts")
    expect(sam.card("Weekend shifts")).to_be_visible()


def _asleep_for_three_steps(stage: Stage, hidden: Phone, offline: Phone) -> None:
    """A phone in the pocket and one without a line miss three steps; back, they are right within two seconds."""
    console = stage.console
    hidden.page.evaluate(HIDE, True)
    offline.page.context.set_offline(True)
    is_not_live(offline.page)
    for act in (console.next, console.next):
        act(sure=True)
    console.press(console.key("b"))
    for phone in stage.phones:
        if phone not in (hidden, offline):
            phone.at("chain:2")
    stage.wall.at("chain", "chain:2")
    offline.at("voice")
    floor = stage.phones[0].page.evaluate(ANSWER_TIME) / 1000

    for phone, wakes in (
        (hidden, lambda: hidden.page.evaluate(HIDE, False)),
        (offline, lambda: offline.page.context.set_offline(False)),
    ):
        wakes()
        back = time.monotonic()
        phone.at("chain:2")
        took = time.monotonic() - back
        print(f"right {took:.2f} s after it came back, floor {floor:.3f} s")
        assert took < 2 + 3 * floor
        expect(phone.card("Weekly numbers")).to_have_count(1 if phone is hidden else 0)
        phone.is_live()


def _sent_once(sam: Phone, otto: Phone, link: Link) -> None:
    """Sent into nothing, then sent so that only the answer is lost: each is there once."""
    context = sam.page.context
    context.set_offline(True)
    fill(sam.form(link), outcome="A van with a lift")
    sam.form(link).locator("button.primary").tap()
    expect(sam.told).to_have_class(re.compile("waits"))
    context.set_offline(False)
    expect(sam.card("A van with a lift")).to_be_visible()
    expect(sam.told).not_to_have_class(re.compile("waits"))

    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    sam.page.route("**/asks/new/**", lose, times=1)
    fill(sam.form(link), outcome="One bill for all sites")
    sam.form(link).locator("button.primary").tap()
    expect(sam.card("One bill for all sites")).to_have_count(1)
    expect(sam.form(link).locator("[name=outcome]")).to_have_value("")
    expect(otto.card("One bill for all sites")).to_have_count(1)
    assert lost == [200]
    for outcome in ("A van with a lift", "One bill for all sites"):
        assert Ask.objects.filter(terms__outcome=outcome).count() == 1


def _the_server_restarts(stage: Stage, server: Restarting, otto: Phone) -> None:
    """Right in the middle of an answer; all screens find it again, and the answer has arrived once."""
    server.stop()
    for screen in (stage.console, stage.wall, *stage.phones):
        is_not_live(screen.page)
    otto.card("A van with a lift").locator("button[id^='agree-']").tap()
    expect(otto.told).to_have_class(re.compile("waits"))
    server.start()
    otto.has("A van with a lift", "agreed")
    for screen in (stage.console, stage.wall, *stage.phones):
        screen.is_live()
    expect(stage.wall.item("A van with a lift").locator(".pill.agreed").first).to_have_count(1)
    stage.phones[0].has("A van with a lift", "agreed")
    assert Act.objects.filter(ask__terms__outcome="A van with a lift", verb=Verb.AGREE).count() == 1


# What the facilitator does, on all three screens ---------------------------------------------------------------------
def test_lock_take_out_undo_and_who_has_no_phone(cast: Cast, stage: Stage) -> None:
    problem(cast, in_focus=True)
    stage.begin(cast.fede)
    console, wall = stage.console, stage.wall
    ana, eva = stage.phone("Ana", cast.sales), stage.phone("Eva", cast.sales)
    luis = stage.phone("Luis", cast.logistics)

    # Nobody new; who is in stays.
    address = wall.address
    console.act("lock")
    expect(wall.page.locator(".wall-locked")).to_be_visible()
    late = stage.window(None, address, **PHONE)
    expect(late.locator("[role=status]")).to_be_visible()
    expect(late.locator("#name")).to_have_count(0)
    ana.page.reload()
    ana.at("")
    console.press(console.key("u"))
    expect(wall.page.locator("svg.qr").first).to_be_visible()
    late.reload()
    expect(late.locator("#name")).to_be_visible()

    # Taken out by mistake, and back; what was said stays.
    console.act("go", value="voice")
    stage.all_at("voice")
    ana.ask(cast.to_sales, WINDOW)
    seat = Seat.objects.get(name="Ana")
    console.act("remove", value=seat.ref, sure=True)
    expect(ana.page.locator("#room")).to_have_count(0)
    expect(console.people).to_have_text("2")
    expect(eva.card(WINDOW)).to_be_visible()
    console.press(console.key("u"))
    expect(console.people).to_have_text("3")
    ana.page.locator("main a.btn").tap()
    ana.at("voice")
    expect(ana.card(WINDOW)).to_be_visible()

    # A step too far, and back with one key; nothing is lost.
    console.next(sure=True)
    stage.all_at("chain:2")
    luis.agree(WINDOW)
    console.page.keyboard.press("u")
    stage.all_at("voice")
    ana.has(WINDOW, "agreed")
    console.act("go", value="chain:3")

    # Marta has no phone: what she says is written down, and both names stand beside it.
    record = f"{stage.path(stage.workshop, 'console')}record/"
    link = cast.to_logistics
    console.page.goto(f"{record}?what=ask&link={link.ref}&direction=requirement")
    form = console.page.locator("main form")
    fill(form, said_by="Marta", **screens.after_event(ORDERS))
    console.saved()
    expect(luis.card(ORDERS)).to_be_visible()
    expect(wall.item(ORDERS)).to_have_count(1)
    console.page.goto(record)
    fill(console.page.locator("main form"), name="Marta", area=cast.production.ref)
    console.saved()
    expect(console.people).to_have_text("4")
    expect(console.page.locator(".c-names", has_text="Marta")).to_have_count(1)
    asked = Act.objects.get(ask__terms__outcome=ORDERS, verb=Verb.ASK)
    assert (asked.by_name, asked.recorded_by) == ("Marta", cast.fede)

    # Another day.
    console.act("pause", sure=True)
    wall.at("paused")
    for phone in stage.phones:
        expect(phone.part("p-paused")).to_be_visible()
    console.act("go-on")
    stage.all_at("chain:3")


def test_a_rehearsal_is_marked_on_every_screen_and_leaves_nothing(cast: Cast, stage: Stage) -> None:
    problem(cast, in_focus=True)
    before = {model: model.objects.count() for model in (Organization, Area, Link, ClientProblem, Letter)}
    stage.begin(cast.fede, rehearse=True)
    console, wall = stage.console, stage.wall
    ana, luis = stage.phone("Ana", cast.sales), stage.phone("Luis", cast.logistics)
    copy = stage.workshop.scene
    to_sales = Link.objects.get(organization=copy, customer__name="Ventas")
    console.act("go", value="voice")
    stage.all_at("voice")
    for mark in (
        wall.page.locator(".wall-rehearsal"),
        console.page.locator(".rehearsal-bar, .rehearsal, [class*=rehearsal]").first,
        ana.page.locator(".ph-top .pill.soon"),
    ):
        expect(mark).to_be_visible()
    ana.ask(to_sales, WINDOW)
    console.next(sure=True)
    luis.agree(WINDOW)
    console.act("go", value="agreements")
    ana.sign(to_sales)
    luis.sign(to_sales)
    for _side in ("supplier", "customer"):
        console.confirm(to_sales)
    expect(ana.contract(to_sales).locator(".pill.in_force")).to_be_visible()
    assert Version.objects.filter(contract__organization=copy).count() == 1

    console.page.goto(f"{stage.path(stage.workshop, 'console')}close/")
    console.page.locator("button[name=throw-away]").click()
    console.page.locator("dialog[open] .btn.primary").click()
    console.page.wait_for_url("**/workshops/")
    for phone in (ana, luis):
        expect(phone.page.locator("#code")).to_be_visible()
    assert {model: model.objects.count() for model in before} == before
    for gone in (Workshop, Seat, Ask, Version, Commitment, Occurrence):
        assert not gone.objects.exists()


def test_from_nothing_to_the_first_phone_in_a_few_acts(come_in: ComeIn) -> None:
    """At a client's office: a name, a chain from a template, one click."""
    carla = build.user("Carla")
    began = time.monotonic()
    page = come_in(carla, "/new/workshop/")
    page.locator("main form button[name=pick]").nth(1).click()
    page.locator("[name=name]").first.fill("Muebles del Sur")
    page.locator("main form .wizard-foot .btn.primary").click()
    page.wait_for_url("**/console/")
    room = Workshop.objects.get()
    phone = Phone(come_in(None, f"/w/{room.code}/", **PHONE), "Ana")
    area = Area.objects.filter(organization=room.scene).exclude(kind=Kind.CLIENT).order_by("pk")[0]
    phone.sits("Ana", area.name)
    expect(page.locator(".c-count b")).to_have_text("1")
    assert time.monotonic() - began < 120
    page.locator("#console [data-key=n]").click()
    phone.at("mirror")


# The longest of what the sign in the corner says.
SAY_OFF = "() => { for (const e of document.querySelectorAll('[data-live-state]')) e.dataset.state = 'off'; }"


# To be read and pressed by everybody ---------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_phone_is_accessible_in_every_scene(cast: Cast, come_in: ComeIn, language: str) -> None:
    """The line of five areas in Spanish, by day and by night; the graph with long and foreign names in English."""
    now = timezone.now()
    played = scenes.line(cast, now) if language == "es" else scenes.graph(cast, now)
    Workshop.objects.update(language=language)
    page = come_in(None, f"/w/{played.room.code}/", **PHONE)
    night = come_in(None, f"/w/{played.room.code}/", color_scheme="dark", **PHONE)
    faults: dict[str, list[str]] = {}
    for name in scenes.scenes(played, 2):
        here = [cast.sales, cast.logistics] if re.search("voice|chain|answers|agreements", name) else [cast.logistics]
        for area in here:
            if played.seats:
                seat = played.seats[area.pk][0]
                cookie = {"name": seats.cookie_name(played.room), "value": seats.sign(seat), "url": page.url}
                for one in (page, night):
                    one.context.add_cookies([cookie])  # type: ignore[list-item]
            page.set_viewport_size(PHONE["viewport"])
            page.goto(f"/w/{play.fresh(played.room).code}/")
            page.evaluate(AXE)
            said = page.evaluate(RUN_AXE, [])
            page.evaluate(UNFOLD)
            said += page.evaluate(RUN_AXE, []) + page.evaluate(TOO_SMALL)
            if language == "es":
                night.goto(page.url)
                night.evaluate(AXE)
                night.evaluate(UNFOLD)
                said += [f"dark {fault}" for fault in night.evaluate(RUN_AXE, ["color-contrast"])]
            said += page.evaluate(STICKS_OUT, 390)
            page.set_viewport_size(SMALLEST)
            page.evaluate(SAY_OFF)
            said += [f"320: {fault}" for fault in page.evaluate(STICKS_OUT, 320)]
            expect(page.locator("html")).to_have_attribute("lang", language)
            faults[f"{name} {area}"] = sorted(set(said))

    assert len(faults) > 24
    assert not told(faults), told(faults)

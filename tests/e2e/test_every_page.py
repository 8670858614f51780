"""Every page in both languages: reachable to all, well formed, quiet in the console, and in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from html5lib.constants import E as REASONS
from playwright.sync_api import APIResponse, ConsoleMessage, Page, expect

from areas.access import client_of
from areas.models import Membership, Organization
from config.demo.telling import tell
from post.models import Letter
from tests import build
from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.e2e.pages import OF_THE_ROOM, Place, World, add_passkey, beside, everything, pages_of, shown

AXE = Axe().axe_script
# Everything that axe knows on the page as it opens; then what unfolds; then the colours of the night.
RUN_AXE = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  const why = (node) => [...node.any, ...node.all, ...node.none][0]?.message ?? "";
  const told = (id, node) => `${id}: ${node.target} ${node.html.slice(0, 160)} ${why(node)}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}"""
UNFOLD = """() => {
  const folded = [...document.querySelectorAll("main details:not(.menu, [open])")];
  for (const details of folded) {
    details.removeAttribute("name");
    details.open = true;
  }
  return folded.length > 0;
}"""
# Words that stand in nearly every English sentence and in no Spanish one, nor in what the people of the tests wrote.
ENGLISH = re.compile(
    r"\b(the|and|with|your|you|this|that|from|what|who|they|it|is|are|of|for|by|save|ask|sign|draft)\b", re.I
)
FLOW = {
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "section",
    "article",
    "aside",
    "form",
    "table",
    "fieldset",
    "header",
    "footer",
    "nav",
}
FLOW |= {"h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "details", "figure", "main", "pre", "hr", "dialog"}
PHRASING = {"p", "span", "b", "i", "em", "strong", "small", "button", "label", "h1", "h2", "h3", "h4", "h5", "h6", "q"}
PRESSED = {"a", "button", "select", "textarea", "details", "label"}


OF_A_COMPANY = [f"contracts:{name}" for name in ("board", "projector", "contracts")]
OF_A_COMPANY += [f"requests:{name}" for name in ("desk", "problems", "new_problem")]
OF_A_COMPANY += [
    f"areas:{name}"
    for name in ("chain", "people", "settings", "calendar", "questions", "journal", "new_chain", "new_people")
]


# What is wrong with a page's source ----------------------------------------------------------------------------------
def faults_of(source: str, language: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(source)
    for (line, _column), code, data in parser.errors:
        yield f"line {line}: {REASONS[code] % data}"
    if tree.get("lang") != language:
        yield f"lang is {tree.get('lang')}"
    elements = [one for one in tree.iter() if isinstance(one.tag, str)]
    ids = [one.get("id") for one in elements if one.get("id") is not None]
    yield from (f"id {name!r} stands {ids.count(name)} times" for name in sorted({i for i in ids if ids.count(i) > 1}))
    yield from (f"an id is no name: {name!r}" for name in ids if not name or " " in name)
    for one in elements:
        for attribute in ("for", "list", "aria-labelledby", "aria-describedby", "aria-controls", "form"):
            for name in (one.get(attribute) or "").split():
                if name not in ids:
                    yield f"{one.tag} {attribute} points at {name!r}, which is nowhere"
    yield from _labels(tree, elements)
    yield from _nesting(tree, None)


def _labels(tree: Any, elements: list[Any]) -> Iterator[str]:
    labelled = {one.get("for") for one in elements if one.tag == "label"}
    inside = {field for one in elements if one.tag == "label" for field in one.iter()}
    for one in elements:
        if one.tag not in ("input", "select", "textarea") or one.get("hidden") is not None:
            continue
        if one.get("type") in ("hidden", "submit", "button"):
            continue
        named = one.get("id") in labelled or one in inside or one.get("aria-label") or one.get("aria-labelledby")
        if not named:
            yield f"{one.tag} {one.get('name')!r} has no label"
    for one in elements:
        if one.tag == "img" and one.get("alt") is None:
            yield f"img {one.get('src')} has no alt"


def _nesting(element: Any, within: str | None, pressed: str | None = None) -> Iterator[str]:
    """Blocks within a line of words, and something to press within something to press."""
    for one in element:
        if not isinstance(one.tag, str) or one.tag in ("svg", "template"):
            continue
        if within and one.tag in FLOW:
            yield f"{one.tag} within {within}"
        if pressed and one.tag in PRESSED:
            yield f"{one.tag} within {pressed}"
        line = one.tag if one.tag in PHRASING else None if one.tag in FLOW | {"li", "td"} else within
        yield from _nesting(one, line or within, one.tag if one.tag in ("a", "button") else pressed)


def test_the_check_of_a_source_finds_what_is_wrong() -> None:
    wrong = """<!doctype html><html lang="es"><head><title>x</title></head><body><p id="a"><div></div></p>
    <span><div id="a">x</div></span><input name="q"><a href="/"><button>x</button></a>
    <div aria-describedby="b"></div></body></html>"""

    found = "\n".join(faults_of(wrong, "en"))

    for fault in (
        "line ",
        "lang is es",
        "'a' stands 2 times",
        "div within span",
        "'q' has no label",
        "within a",
        "'b'",
    ):
        assert fault in found


# Walking -------------------------------------------------------------------------------------------------------------
class Walk:
    """One person's window, and what was noticed on the way."""

    def __init__(self, who: str, page: Page, language: str, night: Page | None = None) -> None:
        self.who, self.page, self.language, self.night = who, page, language, night
        self.faults: dict[str, list[str]] = {}
        self.visited: list[str] = []
        self.heard: list[str] = []
        for window in (page, night):
            if window:
                window.context.add_init_script(AXE)
                window.on("console", self._listen)
                window.on("pageerror", lambda error: self.heard.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # The browser itself remarks on the status of an error page.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.heard.append(message.text)

    def visit(self, places: list[Place]) -> None:
        for place, answer in shown(self.page, places):
            self._visit(place, answer)

    def _visit(self, place: Place, first: APIResponse) -> None:
        # Who leaves the digest by a link is spoken to in the language of the letter, whoever looks on.
        faults = list(
            faults_of(first.text(), "es" if place.name in {"contracts:unsubscribe", *OF_THE_ROOM} else self.language)
        )
        if first.status >= 400 and first.status not in self.may_answer(place):
            faults.append(f"answers {first.status}")
        self.heard.clear()
        self.page.goto(place.path)
        faults += self.page.evaluate(RUN_AXE, [])
        faults += [] if place.name.startswith("demo") else self.languages()
        if self.page.evaluate(UNFOLD):
            faults += [f"unfolded {fault}" for fault in self.page.evaluate(RUN_AXE, []) if fault not in faults]
        if self.night:
            self.night.goto(place.path)
            self.night.evaluate(UNFOLD)
            faults += [f"dark {fault}" for fault in self.night.evaluate(RUN_AXE, ["color-contrast"])]
        faults += [f"console: {text}" for text in self.heard]
        self.visited.append(place.path)
        if faults:
            self.faults[f"{self.who} {place.path} ({place.name})"] = faults

    def may_answer(self, place: Place) -> tuple[int, ...]:
        """Refusals are pages, too; of a facilitator's pages only an invitation to somebody else is one."""
        return (404,) if place.name in ("404", "areas:invitation") else () if self.who == "Fede" else (403, 404)

    def languages(self) -> list[str]:
        if self.language != "es":
            return []
        text = self.page.evaluate(
            """() => {
              const copy = document.body.cloneNode(true);
              for (const other of copy.querySelectorAll("[lang=en], script, template, [translate=no]")) other.remove();
              const names = ["aria-label", "placeholder", "title"];
              const said = [...copy.querySelectorAll("*")].flatMap((e) => names.map((name) => e.getAttribute(name)));
              return [document.title, copy.textContent, ...said.filter(Boolean)].join("\\n");
            }"""
        )
        return sorted({f"in English: {m.group(0)!r} in {_around(text, m)!r}" for m in ENGLISH.finditer(text)})[:5]


def _around(text: str, found: re.Match[str]) -> str:
    return " ".join(text[max(0, found.start() - 30) : found.end() + 30].split())


@pytest.fixture
def world(cast: Cast) -> World:
    return everything(cast, timezone.now())


Start = Callable[..., Walk]


@pytest.fixture
def start(come_in: ComeIn) -> Start:
    def start(who: Membership | None, language: str, **options: Any) -> Walk:
        if who:
            who.user.language = language
            who.user.save(update_fields=["language"])
        options["locale"] = "es-ES" if language == "es" else "en-GB"
        options["extra_http_headers"] = {"Accept-Language": options["locale"]}
        page = come_in(who, "/guide/", **options)
        night = come_in(who, "/guide/", color_scheme="dark", **options) if language == "es" else None
        return Walk(who.name if who else "nobody", page, language, night)

    return start


def told(*walks: Walk) -> str:
    lines = [f"{where}\n    " + "\n    ".join(faults) for walk in walks for where, faults in walk.faults.items()]
    return "\n".join(lines)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_a_company_in_which_everything_happened(world: World, start: Start, language: str) -> None:
    walk = start(world.cast.fede, language)
    add_passkey(walk.page)
    walk.visit([*pages_of(world), *beside(world)])

    assert len(walk.visited) > 60
    said = told(walk)
    assert not said, said


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_those_who_act(world: World, start: Start, language: str) -> None:
    """Ana and Luis meet the forms of both sides."""
    places = [place for place in pages_of(world) if place.name in ("requests:desk", "requests:ask", "contracts:sheet")]
    places += [
        place for place in pages_of(world) if place.name in ("contracts:sign", "contracts:shoes", "contracts:board")
    ]
    walks = [start(who, language) for who in (world.cast.ana, world.cast.luis)]
    for walk in walks:
        walk.visit(places)

    assert not told(*walks), told(*walks)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_an_empty_company(cast: Cast, start: Start, language: str) -> None:
    """Olga's company has nobody and nothing but the client."""
    walk = start(cast.olga, language)
    client = client_of(cast.elsewhere)
    places = [Place(name, reverse(name, args=[cast.elsewhere.ref])) for name in OF_A_COMPANY]
    for name in ("areas:area", "areas:edit_area"):
        places.append(Place(name, reverse(name, args=[cast.elsewhere.ref, client.ref])))
    walk.visit(places)

    assert len(walk.visited) > 10
    assert not told(walk), told(walk)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_on_the_way_in(world: World, start: Start, language: str) -> None:
    assert world.invitation
    invitation = reverse("areas:invitation", args=[world.invitation.ref])
    walk = start(None, language)
    paths = ["/", reverse("areas:guide"), reverse("areas:facilitator_guide"), reverse("account_login"), invitation]
    paths += ["/invitations/nobodys/", "/nowhere/"]
    walk.visit([Place("404" if path == "/nowhere/" else path, path) for path in paths])
    walk.page.goto(reverse("account_login"))
    walk.page.locator("input[name=login]").fill("somebody@example.com")
    walk.page.locator("main form .btn.primary").first.click()
    expect(walk.page.locator("input[name=code]")).to_be_visible()
    walk.visit([Place("code", walk.page.url)])
    walk.page.locator("input[name=code]").fill("wrong")
    walk.page.locator("main form .btn.primary").first.click()
    expect(walk.page.locator("[aria-invalid=true], .errorlist").first).to_be_visible()
    assert walk.page.evaluate(RUN_AXE, []) == []

    # Known already, by a company of others.
    elsewhere = build.Company(world.cast.elsewhere, world.cast.olga, client_of(world.cast.elsewhere))
    nadia = start(build.person(elsewhere, "Nadia Nieto", email=world.invitation.email), language)
    nadia.visit(
        [Place("invited", invitation), *(Place(name, reverse(name)) for name in ("areas:new", "areas:welcome"))]
    )

    assert len(nadia.visited) == 3
    assert len(walk.visited) == 6
    assert not told(walk, nadia), told(walk, nadia)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_the_demo(demo_server: str, start: Start, language: str) -> None:
    now = timezone.now()
    assert tell(now)
    letter = Letter.objects.order_by("pk").first()
    assert letter
    name, email = {
        "es": ("Muebles del Norte", "ana@muebles.example"),
        "en": ("Lantern Quay", "nora@lanternquay.example"),
    }[language]
    org = Organization.objects.get(name=name).ref
    walk = start(Membership.objects.get(user__email=email), language, server=demo_server)
    paths = ["/", "/demo/", "/demo/ana/", "/demo/mailbox/", f"/demo/mailbox/{letter.ref}/"]
    paths += [f"/o/{org}/{part}" for part in ("", "desk/", "contracts/", "projector/", "problems/")]
    walk.visit([Place(f"demo {path}", path) for path in paths])

    assert len(walk.visited) > 3
    assert not told(walk), told(walk)

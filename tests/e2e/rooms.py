"""The three screens of a room as hands use them: console, wall and phones, in either language.

room = Stage(come_in, workshop)      opens windows of it
room.console.next()                  the facilitator; `sure` answers the question that comes if not all are ready
room.phone("Ana", cast.sales)        somebody with a phone comes in by the square on the wall
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from statistics import median
from typing import Any

from playwright.sync_api import Locator, Page, expect

from areas.models import Area, Link, Membership
from tests.e2e.conftest import ComeIn
from tests.e2e.screens import fill, is_live
from tests.e2e.test_every_page import ENGLISH
from tests.e2e.test_live import ANSWER_TIME
from workshops import qr
from workshops.models import Workshop

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}

# When the hand sent a form, and when which pulse of the room had come to stand on the screen: on the one clock that all
# browsers here share.
NOTE_ALL = """(() => {
  addEventListener("submit", () => sessionStorage.setItem("acted", Date.now()), true);
  window.changes = [];
  const pulse = () =>
    document.getElementById("room")?.dataset.pulse ?? document.querySelector("#wall, #console")?.dataset.liveVersion;
  const note = () => {
    const now = Number(pulse());
    if (now && now !== window.changes.at(-1)?.[0]) window.changes.push([now, Date.now()]);
  };
  addEventListener("DOMContentLoaded", () => {
    const filter = ["data-pulse", "data-live-version"];
    new MutationObserver(note).observe(document, { childList: true, subtree: true, attributeFilter: filter });
    note();
  });
})()"""
# Everything of the room that stands on the wall, as the server draws it for this window.
DRAWN = """async (url) => {
  const text = await (await fetch(url, { headers: { "HX-Request": "true" } })).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  const wall = page.getElementById("wall");
  wall.removeAttribute("hx-get");
  return wall.outerHTML;
}"""


# Everything that is read or read aloud.
SAID = """() => {
  const copy = document.body.cloneNode(true);
  for (const other of copy.querySelectorAll("[lang=en], script, template, [translate=no]")) other.remove();
  const names = ["aria-label", "placeholder", "title"];
  const said = [...copy.querySelectorAll("*")].flatMap((e) => names.map((name) => e.getAttribute(name)));
  return [document.title, copy.textContent, ...said.filter(Boolean)].join("\\n");
}"""


class Screen:
    """A window of the room."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def is_live(self) -> None:
        is_live(self.page)

    def english(self) -> list[str]:
        """English words on a screen that speaks Spanish, with what stands around them."""
        text = self.page.evaluate(SAID)
        return sorted({" ".join(text[max(0, m.start() - 30) : m.end() + 30].split()) for m in ENGLISH.finditer(text)})


class Console(Screen):
    """The facilitator's."""

    def at(self, phase: str) -> None:
        expect(self.page.locator("#console")).to_have_class(re.compile(rf"\bphase-{phase}\b"))

    def key(self, key: str) -> Locator:
        return self.page.locator(f'#console [data-key="{key}"]')

    def doing(self, act: Callable[[], object]) -> None:
        """An act, and the room as it stands afterwards: nothing is pressed on what is going to be swapped."""
        before = self.page.locator("#console").get_attribute("data-version") or ""
        act()
        expect(self.page.locator("#console")).not_to_have_attribute("data-version", before)

    def press(self, button: Locator, *, sure: bool = False) -> None:
        def act() -> None:
            button.click()
            if sure:
                self.page.locator("dialog[open] .btn.primary").click()

        self.doing(act)

    def next(self, *, sure: bool = False) -> None:
        self.press(self.key("n"), sure=sure)

    def act(self, verb: str, *, value: str = "", sure: bool = False) -> None:
        """A button by what it does; in a menu or an area that is shut, which is opened first."""
        chosen = f'[value="{value}"]' if value else ""
        button = self.page.locator(f'#console button[formaction*="/console/{verb}/"]{chosen}').first
        if not button.is_visible():
            button.locator("xpath=ancestor::details[1]/summary").click()
        self.press(button, sure=sure)

    def confirm(self, link: Link) -> None:
        """A guest's signature, on the spot."""
        given = self.page.locator(f'#console button[formaction*="/console/confirm/?link={link.ref}"]')
        which = given.first.get_attribute("value")
        # That of the other side may come to stand above it meanwhile.
        button = given.and_(self.page.locator(f'[value="{which}"]'))
        button.click()
        expect(button).to_have_count(0)

    def saved(self) -> None:
        self.page.locator("main form button.btn.primary").last.click()
        expect(self.page.locator("#console")).to_be_visible()

    def proposal(self, text: str) -> Locator:
        named = self.page.locator(".grow > b", has_text=text)
        return self.page.locator(".c-proposals > li").filter(has=named)

    @property
    def ready(self) -> Locator:
        return self.page.locator(".c-ready b")

    @property
    def people(self) -> Locator:
        return self.page.locator(".c-count b")


class Wall(Screen):
    """What all see."""

    def at(self, kind: str, step: str = "") -> None:
        wanted = f"{kind} {step}" if step else re.compile(rf"^{kind}\b")
        expect(self.page.locator("#wall")).to_have_attribute("data-scene", wanted)

    @property
    def address(self) -> str:
        """Where the square leads: said to who does not see it, and drawn as just that."""
        square = self.page.locator("svg.qr:visible").first
        said = re.search(r"https?://\S+?/w/\w+/", square.get_attribute("aria-label") or "")
        assert said
        drawn = re.search(r' d="([^"]+)"', qr.svg(said[0]))
        assert drawn
        expect(square.locator("path")).to_have_attribute("d", drawn[1])
        return html.unescape(said[0])

    def lights(self, *links: Link) -> None:
        """Of these links, and of no other, is being spoken."""
        for link in links:
            expect(self.link(link)).to_have_class(re.compile(r"\blit\b"))
        expect(self.page.locator(".wall-picture:visible g.lnk.lit")).to_have_count(len(links))

    def link(self, link: Link) -> Locator:
        return self.page.locator(f'.wall-picture:visible g.lnk[id$="link-{link.ref}"]')

    def item(self, words: str) -> Locator:
        """A line in which these words stand, on whatever page of its list it is."""
        return self.page.locator("#wall .wall-item", has_text=words)

    def shows(self, words: str) -> None:
        expect(self.page.locator("#wall")).to_contain_text(words)

    def says_nothing_of(self, *secrets: str) -> None:
        text = self.page.locator("body").inner_text()
        assert not [one for one in secrets if one in text], text
        expect(self.page.locator("form, nav, input, a[href*='/accounts/']")).to_have_count(0)


class Phone(Screen):
    """Somebody's in the room."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page)
        self.name = name

    def at(self, step: str) -> None:
        expect(self.page.locator("#room")).to_have_attribute("data-step", step)

    def sits(self, name: str, area: str) -> None:
        """Through the door."""
        self.page.locator("#name").fill(name)
        self.page.locator("fieldset label", has_text=area).first.tap()
        self.page.locator("button.ph-go").tap()
        expect(self.page.locator("#room")).to_be_visible()

    def part(self, ident: str) -> Locator:
        return self.page.locator(f"#{ident}")

    @property
    def lead(self) -> Locator:
        return self.page.locator("#p-lead")

    @property
    def told(self) -> Locator:
        return self.page.locator("#ph-toast")

    @property
    def went_on(self) -> Locator:
        return self.page.locator("#ph-went-on")

    @property
    def code(self) -> str:
        return self.page.locator(".ph-personal").inner_text()

    def score(self, value: int) -> None:
        self.page.locator(f"#score-{value}").tap()
        expect(self.page.locator(".ph-tick")).to_be_visible()

    def propose(self, text: str) -> None:
        self.page.locator("#proposal").fill(text)
        self.page.locator("#p-propose button.primary").tap()
        expect(self.proposal(text)).to_have_count(1)

    def proposal(self, text: str) -> Locator:
        return self.page.locator("section[id^='prop-']", has_text=text)

    def dots(self, text: str, n: int) -> None:
        part = self.proposal(text)
        for given in range(1, n + 1):
            part.locator("button[id^='more-']").tap()
            expect(part.locator(".ph-dot-row i.on")).to_have_count(given)

    def form(self, link: Link, direction: str = "need") -> Locator:
        """Where the area asks on this link, opened."""
        form = self.page.locator(f"#f-w-{link.ref}-{direction}")
        if not form.is_visible():
            self.page.locator(f"#w-{link.ref}-{direction} summary").first.tap()
        return form

    def ask(self, link: Link, outcome: str, direction: str = "need", **said: str) -> None:
        form = self.form(link, direction)
        if "target" in said:
            form.locator(".ph-number summary").tap()
        fill(form, outcome=outcome, **said)
        form.locator("button.primary").tap()
        expect(self.card(outcome)).to_be_visible()

    def card(self, outcome: str) -> Locator:
        return self.page.locator("section[id^='ask-']", has_text=outcome)

    def has(self, outcome: str, state: str) -> None:
        expect(self.card(outcome).locator(f".pill.{state}")).to_be_visible()

    def agree(self, outcome: str) -> None:
        self.card(outcome).locator("button[id^='agree-']").tap()
        self.has(outcome, "agreed")

    def counter(self, outcome: str, words: str, **terms: str) -> None:
        form = self._answer(outcome, "counter")
        fill(form, words=words, **terms)
        form.locator("button.primary").tap()
        self.has(terms.get("outcome", outcome), "countered")

    def decline(self, outcome: str, words: str, **more: str) -> None:
        form = self._answer(outcome, "decline")
        fill(form, words=words, **more)
        form.locator("button.primary").tap()
        self.has(outcome, "declined")

    def _answer(self, outcome: str, verb: str) -> Locator:
        card = self.card(outcome)
        card.locator(f"a[id^='{verb}-']").tap()
        form = card.locator("[data-slot] form")
        expect(form).to_be_visible()
        return form

    def ready(self) -> None:
        self.page.locator("#b-ready").tap()
        expect(self.page.locator("#b-ready")).to_have_attribute("aria-pressed", "true")

    def contract(self, link: Link) -> Locator:
        return self.page.locator(f"section#sign-{link.ref}")

    def sign(self, link: Link) -> None:
        self.page.locator(f"#sign-b-{link.ref}").tap()
        expect(self.page.locator(f"#sign-b-{link.ref}")).to_have_count(0)

    def leave(self, kind: str, text: str) -> None:
        form = self.page.locator(f"#f-take-{kind}")
        form.locator("textarea").fill(text)
        form.locator("button.btn").first.tap()
        expect(self.page.locator(f"#take-{kind} .muted")).to_contain_text(self.name)


class Pace:
    """How long it took from a hand on one screen to the picture on another. Nobody waits longer than a second for what
    another did; on the way lie, on a machine that works for seven browsers, the answer to the act, the answer to this
    window and the drawing of it, which are measured in the same moments.
    """

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.floors: list[float] = []

    def from_to(self, actor: Screen, *watchers: Screen) -> None:
        """What was done last in one window has come to stand in the others."""
        acted = int(actor.page.evaluate("() => sessionStorage.getItem('acted')"))
        for one in watchers:
            one.page.wait_for_function("acted => window.changes.some(([, at]) => at >= acted)", arg=acted)
            seen = int(one.page.evaluate("acted => window.changes.find(([, at]) => at >= acted)[1]", acted))
            self.delays.append((seen - acted) / 1000)
        self.floors.append(watchers[-1].page.evaluate(ANSWER_TIME) / 1000)

    def was_quick(self) -> None:
        delay, floor = median(self.delays), median(self.floors)
        print(f"act to other screens: median {delay:.3f} s of {sorted(self.delays)}, floor {floor:.3f} s")
        assert len(self.delays) > 10
        assert delay < 1 + 3 * floor, (self.delays, self.floors)


class Stage:
    """The windows of one workshop."""

    def __init__(self, come_in: ComeIn, org: str, *, server: str = "", **options: Any) -> None:
        self.come_in = come_in
        self.org = org
        self.server = server
        self.options = options
        self.console: Console
        self.wall: Wall
        self.phones: list[Phone] = []

    def window(self, who: Membership | None, path: str, **options: Any) -> Page:
        page = self.come_in(who, "/healthz", server=self.server, **{**self.options, **options})
        page.context.add_init_script(NOTE_ALL)
        page.goto(path)
        return page

    def begin(self, facilitator: Membership, *, rehearse: bool = False) -> Workshop:
        """One click opens the room; the wall in a window of its own."""
        page = self.window(facilitator, f"/o/{self.org}/workshops/new/")
        page.locator("main form button[name=rehearse]" if rehearse else "main form button.btn.primary").click()
        page.wait_for_url("**/console/")
        found = re.search(r"/workshops/(\w+)/console/", page.url)
        assert found
        workshop = Workshop.objects.select_related("organization", "scene").get(ref=found[1])
        self.join(workshop, Console(page), Wall(self.window(facilitator, self.path(workshop, "projector"), **WALL)))
        return workshop

    def join(self, workshop: Workshop, console: Console, wall: Wall) -> None:
        self.workshop = workshop
        self.console, self.wall = console, wall
        for screen in (console, wall):
            screen.is_live()

    def path(self, workshop: Workshop, name: str = "") -> str:
        return f"/o/{self.org}/workshops/{workshop.ref}/{f'{name}/' if name else ''}"

    def phone(self, name: str, area: Area, *, account: Membership | None = None) -> Phone:
        """By what the camera reads on the wall; with an account the name stands there already."""
        phone = Phone(self.window(account, self.wall.address, **PHONE), name)
        phone.sits(name, area.name)
        phone.is_live()
        self.phones.append(phone)
        return phone

    def all_at(self, step: str) -> None:
        """Console, wall and every phone."""
        phase = step.partition(":")[0]
        self.console.at(phase)
        self.wall.at(phase, step)
        for phone in self.phones:
            phone.at(step)

    def all_speak_spanish(self) -> None:
        found = {one.page.url: one.english() for one in (self.console, self.wall, *self.phones)}
        assert not any(found.values()), found

    def everybody_is_ready(self) -> None:
        for phone in self.phones:
            phone.ready()
        everybody = len(self.phones)
        expect(self.console.ready).to_have_text(f"{everybody}/{everybody}")

    def wall_is_nobodys(self, *secrets: str) -> None:
        """The same for who has no account as for who drives; nothing to press or to fill in, and no name of theirs."""
        self.wall.says_nothing_of(*secrets)
        code = Workshop.objects.get(pk=self.workshop.pk).code
        ours = self.wall.page.evaluate(DRAWN, f"{self.path(self.workshop, 'projector')}now/")
        theirs = self.phones[0].page.evaluate(DRAWN, f"/w/{code}/projector/now/")
        assert ours == theirs

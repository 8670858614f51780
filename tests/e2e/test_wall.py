"""The wall in a real browser: read from the last row in every scene, never cut off, live, and calm."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import asks
from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.e2e.test_sizes import SMALL_LETTERS, STICKS_OUT
from tests.workshops import play, scenes
from workshops import running
from workshops.models import Workshop

SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
SIZES = ((1920, 1080), (1280, 720), (1024, 768))
# Everything that is no label, state or aside.
BODY = """(least) => {
  const aside = ".wall-small, .wall-detail, .pill, .wall-more, .wall-steps, .wall-just, .wall-full, .wall-rehearsal, " +
    ".wall-facts dt, .wall-warn, .wall-lost, .wall-over, .sr-only, svg, script, template, style";
  const wrong = [];
  const walker = document.createTreeWalker(document.querySelector("#wall"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || one.closest(aside) || !one.checkVisibility({ visibilityProperty: true })) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < least - 0.1) wrong.push(`${size.toFixed(1)} px: ${node.data.trim().slice(0, 60)}`);
  }
  return wrong;
}"""
# The colour of each text against what really lies behind it, WCAG's ratio; in the picture, the box that it stands in.
PALE = """(least) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgb = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      known.set(colour, [...pen.getImageData(0, 0, 1, 1).data]);
    }
    return known.get(colour);
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((n) => (n /= 255, n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (one) => {
    if (one instanceof SVGElement) {
      const box = one.closest("g.badge, .area")?.querySelector("rect");
      const fill = box && getComputedStyle(box).fill;
      if (fill && fill !== "none") return rgb(fill);
      return behind(one.closest("svg").parentElement);
    }
    for (let at = one; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found[3] > 250) return found;
    }
    return [255, 255, 255, 255];
  };
  const wrong = new Set();
  const walker = document.createTreeWalker(document.querySelector("#main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || one.closest("title, desc, .sr-only, script, template, .wall-full")) continue;
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(one);
    const ink = rgb(one instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const kind = one.className.baseVal ?? one.className;
    if (ratio < least) wrong.add(`${ratio.toFixed(2)}: ${kind} ${node.data.trim().slice(0, 40)}`);
  }
  return [...wrong];
}"""
# What is cut off at an edge, what overlaps, what runs out of the frame of its part.
CUT = """() => {
  const wrong = [];
  const box = (e) => e.getBoundingClientRect();
  const name = (e) => `${e.id || e.className} ${e.textContent.trim().replace(/\\s+/g, " ").slice(0, 50)}`;
  const parts = [...document.querySelectorAll(".wall > *")].filter((e) => e.checkVisibility());
  parts.forEach((part, n) => {
    const [frame, seen] = [box(part.parentElement), box(part)];
    const sides = [seen.bottom - innerHeight, seen.right - innerWidth, frame.top - seen.top, frame.left - seen.left];
    if (Math.max(...sides) > 1) wrong.push(`outside: ${name(part)}`);
    if (n && box(parts[n - 1]).bottom > box(part).top + 1) wrong.push(`overlaps what is above: ${name(part)}`);
    for (const one of part.querySelectorAll("h1, h2, h3, p, li, svg, button, dd")) {
      if (!one.checkVisibility() || one.closest(".sr-only, .wall-just")) continue;
      const [inner, outer, where] = [box(one), box(part), `${part.className}: ${name(one)}`];
      if (inner.bottom > outer.bottom + 2 || inner.top < outer.top - 2) wrong.push(`runs out of ${where}`);
      if (inner.right > outer.right + 2 || inner.left < outer.left - 2) wrong.push(`beside ${where}`);
    }
  });
  for (const frame of document.querySelectorAll("[data-pages]")) {
    if (!frame.checkVisibility()) continue;
    const list = frame.firstElementChild;
    for (const line of list.children) {
      if (line.hidden) continue;
      if (box(line).bottom > box(list).bottom + 2) wrong.push(`cut off in its list: ${name(line)}`);
    }
    if (list.scrollHeight > list.clientHeight + 2) wrong.push(`more than fits: ${frame.id}`);
  }
  for (const card of document.querySelectorAll(".wall-card, .wall-reading, .wall-unmet")) {
    if (card.checkVisibility() && card.scrollHeight > card.clientHeight + 2) wrong.push(`card too full: ${name(card)}`);
  }
  const columns = ".wall-mirror, .wall-how, .wall-card, .wall-reading, .wall-message > div";
  for (const column of document.querySelectorAll(columns)) {
    const inside = [...column.children].filter((e) => e.checkVisibility());
    inside.forEach((e, n) => {
      if (n && box(inside[n - 1]).bottom > box(e).top + 2) wrong.push(`lies over another: ${name(e)}`);
    });
  }
  return wrong;
}"""

# The size that the browser was given has arrived, and the lists are laid anew for it.
HAS_SIZE = """([wide, high]) => innerWidth === wide && innerHeight === high &&
  Math.abs(parseFloat(getComputedStyle(document.documentElement).fontSize) - high * 0.03) < 0.2"""
SETTLED = """async () => {
  for (let n = 0; n < 5; n += 1) await new Promise((done) => requestAnimationFrame(done));
}"""


def wall_of(cast: Cast, room: Workshop) -> str:
    return f"/o/{cast.organization.ref}/workshops/{room.ref}/projector/"


def is_live(page: Page) -> None:
    expect(page.locator(".wall-lost[data-live-state]")).to_have_attribute("data-state", "live")


@pytest.mark.parametrize("which", ["line", "graph"])
def test_every_scene_is_read_from_the_last_row(cast: Cast, come_in: ComeIn, which: str) -> None:
    stage = getattr(scenes, which)(cast, timezone.now())
    page = come_in(cast.vera, wall_of(cast, stage.room), viewport={"width": 1920, "height": 1080})
    faults: dict[str, list[str]] = {}
    seen = 0
    for name in scenes.scenes(stage, 4 if which == "line" else 7):
        page.goto(wall_of(cast, stage.room))
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(HAS_SIZE, arg=[width, height])
            page.evaluate(SETTLED)
            said = [
                *page.evaluate(SMALL_LETTERS, height * 0.02),
                *page.evaluate(BODY, height * 0.03),
                *page.evaluate(STICKS_OUT, width),
                *page.evaluate(CUT),
            ]
            faults[f"{name} {width}×{height}"] = said
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.reload()
            faults[f"{name} {scheme}"] = page.evaluate(PALE, 7)
        if which == "line":
            results = Axe().run(page)
            if results.violations_count:
                faults[f"{name} axe"] = [results.generate_report()]
        seen += 1
    assert seen >= 24
    told = "\n".join(f"{where}\n    " + "\n    ".join(said) for where, said in faults.items() if said)
    assert not told, told


def test_a_rehearsal_fits_with_its_mark(cast: Cast, come_in: ComeIn) -> None:
    stage = scenes.line(cast, timezone.now(), is_rehearsal=True)
    page = come_in(cast.vera, wall_of(cast, stage.room), viewport={"width": 1280, "height": 720})
    for name in scenes.scenes(stage, 2):
        if name[:2] not in ("02", "06", "12", "17", "21", "24"):
            continue
        page.goto(wall_of(cast, stage.room))
        expect(page.locator(".wall-rehearsal")).to_be_visible()
        assert page.evaluate(CUT) == [], name
        assert page.evaluate(SMALL_LETTERS, 720 * 0.02) == [], name


def test_what_happens_in_the_room_is_on_the_wall_at_once_and_moves_nothing(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    ana = play.sit(room, "Ana", cast.sales, now=now)
    play.to(room, "voice", now=now)
    for n in range(9):
        play.ask(ana, cast.to_sales, terms=asks.once(f"Cosa número {n}"), now=now)
    page = come_in(None, f"/w/{room.code}/projector/", viewport={"width": 1920, "height": 1080})
    is_live(page)
    first = page.locator(".wall-item:visible").first
    expect(first).to_contain_text("Cosa número 0")
    before = first.bounding_box()
    expect(page.locator(".wall-just")).to_have_count(0)

    new = play.ask(ana, cast.to_sales, terms=asks.once("Lo más nuevo"), now=now)
    line = page.locator(f"[id$='ask-{new.ref}']")
    expect(line).to_have_class(re.compile("just"), timeout=2_000)
    assert page.locator(".wall-item:visible").first.bounding_box() == before
    more = page.locator(".wall-more:visible")
    expect(more).to_contain_text("1")
    # By hand one comes to it; the word stands beside it.
    for _n in range(4):
        if line.is_visible():
            break
        page.keyboard.press("PageDown")
    expect(line).to_be_visible()
    expect(line.locator(".wall-just")).to_be_visible()

    luis = play.sit(room, "Luis", cast.logistics, now=now)
    expect(page.locator(".wall-room")).to_contain_text("2 ")
    expect(line).to_be_visible()
    play.to(room, "chain:2", now=now)
    expect(page.locator(".wall-steps [aria-current]")).to_contain_text("1")
    expect(page.locator("#wall-said")).not_to_be_empty(timeout=5_000)
    play.decline(luis, new, "Falta un camión", now=now)
    play.to(room, "answers", now=now)
    expect(page.locator(".wall-unmet")).to_contain_text("«Falta un camión»")


def test_the_clock_runs_by_the_servers_and_its_milestones_are_said(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    room = play.to(room, "mirror", now=now)
    page = come_in(cast.vera, viewport={"width": 1280, "height": 720})
    # A computer whose own clock is three hours off.
    page.add_init_script("{ const real = Date.now; Date.now = () => real() + 3 * 3600e3; }")
    page.goto(wall_of(cast, room))
    is_live(page)
    clock = page.locator(".wall-clock")
    expect(clock).to_have_text("5:00")
    driver = cast.actor("fede")
    ends = timezone.now()
    running.start_timer(room, driver, room.version, ends - timedelta(seconds=58), minutes=2)
    expect(clock).to_have_text(re.compile(r"^1:0[0-2]$"))
    expect(page.locator("#wall-said")).to_contain_text(re.compile("One minute|un minuto"), timeout=8_000)
    room = play.fresh(room)
    running.start_timer(room, driver, room.version, timezone.now() - timedelta(seconds=57), minutes=1)
    expect(page.locator(".wall-over")).to_be_visible(timeout=8_000)
    expect(clock).to_have_text("0:00")


def test_a_lost_line_is_said_in_words_and_the_wall_is_right_when_it_returns(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    page = come_in(cast.vera, wall_of(cast, room), viewport={"width": 1280, "height": 720})
    is_live(page)
    lost = page.locator(".wall-lost .is-off").first
    expect(lost).not_to_be_visible()
    page.context.set_offline(True)
    expect(lost).to_be_visible(timeout=5_000)
    play.sit(room, "Ana", cast.sales, now=now)
    page.context.set_offline(False)
    expect(page.locator(".wall-who")).to_contain_text("Ana", timeout=2_000)
    expect(lost).not_to_be_visible()


def test_a_wall_whose_code_was_renewed_says_that_it_is_no_longer_reached(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    page = come_in(None, f"/w/{room.code}/projector/")
    is_live(page)
    running.renew_code(room, cast.actor("fede"), room.version, timezone.now())
    expect(page.locator(".wall-gone")).to_be_visible()


def test_f_fills_the_screen_and_the_button_goes(cast: Cast, come_in: ComeIn) -> None:
    room = play.opened(cast, now=timezone.now())
    page = come_in(cast.vera, wall_of(cast, room), viewport={"width": 1280, "height": 720})
    button = page.locator("[data-full-screen]")
    expect(button).to_be_visible()
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    expect(button).not_to_be_visible()
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    button.hover()
    button.click()
    page.wait_for_function("() => document.fullscreenElement !== null")


def test_three_hundred_people_coming_in_are_a_few_looks_a_second(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    page = come_in(cast.vera, wall_of(cast, room), viewport={"width": 1280, "height": 720})
    is_live(page)
    looks: list[Any] = []
    page.on("request", lambda request: looks.append(request) if "/projector/now/" in request.url else None)
    began = timezone.now()
    for n in range(40):
        play.sit(room, f"Persona {n}", (cast.sales, cast.logistics)[n % 2], now=now)
    took = (timezone.now() - began).total_seconds()
    expect(page.locator("#who-is-in")).to_contain_text("40 ")
    assert 1 <= len(looks) <= took / 0.4 + 3

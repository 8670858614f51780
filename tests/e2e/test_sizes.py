"""From a phone to the wall of a room: nothing runs over the edge, everything can be pressed, read and reached."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from areas.models import Area
from tests import asks
from tests.cast import Cast
from tests.e2e import screens
from tests.e2e.conftest import ComeIn
from tests.e2e.pages import WALLS, beside, everything, pages_of, shown

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALLEST: Any = {"width": 320, "height": 640}
LARGER = ({"width": 1280, "height": 800}, {"width": 1920, "height": 1080})
WALL = {"width": 1920, "height": 1080}
# The longest name that an area may have, and nowhere to break it.
UNBROKEN = "Abastecimientodeinsumosymateriales".ljust(80, "z")
UNFOLD = """() => {
  for (const details of document.querySelectorAll("main details:not(.menu)")) {
    details.removeAttribute("name");
    details.open = true;
  }
}"""
# What sticks out to the right, named by its innermost elements; what scrolls within a frame of its own is in its place.
STICKS_OUT = """(width) => {
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (e) => getComputedStyle(e).overflowX !== "visible";
  const framed = (e) => e && e !== document.body && (scrolls(e) || framed(e.parentElement));
  const out = [...document.body.querySelectorAll("*")].filter(
    (e) => e.getBoundingClientRect().right > width + 1 && !framed(e.parentElement) && !e.closest("nav, svg, .top"));
  const told = out.filter((e) => !out.some((other) => other !== e && e.contains(other))).slice(0, 4);
  return [`${document.documentElement.scrollWidth} wide`, ...told.map((e) => e.outerHTML.slice(0, 120))];
}"""
# A finger presses the label of a radio or checkbox as well as its box.
TOO_SMALL = """() => {
  const pressed = "button, summary, select, textarea, input:not([type=hidden]), a.btn, nav a, a.item, .menu-list a";
  const wrong = [];
  for (const one of document.querySelectorAll(pressed)) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (one.closest(".crumbs, .foot, p, .skip, [aria-hidden=true]")) continue;
    const part = one.matches("[type=radio], [type=checkbox]") ? one.labels[0] ?? one : one;
    const { width, height } = part.getBoundingClientRect();
    if (!width || (height >= 43.5 && width >= 43.5)) continue;
    wrong.push(`${Math.round(width)}×${Math.round(height)} ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 130)}`);
  }
  return wrong;
}"""
SMALL_LETTERS = """(least) => {
  const wrong = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (one.closest("title, desc, .sr-only, script, template")) continue;
    let size = parseFloat(getComputedStyle(one).fontSize);
    if (one instanceof SVGElement) size *= one.getScreenCTM().d;
    if (size < least - 0.1) wrong.push(`${size.toFixed(1)} px: ${node.data.trim().slice(0, 60)}`);
  }
  return wrong;
}"""


def told(faults: dict[str, list[str]]) -> str:
    return "\n".join(f"{where}\n    " + "\n    ".join(said) for where, said in faults.items() if said)


def test_no_page_runs_over_the_edge_and_a_finger_hits_everything(cast: Cast, come_in: ComeIn) -> None:
    world = everything(cast, timezone.now())
    Area.objects.filter(pk=cast.administration.pk).update(name=UNBROKEN)
    phone = come_in(cast.fede, **PHONE)
    desk = come_in(cast.fede)
    faults: dict[str, list[str]] = {}
    places = [place for place in (*pages_of(world), *beside(world)) if place.name not in WALLS]
    for place, _answer in shown(phone, places):
        phone.set_viewport_size(PHONE["viewport"])
        phone.goto(place.path)
        said = phone.evaluate(STICKS_OUT, 390)
        phone.evaluate(UNFOLD)
        said += phone.evaluate(STICKS_OUT, 390) + phone.evaluate(TOO_SMALL)
        phone.set_viewport_size(SMALLEST)
        said += [f"320: {fault}" for fault in phone.evaluate(STICKS_OUT, 320)]
        desk.goto(place.path)
        for size in LARGER:
            desk.set_viewport_size(size)  # type: ignore[arg-type]
            said += [f"{size['width']}: {fault}" for fault in desk.evaluate(STICKS_OUT, size["width"])]
        faults[f"{place.path} ({place.name})"] = said

    assert len(faults) > 60
    assert not told(faults), told(faults)


def test_a_lead_answers_on_a_phone(cast: Cast, come_in: ComeIn) -> None:
    asks.asked(cast, terms=asks.after_event(), now=timezone.now())
    phone = come_in(cast.luis, screens.path(cast, "requests:desk"), **PHONE)
    phone.get_by_role("link", name="Aviso de retraso").tap()
    for verb in ("decline", "counter", "agree"):
        screens.move(phone, verb)
        said = phone.evaluate(STICKS_OUT, 390) + phone.evaluate(TOO_SMALL)
        assert not said, verb
    screens.agree(phone, cast.luis)
    phone.locator(".top details.menu summary, nav.mainnav details.menu summary").first.tap()
    assert not phone.evaluate(TOO_SMALL)


# The wall ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_projector_is_read_from_the_last_row(cast: Cast, come_in: ComeIn, scheme: str) -> None:
    everything(cast, timezone.now())
    wall = come_in(cast.vera, screens.path(cast, "contracts:projector"), viewport=WALL, color_scheme=scheme)
    screens.is_live(wall)

    assert wall.evaluate(SMALL_LETTERS, 1080 * 0.02) == []
    assert wall.evaluate("() => document.documentElement.scrollHeight") <= 1080
    assert wall.evaluate(STICKS_OUT, 1920) == []
    enhanced = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
    results = Axe().run(wall, options={**enhanced, "rules": {"color-contrast-enhanced": {"enabled": True}}})
    assert results.violations_count == 0, results.generate_report()
    wall.set_viewport_size({"width": 1280, "height": 720})
    assert wall.evaluate(SMALL_LETTERS, 720 * 0.02) == []


# The keyboard --------------------------------------------------------------------------------------------------------
def has_visible_focus(page: Page) -> bool:
    """What the eye sees changes when the focus comes."""
    one = page.evaluate_handle("() => document.activeElement").as_element()
    assert one
    one.scroll_into_view_if_needed()
    box = one.bounding_box()
    assert box
    around = {
        "x": max(0, box["x"] - 6),
        "y": max(0, box["y"] - 6),
        "width": box["width"] + 12,
        "height": box["height"] + 12,
    }
    focused = page.screenshot(clip=around)  # type: ignore[arg-type]
    one.evaluate("(e) => e.blur()")
    without = page.screenshot(clip=around)  # type: ignore[arg-type]
    one.evaluate("(e) => e.focus({ focusVisible: true, preventScroll: true })")
    return focused != without


def test_the_keyboard_reaches_a_link_of_the_chain_and_opens_it(cast: Cast, come_in: ComeIn) -> None:
    asks.asked(cast, now=timezone.now())
    page = come_in(cast.ana, screens.board(cast))
    screens.is_live(page)
    passed = []
    for _stop in range(40):
        page.keyboard.press("Tab")
        assert has_visible_focus(page), page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        passed.append(page.evaluate("() => document.activeElement.closest('.lnk')?.id ?? ''"))
        if passed[-1]:
            break
    assert passed[-1] in {f"link-{link.ref}" for link in (cast.to_client, cast.to_sales)}
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_attribute("id", f"link-{cast.to_sales.ref}")
    expect(page.locator(".chain-why")).to_contain_text("Logística")

    page.keyboard.press("Enter")

    page.wait_for_url(f"**{screens.sheet(cast, cast.to_sales)}")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("skip")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_answer_is_given_without_a_mouse(cast: Cast, come_in: ComeIn) -> None:
    ask = asks.asked(cast, now=timezone.now())
    page = come_in(cast.luis, screens.talk(cast, ask))
    summary = page.locator("#move-decline summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#decline-words")).to_be_focused()
    page.keyboard.type("No hay camión.")
    assert has_visible_focus(page)
    for _stop in range(4):
        page.keyboard.press("Tab")
        if page.locator("#move-decline button.send:focus").count():
            break
    assert has_visible_focus(page)
    page.keyboard.press("Enter")
    screens.has_state(page, "declined")
    expect(page.locator(":focus")).not_to_have_count(0)

"""The console in a real browser: keys, the question before going on, two consoles, what comes by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from areas.words import Role
from tests import build
from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.e2e.screens import is_live
from tests.e2e.test_every_page import AXE, RUN_AXE
from tests.workshops import play, scenes
from workshops import running, taking
from workshops.models import Seat, Workshop

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FOLD = """() => ({
  wide: document.documentElement.scrollWidth - innerWidth,
  below: [".c-say", ".c-bar", ".c-next, .c-bar a.primary", "[data-timer]", ".c-steps"].filter((one) => {
    const box = document.querySelector(one)?.getBoundingClientRect();
    return !box || box.bottom > innerHeight + 1 || box.top < 0;
  }),
})"""


@pytest.fixture
def room(cast: Cast) -> Workshop:
    return play.opened(cast, now=timezone.now())


def address(room: Workshop) -> str:
    return f"/o/{room.organization.ref}/workshops/{room.ref}/console/"


def opened(come_in: ComeIn, cast: Cast, room: Workshop, **options: Any) -> Page:
    page = come_in(cast.fede, address(room), **options)
    is_live(page)
    return page


def at(page: Page, phase: str) -> None:
    expect(page.locator("#console")).to_have_class(re.compile(rf"\bphase-{phase}\b"))


def test_keys_drive_the_room(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    play.sit(room, "Ana", cast.sales, now=timezone.now())
    page = opened(come_in, cast, room)
    page.keyboard.press("n")
    at(page, "mirror")
    page.keyboard.press("t")
    expect(page.locator(".c-timer.running")).to_be_visible()
    expect(page.locator("#c-clock")).to_have_text(re.compile(r"^4:5\d$"))
    page.keyboard.press("+")
    expect(page.locator("#c-clock")).to_have_text(re.compile(r"^5:[45]\d$"))
    page.keyboard.press("r")
    expect(page.locator(".c-reveal")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".c-reveal")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    dialog = page.locator("#acts dialog[open]")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    at(page, "mirror")
    page.keyboard.press("b")
    expect(page.locator(".c-told[role=alert]")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#c-keys")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#c-keys")).to_be_visible()
    at(page, "mirror")
    assert play.fresh(room).step == "mirror"


def test_a_key_pressed_as_soon_as_a_question_is_shut_counts(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    """Until the next picture the focus stands in the dialog that has just gone."""
    play.sit(room, "Ana", cast.sales, now=timezone.now())
    play.to(room, "problem", now=timezone.now())
    page = opened(come_in, cast, room)
    page.keyboard.press("n")
    expect(page.locator("#acts dialog[open]")).to_be_visible()
    page.evaluate(
        """() => {
            const dialog = document.querySelector("#acts dialog[open]");
            const focused = document.activeElement;
            dialog.close();
            focused.dispatchEvent(new KeyboardEvent("keydown", { key: "b", bubbles: true, cancelable: true }));
        }"""
    )
    at(page, "mirror")


def test_the_answer_to_a_question_does_what_the_button_said(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    """Next and *Take out* stand in one form; the question's own button must not be taken for them."""
    ana = play.sit(room, "Ana", cast.sales, now=timezone.now())
    play.sit(room, "Eva", cast.sales, now=timezone.now())
    play.to(room, "voice", now=timezone.now())
    page = opened(come_in, cast, room)
    page.locator(".c-area summary").first.click()
    page.locator(f'button[formaction*="remove"][value="{ana.ref}"]').click()
    page.locator("#acts dialog[open] .btn.primary").click()
    expect(page.locator(".c-told")).to_contain_text("Ana")
    assert Seat.objects.get(pk=ana.pk).removed_at
    assert play.fresh(room).step == "voice"
    page.locator(".c-next").click()
    page.locator("#acts dialog[open] .btn.primary").click()
    at(page, "chain")
    assert play.fresh(room).step == "chain:2"


def test_of_two_consoles_one_acts_and_the_other_is_told(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    """The second window is off the line, as after sleep, and so shows the room as it was."""
    page = opened(come_in, cast, room)
    late = opened(come_in, cast, room)
    late.route("**/live**", lambda route: route.abort())
    late.route("**/console/now/", lambda route: route.abort())
    page.keyboard.press("n")
    page.locator("#acts dialog[open] .btn.primary").click()
    at(page, "mirror")
    at(late, "lobby")
    late.locator(".c-next").click()
    late.locator("#acts dialog[open] .btn.primary").click()
    expect(late.locator(".c-told[role=alert]")).to_be_visible()
    at(late, "mirror")
    assert play.fresh(room).step == "mirror"


def test_what_happens_on_phones_comes_by_itself_and_a_half_typed_length_stays(
    cast: Cast, come_in: ComeIn, room: Workshop
) -> None:
    page = opened(come_in, cast, room)
    page.locator("#c-lengths summary").click()
    page.locator('[data-open="c-length"]').click()
    page.locator("#c-minutes").fill("9")
    ana = play.sit(room, "Ana", cast.sales, now=timezone.now())
    play.to(room, "mirror", now=timezone.now())
    taking.score(play.seated(ana), 7, timezone.now())
    at(page, "mirror")
    expect(page.locator(".c-figure b")).to_have_text("1")
    expect(page.locator("#c-minutes")).to_have_value("9")
    page.locator("#c-length .btn.primary").click()
    expect(page.locator("#c-length")).not_to_be_visible()
    expect(page.locator("#c-clock")).to_have_text(re.compile(r"^[89]:\d\d$"))
    expect(page.locator("#c-heard")).not_to_be_empty()


def test_another_facilitator_takes_over_and_the_first_one_sees_it(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    gabi = build.person(cast.company, "Gabi", role=Role.FACILITATOR)
    first = opened(come_in, cast, room)
    second = come_in(gabi, address(room))
    is_live(second)
    expect(second.locator(".c-banner")).to_contain_text("Fede")
    expect(second.locator(".c-next")).to_be_disabled()
    second.locator('[formaction*="take-over"]').click()
    expect(second.locator(".c-next")).to_be_enabled()
    expect(first.locator(".c-banner")).to_contain_text("Gabi")


def test_the_clock_at_its_end_says_so_and_cuts_nobody_off(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    now = timezone.now()
    here = play.to(room, "voice", now=now)
    running.start_timer(here, cast.actor("fede"), here.version, now - timedelta(seconds=57), minutes=1)
    page = opened(come_in, cast, room)
    expect(page.locator("#c-clock[data-out]")).to_have_text("0:00")
    expect(page.locator("#c-heard")).not_to_be_empty()
    assert play.fresh(room).step == "voice"


def test_without_javascript_the_room_is_driven_all_the_same(cast: Cast, come_in: ComeIn, room: Workshop) -> None:
    page = come_in(cast.fede, address(room), java_script_enabled=False)
    page.locator(".c-next").click()
    page.locator('[formaction$="/timer/"]').click()
    expect(page.locator(".c-timer.running")).to_be_visible()
    page.locator('.c-steps [value="chain:2"]').click()
    page.locator('[formaction$="/undo/"]').click()
    expect(page.locator(".message.success")).to_be_visible()
    assert play.fresh(room).step == "mirror"


def test_every_scene_fits_and_is_accessible(cast: Cast, come_in: ComeIn) -> None:
    """On a laptop what one says, steps, clock and *Next* stand above the fold; nothing is wider than a phone."""
    stage = scenes.line(cast, timezone.now())
    here = address(stage.room)
    windows = {
        "laptop": come_in(cast.fede, here),
        "phone": come_in(cast.fede, here, **PHONE),
        "night": come_in(cast.fede, here, color_scheme="dark"),
    }
    wrong: list[str] = []
    for name in scenes.scenes(stage, 2):
        if play.fresh(stage.room).closed_at:
            continue
        for size, page in windows.items():
            page.goto(here)
            found = page.evaluate(FOLD)
            if found["wide"] > 0 or (size == "laptop" and found["below"]):
                wrong.append(f"{name} {size}: {found}")
            page.evaluate(AXE)
            rules = ["color-contrast"] if size == "night" else []
            wrong += [f"{name} {size}: {fault}" for fault in page.evaluate(RUN_AXE, rules)]
    assert not wrong, "\n".join(wrong)


def test_news_between_a_press_and_its_answer_does_not_lose_the_answer(
    cast: Cast, come_in: ComeIn, room: Workshop
) -> None:
    """The room is looking again when something is pressed: the form that waits for its answer stays where it is."""
    page = opened(come_in, cast, room)
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    looks: list[Any] = []
    acts: list[Any] = []
    page.route("**/console/now/", lambda route: looks.append(route))
    page.route("**/console/go/", lambda route: acts.append(route))
    with page.expect_request("**/console/now/"):
        play.sit(room, "Ana", cast.sales, now=timezone.now())
    with page.expect_request("**/console/go/"):
        page.locator('.c-steps [value="answers"]').click()
    with page.expect_response("**/console/now/"):
        looks[0].continue_()
    acts[0].continue_()
    at(page, "answers")
    is_live(page)
    expect(page.locator(".c-count b")).to_have_text("1")
    assert errors == []

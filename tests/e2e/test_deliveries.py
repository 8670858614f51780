"""From a late delivery to a mended one on two screens; on a phone; without a script; and the client's own page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contracts import by_link
from contracts.models import Commitment, Occurrence
from tests import asks, promises
from tests.cast import Cast
from tests.e2e import screens
from tests.e2e.conftest import ComeIn
from tests.e2e.test_every_page import AXE as AXE_SCRIPT
from tests.e2e.test_every_page import RUN_AXE, faults_of

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PLAIN: dict[str, Any] = {"java_script_enabled": False}


@pytest.fixture
def plan(cast: Cast) -> Commitment:
    """Each week since a fortnight, and nothing was delivered."""
    began = timezone.now() - timedelta(days=15)
    return promises.promise(cast, terms=asks.weekly("Plan semanal", first_on=began.date()), now=began)


def late(plan: Commitment) -> Occurrence:
    return promises.first(plan)


def answer(page: Page, **said: str) -> None:
    """Press the three answers, and go on."""
    for name, value in said.items():
        page.locator(f'form .yesno label:has(input[name="{name}"][value="{value}"])').click()


def test_late_then_judged_then_mended_on_two_screens(cast: Cast, plan: Commitment, come_in: ComeIn) -> None:
    row = late(plan)
    luis = come_in(cast.luis, screens.desk(cast))
    ana = come_in(cast.ana, screens.promise(cast, plan))
    screens.is_live(luis)
    screens.is_live(ana)
    expect(ana.locator(f"#time-{row.ref} .pill.overdue")).to_be_visible()

    # Two taps.
    luis.locator(f"#due-deliver-{row.ref}").click()
    luis.locator("#deliver-done").click()
    expect(luis.locator("#act-dialog")).not_to_be_visible()
    expect(luis.locator("#toasts")).to_contain_text("Ventas")

    # The other screen shows by itself that it came late, and asks how it was.
    expect(ana.locator(f"#time-{row.ref} .pill.broken")).to_be_visible()
    ana.locator(f"#judge-now-{row.ref}").click()
    answer(ana, on_time="no", worked="yes", easy="yes")
    ana.locator("#judge-read").click()
    expect(ana.locator(".read-back.soon")).to_be_visible()
    ana.locator("#judge-confirm").click()

    expect(ana.locator(f"#time-{row.ref} .pill.repaired")).to_be_visible()
    luis.goto(screens.promise(cast, plan))
    expect(luis.locator(f"#time-{row.ref} .pill.repaired")).to_be_visible()


def test_what_did_not_work_comes_back_and_is_mended(cast: Cast, plan: Commitment, come_in: ComeIn) -> None:
    row = promises.deliver(cast, late(plan), now=timezone.now())
    ana = come_in(cast.ana, screens.act(cast, row, "judge"))
    answer(ana, on_time="yes", worked="no", easy="no")
    ana.locator("#judge-read").click()
    expect(ana.locator("#judge-words")).to_be_focused()
    ana.locator("#judge-words").fill("Faltan tres direcciones.")
    ana.locator("#judge-read").click()
    expect(ana.locator(".read-back.broken")).to_contain_text("Logística")
    ana.locator("#judge-confirm").click()
    ana.wait_for_url("**/promises/**")
    expect(ana.locator(f"#time-{row.ref}")).to_contain_text("Faltan tres direcciones.")

    luis = come_in(cast.luis, screens.promise(cast, plan))
    luis.locator(f"#deliver-now-{row.ref}").click()
    expect(luis.locator("#act .note.broken")).to_be_visible()
    luis.locator("#deliver-done").click()
    expect(luis.locator(f"#retract-{row.ref}")).to_be_attached()


@pytest.mark.parametrize("options", [PHONE, PLAIN], ids=["phone", "plain"])
def test_the_same_on_a_phone_and_without_a_script(
    cast: Cast, plan: Commitment, come_in: ComeIn, options: dict[str, Any]
) -> None:
    row = late(plan)
    luis = come_in(cast.luis, screens.desk(cast), **options)
    luis.locator(f"#due-deliver-{row.ref}").click()
    luis.locator("#deliver-more summary").click()
    luis.locator("#deliver-note").fill("Con el correo de hoy.")
    luis.locator("#deliver-done").click()
    luis.goto(screens.promise(cast, plan))
    expect(luis.locator(f"#time-{row.ref}")).to_contain_text("Con el correo de hoy.")

    ana = come_in(cast.ana, screens.desk(cast), **options)
    ana.locator(f"#say-judge-{row.ref}").click()
    answer(ana, on_time="no", worked="yes", easy="no")
    ana.locator("#judge-read").click()
    ana.locator("#judge-again").click()
    expect(ana.locator('input[type=radio][name="easy"][value="no"]')).to_be_checked()
    answer(ana, easy="yes")
    ana.locator("#judge-read").click()
    ana.locator("#judge-confirm").click()
    ana.goto(screens.promise(cast, plan))
    expect(ana.locator(f"#time-{row.ref} .pill.repaired")).to_be_visible()


def test_the_share_is_said_while_one_types_by_keyboard(cast: Cast, come_in: ComeIn) -> None:
    began = timezone.now() - timedelta(days=15)
    share = promises.promise(cast, terms=asks.measured(first_on=began.date()), now=began)
    row = promises.first(share)
    luis = come_in(cast.luis, screens.promise(cast, share))
    luis.locator(f"#deliver-now-{row.ref}").focus()
    luis.keyboard.press("Enter")
    luis.locator("#deliver-numerator").fill("37")
    luis.locator("#deliver-denominator").fill("40")
    expect(luis.locator(".measure-said.broken")).to_contain_text("92")
    luis.locator("#deliver-numerator").fill("39")
    expect(luis.locator(".measure-said.kept")).to_be_visible()
    luis.keyboard.press("Enter")
    expect(luis.locator(f"#time-{row.ref}")).to_contain_text("39")
    # The focus is somewhere that can be gone on from.
    expect(luis.locator("main :focus")).to_have_count(1)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_clients_page_on_a_phone(cast: Cast, come_in: ComeIn, language: str) -> None:
    began = timezone.now() - timedelta(days=15)
    terms = asks.weekly("Fecha cierta", first_on=began.date())
    promised = promises.promise(cast, cast.to_client, terms=terms, now=began)
    row = promises.fresh(promises.deliver(cast, promises.first(promised), now=timezone.now()))
    path = by_link.path_for(row, language)
    client = come_in(None, path, **PHONE)
    _is_sound(client, language)
    expect(client.locator("nav")).to_have_count(0)

    client.locator("#client-read").click()
    expect(client.locator(".errorlist")).to_have_count(3)
    _is_sound(client, language)
    answer(client, on_time="yes", worked="yes", easy="yes")
    client.locator("#client-read").click()
    _is_sound(client, language)
    client.locator("#client-confirm").click()
    expect(client.locator(".client-closed h1")).to_be_visible()
    _is_sound(client, language)

    answered = client.goto(path)
    assert answered is not None
    assert answered.status == 410
    _is_sound(client, language)


def _is_sound(page: Page, language: str) -> None:
    assert list(faults_of(page.content(), language)) == []
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(RUN_AXE, []) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_values_are_pasted_looked_at_and_taken_over(cast: Cast, come_in: ComeIn) -> None:
    began = timezone.now() - timedelta(days=15)
    share = promises.promise(cast, terms=asks.measured(first_on=began.date()), now=began)
    days = [row.slot for row in promises.times(share)[:2]]
    luis = come_in(cast.luis, screens.path(cast, "contracts:values", ref=share.ref))
    luis.locator("#id_text").fill(f"{days[0]};96,5\nayer;1\n{days[1]};90")
    luis.locator("#look").click()
    expect(luis.locator("#preview tbody tr.refused")).to_have_count(1)
    luis.locator("#take-over").click()
    luis.wait_for_url("**/promises/**")
    expect(luis.locator("#promise-history .pill.plain.kept")).to_have_count(1)
    expect(luis.locator("#promise-history .pill.plain.broken")).to_have_count(1)

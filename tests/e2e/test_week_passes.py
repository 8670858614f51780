"""What becomes of a promise, as a visitor of the demo plays it: late, told in letters, judged, mended. A real server, a
real worker, two browsers; time passes because the visitor says so, and nobody waits for it.
"""

from __future__ import annotations

import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.demo.cast import PEOPLE
from config.demo.telling import tell
from config.env import ROOT
from config.processes import spawn, stop, wait_until
from contracts.models import Commitment, Digest, Notice, Occurrence, Rung
from contracts.words import Ladder
from post.models import Letter
from tests.e2e import screens
from tests.e2e.conftest import StartServer, _environment

# The workers begin to look two thirds of a second after the jump; a busy machine takes its time.
SOON = 45_000


@pytest.fixture
def demo(transactional_db: None, start_server: StartServer, tmp_path: Path) -> Iterator[str]:
    """A demo with a clock, a queue and a worker of its own."""
    own = {"DEMO": "1", "REDIS_PREFIX": f"{settings.REDIS_PREFIX}-{secrets.token_hex(4)}"}
    tell(timezone.now())
    command = [sys.executable, "-m", "celery", "-A", "config.celery:app", "worker", "-c", "1", "-l", "WARNING"]
    options = ["--without-gossip", "--without-mingle"]
    address = start_server(**own)
    # It writes the addresses in the letters.
    environment = _environment(**own, BASE_URL=address)
    worker = spawn("worker", [*command, *options], tmp_path / "worker.log", env=environment, cwd=ROOT)
    yield address
    died = worker.dead
    worker.stop_signal = signal.SIGTERM
    stop([worker], 10)
    assert not died, worker.last_words(30)


@pytest.fixture
def window(demo: str, browser: Browser) -> Iterator[Callable[[], Page]]:
    contexts: list[BrowserContext] = []

    def window() -> Page:
        context = browser.new_context(base_url=demo, locale="es-MX", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(SOON)
        contexts.append(context)
        return context.new_page()

    yield window
    for context in contexts:
        context.close()


def comes_in(page: Page, slug: str) -> None:
    page.goto(f"/demo/{slug}/")
    page.locator(".demo-door button").click()
    page.wait_for_url("**/o/**")
    expect(page.locator("header .person-name")).to_have_text(PEOPLE[slug].name)


def lets_pass(page: Page, length: str) -> None:
    before = page.locator("#demo-time b").inner_text()
    page.locator(f'#demo-time button[value="{length}"]').click()
    expect(page.locator(".message.success")).to_be_visible()
    expect(page.locator("#demo-time b")).not_to_have_text(before)


def answer(page: Page, **said: str) -> None:
    for name, value in said.items():
        page.locator(f'form .yesno label:has(input[name="{name}"][value="{value}"])').click()


def test_late_told_judged_and_mended_while_a_week_passes(demo: str, window: Callable[[], Page]) -> None:
    promise = Commitment.objects.select_related("link").get(clause__outcome__startswith="Seis patas")
    row = Occurrence.objects.get(commitment=promise)
    org = f"/o/{promise.organization.ref}"
    wall, hands = window(), window()
    comes_in(wall, "vera")
    link = wall.locator(f"#link-{promise.link.ref}")
    expect(link).to_have_attribute("class", "lnk soon")
    screens.is_live(wall)
    day_on_the_wall = wall.locator("#demo-time b").inner_text()

    # The hour comes, and nothing was delivered: the link breaks on the other screen.
    comes_in(hands, "marta")
    lets_pass(hands, "day")
    expect(link).to_have_attribute("class", "lnk broken", timeout=SOON)
    expect(wall.locator("#demo-time b")).not_to_have_text(day_on_the_wall)

    # The production lead is reminded, and reports it: late.
    mailbox = hands.context.new_page()
    mailbox.goto("/demo/mailbox/")
    to_marta = mailbox.locator("#letters .item", has_text=PEOPLE["marta"].email).filter(has_text="Seis patas")
    expect(to_marta.first).to_be_visible(timeout=SOON)
    hands.goto(f"{org}/desk/")
    hands.locator(f"#due-deliver-{row.ref}").click()
    hands.locator("#deliver-done").click()
    expect(hands.locator(f"#due-deliver-{row.ref}")).to_have_count(0)
    row.refresh_from_db()
    assert row.delivered_at is not None
    assert row.delivered_at > row.due_at
    expect(link).to_have_attribute("class", "lnk broken")

    # A week passes without a verdict: reminder, escalation and Monday's digests come into the mailbox that is open.
    comes_in(hands, "celia")
    last = Letter.objects.latest("pk").pk
    screens.is_live(mailbox)
    lets_pass(hands, "week")
    since = Letter.objects.filter(pk__gt=last, state=Letter.State.SENT)
    for slug in ("celia", "marta", "fede"):
        for kind in ("contracts.reminder", "contracts.digest"):
            came = since.filter(to_email=PEOPLE[slug].email, kind=kind)
            assert wait_until(came.exists, 45), (slug, kind)
            expect(mailbox.locator(f"#letter-{came.latest('pk').ref}")).to_be_visible(timeout=SOON)
    rung = Rung.objects.get(occurrence=row, kind=Ladder.VERDICT)
    told = set(Notice.objects.filter(rung=rung).values_list("membership__user__name", flat=True))
    assert rung.n == 3
    assert told >= {"Celia Prado", "Marta Solís", "Federico Salas"}
    assert Digest.objects.filter(membership__user__name="Celia Prado").count() >= 2

    # She reads the reminder, and judges from it: it worked, and the link mends on the other screen.
    reminder = since.get(to_email=PEOPLE["celia"].email, kind="contracts.reminder", text__contains="/judge/")
    hands.goto(f"/demo/mailbox/{reminder.ref}/")
    hands.locator(f'.mailbox-text a[href$="/deliveries/{row.ref}/judge/"]').first.click()
    answer(hands, on_time="no", worked="yes", easy="yes")
    hands.locator("#judge-read").click()
    hands.locator("#judge-confirm").click()
    hands.wait_for_url("**/promises/**")
    expect(hands.locator(f"#time-{row.ref} .pill.repaired")).to_be_visible()
    expect(link).to_have_attribute("class", "lnk kept", timeout=SOON)

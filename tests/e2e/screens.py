"""The screens of a conversation and of a contract as hands use them, with JavaScript or without, in either language."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from areas.models import Link, Membership
from contracts.models import Commitment, Occurrence
from requests.models import Ask
from tests.cast import Cast


def path(cast: Cast, name: str, **more: object) -> str:
    return reverse(name, kwargs={"org": cast.organization.ref, **more})


def board(cast: Cast) -> str:
    return path(cast, "contracts:board")


def sheet(cast: Cast, link: Link) -> str:
    return path(cast, "contracts:sheet", link=link.ref)


def talk(cast: Cast, ask: Ask) -> str:
    return path(cast, "requests:ask", ref=ask.ref)


def desk(cast: Cast) -> str:
    return path(cast, "requests:desk")


def promise(cast: Cast, commitment: Commitment) -> str:
    return path(cast, "contracts:promise", ref=commitment.ref)


def act(cast: Cast, row: Occurrence, verb: str) -> str:
    return path(cast, f"contracts:{verb}", ref=row.ref)


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - a day well ahead in every zone


def is_live(page: Page) -> None:
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")


def is_not_live(page: Page) -> None:
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "off")


def fill(form: Locator, **said: str) -> None:
    """Fields by their name, in the order given: a choice shows the fields that come after it."""
    for name, value in said.items():
        radio = form.locator(f'input[type=radio][name="{name}"][value="{value}"]')
        if radio.count():
            radio.check()
            continue
        field = form.locator(f'[name="{name}"]:not([type=hidden])')
        if field.evaluate("(field) => field.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)


def after_event(outcome: str, number: int = 4, event: str = "el retraso se conoce") -> dict[str, str]:
    return {
        "outcome": outcome,
        "shape": "once",
        "once_as": "after",
        "within": str(number),
        "within_unit": "hours",
        "event": event,
    }


def weekly(outcome: str) -> dict[str, str]:
    return {"outcome": outcome, "shape": "recurring", "every": "week", "interval": "1", "first_on": in_days(9)}


def measured(outcome: str, what: str, target: int = 95) -> dict[str, str]:
    more = {"indicator": what, "compare": "ge", "target": str(target), "unit": "%"}
    return {**weekly(outcome), "shape": "measured", **more}


def fill_ask(page: Page, *, why: str = "", **said: str) -> None:
    form = page.locator("#asking")
    fill(form, **said)
    if why:
        form.locator(".whys label", has_text=why).locator("input").check()


def send_ask(page: Page) -> Ask:
    """Press *Ask*; the page is the conversation then."""
    page.locator("#asking button[name=ask]").click()
    expect(page.locator("#talk")).to_be_visible()
    found = re.search(r"/asks/(\w+)/", page.url)
    assert found
    return Ask.objects.get(ref=found[1])


def move(page: Page, verb: str) -> Locator:
    """The act, opened."""
    found = page.locator(f"#move-{verb}")
    expect(found).to_be_visible()
    if found.get_attribute("open") is None:
        found.locator("summary").first.click()
    expect(found).to_have_attribute("open", "")
    return found.locator("form")


def press(form: Locator) -> None:
    form.locator("button.send").click()


def agree(page: Page, owner: Membership, words: str = "") -> None:
    form = move(page, "agree")
    fill(form, owner=owner.ref, words=words)
    press(form)
    has_state(page, "agreed")


def counter(page: Page, words: str, **terms: str) -> None:
    form = move(page, "counter")
    fill(form, **terms, words=words)
    press(form)
    has_state(page, "countered")


def decline(page: Page, words: str) -> None:
    form = move(page, "decline")
    fill(form, words=words)
    press(form)
    has_state(page, "declined")


def has_state(page: Page, state: str) -> None:
    expect(page.locator(f"#talk .card-head .pill.{state}")).to_be_visible()


def sign(page: Page, side: str) -> None:
    """From the sheet: read the text back and sign it."""
    page.locator(f"#sign-{side}").click()
    page.locator("button#sign").click()
    expect(page.locator("#sheet-head")).to_be_visible()


def write_shoes(page: Page, **words: str) -> None:
    page.locator("#shoes-edit").click()
    form = page.locator("#shoes form")
    fill(form, **words)
    page.locator("#shoes-save").click()
    expect(page.locator("#shoes-save")).to_have_count(0)
    expect(page.locator("#shoes")).to_contain_text(next(iter(words.values())))

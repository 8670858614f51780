"""From the front door to a drawn chain, counted in actions, in both languages and without JavaScript."""

import re
from collections.abc import Callable
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page, expect

from areas.models import Area, Invitation, Link, Organization
from post.models import Letter

MOST_ACTIONS = 12


class Hand:
    """Fills and clicks, and counts how often."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def fill(self, selector: str, text: str) -> None:
        self.actions += 1
        self.page.locator(selector).fill(text)

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.locator(selector).click()

    def choose(self, selector: str, value: str) -> None:
        self.actions += 1
        self.page.locator(selector).select_option(value)


@pytest.fixture
def fresh_page(browser: Browser) -> Callable[..., Page]:
    def fresh(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        return context.new_page()

    return fresh


def code_for(email: str) -> str:
    return Letter.objects.filter(to_email=email, kind="account.code").latest("pk").code


def come_in(hand: Hand, server: str, email: str) -> None:
    hand.page.goto(f"{server}/")
    hand.click(".hero .btn.primary")
    hand.fill("input[name=login]", email)
    hand.click("main form .btn.primary >> nth=0")
    expect(hand.page.locator("input[name=code]")).to_be_visible()
    hand.fill("input[name=code]", code_for(email))
    hand.click("main form .btn.primary >> nth=0")
    expect(hand.page.locator("#id_name")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "scripts", "client"),
    [("es-MX", True, "Cliente"), ("en-GB", True, "Client"), ("es-MX", False, "Cliente")],
)
def test_two_minutes_from_sign_in_to_a_chain(
    server: str, fresh_page: Callable[..., Page], locale: str, scripts: bool, client: str
) -> None:
    page = fresh_page(locale=locale, java_script_enabled=scripts)
    come_in(Hand(page), server, "nadia@example.com")
    hand = Hand(page)
    hand.fill("#id_name", "Nadia Nieto")
    hand.click("main form .btn.primary")
    expect(page.locator("#id_country")).to_have_value(locale[-2:])
    hand.fill("#id_name", "Panadería Sol")
    hand.click("main form .btn.primary")
    hand.fill("#id_name-logistics", "Reparto")
    hand.click("input[name=keep-administration]")
    hand.click("main form .btn.primary")
    hand.fill("#id_people", "Ana <ana@example.com>, Reparto\nesto no es nadie")
    hand.click("main form .btn.primary")
    expect(page.locator(".form-errors")).to_contain_text("esto no es nadie")
    expect(page.locator("#id_people")).to_have_value("esto no es nadie")
    hand.fill("#id_people", "")
    hand.click("main form .btn.primary")
    organization = Organization.objects.get(name="Panadería Sol")
    page.wait_for_url(re.compile(f"/o/{organization.ref}/$"))
    expect(page.locator("main")).to_contain_text("Reparto")
    assert hand.actions <= MOST_ACTIONS
    assert organization.language == locale[:2]
    assert Area.objects.filter(organization=organization, name=client).exists()
    assert Link.objects.filter(organization=organization).count() == 3
    assert Invitation.objects.get().area == Area.objects.get(name="Reparto")


def test_an_invited_person_comes_in_on_a_phone(server: str, fresh_page: Callable[..., Page]) -> None:
    desk = fresh_page(locale="es-MX")
    come_in(Hand(desk), server, "nadia@example.com")
    hand = Hand(desk)
    for selector, text in (("#id_name", "Nadia"), ("#id_name", "Sol")):
        hand.fill(selector, text)
        hand.click("main form .btn.primary")
    desk.wait_for_url(re.compile("/begin/chain/"))
    hand.click("main form .btn.primary")
    hand.fill("#id_people", "Ana Robles <ana@example.com>, ventas")
    hand.click("main form .btn.primary")
    desk.wait_for_url(re.compile(r"/o/\w+/$"))
    letter = Letter.objects.get(kind="person.invited")
    found = re.search(r"https?://\S+/invitations/\w+/", letter.text)
    assert found
    phone = fresh_page(locale="es-MX", viewport={"width": 390, "height": 844})
    phone.goto(server + urlparse(found[0]).path)
    phone.locator("input[name=login]").fill("ana@example.com")
    phone.locator("main form .btn.primary >> nth=0").click()
    expect(phone.locator("input[name=code]")).to_be_visible()
    phone.locator("input[name=code]").fill(code_for("ana@example.com"))
    phone.locator("main form .btn.primary >> nth=0").click()
    expect(phone.get_by_role("heading", name="Sol")).to_be_visible()
    assert phone.evaluate("() => document.documentElement.scrollWidth") == 390
    phone.locator("main form .btn.primary").click()
    phone.wait_for_url(re.compile(r"/o/\w+/$"))
    # The name stood in the list, so nobody asks for it.
    phone.goto(f"{server}/profile/")
    expect(phone.locator("#id_name")).to_have_value("Ana Robles")

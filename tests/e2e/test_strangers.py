"""Who comes from elsewhere finds nothing, who only reads has no buttons, and who signs in comes back to the page."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from post.models import Letter
from tests import asks
from tests.cast import Cast
from tests.e2e import screens
from tests.e2e.conftest import ComeIn
from tests.e2e.pages import everything, pages_of


def test_for_a_stranger_no_page_of_the_company_exists(cast: Cast, come_in: ComeIn) -> None:
    world = everything(cast, timezone.now())
    olga = come_in(cast.olga, f"/o/{cast.elsewhere.ref}/")
    theirs = [page.path for page in pages_of(world) if page.path.startswith(f"/o/{cast.organization.ref}/")]
    assert len(theirs) > 30

    found = {path: olga.request.get(path, max_redirects=0) for path in theirs}

    assert {path: answer.status for path, answer in found.items() if answer.status not in (404, 405)} == {}
    for path, answer in found.items():
        if answer.status == 404:
            assert "Muebles del Norte" not in answer.text(), path


def test_a_stranger_sees_a_kind_page(cast: Cast, come_in: ComeIn) -> None:
    answer_of = asks.asked(cast)
    olga = come_in(cast.olga, screens.talk(cast, answer_of))

    expect(olga.get_by_role("heading", level=1)).to_be_visible()
    expect(olga.locator("body")).not_to_contain_text("Ventana de entrega")
    olga.locator("main a.btn").first.click()
    expect(olga.locator("main")).to_be_visible()
    assert cast.organization.ref not in olga.url


def test_a_viewer_reads_everything_and_has_nothing_to_press(cast: Cast, come_in: ComeIn) -> None:
    world = everything(cast, timezone.now())
    vera = come_in(cast.vera, screens.board(cast))
    read = [screens.sheet(cast, link) for link in (cast.to_client, cast.to_sales, cast.to_logistics)]
    read += [screens.talk(cast, ask) for name, ask in world.asks.items() if name != "draft"]
    read += [screens.path(cast, "requests:problem", ref=problem.ref) for problem in world.problems.values()]
    read += [screens.path(cast, name) for name in ("requests:problems", "requests:desk", "contracts:contracts")]
    read += [screens.path(cast, "areas:people"), screens.path(cast, "areas:area", ref=cast.sales.ref)]
    for path in read:
        answer = vera.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert vera.locator("main form[method=post]").count() == 0, path
        assert vera.locator("main details.move").count() == 0, path
        assert vera.locator("#ask-need, #ask-requirement, #shoes-edit, #sign-customer, #sign-supplier").count() == 0


def test_a_viewers_hand_on_an_act_is_refused_with_a_sentence(cast: Cast, come_in: ComeIn) -> None:
    ask = asks.asked(cast)
    vera = come_in(cast.vera, screens.path(cast, "contracts:shoes", link=cast.to_sales.ref))
    expect(vera.get_by_role("heading", level=1)).to_be_visible()
    vera.goto(screens.path(cast, "areas:settings"))
    expect(vera.locator("main")).to_contain_text("Muebles del Norte")
    assert ask.acts.count() == 2


@pytest.fixture
def unknown(page: Page) -> Page:
    page.set_default_timeout(10_000)
    return page


def test_who_is_not_signed_in_signs_in_and_comes_back(cast: Cast, server: str, unknown: Page) -> None:
    wanted = screens.sheet(cast, cast.to_sales)
    unknown.goto(server + wanted)
    assert "/accounts/login/" in unknown.url
    expect(unknown.locator("body")).not_to_contain_text("Logística")

    unknown.locator("input[name=login]").fill(cast.ana.user.email)
    unknown.locator("main form .btn.primary").first.click()
    expect(unknown.locator("input[name=code]")).to_be_visible()
    unknown.locator("input[name=code]").fill(Letter.objects.get(kind="account.code").code)
    unknown.locator("main form .btn.primary").first.click()

    unknown.wait_for_url(f"{server}{wanted}")
    expect(unknown.locator("h1")).to_contain_text("Logística")
    expect(unknown.locator("#ask-need")).to_be_visible()


def test_an_address_elsewhere_is_not_come_back_to(cast: Cast, server: str, unknown: Page) -> None:
    unknown.goto(f"{server}/accounts/login/?next=https://example.com/")
    unknown.locator("input[name=login]").fill(cast.ana.user.email)
    unknown.locator("main form .btn.primary").first.click()
    unknown.locator("input[name=code]").fill(Letter.objects.get(kind="account.code").code)
    unknown.locator("main form .btn.primary").first.click()

    unknown.wait_for_url(f"{server}{screens.board(cast)}")

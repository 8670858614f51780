"""What a promise depends on, chosen on the sheet: the form, who may, what is refused, and what the line says of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts import depending, drafting
from contracts.models import Commitment, Dependency
from contracts.sheets import Sheet
from contracts.sheets.kept import Kept
from requests.states import Direction
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.test_promise_pages import HTMX, address, browser, post, text
from tests.contracts.test_sheet import address as sheet_of

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def window(cast: Cast) -> Commitment:
    """What logistics owes sales."""
    return promises.promise(cast, terms=asks.once("Ventana de entrega", due_on=(NOW + 4 * DAY).date()))


@pytest.fixture
def orders(cast: Cast) -> Commitment:
    """What sales owes logistics, two days before."""
    return promises.requirement(cast, terms=asks.once("Órdenes completas", due_on=(NOW + 2 * DAY).date()))


def line(cast: Cast, commitment: Commitment, who: str = "luis", now: object = NOW) -> Kept:
    sheet = Sheet(drafting.contract_of(cast.to_sales), cast.actor(who), now)  # type: ignore[arg-type]
    found = next(e.kept for lane in sheet.lanes for e in lane.entries if e.ask.pk == commitment.ask_id)
    assert found is not None
    return found


def test_the_line_opens_the_form_for_whoever_may_choose(cast: Cast, window: Commitment, orders: Commitment) -> None:
    for member in (cast.luis, cast.ana, cast.fede):
        page = browser(member).get(sheet_of(cast)).content.decode()
        for commitment in (window, orders):
            assert f'id="depend-{commitment.ref}"' in page
            assert f'hx-get="{address(commitment, "depend")}"' in page
    for member in (cast.victor, cast.marta, cast.vera):
        assert address(window, "depend") not in browser(member).get(sheet_of(cast)).content.decode()


def test_it_is_chosen_on_the_page_and_one_is_back_at_the_line(
    cast: Cast, window: Commitment, orders: Commitment
) -> None:
    luis = browser(cast.luis)
    page = luis.get(address(window, "depend"))
    assert page.status_code == 200
    assert "<html" in page.content.decode()
    assert f'value="{orders.ref}"' in page.content.decode()
    assert "What it needs from Ventas" in text(page)

    answer = post(cast.luis, window, "depend", sheet="1", requirement=orders.ref)

    assert answer.status_code == 302
    assert answer["Location"] == f"{sheet_of(cast)}#ask-{window.ask.ref}"
    assert list(window.depends_on.values_list("requirement", flat=True)) == [orders.pk]
    said = text(luis.get(sheet_of(cast)))
    assert "Depends on: «Órdenes completas»" in said
    # What was chosen is not offered again, but can be ended.
    page = luis.get(address(window, "depend"))
    assert 'type="radio"' not in page.content.decode()
    assert f'id="undepend-{orders.ref}"' in page.content.decode()
    assert "There is nothing more to choose." in text(page)


def test_over_the_sheet_it_is_told_by_a_signal(cast: Cast, window: Commitment, orders: Commitment) -> None:
    fragment = browser(cast.ana).get(address(window, "depend"), headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert 'hx-target="#act"' in fragment

    for verb in ("depend", "undepend"):
        answer = post(cast.ana, window, verb, htmx=True, sheet="1", requirement=orders.ref)
        assert answer.status_code == 204
        assert json.loads(answer["HX-Trigger"])["done"]["sentence"]
    assert not window.depends_on.filter(ended_at=None).exists()


def test_ending_it_without_javascript_goes_back_to_the_line(cast: Cast, window: Commitment, orders: Commitment) -> None:
    promises.depend(cast, window, orders)
    for _again in range(2):
        answer = post(cast.luis, window, "undepend", sheet="1", requirement=orders.ref)
        assert answer["Location"] == f"{sheet_of(cast)}#ask-{window.ask.ref}"
    assert Dependency.objects.get().ended_at is not None


def test_other_terms_that_wait_for_signatures_keep_their_line(
    cast: Cast, window: Commitment, orders: Commitment
) -> None:
    change = asks.agreed(cast, asks.asked(cast, replaces=window.ask, terms=asks.weekly("Ventana y aviso")))
    answer = post(cast.luis, window, "depend", sheet="1", requirement=orders.ref)
    anchor = answer["Location"].partition("#")[2]
    assert anchor == f"ask-{change.ref}"
    assert f'id="{anchor}"' in browser(cast.luis).get(sheet_of(cast)).content.decode()


def test_nothing_chosen_is_said_beside_the_choices(cast: Cast, window: Commitment, orders: Commitment) -> None:
    answer = post(cast.luis, window, "depend", htmx=True, sheet="1")
    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()
    assert "Choose the promise that this one needs." in text(answer)
    assert f'value="{orders.ref}"' in answer.content.decode()


def test_a_circle_is_not_offered_and_is_refused_in_words(cast: Cast, window: Commitment, orders: Commitment) -> None:
    promises.depend(cast, window, orders)
    page = browser(cast.ana).get(address(orders, "depend"))
    assert 'type="radio"' not in page.content.decode()
    assert "because it waits for this one already: «Ventana de entrega»" in text(page)
    assert "in return is in force yet" not in text(page)

    answer = post(cast.ana, orders, "depend", sheet="1", requirement=window.ref)

    assert answer.status_code == 422
    assert "the two would wait for each other" in text(answer)
    assert not orders.depends_on.exists()


def test_what_was_chosen_meanwhile_is_refused_in_words(cast: Cast, window: Commitment, orders: Commitment) -> None:
    promises.depend(cast, window, orders)
    answer = post(cast.luis, window, "depend", sheet="1", requirement=orders.ref)
    assert answer.status_code == 422
    assert "It depends on this already." in text(answer)
    assert window.depends_on.count() == 1


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_is_not_of_the_opposite_lane_is_no_choice(cast: Cast, window: Commitment, elsewhere: bool) -> None:
    other = (
        promises.promise(cast, cast.to_logistics, terms=asks.weekly("Plan"))
        if elsewhere
        else promises.promise(cast, terms=asks.weekly("Otra cosa"))
    )
    answer = post(cast.luis, window, "depend", sheet="1", requirement=other.ref)
    assert answer.status_code == 422
    assert not window.depends_on.exists()


def test_nothing_in_return_is_said_with_an_example_and_a_way_on(cast: Cast, window: Commitment) -> None:
    page = browser(cast.luis).get(address(window, "depend"))
    assert "Nothing that Ventas promised Logística in return is in force yet." in text(page)
    assert "For example: «Purchase orders with all twelve fields filled in.»" in text(page)
    new = reverse(
        "requests:new",
        kwargs={"org": cast.organization.ref, "link": cast.to_sales.ref, "direction": Direction.REQUIREMENT.value},
    )
    assert f'id="depend-ask" href="{new}"' in page.content.decode()
    # Ana leads the other side: she does not ask for logistics.
    assert 'id="depend-ask"' not in browser(cast.ana).get(address(window, "depend")).content.decode()


def test_who_may_not(cast: Cast, window: Commitment, orders: Commitment) -> None:
    for verb in ("depend", "undepend"):
        assert post(cast.olga, window, verb, sheet="1", requirement=orders.ref).status_code == 404
    assert browser(cast.olga).get(address(window, "depend")).status_code == 404
    for member in (cast.vera, cast.marta, cast.victor):
        assert browser(member).get(address(window, "depend")).status_code == 403
        for verb in ("depend", "undepend"):
            assert post(member, window, verb, sheet="1", requirement=orders.ref).status_code == 403
    luis = browser(cast.luis)
    for verb in ("depend", "undepend"):
        assert luis.put(address(window, verb)).status_code == 405
    assert luis.get(address(window, "undepend")).status_code == 405
    assert not window.depends_on.exists()


def test_the_line_says_since_when_it_is_not_met_and_what_waits(
    cast: Cast, window: Commitment, orders: Commitment
) -> None:
    promises.depend(cast, window, orders)
    met = line(cast, window).needs[0]
    assert (met.outcome, met.pill, met.said, met.paused_since) == ("Órdenes completas", "kept", "met", None)

    late = promises.first(orders)
    now = late.due_at + timedelta(hours=20)
    depending.sync(late, now)
    found = line(cast, window, now=now)
    assert found.needs[0].unmet_since == late.due_at
    assert found.needs[0].said.startswith("not met since ")
    assert found.needs[0].paused_since == late.due_at
    assert "it waits for «Órdenes completas»" in found.stands
    assert found.waits == ""
    form = browser(cast.luis).get(address(window, "depend"))
    assert f'id="undepend-{orders.ref}"' in form.content.decode()


def test_the_line_says_from_when_to_when_its_due_moment_moved_and_why(
    cast: Cast, window: Commitment, orders: Commitment
) -> None:
    promises.depend(cast, window, orders)
    assert line(cast, window).moved == ""
    late = promises.first(orders)
    promises.deliver(cast, late, now=late.due_at + DAY)
    row = promises.first(window)
    assert row.due_at > row.planned_at
    found = line(cast, window, now=late.due_at + DAY)
    assert found.needs[0].said == "met"
    assert "Its due moment moved from " in found.moved
    assert "because this was not kept in time: «Órdenes completas»." in found.moved


def test_what_was_sent_back_is_not_met_since_then(cast: Cast, window: Commitment, orders: Commitment) -> None:
    promises.depend(cast, window, orders)
    row = promises.first(orders)
    promises.deliver(cast, row, now=row.due_at - timedelta(hours=1))
    at = row.due_at + timedelta(hours=30)
    promises.send_back(cast, row, now=at)
    assert line(cast, window, now=at + DAY).needs[0].unmet_since == at
    promises.deliver(cast, row, now=at + DAY)
    assert line(cast, window, now=at + DAY).needs[0].unmet_since is None


def test_a_pause_behind_a_broken_delivery_is_said_too(cast: Cast) -> None:
    began = NOW - 21 * DAY
    plan = promises.promise(cast, terms=asks.weekly("Plan semanal", first_on=(NOW - 7 * DAY).date()), now=began)
    orders = promises.requirement(cast, terms=asks.once("Órdenes", due_on=(NOW + 2 * DAY).date()), now=began)
    promises.depend(cast, promises.commitment_of(plan.ask), orders, now=began)
    late = promises.first(orders)
    now = late.due_at + timedelta(hours=20)
    depending.sync(late, now)
    found = line(cast, plan, now=now)
    assert found.is_broken
    assert "The clock of another delivery stands still since" in found.waits


@pytest.mark.parametrize("part", ["", "need"])
def test_what_depends_costs_no_queries(cast: Cast, window: Commitment, orders: Commitment, part: str) -> None:
    query = {"part": part} if part else {}

    def queries() -> int:
        luis = browser(cast.luis)
        headers = HTMX if part else {}
        luis.get(sheet_of(cast), query, headers=headers)
        with CaptureQueriesContext(connection) as counted:
            luis.get(sheet_of(cast), query, headers=headers)
        return len(counted)

    promises.depend(cast, window, orders)
    few = queries()
    for n in range(4):
        more = promises.requirement(cast, terms=asks.once(f"Otra {n}"))
        promises.depend(cast, promises.commitment_of(window.ask), more)
    depending.sync_all([promises.first(orders)], timezone.now())
    assert queries() == few

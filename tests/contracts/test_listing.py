"""Everything on one page, and what the contracts want from a person."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from areas.models import Link, Membership
from contracts import drafting
from contracts.shelf import Shelved, Stand, shelf, waiting_for
from contracts.words import Side
from requests import moves
from requests.states import Direction
from requests.words import Process
from tests import asks, build, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def browser(member: Membership) -> Client:
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    return client


def address(cast: Cast, name: str = "contracts") -> str:
    return reverse(f"contracts:{name}", kwargs={"org": cast.organization.ref})


def page(cast: Cast, member: Membership, **query: str) -> str:
    answer = browser(member).get(address(cast), query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def entry(cast: Cast, link: Link) -> Shelved:
    return next(one for one in shelf(cast.actor("vera"), NOW) if one.link == link)


def test_each_link_is_there_with_how_its_contract_stands(cast: Cast) -> None:
    asks.signed(cast, cast.to_sales)
    asks.agreed(cast, link=cast.to_logistics)
    asks.asked(cast, link=cast.to_production)
    stands = {one.link: one.stand for one in shelf(cast.actor("vera"), NOW)}
    assert stands == {
        cast.to_sales: Stand.IN_FORCE,
        cast.to_logistics: Stand.UNSIGNED,
        cast.to_production: Stand.TALKING,
        cast.to_client: Stand.NONE,
    }


def test_a_change_to_sign_says_whose_signature_is_missing(cast: Cast) -> None:
    asks.signed(cast)
    asks.agreed(cast, direction=Direction.REQUIREMENT)
    found = entry(cast, cast.to_sales)
    assert found.stand == Stand.CHANGING
    assert [area.name for area in found.unsigned_areas] == ["Logística", "Ventas"]
    contract = drafting.contract_of(cast.to_sales)
    digest = drafting.proposal(contract).digest
    drafting.sign(contract, Side.SUPPLIER, cast.actor("luis"), digest=digest, now=NOW)
    assert [area.name for area in entry(cast, cast.to_sales).unsigned_areas] == ["Ventas"]


def test_a_proposed_removal_is_a_change_and_a_done_one_is_not(cast: Cast) -> None:
    ask = asks.agreed(cast)
    asks.agreed(cast, direction=Direction.REQUIREMENT)
    contract = drafting.contract_of(cast.to_sales)
    asks.sign_both(cast, contract)
    drafting.propose_removal(contract, ask, cast.actor("ana"), side=Side.CUSTOMER, words="Ya no", now=NOW)
    assert entry(cast, cast.to_sales).stand == Stand.CHANGING
    asks.sign_both(cast, contract)
    found = entry(cast, cast.to_sales)
    assert found.stand == Stand.IN_FORCE
    assert (found.needs.in_force, found.needs.agreed, found.requirements.in_force) == (0, 0, 1)


def test_the_proposal_here_is_the_proposal_of_the_sheet(cast: Cast) -> None:
    old = asks.agreed(cast, terms=asks.once("Ventana"))
    gone = asks.agreed(cast, terms=asks.weekly("Plan"))
    contract = drafting.contract_of(cast.to_sales)
    asks.sign_both(cast, contract)
    asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("Ventana de 2 h")))
    drafting.propose_removal(contract, gone, cast.actor("ana"), side=Side.CUSTOMER, words="Ya no", now=NOW)
    found = entry(cast, cast.to_sales)
    assert found.proposed is not None
    assert found.proposed.digest == drafting.proposal(contract).digest
    assert found.proposed.n == 2


def test_both_lanes_are_counted(cast: Cast) -> None:
    asks.agreed(cast)
    asks.sign_both(cast, drafting.contract_of(cast.to_sales))
    asks.asked(cast, direction=Direction.REQUIREMENT, answer_by=NOW.date() - timedelta(days=1))
    declined = asks.asked(cast)
    moves.decline(declined, cast.actor("luis"), version=declined.version, words="No hay", now=NOW)
    found = entry(cast, cast.to_sales)
    assert (found.needs.in_force, found.needs.open, found.needs.unmet) == (1, 0, 1)
    assert (found.requirements.open, found.unanswered) == (1, 1)


def test_a_need_that_another_area_took_over_is_not_unmet(cast: Cast) -> None:
    ask = asks.asked(cast)
    moves.decline(
        ask, cast.actor("luis"), version=ask.version, words="Es de planta", redirect_to=cast.production, now=NOW
    )
    assert entry(cast, cast.to_sales).unmet == 1
    asks.agreed(cast, ask.redirected_to.get())
    assert entry(cast, cast.to_sales).unmet == 0


def test_the_page_filters_by_area_state_and_problem(cast: Cast) -> None:
    problem = asks.problem(cast, "Saber antes de preguntar")
    first = asks.asked(cast, why=problem)
    asks.asked(cast, link=cast.to_logistics, why=first)
    everything = page(cast, cast.vera)
    for name in ("Logística serves Ventas", "Producción serves Logística", "Administración serves Producción"):
        assert name in everything
    of_area = page(cast, cast.vera, area=cast.administration.ref)
    assert "Administración serves Producción" in of_area
    assert "Logística serves Ventas" not in of_area
    talking = page(cast, cast.vera, state="talking")
    assert "Logística serves Ventas" in talking
    assert "Administración serves Producción" not in talking
    of_problem = page(cast, cast.vera, problem=problem.ref)
    assert "Producción serves Logística" in of_problem
    assert "Administración serves Producción" not in of_problem
    nothing = page(cast, cast.vera, problem=problem.ref, state="in_force")
    assert "No contract like that" in nothing
    assert "Logística serves Ventas" in page(cast, cast.vera, area="unknown", state="odd", problem="none")


def test_no_links_means_an_empty_page_that_says_who_acts(cast: Cast) -> None:
    text = re.sub(
        r"<[^>]+>",
        " ",
        browser(cast.olga).get(reverse("contracts:contracts", kwargs={"org": cast.elsewhere.ref})).content.decode(),
    )
    assert "No links yet, so no contracts" in text
    assert "Draw the chain" in text


def test_strangers_and_other_methods(cast: Cast) -> None:
    for name in ("contracts", "desk"):
        assert browser(cast.olga).get(address(cast, name)).status_code == 404
        assert Client().get(address(cast, name)).status_code == 302
        assert browser(cast.vera).post(address(cast, name)).status_code == 405
        assert browser(cast.vera).get(address(cast, name)).status_code == 200


def test_the_table_looks_again_by_itself(cast: Cast) -> None:
    asks.signed(cast)
    html = browser(cast.vera).get(address(cast), {"state": "in_force"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert f'data-live="o:{cast.organization.ref}"' in html
    assert "state=in_force" in html


def test_going_back_to_a_filter_brings_the_whole_page(cast: Cast) -> None:
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in browser(cast.vera).get(address(cast), {"state": "none"}, headers=back).content.decode()


def _fill(cast: Cast, links: list[Link]) -> None:
    for link in links:
        problem = asks.problem(cast)
        asks.agreed(cast, link=link, why=problem)
        contract = drafting.contract_of(link)
        asks.sign_both(cast, contract)
        asks.agreed(cast, link=link, why=problem, terms=asks.weekly())
        asks.asked(cast, link=link, why=problem)
        supplier = build.actor(asks.person_of(cast, link.supplier))
        drafting.write_shoes(contract, supplier, side=Side.SUPPLIER, n=0, jobs="a", pains="b", gains="c", now=NOW)


@pytest.mark.parametrize("name", ["contracts", "desk"])
def test_the_number_of_queries_does_not_grow(cast: Cast, name: str) -> None:
    def queries() -> int:
        client = browser(cast.luis)
        client.get(address(cast, name))
        with CaptureQueriesContext(connection) as seen:
            client.get(address(cast, name))
        return len(seen)

    _fill(cast, [cast.to_sales])
    one = queries()
    _fill(cast, [cast.to_logistics, cast.to_production])
    assert queries() == one
    assert one <= 22


# What waits for a person ---------------------------------------------------------------------------------------------


def test_the_desk_holds_what_this_person_is_to_sign_confirm_and_review(cast: Cast) -> None:
    asks.agreed(cast)
    contract = drafting.contract_of(cast.to_sales)
    drafting.write_shoes(contract, cast.actor("luis"), side=Side.SUPPLIER, n=0, jobs="a", pains="b", gains="c", now=NOW)
    contract.review_on = date(2026, 11, 16)
    contract.save(update_fields=["review_on"])
    ana = waiting_for(cast.actor("ana"), NOW)
    assert [(one.link, side) for one, side, _here in ana.to_sign] == [(cast.to_sales, Side.CUSTOMER)]
    assert [shoes.contract.link for shoes in ana.to_confirm] == [cast.to_sales]
    assert [one.link for one in ana.to_review] == [cast.to_sales]
    luis = waiting_for(cast.actor("luis"), NOW)
    assert [side for _one, side, _here in luis.to_sign] == [Side.SUPPLIER]
    assert luis.to_confirm == []
    for bystander in ("victor", "vera", "marta", "fede"):
        assert waiting_for(cast.actor(bystander), NOW).count == 0


def test_what_is_done_leaves_the_desk(cast: Cast) -> None:
    asks.agreed(cast)
    contract = drafting.contract_of(cast.to_sales)
    digest = drafting.proposal(contract).digest
    drafting.sign(contract, Side.CUSTOMER, cast.actor("ana"), digest=digest, now=NOW)
    assert waiting_for(cast.actor("ana"), NOW).to_sign == []
    assert len(waiting_for(cast.actor("luis"), NOW).to_sign) == 1


def test_the_desk_is_a_fragment_and_a_page(cast: Cast) -> None:
    asks.agreed(cast)
    client = browser(cast.ana)
    fragment = client.get(address(cast, "desk"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Read version 1 and sign it" in fragment
    assert "<html" in client.get(address(cast, "desk")).content.decode()
    empty = browser(cast.vera).get(address(cast, "desk")).content.decode()
    assert "No contract waits for you" in empty


def test_each_process_says_how_well_its_promises_are_kept(cast: Cast) -> None:
    promised = promises.promise(cast)
    row = promises.judge(cast, promises.deliver(cast, promises.first(promised)))
    problem = promised.ask.problem
    assert problem is not None

    with time_machine.travel(row.due_at + timedelta(days=1), tick=False):
        said = page(cast, cast.vera)
        narrowed = page(cast, cast.vera, state=Stand.IN_FORCE)

    with translation.override("en"):
        label = str(Process(problem.process).label)
    assert re.search(rf"Promises kept, process by process .*{label} 100% 1 of 1", said)
    assert "process by process" not in narrowed


def test_no_process_is_shown_while_nothing_fell_due(cast: Cast) -> None:
    assert "process by process" not in page(cast, cast.vera)

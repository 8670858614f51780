"""The sheet of a link as a page: what stands on it, for whom, in how many queries; its shoes and its review."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from areas.models import Link, Membership
from contracts import drafting
from contracts.at_hand import at_hand
from contracts.models import Contract, Shoes
from contracts.sheets import Sheet
from post.live import read_token
from requests import moves
from requests.models import Ask
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def browser(member: Membership) -> Client:
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    return client


def address(cast: Cast, name: str = "sheet", link: Link | None = None, **more: object) -> str:
    return reverse(
        f"contracts:{name}", kwargs={"org": cast.organization.ref, "link": (link or cast.to_sales).ref, **more}
    )


def page(cast: Cast, member: Membership, part: str = "") -> str:
    headers = HTMX if part else {}
    answer = browser(member).get(address(cast), {"part": part} if part else None, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return words(answer.content.decode())


def words(html: str) -> str:
    """The text of a page without its tags, spaces folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


def contract(cast: Cast) -> Contract:
    return drafting.contract_of(cast.to_sales)


# Doorways ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sheet", "shoes", "review", "sign", "versions", "print"])
def test_a_stranger_finds_nothing(cast: Cast, name: str) -> None:
    assert browser(cast.olga).get(address(cast, name)).status_code == 404
    assert Client().get(address(cast, name)).status_code == 302


def test_the_link_of_another_organization_does_not_exist_here(cast: Cast) -> None:
    theirs = reverse("contracts:sheet", kwargs={"org": cast.elsewhere.ref, "link": cast.to_sales.ref})
    assert browser(cast.olga).get(theirs).status_code == 404


@pytest.mark.parametrize("name", ["sheet", "versions", "print"])
def test_a_reader_reads(cast: Cast, name: str) -> None:
    asks.signed(cast)
    assert browser(cast.vera).get(address(cast, name)).status_code == 200


@pytest.mark.parametrize("name", ["shoes", "review", "sign"])
def test_a_reader_changes_nothing(cast: Cast, name: str) -> None:
    asks.agreed(cast)
    assert browser(cast.vera).get(address(cast, name)).status_code == 403
    assert browser(cast.vera).post(address(cast, name)).status_code == 403
    assert browser(cast.vera).post(address(cast, "confirm_shoes")).status_code == 403


@pytest.mark.parametrize("name", ["sheet", "versions", "print"])
def test_a_page_is_only_read(cast: Cast, name: str) -> None:
    assert browser(cast.ana).post(address(cast, name)).status_code == 405


def test_confirming_is_a_post(cast: Cast) -> None:
    assert browser(cast.ana).get(address(cast, "confirm_shoes")).status_code == 405


# What stands on it ---------------------------------------------------------------------------------------------------


def test_an_empty_sheet_says_who_begins_and_gives_an_example(cast: Cast) -> None:
    text = page(cast, cast.ana)
    assert "Logística serves Ventas" in text
    assert "Ventas asks first" in text
    assert "Who should begin: Ana." in text
    assert "For example: «Confirmed delivery window" in text
    assert "Ask Logística for something" in text


def test_a_reader_is_not_offered_to_ask(cast: Cast) -> None:
    text = page(cast, cast.vera)
    assert "Ventas asks first" in text
    assert "Ask Logística for something" not in text


def test_both_lanes_show_what_is_in_force_with_path_owner_and_marks(cast: Cast) -> None:
    problem = asks.problem(cast)
    asks.agreed(cast, why=problem, terms=asks.measured("Ventana en 4 h", satisfaction="Se ve en el pedido"))
    asks.agreed(cast, direction=Direction.REQUIREMENT, why=problem, terms=asks.once("Orden completa"))
    asks.sign_both(cast, contract(cast))
    text = page(cast, cast.ana)
    assert "What Ventas needs from Logística" in text
    assert "What Logística requires of Ventas" in text
    assert "Version 1" in text
    assert "Luis (Logística)" in text
    assert "Ana (Ventas)" in text
    assert "Ventana en 4 h" in text
    assert "Well done when: Se ve en el pedido" in text
    assert "Luis answers for it" in text
    assert "«Reducir los tiempos de entrega»" in text
    assert "órdenes completas: at least 95%" in text
    assert text.count("in force") >= 3


def test_a_missing_mark_is_a_hint_while_the_words_can_still_change(cast: Cast) -> None:
    asks.asked(cast, terms=asks.once("Ser más rápidos"))
    text = page(cast, cast.luis)
    assert "measurable (missing)" in text
    assert "Say what you count, or how both of you see that it is well done." in text


def test_my_turn_is_said_on_top_and_at_the_line(cast: Cast) -> None:
    asks.asked(cast, terms=asks.once("Ruta norte"), answer_by=timezone.now().date() + timedelta(days=9))
    mine, theirs = page(cast, cast.luis), page(cast, cast.ana)
    assert "One request waits for your answer here: Ruta norte" in mine
    assert "Your turn" in mine
    assert "It is the turn of Logística" in theirs
    assert "waits for your answer" not in theirs


def test_no_answer_by_the_day_is_visible(cast: Cast) -> None:
    asks.asked(cast, terms=asks.once("Ruta norte"), answer_by=date(2020, 1, 3))
    assert "unanswered" in page(cast, cast.ana)


def test_a_counter_offer_shows_what_it_changes_and_why(cast: Cast) -> None:
    ask = asks.asked(cast, terms=asks.once("Ruta norte tres veces"))
    asks.countered(cast, ask, terms=asks.once("Ruta norte dos veces"))
    text = page(cast, cast.ana)
    assert "counter-offer" in text
    assert "What Logística proposes instead" in text
    assert re.search(r"before Ruta norte tres veces", text)
    assert re.search(r"now Ruta norte dos veces", text)
    assert "Antes no hay camión." in text


def test_a_declined_need_stays_as_unmet(cast: Cast) -> None:
    ask = asks.asked(cast, terms=asks.once("Ruta norte"))
    moves.decline(ask, cast.actor("luis"), version=ask.version, words="No hay camión", now=NOW)
    text = page(cast, cast.vera)
    assert "unmet need" in text
    assert "No hay camión" in text


def test_what_was_sent_on_says_where_and_is_met_when_somebody_agrees(cast: Cast) -> None:
    ask = asks.asked(cast, terms=asks.once("Ruta norte"))
    moves.decline(
        ask, cast.actor("luis"), version=ask.version, words="Eso es de planta", redirect_to=cast.production, now=NOW
    )
    text = page(cast, cast.ana)
    assert "It went on to Producción" in text
    assert "Until somebody agrees, Logística stays answerable." in text
    onward = Ask.objects.get(redirected_from=ask)
    asks.agreed(cast, onward)
    text = page(cast, cast.ana)
    assert "taken over" in text
    assert "unmet need" not in text


def test_drafts_are_seen_by_their_own_area_only(cast: Cast) -> None:
    asks.drafted(cast)
    assert "Go on writing" in page(cast, cast.ana)
    assert "Go on writing" not in page(cast, cast.luis)
    assert "Ventas asks first" in page(cast, cast.luis)


def test_a_proposed_change_stands_at_its_clause_with_the_difference(cast: Cast) -> None:
    old = asks.agreed(cast, terms=asks.once("Ventana en 4 h"))
    asks.sign_both(cast, contract(cast))
    new = asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("Ventana en 2 h"))
    text = page(cast, cast.luis)
    assert "A change is proposed" in text
    assert "What would change" in text
    asks.agreed(cast, new)
    text = page(cast, cast.luis)
    assert "change agreed" in text
    assert "What changes as soon as both sides have signed" in text
    assert "Version 2, as agreed so far" in text
    assert "1 changed promise" in text


def test_what_is_overdue_is_broken_on_the_sheet(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.once("Plano entregado", due_on=date(2026, 12, 4)))
    asks.sign_both(cast, contract(cast))
    after = build.NOW + timedelta(days=40)
    sheet = Sheet(contract(cast), cast.actor("ana"), after)
    (entry,) = sheet.lanes[0].entries
    assert (entry.pill, entry.tone) == ("overdue", "broken")
    soon = Sheet(contract(cast), cast.actor("ana"), NOW + timedelta(days=17))
    assert soon.lanes[0].entries[0].pill == "due_soon"


@pytest.mark.parametrize("part", ["head", "shoes", "need", "requirement", "feed"])
def test_each_region_fetches_itself(cast: Cast, part: str) -> None:
    asks.signed(cast)
    answer = browser(cast.ana).get(address(cast), {"part": part}, headers=HTMX)
    html = answer.content.decode()
    assert "<html" not in html
    assert html.count("data-live=") == 1
    assert f"part={part}" in html


def test_the_page_hands_out_a_fresh_token_for_its_link_and_what_is_talked_about(cast: Cast) -> None:
    asks.agreed(cast)
    asked = asks.asked(cast)
    answer = browser(cast.vera).get(address(cast), {"token": "new"})
    found = read_token(answer.json()["token"])
    assert found is not None
    assert set(found[0]) == {f"l:{cast.to_sales.ref}", f"a:{asked.ref}"}


def _fill(cast: Cast, n: int) -> None:
    problem = asks.problem(cast, f"Problema {n}")
    for direction in Direction:
        for i in range(n):
            asks.agreed(cast, direction=direction, why=problem, terms=asks.weekly(f"En vigor {i}"))
    asks.sign_both(cast, contract(cast))
    for direction in Direction:
        for i in range(n):
            asks.agreed(cast, direction=direction, why=problem, terms=asks.weekly(f"Acordado {i}"))
            asks.asked(cast, direction=direction, why=problem, terms=asks.measured(f"Pedido {i}"))
            asks.countered(cast, asks.asked(cast, direction=direction, why=problem))
            gone = asks.asked(cast, direction=direction, why=problem, terms=asks.weekly(f"Declinado {i}"))
            who = build.actor(asks.person_of(cast, gone.performer))
            moves.decline(gone, who, version=gone.version, words="No alcanza", now=NOW)
            asks.drafted(cast, direction=direction, why=problem)


def _queries(member: Membership, url: str, **query: str) -> int:
    client = browser(member)
    headers = HTMX if query.get("part") else {}
    client.get(url, query, headers=headers)
    at_hand.clear()
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url, query, headers=headers).status_code == 200
    return len(seen)


@pytest.mark.parametrize("part", ["", "head", "need"])
@pytest.mark.parametrize("name", ["ana", "luis", "fede", "vera"])
def test_the_number_of_queries_does_not_grow(cast: Cast, name: str, part: str) -> None:
    _fill(cast, 1)
    member = getattr(cast, name)
    query = {"part": part} if part else {}
    one = _queries(member, address(cast), **query)
    _fill(cast, 2)
    assert _queries(member, address(cast), **query) == one
    assert one <= 14


def test_who_left_the_organization_answers_for_nothing_any_more(cast: Cast) -> None:
    asks.signed(cast)
    asks.agreed(cast, terms=asks.weekly())
    for html_class in ("yes", "no"):
        html = browser(cast.ana).get(address(cast)).content.decode()
        assert html.count(f'<li class="{html_class}">owned') == 2
        owners = Membership.objects.filter(pk__in=Ask.objects.values("owner"))
        assert owners.update(left_at=NOW) == 1
        at_hand.clear()


# In your customer's shoes --------------------------------------------------------------------------------------------

WORDS = {"jobs": "Prometer una fecha", "pains": "Enterarse por el cliente", "gains": "Que avisen antes"}


def write(cast: Cast, member: Membership, n: int = 0, side: str = "supplier", **more: str) -> int:
    data = {**WORDS, "n": str(n), "side": side, **more}
    return browser(member).post(address(cast, "shoes"), data).status_code


def test_the_supplier_writes_and_the_customer_confirms(cast: Cast) -> None:
    assert write(cast, cast.victor) == 302
    assert "Ventas has not confirmed it yet" in page(cast, cast.luis)
    assert "Yes, that is how it is for us" in page(cast, cast.ana)
    assert browser(cast.ana).post(address(cast, "confirm_shoes"), {"n": "1"}).status_code == 302
    shoes = Shoes.objects.get()
    assert (shoes.written_by, shoes.confirmed_by) == (cast.victor, cast.ana)
    assert "Ana confirmed it" in page(cast, cast.vera)


def test_confirming_twice_is_harmless(cast: Cast) -> None:
    write(cast, cast.luis)
    for _ in range(2):
        assert browser(cast.ana).post(address(cast, "confirm_shoes"), {"n": "1"}).status_code == 302
    assert Shoes.objects.count() == 1


def test_the_customer_corrects_by_the_next_edition_in_its_own_words(cast: Cast) -> None:
    write(cast, cast.luis)
    assert write(cast, cast.ana, n=1, side="customer", pains="Marcar dos veces") == 302
    last = Shoes.objects.latest("n")
    assert (last.n, last.pains, last.written_side, last.confirmed_by) == (2, "Marcar dos veces", "customer", cast.ana)
    assert "in Ana's own words" in page(cast, cast.luis)


def test_a_correction_that_corrects_nothing_confirms(cast: Cast) -> None:
    write(cast, cast.luis)
    assert write(cast, cast.ana, n=1, side="customer") == 302
    shoes = Shoes.objects.get()
    assert shoes.confirmed_by == cast.ana


def test_saving_unchanged_words_writes_no_edition(cast: Cast) -> None:
    write(cast, cast.luis)
    assert write(cast, cast.luis, n=1) == 302
    assert Shoes.objects.count() == 1


def test_two_people_writing_at_once_lose_nothing(cast: Cast) -> None:
    write(cast, cast.luis)
    answer = browser(cast.victor).post(
        address(cast, "shoes"), {**WORDS, "jobs": "Mi versión", "n": "0", "side": "supplier"}
    )
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Luis changed this while you were writing" in html
    assert "Prometer una fecha" in html
    assert "Mi versión" in html
    again = re.search(r'name="n" value="(\d+)"', html)
    assert again is not None
    assert again.group(1) == "1"
    assert write(cast, cast.victor, n=1, jobs="Mi versión") == 302
    assert Shoes.objects.latest("n").jobs == "Mi versión"


def test_empty_shoes_are_refused_beside_the_field(cast: Cast) -> None:
    answer = browser(cast.luis).post(
        address(cast, "shoes"), {"jobs": " ", "pains": "", "gains": "", "n": "0", "side": "supplier"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "Write at least one of the three." in answer.content.decode()
    assert not Shoes.objects.exists()


def test_in_place_the_region_comes_back(cast: Cast) -> None:
    form = browser(cast.luis).get(address(cast, "shoes"), headers=HTMX).content.decode()
    assert "<html" not in form
    assert 'id="shoes-jobs"' in form
    saved = browser(cast.luis).post(address(cast, "shoes"), {**WORDS, "n": "0", "side": "supplier"}, headers=HTMX)
    assert saved.status_code == 200
    assert "Prometer una fecha" in saved.content.decode()
    assert "<html" not in saved.content.decode()


@pytest.mark.parametrize(("name", "side"), [("marta", "supplier"), ("vera", "supplier"), ("victor", "customer")])
def test_others_do_not_write_the_shoes(cast: Cast, name: str, side: str) -> None:
    assert write(cast, getattr(cast, name), side=side) == 403
    assert not Shoes.objects.exists()


def test_a_facilitator_writes_down_what_was_said_with_both_names(cast: Cast) -> None:
    assert write(cast, cast.fede) == 422
    assert write(cast, cast.fede, said_by="Luis") == 302
    shoes = Shoes.objects.get()
    assert (shoes.written_by, shoes.recorded_by) == (cast.luis, cast.fede)
    assert "Fede wrote it down." in page(cast, cast.vera)


# The review ----------------------------------------------------------------------------------------------------------


def review(cast: Cast, member: Membership, day: str, version: int = 1) -> int:
    return browser(member).post(address(cast, "review"), {"review_on": day, "version": str(version)}).status_code


def test_a_lead_sets_the_day_of_the_review(cast: Cast) -> None:
    day = timezone.now().date() + timedelta(days=60)
    contract(cast)
    assert review(cast, cast.ana, day.isoformat()) == 302
    assert contract(cast).review_on == day
    assert "next review" in page(cast, cast.vera)


@pytest.mark.parametrize("day", ["", "2020-01-01", "2999-01-01", "mañana"])
def test_a_day_that_cannot_be_is_refused(cast: Cast, day: str) -> None:
    contract(cast)
    assert review(cast, cast.ana, day) == 422
    assert contract(cast).review_on is None


def test_two_days_at_once_give_one_and_a_clear_message(cast: Cast) -> None:
    contract(cast)
    first, second = (timezone.now().date() + timedelta(days=n) for n in (60, 70))
    assert review(cast, cast.ana, first.isoformat()) == 302
    answer = browser(cast.luis).post(address(cast, "review"), {"review_on": second.isoformat(), "version": "1"})
    assert answer.status_code == 409
    assert "Meanwhile somebody set another day" in answer.content.decode()
    assert contract(cast).review_on == first


def test_members_do_not_set_the_review(cast: Cast) -> None:
    day = timezone.now().date() + timedelta(days=60)
    assert review(cast, cast.victor, day.isoformat()) == 403


def test_shoes_of_both_sides_are_told_in_the_feed(cast: Cast) -> None:
    write(cast, cast.luis)
    browser(cast.ana).post(address(cast, "confirm_shoes"), {"n": "1"})
    assert "Luis wrote how it is in the shoes of Ventas." in page(cast, cast.vera, "feed")


def test_an_area_that_asked_twice_in_a_row_stands_once_on_the_way(cast: Cast, client: Client) -> None:
    ask = asks.asked(cast, cast.to_logistics)
    moves.decline(ask, cast.actor("marta"), version=ask.version, words="No.", redirect_to=cast.administration, now=NOW)
    onward = ask.redirected_to.get()
    client.force_login(cast.luis.user)
    page = client.get(f"/o/{cast.organization.ref}/links/{onward.link.ref}/").content.decode()
    way = page.partition('class="why"')[2].partition("</p>")[0]
    assert way.count("Logística") == 1
    assert "Administración" in way


def test_the_first_words_about_the_shoes_are_the_suppliers(cast: Cast) -> None:
    assert "Write it" in page(cast, cast.luis, "shoes")
    assert "Write it" not in page(cast, cast.ana, "shoes")
    write(cast, cast.luis)
    assert "Correct it" in page(cast, cast.ana, "shoes")


def test_a_facilitator_is_offered_to_write_down_an_end_and_other_terms(cast: Cast) -> None:
    asks.signed(cast)
    text = page(cast, cast.fede, "need")
    assert "Change or end it" in text
    assert "Change or end it" not in page(cast, cast.vera, "need")

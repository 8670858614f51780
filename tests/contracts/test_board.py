"""The live chain: what the board says of each state, for whom, in how many queries, and until when it is true."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas.models import Link
from areas.rows import Rows
from areas.words import Kind
from contracts import picture, rates
from contracts.board import ITEMS, Chain, LinkNow, chain_now, nouns, reading, statements
from contracts.models import Commitment, Occurrence, Pause
from contracts.telling import listed, mapped, tabled, words
from contracts.views.board import drawn_by
from requests import moves
from requests.models import Ask, Measurement
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.owed import commitment_of, falls_due, kept, repaired

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


def seen(cast: Cast, now: datetime = NOW, **narrowed: str) -> Chain:
    return chain_now(cast.organization, now, **narrowed)


def link_of(chain: Chain, pk: int) -> LinkNow:
    return next(link for link in chain.links if link.pk == pk)


def page(cast: Cast, who: str = "luis", path: str = "", **query: str) -> str:
    client = Client()
    client.force_login(getattr(cast, who).user)
    with time_machine.travel(NOW, tick=False):
        response = client.get(reverse("contracts:board", kwargs={"org": cast.organization.ref}) + path, query)
    assert response.status_code == 200
    return response.content.decode()


# States


def test_a_link_on_which_nothing_was_asked_is_quiet(cast: Cast) -> None:
    asks.drafted(cast)
    link = link_of(seen(cast), cast.to_sales.pk)
    assert (link.standing, link.state, link.needs) == ("quiet", "quiet", 0)


def test_an_open_ask_waits_for_the_side_whose_turn_it_is(cast: Cast) -> None:
    ask = asks.asked(cast)
    chain = seen(cast)
    assert link_of(chain, cast.to_sales.pk).standing == "open"
    assert (chain.areas[cast.logistics.pk].to_answer, chain.areas[cast.sales.pk].to_answer) == (1, 0)
    asks.countered(cast, ask)
    chain = seen(cast)
    assert (chain.areas[cast.logistics.pk].to_answer, chain.areas[cast.sales.pk].to_answer) == (0, 1)
    assert [item.waits_for for item in chain.waiting] == [cast.sales.pk]


def test_a_requirement_waits_for_the_customer(cast: Cast) -> None:
    asks.asked(cast, direction=Direction.REQUIREMENT)
    chain = seen(cast)
    link = link_of(chain, cast.to_sales.pk)
    assert (link.needs, link.requirements) == (0, 1)
    assert chain.areas[cast.sales.pk].to_answer == 1


def test_silence_becomes_unanswered_when_the_day_has_passed(cast: Cast) -> None:
    asks.asked(cast, answer_by=date(2026, 11, 18))
    last_moment = datetime(2026, 11, 19, 5, 59, tzinfo=UTC)  # still Wednesday in Mexico
    assert link_of(seen(cast, last_moment), cast.to_sales.pk).standing == "open"
    late = last_moment + timedelta(minutes=1)
    assert link_of(seen(cast, late), cast.to_sales.pk).standing == "unanswered"
    assert seen(cast, late).areas[cast.logistics.pk].unanswered == 1


def test_a_declined_need_stays_unmet_until_another_area_agrees(cast: Cast) -> None:
    ask = asks.asked(cast, link=cast.to_sales)
    moves.decline(ask, cast.actor("luis"), version=ask.version, words="No hay camiones.", now=NOW)
    chain = seen(cast)
    link = link_of(chain, cast.to_sales.pk)
    assert (link.standing, link.state, link.unmet, link.needs) == ("unmet", "broken", 1, 0)
    assert [item.ref for item in chain.unmet] == [ask.ref]


def test_a_need_that_is_sent_on_again_and_again_counts_once_and_is_met_by_whoever_agrees_last(cast: Cast) -> None:
    ask = asks.asked(cast, link=cast.to_sales)
    onward = ask
    for who, area in (("luis", cast.production), ("marta", cast.administration)):
        actor = cast.actor(who)
        moves.decline(onward, actor, version=onward.version, words="No es nuestro.", redirect_to=area, now=NOW)
        onward = onward.redirected_to.get()
    # Where it stopped it is still being talked about; the first two said no, and the second stands for both.
    assert len(seen(cast).unmet) == 1

    moves.agree(onward, cast.actor("paula"), version=onward.version, owner=cast.paula, now=NOW)

    assert seen(cast).unmet == []


def test_a_declined_requirement_is_no_need_of_the_client(cast: Cast) -> None:
    ask = asks.asked(cast, direction=Direction.REQUIREMENT)
    moves.decline(ask, cast.actor("ana"), version=ask.version, words="No se puede.", now=NOW)
    assert link_of(seen(cast), cast.to_sales.pk).standing == "quiet"


def test_agreed_waits_for_signatures_and_then_is_in_force(cast: Cast) -> None:
    asks.agreed(cast)
    chain = seen(cast)
    assert link_of(chain, cast.to_sales.pk).standing == "to_sign"
    assert [link.pk for link in chain.to_sign] == [cast.to_sales.pk]
    asks.signed(cast)
    chain = seen(cast)
    link = link_of(chain, cast.to_sales.pk)
    assert (link.standing, link.in_force, link.to_sign) == ("kept", 1, 0)
    assert chain.areas[cast.logistics.pk].state == "kept"


def test_a_day_that_comes_near_and_passes(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.once(due_on=date(2026, 11, 24)))
    asks.signed(cast)

    def standing(day: int, hour: int = 15) -> str:
        return link_of(seen(cast, datetime(2026, 11, day, hour, tzinfo=UTC)), cast.to_sales.pk).standing

    # Friday, the week-end between, Monday and Tuesday itself; Monday 16 November is a holiday in Mexico.
    assert [standing(day) for day in (18, 19, 20, 22, 23, 24)] == ["kept", "kept", "soon", "soon", "soon", "soon"]
    assert standing(26) == "broken"


def chain_of_causes(cast: Cast) -> tuple[str, str]:
    """Sales asks logistics, which therefore asks production; production's day passes."""
    first = asks.agreed(cast, link=cast.to_sales, terms=asks.weekly("Ventana confirmada"))
    second = asks.agreed(
        cast, link=cast.to_logistics, why=first, terms=asks.once("Plan confirmado", due_on=date(2026, 11, 18))
    )
    asks.signed(cast, cast.to_sales)
    asks.signed(cast, cast.to_logistics)
    return first.ref, second.ref


def test_what_hangs_on_a_broken_promise_is_at_risk_up_to_the_client(cast: Cast) -> None:
    first, second = chain_of_causes(cast)
    chain = seen(cast, NOW + timedelta(days=6))
    assert [item.ref for item in chain.broken] == [second]
    assert [item.ref for item in chain.at_risk] == [first]
    assert link_of(chain, cast.to_logistics.pk).standing == "broken"
    assert link_of(chain, cast.to_sales.pk).standing == "at_risk"
    broken = chain.broken[0]
    assert broken.path == [cast.production.pk, cast.logistics.pk, cast.sales.pk]
    assert broken.problem == "Reducir los tiempos de entrega"
    assert chain.areas[cast.production.pk].state == "broken"


def test_what_has_new_terms_is_at_risk_by_what_the_old_ones_caused(cast: Cast) -> None:
    first = asks.agreed(cast, terms=asks.weekly("Ventana"))
    second = asks.agreed(cast, link=cast.to_logistics, why=first, terms=asks.weekly("Plan"))
    asks.signed(cast, cast.to_sales)
    asks.signed(cast, cast.to_logistics)
    change = asks.agreed(cast, asks.asked(cast, replaces=first, terms=asks.weekly("Ventana de dos horas")))
    asks.signed(cast, cast.to_sales)
    falls_due(second, YESTERDAY)
    assert [item.ref for item in seen(cast).at_risk] == [change.ref]


def test_a_link_that_ended_takes_nobodys_place_among_what_is_at_risk(cast: Cast) -> None:
    first, second = chain_of_causes(cast)
    above = asks.agreed(cast, link=cast.to_sales, terms=asks.weekly("Respuesta en un día"))
    Ask.objects.filter(ref=first).update(cause=above, problem=None)
    later = NOW + timedelta(days=6)
    chain = seen(cast, later)
    assert {item.ref for item in chain.at_risk} == {first, above.ref}
    assert link_of(chain, cast.to_sales.pk).at_risk == 2
    Link.objects.filter(pk=cast.to_sales.pk).update(ended_at=NOW)
    chain = seen(cast, later)
    assert (chain.at_risk, [item.ref for item in chain.broken]) == ([], [second])


def test_the_lists_name_the_very_moments(cast: Cast) -> None:
    due_at = datetime(2026, 11, 12, 17, 3, 59, 999_999, tzinfo=UTC)
    late = falls_due(promised(cast), due_at, delivered_at=due_at + timedelta(microseconds=1))
    (item,) = seen(cast).broken
    assert (item.due_at, item.since, item.occurrence) == (late.due_at, late.delivered_at, late.pk)


def test_two_organizations_at_once_each_see_their_own(cast: Cast) -> None:
    falls_due(promised(cast), YESTERDAY)
    other = build.company("Lantern", founder="Lena")
    build.link(other, other.client, build.area(other, "Ventas de Lantern"))
    for _ in range(2):
        mine, theirs = seen(cast), chain_now(other.organization, NOW)
        assert ([item.link for item in mine.broken], theirs.broken) == ([cast.to_sales.pk], [])
        assert {area.pk for area in mine.areas.values()}.isdisjoint(theirs.areas)
        assert len(theirs.links) == 1


def test_blame_lands_on_the_side_that_owes(cast: Cast) -> None:
    asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.once(due_on=date(2026, 11, 18)))
    asks.signed(cast)
    chain = seen(cast, NOW + timedelta(days=6))
    assert chain.areas[cast.sales.pk].state == "broken"
    assert chain.areas[cast.logistics.pk].broken == 0


# Deliveries


def promised(cast: Cast, outcome: str = "Plan semanal", **asking: Any) -> Ask:
    """Logistics' weekly promise to sales, without any delivery yet but those that a test makes."""
    ask = asks.agreed(cast, terms=asks.weekly(outcome), **asking)
    asks.signed(cast, ask.link)
    Occurrence.objects.filter(commitment__ask=ask).delete()
    return ask


YESTERDAY = NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, "overdue"),
        ({"failed_at": YESTERDAY, "judged_at": YESTERDAY, "worked": False}, "sent_back"),
        ({"failed_at": YESTERDAY, "delivered_at": NOW}, "again"),
        ({"delivered_at": NOW}, "late"),
        ({"delivered_at": YESTERDAY - timedelta(hours=1), "met": False}, "off_target"),
    ],
)
def test_what_is_broken_says_why(cast: Cast, facts: dict[str, Any], why: str) -> None:
    ask = promised(cast)
    falls_due(ask, YESTERDAY, **facts)
    chain = seen(cast)
    link = link_of(chain, cast.to_sales.pk)
    assert (link.standing, link.broken, link.to_judge) == ("broken", 1, 0)
    (item,) = chain.broken
    assert (item.why, item.promise, item.due_at, item.times) == (why, commitment_of(ask).ref, YESTERDAY, 1)
    assert chain.areas[cast.logistics.pk].state == "broken"
    assert chain.areas[cast.sales.pk].broken == 0


def test_what_was_accepted_late_or_forgiven_mends_the_link(cast: Cast) -> None:
    ask = promised(cast)
    repaired(ask, YESTERDAY)
    falls_due(ask, YESTERDAY - timedelta(weeks=1), waived_at=NOW, settled_at=NOW)
    chain = seen(cast)
    assert link_of(chain, cast.to_sales.pk).standing == "kept"
    assert chain.broken == []
    assert (chain.rate.kept, chain.rate.broken, chain.rate.waived) == (0, 1, 1)


def test_a_promise_missed_three_times_is_one_broken_promise(cast: Cast) -> None:
    ask = promised(cast)
    for weeks in (0, 1, 2):
        falls_due(ask, YESTERDAY - timedelta(weeks=weeks))
    chain = seen(cast)
    assert chain.total("broken") == 1
    (item,) = chain.broken
    assert (item.times, item.due_at) == (3, YESTERDAY - timedelta(weeks=2))
    text = page(cast)
    assert reverse("contracts:promise", kwargs={"org": cast.organization.ref, "ref": item.promise}) in text


def test_a_promise_that_ended_is_broken_no_more(cast: Cast) -> None:
    ask = promised(cast)
    falls_due(ask, YESTERDAY)
    commitment = commitment_of(ask)
    commitment.ended_at = NOW
    commitment.save()
    chain = seen(cast)
    assert chain.broken == []
    assert link_of(chain, cast.to_sales.pk).broken == 0


def test_what_ended_takes_nobodys_place_in_a_long_list(cast: Cast) -> None:
    made = [asks.agreed(cast, terms=asks.once(outcome=f"Entrega {n}")) for n in range(22)]
    asks.signed(cast)
    for n, ask in enumerate(made):
        falls_due(ask, YESTERDAY - timedelta(days=30 - n))
    Commitment.objects.filter(ask=made[0]).update(ended_at=NOW)
    chain = seen(cast)
    assert [item.outcome for item in chain.broken] == [f"Entrega {n}" for n in range(1, 21)]
    assert chain.total("broken") == 21


def test_a_promise_of_which_several_deliveries_are_open_counts_once_for_each_way_it_stands(cast: Cast) -> None:
    ask = promised(cast)
    for weeks in (0, 1):
        falls_due(ask, YESTERDAY - timedelta(weeks=weeks))
        at = YESTERDAY - timedelta(weeks=weeks + 2)
        falls_due(ask, at, delivered_at=at, judge_by=NOW)
    falls_due(ask, NOW + timedelta(hours=2))
    falls_due(promised(cast, "Otra cosa"), NOW + timedelta(hours=2))
    chain = seen(cast)
    link, logistics = link_of(chain, cast.to_sales.pk), chain.areas[cast.logistics.pk]
    assert (link.supplier_in_force, link.needs, logistics.in_force) == (2, 2, 2)
    assert (link.supplier_broken, link.supplier_soon, link.customer_to_judge) == (1, 2, 1)
    assert (logistics.broken, logistics.soon, chain.areas[cast.sales.pk].to_judge) == (1, 2, 1)
    assert [(item.times, item.kind) for item in (*chain.broken, *chain.to_judge)] == [(2, "broken"), (2, "to_judge")]


def test_a_paused_promise_is_nobodys_fault_and_says_what_it_waits_for(cast: Cast) -> None:
    plan = promised(cast, "Plan semanal")
    orders = promised(cast, "Pedidos completos", direction=Direction.REQUIREMENT)
    late = falls_due(orders, YESTERDAY)
    waits = falls_due(plan, NOW - timedelta(hours=1), paused_at=YESTERDAY)
    Pause.objects.create(occurrence=waits, because=late, began_at=YESTERDAY)
    chain = seen(cast)
    link = link_of(chain, cast.to_sales.pk)
    assert (link.supplier_paused, link.customer_paused, link.supplier_broken, link.customer_broken) == (1, 0, 0, 1)
    assert chain.areas[cast.logistics.pk].state == "paused"
    assert chain.areas[cast.sales.pk].state == "broken"
    (item,) = chain.paused
    assert (item.requirement, item.since, item.performer) == ("Pedidos completos", YESTERDAY, cast.logistics.pk)
    text = page(cast)
    assert 'class="pill paused"' in text
    assert 'class="area paused"' in text


def test_a_link_on_which_something_is_paused_is_drawn_so(cast: Cast) -> None:
    falls_due(promised(cast), NOW - timedelta(hours=1), paused_at=YESTERDAY)
    link = link_of(seen(cast), cast.to_sales.pk)
    assert (link.standing, link.state) == ("paused", "paused")
    assert 'class="lnk paused"' in page(cast)


def test_a_delivery_waits_for_the_receivers_verdict(cast: Cast) -> None:
    falls_due(promised(cast), YESTERDAY, delivered_at=YESTERDAY, judge_by=NOW + timedelta(hours=2))
    chain = seen(cast)
    link = link_of(chain, cast.to_sales.pk)
    assert (link.standing, link.state, link.customer_to_judge, link.supplier_to_judge) == ("to_judge", "open", 1, 0)
    assert (chain.areas[cast.sales.pk].to_judge, chain.areas[cast.logistics.pk].to_judge) == (1, 0)
    assert [item.why for item in chain.to_judge] == ["delivered"]
    assert NOW + timedelta(hours=2) < chain.fresh_until < NOW + timedelta(hours=3)
    later = seen(cast, NOW + timedelta(hours=3))
    assert [item.why for item in later.to_judge] == ["unjudged"]
    assert later.rate.unjudged == 1


def test_what_is_due_within_two_working_days_is_due_soon(cast: Cast) -> None:
    ask = promised(cast)
    falls_due(ask, NOW + timedelta(days=2))
    falls_due(ask, NOW + timedelta(days=20))
    chain = seen(cast)
    assert link_of(chain, cast.to_sales.pk).supplier_soon == 1
    # The last minute of the day by the organization's clock comes first.
    assert chain.fresh_until == datetime(2026, 11, 17, 6, 0, tzinfo=UTC)


def test_kept_rates_of_the_house_its_areas_and_links(cast: Cast) -> None:
    ask = promised(cast)
    for weeks in range(1, 5):
        kept(ask, YESTERDAY - timedelta(weeks=weeks))
    falls_due(ask, YESTERDAY)
    chain = seen(cast)
    assert (chain.rate.kept, chain.rate.counted) == (4, 5)
    assert chain.areas[cast.logistics.pk].rate.percent == 80
    assert link_of(chain, cast.to_sales.pk).rate.percent == 80
    text = page(cast)
    assert 'class="headline-figure">80' in text
    assert '<svg class="trend" id="trend" role="img"' in text
    assert '<rect class="fill"' in text
    stage = page(cast, path="fragment/", view="projector")
    assert 'class="headline-figure">80' in stage
    assert '<svg class="trend"' in stage


def test_without_deliveries_there_is_no_headline(cast: Cast) -> None:
    promised(cast)
    text = page(cast)
    assert "headline-figure" not in text
    assert '<rect class="bar"' not in text


def test_deliveries_cost_no_queries(cast: Cast) -> None:
    ask = promised(cast)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            seen(cast)
        return len(counted)

    few = queries()
    for weeks in range(10):
        falls_due(ask, YESTERDAY - timedelta(weeks=weeks))
    assert few == queries() == 1


# How long it is true


def test_it_is_fresh_until_the_next_moment_that_changes_it(cast: Cast) -> None:
    midnight = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)
    assert seen(cast).fresh_until == midnight
    asks.agreed(cast, terms=asks.once(due_on=date(2026, 11, 16), due_time=datetime(2026, 1, 1, 12, 0).time()))  # noqa: DTZ001
    asks.signed(cast)
    noon = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
    assert noon < seen(cast).fresh_until < noon + timedelta(seconds=1)


def test_the_fragment_is_rendered_once_for_all_and_again_after_a_deed(cast: Cast) -> None:
    ask = asks.asked(cast)

    def fetch(who: str) -> tuple[str, int]:
        client = Client()
        client.force_login(getattr(cast, who).user)
        address = reverse("contracts:fragment", kwargs={"org": cast.organization.ref})
        client.get(reverse("areas:guide"))
        with CaptureQueriesContext(connection) as queries, time_machine.travel(NOW, tick=False):
            text = client.get(address).content.decode()
        return text, sum(ITEMS.name in query["sql"] for query in queries)

    first, asked_first = fetch("luis")
    second, asked_second = fetch("fede")
    assert first == second
    assert (bool(asked_first), asked_second) == (True, 0)
    moves.withdraw(ask, cast.actor("ana"), version=ask.version, now=NOW)
    third, asked_third = fetch("fede")
    assert asked_third
    assert third != second


def test_an_upgrade_of_whatever_draws_it_makes_a_new_fragment() -> None:
    files = set(drawn_by())
    for module in (picture, rates, nouns, reading, statements, listed, mapped, tabled, words):
        assert Path(str(module.__file__)) in files
    assert len({path.name for path in files if path.suffix == ".html"}) > 3


def test_time_alone_makes_a_new_fragment(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.once(due_on=date(2026, 11, 18)))
    asks.signed(cast)
    client = Client()
    client.force_login(cast.luis.user)
    address = reverse("contracts:fragment", kwargs={"org": cast.organization.ref})
    with time_machine.travel(NOW, tick=False):
        before = client.get(address).content.decode()
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        after = client.get(address).content.decode()
    assert 'class="lnk soon"' in before
    assert 'class="lnk broken"' in after


# The pages


def test_at_most_six_queries_whatever_the_number_of_areas(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.luis.user)
    address = reverse("contracts:board", kwargs={"org": cast.organization.ref})

    def queries() -> int:
        client.get(address)  # the session, the last time seen
        build.area(cast.company, f"Area {len(cast.company.areas)}")
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    few = queries()
    for n in range(8):
        more = build.area(cast.company, f"Más {n}")
        build.link(cast.company, cast.logistics, more)
    asks.asked(cast)
    asks.agreed(cast)
    assert few == queries() <= 6


def test_the_page_shows_picture_table_and_lists(cast: Cast) -> None:
    problem = asks.problem(cast, in_focus=True, indicator="días", unit="días", baseline="9.4", target="6")
    Measurement.objects.create(problem=problem, on=date(2026, 11, 10), value="8.1")
    ask = asks.asked(cast, why=problem)
    text = page(cast)
    for ref in (cast.to_client.ref, cast.to_sales.ref, cast.to_logistics.ref, cast.to_production.ref):
        assert f'id="link-{ref}"' in text
        assert f'id="row-{ref}"' in text
    assert "«Reducir los tiempos de entrega»" in text
    assert "9.4 → 6" in text
    assert "8.1" in text
    assert reverse("requests:ask", kwargs={"org": cast.organization.ref, "ref": ask.ref}) in text
    assert f'data-live="o:{cast.organization.ref}"' in text
    assert 'id="board-summary"' in text
    table = page(cast, view="table")
    assert '<svg class="chain"' not in table
    assert f'id="row-{cast.to_sales.ref}"' in table


def test_a_neighbourhood_shows_the_area_its_neighbours_and_its_way_to_the_client(cast: Cast) -> None:
    shown = seen(cast, area=cast.production.ref).shown
    everyone = {cast.client, cast.sales, cast.logistics, cast.production, cast.administration}
    assert shown == {area.pk for area in everyone}
    assert seen(cast, area=cast.sales.ref).shown == {cast.client.pk, cast.sales.pk, cast.logistics.pk}
    assert seen(cast, text="  VENT ").shown == {cast.client.pk, cast.sales.pk, cast.logistics.pk}
    assert seen(cast, text="nada").drawn_areas == []
    asks.asked(cast, link=cast.to_production)
    assert seen(cast, area=cast.sales.ref).waiting == []
    assert len(seen(cast, area=cast.production.ref).waiting) == 1
    text = page(cast, area=cast.sales.ref)
    assert f'id="area-{cast.logistics.ref}"' in text
    assert f'id="area-{cast.production.ref}"' not in text


def test_an_area_without_a_way_to_the_client_stands_apart(cast: Cast) -> None:
    archive = build.area(cast.company, "Archivo", Kind.OTHER)
    assert seen(cast).areas[archive.pk].distance is None
    assert "apart-line" in page(cast)
    # On a phone there is no picture: the list says it, too.
    beside = page(cast).partition('id="stands-apart"')[2].partition("</p>")[0]
    assert beside.endswith(": Archivo")


def test_an_empty_chain_says_who_should_act(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.olga.user)
    response = client.get(reverse("contracts:board", kwargs={"org": cast.elsewhere.ref}))
    text = response.content.decode()
    assert "Nobody is linked yet" in text
    assert "For example: client ← Sales" in text


def test_lists_of_a_chain_without_promises_do_not_praise_it(cast: Cast) -> None:
    fresh = page(cast)
    assert "Nada se ha prometido todavía" in fresh
    assert "No hay nada roto" not in fresh
    assert "Todo lo acordado está firmado" not in fresh
    asks.signed(cast)
    later = page(cast)
    assert "No hay nada roto" in later
    assert "Todo lo acordado está firmado" in later


def test_strangers_find_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.olga.user)
    for name in ("board", "fragment", "projector"):
        assert client.get(reverse(f"contracts:{name}", kwargs={"org": cast.organization.ref})).status_code == 404
    client.force_login(cast.vera.user)
    address = reverse("contracts:board", kwargs={"org": cast.organization.ref})
    assert client.get(address).status_code == 200
    elsewhere = build.area(build.company("Otra", founder="Otto"), "Suya")
    assert client.get(address, {"area": elsewhere.ref}).status_code == 404
    assert client.post(address).status_code == 405


def test_the_projector_has_no_navigation_and_is_live(cast: Cast) -> None:
    asks.asked(cast)
    text = page(cast, path="projector/")
    assert '<html lang="es" class="projector">' in text
    assert "mainnav" not in text
    assert 'data-live="o:' in text
    assert '<svg class="chain"' in text
    fragment = page(cast, path="fragment/", view="projector")
    assert 'class="stage board-stage"' in fragment


def test_names_are_text_everywhere(cast: Cast) -> None:
    nasty = '<img src=x onerror="x">'
    area = build.area(cast.company, nasty)
    link = build.link(cast.company, cast.production, area)
    asks.problem(cast, statement=nasty, in_focus=True)
    asks.asked(cast, link=cast.to_sales, terms=asks.once(nasty))
    assert link.pk
    for query in ({}, {"view": "table"}, {"q": nasty}):
        text = page(cast, **query)
        assert "<img" not in text
        HTMLParser().feed(text)


def test_a_chain_drawn_while_the_board_is_read_breaks_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the areas and the links an area comes with its link, as the wizard writes them."""
    together = Rows.together
    is_done: list[bool] = []

    def one_by_one(*readings: Rows, **named: Any) -> list[list[tuple[Any, ...]]]:
        found = []
        for n, one in enumerate(readings):
            if n == 1 and not is_done:
                is_done.append(True)
                build.link(cast.company, cast.sales, build.area(cast.company, "Archivo"))
            found += together(one, **named)
        return found

    with monkeypatch.context() as slow:
        slow.setattr(Rows, "together", staticmethod(one_by_one))
        before = chain_now(cast.organization, NOW)
    assert is_done
    after = chain_now(cast.organization, NOW)
    assert len(after.links) == len(before.links) + 1

"""The client's problems: raised, edited by two at once, put in focus, measured, closed; and the tree below them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from areas.models import JournalEntry
from requests import charts
from requests import problems as deeds
from requests.models import ClientProblem, Measurement
from tests import asks
from tests.build import NOW
from tests.cast import Cast
from tests.requests.screens import HTMX, act, address, browser, words

pytestmark = pytest.mark.usefixtures("monday")
ACTS = ["focus_problem", "measure_problem", "close_problem", "reopen_problem"]


def form(cast: Cast, **more: str) -> dict[str, str]:
    return {
        "statement": "Reducir los tiempos de entrega",
        "process": "retain",
        "moment": "deliver",
        "accountable": cast.sales.ref,
        "indicator": "días del pedido a la entrega",
        "unit": "días",
        "baseline": "9,4",
        "target": "6",
        **more,
    }


def post(cast: Cast, who: str, name: str, data: dict[str, Any] | None = None, **ref: str) -> Any:
    return browser(getattr(cast, who)).post(address(cast, name, **ref), data or {})


def measurable(cast: Cast, **more: Any) -> ClientProblem:
    return asks.problem(cast, indicator="días", unit="días", baseline=Decimal("9.4"), target=Decimal(6), **more)


# Doorways ------------------------------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(cast: Cast) -> None:
    problem = measurable(cast)
    olga = browser(cast.olga)
    for name in ("problems", "new_problem"):
        assert olga.get(address(cast, name)).status_code == 404
        assert Client().get(address(cast, name)).status_code == 302
    for name in ("problem", "edit_problem"):
        assert olga.get(address(cast, name, ref=problem.ref)).status_code == 404
    for name in ACTS:
        assert olga.post(address(cast, name, ref=problem.ref)).status_code == 404
    assert browser(cast.ana).get(address(cast, "problem", ref="nowhere")).status_code == 404


def test_everybody_of_the_company_reads(cast: Cast) -> None:
    problem = measurable(cast)
    for who in ("vera", "victor", "paula"):
        assert browser(getattr(cast, who)).get(address(cast, "problem", ref=problem.ref)).status_code == 200
        assert browser(getattr(cast, who)).get(address(cast, "problems")).status_code == 200


@pytest.mark.parametrize("who", ["vera", "victor"])
def test_readers_and_members_do_not_raise_problems(cast: Cast, who: str) -> None:
    assert browser(getattr(cast, who)).get(address(cast, "new_problem")).status_code == 403
    assert post(cast, who, "new_problem", form(cast)).status_code == 403
    assert not ClientProblem.objects.exists()


@pytest.mark.parametrize("name", [*ACTS, "edit_problem"])
@pytest.mark.parametrize("who", ["vera", "victor", "luis"])
def test_only_the_accountable_area_and_facilitators_act(cast: Cast, who: str, name: str) -> None:
    problem = measurable(cast)
    data = {**form(cast), "on": "2026-11-13", "value": "8", "version": "1"}
    assert post(cast, who, name, data, ref=problem.ref).status_code == 403
    problem.refresh_from_db()
    assert (problem.version, problem.in_focus, problem.closed_at) == (1, False, None)
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("name", ACTS)
def test_acts_are_posted(cast: Cast, name: str) -> None:
    problem = measurable(cast)
    assert browser(cast.fede).get(address(cast, name, ref=problem.ref)).status_code == 405


# Raise, edit ---------------------------------------------------------------------------------------------------------


def test_a_lead_raises_a_problem_and_the_first_is_in_focus(cast: Cast) -> None:
    response = post(cast, "luis", "new_problem", form(cast))
    problem = ClientProblem.objects.get()
    assert response.url == address(cast, "problem", ref=problem.ref)
    assert (problem.baseline, problem.target, problem.in_focus) == (Decimal("9.4"), Decimal(6), True)
    assert (problem.accountable, problem.raised_by) == (cast.sales, cast.luis)
    post(cast, "fede", "new_problem", form(cast, statement="Otro"))
    assert ClientProblem.objects.filter(in_focus=True).count() == 1
    assert JournalEntry.objects.filter(event="problem.raised", subject="problem").count() == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"statement": ""}, "required"),
        ({"accountable": ""}, "required"),
        ({"indicator": ""}, "Say what these figures count."),
        ({"target": "9,4"}, "The target is the same as today's value."),
        ({"baseline": "muchos"}, "Write a figure"),
    ],
)
def test_what_is_missing_is_said(cast: Cast, said: dict[str, str], sentence: str) -> None:
    response = post(cast, "fede", "new_problem", form(cast, **said))
    assert response.status_code == 422
    assert sentence in words(response)
    assert not ClientProblem.objects.exists()


def test_the_client_is_not_accountable_for_its_own_problem(cast: Cast) -> None:
    assert post(cast, "fede", "new_problem", form(cast, accountable=cast.client.ref)).status_code == 422


def test_two_people_editing_at_once_see_each_other(cast: Cast) -> None:
    problem = measurable(cast)
    post(cast, "ana", "edit_problem", form(cast, version="1", pains="Llamar tres veces"), ref=problem.ref)
    late = post(cast, "fede", "edit_problem", form(cast, version="1", gains="Saber antes"), ref=problem.ref)
    assert late.status_code == 409
    assert "Llamar tres veces" in words(late)
    assert "Saber antes</textarea>" in late.content.decode()
    assert 'name="version" value="2"' in late.content.decode()
    problem.refresh_from_db()
    assert (problem.pains, problem.gains) == ("Llamar tres veces", "")
    assert (
        post(cast, "fede", "edit_problem", form(cast, version="2", gains="Saber antes"), ref=problem.ref).status_code
        == 302
    )
    problem.refresh_from_db()
    assert (problem.pains, problem.gains) == ("", "Saber antes")


def test_the_edit_form_shows_figures_as_the_country_writes_them(cast: Cast) -> None:
    problem = measurable(cast)
    assert 'value="9.4"' in browser(cast.ana).get(address(cast, "edit_problem", ref=problem.ref)).content.decode()


# Focus, measure, close -----------------------------------------------------------------------------------------------


def test_one_problem_is_in_focus(cast: Cast) -> None:
    first, second = measurable(cast, in_focus=True), measurable(cast, statement="Otro")
    for _twice in range(2):
        assert post(cast, "fede", "focus_problem", ref=second.ref).status_code == 302
    assert list(ClientProblem.objects.filter(in_focus=True)) == [second]
    assert JournalEntry.objects.filter(event="problem.focused").count() == 1
    first.refresh_from_db()
    deeds.close(first, cast.actor("fede"), NOW)
    post(cast, "fede", "focus_problem", ref=first.ref)
    assert list(ClientProblem.objects.filter(in_focus=True)) == [second]


def test_a_figure_is_written_down_with_its_day(cast: Cast) -> None:
    problem = measurable(cast)
    data = {"on": "2026-11-13", "value": "8,1", "note": "Con la ruta nueva"}
    assert post(cast, "ana", "measure_problem", data, ref=problem.ref).status_code == 302
    one = Measurement.objects.get()
    assert (one.on, one.value, one.note, one.by) == (date(2026, 11, 13), Decimal("8.1"), "Con la ruta nueva", cast.ana)
    text = words(browser(cast.vera).get(address(cast, "problem", ref=problem.ref)))
    assert "8.1 días on Fri, 13 Nov 2026" in text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"on": "2026-11-17", "value": "8"}, "This day is still to come"),
        ({"on": "1990-01-01", "value": "8"}, "ten years ago"),
        ({"on": "2026-11-13", "value": ""}, "required"),
        ({"on": "2026-11-13", "value": "ocho"}, "Write a figure"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(cast: Cast, data: dict[str, str], sentence: str) -> None:
    problem = measurable(cast)
    response = post(cast, "ana", "measure_problem", data, ref=problem.ref)
    assert response.status_code == 422
    assert sentence in words(response)
    assert not Measurement.objects.exists()


def test_without_an_indicator_nothing_is_measured(cast: Cast) -> None:
    problem = asks.problem(cast)
    response = post(cast, "ana", "measure_problem", {"on": "2026-11-13", "value": "8"}, ref=problem.ref)
    assert response.status_code == 422
    assert "It has no indicator yet" in words(response)


def test_closed_and_opened_again_twice_is_harmless(cast: Cast) -> None:
    problem = measurable(cast, in_focus=True)
    for name, closed in (("close_problem", True), ("close_problem", True), ("reopen_problem", False)):
        assert post(cast, "ana", name, ref=problem.ref).status_code == 302
        problem.refresh_from_db()
        assert (problem.closed_at is not None, problem.in_focus) == (closed, False)
    assert JournalEntry.objects.filter(event="problem.closed").count() == 1


# The page ------------------------------------------------------------------------------------------------------------


def test_the_tree_shows_everything_it_caused_and_how_often_it_bounced(cast: Cast) -> None:
    problem = measurable(cast)
    need = asks.agreed(cast, why=problem)
    asks.asked(cast, cast.to_logistics, why=need, terms=asks.weekly())
    bounced = asks.asked(cast, why=problem, terms=asks.once("Entregas en domingo"))
    act(cast, "luis", "decline", bounced, words="No", redirect_to=cast.production.ref)
    asks.drafted(cast, why=problem)
    text = words(browser(cast.vera).get(address(cast, "problem", ref=problem.ref)))
    assert "sent on 1 time" in text
    assert "Plan semanal confirmado Logística → asks Producción asked" in text
    assert "Entregas en domingo Ventas → asks Producción · sent on asked" in text
    cards = words(browser(cast.vera).get(address(cast, "problems")))
    assert "4 requests" in cards
    assert "2 wait for an answer" in cards
    assert "1 unmet" in cards


def test_three_of_each_cost_as_many_queries_as_one(cast: Cast) -> None:
    client = browser(cast.vera)

    def count(name: str, **ref: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address(cast, name, **ref))
        return len(queries)

    count("problems")
    problem = measurable(cast)
    asks.asked(cast, why=problem)
    deeds.measure(problem, cast.actor("ana"), on=date(2026, 11, 1), value=Decimal(9), now=NOW)
    one = count("problem", ref=problem.ref), count("problems")
    for n in range(2):
        asks.asked(cast, why=asks.agreed(cast, why=problem), by=cast.ana, terms=asks.once(f"Otra {n}"))
        deeds.measure(problem, cast.actor("ana"), on=date(2026, 11, 10 + n), value=Decimal(8), now=NOW)
        measurable(cast, statement=f"Otro {n}")
    assert (count("problem", ref=problem.ref), count("problems")) == one


def test_an_empty_list_says_who_should_act(cast: Cast) -> None:
    assert "A lead of an area or a facilitator raises" in words(browser(cast.vera).get(address(cast, "problems")))
    assert "Write down the first one" in words(browser(cast.ana).get(address(cast, "problems")))


@pytest.mark.parametrize("part", ["tree", "indicator"])
def test_a_live_region_fetches_itself_alone(cast: Cast, part: str) -> None:
    problem = measurable(cast)
    where = address(cast, "problem", ref=problem.ref)
    body = browser(cast.vera).get(f"{where}?part={part}", headers=HTMX).content.decode()
    assert f'id="{part}"' in body
    assert "<html" not in body
    assert "token" in browser(cast.vera).get(f"{where}?token=new").json()


# The chart -----------------------------------------------------------------------------------------------------------


def test_nothing_to_compare_is_no_chart() -> None:
    assert charts.draw([], baseline=Decimal(9), target=Decimal(6)) is None
    assert charts.draw([(date(2026, 11, 1), Decimal(9))], baseline=None, target=None) is None


def test_all_that_is_drawn_stays_inside_the_box() -> None:
    measured = [(date(2026, 8, 1), Decimal("9.4")), (date(2026, 9, 1), Decimal("8.8")), (date(2026, 11, 1), Decimal(7))]
    chart = charts.draw(measured, baseline=Decimal("9.4"), target=Decimal(6))
    assert chart is not None
    assert chart.target_y is not None
    for dot in chart.dots:
        assert charts.LEFT <= dot.x <= charts.WIDTH - charts.RIGHT
        assert charts.TOP <= dot.y <= charts.HEIGHT - charts.BOTTOM
    assert [dot.y for dot in chart.dots] == sorted(dot.y for dot in chart.dots)
    assert chart.dots[-1].y < chart.target_y < chart.floor
    assert chart.line.startswith("M22.0 ")


def test_one_day_and_equal_values_divide_by_nothing() -> None:
    chart = charts.draw([(date(2026, 11, 1), Decimal(0))], baseline=Decimal(0), target=Decimal(0))
    assert chart is not None
    assert len(chart.dots) == 1

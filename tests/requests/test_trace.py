"""The path back to the client (S1.4) and the tree below a problem."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from requests import moves, trace
from requests.models import Ask
from requests.states import Direction
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def chain(cast: Cast) -> tuple[Ask, Ask, Ask]:
    """Sales asks logistics because of the client; logistics asks production; production asks administration."""
    first = asks.agreed(cast, link=cast.to_sales, terms=asks.once("Ventana de entrega"))
    second = asks.asked(cast, cast.to_logistics, why=first, terms=asks.once("Plan semanal"))
    third = asks.asked(cast, cast.to_production, why=second, terms=asks.once("Tornillos a tiempo"))
    return first, second, third


def test_the_path_leads_from_administration_up_to_the_client(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _first, _second, third = chain(cast)
    with django_assert_num_queries(1):
        steps = trace.path(third.pk)
    assert [(step.kind, step.words) for step in steps] == [
        ("ask", "Tornillos a tiempo"),
        ("ask", "Plan semanal"),
        ("ask", "Ventana de entrega"),
        ("problem", "Reducir los tiempos de entrega"),
    ]
    assert (steps[0].asker, steps[0].performer) == ("Producción", "Administración")
    assert (steps[-1].asker, steps[-1].performer) == (cast.client.name, "Ventas")


def test_many_paths_are_one_query(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    many = chain(cast)
    with django_assert_num_queries(1):
        found = trace.paths([ask.pk for ask in many])
    assert [len(found[ask.pk]) for ask in many] == [2, 3, 4]
    assert trace.paths([]) == {}


def test_the_tree_holds_all_that_the_problem_caused_and_counts_bounces(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second, _third = chain(cast)
    asks.asked(cast, cast.to_sales, Direction.REQUIREMENT, why=first, terms=asks.once("Orden completa"))
    asks.drafted(cast, cast.to_logistics, why=first)
    moves.decline(
        second, cast.actor("marta"), version=second.version, words="No.", redirect_to=cast.administration, now=NOW
    )
    assert first.problem is not None
    with django_assert_num_queries(1):
        forest = trace.tree(first.problem)
    assert [node.words for node in forest] == ["Ventana de entrega"]
    below = forest[0].children
    assert {(node.words, node.direction) for node in below} == {
        ("Plan semanal", "need"),
        ("Orden completa", "requirement"),
    }
    plan = next(node for node in below if node.words == "Plan semanal")
    assert {(node.performer, node.is_redirect) for node in plan.children} == {
        ("Administración", False),
        ("Administración", True),
    }
    assert trace.bounces(forest) == 1


def test_what_hangs_on_a_withdrawn_ask_stays_in_the_tree(cast: Cast) -> None:
    first = asks.asked(cast, cast.to_sales, terms=asks.once("Ventana de entrega"))
    second = asks.agreed(cast, link=cast.to_logistics, why=first, terms=asks.once("Plan semanal"))
    alone = asks.asked(cast, cast.to_sales, terms=asks.once("Otra cosa"))
    for ask in (first, alone):
        moves.withdraw(ask, cast.actor("ana"), version=ask.version, now=NOW)
    assert first.problem is not None
    forest = trace.tree(first.problem)
    assert [(node.words, node.state) for node in forest] == [("Ventana de entrega", "withdrawn")]
    assert [(node.pk, node.state) for node in forest[0].children] == [(second.pk, "agreed")]


def test_a_cycle_behind_our_back_does_not_hang_the_path(cast: Cast) -> None:
    first, second, _third = chain(cast)
    Ask.objects.filter(pk=first.pk).update(problem=None, cause=second)
    assert len(trace.path(second.pk)) <= trace.DEEPEST + 1

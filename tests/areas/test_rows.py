"""Rows of models by SQL that is written once: whole ones, parts of them, none where a join found nothing."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from areas.models import Area, JournalEntry, Link
from areas.rows import Rows
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def test_rows_come_as_the_models_that_a_queryset_gives(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read = Rows(
        "SELECT {link}, {customer} FROM areas_link link JOIN areas_area customer ON customer.id = link.customer_id"
        " WHERE link.organization_id = %s ORDER BY link.id",
        link=Link,
        customer=Area,
    )
    with django_assert_num_queries(1):
        found = read(cast.organization.pk)
    links = Link.objects.filter(organization=cast.organization).select_related("customer").order_by("pk")
    assert found == [(link, link.customer) for link in links]
    assert [vars(area) | {"_state": None} for _link, area in found] == [
        vars(link.customer) | {"_state": None} for link in links
    ]


def test_what_a_join_does_not_find_is_none(cast: Cast) -> None:
    read = Rows(
        "SELECT {area}, {link} FROM areas_area area LEFT JOIN areas_link link ON false WHERE area.id = %(area)s",
        area=Area,
        link=Link,
    )
    assert read(area=cast.sales.pk) == [(cast.sales, None)]


def test_columns_that_were_left_out_are_read_on_demand(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read = Rows("SELECT {area} FROM areas_area area WHERE area.id = %s", area=(Area, ("name",)))
    with django_assert_num_queries(1):
        ((area,),) = read(cast.sales.pk)
        assert area.name == "Ventas"
    with django_assert_num_queries(1):
        assert area.kind == cast.sales.kind


def test_stored_json_comes_as_what_it_says(cast: Cast) -> None:
    facts = {"name": "Ana «la de Ventas»", "n": 3}
    JournalEntry.objects.create(organization=cast.organization, event="person.joined", at=NOW, facts=facts)
    read = Rows("SELECT {entry} FROM areas_journalentry entry ORDER BY entry.id DESC LIMIT 1", entry=JournalEntry)
    assert [entry.facts for (entry,) in read()] == [facts]


def test_what_follows_the_models_comes_as_it_is(cast: Cast) -> None:
    read = Rows("SELECT {area}, 7, area.name FROM areas_area area WHERE area.id = %s", area=(Area, ("name",)))
    assert read(cast.sales.pk) == [(cast.sales, 7, "Ventas")]


def test_several_readings_are_one_message(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    areas = Rows("SELECT {area} FROM areas_area area WHERE area.id = %(area)s", area=Area)
    nothing = Rows("SELECT {link} FROM areas_link link WHERE false", link=Link)
    plain = Rows("SELECT %(word)s::text, 2")
    with django_assert_num_queries(1):
        found = Rows.together(areas, nothing, plain, area=cast.sales.pk, word="a%;b")
    assert found == [[(cast.sales,)], [], [("a%;b", 2)]]

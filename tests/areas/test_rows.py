"""Rows of models by SQL that is written once: whole ones, parts of them, none where a join found nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from areas.models import Area, JournalEntry, Link
from areas.rows import Prepared, Rows
from tests.build import NOW, company
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


# Prepared ones

AREAS = (
    "SELECT {area}, %(word)s::text, 'a%%' FROM areas_area area"
    " WHERE area.organization_id = %(org)s AND area.name <> %(word)s ORDER BY area.id",
    {"area": (Area, ("name",))},
)


def sent(ask: Callable[[], object]) -> list[str]:
    """The messages to the database that it takes."""
    with CaptureQueriesContext(connection) as messages:
        ask()
    return [message["sql"] for message in messages]


def test_prepared_rows_are_those_that_plain_ones_give(cast: Cast) -> None:
    here, there = cast.organization.pk, company("Lantern", founder="Lena").organization.pk
    plain, prepared = Rows(AREAS[0], **AREAS[1]), Prepared(AREAS[0], **AREAS[1])
    found = {org: plain(org=org, word="it's «%s»; $1") for org in (here, there)}
    assert len(found[here]) > len(found[there]) > 0
    for _ in range(8):  # PostgreSQL changes its mind about plans after the fifth time
        for org in (here, there):
            assert prepared(org=org, word="it's «%s»; $1") == found[org]


def test_what_is_prepared_travels_once_and_never_costs_a_message_more(cast: Cast) -> None:
    prepared, plain = Prepared(AREAS[0], **AREAS[1]), Rows("SELECT %(word)s::text")
    known = {"org": cast.organization.pk, "word": "x"}

    def together() -> None:
        first, second = Rows.together(plain, prepared, **known, of_another_reading=1)
        assert (first, second[0][1:]) == ([("x",)], ("x", "a%"))

    (first,), (second,) = sent(together), sent(together)
    assert "areas_area" in first
    assert "areas_area" not in second


def test_a_prepared_reading_with_other_sql_has_a_name_of_its_own(cast: Cast) -> None:
    one, other = Prepared("SELECT %(n)s::int + 1"), Prepared("SELECT %(n)s::int + 2")
    assert [Rows.together(one, other, one, n=1) for _ in range(2)] == [[[(2,)], [(3,)], [(2,)]]] * 2


def test_prepared_values_keep_their_types(cast: Cast) -> None:
    read = Prepared(
        "SELECT area.name FROM areas_area area WHERE (%(ids)s::bigint[] IS NULL OR area.id = ANY(%(ids)s))"
        " AND area.organization_id = %(org)s AND %(day)s < area.created_at ORDER BY area.id"
    )
    known = {"org": cast.organization.pk, "day": date(2001, 1, 1)}
    everybody = read(ids=None, **known)
    assert len(everybody) > 2
    assert read(ids=[cast.sales.pk], **known) == [("Ventas",)]
    assert read(ids=[], **known) == []
    assert read(ids=None, **known) == everybody


def test_prepared_rows_after_a_transaction_that_failed(cast: Cast) -> None:
    fails, reads = Prepared("SELECT 1 / %(n)s::int"), Prepared("SELECT %(n)s::int")
    for _ in range(2):
        with pytest.raises(DataError), transaction.atomic():
            Rows.together(reads, fails, n=0)
        assert Rows.together(reads, fails, n=1) == [[(1,)], [(1,)]]
    # PostgreSQL keeps what was prepared in a transaction that was given up.
    later = Prepared("SELECT %(n)s::int * 2")
    with transaction.atomic():
        assert Rows.together(later, reads, n=2) == [[(4,)], [(2,)]]
        transaction.set_rollback(True)
    assert later(n=3) == [(6,)]


def test_behind_a_pooler_of_transactions_nothing_is_prepared(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    read = Prepared("SELECT %(n)s::int")
    assert [message for message in sent(lambda: read(n=1)) if "PREPARE" in message or "EXECUTE" in message] == []
    assert read(n=1) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_replaced_is_told_again() -> None:
    read = Prepared("SELECT %(n)s::int")
    assert read(n=1) == [(1,)]
    connection.close()
    assert read(n=2) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_lost_what_was_prepared_is_told_again() -> None:
    read, other = Prepared("SELECT %(n)s::int"), Prepared("SELECT %(n)s::int + 1")
    assert Rows.together(read, other, n=1) == [[(1,)], [(2,)]]
    with connection.cursor() as cursor:
        cursor.execute("DISCARD ALL")
    assert Rows.together(read, other, n=1) == [[(1,)], [(2,)]]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(ProgrammingError), transaction.atomic():
        read(n=1)
    assert other(n=1) == [(2,)]
    with transaction.atomic():
        assert read(n=2) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_a_table_that_changed_under_what_was_prepared() -> None:
    read = Prepared("SELECT word FROM of_a_test")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE of_a_test AS SELECT 1 AS word")
        assert read() == [(1,)]
        cursor.execute("ALTER TABLE of_a_test ALTER word TYPE text")
        assert read() == [("1",)]
        cursor.execute("DROP TABLE of_a_test")

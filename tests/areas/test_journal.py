"""The journal: one row, one revision, one message to the database."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from areas import journal
from areas.models import JournalEntry, Organization
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


def test_the_row_and_the_revision_are_written_in_one_message(cast: Cast) -> None:
    before = Organization.objects.get(pk=cast.organization.pk).revision
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        journal.record(
            cast.organization,
            "area.renamed",
            by=cast.ana,
            recorded_by=cast.fede,
            now=NOW,
            area=cast.sales,
            subject=("ask", "abc"),
            facts={"name": "Ventas", "n": 2, "said": "100 %, «así»"},
        )
    assert len(asked) == 1
    assert Organization.objects.get(pk=cast.organization.pk).revision == before + 1
    entry = JournalEntry.objects.latest("pk")
    assert (entry.event, entry.by, entry.by_name, entry.recorded_by) == ("area.renamed", cast.ana, "Ana", cast.fede)
    assert (entry.at, entry.area, entry.link, entry.subject, entry.subject_ref) == (NOW, cast.sales, None, "ask", "abc")
    assert entry.facts == {"name": "Ventas", "n": 2, "said": "100 %, «así»"}


def test_a_deed_that_fails_leaves_neither(cast: Cast) -> None:
    before = Organization.objects.get(pk=cast.organization.pk).revision
    rows = JournalEntry.objects.count()
    with transaction.atomic():
        journal.record(cast.organization, "organization.changed", by=None, now=NOW)
        assert JournalEntry.objects.count() == rows + 1
        transaction.set_rollback(True)
    assert JournalEntry.objects.count() == rows
    assert Organization.objects.get(pk=cast.organization.pk).revision == before

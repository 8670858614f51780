"""Instants come out of the database as Django gave them, only sooner."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from config.instants import Instant

pytestmark = pytest.mark.django_db


def read(text: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-16 15:00:00+00", datetime(2026, 11, 16, 15, 0, tzinfo=UTC)),
        ("2026-11-16 09:00:00.5-06", datetime(2026, 11, 16, 15, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-16 09:00:00.000001-06:30", datetime(2026, 11, 16, 15, 30, 0, 1, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, instant: datetime) -> None:
    found = read(text)
    assert found == instant
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


def test_it_is_the_reader_of_each_connection() -> None:
    read("2026-11-16 15:00:00+00")
    assert connection.connection.adapters.get_loader(1184, 0) is Instant


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC", "12026-01-01 00:00:00+00"])
def test_what_is_no_instant_of_ours_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        read(text)

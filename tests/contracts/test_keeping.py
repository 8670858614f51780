"""Deliveries and verdicts: who may, what follows, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts import clock
from tests import asks, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def test_a_delivery_that_is_accepted_in_time_is_kept(cast: Cast) -> None:
    window = promises.promise(cast, terms=asks.weekly())
    row = promises.first(window)
    assert promises.standing(row) == clock.Standing.UPCOMING
    promises.deliver(cast, row, now=NOW + timedelta(days=1))
    assert promises.standing(row) == clock.Standing.DELIVERED
    promises.judge(cast, row, now=NOW + timedelta(days=2))
    assert promises.standing(row) == clock.Standing.KEPT
    assert promises.fresh(row).settled_at == NOW + timedelta(days=2)

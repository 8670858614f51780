"""The lines of a sheet are drawn once for all who see the same of them, and never show anything of somebody else's."""

from __future__ import annotations

import re

import pytest

from areas.models import Area
from contracts.at_hand import TOKEN, at_hand
from contracts.models import Occurrence
from contracts.sheets.essence import essence
from contracts.templatetags import sheets
from tests.cast import Cast, muebles_del_norte
from tests.contracts.owed import falls_due
from tests.contracts.test_kept_sheet import YESTERDAY, line, page, promised, sheet


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture(autouse=True)
def nothing_drawn() -> None:
    sheets._drawn.cache_clear()


def tokens(html: str) -> set[str]:
    return set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', html))


def test_a_line_is_drawn_once_and_bears_the_token_of_each_session(cast: Cast) -> None:
    promised(cast)
    first = page(cast, cast.luis)
    at_hand.clear()
    second = page(cast, cast.luis)
    known = sheets._drawn.cache_info()
    assert (known.misses, known.hits) == (1, 1)
    assert TOKEN not in first + second
    assert len(tokens(first)) == len(tokens(second)) == 1
    assert "amend" in first
    assert tokens(first) != tokens(second)


def test_whoever_has_no_acts_sees_none_of_those_drawn_for_another(cast: Cast) -> None:
    ask = promised(cast)
    due = falls_due(ask, YESTERDAY)
    assert f"deliver-{due.ref}" in page(cast, cast.luis)
    assert f"deliver-{due.ref}" not in page(cast, cast.vera)


def test_what_became_of_a_promise_makes_its_line_another_one(cast: Cast) -> None:
    ask = promised(cast)
    before = essence(line(cast, ask))
    assert essence(line(cast, ask)) == before
    due = falls_due(ask, YESTERDAY)
    after = essence(line(cast, ask))
    assert after != before
    Occurrence.objects.filter(pk=due.pk).update(delivered_at=YESTERDAY)
    assert essence(line(cast, ask)) not in (before, after)


def test_a_new_name_of_an_area_is_shown_at_once(cast: Cast) -> None:
    promised(cast)
    before = sheet(cast).house
    Area.objects.filter(pk=cast.to_sales.customer_id).update(name="Ventas y posventa")
    cast.to_sales.refresh_from_db()
    assert sheet(cast).house != before


def test_it_says_what_it_does_not_know(cast: Cast) -> None:
    with pytest.raises(TypeError, match="object is nothing"):
        essence([object()])

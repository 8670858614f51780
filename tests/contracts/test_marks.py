"""The three marks that help to write a good promise."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import pytest

from contracts.marks import is_measurable, is_owned, is_traceable, marks


class Words(NamedTuple):
    satisfaction: str = ""
    indicator: str = ""
    target: Decimal | None = None


class Hop(NamedTuple):
    kind: str


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        (Words(), False),
        (Words(satisfaction="   "), False),
        (Words(satisfaction="Published every Monday before noon"), True),
        (Words(indicator="orders with a window"), False),
        (Words(indicator="orders with a window", target=Decimal(95)), True),
        (Words(indicator="complaints", target=Decimal(0)), True),
    ],
)
def test_measurable(promise: Words, expected: bool) -> None:
    assert is_measurable(promise) is expected


@pytest.mark.parametrize(("name", "expected"), [("", False), (" ", False), ("Luis", True)])
def test_owned(name: str, expected: bool) -> None:
    assert is_owned(name) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [([], False), ([Hop("ask")], False), ([Hop("ask"), Hop("problem")], True), ([Hop("problem")], True)],
)
def test_traceable(path: list[Hop], expected: bool) -> None:
    assert is_traceable(path) is expected


def test_each_missing_mark_says_what_would_help() -> None:
    found = marks(Words(), "", [])
    assert [mark.name for mark in found] == ["measurable", "owned", "traceable"]
    assert not any(mark.holds for mark in found)
    assert all(mark.hint.endswith(".") for mark in found)

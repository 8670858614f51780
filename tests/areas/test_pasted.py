"""Lists of people as they come out of mails and spreadsheets."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from areas import pasted
from areas.pasted import read


@pytest.mark.parametrize(
    ("typed", "name", "email", "area"),
    [
        ("Ana <ana@example.com>, Logística", "Ana", "ana@example.com", "Logística"),
        ("ana@example.com", "", "ana@example.com", ""),
        ("ana@example.com, Ventas", "", "ana@example.com", "Ventas"),
        ("Ana Robles, ana@example.com, Ventas", "Ana Robles", "ana@example.com", "Ventas"),
        ("Ana Robles\tAna@Example.com\tVentas", "Ana Robles", "ana@example.com", "Ventas"),
        ('"Ana" <ana@example.com>; Ventas', "Ana", "ana@example.com", "Ventas"),
        ("Ana, Ventas, ana@example.com", "Ana", "ana@example.com", "Ventas"),
        ("  <ana@example.com> ", "", "ana@example.com", ""),
    ],
)
def test_lines_that_can_be_read(typed: str, name: str, email: str, area: str) -> None:
    (line,) = read(typed)
    assert (line.name, line.email, line.area, line.wrong) == (name, email, area, "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Ana", "There is no e-mail address in this line."),
        ("Ana <ana@>", "There is no e-mail address in this line."),
        ("ana@nowhere", "ana@nowhere is not an e-mail address."),
        ("ana@example.com luis@example.com", "There are two addresses in this line. Give each person a line."),
        ("x" * 130 + " <ana@example.com>", "This name is too long."),
    ],
)
def test_each_wrong_line_says_why(typed: str, sentence: str) -> None:
    with translation.override("en"):
        (line,) = read(typed)
    assert (line.typed, line.wrong) == (typed, sentence)


def test_the_same_address_twice() -> None:
    lines = read("Ana <ana@example.com>\n\nANA@example.com, Ventas\n")
    assert [bool(line.wrong) for line in lines] == [False, True]


def test_no_more_than_fit() -> None:
    lines = read("\n".join(f"p{n}@example.com" for n in range(pasted.MOST_LINES + 2)))
    assert sum(1 for line in lines if line.wrong) == 2


@given(st.text(max_size=300))
def test_nothing_is_lost(text: str) -> None:
    lines = read(text)
    kept = [line.strip().strip(",;") for line in text.splitlines()]
    assert [line.typed for line in lines] == [line for line in kept if line]


def test_areas_are_found_without_accents_and_capitals() -> None:
    assert pasted.same_name("Logística", "  LOGISTICA ")
    assert not pasted.same_name("Logística", "Ventas")

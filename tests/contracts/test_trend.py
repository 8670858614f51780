"""The small chart of thirteen weeks: what it draws, and what it says to who does not see it."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import translation

from areas.models import Organization
from contracts.rates import Week
from contracts.trend import SMALL, WIDE, Words, draw, words

ORGANIZATION = Organization(name="Muebles", country="MX", zone="America/Mexico_City", language="es")
FIRST = date(2026, 8, 24)
SVG = "{http://www.w3.org/2000/svg}"


def weeks(*counts: tuple[int, int]) -> list[Week]:
    return [Week(FIRST + timedelta(weeks=n), kept, broken) for n, (kept, broken) in enumerate(counts)]


MIXED = weeks((4, 0), (3, 1), (0, 0), (0, 4), (2, 2), *[(4, 0)] * 7, (1, 1))
PLAIN = Words("Kept", "Said")


def drawn(of: list[Week], size: object = SMALL) -> ElementTree.Element:
    text = draw(of, PLAIN, size=size, ident="t")  # type: ignore[arg-type]
    assert "style=" not in text
    return ElementTree.fromstring(text)


def test_solid_is_what_was_kept_and_hollow_what_was_not() -> None:
    root = drawn(MIXED)
    kept = [float(box.get("height", "0")) for box in root.iter("rect") if box.get("class") == "t-kept"]
    missed = [float(box.get("height", "0")) for box in root.iter("rect") if box.get("class") == "t-missed"]
    assert len(kept) == 11
    assert len(missed) == 4
    assert kept[0] == max(kept)
    assert kept[2] == pytest.approx(kept[0] / 2, abs=0.1)
    assert kept[1] == pytest.approx(kept[0] * 3 / 4, abs=0.1)


def test_a_week_without_anything_due_is_a_gap() -> None:
    assert len([mark for mark in drawn(MIXED).iter("path") if mark.get("class") == "t-none"]) == 1


def test_one_among_very_many_is_seen() -> None:
    nearly = drawn(weeks((999, 1)))
    heights = {box.get("class"): float(box.get("height", "0")) for box in nearly.iter("rect")}
    assert heights["t-missed"] >= 2
    hardly = drawn(weeks((1, 999)))
    heights = {box.get("class"): float(box.get("height", "0")) for box in hardly.iter("rect")}
    assert heights["t-kept"] >= 2


@pytest.mark.parametrize("size", [SMALL, WIDE])
def test_nothing_leaves_its_frame(size: object) -> None:
    for of in (MIXED, weeks((0, 3)), weeks(*[(0, 0)] * 13), []):
        root = drawn(of, size)
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        for box in root.iter("rect"):
            x, y, wide, tall = (float(box.get(name, "-1")) for name in ("x", "y", "width", "height"))
            assert x >= 0 <= y
            assert x + wide <= width
            assert y + tall <= height
            assert wide > 0 < tall


def test_figures_stand_only_where_they_can_be_read() -> None:
    assert not list(drawn(MIXED).iter("text"))
    figures = [text.text for text in drawn(MIXED, WIDE).iter("text") if text.get("class") == "t-figure"]
    assert figures[0] == "4/4"
    assert figures[-1] == "1/2"
    assert not [t for t in drawn(weeks(*[(1000, 200)] * 13), WIDE).iter("text") if t.get("class") == "t-figure"]


def test_it_has_a_name_and_a_description() -> None:
    text = draw(MIXED, Words("A <b>", 'Said "x"'), ident="t-7")
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "t-7-t t-7-d"
    assert [root.find(tag).text for tag in ("title", "desc")] == ["A <b>", 'Said "x"']  # type: ignore[union-attr]


def test_words_say_the_whole_the_weakest_and_this_week() -> None:
    with translation.override("en"):
        said = words(MIXED, ORGANIZATION)
    assert said.says == (
        "In 13 weeks 38 of 46 promises were kept (83%). The weakest was the week of 14 Sept: 0 of 4."
        " This week so far: 1 of 2. In 1 week nothing fell due."
    )
    assert (said.first, said.last) == ("24 Aug", "this week")


def test_words_of_weeks_without_anything() -> None:
    with translation.override("en"):
        assert words(weeks(*[(0, 0)] * 13), ORGANIZATION).says == "In these weeks no promise was kept or broken."
        assert "weakest" not in words(weeks(*[(2, 0)] * 13), ORGANIZATION).says

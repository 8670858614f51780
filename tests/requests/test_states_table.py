"""ARCHITECTURE.md shows the moves as the code has them."""

from __future__ import annotations

from pathlib import Path

from requests.states import table

DOCUMENT = Path(__file__).parents[2] / "ARCHITECTURE.md"


def rows_of(text: str) -> list[tuple[str, ...]]:
    lines = text.partition("<!-- moves -->")[2].partition("<!-- /moves -->")[0].strip().splitlines()
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def test_the_document_shows_the_moves_of_the_code() -> None:
    assert rows_of(DOCUMENT.read_text(encoding="utf-8")) == list(table())

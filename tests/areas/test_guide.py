"""The guide: open to everybody, whole in both languages, and in the words of the app."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from contracts.clock import Standing
from requests.states import State, Verb

pytestmark = pytest.mark.django_db
SECTIONS = ["method", "request", "states"]


class Reader(HTMLParser):
    """The tags and ids of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def main_part(client: Client, language: str) -> str:
    answer = client.get(reverse("areas:guide"), headers={"accept-language": language})
    assert answer.status_code == 200
    found = re.search(r"<main.*</main>", answer.content.decode(), re.S)
    assert found
    return found[0]


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize(
    ("language", "words"),
    [("es", ["Cómo funciona", "Una buena solicitud", "Qué significa"]), ("en", ["How it works", "A good request"])],
)
def test_each_language_has_its_own_text(client: Client, language: str, words: list[str]) -> None:
    html = main_part(client, language)
    for text in words:
        assert text in html
    other = "A good request" if language == "es" else "Una buena solicitud"
    assert other not in html


def test_both_languages_tell_the_same_story(client: Client) -> None:
    spanish, english = read(main_part(client, "es")), read(main_part(client, "en"))
    assert spanish.tags == english.tags
    assert spanish.ids == english.ids
    assert [one for one in SECTIONS if one in spanish.ids] == SECTIONS


@pytest.mark.parametrize("language", ["es", "en"])
def test_three_screens_at_the_most(client: Client, language: str) -> None:
    html = main_part(client, language)
    assert len(read(html).words) < 750
    assert html.count("<section") == 3


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_state_and_each_answer_is_explained_in_the_words_of_the_app(client: Client, language: str) -> None:
    html = main_part(client, language)
    with translation.override(language):
        for state in (*State, *Standing):
            explained = rf'<dt><span class="pill [a-z_]+">{re.escape(str(state.label))}</span></dt><dd>[^<]{{10,}}</dd>'
            assert re.search(explained, html), state
        for verb in (Verb.AGREE, Verb.COUNTER, Verb.DECLINE, Verb.ACKNOWLEDGE):
            assert f"<b>{verb.label}</b>" in html, verb
        for word in ("unanswered", "to sign", "in force", "superseded", "measurable", "owned"):
            assert f">{gettext(word)}<" in html, word


def test_each_state_wears_the_pill_that_the_style_sheet_knows(client: Client) -> None:
    styles = (Path(__file__).parents[2] / "static" / "css" / "pills.css").read_text(encoding="utf-8")
    for name in re.findall(r'class="pill ([a-z_]+)"', main_part(client, "en")):
        assert re.search(rf"\.{name}\b", styles), name

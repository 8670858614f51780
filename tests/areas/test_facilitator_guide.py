"""The facilitator's guide: whole in both languages, its minutes add up, and on paper it is one sheet of two pages."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Playwright, Route

from tests.areas.test_guide import Reader, read
from tests.contracts.test_printing import HOST, PRINTABLE_WIDTH, squeezed
from tests.contracts.test_printing import read as read_pdf
from tests.e2e.conftest import FLAGS

pytestmark = pytest.mark.django_db
ADDRESS = "/guide/facilitator/"
SECTIONS = ["before", "minutes", "stuck", "after", "asks"]
PHASES = {
    "en": ["Arrive", "Mirror", "Problem", "Voice of the client", "Chain", "Answers", "Agreements", "Close"],
    "es": ["Llegada", "Espejo", "Problema", "Voz del cliente", "Cadena", "Respuestas", "Acuerdos", "Cierre"],
}
LANGUAGES = pytest.mark.parametrize("language", ["es", "en"])


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()
    connections.close_all()


def main_part(client: Client, language: str, address: str = ADDRESS) -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    found = re.search(r"<main.*</main>", answer.content.decode(), re.S)
    assert found
    return found[0]


def plain(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    return " ".join(reader.words)


def test_both_languages_tell_the_same_story(client: Client) -> None:
    spanish, english = read(main_part(client, "es")), read(main_part(client, "en"))
    assert spanish.tags == english.tags
    assert spanish.ids == english.ids
    assert [one for one in spanish.ids if one in SECTIONS] == SECTIONS
    assert "Cuando alguien pregunta" in " ".join(spanish.words)
    assert "When someone asks" in " ".join(english.words)


@LANGUAGES
def test_the_phases_come_in_their_order_and_fill_both_formats(client: Client, language: str) -> None:
    html = main_part(client, language)
    found = re.findall(r'<h3>([^<]+) <span class="mins">(\d+) · (\d+) min</span>', html)
    assert [name for name, _short, _long in found] == PHASES[language]
    assert sum(int(short) for _name, short, _long in found) == 90
    assert sum(int(long) for _name, _short, long in found) == 180


@LANGUAGES
def test_there_are_words_to_say_for_each_phase_and_each_objection(client: Client, language: str) -> None:
    html = main_part(client, language)
    phases = html.split('class="leaf-phases"')[1].split("</ol>")[0]
    objections = html.split('class="leaf-answers"')[1]
    assert phases.count("<li>") == phases.count('<p class="say">') == 8
    assert 6 <= objections.count("<h3>") == objections.count('<p class="say">') <= 7
    first = plain(objections.split("</h3>")[0])
    assert first.endswith("«¿Y yo por qué voy a hacer lo que quiere otra área?»" if language == "es" else "wants?”")
    for said in re.findall(r'<p class="say">(.*?)</p>', html):
        assert (said[0], said[-1]) == (("«", "»") if language == "es" else ("“", "”")), said


@LANGUAGES
def test_on_paper_it_is_two_pages_with_all_its_words(client: Client, chromium: Browser, language: str) -> None:
    found = client.get(ADDRESS, headers={"accept-language": language})

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = finders.find(path.removeprefix(settings.STATIC_URL)) if path.startswith(settings.STATIC_URL) else None
        if path == ADDRESS:
            route.fulfill(headers=dict(found.items()), body=found.content)
        elif file:
            route.fulfill(path=str(file))
        else:
            route.fulfill(status=404)

    page = chromium.new_page()
    page.route("**/*", answer)
    page.goto(HOST + ADDRESS)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PRINTABLE_WIDTH, "height": 1000})
    # Letters of another computer are wider or narrower: each page keeps a margin for it.
    heights = page.evaluate("() => [...document.querySelectorAll('.leaf')].map((leaf) => leaf.scrollHeight)")
    printable = (297 - 2 * 12) * 96 / 25.4
    assert len(heights) == 2
    assert max(heights) < printable * 0.96
    assert page.evaluate("document.documentElement.scrollWidth") <= PRINTABLE_WIDTH
    pages, text = read_pdf(page.pdf(prefer_css_page_size=True))
    page.close()
    assert pages == 2
    html = main_part(client, language)
    said = re.findall(r"<(?:h2|h3|p|dt|dd|li|figcaption)\b[^>]*>([^<]{12,})<", html.split("<article")[1])
    assert len(said) > 60
    hidden = "Ctrl P"
    assert [words for words in said if hidden not in words and squeezed(plain(words)) not in text] == []
    assert squeezed(hidden) not in text


@LANGUAGES
def test_it_is_found_from_the_guide_and_from_the_foot(client: Client, language: str) -> None:
    assert f'href="{reverse("areas:facilitator_guide")}"' in main_part(client, language, reverse("areas:guide"))
    assert f'href="{reverse("areas:guide")}"' in main_part(client, language)
    whole = client.get("/", headers={"accept-language": language}).content.decode()
    assert f'href="{ADDRESS}"' in whole.split("<footer")[1]

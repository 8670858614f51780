"""A letter's words: in the receiver's language and zone, as text and as HTML that mail programs can show."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import html5lib
import pytest
from django.utils import translation

from post import letters
from post.models import Letter

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _own_templates(settings: Any) -> None:
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [HERE / "templates", *engine["DIRS"]]}]
    settings.BASE_URL = "https://muebles.example"


def hello(language: str, **more: Any) -> tuple[str, str, str]:
    context = {
        "who": "Ana <de> Ventas",
        "day": date(2026, 11, 9),
        "at": datetime(2026, 11, 9, 15, 0, tzinfo=UTC),
        **more,
    }
    return letters.render("post/hello", context, language, zone=ZoneInfo("America/Mexico_City"))


def test_the_receivers_language_wins_over_the_writers() -> None:
    with translation.override("en"):
        spanish = hello("es")
        assert translation.get_language() == "en"

    assert spanish[0] == "Ana <de> Ventas & 9 noviembre"
    assert hello("en")[0] == "Ana <de> Ventas & 9 November"
    assert "9 noviembre" in spanish[2]


def test_hours_are_the_receivers() -> None:
    _subject, text, html = hello("es")

    assert "09:00" in text
    assert "09:00" in html


def test_text_is_plain_and_html_is_safe() -> None:
    _subject, text, html = hello("es")

    assert text.startswith("Hola Ana <de> Ventas — https://muebles.example/x")
    assert "Ana &lt;de&gt; Ventas" in html
    assert "<de>" not in html


def test_styles_stand_in_the_elements_and_dark_mode_in_the_head() -> None:
    html = hello("es", action_url="https://muebles.example/o/abc/", action_label="Ver la cadena")[2]

    page = html5lib.parse(html, namespaceHTMLElements=False)
    heading, button = page.find(".//h1"), page.find(".//a[@class='button']")
    assert heading is not None
    assert "font-size: 23px" in heading.attrib["style"]
    assert button is not None
    assert button.attrib["href"] == "https://muebles.example/o/abc/"
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 480px" in html
    assert page.attrib["lang"] == "es"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("Hola\n\n  K7P2-XM  \n\nVale 10 minutos", "account.login_code", "K7P2-XM"),
        ("Hola\n\n482913\n", "account.login_code", "482913"),
        ("Hola\n\n482913\n", "ask.asked", ""),
        ("Hola, tu código es 482913", "account.login_code", ""),
    ],
)
def test_a_code_that_stands_alone_is_found(text: str, kind: str, code: str) -> None:
    assert Letter(text=text, kind=kind).code == code

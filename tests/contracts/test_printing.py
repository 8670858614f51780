"""A contract sheet on paper: one or two A4 pages, with all its words."""

from __future__ import annotations

import io
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, Playwright, Route
from pypdf import PdfReader

from areas.models import Membership
from contracts import drafting
from contracts.words import Side
from requests.states import Direction
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.e2e.conftest import FLAGS

HOST = "http://testserver"
A4_POINTS = (595, 842)
# On screen pixels: A4 less the margins of the style sheet (12 mm on each side).
PRINTABLE_WIDTH = 703


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()
    # While Playwright's loop runs, Django keeps another set of connections; without it nobody would close them.
    connections.close_all()


def address(cast: Cast) -> str:
    return reverse("contracts:print", kwargs={"org": cast.organization.ref, "link": cast.to_sales.ref})


def opened(chromium: Browser, cast: Cast, member: Membership, language: str = "es") -> Page:
    """The print page in a browser that gets it from here, strict policy included, and its files from their folders."""
    member.user.language = language
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    found = client.get(address(cast))
    assert found.status_code == 200

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = finders.find(path.removeprefix(settings.STATIC_URL)) if path.startswith(settings.STATIC_URL) else None
        if path == address(cast):
            route.fulfill(headers=dict(found.items()), body=found.content)
        elif file:
            route.fulfill(path=str(file))
        else:
            route.fulfill(status=404)

    page = chromium.new_page()
    page.route("**/*", answer)
    page.goto(HOST + address(cast))
    return page


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def read(pdf: bytes) -> tuple[int, str]:
    """How many pages, and all words; every word begins inside of its page."""
    reader = PdfReader(io.BytesIO(pdf))
    found: list[str] = []

    def visit(text: str, matrix: list[float], tm: list[float], *_more: Any) -> None:
        found.append(text)
        if text.strip():
            x, y = tm[4] * matrix[0] + matrix[4], tm[5] * matrix[3] + matrix[5]
            assert 0 <= x <= A4_POINTS[0], (text, x)
            assert 0 <= y <= A4_POINTS[1], (text, y)

    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4_POINTS
        page.extract_text(visitor_text=visit)
    return len(reader.pages), squeezed("".join(found))


def printed(page: Page) -> tuple[int, str]:
    """Print it as a person would, and look that nothing stands out of its box."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PRINTABLE_WIDTH, "height": 1000})
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".paper, .paper *")]
            .filter((e) => e.clientWidth > 0 && getComputedStyle(e).display !== "inline")
            .filter((e) => e.scrollWidth > e.clientWidth + 1)
            .map((e) => `${e.className} ${e.textContent.slice(0, 40)}`)"""
    )
    assert cut == []
    return read(page.pdf(prefer_css_page_size=True))


LONG = (
    "Cada pedido lleva escrita la fecha que se le prometió al cliente, el medio día en que se entrega, el nombre de "
    "quien la confirmó y el teléfono al que se le avisa; si cambia, Ventas lo sabe antes que el cliente y con causa, "
    "y queda anotado en el mismo pedido para que cualquiera de las dos áreas lo pueda revisar sin preguntar a nadie "
    "más que al propio pedido, también en temporada alta, en días de inventario y cuando falta la mitad del turno."
)


def long_contract(cast: Cast, *, needs: int, requirements: int, words: str = LONG) -> list[str]:
    problem = asks.problem(
        cast, "Reducir los tiempos de entrega sin que el cliente tenga que llamar para saber de su pedido"
    )
    said = []
    for direction, n in ((Direction.NEED, needs), (Direction.REQUIREMENT, requirements)):
        for i in range(n):
            outcome = (
                f"Promesa {direction} número {i}: ventana de entrega confirmada para cada pedido que sale de la planta"
            )
            satisfaction = f"({direction} {i}) {words}"
            terms = asks.measured(outcome, satisfaction=satisfaction)
            asks.agreed(cast, direction=direction, why=problem, terms=terms)
            said += [outcome, satisfaction]
    contract = drafting.contract_of(cast.to_sales)
    drafting.write_shoes(
        contract,
        cast.actor("luis"),
        side=Side.SUPPLIER,
        n=0,
        jobs=LONG[:300],
        pains=LONG[100:400],
        gains=LONG[50:350],
        now=NOW,
    )
    drafting.confirm_shoes(contract, cast.actor("ana"), n=1, now=NOW)
    asks.sign_both(cast, contract)
    return said


def test_an_ordinary_contract_fits_on_one_page(cast: Cast, chromium: Browser) -> None:
    problem = asks.problem(cast)
    asks.agreed(cast, why=problem, terms=asks.measured("Ventana de entrega", satisfaction="Escrita en el pedido"))
    asks.agreed(cast, direction=Direction.REQUIREMENT, why=problem, terms=asks.once("Órdenes completas"))
    asks.sign_both(cast, drafting.contract_of(cast.to_sales))
    pages, text = printed(opened(chromium, cast, cast.vera, "en"))
    assert pages == 1
    for words in (
        "Logística serves Ventas",
        "Version 1",
        "in force since",
        "next review",
        "Ventana de entrega",
        "Escrita en el pedido",
        "Órdenes completas",
        "«Reducir los tiempos de entrega»",
        "Luis answers for it",
        "For Ventas",
        "For Logística",
    ):
        assert squeezed(words) in text, words
    assert "Skiptothecontent" not in text
    assert "Backtothesheet" not in text


@pytest.mark.parametrize(("needs", "requirements"), [(6, 6), (12, 0), (1, 11)])
def test_twelve_long_clauses_fit_on_two_pages_with_all_their_words(
    cast: Cast, chromium: Browser, needs: int, requirements: int
) -> None:
    said = long_contract(cast, needs=needs, requirements=requirements)
    pages, text = printed(opened(chromium, cast, cast.ana))
    assert pages <= 2
    missing = [words for words in said if squeezed(words) not in text]
    assert missing == []


def test_words_without_a_space_are_not_cut(cast: Cast, chromium: Browser) -> None:
    said = long_contract(cast, needs=2, requirements=2, words="x" * 400)
    pages, text = printed(opened(chromium, cast, cast.ana))
    assert pages <= 2
    assert [words for words in said if squeezed(words) not in text] == []


def test_what_is_not_signed_yet_is_a_draft_to_sign_by_hand(cast: Cast, chromium: Browser) -> None:
    asks.agreed(cast, terms=asks.once("Ventana de entrega"))
    pages, text = printed(opened(chromium, cast, cast.luis, "en"))
    assert pages == 1
    assert squeezed("Draft, not signed") in text
    assert squeezed("name and date") in text
    assert squeezed("Ventana de entrega") in text


def test_only_what_binds_is_on_paper(cast: Cast, chromium: Browser) -> None:
    asks.agreed(cast, terms=asks.once("Ventana de entrega"))
    asks.sign_both(cast, drafting.contract_of(cast.to_sales))
    asks.agreed(cast, terms=asks.once("Acordado después"))
    asks.asked(cast, terms=asks.once("Sin respuesta"))
    _pages, text = printed(opened(chromium, cast, cast.luis))
    assert squeezed("Ventana de entrega") in text
    assert squeezed("Acordado después") not in text
    assert squeezed("Sin respuesta") not in text

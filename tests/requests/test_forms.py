"""What people type and paste into the sentence of an ask, and what becomes of it."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from babel import Locale
from django.utils.translation import override

from areas.models import Area, Organization
from areas.words import Kind
from areas.writing import plain
from requests import examples
from requests.forms import TermsForm, typed
from requests.forms.fields import read_number
from requests.models import Promise, Terms
from requests.states import Direction

TODAY = date(2026, 11, 16)
NORTE = Organization(name="Muebles del Norte", country="MX", zone="America/Mexico_City", language="es")
CADIZ = Organization(name="Astilleros de la Bahía", country="ES", zone="Europe/Madrid", language="es")
LOGISTICS = Area(name="Logística", kind=Kind.LOGISTICS)

ONCE = {"outcome": "Ventana confirmada", "shape": "once", "once_as": "day", "due_on": "2026-12-04"}
AFTER = {
    "outcome": "Ventana confirmada",
    "shape": "once",
    "once_as": "after",
    "within": "4",
    "within_unit": "hours",
    "event": "la orden del cliente",
}
WEEKLY = {"outcome": "Plan", "shape": "recurring", "every": "week", "interval": "1", "first_on": "2026-11-23"}
MEASURED = {
    **WEEKLY,
    "shape": "measured",
    "indicator": "órdenes completas",
    "compare": "ge",
    "target": "95,5",
    "unit": "%",
}


def form(data: dict[str, str], *, organization: Organization = NORTE, standing: Promise | None = None) -> TermsForm:
    return TermsForm(data, organization=organization, today=TODAY, performer=LOGISTICS, standing=standing)


def complaints(data: dict[str, str], **kwargs: Any) -> dict[str, list[str]]:
    with override("en"):
        filled = form(data, **kwargs)
        return {name: [str(error) for error in errors] for name, errors in filled.errors.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("data", [ONCE, AFTER, WEEKLY, MEASURED], ids=["day", "after", "weekly", "measured"])
def test_each_shape_satisfies_what_the_database_asks_of_it(data: dict[str, str]) -> None:
    filled = form(data)
    assert filled.is_valid(), filled.errors
    terms = Terms(**filled.terms())
    for constraint in Terms._meta.constraints:
        if constraint.name != "terms_are_numbered_within_their_ask":
            constraint.validate(Terms, terms)


def test_what_the_chosen_shape_does_not_use_is_left_out() -> None:
    terms = form({**MEASURED, **AFTER}).is_valid() and form({**MEASURED, **AFTER})
    assert isinstance(terms, TermsForm)
    assert terms.is_valid()
    said = terms.terms()
    assert (said["within"], said["within_unit"], said["event"]) == (4, "hours", "la orden del cliente")
    assert (said["every"], said["first_on"], said["indicator"], said["target"], said["due_on"]) == (
        "",
        None,
        "",
        None,
        None,
    )


def test_a_monthly_rhythm_can_follow_the_day_or_the_weekday() -> None:
    def nth(first_on: str, choice: str) -> object:
        filled = form({**WEEKLY, "every": "month", "first_on": first_on, "nth": choice})
        assert filled.is_valid(), filled.errors
        return filled.terms()["nth"]

    assert nth("2026-12-15", "") is None
    assert nth("2026-12-08", "nth") == 2
    assert nth("2026-12-25", "last") == -1
    # A fifth Tuesday is not in every month: the last one is meant.
    assert nth("2026-12-29", "nth") == -1


def test_the_wrong_weekday_is_answered_with_the_right_one() -> None:
    found = complaints({**WEEKLY, "every": "month", "first_on": "2026-12-18", "nth": "last"})
    assert found == {"first_on": ["18 Dec 2026 is not the last Friday of its month; that is 25 Dec 2026."]}


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({**ONCE, "outcome": ""}, "outcome", "required"),
        ({**ONCE, "outcome": "x" * 201}, "outcome", "201 characters; at most 200 fit"),
        ({**ONCE, "due_on": ""}, "due_on", "by which day"),
        ({**ONCE, "due_on": "2026-11-15"}, "due_on", "has passed"),
        ({**ONCE, "due_on": "2206-11-15"}, "due_on", "ten years"),
        ({**ONCE, "due_on": "mañana"}, "due_on", "Write a day"),
        ({**ONCE, "by_time": "25:99"}, "by_time", "Write an hour"),
        ({**AFTER, "within": ""}, "within", "how many"),
        ({**AFTER, "within": "0"}, "within", "number from 1 to 999"),
        ({**AFTER, "within": "99999999999999999999"}, "within", "number from 1 to 999"),
        ({**AFTER, "event": "  "}, "event", "counted from"),
        ({**WEEKLY, "first_on": ""}, "first_on", "on which day it starts"),
        ({**WEEKLY, "first_on": "2026-01-05"}, "first_on", "has passed"),
        ({**WEEKLY, "interval": "400"}, "interval", "number from 1 to 60"),
        ({**WEEKLY, "every": "century"}, "every", "century"),
        ({**MEASURED, "target": ""}, "target", "number to reach"),
        ({**MEASURED, "target": "a lot"}, "target", "Write a figure"),
        ({**MEASURED, "target": "1e400"}, "target", "Write a figure"),
        ({**MEASURED, "target": "99999999999999"}, "target", "too large"),
        ({**MEASURED, "target": "0.00001"}, "target", "four places"),
        ({**MEASURED, "indicator": ""}, "indicator", "what is counted"),
        ({"outcome": "Plan", "shape": "sometimes"}, "shape", "sometimes"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(data: dict[str, str], field: str, words: str) -> None:
    found = complaints(data)
    assert list(found) == [field]
    assert words in found[field][0]


def test_a_rhythm_that_has_begun_may_keep_its_first_day_in_a_counter_offer() -> None:
    standing = Terms(outcome="Plan", shape="recurring", every="week", first_on=date(2026, 9, 7))
    assert complaints({**WEEKLY, "first_on": "2026-09-07"}, standing=standing) == {}
    assert "first_on" in complaints({**WEEKLY, "first_on": "2026-09-14"}, standing=standing)


@pytest.mark.parametrize(
    ("text", "country", "figure"),
    [
        ("95,5", "es_MX", "95.5"),
        ("95.5", "es_MX", "95.5"),
        ("95,5", "es_ES", "95.5"),
        ("95.5", "es_ES", "95.5"),
        ("1,200", "es_MX", "1200"),
        ("1.200", "es_ES", "1200"),
        ("1.200", "es_MX", "1.2"),
        ("1.200,75", "es_ES", "1200.75"),
        ("1,200.75", "en_US", "1200.75"),
        ("1.200.000", "es_ES", "1200000"),
        ("12 000", "es_ES", "12000"),
        ("95 %", "es_ES", "95"),
        ("−3", "es_ES", "-3"),
        ("-0", "es_ES", "0"),
        (".5", "en_US", "0.5"),
        ("٩٥", "en_US", "95"),
        ("９５", "en_US", "95"),
    ],
)
def test_figures_are_read_as_people_write_them(text: str, country: str, figure: str) -> None:
    found = read_number(text, Locale.parse(country))
    assert found == Decimal(figure)
    assert found.is_signed() is figure.startswith("-")


@pytest.mark.parametrize(
    "text", ["", "x", "9 5x", "1,2,3", "1.2.3", "--5", "5-", "NaN", "Infinity", "1e5", "0x10", ","]
)
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_number(text, Locale.parse("es_MX"))


def test_pasted_text_cannot_hide_anything() -> None:
    assert plain("Plan\u202e evil\u202c \x00del\tlunes\n\n hoy ") == "Plan evil del lunes hoy"
    assert plain("uno\r\n\r\n\r\n\r\ndos \n", lines=True) == "uno\n\ndos"
    assert len(plain("Z" + "\u0336\u0337\u0338" * 50)) < 8
    assert plain("Mañana, 5 €: <b>«sí»</b> 👍") == "Mañana, 5 €: <b>«sí»</b> 👍"


def test_markup_is_shown_as_the_text_that_it_is() -> None:
    filled = form({**ONCE, "outcome": '"><script>alert(1)</script>'})
    assert filled.is_valid()
    assert filled.terms()["outcome"] == '"><script>alert(1)</script>'
    assert "<script>" not in str(filled["outcome"])
    assert "<script>" not in filled.parts["outcome"]


def test_a_draft_keeps_even_what_would_be_refused() -> None:
    odd = {"outcome": "", "target": "muchos", "satisfaction": "x" * 5000, "event": "a\0b", "spam": "y"}
    raw = form({**ONCE, "due_on": "", **odd}).raw()
    assert raw["target"] == "muchos"
    assert len(raw["satisfaction"]) == 2000
    assert raw["event"] == "ab"
    assert "spam" not in raw
    assert "outcome" not in raw


TERMS = [
    Terms(outcome="A", shape="once", due_on=date(2026, 12, 4), due_time=time(12)),
    Terms(outcome="B", shape="once", within=3, within_unit="days", event="la visita"),
    Terms(outcome="C", shape="recurring", every="week", interval=2, first_on=date(2026, 11, 23), due_time=time(9, 30)),
    Terms(outcome="D", shape="recurring", every="month", first_on=date(2026, 11, 27), nth=-1),
    Terms(outcome="E", shape="recurring", every="month", first_on=date(2026, 12, 8), nth=2, satisfaction="Firmado"),
    Terms(
        outcome="F",
        shape="measured",
        every="day",
        first_on=date(2026, 11, 23),
        indicator="retrasos",
        compare="le",
        target=Decimal("1234.5000"),
        unit="min",
    ),
]


@pytest.mark.parametrize("organization", [NORTE, CADIZ], ids=["MX", "ES"])
@pytest.mark.parametrize("terms", TERMS, ids=[terms.outcome for terms in TERMS])
def test_terms_survive_the_way_into_the_form_and_back(terms: Terms, organization: Organization) -> None:
    with override("es"):
        filled = form(typed(terms, organization), organization=organization)
        assert filled.is_valid(), filled.errors
        assert filled.terms() == terms.promise()


def test_every_kind_of_area_has_good_examples_in_both_directions() -> None:
    for direction in Direction:
        for kind in Kind:
            found = examples.suggest(direction, kind)
            assert 1 <= len(found) <= 3
            for example in found:
                assert 0 < len(str(example.outcome)) <= 200
                assert str(example.satisfaction)

"""What people read of terms: one sentence, whatever their shape, and what a counter-offer changed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from django.utils.translation import override

from areas.locales import NBSP
from areas.models import Organization
from requests import wording
from requests.models import Promise, Terms

NORTE = Organization(name="Muebles del Norte", country="MX", zone="America/Monterrey", language="es")
CADIZ = Organization(name="Astilleros de la Bahía", country="ES", zone="Europe/Madrid", language="es")
BOSTON = Organization(name="Harbor Clinic", country="US", zone="America/New_York", language="en")

MONDAY = date(2026, 11, 23)


def once(**said: object) -> Terms:
    return Terms(outcome="Delivery window confirmed", shape="once", **said)


def weekly(**said: object) -> Terms:
    return Terms(**{"outcome": "Weekly plan", "shape": "recurring", "every": "week", "first_on": MONDAY} | said)


def monthly(**said: object) -> Terms:
    return Terms(
        **{"outcome": "Forecast", "shape": "recurring", "every": "month", "first_on": date(2026, 11, 15)} | said
    )


SENTENCES = [
    (once(due_on=date(2026, 12, 4)), "by Fri, Dec 4, 2026"),
    (once(due_on=date(2026, 12, 4), due_time=time(12)), "by Fri, Dec 4, 2026 at 12:00 PM"),
    (once(within=1, within_unit="hours", event="the order"), "within 1 working hour of the order"),
    (once(within=4, within_unit="hours", event="the order"), "within 4 working hours of the order"),
    (once(within=1, within_unit="days", event="the visit"), "within 1 working day of the visit"),
    (once(within=3, within_unit="days", event="the visit"), "within 3 working days of the visit"),
    (weekly(), "every Monday, starting Nov 23, 2026"),
    (weekly(due_time=time(12)), "every Monday by 12:00 PM, starting Nov 23, 2026"),
    (weekly(interval=2), "every 2 weeks, on Monday, starting Nov 23, 2026"),
    (weekly(every="day"), "every day, starting Nov 23, 2026"),
    (weekly(every="day", interval=3), "every 3 days, starting Nov 23, 2026"),
    (monthly(), "on the 15th of each month, starting Nov 15, 2026"),
    (monthly(first_on=date(2026, 12, 1)), "on the 1st of each month, starting Dec 1, 2026"),
    (monthly(first_on=date(2026, 12, 2)), "on the 2nd of each month, starting Dec 2, 2026"),
    (monthly(first_on=date(2026, 12, 3)), "on the 3rd of each month, starting Dec 3, 2026"),
    (monthly(first_on=date(2026, 12, 11)), "on the 11th of each month, starting Dec 11, 2026"),
    (monthly(first_on=date(2026, 12, 22), interval=3), "on the 22nd of every 3 months, starting Dec 22, 2026"),
    (
        monthly(first_on=date(2026, 12, 31)),
        "on the 31st of each month, or on its last day, starting Dec 31, 2026",
    ),
    (monthly(nth=1, first_on=date(2026, 12, 7)), "on the first Monday of each month, starting Dec 7, 2026"),
    (monthly(nth=2, first_on=date(2026, 12, 8)), "on the second Tuesday of each month, starting Dec 8, 2026"),
    (monthly(nth=3, first_on=date(2026, 12, 16)), "on the third Wednesday of each month, starting Dec 16, 2026"),
    (monthly(nth=4, first_on=date(2026, 12, 24)), "on the fourth Thursday of each month, starting Dec 24, 2026"),
    (monthly(nth=-1, first_on=date(2026, 11, 27)), "on the last Friday of each month, starting Nov 27, 2026"),
    (
        monthly(nth=-1, first_on=date(2026, 11, 27), interval=2),
        "on the last Friday of every 2 months, starting Nov 27, 2026",
    ),
    (
        weekly(shape="measured", indicator="complete orders", compare="ge", target=Decimal("95.0000"), unit="%"),
        "every Monday, starting Nov 23, 2026; complete orders: at least 95%",
    ),
    (
        weekly(shape="measured", indicator="returns", compare="le", target=Decimal("1200.5"), unit="pieces"),
        "every Monday, starting Nov 23, 2026; returns: at most 1,200.5 pieces",
    ),
    (once(due_on=date(2026, 12, 4), indicator="trucks"), "by Fri, Dec 4, 2026; trucks"),
    (once(), ""),
]


@pytest.mark.parametrize(("terms", "expected"), SENTENCES, ids=[sentence for _terms, sentence in SENTENCES])
def test_each_shape_is_one_sentence(terms: Promise, expected: str) -> None:
    with override("en"):
        assert wording.sentence(terms, BOSTON).replace(NBSP, " ") == expected


def test_figures_and_days_are_written_as_the_country_writes_them() -> None:
    with override("es"):
        assert wording.number(Decimal("95.50"), NORTE) == "95.5"
        assert wording.number(Decimal("95.50"), CADIZ) == "95,5"
        assert wording.amount(Decimal(95), "%", CADIZ) == "95\N{NO-BREAK SPACE}%"
        assert wording.day(date(2026, 12, 4), CADIZ) == "vie, 4 dic 2026"
        assert wording.weekday(MONDAY, NORTE) == "lunes"
    with override("en"):
        # Nobody wrote down the English of Mexico: days stand before months, hours go up to 24.
        assert wording.day(date(2026, 12, 4), NORTE) == "Fri, 4 Dec 2026"
        assert wording.hour(time(15), NORTE) == "15:00"


def test_figures_keep_their_zeros_before_the_point() -> None:
    with override("en"):
        assert wording.number(Decimal("100.0000"), BOSTON) == "100"
        assert wording.number(Decimal("0.0000"), BOSTON) == "0"


def test_a_counter_offer_shows_what_it_changes_and_nothing_else() -> None:
    old = weekly(due_time=time(12), satisfaction="Published")
    new = weekly(due_time=time(16), satisfaction="Published", outcome="Weekly plan of the north")
    with override("en"):
        found = wording.differences(old, new, BOSTON)
    assert [(difference.field, difference.label) for difference in found] == [("outcome", "What"), ("when", "When")]
    assert found[0].now == [(False, "Weekly plan"), (True, "of the north")]
    assert found[1].before.replace(NBSP, " ") == "every Monday by 12:00 PM, starting Nov 23, 2026"
    assert found[1].after.replace(NBSP, " ") == "every Monday by 4:00 PM, starting Nov 23, 2026"


def test_same_terms_differ_in_nothing() -> None:
    assert wording.differences(weekly(), weekly(), NORTE) == []


def test_what_is_wholly_new_is_marked_as_one_piece() -> None:
    found = wording.differences(weekly(outcome="Weekly plan"), weekly(outcome="A truck on Saturdays"), NORTE)
    assert found[0].was == [(True, "Weekly plan")]
    assert found[0].now == [(True, "A truck on Saturdays")]
    added = wording.differences(weekly(), weekly(satisfaction="Published"), NORTE)
    assert added[0].was == []
    assert added[0].now == [(True, "Published")]


def test_every_column_of_a_promise_has_a_word() -> None:
    with override("en"):
        assert {wording.label(field) for field in Promise.FIELDS} == {"What", "Well done when", "When", "Number"}

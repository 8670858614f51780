"""What a reminder says, in both languages; what is left out of it; when it waits for the sweep."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.models import Membership
from contracts.mails import SHOWN, compose_reminder
from contracts.models import Contract, Notice, Occurrence, Wishes
from post import letters
from post.letters import Composed, Later
from post.models import Letter
from requests.states import Direction
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.chase import DAY, HOUR, promised, sweep, time_of, waiting

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
# Friday 27 November 2026, half past ten in Mexico.
FRIDAY = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.BASE_URL = "https://eslabon.example"
    return muebles_del_norte()


def composed(letter: Letter, now: datetime) -> Composed:
    found = compose_reminder(letter, now)
    assert isinstance(found, Composed)
    return found


def due_on(on: date, outcome: str, **more: Any) -> Any:
    return asks.once(outcome, due_on=on, **more)


def everything(cast: Cast) -> None:
    """Luis must deliver two things, one late; answer one; judge one; review one; and know of one."""
    promised(cast, due_on(date(2026, 11, 24), "Ventana de entrega confirmada"))
    promised(cast, due_on(date(2026, 11, 27), "Ruta de la semana"))
    # What production owes logistics was delivered and waits for the verdict of logistics.
    plan = time_of(promised(cast, due_on(date(2026, 11, 23), "Plan de producción"), link=cast.to_logistics))
    Occurrence.objects.filter(pk=plan.pk).update(
        delivered_at=FRIDAY - 4 * DAY,
        deliveries=1,
        ladder="verdict",
        judge_by=FRIDAY - HOUR,
        warn_at=FRIDAY - 3 * DAY,
        escalate_at=FRIDAY + 2 * DAY,
        chase_at=FRIDAY - 3 * DAY,
    )
    # Production is late by so much that logistics is told.
    promised(cast, due_on(date(2026, 11, 20), "Mesas barnizadas & lijadas"), link=cast.to_logistics)
    # What sales requires of logistics' customer side is asked of logistics and not answered.
    asks.asked(cast, cast.to_sales, terms=due_on(date(2026, 12, 18), "Aviso de retrasos"), answer_by=date(2026, 11, 26))
    Contract.objects.filter(link=cast.to_sales).update(review_on=date(2026, 11, 27))
    Contract.objects.filter(link=cast.to_logistics).update(review_on=None)


def golden(name: str, text: str) -> None:
    """Compared with the file of that name; `GOLDEN=1` writes it anew."""
    # References are random.
    text = re.sub(r"/[a-z2-9]{12}(?=[/\"<\s])", "/xxxxxxxxxxxx", text)
    path = GOLDEN / name
    if os.environ.get("GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reminder_says_what_to_do_for_whom_by_when_and_where(cast: Cast, language: str) -> None:
    cast.luis.user.language = language
    cast.luis.user.save()
    everything(cast)
    sweep(FRIDAY)

    found = composed(waiting()["Luis"], FRIDAY)

    golden(f"reminder_{language}.txt", f"{found.subject}\n\n{found.text}")
    golden(f"reminder_{language}.html", found.html)


def test_it_leaves_with_its_words(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    promised(cast, due_on(date(2026, 11, 24), "Ventana"))
    sweep(FRIDAY)

    assert letters.deliver_due(FRIDAY + timedelta(minutes=1)).sent == 3

    letter = Letter.objects.get(to_name="Luis")
    assert "Ventana" in letter.subject
    assert "Ventas" in letter.text
    assert letter.html.startswith("<!doctype html>") or letter.html.startswith("<!DOCTYPE html>")


def luis_reads(cast: Cast, terms: Any = None, now: datetime = FRIDAY) -> tuple[Occurrence, Letter]:
    found = time_of(promised(cast, terms or due_on(date(2026, 11, 24), "Ventana")))
    sweep(now)
    return found, waiting()["Luis"]


@pytest.mark.parametrize(
    "settled",
    [
        {"delivered_at": NOW, "deliveries": 1},
        {"paused_at": NOW},
        {"waived_at": NOW, "settled_at": NOW},
        {"cancelled_at": NOW, "settled_at": NOW},
        {"due_at": FRIDAY + 30 * DAY, "warn_at": FRIDAY + 28 * DAY},
    ],
)
def test_what_was_settled_before_it_left_is_left_out(cast: Cast, settled: dict[str, Any]) -> None:
    row, letter = luis_reads(cast)
    Occurrence.objects.filter(pk=row.pk).update(**settled)

    assert compose_reminder(letter, FRIDAY) is None
    assert letters.deliver_due(FRIDAY) == letters.Delivered(left_out=3)


def test_what_is_still_waited_for_stays(cast: Cast) -> None:
    row, letter = luis_reads(cast)
    time_of(promised(cast, due_on(date(2026, 11, 25), "Otra cosa")))
    sweep(FRIDAY)
    assert waiting()["Luis"].pk == letter.pk
    Occurrence.objects.filter(pk=row.pk).update(delivered_at=NOW, deliveries=1)

    text = composed(letter, FRIDAY).text
    assert "Otra cosa" in text
    assert "Ventana" not in text


def test_an_answer_that_came_is_asked_for_no_more_but_a_new_turn_is(cast: Cast) -> None:
    ask = asks.asked(cast, answer_by=date(2026, 11, 20))
    sweep(FRIDAY)
    letter = waiting()["Luis"]
    assert "Ventana de entrega confirmada" in composed(letter, FRIDAY).subject

    asks.countered(cast, ask, now=FRIDAY)

    assert compose_reminder(letter, FRIDAY) is None


def test_who_left_or_wants_it_no_more_gets_nothing(cast: Cast) -> None:
    _row, letter = luis_reads(cast)
    wishes = Wishes.objects.create(membership=cast.luis, delivery=False)
    assert compose_reminder(letter, FRIDAY) is None
    wishes.delete()
    assert isinstance(compose_reminder(letter, FRIDAY), Composed)
    Membership.objects.filter(pk=cast.luis.pk).update(left_at=FRIDAY)
    assert compose_reminder(letter, FRIDAY) is None


def test_it_waits_for_the_sweep_that_puts_things_into_it_but_not_for_ever(cast: Cast) -> None:
    row, letter = luis_reads(cast)
    Occurrence.objects.filter(pk=row.pk).update(chase_at=FRIDAY - DAY)

    assert isinstance(compose_reminder(letter, FRIDAY), Later)
    assert isinstance(compose_reminder(letter, FRIDAY + timedelta(minutes=11)), Composed)


def test_hours_are_the_receivers_own(cast: Cast) -> None:
    cast.luis.user.zone, cast.luis.user.language = "Europe/Madrid", "en"
    cast.luis.user.save()
    _row, letter = luis_reads(cast)

    text = composed(letter, FRIDAY).text
    # One minute to midnight in Mexico.
    assert "25 Nov 2026, 06:59" in text
    assert "Europe/Madrid" in text


def test_a_long_list_is_bounded_and_says_how_many_more(cast: Cast) -> None:
    for n in range(SHOWN + 3):
        promised(cast, due_on(date(2026, 11, 24), f"Cosa {n:02}"))
    cast.luis.user.language = "en"
    cast.luis.user.save()
    sweep(FRIDAY)

    found = composed(waiting()["Luis"], FRIDAY)

    assert found.subject.startswith(f"{SHOWN + 3} promises are late")
    assert "and 3 more" in found.text
    assert found.text.count("\n* ") == SHOWN


def test_a_thing_of_which_two_rungs_were_told_stands_once(cast: Cast) -> None:
    row = time_of(promised(cast, due_on(date(2026, 11, 24), "Ventana")))
    assert row.warn_at is not None
    sweep(row.warn_at + HOUR)
    sweep(row.due_at + HOUR)
    letter = waiting()["Luis"]
    assert Notice.objects.filter(letter=letter).count() == 2

    assert composed(letter, FRIDAY).text.count("\n* ") == 1


def test_the_way_to_the_client_is_told(cast: Cast) -> None:
    _row, letter = luis_reads(cast)

    text = composed(letter, FRIDAY).text
    assert "Logística → Ventas → Cliente" in text
    assert "Reducir los tiempos de entrega" in text


def test_a_letter_takes_the_same_queries_whatever_it_says(cast: Cast) -> None:
    def queries(letter: Letter) -> int:
        with CaptureQueriesContext(connection) as counted:
            composed(letter, FRIDAY)
        return len(counted)

    _row, letter = luis_reads(cast)
    one = queries(letter)
    for n in range(4):
        promised(cast, due_on(date(2026, 11, 24), f"Cosa {n}"))
    asks.asked(cast, answer_by=date(2026, 11, 20))
    sweep(FRIDAY)

    assert queries(waiting()["Luis"]) == one


def test_the_asking_side_is_not_told_to_answer(cast: Cast) -> None:
    ask = asks.asked(cast, answer_by=date(2026, 11, 18), direction=Direction.NEED)
    cast.ana.user.language = "en"
    cast.ana.user.save()
    sweep(FRIDAY)

    found = composed(waiting()["Ana"], FRIDAY)

    assert "nobody has acted yet" in found.text
    assert "To answer" not in found.text
    assert ask.is_open

"""Letters whose words are written when they leave: left out, put off, tried again, and gathering until then."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from post import letters
from post.letters import Addressee, Composed, Later
from post.models import Letter
from tests.post.conftest import NOW, Sink

MINUTE = timedelta(minutes=1)
ANSWERS: dict[str, Any] = {}
HELD, GO = threading.Event(), threading.Event()


def compose(letter: Letter, now: datetime) -> Composed | Later | None:
    """What the test wants this letter to say; an exception is raised."""
    answer = ANSWERS[letter.to_email]
    if callable(answer):
        answer = answer(letter, now)
    if isinstance(answer, Exception):
        raise answer
    assert answer is None or isinstance(answer, Composed | Later)
    return answer


@pytest.fixture(autouse=True)
def _composer(settings: Any) -> Iterator[None]:
    settings.LETTER_COMPOSERS = {"test": "tests.post.test_letters_composed.compose"}
    yield
    ANSWERS.clear()
    HELD.clear()
    GO.clear()


def ana(name: str = "ana", at: datetime = NOW) -> Addressee:
    return Addressee(name, f"{name}@muebles.example", name.title(), "es", "orgorgorgorg", at)


def gather(*people: Addressee, now: datetime = NOW) -> dict[str, Letter]:
    with transaction.atomic():
        found = letters.gather(people, composer="test", kind="test.reminder", now=now)
    return {name: Letter.objects.get(pk=pk) for name, pk in found.items()}


@pytest.mark.django_db
def test_its_words_are_those_of_the_moment_in_which_it_leaves(sink: Sink) -> None:
    letter = gather(ana())["ana"]
    assert (letter.subject, letter.text) == ("", "")
    ANSWERS[letter.to_email] = Composed(
        "Dos\ncosas", "Hola\n", "<p>Hola</p>", {"List-Unsubscribe": "<https://a.example/u>"}
    )

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1)

    [message] = sink.received
    assert message["Subject"] == "Dos cosas"
    assert message["List-Unsubscribe"] == "<https://a.example/u>"
    assert message["Message-ID"] == letter.message_id
    letter.refresh_from_db()
    assert (letter.state, letter.subject, letter.html) == (Letter.State.SENT, "Dos cosas", "<p>Hola</p>")


@pytest.mark.django_db
def test_one_that_has_nothing_to_say_is_left_out_and_seen_as_such(sink: Sink, settings: Any, client: Client) -> None:
    letter = gather(ana())["ana"]
    ANSWERS[letter.to_email] = None

    assert letters.deliver_due(NOW) == letters.Delivered(left_out=1)
    assert letters.deliver_due(NOW + timedelta(days=30)) == letters.Delivered()

    letter.refresh_from_db()
    assert letter.state == Letter.State.LEFT_OUT
    assert sink.received == []
    settings.DEMO = True
    for url in (reverse("post:mailbox"), reverse("post:letter", args=[letter.ref])):
        with translation.override("es"):
            title = str(letter.title)
        assert title in client.get(url).content.decode().replace("&#x27;", "'")


@pytest.mark.django_db
def test_one_that_is_put_off_costs_no_try_and_gathers_on(sink: Sink) -> None:
    letter = gather(ana())["ana"]
    ANSWERS[letter.to_email] = Later(NOW + 7 * MINUTE)

    assert letters.deliver_due(NOW) == letters.Delivered()

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.next_try_at) == (Letter.State.WAITING, 0, NOW + 7 * MINUTE)
    assert gather(ana())["ana"].pk == letter.pk


@pytest.mark.django_db
def test_a_composer_that_fails_steps_back_like_a_refused_letter_and_stops_nobody(sink: Sink) -> None:
    bad, good = gather(ana("bad"), ana("good")).values()
    ANSWERS[bad.to_email] = ZeroDivisionError("nothing to divide by")
    ANSWERS[good.to_email] = Composed("Bien", "Bien\n")

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1, failed=1)

    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (Letter.State.WAITING, 1)
    assert MINUTE <= bad.next_try_at - NOW < 2 * MINUTE
    assert "nothing to divide by" in bad.last_error
    while bad.state == Letter.State.WAITING:
        letters.deliver_due(bad.next_try_at)
        bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (Letter.State.DEAD, 10)
    assert gather(ana("bad"))["bad"].pk != bad.pk


@pytest.mark.django_db
def test_a_composer_that_breaks_its_transaction_stops_nobody(sink: Sink) -> None:
    bad, good = gather(ana("bad"), ana("good")).values()

    def broken(letter: Letter, now: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    ANSWERS[bad.to_email] = broken
    ANSWERS[good.to_email] = Composed("Bien", "Bien\n")

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1, failed=1)


@pytest.mark.django_db
def test_after_a_refusal_its_words_are_written_anew(sink: Sink) -> None:
    letter = gather(ana())["ana"]
    ANSWERS[letter.to_email] = Composed("Primera", "Primera\n")
    sink.refused[letter.to_email] = "450 later"
    assert letters.deliver_due(NOW).failed == 1
    sink.refused.clear()
    ANSWERS[letter.to_email] = None

    assert letters.deliver_due(NOW + 2 * MINUTE) == letters.Delivered(left_out=1)
    assert sink.received == []


@pytest.mark.django_db
def test_one_in_doubt_after_a_crash_is_sent_again_with_the_same_words(sink: Sink) -> None:
    letter = gather(ana())["ana"]
    ANSWERS[letter.to_email] = Composed("Primera", "Primera\n")
    # The worker dies between its claim and the mark that it was sent.
    claimed, _marked = letters._claim(NOW)
    assert claimed is not None
    ANSWERS[letter.to_email] = Composed("Segunda", "Segunda\n")

    assert letters.deliver_due(NOW + letters.CLAIM_LASTS + MINUTE).sent == 1
    assert sink.subjects == ["Primera"]


@pytest.mark.django_db
def test_a_name_has_one_letter_until_it_is_claimed_then_the_next(sink: Sink) -> None:
    first = gather(ana())["ana"]
    assert gather(ana(at=NOW + MINUTE), now=NOW + MINUTE)["ana"].pk == first.pk
    assert gather(ana("luis"))["luis"].pk != first.pk
    ANSWERS[first.to_email] = Composed("Una", "Una\n")
    ANSWERS["luis@muebles.example"] = None
    letters.deliver_due(NOW)

    second = gather(ana())["ana"]

    assert second.pk != first.pk
    assert second.message_id != first.message_id


@pytest.mark.django_db(transaction=True)
def test_a_letter_into_which_somebody_puts_something_does_not_leave_before_that_is_through(sink: Sink) -> None:
    letter = gather(ana())["ana"]
    ANSWERS[letter.to_email] = Composed("Una", "Una\n")
    gathered, go = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                letters.gather([ana()], composer="test", kind="test.reminder", now=NOW)
                gathered.set()
                go.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert gathered.wait(10)
    assert letters.deliver_due(NOW) == letters.Delivered()
    # A second one who puts something in waits for nobody.
    assert gather(ana())["ana"].pk == letter.pk
    go.set()
    thread.join(10)

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1)


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_while_it_is_being_claimed_gets_the_next_letter(sink: Sink) -> None:
    letter = gather(ana())["ana"]

    def slowly(letter: Letter, now: datetime) -> Composed:
        HELD.set()
        GO.wait(10)
        return Composed("Una", "Una\n")

    ANSWERS[letter.to_email] = slowly
    found: list[Letter] = []

    def send() -> None:
        try:
            letters.deliver_due(NOW)
        finally:
            connection.close()

    def put_in() -> None:
        try:
            found.append(gather(ana(at=NOW + MINUTE))["ana"])
        finally:
            connection.close()

    threads = [threading.Thread(target=send), threading.Thread(target=put_in)]
    threads[0].start()
    assert HELD.wait(10)
    threads[1].start()
    GO.set()
    for thread in threads:
        thread.join(10)

    assert sink.subjects == ["Una"]
    assert found[0].pk != letter.pk
    assert found[0].state == Letter.State.WAITING


@pytest.mark.django_db(transaction=True)
def test_many_who_begin_the_same_letters_at_one_instant_share_them() -> None:
    names = [f"person{n}" for n in range(30)]
    ready = threading.Barrier(4)
    found: list[dict[str, int]] = []

    def work(order: list[str]) -> None:
        try:
            ready.wait(5)
            with transaction.atomic():
                found.append(
                    letters.gather([ana(name) for name in order], composer="test", kind="test.reminder", now=NOW)
                )
        finally:
            connection.close()

    orders = [names, names[::-1], names[10:] + names[:10], names]
    threads = [threading.Thread(target=work, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(found) == 4
    assert all(one == found[0] for one in found)
    assert Letter.objects.count() == 30

"""Sending: each letter once, over one connection, whatever the mail server and the workers suffer."""

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from post import letters
from post.models import Letter
from tests.post.conftest import NOW, Sink, python

Write = Callable[..., Letter]
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_a_letter_arrives_as_it_was_written(sink: Sink, write: Write, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Eslabón <correo@muebles.example>"
    letter = write(
        subject="¿Cuándo llega el pedido?",
        text="Hola, Ana: año nuevo\n",
        html="<p>Hola, <b>Ana</b>: año nuevo</p>",
        headers={"List-Unsubscribe": "<https://muebles.example/u>"},
    )

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1)

    [message] = sink.received
    assert message["To"] == "Ana Núñez <ana@muebles.example>"
    assert message["From"] == "Eslabón <correo@muebles.example>"
    assert message["Subject"] == "¿Cuándo llega el pedido?"
    assert message["Message-ID"] == letter.message_id
    assert message["List-Unsubscribe"] == "<https://muebles.example/u>"
    assert message["Content-Language"] == "es"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert plain.get_content().strip() == "Hola, Ana: año nuevo"
    assert html is not None
    assert "<b>Ana</b>: año nuevo" in html.get_content()
    letter.refresh_from_db()
    assert letter.state == Letter.State.SENT
    assert letter.sent_at is not None
    assert letters.deliver_due(NOW + timedelta(days=9)) == letters.Delivered()


@pytest.mark.django_db
def test_nothing_leaves_before_its_time(sink: Sink, write: Write) -> None:
    write(now=NOW + MINUTE)

    assert letters.deliver_due(NOW) == letters.Delivered()
    assert letters.deliver_due(NOW + MINUTE).sent == 1


@pytest.mark.django_db
def test_many_letters_share_one_connection(sink: Sink, write: Write) -> None:
    for number in range(20):
        write(f"letter {number:02}")

    assert letters.deliver_due(NOW).sent == 20
    assert len(sink.connections) == 1


@pytest.mark.django_db
def test_a_run_has_an_end_and_says_that_more_is_due(sink: Sink, write: Write) -> None:
    for number in range(5):
        write(f"letter {number}")

    assert letters.deliver_due(NOW, limit=3) == letters.Delivered(sent=3, more=True)
    assert letters.deliver_due(NOW, limit=3) == letters.Delivered(sent=2)


@pytest.mark.django_db
def test_a_refused_letter_steps_aside_further_each_time_and_is_dead_at_last(sink: Sink, write: Write) -> None:
    sink.refused["nobody@muebles.example"] = "550 no such person"
    bad = write("bad", to_email="nobody@muebles.example")
    write("good")

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1, failed=1)
    assert sink.subjects == ["good"]
    bad.refresh_from_db()
    assert bad.state == Letter.State.WAITING
    assert "no such person" in bad.last_error

    pauses = []
    now = NOW
    while bad.state == Letter.State.WAITING:
        pauses.append(round((bad.next_try_at - now) / MINUTE))
        assert letters.deliver_due(bad.next_try_at - timedelta(seconds=5)) == letters.Delivered()
        now = bad.next_try_at
        letters.deliver_due(now)
        bad.refresh_from_db()

    assert pauses == [1, 2, 5, 15, 60, 120, 240, 480, 960]
    assert bad.state == Letter.State.DEAD
    assert bad.attempts == 10
    assert letters.deliver_due(now + timedelta(days=30)) == letters.Delivered()


@pytest.mark.django_db
def test_a_dead_letter_can_be_given_another_round(sink: Sink, write: Write) -> None:
    letter = write()
    Letter.objects.update(state=Letter.State.DEAD, attempts=10)

    assert letters.revive(letter, NOW)
    assert not letters.revive(letter, NOW)
    assert letters.deliver_due(NOW).sent == 1


@pytest.mark.django_db
def test_an_address_that_cannot_be_written_to_stops_nobody(sink: Sink, write: Write) -> None:
    write("a bad one", to_email="ana@\nmuebles.example")
    write("b good one")

    assert letters.deliver_due(NOW) == letters.Delivered(sent=1, failed=1)
    assert sink.subjects == ["b good one"]


@pytest.mark.django_db
def test_a_server_that_is_away_costs_no_letter_a_try(write: Write, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter = write()

    assert letters.deliver_due(NOW) == letters.Delivered(unreachable=True)
    letter.refresh_from_db()
    assert letter.attempts == 0
    assert letter.state == Letter.State.WAITING


@pytest.mark.django_db
def test_a_server_that_dies_in_the_middle_is_called_again(sink: Sink, write: Write) -> None:
    sink.hangs_up_at = {"luis@muebles.example"}
    write("a")
    write("b", to_email="luis@muebles.example")
    write("c")

    assert letters.deliver_due(NOW) == letters.Delivered(sent=2, failed=1)
    assert letters.deliver_due(NOW + 2 * MINUTE).sent == 1
    assert sink.subjects == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_letters_and_send_none_twice(sink: Sink, write: Write) -> None:
    for number in range(80):
        write(f"letter {number:02}")
    ready = threading.Barrier(2)
    done: list[letters.Delivered] = []

    def work() -> None:
        try:
            ready.wait(5)
            done.append(letters.deliver_due(NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sink.subjects == [f"letter {number:02}" for number in range(80)]
    assert sum(one.sent for one in done) == 80
    assert all(one.sent for one in done)
    assert Letter.objects.filter(state=Letter.State.SENT, attempts=1).count() == 80


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_one_letter_in_doubt_and_it_is_the_same_message(
    sink: Sink, write: Write, settings: Any
) -> None:
    for number in range(3):
        write(f"letter {number}")
    sink.goes_on.clear()
    script = f"""
from datetime import datetime
from post import letters
letters.deliver_due(datetime.fromisoformat("{NOW.isoformat()}"))
"""
    with python(script, EMAIL_URL=f"smtp://127.0.0.1:{settings.EMAIL_PORT}") as process:
        assert sink.holding.wait(20)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
    sink.goes_on.set()

    in_doubt = Letter.objects.get(state=Letter.State.SENDING)
    # As long as its claim may still be worked on, nobody else touches it.
    assert letters.deliver_due(NOW).sent == 2
    assert letters.deliver_due(NOW + letters.CLAIM_LASTS - MINUTE) == letters.Delivered()
    assert letters.deliver_due(NOW + letters.CLAIM_LASTS + MINUTE).sent == 1

    assert sink.subjects == ["letter 0", "letter 1", "letter 2"]
    assert sink.received[-1]["Message-ID"] == in_doubt.message_id
    in_doubt.refresh_from_db()
    assert (in_doubt.state, in_doubt.attempts) == (Letter.State.SENT, 2)

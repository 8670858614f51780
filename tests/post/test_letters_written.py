"""Writing a letter: once per key, in the deed's transaction, whatever the broker does."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from post import letters
from post.models import Letter
from tests.post.conftest import NOW, python

Write = Callable[..., Letter]


def rings() -> int:
    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        return int(client.llen(f"{settings.REDIS_PREFIX}:q:celery"))
    finally:
        client.close()


@pytest.mark.django_db
def test_a_letter_waits_in_the_outbox(write: Write) -> None:
    letter = write(subject="Dos\nlíneas", headers={"List-Unsubscribe": "<https://example.com/u>"})

    letter.refresh_from_db()
    assert letter.state == Letter.State.WAITING
    assert letter.subject == "Dos líneas"
    assert letter.attempts == 0
    assert letter.next_try_at == letter.created_at == NOW
    assert letter.headers == {"List-Unsubscribe": "<https://example.com/u>"}


@pytest.mark.django_db
def test_a_key_is_written_once_and_the_first_one_stays(write: Write) -> None:
    first = write("reminder 7", text="primero")
    second = write("reminder 7", text="segundo")

    assert first.pk == second.pk
    assert Letter.objects.get().text == "primero"


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_one_instant_write_one_letter(write: Write) -> None:
    ready = threading.Barrier(4)
    written: list[Model] = []

    def work() -> None:
        try:
            with transaction.atomic():
                ready.wait(5)
                written.append(write("reminder 7"))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert Letter.objects.count() == 1
    assert {letter.pk for letter in written} == {Letter.objects.get().pk}
    assert len(written) == 4


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_writes_nothing_and_rings_nobody(write: Write) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    assert not Letter.objects.exists()
    assert rings() == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_rung_once_for_all_letters_of_a_deed(write: Write) -> None:
    with transaction.atomic():
        write("one")
        with transaction.atomic():
            write("two")
        assert rings() == 0

    assert rings() == 1


@pytest.mark.django_db(transaction=True)
def test_without_broker_and_valkey_the_deed_is_done_all_the_same() -> None:
    script = f"""
import time
from datetime import datetime, timezone
from post import letters, live
began = time.monotonic()
for number in range(5):
    letters.write(key=f"n {{number}}", kind="test", to_email="ana@muebles.example", to_name="Ana", language="es",
                  subject="Hola", text="Hola", now=datetime.fromisoformat("{NOW.isoformat()}"))
    live.announce(["o:abc"], number)
print(time.monotonic() - began)
"""
    with python(script, REDIS_URL="redis://127.0.0.1:1/0", DEMO="1") as process:
        said, errors = process.communicate(timeout=60)

    assert process.returncode == 0, errors
    assert Letter.objects.count() == 5
    # One wait for the broker and one for Valkey, not one per letter.
    assert float(said) < 4
    assert "the sweep will deliver" in errors


def test_the_message_id_is_the_keys_and_tells_nothing(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Eslabón <correo@muebles.example>"

    assert letters.message_id("ask 1") == letters.message_id("ask 1")
    assert letters.message_id("ask 1") != letters.message_id("ask 2")
    assert letters.message_id("ask 1").endswith("@muebles.example>")
    assert "ask" not in letters.message_id("ask 1")

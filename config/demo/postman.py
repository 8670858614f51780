"""The letters of the story left when they were due: they have their words and their moment, and nobody receives them.

The outbox claims each letter in a transaction of its own; a story is one transaction, told in the past.
"""

from __future__ import annotations

from datetime import datetime

from post.letters import Composed, Later, composer_of
from post.models import Letter


def deliver(now: datetime) -> None:
    """What would have left by then has left."""
    for letter in Letter.objects.filter(state=Letter.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk"):
        if letter.composer and not _composed(letter, now):
            continue
        # What bears its words already left at once, whenever the postman came by.
        left_at = now if letter.composer else letter.next_try_at
        letter.state, letter.sent_at, letter.attempts, letter.gathers = Letter.State.SENT, left_at, 1, ""
        letter.save()


def _composed(letter: Letter, now: datetime) -> bool:
    words = composer_of(letter.composer)(letter, now)
    if isinstance(words, Composed):
        letter.subject, letter.text, letter.html, letter.headers = words.subject, words.text, words.html, words.headers
        return True
    if not isinstance(words, Later):
        Letter.objects.filter(pk=letter.pk).update(state=Letter.State.LEFT_OUT, gathers="")
    return False

"""Letters: written exactly once in the transaction of the deed, sent afterwards with retries.

The row is the truth. `write` also rings the worker on commit, which only makes it quick: a sweep finds every row that
is due, whatever happened to the ringing.
"""

import hashlib
import logging
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from email.utils import format_datetime, formataddr, parseaddr
from smtplib import SMTPException
from typing import Any

import css_inline
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.template.backends.django import Template
from django.template.base import Template as PlainTemplate
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from post import live
from post.models import Letter

logger = logging.getLogger(__name__)

# Minutes until the next try. After the last one the letter is dead: about a day and a half.
BACK_OFF = (1, 2, 5, 15, 60, 120, 240, 480, 960)
ATTEMPTS = len(BACK_OFF) + 1
# A claim that nobody finished (the worker was killed) falls due again. Far beyond what one sending may take.
CLAIM_LASTS = timedelta(minutes=3)
# One run ends well inside the task's time limit, however slow the server is.
RUN_LASTS = timedelta(seconds=30)
# After the broker failed to take a ring, pages do not wait for it again for a while.
SILENCE = 5.0
TOPIC = "post:letters"
# Tags that print nothing leave empty lines behind.
GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")

_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_silent_until = 0.0


@dataclass(frozen=True)
class Delivered:
    """What one run did. `more`: it stopped with letters still due; `unreachable`: the mail server did not answer."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    more: bool = False
    unreachable: bool = False


# Writing --------------------------------------------------------------------------------------------------------------


def write(
    *,
    key: str,
    kind: str,
    to_email: str,
    to_name: str,
    language: str,
    subject: str,
    text: str,
    html: str = "",
    organization_ref: str = "",
    headers: dict[str, str] | None = None,
    now: datetime,
) -> Letter:
    """The letter of this key: written now, or the one that was written before (then nothing changes)."""
    letter = Letter(
        key=key,
        kind=kind,
        organization_ref=organization_ref,
        to_email=to_email,
        to_name=" ".join(to_name.split())[:200],
        language=language,
        subject=" ".join(subject.split())[:300],
        text=text,
        html=html,
        headers=headers or {},
        message_id=message_id(key),
        next_try_at=now,
        created_at=now,
    )
    with transaction.atomic():
        Letter.objects.bulk_create([letter], ignore_conflicts=True)
        letter = Letter.objects.get(key=key)
        ring_on_commit()
    return letter


def message_id(key: str) -> str:
    """The same for each try, so that what was sent twice in a crash arrives as one message."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = hashlib.blake2b(key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()
    return f"<{name}@{sender.rpartition('@')[2] or 'localhost'}>"


def render(
    template: str, context: dict[str, Any], language: str, *, zone: tzinfo | None = None
) -> tuple[str, str, str]:
    """Subject, text and HTML of `templates/<room>/letters/<name>.{txt,html}`, in the receiver's language (and zone).

    `template` is "<room>/<name>". The first line of the text is the subject.
    """
    room, _slash, name = template.partition("/")
    everything = {"base_url": settings.BASE_URL, "language": language, **context}
    with translation.override(language), timezone.override(zone) if zone else nullcontext():
        words = _plain(f"{room}/letters/{name}.txt").render(Context(everything, autoescape=False))
        page = _plain(f"{room}/letters/{name}.html").render(Context(everything))
    subject, _newline, text = words.strip().partition("\n")
    return " ".join(subject.split()), GAPS.sub("\n\n", text.strip()) + "\n", _inliner.inline(page)


def _plain(name: str) -> PlainTemplate:
    found = get_template(name)
    assert isinstance(found, Template)
    plain: PlainTemplate = found.template
    return plain


# Ringing the worker ---------------------------------------------------------------------------------------------------


def ring_on_commit() -> None:
    """Tells a worker on commit that there is something to send; once, however many letters the transaction writes."""
    if not any(entry[1] is _ring for entry in connection.run_on_commit):
        transaction.on_commit(_ring)


def _ring() -> None:
    global _silent_until
    if settings.DEMO:
        live.announce([TOPIC], 0)
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task("post.tasks.deliver", retry=False, ignore_result=True)
    except Exception as error:  # whatever the broker's client raises: the deed itself is done
        _silent_until = time.monotonic() + SILENCE
        logger.warning("the broker takes no rings, the sweep will deliver: %s", type(error).__name__)


# Delivering -----------------------------------------------------------------------------------------------------------


def deliver_due(now: datetime, limit: int = 500) -> Delivered:
    """Sends what is due over one connection; each letter is claimed by itself, so that a crash leaves one in doubt."""
    if not _due(now).exists():
        return Delivered()
    server = get_connection()
    if not _open(server):
        return Delivered(unreachable=True)
    started = time.monotonic()
    sent = failed = dead = 0
    more = unreachable = False
    try:
        while True:
            passed = timedelta(seconds=time.monotonic() - started)
            moment = now + passed
            if sent + failed >= limit or passed > RUN_LASTS:
                more = _due(moment).exists()
                break
            letter = _claim(moment)
            if letter is None:
                break
            try:
                server.send_messages([_message(letter, server)])
            except Exception as error:  # a poisoned letter steps aside, the rest go on
                failed += 1
                dead += _step_back(letter, error, moment)
                _close(server)
                if not _open(server):
                    unreachable = True
                    break
            else:
                sent += _mark_sent(letter, now + timedelta(seconds=time.monotonic() - started))
    finally:
        _close(server)
    if settings.DEMO and sent + failed:
        live.announce([TOPIC], 0)
    return Delivered(sent, failed, dead, more, unreachable)


def revive(letter: Letter, now: datetime) -> bool:
    """Gives a dead letter another round of tries."""
    revived = Letter.objects.filter(pk=letter.pk, state=Letter.State.DEAD).update(
        state=Letter.State.WAITING, attempts=0, next_try_at=now
    )
    if revived:
        ring_on_commit()
    return bool(revived)


def _due(now: datetime) -> Any:
    return Letter.objects.filter(state__in=Letter.UNFINISHED, next_try_at__lte=now)


CLAIM = """
UPDATE post_letter
   SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1, next_try_at = %(again)s
 WHERE id = (
       SELECT id FROM post_letter
        WHERE state IN ('waiting', 'sending') AND next_try_at <= %(now)s
        ORDER BY next_try_at, id
        LIMIT 1
          FOR UPDATE SKIP LOCKED)
RETURNING *
"""


def _claim(now: datetime) -> Letter | None:
    # Durable: inside somebody's transaction the claim would be invisible, and two workers would send the same letter.
    with transaction.atomic(durable=True):
        return next(iter(Letter.objects.raw(CLAIM, {"now": now, "again": now + CLAIM_LASTS})), None)


def _mine(letter: Letter) -> Any:
    """The row as long as this claim holds."""
    return Letter.objects.filter(pk=letter.pk, state=Letter.State.SENDING, claimed_at=letter.claimed_at)


def _mark_sent(letter: Letter, now: datetime) -> int:
    return int(_mine(letter).update(state=Letter.State.SENT, sent_at=now, last_error=""))


def _step_back(letter: Letter, error: Exception, now: datetime) -> int:
    """Later, or never more; 1 if the letter is dead. The error is shown to operators and bears no letter's text."""
    dead = letter.attempts >= ATTEMPTS
    again = now if dead else now + timedelta(minutes=BACK_OFF[letter.attempts - 1])
    said = f"{type(error).__name__}: {error}"[:500]
    _mine(letter).update(state=Letter.State.DEAD if dead else Letter.State.WAITING, next_try_at=again, last_error=said)
    logger.warning(
        "letter %s (%s) failed at try %d, %s: %s",
        letter.ref,
        letter.kind,
        letter.attempts,
        "given up" if dead else "later",
        type(error).__name__,
    )
    return int(dead)


def _message(letter: Letter, server: BaseEmailBackend) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[formataddr((letter.to_name, letter.to_email))],
        connection=server,
        headers={
            "Message-ID": letter.message_id,
            "Date": format_datetime(letter.created_at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
            **letter.headers,
        },
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _open(server: BaseEmailBackend) -> bool:
    try:
        server.open()
    except (SMTPException, OSError) as error:
        logger.warning("the mail server cannot be reached: %s", type(error).__name__)
        return False
    return True


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (SMTPException, OSError):
        logger.info("the mail server had closed the connection before us")

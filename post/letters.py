"""Letters: written exactly once in the transaction of the deed, sent afterwards with retries.

The row is the truth. `write` also rings the worker on commit, which only makes it quick: a sweep finds every row that
is due, whatever happened to the ringing.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from email.utils import format_datetime, formataddr, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, cast

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
from django.utils.module_loading import import_string

from post import incidents, live
from post.models import Incident, Letter
from post.refs import new_ref

logger = logging.getLogger(__name__)

# Minutes until the next try. After the last one the letter is dead: about a day and a half.
BACK_OFF = (1, 2, 5, 15, 60, 120, 240, 480, 960)
ATTEMPTS = len(BACK_OFF) + 1
# A claim that nobody finished (the worker was killed) falls due again. Far beyond what one sending may take.
CLAIM_LASTS = timedelta(minutes=3)
# One run ends well inside the task's time limit, however slow the server is.
RUN_LASTS = timedelta(seconds=30)
# A letter that its composer put off is not asked for again in the same run.
SOON = timedelta(seconds=5)
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
    left_out: int = 0
    more: bool = False
    unreachable: bool = False


@dataclass(frozen=True)
class Composed:
    """The words of a letter that was composed when it was about to leave."""

    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Later:
    """A composer's answer: not before `at`. Costs the letter no try, and it goes on gathering."""

    at: datetime


# What stands in settings.LETTER_COMPOSERS: the words, nothing left to say, or not yet.
Compose = Callable[[Letter, datetime], Composed | Later | None]


@dataclass(frozen=True)
class Addressee:
    """To whom a letter that gathers is written, under which name, and before when it does not leave."""

    name: str
    email: str
    to_name: str
    language: str
    organization_ref: str
    not_before: datetime


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


def gather(addressees: Iterable[Addressee], *, composer: str, kind: str, now: datetime) -> dict[str, int]:
    """For each name the letter that gathers under it: the one that waits, or a new one; name → pk.

    To be called inside the transaction that puts something into these letters. They are held until its end: whoever
    wants to send one meanwhile goes on to the next, so nothing is put into a letter that has left. Writers that share
    letters do not wait for each other, except for the first who writes one.
    """
    # In order of their names: two writers that insert the same ones cannot wait for each other in a circle.
    wanted = {one.name: one for one in sorted(addressees, key=lambda one: one.name)}
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        while missing := [name for name in wanted if name not in found]:
            cursor.execute(HOLD, {"names": missing})
            found.update(cursor.fetchall())
            new = [_gathering(wanted[name], composer, kind, now) for name in missing if name not in found]
            Letter.objects.bulk_create(new, ignore_conflicts=True)
    return found


# A share of it keeps the sender off (FOR UPDATE SKIP LOCKED), and others who put something in may have theirs.
HOLD = """
SELECT gathers, id FROM post_letter
 WHERE gathers = ANY(%(names)s) AND gathers <> '' AND state = 'waiting'
 ORDER BY gathers
   FOR SHARE
"""


def _gathering(one: Addressee, composer: str, kind: str, now: datetime) -> Letter:
    ref = new_ref()
    key = f"{one.name} {ref}"
    return Letter(
        ref=ref,
        key=key,
        kind=kind,
        composer=composer,
        gathers=one.name,
        organization_ref=one.organization_ref,
        to_email=one.email,
        to_name=" ".join(one.to_name.split())[:200],
        language=one.language,
        message_id=message_id(key),
        next_try_at=one.not_before,
        created_at=now,
    )


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
        incidents.note(Incident.Kind.BROKER, timezone.now(), type(error).__name__)
        logger.warning("the broker takes no rings, the sweep will deliver: %s", type(error).__name__)


# Delivering -----------------------------------------------------------------------------------------------------------


def deliver_due(now: datetime, limit: int = 500) -> Delivered:
    """Sends what is due over one connection; each letter is claimed by itself, so that a crash leaves one in doubt."""
    # Durable: inside somebody's transaction a claim would be invisible, and two workers would send the same letter.
    with transaction.atomic(durable=True):
        is_due = _due(now).exists()
    if not is_due:
        return Delivered()
    server = get_connection()
    if not _open(server, now):
        return Delivered(unreachable=True)
    started = time.monotonic()
    sent = failed = dead = left_out = later = 0
    more = unreachable = False
    trouble = ""
    accepted: Letter | None = None
    try:
        while True:
            passed = timedelta(seconds=time.monotonic() - started)
            moment = now + passed
            if sent + (accepted is not None) + failed + left_out + later >= limit or passed > RUN_LASTS:
                if accepted is not None:
                    sent += _mark_sent(accepted, moment)
                more = _due(moment).exists()
                break
            letter, marked = _claim(moment, accepted)
            sent, accepted = sent + marked, None
            if letter is None:
                break
            if letter.state != Letter.State.SENDING:
                # Its composer said: nothing left to say, not yet, or failed.
                left_out += letter.state == Letter.State.LEFT_OUT
                dead += letter.state == Letter.State.DEAD
                failed += bool(letter.last_error) and letter.state != Letter.State.LEFT_OUT
                later += not letter.last_error and letter.state == Letter.State.WAITING
                continue
            try:
                server.send_messages([_message(letter, server)])
            except Exception as error:  # a poisoned letter steps aside, the rest go on
                failed += 1
                dead += _step_back(letter, error, moment)
                trouble = trouble or (type(error).__name__ if _is_the_servers(error) else "")
                _close(server)
                if not _open(server, moment):
                    unreachable = True
                    break
            else:
                accepted = letter
    finally:
        _close(server)
    if trouble:
        incidents.note(Incident.Kind.MAIL, now, trouble)
    elif sent and not unreachable:
        incidents.over(Incident.Kind.MAIL, now)
    if settings.DEMO and sent + failed + left_out:
        live.announce([TOPIC], 0)
    return Delivered(sent, failed, dead, left_out, more, unreachable)


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


# One message to the database for each letter: the one that was accepted is sent, and the next one is ours. One whose
# words are not written yet is only pointed at.
CLAIM = """
WITH done AS (
    UPDATE post_letter SET state = 'sent', sent_at = %(now)s, last_error = ''
     WHERE id = %(accepted)s AND state = 'sending' AND claimed_at = %(claimed_at)s
    RETURNING id
), next AS (
    SELECT id, composer <> '' AND subject = '' AS is_unwritten FROM post_letter
     WHERE state IN ('waiting', 'sending') AND next_try_at <= %(now)s
     ORDER BY next_try_at, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
), ours AS (
    UPDATE post_letter l SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1, next_try_at = %(again)s
      FROM next WHERE l.id = next.id AND (%(composing)s OR NOT next.is_unwritten)
    RETURNING l.*
)
SELECT ours.*, (SELECT count(*) FROM done) AS marked, coalesce((SELECT is_unwritten FROM next), FALSE) AS is_unwritten
  FROM (SELECT 1) AS one LEFT JOIN ours ON TRUE
"""


def _claim(now: datetime, accepted: Letter | None = None) -> tuple[Letter | None, int]:
    """The next letter that is due, marked as ours, with its words; and how many (`accepted`) were marked as sent."""
    letter, marked, is_unwritten = _next(now, accepted, composing=False)
    if letter is None and is_unwritten:
        # Composed inside the claim: what is put into a letter meanwhile goes into it before, or into the next one.
        with transaction.atomic():
            letter, _marked, is_unwritten = _next(now, None, composing=True)
            # One that is in doubt after a crash has its words, and is sent again with the same.
            if letter is not None and is_unwritten:
                _compose(letter, now)
    return letter, marked


def _next(now: datetime, accepted: Letter | None, *, composing: bool) -> tuple[Letter | None, int, bool]:
    values = {
        "now": now,
        "again": now + CLAIM_LASTS,
        "composing": composing,
        "accepted": accepted.pk if accepted else None,
        "claimed_at": accepted.claimed_at if accepted else None,
    }
    [found] = Letter.objects.raw(CLAIM, values)
    facts: Any = found
    return (found if found.pk else None), facts.marked, facts.is_unwritten


def _compose(letter: Letter, now: datetime) -> None:
    try:
        with transaction.atomic():
            composed = composer_of(letter.composer)(letter, now)
    except Exception as error:  # a poisoned letter steps aside, the rest go on
        _step_back(letter, error, now)
        return
    if isinstance(composed, Later):
        letter.state, letter.last_error = Letter.State.WAITING, ""
        _mine(letter).update(
            state=letter.state, attempts=letter.attempts - 1, next_try_at=max(composed.at, now + SOON), last_error=""
        )
    elif composed is None:
        letter.state = Letter.State.LEFT_OUT
        _mine(letter).update(state=letter.state, gathers="", last_error="")
    else:
        letter.subject = " ".join(composed.subject.split())[:300]
        letter.text, letter.html, letter.headers = composed.text, composed.html, composed.headers
        _mine(letter).update(
            subject=letter.subject, text=letter.text, html=letter.html, headers=letter.headers, gathers=""
        )


def composer_of(name: str) -> Compose:
    return cast(Compose, import_string(settings.LETTER_COMPOSERS[name]))


def _mine(letter: Letter) -> Any:
    """The row as long as this claim holds."""
    return Letter.objects.filter(pk=letter.pk, state=Letter.State.SENDING, claimed_at=letter.claimed_at)


def _mark_sent(letter: Letter, now: datetime) -> int:
    return int(_mine(letter).update(state=Letter.State.SENT, sent_at=now, last_error=""))


def _step_back(letter: Letter, error: Exception, now: datetime) -> int:
    """Later, or never more; 1 if the letter is dead. The error is shown to operators and bears no letter's text."""
    dead = letter.attempts >= ATTEMPTS
    again = now if dead else now + timedelta(minutes=BACK_OFF[letter.attempts - 1])
    mine = _mine(letter)
    letter.state = Letter.State.DEAD if dead else Letter.State.WAITING
    letter.last_error = f"{type(error).__name__}: {error}".replace("\x00", "")[:500]
    changes: dict[str, Any] = {"state": letter.state, "next_try_at": again, "last_error": letter.last_error}
    if letter.composer:
        # What is settled until the next try is left out of it.
        changes |= {"subject": "", "text": "", "html": ""}
    if dead:
        changes["gathers"] = ""
    mine.update(**changes)
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


def _is_the_servers(error: Exception) -> bool:
    """Whether the mail server itself is in trouble; that it does not want one address is the address's."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _words in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return 400 <= error.smtp_code < 500
    return isinstance(error, OSError)


def _open(server: BaseEmailBackend, now: datetime) -> bool:
    try:
        server.open()
    except (SMTPException, OSError) as error:
        incidents.note(Incident.Kind.MAIL, now, type(error).__name__)
        logger.warning("the mail server cannot be reached: %s", type(error).__name__)
        return False
    return True


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (SMTPException, OSError):
        logger.info("the mail server had closed the connection before us")

"""Who is due gets a digest, once per person and period, whatever happens meanwhile.

A batch of people is one transaction: their rows in `contracts_digest` are the claim, the letters are written beside
them. A worker that dies leaves nothing of its batch, and the next one takes it up; two workers take different people.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from areas.copying import why_no_letter
from areas.editing import Refused
from areas.models import Membership, Organization
from contracts.digest.periods import Moment, daily, in_order_key, span, weekly
from contracts.digest.reading import Gathered, Reading, Scope, scope_of
from contracts.digest.words import Teller
from contracts.words import Often
from post import letters
from post.models import Letter

logger = logging.getLogger(__name__)

KIND = "contracts.digest"
KIND_NOW = "contracts.digest_now"
BATCH = 200
# Sent when asked for: so many within an hour are enough.
AT_ONCE = 3


@dataclass(frozen=True)
class Reader:
    """A person whose digest row was just claimed."""

    digest: int
    membership: int
    ref: str
    name: str
    email: str
    language: str
    often: str
    was_in_order: bool
    scope: Scope
    names: dict[int, str]


@dataclass(frozen=True)
class Due:
    """Digests of one organization that are due: everybody's weekly ones, or the daily ones of those who want them."""

    organization: Organization
    moment: Moment
    is_daily: bool


def write_due(now: datetime, batch: int = BATCH, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Writes the digests that are due, and returns how many letters. A batch takes six statements at most.

    `stop` is asked before each batch. What fails in one organization does not keep the others from theirs; the last
    failure is raised at the end.
    """
    written = 0
    failed: Exception | None = None
    for due in due_now(now):
        run = Run(due, now)
        try:
            while not stop():
                claimed, more = run.batch(batch)
                written += more
                if not claimed:
                    break
        except Exception as error:
            logger.exception("the digests of %s could not be written", due.organization.ref)
            failed = error
    if failed:
        raise failed
    return written


DUE = """
SELECT due.n FROM unnest(%(orgs)s::bigint[], %(keys)s::text[], %(ats)s::timestamptz[], %(daily)s::boolean[])
    WITH ORDINALITY AS due(org, key, at, daily, n)
WHERE EXISTS (
    SELECT 1 FROM areas_membership m
    JOIN areas_user u ON u.id = m.user_id AND u.is_active
    LEFT JOIN contracts_wishes w ON w.membership_id = m.id
    WHERE m.organization_id = due.org AND m.left_at IS NULL AND m.joined_at <= due.at
        AND (NOT due.daily OR w.digest = 'daily')
        AND NOT EXISTS (SELECT 1 FROM contracts_digest d WHERE d.membership_id = m.id AND d.period = due.key))
ORDER BY due.n
"""


def due_now(now: datetime) -> list[Due]:
    """What is due and not yet done, whenever its moment was. Two queries."""
    every: list[Due] = []
    for organization in Organization.objects.filter(rehearses=None).order_by("pk"):
        every.append(Due(organization, weekly(organization, now), False))
        today = daily(organization, now, organization.calendar)
        if today:
            every.append(Due(organization, today, True))
    columns: dict[str, Any] = {
        "orgs": [due.organization.pk for due in every],
        "keys": [due.moment.key for due in every],
        "ats": [due.moment.at for due in every],
        "daily": [due.is_daily for due in every],
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, columns)
        return [every[n - 1] for (n,) in cursor.fetchall()]


class Run:
    """The batches of one sweep in one organization. What was gathered and rendered for one batch serves the next."""

    def __init__(self, due: Due, now: datetime) -> None:
        self.due = due
        self.now = now
        self._span = span(due.organization, now, due.moment.since)
        self._gathered: Gathered | None = None
        self._tellers: dict[str, Teller] = {}

    def batch(self, size: int = BATCH) -> tuple[int, int]:
        """Claims some people of whom a digest is due and writes their letters: (people claimed, letters written)."""
        with transaction.atomic():
            readers = _claim(self.due, self.now, size)
            told_of = [one for one in readers if not one.scope.is_empty]
            return len(readers), self._write(told_of, more=len(readers) == size) if told_of else 0

    def _write(self, readers: list[Reader], *, more: bool) -> int:
        readings = self._read(readers, more=more)
        drafts: list[tuple[Reader, bool, Letter]] = []
        failed = 0
        for one in readers:
            reading = readings[one.scope]
            if not (self._is_in_order(one) if reading.is_empty else self.due.is_daily or one.often == Often.WEEKLY):
                continue
            try:
                drafts.append((one, reading.is_empty, self._letter(one, reading)))
            except Exception:  # one poisoned digest steps aside, the rest go on
                logger.exception("the digest of %s could not be told", one.ref)
                failed += 1
        if failed and not drafts:
            raise RuntimeError(f"none of {failed} digests could be told")
        if drafts:
            Letter.objects.bulk_create(letter for _one, _in_order, letter in drafts)
            _note(drafts, in_order_key(self.due.moment.day), self.now)
            letters.ring_on_commit()
        return len(drafts)

    def _read(self, readers: list[Reader], *, more: bool) -> dict[Scope, Reading]:
        """All of the organization if others follow, else what concerns these few."""
        scopes = list(dict.fromkeys(one.scope for one in readers))
        areas = {area for scope in scopes for area in scope.areas}
        whole = more or any(scope.whole for scope in scopes)
        if self._gathered is None or not self._gathered.covers(None if whole else areas):
            self._gathered = Gathered(self.due.organization, self._span, None if whole else areas)
        return self._gathered.of(scopes, {area: name for one in readers for area, name in one.names.items()})

    def _is_in_order(self, one: Reader) -> bool:
        """Whether a person of whom nothing is to be said is told so: with a month's first weekly moment, once."""
        return not self.due.is_daily and self.due.moment.is_first_of_month and not one.was_in_order

    def _letter(self, one: Reader, reading: Reading) -> Letter:
        organization, moment = self.due.organization, self.due.moment
        if one.language not in self._tellers:
            self._tellers[one.language] = Teller(organization, self._span, one.language)
        teller = self._tellers[one.language]
        subject, text, html, headers = teller.letter(reading, one.ref, daily=self.due.is_daily)
        key = f"digest {one.ref} {in_order_key(moment.day) if reading.is_empty else moment.key}"
        return Letter(
            key=key,
            kind=KIND,
            organization_ref=organization.ref,
            to_email=one.email,
            to_name=" ".join(one.name.split())[:200],
            language=one.language,
            subject=subject[:300],
            text=text,
            html=html,
            headers=headers,
            message_id=letters.message_id(key),
            next_try_at=self.now,
            created_at=self.now,
        )


# Claiming -------------------------------------------------------------------------------------------------------------

# Whoever joined after the moment waits for the next one. The weekly period is claimed for everybody, so that somebody
# who changes from "never" or "daily" to "weekly" on a Thursday does not get Monday's. People whom another worker has in
# hand are left to it; should both have read the same row before, the unique key lets one of them have it.
CLAIM = """
WITH people AS MATERIALIZED (
    SELECT m.id, m.ref, m.role, u.name, u.email, u.language, coalesce(w.digest, 'weekly') AS often
    FROM areas_membership m
    JOIN areas_user u ON u.id = m.user_id AND u.is_active
    LEFT JOIN contracts_wishes w ON w.membership_id = m.id
    WHERE m.organization_id = %(org)s AND m.left_at IS NULL AND m.joined_at <= %(at)s
        AND (NOT %(daily)s OR w.digest = 'daily')
        AND NOT EXISTS (SELECT 1 FROM contracts_digest d WHERE d.membership_id = m.id AND d.period = %(key)s)
    ORDER BY m.id
    LIMIT %(batch)s
    FOR NO KEY UPDATE OF m SKIP LOCKED
), claimed AS (
    INSERT INTO contracts_digest (membership_id, period, at) SELECT id, %(key)s, %(now)s FROM people
    ON CONFLICT DO NOTHING
    RETURNING id, membership_id
)
SELECT claimed.id, people.id, people.ref, people.role, people.name, people.email, people.language, people.often,
    EXISTS (SELECT 1 FROM contracts_digest d WHERE d.membership_id = people.id AND d.period = %(in_order)s),
    (SELECT json_agg(json_build_array(p.area_id, p.part, a.name) ORDER BY p.area_id)
     FROM areas_areapart p JOIN areas_area a ON a.id = p.area_id AND a.archived_at IS NULL
     WHERE p.membership_id = people.id)
FROM claimed JOIN people ON people.id = claimed.membership_id
ORDER BY people.id
"""


def _claim(due: Due, now: datetime, batch: int) -> list[Reader]:
    values: dict[str, Any] = {
        "org": due.organization.pk,
        "key": due.moment.key,
        "at": due.moment.at,
        "daily": due.is_daily,
        "in_order": in_order_key(due.moment.day),
        "now": now,
        "batch": batch,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        rows = cursor.fetchall()
    readers = []
    for digest, membership, ref, role, name, email, language, often, was_in_order, parts in rows:
        held = json.loads(parts) if isinstance(parts, str) else parts or []
        # Who reads daily is told in the weekly round only that all is in order; who never reads, nothing.
        reads = often == Often.WEEKLY or (often == Often.DAILY and (due.is_daily or due.moment.is_first_of_month))
        scope = scope_of(role, ((area, part) for area, part, _name in held)) if reads else Scope()
        speaks = language or due.organization.language
        names = {area: area_name for area, _part, area_name in held}
        readers.append(Reader(digest, membership, ref, name or email, email, speaks, often, was_in_order, scope, names))
    return readers


NOTE = """
WITH linked AS (
    UPDATE contracts_digest d SET letter_id = told.letter
    FROM unnest(%(digests)s::bigint[], %(letters)s::bigint[]) AS told(digest, letter)
    WHERE d.id = told.digest
)
INSERT INTO contracts_digest (membership_id, period, letter_id, at)
SELECT one.membership, %(in_order)s, one.letter, %(now)s
FROM unnest(%(quiet)s::bigint[], %(quiet_letters)s::bigint[]) AS one(membership, letter)
"""


def _note(drafts: Iterable[tuple[Reader, bool, Letter]], in_order: str, now: datetime) -> None:
    drafts = list(drafts)
    quiet = [(one.membership, letter.pk) for one, is_in_order, letter in drafts if is_in_order]
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE,
            {
                "digests": [one.digest for one, _in_order, _letter in drafts],
                "letters": [letter.pk for _one, _in_order, letter in drafts],
                "quiet": [membership for membership, _letter in quiet],
                "quiet_letters": [letter for _membership, letter in quiet],
                "in_order": in_order,
                "now": now,
            },
        )


# For one person -------------------------------------------------------------------------------------------------------


def digest_of(membership: Membership, now: datetime, language: str) -> tuple[Teller, Reading]:
    """The person's digest if its moment were now, and who tells it in that language."""
    organization = membership.organization
    found = membership.parts.filter(area__archived_at__isnull=True).values_list("area_id", "part", "area__name")
    parts = list(found)
    scope = scope_of(membership.role, ((area, part) for area, part, _name in parts))
    when = span(organization, now, now - timedelta(days=7))
    gathered = Gathered(organization, when, None if scope.whole else scope.areas)
    readings = gathered.of([scope], {area: name for area, _part, name in parts})
    return Teller(organization, when, language), readings[scope]


class Enough(Exception):
    """The person has had enough of them within this hour."""


def send_now(membership: Membership, now: datetime) -> Letter:
    """Writes the person's digest as it is now. Pressed twice within a minute it is one letter. Raises Enough, and
    Refused in a rehearsal.
    """
    if refusal := why_no_letter(membership.organization):
        raise Refused(refusal)
    prefix = f"digest {membership.ref} now "
    recent = Letter.objects.filter(key__startswith=prefix, created_at__gt=now - timedelta(hours=1))
    key = f"{prefix}{now:%Y-%m-%dT%H:%M}"
    if recent.exclude(key=key).count() >= AT_ONCE:
        raise Enough
    teller, reading = digest_of(membership, now, membership.language)
    subject, text, html, headers = teller.letter(reading, membership.ref, asked_for=True)
    return letters.write(
        key=key,
        kind=KIND_NOW,
        to_email=membership.user.email,
        to_name=membership.name,
        language=membership.language,
        subject=subject,
        text=text,
        html=html,
        organization_ref=membership.organization.ref,
        headers=headers,
        now=now,
    )


def next_weekly(organization: Organization, now: datetime) -> datetime:
    """When the next weekly digest is due."""
    return weekly(organization, weekly(organization, now).at + timedelta(days=8)).at

"""The journal: the one place where a deed becomes known.

`record` writes the row, raises the organization's revision (the cache key of what is shared) and, when the
transaction is through, tells the open pages to look again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from areas.models import Area, Link, Membership, Organization, User
from post import live

RAISE = "UPDATE areas_organization SET revision = revision + 1 WHERE id = %(organization)s RETURNING revision"
# Both in one message: no deed is without them.
WRITE = f"""
WITH entry AS (
    INSERT INTO areas_journalentry
           (organization_id, at, event, by_id, by_name, recorded_by_id, area_id, link_id, subject, subject_ref, facts)
    VALUES (%(organization)s, %(at)s, %(event)s, %(by)s, %(by_name)s, %(recorded_by)s, %(area)s, %(link)s,
            %(subject)s, %(subject_ref)s, %(facts)s)
)
{RAISE}"""


def record(
    organization: Organization,
    event: str,
    *,
    by: Membership | None,
    now: datetime,
    by_name: str = "",
    recorded_by: Membership | None = None,
    area: Area | None = None,
    link: Link | None = None,
    subject: tuple[str, str] = ("", ""),
    facts: dict[str, Any] | None = None,
    topics: tuple[str, ...] = (),
) -> None:
    """Write that `event` (`noun.participle`) happened. To be called inside the deed's own transaction.

    The update of the organization's row makes the deeds of one organization queue up behind each other for the
    few milliseconds of their transaction: that is what makes the revision a faithful cache key.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A deed and its journal row belong in one transaction.")
    values = {
        "at": now,
        "event": event,
        "by": by.pk if by else None,
        "by_name": by_name or (by.name if by else ""),
        "recorded_by": recorded_by.pk if recorded_by else None,
        "area": area.pk if area else None,
        "link": link.pk if link else None,
        "subject": subject[0],
        "subject_ref": subject[1],
        "facts": Jsonb(facts or {}),
    }
    _raise(organization, (*((f"l:{link.ref}",) if link else ()), *topics), WRITE, values)


def touch(organization: Organization, topics: tuple[str, ...] = ()) -> None:
    """Raise the revision and tell the open pages to look again, without a row in the journal."""
    _raise(organization, topics, RAISE, {})


def _raise(organization: Organization, topics: tuple[str, ...], sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "organization": organization.pk})
        (revision,) = cursor.fetchone()
    live.announce((f"o:{organization.ref}", *topics), revision)


def touch_all(user: User) -> None:
    """The same wherever the person is or was a member: what is shown there bears a name that has changed."""
    for organization in Organization.objects.filter(memberships__user=user).order_by("pk"):
        touch(organization)

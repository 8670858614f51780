"""The journal: the one place where a deed becomes known.

`record` writes the row, raises the organization's revision (the cache key of what is shared) and, when the
transaction is through, tells the open pages to look again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from areas.models import Area, JournalEntry, Link, Membership, Organization, User
from post import live

RAISE = "UPDATE areas_organization SET revision = revision + 1 WHERE id = %s RETURNING revision"


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
) -> JournalEntry:
    """Write that `event` (`noun.participle`) happened. To be called inside the deed's own transaction.

    The update of the organization's row makes the deeds of one organization queue up behind each other for the
    few milliseconds of their transaction: that is what makes the revision a faithful cache key.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A deed and its journal row belong in one transaction.")
    entry = JournalEntry.objects.create(
        organization=organization,
        event=event,
        by=by,
        by_name=by_name or (by.name if by else ""),
        recorded_by=recorded_by,
        at=now,
        area=area,
        link=link,
        subject=subject[0],
        subject_ref=subject[1],
        facts=facts or {},
    )
    touch(organization, topics=(*((f"l:{link.ref}",) if link else ()), *topics))
    return entry


def touch(organization: Organization, topics: tuple[str, ...] = ()) -> None:
    """Raise the revision and tell the open pages to look again, without a row in the journal."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [organization.pk])
        (revision,) = cursor.fetchone()
    live.announce((f"o:{organization.ref}", *topics), revision)


def touch_all(user: User) -> None:
    """The same wherever the person is or was a member: what is shown there bears a name that has changed."""
    for organization in Organization.objects.filter(memberships__user=user).order_by("pk"):
        touch(organization)

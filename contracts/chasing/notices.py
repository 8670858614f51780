"""Who is told of a rung, and the letter in which they read it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection

from areas.calendar import Calendar
from areas.models import Membership
from post import letters
from post.letters import Addressee

logger = logging.getLogger(__name__)

COMPOSER = "reminder"
LETTER_KIND = "contracts.reminder"


@dataclass(frozen=True)
class Climbed:
    """A rung that was climbed just now, and the sides that are told of it.

    `owner` alone is told as long as `leads` is not set; one who left is replaced by the leads.
    """

    rung: int
    kind: str
    organization: int
    performer: int
    owner: int | None = None
    leads: bool = True
    other: int | None = None
    facilitators: bool = False


# Leads decide for their area, as the voices do for the client. A viewer decides nothing, whatever part is left over.
AUDIENCE = """
WITH climbed AS (
    SELECT c.*, o.id AS living_owner
      FROM unnest(%(rungs)s::bigint[], %(kinds)s::text[], %(organizations)s::bigint[], %(performers)s::bigint[],
                  %(owners)s::bigint[], %(leads)s::boolean[], %(others)s::bigint[], %(facilitators)s::boolean[])
           AS c(rung, kind, organization, performer, owner, leads, other, facilitators)
      LEFT JOIN areas_membership o ON o.id = c.owner AND o.left_at IS NULL AND o.role <> 'viewer'
), told AS (
    SELECT rung, kind, living_owner AS person FROM climbed WHERE living_owner IS NOT NULL
    UNION
    SELECT c.rung, c.kind, p.membership_id FROM climbed c JOIN areas_areapart p ON p.area_id = c.performer
     WHERE p.part IN ('lead', 'voice') AND (c.leads OR c.living_owner IS NULL)
    UNION
    SELECT c.rung, c.kind, p.membership_id FROM climbed c JOIN areas_areapart p ON p.area_id = c.other
     WHERE p.part IN ('lead', 'voice')
    UNION
    SELECT c.rung, c.kind, m.id FROM climbed c JOIN areas_membership m ON m.organization_id = c.organization
     WHERE c.facilitators AND m.role = 'facilitator'
)
SELECT told.rung, m.id
  FROM told
  JOIN areas_membership m ON m.id = told.person AND m.left_at IS NULL AND m.role <> 'viewer'
  JOIN areas_user u ON u.id = m.user_id AND u.is_active
  LEFT JOIN contracts_wishes w ON w.membership_id = m.id
 WHERE CASE told.kind WHEN 'delivery' THEN coalesce(w.delivery, true)
                      WHEN 'verdict' THEN coalesce(w.verdict, true)
                      WHEN 'answer' THEN coalesce(w.answer, true)
                      ELSE coalesce(w.review, true) END
"""

TELL = """
INSERT INTO contracts_notice (rung_id, membership_id, letter_id, at)
SELECT rung, person, letter, %(now)s
  FROM unnest(%(rungs)s::bigint[], %(people)s::bigint[], %(letters)s::bigint[]) AS n(rung, person, letter)
    ON CONFLICT DO NOTHING
"""


def tell(climbed: list[Climbed], now: datetime) -> int:
    """Writes the notices of these rungs into the one letter that waits for each person; inside their transaction."""
    if not climbed:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            AUDIENCE,
            {
                "rungs": [one.rung for one in climbed],
                "kinds": [one.kind for one in climbed],
                "organizations": [one.organization for one in climbed],
                "performers": [one.performer for one in climbed],
                "owners": [one.owner for one in climbed],
                "leads": [one.leads for one in climbed],
                "others": [one.other for one in climbed],
                "facilitators": [one.facilitators for one in climbed],
            },
        )
        pairs: list[tuple[int, int]] = cursor.fetchall()
        if not pairs:
            return 0
        waiting = letters_for({person for _rung, person in pairs}, now)
        cursor.execute(
            TELL,
            {
                "now": now,
                "rungs": [rung for rung, _person in pairs],
                "people": [person for _rung, person in pairs],
                "letters": [waiting[person] for _rung, person in pairs],
            },
        )
        return int(cursor.rowcount)


def letters_for(people: set[int], now: datetime) -> dict[int, int]:
    """The letter that waits for each person, new or begun by an earlier batch: membership → letter."""
    members = Membership.objects.filter(pk__in=people).select_related("user", "organization")
    windows: dict[tuple[int, str], datetime] = {}
    wanted: dict[int, Addressee] = {}
    for member in members:
        place = (member.organization_id, member.user.zone)
        if place not in windows:
            windows[place] = next_working_moment(member, now)
        wanted[member.pk] = Addressee(
            name=f"reminder {member.ref}",
            email=member.user.email,
            to_name=member.user.name,
            language=member.language,
            organization_ref=member.organization.ref,
            not_before=windows[place],
        )
    found = letters.gather(wanted.values(), composer=COMPOSER, kind=LETTER_KIND, now=now)
    return {person: found[one.name] for person, one in wanted.items()}


def next_working_moment(member: Membership, now: datetime) -> datetime:
    """When a letter may reach the person: the organization's working time, on the clock of where the person is."""
    try:
        return calendar_of(member).next_open(now)
    except ValueError:
        logger.warning("organization %s has no working time: letters leave at once", member.organization.ref)
        return now


def calendar_of(member: Membership) -> Calendar:
    """The organization's week and holidays in the person's own zone."""
    calendar = member.organization.calendar
    if not member.user.zone:
        return calendar
    try:
        return replace(calendar, zone=ZoneInfo(member.user.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return calendar

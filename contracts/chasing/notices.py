"""Who is told of a rung, and the letter in which they read it."""

from __future__ import annotations

import logging
from dataclasses import replace
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


# The people that a sweep has met so far: membership → to whom and when a letter would leave.
Known = dict[int, Addressee]

# Goes on from a CTE `climbed (rung, kind, organization, performer, owner, leads, other, facilitators)`: `owner` alone
# is told as long as `leads` is not set, and one who left is replaced by the leads. Leads decide for their area, as the
# voices do for the client. A viewer decides nothing, whatever part is left over. Of a rehearsal nobody is told.
# Gives a line for each person with the rungs, as text: they go back into the database unread.
AUDIENCE = """
asked AS (
    SELECT c.*, o.id AS living_owner
      FROM climbed c
      LEFT JOIN areas_membership o ON o.id = c.owner AND o.left_at IS NULL AND o.role <> 'viewer'
), told AS (
    SELECT rung, kind, living_owner AS person FROM asked WHERE living_owner IS NOT NULL
    UNION
    SELECT c.rung, c.kind, p.membership_id FROM asked c JOIN areas_areapart p ON p.area_id = c.performer
     WHERE p.part IN ('lead', 'voice') AND (c.leads OR c.living_owner IS NULL)
    UNION
    SELECT c.rung, c.kind, p.membership_id FROM asked c JOIN areas_areapart p ON p.area_id = c.other
     WHERE p.part IN ('lead', 'voice')
    UNION
    SELECT c.rung, c.kind, m.id FROM asked c JOIN areas_membership m ON m.organization_id = c.organization
     WHERE c.facilitators AND m.role = 'facilitator'
)
SELECT m.id, array_agg(told.rung)::text, count(*)
  FROM told
  JOIN areas_membership m ON m.id = told.person AND m.left_at IS NULL AND m.role <> 'viewer'
  JOIN areas_user u ON u.id = m.user_id AND u.is_active
  LEFT JOIN contracts_wishes w ON w.membership_id = m.id
 WHERE NOT EXISTS (SELECT FROM areas_organization r WHERE r.id = m.organization_id AND r.rehearses_id IS NOT NULL)
   AND CASE told.kind WHEN 'delivery' THEN coalesce(w.delivery, true)
                      WHEN 'verdict' THEN coalesce(w.verdict, true)
                      WHEN 'answer' THEN coalesce(w.answer, true)
                      ELSE coalesce(w.review, true) END
 GROUP BY m.id
"""

# One line more, which is no person's: how many rows were claimed.
COUNTED = "UNION ALL SELECT NULL, NULL, count(*) FROM {of}"

TELL = """
INSERT INTO contracts_notice (rung_id, membership_id, letter_id, at)
SELECT rung, n.person, n.letter, %(now)s
  FROM unnest(%(people)s::bigint[], %(letters)s::bigint[], %(rungs)s::text[]) AS n(person, letter, rungs),
       unnest(n.rungs::bigint[]) AS rung
    ON CONFLICT DO NOTHING
"""


Line = tuple[int, str, int]


def claimed(lines: list[Line]) -> int:
    return sum(n for person, _rungs, n in lines if person is None)


def told(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line[0] is not None]


def tell(told: list[Line], now: datetime, known: Known) -> int:
    """Writes the notices that `AUDIENCE` asks for, into the one letter that waits for each person."""
    if not told:
        return 0
    waiting = letters_for({person for person, _rungs, _n in told}, now, known)
    with connection.cursor() as cursor:
        cursor.execute(
            TELL,
            {
                "now": now,
                "people": [person for person, _rungs, _n in told],
                "letters": [waiting[person] for person, _rungs, _n in told],
                "rungs": [rungs for _person, rungs, _n in told],
            },
        )
        return int(cursor.rowcount)


def letters_for(people: set[int], now: datetime, known: Known) -> dict[int, int]:
    """The letter that waits for each person, new or begun by an earlier batch: membership → letter."""
    if strangers := people - known.keys():
        known |= addressees(strangers, now)
    wanted = {known[person].name: person for person in people}
    found = letters.gather((known[person] for person in people), composer=COMPOSER, kind=LETTER_KIND, now=now)
    return {person: found[name] for name, person in wanted.items()}


def addressees(people: set[int], now: datetime) -> Known:
    windows: dict[tuple[int, str], datetime] = {}
    found: Known = {}
    for member in Membership.objects.filter(pk__in=people).select_related("user", "organization"):
        place = (member.organization_id, member.user.zone)
        if place not in windows:
            windows[place] = next_working_moment(member, now)
        found[member.pk] = Addressee(
            name=f"reminder {member.ref}",
            email=member.user.email,
            to_name=member.user.name,
            language=member.language,
            organization_ref=member.organization.ref,
            not_before=windows[place],
        )
    return found


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

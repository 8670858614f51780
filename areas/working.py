"""When an organization works: the editions of its calendar, and the deeds that change it.

What is due already keeps the edition that it was made with, so nothing here looks at what is due.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.editing import Refused, save_if_unchanged
from areas.models import CalendarEdition, Organization
from areas.pasted_days import MOST_DAYS, ClosedDay

HOURS = ("week", "keeps_holidays", "region")


def edition(organization: Organization, now: datetime) -> CalendarEdition:
    """The organization's calendar as it is now, kept once: the same days and hours are the same row."""
    data = organization.calendar.as_data()
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    kept = CalendarEdition.objects.filter(organization=organization, digest=digest)
    found = kept.first()
    if found is None:
        # Of two that begin an edition at once the second takes the first one's.
        made = CalendarEdition(organization=organization, digest=digest, data=data, at=now)
        CalendarEdition.objects.bulk_create([made], ignore_conflicts=True)
        found = kept.get()
    found.organization = organization
    return found


@transaction.atomic
def change(actor: Actor, organization: Organization, *, version: int, now: datetime) -> None:
    """Save the hours, the region and whether holidays are kept, as they stand on `organization`, if nobody saved other
    settings meanwhile (ChangedMeanwhile).
    """
    save_if_unchanged(organization, version, HOURS)
    journal.record(organization, "calendar.changed", by=actor.membership, now=now)


@transaction.atomic
def close(actor: Actor, days: Iterable[ClosedDay], *, now: datetime) -> int:
    """Days on which nobody works, besides those that are there; a day that is there takes the new name. How many."""
    organization = _locked(actor)
    named = {day["on"]: day["name"] for day in organization.closed}
    before, wanted = dict(named), {day.on.isoformat(): day.name for day in days}
    named |= wanted
    if named == before:
        return 0
    if len(named) > MOST_DAYS:
        raise Refused(_("At most %(n)s closed days are kept. Remove some first.") % {"n": MOST_DAYS})
    organization.closed = [{"on": on, "name": named[on]} for on in sorted(named)]
    organization.save(update_fields=["closed"])
    first = min(wanted)
    event = "calendar.closed" if len(wanted) == 1 else "calendar.closed_days"
    facts = {"on": first, "name": wanted[first], "n": len(wanted)}
    journal.record(organization, event, by=actor.membership, now=now, facts=facts)
    return len(wanted)


@transaction.atomic
def reopen(actor: Actor, on: date, *, now: datetime) -> bool:
    """A closed day is one like the others again. False: it was not closed (any more)."""
    organization = _locked(actor)
    left = [day for day in organization.closed if day["on"] != on.isoformat()]
    if len(left) == len(organization.closed):
        return False
    organization.closed = left
    organization.save(update_fields=["closed"])
    journal.record(organization, "calendar.reopened", by=actor.membership, now=now, facts={"on": on.isoformat()})
    return True


@transaction.atomic
def work_on(actor: Actor, day: ClosedDay, *, worked: bool, now: datetime) -> bool:
    """Whether people work on a public holiday all the same. False: it was so already."""
    organization = _locked(actor)
    on = day.on.isoformat()
    others = [other for other in organization.opened if other["on"] != on]
    if (len(others) < len(organization.opened)) == worked:
        return False
    organization.opened = sorted([*others, {"on": on, "name": day.name}], key=lambda d: d["on"]) if worked else others
    organization.save(update_fields=["opened"])
    event = "calendar.worked" if worked else "calendar.rested"
    facts = {"on": on, "name": day.name}
    journal.record(organization, event, by=actor.membership, now=now, facts=facts)
    return True


def _locked(actor: Actor) -> Organization:
    """The organization's row, held until the deed is through: whoever adds another day at the same time waits."""
    return Organization.objects.select_for_update(no_key=True).get(pk=actor.organization.pk)

"""When an organization works: the editions of its calendar, and the deed that changes it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from areas.models import CalendarEdition, Organization


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

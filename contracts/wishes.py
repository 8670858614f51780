"""What a person wants to be told by mail in one organization."""

from __future__ import annotations

from collections.abc import Mapping

from areas.editing import save_if_unchanged
from areas.models import Membership
from contracts.models import Wishes

FIELDS = ("delivery", "answer", "verdict", "review", "digest")


def wishes_of(member: Membership) -> Wishes:
    """What the person wished; without a row everything, and the digest once a week."""
    return Wishes.objects.filter(membership=member).first() or Wishes(membership=member)


def wish(member: Membership, values: Mapping[str, object], *, version: int) -> Wishes:
    """Keep what the person wants from now on. Raises ChangedMeanwhile."""
    Wishes.objects.bulk_create([Wishes(membership=member)], ignore_conflicts=True)
    row = Wishes.objects.get(membership=member)
    for name in FIELDS:
        setattr(row, name, values[name])
    save_if_unchanged(row, version, FIELDS)
    return row

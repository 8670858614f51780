"""What was sent to a person: reminders item by item with what became of them, and digests. How much of it is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Q, Subquery

from areas.models import Membership
from contracts.models import Digest, Notice, Wishes
from contracts.reminding import Item, items
from contracts.wishes import wishes_of

SHOWN = 60
# Beyond it is "99+": counting further would only cost.
MOST = 100
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A line of the bell: an item that was told, or a digest (`item` is None)."""

    at: datetime
    is_new: bool
    item: Item | None = None


def lines(member: Membership, now: datetime) -> list[Line]:
    """The newest first; of an item that was told several times its last time."""
    seen_at = wishes_of(member).bell_seen_at or BEGINNING
    newest = Notice.objects.filter(membership=member).order_by("-at", "-pk")
    last: dict[tuple[str, int], Item] = {}
    for item in items(newest.filter(pk__in=newest.values("pk")[:SHOWN]), now):
        last[item.kind, item.pk] = item
    found = [Line(item.at, item.at > seen_at, item) for item in last.values()]
    digests = Digest.objects.filter(membership=member, letter__isnull=False).order_by("-at")
    found += [Line(at, at > seen_at) for at in digests.values_list("at", flat=True)[: SHOWN // 4]]
    return sorted(found, key=lambda line: line.at, reverse=True)


def unseen(member: Membership) -> int:
    """How much is new, at most `MOST`. One query over the index of a person's notices."""
    seen_at = Subquery(Wishes.objects.filter(membership=member).values("bell_seen_at")[:1])
    mine = Notice.objects.filter(membership=member).annotate(seen_at=seen_at).order_by()
    return len(mine.filter(Q(seen_at__isnull=True) | Q(at__gt=F("seen_at"))).values_list("pk")[:MOST])


def see(member: Membership, until: datetime) -> None:
    """The person has seen what was told until then. Later news stay new."""
    Wishes.objects.bulk_create([Wishes(membership=member)], ignore_conflicts=True)
    mine = Wishes.objects.filter(membership=member)
    mine.exclude(bell_seen_at__gte=until).update(bell_seen_at=until)

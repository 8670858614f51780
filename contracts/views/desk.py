"""My desk, whole: the asks of the room below, and what the promises want from a person."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from contracts.due import Due
from requests.views.desk import show


@for_members
@require_safe
def my_desk(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """Stands at the address of the desk of asks (contracts.urls comes first), and lays its piles on the same page."""
    now = timezone.now()
    due = Due(actor, now)
    return show(
        request,
        actor,
        now,
        template="contracts/my_desk.html",
        beside=due,
        due=due,
        lay="contracts/parts/due.html",
        lay_below="contracts/parts/due_client.html",
    )

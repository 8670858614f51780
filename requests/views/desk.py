"""My desk: what waits for me, what waits for others, what I drafted."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from requests.views.live import live, new_token, wants_token
from requests.waiting import desk_of


@for_members
@require_safe
def desk(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """The desk of asks alone. A room above stands at this address and lays more on the same page (`lay` and `lay_below`
    name templates for what lies before the asks of each area, and below all of them).
    """
    topics = (f"o:{actor.organization.ref}",)
    if wants_token(request):
        return new_token(topics)
    desk = desk_of(actor, timezone.now())
    context = {"actor": actor, "desk": desk, "focus": desk.focus, **live(request, topics)}
    part = request.htmx and request.GET.get("part") == "desk"
    return render(request, f"requests/desk.html{'#desk' if part else ''}", context)

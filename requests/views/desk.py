"""My desk: what waits for me, what waits for others, what I drafted."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from requests.views.live import live, new_token, wants_token
from requests.waiting import desk_of, in_focus


@for_members
@require_safe
def desk(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    topics = (f"o:{actor.organization.ref}",)
    if wants_token(request):
        return new_token(topics)
    context = {
        "actor": actor,
        "desk": desk_of(actor, timezone.now()),
        "focus": in_focus(actor.organization),
        **live(request, topics),
    }
    template = "requests/desk.html#desk" if request.htmx and request.GET.get("part") == "desk" else "requests/desk.html"
    return render(request, template, context)

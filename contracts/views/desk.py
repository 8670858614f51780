"""My desk, whole: the asks of the room below, and what the promises want from a person."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from contracts.at_hand import TOKEN, Drawn, at_hand
from contracts.due import DRAFTS, Due
from requests.views.live import live, new_token, wants_token
from requests.waiting import desk_of


@for_members
@require_safe
def my_desk(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """Stands at the address of the desk of asks (contracts.urls comes first), and lays its piles on the same page."""
    now = timezone.now()
    topics = (f"o:{actor.organization.ref}",)
    if wants_token(request):
        return new_token(topics)
    drawn = at_hand.get(_key(actor), now, lambda: _drawn(actor, now))
    if request.htmx and request.GET.get("part") == "desk":
        return HttpResponse(drawn.body(request))
    return drawn.page(request, "contracts/my_desk.html", {"actor": actor, **live(request, topics)})


def _key(actor: Actor) -> Hashable:
    """All that decides what lies on the desk, beside time. Of drafts nobody is told: they are looked at."""
    organization, membership = actor.organization, actor.membership.pk
    ((*drafts,),) = DRAFTS(organization=organization.pk, membership=membership)
    return ("desk", organization.ref, organization.revision, membership, get_language(), *drafts)


def _drawn(actor: Actor, now: datetime) -> Drawn:
    due = Due(actor, now)
    desk = desk_of(actor, now, due)
    context = {
        "actor": actor,
        "desk": desk,
        "focus": desk.focus,
        "due": due,
        "lay": "contracts/parts/due.html",
        "lay_below": "contracts/parts/due_client.html",
        "csrf_token": TOKEN,
    }
    return Drawn.of(render_to_string("requests/desk.html#desk", context), now, due.fresh_until)

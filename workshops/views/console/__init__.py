"""The facilitator's console: what to say, what happens, and the acts. Works as plain forms; htmx swaps the fragment."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_facilitators
from requests.views.live import live, new_token, wants_token
from workshops.access import workshop_of
from workshops.models import Workshop
from workshops.views.console.acts import console_act
from workshops.views.console.frame import to_console
from workshops.views.console.pages import chain, choose, closing, hand, plan
from workshops.views.console.shown import Console


def topics_of(workshop: Workshop) -> tuple[str, str, str]:
    return workshop.topic(), workshop.stage_topic, workshop.desk_topic


@for_facilitators
@require_safe
def console(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The whole page. A workshop that is closed has its page for ever instead."""
    workshop = workshop_of(actor, ref)
    if wants_token(request):
        return new_token(topics_of(workshop))
    if workshop.closed_at:
        return redirect(workshop.get_absolute_url())
    shown = Console(request, actor, workshop, timezone.now())
    return render(request, "workshops/console.html", {**live(request, topics_of(workshop)), **shown.context()})


@for_facilitators
@require_safe
def console_now(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The fragment, for who looks again."""
    shown = Console(request, actor, workshop_of(actor, ref), timezone.now())
    return render(request, "workshops/console.html#now", shown.context())


__all__ = [
    "chain",
    "choose",
    "closing",
    "console",
    "console_act",
    "console_now",
    "hand",
    "plan",
    "to_console",
]

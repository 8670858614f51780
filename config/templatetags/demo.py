"""What time it is in the demo, for the bar that lets it pass, and for the letters in its mailbox."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.utils import timezone

from areas.models import Organization
from post.models import Letter

register = Library()

# Pages of nobody's organization that show the bar all the same.
PAGES = frozenset({"demo:people", "demo:time", "post:mailbox", "post:letter"})


@register.simple_tag(takes_context=True)
def demo_time(context: Context) -> Any:
    """Now, by the clock of the organization whose page it is; nothing on pages that are not the demo's."""
    actor, request = context.get("actor"), context.get("request")
    organization: Organization | None = actor.organization if actor else None
    if organization is None and isinstance(request, HttpRequest) and request.resolver_match:
        if request.resolver_match.view_name not in PAGES:
            return None
        demo = Organization.objects.filter(is_demo=True, rehearses=None).order_by("pk")
        mine = demo.filter(memberships__user=request.user.pk) if request.user.is_authenticated else demo
        organization = mine.first() or demo.first()
    if organization is None or not organization.is_demo:
        return None
    # Naive, so that no other zone is put in its place.
    return timezone.now().astimezone(organization.tz).replace(tzinfo=None)


@register.simple_tag
def demo_zones() -> dict[str, tzinfo]:
    """The clock of each demo company, by its ref."""
    return {one.ref: one.tz for one in Organization.objects.filter(is_demo=True, rehearses=None)}


@register.simple_tag
def letter_moment(letter: Letter, zones: dict[str, tzinfo]) -> datetime:
    """When it left, or was written, by the clock of the organization that it speaks of."""
    zone = zones.get(letter.organization_ref) or timezone.get_current_timezone()
    return letter.moment.astimezone(zone).replace(tzinfo=None)

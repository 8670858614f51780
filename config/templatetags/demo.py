"""What time it is in the demo, for the bar that lets it pass, and for the letters in its mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.utils import timezone
from django.utils.formats import date_format

from areas.locales import hour
from areas.models import Organization
from post.models import Letter

register = Library()


@dataclass(frozen=True)
class Moment:
    """An instant by somebody's clock: naive, so that no other zone is put in its place. The hour as they write it."""

    at: datetime
    hour: str


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
    return _by_the_clock_of(organization, timezone.now())


@register.simple_tag
def demo_companies() -> dict[str, Organization]:
    """The demo companies by their refs."""
    return {one.ref: one for one in Organization.objects.filter(is_demo=True, rehearses=None)}


@register.simple_tag
def letter_moment(letter: Letter, companies: dict[str, Organization]) -> Moment:
    """When it left, or was written, by the clock of the organization that it speaks of."""
    company = companies.get(letter.organization_ref)
    if company is not None:
        return _by_the_clock_of(company, letter.moment)
    local = timezone.localtime(letter.moment).replace(tzinfo=None)
    return Moment(local, date_format(local, "TIME_FORMAT"))


def _by_the_clock_of(organization: Organization, at: datetime) -> Moment:
    local = at.astimezone(organization.tz).replace(tzinfo=None)
    return Moment(local, hour(local.time(), organization))

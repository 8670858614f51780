"""What the pages of this room say about asks: terms as a sentence, days, initials of areas."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from areas.models import Area, Organization
from requests import wording
from requests.models import Promise
from requests.states import State

register = template.Library()


@register.filter
def said(promise: Promise | None, organization: Organization) -> str:
    """When, how often, how much: `{{ ask.terms|said:actor.organization }}`."""
    return wording.sentence(promise, organization) if promise else ""


@register.filter
def starts_big(text: str) -> str:
    return text[:1].upper() + text[1:]


@register.filter
def on_day(on: date | datetime | None, organization: Organization) -> str:
    """Fri, Dec 4, 2026, by the organization's clock."""
    if on is None:
        return ""
    if isinstance(on, datetime):
        on = on.astimezone(organization.tz).date()
    return wording.day(on, organization)


@register.filter
def at_moment(at: datetime, organization: Organization) -> str:
    """Dec 4, 2026, 12:00, by the organization's clock."""
    return wording.moment(at, organization)


@register.filter
def short_day(on: date, organization: Organization) -> str:
    """Dec 4, 2026."""
    return wording.date_only(on, organization)


@register.filter
def figure(value: Decimal | None, organization: Organization) -> str:
    return wording.number(value, organization) if value is not None else "–"


@register.filter
def initials(name: str) -> str:
    """Two letters that stand for an area or a person."""
    words = [word for word in re.split(r"\W+", name) if word and word[0].isalnum()]
    if not words:
        return "·"
    if len(words) == 1 or len(words[1]) < 3:
        return words[0][:2].upper()
    return (words[0][0] + words[1][0]).upper()


@register.filter
def hue(area: Area | None) -> str:
    """The class that colours the avatar of an area, always the same one."""
    if area is None:
        return ""
    return "client" if area.is_client else f"hue-{area.pk % 8}"


@register.filter
def state_word(state: str) -> str:
    return str(State(state).label) if state in State.values else _("client problem")

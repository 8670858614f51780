"""Hours as the organization's country writes them."""

from __future__ import annotations

from datetime import datetime, time

from django import template

from areas import locales
from areas.models import Organization

register = template.Library()


@register.filter(expects_localtime=True)
def hour(at: datetime | time, organization: Organization) -> str:
    """`{{ line.at|hour:actor.organization }}`: 6:00 p.m. in Mexico, 18:00 in Spain."""
    return locales.hour(at.time() if isinstance(at, datetime) else at, organization)

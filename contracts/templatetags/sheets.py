"""What contract sheets say about days, in the country's own short way."""

from __future__ import annotations

from datetime import date, datetime

from django import template

from areas.models import Organization
from requests import wording

register = template.Library()


@register.filter
def day(on: date | datetime | None, organization: Organization) -> str:
    """4 nov 2026, by the organization's clock."""
    if on is None:
        return ""
    if isinstance(on, datetime):
        on = on.astimezone(organization.tz).date()
    return wording.date_only(on, organization)

"""What the pages about promises say about moments, figures and people."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django import template

from areas.models import Area, Organization
from contracts import history
from contracts.due import Due, DuePile
from requests import wording

register = template.Library()


@register.filter
def moment(at: datetime | None, organization: Organization) -> str:
    """Fri, Dec 4, 2026, 12:00, by the organization's clock."""
    return history.moment_said(at, organization) if at else ""


@register.filter
def figure(value: Decimal | None, organization: Organization) -> str:
    return wording.number(value, organization) if value is not None else "–"


@register.filter
def starts_big(text: str) -> str:
    return text[:1].upper() + text[1:]


@register.filter
def lying_for(due: Due, area: Area) -> DuePile:
    """The pile of one area on a desk."""
    return due.of(area)

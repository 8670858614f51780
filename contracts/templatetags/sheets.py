"""What contract sheets say about days, in the country's own short way, and their lines, each drawn once."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from areas.models import Organization
from contracts.at_hand import TOKEN
from contracts.sheets import Entry
from contracts.sheets.essence import essence
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


class _Line:
    """Equal to another one that says the same. What it is drawn from is let go as soon as it is drawn."""

    __slots__ = ("says", "words")

    def __init__(self, says: Hashable, words: dict[str, Any]) -> None:
        self.says = says
        self.words: dict[str, Any] | None = words

    def __hash__(self) -> int:
        return hash(self.says)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Line) and self.says == other.says


@lru_cache(maxsize=2048)
def _drawn(line: _Line) -> SafeString:
    found = render_to_string("contracts/parts/entry.html", line.words)
    line.words = None
    return found


@register.simple_tag(takes_context=True)
def quiet_entry(context: Context, e: Entry) -> SafeString:
    """A line of which nobody talks: drawn once for all who see the same, with the same acts. It is handed nothing but
    itself and the addresses' words.
    """
    says = (get_language(), context["sheet"].house, context["link"].ref, essence(e))
    words = {"e": e, "org": context["org"], "link": context["link"], "csrf_token": TOKEN}
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn
    drawn = draw(_Line(says, words))
    return mark_safe(drawn.replace(TOKEN, str(context["csrf_token"]))) if TOKEN in drawn else drawn

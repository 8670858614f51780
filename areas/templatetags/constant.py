"""`{% constant "parts/icon.html" name="chain" %}`: a part that always says the same in one language, rendered once."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def constant(part: str, **values: str | bool | None) -> SafeString:
    """For parts that every page repeats and that depend on nothing but the language and the values given here."""
    render = _rendered.__wrapped__ if settings.DEBUG else _rendered
    return render(part, get_language(), tuple(values.items()))


@lru_cache(maxsize=2048)
def _rendered(part: str, language: str | None, values: tuple[tuple[str, str | bool | None], ...]) -> SafeString:
    return render_to_string(part, dict(values))

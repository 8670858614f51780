"""What pages repeat and need not compute again.

`{% constant "parts/icon.html" name="chain" %}`: a part that always says the same in one language, rendered once.
`{% address "requests:ask" org=org ref=ask.ref %}`: `url` for lists of lines; looking up an address takes five times as
long as remembering it, and a line bears several.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
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


@register.simple_tag
def address(name: str, **words: str) -> str:
    return _address(name, tuple(words.items()))


@lru_cache(maxsize=32768)
def _address(name: str, words: tuple[tuple[str, str], ...]) -> str:
    return reverse(name, kwargs=dict(words))

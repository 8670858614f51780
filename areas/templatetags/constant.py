"""What pages repeat and need not compute again.

`{% constant "parts/icon.html" name="chain" %}`: a part that always says the same in one language, rendered once.
`{% line "requests/parts/item.html" one %}`: a line of a list, rendered once for the same content.
`{% address "requests:ask" org=org ref=ask.ref %}`: `url` for lists of lines (areas.addresses).
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from areas.addresses import address

register = template.Library()
register.simple_tag(address)


@register.simple_tag
def constant(part: str, **values: str | bool | None) -> SafeString:
    """For parts that every page repeats and that depend on nothing but the language and the values given here."""
    render = _rendered.__wrapped__ if settings.DEBUG else _rendered
    return render(part, get_language(), tuple(values.items()))


@register.simple_tag
def line(part: str, one: Hashable, **values: str | bool | None) -> SafeString:
    """Lists are fetched again with each signal, and few of their lines are new. `one` bears all that the line says: the
    part depends on nothing but it, the language and the values given here.
    """
    render = _lined.__wrapped__ if settings.DEBUG else _lined
    return render(part, get_language(), one, tuple(values.items()))


@lru_cache(maxsize=4096)
def _lined(
    part: str, language: str | None, one: Hashable, values: tuple[tuple[str, str | bool | None], ...]
) -> SafeString:
    return render_to_string(part, {"one": one, **dict(values)})


@lru_cache(maxsize=2048)
def _rendered(part: str, language: str | None, values: tuple[tuple[str, str | bool | None], ...]) -> SafeString:
    return render_to_string(part, dict(values))

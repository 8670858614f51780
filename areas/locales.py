"""How an organization's country writes numbers and hours, in the language of the page."""

from __future__ import annotations

from datetime import time
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_time
from django.utils.translation import get_language

from areas.models import Organization

NBSP = "\N{NO-BREAK SPACE}"
# Where nobody wrote down how English is written in a country: days before months, hours up to 24.
ELSEWHERE = {"en": "en_150"}


@lru_cache(maxsize=64)
def _locale(language: str, country: str) -> Locale:
    """The language as it is written in the country: 95.5 in Mexico, 95,5 in Spain."""
    try:
        return Locale.parse(f"{language}_{country.upper()}")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(ELSEWHERE.get(language, language))


def locale_of(organization: Organization) -> Locale:
    """How the organization's country writes numbers and hours in the active language."""
    return _locale((get_language() or "en")[:2], organization.country)


def locale_in(language: str, organization: Organization) -> Locale:
    """How the organization's country writes in a language of choice."""
    return _locale(language, organization.country)


def hour(at: time, organization: Organization) -> str:
    """6:00 p.m. · 18:00."""
    return _hour(at, locale_of(organization))


@lru_cache(maxsize=4096)
def _hour(at: time, locale: Locale) -> str:
    # The narrow space of CLDR is missing from many fonts.
    return str(format_time(at, format="short", locale=locale)).replace("\u202f", NBSP)

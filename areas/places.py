"""Countries and time zones by name, in the language of the page. The names are Babel's (CLDR)."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

# Countries with several zones: where most of the people live. For the others the first zone by name will do.
MOST_PEOPLE = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Gaza",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}

Choices = tuple[tuple[str, str], ...]


@lru_cache
def _zones() -> dict[str, tuple[str, ...]]:
    """Country → its zones by name, only those that this machine can calculate with."""
    known = available_timezones()
    found: dict[str, list[str]] = {}
    for zone, country in get_global("zone_territories").items():
        if zone in known and re.fullmatch("[A-Z]{2}", country) and country != "ZZ":
            found.setdefault(country, []).append(zone)
    for country, zone in MOST_PEOPLE.items():
        if zone in known and zone not in found.setdefault(country, []):
            found[country].append(zone)
    return {country: tuple(sorted(zones)) for country, zones in found.items()}


@lru_cache
def countries(language: str) -> Choices:
    """(code, name), sorted by name without regard to accents."""
    names = Locale.parse(language).territories
    return tuple(sorted(((code, names[code]) for code in _zones() if code in names), key=lambda c: plain(c[1])))


@lru_cache
def zones(language: str) -> tuple[tuple[str, Choices], ...]:
    """(country, ((zone, city), …)), sorted by name: what a select with groups wants."""
    return tuple(
        (
            name,
            tuple(
                sorted(
                    ((zone, get_timezone_location(zone, language, return_city=True)) for zone in _zones()[code]),
                    key=lambda z: plain(z[1]),
                )
            ),
        )
        for code, name in countries(language)
    )


def is_country(code: str) -> bool:
    return code in _zones()


def is_zone(name: str) -> bool:
    return name in {zone for zones in _zones().values() for zone in zones}


def zone_of(country: str) -> str:
    """The zone in which most people of the country live; UTC for a country that nobody knows."""
    return MOST_PEOPLE.get(country) or next(iter(_zones().get(country, ("UTC",))))


def country_name(code: str, language: str) -> str:
    return dict(countries(language)).get(code, code)


def guess_country(accept_language: str) -> str:
    """The country in the browser's languages (es-MX, en;q=0.8 → MX), or nothing."""
    found = re.search(r"\b[a-z]{2,3}-([A-Z]{2})\b", accept_language)
    return found[1] if found and is_country(found[1]) else ""


def plain(words: str) -> str:
    """For comparing what people type: no accents, no capitals, single spaces."""
    table = str.maketrans("áàâäãåāéèêëíìîïóòôöõøúùûüñçÁÀÂÄÃÅĀÉÈÊËÍÌÎÏÓÒÔÖÕØÚÙÛÜÑÇ", "aaaaaaaeeeeiiiioooooouuuunc" * 2)
    return " ".join(words.translate(table).lower().split())

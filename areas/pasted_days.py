"""Reading a list of days off as it comes out of a mail or a spreadsheet. Pure.

24/12/2026 Nochebuena
28/12/2026 - 31/12/2026 Inventario
2027-01-04; Puente
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from babel.core import UnknownLocaleError
from django.utils.translation import gettext as _

MOST_DAYS = 366
LONGEST = 62
LONGEST_NAME = 80
ONE = r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})"
LINE = re.compile(rf"^\W*{ONE}(?:\s*(?:-|–|—|al?|to|hasta|until)\s*{ONE})?[\s,;:.–—-]*(.*)$", re.I)


@dataclass(frozen=True)
class ClosedDay:
    on: date
    name: str


@dataclass(frozen=True)
class Line:
    """One line: the days that it names, or the sentence that says what is wrong with it."""

    typed: str
    days: tuple[ClosedDay, ...] = ()
    wrong: str = ""


def month_first(language: str, country: str) -> bool:
    """Whether people there write 12/24 for Christmas Eve."""
    try:
        locale = Locale.parse(f"{language}_{country.upper()}")
    except (ValueError, UnknownLocaleError):
        return False
    return str(locale.date_formats["short"].pattern).lower().startswith("m")


def read(text: str, *, months_first: bool = False) -> list[Line]:
    """The lines that say something, in order."""
    return [_line(typed.strip(), months_first) for typed in text.splitlines() if typed.strip(" \t,;")]


def span(first: date, last: date, name: str) -> tuple[ClosedDay, ...]:
    """Each day from the first to the last, both included."""
    return tuple(ClosedDay(first + timedelta(days=n), name) for n in range((last - first).days + 1))


def why_not_span(first: date, last: date) -> str | None:
    """What is wrong with a stretch of days, if anything."""
    if last < first:
        return _("The last day is before the first one.")
    if (last - first).days >= LONGEST:
        return _("At most %(n)s days in one go.") % {"n": LONGEST}
    return None


def _line(typed: str, months_first: bool) -> Line:
    found = LINE.match(typed)
    if not found:
        return Line(typed, wrong=_("There is no day in this line."))
    first = _day(found[1], found[2], found[3], months_first)
    last = _day(found[4], found[5], found[6], months_first) if found[4] else first
    if first is None or last is None:
        return Line(typed, wrong=_("That day does not exist."))
    wrong = why_not_span(first, last)
    if wrong:
        return Line(typed, wrong=wrong)
    name = " ".join(found[7].strip(" \"'").split())
    if len(name) > LONGEST_NAME:
        return Line(typed, wrong=_("This name is too long."))
    return Line(typed, span(first, last, name))


def _day(one: str, two: str, three: str, months_first: bool) -> date | None:
    if len(one) == 4:
        year, month, day = one, two, three
    elif months_first:
        month, day, year = one, two, three
    else:
        day, month, year = one, two, three
    if len(year) == 2:
        year = f"20{year}"
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None

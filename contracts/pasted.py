"""Measured values as people paste them: one line each, a date and a value. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel import Locale
from django.utils.translation import gettext as _

from areas.models import Organization
from requests.forms.fields import read_number
from requests.wording import locale_in

MOST_LINES = 1000
LONGEST = 80
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
LOCAL = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})")
# A date holds none of these, so the first one ends it; a comma after it may be a decimal one.
PARTS = re.compile(r"[\t;,]")


@dataclass(frozen=True)
class Pasted:
    """One line: what it says, or the sentence that says why it says nothing."""

    n: int
    text: str
    on: date | None = None
    value: Decimal | None = None
    refusal: str = ""


def month_first(locale: Locale) -> bool:
    return str(locale.date_formats["short"].pattern).upper().startswith("M")


def read_values(text: str, organization: Organization) -> list[Pasted]:
    """The lines in their order, without empty ones and a heading. Dates and figures as the organization writes them."""
    locale = locale_in(organization.language, organization)
    found: list[Pasted] = []
    seen: dict[date, int] = {}
    for n, line in _lines(text):
        one = _read(n, line, locale)
        if not found and not any(sign.isdigit() for sign in PARTS.split(line)[0]):
            # A heading says what the columns are.
            if any(sign.isdigit() for sign in line):
                found.append(one)
            continue
        if one.on is not None:
            first = seen.setdefault(one.on, n)
            if first != n:
                one = Pasted(n, one.text, refusal=_("This day stands in line %(n)s already.") % {"n": first})
        found.append(one)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for n, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if line.strip(' \t;,"'):
            yield n, line.strip()


def _read(n: int, line: str, locale: Locale) -> Pasted:
    shown = line.replace("\t", " · ")
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
    first, mark, rest = _split(line)
    if not mark:
        return Pasted(n, shown, refusal=_("A date and a value belong in each line, for example 2026-11-16; 95.5."))
    try:
        on = _date(first, locale)
    except ValueError:
        return Pasted(n, shown, refusal=_("«%(text)s» is no date. Write it like 2026-11-16.") % {"text": first[:20]})
    cells = [_bare(cell) for cell in (rest.split(mark) if mark != "," or rest.count('"') else [rest])]
    if not cells[0]:
        return Pasted(n, shown, refusal=_("The value is missing."))
    if any(cells[1:]):
        return Pasted(n, shown, refusal=_("There is more in this line than a date and a value."))
    try:
        value = read_number(cells[0], locale)
    except ValueError:
        return Pasted(n, shown, refusal=_("«%(text)s» is no figure.") % {"text": cells[0][:20]})
    if abs(value) >= Decimal(10) ** 10 or round(value, 4) != value:
        refusal = _("«%(text)s» is too large, or has more than four places.") % {"text": cells[0][:20]}
        return Pasted(n, shown, refusal=refusal)
    return Pasted(n, shown, on, round(value, 4))


def _split(line: str) -> tuple[str, str, str]:
    found = PARTS.search(line)
    if found is None:
        return _bare(line), "", ""
    return _bare(line[: found.start()]), found[0], _unquoted(line[found.end() :].strip())


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' and text.count('"') == 2 else text


def _bare(text: str) -> str:
    return text.strip().strip('"').strip()


def _date(text: str, locale: Locale) -> date:
    """Raises ValueError."""
    if found := ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if not (found := LOCAL.fullmatch(text)):
        raise ValueError(text)
    one, two, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (two, one) if month_first(locale) else (one, two)
    return date(year if year > 99 else 2000 + year, month, day)

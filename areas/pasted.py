"""Reading a list of people as it comes out of a mail, a chat or a spreadsheet. Pure.

Ana <ana@example.com>, Logística
luis@example.com; Producción
Marta Ríos	marta@example.com	Administración
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from areas.places import plain

MOST_LINES = 80
ADDRESS = re.compile(r"<?\s*([^\s<>,;()\"]+@[^\s<>,;()\"]+)\s*>?")


@dataclass(frozen=True)
class Line:
    """One line: what was understood, or the sentence that says what is wrong with it."""

    typed: str
    name: str = ""
    email: str = ""
    area: str = ""
    # All that stands where the area stands: some areas have a comma in their name.
    tail: str = ""
    wrong: str = ""


def read(text: str) -> list[Line]:
    """The lines that say something, in order. The same address twice is wrong the second time."""
    lines: list[Line] = []
    seen: set[str] = set()
    for typed in text.splitlines():
        typed = typed.strip().strip(",;")
        if not typed:
            continue
        line = _one(typed)
        if not line.wrong and line.email in seen:
            line = Line(typed, wrong=_("This address stands further up already."))
        elif not line.wrong and len(seen) >= MOST_LINES:
            line = Line(typed, wrong=_("At most %(n)s people at a time; this one did not fit.") % {"n": MOST_LINES})
        seen.add(line.email)
        lines.append(line)
    return lines


def _one(typed: str) -> Line:
    found = ADDRESS.search(typed)
    if not found:
        return Line(typed, wrong=_("There is no e-mail address in this line."))
    email = found[1].strip(".").lower()
    try:
        validate_email(email)
    except ValidationError:
        return Line(typed, wrong=_("%(email)s is not an e-mail address.") % {"email": email})
    if len(email) > 254:
        return Line(typed, wrong=_("This address is too long."))
    before = [part.strip(" \"'") for part in re.split(r"[,;\t]", typed[: found.start()]) if part.strip(" \"'")]
    after = [part.strip(" \"'") for part in re.split(r"[,;\t]", typed[found.end() :]) if part.strip(" \"'")]
    if ADDRESS.search(typed, found.end()):
        return Line(typed, wrong=_("There are two addresses in this line. Give each person a line."))
    name = before[0] if before else ""
    tail = after or before[1:] or [""]
    if len(name) > 120:
        return Line(typed, wrong=_("This name is too long."))
    return Line(typed, name=name, email=email, area=tail[0], tail=", ".join(tail))


def same_name(one: str, other: str) -> bool:
    """Whether two names mean the same area, typed with or without accents and capitals."""
    return plain(one) == plain(other)

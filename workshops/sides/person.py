"""What of a drawing is a person's own, put in for each phone."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from workshops import taking
from workshops.models import Seat
from workshops.phases import DOTS, DOTS_ON_ONE
from workshops.sides.drawing import Shown, joined

PERSONAL = re.compile("\0([a-z]+)(?::([^\0]*))?\0")


@dataclass(frozen=True)
class Person:
    """What is put into a drawing for one phone."""

    seat: Seat
    token: str
    now: datetime


def new_key() -> str:
    return secrets.token_urlsafe(18)


def whole(shown: Shown, person: Person, has: frozenset[str] = frozenset()) -> str:
    """The room for one phone. `has`: fingerprints of the parts that it shows already."""
    dots: dict[int, int] = {}
    if any(piece.is_personal for piece in shown.pieces):
        dots = taking.dots_of(person.seat)
    mine = "~" + "-".join(f"{pk}.{n}" for pk, n in sorted(dots.items()))
    return personal(joined(shown, has, mine), person, dots)


def personal(html: str, person: Person, dots: dict[int, int] | None = None) -> str:
    """What was drawn, with what is this person's own."""
    given = dots or {}
    left = DOTS - sum(given.values())

    def put(found: re.Match[str]) -> str:
        match found[1], found[2]:
            case "token", _:
                return person.token
            case "key", _:
                return new_key()
            case "now", _:
                return str(int(person.now.timestamp() * 1000))
            case "dots", where:
                ref, _colon, pk = where.partition(":")
                return _dots(ref, given.get(int(pk), 0), left)
            case "left", _:
                return str(left)
            case "own", where:
                ref, _colon, pk = where.partition(":")
                return _own(ref) if pk == str(person.seat.pk) else ""
        return ""

    return PERSONAL.sub(put, html)


def _dots(ref: str, n: int, left: int) -> SafeString:
    """− ●●○ + : each button says how many there will be."""
    return mark_safe(
        render_to_string(
            "workshops/phone/dots.html",
            {
                "ref": ref,
                "n": n,
                "less": n - 1,
                "more": n + 1,
                "can_more": n < DOTS_ON_ONE and left > 0,
                "dots": [at < n for at in range(DOTS_ON_ONE)],
            },
        )
    )


def _own(ref: str) -> str:
    return render_to_string("workshops/phone/own.html", {"ref": ref})

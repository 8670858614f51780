"""Codes that people read off a wall and type: no 0 O 1 I L. How many there are is counted in ARCHITECTURE.md."""

from __future__ import annotations

import secrets

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
ROOM = 6
PERSON = 4


def new_code(length: int) -> str:
    """A random code of that many characters."""
    return "".join(secrets.choice(ALPHABET) for _n in range(length))


def tidy(typed: str) -> str:
    """What was typed as a code would be written: capitals, without blanks and dashes."""
    return "".join(typed.upper().split()).replace("-", "")


def spaced(code: str) -> str:
    """In two halves, as it is read aloud."""
    half = (len(code) + 1) // 2
    return f"{code[:half]} {code[half:]}"

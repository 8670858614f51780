"""What people type and paste, without what nobody sees: a hidden mark in a name turns the whole page round. Pure."""

from __future__ import annotations

import re
import unicodedata

# What pasted text may hide: other control characters than line breaks, and marks that turn the reading direction round.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
# Letters under a tower of accents run over their neighbours; nobody needs more than three.
TOWER = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def plain(text: str, *, lines: bool = False) -> str:
    """The text without what cannot be seen; on one line unless `lines`."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = TOWER.sub(r"\1", HIDDEN.sub("", text))
    if not lines:
        return " ".join(text.split())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n ")

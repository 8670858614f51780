"""How wide a text is, and where a name breaks, without asking a browser.

The widths are those of a wide bold face, rounded up: on a screen with a narrower face the same text takes less room,
never more.
"""

import unicodedata
from functools import lru_cache

HYPHEN = "-"
ELLIPSIS = "…"
_VOWELS = frozenset("aeiouyáéíóúüàèìòùâêîôûäëïöAEIOUYÁÉÍÓÚÜ")
_SHORTEST_PIECE = 3

_BY_WIDTH = {
    0.38: "'/IJijl\\| ,.·‘’ÌÍÎÏìíîïıĪī",
    0.48: "()[]:;!¡-_`¨´¸ft¯°¦",
    0.54: '"*r†‡',
    0.61: "?¿zcsçšćčśžźżªº",
    0.68: "EFTLeakxvyÉÈÊËéèêëáàâãäåýÿ“”„«»ŁĒēęėěāă",
    0.74: "0123456789${}€£¢SYCPZbdghnopquñúùûüóòôõöøßÇÝŠŽÞÐÚłđğńňōőůűū",
    0.78: "BAKRVXÁÀÂÃÄÅÚ",
    0.86: "UÙÛÜGDOQHNÑÓÒÔÕÖØ#+<=>^~&×÷",
    1.0: "w%@M©®—…–",
    1.12: "mWæÆœ½¼¾",
    1.2: "Œ",
}


class _Widths(dict[str, float]):
    def __missing__(self, char: str) -> float:
        width = self[char] = _unlisted(char)
        return width


def _unlisted(char: str) -> float:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf", "Cc"):
        return 0.0
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return 1.3
    if category == "So":
        return 1.4
    if category == "Lu":
        return 1.2
    if "\u0590" <= char <= "\u08ff":  # Hebrew, Arabic
        return 0.95
    return 0.98 if char < "\u0590" else 1.4


_EM = _Widths({char: width for width, chars in _BY_WIDTH.items() for char in chars})
_width_of = _EM.__getitem__


def text_width(text: str, size: float) -> float:
    """The room that a text takes at a font size, in the same unit as the size."""
    return sum(map(_width_of, text)) * size


def clusters(text: str) -> list[str]:
    """What a reader sees as one character: a letter with its accents, a family of emoji, a flag."""
    if text.isascii():
        return list(text)
    found: list[str] = []
    for char in text:
        joins = found and (
            unicodedata.category(char) in ("Mn", "Me", "Mc", "Cf")
            or "\U0001f3fb" <= char <= "\U0001f3ff"
            or found[-1].endswith("\u200d")
            or (_is_flag_half(char) and len(found[-1]) == 1 and _is_flag_half(found[-1]))
        )
        if joins:
            found[-1] += char
        else:
            found.append(char)
    return found


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _breaks_anywhere(char: str) -> bool:
    return unicodedata.east_asian_width(char[0]) in ("W", "F")


def _split_word(word: str, width: float, size: float) -> tuple[str, str]:
    """The largest beginning of a word that fits, with its hyphen, and the rest. Always takes at least one character."""
    parts = clusters(word)
    room, taken, used = width / size, 0, 0.0
    for part in parts:
        used += sum(map(_width_of, part))
        if used > room:
            break
        taken += 1
    taken = max(taken, 1)
    if taken >= len(parts):
        return word, ""
    if _breaks_anywhere(parts[taken - 1]) or _breaks_anywhere(parts[taken]):
        return "".join(parts[:taken]), "".join(parts[taken:])
    if parts[taken - 1] in "-/&_.":
        return "".join(parts[:taken]), "".join(parts[taken:])
    hyphen = _EM[HYPHEN]
    while taken > 1 and sum(map(_width_of, "".join(parts[:taken]))) + hyphen > room:
        taken -= 1
    best = taken
    # A syllable of Spanish and English mostly starts with a consonant and a vowel: break before one where there is one.
    for at in range(taken, max(taken - 5, _SHORTEST_PIECE - 1), -1):
        if (
            len(parts) - at >= _SHORTEST_PIECE
            and parts[at - 1] in _VOWELS
            and parts[at] not in _VOWELS
            and parts[at + 1] in _VOWELS
        ):
            best = at
            break
    return "".join(parts[:best]) + HYPHEN, "".join(parts[best:])


def lines_of(text: str, width: float, size: float) -> list[str]:
    """The text broken into lines no wider than the width. A word that is wider than a line is hyphenated."""
    lines: list[str] = []
    line = ""
    left = width
    space = _EM[" "] * size
    for word in text.split():
        rest = word
        while True:
            need = text_width(rest, size)
            if need <= (left - space if line else left):
                line = f"{line} {rest}" if line else rest
                left -= need + (space if line != rest else 0)
                break
            if need > width and _breaks_anywhere(rest[0]) and line and left > space + 2 * size:
                head, rest = _split_word(rest, left - space, size)
                lines.append(f"{line} {head}")
            elif line:
                lines.append(line)
            else:
                head, rest = _split_word(rest, width, size)
                lines.append(head)
            line, left = "", width
            if not rest:
                break
    if line:
        lines.append(line)
    return lines or [""]


def shortened(text: str, width: float, size: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    room = width / size - _EM[ELLIPSIS]
    kept = ""
    for part in clusters(text):
        room -= sum(map(_width_of, part))
        if room < 0:
            break
        kept += part
    return kept.rstrip() + ELLIPSIS


@lru_cache(maxsize=8192)
def fitted(name: str, narrowest: float, widest: float, size: float, most_lines: int) -> tuple[float, tuple[str, ...]]:
    """The narrowest width between the two at which the name takes at most so many lines, and the lines.

    No word is hyphenated that would fit into the widest line; a name that is too long even there ends in an ellipsis.
    """
    words = name.split()
    name = " ".join(words)
    whole = text_width(name, size)
    if whole <= narrowest:
        return narrowest, (name,)
    longest = max((text_width(word, size) for word in words), default=0.0)
    width = min(max(narrowest, longest, whole / most_lines), widest)
    while True:
        lines = lines_of(name, width, size)
        if len(lines) <= most_lines or width >= widest:
            break
        width = min(width + size * 0.7, widest)
    if len(lines) > most_lines:
        rest = " ".join(lines[most_lines - 1 :])
        lines = [*lines[: most_lines - 1], shortened(rest + ELLIPSIS * 2, width, size).rstrip(ELLIPSIS) + ELLIPSIS]
    return max(narrowest, *(text_width(line, size) for line in lines)), tuple(lines)

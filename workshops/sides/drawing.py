"""Drawing a phone's room once for all who see the same, and knowing it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.html import format_html

from areas.models import Area
from workshops.models import Workshop
from workshops.phases import Phase
from workshops.sides.beginning import head, lobby, mirror, problem, ready
from workshops.sides.end import agreements, close, closed
from workshops.sides.reading import standing
from workshops.sides.seen import KEY, NOW, TOKEN, Mine, Part, Seen
from workshops.sides.talk import settling, talk


def _edition() -> str:
    """A fingerprint of what draws a phone: after an upgrade nobody is told that nothing changed."""
    root = Path(__file__).resolve().parents[2]
    drawn_by = [*sorted(Path(__file__).parent.glob("*.py")), *sorted(root.glob("templates/workshops/phone/*.html"))]
    drawn_by += sorted(root.glob("locale/*/LC_MESSAGES/*.mo"))
    told = sha256()
    for path in drawn_by:
        told.update(path.read_bytes())
    return told.hexdigest()[:8]


EDITION = _edition()


class Piece(NamedTuple):
    """A drawn part. `print`: its fingerprint; `is_personal`: a person's own things are part of that."""

    id: str
    look: str
    print: str
    html: str
    is_personal: bool


class Shown(NamedTuple):
    """A drawn phone and how it is known: the browser that has it already need not be sent it again."""

    tag: str
    opening: str
    pieces: tuple[Piece, ...]


MOST_KEPT = 256
_kept: OrderedDict[tuple[Any, ...], Shown] = OrderedDict()
_kept_lock = Lock()
_drawing = [Lock() for _n in range(16)]
MOST_PIECES = 4096
_pieces: OrderedDict[tuple[Hashable, ...], Piece] = OrderedDict()


def tag_of(workshop: Workshop, area: Area, mine: Mine, revision: int, language: str) -> str:
    flags = "".join("1" if flag else "0" for flag in mine)
    return f"{EDITION}-{workshop.pk}-{workshop.pulse}-{revision}-{area.pk}-{flags}-{language}"


def drawn(workshop: Workshop, area: Area, mine: Mine, language: str, now: datetime, *, revision: int) -> Shown:
    """The room as phones of the area show it; personal things are still missing. `revision`: the scene's, which answers
    given at a desk outside the room raise.
    """
    tag = tag_of(workshop, area, mine, revision, language)
    key = (tag, workshop.version)
    found = _at_hand(key)
    if found:
        return found
    # One draws it, the others of the area wait for it.
    with _drawing[hash(key) % len(_drawing)]:
        found = _at_hand(key)
        if found:
            return found
        shown = Shown(tag, *_draw(workshop, area, mine, language, now))
        with _kept_lock:
            _kept[key] = shown
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return shown


def _at_hand(key: tuple[Any, ...]) -> Shown | None:
    with _kept_lock:
        found = _kept.get(key)
        if found:
            _kept.move_to_end(key)
        return found


def _draw(workshop: Workshop, area: Area, mine: Mine, language: str, now: datetime) -> tuple[str, tuple[Piece, ...]]:
    seen = Seen(workshop, area, mine, language, now, standing(workshop))
    opening = format_html(
        '<div id="room" class="ph-room" data-pulse="{}" data-revision="{}" data-step="{}" data-step-name="{}" '
        'data-now="{}" data-code="{}">',
        workshop.pulse,
        workshop.scene.revision,
        workshop.step,
        seen.label,
        NOW,
        workshop.code,
    )
    return opening, tuple(_piece(seen, part) for part in parts_of(seen))


def _piece(seen: Seen, part: Part) -> Piece:
    if part.essence is None:
        return _drawn_piece(part)
    key = (part.template, part.look, seen.language, seen.workshop.code, *part.essence)
    with _kept_lock:
        found = _pieces.get(key)
        if found:
            _pieces.move_to_end(key)
            return found
    piece = _drawn_piece(part)
    with _kept_lock:
        _pieces[key] = piece
        while len(_pieces) > MOST_PIECES:
            _pieces.popitem(last=False)
    return piece


def _drawn_piece(part: Part) -> Piece:
    context = part.context() if callable(part.context) else part.context
    html = render_to_string(part.template, {**context, "part": part, "token": TOKEN, "key": KEY})
    return Piece(part.id, part.look, sha256(html.encode()).hexdigest()[:12], html, part.is_personal)


def joined(shown: Shown, has: frozenset[str], mine: str) -> str:
    """The page of a phone. `has`: fingerprints of what it shows already, which need not travel again; `mine`: what is
    added to the fingerprints of personal parts.
    """
    said = [shown.opening]
    for piece in shown.pieces:
        known = f"{piece.print}{mine}" if piece.is_personal else piece.print
        same, inside = (" data-same", "") if known in has else ("", piece.html)
        said.append(
            f'<section id="{piece.id}" class="ph-part {piece.look}" data-part="{known}"{same}>{inside}</section>'
        )
    said.append("</div>")
    return "".join(said)


def parts_of(seen: Seen) -> list[Part]:
    """Everything that a phone of the area shows now, from top to bottom."""
    workshop = seen.workshop
    if workshop.closed_at:
        return [head(seen), *closed(seen)]
    if workshop.paused_at:
        return [head(seen), Part("p-paused", "workshops/phone/paused.html", {"workshop": workshop}, "hero")]
    here = seen.step
    if here is None:
        return [head(seen), lobby(seen)]
    body = {
        Phase.MIRROR: mirror,
        Phase.PROBLEM: problem,
        Phase.VOICE: talk,
        Phase.CHAIN: talk,
        Phase.ANSWERS: settling,
        Phase.AGREEMENTS: agreements,
        Phase.CLOSE: close,
    }[here.phase](seen)
    return [head(seen), *body, ready(seen)]

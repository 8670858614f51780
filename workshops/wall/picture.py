"""The chain with the links of this round lit, as much of it as can be read from the last row."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.chain import distances
from areas.models import Area
from contracts.picture import STAGE, STAGE_SHORT, AreaMark, LinkMark, Picture, Words, draw
from contracts.placing import Sizes
from workshops.room import LinkNow, Room
from workshops.wall.words import short

# Characters of a name in a box of the picture.
BOX = 28
# Letters of the picture in parts of the screen's height.
LETTERS = 0.0205


class Frame(NamedTuple):
    """What the picture has of the screen, in parts of its height (wall.css); `high` where that is not enough."""

    width: float
    height: float
    high: float


# A wide screen, and one of 4:3.
WIDE, NARROW = Frame(1.6 * 0.94, 0.27, 0.36), Frame(4 / 3 * 0.94, 0.24, 0.34)
# With all words in a single row; then without the small words.
ROW = STAGE_SHORT._replace(notes=True, note=26, foot=34, badge_width=124)


def pictures_of(room: Room) -> list[tuple[str, SafeString]]:
    """(class, the chain) for a wide screen and for a narrow one: as much as can be read from the last row."""
    far = distances(room.client.pk, [(one.link.customer_id, one.link.supplier_id) for one in room.links])
    wide, narrow = (_fitting(room, far, frame) for frame in (WIDE, NARROW))
    if wide == narrow:
        return [(f"any {wide[0]}".strip(), mark_safe(wide[1]))] if wide[1] else []
    # Two pictures of the same chain: what is named once in a page must not be named twice.
    both = ("wide", *wide), ("narrow", narrow[0], narrow[1].replace(' id="', ' id="n-'))
    return [(f"{css} {high}".strip(), mark_safe(svg)) for css, high, svg in both if svg]


def _fitting(room: Room, far: dict[int, int], frame: Frame) -> tuple[str, str]:
    """(whether it takes more of the wall, the picture)"""
    near = {one.area.pk for one in room.areas if one.turn == "now"}
    for one in room.links:
        if one.is_lit:
            near |= {one.link.customer_id, one.link.supplier_id}
    every = {room.client.pk, *(one.area.pk for one in room.areas)}
    # The whole chain, or what this round is about; then the most crowded distances as one box each.
    crowds = [at for at, n in Counter(far.get(pk) for pk in every).most_common() if n > 1]
    tries: list[list[tuple[set[int], set[int | None]]]] = [[(every, set()), (near, set())]]
    tries += [[(every, set(crowds[:n]))] for n in range(1, len(crowds) + 1)]
    for some in tries:
        for high, height in (("", frame.height), ("high", frame.high)):
            for only, merged in some:
                for sizes in (STAGE, ROW, STAGE_SHORT):
                    drawn = _picture(room, far, only, merged, sizes)
                    if drawn.letters * min(frame.width / drawn.width, height / drawn.height) >= LETTERS:
                        return high, drawn.svg
    return "", ""


def _picture(room: Room, far: dict[int, int], only: set[int], merged: set[int | None], sizes: Sizes) -> Picture:
    boxes: dict[str, list[Area]] = {}
    box_of: dict[int, str] = {}
    for area in (room.client, *(one.area for one in room.areas)):
        if area.pk in only:
            at = far.get(area.pk)
            box_of[area.pk] = f"at-{at}" if at in merged else area.ref
            boxes.setdefault(box_of[area.pk], []).append(area)
    lanes: dict[tuple[str, str], list[LinkNow]] = {}
    for one in room.links:
        ends = box_of.get(one.link.customer_id), box_of.get(one.link.supplier_id)
        if ends[0] and ends[1] and ends[0] != ends[1]:
            lanes.setdefault((ends[0], ends[1]), []).append(one)
    areas = [_area_mark(ref, some, room, far.get(some[0].pk)) for ref, some in boxes.items()]
    links = [_link_mark(ends, some, room) for ends, some in lanes.items()]
    words = Words(title=_("The chain"), apart=_("Not joined to the client yet"))
    return draw(areas, links, words, sizes=sizes, ident="wall-chain")


def _area_mark(ref: str, some: list[Area], room: Room, distance: int | None) -> AreaMark:
    """A box for one area, or for several at the same distance."""
    area = some[0]
    if area.pk == room.client.pk:
        return AreaMark(ref, short(area.name, BOX), 0, "client", "", area.name)
    found = [now for one in some if (now := room.area(one.pk))]
    people = sum(now.people for now in found)
    is_turn = any(now.turn == "now" for now in found)
    name = area.name if len(some) == 1 else ngettext("%(n)s area", "%(n)s areas", len(some)) % {"n": len(some)}
    names = ", ".join(one.name for one in some)
    said = ngettext("%(n)s person", "%(n)s people", people) % {"n": people}
    note = pgettext("area", "its turn") if is_turn else said
    label = f"{names}: {note}, {said}" if is_turn else f"{names}: {said}"
    return AreaMark(ref, short(name, BOX), distance, "soon" if is_turn else "plain", note, label, here=is_turn)


def _link_mark(ends: tuple[str, str], some: list[LinkNow], room: Room) -> LinkMark:
    """The link between two boxes: all that was asked on those that it stands for."""
    needs, requirements = [ask for one in some for ask in one.needs], [ask for one in some for ask in one.requirements]
    asks = [*needs, *requirements]
    is_lit = any(one.is_lit for one in some)
    open_ones = sum(ask.is_open for ask in asks)
    unmet = {ask.ask.pk for ask in room.unmet} & {ask.ask.pk for ask in asks}
    if unmet:
        state, word = "broken", pgettext("link", "unmet")
    elif open_ones:
        state, word = "open", ngettext("%(n)s open", "%(n)s open", open_ones) % {"n": open_ones}
    elif asks:
        state, word = "kept", pgettext("link", "settled")
    else:
        state, word = "quiet", pgettext("link", "nothing yet")
    if is_lit:
        word = pgettext("link", "now")
    label = _("%(supplier)s serves %(customer)s: %(needs)s needs, %(requirements)s requirements, %(word)s") % {
        "supplier": ", ".join(dict.fromkeys(one.link.supplier.name for one in some)),
        "customer": ", ".join(dict.fromkeys(one.link.customer.name for one in some)),
        "needs": len(needs),
        "requirements": len(requirements),
        "word": word,
    }
    ref = some[0].link.ref
    counts = str(len(needs)), str(len(requirements))
    return LinkMark(ref, *ends, state, *counts, word, label, "", lit=is_lit)

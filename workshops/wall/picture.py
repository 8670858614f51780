"""The chain with the links of this round lit, as much of it as can be read from the last row."""

from __future__ import annotations

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
# Of a picture: letters in parts of the screen's height, and its own height, for a wide screen and for one of 4:3.
LETTERS = 0.0205
WIDE, NARROW = (1.6 * 0.94, 0.27), (4 / 3 * 0.94, 0.24)
# With all words in a single row; then without the small words.
ROW = STAGE_SHORT._replace(notes=True, note=26, foot=34, badge_width=124)


def pictures_of(room: Room) -> list[tuple[str, SafeString]]:
    """(class, the chain) for a wide screen and for a narrow one: as much as can be read from the last row."""
    far = distances(room.client.pk, [(one.link.customer_id, one.link.supplier_id) for one in room.links])
    wide, narrow = (_fitting(room, far, frame) for frame in (WIDE, NARROW))
    if wide == narrow:
        return [("any", mark_safe(wide))] if wide else []
    # Two pictures of the same chain: what is named once in a page must not be named twice.
    other = narrow.replace(' id="', ' id="n-')
    return [(css, mark_safe(svg)) for css, svg in (("wide", wide), ("narrow", other)) if svg]


def _fitting(room: Room, far: dict[int, int], frame: tuple[float, float]) -> str:
    near = {one.area.pk for one in room.areas if one.turn == "now"}
    for one in room.links:
        if one.is_lit:
            near |= {one.link.customer_id, one.link.supplier_id}
    for only in (None, near):
        for sizes in (STAGE, ROW, STAGE_SHORT):
            drawn = _picture(room, far, only, sizes)
            if drawn.letters * min(frame[0] / drawn.width, frame[1] / drawn.height) >= LETTERS:
                return drawn.svg
    return ""


def _picture(room: Room, far: dict[int, int], only: set[int] | None, sizes: Sizes) -> Picture:
    chosen: list[Area] = [room.client, *(one.area for one in room.areas)]
    areas = [_area_mark(area, room, far.get(area.pk)) for area in chosen if only is None or area.pk in only]
    known = {mark.ref for mark in areas}
    links = [_link_mark(one, room) for one in room.links]
    links = [link for link in links if link.customer in known and link.supplier in known]
    words = Words(title=_("The chain"), apart=_("Not joined to the client yet"))
    return draw(areas, links, words, sizes=sizes, ident="wall-chain")


def _area_mark(area: Area, room: Room, distance: int | None) -> AreaMark:
    if area.pk == room.client.pk:
        return AreaMark(area.ref, short(area.name, BOX), 0, "client", "", area.name)
    now = room.area(area.pk)
    people = now.people if now else 0
    is_turn = bool(now and now.turn == "now")
    said = ngettext("%(n)s person", "%(n)s people", people) % {"n": people}
    note = pgettext("area", "its turn") if is_turn else said
    label = f"{area.name}: {note}, {said}" if is_turn else f"{area.name}: {said}"
    return AreaMark(
        area.ref, short(area.name, BOX), distance, "soon" if is_turn else "plain", note, label, here=is_turn
    )


def _link_mark(one: LinkNow, room: Room) -> LinkMark:
    asks = [*one.needs, *one.requirements]
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
    if one.is_lit:
        word = pgettext("link", "now")
    label = _("%(supplier)s serves %(customer)s: %(needs)s needs, %(requirements)s requirements, %(word)s") % {
        "supplier": one.link.supplier.name,
        "customer": one.link.customer.name,
        "needs": len(one.needs),
        "requirements": len(one.requirements),
        "word": word,
    }
    return LinkMark(
        one.link.ref,
        one.link.customer.ref,
        one.link.supplier.ref,
        state,
        str(len(one.needs)),
        str(len(one.requirements)),
        word,
        label,
        "",
        lit=one.is_lit,
    )

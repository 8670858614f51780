"""The picture of the chain as SVG, by plain string building: 200 areas take a few milliseconds, by templates a hundred.

It is handed sentences that are translated and figures that are formatted; it escapes all of them, and decides nothing
but how they look. Shape, icon, word and colour say the same thing, each for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from html import escape
from typing import NamedTuple

from contracts.lettering import shortened, text_width
from contracts.placing import Box, Edge, Node, Placing, Sizes, Spot, Thread, place

# A drawing says nearly all words of the one before it.
escaped = lru_cache(maxsize=8192)(escape)

STATES = ("kept", "soon", "paused", "broken", "open", "quiet")
MANY = 40  # areas: from here on the small measures

ROOMY = Sizes()
SMALL = Sizes(
    name=15,
    leading=18,
    note=12.5,
    narrowest=116,
    widest=240,
    pad=13,
    foot=20,
    box_gap=16,
    badge_width=92,
    badge_height=26,
    badge_gap=7,
    lead=14,
    bend_least=22,
    bend_most=170,
    port_gap=13,
    port_least=5,
    slim=10,
)
STAGE = Sizes(
    name=27,
    leading=31,
    note=24,
    narrowest=140,
    widest=320,
    pad=15,
    foot=36,
    box_gap=28,
    badge_width=106,
    badge_height=68,
    badge_gap=12,
    lead=17,
    bend_least=9,
    bend_most=90,
    port_gap=24,
)
# For a longer chain on the same wall: no small words, so that the letters that stay can be large.
STAGE_SHORT = STAGE._replace(note=27, foot=6, notes=False, badge_width=84, badge_height=40, narrowest=112, lead=15)

# Drawn about their middle in a square of 16. Letters would look different on every machine, or be missing.
ICONS = {
    "kept": "M-6 .5l4 4.5 8-10",
    "soon": "M0-7a7 7 0 1 1 0 14a7 7 0 1 1 0-14zM0-3.5v4l3 2",
    "paused": "M-3.2-5v10M3.2-5v10",
    "broken": "M-5-5l10 10M5-5l-10 10",
    "open": "M-3.8-3.2c0-5.2 7.6-5.2 7.6-.4c0 3-3.8 2.8-3.8 6M0 6.3v.2",
    "quiet": "M-5 0h10",
}
_BACK = "M-6-3h11l-3-3M6 3h-11l3 3"


class AreaMark(NamedTuple):
    """An area as it is to be drawn. `state` is one of STATES or "client"; `rate` (0 to 1) its bar, `kept` says it."""

    ref: str
    name: str
    distance: int | None
    state: str
    note: str
    label: str  # the whole sentence, for who does not see the picture
    href: str = ""
    rate: float | None = None
    kept: str = ""
    here: bool = False  # the one that the picture is about


class LinkMark(NamedTuple):
    """A link as it is to be drawn: how many needs, how many requirements, and a word that says how it stands."""

    ref: str
    customer: str
    supplier: str
    state: str
    needs: str
    requirements: str
    word: str
    label: str
    href: str
    why: str = ""  # what is broken or waits, and the path to the client, line by line
    lit: bool = False  # the one of which is being spoken now


class Words(NamedTuple):
    title: str
    apart: str  # above what no path joins to the client


class Picture:
    """Measured at once, put together when it is asked for: a wall measures several and shows one."""

    def __init__(self, width: int, height: int, letters: float, parts: Callable[[], Iterable[bytes]]) -> None:
        self.width = width
        self.height = height
        self.letters = letters  # height of the smallest letters
        self._parts = parts

    @cached_property
    def svg(self) -> str:
        return self.encoded().decode()

    def encoded(self) -> bytes:
        """The SVG in UTF-8. Its pieces are kept in it: one arrow among them makes a whole string slow to encode."""
        return b"".join(self._parts())


def sizes_for(areas: int) -> Sizes:
    """The measures for so many areas on a page."""
    return ROOMY if areas <= MANY else SMALL


def draw(
    areas: Sequence[AreaMark],
    links: Sequence[LinkMark],
    words: Words,
    *,
    sizes: Sizes | None = None,
    ident: str = "chain",
) -> Picture:
    """The chain as one <svg>. Links and areas keep their ids from one drawing to the next, so that focus stays."""
    chosen = _with_badges(sizes or sizes_for(len(areas)), links)
    if chosen.notes and any(area.rate is not None for area in areas):
        chosen = chosen._replace(foot=chosen.foot + chosen.note * 1.15)
    laid = _laid(
        tuple([Node(area.ref, area.name, area.distance, _note_room(area, chosen)) for area in areas]),
        tuple([link[:_ENDS] for link in links]),
        chosen,
    )
    placing = laid.placing

    def parts() -> Iterator[bytes]:
        yield _frame(placing, words, ident, is_large=len(areas) > MANY).encode()
        if placing.apart_y is not None:
            yield _apart(placing, words, chosen).encode()
        for n in laid.links:
            yield laid.link(n, links[n])
        for n in laid.areas:
            yield laid.area(n, areas[n])
        yield b"</svg>"

    smallest = _WORD if chosen.badge_height >= _TWO_ROWS else 0.94 if chosen.notes else 1.04
    return Picture(placing.width, placing.height, min(chosen.note * smallest, chosen.name), parts)


class _Laid:
    """What is placed, and what was drawn there last: a deed changes one link or two, the others are as they were."""

    def __init__(self, nodes: tuple[Node, ...], edges: tuple[tuple[str, str, str], ...], sizes: Sizes) -> None:
        self.placing = place(nodes, tuple(map(Edge._make, edges)), sizes)
        boxes, threads = self.placing.boxes, self.placing.threads
        # The order for who reads by ear.
        self.areas = sorted(range(len(boxes)), key=lambda n: (boxes[n].x, boxes[n].y))
        self.links = sorted(range(len(threads)), key=lambda n: threads[n].badge)
        self._sizes = sizes
        self._is_roomy = sizes.badge_height >= _TWO_ROWS
        self._threads: dict[tuple[int, bool], str] = {}
        self._drawn_areas: list[tuple[AreaMark, bytes] | None] = [None] * len(boxes)
        self._drawn_links: list[tuple[LinkMark, bytes] | None] = [None] * len(threads)

    def area(self, n: int, mark: AreaMark) -> bytes:
        last = self._drawn_areas[n]
        if last is None or last[0] != mark:
            last = self._drawn_areas[n] = (mark, _area(mark, self.placing.boxes[n], self._sizes).encode())
        return last[1]

    def link(self, n: int, mark: LinkMark) -> bytes:
        last = self._drawn_links[n]
        if last is None or last[0] != mark:
            badge = _badge(mark.state, mark.needs, mark.requirements, mark.word, self._sizes)
            drawn = _link(mark, self._thread(n, mark.state == "broken"), badge)
            last = self._drawn_links[n] = (mark, drawn.encode())
        return last[1]

    def _thread(self, n: int, is_broken: bool) -> str:
        drawn = self._threads.get((n, is_broken))
        if drawn is None:
            drawn = self._threads[n, is_broken] = _thread(self.placing.threads[n], is_broken, self._is_roomy)
        return drawn


# A deed changes states, hardly ever the map: what was placed once is placed for the next drawing too.
_laid = lru_cache(maxsize=32)(_Laid)

_TWO_ROWS = 44
_ENDS = 3  # of a LinkMark: its ref and those of its areas come first
_LEAST_WIDTH = 1060  # narrower pictures are not blown up
_SHRINKS_TO = 0.645


def _with_badges(sizes: Sizes, links: Sequence[LinkMark]) -> Sizes:
    if sizes.badge_height < _TWO_ROWS:
        return sizes
    size = sizes.note * _WORD
    longest = max((text_width(word, size) for word in {link.word for link in links}), default=0.0)
    # In steps, so that a word that gets a letter longer does not move the whole picture.
    wide = -(-(longest * _PLAIN + 12) // 6) * 6
    return sizes._replace(badge_width=max(sizes.badge_width, min(wide, sizes.badge_width * 1.4)))


_WORD = 0.9  # height of the word on a badge, beside a note
_PLAIN = 0.83  # regular letters beside bold ones; what a wide face needs more, the padding gives


def _note_room(area: AreaMark, sizes: Sizes) -> float:
    """What the note needs, in steps, so that another figure does not move the picture; a long one is shortened."""
    if not sizes.notes:
        return 0.0
    icon = 1.4 * sizes.note if area.state in ICONS else 0.0
    room = text_width(area.note, sizes.note) * _PLAIN + icon
    return min(-(-room // 12) * 12, sizes.narrowest * 1.65)


def _frame(placing: Placing, words: Words, ident: str, *, is_large: bool) -> str:
    wide = max(placing.width, _LEAST_WIDTH)
    left = (placing.width - wide) // 2
    return (
        f'<svg class="chain{" large" if is_large else ""}" id="{ident}" '
        f'width="{round(wide * _SHRINKS_TO)}" height="{round(placing.height * _SHRINKS_TO)}" '
        f'viewBox="{left} 0 {wide} {placing.height}" role="group" aria-label="{escaped(words.title)}">'
    )


def _apart(placing: Placing, words: Words, sizes: Sizes) -> str:
    y = placing.apart_y or 0
    return (
        f'<path class="apart-line" d="M8 {y}H{placing.width - 8}"/>'
        f'<text class="apart-word" font-size="{sizes.note:g}" x="8" y="{y + sizes.note * 1.7:.0f}">'
        f"{escaped(words.apart)}</text>"
    )


def _run(knots: Sequence[Spot]) -> str:
    """Level where the height stays, an S with level ends where it changes."""
    x, y = knots[0]
    parts = [f"M{x} {y}"]
    for to_x, to_y in knots[1:]:
        if to_y == y:
            parts.append(f"H{to_x}")
        else:
            middle = (x + to_x) // 2
            parts.append(f"C{middle} {y} {middle} {to_y} {to_x} {to_y}")
        x, y = to_x, to_y
    return "".join(parts)


def _half_ring(x: int, y: int, side: int, big: int) -> str:
    """Half of a torn chain link, open towards the badge. `side`: the badge lies to the right (-1) or left (1) of it."""
    way = -side
    run = big - 2
    bow = f"a{big} {big} 0 0 {0 if way > 0 else 1} 0 {2 * big}"
    return f"M{x + way * (big + run)} {y - big}h{-way * run}{bow}h{way * run}"


def _thread(thread: Thread, is_broken: bool, is_roomy: bool) -> str:
    """The line with its arrow, and where the badge begins."""
    badge = f'<g class="badge" transform="translate({thread.badge.x} {thread.badge.y})">'
    near, far = thread.near, thread.far
    start = near[0]
    way = 1 if near[1].x > start.x else -1
    tip = 9 if is_roomy else 7
    near = (Spot(start.x + way * (tip - 1), start.y), *near[1:])
    arrow = f'<path class="tip" d="M{start.x + way} {start.y}l{way * tip}-{tip * 0.6:g}v{tip * 1.2:g}z"/>'
    if is_broken:
        big = 6 if is_roomy else 4
        rings = _half_ring(near[-1].x, near[-1].y, thread.near_side, big) + _half_ring(
            far[0].x, far[0].y, thread.far_side, big
        )
        return f'<path class="line" d="{_run(near)}{_run(far)}"/><path class="ring" d="{rings}"/>{arrow}{badge}'
    if thread.near_side == thread.far_side:
        inside = thread.badge.x
        path = _run(near) + f"H{inside}" + _run((Spot(inside, far[0].y), *far))
    else:
        path = _run(near + far)
    return f'<path class="line" d="{path}"/>{arrow}{badge}'


@lru_cache(maxsize=4096)
def _badge(state: str, needs: str, requirements: str, word: str, sizes: Sizes) -> str:
    """What stands on a badge, about its middle. A chain has few different ones."""
    wide, tall = sizes.badge_width, sizes.badge_height
    two = tall >= _TWO_ROWS
    big, small = (sizes.note * 1.16, sizes.note) if two else (sizes.note * 1.04, sizes.note * 0.94)
    back = requirements if sizes.notes else ""

    def row_width(needs: int, back: int) -> float:
        return big + 4 + needs * big * 0.7 + (small * 1.9 + back * small * 0.64 if back else 0)

    # Two figures are written a little smaller: the badge does not grow, so that nothing moves when the tenth comes.
    least = row_width(1, min(1, len(back)))
    shrunk = min(1.0, max(wide - 8, least) / row_width(len(needs), len(back)))
    big, small = big * shrunk, small * shrunk
    icon = big / 16
    row = -tall * 0.17 if two else 0.0
    count_width = len(needs) * big * 0.7
    total = row_width(len(needs), len(back))
    x = -total / 2
    base = row + big * 0.36
    parts = [
        f'<rect x="{-wide / 2:g}" y="{-tall / 2:g}" width="{wide:g}" height="{tall:g}" rx="{tall * 0.3:g}"/>'
        f'<path class="icon" transform="translate({x + big / 2:.1f} {row:.1f})scale({icon:.2g})" '
        f'd="{ICONS[state]}"/>'
        f'<text class="b1" font-size="{big:.3g}" x="{x + big + 4:.1f}" y="{base:.1f}">{escaped(needs)}</text>'
    ]
    if back:
        x += big + 4 + count_width + small * 0.7
        parts.append(
            f'<path class="back" transform="translate({x + small / 2:.1f} {row:.1f})scale({small / 15:.2g})" '
            f'd="{_BACK}"/><text class="b2" font-size="{small:.3g}" x="{x + small * 1.2:.1f}" y="{base:.1f}">'
            f"{escaped(back)}</text>"
        )
    if two:
        fits = shortened(word, (wide - 10) / _PLAIN, sizes.note * _WORD)
        parts.append(
            f'<text class="b3" font-size="{sizes.note * _WORD:.3g}" y="{tall * 0.33:.1f}">{escaped(fits)}</text>'
        )
    return "".join(parts)


def _link(link: LinkMark, thread: str, badge: str) -> str:
    ref = escaped(link.ref)
    why = describes = ""
    if link.why:
        why = f'<title id="why-{ref}">{escaped(link.why)}</title>'
        describes = f' aria-describedby="why-{ref}"'
    # On the wall of a room nothing is pressed.
    opens, ends = (f'a href="{escaped(link.href)}"', "a") if link.href else ('g role="img"', "g")
    kind = f"lnk {link.state} lit" if link.lit else f"lnk {link.state}"
    return (
        f'<{opens} class="{kind}" id="link-{ref}" aria-label="{escaped(link.label)}"'
        f'{describes} data-from="{escaped(link.customer)}" data-to="{escaped(link.supplier)}">{why}'
        f"{thread}{badge}</g></{ends}>"
    )


def _area(area: AreaMark, box: Box, sizes: Sizes) -> str:
    pad = sizes.pad
    # Boxes grow with the number of their links; the words stay in the middle.
    noted = bool(area.note) and sizes.notes
    tall = sizes.leading * len(box.lines) + (sizes.note * 1.3 if noted else 0)
    if area.rate is not None and sizes.notes:
        tall += sizes.note * 1.15
    y = (box.height - tall) / 2 + sizes.leading * 0.5 + sizes.name * 0.36
    parts = []
    for line in box.lines:
        parts.append(f'<text class="n" font-size="{sizes.name:g}" x="{pad:g}" y="{y:.1f}">{escaped(line)}</text>')
        y += sizes.leading
    if noted:
        icon = ICONS.get(area.state)
        x = pad
        if icon:
            size = sizes.note
            parts.append(
                f'<path class="icon" d="{icon}" '
                f'transform="translate({pad + size / 2:.1f} {y - size * 0.32:.1f})scale({size / 17:.2g})"/>'
            )
            x += size * 1.4
        note = shortened(area.note, (box.width - pad - x + 1) / _PLAIN, sizes.note)
        parts.append(f'<text class="s" font-size="{sizes.note:g}" x="{x:.1f}" y="{y:.1f}">{escaped(note)}</text>')
        y += sizes.note * 1.25
    elif area.rate is not None:
        y += sizes.note * 0.1
    if area.rate is not None and sizes.notes:
        size = sizes.note * 0.94
        room = box.width - 2 * pad - (text_width(area.kept, size) + size * 0.4)
        filled = max(room * min(max(area.rate, 0), 1), 0)
        parts.append(
            f'<rect class="bar" x="{pad:g}" y="{y - size * 0.36 - 3:.1f}" width="{room:.1f}" height="6" rx="3"/>'
            f'<rect class="fill" x="{pad:g}" y="{y - size * 0.36 - 3:.1f}" width="{filled:.1f}" height="6" rx="3"/>'
            f'<text class="r" font-size="{size:.3g}" x="{box.width - pad:g}" y="{y:.1f}">{escaped(area.kept)}</text>'
        )
    kind = f"area {area.state}" + (" apart" if box.apart else "") + (" here" if area.here else "")
    ref = escaped(area.ref)
    inner = f'<rect class="box" width="{box.width}" height="{box.height}" rx="{min(16, sizes.pad):g}"/>{"".join(parts)}'
    if area.href:
        return (
            f'<a class="{kind}" id="area-{ref}" href="{escaped(area.href)}" aria-label="{escaped(area.label)}" '
            f'transform="translate({box.x} {box.y})">{inner}</a>'
        )
    return (
        f'<g class="{kind}" id="area-{ref}" role="img" aria-label="{escaped(area.label)}" '
        f'transform="translate({box.x} {box.y})">{inner}</g>'
    )


def sample(state: str) -> str:
    """A short piece of a link, for the legend."""
    if state == "broken":
        inner = (
            '<path class="line" d="M2 10H16M42 10H56"/>'
            '<path class="ring" d="M24 4h-3a6 6 0 0 0 0 12h3M34 4h3a6 6 0 0 1 0 12h-3"/>'
        )
    else:
        inner = (
            '<path class="line" d="M2 10H56"/><circle class="dot" cx="29" cy="10" r="9"/>'
            f'<path class="icon" transform="translate(29 10)scale(.7)" d="{ICONS[state]}"/>'
        )
    return f'<svg class="sample {state}" width="58" height="20" viewBox="0 0 58 20" aria-hidden="true">{inner}</svg>'

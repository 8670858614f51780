"""Where everything in the picture of the chain stands: pure arithmetic, the same answer for the same question.

Columns by distance from the client, the client at the left. Between two columns lies a channel, and in the middle of
each channel a stack of slots, one for each link that passes. A link bends only beside the stack and runs level through
its own slot, so that by construction no link runs over a box or over another link's badge. A link over several columns
passes between the boxes of each through a slim place of its own. What no path joins to the client stands apart, below.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from contracts.lettering import fitted


class Node(NamedTuple):
    key: str
    name: str
    distance: int | None  # None: no path joins it to the client
    least: float = 0.0  # room that something else in the box needs beside the name


class Edge(NamedTuple):
    key: str
    customer: str
    supplier: str


class Sizes(NamedTuple):
    """The measures of one way of drawing, in the units of the picture."""

    name: float = 18  # height of letters
    leading: float = 22
    note: float = 14
    narrowest: float = 112  # of the text in a box
    widest: float = 290
    pad: float = 15
    foot: float = 26  # below the name: the note, and the bar where there is one
    most_lines: int = 3
    box_gap: float = 26
    badge_width: float = 84
    badge_height: float = 46
    badge_gap: float = 10
    lead: float = 14  # level run on both sides of a badge: room for a broken chain link
    bend_least: float = 11
    bend_most: float = 110
    port_gap: float = 18
    port_least: float = 7
    slim: float = 12  # a place for a link that only passes
    margin: float = 5
    apart_gap: float = 74
    notes: bool = True  # small words in the boxes


_BEND = 0.27  # how much wider a channel gets with the height that its links climb


class Box(NamedTuple):
    key: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    apart: bool


class Spot(NamedTuple):
    x: int
    y: int


class Thread(NamedTuple):
    """A link: from the customer's box to its badge, and from the badge to the supplier's box.

    Between two knots of the same height the run is level, otherwise an S with level ends. The last knot of `near` and
    the first of `far` lie `lead` before the badge; the sides say on which side of it: -1 left, 1 right.
    """

    key: str
    near: tuple[Spot, ...]
    far: tuple[Spot, ...]
    badge: Spot  # its middle
    near_side: int
    far_side: int


class Placing(NamedTuple):
    width: int
    height: int
    boxes: list[Box]
    threads: list[Thread]
    apart_y: int | None  # the line above what stands apart


class _Item:
    """A place in a column: an area, or the passage of a link (`key` empty)."""

    __slots__ = ("apart", "column", "height", "left", "near", "node", "port_left", "port_right", "right", "width", "y")

    def __init__(self, node: int, column: int, apart: bool) -> None:
        self.node = node  # index of the node, or -1
        self.column = column
        self.apart = apart
        self.left: list[_Item] = []
        self.right: list[_Item] = []
        self.near: list[_Item] = []  # linked inside the column
        self.port_left: list[tuple[float, int, int]] = []
        self.port_right: list[tuple[float, int, int]] = []
        self.width = 0.0
        self.height = 0.0
        self.y = 0.0  # of its middle


class _Slot:
    """One link's place in the stack of a channel."""

    __slots__ = ("a", "b", "badge", "channel", "link", "middle", "side", "y", "ya", "yb")

    def __init__(self, link: int, channel: int, a: _Item, b: _Item, side: int) -> None:
        self.link = link
        self.channel = channel
        self.a = a  # for a link between columns: left end; inside a column: the customer
        self.b = b
        self.side = side  # 0: passes through; -1: both ends are to the left; 1: both to the right
        self.badge = False
        self.y = 0.0
        self.middle = 0.0
        self.ya = 0.0
        self.yb = 0.0


def place(nodes: Sequence[Node], edges: Sequence[Edge], sizes: Sizes = Sizes()) -> Placing:  # noqa: B008 - a constant
    """Positions for every area and every link."""
    if not nodes:
        return Placing(0, 0, [], [], None)
    at = {node.key: index for index, node in enumerate(nodes)}
    ends = [(at[edge.customer], at[edge.supplier]) for edge in edges]
    items, columns = _columns(nodes, ends)
    slots, runs = _slots(items, columns, ends)
    _order(columns, slots)
    lines = _measure(nodes, items, columns, sizes)
    apart_y = _heights(columns, slots, sizes)
    return _drawn(nodes, edges, items, columns, slots, runs, lines, apart_y, sizes)


# Columns


def greedy_order(count: int, ends: Iterable[tuple[int, int]]) -> list[int]:
    """The nodes in an order that few links contradict (Eades, Lin, Smyth).

    Sinks from the end, sources from the start, otherwise the node that gives most more than it takes.
    """
    out: list[set[int]] = [set() for _ in range(count)]
    into: list[set[int]] = [set() for _ in range(count)]
    for a, b in ends:
        if a != b:
            out[a].add(b)
            into[b].add(a)
    left = dict.fromkeys(range(count))
    first: list[int] = []
    last: list[int] = []
    ready = [node for node in left if not out[node] or not into[node]]
    while left:
        while ready:
            node = ready.pop()
            if node not in left:
                continue
            (last if not out[node] and into[node] else first).append(node)
            del left[node]
            for other in out[node]:
                into[other].discard(node)
                if not into[other]:
                    ready.append(other)
            for other in into[node]:
                out[other].discard(node)
                if not out[other]:
                    ready.append(other)
        if left:
            ready.append(max(left, key=lambda node: (len(out[node]) - len(into[node]), -node)))
            # Taken as a source although it is none: the links into it are those that run back.
            node = ready[-1]
            for other in into[node]:
                out[other].discard(node)
                if not out[other]:
                    ready.append(other)
            into[node].clear()
    return first + last[::-1]


def _columns(nodes: Sequence[Node], ends: list[tuple[int, int]]) -> tuple[list[_Item], list[list[_Item]]]:
    """Each area in its column, in a first order that mostly puts customers above their suppliers."""
    ranks = {
        far: rank for rank, far in enumerate(sorted({node.distance for node in nodes if node.distance is not None}))
    }
    count = len(ranks)
    order = greedy_order(len(nodes), ends)
    column: dict[int, int] = {}
    linked = {node for pair in ends for node in pair}
    apart = [node for node in order if nodes[node].distance is None]
    suppliers: dict[int, list[int]] = {}
    for a, b in ends:
        suppliers.setdefault(a, []).append(b)
    for node in order:
        distance = nodes[node].distance
        if distance is not None:
            column[node] = ranks[distance]
    most = max(count, 5) - 1
    for node in apart:
        if node in linked:
            mine = column.setdefault(node, 0)
            for other in suppliers.get(node, ()):
                if nodes[other].distance is None and column.get(other, 0) <= mine:
                    column[other] = min(mine + 1, most)
    lonely = [node for node in sorted(apart) if node not in linked]
    wide = max(count, min(5, len(lonely)), 1 + max((column[node] for node in apart if node in linked), default=0))
    for place_, node in enumerate(lonely):
        column[node] = place_ % wide
    items = [_Item(index, column[index], node.distance is None) for index, node in enumerate(nodes)]
    columns: list[list[_Item]] = [[] for _ in range(max(column.values()) + 1)]
    lonely_set = set(lonely)
    for node in order:
        if node not in lonely_set:
            columns[column[node]].append(items[node])
    for found in columns:
        found.sort(key=lambda item: item.apart)
    for node in lonely:
        columns[column[node]].append(items[node])
    return items, columns


# The stack of slots of each channel


def _slots(
    items: list[_Item], columns: list[list[_Item]], ends: list[tuple[int, int]]
) -> tuple[list[list[_Slot]], list[list[_Slot]]]:
    """The slots of each channel (channel c lies right of column c), and those of each link, the customer's first."""
    channels: list[list[_Slot]] = [[] for _ in columns]
    badges = [0] * len(columns)
    runs: list[list[_Slot]] = [[] for _ in ends]
    inside: list[int] = []
    for link, (customer, supplier) in enumerate(ends):
        a, b = items[customer], items[supplier]
        if a.column == b.column:
            inside.append(link)
            continue
        left, right = (a, b) if a.column < b.column else (b, a)
        apart = a.apart or b.apart
        item = left
        run = runs[link]
        for channel in range(left.column, right.column):
            if channel + 1 == right.column:
                following = right
            else:
                following = _Item(-1, channel + 1, apart)
                column = columns[channel + 1]
                if apart:
                    column.append(following)
                else:
                    column.insert(sum(not other.apart for other in column), following)
            item.right.append(following)
            following.left.append(item)
            slot = _Slot(link, channel, item, following, 0)
            run.append(slot)
            channels[channel].append(slot)
            item = following
        if left is b:
            run.reverse()
        bearer = run[0] if len(run) == 1 else min(run, key=lambda slot: badges[slot.channel])
        bearer.badge = True
        badges[bearer.channel] += 1
    for link in inside:
        a, b = items[ends[link][0]], items[ends[link][1]]
        a.near.append(b)
        b.near.append(a)
        channel, side = a.column, -1
        if channel > 0 and (channel == len(columns) - 1 or badges[channel - 1] < badges[channel]):
            channel, side = channel - 1, 1
        slot = _Slot(link, channel, a, b, side)
        slot.badge = True
        badges[channel] += 1
        channels[channel].append(slot)
        runs[link].append(slot)
    return channels, runs


# Order inside the columns


def _order(columns: list[list[_Item]], channels: list[list[_Slot]]) -> None:
    """Sweeps that move each place to the middle of its neighbours; the order with the fewest crossings stays."""
    size = sum(map(len, columns))
    links = sum(map(len, channels))
    if not links:
        return
    rounds = 8 if size <= 60 else 3
    best = [list(column) for column in columns]
    fewest = _crossings(columns)
    for sweep in range(rounds):
        forward = sweep % 2 == 0
        for c in range(len(columns)) if forward else range(len(columns) - 1, -1, -1):
            _sort_by_middle(columns, c, forward)
        crossings = _crossings(columns)
        if crossings < fewest:
            fewest = crossings
            best = [list(column) for column in columns]
    for c, column in enumerate(best):
        columns[c][:] = column
    if size <= 60:
        _swap_neighbours(columns)


def _numbered(column: list[_Item]) -> None:
    # Positions as parts of the column's height, so that columns of different length compare.
    step = 1 / max(len(column), 1)
    for index, item in enumerate(column):
        item.y = (index + 0.5) * step


def _sort_by_middle(columns: list[list[_Item]], c: int, forward: bool) -> None:
    column = columns[c]
    if len(column) < 2:
        if column:
            column[0].y = 0.5
        return
    _numbered(column)
    keys: list[tuple[bool, float, int]] = []
    for index, item in enumerate(column):
        others = item.left if forward else item.right
        total, weight = 0.0, 0.0
        for other in others:
            total += other.y
            weight += 1
        for other in item.near:
            total += 0.5 * other.y
            weight += 0.5
        if not weight:
            total, weight = item.y, 1
        keys.append((item.apart, total / weight, index))
    keys.sort()
    column[:] = [column[index] for _, _, index in keys]
    _numbered(column)


def _crossings(columns: list[list[_Item]]) -> int:
    for column in columns:
        _numbered(column)
    total = 0
    for column in columns:
        seen: list[float] = []
        for item in column:
            ys = sorted(other.y for other in item.right)
            for y in ys:
                total += len(seen) - bisect_left(seen, y + 1e-9)
            for y in ys:
                seen.insert(bisect_left(seen, y), y)
    return total


def _swap_neighbours(columns: list[list[_Item]]) -> None:
    """Swaps that lessen crossings, or keep them and shorten the links inside the column."""
    for column in columns:
        _numbered(column)
    for _ in range(4):
        changed = False
        for column in columns:
            for index in range(len(column) - 1):
                a, b = column[index], column[index + 1]
                if a.apart != b.apart:
                    continue
                now = _cross(a.left, b.left) + _cross(a.right, b.right)
                then = _cross(b.left, a.left) + _cross(b.right, a.right)
                gain = 10.0 * (now - then)
                if a.near or b.near:
                    gain += _pull(a, b)
                if gain > 0.01:
                    column[index], column[index + 1] = b, a
                    a.y, b.y = b.y, a.y
                    changed = True
        if not changed:
            return


def _cross(upper: list[_Item], lower: list[_Item]) -> int:
    return sum(one.y > other.y for one in upper for other in lower)


def _pull(a: _Item, b: _Item) -> float:
    """How much shorter the links inside the column get when a, standing above b, swaps with it."""
    gain = 0.0
    for item, new, beside in ((a, b.y, b), (b, a.y, a)):
        for other in item.near:
            if other is not beside:
                gain += abs(item.y - other.y) - abs(new - other.y)
    return gain


# Sizes and heights


def _measure(
    nodes: Sequence[Node], items: list[_Item], columns: list[list[_Item]], sizes: Sizes
) -> list[tuple[str, ...]]:
    """Breaks the names, and gives each column the width of its widest and each box the height it needs."""
    lines: list[tuple[str, ...]] = []
    widths = [0.0] * len(columns)
    for item in items:
        width, broken = fitted(nodes[item.node].name, sizes.narrowest, sizes.widest, sizes.name, sizes.most_lines)
        lines.append(broken)
        widths[item.column] = max(widths[item.column], width, nodes[item.node].least)
        ports = max(len(item.left), len(item.right)) + len(item.near)
        tall = 2 * sizes.pad - 8 + sizes.leading * len(broken) + sizes.foot
        item.height = max(tall, ports * sizes.port_least + 24)
    for column, width in zip(columns, widths, strict=True):
        for item in column:
            item.width = width + 2 * sizes.pad
            if item.node < 0:
                item.height = sizes.slim
    return lines


def _stack(wanted: list[float], heights: list[float], gaps: list[float]) -> list[float]:
    """Middles as near to the wanted ones as the order and the gaps allow (least squares, by pooling neighbours).

    `gaps[i]` is the room between i and the one before it.
    """
    offset = 0.0
    offsets: list[float] = []
    blocks: list[tuple[float, int]] = []
    before = 0.0
    for want, height, gap in zip(wanted, heights, gaps, strict=True):
        if offsets:
            offset += before / 2 + gap + height / 2
        offsets.append(offset)
        before = height
        total, count = want - offset, 1
        while blocks and blocks[-1][0] * count >= total * blocks[-1][1]:
            other, others = blocks.pop()
            total += other
            count += others
        blocks.append((total, count))
    middles: list[float] = []
    for total, count in blocks:
        base = total / count
        middles.extend(base + offsets[index] for index in range(len(middles), len(middles) + count))
    return middles


def _gaps(column: list[_Item], sizes: Sizes) -> list[float]:
    slim = sizes.slim
    gaps = []
    before = -1
    for item in column:
        gaps.append(sizes.box_gap if item.node >= 0 and before >= 0 else slim)
        before = item.node
    return gaps


def _heights(columns: list[list[_Item]], channels: list[list[_Slot]], sizes: Sizes) -> float | None:
    """The height of every place and slot: first what hangs together with the client, then what stands apart, below."""
    joined = [[item for item in column if not item.apart] for column in columns]
    _settle(joined, sizes)
    _stack_slots([[slot for slot in channel if not _is_apart(slot)] for channel in channels], sizes, None)
    rest = [[item for item in column if item.apart] for column in columns]
    if not any(rest):
        return None
    ends = [item.y + item.height / 2 for column in joined for item in column]
    ends += [slot.y + _slot_height(slot, sizes) / 2 for channel in channels for slot in channel if not _is_apart(slot)]
    bottom = max(ends, default=0.0)
    top = bottom + (sizes.apart_gap if ends else sizes.apart_gap / 2)
    linked = [[item for item in column if item.left or item.right or item.near] for column in rest]
    _settle(linked, sizes)
    highest = min((item.y - item.height / 2 for column in linked for item in column), default=0.0)
    for column in linked:
        for item in column:
            item.y += top - highest
    _stack_slots([[slot for slot in channel if _is_apart(slot)] for channel in channels], sizes, top)
    top = max(
        [top]
        + [item.y + item.height / 2 + sizes.box_gap for column in linked for item in column]
        + [slot.y + _slot_height(slot, sizes) / 2 for channel in channels for slot in channel if _is_apart(slot)]
    )
    lonely = [[item for item in column if not (item.left or item.right or item.near)] for column in rest]
    for row in range(max(map(len, lonely))):
        in_row = [column[row] for column in lonely if row < len(column)]
        tall = max(item.height for item in in_row)
        for item in in_row:
            item.height = tall
            item.y = top + tall / 2
        top += tall + sizes.box_gap
    return bottom + sizes.apart_gap * 0.3 if ends else bottom


def _is_apart(slot: _Slot) -> bool:
    return slot.a.apart or slot.b.apart


def _settle(columns: list[list[_Item]], sizes: Sizes) -> None:
    """Heights of the places of each column: stacked, then drawn towards their neighbours a few times."""
    shapes = [([item.height for item in column], _gaps(column, sizes)) for column in columns]
    for column, (heights, gaps) in zip(columns, shapes, strict=True):
        total = sum(heights) + sum(gaps[1:])
        y = -total / 2
        for item, height, gap in zip(column, heights, gaps, strict=True):
            if item is not column[0]:
                y += gap
            item.y = y + height / 2
            y += height
    order = [c for c in range(len(columns)) if columns[c]]
    for sweep in range(4):
        for c in order if sweep % 2 == 0 else reversed(order):
            wanted = []
            for item in columns[c]:
                others = item.left + item.right if sweep else item.left
                wanted.append(sum([other.y for other in others]) / len(others) if others else item.y)
            for item, y in zip(columns[c], _stack(wanted, *shapes[c]), strict=True):
                item.y = y


def _slot_height(slot: _Slot, sizes: Sizes) -> float:
    return sizes.badge_height if slot.badge else 2.0


def _stack_slots(channels: list[list[_Slot]], sizes: Sizes, top: float | None) -> None:
    for channel in channels:
        if not channel:
            continue
        keyed = sorted((slot.a.y + slot.b.y, slot.a.y, slot.link, slot) for slot in channel)
        found = [entry[3] for entry in keyed]
        heights = [_slot_height(slot, sizes) for slot in found]
        middles = _stack([entry[0] / 2 for entry in keyed], heights, [sizes.badge_gap] * len(found))
        if top is not None:
            # What only passes from above into the part that stands apart may begin higher; a badge may not.
            offset = top
            for index, height in enumerate(heights):
                middles[index] = max(middles[index], offset + height / 2)
                offset = middles[index] + height / 2 + sizes.badge_gap
        for slot, y in zip(found, middles, strict=True):
            slot.y = y


# Everything together


def _ports(items: Iterable[_Item], sizes: Sizes, slots: dict[tuple[int, int], _Slot]) -> None:
    """Where links meet the sides of the boxes: in the order of their slots, spread evenly about the middle."""
    for item in items:
        for ports in (item.port_left, item.port_right):
            if not ports:
                continue
            ports.sort()
            many = len(ports) - 1
            step = min(sizes.port_gap, (item.height - 22) / many) if many and item.node >= 0 else 0.0
            y = item.y - step * many / 2
            for _, number, end in ports:
                slot = slots[number, end]
                if end == 0:
                    slot.ya = y
                else:
                    slot.yb = y
                y += step


def _drawn(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    items: list[_Item],
    columns: list[list[_Item]],
    channels: list[list[_Slot]],
    runs: list[list[_Slot]],
    lines: list[tuple[str, ...]],
    apart_y: float | None,
    sizes: Sizes,
) -> Placing:
    book: dict[tuple[int, int], _Slot] = {}
    touched: dict[int, _Item] = {}
    number = 0
    for channel in channels:
        for slot in channel:
            number += 1
            book[number, 0] = book[number, 1] = slot
            a, b = slot.a, slot.b
            (a.port_left if slot.side > 0 else a.port_right).append((slot.y, number, 0))
            (b.port_right if slot.side < 0 else b.port_left).append((slot.y, number, 1))
            touched[id(a)] = a
            touched[id(b)] = b
    _ports(touched.values(), sizes, book)

    arm = min(12.0, sizes.badge_height / 2 - 6)
    lefts: list[float] = []
    spans: list[tuple[float, float]] = []  # of each channel's stack
    x = sizes.margin
    last = len(columns) - 1
    for c, column in enumerate(columns):
        lefts.append(x)
        x += column[0].width if column else 0.0
        channel = channels[c]
        if not channel:
            x += 0.0 if c == last else 40.0
            spans.append((x, x))
            continue
        before = after = 0.0
        for slot in channel:
            if slot.side == 0:
                before = max(before, abs(slot.ya - slot.y))
                after = max(after, abs(slot.yb - slot.y))
            else:
                far = max(abs(slot.ya - slot.y), abs(slot.yb - slot.y))
                if slot.side < 0:
                    before = max(before, far)
                else:
                    after = max(after, far)
        x += min(sizes.bend_least + before * _BEND, sizes.bend_most)
        wide = sizes.badge_width + 2 * sizes.lead if any(slot.badge for slot in channel) else 2 * sizes.lead
        spans.append((x, x + wide))
        x += wide
        if c != last:
            x += min(sizes.bend_least + after * _BEND, sizes.bend_most)
    width = x + sizes.margin

    top = min(
        min(item.y - item.height / 2 for column in columns for item in column),
        min((slot.y - _slot_height(slot, sizes) / 2 for channel in channels for slot in channel), default=1e9),
    )
    down = sizes.margin - top
    low = max(
        max(item.y + item.height / 2 for column in columns for item in column),
        max((slot.y + _slot_height(slot, sizes) / 2 for channel in channels for slot in channel), default=-1e9),
    )
    boxes = [
        Box(
            nodes[item.node].key,
            round(lefts[item.column]),
            round(item.y - item.height / 2 + down),
            round(item.width),
            round(item.height),
            lines[item.node],
            item.apart,
        )
        for item in items
    ]
    threads = [
        _thread(edge.key, run, items[ends], lefts, spans, down, arm)
        for edge, run, ends in zip(edges, runs, _customers(nodes, edges), strict=True)
    ]
    return Placing(
        round(width),
        round(low + down + sizes.margin),
        boxes,
        threads,
        None if apart_y is None else round(apart_y + down),
    )


def _customers(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[int]:
    at = {node.key: index for index, node in enumerate(nodes)}
    return [at[edge.customer] for edge in edges]


def _thread(
    key: str,
    run: list[_Slot],
    customer: _Item,
    lefts: list[float],
    spans: list[tuple[float, float]],
    down: float,
    arm: float,
) -> Thread:
    near: list[Spot] = []
    far: list[Spot] = []
    first = run[0]
    if first.side:
        start, end = spans[first.channel]
        edge = round(start if first.side < 0 else end)
        side_x = round(lefts[first.a.column] + (first.a.width if first.side < 0 else 0.0))
        turn = -arm if first.ya <= first.yb else arm
        y = first.y + down
        near = [Spot(side_x, round(first.ya + down)), Spot(edge, round(y + turn))]
        far = [Spot(edge, round(y - turn)), Spot(side_x, round(first.yb + down))]
        return Thread(key, tuple(near), tuple(far), Spot(round((start + end) / 2), round(y)), first.side, first.side)
    rightward = first.a is customer
    badge = Spot(0, 0)
    part = near
    for slot in run:
        start, end = spans[slot.channel]
        y = round(slot.y + down)
        enter = Spot(round(lefts[slot.a.column] + slot.a.width), round(slot.ya + down))
        leave = Spot(round(lefts[slot.b.column]), round(slot.yb + down))
        knots = [enter, Spot(round(start), y), Spot(round(end), y), leave]
        if not rightward:
            knots.reverse()
        if slot.badge:
            part += knots[:2]
            badge = Spot(round((start + end) / 2), y)
            part = far
            part += knots[2:]
        else:
            part += knots
    side = -1 if rightward else 1
    return Thread(key, tuple(near), tuple(far), badge, side, -side)

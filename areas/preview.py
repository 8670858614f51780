"""A thumbnail of a chain: boxes in columns by distance from the client, and the lines between them. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from areas import chain
from areas.chain_templates import CLIENT, Planned

WIDTH, HEIGHT = 264, 104
BOX_WIDTH, BOX_HEIGHT = 34, 20


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    is_client: bool = False


@dataclass(frozen=True)
class Thumbnail:
    boxes: list[Box]
    lines: list[str]
    width: int = WIDTH
    height: int = HEIGHT
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def thumbnail(rows: list[Planned]) -> Thumbnail:
    """The picture of the planned chain. An empty one shows the client and the place of the first area."""
    edges = [(customer, row.key) for row in rows for customer in row.serves] or [(CLIENT, "first")]
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for key, distance in chain.distances(CLIENT, edges).items():
        columns[distance].append(key)
    across = (WIDTH - BOX_WIDTH - 4) / max(len(columns) - 1, 1)
    centre: dict[str, tuple[float, float]] = {}
    for distance, keys in columns.items():
        step = HEIGHT / len(keys)
        for n, key in enumerate(keys):
            centre[key] = (2 + BOX_WIDTH / 2 + min(across, 76) * distance, step * (n + 0.5))
    lines = []
    for customer, supplier in edges:
        if customer in centre and supplier in centre:
            (x1, y1), (x2, y2) = centre[customer], centre[supplier]
            if x1 == x2:
                lines.append(f"M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}")
            else:
                middle = (x1 + x2) / 2
                lines.append(f"M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}")
    boxes = [Box(round(x - BOX_WIDTH / 2), round(y - BOX_HEIGHT / 2), key == CLIENT) for key, (x, y) in centre.items()]
    return Thumbnail(boxes, lines)

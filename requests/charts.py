"""A small chart of a problem's indicator: where it was, where it is, where it should be. Pure; drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT = 420, 220
LEFT, RIGHT, TOP, BOTTOM = 22, 22, 26, 34


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    on: date
    value: Decimal

    @property
    def label_y(self) -> float:
        """Above the dot, or below it where the box ends."""
        return self.y - 11 if self.y > TOP + 14 else self.y + 20


@dataclass(frozen=True)
class Chart:
    """Positions in a box of WIDTH × HEIGHT; `line` is the path through the dots."""

    dots: tuple[Dot, ...]
    line: str
    target_y: float | None
    baseline_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM
    day_y: int = HEIGHT - 10

    @property
    def target_label_y(self) -> float:
        return (self.target_y or 0) - 6

    @property
    def baseline_label_y(self) -> float:
        """Beside its line, and out of the way of the target's word."""
        y = (self.baseline_y or 0) - 6
        if self.target_y is not None and abs(y - self.target_label_y) < 16:
            y += 22
        return y


def draw(measured: Sequence[tuple[date, Decimal]], *, baseline: Decimal | None, target: Decimal | None) -> Chart | None:
    """None when there is nothing to draw: a chart needs two measured days, or one and a figure to compare with."""
    if not measured or (len(measured) < 2 and baseline is None and target is None):
        return None
    values = [value for _on, value in measured]
    values += [value for value in (baseline, target) if value is not None]
    low, high = min(values), max(values)
    room = (high - low) * Decimal("0.15") or abs(high) * Decimal("0.1") or Decimal(1)
    low, high = low - room, high + room
    first, last = measured[0][0], measured[-1][0]
    days = max((last - first).days, 1)

    def x(on: date) -> float:
        if first == last:
            return round((LEFT + WIDTH - RIGHT) / 2, 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (on - first).days / days, 1)

    def y(value: Decimal) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * float((high - value) / (high - low)), 1)

    dots = tuple(Dot(x(on), y(value), on, value) for on, value in measured)
    return Chart(
        dots=dots,
        line=" ".join(f"{'M' if n == 0 else 'L'}{dot.x} {dot.y}" for n, dot in enumerate(dots)),
        target_y=y(target) if target is not None else None,
        baseline_y=y(baseline) if baseline is not None else None,
    )

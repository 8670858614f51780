"""The mirror as a picture: how many chose each number, before and after, as plain SVG with a sentence beside it."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Organization
from requests.wording import number
from workshops.room import Counts

WIDTH, HEIGHT = 660, 230
LEFT, TOP, FLOOR = 12, 34, 190
BAND = (WIDTH - 2 * LEFT) / 11


def mean_said(counts: Counts, organization: Organization) -> str:
    """The mean to one digit, written as everywhere in the organization's country."""
    return "–" if counts.mean is None else number(Decimal(counts.mean).quantize(Decimal("0.1")), organization)


def told(counts: Counts) -> str:
    """The counts as a sentence, for who does not see the picture."""
    each = ", ".join(f"{value}: {n}" for value, n in enumerate(counts.each) if n)
    people = ngettext("%(n)s person", "%(n)s people", counts.people) % {"n": counts.people}
    return _("%(people)s. How many chose each number: %(each)s.") % {"people": people, "each": each or "–"}


def to_compare(first: Counts | None, second: Counts | None) -> list[tuple[str, str, Counts]]:
    """(how it is drawn, its name, the counts) of each mirror that was answered. One alone is no before or after."""
    both = [(css, counts) for css, counts in (("before", first), ("after", second)) if counts and counts.people]
    if len(both) == 1:
        (css, counts) = both[0]
        return [("alone" if css == "before" else css, "", counts)]
    return [(css, _("Before") if css == "before" else _("After"), counts) for css, counts in both]


def mirrors(first: Counts | None, second: Counts | None) -> SafeString:
    """The mirrors beside each other: before outlined, after full, so that colour is not needed. One alone is full."""
    shown = to_compare(first, second)
    if not shown:
        return mark_safe("")
    most = max(counts.most for _css, _name, counts in shown)
    label = " ".join(f"{name}: {told(counts)}" if name else told(counts) for _css, name, counts in shown)
    parts = [
        f'<svg class="mirrors" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">',
        f'<line class="m-floor" x1="{LEFT}" y1="{FLOOR}" x2="{WIDTH - LEFT}" y2="{FLOOR}"/>',
    ]
    wide = BAND * 0.72 / len(shown)
    for value in range(11):
        middle = LEFT + BAND * (value + 0.5)
        parts.append(f'<text class="m-value" x="{middle:.1f}" y="{FLOOR + 26}" text-anchor="middle">{value}</text>')
        for at, (css, _name, counts) in enumerate(shown):
            n = counts.each[value]
            if not n:
                continue
            tall = (FLOOR - TOP) * n / most
            x = middle - BAND * 0.36 + at * wide
            parts.append(
                f'<rect class="m-{css}" x="{x:.1f}" y="{FLOOR - tall:.1f}" width="{wide - 2:.1f}" height="{tall:.1f}" '
                f'rx="3"/><text class="m-n" x="{x + wide / 2 - 1:.1f}" y="{FLOOR - tall - 7:.1f}" '
                f'text-anchor="middle">{n}</text>'
            )
    parts.append("</svg>")
    return mark_safe("".join(parts))

"""Kept promises week by week, as a small chart: SVG by plain string building, with words for who does not see it.

A week is a column. What was kept stands solid on the ground, what was broken hollow on top of it, so that each column
of a week in which something fell due has the same height and the eye follows the edge between them. A week in which
nothing fell due stays empty but for a dash. Colours come by class; shape and words say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Organization
from contracts.rates import Week, percent
from requests.wording import amount, fields_of_day


class Size(NamedTuple):
    """In pixels; `letters` 0: columns only."""

    width: int
    height: int
    letters: float = 0


SMALL = Size(120, 32)
WIDE = Size(420, 124, 12)
STAGE = Size(300, 76)


class Words(NamedTuple):
    """What it is, what it says in one sentence or two, and what stands below the first and the last column."""

    title: str
    says: str
    first: str = ""
    last: str = ""


def words(weeks: Sequence[Week], organization: Organization) -> Words:
    """The chart in the active language."""
    kept = sum(week.kept for week in weeks)
    counted = kept + sum(week.broken for week in weeks)
    title = _("Kept promises, week by week")
    first, last = (_day(weeks[0].on, organization), _("this week")) if weeks else ("", "")
    if not counted:
        return Words(title, _("In these weeks no promise was kept or broken."), first, last)
    said = [
        ngettext(
            "In %(n)s week %(kept)s of %(counted)s promises were kept (%(percent)s).",
            "In %(n)s weeks %(kept)s of %(counted)s promises were kept (%(percent)s).",
            len(weeks),
        )
        % {
            "n": len(weeks),
            "kept": kept,
            "counted": counted,
            "percent": amount(Decimal(percent(kept, counted - kept)), "%", organization),
        }
    ]
    due = [week for week in weeks if week.kept + week.broken]
    worst = min(due, key=lambda week: (week.kept / (week.kept + week.broken), -week.broken))
    if worst.broken:
        said.append(
            _("The weakest was the week of %(day)s: %(kept)s of %(counted)s.")
            % {"day": _day(worst.on, organization), "kept": worst.kept, "counted": worst.kept + worst.broken}
        )
    if weeks[-1].kept + weeks[-1].broken:
        said.append(
            _("This week so far: %(kept)s of %(counted)s.")
            % {"kept": weeks[-1].kept, "counted": weeks[-1].kept + weeks[-1].broken}
        )
    empty = len(weeks) - len(due)
    if empty:
        said.append(
            ngettext("In %(n)s week nothing fell due.", "In %(n)s weeks nothing fell due.", empty) % {"n": empty}
        )
    return Words(title, " ".join(said), first, last)


def _day(on: date, organization: Organization) -> str:
    return fields_of_day("MMMd", on, organization)


def draw(weeks: Sequence[Week], words: Words, *, size: Size = SMALL, ident: str) -> str:
    """One <svg>. `ident` is its own on the page: the title and the description are found by it."""
    foot = size.letters * 1.5
    head = size.letters * 1.3 if size.letters else 0
    left = 1.0
    floor, tall = size.height - foot - 1.5, size.height - foot - head - 3
    slot = (size.width - 2 * left) / max(len(weeks), 1)
    wide = slot * 0.7
    parts = [
        f'<svg class="trend" id="{ident}" role="img" aria-labelledby="{ident}-t {ident}-d" width="{size.width}" '
        f'height="{size.height}" viewBox="0 0 {size.width} {size.height}">'
        f'<title id="{ident}-t">{escape(words.title)}</title><desc id="{ident}-d">{escape(words.says)}</desc>'
        f'<path class="t-floor" d="M0 {floor + 0.75:g}H{size.width}"/>'
    ]
    figures = size.letters > 0 and all(len(f"{w.kept}{w.kept + w.broken}") * size.letters * 0.6 < slot for w in weeks)
    for n, week in enumerate(weeks):
        x = left + n * slot + (slot - wide) / 2
        counted = week.kept + week.broken
        if not counted:
            parts.append(f'<path class="t-none" d="M{x + wide * 0.25:.1f} {floor - 3:.1f}h{wide * 0.5:.1f}"/>')
            continue
        # One that was kept, or broken, among very many is seen.
        solid = tall * week.kept / counted
        solid = max(solid, 2.5) if week.kept else 0
        solid = min(solid, tall - 4) if week.broken else tall
        if week.broken:
            parts.append(
                f'<rect class="t-missed" x="{x + 0.6:.1f}" y="{floor - tall + 0.6:.1f}" width="{wide - 1.2:.1f}" '
                f'height="{tall - solid - (1.6 if solid else 1.2):.1f}" rx="1"/>'
            )
        if solid:
            parts.append(
                f'<rect class="t-kept" x="{x:.1f}" y="{floor - solid:.1f}" width="{wide:.1f}" '
                f'height="{solid:.1f}" rx="1"/>'
            )
        if figures:
            parts.append(
                f'<text class="t-figure" font-size="{size.letters * 0.92:g}" x="{x + wide / 2:.1f}" '
                f'y="{floor - tall - 3:.1f}">{week.kept}/{counted}</text>'
            )
    if size.letters and weeks:
        y = size.height - size.letters * 0.3
        parts.append(
            f'<text class="t-word" font-size="{size.letters:g}" x="{left:g}" y="{y:.1f}">{escape(words.first)}</text>'
            f'<text class="t-word t-end" font-size="{size.letters:g}" x="{size.width - left:g}" y="{y:.1f}">'
            f"{escape(words.last)}</text>"
        )
    parts.append("</svg>")
    return "".join(parts)

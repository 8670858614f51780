"""A contract sheet on paper: one or two A4 pages that a director would hang up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from areas.models import Area
from contracts.access import area_of
from contracts.models import Signature
from contracts.sheets import Entry, Lane, Sheet, Status
from contracts.views.frame import frame, sheet_of
from contracts.words import Side

BINDING = (Status.IN_FORCE, Status.CHANGED, Status.REMOVED)
# So many characters stand well beside each other in large letters, and so many in middle ones. Longer texts run in
# columns of small letters, and the longest in the smallest that one still reads on a wall.
AIRY, MIDDLE, DENSE = 1_800, 2_500, 8_000
# What each clause takes beside its words: the owner, the path, the air around it.
AROUND = 140


@dataclass
class PaperLane:
    title: str
    css: str
    direction: str
    entries: list[Entry]


@dataclass
class PaperSignature:
    area: Area
    signature: Signature | None
    # Signed in a workshop under a draft, and not confirmed yet.
    here: Signature | None


def _on_paper(lane: Lane, statuses: tuple[Status, ...]) -> PaperLane:
    entries = [entry for entry in lane.entries if entry.status in statuses]
    return PaperLane(lane.title, lane.css, lane.direction.value, entries)


def _length(lane: PaperLane) -> int:
    return sum(len(e.outcome) + len(e.sentence) + len(e.promise.satisfaction) + AROUND for e in lane.entries)


def density(sheet: Sheet, lanes: list[PaperLane]) -> str:
    """How large the letters can be so that the sheet stays on two pages."""
    shoes = sheet.shoes
    above = sum(len(text) for text in (shoes.jobs, shoes.pains, shoes.gains)) if shoes else 0
    lengths = [_length(lane) for lane in lanes]
    beside = above + 2 * max(lengths)
    if beside <= MIDDLE:
        return "airy" if beside <= AIRY else "middle"
    return "dense" if above + sum(lengths) <= DENSE else "densest"


def on_paper(found: Sheet) -> dict[str, Any]:
    """What one sheet says on paper: the version in force; while nothing is signed, what is agreed so far."""
    lanes = [_on_paper(lane, BINDING if found.version else (Status.NEW,)) for lane in found.lanes]
    problems = dict.fromkeys(
        step.words for lane in lanes for entry in lane.entries for step in entry.path if step.kind == "problem"
    )
    here = {} if found.version else {one.side: one.here for one in found.signatories}
    signing = [
        PaperSignature(area_of(found.contract, side), found.signed_by.get(side), here.get(side))
        for side in (Side.SUPPLIER, Side.CUSTOMER)
    ]
    how = density(found, lanes)
    return {
        "sheet": found,
        "lanes": lanes,
        "problems": list(problems),
        "signing": signing,
        "density": how,
        "stacked": how in ("dense", "densest"),
        # The second lane goes on to the next page together with the signatures, unless it needs most of both.
        "keep_end": _length(lanes[1]) <= 1.2 * _length(lanes[0]),
    }


@for_members
@require_safe
def printed(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """A sheet alone, on one or two pages."""
    found = sheet_of(actor, link, timezone.now())
    return render(request, "contracts/print.html", frame(request, found, **on_paper(found)))

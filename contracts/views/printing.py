"""A contract sheet on paper: one or two A4 pages that a director would hang up."""

from __future__ import annotations

from dataclasses import dataclass

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
# So many characters fit well in large letters, and so many in middle ones; beyond that the letters are small.
AIRY, MIDDLE = 1_600, 4_200


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


def _on_paper(lane: Lane, statuses: tuple[Status, ...]) -> PaperLane:
    entries = [entry for entry in lane.entries if entry.status in statuses]
    return PaperLane(lane.title, lane.css, lane.direction.value, entries)


def density(sheet: Sheet, lanes: list[PaperLane]) -> str:
    """How large the letters can be so that the sheet stays on two pages."""
    shoes = sheet.shoes
    length = sum(len(text) for text in (shoes.jobs, shoes.pains, shoes.gains)) if shoes else 0
    for lane in lanes:
        for entry in lane.entries:
            length += len(entry.outcome) + len(entry.sentence) + len(entry.promise.satisfaction) + 140
    return "airy" if length <= AIRY else "middle" if length <= MIDDLE else "dense"


@for_members
@require_safe
def printed(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """The version in force; while nothing is signed, what is agreed so far, as a draft to sign by hand."""
    found = sheet_of(actor, link, timezone.now())
    lanes = [_on_paper(lane, BINDING if found.version else (Status.NEW,)) for lane in found.lanes]
    problems = dict.fromkeys(
        step.words for lane in lanes for entry in lane.entries for step in entry.path if step.kind == "problem"
    )
    signing = [
        PaperSignature(area_of(found.contract, side), found.signed_by.get(side))
        for side in (Side.SUPPLIER, Side.CUSTOMER)
    ]
    context = frame(
        request, found, lanes=lanes, problems=list(problems), signing=signing, density=density(found, lanes)
    )
    return render(request, "contracts/print.html", context)

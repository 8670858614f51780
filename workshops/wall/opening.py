"""Coming in, the mirror, the problem."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Organization
from requests.models import ClientProblem
from requests.wording import amount, number
from workshops.charts import mirrors
from workshops.room import FIRST, Counts
from workshops.wall.nouns import Item, Wall
from workshops.wall.words import names_said


def lobby(wall: Wall) -> None:
    room = wall.room
    wall.said["areas"] = [
        Item(f"area-{one.area.ref}", str(one.people), one.area.name, word=str(one.people), detail=names_said(one.names))
        for one in room.areas
    ]


def answered(wall: Wall) -> None:
    room = wall.room
    people = max(room.people, room.answered)
    wall.said |= {"answered": room.answered, "of": people}


def counts_said(counts: Counts | None, scene: Organization) -> tuple[str, str]:
    """(the mean, how many people) of a mirror."""
    if counts is None or counts.mean is None:
        return "", ""
    mean = number(Decimal(counts.mean).quantize(Decimal("0.1")), scene)
    return mean, ngettext("%(n)s person", "%(n)s people", counts.people) % {"n": counts.people}


def mirror(wall: Wall) -> None:
    first = wall.room.mirror(FIRST)
    answered(wall)
    if first:
        mean, people = counts_said(first, wall.room.workshop.scene)
        wall.said |= {"chart": mirrors(first, None), "mean": mean, "counted": people}


def problem(wall: Wall) -> None:
    room = wall.room
    is_shown = room.is_revealed()
    voted = len({seat for seat, _proposal in room.given})
    proposals = list(room.proposals)
    if not is_shown:
        # The order tells as much as the dots: while they are hidden, proposals stand as they came.
        proposals.sort(key=lambda one: (one.proposal.at, one.proposal.pk))
    items: list[Item] = []
    for one in proposals:
        seat = one.proposal.seat
        times = len(one.also) + 1
        said = ngettext("said once", "said %(n)s times", times) % {"n": times} if one.also else ""
        items.append(
            Item(
                ident=f"proposal-{one.proposal.ref}",
                key=str(times),
                text=one.proposal.text,
                word=ngettext("%(n)s dot", "%(n)s dots", one.dots) % {"n": one.dots} if is_shown else "",
                detail=" · ".join(filter(None, (seat.area.name if seat else "", said))),
                dots=one.dots if is_shown else 0,
            )
        )
    wall.said |= {
        "proposals": items,
        "is_shown": is_shown,
        "voted": voted,
        "of": max(room.people, voted),
        "has_dots": bool(room.given),
    }
    if wall.statement and room.problem:
        wall.said["facts"] = facts_of(room.problem, room.workshop.scene)


def facts_of(problem: ClientProblem, scene: Organization) -> list[tuple[str, str]]:
    """What belongs to a problem, as names and values."""
    facts = [
        (_("Process"), str(problem.get_process_display())),
        (_("Moment"), str(problem.get_moment_display())),
        (_("Accountable from start to end"), problem.accountable.name),
    ]
    if problem.indicator:
        values = [
            amount(value, problem.unit, scene) for value in (problem.baseline, problem.target) if value is not None
        ]
        said = " → ".join(values)
        facts.append((_("Indicator"), f"{problem.indicator}: {said}" if said else problem.indicator))
    return facts

"""What stands above and below in each step, the door's waiting room, the mirror and the client's problem."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from areas.models import Organization
from areas.rows import Prepared
from requests import wording
from workshops import taking
from workshops.phases import DOTS, DOTS_ON_ONE, SCORES, Phase, turn
from workshops.room import FIRST, SECOND, Counts, people_by_area, proposals_of
from workshops.sides.seen import Part, Seen

READY = Prepared(
    """
    SELECT count(*), count(*) FILTER (WHERE ready_for = %(step)s::text)
    FROM workshops_seat
    WHERE workshop_id = %(workshop)s AND area_id = %(area)s AND left_at IS NULL AND removed_at IS NULL
    """
)


def head(seen: Seen) -> Part:
    workshop, here = seen.workshop, seen.step
    talks = here is not None and here.phase in (Phase.VOICE, Phase.CHAIN)
    context = {
        "label": seen.label,
        "turn": turn(here, seen.my_place) if talks else "",
        "ends": int(workshop.timer_ends_at.timestamp() * 1000) if workshop.timer_ends_at else "",
        "left": workshop.timer_left if workshop.timer_left is not None and not workshop.timer_ends_at else "",
        "workshop": workshop,
    }
    return Part("p-head", "workshops/phone/head.html", context, "ph-head")


def lobby(seen: Seen) -> Part:
    people = people_by_area(seen.workshop)
    here = [(area, people[area.pk]) for area in seen.areas if people.get(area.pk)]
    context = {"area": seen.area, "here": here, "people": sum(people.values()), "workshop": seen.workshop}
    return Part("p-lobby", "workshops/phone/lobby.html", context, "hero")


def ready(seen: Seen) -> Part:
    step = seen.workshop.step
    ((people, ready),) = READY(workshop=seen.workshop.pk, area=seen.area.pk, step=step)
    context = {
        "area": seen.area,
        "people": people,
        "ready": ready,
        "is_ready": seen.mine.is_ready,
        "step": step,
        "action": seen.act("ready"),
    }
    essence = (seen.area.name, people, ready, seen.mine.is_ready, step)
    return Part("p-ready", "workshops/phone/ready.html", context, "ph-ready", essence=essence)


@dataclass(frozen=True)
class Bar:
    """One column of the distribution."""

    value: int
    n: int
    height: int

    @property
    def left(self) -> int:
        return 30 * self.value

    @property
    def top(self) -> int:
        return 112 - self.height

    @property
    def label(self) -> int:
        return self.top - 4


def bars(counts: Counts) -> list[Bar]:
    return [Bar(value, n, round(92 * n / counts.most) if counts.most else 0) for value, n in enumerate(counts.each)]


def _mean(counts: Counts, organization: Organization) -> str:
    from_hand = counts.mean
    return "" if from_hand is None else wording.number(Decimal(f"{from_hand:.1f}"), organization)


def _counts(seen: Seen, which: str) -> Counts | None:
    counts = seen.workshop.mirror.get(which)
    step = Phase.MIRROR if which == FIRST else Phase.CLOSE
    return Counts(counts) if counts and step.value in seen.workshop.revealed else None


def mirror(seen: Seen) -> list[Part]:
    which = taking.which_mirror(seen.step) or FIRST
    context: dict[str, Any] = {
        "which": which,
        "organization": seen.organization,
        "action": seen.act("score"),
        "scores": list(SCORES),
        "answered": seen.mine.answered,
    }
    here = seen.step
    if here is not None and here.key in seen.workshop.revealed:
        charts = []
        for one, name in ((FIRST, _("At the beginning")), (SECOND, _("Now"))):
            counts = _counts(seen, one)
            if counts and counts.people and (one == which or which == SECOND):
                charts.append(
                    {
                        "name": name,
                        "bars": bars(counts),
                        "people": counts.people,
                        "mean": _mean(counts, seen.organization),
                    }
                )
        context["charts"] = charts
        return [Part("p-mirror", "workshops/phone/mirror_shown.html", context, "card")]
    return [Part("p-mirror", "workshops/phone/mirror.html", context, "hero")]


def problem(seen: Seen) -> list[Part]:
    workshop = seen.workshop
    proposals, _given = proposals_of(workshop)
    counted = workshop.step in workshop.revealed
    if not counted:
        # Where dots are hidden, their order would tell them.
        proposals.sort(key=lambda one: (one.proposal.at, one.proposal.pk))
    parts: list[Part] = []
    if workshop.problem and counted:
        parts.append(Part("p-chosen", "workshops/phone/chosen.html", {"problem": workshop.problem}, "hero"))
    else:
        parts.append(
            Part(
                "p-propose",
                "workshops/phone/propose.html",
                {"action": seen.act("propose"), "most": taking.MOST_PROPOSAL, "problem": workshop.problem},
                "hero",
            )
        )
    parts.append(
        Part(
            "p-dots",
            "workshops/phone/dots_head.html",
            {"counted": counted, "dots": DOTS, "on_one": DOTS_ON_ONE, "n": len(proposals), "left": "\0left\0"},
            "bare",
            is_personal=True,
        )
    )
    for one in proposals:
        context = {
            "one": one,
            "counted": counted,
            "most": max((other.dots for other in proposals), default=0),
            "is_chosen": workshop.problem_id is not None and one.proposal.problem_id == workshop.problem_id,
            "action": seen.act("dots"),
            "withdraw": seen.act("withdraw-proposal"),
            "dots": f"\0dots:{one.proposal.ref}:{one.proposal.pk}\0",
            "own": "" if one.also else f"\0own:{one.proposal.ref}:{one.proposal.seat_id}\0",
        }
        parts.append(
            Part(
                f"prop-{one.proposal.ref}",
                "workshops/phone/proposal.html",
                context,
                "card",
                is_personal=not counted,
                essence=(
                    one.proposal.ref,
                    one.proposal.text,
                    one.proposal.seat_id,
                    tuple(other.text for other in one.also),
                    *((one.dots, context["most"]) if counted else ()),
                    context["is_chosen"],
                ),
            )
        )
    return parts

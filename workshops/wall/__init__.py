"""What the wall of the room shows: sentences made of the room as it stands, for people in the last row.

Nothing here knows who looks. What is too long for a wall is cut here where it is a name, and put on pages by the screen
where it is a list; so three hundred people or eight areas with long names change nothing but the number of pages.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workshops.models import ConsoleAct, Workshop
from workshops.phases import Phase
from workshops.room import Room, read_room
from workshops.wall.ending import agreements, close, closed, paused
from workshops.wall.nouns import Stop, Wall
from workshops.wall.opening import lobby, mirror, problem
from workshops.wall.rounds import answers, asking

LOBBY, PAUSED, CLOSED = "lobby", "paused", "closed"


def see(workshop: Workshop, now: datetime) -> Wall:
    """The wall as it is to be drawn, in the active language."""
    kind = kind_of(workshop)
    room = read_room(workshop, now, with_contracts=kind == CLOSED)
    statement = room.problem.statement if room.problem and is_chosen(workshop) else ""
    here = room.here()
    wall = Wall(
        room=room,
        kind=kind,
        statement=statement,
        stops=stops_of(room),
        here=here.label if here and not workshop.closed_at else "",
        timer_ends_at=workshop.timer_ends_at,
        timer_left=None if workshop.timer_ends_at else workshop.timer_left,
        people=ngettext("%(n)s person", "%(n)s people", room.people) % {"n": room.people},
        areas=ngettext("%(n)s area", "%(n)s areas", len(room.peopled)) % {"n": len(room.peopled)},
        may_join=workshop.is_open(now) and not workshop.is_locked,
    )
    if workshop.is_locked:
        wall.why_not_join = _("The room is locked: nobody new comes in.")
    elif not workshop.is_open(now) and kind not in (PAUSED, CLOSED):
        wall.why_not_join = _("The code has run out. The facilitator gets a new one with one click.")
    FILL[kind](wall)
    return wall


def kind_of(workshop: Workshop) -> str:
    """Which of the pictures the wall shows."""
    if workshop.closed_at:
        return CLOSED
    if workshop.paused_at:
        return PAUSED
    return workshop.at.phase.value if workshop.at else LOBBY


def is_chosen(workshop: Workshop) -> bool:
    """The problem is that of this workshop. One that the company had in focus before is not, until the room has passed
    the step in which it is chosen.
    """
    if Phase.PROBLEM.value not in workshop.plan or workshop.closed_at:
        return True
    here = workshop.at
    plan = workshop.plan
    if here and here.phase.value in plan and plan.index(here.phase.value) > plan.index(Phase.PROBLEM.value):
        return True
    return ConsoleAct.objects.filter(workshop=workshop, verb="choose", undone_at__isnull=True).exists()


def stops_of(room: Room) -> list[Stop]:
    """The step line with one stop for all rounds of the chain: eight fit on the wall, whatever the chain."""
    stops: list[Stop] = []
    rounds = [one for one in room.line if one.step.phase == Phase.CHAIN]
    for one in room.line:
        if one.step.phase != Phase.CHAIN:
            stops.append(Stop(one.label, "done" if room.workshop.closed_at else one.state))
        elif one is rounds[0]:
            current = next((each for each in rounds if each.state == "here"), None)
            is_here = current is not None and not room.workshop.closed_at
            state = "here" if is_here else "done" if all(each.state != "ahead" for each in rounds) else "ahead"
            stops.append(Stop(current.label if current and is_here else str(Phase.CHAIN.label), state))
    return stops


FILL = {
    LOBBY: lobby,
    PAUSED: paused,
    CLOSED: closed,
    Phase.MIRROR.value: mirror,
    Phase.PROBLEM.value: problem,
    Phase.VOICE.value: asking,
    Phase.CHAIN.value: asking,
    Phase.ANSWERS.value: answers,
    Phase.AGREEMENTS.value: agreements,
    Phase.CLOSE.value: close,
}

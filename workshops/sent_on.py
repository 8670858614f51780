"""What was sent on to another area while the room is at a step, and what that changes in the turns.

Whoever sends a need on may link two areas that were not linked; then rounds are others in the middle of the exercise,
and the facilitator has to be able to say so. Read from what was done in the room; over with the step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from areas.chain import distances
from areas.models import Area, JournalEntry
from requests.states import Verb
from workshops.models import Deed
from workshops.phases import Phase, Step, places
from workshops.room import AskNow, Room, label_of

TOLD_IN = (Phase.VOICE, Phase.CHAIN, Phase.ANSWERS)


@dataclass(frozen=True)
class SentOn:
    """One request that went on. `then`: what follows from it; `say`: aloud, in the language of the workshop."""

    ref: str
    what: str
    then: list[str] = field(default_factory=list)
    say: str = ""


def sent_on(room: Room) -> list[SentOn]:
    """Of the step where the room is, the latest first. No query where nothing was ever sent on, else two."""
    here = room.step
    onward = [one for one in room.asks if one.ask.redirected_from_id]
    if here is None or here.phase not in TOLD_IN or not onward or room.workshop.closed_at:
        return []
    declined = dict(
        Deed.objects.filter(workshop=room.workshop, verb=Verb.DECLINE.value, step=here.key)
        .filter(ask__in=[one.ask.redirected_from_id for one in onward])
        .values_list("ask", "at")
    )
    now_sent = [one for one in onward if one.ask.redirected_from_id in declined]
    opened = _opened_by(now_sent)
    before = _places_before(room, {one.ask.link_id for one in now_sent if one.ask.pk in opened})
    now_sent.sort(key=lambda one: (one.ask.created_at, one.ask.pk), reverse=True)
    told, moved = [], _moved(room, before)
    for one in now_sent:
        then = [_link_said(one)] if one.ask.pk in opened else []
        told.append(SentOn(one.ask.ref, _what(one, room), [*then, _turn_said(one, room, moved)], _aloud(one, room)))
    if told:
        others = [each for pk, each in moved.items() if pk not in {one.ask.performer_id for one in now_sent}]
        told[0].then.extend(_moved_said(each, room) for each in others)
    return told


def _opened_by(asks: list[AskNow]) -> set[int]:
    """Those whose link was opened by sending them on: both were written in one deed, at one moment."""
    if not asks:
        return set()
    entries = JournalEntry.objects.filter(event="link.opened", link__in=[one.ask.link_id for one in asks])
    moments = set(entries.values_list("link", "at"))
    return {one.ask.pk for one in asks if (one.ask.link_id, one.ask.created_at) in moments}


def _places_before(room: Room, opened: set[int]) -> dict[int, int]:
    links = [(one.link.customer_id, one.link.supplier_id) for one in room.links if one.link.pk not in opened]
    return places(distances(room.client.pk, links), [one.area.pk for one in room.areas])


def _moved(room: Room, before: dict[int, int]) -> dict[int, Area]:
    """The areas that have another place than they had without the links that were opened."""
    return {one.area.pk: one.area for one in room.areas if before.get(one.area.pk) != one.place}


def _round_of(area: Area, room: Room) -> str:
    """The round of an area as the line of steps calls it."""
    now = room.area(area.pk)
    place = now.place if now else 0
    chain = [stop.step.round for stop in room.line if stop.step.phase == Phase.CHAIN]
    return label_of(Step(Phase.CHAIN, place) if place > 1 else Step(Phase.VOICE), chain)


def _what(one: AskNow, room: Room) -> str:
    first = next((each.ask for each in room.asks if each.ask.pk == one.ask.redirected_from_id), None)
    names = {"other": one.ask.performer.name, "request": str(one.ask)}
    if first is None:
        return _("“%(request)s” was sent on to %(other)s.") % names
    return _("%(area)s sent “%(request)s” on to %(other)s.") % {**names, "area": first.performer.name}


def _link_said(one: AskNow) -> str:
    names = {"supplier": one.ask.link.supplier.name, "customer": one.ask.link.customer.name}
    return _("That linked two areas: %(supplier)s serves %(customer)s now.") % names


def _turn_said(one: AskNow, room: Room, moved: dict[int, Area]) -> str:
    area = one.ask.performer
    now = room.area(area.pk)
    names = {"area": area.name, "round": _round_of(area, room)}
    if not one.is_open:
        return _("%(area)s has answered it.") % names
    is_moved = area.pk in moved
    match now.turn if now else "after":
        case "now":
            if is_moved and room.step and room.step.phase != Phase.ANSWERS:
                return _("%(area)s belongs to this round now: ask for its answer.") % names
            return _("%(area)s can answer at once: ask for its answer.") % names
        case "before":
            if is_moved:
                return _("%(area)s is in “%(round)s” now and answers then.") % names
            return _("%(area)s answers when its turn comes, in “%(round)s”.") % names
        case _:
            if is_moved:
                return _("%(area)s belongs to “%(round)s” now, which is over: it can answer at once.") % names
            return _("Its turn is over, but %(area)s can answer at once.") % names


def _moved_said(area: Area, room: Room) -> str:
    return _("%(area)s moved, too: it is in “%(round)s” now.") % {"area": area.name, "round": _round_of(area, room)}


def _aloud(one: AskNow, room: Room) -> str:
    if not one.is_open:
        return ""
    with translation.override(room.workshop.language):
        return _("“%(other)s, something that %(asker)s needs has been sent on to you. Look at your phone, please.”") % {
            "other": one.ask.performer.name,
            "asker": one.ask.asker.name,
        }

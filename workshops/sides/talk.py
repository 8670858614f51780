"""Voice, chain and answers: asking, answering, settling what is open."""

from __future__ import annotations

from django.utils.translation import gettext as _

from areas.models import Link
from requests.states import Direction
from workshops import taking
from workshops.phases import Phase, turn, writes
from workshops.room import AskNow, unmet_of
from workshops.sides.cards import MOST_SETTLED, MOST_WAITING, Card, card_parts, cards_of, lists, write_part, writing
from workshops.sides.seen import Part, Seen, leading


def talk(seen: Seen) -> list[Part]:
    here = seen.step
    asks = seen.stands.asks
    cards = cards_of(seen, asks)
    mine = turn(here, seen.my_place)
    may_write = writes(here, seen.my_place)
    waiting = [card for card in cards if card.waits_for_us]
    lanes = taking.lanes_of(seen.area, seen.links)
    if here is not None and here.phase == Phase.VOICE:
        lanes = [(link, direction) for link, direction in lanes if direction == Direction.NEED]
    parts = [_talk_lead(seen, mine, waiting, bool(lanes))]
    parts += card_parts(seen, waiting, MOST_WAITING, "p-more-waiting")
    if may_write:
        order = _ordered(seen, lanes, asks)
        if order:
            parts.append(
                Part(
                    "p-write",
                    "workshops/phone/write_head.html",
                    {"then": bool([card for card in waiting if card.may_answer]), "after": mine == "after"},
                    "bare",
                )
            )
        for n, (link, direction) in enumerate(order):
            is_first = n == 0 and mine == "now" and not any(card.may_answer for card in waiting)
            one = writing(seen, link, direction, asks=asks, is_first=is_first)
            parts.append(write_part(seen, one))
    parts += lists(seen, [card for card in cards if not card.waits_for_us])
    return parts


def _ordered(seen: Seen, lanes: list[tuple[Link, str]], asks: list[AskNow]) -> list[tuple[Link, str]]:
    """Of whom nothing was asked yet comes first; suppliers before customers."""
    asked = {(one.ask.link_id, one.ask.direction) for one in asks if one.ask.asker_id == seen.area.pk}
    return sorted(lanes, key=lambda lane: ((lane[0].pk, lane[1]) in asked, lane[1] != Direction.NEED, lane[0].pk))


def _talk_lead(seen: Seen, mine: str, waiting: list[Card], has_lanes: bool) -> Part:
    workshop = seen.workshop
    problem = (
        _("The client asks for «%(problem)s».") % {"problem": workshop.problem.statement} if workshop.problem else ""
    )
    if mine == "before":
        here = seen.step
        away = seen.my_place - (here.round if here and here.phase == Phase.CHAIN else 1)
        small = _("Your round is the next one.") if away == 1 else _("Your round comes in %(n)s steps.") % {"n": away}
        reached = (
            _("What reaches you stands here already.") if waiting else _("What others ask of you will appear here.")
        )
        return leading(seen, _("Listen: other areas have the word."), reason=problem, small=f"{small} {reached}")
    if mine == "after":
        return leading(
            seen,
            _("Your round is over; you may still answer and ask."),
            reason=problem,
            small=_("Counter-offers of your suppliers appear here."),
        )
    if seen.my_place == 1 and seen.step and seen.step.phase == Phase.VOICE:
        if not has_lanes:
            return leading(seen, _("No area supplies yours, so you ask nobody in this round."), reason=problem)
        return leading(seen, _("Your turn: speak for the client."), reason=problem)
    askers = list(dict.fromkeys(card.other.name for card in waiting if not card.is_ours))
    if askers:
        therefore = _("Therefore %(areas)s asked you:") % {"areas": listed(askers)}
        return leading(seen, _("Your turn: answer what reached you."), reason=f"{problem} {therefore}".strip())
    if not has_lanes:
        return leading(seen, _("You answered everything, and no other area supplies yours. Thank you."), reason=problem)
    return leading(seen, _("Your turn: ask for what you need to keep your word to the client."), reason=problem)


def listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def settling(seen: Seen) -> list[Part]:
    asks = seen.stands.asks
    cards = cards_of(seen, asks)
    waiting = [card for card in cards if card.waits_for_us]
    others = [card for card in cards if card.one.is_open and not card.waits_for_us]
    unmet = unmet_of(asks)
    open_elsewhere = sum(one.is_open for one in asks) - len(waiting) - len(others)
    if waiting:
        lead = leading(
            seen,
            _("This still waits for your answer."),
            reason=_("A yes, another offer or a reasoned no: silence helps nobody."),
        )
    elif others:
        lead = leading(seen, _("Others still owe you an answer."), reason=_("Walk over to them, if you like."))
    else:
        lead = leading(
            seen,
            _("Nothing is open between you and the others."),
            reason=_("The other areas finish; the contracts come next.")
            if open_elsewhere
            else _("The contracts come next."),
        )
    parts = [lead, *card_parts(seen, waiting, MOST_WAITING, "p-more-waiting")]
    if others:
        parts.append(
            Part(
                "p-others",
                "workshops/phone/list_head.html",
                {"title": _("They still answer"), "n": len(others)},
                "bare",
            )
        )
        parts += card_parts(seen, others, MOST_SETTLED, "p-more-others")
    if unmet:
        parts.append(Part("p-unmet", "workshops/phone/unmet.html", {"unmet": unmet}, "card"))
    done = [card for card in cards if not card.one.is_open]
    return [*parts, *lists(seen, done)]

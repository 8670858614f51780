"""Asks as cards, and the forms in which an area asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from areas.models import Area, Link
from requests import examples, wording
from requests.models import Ask
from requests.states import OPEN, Direction
from workshops import taking
from workshops.phases import answers
from workshops.room import AskNow
from workshops.saying import OFTEN, often_word
from workshops.sides.seen import Part, Seen

# So many cards stand whole on a phone, and so many more in a line each.
MOST_WAITING, MOST_SETTLED, MOST_LINES = 12, 6, 40
ANSWERS = ("agree", "counter", "decline", "withdraw", "say")


@dataclass(frozen=True)
class Card:
    """An ask as one of the two areas sees it."""

    one: AskNow
    # The other area of the two.
    other: Area
    is_ours: bool
    waits_for_us: bool
    may_answer: bool
    sentence: str
    why: list[str]
    onward: str = ""

    @property
    def ask(self) -> Ask:
        return self.one.ask

    @property
    def needs_owner(self) -> bool:
        """We would only say yes to what the other side proposes, and nobody there was named."""
        return self.is_ours and not self.ask.owner_name


def cards_of(seen: Seen, asks: Iterable[AskNow]) -> list[Card]:
    every = list(asks)
    by_pk = {one.ask.pk: one.ask for one in every}
    onward = {one.ask.redirected_from_id: one.ask.performer.name for one in every if one.ask.redirected_from_id}
    problem = seen.workshop.problem
    found: list[Card] = []
    for one in every:
        ask = one.ask
        if seen.area.pk not in (ask.asker_id, ask.performer_id):
            continue
        is_ours = ask.asker_id == seen.area.pk
        waits = ask.state in OPEN and ask.area_of(ask.turn).pk == seen.area.pk
        found.append(
            Card(
                one,
                ask.performer if is_ours else ask.asker,
                is_ours,
                waits,
                waits and answers(seen.step, seen.my_place),
                wording.sentence(ask.terms, seen.organization) if ask.terms else "",
                _why(ask, by_pk, problem.statement if problem else ""),
                onward.get(ask.pk, ""),
            )
        )
    return found


def _why(ask: Ask, by_pk: dict[int, Ask], problem: str) -> list[str]:
    """From the client's problem down to what made them ask this, each in a few words."""
    way: list[str] = []
    cause = by_pk.get(ask.cause_id or 0)
    while cause is not None and len(way) < 12:
        way.append(f"{cause.asker.name}: «{cause}»")
        cause = by_pk.get(cause.cause_id or 0)
    return [*([f"«{problem}»"] if problem else []), *reversed(way)]


def _card_part(seen: Seen, card: Card) -> Part:
    one, ask = card.one, card.ask
    can_say = one.is_open and answers(seen.step, seen.my_place)
    can_withdraw = card.is_ours and can_say

    def context() -> dict[str, Any]:
        return {
            "card": card,
            "ask": ask,
            "organization": seen.organization,
            "can_withdraw": can_withdraw,
            "can_say": can_say,
            "area": seen.area,
            **{verb: seen.url("phone_answer", ask=ask.ref, verb=verb) for verb in ANSWERS},
        }

    essence = (
        (ask.ref, ask.version, ask.state, ask.owner_name, one.words, one.alternative, one.by_name, one.said)
        + (card.sentence, card.other.name, seen.area.name, card.is_ours, card.waits_for_us, card.may_answer, can_say)
        + (card.onward, *card.why)
    )
    look = "card waits" if card.may_answer else "card"
    return Part(f"ask-{ask.ref}", "workshops/phone/card.html", context, look, essence=essence)


def card_parts(seen: Seen, cards: list[Card], most: int, id_of_rest: str) -> list[Part]:
    """Cards one under another; of very many only the first, and the rest in a line each."""
    parts = [_card_part(seen, card) for card in cards[:most]]
    rest = cards[most:]
    if rest:
        context = {"cards": rest[:MOST_LINES], "n": len(rest)}
        parts.append(Part(id_of_rest, "workshops/phone/more.html", context, "card"))
    return parts


def lists(seen: Seen, cards: list[Card]) -> list[Part]:
    """What we asked, and what we answered."""
    parts: list[Part] = []
    ours = [card for card in cards if card.is_ours]
    theirs = [card for card in cards if not card.is_ours]
    for name, title, some in (("p-ours", _("What you asked"), ours), ("p-theirs", _("What you answered"), theirs)):
        if some:
            parts.append(Part(name, "workshops/phone/list_head.html", {"title": title, "n": len(some)}, "bare"))
            # What was settled last stays in sight.
            some.sort(key=lambda card: card.ask.settled_at or card.ask.asked_at or seen.now, reverse=True)
            parts += card_parts(seen, some, MOST_SETTLED, f"{name}-more")
    return parts


@dataclass(frozen=True)
class Writing:
    """A form in which an area asks another; `said` is what was typed, `wrong` what is wrong with it."""

    link: Link
    direction: str
    other: Area
    action: str
    reasons: list[taking.Reason]
    step: str
    day: date
    first: date
    examples: tuple[examples.Example, ...]
    questions: list[str]
    asked: int = 0
    is_first: bool = False
    said: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    refused: str = ""

    @property
    def id(self) -> str:
        return f"w-{self.link.ref}-{self.direction}"

    @property
    def is_need(self) -> bool:
        return self.direction == Direction.NEED

    @property
    def often(self) -> list[tuple[str, str]]:
        return [(one, often_word(one)) for one in OFTEN]

    @property
    def chosen_often(self) -> str:
        return self.said.get("often") or OFTEN[0]

    @property
    def chosen_day(self) -> str:
        return self.said.get("day") or self.day.isoformat()

    @property
    def chosen_why(self) -> str:
        return self.said.get("why") or (self.reasons[0].value if self.reasons else "")

    @property
    def has_number(self) -> bool:
        return bool(self.said.get("target") or self.said.get("indicator") or self.wrong.get("target"))


def writing(
    seen: Seen, link: Link, direction: str, *, asks: Iterable[AskNow] = (), is_first: bool = False, **more: Any
) -> Writing:
    """The form for one lane of a link."""
    other = link.supplier if direction == Direction.NEED else link.customer
    today = seen.now.astimezone(seen.organization.tz).date()
    return Writing(
        link,
        direction,
        other,
        seen.url("phone_ask", link=link.ref, direction=direction),
        taking.reasons(seen.workshop, seen.area, seen.my_place, other, seen.needs),
        taking.sign_step(seen.workshop.step),
        seen.organization.calendar.working_day(today, 5),
        today,
        examples.suggest(direction, other.kind),
        seen.questions,
        asked=sum(
            one.ask.link_id == link.pk and one.ask.direction == direction and one.ask.asker_id == seen.area.pk
            for one in asks
        ),
        is_first=is_first,
        **more,
    )


def write_part(seen: Seen, one: Writing) -> Part:
    essence = (
        (one.link.ref, one.direction, one.other.name, one.other.kind, seen.area.name, one.step, one.asked, one.is_first)
        + (one.day, one.first, tuple((reason.value, reason.words, reason.by) for reason in one.reasons))
        + tuple(one.questions)
    )
    return Part(one.id, "workshops/phone/write.html", {"one": one, "area": seen.area}, "ph-write", essence=essence)

"""What a phone shows: always one thing to do, with its reason.

What of it is the same for all phones of an area is drawn once for each pulse of the room and kept in the process; what
is a person's own (the token of the forms, the keys, the dots) is put in for each. Everything that a screen can show
raises the pulse, so nothing has to be thrown away.

A page is made of parts, each with a fingerprint: the phone changes only those that are new, and none in which somebody
writes.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from threading import Lock, RLock
from typing import Any, NamedTuple, TypeVar

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from areas.guiding import questions_for
from areas.models import Area, Link, Organization
from areas.rows import Prepared
from contracts.words import Side as ContractSide
from requests import examples, wording
from requests.models import Ask, ClientProblem
from requests.states import OPEN, Direction, State
from workshops import taking
from workshops.models import Seat, Takeaway, Workshop
from workshops.phases import DOTS, DOTS_ON_ONE, SCORES, Phase, Step, Takes, answers, turn, writes
from workshops.room import (
    FIRST,
    SECOND,
    AskNow,
    ContractNow,
    Counts,
    Shape,
    contracts_of,
    label_of,
    people_by_area,
    proposals_of,
    read_talk,
    unmet_of,
)
from workshops.saying import OFTEN, often_word

Known = TypeVar("Known")

# What is put in for each person; no text that somebody wrote can hold a NUL.
TOKEN, KEY, NOW = "\0token\0", "\0key\0", "\0now\0"
# So many cards stand whole on a phone, and so many more in a line each.
MOST_WAITING, MOST_SETTLED, MOST_LINES = 12, 6, 40
ANSWERS = ("agree", "counter", "decline", "withdraw", "say")
PERSONAL = re.compile("\0([a-z]+)(?::([^\0]*))?\0")


READY = Prepared(
    """
    SELECT count(*), count(*) FILTER (WHERE ready_for = %(step)s::text)
    FROM workshops_seat
    WHERE workshop_id = %(workshop)s AND area_id = %(area)s AND left_at IS NULL AND removed_at IS NULL
    """
)


def _edition() -> str:
    """A fingerprint of what draws a phone: after an upgrade nobody is told that nothing changed."""
    root = Path(__file__).resolve().parents[1]
    drawn_by = [Path(__file__), *sorted(root.glob("templates/workshops/phone/*.html"))]
    drawn_by += sorted(root.glob("locale/*/LC_MESSAGES/*.mo"))
    told = sha256()
    for path in drawn_by:
        told.update(path.read_bytes())
    return told.hexdigest()[:8]


EDITION = _edition()


class Mine(NamedTuple):
    """What of a person changes what is drawn, beside the area: few kinds, so that few drawings are enough."""

    answered: bool = False
    is_ready: bool = False
    leads: bool = False


class Piece(NamedTuple):
    """A drawn part. `print`: its fingerprint; `is_personal`: a person's own things are part of that."""

    id: str
    look: str
    print: str
    html: str
    is_personal: bool


class Shown(NamedTuple):
    """A drawn phone and how it is known: the browser that has it already need not be sent it again."""

    tag: str
    opening: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    id: str
    template: str
    # With an essence it may be a function: what is drawn already needs none.
    context: dict[str, Any] | Callable[[], dict[str, Any]] = field(default_factory=dict)
    # How it stands on the page: a class of phone.css.
    look: str = "card"
    # A person's own thing stands in it, beyond tokens and keys.
    is_personal: bool = False
    # All that it is drawn from, where that is little to say: what did not change is not drawn again.
    essence: tuple[Hashable, ...] | None = None


# The cache of this process --------------------------------------------------------------------------------------------

MOST_KEPT = 256
_kept: OrderedDict[tuple[Any, ...], Shown] = OrderedDict()
_kept_lock = Lock()
_drawing = [Lock() for _n in range(16)]
MOST_PIECES = 4096
_pieces: OrderedDict[tuple[Hashable, ...], Piece] = OrderedDict()


def mine_of(seat: Seat, leads: bool = False) -> Mine:
    """`leads`: whether the person's account leads the area, where the step asks for it."""
    which = taking.which_mirror(seat.workshop.at)
    step = seat.workshop.step
    return Mine(which in seat.answered, bool(step) and seat.ready_for == step, leads)


def tag_of(workshop: Workshop, area: Area, mine: Mine, revision: int, language: str) -> str:
    flags = "".join("1" if flag else "0" for flag in mine)
    return f"{EDITION}-{workshop.pk}-{workshop.pulse}-{revision}-{area.pk}-{flags}-{language}"


def drawn(workshop: Workshop, area: Area, mine: Mine, language: str, now: datetime, *, revision: int) -> Shown:
    """The room as phones of the area show it; personal things are still missing. `revision`: the scene's, which answers
    given at a desk outside the room raise.
    """
    tag = tag_of(workshop, area, mine, revision, language)
    key = (tag, workshop.version)
    found = _at_hand(key)
    if found:
        return found
    # One draws it, the others of the area wait for it.
    with _drawing[hash(key) % len(_drawing)]:
        found = _at_hand(key)
        if found:
            return found
        shown = Shown(tag, *_draw(workshop, area, mine, language, now))
        with _kept_lock:
            _kept[key] = shown
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return shown


def _at_hand(key: tuple[Any, ...]) -> Shown | None:
    with _kept_lock:
        found = _kept.get(key)
        if found:
            _kept.move_to_end(key)
        return found


def _draw(workshop: Workshop, area: Area, mine: Mine, language: str, now: datetime) -> tuple[str, tuple[Piece, ...]]:
    seen = Seen(workshop, area, mine, language, now, standing(workshop))
    opening = format_html(
        '<div id="room" class="ph-room" data-pulse="{}" data-revision="{}" data-step="{}" data-step-name="{}" '
        'data-now="{}" data-code="{}">',
        workshop.pulse,
        workshop.scene.revision,
        workshop.step,
        seen.label,
        NOW,
        workshop.code,
    )
    return opening, tuple(_piece(seen, part) for part in parts_of(seen))


def _piece(seen: Seen, part: Part) -> Piece:
    if part.essence is None:
        return _drawn_piece(part)
    key = (part.template, part.look, seen.language, seen.workshop.code, *part.essence)
    with _kept_lock:
        found = _pieces.get(key)
        if found:
            _pieces.move_to_end(key)
            return found
    piece = _drawn_piece(part)
    with _kept_lock:
        _pieces[key] = piece
        while len(_pieces) > MOST_PIECES:
            _pieces.popitem(last=False)
    return piece


def _drawn_piece(part: Part) -> Piece:
    context = part.context() if callable(part.context) else part.context
    html = render_to_string(part.template, {**context, "part": part, "token": TOKEN, "key": KEY})
    return Piece(part.id, part.look, sha256(html.encode()).hexdigest()[:12], html, part.is_personal)


def joined(shown: Shown, has: frozenset[str], mine: str) -> str:
    """The page of a phone. `has`: fingerprints of what it shows already, which need not travel again; `mine`: what is
    added to the fingerprints of personal parts.
    """
    said = [shown.opening]
    for piece in shown.pieces:
        known = f"{piece.print}{mine}" if piece.is_personal else piece.print
        same, inside = (" data-same", "") if known in has else ("", piece.html)
        said.append(
            f'<section id="{piece.id}" class="ph-part {piece.look}" data-part="{known}"{same}>{inside}</section>'
        )
    said.append("</div>")
    return "".join(said)


# What all areas have in common ----------------------------------------------------------------------------------------


class Standing:
    """Chain, asks and contracts of a room at one revision of its scene: read once in this process, by the first screen
    that needs them, for the phones of all areas. Nobody changes what comes from here.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._read: dict[Hashable, Any] = {}
        self._lock = RLock()

    def _once(self, name: Hashable, read: Callable[[], Known]) -> Known:
        with self._lock:
            if name not in self._read:
                self._read[name] = read()
            found: Known = self._read[name]
            return found

    @property
    def _talk(self) -> tuple[Shape, list[AskNow]]:
        return self._once("talk", lambda: read_talk(self._workshop))

    @property
    def shape(self) -> Shape:
        return self._talk[0]

    @property
    def asks(self) -> list[AskNow]:
        return self._talk[1]

    @property
    def problem(self) -> ClientProblem | None:
        return self._once("problem", lambda: self._workshop.problem)

    @property
    def contracts(self) -> list[ContractNow]:
        return self._once("contracts", lambda: contracts_of(self._workshop, self.shape.links, self.asks))

    def needs(self, area: Area) -> list[tuple[Ask, bool]]:
        """What reached an area, as `taking.reached` tells it."""
        return self._once(("needs", area.pk), lambda: taking.reached(self._workshop, area))

    def questions(self, area: Area, language: str) -> list[str]:
        return self._once(("questions", area.pk, language), lambda: questions_for(area, language))


MOST_STANDING = 8
_standing: OrderedDict[tuple[Any, ...], Standing] = OrderedDict()


def standing(workshop: Workshop) -> Standing:
    """Whatever changes there raises the revision of the scene, in its own transaction (areas.journal)."""
    key = (workshop.pk, workshop.scene_id, workshop.scene.revision, workshop.problem_id)
    with _kept_lock:
        found = _standing.setdefault(key, Standing(workshop))
        _standing.move_to_end(key)
        while len(_standing) > MOST_STANDING:
            _standing.popitem(last=False)
    # One row less to read for who draws.
    workshop.problem = found.problem
    return found


# What is a person's own -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """What is put into a drawing for one phone."""

    seat: Seat
    token: str
    now: datetime


def new_key() -> str:
    return secrets.token_urlsafe(18)


def whole(shown: Shown, person: Person, has: frozenset[str] = frozenset()) -> str:
    """The room for one phone. `has`: fingerprints of the parts that it shows already."""
    dots: dict[int, int] = {}
    if any(piece.is_personal for piece in shown.pieces):
        dots = taking.dots_of(person.seat)
    mine = "~" + "-".join(f"{pk}.{n}" for pk, n in sorted(dots.items()))
    return personal(joined(shown, has, mine), person, dots)


def personal(html: str, person: Person, dots: dict[int, int] | None = None) -> str:
    """What was drawn, with what is this person's own."""
    given = dots or {}
    left = DOTS - sum(given.values())

    def put(found: re.Match[str]) -> str:
        match found[1], found[2]:
            case "token", _:
                return person.token
            case "key", _:
                return new_key()
            case "now", _:
                return str(int(person.now.timestamp() * 1000))
            case "dots", where:
                ref, _colon, pk = where.partition(":")
                return _dots(ref, given.get(int(pk), 0), left)
            case "left", _:
                return str(left)
            case "own", where:
                ref, _colon, pk = where.partition(":")
                return _own(ref) if pk == str(person.seat.pk) else ""
        return ""

    return PERSONAL.sub(put, html)


def _dots(ref: str, n: int, left: int) -> SafeString:
    """− ●●○ + : each button says how many there will be."""
    return mark_safe(
        render_to_string(
            "workshops/phone/dots.html",
            {
                "ref": ref,
                "n": n,
                "less": n - 1,
                "more": n + 1,
                "can_more": n < DOTS_ON_ONE and left > 0,
                "dots": [at < n for at in range(DOTS_ON_ONE)],
            },
        )
    )


def _own(ref: str) -> str:
    return render_to_string("workshops/phone/own.html", {"ref": ref})


# Where we are ---------------------------------------------------------------------------------------------------------


def where_we_are(workshop: Workshop) -> str:
    """One sentence for who has just come in."""
    here = workshop.at
    if here is None:
        return _("We have not begun yet.")
    return {
        Phase.MIRROR: _("Everybody answers alone how customer-focused we are."),
        Phase.PROBLEM: _("Together we choose the most important problem of the client."),
        Phase.VOICE: _("The areas next to the client speak for the client, and ask their suppliers."),
        Phase.CHAIN: _("Each area answers what reached it, and asks on along the chain."),
        Phase.ANSWERS: _("We settle what is still open."),
        Phase.AGREEMENTS: _("The contracts are read out and signed."),
        Phase.CLOSE: _("We look into the mirror again, and each area leaves three things."),
    }[here.phase]


# The parts of each step -----------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What the area has before its eyes, read once for a drawing."""

    workshop: Workshop
    area: Area
    mine: Mine
    language: str
    now: datetime
    stands: Standing

    @property
    def step(self) -> Step | None:
        return self.workshop.at

    @property
    def label(self) -> str:
        """The step in a word or two."""
        here = self.step
        return label_of(here, self.stands.shape.rounds) if here else _("Coming in")

    @property
    def areas(self) -> list[Area]:
        return self.stands.shape.areas

    @property
    def links(self) -> list[Link]:
        return self.stands.shape.links

    @property
    def needs(self) -> list[tuple[Ask, bool]]:
        return self.stands.needs(self.area) if self.my_place != 1 else []

    @property
    def questions(self) -> list[str]:
        return self.stands.questions(self.area, self.language)

    @property
    def organization(self) -> Organization:
        return self.workshop.scene

    @property
    def my_place(self) -> int:
        return self.stands.shape.place.get(self.area.pk, 0)

    def url(self, name: str, **more: str) -> str:
        return reverse(f"workshops:{name}", kwargs={"code": self.workshop.code, **more})

    def act(self, verb: str) -> str:
        return self.url("phone_act", verb=verb)


def seen_by(seat: Seat, language: str, now: datetime) -> Seen:
    """For a single form, outside of the drawing."""
    return Seen(seat.workshop, seat.area, mine_of(seat), language, now, standing(seat.workshop))


def parts_of(seen: Seen) -> list[Part]:
    """Everything that a phone of the area shows now, from top to bottom."""
    workshop = seen.workshop
    if workshop.closed_at:
        return [_head(seen), *_closed(seen)]
    if workshop.paused_at:
        return [_head(seen), Part("p-paused", "workshops/phone/paused.html", {"workshop": workshop}, "hero")]
    here = seen.step
    if here is None:
        return [_head(seen), _lobby(seen)]
    body = {
        Phase.MIRROR: _mirror,
        Phase.PROBLEM: _problem,
        Phase.VOICE: _talk,
        Phase.CHAIN: _talk,
        Phase.ANSWERS: _answers,
        Phase.AGREEMENTS: _agreements,
        Phase.CLOSE: _close,
    }[here.phase](seen)
    return [_head(seen), *body, _ready(seen)]


def _head(seen: Seen) -> Part:
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


def _lobby(seen: Seen) -> Part:
    people = people_by_area(seen.workshop)
    here = [(area, people[area.pk]) for area in seen.areas if people.get(area.pk)]
    context = {"area": seen.area, "here": here, "people": sum(people.values()), "workshop": seen.workshop}
    return Part("p-lobby", "workshops/phone/lobby.html", context, "hero")


def _ready(seen: Seen) -> Part:
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


# Mirror ---------------------------------------------------------------------------------------------------------------


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


def _mirror(seen: Seen) -> list[Part]:
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


# Problem --------------------------------------------------------------------------------------------------------------


def _problem(seen: Seen) -> list[Part]:
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


# Voice and chain ------------------------------------------------------------------------------------------------------


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


def _cards(seen: Seen, asks: Iterable[AskNow]) -> list[Card]:
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


def _card_parts(seen: Seen, cards: list[Card], most: int, id_of_rest: str) -> list[Part]:
    """Cards one under another; of very many only the first, and the rest in a line each."""
    parts = [_card_part(seen, card) for card in cards[:most]]
    rest = cards[most:]
    if rest:
        context = {"cards": rest[:MOST_LINES], "n": len(rest)}
        parts.append(Part(id_of_rest, "workshops/phone/more.html", context, "card"))
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


def _write_part(seen: Seen, one: Writing) -> Part:
    essence = (
        (one.link.ref, one.direction, one.other.name, one.other.kind, seen.area.name, one.step, one.asked, one.is_first)
        + (one.day, one.first, tuple((reason.value, reason.words, reason.by) for reason in one.reasons))
        + tuple(one.questions)
    )
    return Part(one.id, "workshops/phone/write.html", {"one": one, "area": seen.area}, "ph-write", essence=essence)


def _lead(seen: Seen, words: str, *, reason: str = "", small: str = "") -> Part:
    return Part("p-lead", "workshops/phone/lead.html", {"words": words, "reason": reason, "small": small}, "hero")


def _talk(seen: Seen) -> list[Part]:
    here = seen.step
    asks = seen.stands.asks
    cards = _cards(seen, asks)
    mine = turn(here, seen.my_place)
    may_write = writes(here, seen.my_place)
    waiting = [card for card in cards if card.waits_for_us]
    lanes = taking.lanes_of(seen.area, seen.links)
    if here is not None and here.phase == Phase.VOICE:
        lanes = [(link, direction) for link, direction in lanes if direction == Direction.NEED]
    parts = [_talk_lead(seen, mine, waiting, bool(lanes))]
    parts += _card_parts(seen, waiting, MOST_WAITING, "p-more-waiting")
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
            parts.append(_write_part(seen, one))
    parts += _lists(seen, [card for card in cards if not card.waits_for_us])
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
        return _lead(seen, _("Listen: other areas have the word."), reason=problem, small=f"{small} {reached}")
    if mine == "after":
        return _lead(
            seen,
            _("Your round is over; you may still answer and ask."),
            reason=problem,
            small=_("Counter-offers of your suppliers appear here."),
        )
    if seen.my_place == 1 and seen.step and seen.step.phase == Phase.VOICE:
        if not has_lanes:
            return _lead(seen, _("No area supplies yours, so you ask nobody in this round."), reason=problem)
        return _lead(seen, _("Your turn: speak for the client."), reason=problem)
    askers = list(dict.fromkeys(card.other.name for card in waiting if not card.is_ours))
    if askers:
        therefore = _("Therefore %(areas)s asked you:") % {"areas": _list(askers)}
        return _lead(seen, _("Your turn: answer what reached you."), reason=f"{problem} {therefore}".strip())
    if not has_lanes:
        return _lead(seen, _("You answered everything, and no other area supplies yours. Thank you."), reason=problem)
    return _lead(seen, _("Your turn: ask for what you need to keep your word to the client."), reason=problem)


def _list(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _lists(seen: Seen, cards: list[Card]) -> list[Part]:
    """What we asked, and what we answered."""
    parts: list[Part] = []
    ours = [card for card in cards if card.is_ours]
    theirs = [card for card in cards if not card.is_ours]
    for name, title, some in (("p-ours", _("What you asked"), ours), ("p-theirs", _("What you answered"), theirs)):
        if some:
            parts.append(Part(name, "workshops/phone/list_head.html", {"title": title, "n": len(some)}, "bare"))
            # What was settled last stays in sight.
            some.sort(key=lambda card: card.ask.settled_at or card.ask.asked_at or seen.now, reverse=True)
            parts += _card_parts(seen, some, MOST_SETTLED, f"{name}-more")
    return parts


# Answers --------------------------------------------------------------------------------------------------------------


def _answers(seen: Seen) -> list[Part]:
    asks = seen.stands.asks
    cards = _cards(seen, asks)
    waiting = [card for card in cards if card.waits_for_us]
    others = [card for card in cards if card.one.is_open and not card.waits_for_us]
    unmet = unmet_of(asks)
    open_elsewhere = sum(one.is_open for one in asks) - len(waiting) - len(others)
    if waiting:
        lead = _lead(
            seen,
            _("This still waits for your answer."),
            reason=_("A yes, another offer or a reasoned no: silence helps nobody."),
        )
    elif others:
        lead = _lead(seen, _("Others still owe you an answer."), reason=_("Walk over to them, if you like."))
    else:
        lead = _lead(
            seen,
            _("Nothing is open between you and the others."),
            reason=_("The other areas finish; the contracts come next.")
            if open_elsewhere
            else _("The contracts come next."),
        )
    parts = [lead, *_card_parts(seen, waiting, MOST_WAITING, "p-more-waiting")]
    if others:
        parts.append(
            Part(
                "p-others",
                "workshops/phone/list_head.html",
                {"title": _("They still answer"), "n": len(others)},
                "bare",
            )
        )
        parts += _card_parts(seen, others, MOST_SETTLED, "p-more-others")
    if unmet:
        parts.append(Part("p-unmet", "workshops/phone/unmet.html", {"unmet": unmet}, "card"))
    done = [card for card in cards if not card.one.is_open]
    return [*parts, *_lists(seen, done)]


# Agreements -----------------------------------------------------------------------------------------------------------


def _agreements(seen: Seen) -> list[Part]:
    asks = seen.stands.asks
    mine = {link.pk for link in seen.links if seen.area.pk in (link.customer_id, link.supplier_id)}
    contracts = [one for one in seen.stands.contracts if one.lines and one.link.pk in mine]
    waiting = [card for card in _cards(seen, asks) if card.waits_for_us]
    to_sign = [one for one in contracts if _can_sign(seen, one)]
    if to_sign:
        lead = _lead(
            seen,
            _("Read what you agreed, and sign it."),
            reason=_("From both signatures on it is a commitment that Eslabón reminds you of."),
        )
    elif contracts:
        lead = _lead(seen, _("You have signed everything."), reason=_("Listen to the contracts that are read out."))
    else:
        lead = _lead(
            seen,
            _("There is no contract of yours to sign today."),
            reason=_("Nothing was agreed on your links yet; an open answer can still become one."),
        )
    parts = [lead, *(_contract_part(seen, one) for one in sorted(contracts, key=lambda one: one not in to_sign))]
    if waiting:
        parts.append(
            Part(
                "p-open",
                "workshops/phone/list_head.html",
                {"title": _("This is still open"), "n": len(waiting)},
                "bare",
            )
        )
        parts += _card_parts(seen, waiting, MOST_WAITING, "p-more-waiting")
    return parts


def _side(seen: Seen, one: ContractNow) -> ContractSide:
    return taking.side_on(one.link, seen.area) or ContractSide.CUSTOMER


def _can_sign(seen: Seen, one: ContractNow) -> bool:
    side = _side(seen, one)
    return one.is_change and side not in one.signed and (seen.mine.leads or side not in one.here)


def _contract_part(seen: Seen, one: ContractNow) -> Part:
    side = _side(seen, one)
    across = ContractSide.SUPPLIER if side == ContractSide.CUSTOMER else ContractSide.CUSTOMER
    other = one.link.other_side(seen.area.pk)
    owed = Direction.REQUIREMENT if side == ContractSide.CUSTOMER else Direction.NEED

    def lines(direction: str, *, new: bool) -> list[dict[str, Any]]:
        return [
            {"line": line, "said": wording.sentence(line.promise, seen.organization)}
            for line in one.lines
            if line.direction == direction and line.status != "removed" and (line.status != "kept") == new
        ]

    theirs = Direction.NEED if owed == Direction.REQUIREMENT else Direction.REQUIREMENT
    context = {
        "one": one,
        "area": seen.area,
        "other": other,
        # What is new stands open to be read; what binds already is one tap away.
        "we_owe": lines(owed, new=one.is_change),
        "they_owe": lines(theirs, new=one.is_change),
        "kept": [*lines(owed, new=False), *lines(theirs, new=False)] if one.is_change else [],
        "removed": [line for line in one.lines if line.status == "removed"],
        "signed": one.signed.get(side),
        "here": one.here.get(side),
        "their_signed": one.signed.get(across),
        "their_here": one.here.get(across),
        "can_sign": _can_sign(seen, one),
        "leads": seen.mine.leads,
        "in_force": one.in_force is not None and not one.is_change,
        "is_read": seen.workshop.reading_id == one.link.pk,
        "action": seen.url("phone_sign", link=one.link.ref),
    }
    return Part(f"sign-{one.link.ref}", "workshops/phone/contract.html", context, "card")


# Close ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaving:
    """The form for one of the three that an area leaves; `said` is what was typed where it differs from what stands."""

    kind: str
    label: str
    ask: str
    example: str
    action: str
    current: Takeaway | None
    version: int
    most: int = taking.MOST_TAKEAWAY
    said: str | None = None
    wrong: str = ""
    conflict: str = ""

    @property
    def id(self) -> str:
        return f"take-{self.kind}"

    @property
    def text(self) -> str:
        if self.said is not None:
            return self.said
        return self.current.text if self.current else ""


def leaving(seen: Seen, kind: str, current: Takeaway | None, **more: Any) -> Leaving:
    asked = {
        Takes.QUESTION.value: (_("The question that stays with you"), _("Who tells the client, when we cannot?")),
        Takes.REFLECTION.value: (
            _("What you saw today that you did not see before"),
            _("Half of our delays begin with an order that is not complete."),
        ),
        Takes.IMPROVEMENT.value: (_("One thing that you will do better"), _("We confirm each order on the same day.")),
    }
    ask, example = asked[kind]
    version = more.pop("version", current.version if current else 0)
    return Leaving(kind, str(Takes(kind).label), ask, example, seen.act("takeaway"), current, version, **more)


def _close(seen: Seen) -> list[Part]:
    parts = _mirror(seen)
    here = seen.step
    shown = here is not None and here.key in seen.workshop.revealed
    if not (seen.mine.answered or shown):
        return parts
    left = {one.kind: one for one in Takeaway.objects.filter(workshop=seen.workshop, area=seen.area)}
    missing = [kind for kind in Takes.values if kind not in left]
    words = (
        _("Your area leaves three things. You write them together: one phone is enough.")
        if missing
        else _("Your area has left its three. Thank you: you can still change them.")
    )
    parts.append(Part("p-leave", "workshops/phone/leave_head.html", {"words": words, "area": seen.area}, "bare"))
    for kind in Takes.values:
        one = leaving(seen, kind, left.get(kind))
        parts.append(Part(one.id, "workshops/phone/takeaway.html", {"one": one}, "card"))
    if not missing:
        parts.append(Part("p-thanks", "workshops/phone/thanks.html", {"area": seen.area}, "card"))
    return parts


def _closed(seen: Seen) -> list[Part]:
    asks = [one for one in seen.stands.asks if seen.area.pk in (one.ask.asker_id, one.ask.performer_id)]
    agreed = [one for one in asks if one.ask.state == State.AGREED]
    owed = [one for one in agreed if one.ask.performer_id == seen.area.pk]
    written = {one.kind: one for one in Takeaway.objects.filter(workshop=seen.workshop, area=seen.area)}
    left = [written[kind] for kind in Takes.values if kind in written]
    context = {
        "workshop": seen.workshop,
        "area": seen.area,
        "owed": [(one.ask, wording.sentence(one.ask.terms, seen.organization)) for one in owed if one.ask.terms],
        "due": [
            (one.ask, wording.sentence(one.ask.terms, seen.organization))
            for one in agreed
            if one.ask.asker_id == seen.area.pk and one.ask.terms
        ],
        "left": left,
    }
    return [Part("p-closed", "workshops/phone/closed.html", context, "hero")]

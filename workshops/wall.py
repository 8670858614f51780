"""What the wall of the room shows: sentences made of the room as it stands, for people in the last row.

Nothing here knows who looks. What is too long for a wall is cut here where it is a name, and put on pages by the screen
where it is a list; so three hundred people or eight areas with long names change nothing but the number of pages.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.chain import distances
from areas.models import Area, Organization
from contracts.drafting import Line
from contracts.models import Commitment
from contracts.picture import STAGE, STAGE_SHORT, AreaMark, LinkMark, Picture, Words, draw
from contracts.placing import Sizes
from contracts.words import Side
from requests.models import Ask, ClientProblem, Terms
from requests.states import State
from requests.wording import amount, differences, number, sentence
from workshops.charts import mirrors, to_compare
from workshops.models import ConsoleAct, Takeaway, Workshop
from workshops.phases import Phase, Takes
from workshops.room import FIRST, SECOND, AreaNow, AskNow, ContractNow, Counts, LinkNow, Room, read_room

LOBBY, PAUSED, CLOSED = "lobby", "paused", "closed"
# Characters of a name inside a sentence, of the names beside an area, of a name in a box of the picture.
NAME, NAMES, BOX = 34, 60, 28
# Of a picture: letters in parts of the screen's height, and its own height, for a wide screen and for one of 4:3.
LETTERS = 0.0205
# Characters that turn the direction of what stands around them.
TURNS = frozenset({"R", "AL", "RLE", "RLO", "LRO", "RLI", "LRI", "FSI", "PDF", "PDI"})
WIDE, NARROW = (1.6 * 0.94, 0.27), (4 / 3 * 0.94, 0.24)
# With all words in a single row; then without the small words.
ROW = STAGE_SHORT._replace(notes=True, note=26, foot=34, badge_width=124)


class Item(NamedTuple):
    """A line of a list. `ident` stays; `key` changes with what the line says, so that the screen sees what is new."""

    ident: str
    key: str
    text: str
    pill: str = ""
    word: str = ""
    detail: str = ""
    said: str = ""
    changes: tuple[tuple[str, str], ...] = ()
    dots: int = 0


class Card(NamedTuple):
    """A list under its question. `empty`: what to do so that something comes."""

    ident: str
    title: str
    items: list[Item]
    empty: str = ""


class Stop(NamedTuple):
    """A stop of the step line; the rounds of the chain are one."""

    label: str
    state: str


class Figure(NamedTuple):
    value: str
    words: str


@dataclass
class Wall:
    """Everything that the page shows, in the active language."""

    room: Room
    kind: str
    statement: str
    stops: list[Stop]
    here: str
    timer_ends_at: datetime | None
    timer_left: int | None
    people: str
    areas: str
    may_join: bool
    why_not_join: str = ""
    cards: list[Card] = field(default_factory=list)
    pictures: list[tuple[str, SafeString]] = field(default_factory=list)
    said: dict[str, object] = field(default_factory=dict)

    @property
    def workshop(self) -> Workshop:
        return self.room.workshop


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


# Words ----------------------------------------------------------------------------------------------------------------


def short(text: str, most: int = NAME) -> str:
    """A name for the middle of a sentence: not endless, and not turning the sentence around it."""
    cut = text
    if len(text) > most:
        cut = text[: most - 1]
        words = (cut if text[most - 1] == " " else cut.rpartition(" ")[0]).rstrip(" ,;:")
        cut = f"{words if len(words) > most / 2 else cut.rstrip()}…"
    if any(unicodedata.bidirectional(sign) in TURNS for sign in cut):
        return f"\N{FIRST STRONG ISOLATE}{cut}\N{POP DIRECTIONAL ISOLATE}"
    return cut


def either(names: Iterable[str], together: str) -> str:
    """The names as far as they are said in one breath, else the word for all of them."""
    known = list(dict.fromkeys(names))
    *first, last = [short(name) for name in known]
    if not first:
        return last
    said = pgettext("two or three areas", "%(first)s or %(last)s") % {"first": ", ".join(first), "last": last}
    return said if len(said) <= NAME else together


def names_said(names: Sequence[str], most: int = NAMES) -> str:
    """The names that fit, and how many more."""
    shown: list[str] = []
    for name in names:
        if shown and len(", ".join([*shown, name])) > most:
            break
        shown.append(short(name))
    left = len(names) - len(shown)
    said = ", ".join(shown)
    if not left:
        return said
    return ngettext("%(names)s and one more", "%(names)s and %(n)s more", left) % {"names": said, "n": left}


def word_of(ask: Ask) -> str:
    """The state of a request in the word that the wall has for it."""
    match ask.state:
        case State.ASKED:
            return pgettext("request", "new")
        case State.COUNTERED:
            return pgettext("request", "counter-offer")
        case State.DECLINED:
            return pgettext("request", "declined")
        case _:
            return pgettext("request", "accepted")


def items_between(asks: Iterable[AskNow], room: Room) -> list[Item]:
    """Requests as lines that name both areas."""
    return [_item(one, room.workshop.scene, {}, _between(one)) for one in asks]


def _between(one: AskNow) -> str:
    names = {"asker": short(one.ask.asker.name), "performer": short(one.ask.performer.name)}
    return _("%(asker)s asks %(performer)s") % names


def _item(one: AskNow, scene: Organization, before: dict[int, Terms], who: str) -> Item:
    ask = one.ask
    changes: list[tuple[str, str]] = []
    text = str(ask)
    if ask.state == State.COUNTERED and ask.terms and ask.pk in before:
        found = [each for each in differences(before[ask.pk], ask.terms, scene) if each.field != "satisfaction"]
        changes = [(each.before, each.after) for each in found]
        if any(each.field == "outcome" for each in found):
            text = ""
    when = sentence(ask.terms, scene) if ask.terms and not changes else ""
    return Item(
        ident=f"ask-{ask.ref}",
        key=f"{ask.state}-{ask.version}",
        text=text,
        pill="agreed" if ask.state == State.REPLACED else ask.state,
        word=word_of(ask),
        detail=who or when,
        said=(one.words or one.alternative) if ask.state in (State.COUNTERED, State.DECLINED) else "",
        changes=tuple(changes[:2]),
    )


def earlier_terms(asks: Iterable[AskNow]) -> dict[int, Terms]:
    """Of each counter-offer the wording that it answers. One query, none if there are no counter-offers."""
    wanted = {one.ask.pk: one.ask.terms.n - 1 for one in asks if one.ask.state == State.COUNTERED and one.ask.terms}
    if not wanted:
        return {}
    return {terms.ask_id: terms for terms in Terms.objects.filter(ask__in=wanted) if terms.n == wanted[terms.ask_id]}


# Coming in, the mirror, the problem -----------------------------------------------------------------------------------


def _lobby(wall: Wall) -> None:
    room = wall.room
    wall.said["areas"] = [
        Item(f"area-{one.area.ref}", str(one.people), one.area.name, word=str(one.people), detail=names_said(one.names))
        for one in room.areas
    ]


def _answered(wall: Wall) -> None:
    room = wall.room
    people = max(room.people, room.answered)
    wall.said |= {"answered": room.answered, "of": people}


def counts_said(counts: Counts | None, scene: Organization) -> tuple[str, str]:
    """(the mean, how many people) of a mirror."""
    if counts is None or counts.mean is None:
        return "", ""
    mean = number(Decimal(counts.mean).quantize(Decimal("0.1")), scene)
    return mean, ngettext("%(n)s person", "%(n)s people", counts.people) % {"n": counts.people}


def _mirror(wall: Wall) -> None:
    first = wall.room.mirror(FIRST)
    _answered(wall)
    if first:
        mean, people = counts_said(first, wall.room.workshop.scene)
        wall.said |= {"chart": mirrors(first, None), "mean": mean, "counted": people}


def _problem(wall: Wall) -> None:
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


# The rounds -----------------------------------------------------------------------------------------------------------


def _asking(wall: Wall) -> None:
    """Of each area whose turn it is three questions, whatever the number of its links; next to the client one."""
    room = wall.room
    before = earlier_terms(room.asks)
    is_voice = wall.kind == Phase.VOICE
    for area in room.areas:
        if area.turn != "now":
            continue
        suppliers = [one for one in room.links if one.link.customer_id == area.area.pk]
        serves = [one for one in room.links if one.link.supplier_id == area.area.pk]
        customers = [one for one in serves if one.link.customer_id != room.client.pk]
        if customers and not is_voice:
            wall.cards.append(_to_answer(area, customers, room, before))
        if suppliers:
            wall.cards.append(_needs(area, suppliers, room, before, is_voice))
        if customers and not is_voice:
            wall.cards.append(_requires(area, customers, room, before))
    wall.pictures = pictures_of(room)


def _in_order(asks: Iterable[AskNow]) -> list[AskNow]:
    return sorted(asks, key=lambda one: (one.ask.asked_at or one.ask.created_at, one.ask.pk))


def _to_answer(area: AreaNow, links: list[LinkNow], room: Room, before: dict[int, Terms]) -> Card:
    customers = either((one.link.customer.name for one in links), _("your customers"))
    names = {"area": short(area.area.name), "customer": customers}
    title = _("%(area)s, what do you answer %(customer)s?") % names
    asks = _in_order(ask for one in links for ask in one.needs)
    items = [_item(one, room.workshop.scene, before, _asked_by(one, len(links))) for one in asks]
    return Card(f"answers-{area.area.ref}", title, items, _("Nothing was asked of %(area)s so far.") % names)


def _needs(area: AreaNow, links: list[LinkNow], room: Room, before: dict[int, Terms], is_voice: bool) -> Card:
    suppliers = either((one.link.supplier.name for one in links), _("your suppliers"))
    names = {"area": short(area.area.name), "supplier": suppliers}
    if is_voice:
        title = _("%(area)s, you speak for the client: what do you need from %(supplier)s?")
    else:
        title = _("%(area)s, what do you need from %(supplier)s to keep our word to the client?")
    asks = _in_order(ask for one in links for ask in one.needs)
    items = [_item(one, room.workshop.scene, before, _asked_of(one, len(links))) for one in asks]
    return Card(
        f"needs-{area.area.ref}", title % names, items, _("Nothing yet. %(area)s writes it on the phone.") % names
    )


def _requires(area: AreaNow, links: list[LinkNow], room: Room, before: dict[int, Terms]) -> Card:
    customers = either((one.link.customer.name for one in links), _("your customers"))
    names = {"area": short(area.area.name), "customer": customers}
    title = _("…and %(area)s, what do you require of %(customer)s to make it possible?") % names
    asks = _in_order(ask for one in links for ask in one.requirements)
    items = [_item(one, room.workshop.scene, before, _asked_of(one, len(links))) for one in asks]
    return Card(f"requires-{area.area.ref}", title, items, _("Nothing yet. %(area)s writes it on the phone.") % names)


def _asked_by(one: AskNow, links: int) -> str:
    return pgettext("request", "from %(area)s") % {"area": short(one.ask.asker.name)} if links > 1 else ""


def _asked_of(one: AskNow, links: int) -> str:
    return pgettext("request", "of %(area)s") % {"area": short(one.ask.performer.name)} if links > 1 else ""


def pictures_of(room: Room) -> list[tuple[str, SafeString]]:
    """(class, the chain) for a wide screen and for a narrow one: as much as can be read from the last row."""
    far = distances(room.client.pk, [(one.link.customer_id, one.link.supplier_id) for one in room.links])
    wide, narrow = (_fitting(room, far, frame) for frame in (WIDE, NARROW))
    if wide == narrow:
        return [("any", mark_safe(wide))] if wide else []
    # Two pictures of the same chain: what is named once in a page must not be named twice.
    other = narrow.replace(' id="', ' id="n-')
    return [(css, mark_safe(svg)) for css, svg in (("wide", wide), ("narrow", other)) if svg]


def _fitting(room: Room, far: dict[int, int], frame: tuple[float, float]) -> str:
    near = {one.area.pk for one in room.areas if one.turn == "now"}
    for one in room.links:
        if one.is_lit:
            near |= {one.link.customer_id, one.link.supplier_id}
    for only in (None, near):
        for sizes in (STAGE, ROW, STAGE_SHORT):
            drawn = _picture(room, far, only, sizes)
            if drawn.letters * min(frame[0] / drawn.width, frame[1] / drawn.height) >= LETTERS:
                return drawn.svg
    return ""


def _picture(room: Room, far: dict[int, int], only: set[int] | None, sizes: Sizes) -> Picture:
    chosen: list[Area] = [room.client, *(one.area for one in room.areas)]
    areas = [_area_mark(area, room, far.get(area.pk)) for area in chosen if only is None or area.pk in only]
    known = {mark.ref for mark in areas}
    links = [_link_mark(one, room) for one in room.links]
    links = [link for link in links if link.customer in known and link.supplier in known]
    words = Words(title=_("The chain"), apart=_("Not joined to the client yet"))
    return draw(areas, links, words, sizes=sizes, ident="wall-chain")


def _area_mark(area: Area, room: Room, distance: int | None) -> AreaMark:
    if area.pk == room.client.pk:
        return AreaMark(area.ref, short(area.name, BOX), 0, "client", "", area.name)
    now = room.area(area.pk)
    people = now.people if now else 0
    is_turn = bool(now and now.turn == "now")
    said = ngettext("%(n)s person", "%(n)s people", people) % {"n": people}
    note = pgettext("area", "its turn") if is_turn else said
    label = f"{area.name}: {note}, {said}" if is_turn else f"{area.name}: {said}"
    return AreaMark(
        area.ref, short(area.name, BOX), distance, "soon" if is_turn else "plain", note, label, here=is_turn
    )


def _link_mark(one: LinkNow, room: Room) -> LinkMark:
    asks = [*one.needs, *one.requirements]
    open_ones = sum(ask.is_open for ask in asks)
    unmet = {ask.ask.pk for ask in room.unmet} & {ask.ask.pk for ask in asks}
    if unmet:
        state, word = "broken", pgettext("link", "unmet")
    elif open_ones:
        state, word = "open", ngettext("%(n)s open", "%(n)s open", open_ones) % {"n": open_ones}
    elif asks:
        state, word = "kept", pgettext("link", "settled")
    else:
        state, word = "quiet", pgettext("link", "nothing yet")
    if one.is_lit:
        word = pgettext("link", "now")
    label = _("%(supplier)s serves %(customer)s: %(needs)s needs, %(requirements)s requirements, %(word)s") % {
        "supplier": one.link.supplier.name,
        "customer": one.link.customer.name,
        "needs": len(one.needs),
        "requirements": len(one.requirements),
        "word": word,
    }
    return LinkMark(
        one.link.ref,
        one.link.customer.ref,
        one.link.supplier.ref,
        state,
        str(len(one.needs)),
        str(len(one.requirements)),
        word,
        label,
        "",
        lit=one.is_lit,
    )


# Answers and agreements -----------------------------------------------------------------------------------------------


def _answers(wall: Wall) -> None:
    room = wall.room
    before = earlier_terms(room.asks)
    waiting: defaultdict[int, list[AskNow]] = defaultdict(list)
    for one in room.open_asks:
        area = one.ask.waits_for
        if area:
            waiting[area.pk].append(one)
    for area_now in room.areas:
        mine = waiting.get(area_now.area.pk)
        if mine:
            title = ngettext("%(area)s has %(n)s answer to give", "%(area)s has %(n)s answers to give", len(mine)) % {
                "area": short(area_now.area.name),
                "n": len(mine),
            }
            items = [_item(one, room.workshop.scene, before, _with_whom(one, area_now.area)) for one in mine]
            wall.cards.append(Card(f"waits-{area_now.area.ref}", title, items))
    wall.said |= {"unmet": _unmet(room), "open": len(room.open_asks), "asks": len(room.asks), **_tally(room)}


def _with_whom(one: AskNow, area: Area) -> str:
    """The other side, under the name of the area that has to answer."""
    return _asked_by(one, 2) if one.ask.performer_id == area.pk else _asked_of(one, 2)


def _tally(room: Room) -> dict[str, object]:
    agreed = sum(one.ask.state in (State.AGREED, State.REPLACED) for one in room.asks)
    return {"agreed": agreed}


def _unmet(room: Room) -> list[Item]:
    return items_between(room.unmet, room)


def _agreements(wall: Wall) -> None:
    room = wall.room
    wall.said["contracts"] = [_contract_item(one) for one in room.contracts]
    wall.said["signed"] = sum(is_signed(one) for one in room.contracts)
    reading = room.workshop.reading
    shown = next((one for one in room.contracts if reading and one.link.pk == reading.pk), None)
    if shown is None:
        return
    names = {"customer": short(shown.link.customer.name), "supplier": short(shown.link.supplier.name)}
    scene = room.workshop.scene
    wall.said["reading"] = {
        "title": _("%(supplier)s serves %(customer)s") % names,
        "n": shown.n,
        "lanes": [
            Card(
                "lane-needs",
                _("%(supplier)s promises %(customer)s:") % names,
                _lines(shown.needs, scene),
                _("Nothing agreed in this direction."),
            ),
            Card(
                "lane-requires",
                _("%(customer)s promises %(supplier)s:") % names,
                _lines(shown.requirements, scene),
                _("Nothing agreed in this direction."),
            ),
        ],
        "signatures": [_signature(shown, side) for side in (Side.SUPPLIER, Side.CUSTOMER)],
    }


def _lines(lines: Iterable[Line], scene: Organization) -> list[Item]:
    return [
        Item(
            ident=f"line-{line.ask.ref}",
            key=line.status,
            text=line.promise.outcome,
            word=pgettext("promise", "ends") if line.status == "removed" else "",
            pill="withdrawn" if line.status == "removed" else "",
            detail=sentence(line.promise, scene),
            said=line.owner_name,
        )
        for line in lines
    ]


def is_signed(one: ContractNow) -> bool:
    """In force: both sides signed for good what it says now."""
    return one.in_force is not None and not one.is_change


def _signature(one: ContractNow, side: Side) -> Item:
    area = one.link.supplier if side == Side.SUPPLIER else one.link.customer
    ident = f"signature-{one.link.ref}-{side.value}"
    if side in one.signed:
        return Item(ident, "signed", area.name, "signed", pgettext("contract", "signed"), one.signed[side].by_name)
    if side in one.here:
        by = one.here[side].by_name
        return Item(ident, "here", area.name, "soon", pgettext("contract", "signed in the room, to be confirmed"), by)
    return Item(ident, "none", area.name, "unsigned", pgettext("contract", "not signed yet"))


def _contract_item(one: ContractNow) -> Item:
    names = {"customer": short(one.link.customer.name), "supplier": short(one.link.supplier.name)}
    sides = (Side.SUPPLIER, Side.CUSTOMER)
    missing = [side for side in sides if side not in one.signed and side not in one.here]
    detail = ""
    if is_signed(one):
        pill, word = "signed", pgettext("contract", "signed")
    elif not missing:
        pill, word = "soon", pgettext("contract", "signed in the room, to be confirmed")
    elif len(missing) == 1:
        pill, word = "unsigned", pgettext("contract", "half signed")
        area = one.link.supplier if missing[0] == Side.SUPPLIER else one.link.customer
        detail = _("%(area)s has not signed yet") % {"area": short(area.name)}
    else:
        pill, word = "unsigned", pgettext("contract", "not signed yet")
    return Item(
        f"contract-{one.link.ref}",
        f"{pill}-{len(missing)}",
        _("%(supplier)s serves %(customer)s") % names,
        pill,
        word,
        detail,
    )


# The end --------------------------------------------------------------------------------------------------------------


def _close(wall: Wall) -> None:
    room = wall.room
    _answered(wall)
    first, second = room.mirror(FIRST), room.mirror(SECOND)
    _both_mirrors(wall, first, second)
    wall.said["is_shown"] = second is not None
    wall.said["takeaways"] = _takeaways(room.takeaways)
    wall.said["figures"] = figures_of(room)


def _both_mirrors(wall: Wall, first: Counts | None, second: Counts | None) -> None:
    if second is None:
        # What the room said at first would lead the hand now.
        return
    scene = wall.room.workshop.scene
    shown = [
        (name or _("on average, from 0 to 10"), css, *counts_said(counts, scene))
        for css, name, counts in to_compare(first, second)
    ]
    wall.said |= {"chart": mirrors(first, second), "means": shown}


def _takeaways(takeaways: Iterable[Takeaway]) -> list[Item]:
    order = [kind.value for kind in Takes]
    found = sorted(takeaways, key=lambda one: (one.area_id, order.index(one.kind)))
    return [
        Item(
            f"takeaway-{one.ref}",
            str(one.version),
            one.text,
            pill=one.kind,
            word=str(one.get_kind_display()),
            detail=one.area.name,
        )
        for one in found
    ]


def figures_of(room: Room) -> list[Figure]:
    """What the room leaves, in whole numbers."""
    signed = sum(is_signed(one) for one in room.contracts)
    pending = sum(
        not is_signed(one) and all(side in one.signed or side in one.here for side in Side) for one in room.contracts
    )
    alive = Commitment.objects.filter(ask__in=[one.ask.pk for one in room.asks], ended_at__isnull=True).count()
    unmet = len(room.unmet)
    figures = [
        Figure(str(signed), ngettext("contract signed", "contracts signed", signed)),
        Figure(str(alive), ngettext("commitment live", "commitments live", alive)),
        Figure(str(unmet), ngettext("need of the client unmet", "needs of the client unmet", unmet)),
    ]
    if pending:
        words = ngettext("contract to be confirmed by a lead", "contracts to be confirmed by a lead", pending)
        figures.insert(1, Figure(str(pending), words))
    return figures


def _closed(wall: Wall) -> None:
    wall.said["figures"] = figures_of(wall.room)
    wall.said["unmet"] = _unmet(wall.room)
    _both_mirrors(wall, wall.room.mirror(FIRST), wall.room.mirror(SECOND))


def _paused(wall: Wall) -> None:
    wall.said["figures"] = [
        Figure(str(len(wall.room.asks)), ngettext("request so far", "requests so far", len(wall.room.asks))),
        Figure(
            str(sum(one.ask.state in (State.AGREED, State.REPLACED) for one in wall.room.asks)),
            pgettext("requests", "accepted so far"),
        ),
    ]


FILL = {
    LOBBY: _lobby,
    PAUSED: _paused,
    CLOSED: _closed,
    Phase.MIRROR.value: _mirror,
    Phase.PROBLEM.value: _problem,
    Phase.VOICE.value: _asking,
    Phase.CHAIN.value: _asking,
    Phase.ANSWERS.value: _answers,
    Phase.AGREEMENTS.value: _agreements,
    Phase.CLOSE.value: _close,
}

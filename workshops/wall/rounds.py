"""The rounds: of each area whose turn it is its questions, and what is still to be answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Area
from requests.models import Terms
from requests.states import State
from workshops.phases import Phase
from workshops.room import AreaNow, AskNow, LinkNow, Room
from workshops.wall.nouns import Card, Item, Wall
from workshops.wall.picture import pictures_of
from workshops.wall.words import asked_by, asked_of, earlier_terms, either, item_of, items_between, short


def asking(wall: Wall) -> None:
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
    items = [item_of(one, room.workshop.scene, before, asked_by(one, len(links))) for one in asks]
    return Card(f"answers-{area.area.ref}", title, items, _("Nothing was asked of %(area)s so far.") % names)


def _needs(area: AreaNow, links: list[LinkNow], room: Room, before: dict[int, Terms], is_voice: bool) -> Card:
    suppliers = either((one.link.supplier.name for one in links), _("your suppliers"))
    names = {"area": short(area.area.name), "supplier": suppliers}
    if is_voice:
        title = _("%(area)s, you speak for the client: what do you need from %(supplier)s?")
    else:
        title = _("%(area)s, what do you need from %(supplier)s to keep our word to the client?")
    asks = _in_order(ask for one in links for ask in one.needs)
    items = [item_of(one, room.workshop.scene, before, asked_of(one, len(links))) for one in asks]
    return Card(
        f"needs-{area.area.ref}", title % names, items, _("Nothing yet. %(area)s writes it on the phone.") % names
    )


def _requires(area: AreaNow, links: list[LinkNow], room: Room, before: dict[int, Terms]) -> Card:
    customers = either((one.link.customer.name for one in links), _("your customers"))
    names = {"area": short(area.area.name), "customer": customers}
    title = _("…and %(area)s, what do you require of %(customer)s to make it possible?") % names
    asks = _in_order(ask for one in links for ask in one.requirements)
    items = [item_of(one, room.workshop.scene, before, asked_of(one, len(links))) for one in asks]
    return Card(f"requires-{area.area.ref}", title, items, _("Nothing yet. %(area)s writes it on the phone.") % names)


def answers(wall: Wall) -> None:
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
            items = [item_of(one, room.workshop.scene, before, _with_whom(one, area_now.area)) for one in mine]
            wall.cards.append(Card(f"waits-{area_now.area.ref}", title, items))
    wall.said |= {"unmet": unmet_items(room), "open": len(room.open_asks), "asks": len(room.asks), **_tally(room)}


def _with_whom(one: AskNow, area: Area) -> str:
    """The other side, under the name of the area that has to answer."""
    return asked_by(one, 2) if one.ask.performer_id == area.pk else asked_of(one, 2)


def _tally(room: Room) -> dict[str, object]:
    agreed = sum(one.ask.state in (State.AGREED, State.REPLACED) for one in room.asks)
    return {"agreed": agreed}


def unmet_items(room: Room) -> list[Item]:
    return items_between(room.unmet, room)

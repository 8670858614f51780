"""The agreements, the close, and what the room leaves."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.models import Organization
from contracts.drafting import Line
from contracts.models import Commitment
from contracts.words import Side
from requests.states import State
from requests.wording import sentence
from workshops.charts import mirrors, to_compare
from workshops.models import Takeaway
from workshops.phases import Takes
from workshops.room import FIRST, SECOND, ContractNow, Counts, Room
from workshops.wall.nouns import Card, Figure, Item, Wall
from workshops.wall.opening import answered, counts_said
from workshops.wall.rounds import unmet_items
from workshops.wall.words import short


def agreements(wall: Wall) -> None:
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


def close(wall: Wall) -> None:
    room = wall.room
    answered(wall)
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


def closed(wall: Wall) -> None:
    wall.said["figures"] = figures_of(wall.room)
    wall.said["unmet"] = unmet_items(wall.room)
    _both_mirrors(wall, wall.room.mirror(FIRST), wall.room.mirror(SECOND))


def paused(wall: Wall) -> None:
    wall.said["figures"] = [
        Figure(str(len(wall.room.asks)), ngettext("request so far", "requests so far", len(wall.room.asks))),
        Figure(
            str(sum(one.ask.state in (State.AGREED, State.REPLACED) for one in wall.room.asks)),
            pgettext("requests", "accepted so far"),
        ),
    ]

"""Reading and signing the contracts, what each area leaves, and what remains on a phone afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contracts.words import Side as ContractSide
from requests import wording
from requests.states import Direction, State
from workshops import taking
from workshops.models import Takeaway
from workshops.phases import Takes
from workshops.room import ContractNow
from workshops.sides.beginning import mirror
from workshops.sides.cards import MOST_WAITING, card_parts, cards_of
from workshops.sides.seen import Part, Seen, leading


def agreements(seen: Seen) -> list[Part]:
    asks = seen.stands.asks
    mine = {link.pk for link in seen.links if seen.area.pk in (link.customer_id, link.supplier_id)}
    contracts = [one for one in seen.stands.contracts if one.lines and one.link.pk in mine]
    waiting = [card for card in cards_of(seen, asks) if card.waits_for_us]
    to_sign = [one for one in contracts if _can_sign(seen, one)]
    if to_sign:
        lead = leading(
            seen,
            _("Read what you agreed, and sign it."),
            reason=_("From both signatures on it is a commitment that Eslabón reminds you of."),
        )
    elif contracts:
        lead = leading(seen, _("You have signed everything."), reason=_("Listen to the contracts that are read out."))
    else:
        lead = leading(
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
        parts += card_parts(seen, waiting, MOST_WAITING, "p-more-waiting")
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


def close(seen: Seen) -> list[Part]:
    parts = mirror(seen)
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


def closed(seen: Seen) -> list[Part]:
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

"""After the workshop: each lead gets the sheets that the own areas signed or have to sign, one letter a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Area, AreaPart, Membership, Organization
from areas.words import Part
from contracts.drafting import Line
from contracts.words import Side
from post import letters
from requests.states import OPEN
from requests.wording import sentence
from workshops.models import Workshop
from workshops.room import ContractNow, Room, read_room


@dataclass(frozen=True)
class Clause:
    """One promise in a letter: what, and when or how often."""

    outcome: str
    when: str
    owner: str


@dataclass(frozen=True)
class Sheet:
    """One contract as a lead of one of its areas reads it."""

    title: str
    stand: str
    tone: str
    url: str
    owe: list[Clause]
    owed: list[Clause]


@dataclass
class Told:
    """What one lead is told."""

    sheets: list[Sheet] = field(default_factory=list)
    to_answer: int = 0
    to_confirm: int = 0


def write_to_leads(workshop: Workshop, now: datetime) -> int:
    """One letter per lead whose areas talked in the workshop; written once. Returns how many people got one.

    To be called inside the deed's transaction. A rehearsal writes to nobody.
    """
    if workshop.is_rehearsal:
        return 0
    room = read_room(workshop, now, with_contracts=True)
    parts: defaultdict[Membership, dict[int, Area]] = defaultdict(dict)
    for part in AreaPart.objects.select_related("membership__user", "membership__organization", "area").filter(
        membership__organization=workshop.organization,
        membership__left_at__isnull=True,
        membership__user__is_active=True,
        part__in=(Part.LEAD, Part.VOICE),
        area__archived_at__isnull=True,
    ):
        parts[part.membership][part.area_id] = part.area
    written = 0
    for member, areas in parts.items():
        with translation.override(member.language):
            told = tell(room, areas)
        if told.sheets or told.to_answer:
            _write(workshop, room, member, told, now)
            written += 1
    return written


def tell(room: Room, areas: dict[int, Area]) -> Told:
    """What concerns the leads of these areas, in the active language."""
    told = Told()
    for one in room.contracts:
        mine = [pk for pk in (one.link.supplier_id, one.link.customer_id) if pk in areas]
        if mine:
            told.sheets.append(_sheet(room, one, mine[0]))
            sides = {Side.SUPPLIER: one.link.supplier_id, Side.CUSTOMER: one.link.customer_id}
            told.to_confirm += any(sides[side] in mine and side not in one.signed for side in one.here)
    told.to_answer = sum(
        one.ask.state in OPEN and one.ask.waits_for is not None and one.ask.waits_for.pk in areas for one in room.asks
    )
    return told


def _sheet(room: Room, one: ContractNow, mine: int) -> Sheet:
    organization = room.workshop.scene
    owe = one.needs if mine == one.link.supplier_id else one.requirements
    owed = one.requirements if mine == one.link.supplier_id else one.needs
    stand, tone = stand_of(one)
    return Sheet(
        title=_("%(supplier)s serves %(customer)s")
        % {"supplier": one.link.supplier.name, "customer": one.link.customer.name},
        stand=stand,
        tone=tone,
        url=_address(organization, "contracts:sheet", link=one.link.ref),
        owe=[_clause(line, organization) for line in owe],
        owed=[_clause(line, organization) for line in owed],
    )


def stand_of(one: ContractNow) -> tuple[str, str]:
    """How a contract stands after the workshop, in words, and its tone: kept, soon or open."""
    if not one.is_change and one.in_force:
        return _("in force since the workshop"), "kept"
    names = {Side.CUSTOMER: one.link.customer.name, Side.SUPPLIER: one.link.supplier.name}
    missing = [side for side in Side if side not in one.signed]
    here = [side for side in missing if side in one.here]
    said = []
    if here:
        signers = " · ".join(f"{one.here[side].by_name} ({names[side]})" for side in here)
        said.append(_("signed in the workshop by %(names)s; a lead confirms it") % {"names": signers})
    if waiting := [names[side] for side in missing if side not in here]:
        said.append(_("waits for the signature of %(areas)s") % {"areas": _(" and ").join(waiting)})
    return "; ".join(said), "open" if waiting else "soon"


def _clause(line: Line, organization: Organization) -> Clause:
    return Clause(line.promise.outcome, sentence(line.promise, organization), line.owner_name)


def _write(workshop: Workshop, room: Room, member: Membership, told: Told, now: datetime) -> None:
    context = {
        "told": told,
        "name": member.user.get_short_name(),
        "workshop": workshop,
        "organization": workshop.organization,
        "problem": room.problem,
        "page_url": _address(workshop.organization, "workshops:workshop", ref=workshop.ref),
        "desk_url": _address(workshop.organization, "requests:desk"),
        "lead": lead(told, member.language),
    }
    subject, text, html = letters.render("workshops/sheet", context, member.language)
    letters.write(
        key=f"workshop:{workshop.ref}:{member.ref}",
        kind="workshop",
        to_email=member.user.email,
        to_name=member.name,
        language=member.language,
        subject=subject,
        text=text,
        html=html,
        organization_ref=workshop.organization.ref,
        now=now,
    )


def lead(told: Told, language: str) -> str:
    """The one thing to do next."""
    with translation.override(language):
        if told.to_confirm:
            return ngettext(
                "%(n)s signature of the workshop waits for you to confirm it.",
                "%(n)s signatures of the workshop wait for you to confirm them.",
                told.to_confirm,
            ) % {"n": told.to_confirm}
        if told.to_answer:
            return ngettext(
                "%(n)s request waits for your answer.", "%(n)s requests wait for your answer.", told.to_answer
            ) % {"n": told.to_answer}
        return _("Nothing waits for you. What you promised is on your desk.")


def _address(organization: Organization, name: str, **of: str) -> str:
    return settings.BASE_URL + reverse(name, kwargs={"org": organization.ref, **of})

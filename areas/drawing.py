"""Drawing the chain: areas and links come, change and go. Every deed is a facilitator's and is journalled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from areas import journal
from areas.above import holds, pointing_at
from areas.access import Actor, client_of
from areas.chain_templates import CLIENT, Planned
from areas.editing import Refused, save_if_unchanged
from areas.models import Area, Link, Organization
from areas.words import Kind

AREA_FIELDS = ("name", "kind", "description")


def has_history(area: Area) -> bool:
    """Something happened with it beyond being drawn: a problem, a conversation, a promise on one of its links."""
    rows: list[models.Model] = [area, *Link.objects.filter(Q(customer=area) | Q(supplier=area))]
    return any(found.exists() for row in rows for _model, _field, found in pointing_at(row))


def why_not_end(link: Link) -> str | None:
    """Why the link cannot be taken away, as sentences; None if it can.

    A model of an upper room says by `HOLDS_ITS_LINK` (a condition and a sentence) which of its rows hold a link.
    """
    reasons = []
    for model, _field, found in pointing_at(link):
        held: tuple[Q, Any] | None = getattr(model, "HOLDS_ITS_LINK", None)
        if held and any(map(holds, found.filter(held[0]).distinct())):
            reasons.append(str(held[1]))
    return " ".join(reasons) or None


def goes_with(area: Area) -> list[tuple[Link, str]]:
    """The links that something would be left open on if the area were archived, each with its sentence."""
    links = Link.objects.select_related("customer", "supplier").filter(Q(customer=area) | Q(supplier=area))
    reasons = [(link, why_not_end(link)) for link in links.filter(ended_at=None).order_by("pk")]
    return [(link, reason) for link, reason in reasons if reason]


def _taken() -> Refused:
    return Refused(_("There is already an area with this name."))


# Areas ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_area(actor: Actor, *, name: str, kind: str, description: str = "", now: datetime) -> Area:
    """Add an area to the map. Refused if the name is taken."""
    area = Area(
        organization=actor.organization, name=name, kind=kind or Kind.OTHER, description=description, created_at=now
    )
    if kind == Kind.CLIENT:
        raise Refused(_("There is one client, and it is already there."))
    try:
        with transaction.atomic():
            area.save()
    except IntegrityError:
        raise _taken() from None
    journal.record(actor.organization, "area.added", by=actor.membership, now=now, area=area, facts={"area": area.name})
    return area


@transaction.atomic
def edit_area(actor: Actor, area: Area, *, version: int, name: str, kind: str, description: str, now: datetime) -> None:
    """Rename, describe, set the kind. Raises ChangedMeanwhile, Refused. The client stays the client."""
    before = area.name
    area.name, area.description = name, description
    if area.is_client != (kind == Kind.CLIENT):
        raise Refused(_("There is one client, and it is already there."))
    area.kind = kind
    try:
        with transaction.atomic():
            save_if_unchanged(area, version, AREA_FIELDS)
    except IntegrityError:
        raise _taken() from None
    renamed = before != name
    journal.record(
        actor.organization,
        "area.renamed" if renamed else "area.described",
        by=actor.membership,
        now=now,
        area=area,
        facts={"area": name, "name": before} if renamed else {"area": name},
    )


@transaction.atomic
def archive_area(actor: Actor, area: Area, now: datetime) -> bool:
    """Take the area out of the chain with its links; all that was said and promised stays readable."""
    if area.is_client:
        raise Refused(_("The client is never archived: the chain is there for the client."))
    if not Area.objects.filter(pk=area.pk, archived_at__isnull=True).update(archived_at=now):
        return False
    area.archived_at = now
    # The same instant on both: what goes with the area comes back with it.
    Link.objects.filter(Q(customer=area) | Q(supplier=area), ended_at__isnull=True).update(ended_at=now)
    journal.record(
        actor.organization, "area.archived", by=actor.membership, now=now, area=area, facts={"area": area.name}
    )
    return True


@transaction.atomic
def restore_area(actor: Actor, area: Area, now: datetime) -> bool:
    """Bring the area back with the links that went with it, as far as their other ends are there."""
    went = Area.objects.select_for_update().get(pk=area.pk).archived_at
    if went is None:
        return False
    try:
        with transaction.atomic():
            Area.objects.filter(pk=area.pk).update(archived_at=None)
    except IntegrityError:
        raise Refused(_("Another area is called %(name)s now. Rename that one first.") % {"name": area.name}) from None
    area.archived_at = None
    Link.objects.filter(
        Q(customer=area, supplier__archived_at__isnull=True) | Q(supplier=area, customer__archived_at__isnull=True),
        ended_at=went,
    ).update(ended_at=None)
    journal.record(
        actor.organization, "area.restored", by=actor.membership, now=now, area=area, facts={"area": area.name}
    )
    return True


@transaction.atomic
def remove_area(actor: Actor, area: Area, now: datetime) -> bool:
    """Delete an area that was drawn by mistake. Refused if it has history: then it can be archived."""
    if area.is_client:
        raise Refused(_("The client is never removed: the chain is there for the client."))
    Area.objects.select_for_update().get(pk=area.pk)
    if has_history(area):
        raise Refused(_("%(area)s has history: archive it instead, so that it stays readable.") % {"area": area.name})
    name = area.name
    Link.objects.filter(Q(customer=area) | Q(supplier=area)).delete()
    area.delete()
    journal.record(actor.organization, "area.removed", by=actor.membership, now=now, facts={"area": name})
    return True


@transaction.atomic
def draw_chain(actor: Actor, rows: list[Planned], now: datetime) -> bool:
    """Draw the whole first chain at once. False, and nothing drawn, if there are areas already (a second click)."""
    organization = Organization.objects.select_for_update(no_key=True).get(pk=actor.organization.pk)
    if Area.objects.filter(organization=organization).exclude(kind=Kind.CLIENT).exists():
        return False
    drawn = {CLIENT: client_of(organization)}
    for row in rows:
        drawn[row.key] = add_area(actor, name=row.name, kind=row.kind, now=now)
    for row in rows:
        for customer in row.serves:
            if customer in drawn:
                draw_link(actor, drawn[customer], drawn[row.key], now)
    return True


# Links ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def draw_link(actor: Actor, customer: Area, supplier: Area, now: datetime) -> Link:
    """Supplier serves customer from now on. A link that was taken away comes back with its past."""
    if customer.pk == supplier.pk:
        raise Refused(_("An area cannot be its own customer."))
    if supplier.is_client:
        raise Refused(_("The client is served; it serves nobody in the chain."))
    if customer.archived_at or supplier.archived_at:
        raise Refused(_("An archived area cannot be linked. Restore it first."))
    link, new = Link.objects.select_for_update().get_or_create(
        organization=actor.organization, customer=customer, supplier=supplier, defaults={"created_at": now}
    )
    if not new and link.ended_at is None:
        raise Refused(
            _("%(supplier)s already serves %(customer)s.") % {"supplier": supplier.name, "customer": customer.name}
        )
    if link.ended_at is not None:
        Link.objects.filter(pk=link.pk).update(ended_at=None)
        link.ended_at = None
    _record_link(actor, link, "link.drawn", now)
    return link


@transaction.atomic
def end_link(actor: Actor, link: Link, now: datetime) -> bool:
    """Take the link out of the chain. Refused while it holds a contract or open requests."""
    Link.objects.select_for_update().get(pk=link.pk)
    reason = why_not_end(link)
    if reason:
        raise Refused(reason)
    if not Link.objects.filter(pk=link.pk, ended_at__isnull=True).update(ended_at=now):
        return False
    link.ended_at = now
    _record_link(actor, link, "link.ended", now)
    return True


def _record_link(actor: Actor, link: Link, event: str, now: datetime) -> None:
    journal.record(
        actor.organization,
        event,
        by=actor.membership,
        now=now,
        area=link.supplier,
        link=link,
        facts={"area": link.supplier.name, "other": link.customer.name},
    )

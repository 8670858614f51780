"""A copy of an organization to rehearse a workshop in: its map and its settings, and nobody but who rehearses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area, GuidingQuestion, Link, Membership, Organization
from areas.words import Role

# What a copy has of its own; everything else of an organization's row is as in the original.
ITS_OWN = frozenset({"id", "ref", "rehearses", "revision", "version", "created_at"})


def why_no_letter(organization: Organization) -> str | None:
    """None if letters may leave for it, else the sentence. The database refuses them too (migration 0005)."""
    return _("This is a rehearsal: no letter leaves it.") if organization.is_rehearsal else None


@transaction.atomic
def copy_for_rehearsal(
    organization: Organization, *, facilitators: Iterable[Membership], now: datetime
) -> tuple[Organization, dict[int, Area]]:
    """Its copy, with living areas, links, guiding questions and settings; and the copy's area for the pk of each."""
    if organization.is_rehearsal:
        raise ValueError("A copy is not copied again.")
    said = {
        field.name: getattr(organization, field.name)
        for field in Organization._meta.concrete_fields
        if field.name not in ITS_OWN
    }
    copy = Organization.objects.create(**said, rehearses=organization, created_at=now)
    areas = {}
    for area in Area.objects.filter(organization=organization, archived_at__isnull=True).order_by("pk"):
        areas[area.pk] = copy_area(area, copy, now)
    links = Link.objects.filter(organization=organization, ended_at__isnull=True).order_by("pk")
    Link.objects.bulk_create(
        Link(organization=copy, customer=areas[link.customer_id], supplier=areas[link.supplier_id], created_at=now)
        for link in links
        if link.customer_id in areas and link.supplier_id in areas
    )
    GuidingQuestion.objects.bulk_create(
        GuidingQuestion(organization=copy, kind=one.kind, language=one.language, text=one.text)
        for one in GuidingQuestion.objects.filter(organization=organization).order_by("pk")
    )
    for membership in facilitators:
        let_in(copy, membership, now)
    return copy, areas


def copy_area(area: Area, copy: Organization, now: datetime) -> Area:
    """The same area in the copy."""
    return Area.objects.create(
        organization=copy,
        name=area.name,
        description=area.description,
        kind=area.kind,
        created_at=now,
        archived_at=area.archived_at,
    )


def let_in(copy: Organization, membership: Membership, now: datetime) -> Membership:
    """A facilitator of the organization as one of its copy. Twice is harmless."""
    if (
        copy.rehearses_id != membership.organization_id
        or membership.role != Role.FACILITATOR
        or membership.left_at is not None
    ):
        raise ValueError("Only facilitators of the organization rehearse in its copy.")
    here, _new = Membership.objects.update_or_create(
        organization=copy,
        user=membership.user,
        defaults={"role": Role.FACILITATOR, "left_at": None},
        create_defaults={"role": Role.FACILITATOR, "joined_at": now},
    )
    return here


def shut_out(membership: Membership, now: datetime) -> None:
    """Who is no longer a facilitator of the organization is in none of its copies either."""
    copies = Membership.objects.filter(organization__rehearses=membership.organization_id, user=membership.user_id)
    copies.filter(left_at__isnull=True).update(left_at=now)

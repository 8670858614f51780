"""Roles and parts of people, and their leaving. A person who left keeps the row: the journal still names the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from areas import journal
from areas.above import holds, pointing_at
from areas.access import Actor
from areas.copying import shut_out
from areas.editing import Refused
from areas.models import Area, AreaPart, Membership, Organization
from areas.words import Part, Role


def parts_for(area: Area) -> tuple[Part, ...]:
    """What a person can be in this area: the client's people are outside, inside it has a voice."""
    return (Part.VOICE,) if area.is_client else (Part.LEAD, Part.MEMBER)


def _keep_a_facilitator(organization: Organization, leaving: Membership) -> None:
    """Refuse to take away the last facilitator. Locks the organization: two at once would each see the other."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    others = Membership.objects.filter(organization=organization, role=Role.FACILITATOR, left_at__isnull=True)
    if not others.exclude(pk=leaving.pk).exists():
        raise Refused(_("%(name)s is the last facilitator. Make somebody else one first.") % {"name": leaving.name})


@transaction.atomic
def set_role(actor: Actor, membership: Membership, role: str, now: datetime) -> bool:
    """Give the person another role. True if it changed."""
    if role != Role.FACILITATOR:
        _keep_a_facilitator(actor.organization, membership)
    changed = (
        Membership.objects.filter(pk=membership.pk, left_at__isnull=True).exclude(role=role).update(role=Role(role))
    )
    if not changed:
        return False
    membership.role = Role(role)
    if role != Role.FACILITATOR:
        shut_out(membership, now)
    journal.record(
        actor.organization,
        "person.role_changed",
        by=actor.membership,
        now=now,
        subject=("person", membership.ref),
        facts={"name": membership.name, "role": str(role)},
    )
    return True


@transaction.atomic
def set_part(actor: Actor, membership: Membership, area: Area, part: str, now: datetime) -> bool:
    """Make the person lead, member or voice of the area; an empty part takes it away. True if it changed."""
    if part and part not in parts_for(area):
        raise Refused(_("%(area)s has no such part.") % {"area": area.name})
    if part and area.archived_at:
        raise Refused(_("%(area)s is archived.") % {"area": area.name})
    if part and membership.left_at:
        raise Refused(_("%(name)s is no longer here.") % {"name": membership.name})
    if part and membership.role == Role.VIEWER:
        raise Refused(_("%(name)s is a viewer, who only reads: give another role first.") % {"name": membership.name})
    before = AreaPart.objects.select_for_update().filter(membership=membership, area=area).first()
    if (before.part if before else "") == part:
        return False
    if part:
        AreaPart.objects.update_or_create(membership=membership, area=area, defaults={"part": part})
    else:
        AreaPart.objects.filter(membership=membership, area=area).delete()
    journal.record(
        actor.organization,
        "person.assigned" if part else "person.released",
        by=actor.membership,
        now=now,
        area=area,
        subject=("person", membership.ref),
        facts={"name": membership.name, "area": area.name, "part": str(part)},
    )
    return True


@dataclass(frozen=True)
class Leaving:
    """What would miss somebody if this person went."""

    # The areas that they are the last to lead, and the client if nobody else is its voice.
    last_in: list[AreaPart]
    # (a sentence, the rows that it speaks of), as the rooms above tell it.
    left_behind: list[tuple[str, list[models.Model]]]


def leaving(membership: Membership) -> Leaving:
    """What is left without a person if this one leaves.

    A model of an upper room says by `LEFT_BEHIND` which of its rows miss the person that a field of it names: the
    field, a condition, a sentence, and the relations that its own words need.
    """
    deciding = AreaPart.objects.filter(part__in=(Part.LEAD, Part.VOICE))
    others = deciding.filter(membership__left_at=None).exclude(membership=membership)
    last_in = (
        deciding.select_related("area")
        .filter(membership=membership, area__archived_at=None)
        .exclude(area__in=others.values("area"))
        .order_by("area__name")
    )
    left_behind = []
    for model, field, found in pointing_at(membership):
        name, condition, sentence, needed = getattr(model, "LEFT_BEHIND", ("", None, "", ()))
        if name == field:
            rows = [row for row in found.filter(condition).select_related(*needed).order_by("pk") if holds(row)]
            if rows:
                left_behind.append((str(sentence), rows))
    return Leaving(list(last_in), left_behind)


@transaction.atomic
def remove(actor: Actor, membership: Membership, now: datetime) -> bool:
    """Take the person out of the organization; parts go, what was done and said stays."""
    _keep_a_facilitator(actor.organization, membership)
    if not Membership.objects.filter(pk=membership.pk, left_at__isnull=True).update(left_at=now):
        return False
    membership.left_at = now
    AreaPart.objects.filter(membership=membership).delete()
    shut_out(membership, now)
    journal.record(
        actor.organization,
        "person.left",
        by=actor.membership,
        now=now,
        subject=("person", membership.ref),
        facts={"name": membership.name},
    )
    return True

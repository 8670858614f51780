"""A new organization: its row, its client, its first facilitator."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import pgettext

from areas import journal
from areas.access import Actor
from areas.editing import save_if_unchanged
from areas.models import Area, Membership, Organization, User
from areas.words import Kind, Role

SETTINGS = ("name", "country", "zone", "language", "answer_days", "review_months")


@transaction.atomic
def found(user: User, *, name: str, country: str, zone: str, language: str, now: datetime) -> Actor:
    """Found an organization; who founds it is its facilitator. The client is there from the start."""
    organization = Organization.objects.create(name=name, country=country, zone=zone, language=language, created_at=now)
    with translation.override(language):
        client = pgettext("name of an area", "Client")
    Area.objects.create(organization=organization, name=client, kind=Kind.CLIENT, created_at=now)
    membership = Membership.objects.create(organization=organization, user=user, role=Role.FACILITATOR, joined_at=now)
    journal.record(organization, "organization.founded", by=membership, now=now, facts={"name": name})
    return Actor(membership)


@transaction.atomic
def change_settings(actor: Actor, organization: Organization, *, version: int, now: datetime) -> None:
    """Save the settings that stand on `organization` if nobody saved others meanwhile (ChangedMeanwhile)."""
    save_if_unchanged(organization, version, SETTINGS)
    journal.record(
        organization, "organization.changed", by=actor.membership, now=now, facts={"name": organization.name}
    )

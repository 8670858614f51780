"""A new organization: its row, its client, its first facilitator."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from areas import journal
from areas.access import Actor
from areas.calendar import regions
from areas.editing import Refused, save_if_unchanged
from areas.models import Area, Membership, Organization, User
from areas.words import Kind, Role

# Who founds more than this is no company.
MOST_A_DAY = 5
SETTINGS = ("name", "country", "region", "zone", "language", "answer_days", "verdict_days", "review_months")


@transaction.atomic
def found(user: User, *, name: str, country: str, zone: str, language: str, now: datetime) -> Actor:
    """Found an organization; who founds it is its facilitator. The client is there from the start."""
    organization = Organization.objects.create(name=name, country=country, zone=zone, language=language, created_at=now)
    Area.objects.create(organization=organization, name=_client_name(language), kind=Kind.CLIENT, created_at=now)
    membership = Membership.objects.create(organization=organization, user=user, role=Role.FACILITATOR, joined_at=now)
    journal.record(organization, "organization.founded", by=membership, now=now, facts={"name": name})
    return Actor(membership)


def unfinished(user: User) -> Membership | None:
    """The organization that this person began in the wizard and whose chain is not drawn yet."""
    others = Membership.objects.filter(organization=OuterRef("organization")).exclude(user=user)
    drawn = Area.objects.filter(organization=OuterRef("organization")).exclude(kind=Kind.CLIENT)
    return (
        Membership.objects.select_related("organization", "user")
        .filter(~Exists(others), ~Exists(drawn), user=user, role=Role.FACILITATOR, left_at=None)
        .filter(organization__rehearses=None)
        .order_by("-joined_at")
        .first()
    )


@transaction.atomic
def found_or_change(user: User, *, name: str, country: str, zone: str, language: str, now: datetime) -> Actor:
    """The first screen of the wizard: found the organization, or correct the one begun (also by a second click)."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    begun = unfinished(user)
    if begun is None:
        today = Membership.objects.filter(user=user, organization__created_at__gt=now - timedelta(days=1))
        if today.filter(role=Role.FACILITATOR, organization__rehearses=None).count() >= MOST_A_DAY:
            raise Refused(_("You began %(n)s organizations in one day. Go on tomorrow, please.") % {"n": MOST_A_DAY})
        return found(user, name=name, country=country, zone=zone, language=language, now=now)
    organization = begun.organization
    organization.name, organization.country = name, country
    organization.zone, organization.language = zone, language
    organization.save(update_fields=["name", "country", "zone", "language"])
    Area.objects.filter(organization=organization, kind=Kind.CLIENT).update(name=_client_name(language))
    return Actor(begun)


def _client_name(language: str) -> str:
    with translation.override(language):
        return pgettext("name of an area", "Client")


@transaction.atomic
def change_settings(actor: Actor, organization: Organization, *, version: int, now: datetime) -> None:
    """Save the settings that stand on `organization` if nobody saved others meanwhile (ChangedMeanwhile).

    A region of another country than the one chosen is left behind.
    """
    if organization.region not in dict(regions(organization.country)):
        organization.region = ""
    save_if_unchanged(organization, version, SETTINGS)
    journal.record(
        organization, "organization.changed", by=actor.membership, now=now, facts={"name": organization.name}
    )

"""From nothing to a room: a company with its chain in one go, for a consultant who sits at a client's office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from areas import drawing, founding
from areas.access import Actor
from areas.chain_templates import LINE, TEMPLATES, Planned, closed_up, planned
from areas.editing import Refused
from areas.models import Area, Membership, User
from areas.words import Kind, Role

# The same company again within this time is a second click.
A_MOMENT = timedelta(minutes=10)
LONGEST = Area._meta.get_field("name").max_length or 0


def rows_of(template: str, language: str) -> list[Planned]:
    """The areas of a template, named in that language, with blank rows to add others."""
    with translation.override(language):
        return planned(TEMPLATES.get(template, LINE))


@transaction.atomic
def found_with_chain(
    user: User,
    *,
    name: str,
    country: str,
    zone: str,
    language: str,
    template: str = LINE.key,
    rows: Sequence[Planned] | None = None,
    now: datetime,
) -> Actor:
    """The company, its client and its chain; who founds it is its facilitator, and may begin a workshop at once.

    `rows` as they were typed; without them those of the template. A company that the person began in the wizard and
    left without a chain is finished here. Raises Refused.
    """
    kept = closed_up(list(rows) if rows is not None else rows_of(template, language))
    if not kept:
        raise Refused(_("A chain has at least one area beside the client. Who meets the client first?"))
    if any(len(row.name.strip()) > LONGEST for row in kept):
        raise Refused(_("A name has at most 80 letters."))
    kept = [row._replace(name=row.name.strip()) for row in kept]
    # Two clicks at the same instant come one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    just_now = _founded_just_now(user, name, {row.name for row in kept}, now)
    if just_now is not None:
        return Actor(just_now)
    actor = founding.found_or_change(user, name=name, country=country, zone=zone, language=language, now=now)
    drawing.draw_chain(actor, kept, now)
    return actor


def _founded_just_now(user: User, name: str, names: set[str], now: datetime) -> Membership | None:
    mine = Membership.objects.select_related("organization", "user").filter(
        user=user,
        role=Role.FACILITATOR,
        left_at=None,
        organization__name=name,
        organization__rehearses=None,
        organization__created_at__gt=now - A_MOMENT,
    )
    for membership in mine.order_by("-pk"):
        areas = Area.objects.filter(organization=membership.organization).exclude(kind=Kind.CLIENT)
        if set(areas.values_list("name", flat=True)) == names:
            return membership
    return None

"""A rehearsal is played in a copy of the organization, by the same deeds as everything else, and goes whole.

What is removed is found, not listed: each table of ours says by its foreign keys to which organization a row belongs,
so one that is added later goes too. What no foreign key leads to is nobody's in particular (people, the outbox, the
pulse of the beat); a test names those tables.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from graphlib import TopologicalSorter
from typing import NamedTuple

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import CASCADE, Exists, ForeignKey, OuterRef
from django.utils.translation import gettext as _

from areas import copying
from areas.models import Area, JournalEntry, Membership, Organization
from areas.words import Role
from post import live
from post.models import Letter
from requests.copying import copy_problems
from requests.models import ClientProblem
from requests.moves import Refused
from workshops.models import Workshop

logger = logging.getLogger(__name__)

ROOMS = frozenset({"post", "areas", "requests", "contracts", "workshops", "config"})
# Of one organization at once; each holds rows until it is thrown away.
MOST = 10
# So long after the last thing that anybody did in it, it goes by itself.
FORGOTTEN_AFTER = timedelta(hours=48)
# Somebody writes into it at the very moment in which it goes: then once more.
TRIES = 3

Model = type[models.Model]


class Begun(NamedTuple):
    """The copy, and its rows for the pk of each area and problem of the original."""

    copy: Organization
    areas: dict[int, Area]
    problems: dict[int, ClientProblem]


@transaction.atomic
def begin(organization: Organization, facilitator: Membership, now: datetime) -> Begun:
    """A copy to rehearse in, with the facilitator in it. Nothing of the organization changes. Raises Refused."""
    if organization.is_rehearsal:
        raise Refused(_("This is a rehearsal already. Begin another one from the company itself."))
    if facilitator.organization_id != organization.pk or facilitator.role != Role.FACILITATOR or facilitator.left_at:
        raise Refused(_("A facilitator rehearses a workshop."))
    if organization.rehearsals.count() >= MOST:
        raise Refused(_("There are %(n)s rehearsals already. Throw one of them away first.") % {"n": MOST})
    copy, areas = copying.copy_for_rehearsal(organization, facilitators=[facilitator], now=now)
    return Begun(copy, areas, copy_problems(organization, copy, areas, now))


def join(copy: Organization, facilitator: Membership, now: datetime) -> Membership:
    """Another facilitator of the organization takes part; the membership of the copy. Twice is harmless."""
    return copying.let_in(copy, facilitator, now)


# Removing -------------------------------------------------------------------------------------------------------------


def remove(copy: Organization) -> bool:
    """Every row of the rehearsal goes, whatever was done in it; its workshop too. False: it is gone already.

    Raises ValueError for an organization that is no rehearsal.
    """
    for n in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _remove(copy)
        except (IntegrityError, OperationalError):
            if n == TRIES:
                raise
    return False


def _remove(copy: Organization) -> bool:
    # A deed in it holds this row until it is through, and whoever comes later finds nothing.
    found = Organization.objects.select_for_update().filter(pk=copy.pk).first()
    if found is None:
        return False
    if not found.is_rehearsal:
        raise ValueError("Only a rehearsal is removed.")
    for workshop in Workshop.objects.filter(scene=found):
        live.announce((workshop.topic(), workshop.stage_topic), workshop.pulse + 1)
    live.announce((f"o:{found.ref}",), found.revision + 1)
    with connection.cursor() as cursor:
        # Django's foreign keys are looked at when the transaction ends, so that rows may go in this order; the triggers
        # of what stays for ever look at the row above, which therefore goes later.
        cursor.execute("SELECT set_config('eslabon.removing', %s, true)", [str(found.pk)])
        for model in removed_in_order():
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE {belonging(model)}', {"organization": found.pk})
        cursor.execute("SELECT set_config('eslabon.removing', '', true)")
    Letter.objects.filter(organization_ref=found.ref).delete()
    # Now, not at the end: a row that still points here is this deed's affair.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return True


def remove_forgotten(now: datetime) -> int:
    """Rehearsals in which nothing has happened for two days go; how many."""
    before = now - FORGOTTEN_AFTER
    played = Workshop.objects.filter(scene=OuterRef("pk"), active_at__gt=before)
    told = JournalEntry.objects.filter(organization=OuterRef("pk"), at__gt=before)
    copies = Organization.objects.filter(rehearses__isnull=False, created_at__lte=before)
    gone = 0
    for copy in copies.filter(~Exists(played), ~Exists(told)).order_by("pk"):
        try:
            gone += remove(copy)
        except (IntegrityError, OperationalError):
            logger.exception("rehearsal %s could not be removed; it is tried again", copy.ref)
    return gone


@cache
def removed_in_order() -> tuple[Model, ...]:
    """Our tables whose rows belong to an organization, those that hang on others before them; itself last."""
    above: dict[Model, set[Model]] = {model: set() for model in ours() if belonging(model)}
    for model in above:
        for owner, _column in _owners(model):
            above[owner].add(model)
    return tuple(TopologicalSorter(above).static_order())


def ours() -> Iterator[Model]:
    """The tables of our rooms, also those that Django makes by itself between two of ours."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ROOMS and model._meta.managed and not model._meta.proxy:
            yield model


@cache
def belonging(model: Model) -> str:
    """The condition, as SQL, under which a row belongs to %(organization)s; empty if its table belongs to nobody."""
    if model is Organization:
        return '"id" = %(organization)s'
    owners = _owners(model)
    itself = [f'"{column}" = %(organization)s' for owner, column in owners if owner is Organization]
    through = (
        f'"{column}" IN (SELECT "id" FROM "{owner._meta.db_table}" WHERE {belonging(owner)})'
        for owner, column in owners
    )
    return " OR ".join(itself or through)


def _owners(model: Model) -> list[tuple[Model, str]]:
    """The tables without whose row one of this table is nothing, with the column that names it."""
    found = []
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and not field.null and field.remote_field.on_delete is CASCADE:
            owner = field.remote_field.model
            if owner is not model and belonging(owner):
                found.append((owner, field.column))
    return found

"""Deeds on the client's problems: raise, edit, put in focus, measure, close, reopen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.editing import ChangedMeanwhile, save_if_unchanged
from areas.models import Area, Organization
from requests.models import ClientProblem, Measurement
from requests.moves import Refused

FIELDS = (
    "statement",
    "description",
    "process",
    "moment",
    "accountable",
    "indicator",
    "unit",
    "baseline",
    "target",
    "jobs",
    "pains",
    "gains",
)


def why_not_raise(actor: Actor) -> str | None:
    """None if the person may raise a client's problem, else the sentence."""
    if actor.is_facilitator or actor.leads:
        return None
    return _("A lead of an area or a facilitator raises the client's problems.")


def why_not_edit(problem: ClientProblem, actor: Actor) -> str | None:
    if actor.is_facilitator or actor.may_decide_for(problem.accountable_id):
        return None
    return _("A lead of %(area)s, which is accountable, or a facilitator does this.") % {
        "area": problem.accountable.name
    }


def why_not_focus(problem: ClientProblem, actor: Actor) -> str | None:
    if problem.closed_at:
        return _("This problem is closed; reopen it first.")
    if actor.is_facilitator:
        return None
    return _("A facilitator puts a problem in focus: there is one at a time.")


def why_not_measure(problem: ClientProblem, actor: Actor) -> str | None:
    if not problem.indicator:
        return _("It has no indicator yet: say first what is measured.")
    return why_not_edit(problem, actor)


def _guard(refusal: str | None) -> None:
    if refusal:
        raise Refused(refusal)


def _record(problem: ClientProblem, event: str, actor: Actor, now: datetime, **facts: Any) -> None:
    journal.record(
        actor.organization,
        f"problem.{event}",
        by=actor.membership,
        now=now,
        area=problem.accountable,
        subject=("problem", problem.ref),
        facts={"outcome": problem.statement, **facts},
        topics=(f"p:{problem.ref}",),
    )


@transaction.atomic
def raise_problem(actor: Actor, *, fields: dict[str, Any], now: datetime) -> ClientProblem:
    """Write down what hurts the client. The first one is in focus. Raises Refused."""
    _guard(why_not_raise(actor))
    _check_area(actor.organization, fields["accountable"])
    # Of two first problems at the same instant only one can be in focus: the organization's row makes them queue.
    Organization.objects.select_for_update().get(pk=actor.organization.pk)
    first = not ClientProblem.objects.filter(organization=actor.organization, closed_at__isnull=True).exists()
    first = first and not ClientProblem.objects.filter(organization=actor.organization, in_focus=True).exists()
    problem = ClientProblem.objects.create(
        organization=actor.organization,
        raised_by=actor.membership,
        created_at=now,
        in_focus=first,
        **{name: fields[name] for name in FIELDS if name in fields},
    )
    _record(problem, "raised", actor, now)
    return problem


@transaction.atomic
def edit(problem: ClientProblem, actor: Actor, *, version: int, fields: dict[str, Any], now: datetime) -> ClientProblem:
    """Raises Refused, or ChangedMeanwhile with the row as the other person left it."""
    _guard(why_not_edit(problem, actor))
    _check_area(actor.organization, fields["accountable"])
    for name in FIELDS:
        if name in fields:
            setattr(problem, name, fields[name])
    save_if_unchanged(problem, version, FIELDS)
    _record(problem, "edited", actor, now)
    return problem


@transaction.atomic
def focus(problem: ClientProblem, actor: Actor, now: datetime) -> None:
    """Put it in focus; the one that was, no longer is. Twice is harmless. Raises Refused."""
    _guard(why_not_focus(problem, actor))
    Organization.objects.select_for_update().get(pk=actor.organization.pk)
    others = ClientProblem.objects.filter(organization=actor.organization, in_focus=True).exclude(pk=problem.pk)
    left = list(others)
    others.update(in_focus=False)
    if not ClientProblem.objects.filter(pk=problem.pk, in_focus=False, closed_at__isnull=True).update(in_focus=True):
        return
    problem.in_focus = True
    _record(problem, "focused", actor, now)
    for other in left:
        journal.touch(actor.organization, topics=(f"p:{other.ref}",))


@transaction.atomic
def measure(
    problem: ClientProblem, actor: Actor, *, on: date, value: Decimal, note: str = "", now: datetime
) -> Measurement:
    """One more value of the indicator; the same day measured again counts from now on. Raises Refused."""
    _guard(why_not_measure(problem, actor))
    measurement = Measurement.objects.create(
        problem=problem, on=on, value=value, note=note, by=actor.membership, at=now
    )
    _record(problem, "measured", actor, now, value=f"{value.normalize():f}", unit=problem.unit, note=note)
    return measurement


@transaction.atomic
def close(problem: ClientProblem, actor: Actor, now: datetime) -> None:
    """It no longer hurts. What was promised because of it goes on. Twice is harmless. Raises Refused."""
    _guard(why_not_edit(problem, actor))
    rows = ClientProblem.objects.filter(pk=problem.pk, closed_at__isnull=True)
    if rows.update(closed_at=now, in_focus=False):
        problem.closed_at, problem.in_focus = now, False
        _record(problem, "closed", actor, now)


@transaction.atomic
def reopen(problem: ClientProblem, actor: Actor, now: datetime) -> None:
    """It hurts again. Twice is harmless. Raises Refused."""
    _guard(why_not_edit(problem, actor))
    if ClientProblem.objects.filter(pk=problem.pk, closed_at__isnull=False).update(closed_at=None):
        problem.closed_at = None
        _record(problem, "reopened", actor, now)


def _check_area(organization: Organization, area: Area) -> None:
    if area.organization_id != organization.pk or area.is_client or area.archived_at:
        raise Refused(_("Choose an area of the company."))


__all__ = [
    "FIELDS",
    "ChangedMeanwhile",
    "Refused",
    "close",
    "edit",
    "focus",
    "measure",
    "raise_problem",
    "reopen",
    "why_not_edit",
    "why_not_focus",
    "why_not_measure",
    "why_not_raise",
]

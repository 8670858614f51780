"""Doorways to asks and client problems. There is no other way to get hold of one."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from areas.access import Actor
from requests.models import Ask, ClientProblem
from requests.states import Side, State

# What a page about an ask shows of its neighbours.
NEAR = (
    "organization",
    "link__customer",
    "link__supplier",
    "asker",
    "performer",
    "terms",
    "problem",
    "owner__user",
    "drafted_by__user",
)


def visible_asks(actor: Actor) -> QuerySet[Ask]:
    """All asks of the organization but the drafts of other areas, thrown away or not. Facilitators see drafts too."""
    asks = Ask.objects.select_related(*NEAR).filter(organization=actor.organization)
    if actor.is_facilitator:
        return asks
    mine = Q(opened_by=Side.ASKER, asker__in=actor.works_in) | Q(opened_by=Side.PERFORMER, performer__in=actor.works_in)
    never_asked = Q(state=State.DRAFT) | Q(state=State.WITHDRAWN, asked_at__isnull=True)
    return asks.filter(~never_asked | mine)


def ask_to_read(actor: Actor, ref: str) -> Ask:
    """Raises Http404 for an ask of another organization and for another area's draft."""
    ask = visible_asks(actor).filter(ref=ref).first()
    if ask is None:
        raise Http404
    return ask


def problem_of(actor: Actor, ref: str) -> ClientProblem:
    """Raises Http404 for a problem of another organization."""
    problem = (
        ClientProblem.objects.select_related("organization", "accountable", "raised_by__user")
        .filter(organization=actor.organization, ref=ref)
        .first()
    )
    if problem is None:
        raise Http404
    return problem

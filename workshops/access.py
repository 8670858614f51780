"""The doorways to a workshop: for members of the organization by its address, for people in the room by its code."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import Http404

from areas.access import Actor
from areas.models import Membership
from areas.words import Role
from workshops.codes import ROOM, tidy
from workshops.models import Seat, Workshop

NEAR = ("organization", "scene", "problem", "reading", "driver__user")
# So long after the end a phone is still told how it ended.
AFTERWARDS = timedelta(hours=48)


def workshop_of(actor: Actor, ref: str) -> Workshop:
    """A workshop of the actor's organization. Raises Http404."""
    found = Workshop.objects.select_related(*NEAR).filter(organization=actor.organization, ref=ref).first()
    if found is None:
        raise Http404
    return found


def by_code(code: str, now: datetime) -> Workshop | None:
    """The room behind a code that somebody typed: the open one, else the one that closed last under it."""
    wanted = tidy(code)
    if len(wanted) != ROOM:
        return None
    return (
        Workshop.objects.select_related(*NEAR)
        .filter(code=wanted, active_at__gt=now - AFTERWARDS)
        .order_by("-closed_at")  # NULL, which is open, comes first
        .first()
    )


def seat_in(workshop: Workshop, token: str) -> Seat | None:
    """The seat that a cookie names, in this room only."""
    if not token:
        return None
    seat = Seat.objects.select_related("area", "membership__user").filter(workshop=workshop, token=token).first()
    if seat:
        seat.workshop = workshop
    return seat


def actor_in(workshop: Workshop, actor: Actor) -> Actor:
    """The facilitator as an actor of the organization that the workshop writes into. Raises Http404 for who has no
    part in the copy of a rehearsal.
    """
    if not workshop.is_rehearsal:
        return actor
    membership = (
        Membership.objects.select_related("organization", "user")
        .filter(organization=workshop.scene, user=actor.user, left_at__isnull=True, role=Role.FACILITATOR)
        .first()
    )
    if membership is None:
        raise Http404
    return Actor(membership)

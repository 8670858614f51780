"""Who may, and the doorways. There is no other way to get hold of an organization's rows.

Each view names its doorway once, by a decorator; `tests/test_walk.py` walks every address as every kind of person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from areas.models import Area, Link, Membership, Organization, User
from areas.rows import Rows
from areas.speaking import speak
from areas.words import Kind, Part, Role

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request whose sender is known (behind `signed_in`, `for_members`, `for_facilitators`)."""

    user: User
    htmx: HtmxDetails
    actor: Actor


@dataclass(frozen=True)
class Actor:
    """A person acting inside one organization, with what the person's parts allow."""

    membership: Membership

    @property
    def organization(self) -> Organization:
        return self.membership.organization

    @property
    def user(self) -> User:
        return self.membership.user

    @property
    def author(self) -> Membership | None:
        """The membership that a row may name; None for somebody who acts without one."""
        return self.membership if self.membership.pk else None

    @property
    def name(self) -> str:
        return self.membership.name

    @cached_property
    def parts(self) -> dict[int, str]:
        """Area pk → part. One query, on first use: the board does not need it."""
        with connection.cursor() as cursor:
            cursor.execute(PARTS, [self.membership.pk])
            return dict(cursor.fetchall())

    @property
    def is_facilitator(self) -> bool:
        return self.membership.role == Role.FACILITATOR

    @property
    def is_viewer(self) -> bool:
        return self.membership.role == Role.VIEWER

    @cached_property
    def leads(self) -> frozenset[int]:
        """Areas for which the person decides: agrees, declines, signs. The voice decides for the client."""
        if self.is_viewer:
            return frozenset()
        return frozenset(area for area, part in self.parts.items() if part in (Part.LEAD, Part.VOICE))

    @cached_property
    def works_in(self) -> frozenset[int]:
        """Areas for which the person speaks in conversations."""
        return frozenset() if self.is_viewer else frozenset(self.parts)

    def may_speak_for(self, area: Area | int) -> bool:
        return (area if isinstance(area, int) else area.pk) in self.works_in

    def may_decide_for(self, area: Area | int) -> bool:
        return (area if isinstance(area, int) else area.pk) in self.leads


@dataclass(frozen=True)
class Guest(Actor):
    """Somebody in a workshop who acts for one area, inside it. Made by `guest`.

    `membership` is the person's own if the phone is signed in. Else it is an unsaved one: reading its name works, and
    saving a row that points to it fails loudly.
    """

    area: Area
    seat_name: str

    @property
    def name(self) -> str:
        return self.seat_name

    @cached_property
    def parts(self) -> dict[int, str]:
        return {self.area.pk: Part.LEAD}

    @property
    def is_facilitator(self) -> bool:
        return False

    @property
    def is_viewer(self) -> bool:
        return False

    @cached_property
    def leads_by_account(self) -> bool:
        """Whether the person also leads the area outside the workshop: then what is signed counts."""
        member = self.author
        return member is not None and member.left_at is None and Actor(member).may_decide_for(self.area)


def guest(organization: Organization, area: Area, name: str, member: Membership | None) -> Guest:
    """Who sits in a workshop of the organization for that area, with the account of `member` or without any."""
    if area.organization_id != organization.pk or (member and member.organization_id != organization.pk):
        raise ValueError("A guest acts for an area of the workshop's organization.")
    if member is None:
        member = Membership(organization=organization, user=User(name=name))
    return Guest(membership=member, area=area, seat_name=name)


MEMBERSHIP = Rows(
    """
    SELECT {membership}, {organization}
    FROM areas_membership membership
    JOIN areas_organization organization ON organization.id = membership.organization_id
    WHERE membership.user_id = %s AND organization.ref = %s AND membership.left_at IS NULL
    """,
    membership=Membership,
    organization=Organization,
)
PARTS = """
SELECT part.area_id, part.part
FROM areas_areapart part JOIN areas_area area ON area.id = part.area_id
WHERE part.membership_id = %s AND area.archived_at IS NULL
"""


def enter(user: User, org_ref: str) -> Actor:
    """The doorway to an organization. Raises Http404 for a stranger: for them it does not exist."""
    for membership, organization in MEMBERSHIP(user.pk, org_ref):
        membership.organization, membership.user = organization, user
        return Actor(membership)
    raise Http404


def area_of(actor: Actor, ref: str) -> Area:
    """An area of the actor's organization, archived ones included. Raises Http404."""
    area = Area.objects.filter(organization=actor.organization, ref=ref).first()
    if area is None:
        raise Http404
    return area


def link_of(actor: Actor, ref: str) -> Link:
    """A link of the actor's organization with both areas, ended ones included. Raises Http404."""
    link = Link.objects.select_related("customer", "supplier").filter(organization=actor.organization, ref=ref).first()
    if link is None:
        raise Http404
    return link


def client_of(organization: Organization) -> Area:
    """The client, outside the company; every organization has one from the start."""
    return Area.objects.get(organization=organization, kind=Kind.CLIENT)


View = Callable[Concatenate[MemberRequest, Actor, P], HttpResponseBase]
Routed = Callable[..., HttpResponseBase]


def _marked(view: Routed, doorway: str) -> Routed:
    cast(Any, view).doorway = doorway
    return view


def open_to_all(view: Routed) -> Routed:
    """For strangers too: it shows nothing of any organization."""
    return _marked(view, "open")


def signed_in(view: Routed) -> Routed:
    """For a known person, of no organization in particular. Others are sent to sign in."""
    return _marked(login_required(view), "signed_in")


def for_members(view: View[P]) -> Routed:
    """For the members of the organization named in the address. A stranger gets 404, signed in or not known yet."""

    @wraps(view)
    def inner(request: HttpRequest, org: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        known = cast(MemberRequest, request)
        actor = enter(known.user, org)
        known.actor = actor
        speak(actor.user, actor.organization)
        return view(known, actor, *args, **kwargs)

    return _marked(login_required(inner), "members")


def for_facilitators(view: View[P]) -> Routed:
    """For facilitators of the organization; its other members get 403 with a sentence, strangers 404."""

    def inner(request: MemberRequest, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not actor.is_facilitator:
            raise PermissionDenied(_("Only a facilitator of %(name)s can do this.") % {"name": actor.organization.name})
        return view(request, actor, *args, **kwargs)

    return _marked(for_members(wraps(view)(inner)), "facilitators")

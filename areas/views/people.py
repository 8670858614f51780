"""Who is here, who is invited, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from areas import feed, inviting, people
from areas.access import Actor, MemberRequest, area_of, for_facilitators, for_members
from areas.forms import InviteForm
from areas.models import Area, AreaPart, Invitation, Membership
from areas.views.chain import _deed
from areas.views.wizard import Invited, invite_pasted
from areas.words import Kind, Role


@dataclass
class Person:
    """A member as a row of the page."""

    membership: Membership
    parts: list[AreaPart] = field(default_factory=list)

    @property
    def initials(self) -> str:
        return feed.initials(self.membership.name)

    @property
    def hue(self) -> int:
        return feed.hue(self.membership.name)


@dataclass(frozen=True)
class Asked:
    """An invitation with what it is now."""

    invitation: Invitation
    standing: str


STANDING_ORDER = {"pending": 0, "expired": 1, "accepted": 2}


def _page(
    request: HttpRequest, actor: Actor, now: datetime, form: InviteForm | None = None, result: Invited | None = None
) -> HttpResponse:
    organization = actor.organization
    rows = {
        member.pk: Person(member)
        for member in Membership.objects.select_related("user", "organization")
        .filter(organization=organization, left_at=None)
        .order_by("user__name", "pk")
    }
    parts = AreaPart.objects.select_related("area").filter(
        membership__organization=organization, membership__left_at=None, area__archived_at=None
    )
    for part in parts.order_by("area__name"):
        rows[part.membership_id].parts.append(part)
    context: dict[str, Any] = {"people": list(rows.values())}
    refused = result.refused if result else []
    if actor.is_facilitator:
        invitations = Invitation.objects.select_related("area").filter(organization=organization, withdrawn_at=None)
        asked = [Asked(one, one.standing(now)) for one in invitations.order_by("-sent_at")[:200]]
        areas = Area.objects.filter(organization=organization, archived_at=None).exclude(kind=Kind.CLIENT)
        areas = areas.order_by("name")
        context |= {
            "invitations": sorted(asked, key=lambda one: STANDING_ORDER[one.standing]),
            "form": form or InviteForm(_example(areas)),
            "why_not_invite": inviting.why_not_invite(organization),
            "refused": refused,
            "roles": [(role.value, role.label) for role in Role],
            "areas": areas,
        }
    return render(request, "areas/people.html", context, status=422 if refused or (form and form.errors) else 200)


def _example(areas: QuerySet[Area]) -> str:
    """The name of an area that the example of the form shows."""
    first = areas.order_by("name").first()
    return first.name if first else _("Logistics")


def _member_of(actor: Actor, ref: str) -> Membership:
    member = (
        Membership.objects.select_related("user", "organization")
        .filter(organization=actor.organization, ref=ref, left_at=None)
        .first()
    )
    if member is None:
        raise Http404
    return member


def _invitation_of(actor: Actor, ref: str) -> Invitation:
    found = Invitation.objects.select_related("area").filter(organization=actor.organization, ref=ref).first()
    if found is None:
        raise Http404
    return found


@for_members
@require_GET
def show(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Everybody with role and areas; for facilitators also addresses, invitations and forms."""
    return _page(request, actor, timezone.now())


@for_facilitators
@require_POST
def invite(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Invite a pasted list; the lines that cannot be read stay in the box with their reasons."""
    if refusal := inviting.why_not_invite(actor.organization):
        messages.error(request, refusal)
        return redirect("areas:people", org=actor.organization.ref)
    area = _example(Area.objects.filter(organization=actor.organization, archived_at=None).exclude(kind=Kind.CLIENT))
    form = InviteForm(area, request.POST)
    if not form.is_valid():
        return _page(request, actor, timezone.now(), form)
    coming_as = form.cleaned_data["role"]
    result = invite_pasted(actor, form.cleaned_data["people"], coming_as)
    result.tell(request)
    if result.refused:
        kept = InviteForm(area, initial={"people": result.left_over, "role": coming_as})
        return _page(request, actor, timezone.now(), kept, result)
    return redirect("areas:people", org=actor.organization.ref)


@for_facilitators
@require_POST
def resend(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Send the invitation again."""
    invitation = _invitation_of(actor, ref)
    return _deed(
        request,
        lambda: inviting.resend(actor, invitation, timezone.now()),
        _("Another letter to %(email)s is on its way.") % {"email": invitation.email},
        redirect("areas:people", org=actor.organization.ref),
    )


@for_facilitators
@require_POST
def withdraw(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation_of(actor, ref)
    return _deed(
        request,
        lambda: inviting.withdraw(actor, invitation, timezone.now()),
        _("The invitation for %(email)s is taken back.") % {"email": invitation.email},
        redirect("areas:people", org=actor.organization.ref),
    )


@for_facilitators
@require_POST
def role(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Give a person another role."""
    member = _member_of(actor, ref)
    wanted = request.POST.get("role", "")
    after = redirect("areas:people", org=actor.organization.ref)
    if wanted not in Role.values:
        return after
    return _deed(
        request,
        lambda: people.set_role(actor, member, wanted, timezone.now()),
        _("%(name)s: %(role)s.") % {"name": member.name, "role": Role(wanted).label},
        after,
    )


@for_facilitators
@require_POST
def part(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Assign a person to an area, or release them from it (an empty part)."""
    member = _member_of(actor, ref)
    area = area_of(actor, request.POST.get("area", ""))
    wanted = request.POST.get("part", "")
    if request.POST.get("back") == "area":
        after = redirect("areas:area", org=actor.organization.ref, ref=area.ref)
    else:
        after = redirect("areas:people", org=actor.organization.ref)
    sentence = (_("%(name)s is in %(area)s now.") if wanted else _("%(name)s is no longer in %(area)s.")) % {
        "name": member.name,
        "area": area.name,
    }
    return _deed(request, lambda: people.set_part(actor, member, area, wanted, timezone.now()), sentence, after)


@for_facilitators
@require_POST
def assign(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """From the page of an area: the person is chosen in the form."""
    area = area_of(actor, ref)
    member = _member_of(actor, request.POST.get("person", ""))
    wanted = request.POST.get("part", "")
    return _deed(
        request,
        lambda: people.set_part(actor, member, area, wanted, timezone.now()),
        _("%(name)s is in %(area)s now.") % {"name": member.name, "area": area.name},
        redirect("areas:area", org=actor.organization.ref, ref=area.ref),
    )


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Take a person out of the organization; before, say what that leaves without a person."""
    member = _member_of(actor, ref)
    if request.method != "POST":
        return render(request, "areas/person_remove.html", {"member": member, "leaving": people.leaving(member)})
    mine = member.user_id == actor.user.pk
    return _deed(
        request,
        lambda: people.remove(actor, member, timezone.now()),
        _("%(name)s is no longer in %(organization)s.")
        % {"name": member.name, "organization": actor.organization.name},
        redirect("areas:home") if mine else redirect("areas:people", org=actor.organization.ref),
    )

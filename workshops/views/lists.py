"""The workshops of an organization, a new one, and one from nothing at a client's office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from areas.access import Actor, MemberRequest, for_facilitators, for_members
from areas.models import Area
from areas.words import Kind
from requests.moves import Refused
from workshops import running
from workshops.forms import WorkshopForm
from workshops.models import Workshop


@dataclass(frozen=True)
class Entry:
    """A workshop on the list, with what it came to."""

    workshop: Workshop
    people: int
    asks: int
    step: str


def _entries(actor: Actor, now: datetime) -> list[Entry]:
    found = (
        Workshop.objects.filter(organization=actor.organization)
        .select_related("driver__user", "problem")
        .annotate(
            people_in=Count("seats", filter=Q(seats__removed_at=None), distinct=True),
            asked=Count("deeds__ask", filter=Q(deeds__verb="ask"), distinct=True),
        )
        .order_by("-created_at", "-pk")
    )
    return [Entry(one, one.people_in, one.asked, _where(one, now)) for one in found]


def _where(workshop: Workshop, now: datetime) -> str:
    """Where it stands, without asking for the chain."""
    if workshop.closed_at:
        return ""
    if workshop.paused_at:
        return _("put off to another day")
    if not workshop.is_open(now):
        return _("nobody was there for two days")
    here = workshop.at
    return str(here.phase.label) if here else _("people come in")


@for_members
@require_safe
def workshops(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """What runs, what is rehearsed, what was."""
    entries = _entries(actor, timezone.now())
    context = {
        "actor": actor,
        "org": actor.organization.ref,
        "running": [one for one in entries if not one.workshop.closed_at and not one.workshop.is_rehearsal],
        "rehearsals": [one for one in entries if one.workshop.is_rehearsal] if actor.is_facilitator else [],
        "finished": [one for one in entries if one.workshop.closed_at and not one.workshop.is_rehearsal],
        "has_chain": Area.objects.filter(organization=actor.organization, archived_at=None)
        .exclude(kind=Kind.CLIENT)
        .exists(),
    }
    return render(request, "workshops/list.html", context)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """One click begins: everything has an answer already."""
    now = timezone.now()
    name = running.default_name(actor.organization.language, now.astimezone(actor.organization.tz))
    form = WorkshopForm(
        request.POST if request.method == "POST" else None,
        initial={"name": name, "language": actor.organization.language},
    )
    rehearse = "rehearse" in request.POST or (request.method != "POST" and request.GET.get("rehearse") == "1")
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = running.create(
                actor,
                name=said["name"] or name,
                language=said["language"] or actor.organization.language,
                plan=form.plan(),
                minutes=form.minutes(),
                is_rehearsal=rehearse,
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("workshops:console", org=actor.organization.ref, ref=made.ref)
    context = {"actor": actor, "org": actor.organization.ref, "form": form, "rehearse": rehearse}
    return render(request, "workshops/new.html", context, status=422 if form.errors else 200)

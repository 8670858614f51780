"""The workshops of an organization, a new one, and one from nothing at a client's office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from areas.access import Actor, MemberRequest, for_facilitators, for_members
from areas.models import Area
from areas.words import Kind
from requests.moves import Refused
from requests.states import Verb
from workshops import running
from workshops.forms import WorkshopForm
from workshops.models import Deed, Seat, Workshop

# How many that were held stand on a page, and how many that nobody closed stand above it before the rest is folded.
HELD_ON_A_PAGE = 25
RUNNING_IN_FULL = 6


@dataclass(frozen=True)
class Entry:
    """A workshop on the list, with what it came to."""

    workshop: Workshop
    people: int
    asks: int
    step: str


def _entries(found: Iterable[Workshop], now: datetime) -> list[Entry]:
    """With what they came to: two queries for all of them together."""
    rows = list(found)
    people = Seat.objects.filter(workshop__in=rows, removed_at=None).values_list("workshop").annotate(Count("pk"))
    asked = Deed.objects.filter(workshop__in=rows, verb=Verb.ASK.value).values_list("workshop")
    in_room, asks = dict(people), dict(asked.annotate(Count("ask", distinct=True)))
    return [Entry(one, in_room.get(one.pk, 0), asks.get(one.pk, 0), _where(one, now)) for one in rows]


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
    now = timezone.now()
    of_all = Workshop.objects.filter(organization=actor.organization).order_by("-created_at", "-pk")
    of_all = of_all.select_related("organization", "driver__user", "problem")
    held = of_all.filter(closed_at__isnull=False, scene=F("organization"))
    page = Paginator(held, HELD_ON_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"actor": actor, "org": actor.organization.ref, "page": page}
    # What still goes on stands above the first page; the others are what was.
    others = list(of_all.exclude(closed_at__isnull=False, scene=F("organization"))) if page.number == 1 else []
    running = [one for one in others if not one.is_rehearsal]
    # A room that nobody closed is gone on with or not; those of long ago do not push away what is new.
    asleep = [one for one in running[RUNNING_IN_FULL:] if not one.is_open(now)]
    entries = {one.workshop.pk: one for one in _entries([*others, *page.object_list], now)}
    context |= {
        "running": [entries[one.pk] for one in running if one not in asleep],
        "asleep": [entries[one.pk] for one in asleep],
        "rehearsals": [entries[one.pk] for one in others if one.is_rehearsal] if actor.is_facilitator else [],
        "finished": [entries[one.pk] for one in page.object_list],
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

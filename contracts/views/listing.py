"""Everything on one page, and what the contracts want from a person."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from contracts.rates import Rate, Week, kept_rates, window
from contracts.shelf import Shelved, Stand, shelf, waiting_for
from requests.models import Ask, ClientProblem
from requests.trace import Node, tree
from requests.views.live import live, new_token, wants_token
from requests.words import Process


def _refs(forest: list[Node]) -> list[int]:
    return [pk for node in forest for pk in (node.pk, *_refs(node.children))]


@for_members
@require_safe
def contracts(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """All links of the organization with how their contract stands."""
    topics = (f"o:{actor.organization.ref}",)
    if wants_token(request):
        return new_token(topics)
    now = timezone.now()
    every = shelf(actor, now)
    problems = list(ClientProblem.objects.filter(organization=actor.organization).order_by("-in_focus", "statement"))
    areas = {area.ref: area for entry in every for area in (entry.link.customer, entry.link.supplier)}
    area, stand = request.GET.get("area", ""), request.GET.get("state", "")
    problem = next((one for one in problems if one.ref == request.GET.get("problem", "")), None)
    shown = every
    if area in areas:
        shown = [one for one in shown if area in (one.link.customer.ref, one.link.supplier.ref)]
    if stand in Stand.values:
        shown = [one for one in shown if one.stand == stand]
    if problem:
        links = set(Ask.objects.filter(pk__in=_refs(tree(problem))).values_list("link_id", flat=True))
        shown = [one for one in shown if one.link.pk in links]
    context = {
        "actor": actor,
        "org": actor.organization.ref,
        "entries": shown,
        "total": len(every),
        "areas": sorted(areas.values(), key=lambda one: one.name.casefold()),
        "stands": [(value, label, _how_many(every, value)) for value, label in Stand.choices],
        "problems": problems,
        "processes": _processes(actor, now),
        "area": area if area in areas else "",
        "stand": stand if stand in Stand.values else "",
        "problem": problem.ref if problem else "",
        "filtered": bool(area in areas or stand in Stand.values or problem),
        "topic": topics[0],
        "revision": actor.organization.revision,
        "here": request.get_full_path(),
        **live(request, topics),
    }
    # Going back to an address that a filter left behind asks for the whole page.
    only_table = request.htmx and not request.htmx.history_restore_request
    return render(request, f"contracts/contracts.html{'#table' if only_table else ''}", context)


def _processes(actor: Actor, now: datetime) -> list[tuple[str, Rate, str]]:
    """The four processes of a client strategy (S4.1) with how well each is kept; none while nothing counts."""
    found = kept_rates(actor.organization, now, by="process")
    if not found:
        return []
    nothing = Rate(weeks=[Week(monday) for monday in window(actor.organization, now).mondays])
    return [(str(label), found.get(value, nothing), f"rate-{value}") for value, label in Process.choices]


def _how_many(entries: list[Shelved], stand: str) -> int:
    return sum(entry.stand == stand for entry in entries)


@for_members
@require_safe
def desk(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """What the contracts want from this person: a part of the desk, and a page of its own without JavaScript."""
    context = {"actor": actor, "org": actor.organization.ref, "waiting": waiting_for(actor, timezone.now())}
    return render(request, f"contracts/desk.html{'#desk' if request.htmx else ''}", context)

"""The chain editor: areas, links, who is in them. Everybody may look; facilitators change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from areas import chain, drawing, feed, guiding
from areas.access import Actor, MemberRequest, area_of, for_facilitators, for_members, link_of
from areas.editing import ChangedMeanwhile, Refused
from areas.forms import AreaForm, LinkForm, carry_version
from areas.models import Area, AreaPart, Link, Membership, Organization
from areas.people import parts_for
from areas.views.live import live, new_token, wants_token
from areas.words import Part


@dataclass
class Place:
    """An area on the editor's page, with its neighbours and people."""

    area: Area
    serves: list[Link] = field(default_factory=list)
    served_by: list[Link] = field(default_factory=list)
    people: list[AreaPart] = field(default_factory=list)

    @property
    def initials(self) -> str:
        return feed.initials(self.area.name)

    @property
    def hue(self) -> int:
        return feed.hue(self.area.name)

    @property
    def leads(self) -> list[AreaPart]:
        return [part for part in self.people if part.part != Part.MEMBER]

    @property
    def members(self) -> int:
        """How many others are in it."""
        return len(self.people) - len(self.leads)


@dataclass
class Column:
    """The areas at one distance from the client."""

    distance: int
    places: list[Place]


def _places(organization: Organization) -> tuple[list[Column], list[Place], list[Area]]:
    """The living areas in columns by distance, those that no path joins to the client, the archived. Three queries."""
    everything = list(Area.objects.filter(organization=organization).order_by("name"))
    living = {area.pk: Place(area) for area in everything if area.archived_at is None}
    links = Link.objects.select_related("customer", "supplier").filter(organization=organization, ended_at=None)
    edges = []
    for link in links.order_by("customer__name", "supplier__name"):
        if link.customer_id in living and link.supplier_id in living:
            living[link.supplier_id].serves.append(link)
            living[link.customer_id].served_by.append(link)
            edges.append((link.customer_id, link.supplier_id))
    parts = AreaPart.objects.select_related("membership__user").filter(
        area__organization=organization, membership__left_at=None
    )
    for part in parts.order_by("part", "membership__user__name"):
        if part.area_id in living:
            living[part.area_id].people.append(part)
    client = next(pk for pk, place in living.items() if place.area.is_client)
    far = chain.distances(client, edges)
    columns: defaultdict[int, list[Place]] = defaultdict(list)
    for pk, place in living.items():
        if pk in far:
            columns[far[pk]].append(place)
    return (
        [Column(distance, columns[distance]) for distance in sorted(columns)],
        [living[pk] for pk in chain.apart(client, living, edges)],
        [area for area in everything if area.archived_at is not None],
    )


def _page(
    request: HttpRequest, actor: Actor, *, add: AreaForm | None = None, link: LinkForm | None = None
) -> HttpResponse:
    columns, apart, archived = _places(actor.organization)
    wrong = bool((add and add.errors) or (link and link.errors))
    context = {
        "columns": columns,
        "apart": apart,
        "archived": archived,
        "add": add or AreaForm(prefix="add"),
        "link": link or LinkForm(actor.organization, prefix="link"),
        **live(request, actor),
    }
    template = "areas/chain.html#areas" if request.GET.get("part") == "areas" else "areas/chain.html"
    return render(request, template, context, status=422 if wrong else 200)


@for_members
@require_GET
def show(request: MemberRequest, actor: Actor) -> HttpResponse:
    """The chain as a list by distance; with forms for facilitators."""
    if wants_token(request):
        return new_token(actor)
    return _page(request, actor)


@for_facilitators
@require_POST
def add(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Add an area, and with `serves` also its first link."""
    form = AreaForm(request.POST, prefix="add")
    if form.is_valid():
        data = form.cleaned_data
        now = timezone.now()
        try:
            area = drawing.add_area(
                actor, name=data["name"], kind=data["kind"], description=data["description"], now=now
            )
        except Refused as refused:
            form.add_error("name", refused.sentence)
        else:
            customer = Area.objects.filter(
                organization=actor.organization, ref=request.POST.get("add-serves", ""), archived_at=None
            ).first()
            if customer is not None:
                drawing.draw_link(actor, customer, area, now)
            messages.success(request, _("%(area)s is on the map.") % {"area": area.name})
            return redirect("areas:chain", org=actor.organization.ref)
    return _page(request, actor, add=form)


@for_facilitators
@require_POST
def draw(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Link two areas."""
    form = LinkForm(actor.organization, request.POST, prefix="link")
    if form.is_valid():
        supplier, customer = form.cleaned_data["supplier"], form.cleaned_data["customer"]
        try:
            drawing.draw_link(actor, customer, supplier, timezone.now())
        except Refused as refused:
            form.add_error("customer", refused.sentence)
        else:
            messages.success(
                request,
                _("%(supplier)s serves %(customer)s now.") % {"supplier": supplier.name, "customer": customer.name},
            )
            return redirect("areas:chain", org=actor.organization.ref)
    return _page(request, actor, link=form)


@for_facilitators
@require_POST
def end(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Take a link away."""
    link = link_of(actor, ref)
    return _deed(
        request,
        lambda: drawing.end_link(actor, link, timezone.now()),
        _("%(supplier)s no longer serves %(customer)s.")
        % {"supplier": link.supplier.name, "customer": link.customer.name},
        redirect("areas:chain", org=actor.organization.ref),
    )


@for_members
@require_GET
def area(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """One area: what it does, whom it serves, who is in it, its questions and its journal."""
    shown = area_of(actor, ref)
    links = list(
        Link.objects.select_related("customer", "supplier")
        .filter(Q(customer=shown) | Q(supplier=shown), organization=actor.organization, ended_at=None)
        .order_by("customer__name", "supplier__name")
    )
    parts = list(
        AreaPart.objects.select_related("membership__user")
        .filter(area=shown, membership__left_at=None)
        .order_by("part", "membership__user__name")
    )
    context: dict[str, Any] = {
        "area": shown,
        "place": Place(shown),
        "serves": [link for link in links if link.supplier_id == shown.pk],
        "served_by": [link for link in links if link.customer_id == shown.pk],
        "parts": parts,
        "has_lead": any(part.part == Part.LEAD for part in parts),
        "questions": guiding.questions_for(shown, get_language() or actor.organization.language),
        "feed": feed.latest(actor.organization, 12, area=shown),
    }
    if actor.is_facilitator and shown.archived_at is None:
        here = [part.membership_id for part in parts]
        context["others"] = (
            Membership.objects.select_related("user")
            .filter(organization=actor.organization, left_at=None)
            .exclude(pk__in=here)
            .order_by("user__name")
        )
        context["choices"] = [(part.value, part.label) for part in parts_for(shown)]
    return render(request, "areas/area.html", context)


@for_facilitators
@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Rename, describe, set the kind; archive or remove."""
    shown = area_of(actor, ref)
    form = AreaForm(request.POST or None, instance=area_of(actor, ref), initial={"version": shown.version})
    conflict: Area | None = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            drawing.edit_area(
                actor,
                area_of(actor, ref),
                version=data["version"] or 0,
                name=data["name"],
                kind=data["kind"],
                description=data["description"],
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error("name", refused.sentence)
        except ChangedMeanwhile as changed:
            conflict = cast(Area, changed.current)
            carry_version(form, conflict.version)
        else:
            messages.success(request, _("Saved."))
            return redirect("areas:area", org=actor.organization.ref, ref=shown.ref)
    return render(
        request,
        "areas/area_edit.html",
        {
            "form": form,
            "area": shown,
            "conflict": conflict,
            "has_history": drawing.has_history(shown),
            "goes_with": drawing.goes_with(shown),
        },
        status=409 if conflict else 422 if form.errors else 200,
    )


@for_facilitators
@require_POST
def archive(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Take the area out of the chain; it stays readable."""
    shown = area_of(actor, ref)
    return _deed(
        request,
        lambda: drawing.archive_area(actor, shown, timezone.now()),
        _("%(area)s is archived. All that was said and promised stays readable.") % {"area": shown.name},
        redirect("areas:chain", org=actor.organization.ref),
    )


@for_facilitators
@require_POST
def restore(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Bring an archived area back."""
    shown = area_of(actor, ref)
    return _deed(
        request,
        lambda: drawing.restore_area(actor, shown, timezone.now()),
        _("%(area)s is back in the chain.") % {"area": shown.name},
        redirect("areas:chain", org=actor.organization.ref),
    )


@for_facilitators
@require_POST
def remove(request: MemberRequest, actor: Actor, ref: str) -> HttpResponse:
    """Delete an area without history."""
    shown = area_of(actor, ref)
    return _deed(
        request,
        lambda: drawing.remove_area(actor, shown, timezone.now()),
        _("%(area)s is removed.") % {"area": shown.name},
        redirect("areas:chain", org=actor.organization.ref),
    )


def _deed(request: HttpRequest, deed: Callable[[], bool], done: str, after: HttpResponse) -> HttpResponse:
    """Do it and say so; say why not; say nothing if it was done before."""
    try:
        if deed():
            messages.success(request, done)
    except Refused as refused:
        messages.warning(request, refused.sentence)
    return after

"""Settings, guiding questions, journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from areas import feed, founding, guiding, places
from areas.access import Actor, MemberRequest, for_facilitators, for_members
from areas.editing import ChangedMeanwhile
from areas.forms import LANGUAGES, QuestionsForm, SettingsForm, carry_version
from areas.models import Area, GuidingQuestion, Link, Organization
from areas.views.live import live, new_token, wants_token
from areas.words import Kind

LINES_A_PAGE = 40
Row = TypeVar("Row", Area, Link)


@for_facilitators
@require_http_methods(["GET", "POST"])
def settings(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Name, place, clock, language and policies of the organization."""
    stored = Organization.objects.get(pk=actor.organization.pk)
    form = SettingsForm(request.POST or None, instance=stored, initial={"version": stored.version})
    conflict: Organization | None = None
    if request.method == "POST" and form.is_valid():
        wanted = form.save(commit=False)
        wanted.zone = form.cleaned_data["zone"]
        try:
            founding.change_settings(actor, wanted, version=form.cleaned_data["version"], now=timezone.now())
        except ChangedMeanwhile as changed:
            conflict = cast(Organization, changed.current)
            carry_version(form, conflict.version)
        else:
            messages.success(request, _("Saved."))
            return redirect("areas:settings", org=actor.organization.ref)
    context: dict[str, Any] = {"form": form, "conflict": conflict}
    if conflict:
        context["their_country"] = places.country_name(conflict.country, translation.get_language() or "es")
    return render(request, "areas/settings.html", context, status=409 if conflict else 422 if form.errors else 200)


@dataclass(frozen=True)
class Questions:
    """The questions of one kind in one language."""

    kind: str
    label: str
    lines: list[str]
    is_own: bool
    in_use: bool


@for_members
@require_GET
def questions(request: MemberRequest, actor: Actor, language: str = "") -> HttpResponse:
    """The guiding questions that each kind of area meets, those of the kinds in use first."""
    language = language or translation.get_language() or actor.organization.language
    if language not in dict(LANGUAGES):
        raise Http404
    own = guiding.own_questions(actor.organization)
    used = set(Area.objects.filter(organization=actor.organization, archived_at=None).values_list("kind", flat=True))
    rows = []
    for kind in Kind:
        mine = own.get((kind.value, language))
        lines = mine.text.splitlines() if mine else guiding.defaults(kind, language)
        rows.append(Questions(kind.value, str(kind.label), lines, mine is not None, kind.value in used))
    context = {"rows": sorted(rows, key=lambda row: not row.in_use), "language": language, "languages": LANGUAGES}
    return render(request, "areas/questions.html", context)


@for_facilitators
@require_http_methods(["GET", "POST"])
def edit_questions(request: MemberRequest, actor: Actor, kind: str, language: str) -> HttpResponse:
    """The organization's own words for one kind of area, in one language."""
    if kind not in Kind.values or language not in dict(LANGUAGES):
        raise Http404
    row = GuidingQuestion.objects.filter(organization=actor.organization, kind=kind, language=language).first()
    proposed = guiding.defaults(kind, language)
    initial = {"version": row.version if row else 0, "text": row.text if row and row.text else "\n".join(proposed)}
    form = QuestionsForm(request.POST or None, initial=initial)
    form.fields["text"].widget.attrs["lang"] = language
    conflict: GuidingQuestion | None = None
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        if text.splitlines() == proposed:
            text = ""
        try:
            guiding.write(actor, kind, language, version=form.cleaned_data["version"], text=text, now=timezone.now())
        except ChangedMeanwhile as changed:
            conflict = cast(GuidingQuestion, changed.current)
            carry_version(form, conflict.version)
        else:
            messages.success(request, _("Saved."))
            return redirect("areas:questions_in", org=actor.organization.ref, language=language)
    context = {
        "form": form,
        "conflict": conflict,
        "kind": Kind(kind).label,
        "language": language,
        "language_name": dict(LANGUAGES)[language],
        "proposed": proposed,
    }
    return render(
        request, "areas/questions_edit.html", context, status=409 if conflict else 422 if form.errors else 200
    )


@for_members
@require_GET
def journal(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Who did what when; all of it, or of one area or link."""
    if wants_token(request):
        return new_token(actor)
    organization = actor.organization
    areas = list(Area.objects.filter(organization=organization).order_by("name"))
    links = list(
        Link.objects.select_related("customer", "supplier")
        .filter(organization=organization)
        .order_by("supplier__name", "customer__name")
    )
    area = _chosen(areas, request.GET.get("area", ""))
    link = _chosen(links, request.GET.get("link", ""))
    pages = Paginator(feed.entries(organization, area=area, link=link), LINES_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "feed": [feed.line(organization, entry) for entry in page.object_list],
        "page": page,
        "areas": areas,
        "links": links,
        "area": area,
        "link": link,
        **live(request, actor),
    }
    template = "areas/journal.html#lines" if request.GET.get("part") == "lines" else "areas/journal.html"
    return render(request, template, context)


def _chosen(rows: list[Row], ref: str) -> Row | None:
    """The row that the filter names. A ref of nobody's is 404, as everywhere."""
    if not ref:
        return None
    found = next((row for row in rows if row.ref == ref), None)
    if found is None:
        raise Http404
    return found

"""The client's problems: the list, one of them with everything that it caused, and the deeds on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from areas.access import Actor, MemberRequest, for_facilitators, for_members
from areas.models import Area, Link
from areas.words import Kind
from requests import charts, trace
from requests import problems as deeds
from requests.access import problem_of
from requests.forms.problem import MeasureForm, ProblemForm
from requests.models import ClientProblem
from requests.views.live import live, new_token, wants_token
from requests.waiting import tallies


def areas_of_the_company(actor: Actor) -> list[Area]:
    return list(
        Area.objects.filter(organization=actor.organization, archived_at__isnull=True)
        .exclude(kind=Kind.CLIENT)
        .order_by("name")
    )


@for_members
@require_safe
def problems(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """All problems, the one in focus first, the closed ones last."""
    found = list(
        ClientProblem.objects.filter(organization=actor.organization)
        .select_related("accountable", "organization")
        .order_by("-in_focus", "-created_at", "pk")
    )
    counted = tallies([problem.pk for problem in found])
    cards = [(problem, counted[problem.pk]) for problem in found]
    context = {
        "actor": actor,
        "standing": [card for card in cards if not card[0].closed_at],
        "closed": [card for card in cards if card[0].closed_at],
        "why_not_raise": deeds.why_not_raise(actor),
    }
    return render(request, "requests/problems.html", context)


def topics_of(problem: ClientProblem) -> tuple[str, ...]:
    # Asks far down the tree change it as well: their signal is the organization's.
    return (f"p:{problem.ref}", f"o:{problem.organization.ref}")


def _show(
    request: MemberRequest,
    actor: Actor,
    problem: ClientProblem,
    now: datetime,
    *,
    form: MeasureForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    forest = trace.tree(problem)
    measured = list(problem.measurements.select_related("by__user"))
    chart = charts.draw([(one.on, one.value) for one in measured], baseline=problem.baseline, target=problem.target)
    why_not_measure = deeds.why_not_measure(problem, actor)
    today = now.astimezone(actor.organization.tz).date()
    links = Link.objects.filter(customer=problem.accountable, ended_at__isnull=True).select_related("supplier")
    speaks = actor.may_speak_for(problem.accountable_id) or actor.is_facilitator
    context: dict[str, Any] = {
        "actor": actor,
        "problem": problem,
        "forest": forest,
        "bounces": trace.bounces(forest),
        "measured": measured,
        "latest": measured[-1] if measured else None,
        "chart": chart,
        "form": form or MeasureForm(organization=actor.organization, today=today),
        "why_not_edit": deeds.why_not_edit(problem, actor),
        "why_not_focus": deeds.why_not_focus(problem, actor),
        "why_not_measure": why_not_measure,
        "links": list(links.order_by("supplier__name")) if speaks and not problem.closed_at else [],
        "refused": refused,
        **live(request, topics_of(problem)),
    }
    template = "requests/problem.html"
    if request.htmx and request.GET.get("part") in ("tree", "indicator"):
        template += f"#{request.GET['part']}"
    return render(request, template, context, status=status)


@for_members
@require_safe
def problem(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    one = problem_of(actor, ref)
    if wants_token(request):
        return new_token(topics_of(one))
    return _show(request, actor, one, timezone.now())


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """Write down what hurts the client."""
    refusal = deeds.why_not_raise(actor)
    if refusal:
        raise PermissionDenied(refusal)
    data = request.POST.dict() if request.method == "POST" else None
    form = ProblemForm(data, organization=actor.organization, areas=areas_of_the_company(actor))
    if request.method == "POST" and form.is_valid():
        one = deeds.raise_problem(actor, fields=form.fields_of_problem(), now=timezone.now())
        messages.success(request, _("Written down. Now ask what is needed to solve it."))
        return redirect("requests:problem", org=actor.organization.ref, ref=one.ref)
    context = {"actor": actor, "form": form, "problem": None}
    return render(request, "requests/problem_form.html", context, status=422 if form.errors else 200)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    one = problem_of(actor, ref)
    refusal = deeds.why_not_edit(one, actor)
    if refusal:
        raise PermissionDenied(refusal)
    areas = areas_of_the_company(actor)
    organization = actor.organization
    if request.method != "POST":
        form = ProblemForm(organization=organization, areas=areas, problem=one)
        return render(request, "requests/problem_form.html", {"actor": actor, "form": form, "problem": one})
    data = request.POST.dict()
    form = ProblemForm(data, organization=organization, areas=areas, problem=one)
    if not form.is_valid():
        context = {"actor": actor, "form": form, "problem": one}
        return render(request, "requests/problem_form.html", context, status=422)
    try:
        deeds.edit(
            one,
            actor,
            version=form.cleaned_data["version"] or 0,
            fields=form.fields_of_problem(),
            now=timezone.now(),
        )
    except deeds.ChangedMeanwhile:
        fresh = problem_of(actor, ref)
        theirs = ProblemForm(organization=organization, areas=areas, problem=fresh)
        again = ProblemForm({**data, "version": str(fresh.version)}, organization=organization, areas=areas)
        again.is_valid()
        other = [
            (again[name].label, _shown(theirs, name))
            for name in deeds.FIELDS
            if _shown(theirs, name) != _shown(again, name)
        ]
        context = {"actor": actor, "form": again, "problem": fresh, "other": other}
        return render(request, "requests/problem_form.html", context, status=409)
    messages.success(request, _("Saved."))
    return redirect("requests:problem", org=organization.ref, ref=one.ref)


def _shown(form: ProblemForm, name: str) -> str:
    """The value of a field as people read it."""
    value = form[name].value()
    choices = getattr(form.fields[name], "choices", None)
    if choices:
        return str(dict(choices).get(value, ""))
    return str(value if value is not None else "")


@for_facilitators
@require_POST
def focus(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Put it in focus."""
    one = problem_of(actor, ref)
    try:
        deeds.focus(one, actor, timezone.now())
    except deeds.Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("In focus: everybody sees it above the chain."))
    return redirect("requests:problem", org=actor.organization.ref, ref=one.ref)


@for_members
@require_POST
def measure(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """One more value of the indicator."""
    one = problem_of(actor, ref)
    now = timezone.now()
    refusal = deeds.why_not_measure(one, actor)
    if refusal and deeds.why_not_edit(one, actor):
        raise PermissionDenied(refusal)
    today = now.astimezone(actor.organization.tz).date()
    form = MeasureForm(request.POST.dict(), organization=actor.organization, today=today)
    if not form.is_valid():
        return _show(request, actor, one, now, form=form, status=422)
    try:
        deeds.measure(one, actor, now=now, **form.cleaned_data)
    except deeds.Refused as refused:
        return _show(request, actor, one, now, form=form, refused=refused.sentence, status=422)
    messages.success(request, _("Measured."))
    return redirect("requests:problem", org=actor.organization.ref, ref=one.ref)


@for_members
@require_POST
def close(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """It no longer hurts."""
    one = problem_of(actor, ref)
    refusal = deeds.why_not_edit(one, actor)
    if refusal:
        raise PermissionDenied(refusal)
    deeds.close(one, actor, timezone.now())
    messages.success(request, _("Closed. What was promised because of it goes on."))
    return redirect("requests:problem", org=actor.organization.ref, ref=one.ref)


@for_members
@require_POST
def reopen(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """It hurts again."""
    one = problem_of(actor, ref)
    refusal = deeds.why_not_edit(one, actor)
    if refusal:
        raise PermissionDenied(refusal)
    deeds.reopen(one, actor, timezone.now())
    messages.success(request, _("Open again."))
    return redirect("requests:problem", org=actor.organization.ref, ref=one.ref)

"""Pages of their own, where something is typed or decided: the problem, the plan, another driver, a chain, the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas import drawing
from areas import editing as area_deeds
from areas.access import Actor, MemberRequest, for_facilitators
from areas.models import Membership
from areas.words import Role
from requests.forms.problem import ProblemForm
from workshops import after, running
from workshops.access import actor_in, workshop_of
from workshops.forms import HandForm, PlanForm
from workshops.models import Proposal, Workshop
from workshops.room import read_room
from workshops.signals import touch
from workshops.views.chain_draft import ChainDraft
from workshops.views.console.frame import REFUSALS, number_of, to_console
from workshops.views.console.shown import Console


def _open(actor: Actor, ref: str) -> Workshop:
    """A workshop that is not closed. Raises Http404."""
    workshop = workshop_of(actor, ref)
    if workshop.closed_at:
        raise Http404
    return workshop


def _around(actor: Actor, workshop: Workshop, **more: Any) -> dict[str, Any]:
    return {"actor": actor, "org": actor.organization.ref, "workshop": workshop, **more}


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Fix the client's problem: a proposal with what the organization needs to know about it."""
    now = timezone.now()
    workshop = _open(actor, ref)
    here = actor_in(workshop, actor)
    room = read_room(workshop, now)
    wanted = request.POST.get("proposal") or request.GET.get("proposal") or ""
    proposal = Proposal.objects.select_related("problem").filter(workshop=workshop, ref=wanted).first()
    areas = [one.area for one in room.areas]
    known = proposal.problem if proposal and proposal.problem else None if proposal else workshop.problem
    initial: dict[str, Any] = {}
    if known is None:
        first = next((one.area for one in room.areas if one.place == 1), None)
        initial = {"statement": proposal.text if proposal else "", "accountable": first.ref if first else ""}
    form = ProblemForm(
        request.POST if request.method == "POST" else None,
        organization=workshop.scene,
        areas=areas,
        problem=known,
        initial=initial,
    )
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = number_of(request.POST.get("room", ""))
            try:
                running.choose(workshop, actor, seen, now, fields=form.fields_of_problem(), proposal=proposal)
            except running.Stale as stale:
                refused, status = stale.sentence, 409
                workshop = _open(actor, ref)
            except area_deeds.ChangedMeanwhile:
                refused, status = _("Somebody else changed this problem meanwhile. Look again, please."), 409
            except REFUSALS as refusal:
                refused = refusal.sentence
            else:
                messages.success(request, _("This is the client's problem now: it stands on the wall."))
                return to_console(workshop)
    context = _around(
        actor,
        workshop,
        form=form,
        proposal=proposal,
        proposals=room.proposals,
        is_revealed=room.is_revealed(),
        refused=refused,
        scene=here.organization,
    )
    return render(request, "workshops/console_choose.html", context, status=status)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Which phases, in which order, how long."""
    now = timezone.now()
    workshop = _open(actor, ref)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=workshop.plan, minutes=workshop.minutes)
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = number_of(request.POST.get("version", ""))
            try:
                running.change_plan(workshop, actor, seen, now, plan=form.plan(), minutes=form.minutes())
            except running.Stale as stale:
                refused, status = stale.sentence, 409
                workshop = _open(actor, ref)
            except REFUSALS as refusal:
                refused = refusal.sentence
            else:
                return to_console(workshop)
    context = _around(actor, workshop, form=form, refused=refused)
    return render(request, "workshops/console_plan.html", context, status=status)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Hand the console to another facilitator."""
    now = timezone.now()
    workshop = _open(actor, ref)
    people = list(
        Membership.objects.select_related("user", "organization")
        .filter(organization=workshop.organization, role=Role.FACILITATOR, left_at=None)
        .exclude(pk=workshop.driver_id or 0)
        .order_by("user__name", "pk")
    )
    form = HandForm(request.POST if request.method == "POST" else None, people=people)
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = number_of(request.POST.get("version", ""))
            try:
                running.hand_to(workshop, actor, seen, form.chosen, now)
            except running.Stale as stale:
                refused, status = stale.sentence, 409
                workshop = _open(actor, ref)
            except REFUSALS as refusal:
                refused = refusal.sentence
            else:
                messages.success(request, _("%(name)s holds the console now.") % {"name": form.chosen.name})
                return to_console(workshop)
    context = _around(actor, workshop, form=form, people=people, refused=refused)
    return render(request, "workshops/console_hand.html", context, status=status)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def chain(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Draw a chain where there is only the client."""
    now = timezone.now()
    workshop = _open(actor, ref)
    room = read_room(workshop, now)
    if room.areas:
        return to_console(workshop)
    draft = ChainDraft.of(request, workshop.scene.language, room.client.name)
    if draft.is_sent and draft.is_good:
        try:
            drawing.draw_chain(actor_in(workshop, actor), draft.kept, now)
        except REFUSALS as refusal:
            messages.error(request, refusal.sentence)
        else:
            with transaction.atomic():
                touch(workshop, now, everyone=True)
        return to_console(workshop)
    context = _around(actor, workshop, **draft.context())
    return render(request, "workshops/console_chain.html", context, status=422 if draft.is_sent else 200)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The end, with what is still open said plainly; a rehearsal is thrown away here."""
    now = timezone.now()
    workshop = workshop_of(actor, ref)
    if workshop.closed_at:
        return redirect(workshop.get_absolute_url())
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        try:
            if "throw-away" in request.POST:
                running.throw_away(workshop, actor)
                messages.success(request, _("The rehearsal is gone; nothing of it remains."))
                return redirect("workshops:list", org=actor.organization.ref)
            after.finish(workshop, actor, number_of(request.POST.get("version", "")), now)
        except running.Stale as stale:
            refused, status = stale.sentence, 409
            workshop = workshop_of(actor, ref)
            if workshop.closed_at:
                return redirect(workshop.get_absolute_url())
        except REFUSALS as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("The workshop is closed. What was signed lives on."))
            return redirect(workshop.get_absolute_url())
    shown = Console(request, actor, workshop, now)
    context = _around(actor, workshop, still_open=shown.still_open, in_force=_in_force(workshop, now), refused=refused)
    return render(request, "workshops/console_closing.html", context, status=status)


def _in_force(workshop: Workshop, now: datetime) -> int:
    """How many contracts of the room bind now."""
    contracts = read_room(workshop, now, with_contracts=True).contracts
    return sum(1 for one in contracts if one.in_force and not one.is_change)

"""What I want to be reminded of, and the ladder of the organization."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.access import Actor, MemberRequest, for_facilitators, for_members
from areas.editing import ChangedMeanwhile
from areas.forms import carry_version
from areas.models import Organization
from contracts import ladder as rungs
from contracts import wishes as wished
from contracts.forms import LadderForm, WishesForm
from contracts.models import Wishes
from requests.wording import day, hour, weekday


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """Reminders on and off by kind, and how often the digest comes."""
    stored = wished.wishes_of(actor.membership)
    form = WishesForm(
        request.POST if request.method == "POST" else None, instance=stored, initial={"version": stored.version}
    )
    conflict: Wishes | None = None
    if request.method == "POST" and form.is_valid():
        try:
            wished.wish(actor.membership, form.cleaned_data, version=form.cleaned_data["version"])
        except ChangedMeanwhile as changed:
            conflict = cast(Wishes, changed.current)
            carry_version(form, conflict.version)
        else:
            messages.success(request, _("Saved."))
            return redirect("contracts:wishes", org=actor.organization.ref)
    context: dict[str, Any] = {"form": form, "conflict": conflict, "member": actor.membership}
    return render(request, "contracts/wishes.html", context, status=409 if conflict else 422 if form.errors else 200)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def ladder(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """When who is reminded of what is due, and when the digest leaves."""
    now = timezone.now()
    stored = Organization.objects.get(pk=actor.organization.pk)
    form = LadderForm(
        request.POST if request.method == "POST" else None, instance=stored, initial={"version": stored.version}
    )
    conflict: Organization | None = None
    if request.method == "POST" and form.is_valid():
        try:
            rungs.change(actor, form.cleaned_data, version=form.cleaned_data["version"], now=now)
        except ChangedMeanwhile as changed:
            conflict = cast(Organization, changed.current)
            carry_version(form, conflict.version)
        else:
            messages.success(request, _("Saved. What is under way climbs on by the new ladder."))
            return redirect("contracts:ladder", org=actor.organization.ref)
    shown = Organization.objects.get(pk=actor.organization.pk)
    today = now.astimezone(shown.tz).date()
    example = rungs.example(shown.calendar, shown.warn_days, shown.escalate_days, today)
    context: dict[str, Any] = {
        "form": form,
        "conflict": conflict,
        "shown": shown,
        "days": [
            {
                "day": day(one.on, shown),
                "hour": hour(rungs.morning_of(shown.calendar, one.on), shown),
                "rung": one.rung,
                "is_working": one.is_working,
            }
            for one in example
        ],
        "digest_day": weekday(rungs.a_day(shown.digest_weekday), shown),
        "digest_hour": hour(shown.digest_time, shown),
    }
    return render(request, "contracts/ladder.html", context, status=409 if conflict else 422 if form.errors else 200)

"""The working calendar: everybody reads it, facilitators change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from areas import places, working
from areas.access import Actor, MemberRequest, for_members
from areas.calendar import holidays_by_name, regions
from areas.editing import ChangedMeanwhile, Refused
from areas.forms import carry_version
from areas.hours import AheadForm, CloseForm, HoursForm, day_of, said_hours, with_copied_monday, with_more_rows
from areas.models import Organization
from areas.pasted_days import ClosedDay
from areas.views.live import live, new_token, wants_token

PARTS = ("now", "hours", "days", "holidays")
DEEDS = ("hours", "close", "reopen", "work", "rest")


@dataclass(frozen=True)
class Holiday:
    on: date
    name: str
    is_worked: bool
    is_weekend: bool


@for_members
@require_http_methods(["GET", "POST"])
def calendar(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Hours of the week, public holidays, own days off; and what they make of twelve working hours from now."""
    if wants_token(request):
        return new_token(actor)
    now = timezone.now()
    organization = Organization.objects.get(pk=actor.organization.pk)
    context: dict[str, Any] = {"hours": HoursForm(organization), "closing": CloseForm(organization)}
    status = 200
    if request.method == "POST":
        if not actor.is_facilitator:
            raise PermissionDenied(_("Only a facilitator of %(name)s can do this.") % {"name": organization.name})
        what = request.POST.get("what", "hours")
        if what not in DEEDS:
            raise Http404
        answer = _save_hours(request, actor, organization, now) if what == "hours" else _do(request, actor, what, now)
        if isinstance(answer, HttpResponse):
            return answer
        status, changed = answer
        context |= changed
    context |= _shown(request, actor, organization, now)
    part = request.GET.get("part", "")
    template = f"areas/calendar.html#{part}" if part in PARTS else "areas/calendar.html"
    return render(request, template, context, status=status)


Answer = HttpResponse | tuple[int, dict[str, Any]]


def _save_hours(request: MemberRequest, actor: Actor, organization: Organization, now: datetime) -> Answer:
    """One more row and Monday's hours on the other days only show the form again; nothing is saved then."""
    if "more" in request.POST or "copy" in request.POST:
        more = request.POST.get("more")
        typed = with_copied_monday(request.POST) if more is None else with_more_rows(request.POST, more)
        return 200, {"hours": HoursForm(organization, typed, check=False), "is_typed": True}
    form = HoursForm(organization, request.POST)
    if not form.is_valid():
        return 422, {"hours": form, "form": form, "is_typed": True}
    form.put_on(organization)
    try:
        working.change(actor, organization, version=form.cleaned_data["version"], now=now)
    except ChangedMeanwhile as changed:
        theirs = cast(Organization, changed.current)
        carry_version(form, theirs.version)
        return 409, {"hours": form, "conflict": theirs, "conflict_week": said_hours(theirs), "is_typed": True}
    messages.success(request, _("Saved. What is already due keeps its day; the rest moves within a minute."))
    return _back(actor, "hours")


def _do(request: MemberRequest, actor: Actor, what: str, now: datetime) -> Answer:
    if what == "close":
        return _close(request, actor, now)
    on = day_of(request.POST.get("on", ""))
    if on is None:
        raise Http404
    if what == "reopen":
        working.reopen(actor, on, now=now)
        return _back(actor, "days")
    holidays = dict(_holidays_of(actor.organization, on.year))
    if on not in holidays:
        raise Http404
    working.work_on(actor, ClosedDay(on, holidays[on]), worked=what == "work", now=now)
    return _back(actor, "holidays")


def _close(request: MemberRequest, actor: Actor, now: datetime) -> Answer:
    form = CloseForm(actor.organization, request.POST)
    if form.is_valid():
        try:
            n = working.close(actor, form.days, now=now)
        except Refused as refused:
            form.add_error("on", refused.sentence)
        else:
            said = ngettext("%(n)s day off was added.", "%(n)s days off were added.", n) if n else _("Nothing changed.")
            messages.success(request, said % {"n": n})
            return _back(actor, "days")
    return 422, {"closing": form}


def _back(actor: Actor, part: str) -> HttpResponse:
    return redirect(f"{reverse('areas:calendar', args=[actor.organization.ref])}#{part}")


def _holidays_of(organization: Organization, year: int) -> tuple[tuple[date, str], ...]:
    language = (translation.get_language() or "en")[:2]
    return holidays_by_name(organization.country, organization.region, year, language)


def _shown(request: MemberRequest, actor: Actor, organization: Organization, now: datetime) -> dict[str, Any]:
    local = now.astimezone(organization.tz)
    works = organization.calendar
    ahead = AheadForm(request.GET if "n" in request.GET else None)
    moment: datetime | None = None
    if not ahead.is_bound:
        ahead = AheadForm({"n": 12, "unit": "hours"})
    if ahead.is_valid():
        moment = ahead.moment(works, now).astimezone(organization.tz)
    opened = {day["on"] for day in organization.opened}
    years = []
    for year in (local.year, local.year + 1):
        rows = [
            Holiday(on, name, on.isoformat() in opened, not organization.week[on.weekday()])
            for on, name in _holidays_of(organization, year)
        ]
        years.append((year, rows))
    closed = [ClosedDay(date.fromisoformat(day["on"]), day["name"]) for day in organization.closed]
    language = (translation.get_language() or "en")[:2]
    return {
        "organization": organization,
        "country": places.country_name(organization.country, language),
        "region": dict(regions(organization.country)).get(organization.region, ""),
        "local": local,
        "is_open": works.is_open(now),
        "week": list(said_hours(organization)),
        "years": years,
        "closed": [day for day in closed if day.on.year >= local.year],
        "ahead": ahead,
        "moment": moment,
        **live(request, actor),
    }

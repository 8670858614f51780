"""What the small forms about one delivery share: a page of its own, or a fragment in the dialog of the page below.

Whoever has no part in it is turned away (403). Whoever has, and comes too late, is shown what the other side did and
keeps the words.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from areas.access import Actor, MemberRequest
from areas.editing import ChangedMeanwhile
from areas.models import Area, AreaPart, Organization
from contracts import history
from contracts.access import occurrence_to_read
from contracts.clock import Standing, soon_until, standing_of
from contracts.models import Clause, Commitment, Occurrence
from requests.moves import Refused
from requests.wording import sentence


@dataclass
class Case:
    """One delivery as this person sees it now."""

    occurrence: Occurrence
    actor: Actor
    now: datetime

    @property
    def organization(self) -> Organization:
        return self.actor.organization

    @property
    def commitment(self) -> Commitment:
        return self.occurrence.commitment

    @property
    def promise(self) -> Clause:
        return self.commitment.clause

    @property
    def terms(self) -> str:
        return sentence(self.promise, self.organization)

    @cached_property
    def standing(self) -> Standing:
        soon = soon_until(self.now, self.organization.tz, is_working=self.organization.calendar.is_working)
        return standing_of(self.occurrence, now=self.now, soon_until=soon)

    @property
    def due(self) -> str:
        return history.moment_said(self.occurrence.due_at, self.organization)

    @property
    def when(self) -> str:
        return history.due_said(self.occurrence.due_at, self.organization, self.now)

    @property
    def is_late(self) -> bool:
        """Whether a delivery of this moment is a late one."""
        return (self.occurrence.delivered_at or self.now) > self.occurrence.due_at

    @property
    def here(self) -> str:
        """The page of the promise."""
        return promise_url(self.commitment)

    def address(self, verb: str) -> str:
        return reverse(f"contracts:{verb}", kwargs={"org": self.organization.ref, "ref": self.occurrence.ref})

    def people(self, area: Area) -> list[str]:
        parts = AreaPart.objects.filter(area=area, membership__left_at=None).select_related("membership__user")
        return [part.membership.name for part in parts.order_by("pk")]


def promise_url(commitment: Commitment) -> str:
    return reverse("contracts:promise", kwargs={"org": commitment.organization.ref, "ref": commitment.ref})


def case_of(actor: Actor, ref: str, now: datetime) -> Case:
    """Raises Http404."""
    return Case(occurrence_to_read(actor, ref), actor, now)


def around(request: MemberRequest) -> str:
    """What an act stands in: a page of its own, or nothing of its own in the dialog of another page."""
    return "parts/bare.html" if request.htmx else "base.html"


WhyNot = Callable[..., str | None]


@dataclass
class Act:
    """One verb on one delivery. `side` is the area that acts; `why_not` the guard of the deed."""

    request: MemberRequest
    case: Case
    verb: str
    side: Area
    why_not: WhyNot
    template: str
    said: str
    more: dict[str, Any] = field(default_factory=dict)
    # Who acts beside the people of the area: nobody, but for the client's own links.
    others: bool = False

    def __post_init__(self) -> None:
        actor = self.case.actor
        self.refusal = self.why_not(self.case.occurrence, actor)
        self.recording = False
        if self.refusal and actor.is_facilitator:
            noted = self.why_not(self.case.occurrence, actor, recording=True)
            self.refusal, self.recording = noted, noted is None
        known = actor.may_speak_for(self.side) or actor.is_facilitator or self.others
        if self.refusal and not known:
            raise PermissionDenied(self.refusal)

    @property
    def saying(self) -> dict[str, Any]:
        """What `SaidAloud` wants."""
        return {"people": self.case.people(self.side) if self.recording else (), "recording": self.recording}

    def show(self, form: forms.Form | None, *, status: int = 200, meanwhile: bool = False, **more: Any) -> HttpResponse:
        last = None
        if meanwhile or self.refusal:
            last = history.last_said(self.case.occurrence, self.case.promise, self.case.organization)
        context = {
            "actor": self.case.actor,
            "org": self.case.organization.ref,
            "around": around(self.request),
            "case": self.case,
            "occurrence": self.case.occurrence,
            "promise": self.case.promise,
            "form": form,
            "verb": self.verb,
            "action": self.case.address(self.verb),
            "here": self.case.here,
            "recording": self.recording,
            "refusal": self.refusal or "",
            "meanwhile": meanwhile,
            "last": last,
            **self.more,
            **more,
        }
        return render(self.request, self.template, context, status=status)

    def done(self, said: str = "") -> HttpResponseBase:
        """Told in the dialog's page by a toast; else by going to the page of the promise."""
        if self.request.htmx:
            return told(said or self.said)
        messages.success(self.request, said or self.said)
        return redirect(f"{self.case.here}#time-{self.case.occurrence.ref}")


def told(sentence: str) -> HttpResponse:
    """app.js closes the dialog, says the sentence, and lets the regions look again."""
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = json.dumps({"done": {"sentence": str(sentence)}})
    return answer


def words_of(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed for an act that is no longer possible, to be copied."""
    found = []
    for name in ("words", "note"):
        if name in form.fields and (typed := str(form.data.get(form.add_prefix(name), "")).strip()):
            found.append((str(form[name].label), typed))
    return found


Deed = Callable[[Case, Any], Any]
Before = Callable[[Act, Any], HttpResponseBase | None]


def carry(
    request: MemberRequest,
    actor: Actor,
    ref: str,
    now: datetime,
    act_on: Callable[[Case], Act],
    form_for: Callable[[Act, dict[str, str] | None], forms.Form],
    deed: Deed,
    *,
    before: Before | None = None,
) -> HttpResponseBase:
    """From the open form to the deed. `before` may answer in its place (the reading back of a verdict)."""
    act = act_on(case_of(actor, ref, now))
    if request.method != "POST":
        return act.show(None if act.refusal else form_for(act, None))
    data = request.POST.dict()
    form = form_for(act, data)
    valid = form.is_valid()
    seen = form.cleaned_data.get("version")
    if act.refusal or (seen is not None and seen != act.case.occurrence.version):
        return _overtaken(actor, ref, now, act_on, form_for, data)
    if not valid:
        return act.show(form, status=422)
    if before and (answer := before(act, form)):
        return answer
    try:
        deed(act.case, form)
    except ChangedMeanwhile:
        return _overtaken(actor, ref, now, act_on, form_for, data)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return act.show(form, status=422)
    return act.done()


def _overtaken(
    actor: Actor,
    ref: str,
    now: datetime,
    act_on: Callable[[Case], Act],
    form_for: Callable[[Act, dict[str, str] | None], forms.Form],
    data: dict[str, str],
) -> HttpResponse:
    """The other side was quicker: what it did, and what was typed, on top of how things stand now."""
    act = act_on(case_of(actor, ref, now))
    form = form_for(act, {**data, "version": str(act.case.occurrence.version)})
    kept = words_of(form) if act.refusal else []
    return act.show(None if act.refusal else form, status=409, meanwhile=True, kept=kept)

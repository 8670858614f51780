"""Done; and that it was a mistake; and that what a promise is counted from has happened."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.access import Actor, MemberRequest, for_members
from areas.models import AreaPart
from contracts import keeping
from contracts.access import commitment_to_read
from contracts.forms import DeliverForm, StartedForm, UndoForm
from contracts.views.act import Act, Case, carry, promise_url, told
from requests.moves import Refused
from requests.wording import measure, sentence


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def deliver(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Done: now, unless an earlier moment is named."""
    now = timezone.now()

    def act_on(case: Case) -> Act:
        return Act(
            request,
            case,
            verb="deliver",
            side=case.occurrence.owes,
            why_not=keeping.why_not_deliver,
            template="contracts/deliver.html",
            said=_("Reported. Now %(area)s says how it was.") % {"area": case.occurrence.owed.name},
            more={"target": _goal(case)},
        )

    def form_for(act: Act, data: dict[str, str] | None) -> DeliverForm:
        return DeliverForm(
            data,
            initial={"version": act.case.occurrence.version},
            promise=act.case.promise,
            organization=act.case.organization,
            now=now,
            auto_id="deliver-%s",
            **act.saying,
        )

    def deed(case: Case, form: DeliverForm) -> None:
        said = form.cleaned_data
        keeping.deliver(
            case.occurrence,
            actor,
            version=said["version"],
            now=now,
            at=said["at"],
            note=said["note"],
            value=said.get("value"),
            numerator=said.get("numerator"),
            denominator=said.get("denominator"),
            self_worked=said["self_worked"],
            self_easy=said["self_easy"],
            said_by=form.speaker,
        )

    return carry(request, actor, ref, now, act_on, form_for, deed)


def _goal(case: Case) -> str:
    """The target without what is counted, which the field says already: "at least 95 %"."""
    bare = copy(case.promise)
    bare.indicator = ""
    return measure(bare, case.organization)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def retract(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The delivery was a mistake: written beside it, nothing is erased."""
    now = timezone.now()

    def act_on(case: Case) -> Act:
        return Act(
            request,
            case,
            verb="retract",
            side=case.occurrence.owes,
            why_not=keeping.why_not_retract,
            template="contracts/undo.html",
            said=_("Taken back. It waits to be delivered again."),
            more={"undone": "delivery"},
        )

    def form_for(act: Act, data: dict[str, str] | None) -> UndoForm:
        return UndoForm(data, initial={"version": act.case.occurrence.version}, auto_id="retract-%s", **act.saying)

    def deed(case: Case, form: UndoForm) -> None:
        said = form.cleaned_data
        keeping.retract(
            case.occurrence, actor, version=said["version"], now=now, words=said["words"], said_by=form.speaker
        )

    return carry(request, actor, ref, now, act_on, form_for, deed)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def started(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The event of "within so many hours of …" happened: from then on the clock runs."""
    now = timezone.now()
    commitment = commitment_to_read(actor, ref)
    refusal = keeping.why_not_start(commitment, actor)
    recording = False
    if refusal and actor.is_facilitator:
        noted = keeping.why_not_start(commitment, actor, recording=True)
        refusal, recording = noted, noted is None
    if refusal:
        raise PermissionDenied(refusal)
    people: list[str] = []
    if recording:
        parts = AreaPart.objects.filter(area__in=(commitment.owes, commitment.owed), membership__left_at=None)
        people = [part.membership.name for part in parts.select_related("membership__user").order_by("pk")]
    data = request.POST.dict() if request.method == "POST" else None
    form = StartedForm(
        data,
        organization=actor.organization,
        now=now,
        people=people,
        recording=recording,
        auto_id="started-%s",
    )
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                keeping.started(
                    commitment, actor, now=now, at=said["at"] or now, words=said["words"], said_by=form.speaker
                )
            except Refused as refused:
                form.add_error(None, refused.sentence)
            else:
                return _began(request, promise_url(commitment))
    context: dict[str, Any] = {
        "actor": actor,
        "org": actor.organization.ref,
        "commitment": commitment,
        "promise": commitment.clause,
        "terms": sentence(commitment.clause, actor.organization),
        "form": form,
        "here": promise_url(commitment),
        "recording": recording,
    }
    template = f"contracts/started.html{'#act' if request.htmx else ''}"
    return render(request, template, context, status=status)


def _began(request: MemberRequest, here: str) -> HttpResponse:
    words = _("Noted: the clock runs.")
    if request.htmx:
        return told(words)
    messages.success(request, words)
    return redirect(here)

"""What a promise depends on: chosen over the sheet or on a page of its own, and on the page of the promise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from areas.access import Actor, MemberRequest, for_members
from contracts import depending
from contracts.access import commitment_to_read
from contracts.forms import DependForm, DependOverSheet
from contracts.models import Commitment
from contracts.sheets import Need, needs_of
from contracts.views.act import promise_url, told
from contracts.views.promise import page_of
from requests import moves
from requests.models import Ask
from requests.moves import Refused
from requests.states import Direction, State
from requests.wording import sentence


@dataclass
class Choosing:
    """What one promise needs, and what it might."""

    commitment: Commitment
    actor: Actor

    @cached_property
    def needs(self) -> list[Need]:
        return needs_of(self.commitment, timezone.now())

    @cached_property
    def opposite(self) -> list[Commitment]:
        return depending.opposite(self.commitment)

    @cached_property
    def _waiting(self) -> set[int]:
        return depending.waiting_for(self.commitment)

    @property
    def offered(self) -> list[Commitment]:
        chosen = {one.ref for one in self.needs}
        return [one for one in self.opposite if one.pk not in self._waiting and one.ref not in chosen]

    @property
    def waiting(self) -> list[Commitment]:
        """What waits for this one already, so that this one cannot wait for it."""
        return [one for one in self.opposite if one.pk in self._waiting]

    @property
    def direction(self) -> Direction:
        """The opposite lane."""
        needs = self.commitment.owed_id == self.commitment.link.customer_id
        return Direction.REQUIREMENT if needs else Direction.NEED

    @property
    def may_ask(self) -> bool:
        """Whether the person may ask for something there."""
        link = self.commitment.link
        return any(
            moves.why_not_draft(link, self.direction, self.actor, recording=noted) is None for noted in (False, True)
        )


def _line(commitment: Commitment) -> str:
    """Its line on the sheet, which bears the newest ask: other terms may be agreed and not signed yet."""
    newer = Ask.objects.filter(replaces=commitment.ask_id, state=State.AGREED).first()
    sheet = reverse("contracts:sheet", kwargs={"org": commitment.organization.ref, "link": commitment.link.ref})
    return f"{sheet}#ask-{(newer or commitment.ask).ref}"


def _is_from_sheet(request: MemberRequest) -> bool:
    return request.method != "POST" or "sheet" in request.POST


def _allowed(actor: Actor, ref: str) -> Commitment:
    commitment = commitment_to_read(actor, ref)
    refusal = depending.why_not_change(commitment, actor)
    if refusal:
        raise PermissionDenied(refusal)
    return commitment


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def depend(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Choose what this promise needs from the other side, so that its clock waits for it."""
    commitment = _allowed(actor, ref)
    choosing = Choosing(commitment, actor)
    form: DependForm
    if _is_from_sheet(request):
        data = request.POST.dict() if request.method == "POST" else None
        form = DependOverSheet(data, choices=choosing.offered, known=choosing.opposite, auto_id="depend-%s")
    else:
        form = DependForm(request.POST.dict(), choices=depending.choices(commitment), auto_id="depend-%s")
    if form.is_valid():
        try:
            depending.depend(commitment, form.chosen, actor, now=timezone.now())
        except Refused as refused:
            form.add_error("requirement", refused.sentence)
        else:
            return _changed(request, commitment, _("From now on its clock waits while that is late."))
    if _is_from_sheet(request):
        return _over_sheet(request, choosing, form, status=422 if form.is_bound else 200)
    return page_of(request, actor, commitment, depend=form, status=422)


def _over_sheet(request: MemberRequest, choosing: Choosing, form: DependForm, *, status: int) -> HttpResponse:
    commitment, actor = choosing.commitment, choosing.actor
    context: dict[str, Any] = {
        "actor": actor,
        "org": actor.organization.ref,
        "commitment": commitment,
        "promise": commitment.clause,
        "terms": sentence(commitment.clause, actor.organization),
        "choosing": choosing,
        "form": form,
        "here": _line(commitment),
    }
    template = f"contracts/depends.html{'#act' if request.htmx else ''}"
    return render(request, template, context, status=status)


@for_members
@require_POST
def undepend(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """From now on it waits no more; what it waited stays."""
    commitment = _allowed(actor, ref)
    living = commitment.depends_on.filter(ended_at=None, requirement__ref=request.POST.get("requirement", ""))
    found = living.select_related("requirement__clause", "requirement__owes", "requirement__owed").first()
    if found is None:
        return _changed(request, commitment, _("It does not depend on this any more."))
    try:
        depending.undepend(commitment, found.requirement, actor, now=timezone.now())
    except Refused as refused:
        return _changed(request, commitment, refused.sentence)
    return _changed(request, commitment, _("It no longer waits for that."))


def _changed(request: MemberRequest, commitment: Commitment, said: str) -> HttpResponseBase:
    if request.htmx:
        return told(said)
    messages.success(request, said)
    return redirect(_line(commitment) if _is_from_sheet(request) else f"{promise_url(commitment)}#depends")

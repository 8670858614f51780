"""The page of one promise: how it stands, what hangs on what, and all that became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from contracts.access import commitment_to_read
from contracts.forms import DependForm
from contracts.models import Commitment
from contracts.promised import Promised
from contracts.views.act import promise_url
from requests.access import ask_to_read
from requests.views.live import live, new_token, wants_token

PARTS = ("now", "figures", "depends", "history")


def _topics(commitment: Commitment) -> tuple[str, ...]:
    return (f"l:{commitment.link.ref}",)


@for_members
@require_safe
def promise(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The page, or the region of it that wants to look again."""
    commitment = commitment_to_read(actor, ref)
    if wants_token(request):
        return new_token(_topics(commitment))
    return page_of(request, actor, commitment)


@for_members
@require_safe
def promise_of(request: MemberRequest, actor: Actor, ask: str) -> HttpResponseBase:
    """The promise that an agreed ask became; its line on the sheet as long as nobody signed it."""
    one = ask_to_read(actor, ask)
    found = Commitment.objects.filter(ask=one).order_by("-started_at").first()
    if found is None:
        sheet = reverse("contracts:sheet", kwargs={"org": actor.organization.ref, "link": one.link.ref})
        return redirect(f"{sheet}#ask-{one.ref}")
    return redirect("contracts:promise", org=actor.organization.ref, ref=found.ref)


def page_of(
    request: MemberRequest,
    actor: Actor,
    commitment: Commitment,
    *,
    depend: DependForm | None = None,
    status: int = 200,
) -> HttpResponse:
    said = request.GET.get("page", "")
    number = int(said) if said.isdecimal() and 0 < len(said) < 5 else 1
    found = Promised(commitment, actor, timezone.now(), max(number, 1))
    part = request.GET.get("part", "") if request.htmx else ""
    here = promise_url(commitment)
    context: dict[str, Any] = {
        "actor": actor,
        "org": actor.organization.ref,
        "promised": found,
        "commitment": commitment,
        "clause": commitment.clause,
        "here": here,
        "paged": f"?page={found.page}&part=" if found.page > 1 else "?part=",
        "topic": _topics(commitment)[0],
        "revision": actor.organization.revision,
        "trend": mark_safe(found.trend) if part in ("", "figures") else "",
        "form": depend or _form(found),
        **live(request, _topics(commitment)),
    }
    template = f"contracts/promise.html{f'#{part}' if part in PARTS else ''}"
    return render(request, template, context, status=status)


def _form(found: Promised) -> DependForm | None:
    return DependForm(choices=found.requirements, auto_id="depend-%s") if found.requirements else None

"""Many measured values at once: pasted or from a file, looked at first, taken over together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from areas.access import Actor, MemberRequest, for_members
from areas.models import AreaPart
from contracts import clock, keeping
from contracts.access import commitment_to_read
from contracts.forms import ValuesForm
from contracts.history import moment_said, value_said
from contracts.models import Commitment
from contracts.pasted import Pasted
from contracts.views.act import promise_url
from requests.moves import Refused
from requests.wording import day, measure, sentence


@dataclass(frozen=True)
class Previewed:
    """One line as it would be taken over, or why it would not."""

    n: int
    text: str
    day: str = ""
    due: str = ""
    value: str = ""
    met: bool | None = None
    refusal: str = ""


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def values(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Paste or upload; see what becomes of each line; take it over."""
    commitment = commitment_to_read(actor, ref)
    recording = keeping.why_not_enter_values(commitment, actor) is not None
    refusal = keeping.why_not_enter_values(commitment, actor, recording=recording)
    if refusal:
        raise PermissionDenied(refusal)
    parts = AreaPart.objects.filter(area=commitment.owes, membership__left_at=None) if recording else []
    people = [part.membership.name for part in parts]
    options: dict[str, Any] = {"organization": actor.organization, "people": people, "recording": recording}
    if request.method != "POST":
        return _page(request, actor, commitment, ValuesForm(**options))
    form = ValuesForm(request.POST, request.FILES, **options)
    if not form.is_valid():
        return _page(request, actor, commitment, form, status=422)
    now = timezone.now()
    rows = [(line.on, line.value) for line in form.lines if line.on is not None and line.value is not None]
    checked = keeping.check_values(commitment, actor, rows, now, said_by=form.speaker)
    fine = [one.row for one in checked if one.refusal is None]
    if request.POST.get("confirmed") == "yes" and len(fine) == len(form.lines):
        try:
            keeping.deliver_values(commitment, actor, fine, now=now, said_by=form.speaker)
        except keeping.ValuesRefused as refused:
            checked = refused.checked
            fine = [one.row for one in checked if one.refusal is None]
        except Refused as refused:
            form.add_error(None, refused.sentence)
            return _page(request, actor, commitment, form, status=422)
        else:
            said = ngettext("%(n)s value taken over.", "%(n)s values taken over.", len(fine))
            messages.success(request, said % {"n": len(fine)})
            return redirect(f"{promise_url(commitment)}#history-title")
    lines = list(_previewed(form.lines, checked, commitment))
    bare = "\n".join(f"{on.isoformat()};{value}" for on, value in fine)
    # What was looked at and then refused is told again, with nothing taken over.
    status = 409 if request.POST.get("confirmed") == "yes" else 200
    return _page(request, actor, commitment, form, lines=lines, fine=len(fine), bare=bare, status=status)


def _previewed(lines: list[Pasted], checked: list[keeping.Checked], commitment: Commitment) -> list[Previewed]:
    said: dict[tuple[date, Decimal], keeping.Checked] = {}
    for one in checked:
        said.setdefault(one.row, one)
    organization, promise = commitment.organization, commitment.clause
    found = []
    for line in lines:
        if line.on is None or line.value is None:
            found.append(Previewed(line.n, line.text, refusal=line.refusal))
            continue
        one = said[line.on, line.value]
        found.append(
            Previewed(
                line.n,
                line.text,
                day=day(line.on, organization),
                due=moment_said(one.occurrence.due_at, organization) if one.occurrence else "",
                value=value_said(promise, organization, line.value),
                met=clock.on_target(promise, line.value),
                refusal=one.refusal or "",
            )
        )
    return found


def _page(
    request: MemberRequest,
    actor: Actor,
    commitment: Commitment,
    form: ValuesForm,
    *,
    lines: list[Previewed] | None = None,
    fine: int = 0,
    bare: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "actor": actor,
        "org": actor.organization.ref,
        "commitment": commitment,
        "promise": commitment.clause,
        "terms": sentence(commitment.clause, actor.organization),
        "target": measure(commitment.clause, actor.organization),
        "form": form,
        "here": promise_url(commitment),
        "lines": lines,
        "fine": fine,
        "refused": len(lines) - fine if lines else 0,
        "bare": bare,
        "took": status == 409,
        "words": _("%(n)s of %(all)s lines can be taken over.") % {"n": fine, "all": len(lines or [])},
    }
    return render(request, "contracts/values.html", context, status=status)

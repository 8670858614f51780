"""Signing the proposed version, and proposing that a promise ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from areas.access import Actor, MemberRequest, for_members
from contracts import drafting
from contracts.access import area_of
from contracts.forms import KeepForm, RemovalForm, SignForm
from contracts.models import Removal, Signature, Version
from contracts.sheets import PILL, Sheet, Signatory, Status, owner_difference
from contracts.views.frame import address, frame, people_of, sheet_of, side_from
from contracts.words import Side
from requests.access import ask_to_read
from requests.models import Ask, Promise
from requests.moves import Refused
from requests.wording import Difference, differences, sentence


@dataclass
class ReadLine:
    """One promise, word for word as the signature binds to it."""

    promise: Promise
    sentence: str
    owner_name: str
    word: str
    pill: str
    css: str
    differences: list[Difference] = field(default_factory=list)
    removal: Removal | None = None


@dataclass
class ReadPart:
    title: str
    css: str
    lines: list[ReadLine]


CSS = {"new": "new", "changed": "changed", "removed": "dropped"}
STATUS = {"new": Status.NEW, "changed": Status.CHANGED, "removed": Status.REMOVED}


def read_back(sheet: Sheet, side: Side) -> list[ReadPart]:
    """The text that a signature of this side binds to: what it promises, what it is promised, what ends."""
    words = {"new": _("new"), "changed": _("changed"), "removed": _("ends")}
    gives: list[ReadLine] = []
    gets: list[ReadLine] = []
    ends: list[ReadLine] = []
    for line in sheet.proposed.lines:
        read = ReadLine(
            promise=line.promise,
            sentence=sentence(line.promise, sheet.organization),
            owner_name=line.owner_name,
            word=words.get(line.status, ""),
            pill=PILL[STATUS[line.status]] if line.status in STATUS else "",
            css=CSS.get(line.status, ""),
            removal=line.removal,
        )
        if line.status == "changed" and line.before:
            read.differences = differences(line.before, line.promise, sheet.organization)
            if line.before.owner_name != line.owner_name:
                read.differences.append(owner_difference(line.before.owner_name, line.owner_name))
        (ends if line.status == "removed" else gives if line.owed_by == side else gets).append(read)
    area = area_of(sheet.contract, side).name
    across = area_of(sheet.contract, Side.CUSTOMER if side == Side.SUPPLIER else Side.SUPPLIER).name
    parts = [
        ReadPart(_("What %(area)s promises %(other)s") % {"area": area, "other": across}, "needs", gives),
        ReadPart(_("What %(other)s promises %(area)s") % {"area": area, "other": across}, "requirements", gets),
    ]
    if ends:
        parts.append(ReadPart(_("What ends with this version"), "", ends))
    return parts


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """Read the exact text back, then sign it for one side."""
    found = sheet_of(actor, link, timezone.now())
    asked = side_from(request.POST.get("side") or request.GET.get("side"))
    able = found.signs_now
    led = next(
        (side for side in (Side.SUPPLIER, Side.CUSTOMER) if actor.may_decide_for(area_of(found.contract, side))), None
    )
    side = asked or (able.side if able else led) or Side.SUPPLIER
    recording = not actor.may_decide_for(area_of(found.contract, side))
    if recording and not actor.is_facilitator:
        raise PermissionDenied(_("A lead of %(area)s signs.") % {"area": area_of(found.contract, side).name})
    people = people_of(found, side)
    if request.method != "POST":
        form = SignForm(
            initial={"side": side.value, "digest": found.proposed.digest}, people=people, recording=recording
        )
        return _page(request, found, side, form)
    form = SignForm(request.POST, people=people, recording=recording)
    if not form.is_valid():
        return _page(request, found, side, form, status=422)
    try:
        version = drafting.sign(
            found.contract,
            side,
            actor,
            digest=form.cleaned_data["digest"],
            words=form.cleaned_data["words"],
            said_by=form.speaker,
            now=found.now,
        )
    except drafting.ProposalChanged as changed:
        # The words stay, the fingerprint is that of the text that is shown now.
        fresh = sheet_of(actor, link, found.now)
        data = {**request.POST.dict(), "digest": fresh.proposed.digest}
        again = SignForm(data, people=people, recording=recording)
        return _page(request, fresh, side, again, overtaken=changed.sentence, status=409)
    except Refused as refusal:
        messages.info(request, refusal.sentence)
        return redirect(address("sheet", found))
    _thank(request, found, side, version)
    return redirect(address("sheet", found))


def _thank(request: MemberRequest, found: Sheet, side: Side, version: Version | None) -> None:
    if version:
        messages.success(request, _("Both sides have signed: version %(n)s is in force.") % {"n": version.n})
    else:
        area = area_of(found.contract, side).name
        messages.success(request, _("Signed for %(area)s.") % {"area": area})


@for_members
@require_POST
def confirm(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """Make count what a guest signed in a workshop; `digest` is the text that the person had before them."""
    found = sheet_of(actor, link, timezone.now())
    led = [side for side in Side if actor.may_decide_for(area_of(found.contract, side))]
    if not led and not actor.is_facilitator:
        raise PermissionDenied(_("A lead of one of the two areas does this."))
    signature = Signature.objects.filter(
        contract=found.contract,
        side=request.POST.get("side", ""),
        digest=request.POST.get("digest", ""),
        provisional=True,
    ).last()
    if signature is None:
        messages.info(request, _("Nothing that was signed in the workshop waits here."))
        return redirect(address("sheet", found))
    try:
        version = drafting.confirm(found.contract, signature, actor, now=found.now)
    except Refused as refusal:
        messages.info(request, refusal.sentence)
    else:
        _thank(request, found, Side(signature.side), version)
    return redirect(address("sheet", found))


def _page(
    request: MemberRequest, found: Sheet, side: Side, form: SignForm, *, overtaken: str = "", status: int = 200
) -> HttpResponse:
    by_side: dict[str, Signatory] = {one.side: one for one in found.signatories}
    signatory = by_side[side]
    other = by_side[Side.CUSTOMER if side == Side.SUPPLIER else Side.SUPPLIER]
    refusal = None
    if not signatory.may_sign:
        recording = "said_by" in form.fields
        refusal = drafting.why_not_sign(found.contract, found.proposed, side, found.actor, recording=recording)
    context = frame(
        request,
        found,
        form=form,
        signatory=signatory,
        other=other,
        parts=read_back(found, side),
        refusal=refusal,
        overtaken=overtaken,
        completes=other.signature is not None,
    )
    return render(request, "contracts/sign.html", context, status=status)


# A promise that should end -------------------------------------------------------------------------------------------


def _ask_of(found: Sheet, ref: str) -> Ask:
    ask = ask_to_read(found.actor, ref)
    if ask.link_id != found.link.pk:
        raise Http404
    return ask


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: MemberRequest, actor: Actor, link: str, ask: str) -> HttpResponseBase:
    """Propose that the next version drops a promise, with the reason."""
    found = sheet_of(actor, link, timezone.now())
    one = _ask_of(found, ask)
    led = [side for side in Side if actor.may_decide_for(area_of(found.contract, side))]
    if not led and not actor.is_facilitator:
        raise PermissionDenied(_("A lead of one of the two areas does this."))
    asked = side_from(request.POST.get("side"))
    side = asked if asked and (not led or asked in led) else led[0] if led else Side.CUSTOMER
    people = [*people_of(found, Side.SUPPLIER), *people_of(found, Side.CUSTOMER)]
    more: dict[str, Any] = {"people": people, "recording": not led}
    form = (
        RemovalForm(request.POST, **more) if request.method == "POST" else RemovalForm(initial={"side": side}, **more)
    )
    if not led:
        form.fields["side"].widget = forms.RadioSelect(
            choices=[(side.value, area_of(found.contract, side).name) for side in Side]
        )
        form.fields["side"].label = _("Which side says so")
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                drafting.propose_removal(
                    found.contract,
                    one,
                    actor,
                    side=Side(form.cleaned_data["side"]),
                    words=form.cleaned_data["words"],
                    said_by=form.speaker,
                    now=found.now,
                )
            except Refused as refused:
                refusal, status = refused.sentence, 409
            else:
                messages.success(request, _("Proposed. It binds until one lead of each side has signed."))
                return redirect(f"{address('sheet', found)}#ask-{one.ref}")
    context = frame(request, found, form=form, ask=one, refusal=refusal, recording=not led)
    return render(request, "contracts/remove.html", context, status=status)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: MemberRequest, actor: Actor, link: str, ask: str) -> HttpResponseBase:
    """Take a proposed removal back. A facilitator says on a page of its own who said so."""
    found = sheet_of(actor, link, timezone.now())
    one = _ask_of(found, ask)
    leads = any(actor.may_decide_for(area_of(found.contract, side)) for side in Side)
    if not leads and not actor.is_facilitator:
        raise PermissionDenied(_("A lead of one of the two areas does this."))
    back = f"{address('sheet', found)}#ask-{one.ref}"
    removal = Removal.objects.filter(
        contract=found.contract, ask=one, taken_back_at__isnull=True, done_in__isnull=True
    ).first()
    if removal is None:
        messages.info(request, _("This proposal to remove no longer stands."))
        return redirect(back)
    removal.ask = one
    recording = actor.is_facilitator and not actor.may_decide_for(area_of(found.contract, removal.side))
    if recording and request.method == "POST" and "said_by" not in request.POST:
        # From the button on the sheet, which has no room for the question.
        return redirect(address("keep", found, ask=one.ref))
    people = people_of(found, Side(removal.side))
    data = request.POST if request.method == "POST" else None
    form = KeepForm(data, people=people, recording=recording)
    if not form.is_valid():
        area = area_of(found.contract, removal.side)
        context = frame(request, found, form=form, ask=one, removal=removal, recording=recording, area=area)
        return render(request, "contracts/keep.html", context, status=422 if form.is_bound else 200)
    try:
        drafting.take_back_removal(found.contract, removal, actor, said_by=form.speaker, now=found.now)
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("It stays as it is."))
    return redirect(back)

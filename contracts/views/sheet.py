"""The sheet of a link, its shoes and the day of its review."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from areas.access import Actor, MemberRequest, for_members
from areas.editing import ChangedMeanwhile
from contracts import drafting
from contracts.access import stand_of
from contracts.at_hand import TOKEN, Drawn, at_hand
from contracts.forms import ReviewForm, ShoesForm
from contracts.models import Contract, Shoes
from contracts.sheets import Sheet
from contracts.views.frame import address, around, frame, people_of, sheet_of, side_from, topics_of
from contracts.words import Side
from requests.moves import Refused
from requests.states import Direction
from requests.views.live import live, new_token, wants_token

REGIONS = ("head", "shoes", "feed", *Direction.values)


@for_members
@require_safe
def sheet(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """The page, or the region of it that wants to look again."""
    now = timezone.now()
    if wants_token(request):
        return new_token(_topics(sheet_of(actor, link, now)))
    part = request.GET.get("part", "") if request.htmx else ""
    part = part if part in REGIONS else ""
    drawn = at_hand.get(_key(actor, link, part), now, lambda: _drawn(actor, link, part, now))
    if part:
        return HttpResponse(drawn.body(request))
    supplier, customer, *topics = drawn.aside
    page = {"actor": actor, "supplier": supplier, "customer": customer, **live(request, topics)}
    return drawn.page(request, "contracts/sheet.html", page)


def _key(actor: Actor, ref: str, part: str) -> Hashable:
    """All that decides what of a sheet a person is shown, beside time. Raises Http404."""
    stand, organization = stand_of(actor, ref), actor.organization
    parts = (actor.parts.get(stand.customer), actor.parts.get(stand.supplier))
    # Who has signed for one side, or belongs to both, is bound by what the person said before.
    alone = stand.signed or all(parts)
    who = (actor.membership.role, parts, actor.membership.pk if alone else None)
    return ("sheet", organization.ref, organization.revision, stand, get_language(), who, part)


def _drawn(actor: Actor, ref: str, part: str, now: datetime) -> Drawn:
    found = sheet_of(actor, ref, now)
    context = {**around(found), "csrf_token": TOKEN}
    if part in Direction.values:
        context["lane"] = next(lane for lane in found.lanes if lane.direction == part)
        part = "lane"
    elif not part:
        found.gather()
    html = render_to_string(f"contracts/sheet_body.html{f'#{part}' if part else ''}", context)
    return Drawn.of(html, now, found.fresh_until, (found.supplier.name, found.customer.name, *_topics(found)))


def _topics(found: Sheet) -> tuple[str, ...]:
    """The link, and the conversations that open over its sheet."""
    return (*topics_of(found), *(f"a:{ask.ref}" for ask in found.open_asks))


# In your customer's shoes --------------------------------------------------------------------------------------------


def _side(found: Sheet, wanted: str | None) -> tuple[Side, bool]:
    """The side for which this person writes, and whether a facilitator only writes down what was said.

    Raises PermissionDenied with the sentence.
    """
    side = side_from(wanted) or found.writes_shoes or Side.SUPPLIER
    refusal = drafting.why_not_shoes(found.contract, side, found.actor)
    if refusal is None:
        return side, False
    if found.actor.is_facilitator:
        return side, True
    raise PermissionDenied(refusal)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def shoes(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """Write or correct the shoes in place; without JavaScript a page of its own."""
    now = timezone.now()
    found = sheet_of(actor, link, now)
    side, recording = _side(found, request.POST.get("side") or request.GET.get("side"))
    people = people_of(found, side)
    if request.method != "POST":
        last = found.shoes
        initial = {**ShoesForm.words_of(last), "n": last.n if last else 0, "side": side.value}
        form = ShoesForm(initial=initial, people=people, recording=recording, auto_id="shoes-%s")
        return _shoes_form(request, found, form, side)
    form = ShoesForm(request.POST, people=people, recording=recording, auto_id="shoes-%s")
    if not form.is_valid():
        return _shoes_form(request, found, form, side, status=422)
    try:
        _save_shoes(found, side, form)
    except ChangedMeanwhile as meanwhile:
        # The same words on top of the newest edition: saving again is a decision about what is there now.
        newest = cast(Shoes, meanwhile.current)
        again = ShoesForm(
            {**request.POST.dict(), "n": newest.n}, people=people, recording=recording, auto_id="shoes-%s"
        )
        return _shoes_form(request, found, again, side, conflict=newest, status=409)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _shoes_form(request, found, form, side, status=422)
    return _after_shoes(request, found, _("Saved."))


def _save_shoes(found: Sheet, side: Side, form: ShoesForm) -> None:
    words = {name: form.cleaned_data[name] for name in ShoesForm.WORDS}
    n: int = form.cleaned_data["n"]
    last = found.shoes
    if last and last.n == n and ShoesForm.words_of(last) == words:
        # Nothing was changed: the customer confirms by that, the supplier leaves it as it is.
        if side == Side.CUSTOMER:
            drafting.confirm_shoes(found.contract, found.actor, n=n, said_by=form.speaker, now=found.now)
        return
    drafting.write_shoes(found.contract, found.actor, side=side, n=n, **words, said_by=form.speaker, now=found.now)


@for_members
@require_POST
def confirm_shoes(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """The customer says: yes, that is how it is for us."""
    found = sheet_of(actor, link, timezone.now())
    refusal = drafting.why_not_shoes(found.contract, Side.CUSTOMER, actor)
    if refusal:
        raise PermissionDenied(refusal)
    said = request.POST.get("n", "")
    n = int(said) if said.isdecimal() and len(said) < 9 else 0
    try:
        drafting.confirm_shoes(found.contract, actor, n=n, now=found.now)
    except ChangedMeanwhile:
        messages.warning(request, _("It was changed meanwhile. Read it again before you confirm it."))
    except Refused as refused:
        messages.warning(request, refused.sentence)
    return _after_shoes(request, found, "")


def _shoes_form(
    request: MemberRequest,
    found: Sheet,
    form: ShoesForm,
    side: Side,
    *,
    conflict: Shoes | None = None,
    status: int = 200,
) -> HttpResponse:
    template = "contracts/shoes.html#form" if request.htmx else "contracts/shoes.html"
    context = frame(request, found, form=form, side=side.value, conflict=conflict)
    return render(request, template, context, status=status)


def _after_shoes(request: MemberRequest, found: Sheet, said: str) -> HttpResponseBase:
    if request.htmx:
        fresh = sheet_of(found.actor, found.link.ref, found.now)
        return render(request, "contracts/sheet_body.html#shoes", frame(request, fresh))
    if said:
        messages.success(request, said)
    return redirect(f"{address('sheet', found)}#shoes")


# The review ----------------------------------------------------------------------------------------------------------


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """Set the day on which both sides look at the contract again."""
    found = sheet_of(actor, link, timezone.now())
    if not found.may_set_review:
        raise PermissionDenied(_("A lead of one of the two areas does this."))
    contract = found.contract
    conflict: Contract | None = None
    status = 200
    if request.method == "POST":
        form = ReviewForm(request.POST, today=found.today)
        if form.is_valid():
            day, version = form.cleaned_data["review_on"], form.cleaned_data["version"]
            try:
                drafting.set_review(contract, actor, version=version, review_on=day, now=found.now)
            except ChangedMeanwhile as meanwhile:
                conflict, status = cast(Contract, meanwhile.current), 409
                form = ReviewForm({**request.POST.dict(), "version": conflict.version}, today=found.today)
            else:
                messages.success(request, _("The day of the review is set."))
                return redirect(address("sheet", found))
        else:
            status = 422
    else:
        form = ReviewForm(initial={"review_on": contract.review_on, "version": contract.version}, today=found.today)
    return render(request, "contracts/review.html", frame(request, found, form=form, conflict=conflict), status=status)

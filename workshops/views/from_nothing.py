"""At a client's office: the company, its chain and the open room on one page, in two minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from areas import editing as area_deeds
from areas.access import MemberRequest, signed_in
from areas.models import User
from areas.places import guess_country, zone_of
from requests.moves import Refused
from workshops import from_nothing as beginnings
from workshops import running
from workshops.forms import CompanyForm
from workshops.models import Workshop
from workshops.views.chain_draft import ChainDraft


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def from_nothing(request: MemberRequest) -> HttpResponse:
    """At a client's office: the company, its chain and the open room on one page."""
    now = timezone.now()
    country = guess_country(request.headers.get("Accept-Language", ""))
    language = request.POST.get("language") or get_language() or "es"
    guessed = {"language": language, "country": country, "zone": zone_of(country) if country else ""}
    draft = ChainDraft.of(request, language)
    if draft.is_sent:
        form = CompanyForm(request.POST)
        if form.is_valid() and draft.is_good:
            data = form.cleaned_data
            try:
                made = _begin(request.user, data, draft, now)
            except (Refused, area_deeds.Refused) as refusal:
                form.add_error(None, refusal.sentence)
            else:
                return redirect("workshops:console", org=made.organization.ref, ref=made.ref)
    else:
        form = CompanyForm(initial={**guessed, **request.POST.dict()})
    context = {"form": form, **draft.context()}
    return render(request, "workshops/from_nothing.html", context, status=422 if draft.is_sent else 200)


@transaction.atomic
def _begin(user: User, data: dict[str, Any], draft: ChainDraft, now: datetime) -> Workshop:
    """The company with its chain, and its open room; a second click finds the first one's. Raises Refused."""
    actor = beginnings.found_with_chain(
        user,
        name=data["name"],
        country=data["country"],
        zone=data["zone"],
        language=data["language"],
        rows=draft.rows,
        now=now,
    )
    begun = Workshop.objects.select_related("organization").filter(organization=actor.organization).first()
    if begun:
        return begun
    name = running.default_name(data["language"], now.astimezone(actor.organization.tz))
    return running.create(actor, name=name, language=data["language"], now=now)

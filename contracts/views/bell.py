"""What was sent to me, and how much of it is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from areas.access import Actor, MemberRequest, for_members
from areas.models import AreaPart
from contracts import bell as sent
from contracts import mails, reminding
from contracts.mails import Line, Teller
from contracts.reminding import is_mine


@dataclass(frozen=True)
class Told:
    """A line of the page; a digest has no `line`. `became`: what has become of it, with its tone."""

    at: str
    day: str
    is_new: bool
    title: str
    url: str
    line: Line | None = None
    became: str = ""
    tone: str = ""


@for_members
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bell(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """GET shows; POST says that all until `until` has been seen."""
    now = timezone.now()
    if request.method == "POST":
        until = _until(request.POST.get("until", ""), now)
        sent.see(actor.membership, until)
        if request.htmx:
            return HttpResponse(status=204)
        return redirect("contracts:bell", org=actor.organization.ref)
    told = _told(actor, now)
    context = {
        "told": told,
        "new": sum(line.is_new for line in told),
        "until": now.isoformat(),
        "shown": sent.SHOWN,
        "is_full": len(told) >= sent.SHOWN,
    }
    return render(request, "contracts/bell.html", context)


@for_members
@never_cache
@require_safe
def bell_count(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """The bell of the header with its number, which every page fetches after itself."""
    count = sent.unseen(actor.membership)
    shown = f"{sent.MOST - 1}+" if count >= sent.MOST else str(count)
    context: dict[str, Any] = {"org": actor.organization.ref, "count": count, "shown": shown}
    return render(request, "contracts/parts/bell.html", context)


def _until(said: str, now: datetime) -> datetime:
    """When the page was made; what came since stays new."""
    try:
        until = parse_datetime(said)
    except ValueError:
        until = None
    return min(until, now) if until is not None and until.tzinfo is not None else now


def _told(actor: Actor, now: datetime) -> list[Told]:
    zone = mails.zone_of(actor.membership)
    teller = Teller(actor.membership, zone, now)
    areas = set(AreaPart.objects.filter(membership=actor.membership).values_list("area", flat=True))
    found: list[Told] = []
    for one in sent.lines(actor.membership, now):
        at = teller.moment(one.at)
        day = teller.day_of(one.at)
        if one.item is None:
            url = reverse("contracts:digest_preview", kwargs={"org": actor.organization.ref})
            found.append(Told(at, day, one.is_new, _("The digest was sent to you"), url))
            continue
        item = one.item
        line = teller.line(item, [])
        became, tone = _became(item.became, line)
        title = _title(item, is_mine(item, actor.membership, areas))
        found.append(Told(at, day, one.is_new, title, line.url, line, became, tone))
    return found


def _title(item: reminding.Item, mine: bool) -> str:
    said = {"area": item.performer_name}
    if not mine:
        return _("So that you know: it is for %(area)s to act") % said
    match item.kind:
        case "delivery":
            return pgettext("bell", "To deliver")
        case "answer":
            return pgettext("bell", "To answer")
        case "verdict":
            return pgettext("bell", "To judge")
        case _:
            return pgettext("bell", "To review")


def _became(became: str, line: Line) -> tuple[str, str]:
    words = {
        reminding.DELIVERED: (pgettext("became", "delivered"), "kept"),
        reminding.JUDGED: (pgettext("became", "judged"), "kept"),
        reminding.ANSWERED: (pgettext("became", "answered"), "kept"),
        reminding.REVIEWED: (pgettext("became", "reviewed"), "kept"),
        reminding.WAIVED: (pgettext("became", "forgiven"), "neutral"),
        reminding.CANCELLED: (pgettext("became", "ended"), "neutral"),
        reminding.DECLINED: (pgettext("became", "declined"), "neutral"),
        reminding.WITHDRAWN: (pgettext("became", "withdrawn"), "neutral"),
        reminding.RETURNED: (pgettext("became", "came back"), "neutral"),
        reminding.PAUSED: (pgettext("became", "its clock stands still"), "paused"),
        reminding.MOVED: (pgettext("became", "moved to a later day"), "neutral"),
    }
    return words.get(became, (line.pill, "broken" if line.tone == "broken" else "soon"))

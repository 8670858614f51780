"""The digest as it would be now, "send it to me", and the way out of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from areas.access import Actor, MemberRequest, for_members, open_to_all
from areas.editing import Refused
from areas.models import Membership
from areas.speaking import speak
from contracts.digest import leaving, writing
from contracts.words import Often
from requests.wording import day, hour

# What a mail program's own button sends (RFC 8058), and nothing beside it.
ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}


@for_members
@require_safe
def preview(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """Your digest if it were due now."""
    now = timezone.now()
    organization = actor.organization
    next_at = writing.next_weekly(organization, now).astimezone(organization.tz)
    teller, reading = writing.digest_of(actor.membership, now, translation.get_language())
    context = {
        "actor": actor,
        "org": organization.ref,
        "told": teller.tell(reading),
        "often": leaving.often(actor.membership),
        "next_day": day(next_at.date(), organization),
        "next_hour": hour(next_at.time(), organization),
        "has_area": bool(actor.parts) or actor.is_facilitator or actor.is_viewer,
    }
    return render(request, "contracts/digest.html", context)


@for_members
@require_POST
def send(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """The same as a letter, at once."""
    try:
        writing.send_now(actor.membership, timezone.now())
    except Refused as refused:
        messages.warning(request, refused.sentence)
    except writing.Enough:
        messages.warning(
            request, _("You have it several times within this hour already. Look into your mailbox first.")
        )
    else:
        messages.success(request, _("It is on its way to %(email)s.") % {"email": actor.user.email})
    return redirect("contracts:digest_preview", org=actor.organization.ref)


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opened, it only asks: mail scanners open every address. A mail program's one click comes without our cookie."""
    membership = leaving.membership_of(token)
    if membership is None:
        raise Http404
    if request.method == "POST" and dict(request.POST.lists()) == ONE_CLICK:
        leaving.set_often(membership, Often.OFF)
        return HttpResponse(status=204)
    return _leave(request, membership)


@csrf_protect
def _leave(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    speak(membership.user, membership.organization)
    if request.method == "POST":
        leaving.set_often(membership, Often.OFF)
        return redirect(request.path)
    context = {"organization": membership.organization, "often": leaving.often(membership)}
    return render(request, "contracts/unsubscribe.html", context)

"""The real client: a signed link to copy or to send, and the page behind it, open to whoever holds it."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.access import Actor, MemberRequest, for_members, open_to_all
from contracts import by_link, keeping
from contracts.forms import ClientJudgeForm, ClientLinkForm
from contracts.history import moment_said
from contracts.views.act import around, case_of
from contracts.views.judging import read_back
from contracts.words import Voice
from requests.moves import Refused
from requests.wording import sentence

# Many clients may sit behind one address; one link is opened a few times.
PER_ADDRESS, A_MINUTE = 120, 60
PER_LINK, AN_HOUR = 30, 60 * 60


def _too_often(what: str, most: int, seconds: int) -> bool:
    """Counted in windows that begin with the first of them."""
    key = f"v:{what}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:
        # The window ended between the two.
        return False


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def client_link(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The link in the client's language, to copy; or sent by letter."""
    now = timezone.now()
    case = case_of(actor, ref, now)
    occurrence = case.occurrence
    refusal = by_link.why_not_link(occurrence, actor)
    known = actor.is_facilitator or actor.may_speak_for(occurrence.owed_id)
    if refusal and not known:
        raise PermissionDenied(refusal)
    language = request.POST.get("language") or request.GET.get("language") or actor.organization.language
    if language not in by_link.LANGUAGES:
        language = actor.organization.language
    form = ClientLinkForm(request.POST or None, initial={"language": language}, auto_id="client-%s")
    status = 200
    sent = ""
    if request.method == "POST":
        if refusal:
            status = 409
        elif not form.is_valid():
            status = 422
        else:
            said = form.cleaned_data
            left = by_link.send(
                occurrence,
                actor,
                email=said["email"],
                name=said["name"],
                words=said["words"],
                language=said["language"],
                now=now,
            )
            if left:
                sent = _("The letter is on its way to %(email)s.") % {"email": said["email"]}
                if not request.htmx:
                    messages.success(request, sent)
                    return redirect(case.here)
            else:
                form.add_error("email", _("Five letters left about this delivery already. Copy the link instead."))
                status = 422
    context = {
        "actor": actor,
        "org": actor.organization.ref,
        "around": around(request),
        "case": case,
        "occurrence": occurrence,
        "promise": case.promise,
        "form": form,
        "here": case.here,
        "action": case.address("client_link"),
        "refusal": refusal or "",
        "sent": sent,
        "language": language,
        "languages": [(code, translation.get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
        "link": "" if refusal else f"{settings.BASE_URL}{by_link.path_for(occurrence, language)}",
        "until": moment_said(now + by_link.LASTS, actor.organization),
    }
    answer = render(request, "contracts/client_link.html", context, status=status)
    add_never_cache_headers(answer)
    return answer


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def client_verdict(request: HttpRequest, token: str) -> HttpResponseBase:
    """Three questions on a phone, one delivery, no account. Says nothing of the organization but what was promised."""
    if _too_often(f"ip:{get_adapter(request).get_client_ip(request)}", PER_ADDRESS, A_MINUTE):
        return _page(request, "contracts/client_closed.html", {"why": "often"}, 429)
    held = by_link.read(token)
    if held is None:
        return _page(request, "contracts/client_closed.html", {"why": "unknown"}, 404)
    translation.activate(held.language)
    occurrence = held.occurrence
    organization = occurrence.organization
    timezone.activate(organization.tz)
    now = timezone.now()
    thanks = "thanks" in request.GET and occurrence.facts.filter(voice=Voice.CLIENT).exists()
    if held.over == "judged" and thanks:
        return _page(request, "contracts/client_closed.html", {"why": "thanks", "organization": organization}, 200)
    if held.over:
        return _page(request, "contracts/client_closed.html", {"why": held.over, "organization": organization}, 410)
    clause = occurrence.commitment.clause
    assert occurrence.delivered_at is not None
    context = {
        "organization": organization,
        "area": occurrence.owes,
        "promise": clause,
        "terms": sentence(clause, organization),
        "due": moment_said(occurrence.due_at, organization),
        "delivered": moment_said(occurrence.delivered_at, organization),
    }
    if request.method != "POST":
        return _page(
            request, "contracts/client_verdict.html", {**context, "form": ClientJudgeForm(auto_id="client-%s")}
        )
    if _too_often(f"{occurrence.ref}.{held.delivery}", PER_LINK, AN_HOUR):
        return _page(request, "contracts/client_closed.html", {"why": "often", "organization": organization}, 429)
    form = ClientJudgeForm(request.POST.dict(), auto_id="client-%s")
    if not form.is_valid():
        return _page(request, "contracts/client_verdict.html", {**context, "form": form}, 422)
    said = {name: form.cleaned_data[name] for name in form.QUESTIONS}
    if request.POST.get("confirmed") != "yes":
        if "again" not in request.POST:
            back = read_back(occurrence, now=now, **said)
            context |= {"back": back, "hidden": form.kept, "words": form.cleaned_data["words"]}
        return _page(request, "contracts/client_verdict.html", {**context, "form": form})
    try:
        keeping.judge_as_client(
            occurrence,
            delivery=held.delivery,
            name=form.cleaned_data["name"],
            words=form.cleaned_data["words"],
            now=now,
            **said,
        )
    except Refused:
        # Somebody else was quicker: the same kind page that a used link leads to.
        return redirect(request.path)
    return redirect(f"{request.path}?thanks")


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    answer = render(request, template, {"page_is_open": True, **context}, status=status)
    answer["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(answer)
    return answer

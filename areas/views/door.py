"""The front door, the name, the profile, the language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from areas import inviting, journal, new_address
from areas.access import MemberRequest, open_to_all, signed_in
from areas.editing import Refused
from areas.forms import CodeForm, NameForm, NewAddressForm, ProfileForm
from areas.models import Membership, User
from areas.speaking import LANGUAGES, speak


def _next(request: HttpRequest, default: str = "/") -> str:
    """Where the form asked to go on, if that is one of our own pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default


def _mine(user: User) -> list[Membership]:
    return list(
        Membership.objects.select_related("organization", "user")
        .filter(user=user, left_at=None, organization__rehearses=None)
        .order_by("organization__name", "pk")
    )


@open_to_all
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What Eslabón is, for strangers; for the others the shortest way to their chain."""
    if not isinstance(request.user, User):
        return render(request, "areas/landing.html")
    if not request.user.name:
        return redirect("areas:welcome")
    mine = _mine(request.user)
    invited = inviting.open_for(request.user, timezone.now())
    if len(mine) == 1 and not invited:
        return redirect("contracts:board", org=mine[0].organization.ref)
    if mine or invited:
        return redirect("areas:organizations")
    return redirect("areas:new")


@signed_in
@require_GET
def organizations(request: MemberRequest) -> HttpResponse:
    """Where the person is a member, where the person is invited, and the way to a new organization."""
    return render(
        request,
        "areas/organizations.html",
        {"mine": _mine(request.user), "invited": inviting.open_for(request.user, timezone.now())},
    )


@signed_in
@require_http_methods(["GET", "POST"])
def welcome(request: MemberRequest) -> HttpResponse:
    """The name, asked once."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        request.user.name = form.cleaned_data["name"]
        with transaction.atomic():
            request.user.save(update_fields=["name"])
            journal.touch_all(request.user)
        return HttpResponseRedirect(_next(request))
    return render(
        request, "areas/welcome.html", {"form": form, "next": _next(request)}, status=422 if form.errors else 200
    )


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """Name, language and zone of the person; the ways to passkeys and sessions."""
    user = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            if "name" in form.changed_data:
                journal.touch_all(user)
        if user.language:
            speak(user)
        messages.success(request, _("Saved."))
        return redirect("areas:profile")
    return render(
        request, "areas/profile.html", {"form": form, "mine": _mine(user)}, status=422 if form.errors else 200
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: MemberRequest) -> HttpResponse:
    """Another e-mail address: first where to, then the code that went there."""
    now = timezone.now()
    user = User.objects.get(pk=request.user.pk)
    here = redirect("areas:new_address")
    asked = new_address.waiting(request, now)
    context: dict[str, Any] = {"why_not": new_address.why_not(user), "asked": asked}
    act = request.POST.get("act", "")
    form: NewAddressForm | CodeForm
    try:
        if act == "leave":
            new_address.forget(request)
            return redirect("areas:profile")
        if act == "again" and asked:
            new_address.ask(request, user, asked.email, now)
            messages.success(request, _("Another letter to %(email)s is on its way.") % {"email": asked.email})
            return here
        form = CodeForm(request.POST if act == "prove" else None) if asked else _where_to(request, act)
        if form.is_valid():
            if asked is None:
                new_address.ask(request, user, form.cleaned_data["email"], now)
                return here
            new_address.prove(request, user, asked, form.cleaned_data["code"], now)
            messages.success(request, _("Your address is %(email)s now.") % {"email": asked.email})
            return redirect("areas:profile")
    except Refused as refused:
        asked = context["asked"] = new_address.waiting(request, now)
        if act == "again" or (asked is None and act != "ask"):
            messages.warning(request, refused.sentence)
            return here
        form = CodeForm(request.POST) if asked else _where_to(request, "ask")
        form.add_error("code" if asked else "email", refused.sentence)
    context["form"] = form
    return render(request, "areas/new_address.html", context, status=422 if form.errors else 200)


def _where_to(request: HttpRequest, act: str) -> NewAddressForm:
    return NewAddressForm(request.POST if act == "ask" else None)


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language for the person, and in a cookie for whoever comes next with this browser."""
    response = HttpResponseRedirect(_next(request))
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        return response
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=language)
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=60 * 60 * 24 * 365,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def invitation(request: MemberRequest, ref: str) -> HttpResponse:
    """Accept an invitation. Who has not proved its address sees nothing of it, not even that it exists."""
    now = timezone.now()
    found = inviting.addressed_to(request.user).filter(ref=ref).first()
    if found is None:
        return render(request, "areas/invitation_unknown.html", {"addresses": _addresses(request.user)}, status=404)
    standing = found.standing(now)
    if request.method == "POST" and standing == "pending":
        try:
            inviting.accept(found, request.user, now)
        except Refused as refused:
            messages.warning(request, refused.sentence)
            return redirect("areas:invitation", ref=ref)
        messages.success(request, _("Welcome to %(organization)s.") % {"organization": found.organization.name})
        there = reverse("contracts:board", args=[found.organization.ref])
        if not User.objects.get(pk=request.user.pk).name:
            return HttpResponseRedirect(reverse("areas:welcome") + f"?next={there}")
        return HttpResponseRedirect(there)
    member = Membership.objects.filter(user=request.user, organization=found.organization, left_at=None).exists()
    context = {"invitation": found, "standing": standing, "is_member": member}
    return render(request, "areas/invitation.html", context)


def _addresses(user: User) -> list[str]:
    return inviting.proved(user) or [user.email]


@open_to_all
@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """The method, a good request, what each state means. Inside an organization it keeps the way back."""
    return render(request, "areas/guide.html")

"""The demo's door: come in as one of its people, in this window or in one of its own.

Windows of one browser share their cookies, so two people never fit into one address. Browsers take every name that ends
in `.localhost` for this machine; each person gets such a name, and with it cookies of their own.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from areas.feed import hue, initials
from areas.models import Membership
from areas.words import Role
from config.demo import passing
from config.demo.cast import COMPANIES, PEOPLE, Cast, Person, company_of
from config.demo.exercise import FACILITATOR, KEEPING, STEPS, WATCHER, WORKSHOP, Step
from post.views import demo_only

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# So many people of a company are seen at once; the others a click away.
FIRST = 6
# Seconds between two jumps in time, so that the workers come along.
BREATH = 2
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@demo_only
@require_safe
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Everybody whom a visitor can be."""
    language = get_language() or settings.LANGUAGE_CODE
    companies = [
        {
            "name": company.name,
            "says": company.says(language),
            "first": [_card(request, person, language) for person in company.people[:FIRST]],
            "others": [_card(request, person, language) for person in company.people[FIRST:]],
        }
        for company in COMPANIES
    ]

    def told(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
        return [
            {
                "title": step.title(language),
                "text": step.text(language),
                "people": [_card(request, person, language) for person in step.people],
            }
            for step in steps
        ]

    return render(
        request,
        "demo/people.html",
        {
            "companies": companies,
            "steps": told(STEPS),
            "keeping": told(KEEPING),
            "workshop": told(WORKSHOP),
            "facilitator": _card(request, PEOPLE[FACILITATOR], language),
            "keeping_people": [_card(request, PEOPLE[slug], language) for slug in ("marta", "celia", WATCHER)],
            "watcher": _card(request, PEOPLE[WATCHER], language),
            "own_windows": bool(own_address(request, PEOPLE[WATCHER])),
            "loaded": _members().exists(),
        },
    )


@demo_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def come_in(request: HttpRequest, slug: str) -> HttpResponse:
    """One big button, and what it does: this browser, under this name of the machine, is that person from now on."""
    person = PEOPLE.get(slug)
    if person is None:
        raise Http404
    membership = _members().filter(user__email=person.email).first()
    if membership is None:
        raise Http404
    if request.method == "POST":
        login(request, membership.user, backend=BACKEND)
        if request.POST.get("to") == "workshop" and membership.role == Role.FACILITATOR:
            return redirect("workshops:new", org=membership.organization.ref)
        return redirect("contracts:board", org=membership.organization.ref)
    language = get_language() or settings.LANGUAGE_CODE
    card = _card(request, person, language)
    return render(request, "demo/person.html", {"person": card, "company": company_of(person)})


@demo_only
@require_safe
@never_cache
def time(request: HttpRequest) -> HttpResponse:
    """The bar that says what time it is, again, in the language of the page on which it stands."""
    language = request.GET.get("in", "")
    with translation.override(language if language in dict(settings.LANGUAGES) else get_language()):
        return render(request, "demo/time.html")


@demo_only
@require_POST
@never_cache
def pass_time(request: HttpRequest) -> HttpResponse:
    """Let a day or a week pass, for everybody in the demo at once."""
    days = passing.LENGTHS.get(request.POST.get("length", ""))
    if days is None or not _members().exists():
        raise Http404
    if not cache.add("demo:pass_time", True, timeout=BREATH):
        messages.info(request, _("One moment: the demo is still busy with the time that has just passed."))
        return redirect(_back(request))
    try:
        passing.jump(days, timezone.now())
    except ValueError:
        messages.warning(request, _("The demo has come as far as it can. Whoever runs it can begin anew."))
    else:
        messages.success(
            request,
            _("Time has passed. Reminders and digests are on their way: see the demo mailbox."),
        )
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page on which the control was pressed."""
    page = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return page
    return reverse("demo:people")


def own_address(request: HttpRequest, person: Person) -> str:
    """The person's own address on this machine, or nothing where the visitor sits elsewhere."""
    base, here = urlsplit(settings.BASE_URL), urlsplit(f"//{request.get_host()}")
    if base.scheme != "http" or not (_is_near(base.hostname) and _is_near(here.hostname)):
        return ""
    port = f":{here.port}" if here.port else ""
    return f"http://{person.slug}.localhost{port}{reverse('demo:person', args=[person.slug])}"


def _is_near(host: str | None) -> bool:
    return host in LOOPBACK or (host or "").endswith(".localhost")


def _members() -> QuerySet[Membership]:
    """Only people of the demo's own companies can be come in as, whoever else shares the database."""
    return Membership.objects.select_related("organization", "user").filter(
        organization__is_demo=True, organization__rehearses=None, left_at__isnull=True, user__is_active=True
    )


def _card(request: HttpRequest, person: Person, language: str) -> dict[str, Any]:
    company: Cast = company_of(person)
    return {
        "slug": person.slug,
        "name": person.name,
        "first_name": person.first_name,
        "says": person.says(language),
        "company": company.name,
        "initials": initials(person.name),
        "hue": hue(person.name),
        "own_address": own_address(request, person),
        "is_me": getattr(request.user, "email", "") == person.email,
    }

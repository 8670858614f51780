"""The demo's mailbox: whatever the house sends can be read here, so that a visitor needs no mail account.

Outside the demo none of these pages exists.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from post import letters, live
from post.models import Letter

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

SHOWN = 100

# The letter's page may frame the letter, and nothing else; apart from that it is as strict as every page.
FRAMING = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A letter is a stranger in the frame: its own inline styles, no script, no origin, and its links open on top.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-top-navigation-by-user-activation"
)


def demo_only(view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    guarded.doorway = "demo"  # type: ignore[attr-defined]
    return cast(View[P], guarded)


@demo_only
@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    moment = Coalesce("sent_at", "created_at")
    found = list(Letter.objects.order_by(moment.desc(), "-id").defer("html", "headers")[: SHOWN + 1])
    context = {
        "letters": found[:SHOWN],
        "more": len(found) > SHOWN,
        "shown": SHOWN,
        "topic": letters.TOPIC,
        "live_token": live.token_for([letters.TOPIC]),
        "live_token_url": reverse("post:mailbox_live"),
    }
    fragment = "#letters" if request.headers.get("HX-Request") else ""
    return render(request, f"post/mailbox.html{fragment}", context)


@demo_only
@require_safe
@never_cache
def live_token(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"token": live.token_for([letters.TOPIC])})


@demo_only
@require_safe
@never_cache
def letter(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Letter, ref=ref)
    response = render(request, "post/letter_page.html", {"letter": found})
    response["Content-Security-Policy"] = FRAMING
    return response


@demo_only
@require_safe
@never_cache
@xframe_options_sameorigin
def letter_html(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Letter.objects.exclude(html=""), ref=ref)
    # Without it a link would open inside the frame.
    page = found.html.replace("<head>", '<head><base target="_top">', 1)
    return HttpResponse(page, headers={"Content-Security-Policy": FRAMED})

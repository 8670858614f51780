"""The wall of the room: one picture for everybody, whoever drives it and whoever looks.

Drawn once in each process for each change, language and address; three hundred phones live beside it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members, open_to_all
from contracts.at_hand import HERE, TOKEN, AtHand, Drawn
from post.near import lan_addresses
from requests.views.live import live, new_token, wants_token
from workshops import qr, seats
from workshops.access import by_code, workshop_of
from workshops.models import Workshop
from workshops.phases import Phase
from workshops.wall import see

# What is drawn holds until the pulse of the room or what it shows of the organization is another.
HOLDS = timedelta(days=1)
# Of a lively room only the last drawings are asked for; they push nothing else out of the memory.
walls = AtHand(most=4 * 1024 * 1024)
# Two phases look alike: in both areas ask.
# What each kind of wall shows below the client's problem.
BODIES = {
    "lobby": "workshops/projector_lobby.html",
    "paused": "workshops/projector_paused.html",
    "closed": "workshops/projector_closed.html",
    Phase.MIRROR.value: "workshops/projector_mirror.html",
    Phase.PROBLEM.value: "workshops/projector_problem.html",
    Phase.VOICE.value: "workshops/projector_asking.html",
    Phase.CHAIN.value: "workshops/projector_asking.html",
    Phase.ANSWERS.value: "workshops/projector_answers.html",
    Phase.AGREEMENTS.value: "workshops/projector_agreements.html",
    Phase.CLOSE.value: "workshops/projector_close.html",
}


@for_members
@require_safe
def projector(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The wall in a window of its own, opened from the console."""
    return _page(request, workshop_of(actor, ref), _now_url(actor, ref))


@for_members
@require_safe
def projector_now(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """What changes on it, which is nearly all."""
    return _part(request, workshop_of(actor, ref), _now_url(actor, ref))


def _now_url(actor: Actor, ref: str) -> str:
    return reverse("workshops:projector_now", kwargs={"org": actor.organization.ref, "ref": ref})


@open_to_all
@require_safe
def wall_by_code(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same for the computer at the projector, without an account."""
    workshop = _behind(request, code)
    return _page(request, workshop, reverse("workshops:wall_by_code_now", kwargs={"code": workshop.code}))


@open_to_all
@require_safe
def wall_by_code_now(request: HttpRequest, code: str) -> HttpResponseBase:
    workshop = _behind(request, code)
    return _part(request, workshop, reverse("workshops:wall_by_code_now", kwargs={"code": workshop.code}))


def _behind(request: HttpRequest, code: str) -> Workshop:
    """The room behind the code. Raises Http404, also for who tried too many."""
    address = str(get_adapter(request).get_client_ip(request))
    try:
        seats.may_try(address)
    except seats.TooOften as error:
        raise Http404 from error
    found = by_code(code, timezone.now())
    if found is None:
        seats.was_wrong(address)
        raise Http404
    return found


def _page(request: HttpRequest, workshop: Workshop, fetch: str) -> HttpResponseBase:
    topics = (workshop.topic(), workshop.stage_topic, workshop.desk_topic)
    if wants_token(request):
        return new_token(topics)
    now = timezone.now()
    with translation.override(workshop.language):
        drawn = drawn_wall(request, workshop, now)
        context: dict[str, Any] = {
            "workshop": workshop,
            "now_ms": int(now.timestamp() * 1000),
            # What waits to be told to whoever drives the wall is told on their own screen.
            "messages": (),
            "actor": None,
            "body": HERE,
            **live(request, topics),
        }
        before, _here, after = render_to_string("workshops/projector.html", context, request).partition(HERE)
    parts = (before.encode(), drawn.body(request, fetch), after.encode())
    return _spoken(HttpResponse(b"".join(parts)), workshop)


def _part(request: HttpRequest, workshop: Workshop, fetch: str) -> HttpResponseBase:
    with translation.override(workshop.language):
        drawn = drawn_wall(request, workshop, timezone.now())
    return _spoken(HttpResponse(drawn.body(request, fetch)), workshop)


def _spoken(response: HttpResponse, workshop: Workshop) -> HttpResponse:
    response["Content-Language"] = workshop.language
    response["Cache-Control"] = "no-store"
    return response


def drawn_wall(request: HttpRequest, workshop: Workshop, now: datetime) -> Drawn:
    """The wall in the active language, from the process's memory while nothing of it has changed. Where its token
    stands, each page puts the address from which it fetches the next one.
    """
    join, enter = qr.join_url(request, workshop), qr.enter_url(request)
    state = (workshop.pulse, workshop.scene.revision, workshop.is_open(now))
    key = (workshop.ref, *state, workshop.language, join)

    def draw() -> Drawn:
        wall = see(workshop, now)
        context: dict[str, Any] = {
            "wall": wall,
            "body": BODIES[wall.kind],
            "fetch": TOKEN,
            "topics": f"{workshop.topic()} {workshop.stage_topic}",
            "square": qr.svg(join),
            "enter": qr.spoken(enter),
            "elsewhere": _elsewhere(request, enter),
        }
        html = render_to_string("workshops/projector_now.html", context)
        return Drawn.of(html, now, now + HOLDS)

    return walls.get(key, now, draw)


def _elsewhere(request: HttpRequest, enter: str) -> dict[str, str] | None:
    """Where phones would find this computer, if the address on the wall is one that only the computer itself knows."""
    if not qr.unreachable(enter.partition("://")[2].partition("/")[0]):
        return None
    found = lan_addresses()
    port = request.get_port()
    return {"address": f"{found[0]}:{port}" if found and port not in ("80", "443") else found[0] if found else ""}

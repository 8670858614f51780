"""What a live page of this room hands out: a token for the organization's topic, again when it has run out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from areas.access import Actor
from post.live import token_for


def live(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """The context of base.html's stream, and of the regions that listen."""
    return {
        "live_token": token_for([topic(actor)]),
        "live_token_url": f"{request.path}?token=new",
        "topic": topic(actor),
        "revision": actor.organization.revision,
    }


def topic(actor: Actor) -> str:
    return f"o:{actor.organization.ref}"


def wants_token(request: HttpRequest) -> bool:
    return request.method == "GET" and request.GET.get("token") == "new"


def new_token(actor: Actor) -> JsonResponse:
    return JsonResponse({"token": token_for([topic(actor)])})

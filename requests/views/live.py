"""What a live page of this room hands out: a token for its topics, again when it has run out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse

from post.live import token_for


def live(request: HttpRequest, topics: Iterable[str]) -> dict[str, Any]:
    """The context of base.html's stream."""
    return {"live_token": token_for(topics), "live_token_url": f"{request.path}?token=new"}


def wants_token(request: HttpRequest) -> bool:
    return request.method == "GET" and request.GET.get("token") == "new"


def new_token(topics: Iterable[str]) -> JsonResponse:
    return JsonResponse({"token": token_for(topics)})

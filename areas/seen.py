from __future__ import annotations

from typing import Any
from zlib import crc32

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

SEEN_FOR = 5 * 60


class SeenNowAndThen(UserSessionsMiddleware):  # type: ignore[misc]
    """Notes when and from where a session was last used: once in five minutes, not with five statements a page."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session: Any = request.session
        where = f"{request.META.get('REMOTE_ADDR')}:{request.META.get('HTTP_USER_AGENT')}"
        answer: HttpResponseBase
        if session.session_key and not cache.add(f"seen:{session.session_key}:{crc32(where.encode())}", 1, SEEN_FOR):
            answer = self.get_response(request)
        else:
            answer = super().__call__(request)
        return answer

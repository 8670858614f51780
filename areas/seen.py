from __future__ import annotations

import time
from typing import Any
from zlib import crc32

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase

SEEN = "seen"
SEEN_FOR = 5 * 60


class SeenNowAndThen(UserSessionsMiddleware):  # type: ignore[misc]
    """Notes when and from where a session was last used: once in five minutes, not with five statements a page."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session: Any = request.session
        where = crc32(f"{request.META.get('REMOTE_ADDR')} {request.META.get('HTTP_USER_AGENT')}".encode())
        now = int(time.time())
        known = session.get(SEEN, (0, 0)) if session.session_key else (where, now)
        answer: HttpResponseBase
        if known[0] == where and 0 <= now - known[1] < SEEN_FOR:
            answer = self.get_response(request)
        else:
            if SESSION_KEY in session:
                session[SEEN] = (where, now)
            answer = super().__call__(request)
        return answer

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from areas.models import User
from areas.speaking import speak


class LanguageAndZone:
    """Speaks the person's language, by the person's clock. On an organization's pages the doorway adds its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        timezone.deactivate()
        if isinstance(request.user, User):
            speak(request.user)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

"""Which language and which clock a page speaks: the person's own, else the organization's, else the browser's."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from areas.models import Organization, User

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


def speak(user: User, organization: Organization | None = None) -> None:
    """Switch language and zone for the rest of this request. On an organization's pages its clock counts."""
    language = user.language or (organization.language if organization else "")
    if language in LANGUAGES:
        translation.activate(language)
    zone = organization.zone if organization else user.zone
    if zone:
        timezone.activate(ZoneInfo(zone))

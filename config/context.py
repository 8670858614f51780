from typing import Any

from django.conf import settings
from django.http import HttpRequest


def eslabon(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: is this the demo, which address do people type, and who acts (set by the doorways)."""
    return {"DEMO": settings.DEMO, "BASE_URL": settings.BASE_URL, "actor": getattr(request, "actor", None)}

"""The guides that are long prose: two texts each, one per language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from areas.access import open_to_all


@open_to_all
@require_GET
def facilitator(request: HttpRequest) -> HttpResponse:
    """How to hold the workshop; on paper two pages."""
    return render(request, "areas/facilitator.html")

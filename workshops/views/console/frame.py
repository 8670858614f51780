"""What every part of the console needs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from areas import editing as area_deeds
from requests.moves import Refused
from workshops.models import Workshop

REFUSALS = (Refused, area_deeds.Refused)


def to_console(workshop: Workshop) -> HttpResponse:
    return redirect("workshops:console", org=workshop.organization.ref, ref=workshop.ref)


def number_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

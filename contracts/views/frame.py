"""What all pages about one contract share: the sheet as this person sees it now, and its addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from areas.access import Actor
from contracts.access import area_of, contract_to_read
from contracts.sheets import Sheet
from contracts.words import Side
from requests.views.live import live


def sheet_of(actor: Actor, ref: str, now: datetime) -> Sheet:
    """Raises Http404 for a link of another organization."""
    return Sheet(contract_to_read(actor, ref), actor, now)


def topics_of(sheet: Sheet) -> tuple[str, ...]:
    return (f"l:{sheet.link.ref}",)


def address(name: str, sheet: Sheet, **more: Any) -> str:
    return reverse(f"contracts:{name}", kwargs={"org": sheet.organization.ref, "link": sheet.link.ref, **more})


def around(sheet: Sheet) -> dict[str, Any]:
    """What is the same for whoever asks."""
    return {
        "actor": sheet.actor,
        "sheet": sheet,
        "link": sheet.link,
        "org": sheet.organization.ref,
        "here": address("sheet", sheet),
        "shoes_url": address("shoes", sheet),
        "topic": topics_of(sheet)[0],
        "revision": sheet.organization.revision,
    }


def frame(request: HttpRequest, sheet: Sheet, /, **more: Any) -> dict[str, Any]:
    return {**around(sheet), **live(request, topics_of(sheet)), **more}


def side_from(text: str | None) -> Side | None:
    return Side(text) if text in Side.values else None


def people_of(sheet: Sheet, side: str) -> list[str]:
    return sheet.people.get(area_of(sheet.contract, side).pk, [])

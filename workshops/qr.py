"""The way into a room: its address, the square that a phone's camera reads, and whether a phone can reach it at all.

Nothing here needs the internet: the address is the one under which the page was opened.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workshops.models import Workshop

# Around the code, in its own squares: what the standard asks for, or cameras do not find it.
QUIET = 4


def svg(text: str) -> SafeString:
    """The text as a QR code: dark on white in every colour scheme, as sharp as it is large."""
    return _drawn(text, get_language() or "")


@lru_cache(maxsize=64)
def _drawn(text: str, language: str) -> SafeString:
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = len(rows) + 2 * QUIET
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end] == row[x]:
                end += 1
            if row[x]:
                runs.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h{x - end}z")
            x = end
    label = escape(_("Square to scan with the camera of a phone: it opens %(address)s") % {"address": text})
    return mark_safe(
        f'<svg class="qr" viewBox="0 0 {side} {side}" width="{side * 6}" height="{side * 6}" role="img" '
        f'aria-label="{label}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{"".join(runs)}" fill="#000"/></svg>'
    )


def origin(request: HttpRequest) -> str:
    """Scheme and host under which phones reach us: those of this page, unless only this computer knows them and the
    installation has an address that others know.
    """
    host = request.get_host()
    if unreachable(host) and not unreachable(urlsplit(settings.BASE_URL).netloc):
        return str(settings.BASE_URL).rstrip("/")
    return f"{request.scheme}://{host}"


def join_url(request: HttpRequest, workshop: Workshop) -> str:
    """The address of the room, for the square."""
    return origin(request) + reverse("workshops:phone", kwargs={"code": workshop.code})


def enter_url(request: HttpRequest) -> str:
    """The address where one types the code."""
    return origin(request) + reverse("workshops:enter")


def spoken(url: str) -> str:
    """An address as people type it: without the scheme that every browser adds."""
    bare = url.removeprefix("http://").removeprefix("https://")
    return bare.removesuffix("/")


def unreachable(host: str) -> bool:
    """Only this computer itself knows the host, with or without a port: no phone gets there."""
    try:
        name = (urlsplit(f"//{host.strip()}").hostname or "").removesuffix(".")
    except ValueError:
        return True
    if not name or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any(one.is_loopback or one.is_unspecified for one in (address, mapped) if one)

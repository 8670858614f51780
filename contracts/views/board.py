"""The live chain: the page, its fragment that refetches itself, the wall of the room.

The fragment is the same for all who may see it. It is rendered once for each revision of the organization, language and
view, and kept until time alone changes something in it.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from areas.models import Organization
from contracts import board as reading
from contracts import lettering, picture, placing, rates, standings, telling, trend
from contracts.board import chain_now
from contracts.picture import STAGE, STAGE_SHORT
from contracts.telling import Teller
from requests.views.live import live, new_token, wants_token

PICTURE, TABLE, STAGED = "picture", "table", "projector"
LONGEST_TEXT = 80
KEPT_FOR = 60 * 60 * 24
ROWS_BESIDE_PICTURE = 60


def drawn_by() -> list[Path]:
    """The files that draw the fragment: of packages all, of the rest of the room those that say or place something."""
    found: list[Path] = []
    for module in (reading, lettering, picture, placing, rates, standings, telling, trend):
        file = Path(module.__file__ or "")
        found += sorted(file.parent.glob("*.py")) if file.name == "__init__.py" else [file]
    root = Path(__file__).resolve().parents[2]
    found += sorted(root.glob("templates/contracts/board*.html"))
    found += sorted(root.glob("locale/*/LC_MESSAGES/*.mo"))
    return found


def _edition() -> str:
    """A fingerprint of what draws the fragment: after an upgrade nobody is shown what the old code drew."""
    told = sha256()
    for path in drawn_by():
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


EDITION = _edition()
# No text that somebody wrote can be this: it would be escaped.
HERE = "<!-- here -->"
# One rendering at a time for each fragment in a process: the others wait for it and find it in the cache.
_rendering = [Lock() for _ in range(16)]
AT_HAND = 12
_at_hand: dict[str, tuple[datetime, bytes]] = {}
_at_hand_lock = Lock()


class Asked(NamedTuple):
    """What the address asks to see."""

    view: str
    area: str = ""
    text: str = ""

    @property
    def query(self) -> str:
        return _query(self._replace(view=self.view if self.view == TABLE else ""))


def _asked(request: HttpRequest, *views: str) -> Asked:
    view = request.GET.get("view", "")
    return Asked(
        view if view in views else PICTURE,
        request.GET.get("area", "")[:12],
        " ".join(request.GET.get("q", "").split())[:LONGEST_TEXT],
    )


@for_members
@require_safe
def board(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """The chain as it stands."""
    return _page(request, actor, _asked(request, TABLE), "contracts/board.html")


@for_members
@require_safe
def projector(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """The same for the wall of a room: large, without navigation."""
    return _page(request, actor, Asked(STAGED, _asked(request).area), "contracts/board_projector.html")


@for_members
@require_safe
def fragment(request: MemberRequest, actor: Actor) -> HttpResponseBase:
    """What of the page changes, by itself."""
    response = HttpResponse(fragment_of(actor.organization, _asked(request, TABLE, STAGED), timezone.now()))
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def _page(request: MemberRequest, actor: Actor, asked: Asked, template: str) -> HttpResponseBase:
    topics = (f"o:{actor.organization.ref}",)
    if wants_token(request):
        return new_token(topics)
    here = reverse("contracts:board", kwargs={"org": actor.organization.ref})
    context = {
        "actor": actor,
        "org": actor.organization.ref,
        "fragment": mark_safe(HERE),
        "asked": asked,
        "narrowed": bool(asked.area or asked.text),
        "picture_url": _with(here, asked._replace(view=PICTURE)),
        "table_url": _with(here, asked._replace(view=TABLE)),
        "whole_url": _with(here, Asked(asked.view)),
        **live(request, topics),
    }
    frame = render_to_string(template, context, request)
    return HttpResponse(_spliced(frame, fragment_of(actor.organization, asked, timezone.now())))


def _spliced(frame: str, inner: bytes) -> bytes:
    """What is large goes in where the frame says so, at the end: templates would copy it at each step of theirs."""
    before, _here, after = frame.partition(HERE)
    return b"".join((before.encode(), inner if _here else b"", after.encode()))


def _with(here: str, asked: Asked) -> str:
    return f"{here}?{asked.query}" if asked.query else here


def fragment_of(organization: Organization, asked: Asked, now: datetime) -> bytes:
    """The fragment in UTF-8, from the cache if it is still true. Raises Http404 for an area that is not there."""
    if asked.text:
        # Whatever people search for would fill the cache.
        return _rendered(organization, asked, now)[1]
    what = f"{asked.view}:{asked.area}"
    which = sha256(f"{EDITION}:{get_language()}:{what}".encode()).hexdigest()[:20]
    key = f"board:{organization.ref}:{organization.revision}:{which}"
    found = _still_true(key, now)
    if found is None:
        with _rendering[hash(key) % len(_rendering)]:
            kept = _at_hand.get(key)
            found = kept[1] if kept and now < kept[0] else None
            if found is None:
                fresh_until, found = _rendered(organization, asked, now)
                seconds = max(1, min(KEPT_FOR, int((fresh_until - now).total_seconds()) + 1))
                cache.set(key, (fresh_until, found), seconds)
                _keep_at_hand(key, (fresh_until, found))
    return found


def _still_true(key: str, now: datetime) -> bytes | None:
    kept: tuple[datetime, bytes] | None = _at_hand.get(key)
    if kept is None:
        kept = cache.get(key)
        if kept:
            _keep_at_hand(key, kept)
    return kept[1] if kept and now < kept[0] else None


def _keep_at_hand(key: str, kept: tuple[datetime, bytes]) -> None:
    """The last few in the process itself: a large picture need not travel from the cache for each viewer."""
    with _at_hand_lock:
        while len(_at_hand) >= AT_HAND:
            del _at_hand[next(iter(_at_hand))]
        _at_hand[key] = kept


def _rendered(organization: Organization, asked: Asked, now: datetime) -> tuple[datetime, bytes]:
    chain = chain_now(organization, now, area=asked.area, text=asked.text)
    if asked.area and chain.here is None:
        raise Http404
    here = reverse("contracts:board", kwargs={"org": organization.ref})
    staged = asked.view == STAGED
    teller = Teller(chain, zoom="" if staged else f"{here}?area=")
    lists = teller.lists()
    context: dict[str, object] = {
        "chain": chain,
        "org": organization.ref,
        "topic": f"o:{organization.ref}",
        "revision": organization.revision,
        "fresh_until": chain.fresh_until.isoformat(),
        "fetch": f"{reverse('contracts:fragment', kwargs={'org': organization.ref})}?{_query(asked)}",
        "problem": teller.problem(),
        "headline": teller.headline(trend.STAGE if staged else trend.WIDE, "trend"),
        "asked": asked,
        "lists": lists,
        "summary": " · ".join(f"{listing.title}: {listing.total}" for listing in lists),
        "legend": [(mark_safe(sample), words) for sample, words in teller.legend()],
        "areas": len(chain.drawn_areas),
        "links": len(chain.drawn_links),
        "is_empty": not chain.links,
    }
    drawn = b""
    if staged:
        drawn, height = on_stage(teller)
        context["picture"] = mark_safe(HERE) if drawn else ""
        # What is left of the wall below the picture, in lines of an eighth of its height.
        room = max(1, min(4, int((0.54 - height) * 8)))
        ailing = [listing for listing in lists if listing.lines][:2]
        context["lists"] = [listing._replace(lines=listing.lines[:room]) for listing in ailing]
        template = "contracts/board_stage.html"
    else:
        if asked.view == PICTURE:
            drawn = teller.picture().encoded()
            context["picture"] = mark_safe(HERE)
            context["rows"] = mark_safe(teller.rows(ROWS_BESIDE_PICTURE))
            context["rows_left_out"] = max(0, len(chain.drawn_links) - ROWS_BESIDE_PICTURE)
            context["all_rows"] = _with(here, asked._replace(view=TABLE))
        else:
            context["rows"] = mark_safe(teller.rows())
        context["apart"] = teller.apart()
        template = "contracts/board_fragment.html"
    return chain.fresh_until, _spliced(render_to_string(template, context), drawn)


def _query(asked: Asked) -> str:
    known = {"view": asked.view, "area": asked.area, "q": asked.text}
    return urlencode({name: value for name, value in known.items() if value})


# The wall of a room

WALL = (1920 * 0.94, 1080 * 0.42)
LEAST = 1080 * 0.02


def on_stage(teller: Teller) -> tuple[bytes, float]:
    """As much of the chain as can be read from the last row, and the part of the screen's height that it takes.

    Nothing if not even its ailing part can be read. First everything with all words, then without the small words, then
    only what is not well and its way to the client.
    """
    for only in (None, teller.ailing()):
        for sizes in (STAGE, STAGE_SHORT):
            drawn = teller.picture(sizes=sizes, only=only)
            scale = min(WALL[0] / drawn.width, WALL[1] / drawn.height)
            if drawn.letters * scale >= LEAST:
                return drawn.encoded(), drawn.height * scale / 1080
    return b"", 0.0

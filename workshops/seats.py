"""Coming in, coming back, going: who sits in the room, and how many tries somebody has who does not know a code.

Only wrong codes count, so a room of three hundred people behind one address of the network comes in at once. How hard a
code is to guess with these tries is counted in ARCHITECTURE.md.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from areas.models import Area, AreaPart, Membership
from areas.words import Kind, Role
from areas.writing import plain
from requests.moves import Refused
from workshops.codes import PERSON, new_code, tidy
from workshops.models import Deed, Dots, Proposal, Seat, Takeaway, Workshop
from workshops.signals import touch

logger = logging.getLogger(__name__)

MOST_IN = 300
FEW = 40
MOST_NAME = 60
SALT = "workshops.seat"
COOKIE = "seat_"
# As long as a workshop may be put off and its people still come back by themselves.
COOKIE_LASTS = 60 * 60 * 24 * 60
# A browser that sits in more rooms than this at once is none.
MOST_COOKIES = 20


class TooOften(Refused):
    """So many wrong codes came from there that no more are looked at for a while."""

    def __init__(self) -> None:
        super().__init__(
            _("Many wrong codes came from this network. Wait a few minutes, please, or ask the facilitator.")
        )


# The cookie -----------------------------------------------------------------------------------------------------------


def cookie_name(workshop: Workshop) -> str:
    """One cookie for each room: who holds two workshops in one browser sits in both."""
    return f"{COOKIE}{workshop.ref}"


def sign(seat: Seat) -> str:
    return signing.Signer(salt=SALT).sign(seat.token)


def tokens(cookies: Mapping[str, str]) -> list[str]:
    """What a browser says about its seats, as far as it was we who said it."""
    signer = signing.Signer(salt=SALT)
    found: list[str] = []
    for name, value in list(cookies.items()):
        if not name.startswith(COOKIE) or len(found) >= MOST_COOKIES or len(value) > 200:
            continue
        try:
            found.append(signer.unsign(value))
        except signing.BadSignature:
            continue
    return found


# Coming in ------------------------------------------------------------------------------------------------------------


def areas_for(workshop: Workshop) -> list[Area]:
    """The areas for which somebody may sit: all that live but the client, who is not in the company."""
    living = Area.objects.filter(organization_id=workshop.scene_id, archived_at__isnull=True)
    return list(living.exclude(kind=Kind.CLIENT).order_by("pk"))


def member_in(workshop: Workshop, user_pk: int) -> tuple[Membership, Area | None] | None:
    """The part that a signed-in person has in the organization, with the area to propose; None for who has none."""
    member = (
        Membership.objects.select_related("user", "organization")
        .filter(organization_id=workshop.scene_id, user=user_pk, left_at__isnull=True)
        .exclude(role=Role.VIEWER)
        .first()
    )
    if member is None:
        return None
    parts = AreaPart.objects.filter(membership=member, area__archived_at__isnull=True).exclude(area__kind=Kind.CLIENT)
    # A lead's own area before one that the person only works in.
    part = parts.select_related("area").order_by("part", "area").first()
    return member, part.area if part else None


def why_not_join(workshop: Workshop, now: datetime) -> str | None:
    """None if somebody new may come in now, else the sentence that says why not."""
    if workshop.closed_at:
        return _("This workshop is over. Thank you for coming by.")
    if workshop.paused_at:
        return _("The workshop is put off to another day. Your facilitator tells you when it goes on.")
    if not workshop.is_open(now):
        return _("This code is no longer in use. Your facilitator has a new one.")
    if workshop.is_locked:
        return _("The room is locked. Raise your hand: the facilitator can open it for you.")
    return None


def clean_name(typed: str) -> str:
    """The name as it will be shown: on one line, without what nobody sees. Raises Refused."""
    name = plain(typed)
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in name):
        raise Refused(_("Write your name, so that the others know who is speaking."))
    if len(name) > MOST_NAME:
        raise Refused(_("A name has at most %(most)s characters here. A short one is enough.") % {"most": MOST_NAME})
    return name


class Joined(NamedTuple):
    seat: Seat
    is_new: bool


@transaction.atomic
def join(
    workshop: Workshop,
    *,
    name: str,
    area: Area,
    now: datetime,
    membership: Membership | None = None,
    held: Seat | None = None,
) -> Joined:
    """A seat in the room. `held`: the seat that this phone has here already, which it then keeps. Raises Refused."""
    called = held.name if held else clean_name(name)
    # Who comes at the same instant waits here: a full room stays full.
    room = Workshop.objects.select_for_update().get(pk=workshop.pk)
    if held and held.removed_at:
        raise Refused(_("The facilitator took this phone out of the room. Please talk with them."))
    if held and not room.closed_at:
        return Joined(_return(room, held, now), False)
    refusal = why_not_join(room, now)
    if refusal:
        raise Refused(refusal)
    if area.organization_id != room.scene_id or area.archived_at or area.kind == Kind.CLIENT:
        raise Refused(_("Choose your area from the list."))
    taken = set(Seat.objects.filter(workshop=room).values_list("code", flat=True))
    sitting = Seat.objects.filter(workshop=room, left_at__isnull=True, removed_at__isnull=True).count()
    if sitting >= MOST_IN:
        raise Refused(_("%(most)s people are in already; the room holds no more.") % {"most": MOST_IN})
    code = new_code(PERSON)
    while code in taken:
        code = new_code(PERSON)
    seat = Seat.objects.create(
        workshop=room, name=called, area=area, membership=membership, code=code, joined_at=now, seen_at=now
    )
    # Where hundreds come in at once, phones look for themselves now and then: each would be told of each.
    touch(workshop, now, areas=[area] if room.step else [], everyone=not room.step and sitting < FEW)
    return Joined(seat, True)


def _return(workshop: Workshop, seat: Seat, now: datetime) -> Seat:
    """The person sits there again. Whoever the facilitator took out does not."""
    if seat.removed_at:
        raise Refused(_("The facilitator took this seat out of the room. Please talk with them."))
    was_away = seat.left_at is not None
    seat.left_at, seat.seen_at = None, now
    seat.save(update_fields=["left_at", "seen_at"])
    if was_away:
        touch(workshop, now, areas=[seat.area_id])
    return seat


@transaction.atomic
def resume(workshop: Workshop, personal_code: str, now: datetime) -> Seat:
    """The same person on another device, by the personal code; the first device stays in, too. Raises Refused."""
    wanted = tidy(personal_code)
    seat = Seat.objects.select_related("area", "membership__user").filter(workshop=workshop, code=wanted).first()
    if seat is None or len(wanted) != PERSON:
        raise Refused(_("Nobody here has this personal code. It stands at the foot of the page on your first device."))
    if workshop.closed_at is None and not workshop.is_open(now) and not workshop.paused_at:
        raise Refused(_("This code is no longer in use. Your facilitator has a new one."))
    return _return(workshop, seat, now)


@transaction.atomic
def come_back(seat: Seat, now: datetime) -> Seat:
    """Who left comes in again by the same phone. Raises Refused."""
    return _return(seat.workshop, seat, now)


@transaction.atomic
def leave(seat: Seat, now: datetime) -> None:
    """The person goes; the area goes on, and the seat waits."""
    if Seat.objects.filter(pk=seat.pk, left_at__isnull=True).update(left_at=now) == 1:
        touch(seat.workshop, now, areas=[seat.area_id])
    seat.left_at = now


def why_not_move(seat: Seat) -> str | None:
    """None while the person has done nothing for the first area: then it was only the wrong button."""
    did = (
        Deed.objects.filter(seat=seat).exists()
        or Proposal.objects.filter(seat=seat).exists()
        or Dots.objects.filter(seat=seat).exists()
        or Takeaway.objects.filter(workshop=seat.workshop_id, area=seat.area_id, by_name=seat.name).exists()
    )
    if did:
        return _("You already did something for %(area)s, so you stay there. Ask your facilitator.") % {
            "area": seat.area.name
        }
    return None


@transaction.atomic
def move(seat: Seat, area: Area, now: datetime) -> Seat:
    """Somebody chose the wrong area at the door. Raises Refused."""
    locked = Seat.objects.select_for_update(of=("self",)).select_related("area").get(pk=seat.pk)
    refusal = why_not_move(locked)
    if refusal:
        raise Refused(refusal)
    if area.organization_id != seat.workshop.scene_id or area.archived_at or area.kind == Kind.CLIENT:
        raise Refused(_("Choose your area from the list."))
    before = seat.area_id
    Seat.objects.filter(pk=seat.pk).update(area=area, ready_for="")
    seat.area, seat.ready_for = area, ""
    touch(seat.workshop, now, areas=[before, area])
    return seat


# Tries ----------------------------------------------------------------------------------------------------------------
# Counted in the cache, in windows of ten minutes. A cache that was emptied or is away gives some tries more; nobody is
# kept out by it.

WINDOW = 10 * 60
# Wrong room codes: from one address, more for each person who came in from there; from everywhere together.
WRONG_FROM_ADDRESS = 100
WRONG_PER_JOINED = 3
WRONG_IN_ALL = 1000
# While there are too many in all, an address without a history has these.
WRONG_ANYWAY = 3
# Wrong personal codes in one room, whoever typed them.
WRONG_PERSONS = 10


def _count(key: str) -> int:
    try:
        return int(cache.get(f"tries:{key}") or 0)
    except (RedisError, OSError):
        return 0


def _add(key: str) -> None:
    try:
        if not cache.add(f"tries:{key}", 1, WINDOW):
            cache.incr(f"tries:{key}")
    except ValueError:
        # It ran out between the two.
        cache.set(f"tries:{key}", 1, WINDOW)
    except (RedisError, OSError) as error:
        logger.warning("tries of codes are not counted: %s", type(error).__name__)


def may_try(address: str) -> None:
    """Before a room's code is looked up. Raises TooOften."""
    wrong = _count(f"room:{address}")
    if wrong <= WRONG_ANYWAY:
        return
    allowed = WRONG_FROM_ADDRESS + WRONG_PER_JOINED * min(_count(f"in:{address}"), MOST_IN)
    if wrong >= allowed or _count("room") >= WRONG_IN_ALL:
        raise TooOften


def was_wrong(address: str) -> None:
    _add(f"room:{address}")
    _add("room")


def came_in(address: str) -> None:
    """Where people come in, more people will mistype."""
    _add(f"in:{address}")


def may_try_person(workshop: Workshop) -> None:
    """Before a personal code is looked up. Raises TooOften."""
    if _count(f"person:{workshop.ref}") >= WRONG_PERSONS:
        raise TooOften


def person_was_wrong(workshop: Workshop) -> None:
    _add(f"person:{workshop.ref}")

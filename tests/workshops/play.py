"""Rooms for tests, brought to a state by what a facilitator and the people in the room really do.

room = opened(cast)                       Fede's workshop; the client's problem is chosen
ana = sit(room, "Ana", cast.sales)        somebody comes in by the code
to(room, "voice")                         the facilitator goes to a step
one = ask(ana, cast.to_sales)             sales asks logistics
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from areas.access import Actor
from areas.models import Area, Link, Membership
from contracts.drafting import contract_of, proposal
from contracts.models import Version
from requests.models import Ask
from requests.moves import Fields
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast
from workshops import running, seats, taking
from workshops.access import actor_in
from workshops.models import Seat, Workshop

_keys = count(1)


def key() -> str:
    """What a phone makes up for each form."""
    return f"test-key-{next(_keys):06}"


def opened(
    cast: Cast, *, now: datetime = NOW, with_problem: bool = True, is_rehearsal: bool = False, **more: Any
) -> Workshop:
    """Fede's room, with the client's problem in focus unless the room is to choose it."""
    if with_problem and not cast.organization.problems.exists():
        asks.problem(cast, in_focus=True)
    return running.create(
        cast.actor("fede"), name="Taller de noviembre", language="es", now=now, is_rehearsal=is_rehearsal, **more
    )


def fresh(room: Workshop) -> Workshop:
    return Workshop.objects.select_related("organization", "scene", "problem", "reading").get(pk=room.pk)


def sit(room: Workshop, name: str, area: Area, *, membership: Membership | None = None, now: datetime = NOW) -> Seat:
    """Somebody comes in, for one area of the scene."""
    if area.organization_id != room.scene_id:
        area = Area.objects.get(organization=room.scene, name=area.name)
    return seats.join(fresh(room), name=name, area=area, membership=membership, now=now).seat


def to(room: Workshop, step: str, *, by: Membership | None = None, now: datetime = NOW) -> Workshop:
    """The facilitator goes to a step; the room as it stands then."""
    room = fresh(room)
    running.go_to(room, build.actor(by or _driver(room)), room.version, step, now)
    return fresh(room)


def _driver(room: Workshop) -> Membership:
    assert room.driver is not None
    return room.driver


def seated(seat: Seat) -> Seat:
    """The seat with the room as it stands now, as a request of its phone finds it."""
    found = Seat.objects.select_related("area", "membership__user").get(pk=seat.pk)
    found.workshop = fresh(seat.workshop)
    return found


def ask(
    seat: Seat,
    link: Link,
    direction: str = Direction.NEED,
    *,
    terms: Fields | None = None,
    why: str = "",
    now: datetime = NOW,
) -> Ask:
    """The seat's area asks on a link, for the first reason that it has."""
    return taking.ask(seated(seat), link, direction, terms=terms or asks.once(), why=why, key=key(), now=now)


def agree(seat: Seat, one: Ask, *, now: datetime = NOW, **more: Any) -> Ask:
    """*I commit*, answered for by who says so."""
    one.refresh_from_db()
    taking.agree(seated(seat), one.ref, version=one.version, key=key(), now=now, **more)
    one.refresh_from_db()
    return one


def decline(seat: Seat, one: Ask, words: str = "Sin operador certificado.", *, now: datetime = NOW, **more: Any) -> Ask:
    one.refresh_from_db()
    taking.decline(seated(seat), one.ref, version=one.version, words=words, key=key(), now=now, **more)
    one.refresh_from_db()
    return one


def sign(seat: Seat, link: Link, *, now: datetime = NOW) -> Version | None:
    """The seat's side signs the link's proposal as it stands."""
    contract = contract_of(link)
    contract.organization = seat.workshop.scene
    return taking.sign(seated(seat), link, digest=proposal(contract).digest, key=key(), now=now)


def facilitator(room: Workshop, member: Membership) -> Actor:
    """The facilitator as an actor of the organization that the workshop writes into."""
    return actor_in(fresh(room), build.actor(member))


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)

"""Deed × standing × person, with expectations written by hand; what may be done is done, what may not is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from areas.access import Actor
from areas.models import AreaPart
from areas.words import Part
from contracts import depending, keeping, opening
from contracts.clock import Standing
from contracts.models import Occurrence
from contracts.words import Voice
from requests.moves import Refused
from tests import asks, build, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

# Due on Monday 23 November at 18:00 in Mexico City.
DUE = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
TUESDAY = NOW + timedelta(days=1)
LATE = DUE + timedelta(days=1)
MUCH_LATER = DUE + timedelta(days=20)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def _upcoming(cast: Cast) -> Occurrence:
    return promises.first(promises.promise(cast, terms=asks.measured()))


def _paused(cast: Cast) -> Occurrence:
    orders = promises.requirement(cast, terms=asks.once("Órdenes", date(2026, 11, 18)))
    row = _upcoming(cast)
    promises.depend(cast, row.commitment, orders)
    depending.sync(promises.first(orders), TUESDAY + timedelta(days=3))
    return row


def _delivered(cast: Cast) -> Occurrence:
    return promises.deliver(cast, _upcoming(cast), now=TUESDAY)


def _delivered_late(cast: Cast) -> Occurrence:
    return promises.deliver(cast, _upcoming(cast), now=LATE)


def _sent_back(cast: Cast) -> Occurrence:
    return promises.send_back(cast, _delivered(cast), now=TUESDAY)


def _kept(cast: Cast) -> Occurrence:
    return promises.judge(cast, _delivered(cast), now=TUESDAY)


def _repaired(cast: Cast) -> Occurrence:
    return promises.judge(cast, _delivered_late(cast), now=LATE)


def _off_target(cast: Cast) -> Occurrence:
    return promises.judge(cast, promises.deliver(cast, _upcoming(cast), now=TUESDAY, value=Decimal(90)), now=TUESDAY)


def _waived(cast: Cast) -> Occurrence:
    return promises.waive(cast, _upcoming(cast), now=TUESDAY)


def _cancelled(cast: Cast) -> Occurrence:
    row = _upcoming(cast)
    opening.close([row.commitment], TUESDAY)
    return row


# How it came to stand so, the moment at which it is looked at, and the deeds that are then possible.
STANDINGS: list[tuple[str, Callable[[Cast], Occurrence], datetime, Standing, set[str]]] = [
    ("upcoming", _upcoming, NOW, Standing.UPCOMING, {"deliver", "waive"}),
    ("due soon", _upcoming, DUE - timedelta(hours=3), Standing.DUE_SOON, {"deliver", "waive"}),
    ("overdue", _upcoming, LATE, Standing.OVERDUE, {"deliver", "waive"}),
    ("paused", _paused, LATE, Standing.PAUSED, {"deliver", "waive"}),
    ("delivered", _delivered, TUESDAY, Standing.DELIVERED, {"retract", "judge", "waive"}),
    ("unjudged", _delivered, MUCH_LATER, Standing.UNJUDGED, {"retract", "judge", "waive"}),
    ("delivered late", _delivered_late, LATE, Standing.BROKEN, {"retract", "judge", "waive"}),
    ("sent back", _sent_back, LATE, Standing.BROKEN, {"deliver", "reconsider", "waive"}),
    ("off target", _off_target, LATE, Standing.BROKEN, {"retract", "reconsider", "waive"}),
    ("kept", _kept, LATE, Standing.KEPT, {"retract", "reconsider"}),
    ("repaired", _repaired, LATE, Standing.REPAIRED, {"retract", "reconsider"}),
    ("waived", _waived, LATE, Standing.WAIVED, {"reconsider"}),
    ("cancelled", _cancelled, LATE, Standing.CANCELLED, set()),
]


@dataclass(frozen=True)
class Somebody:
    """A person of the cast; `says` names who said aloud what a facilitator writes down."""

    name: str
    may: frozenset[str]
    says: str = ""


PERFORMS = frozenset({"deliver", "retract"})
RECEIVES = frozenset({"judge", "reconsider", "waive"})

# Logistics owes it to sales.
PEOPLE = [
    Somebody("luis", PERFORMS),
    Somebody("victor", PERFORMS),
    Somebody("ana", RECEIVES),
    Somebody("marta", frozenset()),
    Somebody("vera", frozenset()),
    Somebody("fede", frozenset()),
    Somebody("fede", PERFORMS, says="Luis"),
    Somebody("fede", RECEIVES, says="Ana"),
    Somebody("ana", frozenset(), says="Luis"),
]

WHY_NOT = {
    "deliver": keeping.why_not_deliver,
    "retract": keeping.why_not_retract,
    "judge": keeping.why_not_judge,
    "reconsider": keeping.why_not_reconsider,
    "waive": keeping.why_not_waive,
}


def _do(deed: str, row: Occurrence, actor: Actor, now: datetime, said_by: str) -> Occurrence:
    common: dict[str, Any] = {"version": row.version, "now": now, "said_by": said_by}
    if deed == "deliver":
        return keeping.deliver(row, actor, value=Decimal(96), **common)
    if deed == "judge":
        return keeping.judge(row, actor, on_time=True, worked=True, easy=True, **common)
    return {"retract": keeping.retract, "reconsider": keeping.reconsider, "waive": keeping.waive}[deed](
        row, actor, words="Así es.", **common
    )


@pytest.mark.parametrize(
    ("how", "now", "standing", "possible"), [row[1:] for row in STANDINGS], ids=[r[0] for r in STANDINGS]
)
def test_who_may_do_what(
    cast: Cast, how: Callable[[Cast], Occurrence], now: datetime, standing: Standing, possible: set[str]
) -> None:
    row = promises.fresh(how(cast))
    assert promises.standing(row, now) == standing
    for person in PEOPLE:
        actor = cast.actor(person.name)
        for deed, why_not in WHY_NOT.items():
            may = deed in possible and deed in person.may
            # Who writes down for somebody is bound by the standing only; for whom the deed counts, by the names.
            recording_may = deed in possible and person.name == "fede"
            refusal = why_not(row, actor, recording=bool(person.says))
            assert (refusal is None) is (recording_may if person.says else may), (person, deed, refusal)
            if person.says and person.name == "fede" and deed not in person.may:
                continue
            facts = row.facts.count()
            if not may:
                with pytest.raises(Refused):
                    _do(deed, row, actor, now, person.says)
                assert row.facts.count() == facts
                continue
            with transaction.atomic():
                done = _do(deed, row, actor, now, person.says)
                written = done.facts.exclude(by=None).order_by("-n").first()
                assert written is not None
                assert written.by == getattr(cast, person.says.lower() or person.name)
                assert written.recorded_by == (cast.fede if person.says else None)
                assert written.for_area_id == (row.owes_id if deed in PERFORMS else row.owed_id)
                assert done.version == row.version + 1
                transaction.set_rollback(True)


def test_on_a_link_of_the_client_nobody_who_serves_it_judges(cast: Cast) -> None:
    nora = promises.voice(cast)
    window = promises.promise(cast, cast.to_client, terms=asks.once())
    row = promises.deliver(cast, promises.first(window), now=TUESDAY)
    for name in ("ana", "luis", "marta", "vera"):
        refusal = keeping.why_not_judge(row, cast.actor(name))
        assert refusal is not None, name
    # Ana speaks for the client elsewhere, but she leads who delivers here.
    assert "Ventas" in str(keeping.why_not_judge(row, cast.actor("ana")))
    voices = []
    for actor, said_by in ((build.actor(nora), ""), (cast.actor("fede"), ""), (cast.actor("fede"), "Doña Rosa")):
        with transaction.atomic():
            assert keeping.why_not_judge(row, actor, recording=bool(said_by)) is None
            done = _do("judge", row, actor, TUESDAY, said_by)
            fact = done.facts.get(deed="judged")
            voices.append((fact.voice, fact.by_name, fact.recorded_by))
            transaction.set_rollback(True)
    assert voices == [
        (Voice.VOICE, "Nora", None),
        (Voice.FACILITATOR, "Fede", None),
        (Voice.FACILITATOR, "Doña Rosa", cast.fede),
    ]


def test_a_facilitator_does_not_write_down_the_verdict_of_somebody_who_delivers(cast: Cast) -> None:
    row = _delivered(cast)
    with pytest.raises(Refused, match="Luis"):
        _do("judge", row, cast.actor("fede"), TUESDAY, "Luis")


def test_a_facilitator_who_works_in_the_performing_area_does_not_judge_for_the_client(cast: Cast) -> None:
    AreaPart.objects.create(membership=cast.fede, area=cast.sales, part=Part.MEMBER)
    window = promises.promise(cast, cast.to_client, terms=asks.once())
    row = promises.deliver(cast, promises.first(window), now=TUESDAY)
    assert keeping.why_not_judge(row, cast.actor("fede")) is not None
    assert keeping.why_not_judge(row, cast.actor("fede"), recording=True) is None

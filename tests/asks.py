"""Asks, agreements and signed contracts for tests, reached by real moves between the people of the cast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from areas.models import Area, Link, Membership
from contracts import drafting
from contracts.models import Contract, Version
from contracts.words import Side
from requests import moves
from requests.models import Ask, ClientProblem
from requests.states import Direction
from requests.words import Compare, Every, Moment, Process, Shape
from tests import build
from tests.build import NOW
from tests.cast import Cast


def problem(cast: Cast, statement: str = "Reducir los tiempos de entrega", **fields: Any) -> ClientProblem:
    """A client problem of which sales is accountable."""
    return ClientProblem.objects.create(
        **{
            "organization": cast.organization,
            "statement": statement,
            "process": Process.RETAIN,
            "moment": Moment.DELIVER,
            "accountable": cast.sales,
            "raised_by": cast.fede,
            **fields,
        },
    )


def once(outcome: str = "Ventana de entrega confirmada", due_on: date = date(2026, 12, 4), **more: Any) -> moves.Fields:
    """Terms kept once, by a day."""
    return {"outcome": outcome, "shape": Shape.ONCE, "due_on": due_on, **more}


def after_event(outcome: str = "Aviso de retraso", **more: Any) -> moves.Fields:
    """Terms kept once, within four working hours of an event."""
    return {
        "outcome": outcome,
        "shape": Shape.ONCE,
        "within": 4,
        "within_unit": "hours",
        "event": "el retraso se conoce",
        **more,
    }


def weekly(outcome: str = "Plan semanal confirmado", **more: Any) -> moves.Fields:
    """Terms kept every Monday."""
    return {
        "outcome": outcome,
        "shape": Shape.RECURRING,
        "every": Every.WEEK,
        "first_on": date(2026, 11, 23),
        **more,
    }


def measured(outcome: str = "Órdenes completas", **more: Any) -> moves.Fields:
    """Terms with a number each week."""
    return weekly(
        outcome,
        **{
            "shape": Shape.MEASURED,
            "indicator": "órdenes completas",
            "compare": Compare.AT_LEAST,
            "target": Decimal(95),
            "unit": "%",
            **more,
        },
    )


def person_of(cast: Cast, area: Area) -> Membership:
    """The lead who stands for the area in tests; Ana speaks for the client too."""
    return {
        cast.client.pk: cast.ana,
        cast.sales.pk: cast.ana,
        cast.logistics.pk: cast.luis,
        cast.production.pk: cast.marta,
        cast.administration.pk: cast.paula,
    }[area.pk]


def drafted(
    cast: Cast,
    link: Link | None = None,
    direction: str = Direction.NEED,
    *,
    why: ClientProblem | Ask | None = None,
    by: Membership | None = None,
    replaces: Ask | None = None,
    now: datetime = NOW,
) -> Ask:
    """A draft; by default sales asks logistics because of a client problem."""
    link = link or cast.to_sales
    asker, _performer = moves.areas_of(link, direction)
    reason = why or problem(cast)
    return moves.draft(
        build.actor(by or person_of(cast, asker)),
        link,
        direction,
        data={"outcome": "Ventana"},
        problem=reason if isinstance(reason, ClientProblem) else None,
        cause=reason if isinstance(reason, Ask) else None,
        replaces=replaces,
        now=now,
    )


def asked(
    cast: Cast,
    link: Link | None = None,
    direction: str = Direction.NEED,
    *,
    terms: moves.Fields | None = None,
    why: ClientProblem | Ask | None = None,
    by: Membership | None = None,
    answer_by: date | None = None,
    replaces: Ask | None = None,
    now: datetime = NOW,
) -> Ask:
    """Asked, and waiting for the other side."""
    ask = drafted(cast, link, direction, why=why, by=by, replaces=replaces, now=now)
    return moves.send(
        ask,
        build.actor(by or person_of(cast, ask.asker)),
        version=ask.version,
        terms=terms or once(),
        problem=ask.problem,
        cause=ask.cause,
        answer_by=answer_by or now.date() + timedelta(days=3),
        now=now,
    )


def countered(cast: Cast, ask: Ask | None = None, *, terms: moves.Fields | None = None, now: datetime = NOW) -> Ask:
    """The side whose turn it is has proposed something else."""
    ask = ask or asked(cast)
    return moves.counter(
        ask,
        build.actor(person_of(cast, ask.area_of(ask.turn))),
        version=ask.version,
        terms=terms or once(due_on=date(2026, 12, 11)),
        words="Antes no hay camión.",
        answer_by=now.date() + timedelta(days=3),
        now=now,
    )


def agreed(cast: Cast, ask: Ask | None = None, *, now: datetime = NOW, **asking: Any) -> Ask:
    """Agreed by the side whose turn it was; the performing area's lead owns it."""
    ask = ask or asked(cast, now=now, **asking)
    return moves.agree(
        ask,
        build.actor(person_of(cast, ask.area_of(ask.turn))),
        version=ask.version,
        owner=person_of(cast, ask.performer),
        now=now,
    )


def signed(cast: Cast, link: Link | None = None, *, now: datetime = NOW) -> Version:
    """The contract of the link with all that is agreed, signed by both sides; agrees one ask if there is none."""
    link = link or cast.to_sales
    contract = drafting.contract_of(link)
    if not drafting.proposal(contract).is_change:
        agreed(cast, link=link, now=now)
    return sign_both(cast, contract, now=now)


def sign_both(cast: Cast, contract: Contract, *, now: datetime = NOW) -> Version:
    """Both leads sign the proposal as it stands."""
    digest = drafting.proposal(contract).digest
    link = contract.link
    drafting.sign(contract, Side.CUSTOMER, build.actor(person_of(cast, link.customer)), digest=digest, now=now)
    version = drafting.sign(
        contract, Side.SUPPLIER, build.actor(person_of(cast, link.supplier)), digest=digest, now=now
    )
    assert version is not None
    return version

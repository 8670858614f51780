"""A company of a given size, in bulk: areas in columns behind the client, links with cycles, promises with causes."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.utils import timezone

from areas.access import client_of
from areas.founding import found
from areas.models import Area, AreaPart, Link, Organization, User
from areas.words import Kind, Part
from areas.working import edition
from contracts.models import Clause, Commitment, Contract, Version
from requests.models import Ask, ClientProblem, Measurement, Terms
from requests.states import Direction, State
from requests.words import Every, Moment, Process, Shape

COLUMNS = 5
WORDS = [
    "Ventas",
    "Logística",
    "Producción",
    "Administración",
    "Calidad",
    "Soporte",
    "Finanzas",
    "Compras",
    "Almacén",
    "Mantenimiento",
    "Posventa",
    "Mercadotecnia",
    "Tecnología",
    "Talento",
    "Operaciones",
    "Proyectos",
]


@dataclass(frozen=True)
class Company:
    organization: Organization
    user: User
    links: list[Link]

    def session(self, user: User | None = None) -> str:
        """The value of a session cookie, for its founder or another one of its people."""
        user = user or self.user
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        return str(store.session_key)


@transaction.atomic
def make(areas: int, links: int, commitments: int, *, seed: int = 7, weeks: int = 26, of_one: bool = False) -> Company:
    """Deterministic but for refs and the present. One promise in thirty is late, one ask in twenty-five still open.

    One recurring promise in five has a history of so many weeks. `of_one`: all links lead to the one area that the
    founder leads, all promises recur, and all have their history.
    """
    chance = random.Random(seed)
    now = timezone.now()
    user = User.objects.create_user(f"bench-{areas}-{commitments}@example.com", "Ana Ruiz", last_login=now)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    actor = found(user, name=f"Muebles {areas}", country="MX", zone="America/Mexico_City", language="es", now=now)
    organization = actor.organization
    columns = _areas(organization, areas, chance)
    drawn = _star(organization, columns, links) if of_one else _links(organization, columns, links, chance)
    AreaPart.objects.create(membership=actor.membership, area=columns[1][0], part=Part.LEAD)
    problem = ClientProblem.objects.create(
        organization=organization,
        statement="Reducir los tiempos de entrega",
        process=Process.RETAIN,
        moment=Moment.DELIVER,
        accountable=columns[1][0],
        indicator="días del pedido a la entrega",
        unit="días",
        baseline="9.4",
        target="6",
        in_focus=True,
    )
    Measurement.objects.create(problem=problem, on=now.date(), value="8.1")
    _promises(organization, problem, drawn, commitments, now, chance, weekly=of_one)
    _occurrences(organization, now, weeks, one_in=1 if of_one else 5)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Company(organization, user, drawn)


def _areas(organization: Organization, count: int, chance: random.Random) -> list[list[Area]]:
    names = [f"{' '.join(chance.sample(WORDS, chance.choice((1, 1, 2))))} {n}" for n in range(1, count)]
    made = Area.objects.bulk_create(Area(organization=organization, name=name, kind=Kind.OTHER) for name in names)
    columns: list[list[Area]] = [[client_of(organization)], *([] for _ in range(COLUMNS))]
    for n, area in enumerate(made):
        columns[n % COLUMNS + 1 if n < 2 * COLUMNS else chance.randint(1, COLUMNS)].append(area)
    return columns


def _links(organization: Organization, columns: list[list[Area]], count: int, chance: random.Random) -> list[Link]:
    """Every area serves one before it; the rest: mostly forward, some inside a column, some back."""
    pairs: dict[tuple[int, int], None] = {}
    column_of = {area.pk: c for c, column in enumerate(columns) for area in column}
    for c, column in enumerate(columns[1:], 1):
        for area in column:
            pairs[chance.choice(columns[c - 1]).pk, area.pk] = None
    inside = [area.pk for column in columns[1:] for area in column]
    while len(pairs) < count:
        customer = chance.choice(inside)
        step = chance.choices((1, 0, -1), (6, 2, 1))[0]
        target = column_of[customer] + step
        if 1 <= target <= COLUMNS:
            supplier = chance.choice(columns[target]).pk
            if supplier != customer:
                pairs[customer, supplier] = None
    return Link.objects.bulk_create(
        Link(organization=organization, customer_id=customer, supplier_id=supplier) for customer, supplier in pairs
    )


def _star(organization: Organization, columns: list[list[Area]], count: int) -> list[Link]:
    """What the client and other areas get from one of them."""
    one, *others = [area for column in columns[1:] for area in column]
    customers = [columns[0][0], *others][:count]
    return Link.objects.bulk_create(
        Link(organization=organization, customer=customer, supplier=one) for customer in customers
    )


def _promises(
    organization: Organization,
    problem: ClientProblem,
    links: list[Link],
    count: int,
    now: datetime,
    chance: random.Random,
    *,
    weekly: bool,
) -> None:
    today = now.date()
    asks: list[Ask] = []
    for n in range(count + count // 25):
        link = links[n % len(links)]
        need = chance.random() < 0.75
        asker, performer = (link.customer_id, link.supplier_id) if need else (link.supplier_id, link.customer_id)
        asks.append(
            Ask(
                organization=organization,
                link=link,
                direction=Direction.NEED if need else Direction.REQUIREMENT,
                asker_id=asker,
                performer_id=performer,
                problem=problem,
                owner_name="Luis Prieto",
                answer_by=today + timedelta(days=chance.randint(-6, 12)),
                asked_at=now,
                settled_at=now,
            )
        )
    Ask.objects.bulk_create(asks)
    terms = Terms.objects.bulk_create(
        Terms(
            ask=ask,
            n=1,
            side="asker",
            at=now,
            outcome=f"Entrega {n}: confirmada y completa cada semana",
            **_shape(1 if weekly else n, now),
        )
        for n, ask in enumerate(asks)
    )
    _settle(asks, terms, count, chance)
    _sign(organization, links, asks[:count], terms, now)


def _shape(n: int, now: datetime) -> dict[str, object]:
    if n % 3:
        return {"shape": Shape.RECURRING, "every": Every.WEEK, "first_on": now.date()}
    # Of thirty promises ten have a day, and the day of one has passed.
    return {"shape": Shape.ONCE, "due_on": now.date() + timedelta(days=-3 if n % 30 == 0 else n % 60 + 1)}


def _settle(asks: list[Ask], terms: list[Terms], count: int, chance: random.Random) -> None:
    """States, terms and causes: each ask is caused by one that its asker performs."""
    performed: defaultdict[int, list[int]] = defaultdict(list)
    rows: list[tuple[int, int, str, str, int | None]] = []
    for n, (ask, wording) in enumerate(zip(asks, terms, strict=True)):
        state, turn = State.AGREED, ""
        if n >= count:
            state, turn = chance.choice(
                (
                    (State.ASKED, "performer"),
                    (State.ASKED, "performer"),
                    (State.COUNTERED, "asker"),
                    (State.DECLINED, ""),
                )
            )
        causes = performed[ask.asker_id]
        cause = chance.choice(causes) if causes and chance.random() < 0.85 else None
        performed[ask.performer_id].append(ask.pk)
        rows.append((ask.pk, wording.pk, state.value, turn, cause))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE requests_ask a SET terms_id = v.terms, state = v.state, turn = v.turn, cause_id = v.cause,
                problem_id = CASE WHEN v.cause IS NULL THEN a.problem_id END
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])
                AS v(ask, terms, state, turn, cause)
            WHERE a.id = v.ask
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def _sign(organization: Organization, links: list[Link], asks: list[Ask], terms: list[Terms], now: datetime) -> None:
    contracts = Contract.objects.bulk_create(
        Contract(organization=organization, link=link, review_on=now.date() + timedelta(days=60)) for link in links
    )
    versions = Version.objects.bulk_create(Version(contract=contract, n=1, digest="-") for contract in contracts)
    of_link = {contract.link_id: version for contract, version in zip(contracts, versions, strict=True)}
    numbers: defaultdict[tuple[int, str], int] = defaultdict(int)
    clauses: list[Clause] = []
    for ask, wording in zip(asks, terms, strict=False):
        numbers[ask.link_id, ask.direction] += 1
        clauses.append(
            Clause(
                in_version=of_link[ask.link_id],
                ask=ask,
                lane=ask.direction,
                n=numbers[ask.link_id, ask.direction],
                owner_name=ask.owner_name,
                **wording.promise(),
            )
        )
    Clause.objects.bulk_create(clauses)
    Version.objects.filter(pk__in=[version.pk for version in versions]).update(in_force_at=now)
    Commitment.objects.bulk_create(
        Commitment(
            organization=organization,
            link_id=clause.ask.link_id,
            clause=clause,
            ask=clause.ask,
            owes_id=clause.ask.performer_id,
            owed_id=clause.ask.asker_id,
            started_at=now,
            opens_at=None,
        )
        for clause in clauses
    )


# What recurs is open for five weeks ahead; one in so many has half a year behind it: nine in ten of it were kept, a few
# not judged, forgiven, repaired, and one in eight was never delivered. What has a day falls due on it.
OCCURRENCES = """
INSERT INTO contracts_occurrence (ref, commitment_id, organization_id, link_id, owes_id, owed_id, slot, calendar_id,
    starts_at, planned_at, due_at, delivered_at, judged_at, judge_by, worked, on_time, easy, waived_at, settled_at,
    deliveries, note, ladder, rung, version)
SELECT substr(md5(id || '-' || week), 1, 12), id, organization_id, link_id, owes_id, owed_id, week::text, %(calendar)s,
    due_at - interval '7 days', due_at, due_at, delivered_at,
    CASE WHEN luck <> 3 THEN delivered_at END, delivered_at + interval '3 days',
    CASE WHEN delivered_at IS NOT NULL AND luck <> 3 THEN TRUE END, delivered_at <= due_at,
    CASE WHEN delivered_at IS NOT NULL THEN TRUE END,
    CASE WHEN week < 0 AND luck = 2 THEN due_at END,
    CASE WHEN luck <> 3 THEN coalesce(delivered_at, CASE WHEN week < 0 AND luck = 2 THEN due_at END) END,
    CASE WHEN delivered_at IS NULL THEN 0 ELSE 1 END, '', 'delivery', 0, 1
FROM (
    SELECT *, CASE WHEN week < 0 AND NOT (week = -1 AND id %% 40 = 0) AND luck <> 2 THEN
        due_at + CASE WHEN luck = 1 THEN interval '1 day' ELSE interval '-1 day' END END AS delivered_at
    FROM (
        SELECT c.*, week, (c.id * 7 + week * 13) %% 19 AS luck, %(now)s + (week * 7 + c.id %% 6) * interval '1 day'
            - CASE WHEN week < 0 THEN interval '1 day' ELSE interval '-8 hours' END AS due_at
        FROM (
            SELECT c.id, c.organization_id, c.link_id, c.owes_id, c.owed_id FROM contracts_commitment c
            JOIN contracts_clause k ON k.id = c.clause_id AND k.shape = 'recurring'
            WHERE c.organization_id = %(org)s
        ) c, generate_series(CASE WHEN c.id %% %(one_in)s = 0 THEN -%(weeks)s ELSE 0 END, 4) AS week
    ) due
    UNION ALL
    SELECT c.id, c.organization_id, c.link_id, c.owes_id, c.owed_id, 0, 99,
        %(now)s + (k.due_on - %(now)s::date) * interval '1 day', NULL
    FROM contracts_commitment c JOIN contracts_clause k ON k.id = c.clause_id AND k.due_on IS NOT NULL
    WHERE c.organization_id = %(org)s
) falls_due
"""


def _occurrences(organization: Organization, now: datetime, weeks: int, *, one_in: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            OCCURRENCES,
            {
                "org": organization.pk,
                "now": now,
                "weeks": weeks,
                "one_in": one_in,
                "calendar": edition(organization, now).pk,
            },
        )

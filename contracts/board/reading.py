"""The reading: what the statements answered, put together as the chain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from areas.chain import distances, steps_to_client, way_to_client
from areas.models import Organization
from areas.rows import Rows
from areas.words import Kind
from contracts.board.nouns import NOTHING_DUE, AreaNow, Chain, Item, LinkNow, ProblemNow, standing_of
from contracts.board.statements import (
    IS_BROKEN,
    IS_PAUSED,
    IS_SOON,
    IS_TO_JUDGE,
    ITEMS,
    READINGS,
    REQUIREMENTS,
)
from contracts.clock import soon_until
from contracts.rates import every_rate, window


def asked(organization: Organization, now: datetime) -> dict[str, Any]:
    """What the statements want to know."""
    return {
        "org": organization.pk,
        "client": Kind.CLIENT.value,
        "now": now,
        "today": now.astimezone(organization.tz).date(),
        "soon": soon_until(now, organization.tz, is_working=organization.calendar.is_working),
        "bounds": window(organization, now).bounds,
        "links": None,
    }


def chain_now(organization: Organization, now: datetime, *, area: str = "", text: str = "") -> Chain:
    """The chain as it stands. `area` (a ref) or `text` (in a name) narrow it to neighbourhoods.

    One message to the database; another where it is narrowed, and where something is paused.
    """
    known = asked(organization, now)
    today: date = known["today"]
    narrowed = bool(area or text.strip())
    areas_read, links_read, owed, talked, ((next_at,),), rates_read, *more_read = Rows.together(
        *READINGS, *(() if narrowed else (ITEMS,)), **known
    )
    areas: dict[int, AreaNow] = {}
    problem = None
    for row in areas_read:
        areas[row[0]] = AreaNow(*row[:5])
        if row[5] is not None:
            problem = ProblemNow._make(row[5:])
    # Each statement sees what was done until then: a link may be newer than what was read of its areas.
    links = [link for link in (LinkNow(*row) for row in links_read) if {link.customer, link.supplier} <= areas.keys()]
    _count(areas, links, owed, talked)
    _measure(areas, links)
    rates = every_rate(window(organization, now), rates_read)
    for pk, area_rate in rates.areas.items():
        areas[pk].rate = area_rate
    here = next((a for a in areas.values() if a.living and a.ref == area), None) if area else None
    shown = _neighbourhood(areas, links, here, text)
    in_view = None
    if shown is not None:
        in_view = [link.pk for link in links if link.customer in shown and link.supplier in shown]
    items, at_risk = _items(more_read[0] if more_read else ITEMS(**{**known, "links": in_view}))
    paused = {item.occurrence: item for item in items["paused"]}
    if paused:
        for occurrence, requirement in REQUIREMENTS(paused=list(paused)):
            paused[occurrence].requirement = requirement
    for link in links:
        link.at_risk = at_risk.get(link.pk, 0)
        link.standing = standing_of(link)
        link.rate = rates.links.get(link.pk, NOTHING_DUE)
    return Chain(
        organization=organization,
        now=now,
        today=today,
        areas=areas,
        links=links,
        problem=problem,
        broken=items["broken"],
        at_risk=items["at_risk"],
        unmet=items["unmet"],
        waiting=items["waiting"],
        paused=items["paused"],
        to_judge=items["to_judge"],
        rate=rates.whole,
        fresh_until=_fresh_until(organization, today, next_at),
        shown=shown,
        here=here,
    )


def _count(
    areas: dict[int, AreaNow], links: list[LinkNow], owed: list[tuple[Any, ...]], talked: list[tuple[Any, ...]]
) -> None:
    """What OWED and TALKED counted, for the links and for their areas.

    A need is owed by the supplier, a requirement by the customer.
    """
    by_pk = {link.pk: link for link in links}
    for pk, needs, requirements, unmet, late_supplier, late_customer, supplier_open, customer_open, to_sign in talked:
        link = by_pk.get(pk)
        if link is None:
            continue
        link.needs, link.requirements, link.unmet, link.to_sign = needs, requirements, unmet, to_sign
        link.supplier_unanswered, link.customer_unanswered = late_supplier, late_customer
        link.supplier_open, link.customer_open = supplier_open, customer_open
        supplier, customer = areas[link.supplier], areas[link.customer]
        supplier.unanswered += late_supplier
        customer.unanswered += late_customer
        supplier.to_answer += supplier_open
        customer.to_answer += customer_open
    for pk, owes, stands, promises in owed:
        link = by_pk.get(pk)
        if link is None:
            continue
        area = areas[owes]
        area.in_force += promises
        by_supplier = owes == link.supplier
        if by_supplier:
            link.needs += promises
            link.supplier_in_force += promises
        else:
            link.requirements += promises
            link.customer_in_force += promises
        if not stands:
            continue
        if stands & IS_BROKEN:
            area.broken += promises
            if by_supplier:
                link.supplier_broken += promises
            else:
                link.customer_broken += promises
        if stands & IS_SOON:
            area.soon += promises
            if by_supplier:
                link.supplier_soon += promises
            else:
                link.customer_soon += promises
        if stands & IS_PAUSED:
            area.paused += promises
            if by_supplier:
                link.supplier_paused += promises
            else:
                link.customer_paused += promises
        if stands & IS_TO_JUDGE:
            if by_supplier:
                link.customer_to_judge += promises
                areas[link.customer].to_judge += promises
            else:
                link.supplier_to_judge += promises
                areas[link.supplier].to_judge += promises


def _measure(areas: dict[int, AreaNow], links: list[LinkNow]) -> None:
    """How far each area is from the client."""
    client = next((area.pk for area in areas.values() if area.is_client), None)
    if client is not None:
        for pk, distance in distances(client, ((link.customer, link.supplier) for link in links)).items():
            areas[pk].distance = distance


def _neighbourhood(areas: dict[int, AreaNow], links: list[LinkNow], here: AreaNow | None, text: str) -> set[int] | None:
    """The areas meant, those next to them, and their way to the client. None: nothing was asked for."""
    wanted = " ".join(text.casefold().split())
    if here:
        meant = {here.pk}
    elif wanted:
        meant = {area.pk for area in areas.values() if area.living and wanted in area.name.casefold()}
    else:
        return None
    shown = set(meant)
    for link in links:
        if link.customer in meant:
            shown.add(link.supplier)
        if link.supplier in meant:
            shown.add(link.customer)
    client = next((area.pk for area in areas.values() if area.is_client), None)
    if client is not None and meant:
        steps = steps_up(areas, links)
        for pk in list(meant)[:12]:
            shown.update(way_to_client(pk, client, steps))
    return shown


def steps_up(areas: dict[int, AreaNow], links: list[LinkNow]) -> dict[int, int]:
    """The next area on the way of each to the client."""
    far = {pk: area.distance for pk, area in areas.items() if area.distance is not None}
    return steps_to_client(far, ((link.customer, link.supplier) for link in links))


def _items(rows: Iterable[tuple[Any, ...]]) -> tuple[defaultdict[str, list[Item]], Counter[int]]:
    """The lists, each in its order, and how much is at risk on each link."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    at_risk: Counter[int] = Counter()
    for row in rows:
        kind, _n, ref, link, outcome, asker, performer, state, turn, answer_by, promise, due_at, why, since, *of = row
        times, occurrence, performers, askers, problem, its_ref = of
        if not kind:
            at_risk.update(performers or ())
            continue
        path = [performer]
        for areas in zip(performers, askers, strict=True):
            for area in areas:
                if path[-1] != area and area not in path:
                    path.append(area)
        found[kind].append(
            Item(
                kind,
                ref,
                link,
                outcome or "",
                asker,
                performer,
                state,
                turn if state in ("asked", "countered") else None,
                answer_by,
                promise,
                due_at,
                why,
                since,
                times,
                occurrence,
                "",
                path,
                problem or "",
                its_ref or "",
            )
        )
    return found, at_risk


def _fresh_until(organization: Organization, today: date, due_at: datetime | None) -> datetime:
    """The next instant at which time alone changes what is shown.

    A promise falls due, a verdict comes no more, or the day ends and with it "today", "due soon", "so many days late".
    """
    midnight = datetime.combine(today + timedelta(days=1), time(), organization.tz)
    # Due at noon is broken after noon, not at it.
    return min(midnight, due_at + timedelta(microseconds=1)) if due_at else midnight

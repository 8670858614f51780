"""Every page that there is, found by walking the addresses, with a company in which everything has happened once.

A new address without a row in `_values` fails the tests that walk, so no page is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from allauth.mfa.models import Authenticator
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import APIResponse, Page, expect

from areas import drawing, inviting
from areas.models import Area, Invitation, Link
from areas.words import Kind
from contracts import drafting, opening
from contracts.digest import leaving
from contracts.models import Commitment, Occurrence
from contracts.words import Often, Side
from post.models import Letter
from requests import moves, problems
from requests.models import Ask, ClientProblem
from requests.states import Direction
from tests import asks, build, promises
from tests.cast import Cast
from tests.workshops import play
from workshops import after, taking
from workshops.models import Workshop
from workshops.phases import Takes

DEMO_URLS = "tests.config.demo_urls"
# What is no page by its nature: signals, parts of pages, and what only forwards.
NO_PAGES = {
    "healthz",
    "favicon",
    "robots",
    "post:mailbox_live",
    "post:letter_html",
    "contracts:fragment",
    "contracts:bell_count",
    "contracts:desk",
    # Speaks the language of its link, not the reader's: walked in test_deliveries.
    "contracts:client_verdict",
    # Parts of the screens of a room.
    "workshops:console_now",
    "workshops:projector_now",
    "workshops:wall_by_code_now",
    "workshops:phone_now",
    # Behind a token, and for staff of the house only.
    "metrics",
    "operations_all",
}

# The wall and the phones of a room speak the room's language, not the reader's; a wall is no page for a phone.
OF_THE_ROOM = {"workshops:projector", "workshops:wall_by_code", "workshops:phone"}
WALLS = {"workshops:projector", "workshops:wall_by_code"}

# Which deliveries show something else in the form of each act.
DELIVERED = {
    "deliver": ("late", "sent back", "of a share", "kept"),
    "judge": ("delivered", "client", "kept"),
    "waive": ("late",),
    "retract": ("delivered",),
    "reconsider": ("kept",),
    "client_link": ("client",),
}

LONG_NAME = "Recursos humanos, formación y desarrollo de toda la organización en el norte"
LONG_WORD = "https://rutas.muebles.example/estado/de/todas/las/rutas/del/norte/y/sus/paradas/una/por/una"


@dataclass
class World:
    """A company in which everything has happened once, and one in which nothing has."""

    cast: Cast
    now: datetime
    asks: dict[str, Ask] = field(default_factory=dict)
    problems: dict[str, ClientProblem] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    promises: dict[str, Commitment] = field(default_factory=dict)
    deliveries: dict[str, Occurrence] = field(default_factory=dict)
    rooms: list[Workshop] = field(default_factory=list)
    ended: Link | None = None
    invitation: Invitation | None = None


@dataclass(frozen=True)
class Place:
    """A page: its address, and its name in the URLconf."""

    name: str
    path: str

    @property
    def is_demo(self) -> bool:
        return self.path.startswith("/demo/")


def everything(cast: Cast, now: datetime) -> World:
    """An ask in every state, contracts at every stage, problems open and closed, people on their way."""
    world = World(cast, now)
    _problems(world)
    _asks(world)
    _contracts(world)
    _promises(world)
    _map_and_people(world)
    _rooms(world)
    return world


def _problems(world: World) -> None:
    cast, now, fede = world.cast, world.now, world.cast.actor("fede")
    known: dict[str, Any] = {"process": "retain", "moment": "deliver", "accountable": cast.sales}
    figures: dict[str, Any] = {
        "indicator": "días desde el pedido hasta la entrega",
        "unit": "días",
        "baseline": Decimal(21),
        "target": Decimal(10),
    }
    words = {"jobs": "Amueblar la casa antes de mudarse.", "pains": "Llamar tres veces.", "gains": "Un día cierto."}
    focus = problems.raise_problem(
        fede, fields={**known, "statement": "Reducir los tiempos de entrega", **figures, **words}, now=now
    )
    for weeks, value in ((3, "20.5"), (2, "18"), (1, "16")):
        on = (now - timedelta(weeks=weeks)).date()
        problems.measure(focus, fede, on=on, value=Decimal(value), note="Dos camiones más.", now=now)
    bare = problems.raise_problem(fede, fields={**known, "statement": "Nadie contesta después de la venta"}, now=now)
    closed = problems.raise_problem(fede, fields={**known, "statement": "Facturas con errores"}, now=now)
    problems.close(closed, fede, now)
    world.problems = {"focus": focus, "bare": bare, "closed": closed}


def _asks(world: World) -> None:
    cast, now = world.cast, world.now
    focus, today = world.problems["focus"], now.date()
    long_ago, soon = now - timedelta(days=20), today + timedelta(days=20)

    def ask(outcome: str, *, at: datetime = now, **more: Any) -> Ask:
        more.setdefault("terms", asks.after_event(outcome, satisfaction="Quien vende lo recibe en su teléfono."))
        return asks.asked(cast, **{"why": focus, "answer_by": at.date() + timedelta(days=5), "now": at, **more})

    found = world.asks
    found["draft"] = asks.drafted(cast, why=focus, now=now)
    found["asked"] = ask("Ventana de entrega confirmada", terms=asks.once(due_on=soon))
    found["unanswered"] = ask(LONG_WORD, at=long_ago)
    found["countered"] = asks.countered(
        cast, ask("Fotografía de la entrega"), terms=asks.after_event("Fotografía de la entrega", within=8), now=now
    )
    found["acknowledged"] = moves.acknowledge(
        world_ask := ask("Teléfono del chofer"),
        cast.actor("luis"),
        version=world_ask.version,
        answer_by=today + timedelta(days=6),
        words="Lo veo con la ruta.",
        now=now,
    )
    found["agreed"] = asks.agreed(cast, ask("Aviso de retraso"), now=now)
    declined = ask("Entregas en sábado")
    found["declined"] = moves.decline(
        declined, cast.actor("luis"), version=declined.version, words="Nadie maneja los sábados.", now=now
    )
    sent_on = ask("Armado en casa del cliente")
    found["redirected"] = moves.decline(
        sent_on,
        cast.actor("luis"),
        version=sent_on.version,
        words="Lo sabe hacer Producción.",
        redirect_to=cast.production,
        now=now,
    )
    found["onward"] = Ask.objects.get(redirected_from=sent_on)
    back = ask("Descuento por retraso")
    found["withdrawn"] = moves.withdraw(
        back, cast.actor("ana"), version=back.version, words="Ya no hace falta.", now=now
    )
    aloud = ask("Empaque reforzado")
    found["aloud"] = moves.say(
        aloud, cast.actor("fede"), words="¿Desde cuándo?", said_by="Luis", side="performer", now=now
    )
    found["requirement"] = ask(
        "Órdenes completas", direction=Direction.REQUIREMENT, why=found["agreed"], terms=asks.measured()
    )
    found["chained"] = ask("Plan semanal", link=cast.to_logistics, why=found["agreed"], terms=asks.weekly())


def _contracts(world: World) -> None:
    """Sales and logistics are at their third version, with a change, a removal and one signature that lapsed."""
    cast, now, found = world.cast, world.now, world.asks
    before = now - timedelta(days=12)
    focus, day = world.problems["focus"], timedelta(days=1)
    terms = {
        "overdue": asks.once("Tarifas al día", due_on=(now - 3 * day).date()),
        "soon": asks.once("Mapa de rutas", due_on=(now + day).date()),
        "in_force": asks.weekly("Reporte de entregas"),
    }
    for name, said in terms.items():
        found[name] = asks.agreed(cast, asks.asked(cast, terms=said, why=focus, now=before), now=before)
    contract = drafting.contract_of(cast.to_sales)
    asks.sign_both(cast, contract, now=before)

    luis, ana = cast.actor("luis"), cast.actor("ana")
    data = {"outcome": "Reporte de entregas", "shape": "recurring", "every": "week"}
    change = moves.amend(found["in_force"], ana, data=data, now=now)
    change = moves.send(
        change,
        ana,
        version=change.version,
        terms=asks.weekly("Reporte de entregas y devoluciones"),
        problem=change.problem,
        cause=change.cause,
        answer_by=now.date() + 5 * day,
        now=now,
    )
    asks.agreed(cast, change, now=now)
    found["replaced"], found["amendment"] = Ask.objects.get(pk=found["in_force"].pk), change
    digest = drafting.proposal(contract).digest
    drafting.sign(contract, Side.SUPPLIER, luis, digest=digest, words="Con gusto.", now=now)
    drafting.propose_removal(contract, found["soon"], ana, side=Side.CUSTOMER, words="Ya nadie lo usa.", now=now)

    said = {"jobs": "Prometer un día.", "pains": "Enterarse por el cliente.", "gains": "Saberlo antes."}
    drafting.write_shoes(contract, luis, side=Side.SUPPLIER, n=0, **said, now=now)
    drafting.confirm_shoes(contract, ana, n=1, now=now)
    drafting.set_review(contract, luis, version=contract.version, review_on=(now - day).date(), now=now)
    inner = drafting.contract_of(cast.to_logistics)
    drafting.write_shoes(inner, cast.actor("marta"), side=Side.SUPPLIER, n=0, **said, now=now)


def _promises(world: World) -> None:
    """Promises of each shape since six weeks, with deliveries in every standing."""
    cast, now = world.cast, world.now
    began = now - timedelta(weeks=6)
    focus, since = world.problems["focus"], (now - timedelta(weeks=6)).date()

    def promised(outcome: str, link: Link, terms: moves.Fields, **more: Any) -> Commitment:
        return promises.promise(cast, link, terms={**terms, "outcome": outcome}, why=focus, now=began, **more)

    every = asks.weekly(first_on=since)
    found = world.promises
    found["plan"] = promised("Plan semanal publicado", cast.to_logistics, every)
    found["orders"] = promised("Pedidos sin huecos", cast.to_logistics, every, direction=Direction.REQUIREMENT)
    found["share"] = promised(LONG_WORD, cast.to_logistics, asks.measured(first_on=since))
    found["event"] = promised("Aviso de paro", cast.to_logistics, asks.after_event())
    found["client"] = promised("Fecha cierta de entrega", cast.to_client, every)
    found = {name: promises.commitment_of(one.ask) for name, one in found.items()}
    world.promises = found
    opening.open_ahead(now)
    promises.depend(cast, found["plan"], found["orders"], now=now)
    times = promises.times(found["plan"])
    for row in times[:4]:
        promises.deliver(cast, row, at=row.due_at - timedelta(hours=3), note="Con el correo de hoy.", now=now)
    promises.judge(cast, times[0], now=now)
    promises.send_back(cast, times[1], now=now)
    promises.retract(cast, times[2], now=now)
    promises.waive(cast, times[4], now=now)
    promises.deliver(cast, promises.first(found["share"]), numerator=Decimal(37), denominator=Decimal(40), now=now)
    given = promises.first(found["client"])
    promises.deliver(cast, given, at=given.due_at - timedelta(hours=1), now=now)
    world.deliveries = {
        "kept": promises.fresh(times[0]),
        "sent back": promises.fresh(times[1]),
        "delivered": promises.fresh(times[3]),
        "late": promises.fresh(times[5]),
        "of a share": promises.fresh(promises.times(found["share"])[1]),
        "client": promises.fresh(given),
    }


def _map_and_people(world: World) -> None:
    cast, now, fede = world.cast, world.now, world.cast.actor("fede")
    archive = build.area(cast.company, "Archivo", Kind.ADMINISTRATION)
    asks.agreed(cast, asks.asked(cast, terms=asks.weekly("Nada"), why=world.problems["focus"], now=now), now=now)
    drawing.archive_area(fede, archive, now)
    apart = build.area(cast.company, LONG_NAME, Kind.HUMAN_RESOURCES)
    world.ended = build.link(cast.company, cast.production, apart)
    drawing.end_link(fede, world.ended, now)
    world.areas = {"client": cast.client, "logistics": cast.logistics, "apart": apart, "archived": archive}
    leaving.set_often(cast.vera, Often.OFF)
    world.invitation = inviting.invite(fede, email="nadia@example.com", name="Nadia", area=cast.sales, now=now)
    inviting.invite(fede, email="late@example.com", now=now - timedelta(days=40))


def _rooms(world: World) -> None:
    """A workshop in the middle of its chain, and one that is over, with what the areas left."""
    cast, now = world.cast, world.now
    for _n in range(2):
        room = play.opened(cast, now=now)
        ana = play.sit(room, "Ana", cast.sales, now=now)
        luis = play.sit(room, LONG_NAME[:60], cast.logistics, now=now)
        play.to(room, "voice", now=now)
        play.ask(ana, cast.to_sales, terms=asks.once(LONG_WORD, due_on=now.date() + timedelta(days=9)), now=now)
        play.to(room, "chain:2", now=now)
        world.rooms.append(play.fresh(room))
    play.to(room, "close", now=now)
    for kind in Takes.values:
        taking.take_away(play.seated(luis), kind, "Un tablero con las ventanas", version=0, key=play.key(), now=now)
    over = play.fresh(room)
    after.finish(over, cast.actor("fede"), over.version, now)
    world.rooms[1] = play.fresh(room)


def add_passkey(page: Page) -> None:
    """By the page for it, with a device that the browser plays."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **able}})
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("#id_name").fill("Mi teléfono")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(f"**{reverse('mfa_list_webauthn')}")
    expect(page.locator("main")).to_contain_text("Mi teléfono")


# Walking -------------------------------------------------------------------------------------------------------------
def _patterns(entries: list[Any], before: str = "/", space: str = "") -> Iterator[tuple[str, str, list[str]]]:
    for entry in entries:
        where = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, where, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield where, f"{space}{entry.name}", re.findall(r"<(?:\w+:)?(\w+)>", where)


def _values(world: World, name: str, parameter: str) -> list[Any]:
    """What to put into an address: few for acts, all for what shows a state."""
    cast = world.cast
    room, _colon, view = name.partition(":")
    table: dict[str, list[Any]] = {
        "org": [cast.organization.ref],
        "link": [cast.to_sales.ref, cast.to_production.ref],
        "direction": list(Direction.values),
        "ask": [world.asks["soon"].ref],
        "n": [1],
        "language": ["es", "en"],
        "kind": [Kind.SALES.value, Kind.CLIENT.value],
        "slug": ["ana"],
        "letter": [letter.ref for letter in Letter.objects.order_by("pk")[:1]],
        "code": [world.rooms[0].code],
        "verb": ["agree"],
        "takeaway": [one.ref for one in world.rooms[1].takeaways.all()[:1]],
        "pk": [passkey.pk for passkey in Authenticator.objects.all()],
    }
    if parameter != "ref":
        if name == "contracts:sheet" and parameter == "link":
            links = [cast.to_client, cast.to_sales, cast.to_logistics, cast.to_production, world.ended]
            return [link.ref for link in links if link]
        if view == "unsubscribe":
            return [leaving.token_of(cast.marta.ref), leaving.token_of(cast.vera.ref)]
        if room == "contracts" and view in ("versions", "version", "remove", "keep") and parameter == "link":
            return [cast.to_sales.ref]
        return table[parameter]
    if room == "requests":
        if "problem" in view:
            return [problem.ref for problem in world.problems.values()]
        return [ask.ref for ask in world.asks.values()] if view == "ask" else [world.asks["asked"].ref]
    if room == "contracts" and view in DELIVERED:
        return [world.deliveries[which].ref for which in DELIVERED[view]]
    if room == "contracts" and view in ("promise", "started", "values", "depend", "undepend"):
        which = {"promise": list(world.promises), "started": ["event"], "values": ["share"]}.get(view, ["plan"])
        return [world.promises[one].ref for one in which]
    if room == "workshops":
        # What a facilitator does while the room is open.
        is_over = view not in ("choose", "plan", "hand", "chain")
        return [one.ref for one in world.rooms[: 1 + is_over]]
    if room == "post":
        return [letter.ref for letter in Letter.objects.order_by("pk")[:1]]
    if view == "invitation":
        return [world.invitation.ref if world.invitation else "", "nobodys"]
    if view == "remove_person":
        return [cast.luis.ref]
    if view == "area":
        return [area.ref for area in world.areas.values()]
    return [world.areas["logistics"].ref]


def pages_of(world: World, *, demo: bool = False) -> list[Place]:
    """Every address with every value that shows something else. What takes no GET answers 405 and is no page."""
    found = {}
    urlconf = DEMO_URLS if demo else None
    for where, name, parameters in _patterns(get_resolver(urlconf).url_patterns):
        if name in NO_PAGES or (where.startswith("/demo/") and not demo):
            continue
        for values in product(*(_values(world, name, parameter) for parameter in parameters)):
            path = reverse(name, urlconf=urlconf, kwargs=dict(zip(parameters, values, strict=True)))
            found[path] = Place(name, path)
    return list(found.values())


def beside(world: World) -> list[Place]:
    """The same pages with what an address may ask for: a table, one area, a filter, a search that finds nothing."""
    org = {"org": world.cast.organization.ref}
    board, journal = reverse("contracts:board", kwargs=org), reverse("areas:journal", kwargs=org)
    contracts = reverse("contracts:contracts", kwargs=org)
    more = [
        ("contracts:board", f"{board}?view=table"),
        ("contracts:board", f"{board}?area={world.cast.logistics.ref}"),
        ("contracts:board", f"{board}?q=nada"),
        ("areas:journal", f"{journal}?link={world.cast.to_sales.ref}"),
        ("contracts:contracts", f"{contracts}?area={world.cast.logistics.ref}"),
        ("404", f"/o/{world.cast.organization.ref}/nowhere/"),
    ]
    return [Place(name, path) for name, path in more]


def shown(page: Page, places: list[Place]) -> Iterator[tuple[Place, APIResponse]]:
    """Those that answer a GET with a page of ours, with that answer; the rest are acts, parts and ways on."""
    for place in places:
        answer = page.request.get(place.path, max_redirects=0)
        kind = answer.headers.get("content-type", "")
        if answer.status != 405 and answer.status // 100 != 3 and kind.startswith("text/html"):
            yield place, answer

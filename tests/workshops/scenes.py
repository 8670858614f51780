"""A whole workshop as a row of scenes, each with something on the wall: for the line of five areas, and for a graph of
eight with long names, names in other scripts and people who write markup.

for name in scenes(stage): …    `stage.room` stands as the scene says
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from areas.models import Area, Link
from areas.words import Kind
from requests.models import Ask
from requests.states import Direction
from tests import asks, build
from tests.cast import Cast
from tests.workshops import play
from workshops import running, taking
from workshops.models import Proposal, Seat, Workshop
from workshops.phases import Takes
from workshops.room import read_room

LONG = [
    "Atención posventa y reclamaciones internacionales",
    "Logística inversa, almacenes y última milla de la península",
    "Producción",
    "Administración, compras y proveedores estratégicos",
    "Calidad",
    "المشتريات والتوريد",
    "Informática",
]
NASTY = "<img src=x onerror=alert(1)> & «comillas» " + "sin-espacios" * 12
WISHES = [
    "Ventana de entrega confirmada el día anterior a las doce",
    "Aviso de retraso en cuanto se conoce",
    "Plan semanal confirmado los lunes a mediodía",
    "Órdenes de compra llenas correctamente, con talla, color y dirección completa de quien recibe",
    "Existencias al día",
    "Pronóstico mensual antes del día 20",
    "Un responsable con nombre por cada pedido",
]
PROBLEMS = [
    "Mi pedido nunca llega el día que me prometieron",
    "Nadie me avisa cuando algo se retrasa",
    "Tengo que contar mi historia a cinco personas distintas",
    "La factura no coincide con lo que pedí",
    "El mueble llegó con un golpe y tardaron tres semanas en cambiarlo",
    "No sé a quién llamar",
    "Me piden los mismos datos cada vez",
    NASTY[:200],
    "لا يصل طلبي في الموعد المحدد",
]


@dataclass
class Stage:
    cast: Cast
    room: Workshop
    links: list[Link]
    seats: dict[int, list[Seat]] = field(default_factory=dict)
    now: datetime = build.NOW

    def driver(self) -> None:
        self.room = play.fresh(self.room)

    def to(self, step: str) -> None:
        self.room = play.to(self.room, step, now=self.now)

    def who(self, area: Area | int) -> Seat:
        return self.seats[area if isinstance(area, int) else area.pk][0]

    def ask(self, link: Link, n: int = 0, direction: str = Direction.NEED, outcome: str = "") -> Ask:
        asker = link.customer_id if direction == Direction.NEED else link.supplier_id
        terms = (
            asks.once(outcome or WISHES[n % len(WISHES)]) if n % 2 else asks.weekly(outcome or WISHES[n % len(WISHES)])
        )
        return play.ask(self.who(asker), link, direction, terms=terms, now=self.now)


def line(cast: Cast, now: datetime, *, is_rehearsal: bool = False) -> Stage:
    """Muebles del Norte as it is."""
    room = play.opened(cast, now=now, with_problem=False, is_rehearsal=is_rehearsal)
    return _stage(cast, room, now)


def graph(cast: Cast, now: datetime) -> Stage:
    """Eight areas with long names and twelve links, three of them next to the client."""
    org = cast.company
    for area, name in zip((cast.sales, cast.logistics, cast.production, cast.administration), LONG, strict=False):
        Area.objects.filter(pk=area.pk).update(name=name)
    quality = build.area(org, LONG[4], Kind.QUALITY, now=now)
    purchasing = build.area(org, LONG[5], Kind.PURCHASING, now=now)
    it = build.area(org, LONG[6], Kind.IT, now=now)
    people_area = build.area(
        org, "Recursos Humanos y Atracción de Talento para Toda la Organización", Kind.TALENT, now=now
    )
    for customer, supplier in (
        (org.client, quality),
        (cast.sales, cast.production),
        (quality, cast.logistics),
        (quality, cast.production),
        (cast.logistics, purchasing),
        (cast.production, purchasing),
        (cast.production, it),
        (cast.administration, people_area),
    ):
        build.link(org, customer, supplier, now=now)
    room = play.opened(cast, now=now, with_problem=False)
    return _stage(cast, room, now)


def _stage(cast: Cast, room: Workshop, now: datetime) -> Stage:
    links = list(Link.objects.filter(organization=room.scene).select_related("customer", "supplier").order_by("pk"))
    return Stage(cast, room, links, now=now)


def _come_in(stage: Stage, people: int) -> None:
    names = [
        "Ana",
        "Luis",
        "María del Pilar",
        "Zoë",
        "محمد",
        "<b>Beto</b>",
        "🦊 Fer",
        "Ñandú",
        "Guadalupe Hernández-Rosales",
    ]
    areas = Area.objects.filter(organization=stage.room.scene).exclude(kind=Kind.CLIENT).order_by("pk")
    for at, area in enumerate(areas):
        for n in range(people if at % 3 else people + 3):
            name = f"{names[(at + n) % len(names)]} {n + 1}" if n else names[at % len(names)]
            stage.seats.setdefault(area.pk, []).append(play.sit(stage.room, name, area, now=stage.now))


def every(stage: Stage) -> list[Seat]:
    return [seat for seats in stage.seats.values() for seat in seats]


def scenes(stage: Stage, people: int = 4) -> Iterator[str]:
    """Leads the room from the empty lobby to the thanks; yields the name of each scene as it stands."""
    now, driver = stage.now, stage.cast.actor("fede")
    yield "01-lobby-empty"
    _come_in(stage, people)
    stage.driver()
    yield "02-lobby"
    stage.to("mirror")
    running.start_timer(stage.room, driver, stage.room.version, now, minutes=5)
    everybody = every(stage)
    for n, seat in enumerate(everybody[:-2]):
        taking.score(play.seated(seat), (n * 3 + 2) % 7, now)
    yield "03-mirror-hidden"
    stage.driver()
    running.reveal(stage.room, driver, stage.room.version, now)
    yield "04-mirror-shown"
    stage.to("problem")
    yield "05-problem-empty"
    for n, text in enumerate(PROBLEMS):
        taking.propose(play.seated(everybody[n % len(everybody)]), text, play.key(), now)
    proposals = list(Proposal.objects.filter(workshop=stage.room).order_by("pk"))
    for n, seat in enumerate(everybody[1:]):
        taking.put_dots(play.seated(seat), proposals[n % 5].ref, 1 + n % 3, now)
    yield "06-problem-hidden"
    stage.driver()
    running.merge(stage.room, driver, stage.room.version, proposals[1], proposals[0], now)
    running.reveal(stage.room, driver, stage.room.version, now)
    yield "07-problem-dots"
    fields = {
        "statement": "Mi pedido nunca llega el día que me prometieron",
        "process": "retain",
        "moment": "deliver",
        "accountable": Area.objects.filter(organization=stage.room.scene).exclude(kind=Kind.CLIENT).first(),
        "indicator": "pedidos entregados el día prometido",
        "unit": "%",
        "baseline": 71,
        "target": 95,
    }
    stage.driver()
    running.choose(stage.room, driver, stage.room.version, now, fields=fields, proposal=proposals[0])
    yield "08-problem-chosen"
    yield from _rounds(stage)
    yield from _agreements(stage)
    yield from _close(stage)


def _rounds(stage: Stage) -> Iterator[str]:
    now = stage.now
    client = stage.room.scene.areas.get(kind=Kind.CLIENT)
    stage.to("voice")
    yield "09-voice-empty"
    first = [link for link in stage.links if link.customer_id == client.pk]
    front = {link.supplier_id for link in first}
    made: list[Ask] = []
    second = [link for link in stage.links if link.customer_id in front]
    for at, link in enumerate(second):
        made += [stage.ask(link, at + n, outcome="" if n else WISHES[at]) for n in range(5 - at % 3)]
    yield "10-voice"
    stage.to("chain:2")
    yield "11-chain-2-arrived"
    middle = {link.supplier_id for link in second} - front
    for n, one in enumerate(made):
        seat = stage.who(one.performer_id)
        if one.performer_id in front:
            continue
        if n % 3 == 0:
            play.agree(seat, one, now=now)
        elif n % 3 == 1:
            play.decline(seat, one, "Sin operador certificado los sábados; además falta el camión grande.", now=now)
    third = [link for link in stage.links if link.customer_id in middle]
    for at, link in enumerate(third):
        made += [stage.ask(link, at + n) for n in range(3)]
    back = [link for link in second if link.supplier_id in middle]
    for at, link in enumerate(back):
        made.append(stage.ask(link, at + 3, Direction.REQUIREMENT))
    yield "12-chain-2"
    stage.to("chain:3")
    for one in made:
        one.refresh_from_db()
        if one.direction == Direction.REQUIREMENT and one.is_open:
            play.agree(stage.who(one.performer_id), one, now=now)
    _counter_some(stage, [one for one in made if one.performer_id not in front and one.performer_id not in middle])
    running.start_timer(stage.room, stage.cast.actor("fede"), stage.room.version, now, minutes=12)
    yield "13-chain-3"
    stage.to("answers")
    yield "14-answers"
    for one in made:
        one.refresh_from_db()
        if one.is_open:
            area = one.waits_for
            assert area is not None
            play.agree(stage.who(area), one, now=now, owner_name="Luis")
    yield "15-answers-done"


def _counter_some(stage: Stage, made: list[Ask]) -> None:
    for n, one in enumerate(made):
        one.refresh_from_db()
        if not one.is_open or n % 2:
            continue
        terms = {**asks.once(one.terms.outcome if one.terms else "", date(2026, 12, 18))}
        if n % 4:
            terms["outcome"] = "Pronóstico mensual antes del día 25, con los tres productos que más se venden"
        taking.counter(
            play.seated(stage.who(one.performer_id)),
            one.ref,
            version=one.version,
            terms=terms,
            words="El cierre del mes no nos deja antes.",
            key=play.key(),
            now=stage.now,
        )


def _agreements(stage: Stage) -> Iterator[str]:
    stage.to("agreements")
    yield "16-agreements-list"
    contracts = read_room(play.fresh(stage.room), stage.now).contracts
    driver = stage.cast.actor("fede")
    if not contracts:
        return
    stage.driver()
    running.show(stage.room, driver, stage.room.version, contracts[0].link, stage.now)
    play.sign(stage.who(contracts[0].link.supplier_id), contracts[0].link, now=stage.now)
    yield "17-agreements-reading"
    for one in contracts[:-1]:
        for side in (one.link.customer_id, one.link.supplier_id):
            try:
                play.sign(stage.who(side), one.link, now=stage.now)
            except running.Refused:
                continue
    yield "18-agreements-signed"


def _close(stage: Stage) -> Iterator[str]:
    now, driver = stage.now, stage.cast.actor("fede")
    stage.to("close")
    yield "19-close-empty"
    for n, seats in enumerate(stage.seats.values()):
        for kind in Takes.values if n < 3 else Takes.values[:1]:
            text = {
                "question": "¿Cómo sabremos el lunes si el pedido del cliente salió completo?",
                "reflection": "Esperábamos nuestro turno de hablar en vez de escuchar. " * (1 + n),
                "improvement": "Avisamos antes de mediodía de lo que hoy no sale del almacén.",
            }[kind]
            taking.take_away(play.seated(seats[0]), kind, text[:400], version=0, key=play.key(), now=now)
    for n, seat in enumerate(every(stage)[1:]):
        taking.score(play.seated(seat), 5 + n % 5, now)
    yield "20-close-hidden"
    stage.driver()
    running.reveal(stage.room, driver, stage.room.version, now)
    yield "21-close-shown"
    stage.driver()
    running.pause(stage.room, driver, stage.room.version, now)
    yield "22-paused"
    stage.driver()
    running.go_on(stage.room, driver, stage.room.version, now)
    stage.driver()
    running.lock(stage.room, driver, stage.room.version, now, is_locked=True)
    stage.driver()
    yield "23-locked"
    stage.driver()
    running.close(stage.room, driver, stage.room.version, now)
    yield "24-closed"

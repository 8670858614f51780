"""Who is in the demo. All of it is invented; the addresses end in `.example`, which belongs to nobody."""

from __future__ import annotations

from dataclasses import dataclass

from areas.words import Role


@dataclass(frozen=True)
class Person:
    """One demo person: what they lead, work in or speak for, and the sentence that says so in both languages."""

    slug: str
    name: str
    domain: str
    es: str
    en: str
    role: str = Role.PARTICIPANT
    leads: tuple[str, ...] = ()
    works_in: tuple[str, ...] = ()
    voice: bool = False

    @property
    def email(self) -> str:
        return f"{self.slug}@{self.domain}"

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    def says(self, language: str) -> str:
        return self.en if language.startswith("en") else self.es


@dataclass(frozen=True)
class Cast:
    """A demo company as the door shows it."""

    name: str
    language: str
    country: str
    zone: str
    client: str
    es: str
    en: str
    people: tuple[Person, ...]

    def says(self, language: str) -> str:
        return self.en if language.startswith("en") else self.es


def _norte(slug: str, name: str, es: str, en: str, **parts: object) -> Person:
    return Person(slug, name, "muebles.example", es, en, **parts)  # type: ignore[arg-type]


def _quay(slug: str, name: str, es: str, en: str, **parts: object) -> Person:
    return Person(slug, name, "lanternquay.example", es, en, **parts)  # type: ignore[arg-type]


MUEBLES = Cast(
    name="Muebles del Norte",
    language="es",
    country="MX",
    zone="America/Mexico_City",
    client="Cliente",
    es="Hace y vende muebles en el norte de México: una línea de cinco áreas, desde el cliente hasta Administración.",
    en="Makes and sells furniture in the north of Mexico, in Spanish: a line from the client to administration.",
    people=(
        _norte("ana", "Ana Ruiz", "dirige Ventas", "leads Ventas (sales)", leads=("ventas",)),
        _norte("luis", "Luis Ortega", "dirige Logística", "leads Logística (logistics)", leads=("logistica",)),
        _norte("marta", "Marta Solís", "dirige Producción", "leads Producción (production)", leads=("produccion",)),
        _norte(
            "paula",
            "Paula Rivas",
            "dirige Administración",
            "leads Administración (administration)",
            leads=("administracion",),
        ),
        _norte(
            "fede",
            "Federico Salas",
            "facilita: dibuja la cadena y reúne a la gente",
            "facilitator: draws the chain and brings people together",
            role=Role.FACILITATOR,
        ),
        _norte("clara", "Clara Montes", "es la voz del cliente", "is the voice of the client", voice=True),
        _norte("elena", "Elena Vidal", "dirige Posventa", "leads Posventa (after-sales)", leads=("posventa",)),
        _norte("celia", "Celia Prado", "dirige Calidad", "leads Calidad (quality)", leads=("calidad",)),
        _norte(
            "irene", "Irene Mora", "dirige Recursos humanos", "leads Recursos humanos (people)", leads=("personas",)
        ),
        _norte("diego", "Diego Neri", "dirige Tecnología", "leads Tecnología (IT)", leads=("tecnologia",)),
        _norte("bruno", "Bruno Lara", "trabaja en Ventas", "works in Ventas (sales)", works_in=("ventas",)),
        _norte("victor", "Víctor Peña", "trabaja en Logística", "works in Logística", works_in=("logistica",)),
        _norte("hugo", "Hugo Cano", "trabaja en Producción", "works in Producción", works_in=("produccion",)),
        _norte(
            "tomas",
            "Tomás Gil",
            "compra los insumos en Administración",
            "buys the supplies in Administración",
            works_in=("administracion",),
        ),
        _norte(
            "vera", "Vera Luna", "dirección general: lee todo", "general management: reads everything", role=Role.VIEWER
        ),
    ),
)

LANTERN = Cast(
    name="Lantern Quay",
    language="en",
    country="IE",
    zone="Europe/Dublin",
    client="The clinics",
    es="Programas de agenda para clínicas, en inglés: doce áreas que se sirven unas a otras, con un ciclo.",
    en="Appointment software for clinics, in Dublin: twelve areas that serve one another, with a cycle.",
    people=(
        _quay(
            "conor",
            "Conor Walsh",
            "dirige Professional services",
            "leads Professional services",
            leads=("services",),
        ),
        _quay("maeve", "Maeve Flynn", "dirige Operations", "leads Operations", leads=("operations",)),
        _quay("oscar", "Oscar Lindqvist", "dirige Product", "leads Product", leads=("product",)),
        _quay("priya", "Priya Nair", "dirige Customer support", "leads Customer support", leads=("support",)),
        _quay(
            "nora",
            "Nora Byrne",
            "facilita: dibuja la cadena y reúne a la gente",
            "facilitator: draws the chain and brings people together",
            role=Role.FACILITATOR,
        ),
        _quay("tess", "Tess Mulligan", "es la voz del cliente", "is the voice of the client", voice=True),
        _quay("sean", "Seán Doyle", "dirige Sales", "leads Sales", leads=("sales",)),
        _quay("aoife", "Aoife Kelly", "dirige Marketing", "leads Marketing", leads=("marketing",)),
        _quay("grace", "Grace Okoye", "dirige Quality", "leads Quality", leads=("quality",)),
        _quay("declan", "Declan Hayes", "dirige Finance", "leads Finance", leads=("finance",)),
        _quay("yara", "Yara Haddad", "dirige IT", "leads IT", leads=("it",)),
        _quay("fiona", "Fiona Burke", "dirige Human resources", "leads Human resources", leads=("people",)),
        _quay("rory", "Rory Quinn", "dirige Talent acquisition", "leads Talent acquisition", leads=("talent",)),
        _quay(
            "ines",
            "Inês Duarte",
            "trabaja en Professional services",
            "works in Professional services",
            works_in=("services",),
        ),
        _quay(
            "walter",
            "Walter Boyle",
            "dirección general: lee todo",
            "general management: reads everything",
            role=Role.VIEWER,
        ),
    ),
)

COMPANIES = (MUEBLES, LANTERN)
PEOPLE = {person.slug: person for company in COMPANIES for person in company.people}


def company_of(person: Person) -> Cast:
    return next(company for company in COMPANIES if person in company.people)

"""The exercise as a visitor plays it with four demo people, in both languages (S1.2 c–f)."""

from __future__ import annotations

from dataclasses import dataclass

from config.demo.cast import PEOPLE, Person


@dataclass(frozen=True)
class Step:
    """One step: who does it, in whose window, and what is to be seen then."""

    slugs: tuple[str, ...]
    es: tuple[str, str]
    en: tuple[str, str]

    @property
    def people(self) -> list[Person]:
        return [PEOPLE[slug] for slug in self.slugs]

    def title(self, language: str) -> str:
        return (self.en if language.startswith("en") else self.es)[0]

    def text(self, language: str) -> str:
        return (self.en if language.startswith("en") else self.es)[1]


# Who looks at the chain while the others act.
WATCHER = "vera"

STEPS = (
    Step(
        ("ana",),
        (
            "Empieza por la voz del cliente",
            "Ana abre el eslabón entre Ventas y Logística y pide algo que el cliente necesita, por ejemplo «Llamar al "
            "cliente la víspera de la entrega», todos los días antes de las 18:00. La razón: «Reducir los tiempos de "
            "entrega». En la ventana de Vera aparece al instante, en «Esperan respuesta».",
        ),
        (
            "Begin with the voice of the client",
            "Ana opens the link between Ventas and Logística and asks for something that the client needs, for example "
            "“Call the client the day before delivery”, every day by 18:00. The reason: “Reducir los tiempos de "
            "entrega”, shorten delivery times. In Vera's window it appears at once, under “Waiting for an answer”.",
        ),
    ),
    Step(
        ("luis",),
        (
            "Lleva la cadena hacia atrás",
            "Luis la encuentra en Mi escritorio, ve por qué existe y propone otra cosa: antes de las 19:00. Después, "
            "en la misma página, le pide a Producción lo que le hace falta para cumplirlo.",
        ),
        (
            "Extend the chain backward",
            "Luis finds it on his desk, sees why it exists and proposes something else: by 19:00. Then, on "
            "the same page, he asks Producción for what he needs to keep it.",
        ),
    ),
    Step(
        ("luis", "ana"),
        (
            "Pide también a tu cliente",
            "Luis pide un requisito a Ventas: «El teléfono del cliente, confirmado en cada orden». Ana acepta la hora "
            "que propuso Luis y se compromete con el requisito.",
        ),
        (
            "Ask your own customer, too",
            "Luis asks Ventas for a requirement in return: “The client's telephone, confirmed on each order”. Ana "
            "takes the hour that Luis proposed and commits to the requirement.",
        ),
    ),
    Step(
        ("marta", "paula"),
        (
            "Hasta el final de la cadena",
            "Marta responde a Luis y le pide a Administración lo que le falta. Paula se compromete, o dice por qué no "
            "puede. Cada una ve, junto a la solicitud, el camino hasta el cliente.",
        ),
        (
            "To the end of the chain",
            "Marta answers Luis and asks Administración for what she lacks. Paula commits, or says why she cannot. "
            "Both see beside the request its path up to the client.",
        ),
    ),
    Step(
        ("ana", "luis"),
        (
            "Firmen, y mira la cadena",
            "Ana y Luis abren su contrato y firman la versión propuesta. Con la segunda firma está vigente: en la "
            "ventana de Vera sale de «Acordado, sin firmar» y el eslabón cuenta una promesa más de cada lado.",
        ),
        (
            "Sign, and watch the chain",
            "Ana and Luis open their contract and sign the proposed version. With the second signature it is in force: "
            "in Vera's window it leaves “Agreed, not signed yet”, and the link counts one more promise on each side.",
        ),
    ),
)

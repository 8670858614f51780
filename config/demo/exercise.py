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

# Who leads the workshop of the demo.
FACILITATOR = "fede"

# The exercise in a room: one browser leads it, windows as small as phones take part.
WORKSHOP = (
    Step(
        (FACILITATOR,),
        (
            "Abre la sala",
            "El botón de arriba te hace entrar como quien facilita. Con un clic se abre la sala; la consola dice "
            "qué decir en voz alta en cada paso. «Proyector» abre la pantalla de la pared en su propia ventana; "
            "la tecla F la pone completa.",
        ),
        (
            "Open the room",
            "The button above lets you come in as the facilitator. One click opens the room; the console says "
            "what to say aloud in each step. “Projector” opens the picture for the wall in a window of its own; "
            "F makes it fill the screen.",
        ),
    ),
    Step(
        (),
        (
            "Entra con dos teléfonos",
            "Dos ventanas privadas, angostas como un teléfono, en la dirección que muestra la pared: nombre, "
            "área y listo. Sienta a una persona en Ventas y a otra en Logística. Con teléfonos de verdad en la "
            "misma red: HOST=0.0.0.0 make run.",
        ),
        (
            "Come in with two phones",
            "Two private windows, narrow as a phone, at the address that the wall shows: name, area, in. Seat "
            "one person in Ventas (sales) and one in Logística (logistics). With real phones in the same "
            "network: HOST=0.0.0.0 make run.",
        ),
    ),
    Step(
        (),
        (
            "Juega hasta las firmas",
            "Espejo, problema, voz del cliente, cadena, respuestas, acuerdos, cierre: pulsa «Siguiente» y lee el "
            "guion. Ventas pide, Logística responde, ambas firman; lo que firma quien no tiene cuenta lo "
            "confirmas en la consola.",
        ),
        (
            "Play through to the signatures",
            "Mirror, problem, voice of the client, chain, answers, agreements, close: press “Next” and read the "
            "script. Ventas asks, Logística answers, both sign; what somebody without an account signs, you "
            "confirm on the console.",
        ),
    ),
    Step(
        (WATCHER,),
        (
            "Encuéntralo en la cadena",
            "En la ventana de Vera el eslabón ya lleva los compromisos nuevos, y el buzón de la demo los correos "
            "a las personas responsables. La página del taller se queda: exporta, imprime, da seguimiento a una "
            "mejora.",
        ),
        (
            "Find it on the chain",
            "In Vera's window the link bears the new commitments, and the demo mailbox the letters to the leads. "
            "The page of the workshop stays: export it, print it, follow an improvement.",
        ),
    ),
)

# What becomes of a promise: the second half, played after the first one or by itself.
KEEPING = (
    Step(
        ("marta",),
        (
            "Deja pasar un día",
            "Producción le debe a Calidad «Seis patas con el barniz nuevo». En la ventana de Marta pulsa «Un día "
            "después»: llega la hora, nadie ha entregado y, en la ventana de Vera, el eslabón se rompe. En el buzón de "
            "la demo ya está el recordatorio para Marta.",
        ),
        (
            "Let a day pass",
            "Producción owes Calidad “Seis patas con el barniz nuevo”, six legs with the new varnish. In Marta's "
            "window press “One day later”: the hour comes, nothing was delivered, and in Vera's window the link "
            "breaks. The reminder to Marta is in the demo mailbox.",
        ),
    ),
    Step(
        ("marta",),
        (
            "Entrega tarde, y dilo",
            "Marta la encuentra en Mi escritorio y avisa que ya está entregada. Llegó tarde: el eslabón sigue roto, "
            "pero ahora dice que falta el veredicto de Calidad. En la entrega se lee también por qué se retrasó.",
        ),
        (
            "Deliver late, and say so",
            "Marta finds it on her desk and reports it delivered. It came late: the link stays broken, but now it says "
            "that the verdict of Calidad is missing. The page of the promise tells why it was late.",
        ),
    ),
    Step(
        ("celia",),
        (
            "Deja pasar una semana y lee el correo",
            "Pulsa «Una semana después» y abre el buzón de la demo: el recordatorio a Celia, que no ha dado su "
            "veredicto; el aviso a la otra área y a quien facilita, porque sigue sin darlo; y el resumen del lunes de "
            "cada persona, con lo roto primero.",
        ),
        (
            "Let a week pass, and read the mail",
            "Press “One week later” and open the demo mailbox: the reminder to Celia, who has not judged it; the word "
            "to the other area and to the facilitator, because she still has not; and Monday's digest for each "
            "person, what is broken first.",
        ),
    ),
    Step(
        ("celia",),
        (
            "Da el veredicto del cliente",
            "Celia es la cliente de esta entrega: responde las tres preguntas. Si le sirvió, el eslabón se repara ante "
            "los ojos de Vera. La entrega cuenta como rota y reparada: llegó tarde, y se dice.",
        ),
        (
            "Give the customer's verdict",
            "Celia is the customer of this delivery: she answers the three questions. If it worked, the link mends "
            "before Vera's eyes. The delivery counts as broken and repaired: it was late, and that is said.",
        ),
    ),
)

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
            "ventana de Vera sale de «Acordado, sin firmar» y el eslabón cuenta un compromiso más de cada lado.",
        ),
        (
            "Sign, and watch the chain",
            "Ana and Luis open their contract and sign the proposed version. With the second signature it is in force: "
            "in Vera's window it leaves “Agreed, not signed yet”, and the link counts one more promise on each side.",
        ),
    ),
)

"""What the facilitator says, step by step: sentences that a newcomer can read out, with the names of this room.

What is said aloud is in the language of the workshop; what only the facilitator reads, in the language of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from areas.models import Area
from areas.words import Kind
from requests.states import State
from workshops.phases import Phase
from workshops.room import FIRST, SECOND, Room

# Names said within one sentence: so many, of so many letters. In a sentence of their own: so many, twice the letters.
ALOUD, BREATH, LISTED = 3, 80, 7


@dataclass
class Script:
    """One step. `say`: to be read out; `phones`: what people do now; `watch`; `onward`: when to go on."""

    title: str
    say: list[str] = field(default_factory=list)
    phones: str = ""
    watch: str = ""
    onward: str = ""
    # To whoever asks “why should I do what another area wants?”.
    why: str = ""


def script_for(room: Room) -> Script:
    """The step where the room is, in words."""
    with translation.override(room.workshop.language):
        say, why = _say(room), _why(room)
    title, phones, watch, onward = _aside(room)
    return Script(title, say, phones, watch, onward, why)


def joined(names: Sequence[str]) -> str:
    """Sales, Support and Services; in Spanish *e* stands before a sound of i."""
    if len(names) < 2:
        return "".join(names)
    first, last = ", ".join(names[:-1]), names[-1]
    if (get_language() or "").startswith("es"):
        heard = last.lower().removeprefix("h")
        said_i = heard.startswith(("i", "í")) and not last.lower().startswith(("hie", "hia", "ie", "ia"))
        return f"{first} {'e' if said_i else 'y'} {last}"
    return pgettext("several names", "%(first)s and %(last)s") % {"first": first, "last": last}


def names_of(areas: Sequence[Area]) -> str:
    return joined([area.name for area in areas])


def in_a_breath(areas: Sequence[Area]) -> bool:
    """Their names can be said within a sentence; else they are said once, or people look at the wall."""
    return len(areas) < 2 or (len(areas) <= ALOUD and len(names_of(areas)) <= BREATH)


def first_of(areas: Sequence[Area]) -> str:
    """The names for the facilitator's eye: the first ones, and how many more."""
    if len(areas) <= ALOUD + 1:
        return names_of(areas)
    left = len(areas) - ALOUD
    names = ", ".join(area.name for area in areas[:ALOUD])
    return ngettext("%(names)s and one more", "%(names)s and %(n)s more", left) % {"names": names, "n": left}


# Who meets whom -------------------------------------------------------------------------------------------------------


def turn_of(room: Room) -> list[Area]:
    """The areas whose turn it is."""
    return [one.area for one in room.areas if one.turn == "now"]


def suppliers_of(room: Room, areas: Sequence[Area]) -> list[Area]:
    mine = {area.pk for area in areas}
    found = {one.link.supplier_id: one.link.supplier for one in room.links if one.link.customer_id in mine}
    return list(found.values())


def customers_of(room: Room, areas: Sequence[Area]) -> list[Area]:
    """Those inside the company."""
    mine = {area.pk for area in areas}
    found = {
        one.link.customer_id: one.link.customer
        for one in room.links
        if one.link.supplier_id in mine and one.link.customer.kind != Kind.CLIENT
    }
    return list(found.values())


# Said aloud -----------------------------------------------------------------------------------------------------------


def _say(room: Room) -> list[str]:
    here = room.step
    if room.workshop.closed_at:
        return [_("Thank you. What you signed lives on: each area finds it in Eslabón, with its first dates.")]
    if here is None:
        return _say_coming_in(room)
    said = {
        Phase.MIRROR: _say_mirror,
        Phase.PROBLEM: _say_problem,
        Phase.VOICE: _say_voice,
        Phase.CHAIN: _say_chain,
        Phase.ANSWERS: _say_answers,
        Phase.AGREEMENTS: _say_agreements,
        Phase.CLOSE: _say_close,
    }
    return said[here.phase](room)


def _say_coming_in(room: Room) -> list[str]:
    return [
        _("Welcome. Today we follow one problem of our client through the whole company, from area to area."),
        _("Point the camera of your phone at the square on the wall and choose your area. You need no account."),
        _("Nobody is to blame here: we are links of one chain, and at its end stands the client."),
    ]


def _say_mirror(room: Room) -> list[str]:
    if room.is_revealed():
        return [
            _("This is how we see ourselves today. What do you notice?"),
            _("We keep this picture. At the end I ask the same again, and we put both side by side."),
        ]
    return [
        _("Before we begin, everybody alone and in silence: how customer-focused are we, from 0 to 10?"),
        _("Answer what you live every day, not what is printed on our posters."),
        _("Nobody sees your number, not even me. We will only see how many of us chose each one."),
    ]


def _say_problem(room: Room) -> list[str]:
    if room.is_revealed():
        top = room.proposals[0].proposal.text if room.proposals else ""
        if not top:
            return [_("Nobody has written anything yet. What did a client last complain about?")]
        return [
            _("Most dots are on “%(problem)s”. Is this what hurts our client most?") % {"problem": top},
            _("Which area looks after this for the client from start to end? It may ask all the others for help."),
            _("And how will we see, in a number, that it hurts less?"),
        ]
    return [
        _("Now think of our client. What hurts that client most about working with us?"),
        _(
            "Write it as the client would say it on the phone: “my order comes late”, "
            "not “we need to improve logistics”."
        ),
        _("Read what the others wrote. Then give your five dots to what hurts most, at most three on one."),
    ]


def _problem(room: Room) -> str:
    return room.problem.statement if room.problem else ""


def _say_voice(room: Room) -> list[str]:
    areas = turn_of(room)
    said = []
    if room.problem:
        said.append(
            _("Our client tells us: “%(problem)s”. From now on every request has to help with this.")
            % {"problem": _problem(room)}
        )
    if len(areas) > ALOUD:
        said.append(_turn_said(areas))
        said.append(
            _(
                "Each of you speaks for the client now. "
                "What do you need from those who serve you so that the client gets it?"
            )
        )
    else:
        said += [_speaks(area, suppliers_of(room, [area])) for area in areas]
    said.append(
        _(
            "Ask for everything you need, one thing at a time: what, by when, "
            "and how both of you will see that it is well done."
        )
    )
    return said


def _speaks(area: Area, suppliers: Sequence[Area]) -> str:
    if not suppliers:
        return _("%(areas)s, you speak for the client now. What do you need so that the client gets it?") % {
            "areas": area.name
        }
    if not in_a_breath(suppliers):
        return _(
            "%(area)s, you speak for the client now. "
            "What do you need from those who serve you so that the client gets it?"
        ) % {"area": area.name}
    return _(
        "%(area)s, you speak for the client now. What do you need from %(suppliers)s so that the client gets it?"
    ) % {"area": area.name, "suppliers": names_of(suppliers)}


def _turn_said(areas: Sequence[Area]) -> str:
    """Whose turn it is, where they are too many to be called before each sentence."""
    names = names_of(areas)
    if len(areas) <= LISTED and len(names) <= 2 * BREATH:
        return _("Now it is the turn of %(areas)s.") % {"areas": names}
    return _("Now it is the turn of %(n)s areas: your phone tells you whether yours is one of them.") % {
        "n": len(areas)
    }


def _say_chain(room: Room) -> list[str]:
    areas = turn_of(room)
    customers, suppliers = customers_of(room, areas), suppliers_of(room, areas)
    mine = {area.pk for area in areas}
    suppliers = [area for area in suppliers if area.pk not in mine] or suppliers
    many, named = not in_a_breath(areas), in_a_breath(customers)
    said = [_turn_said(areas)] if many else []
    names = {"areas": names_of(areas), "customers": names_of(customers)}
    if not customers:
        nobody = (
            _("Nobody in the chain has asked you for anything yet. For whom in this room do you work?")
            if many
            else _("%(areas)s, nobody in the chain has asked you for anything yet. For whom in this room do you work?")
        )
        said.append(nobody % names)
    elif many:
        said.append(_("Each of you reads what was asked of your area. Behind each request stands the client."))
    elif named:
        said.append(
            _("%(areas)s, read what %(customers)s asked of you. Behind each request stands the client.") % names
        )
    else:
        said.append(_("%(areas)s, read what was asked of you. Behind each request stands the client.") % names)
    if customers:
        said.append(_("Answer each one: I commit, I propose something else, or I cannot, because…"))
    if not suppliers:
        said.append(_("Behind you there is nobody else: here the chain of the client begins."))
    elif in_a_breath(suppliers):
        said.append(
            _("Now you are the customer: what do you need from %(suppliers)s to be able to keep that?")
            % {"suppliers": names_of(suppliers)}
        )
    else:
        said.append(_("Now you are the customer: what do you need from those who serve you to be able to keep that?"))
    if customers:
        gives = (
            _("And what must %(customers)s give you for it? For example, orders that are filled in correctly.")
            if named
            else _(
                "And what must those who asked you give you for it? For example, orders that are filled in correctly."
            )
        )
        said.append(gives % names)
    return said


def _say_answers(room: Room) -> list[str]:
    waiting = room.open_asks
    if not waiting:
        said = [
            _("Every request has its answer. Nothing stays in the air."),
            _("Is something still missing for the client? Say it now, before we write the contracts."),
        ]
    else:
        first = waiting[0].ask
        said = [
            _("Nothing stays in the air: we go through what still waits for an answer, one by one."),
            _("%(area)s: “%(request)s”. Do you commit, do you propose something else, or can you not?")
            % {"area": first.area_of(first.turn).name if first.turn else first.performer.name, "request": str(first)},
            _("A no with its reason is a good answer. A silence is none."),
        ]
    if room.unmet:
        said.append(
            _("These needs of the client nobody can meet today. They stay on the wall: who could make them possible?")
        )
    return said


def _say_agreements(room: Room) -> list[str]:
    reading = next((one for one in room.contracts if one.link.pk == room.workshop.reading_id), None)
    if reading is None:
        return [
            _("What you agreed is now a contract between each two areas. I read them out one by one."),
            _("When you hear yours, check every word. You sign on your phone, one person for each area."),
            _("You do not sign for me. You sign for the other area, and through it for the client."),
        ]
    return [
        _("%(supplier)s serves %(customer)s. I read out what each of you promises.")
        % {"supplier": reading.link.supplier.name, "customer": reading.link.customer.name},
        _("%(supplier)s, is this what you commit to? %(customer)s, is this what you need?")
        % {"supplier": reading.link.supplier.name, "customer": reading.link.customer.name},
        _("Then sign, please. If a word is wrong, say it now."),
    ]


def _say_close(room: Room) -> list[str]:
    if room.is_revealed() and room.mirror(SECOND):
        first = room.mirror(FIRST)
        return [
            _("Dashed is how we began, full is how we see ourselves now. What moved?")
            if first and first.people
            else _("This is how we see ourselves today. What do you notice?"),
            _("Each area reads out its improvement. Who will notice it first?"),
            _(
                "What you signed lives on in Eslabón, with its first dates. "
                "The client has felt nothing of it yet: that begins tomorrow. Thank you."
            ),
        ]
    return [
        _("The first question once more, in silence: how customer-focused are we, from 0 to 10?"),
        _("And each area leaves three things: a question, a reflection, and an improvement that it begins this week."),
    ]


def _why(room: Room) -> str:
    """With the latest open request of the room as the example, if there is one."""
    shown = next((one.ask for one in reversed(room.asks) if one.ask.state != State.DECLINED), None)
    if shown and room.problem:
        return _(
            "“It is not %(asker)s who wants this. The client says: %(problem)s; and %(asker)s passes it on to you. "
            "If you cannot do it, say why, and we look for another way together.”"
        ) % {"asker": shown.asker.name, "problem": room.problem.statement}
    return _(
        "“You do not do it for the other area. You do it for the client, who stands at the end of this chain. "
        "If you cannot do it, say why, and we look for another way together.”"
    )


# Only for the facilitator ---------------------------------------------------------------------------------------------


def _aside(room: Room) -> tuple[str, str, str, str]:
    """(title, what people do on their phones, what to watch for, when to go on)."""
    here = room.step
    turn = first_of(turn_of(room))
    if room.workshop.closed_at:
        return _("It is over"), "", "", ""
    if here is None:
        return (
            _("People come in"),
            _("They scan the square or type the code, write their name and choose their area."),
            _("An area is missing? Ask who can speak for it. Somebody has no phone? Write down for them."),
            _("Begin when most are in. Whoever comes later lands in the right place."),
        )
    if here.phase == Phase.MIRROR:
        if room.is_revealed():
            return (
                _("What the mirror shows"),
                _("They see how many chose each number, as on the wall."),
                _("Do not defend or explain the number. Two or three voices are enough."),
                _("Go on after a minute or two."),
            )
        return (
            _("The mirror"),
            _("A scale from 0 to 10. Each person can change the number until you show the answers."),
            _("Silence. Whoever talks now changes what the others answer."),
            _("Show the answers when nearly everybody has answered."),
        )
    if here.phase == Phase.PROBLEM:
        if room.is_revealed():
            return (
                _("Choose the problem"),
                _("They see the proposals in the order of their dots."),
                _("The dots advise, the room decides. A narrow problem that hurts is better than a large one."),
                _("Choose one and fix who is accountable and what is measured. Then go on."),
            )
        return (
            _("What hurts the client?"),
            _("They write problems and give out their dots. Nobody sees the dots until you show them."),
            _("Two say the same? Put them together. One blames an area? Ask how the client would say it."),
            _("Show the dots when they are given out."),
        )
    if here.phase == Phase.VOICE:
        return (
            _("The voice of the client"),
            _("%(areas)s write requests. The others see them arrive and wait for their turn.") % {"areas": turn},
            _("“Be faster” cannot be checked. Ask: how would both of you see that it is well done?"),
            _("Go on when %(areas)s asked for all that the client needs.") % {"areas": turn},
        )
    if here.phase == Phase.CHAIN:
        return (
            _("The turn of %(areas)s") % {"areas": turn},
            _("%(areas)s answer and ask. Whose turn is over can still answer and ask.") % {"areas": turn},
            _("A quick yes? Ask who takes care of it. A no? Ask for the reason, or for another way."),
            _("Go on when %(areas)s answered what reached them and asked for what they need.") % {"areas": turn},
        )
    if here.phase == Phase.ANSWERS:
        return (
            _("Nothing stays in the air"),
            _("Each area sees first what waits for its answer."),
            _("Two areas are stuck? Ask what the client would say if the client sat between them."),
            _("Go on when the list is empty, or when what is left has a name and a day."),
        )
    if here.phase == Phase.AGREEMENTS:
        return (
            _("Read out and sign"),
            _("They read the contract that you show, and sign for their area."),
            _("Somebody hesitates? Do not push. A promise that was pushed is not kept: go back and change it."),
            _("Go on when both sides of each contract have signed, or when you know who still has to."),
        )
    if room.is_revealed():
        return (
            _("Before and after"),
            _("They see both mirrors, and write what their area leaves."),
            _("The number matters less than the reason why it moved."),
            _("Close the workshop when each area has left its three, and thank everybody."),
        )
    return (
        _("The close"),
        _("The mirror again, then a question, a reflection and an improvement for each area."),
        _("An improvement is small and has a day. “Communicate better” is none."),
        _("Show the answers beside the first ones when nearly everybody has answered."),
    )


__all__ = ["Script", "joined", "names_of", "script_for"]

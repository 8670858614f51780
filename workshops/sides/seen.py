"""What an area has before its eyes, and the parts that it is drawn in."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from areas.models import Area, Link, Organization
from requests.models import Ask
from workshops import taking
from workshops.models import Seat, Workshop
from workshops.phases import Phase, Step
from workshops.room import label_of
from workshops.sides.reading import Standing, standing

# What is put in for each person; no text that somebody wrote can hold a NUL.
TOKEN, KEY, NOW = "\0token\0", "\0key\0", "\0now\0"


class Mine(NamedTuple):
    """What of a person changes what is drawn, beside the area: few kinds, so that few drawings are enough."""

    answered: bool = False
    is_ready: bool = False
    leads: bool = False


@dataclass(frozen=True)
class Part:
    id: str
    template: str
    # With an essence it may be a function: what is drawn already needs none.
    context: dict[str, Any] | Callable[[], dict[str, Any]] = field(default_factory=dict)
    # How it stands on the page: a class of phone.css.
    look: str = "card"
    # A person's own thing stands in it, beyond tokens and keys.
    is_personal: bool = False
    # All that it is drawn from, where that is little to say: what did not change is not drawn again.
    essence: tuple[Hashable, ...] | None = None


def mine_of(seat: Seat, leads: bool = False) -> Mine:
    """`leads`: whether the person's account leads the area, where the step asks for it."""
    which = taking.which_mirror(seat.workshop.at)
    step = seat.workshop.step
    return Mine(which in seat.answered, bool(step) and seat.ready_for == step, leads)


@dataclass
class Seen:
    """What the area has before its eyes, read once for a drawing."""

    workshop: Workshop
    area: Area
    mine: Mine
    language: str
    now: datetime
    stands: Standing

    @property
    def step(self) -> Step | None:
        return self.workshop.at

    @property
    def label(self) -> str:
        """The step in a word or two."""
        here = self.step
        return label_of(here, self.stands.shape.rounds) if here else _("Coming in")

    @property
    def areas(self) -> list[Area]:
        return self.stands.shape.areas

    @property
    def links(self) -> list[Link]:
        return self.stands.shape.links

    @property
    def needs(self) -> list[tuple[Ask, bool]]:
        return self.stands.needs(self.area) if self.my_place != 1 else []

    @property
    def questions(self) -> list[str]:
        return self.stands.questions(self.area, self.language)

    @property
    def organization(self) -> Organization:
        return self.workshop.scene

    @property
    def my_place(self) -> int:
        return self.stands.shape.place.get(self.area.pk, 0)

    def url(self, name: str, **more: str) -> str:
        return reverse(f"workshops:{name}", kwargs={"code": self.workshop.code, **more})

    def act(self, verb: str) -> str:
        return self.url("phone_act", verb=verb)


def seen_by(seat: Seat, language: str, now: datetime) -> Seen:
    """For a single form, outside of the drawing."""
    return Seen(seat.workshop, seat.area, mine_of(seat), language, now, standing(seat.workshop))


def leading(seen: Seen, words: str, *, reason: str = "", small: str = "") -> Part:
    return Part("p-lead", "workshops/phone/lead.html", {"words": words, "reason": reason, "small": small}, "hero")


def where_we_are(workshop: Workshop) -> str:
    """One sentence for who has just come in."""
    here = workshop.at
    if here is None:
        return _("We have not begun yet.")
    return {
        Phase.MIRROR: _("Everybody answers alone how customer-focused we are."),
        Phase.PROBLEM: _("Together we choose the most important problem of the client."),
        Phase.VOICE: _("The areas next to the client speak for the client, and ask their suppliers."),
        Phase.CHAIN: _("Each area answers what reached it, and asks on along the chain."),
        Phase.ANSWERS: _("We settle what is still open."),
        Phase.AGREEMENTS: _("The contracts are read out and signed."),
        Phase.CLOSE: _("We look into the mirror again, and each area leaves three things."),
    }[here.phase]

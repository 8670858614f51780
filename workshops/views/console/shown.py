"""What the console shows beyond the room: who sits where, contracts as they are read out, what is still open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.access import Actor, MemberRequest
from areas.models import Link
from contracts.drafting import Line
from contracts.models import Signature
from contracts.words import Side
from post.near import lan_addresses
from requests.wording import sentence
from workshops import charts, qr, running
from workshops.models import Seat, Workshop
from workshops.phases import DOTS, Phase, Takes
from workshops.room import FIRST, SECOND, AreaNow, AskNow, ContractNow, LinkNow, Room, read_room
from workshops.script import Script, script_for
from workshops.sent_on import SentOn, sent_on

SEAT_BUTTON = '<button class="btn small quiet{}" formaction="{}" name="seat" value="{}"{}>{}</button>'


@dataclass
class Signing:
    """One side of a contract: who signed, or who still has to."""

    side: Side
    area: str
    signature: Signature | None
    here: Signature | None


@dataclass
class Reading:
    """A contract as it is read out."""

    contract: ContractNow
    sides: list[Signing]
    is_shown: bool
    promises: list[tuple[str, list[tuple[Line, str]]]] = field(default_factory=list)

    @property
    def link(self) -> Link:
        return self.contract.link

    @property
    def missing(self) -> int:
        return sum(side.signature is None for side in self.sides) if self.contract.is_change else 0


@dataclass
class AreaBox:
    """An area on the console: who sits for it, and what it left at the close."""

    now: AreaNow
    seats: list[Seat]
    left: list[tuple[str, str]]
    rows: SafeString

    @property
    def names(self) -> str:
        """As many as two lines show."""
        return ", ".join(seat.name for seat in self.seats[:12])

    @property
    def is_ready(self) -> bool:
        return bool(self.now.people) and self.now.ready == self.now.people


@dataclass
class Lane:
    """A link with what was asked on it, in the order of this step."""

    link: LinkNow
    asks: list[AskNow]
    open: int


class Console:
    """Everything that the page of the console needs, read once."""

    def __init__(self, request: MemberRequest, actor: Actor, workshop: Workshop, now: datetime) -> None:
        self.request, self.actor, self.workshop, self.now = request, actor, workshop, now
        self.room: Room = read_room(workshop, now)
        self.script: Script = script_for(self.room)
        self.undoes = running.what_undo(workshop)
        self.is_mine = workshop.driver_id == actor.membership.pk
        self.is_over = not workshop.is_open(now)
        self.left = running.seconds_left(workshop, now)

    @property
    def act_url(self) -> str:
        """Where acts go, without their verb."""
        here = {"org": self.actor.organization.ref, "ref": self.workshop.ref}
        return reverse("workshops:console", kwargs=here)

    @property
    def may_act(self) -> bool:
        return self.is_mine and not self.is_over

    @property
    def phase(self) -> str:
        if self.workshop.closed_at:
            return "closed"
        return self.room.step.phase.value if self.room.step else "lobby"

    @property
    def clock(self) -> str:
        minutes, seconds = divmod(self.left or 0, 60)
        return f"{minutes}:{seconds:02}"

    @property
    def lengths(self) -> list[int]:
        """Offered for the timer: what the step is planned to take, then the usual ones."""
        here = self.room.step
        planned = [self.workshop.minutes_for(here.phase)] if here else []
        return list(dict.fromkeys([*planned, 1, 3, 5, 10]))

    @property
    def is_revealed(self) -> bool:
        return self.room.is_revealed()

    @property
    def can_reveal(self) -> bool:
        here = self.room.step
        return here is not None and here.phase in (Phase.MIRROR, Phase.PROBLEM, Phase.CLOSE) and not self.is_revealed

    # People

    @property
    def boxes(self) -> list[AreaBox]:
        by_area: dict[int, list[Seat]] = {}
        for seat in Seat.objects.filter(workshop=self.workshop, left_at=None, removed_at=None):
            by_area.setdefault(seat.area_id, []).append(seat)
        left: dict[int, list[tuple[str, str]]] = {}
        for one in self.room.takeaways:
            left.setdefault(one.area_id, []).append((str(Takes(one.kind).label), one.text))
        draw = self._seat_row()
        return [
            AreaBox(one, seats, left.get(one.area.pk, []), mark_safe("".join(map(draw, seats))))
            for one in self.room.areas
            for seats in [by_area.get(one.area.pk, [])]
        ]

    def _seat_row(self) -> Callable[[Seat], SafeString]:
        """Draws the row of a person. Put together here: templates took a tenth of a second for three hundred."""
        step = self.workshop.step
        out, no_phone = pgettext("of the room", "Take out"), _("no phone")
        sure = _("Take %(name)s out of the room? What was said stays.")
        here = self.act_url

        def row(seat: Seat) -> SafeString:
            tag = format_html(' <span class="tag">{}</span>', no_phone) if seat.has_no_phone else ""
            if not self.may_act:
                return format_html('<li><span dir="auto">{}</span>{}</li>', seat.name, tag)
            ready: SafeString | str = ""
            if step and seat.has_no_phone:
                is_ready = seat.ready_for == step
                ready = format_html(
                    SEAT_BUTTON,
                    "",
                    f"{here}ready/?is=no" if is_ready else f"{here}ready/",
                    seat.ref,
                    "",
                    _("not ready") if is_ready else _("ready"),
                )
            question = format_html(' data-confirm="{}" data-confirm-yes="{}"', sure % {"name": seat.name}, out)
            remove = format_html(SEAT_BUTTON, " danger", f"{here}remove/", seat.ref, question, out)
            return format_html(
                '<li><span dir="auto">{}</span>{}<span class="c-acts">{}{}</span></li>', seat.name, tag, ready, remove
            )

        return row

    @property
    def not_ready(self) -> str | None:
        """The question before going on. Coming in and the two mirrors know no “ready”."""
        if self.room.step is None:
            return _("Nobody is in yet. Begin anyway?") if not self.room.people else None
        return running.not_ready(self.room.people, self.room.ready)

    @property
    def joining(self) -> dict[str, Any]:
        """How phones come in, and what to do if they cannot."""
        host = self.request.get_host()
        lost = qr.unreachable(qr.origin(self.request).partition("://")[2])
        port = host.rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
        near = [f"{address}:{port}" if port else address for address in lan_addresses()] if lost else []
        url = qr.join_url(self.request, self.workshop)
        return {
            "url": url,
            "square": qr.svg(url),
            "said": qr.spoken(qr.enter_url(self.request)),
            "is_lost": lost,
            "host": host,
            "near": near[:3],
        }

    # The step

    @property
    def dots_given(self) -> tuple[int, int]:
        return sum(self.room.given.values()), self.room.people * DOTS

    @property
    def lanes(self) -> list[Lane]:
        """Links on which something was asked, those of this round first, then those that are lit and still empty."""
        found = [
            Lane(one, [*one.needs, *one.requirements], sum(ask.is_open for ask in (*one.needs, *one.requirements)))
            for one in self.room.links
        ]
        found = [lane for lane in found if lane.asks or lane.link.is_lit]
        return sorted(found, key=lambda lane: not lane.link.is_lit)

    @cached_property
    def sent_on(self) -> list[SentOn]:
        return sent_on(self.room)

    @property
    def waiting(self) -> list[AskNow]:
        return self.room.open_asks

    @property
    def readings(self) -> list[Reading]:
        return [self._reading(one) for one in self.room.contracts]

    def _reading(self, one: ContractNow) -> Reading:
        sides = [
            Signing(side, area.name, one.signed.get(side), one.here.get(side))
            for side, area in ((Side.SUPPLIER, one.link.supplier), (Side.CUSTOMER, one.link.customer))
        ]
        reading = Reading(one, sides, one.link.pk == self.workshop.reading_id)
        if reading.is_shown:
            gives = _("%(area)s promises") % {"area": one.link.supplier.name}
            gets = _("%(area)s gives for it") % {"area": one.link.customer.name}
            scene = self.workshop.scene
            reading.promises = [
                (title, [(line, sentence(line.promise, scene)) for line in lines])
                for title, lines in ((gives, one.needs), (gets, one.requirements))
                if lines
            ]
        return reading

    @property
    def pictures(self) -> dict[str, Any]:
        first, second = self.room.mirror(FIRST), self.room.mirror(SECOND)
        return {"chart": charts.mirrors(first, second), "first": first, "second": second}

    @property
    def still_open(self) -> list[str]:
        """What is not done, said plainly; it keeps nobody from closing."""
        room = self.room
        contracts = room.contracts or read_room(self.workshop, self.now, with_contracts=True).contracts
        unsigned = sum(1 for one in contracts if one.is_change and any(side not in one.signed for side in Side))
        provisional = sum(len(one.here) for one in contracts)
        quiet = [one.area.name for one in room.peopled if not any(t.area_id == one.area.pk for t in room.takeaways)]
        found = []
        if not room.problem:
            found.append(_("The room has not chosen the client's problem."))
        if room.open_asks:
            n = len(room.open_asks)
            found.append(
                ngettext("%(n)s request has no answer yet.", "%(n)s requests have no answer yet.", n) % {"n": n}
            )
        if room.unmet:
            n = len(room.unmet)
            found.append(
                ngettext(
                    "%(n)s need of the client is met by nobody.", "%(n)s needs of the client are met by nobody.", n
                )
                % {"n": n}
            )
        if unsigned:
            found.append(
                ngettext(
                    "%(n)s contract does not bind yet: a signature is missing.",
                    "%(n)s contracts do not bind yet: signatures are missing.",
                    unsigned,
                )
                % {"n": unsigned}
            )
        if provisional:
            found.append(
                ngettext(
                    "%(n)s signature was given here as a guest and waits for its confirmation.",
                    "%(n)s signatures were given here as guests and wait for their confirmation.",
                    provisional,
                )
                % {"n": provisional}
            )
        if quiet:
            found.append(_("These areas have left nothing yet: %(areas)s.") % {"areas": ", ".join(quiet)})
        return found

    def context(self) -> dict[str, Any]:
        here = {"org": self.actor.organization.ref, "ref": self.workshop.ref}
        return {
            "actor": self.actor,
            "org": self.actor.organization.ref,
            "workshop": self.workshop,
            "console": self,
            "room": self.room,
            "script": self.script,
            "act_url": self.act_url,
            "record_url": reverse("workshops:record", kwargs=here),
            "now_url": reverse("workshops:console_now", kwargs=here),
            "ends_at": self.workshop.timer_ends_at.isoformat() if self.workshop.timer_ends_at else "",
            "server_now": self.now.isoformat(),
        }

"""The lines of a sheet: what each says in its pill, its colour and its marks, and the lanes in which they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Organization
from contracts.clock import Standing
from contracts.marks import Mark, marks
from contracts.models import Removal
from contracts.sheets.kept import Kept, Outlook, outlook
from requests.models import Act, Ask, Promise
from requests.states import Direction, Verb, other
from requests.states import Side as RequestSide
from requests.trace import Step
from requests.wording import Difference, sentence

LANES = (Direction.NEED, Direction.REQUIREMENT)


class Status(models.TextChoices):
    """What a line of a sheet is, in the words of its pill."""

    IN_FORCE = "in_force", _("in force")
    CHANGED = "changed", _("change agreed")
    REMOVED = "removed", _("removal proposed")
    NEW = "new", _("agreed, not signed yet")
    ASKED = "asked", _("asked")
    COUNTERED = "countered", _("counter-offer")
    UNMET = "unmet", _("unmet need")
    DECLINED = "declined", _("declined")
    ELSEWHERE = "elsewhere", _("taken over")
    DRAFT = "draft", _("draft")


PILL = {
    Status.IN_FORCE: "in_force",
    Status.CHANGED: "unsigned",
    Status.REMOVED: "soon",
    Status.NEW: "unsigned",
    Status.ASKED: "asked",
    Status.COUNTERED: "countered",
    Status.UNMET: "unmet",
    Status.DECLINED: "declined",
    Status.ELSEWHERE: "neutral",
    Status.DRAFT: "draft",
}
TONE = {
    Status.IN_FORCE: "kept",
    Status.CHANGED: "kept changed",
    Status.REMOVED: "kept dropped",
    Status.NEW: "open new",
    Status.ASKED: "open",
    Status.COUNTERED: "open",
    Status.UNMET: "broken",
    Status.DECLINED: "",
    Status.ELSEWHERE: "",
    Status.DRAFT: "draft",
}

# Nothing to be told beyond "in force".
AT_REST = (Standing.UPCOMING, Standing.KEPT, Standing.REPAIRED, Standing.WAIVED, Standing.CANCELLED)


@dataclass
class Entry:
    """One line of a lane: a clause in force, an ask under negotiation, a need that stays unmet."""

    ask: Ask
    promise: Promise
    status: Status
    owner_name: str
    organization: Organization
    path: list[Step] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    spoken: list[Act] = field(default_factory=list)
    removal: Removal | None = None
    kept: Kept | None = None
    verbs: dict[Verb, str | None] = field(default_factory=dict)
    owner_left: bool = False
    my_turn: bool = False
    unanswered: bool = False
    amendment: Entry | None = None
    onward: Ask | None = None
    may_amend: bool = False
    may_remove: bool = False
    may_take_back: bool = False
    may_start: bool = False

    @property
    def is_quiet(self) -> bool:
        """Nobody talks about it and nothing of it changes: what it says is in its fields (contracts.sheets.essence)."""
        talk = self.ask.is_open or self.spoken or self.onward or self.amendment
        return not (talk or self.removal or self.differences or self.status == Status.DRAFT)

    @property
    def html_id(self) -> str:
        return f"ask-{self.ask.ref}"

    @cached_property
    def outcome(self) -> str:
        return self.promise.outcome if self.promise.outcome else str(self.ask)

    @cached_property
    def sentence(self) -> str:
        return sentence(self.promise, self.organization)

    @property
    def standing(self) -> Standing | None:
        """Where the delivery stands that matters most now."""
        return self.kept.standing if self.kept else None

    @property
    def _stirs(self) -> Standing | None:
        """A standing that says more than that the promise is in force."""
        told = self.status == Status.IN_FORCE and self.standing not in (None, *AT_REST)
        return self.standing if told else None

    @cached_property
    def pill(self) -> str:
        return str(self._stirs) if self._stirs else PILL[self.status]

    @cached_property
    def word(self) -> str:
        return str((self._stirs or self.status).label)

    @cached_property
    def tone(self) -> str:
        if self._stirs in (Standing.OVERDUE, Standing.BROKEN):
            return "broken"
        if self.my_turn or self.unanswered or self._stirs in (Standing.DUE_SOON, Standing.PAUSED):
            return "soon"
        return TONE[self.status]

    @cached_property
    def outlook(self) -> Outlook | None:
        return outlook(self.kept, self.promise) if self.kept else None

    @cached_property
    def why(self) -> tuple[Step, ...]:
        """From the client's problem down to the ask itself."""
        return tuple(reversed(self.path))

    @property
    def countered_by(self) -> str:
        """The area whose counter-offer is on the table."""
        return self.ask.area_of(other(RequestSide(self.ask.turn))).name if self.ask.turn else ""

    @cached_property
    def marks(self) -> tuple[Mark, Mark, Mark]:
        """Who left the organization answers for nothing any more."""
        return marks(self.promise, "" if self.owner_left else self.owner_name, self.path)

    @cached_property
    def hints(self) -> list[str]:
        """What would make the wording better, while it still can be changed. The owner is named when one commits."""
        if self.status not in (Status.ASKED, Status.COUNTERED, Status.DRAFT):
            return []
        return [mark.hint for mark in self.marks if not mark.holds and mark.name != "owned"]

    @property
    def may(self) -> set[str]:
        return {str(verb) for verb, refusal in self.verbs.items() if refusal is None}


@dataclass
class Group:
    """Lines of a lane that stand for the same thing."""

    name: str
    title: str
    entries: list[Entry]


@dataclass
class Lane:
    """One direction of the contract."""

    direction: Direction
    asker: Area
    performer: Area
    groups: list[Group]
    may_ask: bool

    @property
    def title(self) -> str:
        return title_of(self.asker, self.performer, self.direction)

    @property
    def css(self) -> str:
        return "needs" if self.direction == Direction.NEED else "requirements"

    @cached_property
    def entries(self) -> list[Entry]:
        return [entry for group in self.groups for entry in group.entries]

    @property
    def in_force(self) -> int:
        return sum(entry.status in (Status.IN_FORCE, Status.CHANGED, Status.REMOVED) for entry in self.entries)


def title_of(asker: Area, performer: Area, direction: str) -> str:
    """The heading of a lane."""
    if direction == Direction.NEED:
        text = _("What %(customer)s needs from %(supplier)s")
        return str(text) % {"customer": asker.name, "supplier": performer.name}
    text = _("What %(supplier)s requires of %(customer)s")
    return str(text) % {"customer": performer.name, "supplier": asker.name}

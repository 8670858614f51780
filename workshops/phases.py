"""The exercise as a plan of steps: seven phases, of which the chain has one round per distance from the client.

A leaf: pure, without the database, so that everything may read it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy


class Phase(models.TextChoices):
    MIRROR = "mirror", pgettext_lazy("phase", "Mirror")
    PROBLEM = "problem", pgettext_lazy("phase", "Problem")
    VOICE = "voice", pgettext_lazy("phase", "Voice of the client")
    CHAIN = "chain", pgettext_lazy("phase", "Chain")
    ANSWERS = "answers", pgettext_lazy("phase", "Answers")
    AGREEMENTS = "agreements", pgettext_lazy("phase", "Agreements")
    CLOSE = "close", pgettext_lazy("phase", "Close")


class Takes(models.TextChoices):
    """What each area leaves at the end (S2.5)."""

    QUESTION = "question", gettext_lazy("A question")
    REFLECTION = "reflection", gettext_lazy("A reflection")
    IMPROVEMENT = "improvement", gettext_lazy("An improvement")


ORDER: tuple[Phase, ...] = tuple(Phase)
# These may be left out and stand anywhere; the others come in the order of the method.
MOVABLE = frozenset({Phase.MIRROR, Phase.PROBLEM, Phase.CLOSE})
MINUTES: dict[Phase, int] = {
    Phase.MIRROR: 5,
    Phase.PROBLEM: 15,
    Phase.VOICE: 15,
    Phase.CHAIN: 12,  # each round
    Phase.ANSWERS: 15,
    Phase.AGREEMENTS: 15,
    Phase.CLOSE: 10,
}
LEAST_MINUTES, MOST_MINUTES = 1, 180

DOTS = 5
DOTS_ON_ONE = 3
SCORES = range(11)

Node = TypeVar("Node", bound=Hashable)


class Step(NamedTuple):
    """One stop of the exercise. `round`: the distance from the client whose turn it is, in the chain only."""

    phase: Phase
    round: int = 0

    @property
    def key(self) -> str:
        return f"{self.phase.value}:{self.round}" if self.phase == Phase.CHAIN else self.phase.value

    def __str__(self) -> str:
        return self.key


def read(key: str) -> Step | None:
    """The step of a key; None before the workshop has begun. Raises ValueError for what is no key."""
    if not key:
        return None
    phase, _colon, number = key.partition(":")
    return Step(Phase(phase), int(number or 0))


def places(distances: Mapping[Node, int], areas: Iterable[Node]) -> dict[Node, int]:
    """Area → the round in which its turn comes: its distance; areas that no path joins to the client come last."""
    found = {area: distances[area] for area in areas if distances.get(area)}
    last = max([*found.values(), 1]) + 1
    return {area: found.get(area, last) for area in areas if distances.get(area) != 0}


def rounds(places: Mapping[Node, int]) -> list[int]:
    """The rounds of the chain: every place but the first, whose areas have the voice of the client."""
    return sorted({place for place in places.values() if place >= 2})


def steps(plan: Sequence[str], chain: Sequence[int]) -> list[Step]:
    """The steps of a plan for a chain with these rounds."""
    found: list[Step] = []
    for phase in map(Phase, plan):
        if phase == Phase.CHAIN:
            found += [Step(phase, number) for number in chain]
        else:
            found.append(Step(phase))
    return found


def why_not_plan(plan: Sequence[str]) -> str | None:
    """None if the phases can be played in this order, else the sentence that says what is wrong."""
    if len(set(plan)) != len(plan) or not set(plan) <= set(Phase.values):
        return _("Each phase stands once in the plan.")
    fixed = [phase for phase in plan if phase not in MOVABLE]
    if fixed != [phase.value for phase in ORDER if phase not in MOVABLE]:
        return _("Voice of the client, chain, answers and agreements stay, in this order.")
    return None


def neighbour(line: Sequence[Step], here: Step | None, way: int) -> Step | None:
    """The step before (-1) or after (1); None past either end. One that the chain no longer has, as when an area was
    taken out in its round, stands between those that are there.
    """
    if here is None:
        return line[0] if way > 0 and line else None
    if here in line:
        at = line.index(here) + way
    else:
        before = [n for n, step in enumerate(line) if _stands_before(step, here)]
        last = max(before, default=-1)
        at = last + 1 if way > 0 else last
    return line[at] if 0 <= at < len(line) else None


def _stands_before(step: Step, here: Step) -> bool:
    if step.phase in MOVABLE:
        # It may stand anywhere, so it tells nothing.
        return False
    if step.phase == here.phase:
        return step.round < here.round
    return ORDER.index(step.phase) < ORDER.index(here.phase)


def writes(step: Step | None, place: int) -> bool:
    """May an area of this place ask now? Areas whose round is over may still."""
    if step is None or place < 1:
        return False
    if step.phase == Phase.VOICE:
        return place == 1
    return step.phase == Phase.CHAIN and place <= step.round


def answers(step: Step | None, place: int) -> bool:
    """May an area of this place answer what reached it now?"""
    if step is None or place < 1:
        return False
    return writes(step, place) or step.phase in (Phase.ANSWERS, Phase.AGREEMENTS)


def turn(step: Step | None, place: int) -> str:
    """`now`, `before` or `after` its turn; `now` for everybody where no area has a turn of its own."""
    if step is None or step.phase not in (Phase.VOICE, Phase.CHAIN):
        return "now"
    here = 1 if step.phase == Phase.VOICE else step.round
    return "now" if place == here else "before" if place > here else "after"

"""Chain, asks and contracts of a room: what all areas have in common, read once in a process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any, TypeVar

from areas.guiding import questions_for
from areas.models import Area
from requests.models import Ask, ClientProblem
from workshops import taking
from workshops.models import Workshop
from workshops.room import AskNow, ContractNow, Shape, contracts_of, read_talk

Known = TypeVar("Known")


class Standing:
    """Chain, asks and contracts of a room at one revision of its scene: read once in this process, by the first screen
    that needs them, for the phones of all areas. Nobody changes what comes from here.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._read: dict[Hashable, Any] = {}
        self._lock = RLock()

    def _once(self, name: Hashable, read: Callable[[], Known]) -> Known:
        with self._lock:
            if name not in self._read:
                self._read[name] = read()
            found: Known = self._read[name]
            return found

    @property
    def talk(self) -> tuple[Shape, list[AskNow]]:
        return self._once("talk", lambda: read_talk(self._workshop))

    @property
    def shape(self) -> Shape:
        return self.talk[0]

    @property
    def asks(self) -> list[AskNow]:
        return self.talk[1]

    @property
    def problem(self) -> ClientProblem | None:
        return self._once("problem", lambda: self._workshop.problem)

    @property
    def contracts(self) -> list[ContractNow]:
        return self._once("contracts", lambda: contracts_of(self._workshop, self.shape.links, self.asks))

    def needs(self, area: Area) -> list[tuple[Ask, bool]]:
        """What reached an area, as `taking.reached` tells it."""
        return self._once(("needs", area.pk), lambda: taking.reached(self._workshop, area))

    def questions(self, area: Area, language: str) -> list[str]:
        return self._once(("questions", area.pk, language), lambda: questions_for(area, language))


MOST_STANDING = 8
_standing: OrderedDict[tuple[Any, ...], Standing] = OrderedDict()
_lock = Lock()


def standing(workshop: Workshop) -> Standing:
    """Whatever changes there raises the revision of the scene, in its own transaction (areas.journal)."""
    key = (workshop.pk, workshop.scene_id, workshop.scene.revision, workshop.problem_id)
    with _lock:
        found = _standing.setdefault(key, Standing(workshop))
        _standing.move_to_end(key)
        while len(_standing) > MOST_STANDING:
            _standing.popitem(last=False)
    # One row less to read for who draws.
    workshop.problem = found.problem
    return found

"""Three marks that help to write a good promise: measurable, owned, traceable. Hints; they never block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _


class Worded(Protocol):
    """What the marks read of a promise, be it terms under negotiation or a frozen clause."""

    @property
    def satisfaction(self) -> str: ...
    @property
    def indicator(self) -> str: ...
    @property
    def target(self) -> object: ...


class Hop(Protocol):
    @property
    def kind(self) -> str: ...


class Mark(NamedTuple):
    name: str
    word: str
    holds: bool
    hint: str


def is_measurable(promise: Worded) -> bool:
    """It has an indicator with a target, or a condition that both can check."""
    return bool(promise.indicator.strip() and promise.target is not None) or bool(promise.satisfaction.strip())


def is_owned(owner_name: str) -> bool:
    return bool(owner_name.strip())


def is_traceable(path: Sequence[Hop]) -> bool:
    """The path ends at a problem of the client, not somewhere inside the house."""
    return bool(path) and path[-1].kind == "problem"


def marks(promise: Worded, owner_name: str, path: Sequence[Hop]) -> tuple[Mark, Mark, Mark]:
    """The three marks with what would help where one is missing."""
    return (
        Mark(
            "measurable",
            _("measurable"),
            is_measurable(promise),
            _("Say what you count, or how both of you see that it is well done."),
        ),
        Mark("owned", _("owned"), is_owned(owner_name), _("Name the person who answers for it.")),
        Mark(
            "traceable",
            _("traceable to the client"),
            is_traceable(path),
            _("Say which problem of the client it helps to solve."),
        ),
    )

"""What a wall is made of: lines, cards, stops, figures, and the picture as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.utils.safestring import SafeString

from workshops.models import Workshop
from workshops.room import Room


class Item(NamedTuple):
    """A line of a list. `ident` stays; `key` changes with what the line says, so that the screen sees what is new."""

    ident: str
    key: str
    text: str
    pill: str = ""
    word: str = ""
    detail: str = ""
    said: str = ""
    changes: tuple[tuple[str, str], ...] = ()
    dots: int = 0


class Card(NamedTuple):
    """A list under its question. `empty`: what to do so that something comes."""

    ident: str
    title: str
    items: list[Item]
    empty: str = ""


class Stop(NamedTuple):
    """A stop of the step line; the rounds of the chain are one."""

    label: str
    state: str


class Figure(NamedTuple):
    value: str
    words: str


@dataclass
class Wall:
    """Everything that the page shows, in the active language."""

    room: Room
    kind: str
    statement: str
    stops: list[Stop]
    here: str
    timer_ends_at: datetime | None
    timer_left: int | None
    people: str
    areas: str
    may_join: bool
    why_not_join: str = ""
    cards: list[Card] = field(default_factory=list)
    pictures: list[tuple[str, SafeString]] = field(default_factory=list)
    said: dict[str, object] = field(default_factory=dict)

    @property
    def workshop(self) -> Workshop:
        return self.room.workshop

"""What a phone shows: always one thing to do, with its reason.

What of it is the same for all phones of an area is drawn once for each pulse of the room and kept in the process; what
is a person's own (the token of the forms, the keys, the dots) is put in for each. Everything that a screen can show
raises the pulse, so nothing has to be thrown away.

A page is made of parts, each with a fingerprint: the phone changes only those that are new, and none in which somebody
writes.
"""

from workshops.sides.beginning import Bar, bars
from workshops.sides.cards import MOST_SETTLED, Writing, writing
from workshops.sides.drawing import Shown, drawn, joined, tag_of
from workshops.sides.end import Leaving, leaving
from workshops.sides.person import Person, personal, whole
from workshops.sides.reading import Standing, standing
from workshops.sides.seen import KEY, TOKEN, Mine, Seen, mine_of, seen_by, where_we_are

__all__ = [
    "KEY",
    "MOST_SETTLED",
    "TOKEN",
    "Bar",
    "Leaving",
    "Mine",
    "Person",
    "Seen",
    "Shown",
    "Standing",
    "Writing",
    "bars",
    "drawn",
    "joined",
    "leaving",
    "mine_of",
    "personal",
    "seen_by",
    "standing",
    "tag_of",
    "where_we_are",
    "whole",
    "writing",
]

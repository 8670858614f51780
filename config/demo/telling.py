"""Telling both stories: all of it or nothing, once."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import translation

from areas.models import Organization
from config.demo.cast import LANTERN, MUEBLES, Cast
from config.demo.lantern import play as play_lantern
from config.demo.muebles import play as play_muebles
from config.demo.stage import Stage
from config.processes import follow_parent

# Two starts at once: the second waits and then finds the companies. Any number that nobody else uses.
LOCK = 7_263_401
GO, TOLD = b"g", b"t"


@dataclass(frozen=True)
class Story:
    cast: Cast
    play: Callable[[Stage], None]

    def tell(self, now: datetime) -> None:
        """In the caller's transaction."""
        with translation.override(self.cast.language), _as_a_whole():
            self.play(Stage(self.cast, now))


STORIES = (Story(MUEBLES, play_muebles), Story(LANTERN, play_lantern))


class NotEmpty(Exception):
    """Real organizations live here; invented ones stay away from them."""


def untold() -> list[Story]:
    """What is still to be told; of two, one is, if a start was killed between their last words. Raises NotEmpty."""
    companies = Organization.objects.filter(is_demo=True)
    told = set(companies.values_list("memberships__user__email", flat=True))
    if not told and Organization.objects.exists():
        raise NotEmpty("The demo loads into an empty database only; this one holds an organization already.")
    return [story for story in STORIES if not any(person.email in told for person in story.cast.people)]


def tell(now: datetime) -> bool:
    """Load the demo companies, one after the other. False if they are here already. Raises NotEmpty."""
    with transaction.atomic():
        _alone()
        stories = untold()
        for story in stories:
            story.tell(now)
    return bool(stories)


def tell_at_once(now: datetime) -> bool:
    """`tell` in half the time: each company by a process of its own. They end together, so it is both or none, but for
    a kill between the two commits; the next start then tells the one that is missing.
    """
    # Elsewhere a copy of a process may not use what the system's libraries keep.
    if sys.platform != "linux" or connection.in_atomic_block:
        return tell(now)
    connections.close_all()
    # Read once for both.
    reverse("post:mailbox")
    first, second = STORIES
    with _beside(second, now) as other, transaction.atomic():
        _alone()
        stories = untold()
        if second in stories:
            other.go()
        if first in stories:
            first.tell(now)
        if second in stories:
            other.end()
    return bool(stories)


@contextmanager
def _as_a_whole() -> Iterator[None]:
    """No part of a story is ever taken back alone, so the deeds in it need no savepoints of their own."""
    known = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = known


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _plan_as_written()


def _plan_as_written() -> None:
    """A deed reads one row with all that hangs on it: as written, or the planner thinks longer than it reads."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL join_collapse_limit = 1")


# In a process of its own ----------------------------------------------------------------------------------------------


class NotTold(Exception):
    """The other process ended before its company was there."""


class _Beside:
    """A process that tells one story when it is asked to, and commits it when it is asked again."""

    def __init__(self, story: Story, now: datetime) -> None:
        self._story, self._now = story, now
        asked, self._ask = os.pipe()
        self._told, answer = os.pipe()
        parent = os.getpid()
        self._pid = os.fork()
        if not self._pid:
            follow_parent(signal.SIGKILL, parent)
            os.close(self._ask)
            os.close(self._told)
            self._be(asked, answer)
        os.close(asked)
        os.close(answer)

    def _be(self, asked: int, answer: int) -> NoReturn:
        code = 1
        try:
            if os.read(asked, 1) == GO:
                with transaction.atomic():
                    _plan_as_written()
                    with connection.cursor() as cursor:
                        # The other process waits for this one, which the database cannot know.
                        cursor.execute("SET LOCAL lock_timeout = '30s'")
                    self._story.tell(self._now)
                    os.write(answer, TOLD)
                    if os.read(asked, 1) != GO:
                        raise NotTold
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            # Nothing of the parent's is to be tidied up here.
            os._exit(code)

    def go(self) -> None:
        os.write(self._ask, GO)

    def end(self) -> None:
        """Have it commit. Raises NotTold."""
        if os.read(self._told, 1) == TOLD:
            self.go()
            pid, self._pid = self._pid, 0
            if os.waitpid(pid, 0)[1] == 0:
                return
        raise NotTold(f"{self._story.cast.name} could not be told.")

    def leave(self) -> None:
        os.close(self._ask)
        os.close(self._told)
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


@contextmanager
def _beside(story: Story, now: datetime) -> Iterator[_Beside]:
    other = _Beside(story, now)
    try:
        yield other
    finally:
        other.leave()

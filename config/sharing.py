"""The loop of a web process that shares its socket with others: it takes connections one at a time.

The usual loops take all that wait in one go, so that of twenty people who come at the same moment one process gets
sixteen, for as long as they stay. Whoever takes one and then sees to it leaves the next to a process that is less busy.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvloop

logger = logging.getLogger(__name__)

# Seconds in which the next one is left to the others: a thousand streams that come back are taken within a second.
TURN = 0.001
# When no more files can be opened, connections wait in the queue of the socket.
FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
UNTIL_THERE_IS_ROOM = 1.0


class Listening:
    """What the server wants of its listener."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, made: Callable[[], asyncio.Protocol]):
        self._loop = loop
        self._socket = sock
        self._made = made
        self._beginning: set[asyncio.Task[None]] = set()
        self._listens = True
        self._look()

    def _look(self) -> None:
        if self._listens:
            self._loop.add_reader(self._socket, self._take_one)

    def _look_away(self, seconds: float) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.call_later(seconds, self._look)

    def _take_one(self) -> None:
        try:
            connection, _address = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            # Another process was quicker.
            return
        except OSError as error:
            if error.errno not in FULL:
                raise
            logger.error("No connection can be taken now: %s", error)
            self._look_away(UNTIL_THERE_IS_ROOM)
            return
        self._look_away(TURN)
        connection.setblocking(False)
        task = self._loop.create_task(self._begin(connection))
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    async def _begin(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._made, connection)
        except OSError:
            # Gone again.
            connection.close()

    def close(self) -> None:
        if self._listens:
            self._listens = False
            self._loop.remove_reader(self._socket)

    async def wait_closed(self) -> None:
        """Connections that have begun live on; the server waits for them."""
        await asyncio.gather(*self._beginning)


class Loop(uvloop.Loop):
    async def create_server(self, made: Callable[[], asyncio.Protocol], *args: Any, **more: Any) -> Any:  # type: ignore[override]
        sock: socket.socket | None = more.get("sock")
        if sock is None or more.get("ssl"):
            return await super().create_server(made, *args, **more)
        sock.setblocking(False)
        sock.listen(more.get("backlog", 100))
        return Listening(self, sock, made)

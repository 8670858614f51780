"""One port, two ways in: the stream of live signals, and every page.

Pages are Django as WSGI in a pool of threads (each keeps its database connection); the stream is a plain ASGI function
that costs no thread and touches no database.
"""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

# Only now that Django is set up may its rooms be imported.
from post import live  # noqa: E402

Handler = Callable[[int, FrameType | None], object]

# Two cores are kept busy by far fewer; the rest wait for the database or for a slow reader.
THREADS = settings.WEB_THREADS
# A little above settings.DATA_UPLOAD_MAX_MEMORY_SIZE.
MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024
_pages = WSGIMiddleware(_django, workers=THREADS)  # type: ignore[arg-type]


async def application(scope: live.Scope, receive: live.Receive, send: live.Send) -> None:
    kind = scope["type"]
    if kind == "lifespan":
        await _live_as_long_as_the_server(receive, send)
    elif kind == "http" and scope["path"] == "/live":
        await live.stream(scope, receive, send)
    else:
        if kind == "http":
            # WSGI would read `X_Forwarded_For`, which no proxy takes out, as if it were `X-Forwarded-For`.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
            if scope["method"] not in {"GET", "HEAD"}:
                whole = await _once_it_is_here(receive)
                if whole is None:
                    return
                receive = whole
        await _pages(scope, receive, send)  # type: ignore[arg-type]


async def _once_it_is_here(receive: live.Receive) -> live.Receive | None:
    """Wait for what is sent before a thread takes the request: a few slow senders would hold all threads.

    More than Django would accept is not waited for: it is Django that refuses it. None: the sender left half-way, and
    nothing is done with the half.
    """
    body = bytearray()
    more = True
    while more and len(body) <= MOST:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    waiting = [{"type": "http.request", "body": bytes(body), "more_body": more}]

    async def replay() -> live.Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def _live_as_long_as_the_server(receive: live.Receive, send: live.Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            live.hub.start()
            _hang_up_when_asked_to_end()
            # What is loaded by now stays: the collector need not walk over it again while streams wait.
            gc.collect()
            gc.freeze()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await live.hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _hang_up_when_asked_to_end() -> None:
    """Open streams would hold the server back until its patience ends: they are told first, then the server is."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        server = signal.getsignal(number)
        if callable(server):

            def hear(number: int, frame: FrameType | None, server: Handler = server) -> None:
                loop.call_soon_threadsafe(live.hub.hang_up)
                server(number, frame)

            signal.signal(number, hear)

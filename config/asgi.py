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
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from types import FrameType
from typing import Any

from a2wsgi.wsgi import Body, build_environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

# Only now that Django is set up may its rooms be imported.
from post import live  # noqa: E402

Handler = Callable[[int, FrameType | None], object]

# One keeps a core busy, the others wait for the database meanwhile; more of them only take turns more often.
_threads = ThreadPoolExecutor(settings.WEB_THREADS, "page")
# A little above settings.DATA_UPLOAD_MAX_MEMORY_SIZE.
MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024


async def application(scope: live.Scope, receive: live.Receive, send: live.Send) -> None:
    kind = scope["type"]
    if kind == "lifespan":
        await _live_as_long_as_the_server(receive, send)
    elif kind == "http" and scope["path"] == "/live":
        await live.stream(scope, receive, send)
    elif kind == "http":
        await _page(scope, receive, send)
    else:
        await send({"type": "websocket.close"})


async def _page(scope: live.Scope, receive: live.Receive, send: live.Send) -> None:
    """Django answers in a thread, which is free again before the answer leaves: a slow reader holds none."""
    # WSGI would read `X_Forwarded_For`, which no proxy takes out, as if it were `X-Forwarded-For`.
    scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    if scope["method"] not in {"GET", "HEAD"}:
        whole = await _once_it_is_here(receive)
        if whole is None:
            return
        receive = whole
    loop = asyncio.get_running_loop()
    environ: dict[str, Any] = {**build_environ(scope, Body(loop, receive))}  # type: ignore[arg-type]
    status, headers, body = await loop.run_in_executor(_threads, partial(copy_context().run, _answer, environ))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _answer(environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    said: list[Any] = []

    def begin(status: str, headers: list[tuple[str, str]], failed: object = None) -> Callable[[bytes], object]:
        said[:] = int(status[:3]), [(name.lower().encode("latin1"), words.encode("latin1")) for name, words in headers]
        return said.append

    answer: Any = _django(environ, begin)
    try:
        body = b"".join(answer)
    finally:
        answer.close()
    status, headers = said
    return status, headers, body


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

"""One port, two ways in: the stream of live signals, and every page.

Pages are Django as WSGI in a pool of threads (each keeps its database connection); the stream is a plain ASGI function
that costs no thread and touches no database.
"""

import gc
import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

# Only now that Django is set up may its rooms be imported.
from post import live  # noqa: E402

# Two cores are kept busy by far fewer; the rest wait for the database or for a slow reader.
THREADS = int(os.environ.get("WEB_THREADS", "8"))
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
        await _pages(scope, receive, send)  # type: ignore[arg-type]


async def _live_as_long_as_the_server(receive: live.Receive, send: live.Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            live.hub.start()
            # What is loaded by now stays: the collector need not walk over it again while streams wait.
            gc.collect()
            gc.freeze()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await live.hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return

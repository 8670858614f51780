"""How a web process takes connections and answers: in turns with others, whole, without waiting for slow readers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from config import asgi, sharing
from config.processes import wait_until

StartResponse = Callable[..., object]


def page(environ: dict[str, Any], start_response: StartResponse) -> Any:
    """What Django would be: says what it was sent."""

    class Answer(list[bytes]):
        def close(self) -> None:
            environ["wsgi.errors"] = "closed"
            closed.append(environ["PATH_INFO"])

    sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    start_response("201 Made", headers)
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "-")
    return Answer([environ["REQUEST_METHOD"].encode(), b" ", sent, b" ", forwarded.encode()])


closed: list[str] = []


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    closed.clear()
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(asgi, "_threads", threads)
        monkeypatch.setattr(asgi, "_django", page)
        yield


async def ask(
    send: Callable[[Any], Awaitable[None]],
    *bodies: bytes,
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    waiting = [
        {"type": "http.request", "body": body, "more_body": n < len(bodies)}
        for n, body in enumerate(bodies or (b"",), 1)
    ]

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    length = (b"content-length", str(sum(map(len, bodies))).encode())
    scope = {
        "type": "http",
        "method": method,
        "path": "/page",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [length, *headers],
        "client": ("127.0.0.1", 5),
    }
    await asgi.application(scope, receive, send)


def heard(*bodies: bytes, **more: Any) -> tuple[dict[str, Any], bytes]:
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    asyncio.run(ask(send, *bodies, **more))
    start, *rest = messages
    assert [one.get("more_body", False) for one in rest] == [*[True] * (len(rest) - 1), False]
    return start, b"".join(one["body"] for one in rest)


def test_an_answer_keeps_its_status_its_headers_and_each_of_its_cookies() -> None:
    start, body = heard()
    assert start["status"] == 201
    assert start["headers"] == [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    assert body == b"GET  -"
    assert closed == ["/page"]


def test_what_is_sent_in_pieces_comes_whole() -> None:
    assert heard(b"one ", b"two", method="POST")[1] == b"POST one two -"


def test_a_header_that_no_proxy_takes_out_says_nothing() -> None:
    assert heard(headers=[(b"x_forwarded_for", b"10.0.0.1")])[1] == b"GET  -"
    assert heard(headers=[(b"x-forwarded-for", b"10.0.0.1")])[1] == b"GET  10.0.0.1"


def test_a_slow_reader_holds_no_thread() -> None:
    async def both() -> None:
        goes_on, here = asyncio.Event(), asyncio.Event()

        async def slow(message: Any) -> None:
            here.set()
            await goes_on.wait()

        async def quick(message: Any) -> None:
            pass

        reading = asyncio.create_task(ask(slow))
        await here.wait()
        # With the one thread that there is.
        await asyncio.wait_for(ask(quick), 5)
        goes_on.set()
        await reading

    asyncio.run(both())


def test_what_goes_wrong_beyond_django_is_said_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(environ: Any, start_response: StartResponse) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(asgi, "_django", broken)
    with pytest.raises(RuntimeError, match="broken"):
        heard()


# Taking connections ---------------------------------------------------------------------------------------------------


class Process(threading.Thread):
    """A loop of its own that listens on a socket that it shares, and holds what it takes."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(daemon=True)
        self.sock = sock
        self.held: list[Held] = []
        self.ready = threading.Event()
        self.loop = sharing.Loop()

    @property
    def taken(self) -> int:
        return len(self.held)

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        begin = self.loop.create_server(lambda: Held(self), sock=self.sock, backlog=100)
        self.listening = self.loop.run_until_complete(begin)
        self.ready.set()
        self.loop.run_forever()
        self.loop.close()
        self.sock.close()

    async def close(self) -> None:
        self.listening.close()
        await self.listening.wait_closed()

    async def hang_up(self) -> None:
        await self.close()
        for one in self.held:
            one.transport.close()
        await asyncio.gather(*(one.gone.wait() for one in self.held))

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self.hang_up(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.join(5)
        assert not self.is_alive()


class Held(asyncio.Protocol):
    def __init__(self, process: Process) -> None:
        self.process = process
        self.gone = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.process.held.append(self)

    def connection_lost(self, _why: Exception | None) -> None:
        self.gone.set()


def address() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


def test_those_who_come_at_once_are_shared() -> None:
    with address() as sock:
        sock.listen(100)
        # They wait already when both begin to look.
        clients = [socket.create_connection(sock.getsockname()) for _ in range(20)]
        both = [Process(sock.dup()) for _ in range(2)]
        for one in both:
            one.start()
        assert all(one.ready.wait(5) for one in both)
        assert wait_until(lambda: sum(one.taken for one in both) == 20, 5)
        taken = sorted(one.taken for one in both)
        for one in both:
            one.end()
        for client in clients:
            client.close()
    assert sum(taken) == 20
    assert taken[0] >= 4


def test_after_the_end_nobody_is_taken() -> None:
    with address() as sock:
        only = Process(sock.dup())
        only.start()
        assert only.ready.wait(5)
        asyncio.run_coroutine_threadsafe(only.close(), only.loop).result(5)
        with socket.create_connection(sock.getsockname()):
            only.end()
    assert only.taken == 0


def test_where_no_file_can_be_opened_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    full = [True]

    class Full(socket.socket):
        def accept(self) -> Any:
            if full:
                full.clear()
                raise OSError(24, "Too many open files")
            return super().accept()

    monkeypatch.setattr(sharing, "UNTIL_THERE_IS_ROOM", 0.05)
    with address() as sock:
        only = Process(Full(fileno=sock.dup().detach()))
        only.start()
        assert only.ready.wait(5)
        with socket.create_connection(sock.getsockname()):
            assert wait_until(lambda: only.taken == 1, 5)
            only.end()

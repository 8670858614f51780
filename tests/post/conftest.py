"""A real mail server that remembers, processes of ours on the test database, and a listener to the live stream."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from config.embedded import Valkey, free_port
from config.env import ROOT
from config.processes import Child, spawn, stop, wait_until
from post import letters, live
from post.models import Letter

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Sink:
    """An SMTP server that accepts what it is not told to refuse, to hold or to hang up at."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refused: dict[str, str] = {}
        self.hangs_up_at: set[str] = set()
        self.holding, self.goes_on = threading.Event(), threading.Event()
        self.goes_on.set()
        self.connections: set[str] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.connections.add(str(session.peer))
        if address in self.refused:
            return self.refused[address]
        if address in self.hangs_up_at:
            self.hangs_up_at.discard(address)
            assert server.transport
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        if not self.goes_on.is_set():
            self.holding.set()
            await asyncio.to_thread(self.goes_on.wait)
            return "451 later"
        self.received.append(message)
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return sorted(message["Subject"] for message in self.received)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    handler = Sink()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 5
    yield handler
    server.stop()


@pytest.fixture
def write() -> Callable[..., Letter]:
    def write(key: str = "hello ana", **more: Any) -> Letter:
        facts: dict[str, Any] = {
            "key": key,
            "kind": "test",
            "to_email": "ana@muebles.example",
            "to_name": "Ana Núñez",
            "language": "es",
            "subject": key,
            "text": "Hola, Ana\n",
            "now": NOW,
        }
        return letters.write(**{**facts, **more})

    return write


def environment(**more: str) -> dict[str, str]:
    """For a process of ours on the database of the tests."""
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    return {**os.environ, "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}", **more}


def python(script: str, **more: str) -> subprocess.Popen[str]:
    """Runs a script in which Django is set up."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{script}"],
        env=environment(**more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Live -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def _valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    folder = tmp_path_factory.mktemp("valkey")
    server = Valkey(folder, folder, lasting=False)
    server.start()
    server.wait()
    yield server
    assert server.child
    stop([server.child], 5)


@pytest.fixture
def valkey(_valkey: Valkey, settings: Any) -> Valkey:
    """A Valkey of these tests alone, which they may stop, and must start again."""
    settings.REDIS_URL = _valkey.url()
    return _valkey


def start_web(valkey: Valkey, log: Path) -> tuple[Child, int]:
    """A real uvicorn on that Valkey and its port; it reaches no database, which a stream does not need."""
    port = free_port()
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere", "REDIS_URL": valkey.url()}
    command = [sys.executable, "-m", "config.serve", "--port", str(port)]
    child = spawn("web", command, log, env={**os.environ, **nowhere}, cwd=ROOT)
    assert wait_until(lambda: child.dead or listens(port), 20), child.last_words()
    assert not child.dead, child.last_words()
    return child, port


@pytest.fixture(scope="package")
def _web(_valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    child, port = start_web(_valkey, tmp_path_factory.mktemp("web") / "web.log")
    yield port
    stop([child], 5)


@pytest.fixture
def web(_web: int, valkey: Valkey) -> int:
    """The port of a real uvicorn."""
    assert valkey.child
    return _web


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Ear:
    """An open page: reads the events of the stream one after the other."""

    def __init__(self, port: int, topics: list[str] | None = None, token: str | None = None, **signing: Any) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=8)
        token = live.token_for(topics or [], **signing) if token is None else token
        self.connection.request("GET", f"/live?token={token}")
        self.response: HTTPResponse = self.connection.getresponse()

    def next(self) -> tuple[str, Any]:
        """The next event's name and data; ("", None) when the stream has ended."""
        event, data = "", None
        while line := self.response.readline():
            words = line.decode().rstrip("\n")
            if words.startswith("event: "):
                event = words.removeprefix("event: ")
            elif words.startswith("data: "):
                data = json.loads(words.removeprefix("data: "))
            elif not words and event:
                return event, data
        return "", None

    def until(self, wanted: str) -> Any:
        """The data of the next event of this name."""
        while True:
            event, data = self.next()
            assert event, f"the stream ended before {wanted}"
            if event == wanted:
                return data

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def listen(web: int) -> Iterator[Callable[..., Ear]]:
    ears: list[Ear] = []

    def listen(*topics: str, **more: Any) -> Ear:
        ear = Ear(web, list(topics), **more)
        ears.append(ear)
        return ear

    yield listen
    for ear in ears:
        ear.close()

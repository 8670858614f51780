"""A real uvicorn and a real Celery worker on the test database, for a real browser."""

import json
import os
import secrets
import shutil
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from areas.models import Membership, User
from config.celery import app as celery_app
from config.embedded import free_port
from config.env import ROOT
from config.processes import Child, spawn, stop, wait_until
from tests.cast import Cast, muebles_del_norte

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
StartServer = Callable[..., str]
DESK = {"width": 1280, "height": 800}
# A busy machine is no fault of a page; whoever fails waits a little longer.
expect.set_options(timeout=10_000)


class ComeIn(Protocol):
    """A person opens a window of their own: `come_in(cast.ana, "/o/…/")`; None is nobody known. Options are those of
    a browser context.
    """

    def __call__(self, who: Membership | User | None, path: str = "/", *, server: str = "", **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each test says its server's address; the plugin's own fixture of this name is outdated."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "es-ES", "timezone_id": "Europe/Madrid"}


def _environment(**more: str) -> dict[str, str]:
    """Our own, on the database that the tests made instead of the one that they started from."""
    database = connection.settings_dict["NAME"]
    base, _, _old = os.environ["DATABASE_URL"].rpartition("/")
    return {**os.environ, "DATABASE_URL": f"{base}/{database}", "PYTHONUNBUFFERED": "1", **more}


@pytest.fixture(scope="session")
def start_server(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartServer]:
    """Start a server with other environment variables, for example DEMO="1"; hands out its address."""
    children: list[Child] = []
    logs = tmp_path_factory.mktemp("server")

    def start(**more: str) -> str:
        run = secrets.token_hex(8)
        port = free_port()
        address = f"http://localhost:{port}"
        with django_db_blocker.unblock():
            environment = _environment(**{"RUN_ID": run, "PORT": str(port), "BASE_URL": address, **more})
        command = [sys.executable, "-m", "config.serve", "--host", "127.0.0.1", "--port", str(port)]
        child = spawn("web", command, logs / f"web-{port}.log", env=environment, cwd=ROOT)
        children.append(child)
        if not wait_until(lambda: child.dead or _answers(address, run), 30) or child.dead:
            pytest.fail(f"The server did not open:\n{child.last_words(30)}")
        return address

    yield start
    stop(children, 5)


def _answers(address: str, run: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return bool(json.load(answer)["run"] == run)
    except (OSError, ValueError):
        return False


@pytest.fixture(scope="session")
def _server(start_server: StartServer) -> str:
    return start_server()


@pytest.fixture(scope="session")
def _demo_server(start_server: StartServer) -> str:
    return start_server(DEMO="1")


@pytest.fixture
def server(transactional_db: None, _server: str) -> str:
    """The address of a real uvicorn on the test database; rows are gone after each test."""
    return _server


@pytest.fixture
def demo_server(transactional_db: None, _demo_server: str) -> str:
    """The same in demo mode."""
    return _demo_server


@pytest.fixture(scope="session")
def _worker(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    log: Path = tmp_path_factory.mktemp("worker") / "worker.log"
    with django_db_blocker.unblock():
        environment = _environment()
    command = [sys.executable, "-m", "celery", "-A", "config.celery:app", "worker", "-c", "1", "-l", "WARNING"]
    child = spawn("worker", [*command, "--without-gossip", "--without-mingle"], log, env=environment, cwd=ROOT)
    if not wait_until(lambda: child.dead or bool(celery_app.control.ping(timeout=0.5)), 30, every=0.01) or child.dead:
        pytest.fail(f"The worker did not start:\n{child.last_words(30)}")
    yield child
    child.stop_signal = signal.SIGTERM
    stop([child], 10)


@pytest.fixture
def worker(transactional_db: None, _worker: Child) -> Child:
    """A real Celery worker process on the test database and on this run's queue."""
    assert settings.CELERY_BROKER_URL
    return _worker


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def come_in(server: str, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[ComeIn]:
    """Windows with a session that is there already; the way in by code is walked in test_wizard."""
    here = server
    windows: list[BrowserContext] = []

    def come_in(who: Membership | User | None, path: str = "/", *, server: str = "", **options: Any) -> Page:
        address = server or here
        usual = {**browser_context_args, "base_url": address, "viewport": DESK, "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **options})
        windows.append(context)
        context.set_default_timeout(10_000)
        if who:
            known = Client()
            known.force_login(who.user if isinstance(who, Membership) else who)
            session = known.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
        page = context.new_page()
        page.goto(path)
        return page

    yield come_in
    for context in windows:
        context.close()

"""A pytest plugin (`-p tests.services`): real PostgreSQL and Valkey for one run, gone when it ends.

Only the first process starts them; xdist's workers inherit the environment, with a database number and a prefix each.
conftest.py would be too late: pytest-django reads DATABASES before it.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from config import translations
from config.embedded import Postgres, Valkey
from config.processes import stop

SECRET_KEY = "a key for the tests only: 3f1c9a70b2e84d5f9f0e6a7b8c9d0e1f"
_started: list["Services"] = []


class Services:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="eslabon-tests-"))
        # The account that PostgreSQL runs as when we are root must be able to walk in.
        self.folder.chmod(0o711)
        logs = self.folder / "logs"
        self.postgres = Postgres(self.folder / "postgres", logs, lasting=False)
        self.valkey = Valkey(self.folder / "valkey", logs, lasting=False, databases=64)

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()
        self.postgres.wait()
        self.valkey.wait()

    def stop(self) -> None:
        children = [child for child in (self.postgres.child, self.valkey.child) if child]
        stop(children, 10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _environment(services: Services) -> dict[str, str]:
    static = services.folder / "static"
    static.mkdir(exist_ok=True)
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": services.postgres.url(),
        "TEST_REDIS_URL": services.valkey.url().removesuffix("/0"),
        "DATA_DIR": str(services.folder),
        "STATIC_ROOT": str(static),
        "BASE_URL": "http://localhost:8000",
        "EMAIL_URL": "none:",
        "DEMO": "0",
        "DEBUG": "0",
        "LOG_LEVEL": "WARNING",
        "ALLOWED_HOSTS": "testserver",
        # Playwright's synchronous calls run inside a loop, where Django would refuse the ORM.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        for name in [name for name in os.environ if name.endswith("_FILE")]:
            if name.removesuffix("_FILE") in {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"}:
                del os.environ[name]
        services = Services()
        _started.append(services)
        services.start()
        os.environ.update(_environment(services))
        translations.compile_all(only_older=True)
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    os.environ["REDIS_URL"] = f"{os.environ['TEST_REDIS_URL']}/{number}"
    os.environ["REDIS_PREFIX"] = f"test-{worker or 'main'}"
    return (yield)


def pytest_unconfigure() -> None:
    while _started:
        _started.pop().stop()

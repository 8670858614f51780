"""The ground under the app: a locked data folder, and PostgreSQL and Valkey unless the environment names others."""

import fcntl
import os
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import IO

from config import env, running
from config.embedded import CannotStart, Postgres, Valkey, cannot_write, check_room, make_folder
from config.processes import Child, born_at, end_strays, stop

HANDED_ON = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "PORT", "DEMO", "EMAIL_URL", "REDIS_PREFIX")


class Ground:
    def __init__(self, environ: MutableMapping[str, str], say: Callable[[str], None]) -> None:
        self.environ = environ
        self.say = say
        self.folder = env.data_dir(environ)
        self.logs = self.folder / "logs"
        self.services: list[Child] = []
        self.ports: dict[str, int] = {}
        self.lock: IO[str] | None = None

    def take(self) -> None:
        """From here on the folder is ours: nobody else starts on it, and what a killed run left is ended."""
        make_folder(self.folder, 0o711)
        check_room(self.folder)
        try:
            self.lock = (self.folder / "lock").open("a", encoding="utf-8")
        except OSError as error:
            raise CannotStart(cannot_write(self.folder, error)) from error
        known = running.record(self.folder)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.lock = None
            at = f", at {known['address']}" if known.get("address") else ""
            raise CannotStart(
                f"Eslabón is already running on {self.folder} (process {known.get('pid', '?')}{at}): "
                "stop that one first with Ctrl-C, or set another DATA_DIR and PORT."
            ) from error
        make_folder(self.logs)
        end_strays([(name, pid, born) for name, pid, born in known.get("children", [])])
        self.ports = known.get("ports", {})

    def start(self) -> None:
        postgres = valkey = None
        if not env.text(self.environ, "DATABASE_URL"):
            postgres = Postgres(self.folder / "postgres", self.logs)
            fresh = not (postgres.folder / "PG_VERSION").exists()
            self.say("PostgreSQL: making a new database …" if fresh else "PostgreSQL …")
            self.services.append(postgres.start(self.ports.get("PostgreSQL", 0)))
        if not env.text(self.environ, "REDIS_URL"):
            self.say("Valkey …")
            valkey = Valkey(self.folder / "valkey", self.logs)
            self.services.append(valkey.start(self.ports.get("Valkey", 0)))
        self.remember()
        if postgres:
            postgres.wait()
            self.ports["PostgreSQL"] = postgres.port
            self.environ["DATABASE_URL"] = postgres.url()
        if valkey:
            valkey.wait()
            self.ports["Valkey"] = valkey.port
            self.environ["REDIS_URL"] = valkey.url()
        if not env.text(self.environ, "SECRET_KEY"):
            self.environ["SECRET_KEY"] = running.secret_key(self.folder)
        self.remember()

    def remember(self, others: Sequence[Child] = ()) -> None:
        me = os.getpid()
        known = {
            "pid": me,
            "born": born_at(me),
            "address": env.base_url(self.environ),
            "ports": self.ports,
            "children": [(child.name, child.pid, child.born) for child in [*self.services, *others]],
            "environment": {name: self.environ[name] for name in HANDED_ON if self.environ.get(name)},
        }
        running.remember(self.folder, known)

    def leave(self) -> None:
        """PostgreSQL last and with all the time it needs: it writes down what it knows."""
        stop([child for child in self.services if child.name != "PostgreSQL"], 10)
        stop([child for child in self.services if child.name == "PostgreSQL"], 60)
        self.services = []
        if self.lock:
            try:
                running.remember(self.folder, {"ports": self.ports})
            except OSError as error:
                self.say(cannot_write(self.folder, error))
            self.lock.close()
            self.lock = None


@contextmanager
def borrowed(environ: MutableMapping[str, str]) -> Iterator[None]:
    """For one command while the app is not running: its services start, and stop again at the end."""
    environ.setdefault("DEMO", "1")
    ground = Ground(environ, lambda words: None)
    try:
        ground.take()
        ground.start()
        yield
    finally:
        ground.leave()

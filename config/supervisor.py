"""`manage.py up`: PostgreSQL, Valkey, pages and streams, worker and beat start and stop together."""

import errno
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from types import FrameType

from config import env
from config.embedded import CannotStart, cannot_write
from config.env import ROOT
from config.ground import Ground
from config.processes import Child, follow_parent, spawn, stop, wait_until
from config.running import UNREACHABLE
from post.near import lan_addresses

READY_WITHIN = 60.0
# Every address of the machine.
EVERYWHERE = ("0.0.0.0", "::")
# The word of `manage.py prepare` before it loads the demo.
DEMO_LOADS = "Demo company: loading"


class Stopped(Exception):
    """Somebody asked us to stop."""


class Supervisor:
    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.began = time.monotonic()
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self.workers: list[Child] = []
        self.preparing: subprocess.Popen[str] | None = None
        self.listener: socket.socket | None = None
        self.run_id = secrets.token_hex(8)
        environ.setdefault("DEMO", "1")
        environ.setdefault("PORT", "8000")
        self.port = env.port(environ)
        self.host = environ.get("HOST") or "127.0.0.1"
        # Open to the network: who types one of this machine's own addresses is meant to get in.
        self.near = lan_addresses() if self.host in EVERYWHERE else []
        if self.near:
            written = environ.get("ALLOWED_HOSTS", "").strip(", ")
            environ["ALLOWED_HOSTS"] = ",".join([*([written] if written else []), *self.near])
        self.web_processes = env.number(environ, "WEB_PROCESSES", 1, 1, 64)
        self.worker_processes = env.number(environ, "WORKER_PROCESSES", 2, 1, 64)
        self.ground = Ground(environ, self._say)
        self.folder, self.logs = self.ground.folder, self.ground.logs

    # The whole story -----------------------------------------------------------------------------------------------
    def run(self) -> int:
        self._listen_to_signals()
        try:
            self.ground.take()
            self._open_port()
            self.ground.start()
            self.environ["RUN_ID"] = self.run_id
            self._check_stop()
            environment = env.read(self.environ)
            self._prepare()
            self._start_web()
            self._wait_for_pages()
            # After the pages: while these start, two cores are busy.
            self._start_workers()
            self._welcome(environment)
            return self._watch()
        except Stopped:
            return 0
        except OSError as error:
            raise CannotStart(cannot_write(self.folder, error)) from error
        finally:
            self._stop_all()

    # One after the other -------------------------------------------------------------------------------------------
    def _open_port(self) -> None:
        """Opened by us, before anything else starts: whoever answers on it is one of ours."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise CannotStart(
                    f"HOST is {self.host!r}, which is no address of this machine: write HOST=127.0.0.1 for this "
                    "machine alone, or HOST=0.0.0.0 for the network, too."
                ) from error
            raise CannotStart(
                f"Port {self.port} on {self.host} cannot be opened ({error.strerror}): end the program that uses it, "
                f"or choose another port, for example `make run PORT={self.port + 1}`."
            ) from error
        self.listener = listener

    def _prepare(self) -> None:
        """Migrations, translations, static files and the demo: one process, and its words are ours."""
        command = [sys.executable, str(ROOT / "manage.py"), "prepare", "--people", str(self.folder / "people.json")]
        errors = self.logs / "prepare.log"
        parent = os.getpid()
        with (
            errors.open("wb") as log,
            subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environ, "COLLECT_STATIC": "0" if env.flag(self.environ, "DEBUG") else "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
                preexec_fn=lambda: follow_parent(signal.SIGKILL, parent),
            ) as process,
        ):
            self.preparing = process
            for line in process.stdout or []:
                self._say(line.rstrip())
                if line.startswith(DEMO_LOADS):
                    # The tables are there: while the demo is told the pages may already start.
                    self._start_web()
                    threading.Thread(target=self._knock, daemon=True).start()
            process.wait()
        self.preparing = None
        self._check_stop()
        if process.returncode:
            words = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if process.returncode == UNREACHABLE and words:
                raise CannotStart(words[-1].removeprefix("CommandError: "))
            if any("No space left" in word for word in words):
                raise CannotStart(f"The disk that holds {self.folder} is full: free some space and start again.")
            raise CannotStart(
                f"The database could not be prepared: {(words or ['no reason given'])[-1]} (see {errors})."
            )

    def _start_web(self) -> None:
        if self.workers:
            return
        assert self.listener is not None
        fd = self.listener.fileno()
        for number in range(1, self.web_processes + 1):
            name = "web" if self.web_processes == 1 else f"web-{number}"
            self._start(name, [sys.executable, "-m", "config.serve", "--fd", str(fd)], pass_fds=[fd])
        self.ground.remember(self.workers)

    def _start_workers(self) -> None:
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "config.celery:app"]
        level = ["-l", env.log_level(self.environ)]
        worker = [*celery, "worker", *level, "-c", str(self.worker_processes), "--without-gossip", "--without-mingle"]
        self._start("worker", worker)
        (self.folder / "beat").mkdir(exist_ok=True)
        beat = [*celery, "beat", *level, "-s", str(self.folder / "beat" / "schedule"), "--pidfile="]
        self._start("beat", beat)
        self.ground.remember(self.workers)

    def _start(self, name: str, command: list[str], pass_fds: list[int] | None = None) -> None:
        log = self.logs / f"{name}.log"
        self.workers.append(spawn(name, command, log, env=self.environ, cwd=ROOT, pass_fds=pass_fds or []))

    def _wait_for_pages(self) -> None:
        web = [child for child in self.workers if child.name.startswith("web")]

        def settled() -> bool:
            self._check_stop()
            return any(child.dead for child in web) or self._answers()

        wait_until(settled, READY_WITHIN)
        self._check_children()
        if not self._answers():
            raise CannotStart(f"The pages did not open within {READY_WITHIN:.0f} seconds: see {web[0].log}.")

    def _answers(self) -> bool:
        try:
            with self._ask("/healthz") as answer:
                return bool(json.load(answer).get("run") == self.run_id)
        except (OSError, ValueError, HTTPException):
            return False

    def _knock(self) -> None:
        """The first page takes longer than all others: we are the ones who wait for it."""
        with suppress(OSError, HTTPException):
            self._ask("/").close()

    def _ask(self, path: str) -> HTTPResponse:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(
            self.host, f"[{self.host}]" if ":" in self.host else self.host
        )
        headers = {"X-Forwarded-Proto": "https", "Host": f"localhost:{self.port}"}
        question = urllib.request.Request(f"http://{host}:{self.port}{path}", headers=headers)
        answer: HTTPResponse = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(question, timeout=5)
        return answer

    def _welcome(self, environment: env.Environment) -> None:
        lines = ["", f"Eslabón is open: {environment.base_url}   ({time.monotonic() - self.began:.1f} s)"]
        lines += [f"In the network around: http://{address}:{self.port}" for address in self.near]
        try:
            people = json.loads((self.folder / "people.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            people = []
        if people:
            lines += ["", "Come in as one of the demo people (on the page: “Come in as …”):"]
            names, emails = (max(len(person[column]) for person in people) for column in (0, 1))
            lines += [f"  {name:{names}}  {email:{emails}}  {role}" for name, email, role in people]
            lines += ["", f"The letters that the demo sends can be read at {environment.base_url}/demo/mailbox/"]
        lines += [f"Data and logs: {self.folder}   ·   Ctrl-C stops all of it.", ""]
        print("\n".join(lines), flush=True)

    def _watch(self) -> int:
        while not self.stopping.wait(0.5):
            self._check_children()
        return 0

    def _check_children(self) -> None:
        for child in [*self.ground.services, *self.workers]:
            if child.dead:
                words = child.last_words()
                if "No space left" in words:
                    raise CannotStart(f"The disk that holds {self.folder} is full: free some space and start again.")
                code = child.popen.returncode
                raise CannotStart(
                    f"{child.name} ended by itself ({f'signal {-code}' if code < 0 else f'exit code {code}'}), "
                    f"so everything stops; its last words in {child.log}:\n{words}"
                )

    # Beside the story ----------------------------------------------------------------------------------------------
    def _stop_all(self) -> None:
        self.stopping.set()
        started = bool(self.ground.services or self.workers)
        if started:
            self._say("Stopping …")
        if self.listener:
            self.listener.close()
        stop(self.workers, 10, self.hurry)
        self.ground.leave()
        if started:
            self._say("Stopped.")

    def _listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        if "MAKELEVEL" in self.environ:
            # A killed `make` must not leave us behind either.
            follow_parent(signal.SIGTERM, os.getppid())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            self.hurry.set()
        self.stopping.set()
        if self.preparing:
            # Nobody waits for the end of a migration that is not wanted: each is one transaction.
            self.preparing.kill()

    def _check_stop(self) -> None:
        if self.stopping.is_set():
            raise Stopped

    def _say(self, words: str) -> None:
        print(f"[{time.monotonic() - self.began:4.1f} s] {words}", flush=True)


def main() -> int:
    environ = dict(os.environ)
    environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    environ["PYTHONUNBUFFERED"] = "1"
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', '')}"
    try:
        return Supervisor(environ).run()
    except (CannotStart, env.Wrong) as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1

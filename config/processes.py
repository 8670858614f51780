"""Child processes that stop when we stop, also when we are killed."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_never = threading.Event()


def follow_parent(number: int, parent: int) -> None:
    """Ask the kernel to send us the signal when our parent ends (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)


@dataclass
class Child:
    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    born: float = 0.0
    # How long the log was before: an earlier run's last words are not ours.
    log_began: int = 0

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def dead(self) -> bool:
        return self.popen.poll() is not None

    def last_words(self, lines: int = 12) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(self.log_began)
                return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def spawn(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str],
    cwd: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    stdin: bytes = b"",
    account: tuple[int, int] | None = None,
    pass_fds: Sequence[int] = (),
) -> Child:
    """Start a child in its own session (a Ctrl-C in the terminal is for us alone), its output in `log`."""
    parent = os.getpid()
    more: dict[str, Any] = {}
    if account:
        more = {"user": account[0], "group": account[1], "extra_groups": []}
    with open_log(log) as output:
        log_began = output.tell()
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: follow_parent(stop_signal, parent),
            pass_fds=pass_fds,
            **more,
        )
    if stdin and popen.stdin:
        popen.stdin.write(stdin)
        popen.stdin.close()
    return Child(name, popen, log, stop_signal, born_at(popen.pid) or 0.0, log_began)


def open_log(path: Path, limit: int = 10_000_000) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > limit:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def born_at(pid: int) -> float | None:
    """When the process began, or None when there is none; with the pid it names one process for good."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def alive(pid: int, born: float) -> bool:
    now_born = born_at(pid)
    return now_born is not None and abs(now_born - born) < 1.0


def wait_until(done: Callable[[], bool], seconds: float, every: float = 0.03) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        _never.wait(every)
    return True


def stop(children: Sequence[Child], seconds: float, hurry: threading.Event | None = None) -> None:
    """Ask all of them at once, wait together, and end by force whoever does not listen."""
    for child in children:
        if not child.dead:
            _signal(child.pid, child.stop_signal)
    wait_until(lambda: all(child.dead for child in children) or bool(hurry and hurry.is_set()), seconds)
    for child in children:
        # The whole session: a worker's own children must not outlive it.
        _signal_group(child.pid, signal.SIGKILL)
        child.popen.wait()


def end_strays(recorded: Sequence[tuple[str, int, float]], seconds: float = 8.0) -> None:
    """End what an earlier, killed run may have left (elsewhere than on Linux the kernel does not do it for us)."""
    strays = [(name, pid, born) for name, pid, born in recorded if alive(pid, born)]
    for name, pid, _born in strays:
        _signal(pid, signal.SIGINT if name == "PostgreSQL" else signal.SIGTERM)
    if not wait_until(lambda: not any(alive(pid, born) for _name, pid, born in strays), seconds):
        for _name, pid, born in strays:
            if alive(pid, born):
                _signal_group(pid, signal.SIGKILL)
        wait_until(lambda: not any(alive(pid, born) for _name, pid, born in strays), 2.0)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return

"""`manage.py up` as a person meets it: real processes, real signals, a folder with a space in its name."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded
from config.demo import COMPANIES
from config.embedded import CannotStart, Postgres, free_port, make_folder
from config.env import ROOT
from config.processes import alive, wait_until
from config.supervisor import DEMO_LOADS

OPEN_WITHIN = 90
# The first start takes ten times as long as a process that only imports; twice that is too slow on any machine.
IMPORTS_IN_A_START = 20


class Up:
    """One `manage.py up` on a folder of its own, with no services named in its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder.parent / "output"
        self.popen: subprocess.Popen[bytes] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "DATA_DIR": str(self.folder), "PORT": str(self.port), "DEMO": "0", "EMAIL_URL": "none:", **more}

    def start(self, **more: str) -> None:
        with self.output.open("wb") as output:
            command = [sys.executable, "manage.py", "up"]
            self.popen = subprocess.Popen(command, cwd=ROOT, env=self.environment(**more), stdout=output, stderr=output)
        popen = self.popen
        wait_until(lambda: popen.poll() is not None or "Eslabón is open" in self.words(), OPEN_WITHIN)
        assert "Eslabón is open" in self.words(), self.words()

    def again(self, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=OPEN_WITHIN,
            check=False,
        )

    def words(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    @property
    def record(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads((self.folder / "running.json").read_text(encoding="utf-8"))
        return known

    def children(self) -> dict[str, tuple[int, float]]:
        return {name: (pid, born) for name, pid, born in self.record["children"]}

    def ask(self, question: str) -> Any:
        with psycopg.connect(self.record["environment"]["DATABASE_URL"]) as connection:
            cursor = connection.execute(question.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def end(self, number: signal.Signals) -> int:
        assert self.popen is not None
        self.popen.send_signal(number)
        return self.popen.wait(timeout=30)


@pytest.fixture
def up() -> Iterator[Up]:
    # Not pytest's own folder: as root, PostgreSQL's account must be able to walk in.
    with tempfile.TemporaryDirectory(prefix="eslabon up ") as folder:
        os.chmod(folder, 0o711)
        one = Up(Path(folder) / "data")
        yield one
        if one.popen and one.popen.poll() is None:
            one.end(signal.SIGTERM)


def all_gone(children: dict[str, tuple[int, float]]) -> bool:
    return wait_until(lambda: not any(alive(pid, born) for pid, born in children.values()), 10)


def seconds_to_import() -> float:
    """How long a process takes here and now that only sets Django up: what else this machine has to do slows both."""
    began = time.monotonic()
    words = [sys.executable, "-c", "import django; django.setup(); import config.urls"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=OPEN_WITHIN)
    return time.monotonic() - began


def test_it_opens_refuses_a_second_leaves_nothing_when_killed_and_keeps_what_was_written(up: Up) -> None:
    imports = seconds_to_import()
    began = time.monotonic()
    up.start(DEMO="1")
    with urllib.request.urlopen(f"http://localhost:{up.port}/demo/", timeout=OPEN_WITHIN) as answer:
        page = answer.read().decode()
    took = time.monotonic() - began
    assert all(person.name in page for company in COMPANIES for person in company.people)
    assert up.ask("SELECT count(*) FROM areas_organization WHERE is_demo") == len(COMPANIES)
    allowed = max(10.0, IMPORTS_IN_A_START * max(imports, seconds_to_import()))
    assert took < allowed, f"the first start took {took:.1f} s, more than {allowed:.1f} s: {up.words()}"
    assert "ana@muebles.example" in up.words()
    assert f"http://localhost:{up.port}" in up.words()
    with urllib.request.urlopen(f"http://localhost:{up.port}/healthz", timeout=5) as answer:
        assert json.load(answer)["database"] is True
    assert set(up.children()) == {"PostgreSQL", "Valkey", "web", "worker", "beat"}
    key = (up.folder / "secret_key").read_text(encoding="utf-8")
    assert (up.folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (up.folder / "running.json").stat().st_mode & 0o777 == 0o600

    second = up.again()
    assert second.returncode == 1
    assert f"already running on {up.folder}" in second.stderr
    assert "Traceback" not in second.stderr

    up.ask("CREATE TABLE kept AS SELECT 7 AS number")
    children = up.children()
    assert up.end(signal.SIGKILL) == -signal.SIGKILL
    if sys.platform == "linux":
        assert all_gone(children)

    up.start()
    assert up.ask("SELECT number FROM kept") == 7
    assert (up.folder / "secret_key").read_text(encoding="utf-8") == key
    children = up.children()
    assert up.end(signal.SIGINT) == 0
    assert all_gone(children)
    assert "Stopped." in up.words()


def test_killed_while_the_demo_is_told_the_next_start_tells_both_companies(up: Up) -> None:
    with up.output.open("wb") as output:
        command = [sys.executable, "manage.py", "up"]
        popen = subprocess.Popen(command, cwd=ROOT, env=up.environment(DEMO="1"), stdout=output, stderr=output)
    assert wait_until(lambda: popen.poll() is not None or DEMO_LOADS in up.words(), OPEN_WITHIN)
    children = up.children()
    popen.kill()
    popen.wait(timeout=30)
    if sys.platform == "linux":
        assert all_gone(children)

    up.start(DEMO="1")
    assert up.ask("SELECT string_agg(name, ', ' ORDER BY name) FROM areas_organization") == ", ".join(
        sorted(company.name for company in COMPANIES)
    )


def test_when_one_part_dies_all_stop_and_the_words_say_which(up: Up) -> None:
    up.start()
    children = up.children()

    os.kill(children["worker"][0], signal.SIGKILL)

    assert up.popen is not None
    assert up.popen.wait(timeout=30) == 1
    assert "worker ended by itself (signal 9), so everything stops" in up.words()
    assert all_gone(children)


def test_a_command_beside_works_on_the_same_services_running_or_asleep(up: Up) -> None:
    backup = up.folder.parent / "all.dump"
    up.start()
    up.ask("CREATE TABLE kept AS SELECT 1 AS number")

    def manage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        environment = {**up.environment(), "DJANGO_SETTINGS_MODULE": "config.settings"}
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    copied = manage("backup", str(backup))
    assert copied.returncode == 0, copied.stderr
    assert backup.stat().st_mode & 0o777 == 0o600
    up.ask("UPDATE kept SET number = 2")
    up.end(signal.SIGTERM)

    restored = manage("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    strange = manage("restore", str(up.output))
    assert strange.returncode == 1
    assert "is no backup of Eslabón" in strange.stderr

    up.start()
    assert up.ask("SELECT number FROM kept") == 1


def test_a_taken_port_is_one_sentence(up: Up) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", up.port))
        other.listen()
        refused = up.again()

    assert refused.returncode == 1
    assert refused.stderr.strip().startswith(f"Port {up.port} on 127.0.0.1 cannot be opened")
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1", "not-here.invalid"])
def test_a_host_that_is_none_of_ours_is_one_sentence(up: Up, host: str) -> None:
    refused = up.again(HOST=host)

    assert refused.returncode == 1
    assert refused.stderr.strip().startswith(f"HOST is '{host}', which is no address of this machine: write HOST=")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_static_files_that_cannot_be_written_are_one_sentence(up: Up) -> None:
    refused = up.again(STATIC_ROOT="/proc/eslabon")

    assert refused.returncode == 1
    assert refused.stderr.strip().startswith(
        "STATIC_ROOT is '/proc/eslabon', where styles and scripts cannot be written"
    )
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(up: Up) -> None:
    refused = up.again(DATA_DIR="/proc/eslabon")

    assert refused.returncode == 1
    assert refused.stderr.strip().startswith("The folder /proc/eslabon cannot be written")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_wrong_setting_is_one_sentence(up: Up) -> None:
    refused = up.again(DEMO="perhaps")

    assert refused.returncode == 1
    assert "DEMO is 'perhaps': write DEMO=1 or DEMO=0." in refused.stderr


def test_a_full_disk_is_one_sentence(up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    make_folder(up.folder)
    monkeypatch.setattr(embedded, "ROOM_NEEDED", 2**62)

    with pytest.raises(CannotStart, match=r"The disk that holds .* is full .*set DATA_DIR to a folder on another disk"):
        embedded.check_room(up.folder)


def test_as_root_a_closed_folder_is_one_sentence_and_a_user_may_use_her_own(up: Up) -> None:
    up.folder.parent.chmod(0o700)
    make_folder(up.folder)
    postgres = Postgres(up.folder / "postgres", up.folder)

    if os.geteuid() == 0:
        with pytest.raises(CannotStart, match="You are root, so PostgreSQL runs as .*, who may not enter"):
            postgres.prepare()
    else:
        postgres.prepare()
        assert (postgres.folder / "PG_VERSION").exists()

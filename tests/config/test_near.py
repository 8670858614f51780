"""A room of phones in one network: the machine's own addresses let people in, and only these."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import env
from config.supervisor import Supervisor


def started(folder: Path, **more: str) -> dict[str, str]:
    environ = {"DATA_DIR": str(folder), **more}
    Supervisor(environ)
    return environ


@pytest.fixture(autouse=True)
def _network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.supervisor.lan_addresses", lambda: ["192.168.1.20", "10.0.0.5"])


def test_open_to_the_network_its_own_addresses_are_hosts(tmp_path: Path) -> None:
    environ = started(tmp_path, HOST="0.0.0.0", ALLOWED_HOSTS="taller.example.com")

    hosts = env.allowed_hosts(environ, "http://localhost:8000")
    assert {"192.168.1.20", "10.0.0.5", "taller.example.com"} <= set(hosts)


def test_for_this_machine_alone_they_are_not(tmp_path: Path) -> None:
    assert "192.168.1.20" not in started(tmp_path).get("ALLOWED_HOSTS", "")

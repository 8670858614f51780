"""What README and ARCHITECTURE name exists, and what can be configured stands in the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.env import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ROOMS = ("config", "contracts", "workshops", "requests", "areas", "post")
# Set by the supervisor for its own children, by nobody else.
INNER = {"RUN_ID"}


def test_each_setting_stands_in_the_table() -> None:
    code = (ROOT / "config" / "env.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:text|flag|number)\(environ, "([A-Z_]+)"', code)) - INNER
    assert len(read) > 10
    table = README.partition("## Configuration")[2].partition("## ")[0]
    assert {name for name in read if f"`{name}`" not in table} == set()


def test_each_name_in_the_table_is_read_somewhere() -> None:
    table = README.partition("## Configuration")[2].partition("## ")[0]
    named = {name for row in re.findall(r"^\| (`[^|]+`) \|", table, re.M) for name in re.findall(r"`([A-Z_]+)`", row)}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config").glob("*.py"))
    assert {name for name in named if f'"{name}"' not in code} == set()


def test_each_target_of_make_exists() -> None:
    in_code = "\n".join(re.findall(r"```sh.*?```|`[^`\n]+`", README, re.S))
    named = set(re.findall(r"\bmake ([a-z-]+)", in_code))
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
    assert named >= {"run", "test", "lint", "backup", "restore"}
    assert named <= targets


@pytest.mark.parametrize("text", [README, ARCHITECTURE], ids=["readme", "architecture"])
def test_each_link_leads_somewhere(text: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_each_module_of_the_architecture_exists() -> None:
    known = {path.name for room in (*ROOMS, "tests") for path in (ROOT / room).rglob("*.py")} | {"manage.py"}
    named = {Path(name).name for name in re.findall(r"`([\w/]+\.py)`", ARCHITECTURE)}
    assert len(named) > 25
    assert named <= known

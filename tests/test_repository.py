"""The repository looks at itself: what nobody would notice in a review until it hurts."""

import re
import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver
from packaging.requirements import Requirement

import requests as our_requests
from config import translations
from config.celery import app
from config.env import ROOT

DOORWAYS = {"open", "signed_in", "members", "facilitators", "demo"}
OURS = ("areas", "config", "contracts", "post", "requests", "workshops")


def tracked(*suffixes: str) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if not suffixes or name.endswith(suffixes)]


def views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in patterns:
        where = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, where)
        elif isinstance(entry, URLPattern):
            yield where, entry.callback


# The name `requests` ----------------------------------------------------------------
def test_no_installed_distribution_requires_the_library_whose_name_our_app_bears() -> None:
    wanting = [
        f"{distribution.name} requires {text}: find another package, our app has that name."
        for distribution in distributions()
        for text in distribution.requires or []
        if (wanted := Requirement(text)).name.lower() == "requests"
        and (wanted.marker is None or wanted.marker.evaluate({"extra": ""}))
    ]

    assert wanting == []


def test_the_name_requests_means_our_app() -> None:
    assert our_requests.__file__ is not None
    assert Path(our_requests.__file__).parent == ROOT / "requests"


# Doorways ----------------------------------------------------------------
def test_every_view_has_one_doorway() -> None:
    open_by_accident = [
        f"/{where}: {view.__module__}.{getattr(view, '__name__', view)} has no doorway"
        for where, view in views(get_resolver().url_patterns)
        if view.__module__.split(".")[0] in OURS and getattr(view, "doorway", None) not in DOORWAYS
    ]

    assert open_by_accident == []


def test_what_others_wrote_is_only_about_signing_in() -> None:
    elsewhere = {
        where
        for where, view in views(get_resolver().url_patterns)
        if view.__module__.split(".")[0] not in OURS and not where.startswith("accounts/")
    }

    assert elsewhere == set()


# Templates ----------------------------------------------------------------
def template_names() -> list[str]:
    folder = ROOT / "templates"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", template_names())
def test_every_template_compiles(name: str) -> None:
    get_template(name)


def test_every_template_is_used() -> None:
    sources = [path for path in tracked(".py", ".html", ".txt") if path.is_file() and "tests" not in path.parts]
    texts = {path: path.read_text(encoding="utf-8") for path in sources}
    by_library = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
    packages = [
        Path(spec.origin).parent for name in ("django.forms", "allauth") if (spec := find_spec(name)) and spec.origin
    ]
    unused = []
    for name in template_names():
        overrides = any((package / "templates" / name).exists() for package in packages)
        # A letter is named by its room and its own name, without folder and ending.
        said = f'"{Path(name).stem}"' if Path(name).parent.name == "letters" else name
        used = any(said in text for path, text in texts.items() if path != ROOT / "templates" / name)
        if not (overrides or used or name in by_library):
            unused.append(name)

    assert unused == []


# What a tag hands on by name (`one=…`) is no attribute.
NAMED = re.compile(r"\{%.*?%\}")


def test_no_template_breaks_the_strict_policy() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|\bjs:|src=\"data:",
        re.IGNORECASE,
    )
    mails = re.compile(r"letter|golden")
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in tracked(".html")
        if not mails.search(path.relative_to(ROOT).as_posix())
        for match in inline.finditer(NAMED.sub("", path.read_text(encoding="utf-8")))
    ]

    assert found == []


def test_templates_know_partials_everywhere() -> None:
    assert engines["django"].from_string("{% partialdef x %}a{% endpartialdef %}{% partial x %}").render() == "a"


# Work in the background ----------------------------------------------------------------
def test_the_beat_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()

    assert app.conf.beat_schedule
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


# Languages ----------------------------------------------------------------
def test_the_catalogues_are_complete() -> None:
    assert translations.problems() == []


# Files ----------------------------------------------------------------
def test_requirements_are_locked_with_hashes_and_name_no_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        for block in re.split(r"\n(?=[a-z])", text.strip()):
            assert "==" in block
            assert "--hash=sha256:" in block


def test_what_the_app_needs_is_locked_alike_for_the_tests() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(
            re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE)
        )

    base, dev = pins("base.txt"), pins("dev.txt")

    assert {name: dev.get(name) for name in base} == base


def test_every_style_and_script_is_used() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in tracked(".html", ".py", ".css", ".js", ".json") if path.is_file()
    ]
    unused = [
        path.name
        for path in tracked(".css", ".js")
        if path.is_relative_to(ROOT / "static") and not any(path.name in text for text in texts)
    ]

    assert unused == []


def test_no_test_waits_by_the_clock_or_is_skipped() -> None:
    wrong = re.compile(r"\btime\.sleep\(|wait_for_timeout\(|pytest\.mark\.skip|pytest\.skip\(|\bTODO\b|\bFIXME\b")
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in tracked(".py", ".html", ".js", ".css")
        if path != Path(__file__) and not path.is_relative_to(ROOT / "bench")
        for match in wrong.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []

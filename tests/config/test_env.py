import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import env
from config.env import ROOT
from config.running import UNREACHABLE

GOOD = {
    "SECRET_KEY": "abcdefghij" * 6,
    "DATABASE_URL": "postgresql://ana:s%40fe@db.example.com:5433/eslabon?sslmode=require",
    "REDIS_URL": "redis://:pw@cache.example.com:6379/2",
    "BASE_URL": "https://eslabon.example.com",
    "EMAIL_URL": "smtp+tls://mailer:p%3Aw@mail.example.com",
    "TRUSTED_PROXIES": "1",
}


def test_a_whole_environment_is_read() -> None:
    read = env.read({**GOOD, "ALLOWED_HOSTS": "www.example.com"})

    assert read.database["NAME"] == "eslabon"
    assert read.database["PASSWORD"] == "s@fe"
    assert read.database["OPTIONS"]["sslmode"] == "require"
    assert read.mail.tls
    assert read.mail.port == 587
    assert read.mail.password == "p:w"
    assert read.https
    assert read.allowed_hosts[:2] == ["www.example.com", "eslabon.example.com"]
    assert read.demo is False
    assert read.default_from_email == "Eslabón <no-reply@eslabon.example.com>"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing: write SECRET_KEY=<at least 50 random characters>"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too easy to guess"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too easy to guess"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing: write DATABASE_URL=postgresql://user:password@host:5432/name"),
        ({"DATABASE_URL": "mysql://host/name"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": "postgresql://host"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": "postgresql://host:port/name"}, "DATABASE_URL cannot be read"),
        ({"REDIS_URL": ""}, "REDIS_URL is missing: write REDIS_URL=redis://"),
        ({"REDIS_URL": "cache:6379"}, "REDIS_URL must name a Valkey or Redis server"),
        ({"BASE_URL": "eslabon.example.com"}, "BASE_URL must be the address that people type"),
        ({"BASE_URL": "https://example.com/app"}, "BASE_URL must be the address that people type, without a path"),
        ({"ALLOWED_HOSTS": "https://example.com"}, "ALLOWED_HOSTS holds 'https://example.com': write bare host names"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS holds '*'"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is missing: write EMAIL_URL=smtp+tls://"),
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL must begin with smtp://"),
        ({"DEFAULT_FROM_EMAIL": "nobody"}, "DEFAULT_FROM_EMAIL is 'nobody': write one address"),
        ({"DEMO": "perhaps"}, "DEMO is 'perhaps': write DEMO=1 or DEMO=0."),
        ({"DEBUG": "1"}, "DEBUG=1 shows strangers the inside of the app"),
        ({"TRUSTED_PROXIES": "0"}, "BASE_URL is https, so a proxy must stand in front: write TRUSTED_PROXIES=1"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES is 'many': write a whole number from 0 to 9"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD': write DEBUG, INFO, WARNING or ERROR."),
        ({"WEB_THREADS": "some"}, "WEB_THREADS is 'some': write a whole number from 1 to 200"),
        ({"BASE_URL": "", "PORT": "eighty"}, "PORT is 'eighty': write a whole number from 1 to 65535"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_one_sentence(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(env.Wrong) as told:
        env.read({**GOOD, **change})

    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(GOOD["SECRET_KEY"] + "\n")
    environ = {**GOOD, "SECRET_KEY_FILE": str(file)}
    del environ["SECRET_KEY"]

    assert env.read(environ).secret_key == GOOD["SECRET_KEY"]


def test_both_a_value_and_its_file_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(env.Wrong, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        env.read({**GOOD, "SECRET_KEY_FILE": str(tmp_path / "key")})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(env.Wrong, match=r"REDIS_URL_FILE names .*nowhere.* cannot be read"):
        env.read({**GOOD, "REDIS_URL": "", "REDIS_URL_FILE": str(tmp_path / "nowhere")})


@pytest.mark.parametrize("command", [["-m", "config.serve"], ["-m", "celery", "-A", "config.celery:app", "worker"]])
def test_a_process_with_a_wrong_environment_ends_with_the_sentence_alone(command: list[str]) -> None:
    environ = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **GOOD, "SECRET_KEY": "short"}

    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode != 0
    assert "SECRET_KEY is too easy to guess" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"DATABASE_URL": "postgresql://ana:s3cret@127.0.0.1:1/eslabon"},
            "DATABASE_URL names the database that cannot",
        ),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL names Valkey (or Redis) that cannot be reached"),
    ],
)
def test_a_server_that_does_not_answer_is_named_before_the_pages_open(change: dict[str, str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=ROOT,
        env={**os.environ, **change},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == UNREACHABLE
    assert sentence in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


def test_the_example_names_what_is_read_and_nothing_else() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = {line.lstrip("#").split("=")[0] for line in example.splitlines() if "=" in line and " " not in line[:20]}
    read = set()
    for path in [*(ROOT / "config").glob("*.py"), ROOT / "docker-compose.yml"]:
        text = path.read_text(encoding="utf-8")
        read |= {name for name in named if f'"{name}"' in text or f"${{{name}:" in text}

    assert named == read
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "EMAIL_URL", "BASE_URL", "DATA_DIR"} <= named

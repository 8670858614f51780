import logging
import os
import subprocess
import sys

import pytest
from django.test import Client

from areas.models import User
from config.csp import POLICY
from config.env import ROOT
from config.logs import Line, without_secrets

PRODUCTION = {
    "SECRET_KEY": "kJ8s7dhQ2lP0vB5nX9zR4tY6wE1uC3aGfMiKoSbNqWxTyUeZrVdLhPjAmC7",
    "DATABASE_URL": "postgresql://eslabon:secret@db.example.com/eslabon",
    "REDIS_URL": "redis://cache.example.com:6379/0",
    "EMAIL_URL": "smtp+tls://mailer:secret@mail.example.com:587",
    "BASE_URL": "https://eslabon.example.com",
    "TRUSTED_PROXIES": "1",
}


def test_django_finds_nothing_to_say_about_a_production_environment() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.strip() == "System check identified no issues (0 silenced)."
    assert done.returncode == 0


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/accounts/login/"])
def test_every_answer_bears_the_strict_policy(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert {"no-cache", "private"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.django_db
def test_a_password_opens_nothing(client: Client) -> None:
    user = User.objects.create_user("ana@example.com")
    user.set_password("a password that somebody set")
    user.save()

    page = client.get("/accounts/login/").content.decode()
    answer = client.post("/accounts/login/", {"login": user.email, "password": "a password that somebody set"})

    assert 'type="password"' not in page
    assert answer["Location"].startswith("/accounts/login/code/confirm/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("GET /live?token=eyJhbGc.iOi-J", "GET /live?token=…"),
        ("cannot reach postgresql://ana:s3cret@db:5432/x", "cannot reach postgresql://ana:…@db:5432/x"),
        ("redis://:s3cret@cache:6379/0", "redis://:…@cache:6379/0"),
        ("Cookie: session=abc123; csrf=def456", "Cookie: session=…; csrf=…"),
        ("/accounts/confirm?code=123456&next=/", "/accounts/confirm?code=…&next=/"),
        ("an ordinary sentence", "an ordinary sentence"),
    ],
)
def test_logs_hold_no_secret(said: str, written: str) -> None:
    assert without_secrets(said) == written


def test_a_secret_in_an_exception_is_left_out_too() -> None:
    try:
        raise ValueError("postgresql://ana:s3cret@db/x refused")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", (), (type(error), error, None))

    assert "s3cret" not in Line("%(message)s").format(record)

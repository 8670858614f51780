"""Time that passes in the demo, for all its processes, forward only; and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from config import demo_clock
from config.demo import passing
from config.env import ROOT

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    demo_clock.tell(timedelta(0))
    yield
    demo_clock.tell(timedelta(0))


def elsewhere(**more: str) -> datetime:
    """What another process of ours takes for now."""
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    words = "import django; django.setup(); from django.utils import timezone; print(timezone.now().isoformat())"
    environ = {**os.environ, "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}", **more}
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    return datetime.fromisoformat(done.stdout.strip())


@pytest.mark.django_db(transaction=True)
def test_all_processes_of_the_demo_are_a_week_ahead() -> None:
    passing.pass_by(WEEK)

    ahead = elsewhere(DEMO="1") - timezone.now()

    assert abs(ahead - WEEK) < timedelta(minutes=2)


@pytest.mark.django_db(transaction=True)
def test_outside_the_demo_nothing_is_ahead() -> None:
    passing.pass_by(WEEK)

    assert abs(elsewhere(DEMO="0") - timezone.now()) < timedelta(minutes=2)
    assert timezone.now is not demo_clock.now


@pytest.mark.django_db(transaction=True)
def test_days_add_up() -> None:
    passing.pass_by(timedelta(days=1))

    assert passing.pass_by(WEEK) == timedelta(days=8)
    assert demo_clock.offset() == timedelta(days=8)


@pytest.mark.django_db
@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=-1)])
def test_never_backward(length: timedelta) -> None:
    with pytest.raises(ValueError, match="forward"):
        passing.pass_by(length)


@pytest.mark.django_db
def test_not_beyond_every_calendar() -> None:
    with pytest.raises(ValueError, match="calendar"):
        passing.pass_by(timedelta(days=4000))


@pytest.mark.django_db(transaction=True)
def test_an_emptied_valkey_is_told_again() -> None:
    passing.pass_by(WEEK)
    demo_clock.tell(timedelta(0))

    passing.restore()

    assert demo_clock.offset() == WEEK

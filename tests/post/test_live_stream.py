"""The stream with a real uvicorn and a real Valkey: who listens hears, and knows when nothing can be heard."""

import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.db import transaction

from config.embedded import Valkey
from config.processes import stop
from post import live
from tests.post.conftest import Ear, start_web

pytestmark = pytest.mark.django_db(transaction=True)
Listen = Callable[..., Ear]


def test_a_page_is_told_to_look_at_what_it_listens_to(listen: Listen) -> None:
    ear = listen("o:norte", "a:pedido")
    ear.until("up")

    live.announce(["o:other"], 4)
    live.announce(["a:pedido", "o:norte", "p:problem"], 17)

    assert ear.next() == ("look", {"v": 17, "t": ["a:pedido", "o:norte"]})


def test_the_page_learns_the_servers_clock(listen: Listen) -> None:
    assert abs(listen("o:norte").until("up")["now"] / 1000 - time.time()) < 5


def test_a_page_that_comes_live_learns_the_last_version_of_its_topics(listen: Listen) -> None:
    listen("o:norte").until("up")
    live.announce(["o:norte", "a:otro"], 41)
    live.announce(["o:norte"], 42)

    assert listen("o:norte", "l:quieto").until("up")["v"] == {"o:norte": 42}


def test_the_headers_let_no_proxy_hold_the_signals_back(listen: Listen) -> None:
    ear = listen("o:norte")

    assert ear.response.status == 200
    assert ear.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert "no-cache" in ear.response.headers["Cache-Control"]
    assert ear.response.headers["X-Accel-Buffering"] == "no"
    assert ear.response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in ear.response.headers["Content-Security-Policy"]
    assert ear.response.readline() == b"retry: 1000\n"


def test_all_pages_hear_it(listen: Listen) -> None:
    ears = [listen("o:norte") for _ in range(20)]
    for ear in ears:
        ear.until("up")

    live.announce(["o:norte"], 3)

    assert [ear.until("look")["v"] for ear in ears] == [3] * 20


def test_a_flood_of_changes_arrives_as_few_signals_with_the_last_version(listen: Listen) -> None:
    ear = listen("o:norte", "l:uno", "l:dos")
    ear.until("up")

    for version in range(1, 201):
        live.announce(["o:norte", "l:uno" if version % 2 else "l:dos"], version)

    looks = [ear.until("look")]
    while looks[-1]["v"] < 200:
        looks.append(ear.until("look"))
    assert len(looks) < 60
    assert {topic for look in looks for topic in look["t"]} == {"o:norte", "l:uno", "l:dos"}
    assert [look["v"] for look in looks] == sorted(look["v"] for look in looks)


def test_what_is_rolled_back_is_not_announced(listen: Listen) -> None:
    ear = listen("o:norte")
    ear.until("up")

    with transaction.atomic():
        live.announce(["o:norte"], 1)
        transaction.set_rollback(True)
    with transaction.atomic():
        live.announce(["o:norte"], 2)

    assert ear.until("look")["v"] == 2


def test_a_token_runs_out_and_the_page_is_told(listen: Listen) -> None:
    ear = listen("o:norte", max_age=timedelta(seconds=1))
    ear.until("up")

    assert ear.until("expired") is None
    assert ear.next() == ("", None)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?token=", 400),
        ("?token=a&token=b", 400),
        ("?token=forged", 403),
        ("?token=" + "x" * 7000, 403),
        ("?token=%00%ff", 403),
    ],
)
def test_without_a_good_token_nothing_is_heard(web: int, query: str, status: int) -> None:
    connection = HTTPConnection("127.0.0.1", web, timeout=5)
    connection.request("GET", f"/live{query}")
    answer = connection.getresponse()

    assert answer.status == status
    assert len(answer.read()) < 100
    connection.close()


@pytest.mark.parametrize("age", [timedelta(seconds=-1), timedelta(days=-1)])
def test_an_expired_token_is_refused(web: int, age: timedelta) -> None:
    ear = Ear(web, ["o:norte"], max_age=age)

    assert ear.response.status == 403
    ear.close()


def test_a_token_of_another_purpose_is_refused(web: int) -> None:
    ear = Ear(web, token=signing.dumps({"t": ["o:norte"], "u": time.time() + 60}, salt="something.else"))

    assert ear.response.status == 403
    ear.close()


def test_only_get(web: int) -> None:
    connection = HTTPConnection("127.0.0.1", web, timeout=5)
    connection.request("POST", f"/live?token={live.token_for(['o:norte'])}", body=b"x")

    assert connection.getresponse().status == 405
    connection.close()


def test_pages_know_when_valkey_is_away_and_hear_again_when_it_is_back(listen: Listen, valkey: Valkey) -> None:
    ear = listen("o:norte")
    ear.until("up")
    assert valkey.child

    stop([valkey.child], 5)
    ear.until("down")
    began = time.monotonic()
    live.announce(["o:norte"], 1)
    assert time.monotonic() - began < 1.5

    valkey.start(valkey.port)
    valkey.wait()
    ear.until("up")
    # What could not be said is said now, and what follows as ever.
    assert ear.until("look")["v"] == 1
    live.announce(["o:norte"], 2)
    assert ear.until("look")["v"] == 2


def test_a_page_that_comes_back_hears_again(listen: Listen) -> None:
    first = listen("o:norte")
    first.until("up")
    first.close()

    second = listen("o:norte")
    second.until("up")
    live.announce(["o:norte"], 5)

    assert second.until("look")["v"] == 5


def test_a_server_that_is_asked_to_end_does_not_wait_for_its_pages(valkey: Valkey, tmp_path: Path) -> None:
    child, port = start_web(valkey, tmp_path / "web.log")
    ear = Ear(port, ["o:norte"])
    ear.until("up")

    began = time.monotonic()
    stop([child], 5)

    assert time.monotonic() - began < 1.5
    assert ear.next() == ("", None)
    assert "ERROR" not in child.last_words()
    ear.close()


def test_announcing_without_valkey_hurts_nobody_and_is_made_up_for(
    listen: Listen, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The line of the page never broke: without the second try it would not know."""
    ear = listen("o:norte")
    ear.until("up")
    within_reach = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    live.announce(["o:norte"], 7)
    live.announce(["o:norte"], 8)

    assert caplog.text.count("nobody was told") == 1
    settings.REDIS_URL = within_reach
    assert ear.until("look")["v"] == 8
    live.announce(["o:norte"], 9)
    assert ear.until("look")["v"] == 9


def test_who_is_told_to_come_by_https_is_told_so_here_too(listen: Listen) -> None:
    assert "Strict-Transport-Security" not in listen("o:norte").response.headers

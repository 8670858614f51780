"""The streams of one process, driven by hand on a real Valkey: who leaves is forgotten, who is slow gets the sum."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import redis.asyncio

from config.embedded import Valkey
from post import live


class Page:
    """What an ASGI server gives to the application, in the hands of a test."""

    def __init__(self, *topics: str, max_age: timedelta = timedelta(minutes=5)) -> None:
        token = live.token_for(topics, max_age=max_age)
        self.scope: dict[str, Any] = {"method": "GET", "query_string": f"token={token}".encode()}
        self.heard: list[bytes] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.left = asyncio.Event()
        self.task = asyncio.create_task(live.stream(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        self.headers += message.get("headers", [])
        self.heard.append(message.get("body", b""))

    async def hears(self, words: bytes) -> None:
        async with asyncio.timeout(5):
            while words not in b"".join(self.heard):
                await asyncio.sleep(0.005)


async def say(version: int, *topics: str) -> None:
    live._publish(topics, version)


def in_a_hub(story: Callable[[], Awaitable[None]]) -> None:
    async def tell() -> None:
        try:
            await story()
        finally:
            await live.hub.stop()

    asyncio.run(tell())


@pytest.fixture(autouse=True)
def _own_hub(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "hub", live.Hub())
    monkeypatch.setattr(live, "_silent_until", 0.0)


def test_who_leaves_is_forgotten() -> None:
    async def story() -> None:
        page = Page("o:norte", "l:uno")
        await page.hears(b"event: up")
        assert len(live.hub.streams) == 1
        assert set(live.hub.listeners) == {"o:norte", "l:uno"}

        page.left.set()
        await asyncio.wait_for(page.task, 5)

        assert not live.hub.streams
        assert not live.hub.listeners

    in_a_hub(story)


def test_a_slow_reader_gets_one_signal_for_all_that_it_missed() -> None:
    async def story() -> None:
        slow, quick = Page("o:norte"), Page("o:norte")
        await slow.hears(b"event: up")
        await quick.hears(b"event: up")
        slow.reads.clear()
        for version in (1, 2, 3):
            await say(version, "o:norte")
            await quick.hears(b'"v":%d' % version)

        slow.reads.set()
        await slow.hears(b'"v":3')

        assert b"".join(slow.heard).count(b"event: look") <= 2
        assert b"".join(quick.heard).count(b"event: look") == 3

    in_a_hub(story)


def test_a_silent_line_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.2)

    async def story() -> None:
        page = Page("o:norte")
        await page.hears(b"event: beat")

    in_a_hub(story)


def test_nobody_is_woken_by_what_does_not_concern_them() -> None:
    async def story() -> None:
        page, other = Page("o:norte"), Page("o:sur")
        await page.hears(b"event: up")
        await other.hears(b"event: up")
        heard = len(other.heard)

        await say(1, "o:norte")
        await page.hears(b"event: look")

        assert len(other.heard) == heard

    in_a_hub(story)


def test_what_cannot_be_read_breaks_nothing(settings: Any) -> None:
    async def story() -> None:
        page = Page("o:norte")
        await page.hears(b"event: up")
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
        for words in (b"", b"[]", b'{"v": "x", "t": []}', b'{"t": 3}', b"\xff"):
            await client.publish(live._channel(), words)
        await client.aclose()
        await say(2, "o:norte")
        await page.hears(b'"v":2')

    in_a_hub(story)


def test_an_https_house_says_so_on_every_answer(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 300
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    lasts = (b"strict-transport-security", b"max-age=300; includeSubDomains; preload")

    async def story() -> None:
        page = Page("o:norte")
        await page.hears(b"event: up")
        assert lasts in page.headers

        refused = Page("o:norte", max_age=timedelta(seconds=-1))
        await asyncio.wait_for(refused.task, 5)
        assert lasts in refused.headers

    in_a_hub(story)


def test_too_many_pages_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 1)

    async def story() -> None:
        first = Page("o:norte")
        await first.hears(b"event: up")
        second = Page("o:norte")
        await asyncio.wait_for(second.task, 5)

        assert b"Too many" in b"".join(second.heard)
        assert len(live.hub.streams) == 1

    in_a_hub(story)

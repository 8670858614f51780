"""Live signals: "look again", nothing more. What there is to see, a page fetches through its own doorway.

A deed announces topics and a version; on commit they go to Valkey. Each web process holds one subscription and wakes
those of its streams that listen to one of the topics. A stream needs no database: it shows a short-lived signed token
that the page was given and that names the topics.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import parse_qs

import redis
import redis.asyncio
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SALT = "post.live"
TOKEN_LASTS = timedelta(minutes=15)
LONGEST_TOKEN = 6000
# Announcements within this time of the last one leave together: above 15 changes a second rendering costs more.
TOGETHER = 1 / 15
# A deed may announce in two messages (its organization's, its room's): they leave as one signal.
SOON = 0.008
# A page that has heard nothing for two and a half of these knows that the line is dead.
BEAT = 10
# Beats are spread over the seconds, so that a thousand streams are not written to at once.
SHARES = 10
MOST_STREAMS = 5000
# So long the last version of a topic is remembered, for pages that have just been opened.
REMEMBERED = timedelta(hours=1)
# After Valkey did not take an announcement, deeds do not wait for it again for a while; then it is said again.
SILENCE = 2.0
# So many topics are kept for that; pages of a longer silence are told when their line is live again.
MOST_UNSAID = 10_000


# Announcing (any thread, any process) ---------------------------------------------------------------------------------


def announce(topics: Iterable[str], version: int) -> None:
    """Tells on commit those who look at one of the topics to look again. Never hurts the deed that announces."""
    transaction.on_commit(partial(_publish, tuple(dict.fromkeys(topics)), version))


_silent_until = 0.0
_unsaid: dict[str, int] = {}
_unsaid_lock = threading.Lock()
_again: threading.Timer | None = None


def _publish(topics: tuple[str, ...], version: int) -> None:
    if topics and (time.monotonic() < _silent_until or not _tell(dict.fromkeys(topics, version))):
        _keep(dict.fromkeys(topics, version))


def _tell(news: dict[str, int]) -> bool:
    """Topic → version, one signal for each version."""
    global _silent_until
    try:
        telling = _valkey(settings.REDIS_URL).pipeline(transaction=True)
        for topic, version in news.items():
            telling.set(_last(topic), version, ex=REMEMBERED)
        for version in sorted(set(news.values())):
            topics = [topic for topic, of_topic in news.items() if of_topic == version]
            telling.publish(_channel(), json.dumps({"v": version, "t": topics}))
        telling.execute()
    except (redis.RedisError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE
        logger.warning("nobody was told to look at %d topics: %s", len(news), type(error).__name__)
        return False
    return True


def _keep(news: dict[str, int]) -> None:
    """A Valkey that was only slow breaks no line: no page would ever know that it missed something."""
    global _again
    with _unsaid_lock:
        for topic, version in news.items():
            if topic in _unsaid or len(_unsaid) < MOST_UNSAID:
                _unsaid[topic] = max(version, _unsaid.get(topic, version))
        # In a child of this process the timer of its parent is not alive.
        if _again is None or not _again.is_alive():
            _again = threading.Timer(SILENCE, _say_again)
            _again.daemon = True
            # A process that ends starts no threads any more.
            with suppress(RuntimeError):
                _again.start()


def _say_again() -> None:
    global _again
    with _unsaid_lock:
        news, _again = dict(_unsaid), None
        _unsaid.clear()
    if news and not _tell(news):
        _keep(news)


@lru_cache(maxsize=4)
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5, retry=Retry(NoBackoff(), 1))


def _channel() -> str:
    # Channels know no database numbers: the prefix alone keeps two installations on one server apart.
    return f"{settings.REDIS_PREFIX}:live"


def _last(topic: str) -> str:
    """The key under which the last announced version of a topic is remembered."""
    return f"{settings.REDIS_PREFIX}:live:{topic}"


def token_for(topics: Iterable[str], *, max_age: timedelta = TOKEN_LASTS) -> str:
    """What a page shows to `/live` to hear of these topics until it must ask again."""
    until = time.time() + max_age.total_seconds()
    return signing.dumps({"t": sorted(set(topics)), "u": round(until, 3)}, salt=SALT, compress=True)


def read_token(token: str) -> tuple[tuple[str, ...], float] | None:
    """Its topics and the instant (seconds of the epoch) until which it holds; None if it is not ours."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        found = signing.loads(token, salt=SALT)
        return tuple(map(str, found["t"])), float(found["u"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


# Streaming (the event loop of a web process) --------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _look(version: int, topics: tuple[str, ...]) -> bytes:
    data = json.dumps({"v": version, "t": topics}, separators=(",", ":"))
    return f"event: look\ndata: {data}\n\n".encode()


def _up(versions: dict[str, int] | None = None) -> bytes:
    """The line is live; with the server's clock, because a page counts down to moments that the server set.

    With the last versions of its topics (those of the last hour) a page that has just been opened sees that nothing
    happened since it was rendered, and need not fetch itself again.
    """
    data: dict[str, Any] = {"now": int(timezone.now().timestamp() * 1000)}
    if versions is not None:
        data["v"] = versions
    return f"event: up\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


DOWN = b"event: down\ndata:\n\n"
EXPIRED = b"event: expired\ndata:\n\n"
BEATS = b"event: beat\ndata:\n\n"


class Stream:
    """One open page: the topics that it listens to, and what it has not been told yet."""

    __slots__ = ("beat", "gone", "known", "news", "said_up", "share", "topics", "until", "up", "version", "waiter")

    def __init__(self, topics: tuple[str, ...], until: float, share: int) -> None:
        self.topics = topics
        self.until = until
        self.share = share
        self.news: set[str] = set()
        self.known: dict[str, int] | None = None
        self.version = 0
        self.up: bool | None = None
        self.said_up: bool | None = None
        self.beat = False
        self.gone = False
        self.waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def leave(self, _receiving: object = None) -> None:
        self.gone = True
        self.wake()

    @property
    def has_something(self) -> bool:
        return self.gone or self.beat or bool(self.news) or self.up is not self.said_up

    def take(self) -> bytes:
        """What there is to say now. A slow reader gets one "look" for all that it missed."""
        said = b""
        if self.up is not self.said_up:
            self.said_up = self.up
            said = _up(self.known) if self.up else DOWN
            self.known = None
        if self.news:
            said += _look(self.version, tuple(sorted(self.news)))
            self.news.clear()
        elif self.beat and not said:
            said = BEATS
        self.beat = False
        return said

    async def wait(self) -> None:
        if not self.has_something:
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
            self.waiter = None


class Hub:
    """The streams of this process and its one subscription."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.listeners: dict[str, set[Stream]] = {}
        self.up = False
        self.pending: dict[str, int] = {}
        self.flush_at = 0.0
        self.count = 0
        self.closing = False
        self.tasks: list[asyncio.Task[None]] = []
        self.asking: redis.asyncio.Redis | None = None

    def start(self) -> None:
        if not self.tasks:
            self.tasks = [asyncio.create_task(self.subscribe()), asyncio.create_task(self.keep_beating())]

    async def stop(self) -> None:
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        asking, self.asking = self.asking, None
        if asking is not None:
            await asking.aclose()

    def hang_up(self) -> None:
        """The process is asked to end: it need not wait for pages that would never leave."""
        self.closing = True
        for stream in self.streams:
            stream.leave()

    def join(self, topics: tuple[str, ...], until: float) -> Stream:
        self.count += 1
        stream = Stream(topics, until, self.count % SHARES)
        stream.up = self.up
        self.streams.add(stream)
        for topic in topics:
            self.listeners.setdefault(topic, set()).add(stream)
        return stream

    def part(self, stream: Stream) -> None:
        self.streams.discard(stream)
        for topic in stream.topics:
            others = self.listeners.get(topic, set())
            others.discard(stream)
            if not others:
                self.listeners.pop(topic, None)

    # What comes from Valkey

    async def last_versions(self, topics: tuple[str, ...]) -> dict[str, int] | None:
        """Topic → its last announced version, for those announced within the hour; None if Valkey does not say."""
        if not self.up:
            return None
        if self.asking is None:
            pool = redis.asyncio.BlockingConnectionPool.from_url(
                settings.REDIS_URL, max_connections=4, timeout=1, socket_connect_timeout=0.5, socket_timeout=0.5
            )
            self.asking = redis.asyncio.Redis.from_pool(pool)
        try:
            found = await self.asking.mget([_last(topic) for topic in topics])
            return {topic: int(version) for topic, version in zip(topics, found, strict=True) if version is not None}
        except (redis.RedisError, OSError, ValueError):
            return None

    async def subscribe(self) -> None:
        """Holds the subscription; without it every stream is told that it is not live."""
        pause = 0.1
        while True:
            client = redis.asyncio.Redis.from_url(
                settings.REDIS_URL, socket_connect_timeout=2, socket_keepalive=True, retry=AsyncRetry(NoBackoff(), 0)
            )
            try:
                async with client.pubsub() as subscription:
                    await subscription.subscribe(_channel())
                    asked = 0
                    while True:
                        message = await subscription.get_message(timeout=2)
                        if message is None:
                            # Silence: is it still there? Two questions without an answer mean that it is not.
                            if asked == 2:
                                raise redis.ConnectionError("no answer")
                            asked += 1
                            await subscription.ping()
                            continue
                        asked = 0
                        if message["type"] == "subscribe":
                            pause = 0.1
                            self.turn(up=True)
                        elif message["type"] == "message":
                            self.hear(message["data"])
            except Exception as error:  # whatever it is, the next try is near and the pages know
                if self.up:
                    logger.warning("live signals are lost: %s", type(error).__name__)
            finally:
                self.turn(up=False)
                with suppress(redis.RedisError, OSError):
                    await client.aclose()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)

    def turn(self, *, up: bool) -> None:
        self.up = up
        for stream in self.streams:
            stream.up = up
            stream.wake()

    def hear(self, data: bytes) -> None:
        try:
            said = json.loads(data)
            version, topics = int(said["v"]), list(map(str, said["t"]))
        except (ValueError, KeyError, TypeError):
            logger.warning("a live signal could not be read")
            return
        loop = asyncio.get_running_loop()
        for topic in topics:
            if topic in self.listeners:
                if not self.pending:
                    loop.call_at(max(self.flush_at, loop.time() + SOON), self.flush)
                self.pending[topic] = max(version, self.pending.get(topic, 0))

    def flush(self) -> None:
        for topic, version in self.pending.items():
            for stream in self.listeners.get(topic, ()):
                stream.news.add(topic)
                stream.version = max(stream.version, version)
                stream.wake()
        self.pending.clear()
        self.flush_at = asyncio.get_running_loop().time() + TOGETHER

    async def keep_beating(self) -> None:
        share = 0
        while True:
            await asyncio.sleep(BEAT / SHARES)
            share = (share + 1) % SHARES
            now = time.time()
            for stream in self.streams:
                if stream.share == share or stream.until <= now:
                    stream.beat = True
                    stream.wake()


hub = Hub()

# No middleware of Django's stands before the stream: what all answers bear is written here.
BARE = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-store"),
    (b"x-accel-buffering", b"no"),
]


def _always() -> list[tuple[bytes, bytes]]:
    """What every answer bears, `Strict-Transport-Security` where the address is https."""
    if not settings.SECURE_HSTS_SECONDS:
        return BARE
    lasts = f"max-age={settings.SECURE_HSTS_SECONDS}"
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        lasts += "; includeSubDomains"
    if settings.SECURE_HSTS_PRELOAD:
        lasts += "; preload"
    return [*BARE, (b"strict-transport-security", lasts.encode())]


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application at `/live?token=…`."""
    if scope["method"] != "GET":
        await _refuse(send, 405, "Only GET.")
        return
    tokens = parse_qs(scope["query_string"].decode("ascii", "replace")).get("token", [])
    if len(tokens) != 1:
        await _refuse(send, 400, "No token.")
        return
    found = read_token(tokens[0])
    if found is None or found[1] <= time.time():
        await _refuse(send, 403, "This token does not hold, or no longer: ask the page for a new one.")
        return
    if len(hub.streams) >= MOST_STREAMS:
        await _refuse(send, 503, "Too many pages are live at once: try again in a while.")
        return
    hub.start()
    mine = hub.join(*found)
    # After joining: what is announced from here on comes as news.
    mine.known = await hub.last_versions(mine.topics)
    leaving: asyncio.Future[Any] = asyncio.ensure_future(_until_left(receive))
    leaving.add_done_callback(mine.leave)
    try:
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *_always()]})
        await send({"type": "http.response.body", "body": b"retry: 1000\n\n" + mine.take(), "more_body": True})
        while True:
            await mine.wait()
            if hub.closing:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            if mine.gone:
                return
            if mine.until <= time.time():
                await send({"type": "http.response.body", "body": EXPIRED, "more_body": False})
                return
            await send({"type": "http.response.body", "body": mine.take(), "more_body": True})
    finally:
        hub.part(mine)
        leaving.cancel()


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *_always()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode(), "more_body": False})

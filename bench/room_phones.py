"""Many phones and the projector in one process: `python -m bench.room_phones PORT CODE COUNT`.

Each comes in by the code, opens its stream, fetches its room with every signal (with its tag, one fetch at a time, as
the script of a phone does), and acts at the pace of a person on what the room offers: score, dots, asks, answers,
signatures. Says "in" when all are in and live; at the end of standard input tells what it saw, as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import sys
import time
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import uvloop

FORM = re.compile(r'<form\b[^>]*\baction="([^"]+)"[^>]*>(.*?)</form>', re.S)
INPUT = re.compile(r"<(?:input|button)\b[^>]*>")
NAMED = re.compile(r'\s(name|value|type)="([^"]*)"')
PART = re.compile(r'<section id="([^"]+)" class="ph-part[^"]*" data-part="([^"]*)"( data-same)?>(.*?)</section>', re.S)
PULSE = re.compile(r'data-pulse="(\d+)"')
TOKEN = re.compile(r'data-live-token="([^"]+)"')
WALL = re.compile(r'<div id="wall"[^>]*data-live-version="(\d+)"[^>]*hx-get="([^"]+)"')
AREA = re.compile(r'<input\b[^>]*name="area"[^>]*value="([^"]+)"')
LOOK = re.compile(rb"event: look")
# A person reads, thinks, types: so many seconds until the first act of a step and between two acts.
FIRST_ACT, NEXT_ACT = (4.0, 16.0), (20.0, 60.0)
# Trials of faults want people in a hurry.
HURRY = float(os.environ.get("HURRY", "1"))
PATIENCE = 15.0
WALL_PACE = 0.4
# What a phone may be told besides what it asked for: somebody of the area was faster, the step is over.
TOLD = {409, 410, 422}


class Answer:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text


class Line:
    """One connection that is kept, with the cookies of its phone."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.port = port
        self.cookies = cookies
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.lock = asyncio.Lock()

    async def ask(self, method: str, path: str, data: Mapping[str, str] | None = None, **headers: str) -> Answer:
        async with self.lock:
            try:
                return await asyncio.wait_for(self._ask(method, path, data, headers), PATIENCE)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.hang_up()
            try:
                return await asyncio.wait_for(self._ask(method, path, data, headers), PATIENCE)
            except BaseException:
                # What would still arrive on this line is not the answer to what is asked next.
                self.hang_up()
                raise

    def hang_up(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    async def _ask(self, method: str, path: str, data: Mapping[str, str] | None, more: dict[str, str]) -> Answer:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        body = urlencode(data or {}).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept-Language: es"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return await self._answer(self.reader)

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        headers: dict[str, str] = {}
        for line in head[1:]:
            name, _colon, value = line.partition(":")
            if name.lower() == "set-cookie":
                key, _equals, rest = value.strip().partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
            elif name:
                headers[name.lower()] = value.strip()
        if status in (204, 304):
            return Answer(status, headers, "")
        if headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int((await reader.readline()).split(b";")[0], 16):
                parts.append(await reader.readexactly(size))
                await reader.readexactly(2)
            await reader.readline()
            return Answer(status, headers, b"".join(parts).decode())
        return Answer(status, headers, (await reader.readexactly(int(headers.get("content-length", "0")))).decode())


class Screen:
    """A window of the room that follows it by its stream: one fetch at a time; what is said meanwhile is one more."""

    def __init__(self, port: int, code: str, crowd: Crowd) -> None:
        self.port = port
        self.code = code
        self.crowd = crowd
        self.line = Line(port, {})
        self.pulse = 0
        self.live = asyncio.Event()
        self.again = asyncio.Event()
        self.seen: list[tuple[int, float]] = []
        self.looked: list[float] = []
        self.token = ""

    @property
    def place(self) -> str:
        return f"/w/{self.code}/"

    async def fetch(self) -> Answer:
        raise NotImplementedError

    def take(self, html: str) -> None:
        raise NotImplementedError

    def shows(self, pulse: int) -> None:
        self.pulse = pulse
        self.seen.append((pulse, time.monotonic()))

    async def listen(self) -> None:
        """The stream; whatever ends it, the window comes back and looks again."""
        while not self.crowd.over:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(f"GET /live?token={quote(self.token)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                while data := await reader.read(65536):
                    if b"event: up" in data:
                        self.live.set()
                        self.again.set()
                    if LOOK.search(data):
                        self.again.set()
                writer.close()
            except OSError:
                pass
            if not self.crowd.over:
                self.crowd.cut += 1
                await asyncio.sleep(1)
                await self.renew()

    async def renew(self) -> None:
        try:
            answer = await self.line.ask("GET", f"{self.place}?token=new")
            self.token = json.loads(answer.text)["token"]
        except (OSError, TimeoutError, ValueError, KeyError, asyncio.IncompleteReadError):
            self.crowd.away += 1

    async def follow(self) -> None:
        while True:
            await self.again.wait()
            self.again.clear()
            try:
                answer = await self.fetch()
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                self.crowd.away += 1
                await asyncio.sleep(0.5)
                self.again.set()
                continue
            self.crowd.count(answer)
            self.looked.append(time.monotonic())
            if answer.status == 200:
                self.take(answer.text)


class Wall(Screen):
    """The projector."""

    url = ""

    @property
    def place(self) -> str:
        return f"/w/{self.code}/projector/"

    async def come_in(self) -> None:
        page = await self.line.ask("GET", self.place)
        self.crowd.count(page)
        found = TOKEN.search(page.text)
        if not found:
            raise SystemExit(f"no wall: {page.status} {page.text[:2000]}")
        self.token = found[1]
        self.take(page.text)

    async def fetch(self) -> Answer:
        # A few times each second, as wall.js does.
        await asyncio.sleep(max(0.0, self.looked[-1] + WALL_PACE - time.monotonic()) if self.looked else 0)
        return await self.line.ask("GET", self.url, None, HX_Request="true")

    def take(self, html: str) -> None:
        found = WALL.search(html)
        if found:
            self.url = unescape(found[2])
            self.shows(int(found[1]))


class Phone(Screen):
    def __init__(self, n: int, port: int, code: str, crowd: Crowd) -> None:
        super().__init__(port, code, crowd)
        self.n = n
        self.tag = ""
        self.parts: dict[str, tuple[str, str]] = {}
        self.wrote = 0
        self.rng = random.Random(n)

    async def come_in(self) -> None:
        door = await self.line.ask("GET", self.place)
        areas = AREA.findall(door.text)
        if not areas:
            raise SystemExit(f"no door: {door.status} {door.text[:2000]}")
        said = {
            "csrfmiddlewaretoken": self.line.cookies.get("csrf", ""),
            "name": f"Persona {self.n}",
            "area": areas[self.n % len(areas)],
        }
        answer = await self.line.ask("POST", f"{self.place}join/", said)
        self.crowd.count(answer)
        page = await self.line.ask("GET", self.place)
        self.crowd.count(page)
        found = TOKEN.search(page.text)
        if not found:
            raise SystemExit(f"phone {self.n} did not come in: {answer.status} {page.status}")
        self.token = found[1]
        self.take(page.text)

    def take(self, html: str) -> None:
        found = PULSE.search(html)
        if found and int(found[1]) >= self.pulse:
            known, self.parts = self.parts, {}
            for ident, print_, is_same, inside in PART.findall(html):
                self.parts[ident] = known.get(ident, (print_, "")) if is_same else (print_, inside)
            self.shows(int(found[1]))

    def has(self) -> str:
        """The parts that stand here and need not travel again, as the script of a phone says it."""
        return ",".join(print_ for print_, _inside in self.parts.values())

    async def fetch(self) -> Answer:
        headers = {"If_None_Match": self.tag} if self.tag else {}
        answer = await self.line.ask("GET", f"{self.place}now/", None, X_Phone="1", X_Has=self.has(), **headers)
        if answer.status == 200:
            self.tag = answer.headers.get("etag", "")
        return answer

    async def live_on(self) -> None:
        """Acts at a person's pace for as long as the room goes on."""
        while not self.crowd.over:
            step = self.crowd.step
            await asyncio.sleep(self.rng.uniform(*FIRST_ACT) / HURRY)
            while step == self.crowd.step and not self.crowd.over:
                await self.act()
                await asyncio.sleep(self.rng.uniform(*NEXT_ACT) / HURRY)

    async def act(self) -> None:
        html = "".join(inside for _print, inside in self.parts.values())
        offers = [(action, forms) for action, forms in map(read_form, FORM.findall(html)) if self.wants(action)]
        if not offers:
            return
        action, said = self.rng.choice(offers)
        is_ask = "/asks/new/" in action
        if action.endswith("/score/"):
            said["value"] = str(self.rng.randrange(11))
        elif action.endswith("/dots/"):
            said["n"] = "1"
        elif action.endswith("/propose/"):
            said["text"] = f"El cliente espera demasiado {self.n}"
        elif is_ask:
            self.wrote += 1
            said |= {
                "outcome": f"Aviso {self.n}/{self.wrote} antes del mediodía",
                "satisfaction": "Publicado cada lunes antes de las 12",
                "often": "week",
            }
        said["csrfmiddlewaretoken"] = self.line.cookies.get("csrf", "")
        began = time.monotonic()
        while True:
            try:
                answer = await self.line.ask("POST", action, said, X_Phone="1", X_Has=self.has())
                break
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                # What a phone does: the same form, with the same key, until there is an answer.
                self.crowd.away += 1
                await asyncio.sleep(1)
        self.crowd.count(answer)
        if is_ask:
            self.crowd.asked((time.monotonic() - began) * 1000, answer.status, said["outcome"] in answer.text)
            if answer.status == 200:
                self.crowd.confirmed.append(said["outcome"])
        else:
            self.crowd.did(action, answer.status)
        if answer.status == 200:
            self.take(answer.text)

    def wants(self, action: str) -> bool:
        if action.endswith("/propose/"):
            return self.n % 12 == 0
        return (
            action.endswith(("/score/", "/dots/", "/agree/", "/ready/")) or "/asks/new/" in action or "/sign/" in action
        )


def read_form(found: tuple[str, str]) -> tuple[str, dict[str, str]]:
    """(action, what it would send untouched): hidden fields, days, and the value of its first button."""
    said: dict[str, str] = {}
    for tag in INPUT.findall(found[1]):
        known = dict(NAMED.findall(tag))
        if known.get("name") and (known.get("type") in ("hidden", "date") or tag.startswith("<button")):
            said.setdefault(known["name"], unescape(known.get("value", "")))
    return unescape(found[0]), said


class Crowd:
    def __init__(self) -> None:
        self.over = False
        self.step = ""
        self.errors: list[str] = []
        self.answers = 0
        self.told = 0
        self.cut = 0
        self.away = 0
        self.asks: list[float] = []
        self.unseen = 0
        self.confirmed: list[str] = []
        self.deeds: dict[str, int] = {}

    def count(self, answer: Answer) -> None:
        self.answers += 1
        if answer.status in TOLD:
            self.told += 1
        elif answer.status >= 400:
            self.errors.append(f"{answer.status}: {answer.text[:200]}")

    def asked(self, took: float, status: int, is_shown: bool) -> None:
        self.deeds[f"ask {status}"] = self.deeds.get(f"ask {status}", 0) + 1
        if status == 200:
            self.asks.append(took)
            self.unseen += not is_shown

    def did(self, action: str, status: int) -> None:
        name = f"{action.rstrip('/').rpartition('/')[2]} {status}"
        if "/sign/" in action:
            name = f"sign {status}"
        self.deeds[name] = self.deeds.get(name, 0) + 1


async def main() -> None:
    port, code, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    crowd = Crowd()
    phones = [Phone(n, port, code, crowd) for n in range(count)]
    # Some at once, as people scan a code.
    for start in range(0, count, 10):
        await asyncio.gather(*(phone.come_in() for phone in phones[start : start + 10]))
    wall = Wall(port, code, crowd)
    await wall.come_in()
    screens: list[Screen] = [wall, *phones]
    tasks = [asyncio.create_task(screen.listen()) for screen in screens]
    tasks += [asyncio.create_task(screen.follow()) for screen in screens]
    await asyncio.wait_for(asyncio.gather(*(screen.live.wait() for screen in screens)), 60)
    print("in", flush=True)
    tasks += [asyncio.create_task(phone.live_on()) for phone in phones]
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        crowd.step = line.decode().strip()
    crowd.over = True
    # What is on its way arrives.
    await asyncio.sleep(1.5)
    told: dict[str, Any] = {
        "seen": [phone.seen for phone in phones],
        "wall": wall.seen,
        "looked": [phone.looked for phone in phones],
        "asks": crowd.asks,
        "unseen": crowd.unseen,
        "confirmed": crowd.confirmed,
        "errors": crowd.errors,
        "answers": crowd.answers,
        "told": crowd.told,
        "cut": crowd.cut,
        "away": crowd.away,
        "deeds": crowd.deeds,
    }
    print(json.dumps(told), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(main())

"""Many open pages in one process: `python -m bench.live_clients PORT COUNT PATH`.

Says "open" when all are connected, then for each version that all of them have received (or after five seconds) one
line of JSON: the version and the instants of receipt. PATH "-" speaks to the floor, which has no HTTP.
"""

import asyncio
import json
import re
import sys
import time
from typing import cast

import uvloop

LOOK = re.compile(rb'"v":(\d+)')


class Page(asyncio.Protocol):
    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop has its own class
        if self.crowd.path != "-":
            transport.write(f"GET {self.crowd.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.open and b"event: up" in data:
            self.open = True
            self.crowd.opened()
        for found in LOOK.finditer(data):
            self.crowd.received(int(found[1]), now)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.lost += 1


class Crowd:
    def __init__(self, count: int, path: str) -> None:
        self.count = count
        self.path = path
        self.up = 0
        self.lost = 0
        self.all_up = asyncio.Event()
        self.receipts: dict[int, list[float]] = {}

    def opened(self) -> None:
        self.up += 1
        if self.up == self.count:
            self.all_up.set()

    def received(self, version: int, now: float) -> None:
        if version not in self.receipts:
            self.receipts[version] = []
            asyncio.get_running_loop().call_later(5, self.tell, version)
        self.receipts[version].append(now)
        if len(self.receipts[version]) == self.count:
            # After the last one has it: telling earlier would cost the others time.
            asyncio.get_running_loop().call_later(0.02, self.tell, version)

    def tell(self, version: int) -> None:
        if self.receipts.get(version):
            print(json.dumps({"version": version, "at": self.receipts[version], "lost": self.lost}), flush=True)
            self.receipts[version] = []


async def main() -> None:
    port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    crowd = Crowd(count, path)
    loop = asyncio.get_running_loop()
    for start in range(0, count, 50):
        waiting = [loop.create_connection(lambda: Page(crowd), "127.0.0.1", port) for _ in range(start, start + 50)]
        await asyncio.gather(*waiting[: count - start])
        for extra in waiting[count - start :]:
            extra.close()
    await asyncio.wait_for(crowd.all_up.wait(), 60)
    print("open", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())

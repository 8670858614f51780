"""The transport alone: `python -m bench.live_floor PORT`. A byte to the next port is written on to all connections."""

import asyncio
import sys
from typing import cast

import uvloop

connected: set[asyncio.Transport] = set()


class Listener(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop has its own class
        self.transport = transport
        connected.add(transport)
        transport.write(b"event: up\ndata:\n\n")

    def connection_lost(self, exc: Exception | None) -> None:
        connected.discard(self.transport)


class Trigger(asyncio.Protocol):
    def data_received(self, data: bytes) -> None:
        for line in data.splitlines():
            said = b'event: look\ndata: {"v":%s,"t":["o:abcdefghjkmn"]}\n\n' % line
            for transport in connected:
                transport.write(said)


async def main() -> None:
    port = int(sys.argv[1])
    loop = asyncio.get_running_loop()
    await loop.create_server(Listener, "127.0.0.1", port, backlog=2048)
    await loop.create_server(Trigger, "127.0.0.1", int(sys.argv[2]))
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())

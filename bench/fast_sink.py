"""A mail server that accepts everything and keeps nothing but a count, in a process of its own: `… PORT COUNT_FILE`.

Just enough SMTP for smtplib, so that what is measured is the sender. The count is written when a connection ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


class Sink(asyncio.Protocol):
    accepted = 0
    count_file: Path

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = bytearray()
        self.in_data = False
        transport.write(b"220 sink\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.count_file.write_text(str(Sink.accepted))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._one():
            pass

    def _one(self) -> bool:
        """Takes one line, or one message, off the buffer."""
        end = self.buffer.find(b"\r\n.\r\n" if self.in_data else b"\r\n")
        if end < 0:
            return False
        line = bytes(self.buffer[:end])
        del self.buffer[: end + (5 if self.in_data else 2)]
        if self.in_data:
            self.in_data = False
            Sink.accepted += 1
            self.transport.write(b"250 taken\r\n")
        elif line[:4].upper() == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif line[:4].upper() == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 OK\r\n")
        return True


async def main(port: int, count_file: Path) -> None:
    Sink.count_file = count_file
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))

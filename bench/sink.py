"""A mail server in a process of its own that remembers what it accepted: `python -m bench.sink PORT LOG MOOD`.

Each accepted message is a line "<seconds> <Message-ID>" in LOG. The file MOOD says how it feels: "well", "slow 0.02",
"refusing" (451 to everything), "dying" (hangs up in the middle of each message).
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Remembers:
    def __init__(self, log: Path, mood: Path) -> None:
        self.log = log.open("a", buffering=1)
        self.mood = mood

    def feels(self) -> tuple[str, float]:
        words = self.mood.read_text().split() if self.mood.exists() else []
        return (words[0] if words else "well"), float(words[1]) if len(words) > 1 else 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood, seconds = self.feels()
        if mood == "refusing":
            return "451 not now"
        if mood == "dying":
            assert server.transport
            server.transport.close()
            return "421 gone"
        if seconds:
            await asyncio.sleep(seconds)
        name = BytesHeaderParser().parsebytes(envelope.original_content or b"")["Message-ID"]
        self.log.write(f"{time.time():.6f} {name}\n")
        return "250 OK"


def main(port: int, log: str, mood: str) -> None:
    server = Controller(Remembers(Path(log), Path(mood)), hostname="127.0.0.1", port=port)
    server.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])

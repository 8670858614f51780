"""uvicorn on a socket that somebody else opened: `python -m config.serve --fd 7`, or on a port of its own."""

import argparse
import os
import socket
from typing import Any

import uvicorn

from config import env

APPLICATION = "config.asgi:application"


def main() -> None:
    try:
        port, processes = env.port(os.environ), env.number(os.environ, "WEB_PROCESSES", 1, 1, 64)
    except env.Wrong as wrong:
        raise SystemExit(str(wrong)) from None
    parser = argparse.ArgumentParser(prog="config.serve")
    parser.add_argument("--fd", type=int, help="the number of an open, listening socket")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--processes", type=int, default=processes)
    chosen = parser.parse_args()
    settings: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        # Django itself reads the proxy's headers, and only when TRUSTED_PROXIES says that there is one.
        "proxy_headers": False,
        # An open stream would otherwise keep the server alive for ever.
        "timeout_graceful_shutdown": 2,
    }
    if chosen.processes > 1:
        settings["loop"] = "config.sharing:Loop"
    if chosen.fd is None:
        uvicorn.run(APPLICATION, host=chosen.host, port=chosen.port, workers=chosen.processes, **settings)
    else:
        uvicorn.Server(uvicorn.Config(APPLICATION, **settings)).run(sockets=[socket.socket(fileno=chosen.fd)])


if __name__ == "__main__":
    main()

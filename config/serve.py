"""uvicorn on a socket that somebody else opened: `python -m config.serve --fd 7`, or on a port of its own."""

import argparse
import os
import socket

import uvicorn

APPLICATION = "config.asgi:application"


def main() -> None:
    parser = argparse.ArgumentParser(prog="config.serve")
    parser.add_argument("--fd", type=int, help="the number of an open, listening socket")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    chosen = parser.parse_args()
    proxies = int(os.environ.get("TRUSTED_PROXIES", "0") or 0)
    config = uvicorn.Config(
        APPLICATION,
        host=chosen.host,
        port=chosen.port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Django itself reads the proxy's headers, and only when TRUSTED_PROXIES says that there is one.
        proxy_headers=False,
        forwarded_allow_ips="*" if proxies else None,
        # An open stream would otherwise keep the server alive for ever.
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=64 * 1024,
    )
    sockets = None if chosen.fd is None else [socket.socket(fileno=chosen.fd)]
    uvicorn.Server(config).run(sockets=sockets)


if __name__ == "__main__":
    main()

"""What the way from the socket to Django lets through, and what it does not."""

import socket
import urllib.request
from contextlib import ExitStack
from urllib.parse import urlsplit

from django.conf import settings

from tests.e2e.conftest import StartServer

HEAD = "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def connect(server: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(server).port or 80), timeout=5)


def status(connection: socket.socket) -> int:
    with connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def test_slow_senders_keep_nobody_waiting(server: str) -> None:
    with ExitStack() as stack:
        for _ in range(30):
            slow = stack.enter_context(connect(server))
            slow.sendall(f"{HEAD}Content-Length: 1000\r\n\r\nlogin=an".encode())

        with urllib.request.urlopen(f"{server}/healthz", timeout=3) as answer:
            assert answer.status == 200


def test_what_arrives_in_pieces_is_read_whole(server: str) -> None:
    with connect(server) as connection:
        connection.sendall(f"{HEAD}Content-Length: 21\r\n\r\nlogin=ana".encode())
        connection.sendall(b"@example.com")

        # Without its token: refused by Django, after it has read the whole.
        assert status(connection) == 403


def test_too_much_is_refused_without_being_waited_for(server: str) -> None:
    too_much = settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 4
    with connect(server) as connection:
        connection.sendall(f"{HEAD}Content-Length: {too_much}\r\n\r\n".encode() + b"a" * (too_much // 2))

        assert status(connection) in {400, 403}


def test_a_header_that_only_looks_like_a_proxys_is_left_out(start_server: StartServer) -> None:
    server = start_server(BASE_URL="https://localhost", TRUSTED_PROXIES="1")
    begin = "GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"

    for header, expected in (("X-Forwarded-Proto", 200), ("X_Forwarded_Proto", 301)):
        with connect(server) as connection:
            connection.sendall(f"{begin}{header}: https\r\n\r\n".encode())
            assert status(connection) == expected, header

"""Asks for a page over some connections: `python -m bench.pages_clients PORT COUNT SECONDS PATH COOKIES`.

The cookies are those of as many people, who share the connections. Prints one JSON object: requests, seconds, the
milliseconds of each, bytes of an answer.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time


def ask(port: int, until: float, path: str, cookie: str, took: list[float], sizes: set[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Host": "localhost", "Cookie": cookie, "User-Agent": "bench"}
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        sizes.add(size)
    connection.close()


def main() -> None:
    port, count, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    path, cookies = sys.argv[4], sys.argv[5].split()
    took: list[float] = []
    sizes: set[int] = set()
    until = time.monotonic() + seconds
    began = time.monotonic()
    threads = [
        threading.Thread(target=ask, args=(port, until, path, cookies[n % len(cookies)], took, sizes), daemon=True)
        for n in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"seconds": time.monotonic() - began, "took": took, "size": max(sizes, default=0)}))


if __name__ == "__main__":
    main()

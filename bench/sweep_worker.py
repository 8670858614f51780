"""One worker of the chase, for bench.sweep: says that it is ready, waits for a word, chases until nothing is due."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from contracts import chasing  # noqa: E402


def main(batch: int) -> None:
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    rows = 0
    while True:
        done = chasing.chase_due(timezone.now(), batch)
        rows += done.rows
        if not done.more:
            break
    print(rows, flush=True)


main(int(sys.argv[1]))

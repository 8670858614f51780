"""The ground that the browser tests stand on."""

import urllib.request

from config.celery import app
from config.processes import Child


def test_a_real_server_answers(server: str) -> None:
    with urllib.request.urlopen(f"{server}/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_a_real_worker_knows_the_tasks(worker: Child) -> None:
    known = app.control.inspect(timeout=2).registered() or {}

    assert any("post.tasks.deliver" in task for tasks in known.values() for task in tasks)

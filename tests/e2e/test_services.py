"""The ground that the browser tests stand on."""

import urllib.request

from playwright.sync_api import Page

from config.celery import app
from config.processes import Child


def test_a_real_server_answers(server: str) -> None:
    with urllib.request.urlopen(f"{server}/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_a_real_worker_knows_the_tasks(worker: Child) -> None:
    known = app.control.inspect(timeout=1).registered() or {}

    assert any("post.tasks.deliver" in task for tasks in known.values() for task in tasks)


def test_a_real_browser_obeys_the_strict_policy(page: Page, server: str) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))

    answer = page.goto(f"{server}/accounts/login/")
    page.evaluate(
        """() => {
            const script = document.createElement("script")
            script.textContent = "document.title = 1"
            document.head.append(script)
        }"""
    )

    assert answer is not None
    assert answer.status == 200
    assert page.title() != "1"
    assert any("Content Security Policy" in text for text in heard)

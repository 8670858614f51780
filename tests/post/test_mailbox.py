"""The demo's mailbox: everything can be read there, and outside the demo it does not exist."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from post import letters, views
from post.models import Letter

pytestmark = pytest.mark.django_db
Write = Callable[..., Letter]


@pytest.fixture
def demo(settings: Any, client: Client) -> Client:
    settings.DEMO = True
    return client


def page(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    return answer.content.decode()


def test_letters_are_listed_newest_first(demo: Client, write: Write) -> None:
    write("first", subject="Primera")
    write("second", subject="Segunda")

    html = page(demo.get(reverse("post:mailbox")))

    assert html.index("Segunda") < html.index("Primera")
    assert "ana@muebles.example" in html
    assert "data-live-token=" in html
    assert f'data-live="{letters.TOPIC}"' in html


def test_a_sign_in_code_is_seen_in_the_list_and_on_the_letter(demo: Client, write: Write) -> None:
    letter = write(kind="account.code", text="Escribe este código:\n\n    7GK4-QXMP\n\nVale diez minutos.")

    for url in (reverse("post:mailbox"), reverse("post:letter", args=[letter.ref])):
        assert re.search(r'class="mailbox-code">7GK4-QXMP<', page(demo.get(url)))


def test_a_letter_is_marked_with_its_own_language(demo: Client, write: Write) -> None:
    letter = write(subject="Your code", language="en")

    assert '<b lang="en">Your code</b>' in page(demo.get(reverse("post:mailbox")))
    assert '<h1 lang="en">Your code</h1>' in page(demo.get(reverse("post:letter", args=[letter.ref])))


def test_an_empty_mailbox_says_what_to_do(demo: Client) -> None:
    assert 'class="empty"' in page(demo.get(reverse("post:mailbox")))


def test_the_live_fragment_is_the_list_alone(demo: Client, write: Write) -> None:
    write(subject="Primera")

    html = page(demo.get(reverse("post:mailbox"), headers={"HX-Request": "true"}))

    assert "Primera" in html
    assert "<html" not in html
    assert html.lstrip().startswith('<section id="letters"')


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_no_more_for_more_letters(
    demo: Client, write: Write, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        write(str(number), kind="account.code", text="\n7GK4-QXMP\n")

    # The letters, the clocks of the companies, and what the bar says of the time.
    with django_assert_num_queries(4):
        demo.get(reverse("post:mailbox"))


def test_a_letters_html_stands_in_a_frame_without_rights(demo: Client, write: Write) -> None:
    letter = write(html="<html><head></head><body><script>alert(1)</script><p>Hola</p></body></html>")

    around = demo.get(reverse("post:letter", args=[letter.ref]))
    frame = demo.get(reverse("post:letter_html", args=[letter.ref]))

    assert "<script>alert" not in page(around)
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page(around)
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in page(frame)


def test_a_letter_of_text_alone_has_no_frame(demo: Client, write: Write) -> None:
    letter = write(text="Solo <b>texto</b>")

    html = page(demo.get(reverse("post:letter", args=[letter.ref])))

    assert "<iframe" not in html
    assert "Solo &lt;b&gt;texto&lt;/b&gt;" in html
    assert demo.get(reverse("post:letter_html", args=[letter.ref])).status_code == 404


def test_a_page_gets_a_fresh_token(demo: Client) -> None:
    assert demo.get(reverse("post:mailbox_live")).json()["token"]


@pytest.mark.parametrize("verb", ["get", "post"])
def test_outside_the_demo_there_is_no_mailbox(client: Client, write: Write, settings: Any, verb: str) -> None:
    settings.DEMO = False
    letter = write(html="<p>Hola</p>")

    for url in (
        reverse("post:mailbox"),
        reverse("post:mailbox_live"),
        reverse("post:letter", args=[letter.ref]),
        reverse("post:letter_html", args=[letter.ref]),
    ):
        assert getattr(client, verb)(url).status_code == 404


def test_nothing_is_changed_here(demo: Client) -> None:
    assert demo.post(reverse("post:mailbox")).status_code == 405


def test_every_page_says_who_may_see_it() -> None:
    for view in (views.mailbox, views.live_token, views.letter, views.letter_html):
        assert getattr(view, "doorway", "") == "demo"

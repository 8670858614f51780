"""When something goes wrong the page is ours, in the reader's language, and shows nothing of what went wrong."""

import logging

import pytest
from django.test import Client

from areas.views import door


def _breaks(*_args: object, **_more: object) -> None:
    raise RuntimeError("the secret of the house")


@pytest.mark.parametrize(
    ("language", "said"), [("es", "Algo se rompió de nuestro lado"), ("en", "Something broke on our side")]
)
def test_what_breaks_shows_a_page_of_our_own(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: str, said: str
) -> None:
    monkeypatch.setattr(door, "render", _breaks)
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    with caplog.at_level(logging.ERROR, logger="django.request"):
        answer = client.get("/guide/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert said in page
    assert f'<html lang="{language}">' in page
    assert "secret of the house" not in page
    assert "the secret of the house" in caplog.text


@pytest.mark.parametrize(
    ("language", "said"), [("es", "Esta página llevaba mucho tiempo abierta"), ("en", "This page had grown old")]
)
def test_a_form_without_its_token_shows_a_page_of_our_own(db: None, language: str, said: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
    answer = client.post("/language/", {"language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Eslabón" in page
    assert said in page
    assert "CSRF" not in page

"""How the tests of this room look at its pages: signed in, in English, at the moment that `build.NOW` names."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from areas.models import Membership
from requests.models import Ask
from tests.cast import Cast

HTMX = {"HX-Request": "true"}


def browser(member: Membership, language: str = "en") -> Client:
    member.user.language = language
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    return client


def address(cast: Cast, name: str, **more: object) -> str:
    return reverse(f"requests:{name}", kwargs={"org": cast.organization.ref, **more})


def act(cast: Cast, who: str, verb: str, ask: Ask, *, htmx: Any = False, **said: object) -> Any:
    """Post an act as a person of the cast, with the version that is there unless `version` says another."""
    client = browser(getattr(cast, who))
    data = {"version": Ask.objects.get(pk=ask.pk).version, **said}
    return client.post(address(cast, verb, ref=ask.ref), data, headers=HTMX if htmx else {})


def words(response: Any) -> str:
    """The page as text, without its markup."""
    body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

"""The app's addresses and beside them pages that say the same thing always, as floors."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import include, path
from django.utils import timezone

from areas.access import Actor, MemberRequest, for_members
from areas.rows import Rows
from contracts.board import ITEMS, READINGS, asked


@lru_cache(maxsize=8)
def _same(size: int) -> bytes:
    return b"<!doctype html>" + b"." * max(0, size - 15)


def constant(request: HttpRequest, size: int) -> HttpResponse:
    """So many bytes, without the database."""
    return HttpResponse(_same(size))


@for_members
def member(request: MemberRequest, actor: Actor, size: int) -> HttpResponseBase:
    """So many bytes for a known member."""
    return HttpResponse(_same(size))


@for_members
def queries(request: MemberRequest, actor: Actor, size: int) -> HttpResponseBase:
    """So many bytes after the statements of the board, whose rows are fetched and forgotten."""
    Rows.together(*READINGS, ITEMS, **asked(actor.organization, timezone.now()))
    return HttpResponse(_same(size))


urlpatterns = [
    path("bench/<int:size>/", constant),
    path("o/<str:org>/bench/<int:size>/", member),
    path("o/<str:org>/bench/queries/<int:size>/", queries),
    path("", include("config.urls")),
]

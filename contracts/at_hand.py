"""Parts of pages that stay as they are until somebody does something or a moment comes: drawn once in each process.

A key bears the revision of the organization, which every deed raises in its own transaction, so what is old is never
asked for again. Time alone changes pages, too: what is kept knows from when until when it is true.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

# Where the forms of a part get the token of the session for which it is shown. No words of people hold it: their "<" is
# written as an entity.
TOKEN = mark_safe("<token>")
# Where a page gets such a part.
HERE = mark_safe("<!-- here -->")
# Bytes in one process: hundreds of sheets of twenty promises.
MOST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of a page, for anybody who sees the same; `aside`: what the page around it needs to know."""

    pieces: tuple[bytes, ...]
    drawn_at: datetime
    fresh_until: datetime
    aside: tuple[str, ...] = ()

    @classmethod
    def of(cls, html: str, drawn_at: datetime, fresh_until: datetime, aside: Iterable[str] = ()) -> Drawn:
        return cls(tuple(piece.encode() for piece in html.split(TOKEN)), drawn_at, fresh_until, tuple(aside))

    @property
    def size(self) -> int:
        return sum(len(piece) for piece in self.pieces)

    def is_true(self, now: datetime) -> bool:
        return self.drawn_at <= now < self.fresh_until

    def body(self, request: HttpRequest, token: str = "") -> bytes:
        if len(self.pieces) == 1:
            return self.pieces[0]
        return (token or get_token(request)).encode().join(self.pieces)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """In the place that the template keeps for `body`, at the end: templates would copy what is large at each step
        of theirs.
        """
        token = get_token(request)
        frame = render_to_string(template, {**context, "body": HERE, "csrf_token": token}, request)
        before, here, after = frame.partition(HERE)
        return HttpResponse(b"".join((before.encode(), self.body(request, token) if here else b"", after.encode())))


class AtHand:
    """The parts used last, as many as fit."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, Drawn] = OrderedDict()
        self._lock = Lock()
        # Of one part there is one drawing at a time: the others wait for it and find it here.
        self._drawing = [Lock() for _ in range(32)]

    def get(self, key: Hashable, now: datetime, draw: Callable[[], Drawn]) -> Drawn:
        if settings.DEBUG:
            return draw()
        found = self._find(key, now)
        if found is None:
            with self._drawing[hash(key) % len(self._drawing)]:
                found = self._find(key, now)
                if found is None:
                    found = draw()
                    self._keep(key, found)
        return found

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _find(self, key: Hashable, now: datetime) -> Drawn | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
        return found if found.is_true(now) else None

    def _keep(self, key: Hashable, one: Drawn) -> None:
        if one.size * 4 > self._most:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += one.size - (before.size if before else 0)
            self._kept[key] = one
            while self._size > self._most:
                _oldest, gone = self._kept.popitem(last=False)
                self._size -= gone.size


at_hand = AtHand()

"""Addresses that are looked up once: to remember one takes a fifth of the time, and a line of a list bears several."""

from functools import lru_cache

from django.urls import reverse


def address(name: str, **words: str) -> str:
    return _address(name, tuple(words.items()))


@lru_cache(maxsize=32768)
def _address(name: str, words: tuple[tuple[str, str], ...]) -> str:
    return reverse(name, kwargs=dict(words))

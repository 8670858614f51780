"""Two people editing the same row never overwrite each other silently."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F


class Refused(Exception):
    """The deed cannot be done; `sentence` says why, in the language of whoever tried."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ChangedMeanwhile(Exception):
    """Somebody else saved the row after this person opened the form; `current` is the row as it stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(f"{current._meta.label} changed meanwhile")
        self.current = current


def save_if_unchanged(row: models.Model, version: int, fields: Iterable[str]) -> None:
    """Write `fields` of `row` if its stored `version` is still the one that the form was opened with.

    Raises ChangedMeanwhile otherwise; nothing is written then.
    """
    values: dict[str, Any] = {name: getattr(row, name) for name in fields}
    table = type(row)._default_manager
    if table.filter(pk=row.pk, version=version).update(**values, version=F("version") + 1) != 1:
        raise ChangedMeanwhile(table.get(pk=row.pk))
    row.refresh_from_db(fields=["version"])

"""Rows of the rooms above that point at a row of this one. This room does not know them: their models say of themselves
what they hold, and what is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models


def pointing_at(row: models.Model) -> Iterator[tuple[type[models.Model], str, models.QuerySet[Any]]]:
    """(model, name of its field, its rows), for each field of an upper room that points at `row`."""
    for relation in row._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and relation.is_relation and not relation.concrete):
            continue
        model, field = relation.related_model, relation.remote_field
        if isinstance(model, str) or model is None or field is None or model._meta.app_label == row._meta.app_label:
            continue
        yield model, field.name, model._default_manager.filter(**{field.name: row})


def holds(row: models.Model) -> bool:
    """Whether a row that once bound still does: none of the rows that point at it ended it (`LETS_GO`)."""
    ends = ((found, getattr(model, "LETS_GO", None)) for model, _field, found in pointing_at(row))
    return not any(found.filter(ended).exists() for found, ended in ends if ended is not None)

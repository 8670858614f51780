"""All that a line of a sheet is made of, as one value that can be compared: lines of the same essence read the same.

It is taken from the fields, whatever they are, so that a new field cannot be forgotten; what is worked out from them
(sentences, budgets) is worked out for a line that is new only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

from django.db import models
from django.utils.safestring import SafeString

from areas.calendar import Calendar
from areas.models import Area, Organization
from requests.models import Promise

_plain: set[type] = {str, SafeString, int, float, bool, type(None), Decimal, date, datetime, time, timedelta}
_readers: dict[type, Callable[[Any], Hashable]] = {}


def essence(one: object) -> Hashable:
    """Raises TypeError for what it does not know."""
    kind = type(one)
    if kind in _plain:
        return one
    return (_readers.get(kind) or _reader(kind))(one)


def _all(values: Iterable[object]) -> tuple[Hashable, ...]:
    return tuple([one if type(one) in _plain else essence(one) for one in values])


def _reader(kind: type) -> Callable[[Any], Hashable]:
    _readers[kind] = reader = _reader_of(kind)
    return reader


def _reader_of(kind: type) -> Callable[[Any], Hashable]:
    if issubclass(kind, Enum):
        return lambda one: one
    if issubclass(kind, Organization | Calendar):
        # `house` says it once for all lines.
        return lambda one: None
    if issubclass(kind, Promise):
        # Terms and clauses are written once.
        values = attrgetter(*kind.FIELDS)
        return lambda one: (kind, one.pk) if one.pk else _all(values(one))
    if issubclass(kind, models.Model):
        return lambda one: _all([value for name, value in one.__dict__.items() if name != "_state"])
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return lambda one: _all([getattr(one, name) for name in names])
    if issubclass(kind, list | tuple):
        return _all
    if issubclass(kind, dict):
        return lambda one: (_all(one), _all(one.values()))
    raise TypeError(f"{kind.__name__} is nothing that a line is made of")


def house(organization: Organization, areas: Iterable[Area]) -> str:
    """What of the organization and of the two areas stands in a line, or in how it counts and writes."""
    return json.dumps(
        [
            organization.pk,
            organization.ref,
            organization.country,
            organization.region,
            organization.zone,
            organization.keeps_holidays,
            organization.week,
            [day["on"] for day in organization.closed],
            [day["on"] for day in organization.opened],
            [(area.pk, area.name) for area in areas],
        ]
    )

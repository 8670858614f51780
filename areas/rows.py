"""Rows of models, read with SQL that is written once.

Django builds the SQL of a queryset anew for every page, which takes longer than the database takes to answer it. Where
everybody looks all day, a reading says its SQL itself and has the rows as the models that everything else speaks of.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import connection, models

Model = type[models.Model]


class _Columns:
    """Where the columns of one model stand in a row, and how they become an instance."""

    def __init__(self, model: Model, names: tuple[str, ...], start: int) -> None:
        self.model = model
        wanted = [f for f in model._meta.concrete_fields if not names or f.primary_key or f.attname in names]
        self.names = frozenset(f.attname for f in wanted)
        self.columns = [f.column for f in wanted]
        self.start, self.end = start, start + len(wanted)
        self.key = start + next(n for n, f in enumerate(wanted) if f.primary_key)
        # What the database hands over in another shape than the model's (JSON).
        self.shaped = [(n, f) for n, f in enumerate(wanted) if hasattr(f, "from_db_value")]

    def take(self, row: tuple[Any, ...]) -> models.Model | None:
        if row[self.key] is None:
            return None
        values = list(row[self.start : self.end])
        for n, f in self.shaped:
            values[n] = f.from_db_value(values[n], None, connection)
        return self.model.from_db(connection.alias, self.names, values)


class Rows:
    """`Rows("SELECT {ask}, {terms} FROM requests_ask ask LEFT JOIN …", ask=Ask, terms=Terms)`; called with the
    parameters, it answers one tuple of instances for each row, None where a join found nothing.

    A name in braces stands for the columns of the model under that alias; `(Model, ("name",))` reads some of them, and
    the others on demand, as `only` does. They come first in the SELECT, in the order given here; what follows comes as
    it is, and without models whole rows do.
    """

    def __init__(self, sql: str, **wanted: Model | tuple[Model, tuple[str, ...]]) -> None:
        self._sql = sql
        self._wanted = wanted

    @cached_property
    def _prepared(self) -> tuple[str, list[_Columns]]:
        found: dict[str, _Columns] = {}
        start = 0
        for alias, one in self._wanted.items():
            model, names = one if isinstance(one, tuple) else (one, ())
            found[alias] = _Columns(model, names, start)
            start = found[alias].end
        said = {
            alias: ", ".join(f'{alias}."{column}"' for column in columns.columns) for alias, columns in found.items()
        }
        return self._sql.format(**said), list(found.values())

    def __call__(self, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._prepared[0], named or values)
            return self._taken(cursor.fetchall())

    def _taken(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        columns = self._prepared[1]
        if not columns:
            return rows
        plain = columns[-1].end
        return [(*(one.take(row) for one in columns), *row[plain:]) for row in rows]

    @staticmethod
    def together(*readings: Rows, **named: Any) -> list[list[tuple[Any, ...]]]:
        """Several readings in one message to the database: a message costs about as much as what is asked with it.

        (Django puts parameters in on this side; bound on the server, only one statement would pass.)
        """
        found = []
        with connection.cursor() as cursor:
            cursor.execute(";".join(reading._prepared[0] for reading in readings), named)
            for n, reading in enumerate(readings):
                if n:
                    cursor.nextset()
                found.append(reading._taken(cursor.fetchall()))
        return found

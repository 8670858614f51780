"""Rows of models, read with SQL that is written once.

Django builds the SQL of a queryset anew for every page, which takes longer than the database takes to answer it. Where
everybody looks all day, a reading says its SQL itself and has the rows as the models that everything else speaks of.
What takes the database longer to plan than to answer is `Prepared`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DatabaseError, connection, models
from psycopg.errors import DuplicatePreparedStatement, FeatureNotSupported, InvalidSqlStatementName

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
    def _written(self) -> tuple[str, list[_Columns]]:
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
            cursor.execute(self._written[0], named or values)
            return self._taken(cursor.fetchall())

    def _taken(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        columns = self._written[1]
        if not columns:
            return rows
        plain = columns[-1].end
        return [(*(one.take(row) for one in columns), *row[plain:]) for row in rows]

    @staticmethod
    def together(*readings: Rows, **named: Any) -> list[list[tuple[Any, ...]]]:
        """Several readings in one message to the database: a message costs about as much as what is asked with it.

        (Django puts parameters in on this side; bound on the server, only one statement would pass.)
        """
        prepared = [reading for reading in readings if isinstance(reading, Prepared)]
        if prepared and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            return _with_prepared(readings, prepared, named)
        return _answers([reading._written[0] for reading in readings], readings, named)


class Prepared(Rows):
    """Rows whose SQL the database parses and plans once for each connection, for statements of which planning is a good
    part. Parameters have names; those that a call hands over beyond its own are left alone.

    The plan is made for any values, so the SQL must not need to know them to be planned well (`%(ids)s IS NULL OR …`
    does). PostgreSQL infers the types; where it cannot, the SQL says `%(name)s::date`.

    The statements are sent as PREPARE and EXECUTE of the same message, so nothing more travels; how they are to be
    planned is said for the transaction, which mostly is that message. A connection that is replaced, or has lost them,
    is told again. Inside a transaction that is not possible, so behind a pooler that changes connections between
    transactions Django's DISABLE_SERVER_SIDE_CURSORS is to be set: then they go plainly.
    """

    def __call__(self, **named: Any) -> list[tuple[Any, ...]]:
        return Rows.together(self, **named)[0]

    @cached_property
    def name(self) -> str:
        """How the database's words for it begin, whatever the connection."""
        # By its SQL: whoever shares a server's connection through a pooler never finds another statement under it.
        return f"rows_{sha256(self._written[0].encode()).hexdigest()[:16]}"

    @cached_property
    def _numbered(self) -> tuple[str, str]:
        """The SQL with numbers for the parameters, and these in that order."""
        numbers: dict[str, int] = {}
        numbered = re.sub(
            r"%\((\w+)\)s", lambda found: f"${numbers.setdefault(found[1], len(numbers) + 1)}", self._written[0]
        )
        given = ", ".join(f"%({name})s" for name in numbers)
        return numbered, f"({given})" if given else ""


_LOST = (InvalidSqlStatementName, DuplicatePreparedStatement, FeatureNotSupported)
_known: WeakKeyDictionary[Any, dict[Prepared, str]] = WeakKeyDictionary()
_again = count(1)


def _with_prepared(
    readings: Sequence[Rows], prepared: Sequence[Prepared], named: dict[str, Any], *, once_more: bool = True
) -> list[list[tuple[Any, ...]]]:
    connection.ensure_connection()
    known = _known.setdefault(connection.connection, {})
    new = {}
    # Each try has names of its own, so that it does not matter how far a message came that failed.
    # What is looked at all day lies in memory, where it costs as little to jump as to read on.
    before = ["SET LOCAL plan_cache_mode = force_generic_plan", "SET LOCAL random_page_cost = 1.1"]
    for reading in prepared:
        if reading not in known and reading not in new:
            new[reading] = f"{reading.name}_{next(_again)}"
            before.append(f"PREPARE {new[reading]} AS {reading._numbered[0]}")
    names = known | new
    said = [
        f"EXECUTE {names[reading]}{reading._numbered[1]}" if isinstance(reading, Prepared) else reading._written[0]
        for reading in readings
    ]
    try:
        found = _answers(said, readings, named, before=before)
    except DatabaseError as error:
        if isinstance(error.__cause__, _LOST):
            known.clear()
            if once_more and not connection.in_atomic_block:
                return _with_prepared(readings, prepared, named, once_more=False)
        raise
    known.update(new)
    return found


def _answers(
    said: Sequence[str], readings: Sequence[Rows], named: dict[str, Any], *, before: Sequence[str] = ()
) -> list[list[tuple[Any, ...]]]:
    found = []
    with connection.cursor() as cursor:
        cursor.execute(";".join((*before, *said)), named)
        for _ in before:
            cursor.nextset()
        for n, reading in enumerate(readings):
            if n:
                cursor.nextset()
            found.append(reading._taken(cursor.fetchall()))
    return found

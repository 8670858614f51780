"""Versions side by side."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.models import Clause, Version
from requests.models import Ask


@dataclass(frozen=True)
class Change:
    """One clause of two versions beside each other. `status`: kept, new, changed or removed."""

    lane: str
    status: str
    before: Clause | None
    after: Clause | None


def compare(older: Version, newer: Version) -> list[Change]:
    """What the newer version keeps, changes, adds and drops; amendments are matched with what they replaced."""
    before = {clause.ask_id: clause for clause in older.clauses.all()}
    after = list(newer.clauses.select_related("ask"))
    chain = dict(Ask.objects.filter(link=newer.contract.link).values_list("pk", "replaces_id"))
    changes: list[Change] = []
    for clause in after:
        pk: int | None = clause.ask_id
        while pk and pk not in before:
            pk = chain.get(pk)
        match = before.pop(pk) if pk else None
        status = "new" if match is None else "kept" if match.promise() == clause.promise() else "changed"
        changes.append(Change(clause.lane, status, match, clause))
    changes += [Change(clause.lane, "removed", clause, None) for clause in before.values()]
    return changes

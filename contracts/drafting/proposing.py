"""What the next version would say, as it follows from the version in force, the agreed asks and the removals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from areas.rows import Prepared
from contracts.models import Clause, Contract, Removal, Version
from contracts.words import Side
from requests.models import Ask, Promise, Terms
from requests.states import Direction, State


@dataclass(frozen=True)
class Line:
    """One promise of the proposed version. `status`: kept, new, changed or removed; `before` is what binds now."""

    ask: Ask
    promise: Promise
    owner_name: str
    direction: str
    status: str
    before: Clause | None = None
    removal: Removal | None = None

    @property
    def owed_by(self) -> Side:
        """The side that owes it: a need is owed by the supplier, a requirement by the customer."""
        return Side.SUPPLIER if self.direction == Direction.NEED else Side.CUSTOMER


@dataclass(frozen=True)
class Proposal:
    """What version `n` would say if both sides signed now."""

    n: int
    lines: list[Line]
    digest: str
    current: Version | None

    @property
    def is_change(self) -> bool:
        return any(line.status != "kept" for line in self.lines)

    @property
    def standing(self) -> list[Line]:
        """The lines that the version would hold: all but the removed."""
        return [line for line in self.lines if line.status != "removed"]


def in_force(contract: Contract) -> Version | None:
    """The version that binds now."""
    return contract.versions.filter(in_force_at__isnull=False, superseded_at__isnull=True).first()


# A contract without asks is one row, too: its version in force may have no clause left. The version is the same in each
# row, and made of the first one.
_OF_VERSION = tuple(field.attname for field in Version._meta.concrete_fields)
MATTER = Prepared(
    f"""
    SELECT {{ask}}, {{terms}}, {{clause}}, {{removal}}, {", ".join(f"version.{name}" for name in _OF_VERSION)}
    FROM contracts_contract contract
    LEFT JOIN contracts_version version ON version.contract_id = contract.id
        AND version.in_force_at IS NOT NULL AND version.superseded_at IS NULL
    LEFT JOIN requests_ask ask ON ask.link_id = contract.link_id AND ask.state <> 'withdrawn'
    LEFT JOIN requests_terms terms ON terms.id = ask.terms_id
    LEFT JOIN contracts_clause clause ON clause.ask_id = ask.id AND clause.in_version_id = version.id
    LEFT JOIN contracts_removal removal ON removal.ask_id = ask.id AND removal.taken_back_at IS NULL
    WHERE contract.id = %(contract)s
    ORDER BY CASE WHEN ask.state IN ('agreed', 'replaced') THEN ask.settled_at ELSE ask.asked_at END, ask.id
    """,
    ask=Ask,
    terms=Terms,
    clause=Clause,
    removal=Removal,
)


@dataclass
class Matter:
    """All that a contract is made of: the version in force, and every ask of the link that was not withdrawn."""

    current: Version | None = None
    asks: dict[int, Ask] = field(default_factory=dict)
    clauses: dict[int, Clause] = field(default_factory=dict)
    removals: dict[int, Removal] = field(default_factory=dict)


def matter_of(contract: Contract, rows: Iterable[tuple[Any, ...]] | None = None) -> Matter:
    """One query, or what MATTER read before. What is settled comes in the order of that, the rest as it was asked."""
    found = Matter()
    link = contract.link
    areas = {area.pk: area for area in (link.customer, link.supplier)}
    for ask, terms, clause, removal, *version in MATTER(contract=contract.pk) if rows is None else rows:
        if found.current is None and version[0] is not None:
            found.current = Version.from_db("default", _OF_VERSION, version)
        if ask is None:
            continue
        ask.link, ask.terms = link, terms
        ask.asker, ask.performer = areas[ask.asker_id], areas[ask.performer_id]
        found.asks[ask.pk] = ask
        if clause:
            found.clauses[ask.pk] = clause
        if removal:
            removal.ask = ask
            found.removals[ask.pk] = removal
    return found


def proposal(contract: Contract, matter: Matter | None = None) -> Proposal:
    """The next version as it would be now: one query, whatever the number of clauses."""
    matter = matter or matter_of(contract)
    lines = lines_of(matter.asks, matter.clauses, matter.removals)
    n = matter.current.n + 1 if matter.current else 1
    return Proposal(n=n, lines=lines, digest=fingerprint(n, lines), current=matter.current)


def lines_of(asks: dict[int, Ask], clauses: dict[int, Clause], removals: dict[int, Removal]) -> list[Line]:
    """The lines of a proposal. Ask pk → the asks of a link that are agreed or replaced, the clauses in force, the
    removals not taken back. No query.
    """
    lines: list[Line] = []
    for ask in asks.values():
        if ask.state != State.AGREED or ask.terms is None:
            continue
        removal = removals.get(ask.pk)
        if removal and removal.done_in_id:
            continue
        before = clauses.get(ask.pk)
        promise: Promise = before or ask.terms
        status = "kept"
        if before is None:
            before = _binding_ancestor(ask, asks, clauses)
            status = "changed" if before else "new"
        if removal:
            status = "removed"
        lines.append(
            Line(
                ask=ask,
                promise=promise,
                owner_name=ask.owner_name,
                direction=ask.direction,
                status=status,
                before=before,
                removal=removal,
            )
        )
    lines.sort(key=lambda line: (line.direction, line.before.n if line.before else 999))
    return lines


def _binding_ancestor(ask: Ask, asks: dict[int, Ask], clauses: dict[int, Clause]) -> Clause | None:
    """The clause in force that this amendment, perhaps by way of earlier amendments, takes the place of."""
    pk = ask.replaces_id
    while pk:
        if pk in clauses:
            return clauses[pk]
        older = asks.get(pk)
        pk = older.replaces_id if older else None
    return None


def fingerprint(n: int, lines: Iterable[Line]) -> str:
    """SHA-256 over all that a signature of version `n` binds to: promises, owners, removals."""
    content = [
        [
            line.direction,
            line.ask.ref,
            line.status == "removed",
            line.owner_name,
            {name: _plain(value) for name, value in line.promise.promise().items()},
        ]
        for line in sorted(lines, key=lambda line: line.ask.ref)
    ]
    return hashlib.sha256(json.dumps([n, content], sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> str:
    # 95 and 95.0000 are the same target; a value read back from the database must not change the fingerprint.
    text = "" if value is None else str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").lstrip("-").isdigit() else text

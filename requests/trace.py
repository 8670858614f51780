"""The path from an ask up to the client's problem, and down from a problem to all that it caused: one query each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from areas.rows import Prepared
from requests.models import ClientProblem
from requests.states import State

# `depth` bounds the recursion, should a cycle ever come in behind the back of `moves`.
DEEPEST = 60


@dataclass(frozen=True)
class Step:
    """One station on the way to the client; `kind` is "ask" or "problem"."""

    kind: str
    ref: str
    words: str
    asker: str
    performer: str
    state: str


# Names by subselects: five joins took the database longer to plan than to do.
_UP = """
WITH RECURSIVE up AS (
    SELECT id AS start, 0 AS depth, ref, state, cause_id, problem_id, asker_id, performer_id, terms_id, draft
    FROM requests_ask WHERE START
    UNION ALL
    SELECT up.start, up.depth + 1, a.ref, a.state, a.cause_id, a.problem_id, a.asker_id, a.performer_id, a.terms_id,
           a.draft
    FROM up JOIN requests_ask a ON a.id = up.cause_id WHERE up.depth < DEEPEST
)
SELECT up.start, up.depth, 'ask', up.ref,
       coalesce((SELECT outcome FROM requests_terms WHERE id = up.terms_id), up.draft->>'outcome', ''),
       (SELECT name FROM areas_area WHERE id = up.asker_id), (SELECT name FROM areas_area WHERE id = up.performer_id),
       up.state
FROM up
UNION ALL
SELECT up.start, up.depth + 1, 'problem', p.ref, p.statement, client.name, accountable.name, ''
FROM up
JOIN requests_clientproblem p ON p.id = up.problem_id
JOIN areas_area accountable ON accountable.id = p.accountable_id
JOIN areas_area client ON client.organization_id = p.organization_id AND client.kind = 'client'
ORDER BY 1, 2
""".replace("DEEPEST", str(DEEPEST))
UP = Prepared(_UP.replace("START", "id = ANY(%(asks)s)"))
# From all that a link's sheet shows.
UP_FROM_LINK = Prepared(_UP.replace("START", "link_id = %(link)s AND state NOT IN ('withdrawn', 'replaced')"))


def paths(ask_pks: Iterable[int]) -> dict[int, list[Step]]:
    """Ask pk → its path, from the ask itself up to the client's problem. One query."""
    found: dict[int, list[Step]] = {pk: [] for pk in ask_pks}
    return found | steps(UP(asks=list(found))) if found else found


def steps(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Step]]:
    """What was read by UP, ask by ask."""
    found: dict[int, list[Step]] = {}
    for start, _depth, *rest in rows:
        found.setdefault(start, []).append(Step(*rest))
    return found


def path(ask_pk: int) -> list[Step]:
    """The path of one ask, from the ask itself up to the client's problem."""
    return paths([ask_pk])[ask_pk]


@dataclass
class Node:
    """An ask in the tree below a problem."""

    pk: int
    ref: str
    words: str
    asker: str
    performer: str
    direction: str
    state: str
    turn: str
    is_redirect: bool
    depth: int
    children: list[Node] = field(default_factory=list)


DOWN = f"""
WITH RECURSIVE down AS (
    SELECT id, NULL::bigint AS parent, 0 AS depth FROM requests_ask
    WHERE problem_id = %s AND state <> 'draft'
    UNION ALL
    SELECT a.id, down.id, down.depth + 1
    FROM down JOIN requests_ask a ON a.cause_id = down.id
    WHERE a.state <> 'draft' AND down.depth < {DEEPEST}
)
SELECT down.parent, a.id, a.ref, t.outcome, asker.name, performer.name, a.direction, a.state, a.turn,
       a.redirected_from_id IS NOT NULL, down.depth
FROM down
JOIN requests_ask a ON a.id = down.id
JOIN areas_area asker ON asker.id = a.asker_id
JOIN areas_area performer ON performer.id = a.performer_id
JOIN requests_terms t ON t.id = a.terms_id
ORDER BY down.depth, a.asked_at, a.id
"""


def tree(problem: ClientProblem) -> list[Node]:
    """Everything that was asked because of the problem, as a forest. One query.

    What was taken back stands in it only where something still hangs on it.
    """
    with connection.cursor() as cursor:
        cursor.execute(DOWN, [problem.pk])
        rows = cursor.fetchall()
    roots: list[Node] = []
    nodes: dict[int, Node] = {}
    for parent, *rest in rows:
        node = Node(*rest)
        nodes[node.pk] = node
        (nodes[parent].children if parent else roots).append(node)
    return _standing(roots)


def _standing(forest: list[Node]) -> list[Node]:
    for node in forest:
        node.children = _standing(node.children)
    return [node for node in forest if node.children or node.state != State.WITHDRAWN]


def bounces(forest: list[Node]) -> int:
    """How often a need of this tree was sent on to another area."""
    return sum(node.is_redirect + bounces(node.children) for node in forest)

"""The shape of the chain: who serves whom, how far from the client. Pure: numbers in, numbers out.

An edge is (customer, supplier). Requests travel from customer to supplier, kept promises travel back. Cycles are fine.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def distances(client: Node, edges: Iterable[tuple[Node, Node]]) -> dict[Node, int]:
    """The fewest links between the client and each area that a path joins to it; others are absent."""
    suppliers: defaultdict[Node, list[Node]] = defaultdict(list)
    for customer, supplier in edges:
        suppliers[customer].append(supplier)
    found = {client: 0}
    waiting = deque([client])
    while waiting:
        area = waiting.popleft()
        for supplier in suppliers[area]:
            if supplier not in found:
                found[supplier] = found[area] + 1
                waiting.append(supplier)
    return found


def apart(client: Node, areas: Iterable[Node], edges: Iterable[tuple[Node, Node]]) -> list[Node]:
    """The areas that no path joins to the client, in the order given."""
    joined = distances(client, edges)
    return [area for area in areas if area not in joined]


def upstream(area: Node, edges: Iterable[tuple[Node, Node]]) -> set[Node]:
    """Everyone whom a broken promise of this area reaches: its customers, their customers, up to the client."""
    return set(distances(area, ((supplier, customer) for customer, supplier in edges))) - {area}


def downstream(area: Node, edges: Iterable[tuple[Node, Node]]) -> set[Node]:
    """Everyone on whom this area depends: its suppliers and theirs."""
    return set(distances(area, edges)) - {area}


def steps_to_client(far: Mapping[Node, int], edges: Iterable[tuple[Node, Node]]) -> dict[Node, Node]:
    """For each area at a distance, but the client: the first of its customers that is one link nearer."""
    steps: dict[Node, Node] = {}
    for customer, supplier in edges:
        if supplier not in steps and customer in far and far.get(supplier) == far[customer] + 1:
            steps[supplier] = customer
    return steps


def way_to_client(area: Node, client: Node, steps: Mapping[Node, Node]) -> list[Node]:
    """One shortest way from the area to the client, both ends included; empty if there is none."""
    way = [area]
    while way[-1] in steps:
        way.append(steps[way[-1]])
    return way if way[-1] == client else []

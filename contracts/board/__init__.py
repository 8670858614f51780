"""The chain as it stands at an instant: areas, links, what is broken, at risk, unmet, waiting.

One message whatever the number of areas, three for a whole page with the person and the membership: counting is the
database's work, and so is planning, once for each connection. Where a delivery stands is asked of
`contracts.standings`, how well promises are kept of `contracts.rates`.
"""

from contracts.board.nouns import DRAWN, AreaNow, Chain, Item, LinkNow, ProblemNow
from contracts.board.reading import asked, chain_now, steps_up
from contracts.board.statements import ITEMS, READINGS

__all__ = [
    "DRAWN",
    "ITEMS",
    "READINGS",
    "AreaNow",
    "Chain",
    "Item",
    "LinkNow",
    "ProblemNow",
    "asked",
    "chain_now",
    "steps_up",
]

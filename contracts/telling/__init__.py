"""The chain as it stands, said in the reader's language: marks for the picture, lists, rows of the table.

Two hundred areas are said in one go, so sentences are fetched once and filled in by plain string building. What
somebody wrote is escaped here where it becomes markup; the templates escape the rest.
"""

from __future__ import annotations

from contracts.telling.listed import Line, Listed, Listing
from contracts.telling.mapped import Mapped
from contracts.telling.surrounded import Headline, Slab, Surrounded
from contracts.telling.tabled import Tabled

__all__ = ["Headline", "Line", "Listing", "Slab", "Teller"]


class Teller(Mapped, Listed, Tabled, Surrounded):
    """Says one chain in the active language."""

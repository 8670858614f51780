"""The sheet of a link as it is read: `entries` are its lines, `sheet` gathers them."""

from contracts.sheets.entries import LANES, PILL, Entry, Group, Lane, Status, title_of
from contracts.sheets.needs import Need, needs_of
from contracts.sheets.sheet import Sheet, Signatory, owner_difference

__all__ = [
    "LANES",
    "PILL",
    "Entry",
    "Group",
    "Lane",
    "Need",
    "Sheet",
    "Signatory",
    "Status",
    "needs_of",
    "owner_difference",
    "title_of",
]

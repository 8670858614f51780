"""Chains to begin with: the line of the worked example, the doors on which a client knocks, a blank sheet.

A template is data; its areas bear the names of their kinds in the organization's language until somebody renames them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from areas.words import Kind


@dataclass(frozen=True)
class Template:
    key: str
    title: Promise
    sentence: Promise
    # Each area with those it serves; the client is there anyway.
    areas: tuple[tuple[Kind, tuple[Kind, ...]], ...]


LINE = Template(
    "line",
    _("A line"),
    _("Each area serves the one before it; sales speaks for the client. Good for a first time."),
    (
        (Kind.SALES, (Kind.CLIENT,)),
        (Kind.LOGISTICS, (Kind.SALES,)),
        (Kind.PRODUCTION, (Kind.LOGISTICS,)),
        (Kind.ADMINISTRATION, (Kind.PRODUCTION,)),
    ),
)

DOORS = Template(
    "doors",
    _("The doors of the client"),
    _("The client knocks on several doors, and the inner areas stand behind them. For services and larger companies."),
    (
        (Kind.SALES, (Kind.CLIENT,)),
        (Kind.SUPPORT, (Kind.CLIENT,)),
        (Kind.SERVICES, (Kind.CLIENT,)),
        (Kind.MARKETING, (Kind.SALES,)),
        (Kind.OPERATIONS, (Kind.SALES, Kind.SUPPORT, Kind.SERVICES)),
        (Kind.TALENT, (Kind.SERVICES, Kind.OPERATIONS)),
        (Kind.HUMAN_RESOURCES, (Kind.OPERATIONS, Kind.TALENT)),
    ),
)

SCRATCH = Template(
    "scratch",
    _("From scratch"),
    _("You name the areas yourself. Begin with those that the client meets."),
    (),
)

TEMPLATES = {template.key: template for template in (LINE, DOORS, SCRATCH)}


class Planned(NamedTuple):
    """An area as it stands on the second screen. `serves` names keys of other rows, or `client`."""

    key: str
    name: str
    kind: str
    serves: tuple[str, ...]
    wanted: bool = True


CLIENT = "client"
BLANK_ROWS = 2
BLANK_ROWS_FROM_SCRATCH = 5


def planned(template: Template) -> list[Planned]:
    """The rows of the second screen, named in the active language, with blank ones to add areas."""
    rows = [
        Planned(kind.value, str(kind.label), kind.value, tuple(one.value for one in serves))
        for kind, serves in template.areas
    ]
    blanks = BLANK_ROWS if rows else BLANK_ROWS_FROM_SCRATCH
    return rows + [Planned(f"new{n}", "", Kind.OTHER.value, (CLIENT,)) for n in range(1, blanks + 1)]


def closed_up(rows: list[Planned]) -> list[Planned]:
    """The wanted rows; who served a dropped one now serves whom that one served, so that the chain stays whole."""
    dropped = {row.key: row.serves for row in rows if not row.wanted or not row.name.strip()}

    def served(keys: tuple[str, ...], seen: frozenset[str]) -> list[str]:
        found: list[str] = []
        for key in keys:
            if key in seen:
                continue
            found += served(dropped[key], seen | {key}) if key in dropped else [key]
        return found

    return [
        row._replace(serves=tuple(dict.fromkeys(key for key in served(row.serves, frozenset()) if key != row.key)))
        for row in rows
        if row.key not in dropped
    ]

"""The rows of the table, beside the picture and instead of it."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import gettext as _

from contracts.board import LinkNow
from contracts.picture import escaped
from contracts.rates import Rate
from contracts.telling.marks import serving
from contracts.telling.speech import Speech
from contracts.telling.words import NOWHERE, PILLS, RANK


@lru_cache(maxsize=1024)
def _drawn(
    labels: tuple[str, ...],
    state: str,
    ref: str,
    sheet: str,
    serves: str,
    pill: str,
    standing: str,
    needs: int,
    requirements: int,
    in_force: int,
    kept: str,
) -> str:
    stands, asked, in_return, force, share = labels
    return (
        f'<tr class="{state}"><th scope="row"><a id="row-{ref}" '
        f'href="{escaped(sheet.replace(NOWHERE, ref))}">{escaped(serves)}</a></th>'
        f'<td data-label="{stands}"><span class="pill {pill}">{escaped(standing)}</span></td>'
        f'<td class="num" data-label="{asked}">{needs}</td>'
        f'<td class="num" data-label="{in_return}">{requirements}</td>'
        f'<td class="num" data-label="{force}">{in_force}</td>'
        f'<td class="num" data-label="{share}">{kept}</td></tr>'
    )


class Tabled(Speech):
    """One row a link."""

    def rows(self, most: int | None = None) -> str:
        """The body of the table: one row a link, the worst first."""
        areas = self.chain.areas
        names = {pk: area.name.casefold() for pk, area in areas.items()}
        far = {pk: len(areas) if area.distance is None else area.distance for pk, area in areas.items()}
        links = sorted(
            self.chain.drawn_links,
            key=lambda link: (RANK[link.standing], far[link.customer], names[link.supplier], link.pk),
        )
        labels = tuple(
            map(escaped, (_("How it stands"), _("Needs"), _("Asked in return"), _("In force"), _("Kept"))),
        )
        return "".join([self._row(link, labels) for link in links[:most]])

    def _row(self, link: LinkNow, labels: tuple[str, ...]) -> str:
        return _drawn(
            labels,
            link.state,
            link.ref,
            self._sheet,
            serving(self._serves, self._name(link.supplier), self._name(link.customer)),
            PILLS[link.standing],
            self.standing(link),
            link.needs,
            link.requirements,
            link.in_force,
            self._kept(link.rate),
        )

    def apart(self) -> str:
        """Beside the table, what the picture says above the areas that stand apart; empty if there are none."""
        names = sorted((area.name for area in self.chain.drawn_areas if area.distance is None), key=str.casefold)
        return f"{self._no_path}: {', '.join(names)}" if names else ""

    def _kept(self, rate: Rate) -> str:
        """«92 % 11/12» for a cell: a share alone hides how few they were."""
        if not rate.counted:
            return '<span class="muted">–</span>'
        return f'<b>{escaped(self._percent(rate))}</b> <span class="small muted">{rate.kept}/{rate.counted}</span>'

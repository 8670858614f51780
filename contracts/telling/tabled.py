"""The rows of the table, beside the picture and instead of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from contracts.board import LinkNow
from contracts.picture import escaped
from contracts.rates import Rate
from contracts.telling.marks import serving
from contracts.telling.speech import Speech
from contracts.telling.words import NOWHERE, PILLS, RANK


class Tabled(Speech):
    """One row a link."""

    def rows(self, most: int | None = None) -> str:
        """The body of the table: one row a link, the worst first."""
        areas = self.chain.areas
        names = {pk: area.name.casefold() for pk, area in areas.items()}
        far = {pk: (area.distance is None, area.distance or 0) for pk, area in areas.items()}
        links = sorted(
            self.chain.drawn_links,
            key=lambda link: (RANK[link.standing], far[link.customer], names[link.supplier], link.pk),
        )
        heads = {
            "link": _("Who serves whom"),
            "state": _("How it stands"),
            "needs": _("Needs"),
            "requirements": _("Asked in return"),
            "force": _("In force"),
            "kept": _("Kept"),
        }
        labels = {key: escaped(value) for key, value in heads.items()}
        return "".join(self._row(link, labels) for link in links[:most])

    def _row(self, link: LinkNow, labels: dict[str, str]) -> str:
        serves = serving(self._serves, self._name(link.supplier), self._name(link.customer))
        return (
            f'<tr class="{link.state}"><th scope="row"><a id="row-{link.ref}" '
            f'href="{escaped(self._sheet.replace(NOWHERE, link.ref))}">{escaped(serves)}</a></th>'
            f'<td data-label="{labels["state"]}"><span class="pill {PILLS[link.standing]}">'
            f"{escaped(self.standing(link))}</span></td>"
            f'<td class="num" data-label="{labels["needs"]}">{link.needs}</td>'
            f'<td class="num" data-label="{labels["requirements"]}">{link.requirements}</td>'
            f'<td class="num" data-label="{labels["force"]}">{link.in_force}</td>'
            f'<td class="num" data-label="{labels["kept"]}">{self._kept(link.rate)}</td></tr>'
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

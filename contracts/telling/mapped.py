"""What the picture is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from areas.chain import way_to_client
from contracts.board import DRAWN, AreaNow, LinkNow, steps_up
from contracts.picture import STATES, AreaMark, LinkMark, Picture, Words, draw, sample
from contracts.placing import Sizes
from contracts.telling.marks import area_marked, link_marked
from contracts.telling.speech import Speech
from contracts.telling.words import NOTED

WHY_LINES = 4


class Mapped(Speech):
    """The picture, and who is not well in it."""

    def picture(self, *, sizes: Sizes | None = None, ident: str = "chain", only: set[int] | None = None) -> Picture:
        """The picture of the areas in view, or of `only` these."""
        areas, links = self._marks
        if only is not None:
            areas = {pk: mark for pk, mark in areas.items() if pk in only}
            links = {ends: mark for ends, mark in links.items() if only.issuperset(ends)}
        words = Words(
            title=_("The chain: the client at the left, every area beside those whom it serves"),
            apart=self._no_path,
        )
        return draw(
            list(areas.values()),
            list(links.values()),
            words,
            sizes=sizes,
            ident=ident,
        )

    @cached_property
    def _marks(self) -> tuple[dict[int, AreaMark], dict[tuple[int, int], LinkMark]]:
        whys = self._whys()
        return (
            {area.pk: self._area_mark(area) for area in self.chain.drawn_areas},
            {
                (link.customer, link.supplier): self._link_mark(link, whys.get(link.pk, ()))
                for link in self.chain.drawn_links
            },
        )

    def ailing(self) -> set[int]:
        """The areas on links that are broken or need a look, with their way to the client; the client at least."""
        chain = self.chain
        client = chain.client.pk
        steps = steps_up(chain.areas, chain.links)
        found = {client}
        for link in chain.drawn_links:
            if link.state in ("broken", "soon"):
                found |= {link.supplier, *way_to_client(link.customer, client, steps)}
        return found

    def _area_mark(self, area: AreaNow) -> AreaMark:
        standing, rate = area.standing, area.rate
        counted = rate.counted
        return area_marked(
            area.ref,
            area.name,
            area.distance,
            DRAWN[standing],
            self._note(area, standing),
            rate.kept,
            counted,
            self._percent(rate) if counted else "",
            self._kept_sentence,
            self._zoom,
            area is self.chain.here,
        )

    @cached_property
    def _kept_sentence(self) -> str:
        return _(". Promises kept: %(kept)s of %(counted)s (%(percent)s)")

    def _note(self, area: AreaNow, standing: str) -> str:
        if standing == "client":
            return pgettext("the client, in the picture", "whom we serve")
        return self._said(standing, getattr(area, NOTED[standing], 0))

    def _link_mark(self, link: LinkNow, why: Sequence[str]) -> LinkMark:
        areas = self.chain.areas
        customer, supplier = areas[link.customer], areas[link.supplier]
        return link_marked(
            link.ref,
            customer.ref,
            supplier.ref,
            customer.name,
            supplier.name,
            DRAWN[link.standing],
            link.needs,
            link.requirements,
            self.standing(link),
            "\n".join(why),
            self._serves,
            self._link_sentence,
            self._sheet,
        )

    @cached_property
    def _link_sentence(self) -> str:
        return _("%(serves)s: %(standing)s. Asked for: %(needs)s; asked in return: %(requirements)s.")

    def _whys(self) -> dict[int, list[str]]:
        """For each link that is not well: what is the matter, and the path to the client."""
        signs = {"broken": "✕", "unmet": "✕", "at_risk": "◷", "paused": "‖", "waiting": "?", "to_judge": "?"}
        found: dict[int, list[str]] = {}
        paths: dict[int, str] = {}
        chain = self.chain
        for item in (
            *chain.broken,
            *chain.unmet,
            *chain.at_risk,
            *chain.paused,
            *chain.waiting,
            *chain.to_judge,
        ):
            lines = found.setdefault(item.link, [])
            if len(lines) < WHY_LINES:
                lines.append(f"{signs[item.kind]} {item.outcome} ({self._when(item)[1]})")
            paths.setdefault(item.link, self._path_text(item))
        for link, path in paths.items():
            if path:
                found[link].append(path)
        return found

    def legend(self) -> Iterator[tuple[str, str]]:
        """The key: a sample of each way of drawing, and what it means."""
        words = {
            "kept": _("in force"),
            "soon": _("needs a look: due soon, unanswered or at risk"),
            "paused": _("paused: waits for what the other side owes"),
            "broken": _("broken: late, not as agreed, or a need that was declined"),
            "open": _("being talked about, to be judged or to be signed"),
            "quiet": _("nothing asked yet"),
        }
        for state in STATES:
            yield sample(state), words[state]

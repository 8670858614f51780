"""The lists below the picture."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.board import Item
from contracts.picture import escaped
from contracts.telling.speech import Speech
from contracts.telling.words import NOWHERE


class Line(NamedTuple):
    """A line of a list below the picture."""

    pill: str
    word: str
    href: str
    title: str
    detail: str
    path: str
    since: str = ""


class Listing(NamedTuple):
    """A list below the picture. `more` counts what is not shown."""

    key: str
    title: str
    total: int
    lines: list[Line]
    more: int
    empty: str

    @property
    def markup(self) -> SafeString:
        """The whole list as a card; each line is a link with a stable id."""
        if self.lines:
            body = f'<ul class="list">{"".join(map(self._line, range(len(self.lines)), self.lines))}</ul>'
            if self.more:
                more = ngettext("and one more", "and %(n)s more", self.more) % {"n": self.more}
                body += f'<p class="card-foot">{escaped(more)}</p>'
        else:
            body = f'<p class="small muted">{escaped(self.empty)}</p>'
        return mark_safe(
            f'<section class="card list-{self.key}" aria-labelledby="list-{self.key}"><div class="card-head">'
            f'<h2 id="list-{self.key}">{escaped(self.title)}</h2><span class="count">{self.total}</span></div>'
            f"{body}</section>"
        )

    def _line(self, n: int, line: Line) -> str:
        path = f'<span class="small board-path">{escaped(line.path)}</span>' if line.path else ""
        since = f" · {escaped(line.since)}" if line.since else ""
        return (
            f'<li class="board-line"><span class="pill {line.pill}">{escaped(line.word)}</span> <span class="grow">'
            f'<a id="{self.key}-{n + 1}" href="{escaped(line.href)}"><b>{escaped(line.title)}</b></a>'
            f'<span class="small muted">{escaped(line.detail)}{since}</span>{path}</span></li>'
        )


class Listed(Speech):
    """What is broken, waits, or is at risk, line by line."""

    def lists(self) -> list[Listing]:
        """Broken now, at risk, unmet, waiting, to be signed; paused and to be judged where there is something."""
        chain = self.chain
        total = chain.total
        lists = [
            self._listing(
                "broken",
                _("Broken now"),
                chain.broken,
                total("broken"),
                _("Nothing is broken. Promises are being kept.")
                if total("in_force")
                else _(
                    "Nothing is promised yet. Open a link, ask your supplier for what the client needs, and sign what"
                    " you agree. For example: «Delivery window confirmed for every order»"
                ),
            ),
            self._listing(
                "at_risk",
                _("At risk toward the client"),
                chain.at_risk,
                max(len(chain.at_risk), sum(link.at_risk for link in chain.links)),
                _("Nothing that hangs on a broken promise."),
            ),
            self._listing(
                "unmet",
                _("Needs that nobody meets yet"),
                chain.unmet,
                total("unmet"),
                _("No need was declined and left."),
            ),
            self._listing(
                "waiting",
                _("Waiting for an answer"),
                chain.waiting,
                total("open"),
                _("Nobody waits for an answer. Do you need something? Open the link to your supplier and ask for it."),
            ),
            self._to_sign(),
        ]
        if chain.to_judge:
            title = _("Delivered, waiting for a verdict")
            lists.insert(3, self._listing("to_judge", title, chain.to_judge, total("to_judge"), ""))
        if chain.paused:
            title = _("Paused: the clock stands still")
            lists.insert(2, self._listing("paused", title, chain.paused, total("paused"), ""))
        return lists

    def _listing(self, key: str, title: str, items: list[Item], count: int, empty: str) -> Listing:
        return Listing(key, title, count, [self._line(item) for item in items], max(count - len(items), 0), empty)

    @cached_property
    def _sentences(self) -> dict[str, str]:
        """What a line says of whose turn it is."""
        return {
            "between": _("%(performer)s for %(asker)s"),
            "turn": _("%(between)s; it is the turn of %(area)s"),
            "waits": _("%(between)s; waits for «%(requirement)s»"),
            "judge": _("%(between)s; %(area)s says how it was"),
        }

    def _line(self, item: Item) -> Line:
        pill, word = self._when(item)
        said = self._sentences
        between = said["between"] % {"performer": self._name(item.performer), "asker": self._name(item.asker)}
        if item.waits_for is not None:
            detail = said["turn"] % {"between": between, "area": self._name(item.waits_for)}
        elif item.requirement:
            detail = said["waits"] % {"between": between, "requirement": item.requirement}
        elif item.kind == "to_judge":
            detail = said["judge"] % {"between": between, "area": self._name(item.asker)}
        else:
            detail = between
        return Line(
            pill=pill,
            word=word,
            href=self._promise.replace(NOWHERE, item.promise) if item.promise else self._ask.replace(NOWHERE, item.ref),
            title=item.outcome,
            detail=detail,
            path=self._path_text(item),
            since=self._since(item) if item.why else "",
        )

    @cached_property
    def _happened(self) -> dict[str, str]:
        return {
            "overdue": _("due since %(day)s, nothing delivered"),
            "sent_back": _("sent back on %(day)s: it did not work"),
            "again": _("delivered again on %(day)s after it was sent back, to be judged"),
            "late": _("due %(due)s, delivered %(day)s, to be judged"),
            "off_target": _("delivered %(day)s, off its target, to be judged"),
            "paused": _("paused since %(day)s"),
            "unjudged": _("delivered %(day)s; the days for a verdict are over"),
            "delivered": _("delivered %(day)s"),
        }

    def _since(self, item: Item) -> str:
        """What happened to the delivery, when; and that it was not the only one."""
        at = self._day(self._local(item.since).date()) if item.since else ""
        due = self._day(self._local(item.due_at).date()) if item.due_at else ""
        said = self._happened[item.why or "overdue"] % {"day": at, "due": due}
        if item.times > 1:
            others = ngettext("and one more time", "and %(n)s more times", item.times - 1) % {"n": item.times - 1}
            said = f"{said}, {others}"
        return said

    def _to_sign(self) -> Listing:
        links = self.chain.to_sign
        lines = [
            Line(
                "unsigned",
                self._said("to_sign", link.to_sign),
                self._sheet.replace(NOWHERE, link.ref),
                self._serves % {"supplier": self._name(link.supplier), "customer": self._name(link.customer)},
                _("Agreed; one lead of each side signs."),
                "",
            )
            for link in links[:20]
        ]
        if self.chain.total("in_force"):
            empty = _("Everything that was agreed is signed.")
        else:
            empty = _("Nothing is agreed yet. What two areas agree waits here for a lead of each side to sign it.")
        return Listing("to_sign", _("Agreed, not signed yet"), len(links), lines, max(len(links) - 20, 0), empty)

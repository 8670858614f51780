"""The chain as it stands, said in the reader's language: marks for the picture, lists, rows of the table.

Two hundred areas are said in one go, so sentences are fetched once and filled in by plain string building. What
somebody wrote is escaped here where it becomes markup; the templates escape the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.chain import way_to_client
from contracts.board import DRAWN, AreaNow, Chain, Item, LinkNow, steps_up
from contracts.picture import STATES, AreaMark, LinkMark, Picture, Words, draw, escaped, sample
from contracts.placing import Sizes
from contracts.rates import Rate
from contracts.trend import Size
from contracts.trend import draw as draw_trend
from contracts.trend import words as trend_words
from requests.wording import amount, date_only, fields_of_day, hour, number
from requests.words import Moment, Process

NOWHERE = "-" * 12  # stands for a ref in an address that is filled in many times
WHY_LINES = 4

PILLS = {
    "broken": "broken",
    "unmet": "unmet",
    "at_risk": "soon",
    "unanswered": "unanswered",
    "soon": "soon",
    "paused": "paused",
    "open": "asked",
    "to_judge": "delivered",
    "to_sign": "unsigned",
    "kept": "kept",
    "quiet": "neutral",
}


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


class Headline(NamedTuple):
    """How well the house keeps its promises: the figure, whole numbers, what is counted apart, the chart of it."""

    figure: str
    counted: str
    apart: str
    trend: SafeString


class Slab(NamedTuple):
    """The client's problem in focus."""

    href: str
    statement: str
    facts: str
    figure: str
    figure_words: str


class Teller:
    """Says one chain in the active language."""

    def __init__(self, chain: Chain, *, zoom: str = "") -> None:
        self.chain = chain
        self.org = chain.organization
        self._zoom = zoom  # the board's own address, to which an area's ref is added
        self._sheet = self._address("contracts:sheet")
        self._ask = self._address("requests:ask")
        self._promise = self._address("contracts:promise")
        self._problem = self._address("requests:problem")

    def _address(self, name: str) -> str:
        return reverse(name, args=[self.org.ref, NOWHERE])

    # Words

    @cached_property
    def _serves(self) -> str:
        return _("%(supplier)s serves %(customer)s")

    @cached_property
    def _no_path(self) -> str:
        return _("No path joins these to the client yet: link each to the area that it serves")

    @cached_property
    def _link_sentence(self) -> str:
        return _("%(serves)s: %(standing)s. Asked for: %(needs)s; asked in return: %(requirements)s.")

    def standing(self, link: LinkNow) -> str:
        """What matters most on the link, with its number: short enough for a badge."""
        return self._said(link.standing, getattr(link, _COUNTED.get(link.standing, ""), 0))

    def _said(self, standing: str, n: int) -> str:
        known = self._sayings.get((standing, n))
        if known is None:
            known = self._sayings[standing, n] = _saying(standing, n)
        return known

    @cached_property
    def _sayings(self) -> dict[tuple[str, int], str]:
        return {}

    def _name(self, pk: int) -> str:
        return self.chain.areas[pk].name

    # The picture

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
        return _area_marked(
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

    def _percent(self, rate: Rate) -> str:
        percent = rate.percent
        if percent is None:
            return ""
        known = self._percents.get(percent)
        if known is None:
            known = self._percents[percent] = amount(Decimal(percent), "%", self.org)
        return known

    @cached_property
    def _percents(self) -> dict[int, str]:
        return {}

    def _note(self, area: AreaNow, standing: str) -> str:
        if standing == "client":
            return pgettext("the client, in the picture", "whom we serve")
        return self._said(standing, getattr(area, _NOTED[standing], 0))

    def _link_mark(self, link: LinkNow, why: Sequence[str]) -> LinkMark:
        areas = self.chain.areas
        customer, supplier = areas[link.customer], areas[link.supplier]
        return _link_marked(
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

    # Lists

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

    def _when(self, item: Item) -> tuple[str, str]:
        """Class and words of the pill of an item, as the picture and the list say it."""
        known = self._whens.get(id(item))
        if known is None:
            known = self._whens[id(item)] = self._when_said(item)
        return known

    @cached_property
    def _whens(self) -> dict[int, tuple[str, str]]:
        return {}

    def _when_said(self, item: Item) -> tuple[str, str]:
        if item.kind == "broken" and item.due_at is not None:
            said = _BROKEN.get(item.why or "")
            if said:
                return "broken", self._pill(said)
            due = self._local(item.due_at)
            days = (self.chain.today - due.date()).days
            if days:
                return "overdue", self._pill("late", days)
            return "overdue", _("late since %(hour)s") % {"hour": hour(due.time(), self.org)}
        if item.kind == "paused":
            return "paused", self._pill("paused")
        if item.kind == "to_judge":
            if item.why == "unjudged":
                return "unjudged", self._pill("unjudged")
            return "delivered", self._pill("to_judge")
        if item.kind == "unmet":
            return "unmet", self._pill("declined")
        if item.kind == "at_risk":
            if item.due_at is not None:
                return "soon", self._pill("due") % {"day": self._day(self._local(item.due_at).date())}
            return "soon", self._pill("at_risk")
        if item.answer_by is not None:
            days = (self.chain.today - item.answer_by).days
            if days > 0:
                return "unanswered", self._pill("unanswered", days)
            return item.state, self._pill("answer_by") % {"day": self._day(item.answer_by)}
        return item.state, ""

    def _pill(self, which: str, n: int = 0) -> str:
        known = self._pills.get((which, n))
        if known is None:
            known = self._pills[which, n] = _pill_said(which, n)
        return known

    @cached_property
    def _pills(self) -> dict[tuple[str, int], str]:
        return {}

    def _day(self, on: date) -> str:
        known = self._days.get(on)
        if known is None:
            known = self._days[on] = self._day_said(on)
        return known

    @cached_property
    def _days(self) -> dict[date, str]:
        return {}

    def _day_said(self, on: date) -> str:
        days = (on - self.chain.today).days
        if days == 0:
            return pgettext("day", "today")
        if days == 1:
            return pgettext("day", "tomorrow")
        skeleton = "MMMEd" if abs(days) < 180 else "yMMMd"
        return fields_of_day(skeleton, on, self.org)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    @cached_property
    def _zone(self) -> tzinfo:
        return self.org.tz

    def _path_text(self, item: Item) -> str:
        known = self._paths.get(id(item))
        if known is None:
            known = self._paths[id(item)] = self._path_said(item)
        return known

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {}

    def _path_said(self, item: Item) -> str:
        names = [self._name(pk) for pk in item.path]
        if not item.problem:
            return " → ".join(names) if len(names) > 2 else ""
        client = self.chain.client.name
        if not names or names[-1] != client:
            names.append(client)
        return f"{' → '.join(names)}: «{item.problem}»"

    # The table

    def rows(self, most: int | None = None) -> str:
        """The body of the table: one row a link, the worst first."""
        areas = self.chain.areas
        names = {pk: area.name.casefold() for pk, area in areas.items()}
        far = {pk: (area.distance is None, area.distance or 0) for pk, area in areas.items()}
        links = sorted(
            self.chain.drawn_links,
            key=lambda link: (_RANK[link.standing], far[link.customer], names[link.supplier], link.pk),
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
        serves = _serving(self._serves, self._name(link.supplier), self._name(link.customer))
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

    # Around it

    def headline(self, size: Size, ident: str) -> Headline | None:
        """None as long as no promise fell due."""
        rate = self.chain.rate
        if not (rate.counted or rate.unjudged or rate.waived):
            return None
        counted = ngettext(
            "%(kept)s of %(n)s promise kept, in %(weeks)s weeks",
            "%(kept)s of %(n)s promises kept, in %(weeks)s weeks",
            rate.counted,
        ) % {"kept": rate.kept, "n": rate.counted, "weeks": len(rate.weeks)}
        apart = []
        for words, n in (
            (ngettext("%(n)s not judged", "%(n)s not judged", rate.unjudged), rate.unjudged),
            (ngettext("%(n)s waived", "%(n)s waived", rate.waived), rate.waived),
            (ngettext("%(n)s cancelled", "%(n)s cancelled", rate.cancelled), rate.cancelled),
        ):
            if n:
                apart.append(words % {"n": n})
        drawn = draw_trend(rate.weeks, trend_words(rate.weeks, self.org), size=size, ident=ident)
        return Headline(
            self._percent(rate) or "–",
            counted,
            _("Counted apart: %(what)s") % {"what": ", ".join(apart)} if apart else "",
            mark_safe(drawn),
        )

    def problem(self) -> Slab | None:
        problem = self.chain.problem
        if problem is None:
            return None
        facts = _("%(process)s · %(moment)s · accountable from start to end: %(area)s") % {
            "process": Process(problem.process).label,
            "moment": Moment(problem.moment).label,
            "area": problem.accountable,
        }
        figure = words = ""
        if problem.baseline is not None and problem.target is not None:
            figure = f"{number(problem.baseline, self.org)} → {amount(problem.target, problem.unit, self.org)}"
        if problem.value is not None and problem.measured_on is not None:
            words = _("%(indicator)s: %(value)s on %(day)s") % {
                "indicator": problem.indicator,
                "value": amount(problem.value, problem.unit, self.org),
                "day": date_only(problem.measured_on, self.org),
            }
        else:
            words = problem.indicator
        return Slab(self._problem.replace(NOWHERE, problem.ref), problem.statement, facts, figure, words)

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


# Of what is broken: what else than that it is late.
_BROKEN = {"sent_back": "sent_back", "again": "sent_back", "off_target": "off_target", "late": "delivered_late"}


def _pill_said(which: str, n: int) -> str:
    match which:
        case "late":
            return ngettext("%(n)s day late", "%(n)s days late", n) % {"n": n}
        case "unanswered":
            return ngettext("no answer for %(n)s day", "no answer for %(n)s days", n) % {"n": n}
        case "sent_back":
            return _("sent back")
        case "off_target":
            return _("off target")
        case "delivered_late":
            return _("delivered late")
        case "paused":
            return pgettext("a promise", "paused")
        case "unjudged":
            return pgettext("a promise", "not judged")
        case "to_judge":
            return pgettext("a promise", "to judge")
        case "declined":
            return _("declined")
        case "due":
            return _("due %(day)s")
        case "answer_by":
            return _("answer by %(day)s")
        case _:
            return pgettext("a promise", "at risk")


# What a standing counts, the worst first.
_COUNTED = {
    "broken": "broken",
    "unmet": "unmet",
    "at_risk": "at_risk",
    "unanswered": "unanswered",
    "soon": "soon",
    "paused": "paused",
    "open": "open",
    "to_judge": "to_judge",
    "to_sign": "to_sign",
    "kept": "in_force",
    "quiet": "needs",
}


# What an area says of itself: what its standing counts.
_NOTED = {
    "broken": "broken",
    "unanswered": "unanswered",
    "soon": "soon",
    "paused": "paused",
    "open": "to_answer",
    "to_judge": "to_judge",
    "promises": "in_force",
    "quiet": "in_force",
}
_RANK = {standing: rank for rank, standing in enumerate(_COUNTED)}


@lru_cache(maxsize=4096)
def _serving(sentence: str, supplier: str, customer: str) -> str:
    return sentence % {"supplier": supplier, "customer": customer}


# Marks are made of all that they say, and found again by it: a deed changes one or two of hundreds.
@lru_cache(maxsize=2048)
def _area_marked(
    ref: str,
    name: str,
    distance: int | None,
    state: str,
    note: str,
    kept: int,
    counted: int,
    percent: str,
    sentence: str,
    zoom: str,
    here: bool,
) -> AreaMark:
    label = f"{name}: {note}"
    if counted:
        label += sentence % {"kept": kept, "counted": counted, "percent": percent}
    return AreaMark(
        ref,
        name,
        distance,
        state,
        note,
        label,
        f"{zoom}{ref}" if zoom else "",
        kept / counted if counted else None,
        percent,
        here,
    )


@lru_cache(maxsize=4096)
def _link_marked(
    ref: str,
    customer_ref: str,
    supplier_ref: str,
    customer: str,
    supplier: str,
    state: str,
    needs: int,
    requirements: int,
    standing: str,
    why: str,
    serves: str,
    sentence: str,
    sheet: str,
) -> LinkMark:
    relation = _serving(serves, supplier, customer)
    return LinkMark(
        ref,
        customer_ref,
        supplier_ref,
        state,
        str(needs),
        str(requirements or ""),
        standing,
        sentence % {"serves": relation, "standing": standing, "needs": needs, "requirements": requirements},
        sheet.replace(NOWHERE, ref),
        f"{relation}: {standing}\n{why}" if why else "",
    )


def _saying(standing: str, n: int) -> str:
    """Two or three words: they stand on a badge."""
    values = {"n": n}
    if standing == "broken":
        return ngettext("%(n)s broken", "%(n)s broken", n) % values
    if standing == "unmet":
        return ngettext("%(n)s unmet", "%(n)s unmet", n) % values
    if standing == "at_risk":
        return ngettext("%(n)s at risk", "%(n)s at risk", n) % values
    if standing == "unanswered":
        return ngettext("%(n)s unanswered", "%(n)s unanswered", n) % values
    if standing == "soon":
        return ngettext("%(n)s due soon", "%(n)s due soon", n) % values
    if standing == "paused":
        return ngettext("%(n)s paused", "%(n)s paused", n) % values
    if standing == "to_judge":
        return ngettext("%(n)s to judge", "%(n)s to judge", n) % values
    if standing == "open":
        return ngettext("%(n)s to answer", "%(n)s to answer", n) % values
    if standing == "to_sign":
        return ngettext("%(n)s to sign", "%(n)s to sign", n) % values
    if standing == "promises":
        return ngettext("%(n)s promise", "%(n)s promises", n) % values
    if standing == "kept":
        return ngettext("%(n)s in force", "%(n)s in force", n) % values
    return pgettext("a link or an area", "nothing yet")

"""A workshop to take along, at any moment, also unfinished or rehearsed: as Markdown to read, as CSV to count."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests.models import Promise
from requests.states import Direction, State
from requests.wording import date_only, measure, moment, number, when
from workshops.charts import mean_said, told
from workshops.mails import stand_of
from workshops.phases import Takes
from workshops.room import FIRST, SECOND, AskNow, Room

# A cell that begins so is a formula to a spreadsheet; people in the room may write what they like.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def plain(text: str) -> str:
    """One line of somebody's words in Markdown: what would be markup there is shown as it was typed."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def markdown(room: Room) -> str:
    """The whole workshop in the active language."""
    return "\n".join(_lines(room)).rstrip() + "\n"


def _lines(room: Room) -> Iterator[str]:
    workshop = room.workshop
    yield f"# {plain(workshop.name)}"
    yield ""
    if workshop.is_rehearsal:
        yield f"**{_('Rehearsal: nothing of this remains.')}**"
        yield ""
    yield f"{plain(workshop.organization.name)} · {date_only(_day(room), workshop.organization)}"
    if not workshop.closed_at:
        here = room.here()
        where = {"step": here.label if here else _("Coming in")}
        yield ""
        yield f"*{_('Not finished yet: the room is in «%(step)s».') % where}*"
    yield ""
    yield f"## {_('The problem of the client')}"
    yield ""
    problem = room.problem
    if problem:
        yield f"**«{plain(problem.statement)}»**"
        yield ""
        yield f"- {problem.get_process_display()} · {problem.get_moment_display()}"
        yield "- " + _("%(area)s is accountable from start to end") % {"area": plain(problem.accountable.name)}
        if problem.indicator:
            ends = [number(value, workshop.scene) for value in (problem.baseline, problem.target) if value is not None]
            yield f"- {plain(problem.indicator)}: {' → '.join(ends)} {plain(problem.unit)}"
    else:
        yield _("Not chosen yet.")
    yield ""
    yield from _mirror(room)
    yield from _proposals(room)
    yield from _asks(room)
    yield from _contracts(room)
    yield from _takeaways(room)


def _day(room: Room) -> date:
    at = room.workshop.opened_at or room.workshop.created_at
    return at.astimezone(room.workshop.organization.tz).date()


def _mirror(room: Room) -> Iterator[str]:
    shown = [(_("Before"), room.mirror(FIRST)), (_("After"), room.mirror(SECOND))]
    if not any(counts for _label, counts in shown):
        return
    yield f"## {_('How customer-focused are we?')}"
    yield ""
    for label, counts in shown:
        if counts:
            yield f"- **{label}: {mean_said(counts, room.workshop.scene)}** · {told(counts)}"
    yield ""


def _proposals(room: Room) -> Iterator[str]:
    if not room.proposals:
        return
    yield f"## {_('What was proposed')}"
    yield ""
    is_open = room.are_dots_shown
    for one in room.proposals:
        dots = " · " + ngettext("%(n)s dot", "%(n)s dots", one.dots) % {"n": one.dots} if is_open else ""
        yield f"- {plain(one.proposal.text)}{dots}"
        for other in one.also:
            yield f"  - {plain(other.text)}"
    yield ""


def _asks(room: Room) -> Iterator[str]:
    yield f"## {_('What was asked, link by link')}"
    yield ""
    if not room.asks:
        yield _("Nothing yet.")
        yield ""
    for link in room.links:
        if not (link.needs or link.requirements):
            continue
        yield "### " + _("%(supplier)s serves %(customer)s") % {
            "supplier": plain(link.link.supplier.name),
            "customer": plain(link.link.customer.name),
        }
        yield ""
        for title, asks in ((_("Needs"), link.needs), (_("Requirements in return"), link.requirements)):
            if asks:
                yield f"**{title}**"
                yield ""
                for one in asks:
                    yield from _ask(one, room)
                yield ""
    if room.unmet:
        yield f"## {_('Unmet needs of the client')}"
        yield ""
        for one in room.unmet:
            yield from _ask(one, room)
        yield ""


def _ask(one: AskNow, room: Room) -> Iterator[str]:
    terms = one.ask.terms
    text = f"- [{State(one.ask.state).label}] **{plain(terms.outcome if terms else '')}**"
    if terms:
        text += f" — {plain(when(terms, room.workshop.scene))}"
    yield text
    if terms and terms.satisfaction:
        yield f"  - {_('How we both see that it is well done')}: {plain(terms.satisfaction)}"
    if one.ask.owner_name:
        yield f"  - {_('Who takes care of it')}: {plain(one.ask.owner_name)}"
    said = one.words or one.alternative
    if said and one.ask.state in (State.DECLINED, State.COUNTERED):
        yield f"  - {plain(one.by_name)}: «{plain(said)}»"


def _contracts(room: Room) -> Iterator[str]:
    if not room.contracts:
        return
    yield f"## {_('Contracts')}"
    yield ""
    for one in room.contracts:
        title = _("%(supplier)s serves %(customer)s") % {
            "supplier": plain(one.link.supplier.name),
            "customer": plain(one.link.customer.name),
        }
        yield f"- **{title}**: {plain(stand_of(one)[0])}"
    yield ""


def _takeaways(room: Room) -> Iterator[str]:
    if not room.takeaways:
        return
    yield f"## {_('What each area leaves')}"
    yield ""
    for now in room.areas:
        mine = [one for one in room.takeaways if one.area_id == now.area.pk]
        if mine:
            yield f"### {plain(now.area.name)}"
            yield ""
            yield from (f"- {Takes(one.kind).label}: {plain(one.text)}" for one in mine)
            yield ""


# To count -------------------------------------------------------------------------------------------------------------


def table(room: Room) -> str:
    """All that was asked, a row each, under a heading in the active language; the mark is for spreadsheets."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(
        [
            _("Customer"),
            _("Supplier"),
            _("Kind"),
            _("Asked by"),
            _("Asked of"),
            _("What"),
            _("How we both see that it is well done"),
            _("When"),
            _("Measure"),
            _("State"),
            _("Who takes care of it"),
            _("Last words"),
            _("Step"),
            _("Asked at"),
        ]
    )
    organization = room.workshop.scene
    for one in room.asks:
        ask, terms = one.ask, one.ask.terms
        promise: Promise | None = terms
        rows.writerow(
            [
                safe(cell)
                for cell in (
                    ask.link.customer.name,
                    ask.link.supplier.name,
                    str(Direction(ask.direction).label),
                    ask.asker.name,
                    ask.performer.name,
                    promise.outcome if promise else "",
                    promise.satisfaction if promise else "",
                    when(promise, organization) if promise else "",
                    measure(promise, organization) if promise else "",
                    str(State(ask.state).label),
                    ask.owner_name,
                    one.words or one.alternative,
                    one.step,
                    moment(ask.asked_at, organization) if ask.asked_at else "",
                )
            ]
        )
    return "\ufeff" + out.getvalue()


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell

"""Many measured values at once: all or nothing, and for each line that is refused the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas import journal
from areas.access import Actor
from contracts import depending, deriving
from contracts.keeping import rules
from contracts.keeping.deeds import is_number, measured, settle_earlier, write_delivery
from contracts.models import Commitment, Occurrence
from requests.moves import Refused, author

Row = tuple[date, Decimal]


@dataclass(frozen=True)
class Checked:
    """One line: the occurrence that it is the value of, or why it is refused."""

    row: Row
    occurrence: Occurrence | None
    refusal: str | None


class ValuesRefused(Refused):
    """Nothing was entered; `checked` says which lines stand in the way."""

    def __init__(self, checked: list[Checked]) -> None:
        n = sum(one.refusal is not None for one in checked)
        super().__init__(
            ngettext(
                "Nothing was entered: one line cannot be taken.",
                "Nothing was entered: %(n)s lines cannot be taken.",
                n,
            )
            % {"n": n}
        )
        self.checked = checked


def check_values(
    commitment: Commitment, actor: Actor, rows: Sequence[Row], now: datetime, *, said_by: str = ""
) -> list[Checked]:
    """What would become of each line. A line is the value of the time whose date it bears: the date of the rule, or
    the day on which it is due. Raises Refused if the person may not enter values at all.
    """
    refusal = rules.why_not_enter_values(commitment, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    return _checked(commitment, rows, now, _times(commitment, lock=False))


@transaction.atomic
def deliver_values(
    commitment: Commitment, actor: Actor, rows: Sequence[Row], *, now: datetime, said_by: str = ""
) -> list[Occurrence]:
    """Enter them all: each counts as delivered at its due moment, or now if that is still to come, and is noted now.

    Raises ValuesRefused if one line cannot be taken, and Refused.
    """
    refusal = rules.why_not_enter_values(commitment, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    if not rows:
        raise Refused(_("There is no line with a date and a value in it."))
    checked = _checked(commitment, rows, now, _times(commitment, lock=True))
    if any(one.refusal is not None for one in checked):
        raise ValuesRefused(checked)
    who = author(actor, said_by)
    done: list[Occurrence] = []
    for one in sorted(checked, key=lambda one: one.row[0]):
        row = one.occurrence
        assert row is not None
        at = now if row.failed_at is not None else min(now, row.due_at)
        story = deriving.story_of(row)
        write_delivery(row, story, at=at, now=now, who=who, **measured(row.commitment.clause, one.row[1], None, None))
        depending.repause(row, story, now)
        deriving.refresh(row, story, by_hand=True)
        done.append(row)
    settle_earlier(done[-1])
    depending.sync_all(done, now)
    last = done[-1]
    journal.record(
        last.organization,
        "values.entered",
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        now=now,
        area=last.owes,
        link=last.link,
        subject=("promise", last.commitment.ref),
        facts={
            "outcome": str(last.commitment),
            "area": last.owes.name,
            "other": last.owed.name,
            "n": len(done),
        },
        topics=(f"a:{last.commitment.ask.ref}",),
    )
    return done


def _times(commitment: Commitment, *, lock: bool) -> list[Occurrence]:
    rows = deriving.occurrences().filter(commitment=commitment).order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)) if lock else rows)


def _checked(commitment: Commitment, rows: Sequence[Row], now: datetime, times: Sequence[Occurrence]) -> list[Checked]:
    zone = commitment.organization.tz
    today = now.astimezone(zone).date()
    by_date = {row.due_at.astimezone(zone).date(): row for row in times}
    by_date |= {date.fromisoformat(row.slot): row for row in times}
    seen: set[int] = set()
    checked: list[Checked] = []
    for on, value in rows:
        row = by_date.get(on)
        refusal = _refusal(row, on, value, today)
        if refusal is None and row is not None:
            if row.pk in seen:
                refusal = _("This time stands in the list already.")
            seen.add(row.pk)
        checked.append(Checked((on, value), None if refusal else row, refusal))
    return checked


def _refusal(row: Occurrence | None, on: date, value: Decimal, today: date) -> str | None:
    if not is_number(value):
        return _("This is not a number that can be kept.")
    if on > today:
        return _("This day has not come yet.")
    if row is None:
        return _("The promise is not due on this day.")
    if row.delivered_at is not None:
        return _("The value of this day was entered already.")
    if row.cancelled_at is not None:
        return _("The promise ended before this fell due.")
    if row.waived_at is not None:
        return _("This was forgiven.")
    return None

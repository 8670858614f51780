"""What a person's areas owe and are to judge: the piles of deliveries on the desk.

A desk is as long for two hundred promises as for twenty: what lies on it is chosen and counted by the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.access import Actor
from areas.addresses import address
from areas.models import Area, Organization
from areas.rows import Prepared
from areas.words import Kind
from contracts.acts import Chance, chances
from contracts.clock import Standing, soon_until, standing_of
from contracts.history import due_said, moment_said, value_said
from contracts.models import Clause, Occurrence
from contracts.standings import BROKEN, PAUSED
from requests.trace import Step

# As far as a desk looks ahead.
AHEAD = timedelta(days=7)
# Lines of one pile; a promise that was missed many times is one line.
SHOWN = 12
PILES = ("late", "soon", "paused", "to_judge")
TO_JUDGE = PILES.index("to_judge")
# The acts for which a line of the desk has a place.
OWED = ("deliver",)
JUDGED = ("judge", "client_link")

# What is open: to be delivered by my areas within a week or late, to be judged by those for which I decide and that do
# not judge themselves; for a facilitator also what the client is asked about. Of each promise the oldest, and how many
# more there are; of each pile the first ones, and how many there are.
LYING = Prepared(
    f"""
    WITH lying AS (
        SELECT o.id, o.due_at, o.judge_by, o.commitment_id, commitment.ref, commitment.ask_id, commitment.clause_id,
            CASE WHEN o.delivered_at IS NULL THEN o.owes_id ELSE o.owed_id END AS area_id,
            CASE WHEN o.delivered_at IS NOT NULL THEN 3 WHEN {BROKEN} THEN 0 WHEN {PAUSED} THEN 2 ELSE 1 END AS pile
        FROM (
            SELECT * FROM contracts_occurrence
            WHERE organization_id = %(organization)s AND settled_at IS NULL AND due_at < %(until)s
                AND delivered_at IS NULL AND owes_id = ANY(%(areas)s)
            UNION ALL
            SELECT * FROM contracts_occurrence
            WHERE organization_id = %(organization)s AND settled_at IS NULL
                AND (delivered_at IS NOT NULL OR paused_at IS NOT NULL) AND (
                    delivered_at IS NULL AND due_at >= %(until)s AND owes_id = ANY(%(areas)s)
                    OR delivered_at IS NOT NULL AND judged_at IS NULL AND (
                        owed_id = ANY(%(leads)s) AND (%(for_client)s OR owes_id <> ALL(%(areas)s))
                        OR %(for_client)s AND owed_id IN (
                            SELECT id FROM areas_area WHERE organization_id = %(organization)s AND kind = 'client')))
        ) o
        JOIN contracts_commitment commitment ON commitment.id = o.commitment_id AND commitment.ended_at IS NULL
    ), heads AS (
        SELECT *, count(*) OVER same AS times, row_number() OVER (same ORDER BY due_at, id) AS nth
        FROM lying WINDOW same AS (PARTITION BY commitment_id, pile)
    ), placed AS (
        SELECT *, count(*) OVER (PARTITION BY area_id, pile) AS many,
            row_number() OVER (PARTITION BY area_id, pile = 3 ORDER BY pile, due_at, id) AS place
        FROM heads WHERE nth = 1
    )
    SELECT {{occurrence}},
        (SELECT ARRAY[name, kind] FROM areas_area WHERE id = occurrence.owes_id),
        (SELECT ARRAY[name, kind] FROM areas_area WHERE id = occurrence.owed_id),
        placed.ref, placed.ask_id, clause.outcome, clause.unit, placed.pile, placed.many, placed.times - 1,
        (SELECT min(at) FROM lying CROSS JOIN LATERAL (VALUES (due_at), (judge_by)) moment(at) WHERE at >= %(now)s)
    FROM placed
    JOIN contracts_occurrence occurrence ON occurrence.id = placed.id
    JOIN contracts_clause clause ON clause.id = placed.clause_id
    WHERE placed.place <= {SHOWN}
    ORDER BY placed.place
    """,
    occurrence=(
        Occurrence,
        (
            "ref",
            "owes_id",
            "owed_id",
            "due_at",
            "delivered_at",
            "note",
            "value",
            "numerator",
            "denominator",
            "met",
            "judge_by",
            "judged_at",
            "worked",
            "failed_at",
            "waived_at",
            "cancelled_at",
            "paused_at",
            "settled_at",
        ),
    ),
)
# What those wait for whose clock stands still.
WAITED_FOR = Prepared(
    """
    SELECT pause.occurrence_id, clause.outcome, area.name
    FROM contracts_occurrence o
    JOIN contracts_pause pause ON pause.occurrence_id = o.id AND pause.ended_at IS NULL AND pause.void_at IS NULL
    JOIN contracts_occurrence because ON because.id = pause.because_id
    JOIN contracts_commitment commitment ON commitment.id = because.commitment_id
    JOIN contracts_clause clause ON clause.id = commitment.clause_id
    JOIN areas_area area ON area.id = because.owes_id
    WHERE o.organization_id = %(organization)s AND o.owes_id = ANY(%(areas)s) AND o.settled_at IS NULL
        AND o.paused_at IS NOT NULL
    ORDER BY pause.began_at
    """
)
# The next one to come onto the desk by itself.
NEXT = Prepared(
    """
    SELECT min(due_at) FROM contracts_occurrence
    WHERE organization_id = %(organization)s AND settled_at IS NULL AND due_at >= %(until)s AND delivered_at IS NULL
        AND owes_id = ANY(%(areas)s)
    """
)
# How the drafts of a person's areas are: count, newest, and how often they were kept.
DRAFTS = Prepared(
    """
    SELECT count(*), coalesce(max(id), 0), coalesce(sum(version), 0)::bigint FROM requests_ask
    WHERE organization_id = %(organization)s AND state = 'draft'
        AND CASE opened_by WHEN 'asker' THEN asker_id ELSE performer_id END IN (
            SELECT area_id FROM areas_areapart WHERE membership_id = %(membership)s)
    """
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of the desk says."""

    ref: str
    promise_url: str
    outcome: str
    whose: str
    pill: str
    word: str
    when: str
    more_times: str
    value: str
    met: bool | None
    sent_back: str
    waited_for: str
    note: str
    problem: str
    way: tuple[str, ...]
    acts: tuple[Chance, ...]


@dataclass
class Lying:
    """One delivery on a desk; of a promise that waits several times the oldest, with how many more there are."""

    occurrence: Occurrence
    standing: Standing
    # The promise: its reference, its ask, what it says.
    promise: str
    ask: int
    outcome: str
    unit: str
    others: int
    waited_for: list[str]
    path: list[Step] = field(default_factory=list)

    def line(self, actor: Actor, now: datetime) -> Line:
        one, organization = self.occurrence, actor.organization
        if one.delivered_at is not None:
            whose = one.owes.name
            when = _("delivered %(at)s") % {"at": moment_said(one.delivered_at, organization)}
            sent_back, note = "", one.note
        else:
            whose = _("for %(area)s") % {"area": one.owed.name}
            when = due_said(one.due_at, organization, now)
            sent_back = _("%(area)s sent it back: it did not work.") if one.failed_at else ""
            note = ""
        acts: tuple[str, ...] = OWED if one.delivered_at is None else JUDGED
        n = self.others
        problem = self.path[-1] if self.path and self.path[-1].kind == "problem" else None
        return Line(
            ref=one.ref,
            promise_url=address("contracts:promise", org=organization.ref, ref=self.promise),
            outcome=self.outcome,
            whose=whose,
            pill=self.standing.value,
            word=self._word(organization, now),
            when=when,
            more_times=ngettext("and %(n)s more time", "and %(n)s more times", n) % {"n": n} if n else "",
            value=self._value(organization),
            met=one.met,
            sent_back=sent_back % {"area": one.owed.name} if sent_back else "",
            waited_for=", ".join(self.waited_for),
            note=note,
            problem=problem.words if problem else "",
            way=self._way if problem else (),
            acts=tuple(act for act in chances(one, actor, acts) if act.first or act.verb == "client_link"),
        )

    def _word(self, organization: Organization, now: datetime) -> str:
        if self.standing != Standing.OVERDUE:
            return str(self.standing.label)
        tz = organization.tz
        days = (now.astimezone(tz).date() - self.occurrence.due_at.astimezone(tz).date()).days
        if not days:
            return _("late since today")
        return ngettext("late for %(n)s day", "late for %(n)s days", days) % {"n": days}

    def _value(self, organization: Organization) -> str:
        one = self.occurrence
        if one.value is None:
            return ""
        return value_said(Clause(unit=self.unit), organization, one.value, one.numerator, one.denominator)

    @property
    def _way(self) -> tuple[str, ...]:
        """The areas from the client to who owes it; one that asks twice in a row stands there once."""
        names: list[str] = []
        for step in reversed(self.path):
            if step.kind == "ask":
                names += [name for name in (step.asker, step.performer) if name not in names[-1:]]
        return tuple(names)


@dataclass
class DuePile:
    """What lies on the desk for one area, to deliver and to judge: the first lines, and how many there are in all."""

    owed: list[Line] = field(default_factory=list)
    judged: list[Line] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def late(self) -> int:
        return self.counted.get("late", 0)

    @property
    def count(self) -> int:
        return self.late + self.counted.get("soon", 0) + self.counted.get("paused", 0)

    @property
    def left_out(self) -> int:
        return self.count - len(self.owed)

    @property
    def to_judge(self) -> int:
        return self.counted.get("to_judge", 0)

    @property
    def judged_left_out(self) -> int:
        return self.to_judge - len(self.judged)


class Due:
    """What the promises want from a person, to be laid beside the asks (requests.waiting.Beside)."""

    readings = (LYING, WAITED_FOR, NEXT)

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.actor = actor
        self.now = now
        self.piles: dict[int, DuePile] = defaultdict(DuePile)
        # Of the client, for whom a facilitator asks or answers; on no pile of this person.
        self.of_client: DuePile | None = None
        # When time alone changes something here: something falls due, is to come within a week, or the day ends.
        organization = actor.organization
        tomorrow = now.astimezone(organization.tz).date() + timedelta(days=1)
        self.fresh_until = datetime.combine(tomorrow, time(), organization.tz)
        # Each with its pile, and whether it is to be judged there.
        self._lying: list[tuple[DuePile, bool, Lying]] = []

    @cached_property
    def soon(self) -> datetime:
        organization = self.actor.organization
        return soon_until(self.now, organization.tz, is_working=organization.calendar.is_working)

    @property
    def asked(self) -> dict[str, Any]:
        return {
            "leads": list(self.actor.leads),
            "until": self.now + AHEAD,
            "now": self.now,
            "for_client": self.actor.is_facilitator,
        }

    def take(self, rows: list[list[tuple[Any, ...]]]) -> Iterable[int]:
        lying, waited_for, ((next_at,),) = rows
        if next_at is not None:
            self._changes_at(next_at - AHEAD)
        waits: defaultdict[int, list[str]] = defaultdict(list)
        for pk, promise, area in waited_for:
            waits[pk].append(_("«%(promise)s» of %(area)s") % {"promise": promise, "area": area})
        areas: dict[int, Area] = {}
        for occurrence, owes, owed, ref, ask, outcome, unit, n, many, others, moment in lying:
            occurrence.organization = self.actor.organization
            for pk, (name, kind) in ((occurrence.owes_id, owes), (occurrence.owed_id, owed)):
                if pk not in areas:
                    areas[pk] = Area(pk=pk, name=name, kind=kind)
            occurrence.owes, occurrence.owed = areas[occurrence.owes_id], areas[occurrence.owed_id]
            standing = standing_of(occurrence, now=self.now, soon_until=self.soon)
            because = waits[occurrence.pk] if standing == Standing.PAUSED else []
            to_judge = n == TO_JUDGE
            pile = self.piles[occurrence.owed_id if to_judge else occurrence.owes_id]
            pile.counted[PILES[n]] = many
            self._lying.append((pile, to_judge, Lying(occurrence, standing, ref, ask, outcome, unit, others, because)))
            if to_judge and occurrence.owed.kind == Kind.CLIENT and occurrence.owed_id not in self.actor.works_in:
                self.of_client = pile
            if moment is not None:
                self._changes_at(moment)
        return [one.ask for _pile, _to_judge, one in self._lying]

    def _changes_at(self, at: datetime) -> None:
        # Due at noon is late after noon, not at it.
        self.fresh_until = min(self.fresh_until, at + timedelta(microseconds=1))

    def explain(self, ways: dict[int, list[Step]]) -> None:
        """Why each exists."""
        for pile, to_judge, one in self._lying:
            one.path = ways[one.ask]
            (pile.judged if to_judge else pile.owed).append(one.line(self.actor, self.now))

    def of(self, area: Area) -> DuePile:
        return self.piles.get(area.pk) or DuePile()

"""What a person's areas owe and are to judge: the piles of deliveries on the desk, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.access import Actor
from areas.models import Area, Organization
from areas.rows import Rows
from areas.words import Kind
from contracts.acts import Chance, chances
from contracts.clock import Standing, soon_until, standing_of
from contracts.history import moment_said, value_said
from contracts.models import Clause, Commitment, Occurrence, Pause
from requests.trace import Step, paths

# As far as a desk looks ahead.
AHEAD = timedelta(days=7)
# Lines of one pile; a promise that was missed many times is one line.
SHOWN = 12

# What is open: to be delivered by my areas within a week or late, to be judged by those for which I decide; for a
# facilitator also what the client is asked about.
LYING = Rows(
    """
    SELECT {occurrence}, {commitment}, {clause}, {owes}, {owed}
    FROM contracts_occurrence occurrence
    JOIN contracts_commitment commitment ON commitment.id = occurrence.commitment_id
    JOIN contracts_clause clause ON clause.id = commitment.clause_id
    JOIN areas_area owes ON owes.id = occurrence.owes_id
    JOIN areas_area owed ON owed.id = occurrence.owed_id
    WHERE occurrence.organization_id = %(organization)s AND occurrence.settled_at IS NULL
        AND commitment.ended_at IS NULL AND (
            occurrence.delivered_at IS NULL AND occurrence.owes_id = ANY(%(areas)s)
                AND (occurrence.due_at < %(until)s OR occurrence.paused_at IS NOT NULL)
            OR occurrence.delivered_at IS NOT NULL AND occurrence.judged_at IS NULL
                AND (occurrence.owed_id = ANY(%(leads)s) OR %(for_client)s AND owed.kind = 'client')
        )
    ORDER BY occurrence.due_at, occurrence.id
    """,
    occurrence=(
        Occurrence,
        (
            "ref",
            "commitment_id",
            "organization_id",
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
    commitment=(Commitment, ("ref", "ask_id", "clause_id", "ended_at")),
    clause=(Clause, ("outcome", "unit", "shape")),
    owes=(Area, ("name", "kind")),
    owed=(Area, ("name", "kind")),
)


@dataclass
class Lying:
    """One delivery on a desk; of a promise that waits several times the oldest, with how many more there are."""

    occurrence: Occurrence
    standing: Standing
    organization: Organization
    now: datetime
    chances: list[Chance]
    path: list[Step] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    others: int = 0

    @property
    def commitment(self) -> Commitment:
        return self.occurrence.commitment

    @property
    def outcome(self) -> str:
        return self.commitment.clause.outcome

    @property
    def first(self) -> list[Chance]:
        return [chance for chance in self.chances if chance.first]

    @property
    def more(self) -> list[Chance]:
        return [chance for chance in self.chances if not chance.first]

    @property
    def pill(self) -> str:
        return str(self.standing)

    @property
    def word(self) -> str:
        if self.standing != Standing.OVERDUE:
            return str(self.standing.label)
        tz = self.organization.tz
        days = (self.now.astimezone(tz).date() - self.occurrence.due_at.astimezone(tz).date()).days
        if not days:
            return _("late since today")
        return ngettext("late for %(n)s day", "late for %(n)s days", days) % {"n": days}

    @property
    def due(self) -> str:
        return moment_said(self.occurrence.due_at, self.organization)

    @property
    def delivered(self) -> str:
        at = self.occurrence.delivered_at
        return moment_said(at, self.organization) if at else ""

    @property
    def value(self) -> str:
        one = self.occurrence
        return value_said(self.commitment.clause, self.organization, one.value, one.numerator, one.denominator)

    @property
    def problem(self) -> Step | None:
        return self.path[-1] if self.path and self.path[-1].kind == "problem" else None

    @property
    def way(self) -> list[str]:
        """The areas from the client to who owes it; one that asks twice in a row stands there once."""
        names: list[str] = []
        for step in reversed(self.path):
            if step.kind == "ask":
                names += [name for name in (step.asker, step.performer) if name not in names[-1:]]
        return names


@dataclass
class DuePile:
    """What lies on the desk for one area: what it owes, then what it is to say."""

    area: Area
    late: list[Lying] = field(default_factory=list)
    soon: list[Lying] = field(default_factory=list)
    paused: list[Lying] = field(default_factory=list)
    to_judge: list[Lying] = field(default_factory=list)

    @property
    def owed(self) -> list[Lying]:
        return [*self.late, *self.soon, *self.paused][:SHOWN]

    @property
    def count(self) -> int:
        return len(self.late) + len(self.soon) + len(self.paused)

    @property
    def left_out(self) -> int:
        return max(self.count - SHOWN, 0)

    @property
    def judged(self) -> list[Lying]:
        return self.to_judge[:SHOWN]

    @property
    def judged_left_out(self) -> int:
        return max(len(self.to_judge) - SHOWN, 0)


@dataclass
class Due:
    """All piles by the pk of their area."""

    piles: dict[int, DuePile]
    # Of the client, for whom a facilitator asks or answers; on no pile of this person.
    of_client: DuePile | None = None
    fresh_until: datetime | None = None

    def of(self, area: Area) -> DuePile:
        return self.piles.get(area.pk) or DuePile(area)


def due_of(actor: Actor, now: datetime) -> Due:
    """Three queries beside the person's parts: deliveries, paths, what the paused ones wait for."""
    organization = actor.organization
    mine = actor.works_in
    rows = LYING(
        organization=organization.pk,
        areas=list(mine),
        leads=list(actor.leads),
        until=now + AHEAD,
        for_client=actor.is_facilitator,
    )
    soon = soon_until(now, organization.tz, is_working=organization.calendar.is_working)
    piles: dict[int, DuePile] = {}
    heads: dict[tuple[int, str], Lying] = {}
    moments: list[datetime] = [soon]
    for occurrence, commitment, clause, owes, owed in rows:
        occurrence.organization = commitment.organization = organization
        occurrence.commitment, commitment.clause = commitment, clause
        occurrence.owes, occurrence.owed = owes, owed
        standing = standing_of(occurrence, now=now, soon_until=soon)
        moments += [at for at in (occurrence.due_at, occurrence.judge_by) if at and at > now]
        delivered = occurrence.delivered_at is not None
        area: Area = owed if delivered else owes
        name = "to_judge" if delivered else _PILE.get(standing, "soon")
        head = heads.get((commitment.pk, name))
        if head is not None:
            head.others += 1
            continue
        possible = chances(occurrence, actor)
        if delivered and not any(chance.verb in ("judge", "client_link") for chance in possible):
            continue
        one = Lying(occurrence, standing, organization, now, possible)
        heads[commitment.pk, name] = one
        pile = piles.setdefault(area.pk, DuePile(area))
        getattr(pile, name).append(one)
    _explain(list(heads.values()))
    client = next((pile for pk, pile in piles.items() if pile.area.kind == Kind.CLIENT and pk not in mine), None)
    return Due(piles, client, min(moments))


_PILE = {Standing.OVERDUE: "late", Standing.BROKEN: "late", Standing.PAUSED: "paused"}


def _explain(lying: list[Lying]) -> None:
    """Why each exists, and what those wait for whose clock stands still."""
    ways = paths({one.commitment.ask_id for one in lying})
    still = {one.occurrence.pk: one for one in lying if one.standing == Standing.PAUSED}
    for one in lying:
        one.path = ways.get(one.commitment.ask_id, [])
    if still:
        running = Pause.objects.filter(occurrence__in=still, ended_at=None, void_at=None)
        for pause in running.select_related("because__commitment__clause", "because__owes").order_by("began_at"):
            still[pause.occurrence_id].because.append(
                _("«%(promise)s» of %(area)s")
                % {"promise": pause.because.commitment.clause.outcome, "area": pause.because.owes.name}
            )

"""The columns of an occurrence follow from its facts: the one place where they are computed, and stored.

No deed sets a column by hand; it writes what happened and asks here what stands now. A fact that was corrected counts
no more, and neither does a verdict on a delivery that was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, QuerySet

from areas.calendar import Calendar
from areas.models import Area, CalendarEdition, Link, Membership, Organization, User
from areas.rows import Prepared, Rows
from contracts import clock
from contracts.models import Clause, Commitment, Dependency, Fact, Occurrence, Pause
from contracts.words import Deed, Ladder
from requests.models import Ask, Promise
from requests.moves import Author

SYSTEM = Author(None, "", None)

RELATED = (
    "organization",
    "link__customer",
    "link__supplier",
    "owes",
    "owed",
    "commitment__clause__owner__user",
    "commitment__ask",
    "calendar",
)

# What follows from facts and pauses; `derive` fills in each of them.
COLUMNS = (
    "due_at",
    "delivered_at",
    "deliveries",
    "note",
    "value",
    "numerator",
    "denominator",
    "met",
    "self_worked",
    "self_easy",
    "judge_by",
    "judged_at",
    "on_time",
    "worked",
    "easy",
    "failed_at",
    "waived_at",
    "cancelled_at",
    "paused_at",
    "settled_at",
)
CHASE = ("ladder", "rung", "warn_at", "escalate_at", "chase_at")


def occurrences() -> QuerySet[Occurrence]:
    """With all that a deed or a page about one of them reads."""
    return Occurrence.objects.select_related(*RELATED)


# Holding --------------------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """What the database knows of one occurrence beside its row, while that is locked. `note` adds to it."""

    facts: list[Fact]
    pauses: list[Pause]
    # What its promise waits for, or ever did.
    needs: list[Dependency]
    # Whether any promise waits for its promise, or ever did.
    is_needed: bool
    # The last rung that was climbed, by ladder and round.
    climbed: dict[tuple[str, int], int]


def _locked(which: str) -> Prepared:
    """`occurrences()` that are locked, written and planned once: both took longer than the deed."""
    return Prepared(
        f"""
        SELECT {{one}}, {{organization}}, {{link}}, {{customer}}, {{supplier}}, {{owes}}, {{owed}}, {{commitment}},
               {{clause}}, {{owner}}, {{person}}, {{ask}}, {{calendar}}
          FROM contracts_occurrence one
          JOIN areas_organization organization ON organization.id = one.organization_id
          JOIN areas_link link ON link.id = one.link_id
          JOIN areas_area customer ON customer.id = link.customer_id
          JOIN areas_area supplier ON supplier.id = link.supplier_id
          JOIN areas_area owes ON owes.id = one.owes_id
          JOIN areas_area owed ON owed.id = one.owed_id
          JOIN contracts_commitment commitment ON commitment.id = one.commitment_id
          JOIN contracts_clause clause ON clause.id = commitment.clause_id
          LEFT JOIN areas_membership owner ON owner.id = clause.owner_id
          LEFT JOIN areas_user person ON person.id = owner.user_id
          JOIN requests_ask ask ON ask.id = commitment.ask_id
          JOIN areas_calendaredition calendar ON calendar.id = one.calendar_id
         WHERE {which} FOR NO KEY UPDATE OF one""",
        one=Occurrence,
        organization=Organization,
        link=Link,
        customer=Area,
        supplier=Area,
        owes=Area,
        owed=Area,
        commitment=Commitment,
        clause=Clause,
        owner=Membership,
        person=User,
        ask=Ask,
        calendar=CalendarEdition,
    )


_ONE = _locked("one.id = %(pk)s")
_FACTS = Rows("SELECT {fact} FROM contracts_fact fact WHERE occurrence_id = %(pk)s ORDER BY n", fact=Fact)
_PAUSES = Rows(
    "SELECT {pause} FROM contracts_pause pause WHERE occurrence_id = %(pk)s AND void_at IS NULL ORDER BY began_at, id",
    pause=Pause,
)
_COMMITMENT = "(SELECT commitment_id FROM contracts_occurrence WHERE id = %(pk)s)"
_NEEDS = Rows(f"SELECT {{need}} FROM contracts_dependency need WHERE commitment_id = {_COMMITMENT}", need=Dependency)
_REST = Rows(
    "SELECT kind, round, max(n), NULL FROM contracts_rung WHERE occurrence_id = %(pk)s GROUP BY kind, round"
    " UNION ALL SELECT '', 0, 0, EXISTS (SELECT FROM contracts_dependency"
    f" WHERE requirement_id = {_COMMITMENT})"
)
_STORY = (_FACTS, _PAUSES, _NEEDS, _REST)
# Accepted off their target, and not settled, or not before that moment.
_OFF_TARGET = _locked(
    "one.commitment_id = %(commitment)s AND one.planned_at < %(planned_at)s AND one.delivered_at IS NOT NULL"
    " AND one.worked AND NOT one.met AND (one.settled_at IS NULL OR one.settled_at >= %(undone_at)s::timestamptz)"
    " ORDER BY one.planned_at DESC, one.id"
)


def hold(pk: int) -> tuple[Occurrence, Story]:
    """The row as it stands, locked until the transaction is through, and its story: one message. Whoever comes second
    waits here, and then reads what the first one did. Raises Occurrence.DoesNotExist.
    """
    found, *story = Rows.together(_ONE, *_STORY, pk=pk)
    if not found:
        raise Occurrence.DoesNotExist
    return _wired(*found[0]), _told_by(*story)


def story_of(row: Occurrence) -> Story:
    """Of a row that is locked already."""
    return _told_by(*Rows.together(*_STORY, pk=row.pk))


def _told_by(
    facts: list[tuple[Fact]],
    pauses: list[tuple[Pause]],
    needs: list[tuple[Dependency]],
    rest: list[tuple[str, int, int, bool | None]],
) -> Story:
    return Story(
        facts=[fact for (fact,) in facts],
        pauses=[pause for (pause,) in pauses],
        needs=[need for (need,) in needs],
        is_needed=any(needed for _kind, _round, _n, needed in rest),
        climbed={(kind, turn): n for kind, turn, n, _needed in rest if kind},
    )


def off_target(row: Occurrence, undone_at: datetime | None) -> list[Occurrence]:
    """The earlier times of its promise that were accepted off their target and are not settled, or were settled since
    `undone_at`; locked, the last first.
    """
    found = _OFF_TARGET(commitment=row.commitment_id, planned_at=row.planned_at, undone_at=undone_at)
    return [_wired(*one) for one in found]


def _wired(
    one: Occurrence,
    organization: Organization,
    link: Link,
    customer: Area,
    supplier: Area,
    owes: Area,
    owed: Area,
    commitment: Commitment,
    clause: Clause,
    owner: Membership | None,
    person: User,
    ask: Ask,
    calendar: CalendarEdition,
) -> Occurrence:
    one.organization, one.link, one.owes, one.owed, one.calendar = organization, link, owes, owed, calendar
    link.customer, link.supplier = customer, supplier
    one.commitment, commitment.clause, commitment.ask = commitment, clause, ask
    if owner is not None:
        clause.owner, owner.user = owner, person
    return one


# Facts → columns ------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What the facts of one occurrence say, the corrected ones left out."""

    delivery: Fact | None = None
    deliveries: int = 0
    verdict: Fact | None = None
    judge_by: datetime | None = None
    failed_at: datetime | None = None
    # The last verdict that sent it back: a later delivery is later than that.
    sent_back_at: datetime | None = None
    waiver: Fact | None = None
    cancelled_at: datetime | None = None
    # From a delivery until it was sent back, if it was.
    delivered: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return self.delivery is not None and self.verdict is not None

    @property
    def over_at(self) -> datetime | None:
        """Since when nobody waits for a delivery, whatever comes: forgiven, or the promise ended."""
        ends = [at for at in (self.waiver.at if self.waiver else None, self.cancelled_at) if at is not None]
        return min(ends, default=None)


def corrected(facts: Sequence[Fact]) -> set[int]:
    """The numbers of the facts that count no more. `facts` in their order."""
    number = {fact.pk: fact.n for fact in facts}
    dead = {number[fact.corrects_id] for fact in facts if fact.corrects_id is not None}
    for fact in facts:
        if fact.deed == Deed.RETRACTED and fact.corrects_id is not None:
            of = number[fact.corrects_id]
            dead |= {verdict.n for verdict in facts if verdict.deed == Deed.JUDGED and of < verdict.n < fact.n}
    return dead


def told(facts: Sequence[Fact]) -> Told:
    """The story that counts now, from facts in their order."""
    dead = corrected(facts)
    found = Told(deliveries=sum(fact.deed == Deed.DELIVERED for fact in facts))
    for fact in facts:
        if fact.n in dead:
            continue
        if fact.deed == Deed.DELIVERED:
            found.delivery, found.verdict, found.judge_by = fact, None, fact.due_at
            found.delivered.append((fact.at, None))
        elif fact.deed == Deed.JUDGED:
            found.verdict = fact
            if not fact.worked:
                found.failed_at = found.failed_at or fact.at
                found.sent_back_at = fact.at
                found.delivery = found.judge_by = None
                began_at, _end = found.delivered[-1]
                found.delivered[-1] = (began_at, fact.at)
        elif fact.deed == Deed.RECONSIDERED and found.delivery is not None and fact.due_at is not None:
            found.judge_by = fact.due_at
        elif fact.deed == Deed.WAIVED:
            found.waiver = fact
        elif fact.deed == Deed.CANCELLED:
            found.cancelled_at = fact.at
    return found


def clock_facts(row: Occurrence, facts: Sequence[Fact], pauses: Iterable[Pause]) -> clock.Facts:
    """The same in the words of the clock, for whoever asks where it stands or why it is late. `facts` in their order,
    pauses with `because__commitment__clause` if the reason is to be told.
    """
    said = told(facts)
    delivery, verdict = said.delivery, said.verdict
    return clock.Facts(
        planned_at=row.planned_at,
        starts_at=row.starts_at,
        pauses=tuple(
            clock.Pause(pause.began_at, pause.ended_at, str(pause.because_id))
            for pause in pauses
            if pause.void_at is None
        ),
        delivered_at=delivery.at if delivery else None,
        value=delivery.value if delivery else None,
        judged_at=verdict.at if verdict else None,
        worked=verdict.worked if verdict else None,
        failed_at=said.failed_at,
        waived_at=said.waiver.at if said.waiver else None,
        cancelled_at=said.cancelled_at,
        judge_by=said.judge_by,
    )


def derive(
    row: Occurrence,
    facts: Sequence[Fact],
    pauses: Iterable[Pause],
    *,
    calendar: Calendar,
    terms: Promise,
    followed_at: datetime | None = None,
) -> dict[str, Any]:
    """Every column of `COLUMNS`. `followed_at`: since when a later time of the same promise was delivered, or the
    promise has ended; one that was accepted off its target is settled by that.
    """
    said = told(facts)
    delivery, verdict = said.delivery, said.verdict
    stands = clock.columns(clock_facts(row, facts, pauses), calendar, terms)
    settled_at = said.over_at
    if settled_at is None and said.accepted:
        assert verdict is not None
        if stands.met is not False:
            settled_at = verdict.at
        elif followed_at is not None:
            settled_at = max(verdict.at, followed_at)
    return {
        "due_at": stands.due_at,
        "delivered_at": stands.delivered_at,
        "deliveries": said.deliveries,
        "note": delivery.words if delivery else "",
        "value": delivery.value if delivery else None,
        "numerator": delivery.numerator if delivery else None,
        "denominator": delivery.denominator if delivery else None,
        "met": stands.met if delivery else None,
        "self_worked": delivery.worked if delivery else None,
        "self_easy": delivery.easy if delivery else None,
        "judge_by": stands.judge_by,
        "judged_at": stands.judged_at,
        "on_time": verdict.on_time if verdict else None,
        "worked": stands.worked,
        "easy": verdict.easy if verdict else None,
        "failed_at": stands.failed_at,
        "waived_at": stands.waived_at,
        "cancelled_at": stands.cancelled_at,
        "paused_at": None if delivery or said.over_at else stands.paused_at,
        "settled_at": settled_at,
    }


# Writing --------------------------------------------------------------------------------------------------------------


def facts_of(row: Occurrence) -> list[Fact]:
    return list(row.facts.order_by("n"))


def pauses_of(row: Occurrence) -> list[Pause]:
    return list(row.pauses.filter(void_at__isnull=True).order_by("began_at", "pk"))


def note(
    row: Occurrence,
    story: Story,
    deed: Deed,
    *,
    at: datetime,
    now: datetime,
    who: Author = SYSTEM,
    for_area: Area | None = None,
    **more: Any,
) -> Fact:
    """Write what happened. The caller holds the row's lock, so the numbers have no gap and no double."""
    fact = Fact.objects.create(
        occurrence=row,
        n=story.facts[-1].n + 1 if story.facts else 1,
        deed=deed,
        at=at,
        noted_at=now,
        for_area=for_area,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        **more,
    )
    story.facts.append(fact)
    return fact


def followed_at(row: Occurrence) -> datetime | None:
    """Since when a later time of the same promise is delivered, or the promise has ended."""
    later = Occurrence.objects.filter(commitment=row.commitment_id, planned_at__gt=row.planned_at)
    moments = [later.aggregate(first=Min("delivered_at"))["first"], row.commitment.ended_at]
    return min((at for at in moments if at is not None), default=None)


_SAVE = (
    "UPDATE contracts_occurrence SET "
    + ", ".join(f"{name} = %({name})s" for name in (*COLUMNS, *CHASE))
    + ", version = version + %(by_hand)s WHERE id = %(pk)s"
)


def refresh(row: Occurrence, story: Story, *, by_hand: bool = False) -> bool:
    """Bring the columns and the ladder of a row that is locked up to its facts; whether its due moment or its pause
    changed. With `by_hand`, a person acted: who has an older page open is told so.
    """
    before = (row.due_at, row.paused_at)
    terms = row.commitment.clause
    said = told(story.facts)
    is_off = said.accepted and said.delivery and clock.on_target(terms, said.delivery.value) is False
    columns = derive(
        row,
        story.facts,
        story.pauses,
        calendar=row.calendar.calendar,
        terms=terms,
        followed_at=followed_at(row) if is_off else None,
    )
    for name, value in columns.items():
        setattr(row, name, value)
    ladder = row.ladder
    schedule_chase(row, row.organization)
    if row.ladder != ladder:
        row.rung = story.climbed.get((row.ladder, row.deliveries), 0)
        schedule_chase(row, row.organization)
    row.version += by_hand
    values = {name: getattr(row, name) for name in (*COLUMNS, *CHASE)}
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, {**values, "by_hand": int(by_hand), "pk": row.pk})
    return before != (row.due_at, row.paused_at)


# The ladder -----------------------------------------------------------------------------------------------------------


def rungs(
    due_at: datetime, from_at: datetime, calendar: Calendar, organization: Organization
) -> tuple[datetime, datetime]:
    """When to warn and when to escalate: as the working time opens, so many working days before and after the day on
    which it is due. Nobody is warned before `from_at`.
    """
    day = due_at.astimezone(calendar.zone).date()
    warn_at = _opening(calendar, day, -organization.warn_days) if organization.warn_days else due_at
    escalate_at = _opening(calendar, day, organization.escalate_days)
    return min(max(warn_at, from_at), due_at), max(escalate_at, due_at + timedelta(minutes=1))


def _opening(calendar: Calendar, day: Any, n: int) -> datetime:
    found = calendar.working_day(day, n)
    segments = calendar.segments_on(found)
    return segments[0][0] if segments else calendar.end_of(found)


def schedule_chase(occurrence: Occurrence, organization: Organization) -> None:
    """Set (and not save) the ladder that it stands on, and when its next rung is.

    Nobody is chased for what is settled, accepted, paused, or owed by a promise that has ended.
    """
    row = occurrence
    delivered = row.delivered_at is not None
    ladder = Ladder.VERDICT if delivered else Ladder.DELIVERY
    if row.ladder != ladder:
        row.ladder, row.rung = ladder, 0
    due_at = row.judge_by if delivered else row.due_at
    idle = (
        row.settled_at is not None
        or row.paused_at is not None
        or due_at is None
        or (row.judged_at is not None if delivered else row.commitment.ended_at is not None)
    )
    if idle or due_at is None:
        row.warn_at = row.escalate_at = row.chase_at = None
        return
    from_at = row.delivered_at if row.delivered_at is not None else row.starts_at
    row.warn_at, row.escalate_at = rungs(due_at, from_at, row.calendar.calendar, organization)
    row.chase_at = next_rung(row.rung, row.warn_at, due_at, row.escalate_at)


def next_rung(rung: int, warn_at: datetime, due_at: datetime, escalate_at: datetime) -> datetime | None:
    """When the rung after `rung` is climbed; None at the end of the ladder."""
    return (warn_at, due_at, escalate_at, None)[min(rung, 3)]

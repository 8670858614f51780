"""A promise that waits for a promise of the opposite lane: while that one is overdue, its clock stands still.

Pauses follow from facts. `repause` computes them anew for one occurrence, from all requirements that its promise
depends on, and compares: what began, what ended, and what a correction showed never to have been. Each is dated by
when it was so, whenever it was noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.models import Link
from contracts import clock, deriving
from contracts.models import Commitment, Dependency, Fact, Occurrence, Pause
from contracts.words import Deed
from requests.moves import Refused, author

# Choosing -------------------------------------------------------------------------------------------------------------


def why_not_change(commitment: Commitment, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may say what this promise depends on: a lead of either area, or a facilitator."""
    if commitment.ended_at is not None:
        return _("This promise has ended.")
    if recording and not actor.is_facilitator:
        return _("Only a facilitator writes down what somebody else said.")
    if actor.is_facilitator:
        return None
    if actor.is_viewer:
        return _("You take part as a reader here.")
    if not (actor.may_decide_for(commitment.owes_id) or actor.may_decide_for(commitment.owed_id)):
        return _("A lead of one of the two areas does this.")
    return None


def why_not_depend(
    commitment: Commitment, requirement: Commitment, actor: Actor, *, recording: bool = False
) -> str | None:
    """None if the person may make `commitment` wait for `requirement`, else the sentence that says why not."""
    refusal = why_not_change(commitment, actor, recording=recording)
    if refusal:
        return refusal
    if requirement.ended_at is not None:
        return _("This promise has ended.")
    if commitment.link_id != requirement.link_id or commitment.owes_id != requirement.owed_id:
        return _("A promise depends on what the other area of the same contract promised in return.")
    if Dependency.objects.filter(commitment=commitment, requirement=requirement, ended_at__isnull=True).exists():
        return _("It depends on this already.")
    if commitment.pk in _needed_for(requirement):
        return _("That one already waits for this one: the two would wait for each other.")
    return None


def opposite(commitment: Commitment) -> list[Commitment]:
    """What is in force in the opposite lane of its contract."""
    rows = Commitment.objects.filter(
        link=commitment.link_id, owes=commitment.owed_id, owed=commitment.owes_id, ended_at__isnull=True
    )
    return list(rows.select_related("clause", "owes", "owed").order_by("clause__lane", "clause__n", "pk"))


def choices(commitment: Commitment) -> list[Commitment]:
    """What this promise might depend on: the opposite lane of its contract, without what waits for it already."""
    waiting = waiting_for(commitment)
    return [one for one in opposite(commitment) if one.pk not in waiting]


def _needed_for(commitment: Commitment) -> set[int]:
    """All that a promise depends on, by way of others too. They are of one link, so it is one query."""
    return _reach(commitment, down=True)


def waiting_for(commitment: Commitment) -> set[int]:
    """The pks of all that waits for a promise, by way of others too."""
    return _reach(commitment, down=False)


def _reach(commitment: Commitment, *, down: bool) -> set[int]:
    edges: dict[int, list[int]] = {}
    living = Dependency.objects.filter(commitment__link=commitment.link_id, ended_at__isnull=True)
    for one, other in living.values_list("commitment", "requirement"):
        edges.setdefault(one if down else other, []).append(other if down else one)
    found: set[int] = set()
    waiting = [commitment.pk]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


@transaction.atomic
def depend(
    commitment: Commitment, requirement: Commitment, actor: Actor, *, now: datetime, said_by: str = ""
) -> Dependency:
    """From now on `commitment` waits while `requirement` is overdue. Raises Refused."""
    # Of two that would close a circle at once the second waits here, and sees the first.
    Link.objects.select_for_update(no_key=True).get(pk=commitment.link_id)
    refusal = why_not_depend(commitment, requirement, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    who = author(actor, said_by)
    made = Dependency.objects.create(
        commitment=commitment,
        requirement=requirement,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        at=now,
    )
    _tell(commitment, requirement, "dependency.chosen", actor, said_by, now)
    _sync_commitment(commitment, now)
    return made


@transaction.atomic
def undepend(
    commitment: Commitment, requirement: Commitment, actor: Actor, *, now: datetime, said_by: str = ""
) -> None:
    """From now on `commitment` waits no more for `requirement`; what it waited stays. Raises Refused."""
    Link.objects.select_for_update(no_key=True).get(pk=commitment.link_id)
    refusal = why_not_change(commitment, actor, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)
    living = Dependency.objects.filter(commitment=commitment, requirement=requirement, ended_at__isnull=True)
    if living.update(ended_at=now) != 1:
        raise Refused(_("It does not depend on this any more."))
    _tell(commitment, requirement, "dependency.ended", actor, said_by, now)
    _sync_commitment(commitment, now)


def carry_over(successors: dict[int, Commitment | None], now: datetime) -> None:
    """Commitments have ended (pk → what took their place, if anything): what depended on them, or they on, depends
    from now on on the new ones. To be called in the transaction that ended them.
    """
    over = list(
        Dependency.objects.filter(
            Q(commitment__in=successors) | Q(requirement__in=successors), ended_at__isnull=True
        ).select_related("commitment")
    )
    if not over:
        return
    Dependency.objects.filter(pk__in=[one.pk for one in over]).update(ended_at=now)
    renewed = []
    for one in over:
        commitment = successors.get(one.commitment_id) if one.commitment_id in successors else one.commitment
        replaced = successors.get(one.requirement_id)
        requirement = replaced.pk if replaced else one.requirement_id
        if commitment is None or one.requirement_id in successors and replaced is None:
            continue
        renewed.append(
            Dependency(
                commitment=commitment,
                requirement_id=requirement,
                by_id=one.by_id,
                by_name=one.by_name,
                recorded_by_id=one.recorded_by_id,
                at=now,
            )
        )
    Dependency.objects.bulk_create(renewed)
    for commitment in {one.commitment_id: one.commitment for one in (*over, *renewed)}.values():
        _sync_commitment(commitment, now)


def _tell(
    commitment: Commitment, requirement: Commitment, event: str, actor: Actor, said_by: str, now: datetime
) -> None:
    who = author(actor, said_by)
    area = commitment.owed if actor.may_speak_for(commitment.owed_id) and not said_by else commitment.owes
    journal.record(
        commitment.organization,
        event,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        now=now,
        area=area,
        link=commitment.link,
        subject=("promise", commitment.ref),
        facts={"outcome": str(commitment), "name": str(requirement), "area": area.name},
    )


# When a requirement is not met ----------------------------------------------------------------------------------------


Stretch = tuple[datetime, datetime | None]


def unmet(requirement: Occurrence, facts: Sequence[Fact], now: datetime) -> list[Stretch]:
    """While it was overdue: from its due moment until it was delivered, forgiven or ended; from a verdict that sent it
    back until the next delivery. Not while its own clock stands still.
    """
    if requirement.paused_at is not None:
        return []
    said = deriving.told(facts)
    found = _without([(requirement.due_at, said.over_at)], said.delivered)
    return [(began_at, ended_at) for began_at, ended_at in found if began_at <= now]


def _without(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """The stretches, less the holes; empty ones are left out."""
    left = [(began_at, ended_at) for began_at, ended_at in stretches if ended_at is None or began_at < ended_at]
    for hole_began, hole_ended in holes:
        cut: list[Stretch] = []
        for began_at, ended_at in left:
            if ended_at is None or hole_began < ended_at:
                cut.append((began_at, hole_began))
            else:
                cut.append((began_at, ended_at))
            if hole_ended is not None and (ended_at is None or hole_ended < ended_at):
                cut.append((max(began_at, hole_ended), ended_at))
        left = [(began_at, ended_at) for began_at, ended_at in cut if ended_at is None or began_at < ended_at]
    return left


# Pauses ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wait:
    """A pause that the facts ask for."""

    began_at: datetime
    ended_at: datetime | None
    because: int


def sync(requirement: Occurrence, now: datetime) -> list[Occurrence]:
    """After anything happened to an occurrence, time included: begin, end and put right the pauses of what depends on
    it, by way of others too. Returns the occurrences that changed. In the caller's transaction.
    """
    return sync_all([requirement], now)


def sync_all(requirements: Iterable[Occurrence], now: datetime) -> list[Occurrence]:
    """`sync` for many: one query where nothing depends on any of them."""
    rows = list(requirements)
    waited_for = _waited_for({row.commitment_id for row in rows})
    changed: dict[int, Occurrence] = {}
    for row in rows:
        if row.commitment_id in waited_for:
            changed |= {one.pk: one for one in _sync(row, now)}
    return list(changed.values())


def _waited_for(commitments: set[int]) -> set[int]:
    return set(Dependency.objects.filter(requirement__in=commitments).values_list("requirement", flat=True))


def _sync(requirement: Occurrence, now: datetime) -> list[Occurrence]:
    waited = Q(pauses__because=requirement, pauses__void_at__isnull=True)
    stretches = unmet(requirement, deriving.facts_of(requirement), now)
    if stretches:
        since = min(began_at for began_at, _ended_at in stretches)
        waited |= Q(
            Exists(
                Dependency.objects.filter(
                    Q(ended_at__isnull=True) | Q(ended_at__gt=since),
                    commitment=OuterRef("commitment"),
                    requirement=requirement.commitment_id,
                )
            ),
            Q(delivered_at__isnull=True) | Q(delivered_at__gt=since),
            starts_at__lte=now,
            due_at__gt=since,
            cancelled_at__isnull=True,
            waived_at__isnull=True,
        )
    return _repause_all(list(Occurrence.objects.filter(waited).values_list("pk", flat=True)), now)


def _sync_commitment(commitment: Commitment, now: datetime) -> None:
    """After what it depends on changed."""
    running = Q(pauses__ended_at__isnull=True, pauses__void_at__isnull=True, pauses__isnull=False)
    current = Q(delivered_at__isnull=True, settled_at__isnull=True, starts_at__lte=now, due_at__gt=now)
    rows = Occurrence.objects.filter(running | current, commitment=commitment)
    _repause_all(list(rows.values_list("pk", flat=True)), now)


def _repause_all(pks: Iterable[int], now: datetime) -> list[Occurrence]:
    wanted = set(pks)
    if not wanted:
        return []
    changed: list[Occurrence] = []
    # Always in the same order, so that two deeds that touch the same ones never wait for each other.
    locked = Occurrence.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk")
    for pk in list(locked.values_list("pk", flat=True)):
        row, story = deriving.hold(pk)
        if repause(row, story, now):
            changed += [row, *(_sync(row, now) if story.is_needed else ())]
    return changed


def repause(row: Occurrence, story: deriving.Story, now: datetime) -> bool:
    """Bring the pauses of an occurrence that is locked up to the facts, and its columns with them; whether any changed.

    Also to be called after a deed on the occurrence itself: what is delivered or forgiven waits no more.
    """
    kept = list(story.pauses)
    if not kept and not story.needs:
        return False
    wanted = _wanted(row, story, now)
    ended, void, new = _compared(kept, wanted)
    if not (ended or void or new):
        return False
    Pause.objects.filter(pk__in=[pause.pk for pause in void]).update(void_at=now)
    for pause, ended_at in ended:
        Pause.objects.filter(pk=pause.pk).update(ended_at=ended_at)
    Pause.objects.bulk_create(
        Pause(occurrence=row, because_id=wait.because, began_at=wait.began_at, ended_at=wait.ended_at) for wait in new
    )
    story.pauses = deriving.pauses_of(row)
    deriving.refresh(row, story)
    reasons = {one.because_id for one in kept} | {wait.because for wait in new}
    because = {one.pk: one for one in Occurrence.objects.filter(pk__in=reasons).select_related("commitment__clause")}
    for wait in new:
        _told(row, story, Deed.PAUSED, because[wait.because], at=wait.began_at, now=now)
        if wait.ended_at is not None:
            _told(row, story, Deed.RESUMED, because[wait.because], at=wait.ended_at, now=now)
    for pause, ended_at in ended:
        _told(row, story, Deed.RESUMED, because[pause.because_id], at=ended_at, now=now)
    put_right = {pause.because_id for pause in void} - {wait.because for wait in new}
    for pause in void:
        if pause.because_id in put_right:
            _told(row, story, Deed.MOVED, because[pause.because_id], at=now, now=now)
    return True


EVENTS = {Deed.PAUSED: "clock.paused", Deed.RESUMED: "clock.resumed", Deed.MOVED: "clock.corrected"}


def _told(
    row: Occurrence, story: deriving.Story, deed: Deed, because: Occurrence, *, at: datetime, now: datetime
) -> None:
    due_at = None if deed == Deed.PAUSED else row.due_at
    deriving.note(row, story, deed, at=at, now=now, for_area=row.owes, because=because, due_at=due_at)
    journal.record(
        row.organization,
        EVENTS[deed],
        by=None,
        now=now,
        area=row.owes,
        link=row.link,
        subject=("promise", row.commitment.ref),
        facts={
            "outcome": str(row.commitment),
            "area": row.owes.name,
            "other": row.owed.name,
            "name": str(because.commitment),
        },
        topics=(f"a:{row.commitment.ask.ref}",),
    )


def _compared(
    kept: Sequence[Pause], wanted: Sequence[Wait]
) -> tuple[list[tuple[Pause, datetime]], list[Pause], list[Wait]]:
    """(those that ended, those that never were, those that are new). One whose end was wrong is made anew."""
    ended: list[tuple[Pause, datetime]] = []
    void: list[Pause] = []
    new = list(wanted)
    for pause in kept:
        same = next((w for w in new if w.because == pause.because_id and w.began_at == pause.began_at), None)
        if same is not None and same.ended_at == pause.ended_at:
            new.remove(same)
        elif same is not None and pause.ended_at is None and same.ended_at is not None:
            new.remove(same)
            ended.append((pause, same.ended_at))
        else:
            void.append(pause)
    return ended, void, new


def _wanted(row: Occurrence, story: deriving.Story, now: datetime) -> list[Wait]:
    """The pauses that the facts ask for, in order: those that began while the clock of the row ran."""
    said = deriving.told(story.facts)
    own = [*said.delivered, *([(said.over_at, None)] if said.over_at else [])]
    found: list[Wait] = []
    for one, dependency in _requirements(row, story.needs, now):
        for began_at, ended_at in unmet(one, list(one.facts.all()), now):
            began_at = max(began_at, row.starts_at, dependency.at)
            ends = [at for at in (ended_at, dependency.ended_at) if at is not None]
            until = min(ends, default=None)
            if began_at > now or (until is not None and until <= began_at):
                continue
            found += [Wait(began, end, one.pk) for began, end in _without([(began_at, until)], own)]
    found.sort(key=lambda wait: (wait.began_at, wait.because))
    return _counted(row, found)


def _counted(row: Occurrence, waits: Sequence[Wait]) -> list[Wait]:
    counted: list[Wait] = []
    for wait in waits:
        standing = any(
            other.began_at <= wait.began_at and (other.ended_at is None or other.ended_at > wait.began_at)
            for other in counted
        )
        facts = clock.Facts(
            planned_at=row.planned_at,
            starts_at=row.starts_at,
            pauses=tuple(clock.Pause(other.began_at, other.ended_at) for other in counted),
        )
        if standing or wait.began_at < clock.due(facts, row.calendar.calendar, row.commitment.clause):
            counted.append(wait)
    return counted


def _requirements(
    row: Occurrence, dependencies: Sequence[Dependency], now: datetime
) -> list[tuple[Occurrence, Dependency]]:
    """The times of the requirements that were due by now and may not have been met while the row's clock ran."""
    over = Q(delivered_at__lte=row.starts_at, settled_at__isnull=False, failed_at__isnull=True)
    over |= Q(waived_at__lte=row.starts_at) | Q(cancelled_at__lte=row.starts_at)
    by_commitment: dict[int, list[Occurrence]] = {}
    requirements = {dependency.requirement_id for dependency in dependencies}
    for one in (
        Occurrence.objects.filter(commitment__in=requirements, planned_at__lte=now)
        .exclude(Q(pk__in=Occurrence.objects.filter(over, commitment__in=requirements).values("pk")))
        .prefetch_related("facts")
        .order_by("planned_at", "pk")
    ):
        by_commitment.setdefault(one.commitment_id, []).append(one)
    return [
        (one, dependency) for dependency in dependencies for one in by_commitment.get(dependency.requirement_id, ())
    ]


# What time alone brings -----------------------------------------------------------------------------------------------


def catch_up(now: datetime) -> int:
    """Pauses that began by time alone: a requirement is overdue, and the next time of a promise that waits for it has
    started. The chase sees to those that begin as the requirement falls due.
    """
    # That began before the own due moment: a clock that has run out is not stopped any more.
    in_time = OuterRef("due_at")
    waiting = Occurrence.objects.filter(
        Exists(
            Dependency.objects.filter(
                ended_at__isnull=True,
                commitment=OuterRef("commitment"),
                at__lt=in_time,
                requirement__occurrences__delivered_at__isnull=True,
                requirement__occurrences__settled_at__isnull=True,
                requirement__occurrences__paused_at__isnull=True,
                requirement__occurrences__due_at__lt=Least(in_time, Value(now)),
            )
        ),
        commitment__in=Dependency.objects.filter(ended_at__isnull=True).values("commitment"),
        delivered_at__isnull=True,
        settled_at__isnull=True,
        paused_at__isnull=True,
        starts_at__lte=now,
    )
    changed = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            changed += len(_repause_all([pk], now))
    return changed

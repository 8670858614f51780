"""The console's acts: each one transaction, conditional on what the facilitator saw, kept so that it can be undone.

An act changes columns of the workshop and perhaps a row beside it; `ConsoleAct.before` holds what was there. Nothing
that people in the room did is ever taken away by going back or by undoing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from areas import journal
from areas.access import Actor
from areas.models import Link, Membership, Organization
from areas.words import Role
from requests import problems
from requests.models import ClientProblem
from requests.moves import Refused
from workshops import rehearsal
from workshops.access import actor_in
from workshops.codes import ROOM, new_code
from workshops.models import CODE_LASTS, ConsoleAct, Proposal, Score, Seat, Workshop
from workshops.phases import (
    LEAST_MINUTES,
    MOST_MINUTES,
    Phase,
    Step,
    neighbour,
    read,
    why_not_plan,
)
from workshops.room import FIRST, SECOND, label_of, line_of, shape_of
from workshops.signals import touch

__all__ = ["Refused", "Stale"]

MOST_TIMER = 24 * 60 * 60  # seconds
# What a facilitator may do while the room is put off or its code is over.
WHILE_AWAY = frozenset({"go_on", "code", "hand", "plan", "lock", "remove", "close"})


class Stale(Refused):
    """Somebody acted on another console since this one was drawn."""

    def __init__(self) -> None:
        super().__init__(_("The room has moved on since you last looked. Here is how it stands now."))


# What the button for undoing says.
UNDOES: dict[str, Promise] = {
    "open": gettext_lazy("opened the room"),
    "step": gettext_lazy("moved to another step"),
    "reveal": gettext_lazy("showed the answers"),
    "timer": gettext_lazy("changed the timer"),
    "lock": gettext_lazy("locked or unlocked the room"),
    "remove": gettext_lazy("took a person out"),
    "merge": gettext_lazy("put two proposals together"),
    "drop": gettext_lazy("took a proposal away"),
    "choose": gettext_lazy("chose the problem"),
    "show": gettext_lazy("showed a contract"),
    "plan": gettext_lazy("changed the plan"),
    # Taken back by `recording.undo`.
    "record": gettext_lazy("wrote something down"),
}


def create(
    actor: Actor,
    *,
    name: str,
    language: str,
    now: datetime,
    plan: Sequence[str] | None = None,
    minutes: dict[str, int] | None = None,
    is_rehearsal: bool = False,
) -> Workshop:
    """A new workshop; people may come in at once. Raises Refused."""
    if not actor.is_facilitator:
        raise Refused(_("A facilitator begins a workshop."))
    chosen = {"plan": list(plan)} if plan else {}
    if plan:
        _check_plan(plan)
    timings = {"minutes": _checked_minutes(minutes)} if minutes else {}
    for _try in range(5):
        try:
            with transaction.atomic():
                scene = actor.organization
                if is_rehearsal:
                    scene = rehearsal.begin(actor.organization, actor.membership, now)[0]
                workshop = Workshop.objects.create(
                    organization=actor.organization,
                    scene=scene,
                    name=name.strip()[:120] or _("Workshop"),
                    language=language,
                    driver=actor.membership,
                    created_by=actor.membership,
                    created_at=now,
                    opened_at=now,
                    active_at=now,
                    problem=ClientProblem.objects.filter(
                        organization=scene, in_focus=True, closed_at__isnull=True
                    ).first(),
                    **chosen,
                    **timings,
                )
                if not is_rehearsal:
                    journal.record(
                        actor.organization,
                        "workshop.opened",
                        by=actor.membership,
                        now=now,
                        subject=("workshop", workshop.ref),
                        facts={"name": workshop.name},
                    )
                return workshop
        except IntegrityError:
            # The same code was drawn as that of another open room: one in hundreds of millions.
            continue
    raise Refused(_("No code was free. Try again, please."))


def _check_plan(plan: Sequence[str]) -> None:
    refusal = why_not_plan(plan)
    if refusal:
        raise Refused(refusal)


def _checked_minutes(minutes: dict[str, int]) -> dict[str, int]:
    checked = {phase: int(minutes[phase]) for phase in Phase.values if phase in minutes}
    if any(not LEAST_MINUTES <= n <= MOST_MINUTES for n in checked.values()):
        raise Refused(_("Between %(least)s and %(most)s minutes.") % {"least": LEAST_MINUTES, "most": MOST_MINUTES})
    return checked


# The one way in which a console act happens ---------------------------------------------------------------------------


def why_not_act(workshop: Workshop, actor: Actor, verb: str, now: datetime) -> str | None:
    """None if the facilitator may do this on the console now, else the sentence that says why not."""
    if not actor.is_facilitator:
        return _("The facilitator does this.")
    if workshop.closed_at:
        return _("This workshop is closed.")
    if verb != "hand" and workshop.driver and workshop.driver_id != actor.membership.pk:
        return _("%(name)s holds the console. Take it over first.") % {"name": workshop.driver.name}
    if verb in WHILE_AWAY:
        return None
    if workshop.paused_at:
        return _("The workshop is put off. Go on with it first.")
    if workshop.active_at <= now - CODE_LASTS:
        return _("Nobody was here for two days, and the code is over. Go on under a new one first.")
    return None


def _act(
    workshop: Workshop,
    actor: Actor,
    verb: str,
    version: int,
    now: datetime,
    *,
    beside: dict[str, object] | None = None,
    **changes: Any,
) -> None:
    """Change the workshop if it still is what the facilitator saw. Raises Refused, Stale. Inside a transaction."""
    refusal = why_not_act(workshop, actor, verb, now)
    if refusal:
        raise Refused(refusal)
    before = {name: _plain(getattr(workshop, _column(name))) for name in changes}
    rows = Workshop.objects.filter(pk=workshop.pk, version=version)
    if rows.update(version=F("version") + 1, **changes) != 1:
        raise Stale
    for name, value in changes.items():
        setattr(workshop, name, value)
    workshop.version = version + 1
    if verb in UNDOES:
        keep(workshop, actor, verb, {"columns": before, **(beside or {})}, now)
    touch(workshop, now, everyone=True)


def keep(workshop: Workshop, actor: Actor, verb: str, before: dict[str, object], now: datetime) -> None:
    """The act is the last one, to be undone first. The row of the workshop is held by whoever calls."""
    last = ConsoleAct.objects.filter(workshop=workshop).aggregate(last=Max("n"))["last"] or 0
    ConsoleAct.objects.create(workshop=workshop, n=last + 1, verb=verb, before=before, by=actor.membership, at=now)


def _column(name: str) -> str:
    return f"{name}_id" if name in ("problem", "reading", "driver") else name


def _plain(value: Any) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _from_plain(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("_at") and value else value


# Steps ----------------------------------------------------------------------------------------------------------------


def _to(workshop: Workshop, actor: Actor, version: int, step: Step, now: datetime) -> None:
    """A step begins with its clock stopped at its length; who was ready has to say so again."""
    _act(
        workshop,
        actor,
        "step",
        version,
        now,
        step=step.key,
        timer_ends_at=None,
        timer_left=workshop.minutes_for(step.phase) * 60,
    )


def _line(workshop: Workshop) -> list[Step]:
    return line_of(workshop, shape_of(workshop)[4])


@transaction.atomic
def advance(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """On to the next step; whatever people are writing stays theirs. Raises Refused, Stale."""
    onward = neighbour(_line(workshop), workshop.at, 1)
    if onward is None:
        raise Refused(_("This is the last step. Close the workshop when you are done."))
    _to(workshop, actor, version, onward, now)


@transaction.atomic
def back(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """Back to the step before; nothing that was said there or since is lost. Raises Refused, Stale."""
    earlier = neighbour(_line(workshop), workshop.at, -1)
    if earlier is None:
        raise Refused(_("This is the first step."))
    _to(workshop, actor, version, earlier, now)


@transaction.atomic
def go_to(workshop: Workshop, actor: Actor, version: int, key: str, now: datetime) -> None:
    """To any step of the plan: skips, repeats. Raises Refused, Stale."""
    try:
        step = read(key)
    except ValueError:
        step = None
    if step is None or step not in _line(workshop):
        raise Refused(_("There is no such step in this workshop."))
    _to(workshop, actor, version, step, now)


@transaction.atomic
def change_plan(
    workshop: Workshop, actor: Actor, version: int, now: datetime, *, plan: Sequence[str], minutes: dict[str, int]
) -> None:
    """Leave out, put back or move the mirror, the problem, the close; set lengths. Raises Refused, Stale."""
    _check_plan(plan)
    here = workshop.at
    if here and here.phase.value not in plan:
        raise Refused(
            _("The room is in «%(phase)s» now. Go on first, then leave it out.") % {"phase": here.phase.label}
        )
    _act(workshop, actor, "plan", version, now, plan=list(plan), minutes=_checked_minutes(minutes))


# The timer, on the server's clock -------------------------------------------------------------------------------------


def seconds_left(workshop: Workshop, now: datetime) -> int | None:
    """What the timer shows: never below nothing; None where there is none."""
    if workshop.timer_ends_at:
        return max(0, math.ceil((workshop.timer_ends_at - now).total_seconds()))
    return workshop.timer_left


@transaction.atomic
def start_timer(workshop: Workshop, actor: Actor, version: int, now: datetime, *, minutes: int | None = None) -> None:
    """Run with so many minutes, or with what was left, or with the length of the step. Raises Refused, Stale."""
    here = workshop.at
    if minutes is not None:
        if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
            raise Refused(_("Between %(least)s and %(most)s minutes.") % {"least": LEAST_MINUTES, "most": MOST_MINUTES})
        seconds = minutes * 60
    else:
        seconds = seconds_left(workshop, now) or (workshop.minutes_for(here.phase) * 60 if here else 300)
    _act(workshop, actor, "timer", version, now, timer_ends_at=now + timedelta(seconds=seconds), timer_left=None)


@transaction.atomic
def add_minute(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """One minute more, also when it has run out. Raises Refused, Stale."""
    left = min(MOST_TIMER, (seconds_left(workshop, now) or 0) + 60)
    if workshop.timer_ends_at:
        _act(workshop, actor, "timer", version, now, timer_ends_at=now + timedelta(seconds=left))
    else:
        _act(workshop, actor, "timer", version, now, timer_left=left)


@transaction.atomic
def stop_timer(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """Hold it with what is left. Raises Refused, Stale."""
    left = seconds_left(workshop, now)
    _act(workshop, actor, "timer", version, now, timer_ends_at=None, timer_left=left)


# What is hidden until it is shown -------------------------------------------------------------------------------------


@transaction.atomic
def reveal(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """Show the mirror or the dots of this step. Single answers to a mirror are gone from here on; only how many chose
    each number stays. Raises Refused, Stale.
    """
    here = workshop.at
    if here is None or here.phase not in (Phase.MIRROR, Phase.PROBLEM, Phase.CLOSE):
        raise Refused(_("There is nothing hidden in this step."))
    if here.key in workshop.revealed:
        return
    changes: dict[str, Any] = {"revealed": [*workshop.revealed, here.key]}
    if here.phase in (Phase.MIRROR, Phase.CLOSE):
        # An answer that arrives at this instant waits for the row, then finds the mirror revealed.
        Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
        which = SECOND if here.phase == Phase.CLOSE else FIRST
        _act(workshop, actor, "reveal", version, now, **changes)
        _count(workshop, which)
        return
    _act(workshop, actor, "reveal", version, now, **changes)


def _count(workshop: Workshop, which: str) -> None:
    """Single answers become counts. Undoing hides the counts again; the answers stay nobody's."""
    scores = Score.objects.filter(workshop=workshop, which=which)
    found = Counter(scores.values_list("value", flat=True))
    before = workshop.mirror.get(which) or [0] * 11
    workshop.mirror = {**workshop.mirror, which: [before[value] + found[value] for value in range(11)]}
    Workshop.objects.filter(pk=workshop.pk).update(mirror=workshop.mirror)
    scores.delete()


# The room and its people ----------------------------------------------------------------------------------------------


@transaction.atomic
def lock(workshop: Workshop, actor: Actor, version: int, now: datetime, *, is_locked: bool) -> None:
    """Nobody new comes in; who is in stays, and comes back. Raises Refused, Stale."""
    _act(workshop, actor, "lock", version, now, is_locked=is_locked)


@transaction.atomic
def renew_code(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """A new code for the room; the old one opens nothing any more. Raises Refused, Stale."""
    _act(workshop, actor, "code", version, now, code=_free_code())


def _free_code() -> str:
    for _try in range(20):
        code = new_code(ROOM)
        if not Workshop.objects.filter(code=code, closed_at__isnull=True).exists():
            return code
    raise Refused(_("No code was free. Try again, please."))


@transaction.atomic
def pause(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """Put it off to another day: nobody acts until it goes on. Raises Refused, Stale."""
    _act(
        workshop,
        actor,
        "pause",
        version,
        now,
        paused_at=now,
        timer_ends_at=None,
        timer_left=seconds_left(workshop, now),
    )


@transaction.atomic
def go_on(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """Go on where it stood, under a new code where the old one is over. Raises Refused, Stale."""
    is_over = workshop.active_at <= now - CODE_LASTS
    if not is_over and not workshop.paused_at and not workshop.closed_at:
        return
    changes: dict[str, Any] = {"code": _free_code()} if is_over else {}
    _act(workshop, actor, "go_on", version, now, paused_at=None, **changes)


@transaction.atomic
def remove_seat(workshop: Workshop, actor: Actor, version: int, seat: Seat, now: datetime) -> None:
    """Take a person out; what the person said stays, and the area goes on. Raises Refused, Stale."""
    _act(workshop, actor, "remove", version, now, beside={"seat": seat.pk})
    Seat.objects.filter(pk=seat.pk, workshop=workshop).update(removed_at=now)


@transaction.atomic
def take_over(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """Another facilitator takes the console. Raises Refused, Stale."""
    _hand(workshop, actor, actor.membership, version, now)


@transaction.atomic
def hand_to(workshop: Workshop, actor: Actor, version: int, membership: Membership, now: datetime) -> None:
    """Hand the console to another facilitator of the organization. Raises Refused, Stale."""
    _hand(workshop, actor, membership, version, now)


def _hand(workshop: Workshop, actor: Actor, membership: Membership, version: int, now: datetime) -> None:
    if (
        membership.organization_id != workshop.organization_id
        or membership.role != Role.FACILITATOR
        or membership.left_at
    ):
        raise Refused(_("Only a facilitator of the organization holds the console."))
    if workshop.is_rehearsal:
        rehearsal.join(workshop.scene, membership, now)
    _act(workshop, actor, "hand", version, now, driver=membership)


# The client's problem -------------------------------------------------------------------------------------------------


def _proposal(workshop: Workshop, proposal: Proposal) -> None:
    if proposal.workshop_id != workshop.pk or proposal.dropped_at:
        raise Refused(_("This proposal is no longer there."))


@transaction.atomic
def merge(workshop: Workshop, actor: Actor, version: int, proposal: Proposal, into: Proposal, now: datetime) -> None:
    """Both say the same: their dots count together, at most three of each person. Raises Refused, Stale."""
    _proposal(workshop, proposal)
    _proposal(workshop, into)
    root = into.same_as or into
    if root.pk == proposal.pk:
        raise Refused(_("Choose another proposal."))
    moved = [proposal.pk, *proposal.also.values_list("pk", flat=True)]
    _act(workshop, actor, "merge", version, now, beside={"same_as": {str(pk): _same_as(pk) for pk in moved}})
    Proposal.objects.filter(pk__in=moved).update(same_as=root)


def _same_as(pk: int) -> int | None:
    return Proposal.objects.values_list("same_as_id", flat=True).get(pk=pk)


@transaction.atomic
def drop(workshop: Workshop, actor: Actor, version: int, proposal: Proposal, now: datetime) -> None:
    """Take a proposal off the wall; its dots are free again. Raises Refused, Stale."""
    _proposal(workshop, proposal)
    _act(workshop, actor, "drop", version, now, beside={"proposal": proposal.pk})
    Proposal.objects.filter(pk=proposal.pk).update(dropped_at=now)


@transaction.atomic
def choose(
    workshop: Workshop, actor: Actor, version: int, now: datetime, *, fields: dict[str, Any], proposal: Proposal | None
) -> ClientProblem:
    """Fix the client's problem: with statement, process, moment, accountable area, indicator; it comes into focus.

    A proposal that the organization knew already, or the problem chosen before with the same statement, is edited;
    otherwise a new one is raised. Raises Refused, Stale.
    """
    here = actor_in(workshop, actor)
    known = proposal.problem if proposal else None
    if known is None and workshop.problem and workshop.problem.statement == fields.get("statement"):
        known = workshop.problem
    if known and known.organization_id == workshop.scene_id and not known.closed_at:
        problem = problems.edit(known, here, version=known.version, fields=fields, now=now)
    else:
        problem = problems.raise_problem(here, fields=fields, now=now)
    if not problem.in_focus:
        problems.focus(problem, here, now)
    _act(workshop, actor, "choose", version, now, problem=problem)
    if proposal:
        Proposal.objects.filter(pk=proposal.pk).update(problem=problem)
    return problem


# The agreements, the end ----------------------------------------------------------------------------------------------


@transaction.atomic
def show(workshop: Workshop, actor: Actor, version: int, link: Link | None, now: datetime) -> None:
    """Put the contract of a link on the wall to be read out, or take it down. Raises Refused, Stale."""
    if link and link.organization_id != workshop.scene_id:
        raise Refused(_("This contract is of another company."))
    _act(workshop, actor, "show", version, now, reading=link)


@transaction.atomic
def close(workshop: Workshop, actor: Actor, version: int, now: datetime) -> None:
    """The end: what was signed is in force already, with its first deliveries ahead. Raises Refused, Stale."""
    if not workshop.is_rehearsal and not workshop.closed_at:
        # The organization's row before the workshop's, as in the deeds of the phones: nobody waits in a circle.
        journal.record(
            workshop.organization,
            "workshop.closed",
            by=actor.membership,
            now=now,
            subject=("workshop", workshop.ref),
            facts={"name": workshop.name},
        )
    # What was scored and never shown is nobody's either.
    for which in (FIRST, SECOND):
        if Score.objects.filter(workshop=workshop, which=which).exists():
            _count(workshop, which)
    _act(
        workshop,
        actor,
        "close",
        version,
        now,
        closed_at=now,
        paused_at=None,
        timer_ends_at=None,
        timer_left=None,
        reading=None,
    )


def throw_away(workshop: Workshop, actor: Actor) -> None:
    """A rehearsal goes whole; nothing of it remains. Raises Refused."""
    if not actor.is_facilitator:
        raise Refused(_("The facilitator does this."))
    if not workshop.is_rehearsal:
        raise Refused(_("Only a rehearsal is thrown away. What people said in a workshop stays."))
    rehearsal.remove(workshop.scene)


# Undo -----------------------------------------------------------------------------------------------------------------


def last_act(workshop: Workshop) -> ConsoleAct | None:
    """The act that `undo` would take back."""
    return ConsoleAct.objects.filter(workshop=workshop, undone_at__isnull=True).order_by("-n").first()


def what_undo(workshop: Workshop) -> str | None:
    """What would be undone, in words; None if there is nothing."""
    act = last_act(workshop)
    return str(UNDOES[act.verb]) if act and not workshop.closed_at else None


@transaction.atomic
def undo(workshop: Workshop, actor: Actor, version: int, now: datetime) -> str:
    """Take the facilitator's last act back; nothing that people did goes with it. Returns what it was.

    Raises Refused, Stale.
    """
    refusal = why_not_act(workshop, actor, "undo", now)
    if refusal:
        raise Refused(refusal)
    act = last_act(workshop)
    if act is None:
        raise Refused(_("There is nothing to undo."))
    columns = act.before.get("columns")
    changes = {name: _from_plain(name, value) for name, value in columns.items()} if isinstance(columns, dict) else {}
    if "problem" in changes:
        # The organization's row before the workshop's, as in the deeds of the phones: nobody waits in a circle.
        Organization.objects.select_for_update(no_key=True).get(pk=workshop.scene_id)
    rows = Workshop.objects.filter(pk=workshop.pk, version=version)
    stored = {_column(name): value for name, value in changes.items()}
    if rows.update(version=F("version") + 1, **stored) != 1:
        raise Stale
    seat, proposal = act.before.get("seat"), act.before.get("proposal")
    if isinstance(seat, int):
        Seat.objects.filter(pk=seat, workshop=workshop).update(removed_at=None)
    if isinstance(proposal, int):
        Proposal.objects.filter(pk=proposal, workshop=workshop).update(dropped_at=None)
    same_as = act.before.get("same_as")
    if isinstance(same_as, dict):
        for pk, earlier in same_as.items():
            Proposal.objects.filter(pk=int(pk), workshop=workshop).update(same_as_id=earlier)
    ConsoleAct.objects.filter(pk=act.pk).update(undone_at=now)
    workshop.refresh_from_db()
    problem = workshop.problem if "problem" in changes else None
    if problem and not problem.in_focus and not problem.closed_at:
        problems.focus(problem, actor_in(workshop, actor), now)
    touch(workshop, now, everyone=True)
    return str(UNDOES[act.verb])


# Before going on or ending --------------------------------------------------------------------------------------------


def not_ready(people: int, ready: int) -> str | None:
    """The question before going on, only if somebody is not ready."""
    missing = people - ready
    if missing <= 0:
        return None
    return ngettext(
        "%(n)s person is not ready yet. Go on anyway?", "%(n)s people are not ready yet. Go on anyway?", missing
    ) % {"n": missing}


def default_name(language: str, now: datetime) -> str:
    """What a workshop is called if nobody says otherwise."""
    with translation.override(language):
        return _("Workshop of %(day)s") % {"day": date_format(now)}


def step_label(workshop: Workshop) -> str:
    """Where the room is, in a word or two."""
    here = workshop.at
    return label_of(here, shape_of(workshop)[4]) if here else _("Coming in")

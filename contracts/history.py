"""What became of a promise, in sentences: its time line of facts, and the clock once more for whoever asks why.

Facts are read as they were written; nothing here decides anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.models import Organization
from contracts import clock
from contracts.clock import Happened, Moment, Standing
from contracts.models import Fact, Occurrence
from contracts.models import Pause as PauseRow
from contracts.words import Deed, Voice
from requests.models import Promise
from requests.wording import amount, day, hour, number
from requests.words import Shape

# What was noted so soon was noted at once.
AT_ONCE = timedelta(minutes=2)


# Words for moments, lengths and figures ------------------------------------------------------------------------------


def moment_said(at: datetime, organization: Organization) -> str:
    """Fri, Dec 4, 2026, 12:00, by the organization's clock; the last minute of a day is the day."""
    local = at.astimezone(organization.tz)
    if (local.hour, local.minute) == (23, 59):
        return day(local.date(), organization)
    return pgettext("moment", "%(day)s, %(hour)s") % {
        "day": day(local.date(), organization),
        "hour": hour(local.time(), organization),
    }


def due_said(at: datetime, organization: Organization, now: datetime) -> str:
    """Due Dec 4, 12:00; or that it was, once that moment has passed."""
    text = _("was due %(due)s") if at < now else _("due %(due)s")
    return text % {"due": moment_said(at, organization)}


def length_said(length: timedelta) -> str:
    """How much working time: "5 h 20 min of working time"."""
    minutes = round(length.total_seconds() / 60)
    if minutes <= 0:
        return _("less than a minute of working time")
    hours, left = divmod(minutes, 60)
    said = {"hours": hours, "minutes": left}
    if not hours:
        return ngettext("%(minutes)s minute of working time", "%(minutes)s minutes of working time", left) % said
    if not left:
        return ngettext("%(hours)s hour of working time", "%(hours)s hours of working time", hours) % said
    return _("%(hours)s h %(minutes)s min of working time") % said


def value_said(
    promise: Promise,
    organization: Organization,
    value: Decimal | None,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
) -> str:
    """97 % (388 of 400)."""
    if value is None:
        return ""
    figure = amount(value, promise.unit, organization)
    if numerator is None or denominator is None:
        return figure
    return _("%(figure)s (%(part)s of %(whole)s)") % {
        "figure": figure,
        "part": number(numerator, organization),
        "whole": number(denominator, organization),
    }


# The time line -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One of the three questions, answered."""

    text: str
    yes: bool


def answers(on_time: bool | None, worked: bool | None, easy: bool | None) -> list[Answer]:
    """What was answered, in the order of the questions."""
    said = [
        (on_time, _("came on time"), _("did not come on time")),
        (worked, _("worked"), _("did not work")),
        (easy, _("was easy"), _("was not easy")),
    ]
    return [Answer(yes if given else no, given) for given, yes, no in said if given is not None]


@dataclass
class Line:
    """One fact as people read it."""

    fact: Fact
    html_id: str
    sentence: SafeString
    tone: str
    at: datetime
    noted_later: datetime | None
    value: str = ""
    met: bool | None = None
    answers: list[Answer] = field(default_factory=list)
    # The line that this one puts right, and the one that put this one right.
    corrects: Line | None = None
    corrected_by: Line | None = None

    @property
    def words(self) -> str:
        return self.fact.words

    @property
    def who(self) -> str:
        return self.fact.by_name

    @property
    def recorded_by(self) -> str:
        return self.fact.recorded_by.name if self.fact.recorded_by else ""


TONE = {
    Deed.DELIVERED: "delivered",
    Deed.RETRACTED: "neutral",
    Deed.RECONSIDERED: "neutral",
    Deed.WAIVED: "waived",
    Deed.PAUSED: "paused",
    Deed.RESUMED: "soon",
    Deed.MOVED: "soon",
    Deed.LATE: "broken",
    Deed.CANCELLED: "neutral",
    Deed.STARTED: "open",
}


def lines_of(occurrence: Occurrence, facts: Sequence[Fact], promise: Promise, organization: Organization) -> list[Line]:
    """The facts in their order. They were read with `by`, `recorded_by`, `for_area` and what a pause was for."""
    found: dict[int, Line] = {}
    for fact in facts:
        line = Line(
            fact=fact,
            html_id=f"fact-{occurrence.ref}-{fact.n}",
            sentence=_sentence(fact, promise, organization),
            tone=("kept" if fact.worked else "broken") if fact.deed == Deed.JUDGED else TONE.get(Deed(fact.deed), ""),
            at=fact.at,
            noted_later=fact.noted_at if fact.noted_at - fact.at > AT_ONCE and fact.by_name else None,
            value=value_said(promise, organization, fact.value, fact.numerator, fact.denominator),
            met=clock.on_target(promise, fact.value),
            answers=answers(fact.on_time, fact.worked, fact.easy),
            corrects=found.get(fact.corrects_id or 0),
        )
        found[fact.pk] = line
        if line.corrects:
            line.corrects.corrected_by = line
    return list(found.values())


def _sentence(fact: Fact, promise: Promise, organization: Organization) -> SafeString:
    values = {
        "area": fact.for_area.name if fact.for_area else "",
        "because": fact.because.commitment.clause.outcome if fact.because else "",
        "other": fact.because.owes.name if fact.because else "",
        "due": moment_said(fact.due_at, organization) if fact.due_at else "",
        "event": promise.event,
    }
    safe = {name: escape(value) for name, value in values.items()}
    safe["who"] = SafeString(f"<b>{escape(fact.by_name or _('Eslabón'))}</b>")
    # Only a message of ours is filled in here; what people wrote went through `escape`.
    return mark_safe(escape(_said(fact)) % safe)


def _said(fact: Fact) -> str:
    match Deed(fact.deed):
        case Deed.STARTED if fact.by_name:
            return _("%(who)s, for %(area)s, said that it began: “%(event)s”.")
        case Deed.STARTED:
            return _("The clock started.")
        case Deed.DELIVERED:
            return _("%(who)s, for %(area)s, reported it as delivered.")
        case Deed.RETRACTED:
            return _("%(who)s, for %(area)s, took the delivery back: it was a mistake.")
        case Deed.JUDGED:
            return _judged(fact)
        case Deed.RECONSIDERED:
            return _("%(who)s, for %(area)s, took the verdict back: it was a mistake.")
        case Deed.WAIVED:
            return _("%(who)s, for %(area)s, let it go.")
        case Deed.PAUSED:
            return _("The clock stood still: %(other)s had not kept “%(because)s”.")
        case Deed.RESUMED if fact.due_at:
            return _("The clock went on: “%(because)s” of %(other)s was kept. It was due %(due)s from then on.")
        case Deed.RESUMED:
            return _("The clock went on: “%(because)s” of %(other)s was kept.")
        case Deed.LATE:
            return _("It fell due, and nothing was delivered.")
        case Deed.MOVED:
            return _("It was due %(due)s from then on.")
        case Deed.CANCELLED:
            return _("It was cancelled: the promise had ended before this time came.")


def _judged(fact: Fact) -> str:
    """Who spoke for the receiver is said with each verdict on the client's own links."""
    match fact.voice:
        case Voice.CLIENT if not fact.by_name or fact.for_area and fact.by_name == fact.for_area.name:
            return _("The client judged it, behind a signed link.")
        case Voice.CLIENT:
            return _("%(who)s, the client, judged it behind a signed link.")
        case Voice.VOICE:
            return _("%(who)s, the voice of the client, judged it.")
        case Voice.FACILITATOR:
            return _("%(who)s, as a facilitator, judged it for the client.")
        case _area:
            return _("%(who)s, for %(area)s, judged it.")


# The clock once more -------------------------------------------------------------------------------------------------


def facts_of(occurrence: Occurrence, pauses: Iterable[PauseRow]) -> clock.Facts:
    """What counts now, for the clock. Pauses that never were are left out."""
    return clock.Facts(
        planned_at=occurrence.planned_at,
        starts_at=occurrence.starts_at,
        pauses=tuple(
            clock.Pause(one.began_at, one.ended_at, one.because.commitment.clause.outcome)
            for one in pauses
            if one.void_at is None
        ),
        delivered_at=occurrence.delivered_at,
        value=occurrence.value,
        judged_at=occurrence.judged_at,
        worked=occurrence.worked,
        failed_at=occurrence.failed_at,
        waived_at=occurrence.waived_at,
        cancelled_at=occurrence.cancelled_at,
        judge_by=occurrence.judge_by,
    )


@dataclass(frozen=True)
class Tick:
    """One thing that the clock went through, as a sentence."""

    at: datetime
    sentence: str
    tone: str


TICK = {
    Happened.STARTED: "open",
    Happened.PAUSED: "paused",
    Happened.RESUMED: "open",
    Happened.MOVED: "soon",
    Happened.DELIVERED: "kept",
    Happened.FELL_DUE: "broken",
    Happened.DELIVERED_LATE: "broken",
    Happened.SENT_BACK: "broken",
    Happened.JUDGED: "neutral",
    Happened.WAIVED: "waived",
    Happened.CANCELLED: "neutral",
}


def replay(
    occurrence: Occurrence, pauses: Iterable[PauseRow], promise: Promise, organization: Organization, now: datetime
) -> list[Tick]:
    """Why it is late, or why it is not: started, paused because, resumed, due moved to, delivered so much late."""
    told = clock.why_late(facts_of(occurrence, pauses), occurrence.calendar.calendar, promise, now)
    return [Tick(one.at, _ticked(one, occurrence, organization, now), TICK[one.what]) for one in told]


def _ticked(one: Moment, occurrence: Occurrence, organization: Organization, now: datetime) -> str:
    said = {
        "due": moment_said(one.due_at, organization),
        "because": one.because,
        "length": length_said(one.length),
    }
    match one.what:
        case Happened.STARTED if one.due_at < now:
            return _("The clock started (it was due %(due)s).") % said
        case Happened.STARTED:
            return _("The clock started (due %(due)s).") % said
        case Happened.PAUSED:
            return _("It stood still, because «%(because)s» was not kept.") % said
        case Happened.RESUMED if one.length:
            return _("It went on, after %(length)s.") % said
        case Happened.RESUMED:
            return _("It went on; no working time was lost.")
        case Happened.MOVED:
            return _("So the due moment moved: it was due %(due)s from then on.") % said
        case Happened.FELL_DUE if occurrence.delivered_at is None and not occurrence.settled_at and one.length:
            return _("It fell due. Since then: %(length)s.") % said
        case Happened.FELL_DUE:
            return _("It fell due, and nothing had been delivered.")
        case Happened.DELIVERED:
            return _("It was delivered in time.")
        case Happened.DELIVERED_LATE if one.length:
            return _("It was delivered, %(length)s late.") % said
        case Happened.DELIVERED_LATE:
            return _("It was delivered late, outside of working time.")
        case Happened.SENT_BACK:
            return _("It did not work and went back, with the same due moment.")
        case Happened.JUDGED if occurrence.worked:
            return _("The receiver accepted it.")
        case Happened.JUDGED:
            return _("The receiver judged it.")
        case Happened.WAIVED:
            return _("The receiver let it go.")
        case Happened.CANCELLED:
            return _("The promise ended before this time came.")


# One time that a promise fell due, with all that is known of it ------------------------------------------------------


@dataclass
class Story:
    """An occurrence on the page of its promise."""

    occurrence: Occurrence
    standing: Standing
    lines: list[Line]
    ticks: list[Tick]
    value: str
    paused_because: list[str]

    @property
    def pill(self) -> str:
        return str(self.standing)

    @property
    def word(self) -> str:
        return str(self.standing.label)

    @property
    def broken(self) -> bool:
        return clock.is_broken(self.standing)

    @property
    def asks_why(self) -> bool:
        """Whether the clock has something to tell beyond its start."""
        return self.broken or len(self.ticks) > 2 or self.standing == Standing.PAUSED

    @property
    def own(self) -> list[Answer]:
        """What the performer thinks of it."""
        one = self.occurrence
        return answers(None, one.self_worked, one.self_easy)

    @property
    def theirs(self) -> list[Answer]:
        one = self.occurrence
        return answers(one.on_time, one.worked, one.easy) if one.judged_at else []

    @property
    def differ(self) -> bool:
        """The two sides see it differently: worth a talk."""
        one = self.occurrence
        if not one.judged_at:
            return False
        return any(
            mine is not None and mine != said
            for mine, said in ((one.self_worked, one.worked), (one.self_easy, one.easy))
        )


def stories(
    occurrences: Sequence[Occurrence],
    promise: Promise,
    organization: Organization,
    now: datetime,
    *,
    soon_until: datetime,
) -> list[Story]:
    """Two queries for any number of occurrences, which were read with their calendar."""
    pks = [one.pk for one in occurrences]
    facts: dict[int, list[Fact]] = defaultdict(list)
    pauses: dict[int, list[PauseRow]] = defaultdict(list)
    if pks:
        near = ("by__user", "recorded_by__user", "for_area", "because__commitment__clause", "because__owes")
        for fact in Fact.objects.filter(occurrence__in=pks).select_related(*near).order_by("occurrence_id", "n"):
            facts[fact.occurrence_id].append(fact)
        for pause in PauseRow.objects.filter(occurrence__in=pks).select_related("because__commitment__clause"):
            pauses[pause.occurrence_id].append(pause)
    return [
        Story(
            occurrence=one,
            standing=clock.standing_of(one, now=now, soon_until=soon_until),
            lines=lines_of(one, facts[one.pk], promise, organization),
            ticks=replay(one, pauses[one.pk], promise, organization, now),
            value=value_said(promise, organization, one.value, one.numerator, one.denominator),
            paused_because=[
                pause.because.commitment.clause.outcome
                for pause in pauses[one.pk]
                if pause.ended_at is None and pause.void_at is None
            ],
        )
        for one in occurrences
    ]


def last_said(occurrence: Occurrence, promise: Promise, organization: Organization) -> Line | None:
    """The newest fact: what the other person did meanwhile."""
    near = ("by__user", "recorded_by__user", "for_area", "because__commitment__clause", "because__owes")
    fact = occurrence.facts.select_related(*near).order_by("-n").first()
    return lines_of(occurrence, [fact], promise, organization)[0] if fact else None


def is_measured(promise: Promise) -> bool:
    return promise.shape == Shape.MEASURED

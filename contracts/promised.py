"""One promise with all that became of it, as its page shows it: in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Q

from areas.access import Actor
from contracts import depending, keeping
from contracts.acts import Chance, chances
from contracts.budget import Budget, budget, quarter_of
from contracts.clock import Standing, soon_until
from contracts.history import Story, is_measured, stories
from contracts.models import Clause, Commitment, Dependency, Occurrence, Version
from contracts.rates import Rate, kept_rates
from contracts.sheets import saying
from contracts.standings import BROKEN
from contracts.trend import WIDE, draw
from contracts.trend import words as trend_words
from requests import moves
from requests.trace import Step, path
from requests.wording import measure, sentence
from requests.words import Shape

SHOWN = 10
AHEAD = 4
MOST_OPEN = 4
MOST_DOTS = 20
MISSED = f"""SELECT count(*) FILTER (WHERE {BROKEN}) FROM contracts_occurrence o
    WHERE o.commitment_id = %(commitment)s AND o.due_at >= %(first)s AND o.due_at < %(after)s"""
NEAR = ("calendar", "owes", "owed", "link", "commitment__clause")


@dataclass
class Told:
    """One delivery with what this person can do about it."""

    story: Story
    chances: list[Chance] = field(default_factory=list)

    @property
    def occurrence(self) -> Occurrence:
        return self.story.occurrence

    @property
    def first(self) -> list[Chance]:
        return [chance for chance in self.chances if chance.first]

    @property
    def more(self) -> list[Chance]:
        return [chance for chance in self.chances if not chance.first]


@dataclass(frozen=True)
class Reading:
    """The deliveries that the page shows."""

    ahead: list[Told]
    waiting: list[Told]
    told: list[Told]
    has_older: bool


class Promised:
    """A promise at a moment, for a person. `page` counts from 1, the newest deliveries first."""

    def __init__(self, commitment: Commitment, actor: Actor, now: datetime, page: int = 1) -> None:
        self.commitment = commitment
        self.actor = actor
        self.now = now
        self.page = page
        self.organization = actor.organization
        self.clause: Clause = commitment.clause

    @property
    def sentence(self) -> str:
        return sentence(self.clause, self.organization)

    @property
    def target(self) -> str:
        return measure(self.clause, self.organization)

    @cached_property
    def path(self) -> list[Step]:
        """From the client's problem down to the ask itself."""
        return path(self.commitment.ask_id)[::-1]

    @cached_property
    def soon(self) -> datetime:
        return soon_until(self.now, self.organization.tz, is_working=self.organization.calendar.is_working)

    # The deliveries

    @property
    def _ahead(self) -> Q:
        if self.waits_for_event:
            # What somebody started has a story from then on.
            return Q(pk=None)
        untouched = Q(delivered_at=None, failed_at=None, paused_at=None, waived_at=None, cancelled_at=None)
        return Q(due_at__gt=self.now) & untouched

    @cached_property
    def _read(self) -> Reading:
        every = Occurrence.objects.filter(commitment=self.commitment).select_related(*NEAR)
        ahead = list(every.filter(self._ahead).order_by("due_at", "pk")[:AHEAD])
        started = every.exclude(self._ahead)
        waiting = list(started.filter(settled_at=None).order_by("due_at", "pk")[:MOST_OPEN])
        start = (self.page - 1) * SHOWN
        past = list(started.order_by("-due_at", "-pk")[start : start + SHOWN + 1])
        rows = {one.pk: one for one in (*ahead, *waiting, *past[:SHOWN])}
        told = {}
        for story in stories(list(rows.values()), self.clause, self.organization, self.now, soon_until=self.soon):
            story.occurrence.organization = self.organization
            told[story.occurrence.pk] = Told(story, chances(story.occurrence, self.actor))
        return Reading(
            ahead=[told[one.pk] for one in ahead],
            waiting=[told[one.pk] for one in waiting],
            told=[told[one.pk] for one in past[:SHOWN]],
            has_older=len(past) > SHOWN,
        )

    @property
    def ahead(self) -> list[Told]:
        return self._read.ahead

    @property
    def told(self) -> list[Told]:
        return self._read.told

    @property
    def has_older(self) -> bool:
        return self._read.has_older

    @property
    def open(self) -> list[Told]:
        """What somebody still waits for, the longest first; else what comes next."""
        return self._read.waiting or self.ahead[:1]

    @property
    def later(self) -> list[Told]:
        shown = {one.occurrence.pk for one in self.open}
        return [one for one in self.ahead if one.occurrence.pk not in shown]

    @property
    def standing(self) -> Standing | None:
        """The worst that is open; of a promise at rest its last delivery."""
        order = [Standing.OVERDUE, Standing.BROKEN, Standing.PAUSED, Standing.DUE_SOON, Standing.DELIVERED]
        now = [one.story.standing for one in self.open]
        worst = next((standing for standing in order if standing in now), None)
        last = self.told[0].story.standing if self.told else None
        return worst or (last if not self.ahead else None) or (now[0] if now else last)

    @property
    def fresh_until(self) -> datetime | None:
        """When time alone changes something here."""
        moments = [
            at
            for one in (*self.open, *self.later)
            for at in (one.occurrence.due_at, one.occurrence.judge_by, self.soon)
            if at is not None and at > self.now
        ]
        return min(moments, default=None)

    # What it is counted from

    @property
    def waits_for_event(self) -> bool:
        return self.clause.within is not None

    @cached_property
    def may_start(self) -> bool:
        return keeping.why_not_start(self.commitment, self.actor) is None

    @cached_property
    def may_record_start(self) -> bool:
        if self.may_start or not self.actor.is_facilitator:
            return False
        return keeping.why_not_start(self.commitment, self.actor, recording=True) is None

    @property
    def is_measured(self) -> bool:
        return is_measured(self.clause)

    @property
    def may_paste(self) -> bool:
        speaks = self.actor.may_speak_for(self.commitment.owes_id) or self.actor.is_facilitator
        return self.is_measured and self.commitment.ended_at is None and speaks

    # How well it is kept

    @cached_property
    def rate(self) -> Rate:
        found = kept_rates(self.organization, self.now, "commitment", only=[self.commitment.link_id])
        return found.get(self.commitment.pk) or Rate()

    @property
    def trend(self) -> str:
        """An <svg>, safe as it is; nothing where nothing was counted."""
        if not self.rate.counted:
            return ""
        return draw(self.rate.weeks, trend_words(self.rate.weeks, self.organization), size=WIDE, ident="trend")

    @cached_property
    def budget(self) -> Budget | None:
        """Whole misses of this quarter; nothing for what happens once."""
        if self.clause.shape == Shape.ONCE or self.commitment.ended_at is not None:
            return None
        tz = self.organization.tz
        today = self.now.astimezone(tz).date()
        quarter = quarter_of(today)
        values: dict[str, Any] = {
            "commitment": self.commitment.pk,
            "now": self.now,
            "first": datetime.combine(quarter.first, time(), tz),
            "after": datetime.combine(quarter.last + timedelta(days=1), time(), tz),
        }
        with connection.cursor() as cursor:
            cursor.execute(MISSED, values)
            used: int = cursor.fetchone()[0]
        since = self.commitment.started_at.astimezone(tz).date()
        return budget(self.clause, self.organization.calendar, since=since, today=today, used=used)

    @property
    def misses(self) -> str:
        return saying.misses(self.budget, self.organization) if self.budget else ""

    @property
    def why_other_terms(self) -> str:
        return saying.renegotiation(self.budget) if self.budget else ""

    @cached_property
    def may_amend(self) -> bool:
        return self.commitment.ended_at is None and moves.why_not_amend(self.commitment.ask, self.actor) is None

    @property
    def dots(self) -> list[bool]:
        """One for each miss that is allowed, and for each beyond; True: used."""
        found = self.budget
        if found is None or max(found.allowed, found.used) > MOST_DOTS:
            return []
        return [n < found.used for n in range(max(found.allowed, found.used))]

    # What it hangs on

    @cached_property
    def depends_on(self) -> list[Dependency]:
        return list(
            self.commitment.depends_on.filter(ended_at=None)
            .select_related("requirement__clause", "requirement__owes", "requirement__owed", "by__user")
            .select_related("recorded_by__user")
            .order_by("at")
        )

    @cached_property
    def needed_by(self) -> list[Dependency]:
        return list(
            self.commitment.needed_by.filter(ended_at=None)
            .select_related("commitment__clause", "commitment__owes", "commitment__owed")
            .order_by("at")
        )

    @cached_property
    def may_change(self) -> bool:
        return depending.why_not_change(self.commitment, self.actor) is None

    @cached_property
    def requirements(self) -> list[Commitment]:
        """What it could be made to depend on."""
        return depending.choices(self.commitment) if self.may_change else []

    # Where its words came from

    @cached_property
    def earlier(self) -> Commitment | None:
        """The same promise in the words that these replaced."""
        replaced = self.commitment.ask.replaces_id
        if replaced is None:
            return None
        return Commitment.objects.filter(ask=replaced).select_related("clause").order_by("-started_at").first()

    @cached_property
    def afterwards(self) -> Commitment | None:
        """The words that took the place of these."""
        if self.commitment.ended_at is None:
            return None
        return Commitment.objects.filter(ask__replaces=self.commitment.ask_id).select_related("clause").first()

    @property
    def version(self) -> Version:
        """The version of the contract that began it."""
        return self.clause.in_version

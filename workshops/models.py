"""One run of the exercise, who sits in it, and what is said there besides asks.

Asks, contracts and signatures made in a workshop are those of the organization (of its copy, in a rehearsal); here is
only what tells that they were made in the room.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Link, Membership, Organization
from post.refs import new_ref
from requests.models import Ask, ClientProblem
from workshops.codes import PERSON, ROOM, new_code, spaced
from workshops.phases import MINUTES, ORDER, Phase, Step, Takes, read

# A room that nobody touched for so long is over: its code is given to nobody, and a new one is one click away.
CODE_LASTS = timedelta(hours=48)


def whole_plan() -> list[str]:
    return [phase.value for phase in ORDER]


def usual_minutes() -> dict[str, int]:
    return {phase.value: minutes for phase, minutes in MINUTES.items()}


def no_scores() -> dict[str, list[int]]:
    return {}


def room_code() -> str:
    return new_code(ROOM)


def person_code() -> str:
    return new_code(PERSON)


def seat_token() -> str:
    return secrets.token_urlsafe(24)


class Workshop(models.Model):
    """One run of the exercise. The server holds everything that a screen shows; screens only follow."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    # The organization whose people hold it and whose address it bears.
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="workshops")
    # The organization that its asks are written into: the same, or in a rehearsal its copy.
    scene = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="played")
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2)
    code = models.CharField(max_length=6, default=room_code, editable=False)
    plan: models.JSONField[list[str], list[str]] = models.JSONField(default=whole_plan)
    minutes: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=usual_minutes)
    # The key of the step (workshops.phases); empty before it begins.
    step = models.CharField(max_length=16, blank=True)
    # Who holds the console; another facilitator takes it over by one click.
    driver = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    is_locked = models.BooleanField(default=False)
    # Keys of the steps whose hidden answers are on the wall.
    revealed: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    # Which mirror ("first", "second") → how many chose 0, 1, … 10. All that remains of single answers.
    mirror: models.JSONField[dict[str, list[int]], dict[str, list[int]]] = models.JSONField(
        default=no_scores, blank=True
    )
    problem = models.ForeignKey(ClientProblem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The contract that is read out.
    reading = models.ForeignKey(Link, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # A running timer has an end, a stopped one the seconds that it had left; without both there is none.
    timer_ends_at = models.DateTimeField(null=True, blank=True)
    timer_left = models.PositiveIntegerField(null=True, blank=True)
    # Raised by every act of the console: a second click on an old screen does nothing twice.
    version = models.PositiveIntegerField(default=1, editable=False)
    # Raised by everything that a screen can show: the key of what is drawn once for many.
    pulse = models.PositiveBigIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(closed_at__isnull=True), name="one_open_room_per_code"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False), name="what_closed_was_open"
            ),
        ]
        indexes = [
            # Read by the sweep of rehearsals and by codes that are over.
            models.Index(fields=["active_at"], condition=Q(closed_at__isnull=True), name="workshops_still_open"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workshops:workshop", kwargs={"org": self.organization.ref, "ref": self.ref})

    @property
    def is_rehearsal(self) -> bool:
        return self.scene_id != self.organization_id

    @property
    def at(self) -> Step | None:
        """The step where the room is; None before it begins."""
        return read(self.step)

    @property
    def spoken_code(self) -> str:
        return spaced(self.code)

    def is_open(self, now: datetime) -> bool:
        """People may come in and act: not closed, not put off to another day, and somebody was there lately."""
        return self.closed_at is None and self.paused_at is None and self.active_at > now - CODE_LASTS

    def minutes_for(self, phase: Phase) -> int:
        return self.minutes.get(phase.value, MINUTES[phase])

    def topic(self, area: Area | int | None = None) -> str:
        """The live topic of the whole room, or of one area's phones."""
        if area is None:
            return f"w:{self.ref}"
        return f"w:{self.ref}:{area if isinstance(area, int) else area.pk}"

    @property
    def stage_topic(self) -> str:
        """The live topic of wall and console, which show everything."""
        return f"w:{self.ref}:stage"

    @property
    def desk_topic(self) -> str:
        """The live topic of the organization that its asks are written into: of answers given outside the room."""
        return f"o:{self.scene.ref}"


class Seat(models.Model):
    """Somebody in the room, for one area. No account; a cookie (`token`) or the personal code brings a person back."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="seats")
    name = models.CharField(_("name"), max_length=60)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    # Only for a phone on which a member of the organization is signed in.
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    token = models.CharField(max_length=40, unique=True, default=seat_token, editable=False)
    code = models.CharField(max_length=4, default=person_code, editable=False)
    # Put on the list by the facilitator, who writes down what the person says.
    has_no_phone = models.BooleanField(default=False)
    # The key of the step for which the person said to be ready.
    ready_for = models.CharField(max_length=16, blank=True)
    # Which mirrors were answered, never with what: keys "first" and "second".
    answered: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True)
    # Taken out by the facilitator.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "code"], name="one_person_per_code_in_a_room"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in(self) -> bool:
        return self.left_at is None and self.removed_at is None


class Score(models.Model):
    """One answer to the mirror until it is revealed; then only the counts stay and these rows are gone.

    `voter` is a keyed digest that lets a person change the answer; it is not stored with the seat.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="scores")
    which = models.CharField(max_length=6)
    voter = models.CharField(max_length=64)
    value = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "which", "voter"], name="one_score_per_person_and_mirror"),
            models.CheckConstraint(condition=Q(value__lte=10), name="a_score_is_0_to_10"),
        ]

    def __str__(self) -> str:
        return self.which


class Proposal(models.Model):
    """A problem of the client as somebody in the room says it."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="proposals")
    seat = models.ForeignKey(Seat, on_delete=models.SET_NULL, null=True, related_name="proposals")
    text = models.CharField(_("what hurts the client, in the client's words"), max_length=200)
    # A problem that the organization knew already.
    problem = models.ForeignKey(ClientProblem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Says the same as that one, which stands for both.
    same_as = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="also")
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(same_as=F("pk")), name="a_proposal_is_not_merged_with_itself"),
        ]

    def __str__(self) -> str:
        return self.text


class Dots(models.Model):
    """How many of their dots a person put on a proposal."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="dots")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="dots")
    n = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat", "proposal"], name="dots_are_counted_per_person_and_proposal"),
            models.CheckConstraint(condition=Q(n__gte=1, n__lte=3), name="at_most_three_dots_on_one"),
        ]

    def __str__(self) -> str:
        return f"{self.n}"


class Deed(models.Model):
    """An act of the conversation or a signature that was done in the room. `key` is chosen by the phone for each
    form, so that what is sent twice (a lost answer, a restart) is done once.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="deeds")
    # None: the facilitator wrote it down for somebody.
    seat = models.ForeignKey(Seat, on_delete=models.SET_NULL, null=True, related_name="deeds")
    key = models.CharField(max_length=36)
    verb = models.CharField(max_length=16)
    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, null=True, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="+")
    step = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "key"], name="what_is_sent_twice_is_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%H:%M}"


class Takeaway(models.Model):
    """What an area leaves at the end: its question, its reflection, its improvement (S2.5)."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="takeaways")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Takes)
    text = models.CharField(max_length=400)
    by_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    at = models.DateTimeField()
    # The ask that follows an improvement up.
    ask = models.ForeignKey(Ask, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["area", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "area", "kind"], name="one_of_each_kind_per_area"),
        ]

    def __str__(self) -> str:
        return self.text


class ConsoleAct(models.Model):
    """An act of the facilitator, with what it changed, so that the last one can be undone."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="console_acts")
    n = models.PositiveIntegerField()
    verb = models.CharField(max_length=16)
    # Columns of the workshop, and rows beside it, as they were before.
    before: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "n"], name="console_acts_are_numbered_within_their_workshop"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.verb}"

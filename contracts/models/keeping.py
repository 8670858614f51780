"""What becomes of a commitment: each time it falls due, what was reported and judged, why its clock stood still.

An occurrence bears the facts that count now, because boards, desks and the chase read them by the thousand. How it came
to them is told by its `Fact` rows, which are written once (migration 0004); what it *is* is computed from the facts and
a given `now` (contracts.clock), never stored.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from areas.models import Area, CalendarEdition, Link, Membership, Organization
from contracts.models.commitment import Commitment
from contracts.words import Deed, Ladder, Voice
from post.refs import new_ref


class Occurrence(models.Model):
    """One time that a commitment falls due."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="occurrences")
    # As in the commitment; stored because boards, desks and rates look for them.
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_index=False)
    owes = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    owed = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Which time it is, for ever: the date of the rule ("2026-11-23"), "once", or "event-3".
    slot = models.CharField(max_length=24)
    calendar = models.ForeignKey(CalendarEdition, on_delete=models.PROTECT, related_name="+", db_index=False)
    # From when its clock runs; when it was to be due; and when it is due, moved by the working time lost in pauses.
    starts_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()

    # The delivery that stands (none after it was sent back).
    delivered_at = models.DateTimeField(null=True, blank=True)
    deliveries = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True, max_length=2000)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    numerator = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    denominator = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    # The value against the target of the clause; None where there is none.
    met = models.BooleanField(null=True, blank=True)
    # What the performer thinks of it (S5): the same questions that the receiver answers.
    self_worked = models.BooleanField(null=True, blank=True)
    self_easy = models.BooleanField(null=True, blank=True)
    # Until when the receiver judges; after that it is unjudged.
    judge_by = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    on_time = models.BooleanField(null=True, blank=True)
    worked = models.BooleanField(null=True, blank=True)
    easy = models.BooleanField(null=True, blank=True)
    # The first verdict "did not work" that stands: broken for good, repaired at the most.
    failed_at = models.DateTimeField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    # The promise ended before this time came.
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # The running pause; ended ones are rows and have moved `due_at`.
    paused_at = models.DateTimeField(null=True, blank=True)
    # Since when nobody waits for anything here: accepted, waived or cancelled.
    settled_at = models.DateTimeField(null=True, blank=True)

    # The ladder that it stands on, the last rung written, and when the next one is. NULL: leave it alone.
    ladder = models.CharField(max_length=8, choices=Ladder, default=Ladder.DELIVERY)
    rung = models.PositiveSmallIntegerField(default=0)
    warn_at = models.DateTimeField(null=True, blank=True)
    escalate_at = models.DateTimeField(null=True, blank=True)
    chase_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "slot"], name="one_occurrence_per_time_that_it_falls_due"),
            models.CheckConstraint(
                condition=Q(judged_at__isnull=True) | Q(worked__isnull=False), name="a_verdict_says_whether_it_worked"
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(delivered_at__isnull=True),
                name="what_is_delivered_is_not_paused",
            ),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True) | ~Q(denominator=Decimal(0)), name="nothing_is_divided_by_nothing"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Read by contracts.chasing: what has a rung to climb, the oldest first.
            models.Index(fields=["chase_at", "id"], condition=Q(chase_at__isnull=False), name="occurrences_to_chase"),
            # Read by the board and the desks: what somebody still waits for.
            models.Index(
                fields=["organization", "due_at"], condition=Q(settled_at__isnull=True), name="occurrences_unsettled"
            ),
            # Read by the board beside what is due: the few to which something happened and that are not settled.
            models.Index(
                fields=["organization"],
                condition=Q(settled_at__isnull=True)
                & (Q(delivered_at__isnull=False) | Q(failed_at__isnull=False) | Q(paused_at__isnull=False)),
                name="occurrences_begun",
            ),
            # The many others that are not settled, by when they are due, with all that the board asks of them.
            models.Index(
                fields=["organization", "due_at"],
                include=["commitment", "id"],
                condition=Q(
                    settled_at__isnull=True,
                    delivered_at__isnull=True,
                    failed_at__isnull=True,
                    paused_at__isnull=True,
                ),
                name="occurrences_not_begun",
            ),
            # Read by the kept rates, window by window, by the thousand: with what `standings.RESULT` asks, so that no
            # row is fetched that has not changed lately.
            models.Index(
                fields=["organization", "-due_at"],
                include=[
                    "commitment",
                    "link",
                    "owes",
                    "delivered_at",
                    "met",
                    "judge_by",
                    "judged_at",
                    "worked",
                    "failed_at",
                    "waived_at",
                    "cancelled_at",
                    "paused_at",
                ],
                name="occurrences_by_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.slot}"


class Fact(models.Model):
    """One thing that happened to an occurrence: who, for which area, what, when. Written once.

    A mistake is put right by a later fact that `corrects` it, never by changing it.
    """

    # Its number within the occurrence is an index that begins with it.
    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="facts", db_index=False)
    n = models.PositiveSmallIntegerField()
    deed = models.CharField(max_length=12, choices=Deed)
    # When it was so, and when it was written down.
    at = models.DateTimeField()
    noted_at = models.DateTimeField()
    for_area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # None: the system, or the client by a signed link, whom `by_name` names.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120, blank=True)
    # The facilitator who wrote it down for a side that said it aloud.
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # Who spoke for the receiver in a verdict.
    voice = models.CharField(max_length=12, choices=Voice, blank=True)
    words = models.TextField(blank=True, max_length=2000)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    numerator = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    on_time = models.BooleanField(null=True)
    worked = models.BooleanField(null=True)
    easy = models.BooleanField(null=True)
    # A pause: the requirement that was waited for; its end: when this one is due now.
    because = models.ForeignKey(Occurrence, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "n"], name="facts_are_numbered_within_their_occurrence"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Few rows each. Looked up by the database itself for each occurrence and fact that goes with a rehearsal.
            models.Index(fields=["because"], condition=Q(because__isnull=False), name="facts_because_of_another"),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="facts_that_correct"),
        ]

    def __str__(self) -> str:
        return f"{self.occurrence_id}.{self.n} {self.deed}"


class Pause(models.Model):
    """A time during which the clock of an occurrence stood still, because a requirement was not met."""

    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="pauses")
    because = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="paused_others")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # A correction of the requirement showed that it never was: kept to be seen, counts no more.
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["began_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["occurrence", "because"],
                condition=Q(ended_at__isnull=True, void_at__isnull=True),
                name="one_running_pause_per_requirement",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="a_pause_ends_after_it_began"
            ),
            models.CheckConstraint(condition=~Q(occurrence=F("because")), name="nothing_waits_for_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.occurrence_id} because of {self.because_id}"


class Dependency(models.Model):
    """A promise that can only be kept while a promise of the opposite lane is (reciprocity)."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="depends_on")
    requirement = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="needed_by")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("dependency")
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "requirement"],
                condition=Q(ended_at__isnull=True),
                name="a_promise_depends_on_another_once",
            ),
            models.CheckConstraint(condition=~Q(commitment=F("requirement")), name="nothing_depends_on_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} on {self.requirement_id}"

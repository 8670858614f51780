"""What was chased, who was told, and what a person wants to be told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from areas.models import Membership, Organization
from contracts.models.contract import Contract
from contracts.models.keeping import Occurrence
from contracts.words import Chased, Often
from post.models import Letter
from requests.models import Ask


class Rung(models.Model):
    """A rung of the ladder that was climbed, once. Dated by the moment at which it fell due, not by its noticing.

    `round` tells apart the times that the same thing came to stand on the same ladder: the delivery to be judged, the
    day by which an answer was expected, the day of a review. Its meaning is contracts.chasing's.
    """

    # As in what is chased. Unchecked by the database: it is copied from that row by the statement that writes this one,
    # by the thousand, and checking each again would cost as much as writing it.
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=8, choices=Chased)
    occurrence = models.ForeignKey(
        Occurrence, on_delete=models.CASCADE, null=True, related_name="rungs", db_index=False
    )
    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    round = models.PositiveIntegerField(default=0)
    n = models.PositiveSmallIntegerField()
    # What is chased was due then; the rung itself fell due at `at`.
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["occurrence", "kind", "round", "n"],
                condition=Q(occurrence__isnull=False),
                name="each_rung_of_an_occurrence_once",
            ),
            models.UniqueConstraint(
                fields=["ask", "round", "n"], condition=Q(ask__isnull=False), name="each_rung_of_an_ask_once"
            ),
            models.UniqueConstraint(
                fields=["contract", "round", "n"],
                condition=Q(contract__isnull=False),
                name="each_rung_of_a_review_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurrence_id or self.ask_id or self.contract_id} rung {self.n}"


class Notice(models.Model):
    """One person is told of one rung: a line of a letter, and of the bell."""

    # Unchecked like Rung.organization: the transaction that writes this wrote the rung and holds the letter.
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="notices", db_index=False, db_constraint=False
    )
    rung = models.ForeignKey(
        Rung, on_delete=models.CASCADE, related_name="notices", db_index=False, db_constraint=False
    )
    letter = models.ForeignKey(Letter, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rung", "membership"], name="a_person_is_told_of_a_rung_once"),
        ]
        indexes = [models.Index(fields=["membership", "-at"], name="notices_of_a_person")]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.rung_id}"


class Wishes(models.Model):
    """What a person wants to be told by mail in one organization. No row: everything, and the digest once a week."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="wishes")
    delivery = models.BooleanField(_("what I or my area must deliver"), default=True)
    answer = models.BooleanField(_("requests that wait for an answer"), default=True)
    verdict = models.BooleanField(_("deliveries that wait for a verdict"), default=True)
    review = models.BooleanField(_("contracts to be reviewed"), default=True)
    digest = models.CharField(_("digest"), max_length=6, choices=Often, default=Often.WEEKLY)
    bell_seen_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.digest}"


class Digest(models.Model):
    """That a person's digest of a period was made, whatever came of it. The key of "once per person and week"."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="digests")
    # ISO week "2026-W47", day "2026-11-22", and for the monthly word that all is in order "2026-11 in order".
    period = models.CharField(max_length=20)
    letter = models.ForeignKey(Letter, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "period"], name="one_digest_per_person_and_period"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.period}"

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from areas.models import Area, Link, Organization
from contracts.models.contract import Clause
from post.refs import new_ref
from requests.models import Ask


class Commitment(models.Model):
    """A clause in force: `owes` owes it to `owed`. One that goes on unchanged in the next version keeps its row."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="commitments")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="commitments")
    # The clause that began it: same ask, same frozen terms in each later version that carries it on.
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="commitments")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="commitments")
    owes = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="owes")
    owed = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="is_owed")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # When the next of its occurrences is to be opened (contracts.opening). NULL: nothing is left to open.
    opens_at = models.DateTimeField(null=True, blank=True, default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ask"], condition=Q(ended_at__isnull=True), name="one_living_commitment_per_ask"
            ),
        ]
        indexes = [
            # Read by the board: living commitments of an organization, per link.
            models.Index(
                fields=["organization", "link"], condition=Q(ended_at__isnull=True), name="commitments_in_force"
            ),
            # Read by contracts.opening each minute.
            models.Index(
                fields=["opens_at"],
                condition=Q(ended_at__isnull=True, opens_at__isnull=False),
                name="commitments_to_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.clause)

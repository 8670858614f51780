"""The contract of a link: shoes, versions, frozen clauses, signatures.

Clauses, signatures and shoes are written once; a trigger in the database refuses to change them, and refuses new
clauses in a version that is in force (migration 0002).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Link, Membership, Organization
from contracts.words import Side
from post.refs import new_ref
from requests.models import Ask, Promise, promise_constraints
from requests.states import Direction


class Contract(models.Model):
    """What the two areas of a link promise each other; one per link, in versions."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="contracts")
    link = models.OneToOneField(Link, on_delete=models.PROTECT, related_name="contract")
    review_on = models.DateField(_("next review"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            # Read by contracts.chasing: reviews by their day.
            models.Index(fields=["review_on"], condition=Q(review_on__isnull=False), name="contracts_to_review"),
        ]

    # Read by areas.drawing: which rows keep a link from being taken away, and what it then says.
    HOLDS_ITS_LINK = (
        Q(
            versions__in_force_at__isnull=False,
            versions__superseded_at__isnull=True,
            # Where both sides signed that the last promise ends, nothing is held any more.
            versions__clauses__isnull=False,
        ),
        _("There is a contract in force on this link. A link with a contract stays."),
    )

    def __str__(self) -> str:
        return str(self.link)


class Shoes(models.Model):
    """In your customer's shoes, one edition: what this customer tries to get done, what hurts, what pleases (S5.1).

    The supplier writes it; the customer confirms it (`confirmed_*`, the only columns that may be filled in later, once)
    or corrects it by writing the next edition, which is confirmed by being the customer's own.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="shoes")
    n = models.PositiveSmallIntegerField()
    jobs = models.TextField(_("what this customer tries to get done"), blank=True, max_length=1500)
    pains = models.TextField(_("what hurts"), blank=True, max_length=1500)
    gains = models.TextField(_("what pleases"), blank=True, max_length=1500)
    written_side = models.CharField(max_length=8, choices=Side)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_by_name = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by_name = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "n"], name="shoes_are_numbered_within_their_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.n}"


class Version(models.Model):
    """A set of clauses signed by both sides. Made at the second signature, never edited."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="versions")
    n = models.PositiveSmallIntegerField()
    # What was signed, as one fingerprint of all clauses (contracts.drafting.fingerprint).
    digest = models.CharField(max_length=64)
    in_force_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "n"], name="versions_are_numbered_within_their_contract"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(in_force_at__isnull=False, superseded_at__isnull=True),
                name="one_version_in_force_per_contract",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("in_force_at")),
                name="superseded_after_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} v{self.n}"


class Clause(Promise):
    """One promise as it was signed: the terms of an agreed ask, frozen."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    in_version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="clauses")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="clauses")
    lane = models.CharField(max_length=11, choices=Direction)
    n = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    owner_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["lane", "n"]
        constraints = [
            models.UniqueConstraint(fields=["in_version", "ask"], name="an_ask_is_one_clause_of_a_version"),
            *promise_constraints("clause"),
        ]

    def __str__(self) -> str:
        return self.outcome


class Signature(models.Model):
    """One side signs the proposed version as it stands; it counts while the proposal still has that digest."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="signatures")
    n = models.PositiveSmallIntegerField(help_text="the number of the version proposed")
    digest = models.CharField(max_length=64)
    side = models.CharField(max_length=8, choices=Side)
    for_area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=120)
    # The facilitator who wrote down that this person signed; or None.
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    # Given by a guest in a workshop: counts for good once a lead's account or the facilitator has confirmed it.
    provisional = models.BooleanField(default=False)
    words = models.TextField(blank=True, max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "n", "digest", "side"],
                condition=Q(provisional=False),
                name="one_signature_per_side_and_wording",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} v{self.n} · {self.side} · {self.by_name}"


class Removal(models.Model):
    """A side proposes that the next version drops an agreed ask. Taken back while unsigned; final with the version."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="removals")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="removals")
    side = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(max_length=1000)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    done_in = models.ForeignKey(Version, on_delete=models.CASCADE, null=True, related_name="removals")

    # Read by areas.above: which rows free what they point at of all that it held.
    LETS_GO = Q(done_in__isnull=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ask"], condition=Q(taken_back_at__isnull=True), name="one_standing_removal_per_ask"
            ),
        ]

    def __str__(self) -> str:
        return f"− {self.ask}"

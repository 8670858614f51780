from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.models.people import Organization
from areas.words import Kind
from post.refs import new_ref


class Area(models.Model):
    """A node of the chain. One per organization is the client, outside the company."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="areas")
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("what it does"), blank=True, max_length=1000)
    kind = models.CharField(_("kind of area"), max_length=20, choices=Kind, default=Kind.OTHER)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("organization"),
                Lower("name"),
                condition=Q(archived_at__isnull=True),
                name="one_living_area_per_name",
                violation_error_message=_("There is already an area with this name."),
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(kind=Kind.CLIENT), name="one_client_per_organization"
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.CLIENT) | Q(archived_at__isnull=True), name="the_client_is_never_archived"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_client(self) -> bool:
        return self.kind == Kind.CLIENT


class Link(models.Model):
    """customer area ← supplier area. Cycles are allowed; an area never links to itself."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="links")
    customer = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="links_to_suppliers")
    supplier = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="links_to_customers")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "supplier"], name="one_link_per_pair_and_direction"),
            models.CheckConstraint(condition=~Q(customer=F("supplier")), name="an_area_never_links_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ← {self.supplier}"

    def other_side(self, area_id: int) -> Area:
        """The area at the other end of the link from `area_id`."""
        return self.supplier if area_id == self.customer_id else self.customer


class GuidingQuestion(models.Model):
    """The organization's own words for the guiding questions of a kind of area, in one language (S2.1)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="guiding_questions")
    kind = models.CharField(max_length=20, choices=Kind)
    language = models.CharField(max_length=2)
    text = models.TextField(_("questions, one a line"), max_length=2000)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "language"], name="one_set_of_questions_per_kind_and_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.language}"

from __future__ import annotations

from typing import Any

from django.db import models

from areas.models.map import Area, Link
from areas.models.people import Membership, Organization


class JournalEntry(models.Model):
    """Who did what when. Written once by `areas.journal.record`, never changed; anyone above may query it.

    `by` is None when the system did it, or a guest of a workshop, whom `by_name` names.
    `recorded_by` is the facilitator who wrote it down for somebody who said it aloud.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="journal")
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, null=True, related_name="journal")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="journal")
    # Kind and ref of what it is about ("ask", "k3f9…"): a pointer that upper rooms can follow, no foreign key upward.
    subject = models.CharField(max_length=12, blank=True)
    subject_ref = models.CharField(max_length=12, blank=True)
    # What the sentence needs, as it was then: names, words said. Text only.
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-at"], name="journal_of_organization"),
            models.Index(fields=["link", "-at"], name="journal_of_link"),
            models.Index(fields=["area", "-at"], name="journal_of_area"),
            models.Index(fields=["subject", "subject_ref"], name="journal_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.event}"

"""The outbox: every letter that leaves the house is first a row here."""

import re
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from post.refs import new_ref

# A sign-in code stands alone on its line: "4F7K-2QXM" or "482913".
CODE = re.compile(r"^[ \t]*([A-Z0-9]{2,8}(?:-[A-Z0-9]{2,8}){1,2}|[0-9]{6,9})[ \t]*$", re.MULTILINE)


class Letter(models.Model):
    """One e-mail to one person. Its key makes it exist once; its Message-ID makes two deliveries of it the same one."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("letter", "Waiting")
        SENDING = "sending", pgettext_lazy("letter", "Being sent")
        SENT = "sent", pgettext_lazy("letter", "Sent")
        DEAD = "dead", pgettext_lazy("letter", "Given up")
        LEFT_OUT = "left_out", pgettext_lazy("letter", "Left out")

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    organization_ref = models.CharField(max_length=12, blank=True, default="")
    to_email = models.EmailField(max_length=254)
    to_name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=10)
    # Its words are composed when it leaves, by the function of this name in settings.LETTER_COMPOSERS: what was settled
    # before is left out. Empty: the words were written with the row.
    composer = models.CharField(max_length=40, blank=True, default="")
    # Until it is claimed more may be put into it: the one letter that gathers under this name (post.letters.gather).
    gathers = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(blank=True, default=dict)
    message_id = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()

    UNFINISHED: ClassVar[tuple[str, ...]] = (State.WAITING.value, State.SENDING.value)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # A claim that was interrupted stays `sending` and falls due again: both states stand in the queue.
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=["waiting", "sending"]),
                name="letter_deliver_due",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="letter_sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False), name="letter_sending_was_claimed"
            ),
            models.UniqueConstraint(
                fields=["gathers"], condition=~Q(gathers=""), name="one_letter_gathers_under_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref} {self.state}"

    @property
    def title(self) -> str:
        """Its subject, or what to call it while it has none."""
        if self.subject:
            return self.subject
        if self.state == self.State.LEFT_OUT:
            return gettext("A letter that was left out: nothing was left to say")
        return gettext("A letter whose words are written when it leaves")

    @property
    def code(self) -> str:
        """The sign-in code that it carries, if it carries one."""
        found = CODE.search(self.text) if self.kind.startswith("account") else None
        return found[1] if found else ""

    @property
    def lead_time(self) -> float | None:
        """Seconds from the deed to the letter's leaving."""
        return (self.sent_at - self.created_at).total_seconds() if self.sent_at else None

    @property
    def moment(self) -> datetime:
        return self.sent_at or self.created_at


class Pulse(models.Model):
    """That a task of the beat ran: when it last began and ended, how it went. One row per task, for the operator."""

    name = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    runs = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"


class Incident(models.Model):
    """Something that went wrong with the machinery, from its first to its last sign: what the operator's page tells."""

    class Kind(models.TextChoices):
        MAIL = "mail", pgettext_lazy("incident", "The mail server did not take letters")
        BROKER = "broker", pgettext_lazy("incident", "The queue did not answer")
        DATABASE = "database", pgettext_lazy("incident", "The database did not answer")
        GAP = "gap", pgettext_lazy("incident", "Nothing was swept for a while")
        BACKWARD = "backward", pgettext_lazy("incident", "The clock went backward")
        TASK = "task", pgettext_lazy("incident", "A task failed")
        ASIDE = "aside", pgettext_lazy("incident", "A row was put aside")

    kind = models.CharField(max_length=12, choices=Kind)
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # None while it lasts. A gap is over when it is noticed.
    ended_at = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=1)
    # For operators, in the words of the machine: an error's name, a task's, a row's ref. Nobody's text.
    words = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["-last_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "words"], condition=Q(ended_at__isnull=True), name="one_lasting_incident_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at:%Y-%m-%d %H:%M}"

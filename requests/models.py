"""Client problems, asks, and the acts of their conversations.

Acts and terms are written once: a trigger in the database refuses to change them (migration 0002).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Link, Membership, Organization
from post.refs import new_ref
from requests.states import OPEN, Direction, Side, State, Verb
from requests.words import Compare, Every, Moment, Process, Shape, Unit


class ClientProblem(models.Model):
    """What hurts the external client. One per organization is in focus."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="problems")
    statement = models.CharField(_("what hurts the client, in the client's words"), max_length=200)
    description = models.TextField(_("more about it"), blank=True, max_length=2000)
    process = models.CharField(_("process"), max_length=12, choices=Process)
    moment = models.CharField(_("moment"), max_length=12, choices=Moment)
    accountable = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="accountable_for", verbose_name=_("accountable from start to end")
    )
    indicator = models.CharField(_("indicator"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(_("today's value"), max_digits=14, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=4, null=True, blank=True)
    jobs = models.TextField(_("what the client tries to get done"), blank=True, max_length=2000)
    pains = models.TextField(_("what hurts"), blank=True, max_length=2000)
    gains = models.TextField(_("what pleases"), blank=True, max_length=2000)
    in_focus = models.BooleanField(_("in focus"), default=False)
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(in_focus=True), name="one_problem_in_focus_per_organization"
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class Measurement(models.Model):
    """The problem's indicator on one day."""

    problem = models.ForeignKey(ClientProblem, on_delete=models.CASCADE, related_name="measurements")
    on = models.DateField(_("day"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.value}"


class Promise(models.Model):
    """What exactly is promised: the columns of terms under negotiation and of a clause frozen in a contract."""

    outcome = models.CharField(_("what"), max_length=200)
    satisfaction = models.TextField(_("how we both see that it is well done"), blank=True, max_length=1000)
    shape = models.CharField(_("how often"), max_length=10, choices=Shape, default=Shape.ONCE)
    # once: either a day (with an hour, in the organization's zone) or so much working time after an event
    due_on = models.DateField(_("by"), null=True, blank=True)
    within = models.PositiveSmallIntegerField(
        _("within"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("working time")
    )
    within_unit = models.CharField(max_length=5, choices=Unit, blank=True)
    event = models.CharField(_("counted from"), max_length=160, blank=True)
    # recurring and measured: a rule anchored to its first date
    every = models.CharField(_("every"), max_length=5, choices=Every, blank=True)
    interval = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    first_on = models.DateField(_("starting"), null=True, blank=True)
    # month only: the n-th (1–4, -1 = last) weekday of `first_on` instead of its day of the month
    nth = models.SmallIntegerField(null=True, blank=True)
    due_time = models.TimeField(_("at"), null=True, blank=True)
    indicator = models.CharField(_("what we count"), max_length=120, blank=True)
    compare = models.CharField(max_length=2, choices=Compare, blank=True)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)

    class Meta:
        abstract = True

    # What a negotiation changes and a contract freezes, in the order of a sentence.
    FIELDS = (
        "outcome",
        "satisfaction",
        "shape",
        "due_on",
        "within",
        "within_unit",
        "event",
        "every",
        "interval",
        "first_on",
        "nth",
        "due_time",
        "indicator",
        "compare",
        "target",
        "unit",
    )

    def promise(self) -> dict[str, str | int | Decimal | object]:
        """The columns of the promise by name, to freeze or to compare."""
        return {name: getattr(self, name) for name in self.FIELDS}


def promise_constraints(prefix: str) -> list[models.CheckConstraint]:
    """What each shape must and must not say; one set per table that holds promises."""
    once = Q(shape=Shape.ONCE)
    return [
        models.CheckConstraint(
            condition=~once
            | Q(due_on__isnull=False, within__isnull=True)
            | Q(due_on__isnull=True, within__gte=1, within_unit__in=Unit.values) & ~Q(event=""),
            name=f"{prefix}_once_has_a_day_or_a_time_after_an_event",
        ),
        models.CheckConstraint(
            condition=once | Q(first_on__isnull=False, every__in=Every.values, interval__gte=1),
            name=f"{prefix}_recurring_has_a_first_day_and_a_rhythm",
        ),
        models.CheckConstraint(
            condition=~Q(shape=Shape.MEASURED) | Q(target__isnull=False, compare__in=Compare.values) & ~Q(indicator=""),
            name=f"{prefix}_measured_has_indicator_and_target",
        ),
    ]


class Ask(models.Model):
    """One area asks the other side of a link for something."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="asks")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="asks")
    direction = models.CharField(max_length=11, choices=Direction)
    # Both follow from link and direction; stored because desks and boards look for them.
    asker = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="asked_for")
    performer = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="asked_to_do")
    # Why: a client's problem or the ask that caused this one.
    problem = models.ForeignKey(ClientProblem, on_delete=models.PROTECT, null=True, blank=True, related_name="asks")
    cause = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="caused")
    # New terms for an agreed ask; the old ones bind until these are agreed.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="amendments")
    # The side that opened it: the performing one only where it proposes new terms for what is agreed.
    opened_by = models.CharField(max_length=9, choices=Side, default=Side.ASKER, editable=False)
    # This ask went on from one that was declined with a redirect: a bounce.
    redirected_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="redirected_to"
    )
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    turn = models.CharField(max_length=9, choices=Side, blank=True)
    terms = models.ForeignKey("Terms", on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="owns")
    owner_name = models.CharField(max_length=120, blank=True)
    answer_by = models.DateField(_("answer expected by"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    drafted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="drafted")
    # What was typed so far, field by field as typed; becomes the first terms when the draft is asked.
    draft: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, blank=True)
    # Raised by every act that changes what an answer would be about, not by free words; a form opened on an older one
    # is told so.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    # Read by areas.drawing: which rows keep a link from being taken away, and what it then says.
    HOLDS_ITS_LINK = (
        Q(state__in=[*OPEN, State.AGREED]),
        _(
            "There are requests on this link that are open or agreed. "
            "Settle what is open; what is agreed ends with both signatures."
        ),
    )
    # Read by areas.people: which rows miss the person whom a field names, what is then said, and what their words need.
    LEFT_BEHIND = (
        "owner",
        Q(state=State.AGREED),
        _("These promises go on binding, and nobody would answer for them. Propose for each who takes care of it now:"),
        ("terms", "organization"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asker=F("performer")), name="nobody_asks_oneself"),
            models.CheckConstraint(
                condition=Q(problem__isnull=True) | Q(cause__isnull=True), name="an_ask_has_one_cause"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.WITHDRAWN])
                | Q(problem__isnull=False)
                | Q(cause__isnull=False),
                name="what_was_asked_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(state=State.WITHDRAWN) | Q(terms__isnull=False),
                name="what_was_asked_has_terms",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=OPEN) | (Q(turn__in=Side.values) & Q(answer_by__isnull=False)),
                name="an_open_ask_waits_for_somebody_by_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.AGREED) | ~Q(owner_name=""), name="an_agreed_ask_has_an_owner"
            ),
            models.CheckConstraint(
                condition=Q(opened_by=Side.ASKER) | Q(replaces__isnull=False),
                name="only_new_terms_are_opened_by_the_performer",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(state__in=[State.DRAFT, *OPEN]),
                name="one_open_amendment_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["link", "state"], name="asks_of_link"),
            models.Index(fields=["organization", "state"], name="asks_of_organization"),
            # Read by the desk and, later, by the chase: open asks by the day an answer is expected.
            models.Index(fields=["answer_by"], condition=Q(state__in=OPEN), name="asks_waiting_for_an_answer"),
        ]

    def __str__(self) -> str:
        return self.terms.outcome if self.terms else self.draft.get("outcome", "")

    def get_absolute_url(self) -> str:
        return reverse("requests:ask", kwargs={"org": self.organization.ref, "ref": self.ref})

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def area_of(self, side: str) -> Area:
        return self.asker if side == Side.ASKER else self.performer

    @property
    def opening_area(self) -> Area:
        """The area that opened it, which alone sees it while it is a draft."""
        return self.area_of(self.opened_by)

    @property
    def waits_for(self) -> Area | None:
        """The area whose turn it is, while the ask is open."""
        return self.area_of(self.turn) if self.is_open else None

    def is_unanswered(self, now: datetime) -> bool:
        """The expected day has passed in the organization's zone and nobody answered. Silence is never agreement."""
        return (
            self.is_open and self.answer_by is not None and now.astimezone(self.organization.tz).date() > self.answer_by
        )

    @property
    def owner_left(self) -> bool:
        """Who was to answer for it is no longer in the organization: new terms name somebody else."""
        owner = self.owner
        return owner is not None and owner.left_at is not None and owner.name == self.owner_name


class Terms(Promise):
    """One wording of what is asked. Written once; a counter-offer writes the next."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="all_terms")
    n = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=9, choices=Side)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ask", "n"], name="terms_are_numbered_within_their_ask"),
            *promise_constraints("terms"),
        ]

    def __str__(self) -> str:
        return self.outcome


class Act(models.Model):
    """One act of a conversation: who, for which area, which act, words, terms, when. Written once."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="acts")
    n = models.PositiveSmallIntegerField()
    verb = models.CharField(max_length=11, choices=Verb)
    side = models.CharField(max_length=9, choices=Side, blank=True)
    for_area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    # None: the system, or a guest of a workshop whom `by_name` names.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)
    # The facilitator who wrote it down for a side that said it aloud.
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(blank=True, max_length=2000)
    alternative = models.TextField(blank=True, max_length=2000)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, null=True, related_name="+")
    answer_by = models.DateField(null=True)
    owner_name = models.CharField(max_length=120, blank=True)
    redirected_to = models.ForeignKey(Ask, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["ask", "n"], name="acts_are_numbered_within_their_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.ask_id}.{self.n} {self.verb}"

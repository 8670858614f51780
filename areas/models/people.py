from __future__ import annotations

from datetime import datetime, time
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.calendar import Calendar, office_week, week_data
from areas.words import Part, Role
from post.refs import new_ref


def usual_week() -> list[list[list[str]]]:
    """The week of an organization that has not said otherwise."""
    return week_data(office_week())


class People(BaseUserManager["User"]):
    """Makes users; nobody has a password here, people come in by a code sent to their address."""

    def create_user(self, email: str, name: str = "", **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", **fields: Any) -> User:
        return self.create_user(email, name, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an address. What the person may do hangs on memberships, never on the user."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=2, blank=True, help_text=_("Empty: the language of the organization.")
    )
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = People()

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_address"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split()[0] if self.name.strip() else self.email.partition("@")[0]


class Organization(models.Model):
    """A company; owns everything else."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=10, blank=True)
    zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=2)
    answer_days = models.PositiveSmallIntegerField(
        _("working days to answer a request"), default=3, validators=[MinValueValidator(1)]
    )
    review_months = models.PositiveSmallIntegerField(
        _("months between contract reviews"), default=3, validators=[MinValueValidator(1)]
    )
    verdict_days = models.PositiveSmallIntegerField(
        _("working days to judge a delivery"), default=3, validators=[MinValueValidator(1)]
    )
    # The ladder of reminders: working days before and after the day on which something is due.
    warn_days = models.PositiveSmallIntegerField(_("working days before it is due"), default=2)
    escalate_days = models.PositiveSmallIntegerField(
        _("working days after it was due"), default=2, validators=[MinValueValidator(1)]
    )
    digest_weekday = models.PositiveSmallIntegerField(_("day of the weekly digest"), default=0)
    digest_time = models.TimeField(_("hour of the weekly digest"), default=time(8))
    # Working time: seven days, Monday first, each a list of ["09:00", "14:00"]; own closed days, {"on", "name"}, and
    # public holidays that are worked all the same.
    week: models.JSONField[list[list[list[str]]], list[list[list[str]]]] = models.JSONField(default=usual_week)
    closed: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(default=list, blank=True)
    opened: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(default=list, blank=True)
    keeps_holidays = models.BooleanField(_("public holidays are days off"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    # Set on the copy in which a workshop of that organization is rehearsed: nobody comes upon it, nothing leaves it,
    # and it goes whole (workshops.rehearsal).
    rehearses = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, editable=False, related_name="rehearsals"
    )
    # Raised by every deed that a screen can show: the cache key of shared fragments (contracts.board).
    revision = models.PositiveBigIntegerField(default=1, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def is_rehearsal(self) -> bool:
        return self.rehearses_id is not None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def calendar(self) -> Calendar:
        """When the organization works now. What is due already keeps the edition that it was made with."""
        return Calendar.from_data(
            {
                "zone": self.zone,
                "week": self.week,
                "country": self.country if self.keeps_holidays else "",
                "region": self.region if self.keeps_holidays else "",
                "closed": [day["on"] for day in self.closed],
                "opened": [day["on"] for day in self.opened],
            }
        )


class CalendarEdition(models.Model):
    """A working calendar as it once was. Occurrences point at the one that they were made with, which never changes."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="calendars")
    digest = models.CharField(max_length=64)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "digest"], name="a_calendar_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.at:%Y-%m-%d}"

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.from_data(self.data)


class Membership(models.Model):
    """A person in an organization. One who left keeps the row: the journal still names the person."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PARTICIPANT)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_per_person_and_organization"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def name(self) -> str:
        return str(self.user)

    @property
    def language(self) -> str:
        return self.user.language or self.organization.language


class AreaPart(models.Model):
    """A person's part in an area: lead, member, or (on the client) voice."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="parts")
    area = models.ForeignKey("areas.Area", on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=8, choices=Part, default=Part.MEMBER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "area"], name="one_part_per_person_and_area"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.area} · {self.part}"


class Invitation(models.Model):
    """An address asked in. Its state is computed from the facts; who proves the address by signing in may accept."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PARTICIPANT)
    area = models.ForeignKey("areas.Area", on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    part = models.CharField(max_length=8, choices=Part, default=Part.LEAD)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    sent_at = models.DateTimeField()
    times_sent = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("organization"),
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def standing(self, now: datetime) -> str:
        """`accepted`, `withdrawn`, `expired` or `pending`."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "expired" if self.expires_at <= now else "pending"

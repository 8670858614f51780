"""The operator's page: what runs, what waits, what failed, and what to do about it.

A facilitator sees the letters of the own organization; staff see all of them at an address of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

import redis
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from areas.access import Actor, MemberRequest, for_facilitators, signed_in
from areas.models import Organization
from config import heartbeat
from config.celery import SWEEPS
from config.health import Health, health, is_late
from contracts.models import Occurrence
from post import letters
from post.models import Incident, Letter, Pulse

SHOWN = 30
RECENT = timedelta(days=14)

# What each sweep does, in words for people.
NAMES: dict[str, str | Promise] = {
    "post.tasks.deliver": gettext_lazy("Letters leave"),
    "contracts.tasks.open_ahead": gettext_lazy("Deliveries of the next weeks are written down"),
    "contracts.tasks.chase": gettext_lazy("What is due is chased"),
    "contracts.tasks.digest": gettext_lazy("Digests are written"),
    "workshops.tasks.tidy": gettext_lazy("Rehearsals that were left behind are thrown away"),
    "config.tasks.tidy": gettext_lazy("Old sessions are swept away"),
}


@dataclass(frozen=True)
class Backlog:
    """What should have been done by now and is not."""

    chase_due: int
    chase_since: datetime | None
    letters_due: int
    letters_since: datetime | None

    @classmethod
    def read(cls, now: datetime, organization: Organization | None = None) -> Self:
        """Over the two partial indexes of what is due: cheap however much there is that is not."""
        chased = Occurrence.objects.filter(chase_at__lte=now)
        due = Letter.objects.filter(state__in=Letter.UNFINISHED, next_try_at__lte=now)
        if organization:
            chased = chased.filter(organization=organization)
            due = due.filter(organization_ref=organization.ref)
        oldest = chased.aggregate(n=Count("pk"), at=Min("chase_at"))
        waiting = due.aggregate(n=Count("pk"), at=Min("next_try_at"))
        return cls(oldest["n"], oldest["at"], waiting["n"], waiting["at"])


@dataclass(frozen=True)
class Sweep:
    """One line of the beat's list: when it last ran and how."""

    name: str
    title: str
    every: timedelta
    pulse: Pulse | None
    late: bool

    @property
    def failed(self) -> bool:
        pulse = self.pulse
        return pulse is not None and pulse.failed_at is not None and pulse.failed_at >= pulse.started_at

    @property
    def took(self) -> timedelta | None:
        pulse = self.pulse
        if pulse is None or pulse.finished_at is None or pulse.finished_at < pulse.started_at:
            return None
        return pulse.finished_at - pulse.started_at

    @property
    def did(self) -> list[tuple[str, object]]:
        return sorted(self.pulse.facts.items()) if self.pulse else []


@dataclass
class Operations:
    """Everything that the page shows."""

    now: datetime
    health: Health
    backlog: Backlog | None = None
    queue: int | None = None
    sweeps: list[Sweep] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    dead: list[Letter] = field(default_factory=list)
    struggling: list[Letter] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    @property
    def worries(self) -> list[str]:
        """What is wrong now, each with what to do. Empty: all is well."""
        found: list[str] = []
        if not self.health.broker:
            found.append(_("The queue (Valkey) does not answer. Nothing is lost: letters leave when it is back."))
        else:
            if not self.health.workers:
                found.append(_("No worker runs: reminders, letters and digests wait. Start the worker."))
            if not self.health.beats:
                found.append(_("No beat runs: nothing starts by itself. Start the beat."))
            if len(self.health.beats) > 1:
                found.append(_("More than one beat runs. Nothing is sent twice, but one is enough: stop the others."))
        late = [sweep.title for sweep in self.sweeps if sweep.late]
        if late:
            found.append(_("Behind time: %(what)s.") % {"what": ", ".join(late)})
        failed = [sweep.title for sweep in self.sweeps if sweep.failed]
        if failed:
            found.append(_("The last run failed: %(what)s.") % {"what": ", ".join(failed)})
        dead = self.counts.get(Letter.State.DEAD, 0)
        if dead:
            found.append(
                ngettext(
                    "%(n)s letter was given up after all its tries. See below why, and send it again.",
                    "%(n)s letters were given up after all their tries. See below why, and send them again.",
                    dead,
                )
                % {"n": dead}
            )
        if self.struggling:
            found.append(_("Some letters failed and are tried again by themselves: look at the mail server."))
        return found


def operations(now: datetime, organization: Organization | None = None) -> Operations:
    """The state of the machinery; of letters those of the organization, or all."""
    found = Operations(now, health(now))
    if found.health.broker:
        try:
            found.queue = heartbeat.queue_length()
        except redis.RedisError:
            found.health.broker = False
    if not found.health.database:
        return found
    pulses = found.health.pulses
    found.sweeps = [
        Sweep(
            name=name,
            title=str(NAMES.get(name, name)),
            every=timedelta(seconds=seconds),
            pulse=pulses.get(name),
            late=is_late(pulses.get(name), name, now),
        )
        for name, seconds in SWEEPS.items()
    ]
    found.backlog = Backlog.read(now, organization)
    mine = letters_of(organization)
    found.counts = dict(mine.order_by().values_list("state").annotate(n=Count("pk")))
    found.dead = list(mine.filter(state=Letter.State.DEAD).order_by("-created_at")[:SHOWN])
    struggling = mine.filter(~Q(last_error=""), state__in=Letter.UNFINISHED)
    found.struggling = list(struggling.order_by("next_try_at")[:SHOWN])
    found.incidents = list(Incident.objects.filter(last_at__gte=now - RECENT)[:SHOWN])
    return found


def letters_of(organization: Organization | None) -> QuerySet[Letter]:
    return Letter.objects.filter(organization_ref=organization.ref) if organization else Letter.objects.all()


def _page(request: HttpRequest, organization: Organization | None) -> HttpResponse:
    now = timezone.now()
    known = {
        "ops": operations(now, organization),
        "organization": organization,
        "own_address": settings.BASE_URL,
        "states": Letter.State,
    }
    return render(request, "operations.html", known)


@for_facilitators
@require_safe
def of_organization(request: MemberRequest, actor: Actor) -> HttpResponse:
    """For a facilitator: the machinery, and the letters of the own organization."""
    return _page(request, actor.organization)


@for_facilitators
@require_POST
def revive(request: MemberRequest, actor: Actor, letter: str) -> HttpResponse:
    """A letter that was given up gets another round of tries."""
    _revive(request, letters_of(actor.organization), letter)
    return HttpResponseRedirect(reverse("operations", args=[actor.organization.ref]))


@signed_in
@require_safe
def of_all(request: MemberRequest) -> HttpResponse:
    """For staff: the whole house. Others do not learn that it is there."""
    if not request.user.is_staff:
        raise Http404
    return _page(request, None)


@signed_in
@require_POST
def revive_any(request: MemberRequest, letter: str) -> HttpResponse:
    if not request.user.is_staff:
        raise Http404
    _revive(request, letters_of(None), letter)
    return HttpResponseRedirect(reverse("operations_all"))


def _revive(request: HttpRequest, among: QuerySet[Letter], ref: str) -> None:
    found = among.filter(ref=ref).first()
    if found is None:
        raise Http404
    if letters.revive(found, timezone.now()):
        messages.success(request, _("The letter is tried again."))
    else:
        messages.info(request, _("This letter is not given up any more."))

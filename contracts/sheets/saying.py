"""What a sheet says of how a promise is kept, in whole sentences of the active language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.models import Organization
from contracts.budget import Budget
from contracts.clock import Standing
from contracts.feasibility import Chained, Times
from contracts.history import moment_said
from contracts.models import Occurrence
from requests.wording import amount, locale_of, number

HOUR = timedelta(hours=1)


def day(at: datetime | date, organization: Organization) -> str:
    """Mon, 23 Nov · lun 23 nov."""
    on = at.astimezone(organization.tz).date() if isinstance(at, datetime) else at
    return _day(on, locale_of(organization))


# A sheet says the same few days again and again.
@lru_cache(maxsize=2048)
def _day(on: date, locale: Locale) -> str:
    return str(format_skeleton("MMMEd", on, locale=locale))


def last_times() -> str:
    return _("The last times, the oldest first")


def rate(percent: int, kept: int, counted: int, organization: Organization) -> str:
    """92 % kept, 11 of 12."""
    return ngettext("%(percent)s kept, %(kept)s of %(n)s", "%(percent)s kept, %(kept)s of %(n)s", counted) % {
        "percent": amount(Decimal(percent), "%", organization),
        "kept": kept,
        "n": counted,
    }


def stands(occurrence: Occurrence, standing: Standing, requirement: str, organization: Organization) -> str:
    """Where the delivery stands that matters most now."""

    def on(at: datetime | None) -> str:
        return day(at, organization) if at else ""

    said = {"due": on(occurrence.due_at), "area": occurrence.owed.name, "day": on(occurrence.delivered_at)}
    match standing:
        case Standing.OVERDUE:
            return _("Was due %(due)s; nothing was delivered.") % said
        case Standing.PAUSED if requirement:
            return _("The clock stands still since %(day)s: it waits for «%(requirement)s».") % {
                "day": on(occurrence.paused_at),
                "requirement": requirement,
            }
        case Standing.PAUSED:
            return _("The clock stands still since %(day)s.") % {"day": on(occurrence.paused_at)}
        case Standing.BROKEN if occurrence.delivered_at is None:
            return _("%(area)s sent it back on %(day)s: it did not work.") % {**said, "day": on(occurrence.failed_at)}
        case Standing.BROKEN if occurrence.delivered_at and occurrence.delivered_at > occurrence.due_at:
            return _("Was due %(due)s, delivered %(day)s; %(area)s says how it was.") % said
        case Standing.BROKEN if occurrence.met is False:
            return _("Delivered %(day)s, off its target; %(area)s says how it was.") % said
        case Standing.BROKEN | Standing.DELIVERED:
            return _("Delivered %(day)s; %(area)s says how it was.") % said
        case Standing.UNJUDGED:
            return _("Delivered %(day)s; %(area)s has not said how it was.") % said
        case _other:
            return _("Due %(due)s.") % said


def need(unmet_since: datetime | None, organization: Organization) -> str:
    """How a promise stands on which another one depends."""
    if unmet_since is None:
        return pgettext("what another promise needs", "met")
    return pgettext("what another promise needs", "not met since %(day)s") % {"day": day(unmet_since, organization)}


def waits(since: datetime, requirement: str, organization: Organization) -> str:
    """Beside a delivery that is broken: another one of the same promise waits."""
    return _("The clock of another delivery stands still since %(day)s: it waits for «%(requirement)s».") % {
        "day": day(since, organization),
        "requirement": requirement,
    }


def moved(occurrence: Occurrence, reasons: list[str], organization: Organization) -> str:
    """From when to when its due moment moved, and why."""
    said = {
        "planned": moment_said(occurrence.planned_at, organization),
        "due": moment_said(occurrence.due_at, organization),
        "reasons": ", ".join(f"«{outcome}»" for outcome in reasons),
    }
    return (
        ngettext(
            "Its due moment moved from %(planned)s to %(due)s, because this was not kept in time: %(reasons)s.",
            "Its due moment moved from %(planned)s to %(due)s, because these were not kept in time: %(reasons)s.",
            len(reasons),
        )
        % said
    )


def more_broken(n: int) -> str:
    return ngettext("One more delivery is broken.", "%(n)s more deliveries are broken.", n) % {"n": n}


def misses(budget: Budget, organization: Organization) -> str:
    """Whole misses, and what is left of them."""
    if budget.allowed == 0:
        return _("It falls due too seldom this quarter to allow a miss.")
    if budget.over:
        return ngettext(
            "Misses this quarter: %(used)s, and only %(n)s was in the budget.",
            "Misses this quarter: %(used)s, and only %(n)s were in the budget.",
            budget.allowed,
        ) % {"used": budget.used, "n": budget.allowed}
    if budget.is_spent:
        return ngettext(
            "The one miss of this quarter is spent.", "All %(n)s misses of this quarter are spent.", budget.allowed
        ) % {"n": budget.allowed}
    said = ngettext(
        "%(left)s of %(n)s miss of this quarter is left.",
        "%(left)s of %(n)s misses of this quarter are left.",
        budget.allowed,
    ) % {"left": budget.left, "n": budget.allowed}
    if budget.spent_on:
        pace = _("At this pace they are spent by %(day)s.") % {"day": day(budget.spent_on, organization)}
        return f"{said} {pace}"
    return said


def renegotiation(budget: Budget) -> str:
    """The first words of the proposal of other terms: why it is made."""
    return ngettext(
        "It was missed %(n)s time in %(times)s this quarter. What can we promise and keep?",
        "It was missed %(n)s times in %(times)s this quarter. What can we promise and keep?",
        budget.used,
    ) % {"n": budget.used, "times": budget.times}


def at_risk(outcomes: list[str]) -> str:
    """What is broken below."""
    if len(outcomes) == 1:
        return _("At risk toward the client: «%(promise)s», on which it hangs, is broken.") % {"promise": outcomes[0]}
    return _("At risk toward the client: %(n)s promises on which it hangs are broken, «%(promise)s» among them.") % {
        "n": len(outcomes),
        "promise": outcomes[0],
    }


def too_tight(times: Times, organization: Organization) -> str:
    return _("What supports it takes %(theirs)s working hours in all; this promise has %(own)s.") % {
        "theirs": _hours(times.supporting, organization),
        "own": _hours(times.own, organization),
    }


def fits(times: Times, organization: Organization) -> str:
    return _("What supports it takes %(theirs)s of its %(own)s working hours.") % {
        "theirs": _hours(times.supporting, organization),
        "own": _hours(times.own, organization),
    }


def _hours(length: timedelta, organization: Organization) -> str:
    return number(Decimal(round(length / HOUR, 1)).quantize(Decimal("0.1")), organization)


def how_sure(chain: Chained, organization: Organization) -> str:
    return ngettext(
        "%(n)s promise in a row: all kept together %(percent)s of the time.",
        "%(n)s promises in a row: all kept together %(percent)s of the time.",
        chain.links,
    ) % {"n": chain.links, "percent": amount(Decimal(chain.percent), "%", organization)}

"""Terms as people say them: one sentence in the active language, and what changed between two wordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.locales import NBSP
from areas.locales import hour as hour
from areas.locales import locale_in as locale_in
from areas.locales import locale_of as locale_of
from areas.models import Organization
from requests.models import Promise
from requests.words import Compare, Every, Shape, Unit


def number(value: Decimal, organization: Organization) -> str:
    """A figure without idle zeros: 95, 0.5, 12,000."""
    return _number(value.normalize() + 0, locale_of(organization))


@lru_cache(maxsize=4096)
def _number(value: Decimal, locale: Locale) -> str:
    return str(format_decimal(value, format="#,##0.####", locale=locale))


def amount(value: Decimal, unit: str, organization: Organization) -> str:
    """A figure with its unit; the percent sign stands where the language wants it."""
    figure = number(value, organization)
    if not unit:
        return figure
    if unit.startswith("%"):
        pattern = locale_of(organization).percent_formats[None].pattern
        gap = NBSP if any(ord(sign) in (0x20, 0xA0, 0x202F) for sign in pattern) else ""
        return f"{figure}{gap}{unit}"
    return f"{figure}{NBSP}{unit}"


@lru_cache(maxsize=4096)
def _said(fields: str, on: date, locale: Locale) -> str:
    """The days of a page are few, and each is said many times."""
    return str(format_skeleton(fields, on, locale=locale))


def fields_of_day(fields: str, on: date, organization: Organization) -> str:
    """These fields of a day (CLDR), in the order of the country: MMMd is Dec 4 · 4 dic."""
    return _said(fields, on, locale_of(organization))


def day(on: date, organization: Organization) -> str:
    """Fri, Dec 4, 2026 · vie, 4 dic 2026."""
    return _said("yMMMEd", on, locale_of(organization))


def date_only(on: date, organization: Organization) -> str:
    """Dec 4, 2026 · 4 dic 2026: where the weekday is said already."""
    return _said("yMMMd", on, locale_of(organization))


def moment(at: datetime, organization: Organization) -> str:
    """Dec 4, 2026, 12:00, by the organization's clock."""
    local = at.astimezone(organization.tz)
    return pgettext("moment", "%(day)s, %(hour)s") % {
        "day": date_only(local.date(), organization),
        "hour": hour(local.time(), organization),
    }


def weekday(on: date, organization: Organization) -> str:
    return str(format_date(on, "EEEE", locale=locale_of(organization)))


def day_of_month(n: int) -> str:
    """The 1st, 2nd, 3rd …; languages that count days plainly say "day 15" in each of the four."""
    if 10 < n < 20 or n % 10 not in (1, 2, 3):
        return pgettext("day of the month", "%(n)dth") % {"n": n}
    if n % 10 == 1:
        return pgettext("day of the month", "%(n)dst") % {"n": n}
    if n % 10 == 2:
        return pgettext("day of the month", "%(n)dnd") % {"n": n}
    return pgettext("day of the month", "%(n)drd") % {"n": n}


def _monthly(promise: Promise, first_on: date, organization: Organization) -> str:
    count = promise.interval
    said = {"count": count, "weekday": weekday(first_on, organization), "day": day_of_month(first_on.day)}
    match promise.nth:
        case None if first_on.day > 28:
            text = ngettext(
                "on the %(day)s of each month, or on its last day",
                "on the %(day)s of every %(count)d months, or on their last day",
                count,
            )
        case None:
            text = ngettext("on the %(day)s of each month", "on the %(day)s of every %(count)d months", count)
        case 1:
            text = ngettext(
                "on the first %(weekday)s of each month", "on the first %(weekday)s of every %(count)d months", count
            )
        case 2:
            text = ngettext(
                "on the second %(weekday)s of each month", "on the second %(weekday)s of every %(count)d months", count
            )
        case 3:
            text = ngettext(
                "on the third %(weekday)s of each month", "on the third %(weekday)s of every %(count)d months", count
            )
        case 4:
            text = ngettext(
                "on the fourth %(weekday)s of each month", "on the fourth %(weekday)s of every %(count)d months", count
            )
        case _:
            text = ngettext(
                "on the last %(weekday)s of each month", "on the last %(weekday)s of every %(count)d months", count
            )
    return text % said


def rhythm(promise: Promise, organization: Organization) -> str:
    """How often: "every Monday", "on the last Friday of each month". Empty for what happens once."""
    if promise.shape == Shape.ONCE or promise.first_on is None:
        return ""
    count = promise.interval
    if promise.every == Every.MONTH:
        return _monthly(promise, promise.first_on, organization)
    if promise.every == Every.WEEK:
        text = ngettext("every %(weekday)s", "every %(count)d weeks, on %(weekday)s", count)
        return text % {"count": count, "weekday": weekday(promise.first_on, organization)}
    return ngettext("every day", "every %(count)d days", count) % {"count": count}


def _once(promise: Promise, organization: Organization) -> str:
    if promise.within is not None:
        said = {"count": promise.within, "event": promise.event}
        if promise.within_unit == Unit.HOURS:
            text = ngettext(
                "within %(count)d working hour of %(event)s",
                "within %(count)d working hours of %(event)s",
                promise.within,
            )
        else:
            text = ngettext(
                "within %(count)d working day of %(event)s",
                "within %(count)d working days of %(event)s",
                promise.within,
            )
        return text % said
    if promise.due_on is None:
        return ""
    if promise.due_time is None:
        return _("by %(day)s") % {"day": day(promise.due_on, organization)}
    return _("by %(day)s at %(hour)s") % {
        "day": day(promise.due_on, organization),
        "hour": hour(promise.due_time, organization),
    }


def when(promise: Promise, organization: Organization) -> str:
    """By when, or how often: "every Monday by 12:00, starting Wed, Nov 4, 2026"."""
    if promise.shape == Shape.ONCE:
        return _once(promise, organization)
    if promise.first_on is None:
        return ""
    start = date_only(promise.first_on, organization)
    said = {"rhythm": rhythm(promise, organization), "start": start}
    if promise.due_time is None:
        return _("%(rhythm)s, starting %(start)s") % said
    return _("%(rhythm)s by %(hour)s, starting %(start)s") % {**said, "hour": hour(promise.due_time, organization)}


def measure(promise: Promise, organization: Organization) -> str:
    """What is counted against what: "complete orders: at least 95 %"."""
    if promise.target is None:
        return promise.indicator
    value = amount(promise.target, promise.unit, organization)
    if promise.compare == Compare.AT_MOST:
        goal = pgettext("target", "at most %(value)s") % {"value": value}
    else:
        goal = pgettext("target", "at least %(value)s") % {"value": value}
    if not promise.indicator:
        return goal
    return pgettext("target", "%(indicator)s: %(goal)s") % {"indicator": promise.indicator, "goal": goal}


def sentence(promise: Promise, organization: Organization) -> str:
    """When and how much, as one sentence in the active language; starts small, so that it may follow a dash."""
    time_said, number_said = when(promise, organization), measure(promise, organization)
    if not number_said:
        return time_said
    if not time_said:
        return number_said
    return pgettext("terms", "%(when)s; %(measure)s") % {"when": time_said, "measure": number_said}


LABELS = {
    "due_on": "when",
    "within": "when",
    "within_unit": "when",
    "event": "when",
    "every": "when",
    "interval": "when",
    "first_on": "when",
    "nth": "when",
    "due_time": "when",
    "shape": "when",
    "indicator": "measure",
    "compare": "measure",
    "target": "measure",
    "unit": "measure",
}


def label(field: str) -> str:
    """What people call a column of the promise: four words are enough for all sixteen."""
    match LABELS.get(field, field):
        case "outcome":
            return _("What")
        case "satisfaction":
            return _("Well done when")
        case "when":
            return _("When")
        case "measure":
            return _("Number")
        case "owner":
            return _("Who answers for it")
        case unknown:
            return unknown


@dataclass(frozen=True)
class Difference:
    """One thing that a new wording says otherwise. An empty `before` or `after` says that there was, or is, nothing."""

    field: str
    label: str
    before: str
    after: str

    @property
    def was(self) -> list[tuple[bool, str]]:
        """The old text in pieces; True: this piece is gone."""
        return list(_pieces(self.before, self.after))

    @property
    def now(self) -> list[tuple[bool, str]]:
        """The new text in pieces; True: this piece is new."""
        return list(_pieces(self.after, self.before))


def _pieces(text: str, beside: str) -> Iterator[tuple[bool, str]]:
    words, others = text.split(" "), beside.split(" ")
    # Marking single words helps only where most stayed; otherwise the whole is new.
    matcher = SequenceMatcher(None, others, words, autojunk=False)
    if not beside or matcher.ratio() < 0.4:
        if text:
            yield True, text
        return
    for tag, _i1, _i2, start, end in matcher.get_opcodes():
        if start < end:
            yield tag != "equal", " ".join(words[start:end])


def differences(old: Promise, new: Promise, organization: Organization | None = None) -> list[Difference]:
    """What the new wording changes, in the order of the sentence, each as it was and as it is."""
    organization = organization or _organization(new)
    said: list[tuple[str, Any]] = [
        ("outcome", lambda promise: promise.outcome),
        ("satisfaction", lambda promise: promise.satisfaction),
        ("when", lambda promise: when(promise, organization)),
        ("measure", lambda promise: measure(promise, organization)),
    ]
    found = []
    for field, say in said:
        before, after = say(old), say(new)
        if before != after:
            found.append(Difference(field=field, label=label(field), before=before, after=after))
    return found


def _organization(promise: Promise) -> Organization:
    ask = getattr(promise, "ask", None)
    if ask is None:
        raise ValueError("Terms without an ask need to be told the organization.")
    organization: Organization = ask.organization
    return organization

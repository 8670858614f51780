"""A digest in a person's language: lines, headings, letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.models import Organization
from contracts.clock import Standing
from contracts.digest.leaving import token_of
from contracts.digest.periods import Span
from contracts.digest.reading import Found, Rate, Reading, Section
from contracts.rates import Week, percent
from post import letters
from requests.trace import Step
from requests.wording import amount, day, moment

TONES = {"overdue": "broken", "broken": "broken", "repaired": "mended", "due": "due"}


@dataclass(frozen=True, slots=True)
class Line:
    """One promise or ask in words. `way`: the areas from who performs it up to the client; then the problem."""

    url: str
    outcome: str
    pill: str
    tone: str
    when: str
    who: str
    way: str
    problem: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section in words."""

    name: str
    title: str
    total: int
    lines: list[Line]
    rest: str
    rest_url: str


@dataclass(frozen=True, slots=True)
class RateLine:
    area: str
    last: str
    before: str


@dataclass(frozen=True)
class Told:
    """A digest that can be shown or sent; `is_empty`: all is in order."""

    subject: str
    heading: str
    day: str
    lead: str
    parts: list[Part]
    rates: list[RateLine]
    is_empty: bool


class Teller:
    """Tells the digests of one organization in one language; what many people are told is put into words once."""

    def __init__(self, organization: Organization, span: Span, language: str) -> None:
        self.organization = organization
        self.span = span
        self.language = language
        self._lines: dict[tuple[int, str, str, str], Line] = {}
        self._addresses: dict[str, str] = {}
        self._letters: dict[tuple[int, bool, bool], tuple[Reading, str, str, str]] = {}

    # The whole --------------------------------------------------------------------------------------------------------

    def tell(self, reading: Reading, *, daily: bool = False) -> Told:
        with translation.override(self.language):
            return self._tell(reading, daily)

    def _tell(self, reading: Reading, daily: bool) -> Told:
        name = self.organization.name
        broken = reading.total("broke", "broken_to", "broken")
        waiting = reading.total("waiting", "unanswered")
        due = reading.total("due", "all_due")
        facts = [words(n) % {"count": n} for words, n in ((_broken, broken), (_waiting, waiting), (_due, due)) if n]
        first = facts[0] if facts else _("All in order")
        heading = _("Your day at %(organization)s") if daily else _("Your week at %(organization)s")
        return Told(
            subject=pgettext("subject", "%(news)s · %(organization)s") % {"news": first, "organization": name},
            heading=heading % {"organization": name},
            day=day(self.span.day, self.organization),
            lead=" · ".join(facts),
            parts=[self._part(section, reading) for section in reading.sections],
            rates=[self._rate(rate) for rate in reading.rates],
            is_empty=reading.is_empty,
        )

    def letter(
        self, reading: Reading, membership_ref: str, *, daily: bool = False, asked_for: bool = False
    ) -> tuple[str, str, str, dict[str, str]]:
        """Subject, text, HTML and headers of one person's letter.

        Who reads the same in the same language gets the same letter but for the way out: it is rendered once.
        """
        key = (id(reading), daily, asked_for)
        if key not in self._letters:
            # The reading is kept beside its letter: its id is a name only as long as it lives.
            self._letters[key] = (reading, *self.render(reading, self._leave(ANY), daily=daily, asked_for=asked_for))
        _reading, subject, text, html = self._letters[key]
        anybody, leave = self._leave(ANY), self._leave(token_of(membership_ref))
        # RFC 8058: the mail program's own button posts there; whoever only opens the address leaves nothing.
        headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return subject, text.replace(anybody, leave), html.replace(anybody, leave), headers

    def render(
        self, reading: Reading, leave_url: str, *, daily: bool = False, asked_for: bool = False
    ) -> tuple[str, str, str]:
        """Subject, text and HTML."""
        context: dict[str, Any] = {
            "told": self.tell(reading, daily=daily),
            "organization": self.organization,
            "asked_for": asked_for,
            "desk_url": self._address("requests:desk"),
            "wishes_url": self._address("contracts:wishes"),
            "leave_url": leave_url,
        }
        return letters.render("contracts/digest", context, self.language, zone=self.organization.tz)

    def _leave(self, token: str) -> str:
        return self._address("contracts:unsubscribe").replace(ANY, token)

    # Its parts --------------------------------------------------------------------------------------------------------

    def _part(self, section: Section, reading: Reading) -> Part:
        rest = ""
        if section.rest:
            rest = ngettext("and %(count)d more", "and %(count)d more", section.rest) % {"count": section.rest}
        on_board = section.name in ("broken_to", "broken", "unanswered")
        return Part(
            name=section.name,
            title=self._title(section.name),
            total=section.total,
            lines=[self._line(section.name, one, reading.ways.get(one.ask, [])) for one in section.found],
            rest=rest,
            rest_url=self._address("contracts:board" if on_board else "requests:desk"),
        )

    def _title(self, name: str) -> str:
        match name:
            case "broke":
                return _("Broken by your area")
            case "broken_to":
                return _("Broken to your area")
            case "waiting":
                return _("Waiting for your answer or verdict")
            case "broken":
                return _("Broken promises")
            case "unanswered":
                return _("Nobody answered in time")
            case _:
                return _("Due in the next seven days") if self.span.day.weekday() else _("Due this week")

    def _rate(self, rate: Rate) -> RateLine:
        return RateLine(rate.area, self._share(rate.last), self._share(rate.before))

    def _share(self, week: Week) -> str:
        if not week.counted:
            return pgettext("kept rate", "nothing to count")
        figure = amount(Decimal(percent(week.kept, week.broken)), "%", self.organization)
        return _("%(percent)s (%(kept)d of %(total)d)") % {"percent": figure, "kept": week.kept, "total": week.counted}

    # A line -----------------------------------------------------------------------------------------------------------

    def _line(self, section: str, found: Found, steps: list[Step]) -> Line:
        key = (found.ask, found.occurrence, found.section, section)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(
                url=self._page(found),
                outcome=found.outcome,
                pill=self._pill(found),
                tone=TONES.get(found.standing if found.section == "broken" else found.section, "waits"),
                when=self._when(found) + self._again(found),
                who=self._who(section, found),
                way=" → ".join(_way(found, steps)),
                problem=steps[-1].words if steps and steps[-1].kind == "problem" else "",
            )
        return line

    def _pill(self, found: Found) -> str:
        match found.section:
            case "broken":
                return str(Standing(found.standing).label)
            case "verdict":
                return pgettext("digest", "to judge")
            case "answer":
                return pgettext("digest", "to answer")
            case _:
                return str(Standing.UPCOMING.label)

    def _when(self, found: Found) -> str:
        if found.section == "answer":
            expected = found.expected.astimezone(self.organization.tz).date() - timedelta(days=1)
            return _("answer expected by %(day)s") % {"day": day(expected, self.organization)}
        if found.section == "verdict":
            return _("verdict expected by %(when)s") % {"when": moment(found.expected, self.organization)}
        assert found.due_at is not None
        said = {"when": moment(found.due_at, self.organization)}
        if found.section == "due":
            return _("due %(when)s") % said
        if found.sent_back:
            return _("did not work and was sent back; it was due %(when)s") % said
        if found.delivered_at is None:
            return self._late(found, said)
        said["delivered"] = moment(found.delivered_at, self.organization)
        if found.standing == Standing.REPAIRED:
            return _("was due %(when)s, put right %(delivered)s") % said
        if found.delivered_at <= found.due_at and found.value is not None and found.target is not None:
            return _("%(value)s instead of %(target)s") % {
                "value": amount(found.value, found.unit, self.organization),
                "target": amount(found.target, found.unit, self.organization),
            }
        return _("was due %(when)s, delivered %(delivered)s") % said

    def _again(self, found: Found) -> str:
        again = found.times - 1
        if not again:
            return ""
        return ngettext(", and %(count)d more time", ", and %(count)d more times", again) % {"count": again}

    def _late(self, found: Found, said: dict[str, str]) -> str:
        assert found.due_at is not None
        zone = self.organization.tz
        days = (self.span.now.astimezone(zone).date() - found.due_at.astimezone(zone).date()).days
        if not days:
            return _("was due %(when)s") % said
        late = ngettext("was due %(when)s, %(count)d day late", "was due %(when)s, %(count)d days late", days)
        return late % {**said, "count": days}

    def _who(self, section: str, found: Found) -> str:
        said = {"owes": found.owes_name, "owed": found.owed_name}
        match section, found.section:
            case (("broke" | "due"), _):
                return _("for %(owed)s") % said
            case "broken_to", _:
                return _("promised by %(owes)s") % said
            case "waiting", "verdict":
                return _("delivered by %(owes)s") % said
            case "waiting", _:
                return _("asked by %(owed)s") % said
            case "unanswered", "verdict":
                return _("%(owed)s has not judged what %(owes)s delivered") % said
            case "unanswered", _:
                return _("%(owes)s has not answered %(owed)s") % said
        return _("%(owes)s for %(owed)s") % said

    # Addresses --------------------------------------------------------------------------------------------------------

    def _page(self, found: Found) -> str:
        if found.section == "answer":
            return self._address("requests:ask").replace(ANY, found.ref)
        if found.section == "verdict":
            return self._address("contracts:judge").replace(ANY, found.occurrence)
        return self._address("contracts:promise").replace(ANY, found.ref)

    def _address(self, name: str) -> str:
        """The address of a page, once per organization: looking it up for each line would cost more than the line."""
        if name not in self._addresses:
            arguments = {
                parameter: ANY if parameter in ("ref", "token") else self.organization.ref for parameter in PAGES[name]
            }
            self._addresses[name] = settings.BASE_URL + reverse(name, kwargs=arguments)
        return self._addresses[name]


# Stands in an address for the ref of a row.
ANY = "-_-"
PAGES = {
    "contracts:board": ("org",),
    "contracts:judge": ("org", "ref"),
    "contracts:promise": ("org", "ref"),
    "contracts:unsubscribe": ("token",),
    "contracts:wishes": ("org",),
    "requests:ask": ("org", "ref"),
    "requests:desk": ("org",),
}


def _way(found: Found, steps: list[Step]) -> list[str]:
    """The areas from who performs it up to the client; an area that asks twice in a row stands there once."""
    asks = [step for step in steps if step.kind == "ask"]
    names = [asks[0].performer] if asks else []
    for step in asks:
        if step.asker != names[-1]:
            names.append(step.asker)
    if steps and steps[-1].kind == "problem" and steps[-1].asker != names[-1]:
        names.append(steps[-1].asker)
    return names


_Words = Callable[[int], str]


def _broken(count: int) -> str:
    return ngettext("%(count)d broken promise", "%(count)d broken promises", count)


def _waiting(count: int) -> str:
    return ngettext("%(count)d thing waits", "%(count)d things wait", count)


def _due(count: int) -> str:
    return ngettext("%(count)d promise is due", "%(count)d promises are due", count)

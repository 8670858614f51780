"""The reminder, in the receiver's language and hours, written in the moment in which it leaves.

Whatever was settled, answered or judged since it was begun is left out; if nothing is left there is no letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.models import AreaPart, Membership, Organization
from contracts import chasing
from contracts.models import Notice, Wishes
from contracts.reminding import Item, is_mine, items
from contracts.words import Chased
from post import letters
from post.letters import Composed, Later
from post.models import Letter
from requests import trace
from requests.trace import Step
from requests.wording import date_only, day, hour

# Lines of a section; the rest is counted.
SHOWN = 10
# A letter waits for the sweep that is putting things into it, but not for one that does not get on.
PATIENCE = timedelta(minutes=10)
AGAIN = timedelta(seconds=10)
# What one should do, in the order of a letter; last what one should only know.
SECTIONS = ("deliver", "answer", "judge", "review", "know")
SECTION_OF = {
    Chased.DELIVERY: "deliver",
    Chased.VERDICT: "judge",
    Chased.ANSWER: "answer",
    Chased.REVIEW: "review",
}


@dataclass(frozen=True)
class Line:
    """One item in words. `way`: the areas from who should act up to the client; then the client's problem."""

    url: str
    what: str
    pill: str
    tone: str
    when: str
    who: str
    way: str
    problem: str


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    total: int
    lines: list[Line]
    rest: str


@dataclass(frozen=True)
class Reminder:
    subject: str
    heading: str
    sections: list[Section]


def compose_reminder(letter: Letter, now: datetime) -> Composed | Later | None:
    """The words of a reminder that is about to leave; None if nothing is left to be said."""
    if now - letter.created_at < PATIENCE and chasing.is_behind(now):
        return Later(now + AGAIN)
    notices = Notice.objects.filter(letter=letter)
    member = (
        Membership.objects.filter(pk__in=notices.values("membership"), left_at__isnull=True)
        .select_related("user", "organization")
        .first()
    )
    if member is None or not member.user.is_active:
        return None
    wanted = wanted_kinds(member)
    found = [item for item in items(notices, now) if item.is_open and item.kind in wanted]
    if not found:
        return None
    ways = trace.paths({item.ask for item in found if item.ask is not None})
    areas = set(AreaPart.objects.filter(membership=member).values_list("area", flat=True))
    zone = zone_of(member)
    with translation.override(letter.language):
        told = Teller(member, zone, now).tell(found, areas, ways)
    context = {
        "told": told,
        "organization": member.organization,
        "elsewhere": "" if zone.key == member.organization.zone else zone.key,
        "desk_url": _address(member.organization, "requests:desk"),
        "wishes_url": _address(member.organization, "contracts:wishes"),
    }
    subject, text, html = letters.render("contracts/reminder", context, letter.language, zone=zone)
    return Composed(subject, text, html)


def wanted_kinds(member: Membership) -> set[str]:
    wishes = Wishes.objects.filter(membership=member).first() or Wishes(membership=member)
    return {kind for kind in Chased.values if getattr(wishes, kind)}


def zone_of(member: Membership) -> ZoneInfo:
    """The person's own clock, else the organization's."""
    try:
        return ZoneInfo(member.user.zone or member.organization.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return member.organization.tz


def _address(organization: Organization, name: str, **of: str) -> str:
    return settings.BASE_URL + reverse(name, kwargs={"org": organization.ref, **of})


class Teller:
    """Tells one person's items in the active language."""

    def __init__(self, member: Membership, zone: ZoneInfo, now: datetime) -> None:
        self.member = member
        self.organization = member.organization
        self.zone = zone
        self.now = now

    def tell(self, found: list[Item], areas: Iterable[int], ways: dict[int, list[Step]]) -> Reminder:
        groups: dict[str, list[Item]] = {name: [] for name in SECTIONS}
        for item in sorted(found, key=lambda one: (one.due_at, one.kind, one.pk)):
            groups[SECTION_OF[Chased(item.kind)] if is_mine(item, self.member, areas) else "know"].append(item)
        subject = self.subject(groups)
        return Reminder(
            subject=subject,
            heading=subject,
            sections=[self._section(name, group, ways) for name, group in groups.items() if group],
        )

    # The subject says the most important thing ------------------------------------------------------------------------

    def subject(self, groups: dict[str, list[Item]]) -> str:
        late = [item for item in groups["deliver"] if item.is_late(self.now)]
        for group, words in (
            (late, self._late),
            (groups["answer"], self._to_answer),
            (groups["judge"], self._to_judge),
            (groups["deliver"], self._to_deliver),
            (groups["know"], self._to_know),
            (groups["review"], self._to_review),
        ):
            if group:
                first = group[0]
                return words(len(group)) % {
                    "count": len(group),
                    "what": first.what,
                    "area": first.performer_name if group is groups["know"] else first.other_name,
                    "other": first.performer_name,
                    "day": self.day(first),
                }
        raise AssertionError("A letter without an item is left out.")

    def _late(self, n: int) -> str:
        return ngettext(
            "A promise is late: %(area)s waits for “%(what)s”",
            "%(count)d promises are late: %(area)s waits for “%(what)s”",
            n,
        )

    def _to_answer(self, n: int) -> str:
        return ngettext(
            "%(area)s waits for your answer: “%(what)s”",
            "%(count)d requests wait for your answer: first “%(what)s” of %(area)s",
            n,
        )

    def _to_judge(self, n: int) -> str:
        return ngettext(
            "Did it work? “%(what)s” of %(area)s waits for your verdict",
            "%(count)d deliveries wait for your verdict: first “%(what)s” of %(area)s",
            n,
        )

    def _to_deliver(self, n: int) -> str:
        return ngettext(
            "Due %(day)s: “%(what)s” for %(area)s",
            "%(count)d promises fall due: first “%(what)s” for %(area)s",
            n,
        )

    def _to_know(self, n: int) -> str:
        return ngettext(
            "%(area)s has not acted yet: “%(what)s”",
            "%(count)d things are overdue: first “%(what)s”, with %(area)s",
            n,
        )

    def _to_review(self, n: int) -> str:
        return ngettext(
            "A contract is to be reviewed: %(area)s and %(other)s",
            "%(count)d contracts are to be reviewed: first %(area)s and %(other)s",
            n,
        )

    # Sections and lines -----------------------------------------------------------------------------------------------

    def _section(self, name: str, group: list[Item], ways: dict[int, list[Step]]) -> Section:
        left = len(group) - SHOWN
        return Section(
            name=name,
            title=self._title(name),
            total=len(group),
            lines=[self.line(item, ways.get(item.ask or 0, [])) for item in group[:SHOWN]],
            rest=ngettext("and %(count)d more", "and %(count)d more", left) % {"count": left} if left > 0 else "",
        )

    def _title(self, name: str) -> str:
        match name:
            case "deliver":
                return pgettext("section of a reminder", "To deliver")
            case "answer":
                return pgettext("section of a reminder", "To answer")
            case "judge":
                return pgettext("section of a reminder", "To judge")
            case "review":
                return pgettext("section of a reminder", "To review")
            case _:
                return pgettext("section of a reminder", "So that you know: nobody has acted yet")

    def line(self, item: Item, steps: list[Step]) -> Line:
        late = item.is_late(self.now)
        return Line(
            url=self._page(item),
            what=item.what,
            pill=self._pill(item, late),
            tone="broken" if late else "due" if item.kind == Chased.DELIVERY else "waits",
            when=self.when(item, late),
            who=self.who(item),
            way=" → ".join(way_of(steps)),
            problem=steps[-1].words if steps and steps[-1].kind == "problem" else "",
        )

    def _pill(self, item: Item, late: bool) -> str:
        if late:
            return pgettext("reminder", "late") if item.kind == Chased.DELIVERY else pgettext("reminder", "overdue")
        return pgettext("reminder", "due soon")

    def when(self, item: Item, late: bool) -> str:
        """When it was or is due, and how late it is."""
        said = {"when": self.moment(item.due_at), "day": self.day(item), "count": self._days_late(item)}
        match item.kind:
            case Chased.ANSWER:
                text = _("answer expected by %(day)s")
            case Chased.REVIEW:
                text = _("review on %(day)s")
            case Chased.VERDICT:
                text = _("verdict expected by %(when)s")
            case _ if late and said["count"]:
                return self._so_late(said)
            case _ if late:
                text = _("was due %(when)s")
            case _:
                text = _("due %(when)s")
        text %= said
        if late and said["count"]:
            late_by = ngettext("%(count)d day ago", "%(count)d days ago", self._days_late(item)) % said
            return f"{text}, {late_by}"
        return text

    def _so_late(self, said: dict[str, object]) -> str:
        late = ngettext(
            "was due %(when)s, %(count)d day late", "was due %(when)s, %(count)d days late", int(str(said["count"]))
        )
        return late % said

    def _days_late(self, item: Item) -> int:
        due_on = (item.due_at - timedelta(microseconds=1)).astimezone(self.zone).date()
        return max(0, (self.now.astimezone(self.zone).date() - due_on).days)

    def who(self, item: Item) -> str:
        said = {"performer": item.performer_name, "other": item.other_name}
        match item.kind:
            case Chased.DELIVERY:
                return _("%(performer)s for %(other)s") % said
            case Chased.VERDICT:
                return _("%(other)s delivered, %(performer)s judges") % said
            case Chased.ANSWER:
                return _("%(other)s asked, %(performer)s answers") % said
            case _:
                return _("both sides together")

    def day(self, item: Item) -> str:
        """The day of an item: of those that end with a day, that day and not the midnight after it."""
        if item.kind in (Chased.ANSWER, Chased.REVIEW):
            last = (item.due_at - timedelta(microseconds=1)).astimezone(self.organization.tz)
            return day(last.date(), self.organization)
        return self.day_of(item.due_at)

    def day_of(self, at: datetime) -> str:
        return day(at.astimezone(self.zone).date(), self.organization)

    def moment(self, at: datetime) -> str:
        """Written as in the organization's country, by the person's own clock."""
        local = at.astimezone(self.zone)
        return pgettext("moment", "%(day)s, %(hour)s") % {
            "day": date_only(local.date(), self.organization),
            "hour": hour(local.time(), self.organization),
        }

    def _page(self, item: Item) -> str:
        match item.kind:
            case Chased.DELIVERY:
                return _address(self.organization, "contracts:promise", ref=item.ref)
            case Chased.VERDICT:
                return _address(self.organization, "contracts:judge", ref=item.ref)
            case Chased.ANSWER:
                return _address(self.organization, "requests:ask", ref=item.ref)
            case _:
                return _address(self.organization, "contracts:sheet", link=item.ref)


def way_of(steps: list[Step]) -> list[str]:
    """The areas from who performs up to the client; an area that asks twice in a row stands there once."""
    names: list[str] = []
    for step in steps:
        for name in (step.performer, step.asker) if step.kind == "ask" else (step.asker,):
            if not names or name != names[-1]:
                names.append(name)
    return names

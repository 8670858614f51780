"""The journal as people read it: each row a sentence in the language of the reader.

The sentences of the rooms above are here as well, as plain text keyed by the event's name: a table, no knowledge.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.locales import locale_of
from areas.models import Area, JournalEntry, Link, Membership, Organization, User
from areas.rows import Prepared
from areas.words import Kind, Part, Role

SENTENCES: dict[str, Promise] = {
    "organization.founded": gettext_lazy("%(who)s founded %(name)s."),
    "organization.changed": gettext_lazy("%(who)s changed the settings."),
    "ladder.changed": gettext_lazy("%(who)s changed when people are reminded."),
    "calendar.changed": gettext_lazy("%(who)s changed the working hours."),
    "calendar.closed": gettext_lazy("%(who)s made this a day off: %(on)s. %(name)s"),
    "calendar.closed_days": gettext_lazy("%(who)s added %(n)s days off, the first on %(on)s. %(name)s"),
    "calendar.reopened": gettext_lazy("%(who)s made this a working day again: %(on)s."),
    "calendar.worked": gettext_lazy("%(who)s wrote down that this holiday is worked: %(on)s. %(name)s"),
    "calendar.rested": gettext_lazy("%(who)s wrote down that this holiday is a day off after all: %(on)s. %(name)s"),
    "questions.changed": gettext_lazy("%(who)s changed the guiding questions for “%(kind)s”."),
    "area.added": gettext_lazy("%(who)s added the area %(area)s."),
    "area.renamed": gettext_lazy("%(who)s renamed %(name)s to %(area)s."),
    "area.described": gettext_lazy("%(who)s described %(area)s anew."),
    "area.archived": gettext_lazy("%(who)s archived %(area)s."),
    "area.restored": gettext_lazy("%(who)s brought %(area)s back."),
    "area.removed": gettext_lazy("%(who)s removed %(area)s, which had no history."),
    "link.drawn": gettext_lazy("%(who)s linked them: %(area)s serves %(other)s."),
    "link.opened": gettext_lazy("A request went on, and so %(area)s serves %(other)s now."),
    "link.ended": gettext_lazy("%(who)s ended the link: %(area)s no longer serves %(other)s."),
    "person.invited": gettext_lazy("%(who)s invited %(name)s."),
    "person.invited_again": gettext_lazy("%(who)s sent the invitation for %(name)s again."),
    "person.uninvited": gettext_lazy("%(who)s took back the invitation for %(name)s."),
    "person.joined": gettext_lazy("%(who)s came in."),
    "person.left": gettext_lazy("%(who)s took %(name)s out of the organization."),
    "person.role_changed": gettext_lazy("%(who)s gave %(name)s another role: %(role)s."),
    "person.assigned": gettext_lazy("%(who)s assigned %(name)s to %(area)s: %(part)s."),
    "person.released": gettext_lazy("%(who)s released %(name)s from %(area)s."),
    "problem.raised": gettext_lazy("%(who)s raised a problem of the client: “%(outcome)s”."),
    "problem.edited": gettext_lazy("%(who)s described the client's problem “%(outcome)s” anew."),
    "problem.focused": gettext_lazy("%(who)s put this problem of the client in focus: “%(outcome)s”."),
    "problem.measured": gettext_lazy("%(who)s measured “%(outcome)s”: %(value)s %(unit)s."),
    "problem.closed": gettext_lazy("%(who)s closed the client's problem “%(outcome)s”."),
    "workshop.opened": gettext_lazy("%(who)s opened the workshop “%(name)s”."),
    "workshop.closed": gettext_lazy("%(who)s closed the workshop “%(name)s”."),
    "problem.reopened": gettext_lazy("%(who)s opened the client's problem “%(outcome)s” again."),
    "ask.drafted": gettext_lazy("%(who)s drafted a request to %(other)s: “%(outcome)s”."),
    "ask.asked": gettext_lazy("%(who)s, for %(area)s, asked %(other)s: “%(outcome)s”."),
    "ask.acknowledged": gettext_lazy(
        "%(who)s, for %(area)s, saw the request of %(other)s and named a day: “%(outcome)s”."
    ),
    "ask.agreed": gettext_lazy("%(who)s, for %(area)s, agreed with %(other)s: “%(outcome)s”."),
    "ask.countered": gettext_lazy("%(who)s, for %(area)s, proposed something else to %(other)s: “%(outcome)s”."),
    "ask.declined": gettext_lazy("%(who)s, for %(area)s, declined what %(other)s asked: “%(outcome)s”."),
    "ask.withdrawn": gettext_lazy("%(who)s, for %(area)s, withdrew the request to %(other)s: “%(outcome)s”."),
    "ask.replaced": gettext_lazy("New terms replaced “%(outcome)s”."),
    "ask.said": gettext_lazy("%(who)s, for %(area)s, said something about “%(outcome)s”."),
    "ask.redirected": gettext_lazy("%(who)s passed the request on to %(other)s: “%(outcome)s”."),
    "contract.signed_in_workshop": gettext_lazy(
        "%(who)s signed version %(n)s of the contract for %(area)s in the workshop; a lead confirms it."
    ),
    "contract.signed": gettext_lazy("%(who)s signed version %(n)s of the contract for %(area)s."),
    "contract.in_force": gettext_lazy("Version %(n)s of the contract between %(area)s and %(other)s is in force."),
    "clause.removal_proposed": gettext_lazy("%(who)s, for %(area)s, proposed to drop “%(outcome)s” from the contract."),
    "clause.removal_taken_back": gettext_lazy(
        "%(who)s, for %(area)s, wants to keep “%(outcome)s” in the contract after all."
    ),
    "shoes.written": gettext_lazy("%(who)s wrote how it is in the shoes of %(other)s."),
    "shoes.confirmed": gettext_lazy("%(who)s confirmed what %(other)s wrote: these are our shoes."),
    "shoes.corrected": gettext_lazy("%(who)s corrected what was written about the shoes of %(area)s."),
    "delivery.reported": gettext_lazy("%(who)s, for %(area)s, delivered to %(other)s: “%(outcome)s”."),
    "delivery.retracted": gettext_lazy("%(who)s, for %(area)s, took a mistaken delivery back: “%(outcome)s”."),
    "delivery.judged": gettext_lazy("%(who)s, for %(area)s, received “%(outcome)s” from %(other)s: it worked."),
    "delivery.returned": gettext_lazy("%(who)s, for %(area)s, sent “%(outcome)s” back to %(other)s: it did not work."),
    "delivery.waived": gettext_lazy("%(who)s, for %(area)s, forgave %(other)s this one: “%(outcome)s”."),
    "verdict.retracted": gettext_lazy("%(who)s, for %(area)s, took a mistaken verdict back: “%(outcome)s”."),
    "values.entered": gettext_lazy("%(who)s, for %(area)s, entered values of “%(outcome)s”: %(n)s."),
    "clock.started": gettext_lazy("%(who)s, for %(area)s, said that it happened; the time runs for “%(outcome)s”."),
    "clock.paused": gettext_lazy("The clock of “%(outcome)s” stands still: it waits for “%(name)s”."),
    "clock.resumed": gettext_lazy("The clock of “%(outcome)s” goes on; it had waited for “%(name)s”."),
    "clock.corrected": gettext_lazy("The clock of “%(outcome)s” was put right after a correction of “%(name)s”."),
    "dependency.chosen": gettext_lazy("%(who)s, for %(area)s, made “%(outcome)s” wait for “%(name)s”."),
    "dependency.ended": gettext_lazy("%(who)s, for %(area)s: “%(outcome)s” no longer waits for “%(name)s”."),
    "client.asked": gettext_lazy("%(who)s asked the client how it was: “%(outcome)s”."),
    "review.set": gettext_lazy("%(who)s set the next review of the contract between %(area)s and %(other)s: %(on)s."),
}

FACTS = ("area", "other", "name", "outcome", "n", "words", "on", "kind", "role", "part", "value", "unit")

# Where the subject of a row is to be seen. Addresses by name only: a room above may be missing.
PAGES = {"ask": "requests:ask", "problem": "requests:problem", "promise": "contracts:promise"}


@dataclass(frozen=True)
class Line:
    """One row of the journal, ready to be shown."""

    who: str
    sentence: SafeString
    words: str
    recorded_by: str
    at: datetime
    url: str
    event: str

    @property
    def initials(self) -> str:
        return initials(self.who)

    @property
    def hue(self) -> int:
        return hue(self.who)


def initials(name: str) -> str:
    """Two letters for the round beside a name."""
    parts = name.split()
    return (parts[0][:1] + parts[-1][:1] if len(parts) > 1 else name[:2]).upper()


def hue(name: str) -> int:
    """One of eight colours, always the same for the same name."""
    return zlib.crc32(name.encode()) % 8


def entries(
    organization: Organization,
    *,
    area: Area | None = None,
    link: Link | None = None,
    subject: tuple[str, str] | None = None,
) -> QuerySet[JournalEntry]:
    """Newest first. An area's journal holds what it did and what happened on its links."""
    found = JournalEntry.objects.filter(organization=organization)
    if area is not None:
        found = found.filter(Q(area=area) | Q(link__customer=area) | Q(link__supplier=area))
    if link is not None:
        found = found.filter(link=link)
    if subject is not None:
        found = found.filter(subject=subject[0], subject_ref=subject[1])
    return found.select_related("recorded_by__user", "link").order_by("-at", "-pk")


def latest(
    organization: Organization,
    n: int = 15,
    *,
    area: Area | None = None,
    link: Link | None = None,
    subject: tuple[str, str] | None = None,
) -> list[Line]:
    """The last lines for a sheet: one query. Show them with `areas/parts/feed.html`, as `feed`."""
    return [line(organization, entry) for entry in entries(organization, area=area, link=link, subject=subject)[:n]]


OF_LINK = Prepared(
    """
    SELECT {entry}, {recorder}, {person}
    FROM areas_journalentry entry
    LEFT JOIN areas_membership recorder ON recorder.id = entry.recorded_by_id
    LEFT JOIN areas_user person ON person.id = recorder.user_id
    WHERE entry.link_id = %(link)s
    ORDER BY entry.at DESC, entry.id DESC
    LIMIT %(shown)s
    """,
    entry=JournalEntry,
    recorder=(Membership, ("user_id",)),
    person=(User, ("email", "name")),
)


def of_link(organization: Organization, link: Link, rows: Iterable[tuple[Any, ...]]) -> list[Line]:
    """The last lines of a link for its sheet, as `latest` gives them for others, out of what OF_LINK read."""
    found = []
    for entry, recorder, person in rows:
        entry.link = link
        if recorder:
            recorder.user, entry.recorded_by = person, recorder
        found.append(line(organization, entry))
    return found


def line(organization: Organization, entry: JournalEntry) -> Line:
    """The row as a sentence in the active language. An event that nobody described yet shows its name."""
    who = entry.by_name or _("Eslabón")
    facts = dict.fromkeys(FACTS, "")
    facts |= {key: _said(key, value, organization) for key, value in entry.facts.items()}
    sentence = SENTENCES.get(entry.event, entry.event.replace("%", "%%"))
    facts["outcome"] = facts["outcome"] or facts.get("statement", "")
    values: dict[str, Any] = {key: escape(value) for key, value in facts.items()}
    values["who"] = SafeString(f"<b>{escape(who)}</b>")
    return Line(
        who=who,
        sentence=mark_safe(escape(str(sentence)) % values),
        words=str(entry.facts.get("words") or entry.facts.get("note") or ""),
        recorded_by=entry.recorded_by.name if entry.recorded_by else "",
        at=entry.at,
        url=_url(organization, entry),
        event=entry.event,
    )


def _figure(value: Decimal, organization: Organization) -> str:
    """As the organization's country writes it: 8.1 in Mexico, 8,1 in Spain."""
    return str(format_decimal(value, locale=locale_of(organization)))


def _said(key: str, value: Any, organization: Organization) -> str:
    """A fact as people read it: stored words of ours in the reader's language, days in the reader's way."""
    if key == "role" and value in Role.values:
        return str(Role(value).label)
    if key == "part" and value in Part.values:
        return str(Part(value).label)
    if key == "kind" and value in Kind.values:
        return str(Kind(value).label)
    if key == "value" and value:
        return _figure(Decimal(str(value)), organization)
    if key == "on" and value:
        return date_format(date.fromisoformat(str(value)), "DATE_FORMAT")
    return str(value)


def _url(organization: Organization, entry: JournalEntry) -> str:
    try:
        if entry.subject in PAGES:
            return reverse(PAGES[entry.subject], args=[organization.ref, entry.subject_ref])
        if entry.link:
            return reverse("contracts:sheet", args=[organization.ref, entry.link.ref])
    except NoReverseMatch:
        pass
    return ""

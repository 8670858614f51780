"""How one chain is spoken of in the active language: names, days, counts, pills, paths."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.board import Chain, Item, LinkNow
from contracts.rates import Rate
from contracts.telling.words import BROKEN, COUNTED, NOWHERE, pill_said, saying
from requests.wording import amount, fields_of_day, hour


class Speech:
    """Sentences are fetched once, and what is said of many is said once."""

    def __init__(self, chain: Chain, *, zoom: str = "") -> None:
        self.chain = chain
        self.org = chain.organization
        self._zoom = zoom  # the board's own address, to which an area's ref is added
        self._sheet = self._address("contracts:sheet")
        self._ask = self._address("requests:ask")
        self._promise = self._address("contracts:promise")
        self._problem = self._address("requests:problem")

    def _address(self, name: str) -> str:
        return reverse(name, args=[self.org.ref, NOWHERE])

    @cached_property
    def _serves(self) -> str:
        return _("%(supplier)s serves %(customer)s")

    @cached_property
    def _no_path(self) -> str:
        return _("No path joins these to the client yet: link each to the area that it serves")

    def standing(self, link: LinkNow) -> str:
        """What matters most on the link, with its number: short enough for a badge."""
        return self._said(link.standing, getattr(link, COUNTED.get(link.standing, ""), 0))

    def _said(self, standing: str, n: int) -> str:
        known = self._sayings.get((standing, n))
        if known is None:
            known = self._sayings[standing, n] = saying(standing, n)
        return known

    @cached_property
    def _sayings(self) -> dict[tuple[str, int], str]:
        return {}

    def _name(self, pk: int) -> str:
        return self.chain.areas[pk].name

    def _percent(self, rate: Rate) -> str:
        percent = rate.percent
        if percent is None:
            return ""
        known = self._percents.get(percent)
        if known is None:
            known = self._percents[percent] = amount(Decimal(percent), "%", self.org)
        return known

    @cached_property
    def _percents(self) -> dict[int, str]:
        return {}

    def _when(self, item: Item) -> tuple[str, str]:
        """Class and words of the pill of an item, as the picture and the list say it."""
        known = self._whens.get(id(item))
        if known is None:
            known = self._whens[id(item)] = self._when_said(item)
        return known

    @cached_property
    def _whens(self) -> dict[int, tuple[str, str]]:
        return {}

    def _when_said(self, item: Item) -> tuple[str, str]:
        if item.kind == "broken" and item.due_at is not None:
            said = BROKEN.get(item.why or "")
            if said:
                return "broken", self._pill(said)
            due = self._local(item.due_at)
            days = (self.chain.today - due.date()).days
            if days:
                return "overdue", self._pill("late", days)
            return "overdue", _("late since %(hour)s") % {"hour": hour(due.time(), self.org)}
        if item.kind == "paused":
            return "paused", self._pill("paused")
        if item.kind == "to_judge":
            if item.why == "unjudged":
                return "unjudged", self._pill("unjudged")
            return "delivered", self._pill("to_judge")
        if item.kind == "unmet":
            return "unmet", self._pill("declined")
        if item.kind == "at_risk":
            if item.due_at is not None:
                return "soon", self._pill("due") % {"day": self._day(self._local(item.due_at).date())}
            return "soon", self._pill("at_risk")
        if item.answer_by is not None:
            days = (self.chain.today - item.answer_by).days
            if days > 0:
                return "unanswered", self._pill("unanswered", days)
            return item.state, self._pill("answer_by") % {"day": self._day(item.answer_by)}
        return item.state, ""

    def _pill(self, which: str, n: int = 0) -> str:
        known = self._pills.get((which, n))
        if known is None:
            known = self._pills[which, n] = pill_said(which, n)
        return known

    @cached_property
    def _pills(self) -> dict[tuple[str, int], str]:
        return {}

    def _day(self, on: date) -> str:
        known = self._days.get(on)
        if known is None:
            known = self._days[on] = self._day_said(on)
        return known

    @cached_property
    def _days(self) -> dict[date, str]:
        return {}

    def _day_said(self, on: date) -> str:
        days = (on - self.chain.today).days
        if days == 0:
            return pgettext("day", "today")
        if days == 1:
            return pgettext("day", "tomorrow")
        skeleton = "MMMEd" if abs(days) < 180 else "yMMMd"
        return fields_of_day(skeleton, on, self.org)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    @cached_property
    def _zone(self) -> tzinfo:
        return self.org.tz

    def _path_text(self, item: Item) -> str:
        known = self._paths.get(id(item))
        if known is None:
            known = self._paths[id(item)] = self._path_said(item)
        return known

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {}

    def _path_said(self, item: Item) -> str:
        names = [self._name(pk) for pk in item.path]
        if not item.problem:
            return " → ".join(names) if len(names) > 2 else ""
        client = self.chain.client.name
        if not names or names[-1] != client:
            names.append(client)
        return f"{' → '.join(names)}: «{item.problem}»"

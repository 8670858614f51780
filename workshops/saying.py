"""The forms of a phone: the terms of an ask in few words, cleaned and worded as everywhere (requests.forms)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from areas.models import Area, Organization
from requests import wording
from requests.forms import TermsForm, typed
from requests.forms.terms import BY_DAY, SAME_DAY
from requests.models import Promise
from requests.words import Every, Shape

SAME, ONCE = "same", "once"
OFTEN = (ONCE, Every.DAY.value, Every.WEEK.value, Every.MONTH.value)
NUMBER = ("indicator", "compare", "target", "unit")
WHEN = ("once_as", "due_on", "by_time", "within", "within_unit", "event", "every", "interval", "first_on", "nth")
# What the phone's own fields are called, and what the terms call them.
DAY = "day"
MOST_REASON = 2000


def often_word(often: str) -> str:
    return {
        ONCE: _("once, by a day"),
        Every.DAY.value: _("each day"),
        Every.WEEK.value: _("each week"),
        Every.MONTH.value: _("each month"),
    }[often]


class PhoneTerms(TermsForm):
    """What, how both see that it is well done, how often. `often` and `day` stand for the many fields of a desk.

    For a counter-offer `often` may be *same*: when and how often stay as they were asked.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        today: date,
        performer: Area,
        standing: Promise | None = None,
    ) -> None:
        self.said = {name: str(value) for name, value in (data or {}).items()}
        whole = _whole(self.said, standing, organization) if data is not None else None
        super().__init__(whole, organization=organization, today=today, performer=performer, standing=standing)
        for name in ("event",):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.said.get("often") not in (*OFTEN, SAME):
            self.add_error("shape", _("Say how often."))
        elif cleaned.get("shape") == Shape.ONCE and _has_number(self.said):
            self.add_error(
                "target", _("A number is counted again and again: choose each day, each week or each month.")
            )
        return cleaned

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by the fields that the phone shows."""
        shown = {"due_on": DAY, "first_on": DAY, "shape": "often", "every": "often", "nth": DAY}
        found: dict[str, str] = {}
        for name, errors in self.errors.items():
            at = shown.get(name, name if name in (*NUMBER, "outcome", "satisfaction") else "")
            found.setdefault(at, " ".join(str(error) for error in errors))
        return found


def _has_number(said: Mapping[str, str]) -> bool:
    return bool(said.get("target", "").strip() or said.get("indicator", "").strip())


def _whole(said: Mapping[str, str], standing: Promise | None, organization: Organization) -> dict[str, str]:
    """As a desk would have filled in the terms."""
    whole = {name: said.get(name, "") for name in ("outcome", "satisfaction", *NUMBER)}
    often, day = said.get("often", ""), said.get(DAY, "")
    if often == SAME and standing is not None:
        before = typed(standing, organization)
        whole |= {name: before[name] for name in (*WHEN, "due_time") if name in before}
        again = standing.shape != Shape.ONCE
    elif often == ONCE:
        whole |= {"once_as": BY_DAY, "due_on": day}
        again = False
    else:
        whole |= {"every": often, "interval": "1", "first_on": day, "nth": SAME_DAY}
        again = True
    shape = (Shape.MEASURED if _has_number(said) else Shape.RECURRING) if again else Shape.ONCE
    return {**whole, "shape": shape.value}


def begun_with(standing: Promise, organization: Organization) -> dict[str, str]:
    """The fields of a counter-offer as they stand before anything is changed."""
    before = typed(standing, organization)
    kept = {name: before.get(name, "") for name in ("outcome", "satisfaction", *NUMBER)}
    return {**kept, "often": SAME, "same": wording.when(standing, organization)}

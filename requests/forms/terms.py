"""The terms as a form that reads like a sentence; raw typed values survive as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Area, Organization
from requests import wording
from requests.forms.fields import Day, Hour, Number, Words, ahead
from requests.models import Promise
from requests.words import Compare, Every, Shape, Unit

SAME_DAY, SAME_WEEKDAY, LAST_WEEKDAY = "", "nth", "last"
BY_DAY, AFTER_EVENT = "day", "after"
MOST_INTERVAL = 60
MOST_WITHIN = 999


def is_last_weekday(on: date) -> bool:
    """No later day of its month falls on the same weekday."""
    return (on + timedelta(days=7)).month != on.month


def nth_weekday(on: date) -> int:
    """1 for the first weekday of its kind in the month …, -1 for a fifth, which not every month has."""
    n = (on.day - 1) // 7 + 1
    return n if n < 5 else -1


def typed(promise: Promise, organization: Organization) -> dict[str, str]:
    """The terms as this form would have been filled in for them: the beginning of a counter-offer or an amendment."""
    data = {
        "outcome": promise.outcome,
        "satisfaction": promise.satisfaction,
        "shape": promise.shape,
        "once_as": AFTER_EVENT if promise.within else BY_DAY,
        "due_on": promise.due_on.isoformat() if promise.due_on else "",
        "by_time": _hour(promise.due_time) if promise.shape == Shape.ONCE else "",
        "within": str(promise.within or ""),
        "within_unit": promise.within_unit,
        "event": promise.event,
        "every": promise.every,
        "interval": str(promise.interval or 1),
        "first_on": promise.first_on.isoformat() if promise.first_on else "",
        "nth": {None: SAME_DAY, -1: LAST_WEEKDAY}.get(promise.nth, SAME_WEEKDAY),
        "due_time": "" if promise.shape == Shape.ONCE else _hour(promise.due_time),
        "indicator": promise.indicator,
        "compare": promise.compare,
        "target": wording.number(promise.target, organization) if promise.target is not None else "",
        "unit": promise.unit,
    }
    return {name: value for name, value in data.items() if value != ""}


def _hour(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""


class TermsForm(forms.Form):
    """`today` is the organization's; `standing` are the terms that a counter-offer or an amendment starts from."""

    use_required_attribute = False

    outcome = Words(label=gettext_lazy("What"), max_length=200)
    shape = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Shape, widget=forms.RadioSelect, initial=Shape.ONCE
    )
    once_as = forms.ChoiceField(
        label=gettext_lazy("By when"),
        choices=[(BY_DAY, gettext_lazy("by a day")), (AFTER_EVENT, gettext_lazy("some time after something happens"))],
        widget=forms.RadioSelect,
        initial=BY_DAY,
        required=False,
    )
    due_on = Day(label=gettext_lazy("day"), required=False)
    by_time = Hour(label=gettext_lazy("hour, if it matters"), required=False)
    within = forms.IntegerField(
        label=gettext_lazy("how many"),
        required=False,
        min_value=1,
        max_value=MOST_WITHIN,
        widget=forms.NumberInput(attrs={"min": 1, "max": MOST_WITHIN}),
    )
    within_unit = forms.ChoiceField(
        label=gettext_lazy("hours or days"), choices=Unit, required=False, initial=Unit.HOURS
    )
    event = Words(
        label=gettext_lazy("counted from"),
        max_length=160,
        required=False,
        placeholder=gettext_lazy("the client's order"),
    )
    every = forms.ChoiceField(
        label=gettext_lazy("day, week or month"),
        choices=[
            (Every.DAY, gettext_lazy("days")),
            (Every.WEEK, gettext_lazy("weeks")),
            (Every.MONTH, gettext_lazy("months")),
        ],
        required=False,
        initial=Every.WEEK,
    )
    interval = forms.IntegerField(
        label=gettext_lazy("how many days, weeks or months"),
        required=False,
        initial=1,
        min_value=1,
        max_value=MOST_INTERVAL,
        widget=forms.NumberInput(attrs={"min": 1, "max": MOST_INTERVAL}),
    )
    first_on = Day(label=gettext_lazy("first day"), required=False)
    nth = forms.ChoiceField(
        label=gettext_lazy("which day of the month"),
        choices=[
            (SAME_DAY, gettext_lazy("on the same day of the month (the 15th)")),
            (SAME_WEEKDAY, gettext_lazy("on the same weekday (the second Tuesday)")),
            (LAST_WEEKDAY, gettext_lazy("on the last such weekday (the last Friday)")),
        ],
        required=False,
    )
    due_time = Hour(label=gettext_lazy("hour, if it matters"), required=False)
    indicator = Words(
        label=gettext_lazy("what we count"),
        max_length=120,
        required=False,
        placeholder=gettext_lazy("orders that leave complete"),
    )
    compare = forms.ChoiceField(
        label=gettext_lazy("at least or at most"), choices=Compare, required=False, initial=Compare.AT_LEAST
    )
    target = Number(label=gettext_lazy("target"), required=False)
    unit = Words(label=gettext_lazy("unit"), max_length=40, required=False, placeholder="%")
    satisfaction = Words(
        label=gettext_lazy("How we both see that it is well done"),
        max_length=1000,
        rows=2,
        required=False,
        placeholder=gettext_lazy("Anybody can check it: what, where, without whom."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        today: date,
        performer: Area,
        standing: Promise | None = None,
        **kwargs: Any,
    ) -> None:
        if standing is not None:
            kwargs["initial"] = {**typed(standing, organization), **kwargs.get("initial", {})}
        super().__init__(data, **kwargs)
        self.organization, self.today, self.performer, self.standing = organization, today, performer, standing
        target = self.fields["target"]
        assert isinstance(target, Number)
        target.organization = organization
        for name, most in (("within", MOST_WITHIN), ("interval", MOST_INTERVAL)):
            said = _("Write a number from %(least)s to %(most)s.") % {"least": 1, "most": most}
            self.fields[name].error_messages |= dict.fromkeys(("invalid", "min_value", "max_value"), said)
        for name in ("outcome", "event", "indicator"):
            self.fields[name].widget.attrs["class"] = "wide"

    # Rendering ------------------------------------------------------------------------------------------------------

    @property
    def parts(self) -> dict[str, SafeString]:
        """Each control with a label for those who do not see the sentence around it, to stand inside of one."""
        return {
            name: format_html(
                '<span class="field"><label for="{}">{}</label>{}</span>',
                self[name].id_for_label,
                self[name].label,
                self[name],
            )
            for name in self.fields
        }

    def value(self, name: str) -> str:
        return str(self[name].value() or "")

    # Checking -------------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        match cleaned.get("shape"):
            case Shape.ONCE:
                self._check_once(cleaned)
            case Shape.RECURRING | Shape.MEASURED as shape:
                self._check_rhythm(cleaned)
                if shape == Shape.MEASURED:
                    self._check_number(cleaned)
        return cleaned

    def _want(self, cleaned: dict[str, Any], name: str, sentence: str) -> bool:
        if cleaned.get(name) in (None, "") and name not in self.errors:
            self.add_error(name, sentence)
        return name not in self.errors

    def _check_day(self, cleaned: dict[str, Any], name: str) -> None:
        on = cleaned.get(name)
        if on is None or (self.standing is not None and getattr(self.standing, name) == on):
            return
        try:
            ahead(on, self.today)
        except ValidationError as error:
            self.add_error(name, error)

    def _check_once(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("once_as") == AFTER_EVENT:
            self._want(cleaned, "within", _("Say how many hours or days."))
            self._want(cleaned, "event", _("Say what it is counted from, for example: the client's order."))
            self._want(cleaned, "within_unit", _("Hours or days?"))
            return
        if self._want(cleaned, "due_on", _("Say by which day.")):
            on = cleaned["due_on"]
            # Even unchanged: a day that has passed can no longer be promised.
            try:
                ahead(on, self.today)
            except ValidationError as error:
                self.add_error("due_on", error)

    def _check_rhythm(self, cleaned: dict[str, Any]) -> None:
        self._want(cleaned, "every", _("Every day, week or month?"))
        cleaned["interval"] = cleaned.get("interval") or 1
        if not self._want(cleaned, "first_on", _("Say on which day it starts.")):
            return
        self._check_day(cleaned, "first_on")
        on = cleaned.get("first_on")
        if (
            on
            and cleaned.get("every") == Every.MONTH
            and cleaned.get("nth") == LAST_WEEKDAY
            and not is_last_weekday(on)
        ):
            last = on
            while not is_last_weekday(last):
                last += timedelta(days=7)
            self.add_error(
                "first_on",
                _("%(day)s is not the last %(weekday)s of its month; that is %(last)s.")
                % {
                    "day": wording.date_only(on, self.organization),
                    "weekday": wording.weekday(on, self.organization),
                    "last": wording.date_only(last, self.organization),
                },
            )

    def _check_number(self, cleaned: dict[str, Any]) -> None:
        self._want(cleaned, "indicator", _("Say what is counted, for example: orders that leave complete."))
        self._want(cleaned, "target", _("Say the number to reach, for example 95."))
        self._want(cleaned, "compare", _("At least, or at most?"))

    # What comes out ---------------------------------------------------------------------------------------------------

    def terms(self) -> dict[str, Any]:
        """The columns of the promise; what the chosen shape does not use is empty, whatever was typed there."""
        said = self.cleaned_data
        shape = Shape(said["shape"])
        found: dict[str, Any] = {
            "outcome": said["outcome"],
            "satisfaction": said["satisfaction"],
            "shape": shape.value,
            "due_on": None,
            "within": None,
            "within_unit": "",
            "event": "",
            "every": "",
            "interval": 1,
            "first_on": None,
            "nth": None,
            "due_time": None,
            "indicator": "",
            "compare": "",
            "target": None,
            "unit": "",
        }
        if shape == Shape.ONCE:
            if said["once_as"] == AFTER_EVENT:
                found |= {name: said[name] for name in ("within", "within_unit", "event")}
            else:
                found |= {"due_on": said["due_on"], "due_time": said["by_time"]}
            return found
        found |= {name: said[name] for name in ("every", "interval", "first_on", "due_time")}
        if said["every"] == Every.MONTH:
            found["nth"] = {SAME_WEEKDAY: nth_weekday(said["first_on"]), LAST_WEEKDAY: -1}.get(said["nth"])
        if shape == Shape.MEASURED:
            found |= {name: said[name] for name in ("indicator", "compare", "target", "unit")}
        return found

    def raw(self) -> dict[str, str]:
        """What was typed, field by field as typed: a draft. Nothing is refused here but what no field would hold."""
        kept = {}
        for name in self.fields:
            value = self.data.get(self.add_prefix(name), "")
            # A NUL, as a paste may hold one, is the one sign that the database takes in no text.
            if value := str(value).replace("\0", ""):
                kept[name] = value[:2000]
        return kept

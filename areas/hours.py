"""The forms of the working calendar: the hours of a week, own closed days, a look ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel import Locale
from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from areas.calendar import Calendar, Segment, regions, week_data
from areas.forms import Plain
from areas.locales import hour
from areas.models import Organization
from areas.pasted_days import LONGEST_NAME, ClosedDay, month_first, read, span, why_not_span

ROWS, MOST_ROWS = 2, 6
OFFICE_DAYS = range(1, 5)


def weekday_names() -> list[str]:
    """Monday … Sunday in the language of the page."""
    names = Locale.parse((get_language() or "en")[:2]).days["stand-alone"]["wide"]
    return [str(names[day]).capitalize() for day in range(7)]


@dataclass(frozen=True)
class Stretch:
    """One row of a day: from – to, and what is wrong with it."""

    begins: BoundField
    ends: BoundField

    @property
    def errors(self) -> list[str]:
        return [str(error) for field in (self.begins, self.ends) for error in field.errors]


@dataclass(frozen=True)
class Weekday:
    n: int
    name: str
    rows: list[Stretch]
    may_have_more: bool


class HoursForm(forms.Form):
    """Seven days, each with stretches of work; an empty row is none. Fields: d0_0_from, d0_0_to, d0_1_from …"""

    version = forms.IntegerField(widget=forms.HiddenInput)
    keeps_holidays = forms.BooleanField(label=gettext_lazy("Public holidays are days off"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("region"), required=False)

    def __init__(self, organization: Organization, data: QueryDict | None = None, *, check: bool = True) -> None:
        """`check`: False shows what was typed and finds no fault with it yet."""
        initial: dict[str, Any] = {
            "version": organization.version,
            "keeps_holidays": organization.keeps_holidays,
            "region": organization.region,
        }
        self.rows: list[int] = []
        for day, segments in enumerate(organization.week):
            rows = max(ROWS, len(segments))
            if data is not None:
                rows = min(MOST_ROWS, max(ROWS, sum(f"d{day}_{row}_from" in data for row in range(MOST_ROWS))))
            self.rows.append(rows)
            for row, (begins, ends) in enumerate(segments):
                initial[f"d{day}_{row}_from"], initial[f"d{day}_{row}_to"] = begins, ends
        if data is not None and not check:
            initial = {name: data[name] for name in data} | {"keeps_holidays": "keeps_holidays" in data}
        super().__init__(data if check else None, initial=initial)
        self.week: tuple[tuple[Segment, ...], ...] = ()
        for day, rows in enumerate(self.rows):
            for row in range(rows):
                self._add_row(day, row)
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        known = regions(organization.country)
        region.choices = [("", pgettext_lazy("region", "The whole country")), *known]
        region.help_text = _("Some holidays are kept in one region only.")
        if not known:
            del self.fields["region"]

    def _add_row(self, day: int, row: int) -> None:
        for end, label in (("from", _("%(day)s, from")), ("to", _("%(day)s, until"))):
            self.fields[f"d{day}_{row}_{end}"] = forms.TimeField(
                label=label % {"day": weekday_names()[day]},
                required=False,
                widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                input_formats=["%H:%M", "%H:%M:%S", "%H.%M", "%H"],
                error_messages={"invalid": _("Write an hour like 09:00.")},
            )

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        week: list[tuple[Segment, ...]] = []
        where: dict[tuple[int, Segment], str] = {}
        for day, rows in enumerate(self.rows):
            found = []
            for row in range(rows):
                segment = self._segment(day, row)
                if segment is not None:
                    where[(day, segment)] = f"d{day}_{row}_from"
                    found.append(segment)
            week.append(tuple(sorted(found, key=lambda s: s.start)))
        self._in_order(week, where)
        if not self.errors and not any(week):
            self.add_error(None, _("Write the hours of one day at least: without any, nothing would ever fall due."))
        if not self.errors:
            self.week = tuple(week)
        return self.cleaned_data

    def _segment(self, day: int, row: int) -> Segment | None:
        names = [f"d{day}_{row}_{end}" for end in ("from", "to")]
        if any(name in self.errors for name in names):
            return None
        begins, ends = (self.cleaned_data.get(name) for name in names)
        if begins is None and ends is None:
            return None
        if begins is None or ends is None:
            self.add_error(names[begins is not None], _("Write from when until when, or leave both empty."))
            return None
        if begins == ends and begins != time(0):
            self.add_error(names[1], _("It begins and ends at the same hour. A whole day is 00:00 to 00:00."))
            return None
        return Segment(begins, ends)

    def _in_order(self, week: list[tuple[Segment, ...]], where: dict[tuple[int, Segment], str]) -> None:
        for day, segments in enumerate(week):
            for earlier, later in zip(segments, segments[1:], strict=False):
                if earlier.overnight or earlier.end > later.start:
                    self.add_error(where[(day, later)], _("These hours overlap with others of the same day."))
            following = (day + 1) % 7
            if segments and segments[-1].overnight and week[following] and week[following][0].start < segments[-1].end:
                said = {"day": weekday_names()[following]}
                self.add_error(
                    where[(day, segments[-1])], _("This night runs into the hours of the next day, %(day)s.") % said
                )

    @property
    def days(self) -> list[Weekday]:
        return [
            Weekday(day, name, [Stretch(self[f"d{day}_{row}_from"], self[f"d{day}_{row}_to"]) for row in range(rows)],
                    rows < MOST_ROWS)
            for day, (name, rows) in enumerate(zip(weekday_names(), self.rows, strict=True))
        ]  # fmt: skip

    def put_on(self, organization: Organization) -> None:
        """What was asked for, onto the row, unsaved."""
        organization.week = week_data(self.week)
        organization.keeps_holidays = self.cleaned_data["keeps_holidays"]
        organization.region = self.cleaned_data.get("region", organization.region)


def with_more_rows(data: QueryDict, day: str) -> QueryDict:
    """What was typed, with one more empty row on that day."""
    more = data.copy()
    if day in {str(n) for n in range(7)}:
        there = sum(f"d{day}_{row}_from" in data for row in range(MOST_ROWS))
        if there < MOST_ROWS:
            more[f"d{day}_{there}_from"] = more[f"d{day}_{there}_to"] = ""
    return more


def with_copied_monday(data: QueryDict) -> QueryDict:
    """What was typed, with Monday's hours on Tuesday to Friday."""
    copied = data.copy()
    for row in range(MOST_ROWS):
        for end in ("from", "to"):
            for day in OFFICE_DAYS:
                copied.pop(f"d{day}_{row}_{end}", None)
                if f"d0_{row}_{end}" in data:
                    copied[f"d{day}_{row}_{end}"] = str(data[f"d0_{row}_{end}"])
    return copied


class CloseForm(forms.Form):
    """One day or stretch with its name, or a pasted list; all of it or nothing."""

    on = forms.DateField(
        label=gettext_lazy("day"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("last day, if they are several"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    name = Plain(label=gettext_lazy("name of the day"), required=False, max_length=LONGEST_NAME)
    pasted = Plain(
        label=gettext_lazy("or paste a list"),
        required=False,
        max_length=12_000,
        help_text=gettext_lazy("One day or stretch in each line, and what it is called."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, organization: Organization, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="close_%s")
        self.months_first = month_first(get_language() or organization.language, organization.country)
        self.days: list[ClosedDay] = []
        example = "12/24/2026 – 12/31/2026" if self.months_first else "24/12/2026 – 31/12/2026"
        named = _("Stocktaking")
        self.fields["pasted"].widget.attrs["placeholder"] = f"{example} {named}"

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        data = self.cleaned_data
        first, last, pasted = data.get("on"), data.get("until"), data.get("pasted", "")
        if first is None and last is not None and "on" not in self.errors:
            self.add_error("on", _("Say the first day as well."))
        if first is not None and "until" not in self.errors:
            wrong = why_not_span(first, last or first)
            if wrong:
                self.add_error("until", wrong)
            else:
                self.days += span(first, last or first, data.get("name", ""))
        for n, line in enumerate(read(pasted, months_first=self.months_first), start=1):
            if line.wrong:
                said = {"n": n, "typed": line.typed[:60], "wrong": line.wrong}
                self.add_error("pasted", _("Line %(n)s, “%(typed)s”: %(wrong)s") % said)
            self.days += line.days
        if not self.errors and not self.days:
            self.add_error("on", _("Choose a day."))
        return data


class AheadForm(forms.Form):
    """So much working time from now: when is that?"""

    n = forms.IntegerField(min_value=1, max_value=1000, initial=12)
    unit = forms.ChoiceField(
        choices=[("hours", gettext_lazy("working hours")), ("days", gettext_lazy("working days"))], initial="hours"
    )

    def moment(self, calendar: Calendar, now: datetime) -> datetime:
        """Raises ValueError for a calendar that never opens."""
        n, unit = self.cleaned_data["n"], self.cleaned_data["unit"]
        if unit == "hours":
            return calendar.after(now, timedelta(hours=n))
        return calendar.end_of(calendar.working_day(now.astimezone(calendar.zone).date(), n))


def said_hours(organization: Organization) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The week for whoever reads it: each day's name and its stretches."""
    for name, segments in zip(weekday_names(), organization.week, strict=True):
        yield (
            name,
            [
                (hour(time.fromisoformat(begins), organization), hour(time.fromisoformat(ends), organization))
                for begins, ends in segments
            ],
        )


def day_of(text: str) -> date | None:
    """The day that a button names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

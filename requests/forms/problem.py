"""What one fills in about a client's problem."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Area, Organization
from requests.forms.fields import Day, Number, Words
from requests.models import ClientProblem
from requests.problems import FIELDS
from requests.words import Moment, Process


class ProblemForm(forms.Form):
    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    statement = Words(
        label=gettext_lazy("What hurts the client, in the client's words"),
        max_length=200,
        placeholder=gettext_lazy("Shorten the delivery times"),
    )
    description = Words(label=gettext_lazy("More about it"), max_length=2000, rows=3, required=False)
    process = forms.ChoiceField(
        label=gettext_lazy("Process"),
        choices=Process,
        help_text=gettext_lazy("Which of the four does it touch most?"),
    )
    moment = forms.ChoiceField(
        label=gettext_lazy("Moment"), choices=Moment, help_text=gettext_lazy("When does the client feel it?")
    )
    accountable = forms.ChoiceField(
        label=gettext_lazy("Accountable from start to end"),
        help_text=gettext_lazy("It may ask other areas; it does not pass the client on."),
    )
    indicator = Words(
        label=gettext_lazy("Indicator"),
        max_length=120,
        required=False,
        placeholder=gettext_lazy("days from order to delivery"),
    )
    unit = Words(label=gettext_lazy("Unit"), max_length=40, required=False, placeholder=gettext_lazy("days"))
    baseline = Number(label=gettext_lazy("Value today"), required=False)
    target = Number(label=gettext_lazy("Target"), required=False)
    jobs = Words(
        label=gettext_lazy("What the client tries to get done"),
        max_length=2000,
        rows=3,
        required=False,
        placeholder=gettext_lazy("Open the shop on the day that was announced."),
    )
    pains = Words(
        label=gettext_lazy("What hurts"),
        max_length=2000,
        rows=3,
        required=False,
        placeholder=gettext_lazy("Calling three people to learn where the order is."),
    )
    gains = Words(
        label=gettext_lazy("What pleases"),
        max_length=2000,
        rows=3,
        required=False,
        placeholder=gettext_lazy("Knowing of a delay before asking."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        areas: list[Area],
        problem: ClientProblem | None = None,
        **kwargs: Any,
    ) -> None:
        if problem is not None:
            stored = {name: getattr(problem, name) for name in FIELDS}
            kwargs["initial"] = {
                **stored,
                "accountable": problem.accountable.ref,
                "version": problem.version,
                **kwargs.get("initial", {}),
            }
        super().__init__(data, **kwargs)
        self.by_ref = {area.ref: area for area in areas}
        field = self.fields["accountable"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose an area…")), *((ref, area.name) for ref, area in self.by_ref.items())]
        for name in ("baseline", "target"):
            number = self.fields[name]
            assert isinstance(number, Number)
            number.organization = organization

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        numbers = [name for name in ("baseline", "target") if cleaned.get(name) is not None]
        if numbers and not cleaned.get("indicator") and "indicator" not in self.errors:
            self.add_error("indicator", _("Say what these figures count."))
        if len(numbers) == 2 and cleaned["baseline"] == cleaned["target"]:
            self.add_error("target", _("The target is the same as today's value."))
        return cleaned

    def fields_of_problem(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {**{name: said[name] for name in FIELDS}, "accountable": self.by_ref[said["accountable"]]}


class MeasureForm(forms.Form):
    use_required_attribute = False

    on = Day(label=gettext_lazy("Day"))
    value = Number(label=gettext_lazy("Value"))
    note = Words(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, organization: Organization, today: date, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"on": today.isoformat(), **kwargs.get("initial", {})}
        super().__init__(data, **kwargs)
        self.today = today
        value = self.fields["value"]
        assert isinstance(value, Number)
        value.organization = organization
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("This day is still to come: only what has been measured counts."))
        if on < self.today - timedelta(days=3660):
            raise ValidationError(_("This is more than ten years ago: look at the year again."))
        return on

"""What a facilitator fills in: a workshop and its plan, who says something aloud, to whom the console goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.forms import OrganizationForm
from areas.models import Area, Membership
from requests.forms.fields import Words
from workshops.models import Seat, Takeaway
from workshops.phases import LEAST_MINUTES, MINUTES, MOST_MINUTES, MOVABLE, ORDER, Phase, Takes

LEFT_OUT = ""
WHOLE = tuple(phase.value for phase in ORDER)


class PhaseRow(NamedTuple):
    """A phase on the plan: its place in the line, where it may have another, and its length."""

    phase: Phase
    place: BoundField | None
    minutes: BoundField


class PlanForm(forms.Form):
    """Which phases are played, in which order, how long each takes."""

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        plan: Sequence[str] = WHOLE,
        minutes: Mapping[str, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        places = [(LEFT_OUT, _("left out")), *((str(n), str(n)) for n in range(1, len(ORDER) + 1))]
        lengths = minutes or {}
        for phase in ORDER:
            if phase in MOVABLE:
                self.fields[f"place-{phase.value}"] = forms.ChoiceField(
                    label=_("Place of «%(phase)s»") % {"phase": phase.label},
                    choices=places,
                    required=False,
                    initial=str(plan.index(phase.value) + 1) if phase.value in plan else LEFT_OUT,
                )
            self.fields[f"minutes-{phase.value}"] = forms.IntegerField(
                label=_("Minutes for «%(phase)s»") % {"phase": phase.label},
                min_value=LEAST_MINUTES,
                max_value=MOST_MINUTES,
                initial=lengths.get(phase.value, MINUTES[phase]),
                required=False,
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"),
                    _("Between %(least)s and %(most)s minutes.") % {"least": LEAST_MINUTES, "most": MOST_MINUTES},
                ),
            )

    @property
    def rows(self) -> list[PhaseRow]:
        return [
            PhaseRow(
                phase,
                self[f"place-{phase.value}"] if phase in MOVABLE else None,
                self[f"minutes-{phase.value}"],
            )
            for phase in ORDER
        ]

    def plan(self) -> list[str]:
        """The phases in their order: the movable ones at the places that were chosen, the others fill what is left.

        What the form does not bear is as usual, so that a bare click begins the whole exercise.
        """
        chosen: list[tuple[int, Phase]] = []
        for n, phase in enumerate(ORDER, start=1):
            if phase not in MOVABLE:
                continue
            name = self.add_prefix(f"place-{phase.value}")
            place = self.cleaned_data.get(f"place-{phase.value}", "") if name in self.data else str(n)
            if place:
                chosen.append((int(place), phase))
        chosen.sort(key=lambda one: one[0])
        fixed = [phase for phase in ORDER if phase not in MOVABLE]
        line: list[Phase] = []
        while chosen or fixed:
            if chosen and (not fixed or chosen[0][0] <= len(line) + 1):
                line.append(chosen.pop(0)[1])
            else:
                line.append(fixed.pop(0))
        return [phase.value for phase in line]

    def minutes(self) -> dict[str, int]:
        return {phase.value: self.cleaned_data.get(f"minutes-{phase.value}") or MINUTES[phase] for phase in ORDER}


class WorkshopForm(PlanForm):
    """A new workshop; with nothing typed it is a good one."""

    name = Words(label=gettext_lazy("Name"), max_length=120, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=gettext_lazy("Of the wall, of the phones, and of what you read out."),
    )


class CompanyForm(OrganizationForm):
    """A company in which nothing is drawn yet, as the consultant knows it at its door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the company")


class HandForm(forms.Form):
    """To whom the console goes."""

    use_required_attribute = False

    to = forms.ChoiceField(label=gettext_lazy("To whom?"), widget=forms.RadioSelect)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, people: Sequence[Membership] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.by_ref = {member.ref: member for member in people}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(ref, member.name) for ref, member in self.by_ref.items()]
        field.error_messages["required"] = _("Choose who goes on.")

    @property
    def chosen(self) -> Membership:
        return self.by_ref[self.cleaned_data["to"]]


class SpeakerForm(forms.Form):
    """Who says it: a name and an area. `area` is fixed where the act is that of one area."""

    use_required_attribute = False

    name = Words(label=gettext_lazy("Who says it?"), max_length=60, placeholder=gettext_lazy("Rosa"))
    area = forms.ChoiceField(label=gettext_lazy("For which area?"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=36)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        areas: Sequence[Area],
        seats: Sequence[Seat] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.areas = {area.ref: area for area in areas}
        # Whoever was written down before comes first: it is mostly the same person again.
        self.names = list(dict.fromkeys(seat.name for seat in sorted(seats, key=lambda one: not one.has_no_phone)))
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(ref, area.name) for ref, area in self.areas.items()]
        if len(self.areas) == 1:
            self.initial.setdefault("area", next(iter(self.areas)))
            field.widget = forms.HiddenInput()
        else:
            field.choices = [("", _("Choose…")), *field.choices]
            field.error_messages["required"] = _("Choose the area.")
        self.fields["name"].error_messages["required"] = _("Write the name: it stays beside what was said.")

    @property
    def speaker_area(self) -> Area:
        return self.areas[self.cleaned_data["area"]]


class ProposalForm(SpeakerForm):
    text = Words(
        label=gettext_lazy("What hurts the client, in the client's words"),
        max_length=200,
        rows=2,
        placeholder=gettext_lazy("My order comes late, and nobody tells me."),
    )


class TakeawayForm(SpeakerForm):
    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), choices=Takes, widget=forms.RadioSelect)
    text = Words(label=gettext_lazy("In their words"), max_length=400, rows=3)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def show_instead(self, current: Takeaway) -> None:
        """Both texts, to be put together: the version is now the one that was overlooked."""
        self.data = {**self.data, "version": str(current.version)}


class TimerForm(forms.Form):
    minutes = forms.IntegerField(min_value=LEAST_MINUTES, max_value=MOST_MINUTES)

"""What a person wants to be reminded of, and the ladder of an organization."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from django import forms
from django.utils.translation import gettext_lazy as _

from areas.forms import between
from areas.models import Organization
from contracts.models import Wishes
from requests.wording import locale_of


class WishesForm(forms.ModelForm[Wishes]):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Wishes
        fields = ["delivery", "answer", "verdict", "review", "digest"]
        widgets = {"digest": forms.RadioSelect}


class LadderForm(forms.ModelForm[Organization]):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Organization
        fields = ["warn_days", "escalate_days", "digest_weekday", "digest_time"]
        widgets = {
            "warn_days": forms.NumberInput(attrs={"min": 0, "max": 20}),
            "escalate_days": forms.NumberInput(attrs={"min": 1, "max": 20}),
            "digest_weekday": forms.Select,
            "digest_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warn_days"].help_text = _("0: nobody is reminded before the day.")
        self.fields["escalate_days"].help_text = _("Then both sides and the facilitators are told.")
        monday = date(2024, 1, 1)
        weekday = self.fields["digest_weekday"]
        assert isinstance(weekday.widget, forms.Select)
        locale = locale_of(self.instance)
        weekday.widget.choices = [
            (n, str(format_date(monday + timedelta(days=n), "EEEE", locale=locale)).capitalize()) for n in range(7)
        ]

    def clean_warn_days(self) -> int:
        return between(self, "warn_days", 0, 20)

    def clean_escalate_days(self) -> int:
        return between(self, "escalate_days", 1, 20)

    def clean_digest_weekday(self) -> int:
        return between(self, "digest_weekday", 0, 6)

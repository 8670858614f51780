"""What people fill in on a contract sheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Shoes
from contracts.words import Side
from requests.forms.fields import Day, Words

FARTHEST_REVIEW_YEARS = 3


class SaidAloud(forms.Form):
    """A facilitator writes down what somebody of a side said: the row then bears both names."""

    use_required_attribute = False

    said_by = Words(
        label=gettext_lazy("Who said it"),
        help_text=gettext_lazy("Both names are kept: theirs, and yours as the one who wrote it down."),
        max_length=120,
    )

    def __init__(self, *args: Any, people: Iterable[str] = (), recording: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(people)
        if not recording:
            del self.fields["said_by"]
        elif self.people:
            self.fields["said_by"].widget.attrs["list"] = self.people_id

    @property
    def people_id(self) -> str:
        """Of the list of names that the field offers."""
        return f"{str(self.auto_id).partition('%s')[0]}people"

    @property
    def speaker(self) -> str:
        """Who said it aloud; empty if the person acts for themselves."""
        return str(self.cleaned_data.get("said_by", ""))


class ShoesForm(SaidAloud):
    """In your customer's shoes. `n` is the edition that the person saw; a newer one is never written over."""

    side = forms.ChoiceField(choices=Side.choices, widget=forms.HiddenInput)
    n = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    jobs = Words(
        label=gettext_lazy("What they try to get done"),
        placeholder=gettext_lazy("Promise a date during the call, and not ring again to change it."),
        max_length=1500,
        rows=3,
        required=False,
    )
    pains = Words(
        label=gettext_lazy("What hurts them"),
        placeholder=gettext_lazy("To hear of the delay from the client."),
        max_length=1500,
        rows=3,
        required=False,
    )
    gains = Words(
        label=gettext_lazy("What pleases them"),
        placeholder=gettext_lazy("That we tell them before they ask."),
        max_length=1500,
        rows=3,
        required=False,
    )

    field_order = ["jobs", "pains", "gains", "said_by", "side", "n"]
    WORDS = ("jobs", "pains", "gains")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in self.WORDS):
            self.add_error("jobs", _("Write at least one of the three."))
        return cleaned

    @classmethod
    def words_of(cls, shoes: Shoes | None) -> dict[str, str]:
        return {name: getattr(shoes, name) for name in cls.WORDS} if shoes else {}


class SignForm(SaidAloud):
    """Signing: the fingerprint of what was read goes back with the signature."""

    side = forms.ChoiceField(choices=Side.choices, widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    words = Words(label=gettext_lazy("A few words with the signature"), max_length=1000, rows=2, required=False)

    field_order = ["said_by", "words", "side", "digest"]


class RemovalForm(SaidAloud):
    side = forms.ChoiceField(choices=Side.choices, widget=forms.HiddenInput)
    words = Words(label=gettext_lazy("Why should it end?"), max_length=1000, rows=3)

    field_order = ["words", "said_by", "side"]


class KeepForm(SaidAloud):
    """Taking a proposed removal back; a facilitator names who said so."""


class ReviewForm(forms.Form):
    """The day on which both sides look at the contract again."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    review_on = Day(
        label=gettext_lazy("Next review"),
        help_text=gettext_lazy("On that day both sides look together at what was promised and at what changed."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["review_on"].widget.attrs["min"] = today.isoformat()

    def clean_review_on(self) -> date:
        day: date = self.cleaned_data["review_on"]
        if day < self.today:
            raise forms.ValidationError(_("This day has passed: choose today or a later day."))
        if day.year > self.today.year + FARTHEST_REVIEW_YEARS:
            raise forms.ValidationError(_("Choose a day within the next three years."))
        return day

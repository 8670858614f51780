"""What people fill in about one delivery: that it is done, how it was, that it is forgiven, that it was a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from areas.models import Organization
from contracts.forms.contract import SaidAloud
from contracts.models import Commitment
from requests.forms.fields import Day, Hour, Number, Words
from requests.models import Promise
from requests.words import Shape

YES_NO = [("yes", pgettext_lazy("answer", "Yes")), ("no", pgettext_lazy("answer", "No"))]


class YesNo(forms.TypedChoiceField):
    """Two big buttons; nothing is chosen beforehand."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=YES_NO,
            widget=forms.RadioSelect,
            coerce=lambda value: value == "yes",
            empty_value=None,
            **kwargs,
        )


class ActForm(SaidAloud):
    """The version of the delivery that the person saw, and who said it where it is written down for somebody."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class MomentFields(forms.Form):
    """A moment of the past, by the organization's clock; left empty it is now."""

    on = Day(label=gettext_lazy("Day"), required=False)
    hour = Hour(label=gettext_lazy("Hour"), required=False)

    organization: Organization
    now: datetime

    def limit(self, organization: Organization, now: datetime) -> None:
        self.organization, self.now = organization, now
        self.fields["on"].widget.attrs["max"] = self.today.isoformat()

    @property
    def today(self) -> date:
        return self.now.astimezone(self.organization.tz).date()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        on, hour = cleaned.get("on"), cleaned.get("hour")
        if on is None and hour is None or self.errors:
            cleaned["at"] = None
            return cleaned
        tz = self.organization.tz
        local = self.now.astimezone(tz)
        if hour is None:
            # Of a day without an hour its end is meant; of today, by now.
            hour = local.time() if on == local.date() else time(23, 59)
        at = datetime.combine(on or local.date(), hour, tz)
        if at > self.now:
            self.add_error("on" if on and on > local.date() else "hour", _("This moment has not come yet."))
        cleaned["at"] = at
        return cleaned


class DeliverForm(ActForm, MomentFields):
    """Done. One press is enough, but for a promise with a number, which says the number."""

    value = Number(label=gettext_lazy("How much it was"), required=False)
    numerator = Number(label=gettext_lazy("How many of them"), required=False)
    denominator = Number(label=gettext_lazy("of how many in all"), required=False)
    note = Words(
        label=gettext_lazy("A few words with it"),
        placeholder=gettext_lazy("Two of the forty came a day later; they are on the list."),
        max_length=2000,
        rows=2,
        required=False,
    )
    self_worked = YesNo(label=gettext_lazy("Did it work for them?"), required=False)
    self_easy = YesNo(label=gettext_lazy("Was it easy for them?"), required=False)

    field_order = [
        "said_by",
        "value",
        "numerator",
        "denominator",
        "on",
        "hour",
        "note",
        "self_worked",
        "self_easy",
        "version",
    ]

    def __init__(self, *args: Any, promise: Promise, organization: Organization, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise = promise
        self.limit(organization, now)
        self.measured = promise.shape == Shape.MEASURED
        # A share can be said as it is counted: so many of so many.
        self.counts = self.measured and promise.unit.strip() == "%"
        for name in ("value", "numerator", "denominator"):
            field = self.fields[name]
            assert isinstance(field, Number)
            field.organization = organization
        if not self.measured:
            del self.fields["value"]
        elif promise.indicator:
            self.fields["value"].label = promise.indicator
        if self.measured:
            self.fields["value"].help_text = promise.unit
        if not self.counts:
            del self.fields["numerator"], self.fields["denominator"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.counts:
            self._clean_counts(cleaned)
        if self.measured and not self.errors and cleaned.get("value") is None:
            self.add_error("value", _("This promise is measured: say the number."))
        return cleaned

    def _clean_counts(self, cleaned: dict[str, Any]) -> None:
        numerator, denominator = cleaned.get("numerator"), cleaned.get("denominator")
        if "numerator" in self.errors or "denominator" in self.errors or (numerator is None and denominator is None):
            return
        if numerator is None:
            self.add_error("numerator", _("Say how many of them."))
        elif denominator is None:
            self.add_error("denominator", _("Say of how many in all."))
        elif denominator <= 0:
            self.add_error("denominator", _("Of none there is no share. If there was nothing to do, say so in words."))
        elif numerator < 0:
            self.add_error("numerator", _("This cannot be less than nothing."))
        else:
            share = round(numerator * 100 / denominator, 4)
            said = cleaned.get("value")
            if said is not None and abs(said - share) >= Decimal("0.05"):
                self.add_error("value", _("This is not the share of the two figures beside it; leave it empty."))
            else:
                cleaned["value"] = share


class ThreeQuestions(forms.Form):
    """What the receiver is asked of each delivery (S1.6), in plain words."""

    on_time = YesNo(label=gettext_lazy("Did it come on time?"))
    worked = YesNo(label=gettext_lazy("Did it work for what you needed it for?"))
    easy = YesNo(label=gettext_lazy("Was it easy for you?"))
    words = Words(
        label=gettext_lazy("A few words"),
        help_text=gettext_lazy("If it did not work, say what is missing: it goes back with your words."),
        placeholder=gettext_lazy("Three of the addresses were wrong; the driver had to ring us."),
        max_length=2000,
        rows=3,
        required=False,
    )

    QUESTIONS = ("on_time", "worked", "easy")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("worked") is False and not cleaned.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say what did not work, so that they can mend it."))
        return cleaned

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was answered, to be carried through the reading back by hidden fields."""
        said = {name: "yes" if self.cleaned_data[name] else "no" for name in self.QUESTIONS}
        return [*said.items(), ("words", self.cleaned_data["words"])]


class JudgeForm(ThreeQuestions, ActForm):
    field_order = ["said_by", "on_time", "worked", "easy", "words", "version"]


class ClientJudgeForm(ThreeQuestions):
    """The client's own answers, behind the signed link."""

    use_required_attribute = False

    name = Words(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Only if you like."),
        max_length=120,
        required=False,
    )

    @property
    def kept(self) -> list[tuple[str, str]]:
        return [*super().kept, ("name", self.cleaned_data["name"])]


class WaiveForm(ActForm):
    words = Words(
        label=gettext_lazy("Why you let it go"),
        placeholder=gettext_lazy("The client moved the visit; this week we did not need it."),
        max_length=2000,
        rows=3,
    )
    field_order = ["said_by", "words", "version"]


class UndoForm(ActForm):
    """Taking back a delivery or a verdict that was a mistake. Nothing is erased: this is written beside it."""

    words = Words(
        label=gettext_lazy("What was the mistake?"),
        placeholder=gettext_lazy("I pressed it for the wrong week."),
        max_length=2000,
        rows=2,
    )
    field_order = ["said_by", "words", "version"]


class StartedForm(SaidAloud, MomentFields):
    """What the promise is counted from has happened."""

    words = Words(
        label=gettext_lazy("A few words"),
        help_text=gettext_lazy("Which one it was, so that both sides know it later."),
        placeholder=gettext_lazy("Order 4471, by telephone."),
        max_length=2000,
        rows=2,
        required=False,
    )
    field_order = ["said_by", "on", "hour", "words"]

    def __init__(self, *args: Any, organization: Organization, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit(organization, now)


class DependForm(SaidAloud):
    """Which promise of the opposite lane this one needs."""

    requirement = forms.ChoiceField(
        label=gettext_lazy("It can only be kept while this is kept"),
        error_messages={"required": gettext_lazy("Choose the promise that this one needs.")},
    )
    field_order = ["requirement", "said_by"]

    def __init__(self, *args: Any, choices: Iterable[Commitment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_ref = {one.ref: one for one in choices}
        field = self.fields["requirement"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose…")), *((ref, one.clause.outcome) for ref, one in self.by_ref.items())]

    @property
    def chosen(self) -> Commitment:
        return self.by_ref[self.cleaned_data["requirement"]]


class DependOverSheet(DependForm):
    """The same over the sheet. What has become impossible since it was opened is still understood, so that the deed
    refuses it in words that say why.
    """

    def __init__(self, *args: Any, choices: Iterable[Commitment], known: Iterable[Commitment], **kwargs: Any) -> None:
        offered = [(one.ref, one.clause.outcome) for one in choices]
        super().__init__(*args, choices=known, **kwargs)
        self.fields["requirement"].widget = forms.RadioSelect(choices=offered)


class ClientLinkForm(forms.Form):
    """To whom the link for the real client goes, and in which language."""

    use_required_attribute = False

    language = forms.ChoiceField(label=gettext_lazy("Language of the client"), choices=settings.LANGUAGES)
    email = forms.EmailField(
        label=gettext_lazy("The client's e-mail"),
        max_length=254,
        error_messages={"required": gettext_lazy("Write the address of the client, or copy the link.")},
    )
    name = Words(label=gettext_lazy("The client's name"), max_length=120, required=False)
    words = Words(
        label=gettext_lazy("A few words to the client"),
        placeholder=gettext_lazy("Thank you for your order. It takes a minute, and it helps us a lot."),
        max_length=600,
        rows=3,
        required=False,
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

"""One small form for each act of a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Area, Membership, Organization
from requests.forms.fields import Day, Words, ahead
from requests.forms.terms import TermsForm
from requests.models import Ask, Promise
from requests.states import Side, Verb


@dataclass(frozen=True)
class Setting:
    """What the forms of one page share: the ask, today in the organization's zone, and who may be named."""

    ask: Ask
    today: date
    answer_by: date
    people: tuple[Membership, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def organization(self) -> Organization:
        return self.ask.organization


@dataclass(frozen=True)
class Recording:
    """A facilitator may write down what somebody said aloud; `only` when that is all the facilitator may do here."""

    only: bool
    names: tuple[str, ...] = ()


class ActForm(forms.Form):
    """The version of the ask that the person saw, and free words."""

    use_required_attribute = False
    verb: ClassVar[Verb]

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        setting: Setting,
        recording: Recording | None = None,
        **kwargs: Any,
    ) -> None:
        self.setting, self.recording = setting, recording
        kwargs["initial"] = {"version": setting.ask.version, **kwargs.get("initial", {})}
        super().__init__(data, **kwargs)
        if recording:
            self.fields["said_by"] = said_by_field(recording)

    @property
    def said_by(self) -> str:
        return str(self.cleaned_data.get("said_by", ""))

    def _clean_answer_by(self) -> date:
        on: date | None = self.cleaned_data["answer_by"]
        if on is None:
            return self.setting.answer_by
        ahead(on, self.setting.today)
        return on


def said_by_field(recording: Recording) -> Words:
    return Words(
        label=gettext_lazy("Who said it"),
        help_text=gettext_lazy("You write it down for them: both names stay beside it.")
        if recording.only
        else gettext_lazy("Only if you write it down for somebody who said it aloud: both names stay beside it."),
        max_length=120,
        required=recording.only,
    )


def words_field(
    label: Any, *, required: bool = False, rows: int = 2, placeholder: Any = "", help_text: Any = ""
) -> Words:
    return Words(
        label=label, max_length=2000, rows=rows, required=required, placeholder=placeholder, help_text=help_text
    )


def answer_by_field(label: Any, *, required: bool = False) -> Day:
    return Day(label=label, required=required)


class AcknowledgeForm(ActForm):
    verb = Verb.ACKNOWLEDGE
    answer_by = answer_by_field(gettext_lazy("I answer by"), required=True)
    words = words_field(gettext_lazy("A few words"), placeholder=gettext_lazy("I need to look at the routes first."))

    def clean_answer_by(self) -> date:
        return self._clean_answer_by()


class OneOrTheOther(forms.ChoiceField):
    """Needed, unless the field beside it says the same in free words: the form checks that."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class OwnerFields(forms.Form):
    """Somebody of the performing side, by account or only by name."""

    owner = OneOrTheOther(label=gettext_lazy("Who answers for it"))
    owner_name = Words(label=gettext_lazy("or somebody without an account"), max_length=120, required=False)

    def offer(self, people: Iterable[Membership]) -> None:
        self.by_ref = {member.ref: member for member in people}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        if self.by_ref:
            field.choices = [("", _("Choose…")), *((ref, member.name) for ref, member in self.by_ref.items())]
        else:
            del self.fields["owner"]
            self.fields["owner_name"].label = _("Who answers for it")

    @property
    def named(self) -> Membership | None:
        return self.by_ref.get(self.cleaned_data.get("owner", ""))


def answers_now(ask: Ask) -> tuple[Membership | None, str]:
    """Who was named to answer for it: in this conversation, or for the agreed terms that it would replace."""
    if ask.owner_name or not ask.replaces:
        return ask.owner, ask.owner_name
    return ask.replaces.owner, ask.replaces.owner_name


class AgreeForm(ActForm, OwnerFields):
    verb = Verb.AGREE
    words = words_field(gettext_lazy("A few words"), placeholder=gettext_lazy("Gladly: we start on Monday."))
    field_order = ["owner", "owner_name", "words", "said_by", "version"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(self.setting.people)
        owner, name = answers_now(self.setting.ask)
        if owner and owner.ref in self.by_ref:
            self.initial.setdefault("owner", owner.ref)
        elif name:
            self.initial.setdefault("owner_name", name)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("owner") and not cleaned.get("owner_name"):
            self.add_error(
                "owner" if "owner" in self.fields else "owner_name",
                _("Name who in %(area)s answers for it.") % {"area": self.setting.ask.performer.name},
            )
        return cleaned


class CounterForm(TermsForm):
    """Other terms, starting from those that stand, with a reason."""

    verb = Verb.COUNTER
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    words = words_field(
        gettext_lazy("Because…"),
        required=True,
        placeholder=gettext_lazy("On Mondays the plant closes at noon; by four I can be sure."),
    )
    answer_by = answer_by_field(gettext_lazy("I would like an answer by"))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        setting: Setting,
        recording: Recording | None = None,
        **kwargs: Any,
    ) -> None:
        ask = setting.ask
        self.setting, self.recording = setting, recording
        kwargs["initial"] = {
            "version": ask.version,
            "answer_by": setting.answer_by.isoformat(),
            **kwargs.get("initial", {}),
        }
        super().__init__(
            data,
            organization=setting.organization,
            today=setting.today,
            performer=ask.performer,
            standing=ask.terms,
            **kwargs,
        )
        self.by_ref = {member.ref: member for member in setting.people}
        if ask.turn == Side.PERFORMER and self.by_ref:
            # Named by those who will do it: the other side then only says yes.
            self.fields["owner"] = forms.ChoiceField(
                label=gettext_lazy("Who answers for it"),
                required=False,
                choices=[("", _("Choose…")), *((ref, member.name) for ref, member in self.by_ref.items())],
            )
            owner, _name = answers_now(ask)
            if owner and owner.ref in self.by_ref:
                self.initial.setdefault("owner", owner.ref)
        if recording:
            self.fields["said_by"] = said_by_field(recording)

    @property
    def named(self) -> Membership | None:
        return self.by_ref.get(self.cleaned_data.get("owner", ""))

    def clean_answer_by(self) -> date:
        on: date | None = self.cleaned_data["answer_by"]
        if on is None:
            return self.setting.answer_by
        ahead(on, self.setting.today)
        return on

    @property
    def said_by(self) -> str:
        return str(self.cleaned_data.get("said_by", ""))


class DeclineForm(ActForm):
    verb = Verb.DECLINE
    words = words_field(
        gettext_lazy("I cannot, because…"),
        placeholder=gettext_lazy("On Saturdays nobody here is certified for the press."),
    )
    alternative = words_field(
        gettext_lazy("Another way to get it"),
        placeholder=gettext_lazy("On Friday evening I can leave the urgent ones ready."),
    )
    redirect_to = forms.ChoiceField(
        label=gettext_lazy("Another area could do it"),
        help_text=gettext_lazy("It goes on to them, and you stay answerable until they commit. It counts as a bounce."),
        required=False,
    )
    field_order = ["words", "alternative", "redirect_to", "said_by", "version"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_ref = {area.ref: area for area in self.setting.areas}
        field = self.fields["redirect_to"]
        assert isinstance(field, forms.ChoiceField)
        if self.by_ref and self.setting.ask.turn == Side.PERFORMER:
            field.choices = [("", _("No, nobody else")), *((ref, area.name) for ref, area in self.by_ref.items())]
            draws = _("Where they are not linked with %(area)s yet, it also draws that link in the chain.")
            field.help_text = f"{field.help_text} {draws % {'area': self.setting.ask.asker.name}}"
        else:
            del self.fields["redirect_to"]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("words") and not cleaned.get("alternative") and not self.errors:
            self.add_error("words", _("Give a reason, or another way to get it."))
        return cleaned

    @property
    def onward(self) -> Area | None:
        return self.by_ref.get(self.cleaned_data.get("redirect_to", ""))


class WithdrawForm(ActForm):
    verb = Verb.WITHDRAW
    words = words_field(gettext_lazy("Why, in a few words"), placeholder=gettext_lazy("The client changed the order."))


class SayForm(ActForm):
    """Free words. What the others said meanwhile does not matter: words never clash."""

    verb = Verb.SAY
    words = words_field(gettext_lazy("Say something"), required=True)
    side = OneOrTheOther(label=gettext_lazy("For which side"))
    field_order = ["words", "said_by", "side", "version"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask, field = self.setting.ask, self.fields["side"]
        assert isinstance(field, forms.ChoiceField)
        if self.recording:
            field.choices = [(Side.ASKER.value, ask.asker.name), (Side.PERFORMER.value, ask.performer.name)]
        else:
            del self.fields["side"]
        self.order_fields(self.field_order)


class AskForm(TermsForm):
    """A whole ask: what, why, and by when an answer is expected. `draft` and `version` name what is kept already."""

    draft = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    why = forms.ChoiceField(label=gettext_lazy("Why"), widget=forms.RadioSelect, required=False)
    answer_by = answer_by_field(gettext_lazy("I would like an answer by"))
    words = words_field(
        gettext_lazy("A few words with it"),
        placeholder=gettext_lazy("With this we can promise the client a day, and keep it."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        whys: list[tuple[str, str]],
        answer_by: date,
        recording: Recording | None = None,
        organization: Organization,
        today: date,
        performer: Area,
        standing: Promise | None = None,
        proposes: bool = False,
        **kwargs: Any,
    ) -> None:
        self.expected = answer_by
        kwargs["initial"] = {"answer_by": answer_by.isoformat(), **kwargs.get("initial", {})}
        super().__init__(data, organization=organization, today=today, performer=performer, standing=standing, **kwargs)
        if proposes:
            self.fields["words"].required = True
            self.fields["words"].label = _("Because…")
        field = self.fields["why"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = whys
        if recording:
            self.fields["said_by"] = said_by_field(recording)

    def clean_why(self) -> str:
        why = str(self.cleaned_data["why"])
        if not why:
            raise ValidationError(_("Say why: which client problem or which request made you ask this."))
        return why

    def clean_answer_by(self) -> date:
        on: date | None = self.cleaned_data["answer_by"]
        if on is None:
            return self.expected
        ahead(on, self.today)
        return on

    @property
    def said_by(self) -> str:
        return str(self.cleaned_data.get("said_by", ""))

    def raw(self) -> dict[str, str]:
        """Without what names the draft itself and with the reason, which is kept in columns of its own."""
        kept = super().raw()
        for name in ("draft", "version", "why"):
            kept.pop(name, None)
        return kept

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from areas import places
from areas.models import Area, GuidingQuestion, Organization, User
from areas.words import Kind
from areas.writing import plain

LANGUAGES = [("es", "Español"), ("en", "English")]
OWN_KINDS = [(kind.value, kind.label) for kind in Kind if kind != Kind.CLIENT]


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def carry_version(form: forms.BaseForm, version: int) -> None:
    """Show the form again with what was typed, as if it had been opened on the row as it stands now."""
    data = QueryDict(mutable=True)
    data.update({name: form.data.get(name, "") for name in form.data})
    data[form.add_prefix("version")] = str(version)
    form.data = data


class Plain(forms.CharField):
    """What people type, without what cannot be seen; a text area keeps its line breaks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages["max_length"] = _(
            "This has %(show_value)d characters; at most %(limit_value)d fit. Say the essential here."
        )

    def to_python(self, value: Any) -> str:
        lines = isinstance(self.widget, forms.Textarea)
        return str(super().to_python(plain(str(value), lines=lines) if value else value) or "")


class ZoneField(forms.ChoiceField):
    """A time zone out of a list in groups by country; empty means what `empty` says."""

    def __init__(self, empty: Any, **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(required=False, **kwargs)

    def valid_value(self, value: str) -> bool:
        return places.is_zone(value)

    def fill(self) -> None:
        """Write the list in the language of the page."""
        self.widget.choices = [("", self.empty), *places.zones(_language())]


class NameForm(forms.Form):
    """Asked once, after the first sign-in."""

    name = Plain(
        label=_("Your name"),
        max_length=120,
        help_text=_("As the others know you. For example: Ana Robles."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )


class ProfileForm(forms.ModelForm[User]):
    language = forms.ChoiceField(
        label=_("language"),
        required=False,
        choices=[("", pgettext_lazy("language", "That of the organization")), *LANGUAGES],
    )
    zone = ZoneField(pgettext_lazy("time zone", "That of the organization"), label=_("time zone"))

    class Meta:
        model = User
        fields = ["name", "language", "zone"]
        field_classes = {"name": Plain}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        zone = self.fields["zone"]
        assert isinstance(zone, ZoneField)
        zone.fill()


class NewAddressForm(forms.Form):
    use_required_attribute = False

    email = forms.EmailField(
        label=_("New e-mail"),
        max_length=254,
        help_text=_("A code goes there. The address changes when you have typed it here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "ana@example.com"}),
    )


class CodeForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class OrganizationForm(forms.ModelForm[Organization]):
    """The first screen of the wizard, and the settings."""

    country = forms.ChoiceField(label=_("country"))
    zone = ZoneField(pgettext_lazy("time zone", "That of the country"), label=_("time zone"))
    language = forms.ChoiceField(
        label=_("language"),
        choices=LANGUAGES,
        help_text=_("Letters and pages are in this language. Each person can choose another one."),
    )

    class Meta:
        model = Organization
        fields = ["name", "country", "zone", "language"]
        field_classes = {"name": Plain}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "organization"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the organization")
        country, zone = self.fields["country"], self.fields["zone"]
        assert isinstance(country, forms.ChoiceField)
        assert isinstance(zone, ZoneField)
        country.choices = [("", _("Choose…")), *places.countries(_language())]
        zone.fill()

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        data = self.cleaned_data
        if not data.get("zone") and data.get("country"):
            data["zone"] = places.zone_of(data["country"])
        return data


def between(form: forms.BaseForm, name: str, least: int, most: int) -> int:
    """A field's number, for a `clean_…`. Raises ValidationError, which says from where to where."""
    value: int = form.cleaned_data[name]
    if not least <= value <= most:
        raise forms.ValidationError(
            _("Write a number from %(least)s to %(most)s."), params={"least": least, "most": most}
        )
    return value


class SettingsForm(OrganizationForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta(OrganizationForm.Meta):
        fields = ["name", "country", "zone", "language", "answer_days", "verdict_days", "review_months"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days, verdict, months = self.fields["answer_days"], self.fields["verdict_days"], self.fields["review_months"]
        assert isinstance(days, forms.IntegerField)
        assert isinstance(verdict, forms.IntegerField)
        assert isinstance(months, forms.IntegerField)
        days.widget.attrs.update({"min": 1, "max": 30})
        verdict.widget.attrs.update({"min": 1, "max": 30})
        months.widget.attrs.update({"min": 1, "max": 24})
        days.help_text = _("How long an area has to answer a request, unless the request says otherwise.")
        verdict.help_text = _(
            "How long the receiving area has to say how a delivery went; after that it is neither kept nor broken."
        )
        for field, most in ((days, 30), (verdict, 30), (months, 24)):
            said = gettext("Write a number from %(least)s to %(most)s.") % {"least": 1, "most": most}
            field.error_messages |= dict.fromkeys(("invalid", "min_value", "max_value"), said)
        months.help_text = _("How often the two areas of a link look at their contract again.")

    def clean_answer_days(self) -> int:
        return between(self, "answer_days", 1, 30)

    def clean_verdict_days(self) -> int:
        return between(self, "verdict_days", 1, 30)

    def clean_review_months(self) -> int:
        return between(self, "review_months", 1, 24)


class AreaForm(forms.ModelForm[Area]):
    """Add an area, or rename and describe it. The unique name is the deed's to check."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=_("kind of area"),
        choices=OWN_KINDS,
        initial=Kind.OTHER,
        help_text=_("It decides which guiding questions the area meets."),
    )

    class Meta:
        model = Area
        fields = ["name", "kind", "description"]
        field_classes = {"name": Plain, "description": Plain}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        if self.instance.pk and self.instance.is_client:
            self.fields["kind"] = forms.ChoiceField(
                choices=[(Kind.CLIENT.value, Kind.CLIENT.label)], widget=forms.HiddenInput, initial=Kind.CLIENT
            )

    # Names are compared by the database, inside the deed.
    def validate_unique(self) -> None:
        return None

    def validate_constraints(self) -> None:
        return None


class LinkForm(forms.Form):
    """Which area serves which."""

    supplier = forms.ModelChoiceField(
        Area.objects.none(), label=_("This area"), to_field_name="ref", empty_label=_("Choose an area…")
    )
    customer = forms.ModelChoiceField(
        Area.objects.none(), label=_("serves"), to_field_name="ref", empty_label=_("Choose an area…")
    )

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        living = Area.objects.filter(organization=organization, archived_at=None).order_by("name")
        for name, areas in (("supplier", living.exclude(kind=Kind.CLIENT)), ("customer", living)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = areas


class QuestionsForm(forms.ModelForm[GuidingQuestion]):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = Plain(
        label=_("Questions, one a line"),
        max_length=2000,
        required=False,
        help_text=_("Leave it empty to go back to the questions that Eslabón proposes."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    class Meta:
        model = GuidingQuestion
        fields = ["text"]

    def clean_text(self) -> str:
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["text"]).splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > 8:
            raise forms.ValidationError(_("At most eight questions: nobody reads more before a talk."))
        return "\n".join(lines)


class InviteForm(forms.Form):
    """The pasted list; what each line says is read by `areas.pasted`."""

    people = Plain(
        label=_("People, one a line"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("They come in as"),
        choices=[
            ("lead", pgettext_lazy("role of an invited person", "Leads of their area")),
            ("member", pgettext_lazy("role of an invited person", "Members of their area")),
            ("viewer", pgettext_lazy("role of an invited person", "Viewers: they read and do nothing else")),
            ("facilitator", pgettext_lazy("role of an invited person", "Facilitators: they manage chain and people")),
        ],
    )

    def __init__(self, area: str, *args: Any, **kwargs: Any) -> None:
        """`area` is the name of one of the areas, for the example."""
        super().__init__(*args, **kwargs)
        self.fields["people"].help_text = format_html(
            "{}<br>{}", _("Name, address, area. For example:"), f"Ana <ana@example.com>, {area}"
        )

"""Fields that take what people really type and paste: figures as they write them, text with anything in it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from areas.models import Organization
from areas.writing import plain
from requests import wording

TOO_LONG = _("This has %(show_value)d characters; at most %(limit_value)d fit. Say the essential here.")


class Words(forms.CharField):
    """Free text; `rows` makes it a text area that keeps its line breaks."""

    def __init__(self, *, max_length: int, rows: int = 0, placeholder: Any = "", **kwargs: Any) -> None:
        self.lines = bool(rows)
        attrs: dict[str, Any] = {"rows": rows} if rows else {"autocomplete": "off"}
        if placeholder:
            attrs["placeholder"] = placeholder
        kwargs.setdefault("widget", forms.Textarea(attrs=attrs) if rows else forms.TextInput(attrs=attrs))
        super().__init__(max_length=max_length, **kwargs)
        self.error_messages["max_length"] = TOO_LONG

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # The browser would cut a long paste without a word; the counter shows where the end is for text areas.
        attrs = super().widget_attrs(widget)
        if not self.lines:
            attrs.pop("maxlength", None)
        return attrs

    def to_python(self, value: Any) -> str:
        return str(super().to_python(plain(str(value), lines=self.lines) if value else value) or "")


def read_number(text: str, locale: Locale) -> Decimal:
    """A figure as people write it: 95,5 and 95.5 are the same. Raises ValueError.

    Only where a comma or point groups thousands in the country, and three figures follow it, does it mean thousands.
    """
    text = re.sub(r"[\s'’_]", "", unicodedata.normalize("NFKC", text)).removesuffix("%")
    found = re.fullmatch(r"([+\-−]?)(\d[\d.,]*|[.,]\d+)", text)
    if not found:
        raise ValueError(text)
    sign, digits = found.groups()
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        groups, decimal = (".", ",") if comma > point else (",", ".")
        if digits.count(decimal) > 1:
            raise ValueError(text)
        digits = digits.replace(groups, "").replace(decimal, ".")
    elif digits.count(",") + digits.count(".") > 1:
        if not re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits):
            raise ValueError(text)
        digits = digits.replace(",", "").replace(".", "")
    elif comma >= 0 or point >= 0:
        mark = "," if comma >= 0 else "."
        groups_by = locale.number_symbols["latn"]["group"]
        thousands = mark == groups_by and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)
        digits = digits.replace(mark, "" if thousands else ".")
    try:
        # Without the zero a "-0" would stay what it is.
        return Decimal(("-" if sign in ("-", "−") else "") + digits) + 0
    except InvalidOperation as error:
        raise ValueError(text) from error


class Number(forms.CharField):
    """A figure in the country's way of writing; shows a stored one the same way."""

    def __init__(self, *, organization: Organization | None = None, **kwargs: Any) -> None:
        self.organization = organization
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 7}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal) and self.organization:
            return wording.number(value, self.organization)
        return value

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        if len(text) > 40:
            raise ValidationError(_("Write a figure, for example 95 or 0.5."), code="invalid")
        assert self.organization is not None
        try:
            number = read_number(text, wording.locale_of(self.organization))
        except ValueError as error:
            raise ValidationError(_("Write a figure, for example 95 or 0.5."), code="invalid") from error
        if abs(number) >= Decimal(10) ** 10:
            raise ValidationError(_("This figure is too large; choose a larger unit."), code="large")
        rounded = round(number, 4)
        if rounded != number:
            raise ValidationError(_("At most four places after the point."), code="places")
        return rounded


class Day(forms.DateField):
    """A day, by the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("Write a day, for example 2027-03-15.")


class Hour(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("Write an hour, for example 12:00.")


FARTHEST_YEARS = 10


def ahead(on: date, today: date) -> None:
    """A day on which something can still be promised. Raises ValidationError."""
    if on < today:
        raise ValidationError(_("This day has passed: choose today or a later day."), code="past")
    if on.year > today.year + FARTHEST_YEARS:
        raise ValidationError(_("This is more than ten years away: look at the year again."), code="far")

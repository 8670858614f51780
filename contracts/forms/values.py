"""Many measured values at once, pasted or from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Organization
from areas.writing import plain
from contracts.forms.contract import SaidAloud
from contracts.pasted import MOST_LINES, Pasted, read_values

LARGEST_FILE = 200_000


class ValuesForm(SaidAloud):
    """`lines` is what was read; a form without one line that can be taken over is still valid: the page shows why."""

    field_order = ["said_by", "text", "file"]

    text = forms.CharField(
        label=gettext_lazy("Paste dates and values, one pair a line"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        max_length=120_000,
        required=False,
    )
    file = forms.FileField(
        label=gettext_lazy("or choose a CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
        required=False,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.lines: list[Pasted] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        upload = cleaned.get("file")
        if upload and upload.size > LARGEST_FILE:
            self.add_error("file", _("This file is too large: at most 1,000 lines of a date and a value."))
            return cleaned
        text = _decoded(upload.read()) if upload else str(cleaned.get("text") or "")
        text = plain(text, lines=True) if upload is None else text
        cleaned["text"] = text
        if not text.strip():
            self.add_error("text", _("Paste at least one line, or choose a file."))
            return cleaned
        if text.count("\n") >= 2 * MOST_LINES:
            self.add_error("text", _("At most 1,000 lines at once."))
            return cleaned
        lines = read_values(text, self.organization)
        if len(lines) > MOST_LINES:
            self.add_error("text", _("At most 1,000 lines at once."))
        elif not lines:
            self.add_error("text", _("There is no line with a date and a value in it."))
        else:
            self.lines = lines
        return cleaned


def _decoded(data: bytes) -> str:
    """What spreadsheets save: UTF-8, UTF-16 with its mark, or the old code page."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace").replace("\x00", "")
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").replace("\x00", "")

"""A chain that is about to be drawn from a template, on a page of the workshop: renamed, taken out, added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from areas.chain_templates import LINE, TEMPLATES, Planned, Template, closed_up, planned
from areas.forms import OWN_KINDS
from areas.preview import thumbnail
from areas.views.wizard import drawn_templates, shown_rows, typed_rows


@dataclass
class ChainDraft:
    """`is_sent`: to be drawn now; otherwise another template was chosen, or the page is opened."""

    template: Template
    rows: list[Planned]
    language: str
    client: str
    is_sent: bool

    @classmethod
    def of(cls, request: HttpRequest, language: str, client: str = "") -> ChainDraft:
        """What was typed; a template that was just picked comes as it is offered, in that language."""
        picked = request.POST.get("pick", "")
        template = TEMPLATES.get(picked or request.POST.get("chain", ""), LINE)
        is_sent = request.method == "POST" and not picked
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            has_rows = any(name.startswith("name-") for name in request.POST)
            rows = typed_rows(request, template) if is_sent and has_rows else planned(template)
            return cls(template, rows, language, client or pgettext("name of an area", "Client"), is_sent)

    @property
    def kept(self) -> list[Planned]:
        return closed_up(self.rows)

    @property
    def is_good(self) -> bool:
        return bool(self.kept) and not any(row.wrong for row in shown_rows(self.rows, self.client))

    def context(self) -> dict[str, Any]:
        shown = shown_rows(self.rows, self.client)
        with translation.override(self.language):
            pictures = [(one, thumbnail(rows), [row.name for row in rows]) for one, rows in drawn_templates()]
        nobody = _("A chain has at least one area beside the client. Who meets the client first?")
        return {
            "template": self.template,
            "templates": pictures,
            "rows": shown,
            "kinds": OWN_KINDS,
            "wrong": [row for row in shown if row.wrong] if self.is_sent else [],
            "problem": nobody if self.is_sent and not self.kept else "",
        }

"""How well promises are kept, in a cell or on a line: the figure, whole numbers beside it, thirteen weeks drawn."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from areas.models import Organization
from contracts.rates import Rate
from contracts.trend import SMALL, draw, words
from requests.wording import amount

register = template.Library()


@register.filter
def percent(rate: Rate, organization: Organization) -> str:
    return "" if rate.percent is None else amount(Decimal(rate.percent), "%", organization)


@register.simple_tag
def kept_rate(rate: Rate, organization: Organization, ident: str) -> SafeString:
    """Nothing counted yet: a dash. `ident` is its own on the page."""
    if not rate.counted:
        return mark_safe('<span class="muted" aria-hidden="true">–</span>')
    figures = _("%(kept)s of %(counted)s") % {"kept": rate.kept, "counted": rate.counted}
    drawn = draw(rate.weeks, words(rate.weeks, organization), size=SMALL, ident=ident) if rate.weeks else ""
    return mark_safe(
        f'<span class="rate"><span class="rate-said"><b>{escape(percent(rate, organization))}</b> '
        f'<span class="small muted">{escape(figures)}</span></span>{drawn}</span>'
    )

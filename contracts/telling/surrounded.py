"""What stands around the picture: how well promises are kept, and the problem of the client."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.telling.speech import Speech
from contracts.telling.words import NOWHERE
from contracts.trend import Size
from contracts.trend import draw as draw_trend
from contracts.trend import words as trend_words
from requests.wording import amount, date_only, number
from requests.words import Moment, Process


class Headline(NamedTuple):
    """How well the house keeps its promises: the figure, whole numbers, what is counted apart, the chart of it."""

    figure: str
    counted: str
    apart: str
    trend: SafeString


class Slab(NamedTuple):
    """The client's problem in focus."""

    href: str
    statement: str
    facts: str
    figure: str
    figure_words: str


class Surrounded(Speech):
    """The headline and the problem in focus."""

    def headline(self, size: Size, ident: str) -> Headline | None:
        """None as long as no promise fell due."""
        rate = self.chain.rate
        if not (rate.counted or rate.unjudged or rate.waived):
            return None
        counted = ngettext(
            "%(kept)s of %(n)s promise kept, in %(weeks)s weeks",
            "%(kept)s of %(n)s promises kept, in %(weeks)s weeks",
            rate.counted,
        ) % {"kept": rate.kept, "n": rate.counted, "weeks": len(rate.weeks)}
        apart = []
        for words, n in (
            (ngettext("%(n)s not judged", "%(n)s not judged", rate.unjudged), rate.unjudged),
            (ngettext("%(n)s waived", "%(n)s waived", rate.waived), rate.waived),
            (ngettext("%(n)s cancelled", "%(n)s cancelled", rate.cancelled), rate.cancelled),
        ):
            if n:
                apart.append(words % {"n": n})
        drawn = draw_trend(rate.weeks, trend_words(rate.weeks, self.org), size=size, ident=ident)
        return Headline(
            self._percent(rate) or "–",
            counted,
            _("Counted apart: %(what)s") % {"what": ", ".join(apart)} if apart else "",
            mark_safe(drawn),
        )

    def problem(self) -> Slab | None:
        problem = self.chain.problem
        if problem is None:
            return None
        facts = _("%(process)s · %(moment)s · accountable from start to end: %(area)s") % {
            "process": Process(problem.process).label,
            "moment": Moment(problem.moment).label,
            "area": problem.accountable,
        }
        figure = words = ""
        if problem.baseline is not None and problem.target is not None:
            figure = f"{number(problem.baseline, self.org)} → {amount(problem.target, problem.unit, self.org)}"
        if problem.value is not None and problem.measured_on is not None:
            words = _("%(indicator)s: %(value)s on %(day)s") % {
                "indicator": problem.indicator,
                "value": amount(problem.value, problem.unit, self.org),
                "day": date_only(problem.measured_on, self.org),
            }
        else:
            words = problem.indicator
        return Slab(self._problem.replace(NOWHERE, problem.ref), problem.statement, facts, figure, words)

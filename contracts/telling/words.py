"""The few words of a pill, a badge, a note. Fetched once for each number; whoever says them fills in the rest."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

NOWHERE = "-" * 12  # stands for a ref in an address that is filled in many times

PILLS = {
    "broken": "broken",
    "unmet": "unmet",
    "at_risk": "soon",
    "unanswered": "unanswered",
    "soon": "soon",
    "paused": "paused",
    "open": "asked",
    "to_judge": "delivered",
    "to_sign": "unsigned",
    "kept": "kept",
    "quiet": "neutral",
}

# What a standing counts, the worst first.
COUNTED = {
    "broken": "broken",
    "unmet": "unmet",
    "at_risk": "at_risk",
    "unanswered": "unanswered",
    "soon": "soon",
    "paused": "paused",
    "open": "open",
    "to_judge": "to_judge",
    "to_sign": "to_sign",
    "kept": "in_force",
    "quiet": "needs",
}

# What an area says of itself: what its standing counts.
NOTED = {
    "broken": "broken",
    "unanswered": "unanswered",
    "soon": "soon",
    "paused": "paused",
    "open": "to_answer",
    "to_judge": "to_judge",
    "promises": "in_force",
    "quiet": "in_force",
}

RANK = {standing: rank for rank, standing in enumerate(COUNTED)}

# Of what is broken: what else than that it is late.
BROKEN = {"sent_back": "sent_back", "again": "sent_back", "off_target": "off_target", "late": "delivered_late"}


def pill_said(which: str, n: int) -> str:
    match which:
        case "late":
            return ngettext("%(n)s day late", "%(n)s days late", n) % {"n": n}
        case "unanswered":
            return ngettext("no answer for %(n)s day", "no answer for %(n)s days", n) % {"n": n}
        case "sent_back":
            return _("sent back")
        case "off_target":
            return _("off target")
        case "delivered_late":
            return _("delivered late")
        case "paused":
            return pgettext("a promise", "paused")
        case "unjudged":
            return pgettext("a promise", "not judged")
        case "to_judge":
            return pgettext("a promise", "to judge")
        case "declined":
            return _("declined")
        case "due":
            return _("due %(day)s")
        case "answer_by":
            return _("answer by %(day)s")
        case _:
            return pgettext("a promise", "at risk")


def saying(standing: str, n: int) -> str:
    """Two or three words: they stand on a badge."""
    values = {"n": n}
    if standing == "broken":
        return ngettext("%(n)s broken", "%(n)s broken", n) % values
    if standing == "unmet":
        return ngettext("%(n)s unmet", "%(n)s unmet", n) % values
    if standing == "at_risk":
        return ngettext("%(n)s at risk", "%(n)s at risk", n) % values
    if standing == "unanswered":
        return ngettext("%(n)s unanswered", "%(n)s unanswered", n) % values
    if standing == "soon":
        return ngettext("%(n)s due soon", "%(n)s due soon", n) % values
    if standing == "paused":
        return ngettext("%(n)s paused", "%(n)s paused", n) % values
    if standing == "to_judge":
        return ngettext("%(n)s to judge", "%(n)s to judge", n) % values
    if standing == "open":
        return ngettext("%(n)s to answer", "%(n)s to answer", n) % values
    if standing == "to_sign":
        return ngettext("%(n)s to sign", "%(n)s to sign", n) % values
    if standing == "promises":
        return ngettext("%(n)s promise", "%(n)s promises", n) % values
    if standing == "kept":
        return ngettext("%(n)s in force", "%(n)s in force", n) % values
    return pgettext("a link or an area", "nothing yet")

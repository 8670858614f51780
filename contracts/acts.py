"""What a person can do about one delivery now: the one list behind the buttons of desk, sheet and promise page."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.access import Actor
from areas.addresses import address
from contracts import by_link, keeping
from contracts.models import Occurrence


@dataclass(frozen=True)
class Chance:
    """One act that is possible. `recording`: a facilitator would write down what a side said aloud."""

    verb: str
    label: str
    url: str
    recording: bool = False
    # The one thing to do; the others stand in a menu.
    first: bool = False


def chances(occurrence: Occurrence, actor: Actor, only: Container[str] | None = None) -> list[Chance]:
    """Of a row that was read with its two areas; asks the database nothing but the person's parts, once.

    `only`: the verbs for which whoever shows them has a place.
    """
    if actor.is_viewer:
        return []
    found: list[Chance] = []
    for verb, why_not, first in _VERBS:
        if only is not None and verb not in only:
            continue
        recording = False
        refusal = why_not(occurrence, actor)
        if refusal and actor.is_facilitator and verb != "client_link":
            recording = True
            refusal = why_not(occurrence, actor, recording=True)
        if refusal is None:
            found.append(
                Chance(
                    verb=verb,
                    label=_label(verb, occurrence, recording),
                    url=address(f"contracts:{verb}", org=actor.organization.ref, ref=occurrence.ref),
                    recording=recording,
                    first=first and not recording,
                )
            )
    return found


_VERBS: tuple[tuple[str, Callable[..., str | None], bool], ...] = (
    ("deliver", keeping.why_not_deliver, True),
    ("judge", keeping.why_not_judge, True),
    ("client_link", by_link.why_not_link, False),
    ("waive", keeping.why_not_waive, False),
    ("retract", keeping.why_not_retract, False),
    ("reconsider", keeping.why_not_reconsider, False),
)


_SAID = {
    "deliver": pgettext_lazy("delivery", "Done"),
    "judge": _("Say how it was"),
    "client_link": _("Ask the client"),
    "waive": _("Let it go"),
    "retract": _("The delivery was a mistake"),
    "reconsider": _("My answer was a mistake"),
}
_SAID_ALOUD = {
    "deliver": _("%(area)s says: done"),
    "judge": _("%(area)s says how it was"),
    "waive": _("%(area)s lets it go"),
    "retract": _("%(area)s takes the delivery back"),
    "reconsider": _("%(area)s takes its answer back"),
}


def _label(verb: str, occurrence: Occurrence, recording: bool) -> str:
    if not recording:
        return str(_SAID[verb])
    side = occurrence.owes if verb in ("deliver", "retract") else occurrence.owed
    return str(_SAID_ALOUD[verb]) % {"area": side.name}

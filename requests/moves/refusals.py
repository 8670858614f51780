"""Why an act is not done: a sentence for the person who tried."""

from __future__ import annotations

from django.utils.translation import gettext as _

from requests.models import Ask
from requests.states import State


class Refused(Exception):
    """The act is not to be done now; `sentence` says why, in the active language."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Overtaken(Refused):
    """Somebody acted after this person opened the page; `ask` is the row as it stands now."""

    def __init__(self, ask: Ask) -> None:
        last = ask.acts.order_by("-n").first()
        if last and last.by_name:
            sentence = _("Meanwhile %(name)s acted on this: it is now «%(state)s». Look again before you answer.") % {
                "name": last.by_name,
                "state": State(ask.state).label,
            }
        else:
            sentence = _("Meanwhile this changed: it is now «%(state)s». Look again before you answer.") % {
                "state": State(ask.state).label
            }
        super().__init__(sentence)
        self.ask = ask

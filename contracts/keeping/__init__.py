"""What people do with a promise that falls due: report it done, judge it, forgive it, put a mistake right.

Each deed is one transaction, conditional on the occurrence as the person saw it; it writes facts, which nothing changes
afterwards, and the columns follow from them (contracts.deriving). Of two people at the same instant the second is shown
what the first one did (`ChangedMeanwhile`).
"""

from areas.editing import ChangedMeanwhile
from contracts.keeping.deeds import (
    deliver,
    judge,
    judge_as_client,
    reconsider,
    retract,
    started,
    waive,
)
from contracts.keeping.rules import (
    may_judge,
    serves_the_client,
    why_not_deliver,
    why_not_enter_values,
    why_not_judge,
    why_not_reconsider,
    why_not_retract,
    why_not_start,
    why_not_waive,
)
from contracts.keeping.values import Checked, ValuesRefused, check_values, deliver_values
from requests.moves import Refused

__all__ = [
    "ChangedMeanwhile",
    "Checked",
    "Refused",
    "ValuesRefused",
    "check_values",
    "deliver",
    "deliver_values",
    "judge",
    "judge_as_client",
    "may_judge",
    "reconsider",
    "retract",
    "serves_the_client",
    "started",
    "waive",
    "why_not_deliver",
    "why_not_enter_values",
    "why_not_judge",
    "why_not_reconsider",
    "why_not_retract",
    "why_not_start",
    "why_not_waive",
]

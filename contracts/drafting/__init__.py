"""From agreed asks to a contract in force: what the next version would say, who signed it, what changes with it.

The proposal is not stored: it is what follows from the version in force, the agreed asks and the standing removals.
A signature names the fingerprint of the proposal that it was given for and lapses by itself when that changes. The
second signature writes the version and its clauses, once and for ever.
"""

from contracts.access import contract_of
from contracts.drafting.comparing import Change, compare
from contracts.drafting.proposing import (
    MATTER,
    Line,
    Matter,
    Proposal,
    fingerprint,
    in_force,
    lines_of,
    matter_of,
    proposal,
)
from contracts.drafting.removing import propose_removal, take_back_removal
from contracts.drafting.rules import (
    lapsed,
    provisional,
    signatures,
    signs_in_workshop,
    standing_signatures,
    why_not_confirm,
    why_not_remove,
    why_not_shoes,
    why_not_sign,
)
from contracts.drafting.shoes import SHOES, confirm_shoes, last_shoes, set_review, write_shoes
from contracts.drafting.signing import ProposalChanged, confirm, sign

__all__ = [
    "Change",
    "Line",
    "MATTER",
    "Matter",
    "Proposal",
    "ProposalChanged",
    "SHOES",
    "compare",
    "confirm",
    "confirm_shoes",
    "contract_of",
    "fingerprint",
    "in_force",
    "lapsed",
    "last_shoes",
    "lines_of",
    "matter_of",
    "proposal",
    "propose_removal",
    "provisional",
    "set_review",
    "sign",
    "signatures",
    "signs_in_workshop",
    "standing_signatures",
    "take_back_removal",
    "why_not_confirm",
    "why_not_remove",
    "why_not_shoes",
    "why_not_sign",
    "write_shoes",
]

"""The acts of a conversation. Each is one transaction: conditional on the ask as it was seen, one immutable row, one
line in the journal. `why_not` is the one rule behind the guard, the button and the sentence.
"""

from requests.moves.acts import (
    acknowledge,
    agree,
    amend,
    counter,
    decline,
    draft,
    keep_draft,
    say,
    send,
    withdraw,
)
from requests.moves.refusals import Overtaken, Refused
from requests.moves.rows import Author, Fields, author
from requests.moves.rules import (
    areas_of,
    default_answer_by,
    possible,
    side_of,
    sides_of,
    why_not,
    why_not_amend,
    why_not_draft,
)

__all__ = [
    "Author",
    "Fields",
    "Overtaken",
    "Refused",
    "acknowledge",
    "agree",
    "amend",
    "areas_of",
    "author",
    "counter",
    "decline",
    "default_answer_by",
    "draft",
    "keep_draft",
    "possible",
    "say",
    "send",
    "side_of",
    "sides_of",
    "why_not",
    "why_not_amend",
    "why_not_draft",
    "withdraw",
]

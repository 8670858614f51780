from areas.models.journal import JournalEntry
from areas.models.map import Area, GuidingQuestion, Link
from areas.models.people import AreaPart, Invitation, Membership, Organization, User

__all__ = [
    "Area",
    "AreaPart",
    "GuidingQuestion",
    "Invitation",
    "JournalEntry",
    "Link",
    "Membership",
    "Organization",
    "User",
]

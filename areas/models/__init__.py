from areas.models.journal import JournalEntry
from areas.models.map import Area, GuidingQuestion, Link
from areas.models.people import AreaPart, CalendarEdition, Invitation, Membership, Organization, User

__all__ = [
    "Area",
    "AreaPart",
    "CalendarEdition",
    "GuidingQuestion",
    "Invitation",
    "JournalEntry",
    "Link",
    "Membership",
    "Organization",
    "User",
]

"""Guiding questions per kind of area (S2.1): what an area asks itself before it speaks with its customer.

The defaults below are translated like any other words. An organization may put its own in their place, per kind and
language.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from areas import journal
from areas.access import Actor
from areas.editing import ChangedMeanwhile, save_if_unchanged
from areas.models import Area, GuidingQuestion, Organization
from areas.words import Kind

DEFAULTS: dict[Kind, tuple[Promise, ...]] = {
    Kind.CLIENT: (
        _("What was I trying to get done when I knocked on your door?"),
        _("How often did I have to tell my story again?"),
        _("Would I recommend you to somebody I like?"),
    ),
    Kind.SALES: (
        _("Did I listen, or did I wait for my turn to pitch?"),
        _("Did I promise only what the next area can keep?"),
        _("Does everybody behind me know what I promised, in the client's words?"),
    ),
    Kind.MARKETING: (
        _("Does what we announce match what the client then lives through?"),
        _("Whom do we speak to: a client we know, or a target group?"),
        _("What did we learn from clients this month that changed a message?"),
    ),
    Kind.SUPPORT: (
        _("Did the client have to explain the problem more than once?"),
        _("Did we solve it, or close the ticket?"),
        _("Who inside should hear what this client told us?"),
    ),
    Kind.SERVICES: (
        _("Did we solve what the client needed, or what the contract said?"),
        _("Does the client know what comes next, and when?"),
        _("What did we leave the client able to do alone?"),
    ),
    Kind.LOGISTICS: (
        _("Did we arrive when we said, where we said, complete?"),
        _("Who learns first that something is late: us or the client?"),
        _("What do we need in the order so that nobody has to call back?"),
    ),
    Kind.OPERATIONS: (
        _("Did we arrive on time?"),
        _("Did it work?"),
        _("Did we make it easy?"),
    ),
    Kind.PRODUCTION: (
        _("Do we know for whom the order on the line is, and for which day?"),
        _("What do we need, and how early, to keep that day?"),
        _("Does the next area learn of a delay before it hurts?"),
    ),
    Kind.QUALITY: (
        _("Do we measure what the client would notice?"),
        _("Did what we found this month change how the work is done?"),
        _("Whom did we help to get it right the first time?"),
    ),
    Kind.PURCHASING: (
        _("Does the area that needs it know when it will be here?"),
        _("Which missing supply stopped somebody's promise this month?"),
        _("Do our suppliers know for which promise we need them?"),
    ),
    Kind.ADMINISTRATION: (
        _("Which of our procedures makes a promise to the client late?"),
        _("Do those who wait for us know how long it takes?"),
        _("What could we ask for once instead of three times?"),
    ),
    Kind.FINANCE: (
        _("Does the client understand the invoice without calling?"),
        _("Do the areas get their figures in time to decide with them?"),
        _("Which rule of ours protects nobody and delays somebody?"),
    ),
    Kind.HUMAN_RESOURCES: (
        _("Do we treat our people as we want them to treat the client?"),
        _("Which person at which desk is missing for a promise to be kept?"),
        _("Do people know for which client they work today?"),
    ),
    Kind.TALENT: (
        _("Do we look for people who care for clients, or only for those who fit the form?"),
        _("Did every candidate get an answer?"),
        _("Does the area know when its person will come?"),
    ),
    Kind.IT: (
        _("Does the system make the promise easier to keep, or harder?"),
        _("When it fails, who waits, and do they know until when?"),
        _("Which thing do people type twice because of us?"),
    ),
    Kind.MANAGEMENT: (
        _("When did I last speak with a client myself?"),
        _("Which of my decisions made a promise of another area harder to keep?"),
        _("How much of my time this week went to the client's problems?"),
    ),
    Kind.OTHER: (
        _("Who is our customer inside, and what is that area trying to get done?"),
        _("What do we need in return to keep our word?"),
        _("How will our customer notice that it worked?"),
    ),
}


def defaults(kind: str, language: str) -> list[str]:
    """What Eslabón proposes for the kind, in the language."""
    with translation.override(language):
        return [str(question) for question in DEFAULTS[Kind(kind)]]


def questions_for(area: Area, language: str) -> list[str]:
    """The questions that this area meets: the organization's own words, else the proposed ones. One query."""
    own = (
        GuidingQuestion.objects.filter(organization_id=area.organization_id, kind=area.kind, language=language)
        .values_list("text", flat=True)
        .first()
    )
    return own.splitlines() if own else defaults(area.kind, language)


def own_questions(organization: Organization) -> dict[tuple[str, str], GuidingQuestion]:
    """(kind, language) → the organization's own words, where it has any. One query."""
    rows = GuidingQuestion.objects.filter(organization=organization).exclude(text="")
    return {(row.kind, row.language): row for row in rows}


@transaction.atomic
def write(actor: Actor, kind: str, language: str, *, version: int, text: str, now: datetime) -> None:
    """Put the organization's own questions in place; an empty text goes back to the proposed ones.

    `version` is 0 for a form that was opened when there were none. Raises ChangedMeanwhile.
    """
    organization = actor.organization
    key = {"organization": organization, "kind": kind, "language": language}
    row = GuidingQuestion.objects.filter(**key).first()
    if row is None and version == 0:
        try:
            with transaction.atomic():
                GuidingQuestion.objects.create(**key, text=text)
        except IntegrityError:
            raise ChangedMeanwhile(GuidingQuestion.objects.get(**key)) from None
    elif row is None:
        raise ChangedMeanwhile(GuidingQuestion(**key, text="", version=0))
    else:
        row.text = text
        save_if_unchanged(row, version, ["text"])
    journal.record(organization, "questions.changed", by=actor.membership, now=now, facts={"kind": str(kind)})

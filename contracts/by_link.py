"""The real client judges one delivery behind a signed link: no account, one delivery, thirty days, one language.

The link says nothing but which delivery, which of its reports, and the language; the signature is its only key. Who
serves the client never holds it (S1.2): a facilitator or a voice from another area copies it or sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.copying import why_no_letter
from contracts.access import occurrence_by_link
from contracts.models import Occurrence
from post import letters
from post.models import Letter

LASTS = timedelta(days=30)
# Letters about one delivery, whoever sends them.
MOST_LETTERS = 5
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
LONGEST = 300

_signer = TimestampSigner(salt="contracts.client", sep="~")


@dataclass(frozen=True)
class Held:
    """What a link leads to. `over` says why it leads no further: "expired", "judged", "gone"."""

    occurrence: Occurrence
    delivery: int
    language: str
    over: str = ""


def token_for(occurrence: Occurrence, language: str) -> str:
    """For the delivery that stands now."""
    return _signer.sign_object([occurrence.ref, occurrence.deliveries, language])


def path_for(occurrence: Occurrence, language: str) -> str:
    return reverse("contracts:client_verdict", args=[token_for(occurrence, language)])


def read(token: str) -> Held | None:
    """None for what we never signed."""
    if len(token) > LONGEST:
        return None
    over = ""
    try:
        said = _signer.unsign_object(token, max_age=LASTS)
    except SignatureExpired:
        said, over = _signer.unsign_object(token), "expired"
    except (BadSignature, ValueError):
        return None
    ref, delivery, language = said
    occurrence = occurrence_by_link(ref)
    if occurrence is None or language not in LANGUAGES:
        return None
    if not over:
        over = _over(occurrence, delivery)
    return Held(occurrence, delivery, language, over)


def _over(occurrence: Occurrence, delivery: int) -> str:
    if occurrence.waived_at or occurrence.cancelled_at:
        return "gone"
    judged = occurrence.judged_at is not None or occurrence.deliveries > delivery
    if judged or occurrence.failed_at and occurrence.delivered_at is None:
        return "judged"
    return "" if occurrence.delivered_at is not None and occurrence.deliveries == delivery else "gone"


def why_not_link(occurrence: Occurrence, actor: Actor) -> str | None:
    """None if this person may hold the link, else the sentence that says why not."""
    if not occurrence.owed.is_client:
        return _("Only what the client was promised is judged by the client.")
    if refusal := why_no_letter(actor.organization):
        return refusal
    voice = actor.may_decide_for(occurrence.owed_id) and not actor.may_speak_for(occurrence.owes_id)
    if not voice and not actor.is_facilitator:
        sentence = _("A facilitator or a voice of the client, from another area than %(area)s, sends the link.")
        return sentence % {"area": occurrence.owes.name}
    if occurrence.delivered_at is None or occurrence.judged_at is not None or occurrence.settled_at is not None:
        return _("There is no delivery here that waits for the client's verdict.")
    return None


@transaction.atomic
def send(
    occurrence: Occurrence, actor: Actor, *, email: str, name: str, words: str, language: str, now: datetime
) -> bool:
    """One letter per address and delivery, also when it is asked for twice. False: there were too many already."""
    prefix = f"client:{occurrence.ref}:{occurrence.deliveries}:"
    key = prefix + blake2b(email.encode(), digest_size=12).hexdigest()
    known = set(Letter.objects.filter(key__startswith=prefix).values_list("key", flat=True))
    if key in known:
        return True
    if len(known) >= MOST_LETTERS:
        return False
    clause = occurrence.commitment.clause
    context = {
        "organization": occurrence.organization,
        "area": occurrence.owes,
        "promise": clause,
        "occurrence": occurrence,
        "name": name,
        "words": words,
        "sender": actor.membership.name,
        "link": path_for(occurrence, language),
        "expires_at": now + LASTS,
    }
    subject, text, html = letters.render("contracts/client", context, language, zone=occurrence.organization.tz)
    letters.write(
        key=key,
        kind="contracts.client",
        to_email=email,
        to_name=name,
        language=language,
        subject=subject,
        text=text,
        html=html,
        organization_ref=occurrence.organization.ref,
        now=now,
    )
    journal.record(
        occurrence.organization,
        "client.asked",
        by=actor.membership,
        now=now,
        area=occurrence.owed,
        link=occurrence.link,
        subject=("promise", occurrence.commitment.ref),
        facts={"outcome": clause.outcome},
    )
    return True

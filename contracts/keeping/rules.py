"""Who may do what with an occurrence, and when: one rule behind the guard, the button and the sentence.

The owing area reports, the owed area judges. Nobody who has a part in the performing area judges for the receiving
one; on the client's own links that leaves a voice from elsewhere, a facilitator, or the real client by a signed link.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from areas.access import Actor
from areas.words import Kind
from contracts.models import Commitment, Occurrence
from requests.words import Shape


def serves_the_client(occurrence: Occurrence | Commitment) -> bool:
    """Whether the receiver is the client, outside the company."""
    return occurrence.owed.kind == Kind.CLIENT


# The performing side --------------------------------------------------------------------------------------------------


def why_not_deliver(occurrence: Occurrence, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may report it done now, else the sentence that says why not. With `recording` a facilitator
    writes down what the side said aloud.
    """
    return _over(occurrence) or _delivered_already(occurrence) or _not_of_the_performer(occurrence, actor, recording)


def why_not_retract(occurrence: Occurrence, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may say that the delivery was reported by mistake, also after it was accepted."""
    refusal = _over(occurrence)
    if refusal:
        return refusal
    if occurrence.delivered_at is None:
        return _("There is no delivery to take back.")
    return _not_of_the_performer(occurrence, actor, recording)


def why_not_enter_values(commitment: Commitment, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may enter many measured values of this promise at once."""
    if commitment.clause.shape != Shape.MEASURED:
        return _("This promise has no number to be entered.")
    return _not_of_the_performer(commitment, actor, recording)


def _delivered_already(occurrence: Occurrence) -> str | None:
    return _("This was reported as delivered already.") if occurrence.delivered_at is not None else None


def _not_of_the_performer(row: Occurrence | Commitment, actor: Actor, recording: bool) -> str | None:
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if actor.is_viewer:
        return _("You take part as a reader here.")
    if not actor.may_speak_for(row.owes_id):
        return _("Only people of %(area)s report this.") % {"area": row.owes.name}
    return None


# The receiving side ---------------------------------------------------------------------------------------------------


def why_not_judge(occurrence: Occurrence, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may judge the delivery now."""
    refusal = _over(occurrence)
    if refusal:
        return refusal
    if occurrence.delivered_at is None:
        return _("Nothing was delivered yet.")
    if occurrence.judged_at is not None:
        return _("A verdict was given already.")
    return may_judge(occurrence, actor, recording=recording)


def why_not_reconsider(occurrence: Occurrence, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may take back the last verdict, or that it was forgiven; a new one is then to be given."""
    if occurrence.cancelled_at is not None:
        return _over(occurrence)
    if occurrence.judged_at is None and occurrence.waived_at is None:
        return _("There is no verdict to take back.")
    return may_judge(occurrence, actor, recording=recording)


def why_not_waive(occurrence: Occurrence, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may forgive it: whatever is not settled."""
    refusal = _over(occurrence)
    if refusal:
        return refusal
    if occurrence.settled_at is not None:
        return _("This is settled.")
    return may_judge(occurrence, actor, recording=recording)


def may_judge(row: Occurrence | Commitment, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person speaks for the receiver in a verdict."""
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if actor.is_viewer:
        return _("You take part as a reader here.")
    by_facilitator = serves_the_client(row) and actor.is_facilitator
    if not by_facilitator and not actor.may_decide_for(row.owed_id):
        if serves_the_client(row):
            return _("The client judges this: by a signed link, or through a voice of the client or a facilitator.")
        return _("A lead of %(area)s judges this.") % {"area": row.owed.name}
    if row.owes_id in actor.parts:
        return _("You belong to %(area)s, which delivers this. Somebody else judges it.") % {"area": row.owes.name}
    return None


# Both sides -----------------------------------------------------------------------------------------------------------


def why_not_start(commitment: Commitment, actor: Actor, *, recording: bool = False) -> str | None:
    """None if the person may say that the event happened from which the promise counts. Either side may know it."""
    promise = commitment.clause
    if promise.shape != Shape.ONCE or not promise.within:
        return _("This promise does not count from an event.")
    if commitment.ended_at is not None:
        return _("This promise has ended.")
    if recording:
        return None if actor.is_facilitator else _("Only a facilitator writes down what somebody else said.")
    if actor.is_viewer:
        return _("You take part as a reader here.")
    if not (actor.may_speak_for(commitment.owes_id) or actor.may_speak_for(commitment.owed_id)):
        return _("Only people of %(asker)s and %(performer)s act here.") % {
            "asker": commitment.owed.name,
            "performer": commitment.owes.name,
        }
    return None


def _over(occurrence: Occurrence) -> str | None:
    if occurrence.cancelled_at is not None:
        return _("The promise ended before this fell due.")
    if occurrence.waived_at is not None:
        return _("This was forgiven.")
    return None

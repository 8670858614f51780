"""The deeds, one transaction each. See the package's own words."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas import journal, working
from areas.access import Actor
from areas.editing import ChangedMeanwhile
from areas.models import Area, AreaPart
from contracts import clock, depending, deriving
from contracts.keeping import rules
from contracts.models import Commitment, Fact, Occurrence
from contracts.schedule import due_after
from contracts.words import Deed, Voice
from requests.models import Promise
from requests.moves import Author, Refused, author
from requests.words import Shape

LARGEST = Decimal(10) ** 10
PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)


# The performing side --------------------------------------------------------------------------------------------------


@transaction.atomic
def deliver(
    occurrence: Occurrence,
    actor: Actor,
    *,
    version: int,
    now: datetime,
    at: datetime | None = None,
    note: str = "",
    value: Decimal | None = None,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
    self_worked: bool | None = None,
    self_easy: bool | None = None,
    said_by: str = "",
) -> Occurrence:
    """Report it done: now, or `at` an earlier moment since its clock runs. A promise with a number says the number, or
    the two of which it is the share. Raises Refused, ChangedMeanwhile.
    """
    row, story = held(occurrence, version)
    _guard(rules.why_not_deliver(row, actor, recording=bool(said_by)))
    figures = measured(row.commitment.clause, value, numerator, denominator)
    who = author(actor, said_by)
    fact = write_delivery(
        row,
        story,
        at=_moment_of(row, story, at, now),
        now=now,
        who=who,
        words=note.strip(),
        worked=self_worked,
        easy=self_easy,
        **figures,
    )
    _settle(row, story, now)
    _tell(row, "delivery.reported", who, row.owes, now, words=fact.words, value=fact.value)
    return row


@transaction.atomic
def retract(
    occurrence: Occurrence, actor: Actor, *, version: int, now: datetime, words: str, said_by: str = ""
) -> Occurrence:
    """The delivery was reported by mistake: it counts no more, and neither does the verdict on it. The clock goes on as
    if it had never been. Raises Refused, ChangedMeanwhile.
    """
    row, story = held(occurrence, version)
    _guard(rules.why_not_retract(row, actor, recording=bool(said_by)))
    _wordless(words, _("Say what was wrong with it."))
    mistaken = deriving.told(story.facts).delivery
    assert mistaken is not None
    who = author(actor, said_by)
    deriving.note(
        row, story, Deed.RETRACTED, at=now, now=now, who=who, for_area=row.owes, words=words.strip(), corrects=mistaken
    )
    _settle(row, story, now, undone_at=mistaken.at)
    _tell(row, "delivery.retracted", who, row.owes, now, words=words)
    return row


# The receiving side ---------------------------------------------------------------------------------------------------


@transaction.atomic
def judge(
    occurrence: Occurrence,
    actor: Actor,
    *,
    version: int,
    now: datetime,
    on_time: bool,
    worked: bool,
    easy: bool,
    words: str = "",
    said_by: str = "",
) -> Occurrence:
    """The receiver's three answers. One that did not work goes back to the performer, with words and the same due
    moment. Raises Refused, ChangedMeanwhile.
    """
    row, story = held(occurrence, version)
    _guard(rules.why_not_judge(row, actor, recording=bool(said_by)))
    who = author(actor, said_by)
    _not_their_own(row, who)
    voice = _voice(row, actor, said_by)
    return _judged(row, story, who, voice, now, on_time=on_time, worked=worked, easy=easy, words=words)


@transaction.atomic
def judge_as_client(
    occurrence: Occurrence,
    *,
    delivery: int,
    name: str,
    now: datetime,
    on_time: bool,
    worked: bool,
    easy: bool,
    words: str = "",
) -> Occurrence:
    """The real client judges behind a signed link, which names one delivery by its number. Raises Refused."""
    row, story = held(occurrence, None)
    if not rules.serves_the_client(row):
        raise Refused(_("This is not for the client to judge."))
    if row.cancelled_at is not None or row.waived_at is not None or row.deliveries != delivery:
        raise Refused(_("This delivery is no longer waiting for your verdict."))
    if row.delivered_at is None or row.judged_at is not None:
        raise Refused(_("A verdict was given already."))
    who = Author(None, name.strip()[:120] or row.owed.name, None)
    return _judged(row, story, who, Voice.CLIENT, now, on_time=on_time, worked=worked, easy=easy, words=words)


@transaction.atomic
def reconsider(
    occurrence: Occurrence, actor: Actor, *, version: int, now: datetime, words: str, said_by: str = ""
) -> Occurrence:
    """The last verdict, or that it was forgiven, was a mistake: it counts no more, and the delivery waits for a new
    one. Raises Refused, ChangedMeanwhile.
    """
    row, story = held(occurrence, version)
    _guard(rules.why_not_reconsider(row, actor, recording=bool(said_by)))
    _wordless(words, _("Say what was wrong with it."))
    who = author(actor, said_by)
    _not_their_own(row, who)
    said = deriving.told(story.facts)
    mistaken = said.waiver or said.verdict
    assert mistaken is not None
    # Taken back: so many days again to give the right one.
    judge_by = judge_until(row, now)
    deriving.note(
        row,
        story,
        Deed.RECONSIDERED,
        at=now,
        now=now,
        who=who,
        for_area=row.owed,
        voice=_voice(row, actor, said_by),
        words=words.strip(),
        corrects=mistaken,
        due_at=judge_by,
    )
    _settle(row, story, now)
    _tell(row, "verdict.retracted", who, row.owed, now, words=words)
    return row


@transaction.atomic
def waive(
    occurrence: Occurrence, actor: Actor, *, version: int, now: datetime, words: str, said_by: str = ""
) -> Occurrence:
    """The receiver forgives this one, with words. Raises Refused, ChangedMeanwhile."""
    row, story = held(occurrence, version)
    _guard(rules.why_not_waive(row, actor, recording=bool(said_by)))
    _wordless(words, _("Say why you forgive it."))
    who = author(actor, said_by)
    _not_their_own(row, who)
    voice = _voice(row, actor, said_by)
    deriving.note(
        row, story, Deed.WAIVED, at=now, now=now, who=who, for_area=row.owed, voice=voice, words=words.strip()
    )
    _settle(row, story, now)
    _tell(row, "delivery.waived", who, row.owed, now, words=words)
    return row


def _judged(
    row: Occurrence,
    story: deriving.Story,
    who: Author,
    voice: Voice,
    now: datetime,
    *,
    on_time: bool,
    worked: bool,
    easy: bool,
    words: str,
) -> Occurrence:
    if not worked:
        _wordless(words, _("Say what did not work, so that it can be mended."))
    deriving.note(
        row,
        story,
        Deed.JUDGED,
        at=now,
        now=now,
        who=who,
        for_area=row.owed,
        voice=voice,
        words=words.strip(),
        on_time=on_time,
        worked=worked,
        easy=easy,
    )
    _settle(row, story, now)
    _tell(row, "delivery.judged" if worked else "delivery.returned", who, row.owed, now, words=words)
    return row


def _voice(row: Occurrence, actor: Actor, said_by: str) -> Voice:
    if not rules.serves_the_client(row):
        return Voice.AREA
    if said_by or not actor.may_decide_for(row.owed_id):
        return Voice.FACILITATOR
    return Voice.VOICE


def _not_their_own(row: Occurrence, who: Author) -> None:
    """Whom a facilitator writes down is no more of the performing area than who judges by hand."""
    if (
        who.recorded_by is not None
        and who.membership is not None
        and AreaPart.objects.filter(membership=who.membership, area=row.owes_id).exists()
    ):
        raise Refused(
            _("%(name)s belongs to %(area)s, which delivers this. Somebody else judges it.")
            % {"name": who.name, "area": row.owes.name}
        )


# Both sides -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def started(
    commitment: Commitment, actor: Actor, *, now: datetime, at: datetime, words: str, said_by: str = ""
) -> Occurrence:
    """The event happened `at` that moment: from there the promise counts. Each event is an occurrence of its own.

    Raises Refused.
    """
    locked = (
        Commitment.objects.select_related("organization", "clause", "ask", "link", "owes", "owed")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=commitment.pk)
    )
    _guard(rules.why_not_start(locked, actor, recording=bool(said_by)))
    if at > now:
        raise Refused(_("This moment has not come yet."))
    if at < locked.started_at:
        raise Refused(_("The promise was not in force yet at that moment."))
    events = Occurrence.objects.filter(commitment=locked)
    if events.filter(starts_at=at).exists():
        raise Refused(_("An event of that moment was written down already."))
    kept = working.edition(locked.organization, now)
    due_at = due_after(locked.clause, kept.calendar, at)
    assert due_at is not None
    made = Occurrence.objects.create(
        commitment=locked,
        organization=locked.organization,
        link=locked.link,
        owes=locked.owes,
        owed=locked.owed,
        slot=f"event-{events.count() + 1}",
        calendar=kept,
        starts_at=at,
        planned_at=due_at,
        due_at=due_at,
    )
    row, story = deriving.hold(made.pk)
    who = author(actor, said_by)
    area = locked.owed if actor.may_speak_for(locked.owed_id) and not said_by else locked.owes
    deriving.note(row, story, Deed.STARTED, at=at, now=now, who=who, for_area=area, words=words.strip(), due_at=due_at)
    _settle(row, story, now, by_hand=False)
    _tell(row, "clock.started", who, area, now, words=words)
    return row


# What the deeds share -------------------------------------------------------------------------------------------------


def held(occurrence: Occurrence, version: int | None) -> tuple[Occurrence, deriving.Story]:
    """The row as it stands and its story, locked until the deed is through: of two at the same instant the second waits
    here and then sees what the first one did. Raises ChangedMeanwhile.
    """
    row, story = deriving.hold(occurrence.pk)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    return row, story


def _guard(refusal: str | None) -> None:
    if refusal:
        raise Refused(refusal)


def _wordless(words: str, sentence: str) -> None:
    if not words.strip():
        raise Refused(sentence)


def _moment_of(row: Occurrence, story: deriving.Story, at: datetime | None, now: datetime) -> datetime:
    """When it was delivered. What is reported as of now may be ahead of its time; an earlier moment is one of its own
    time, and after it was sent back.
    """
    if at is None:
        return now
    if at > now:
        raise Refused(_("This moment has not come yet."))
    if at < row.starts_at:
        raise Refused(_("At that moment the time for this had not begun."))
    sent_back_at = deriving.told(story.facts).sent_back_at
    if sent_back_at is not None and at < sent_back_at:
        raise Refused(_("It was sent back after that moment."))
    return at


def judge_until(row: Occurrence, now: datetime) -> datetime:
    """Until when the receiver judges what is reported now, for whatever moment: they know of it from now on."""
    policy = clock.Policy(verdict_days=row.organization.verdict_days)
    return clock.judge_until(now, row.calendar.calendar, policy)


def write_delivery(
    row: Occurrence, story: deriving.Story, *, at: datetime, now: datetime, who: Author, **more: Any
) -> Fact:
    return deriving.note(
        row, story, Deed.DELIVERED, at=at, now=now, who=who, for_area=row.owes, due_at=judge_until(row, now), **more
    )


def measured(
    promise: Promise, value: Decimal | None, numerator: Decimal | None, denominator: Decimal | None
) -> dict[str, Decimal | None]:
    """The figures of a delivery; the value follows from the two of which it is the share. Raises Refused."""
    given = [number for number in (value, numerator, denominator) if number is not None]
    if promise.shape != Shape.MEASURED:
        if given:
            raise Refused(_("This promise has no number to be entered."))
        return {"value": None, "numerator": None, "denominator": None}
    if any(not is_number(number) for number in given):
        raise Refused(_("This is not a number that can be kept."))
    if numerator is not None or denominator is not None:
        if numerator is None or denominator is None:
            raise Refused(_("Enter both: how many, and of how many."))
        if denominator <= 0 or numerator < 0:
            raise Refused(_("Count from zero up, out of at least one."))
        value = numerator / denominator * (HUNDRED if promise.unit.strip() == "%" else 1)
        if not is_number(value):
            raise Refused(_("This is not a number that can be kept."))
    if value is None:
        raise Refused(_("Enter the number: this promise is measured."))
    return {"value": _rounded(value), "numerator": _rounded(numerator), "denominator": denominator}


def is_number(number: Decimal) -> bool:
    return number.is_finite() and abs(number) < LARGEST


def _rounded(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(PLACES, ROUND_HALF_UP)


def _settle(
    row: Occurrence, story: deriving.Story, now: datetime, *, by_hand: bool = True, undone_at: datetime | None = None
) -> None:
    """After facts were written: the columns of this occurrence, of those that it settles, of those that wait for it."""
    depending.repause(row, story, now)
    deriving.refresh(row, story, by_hand=by_hand)
    settle_earlier(row, undone_at)
    if story.is_needed:
        depending.sync(row, now)


def settle_earlier(row: Occurrence, undone_at: datetime | None = None) -> None:
    """Earlier times that were accepted off their target are settled by this delivery; or no more, if the delivery of
    `undone_at` was taken back.
    """
    if row.commitment.clause.shape == Shape.MEASURED:
        for one in deriving.off_target(row, undone_at):
            deriving.refresh(one, deriving.story_of(one))


def _tell(
    row: Occurrence,
    event: str,
    who: Author,
    area: Area,
    now: datetime,
    *,
    words: str = "",
    value: Decimal | None = None,
) -> None:
    promise = row.commitment.clause
    journal.record(
        row.organization,
        event,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        now=now,
        area=area,
        link=row.link,
        subject=("promise", row.commitment.ref),
        facts={
            "outcome": str(promise),
            "area": area.name,
            "other": (row.owed if area.pk == row.owes_id else row.owes).name,
            "words": words.strip(),
            "value": "" if value is None else str(value.normalize()),
            "unit": promise.unit if value is not None else "",
        },
        topics=(f"a:{row.commitment.ask.ref}",),
    )

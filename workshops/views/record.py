"""Writing down what somebody without a phone says: who and for which area, then the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas import editing as area_deeds
from areas.access import Actor, MemberRequest, for_facilitators
from areas.guiding import questions_for
from areas.models import Area, Link
from contracts import drafting
from contracts.access import area_of, contract_of
from contracts.words import Side
from post.refs import new_ref
from requests import examples, moves
from requests.conversation import form_for, people_of, setting_for
from requests.forms import AgreeForm, AskForm, CounterForm, DeclineForm, Recording
from requests.forms.fields import Words
from requests.moves import Refused
from requests.states import Direction, Verb
from requests.wording import sentence
from workshops import recording, taking
from workshops.access import workshop_of
from workshops.forms import ProposalForm, SpeakerForm, TakeawayForm
from workshops.models import Seat, Takeaway, Workshop
from workshops.phases import Phase, Takes
from workshops.room import Room, read_room
from workshops.views.console import to_console

REFUSALS = (Refused, area_deeds.Refused)
ANSWERS = {"agree": Verb.AGREE, "counter": Verb.COUNTER, "decline": Verb.DECLINE}


@dataclass
class Note:
    """One thing to be written down, in this room, now."""

    request: MemberRequest
    actor: Actor
    workshop: Workshop
    now: datetime
    what: str

    def __post_init__(self) -> None:
        self.room: Room = read_room(self.workshop, self.now)

    @property
    def is_sent(self) -> bool:
        return self.request.method == "POST"

    @property
    def data(self) -> dict[str, str] | None:
        return self.request.POST.dict() if self.is_sent else None

    def said(self, name: str) -> str:
        return str(self.request.POST.get(name) or self.request.GET.get(name) or "")

    @property
    def seats(self) -> list[Seat]:
        return list(Seat.objects.filter(workshop=self.workshop, removed_at=None).select_related("area"))

    @property
    def areas(self) -> list[Area]:
        """The one that was chosen on the console, else all."""
        every = [one.area for one in self.room.areas]
        return [area for area in every if area.ref == self.said("area")] or every

    def names_of(self, *areas: Area) -> tuple[str, ...]:
        """Who could say it: who sits here for these areas, who was written down before first; then their people."""
        pks = {area.pk for area in areas}
        here = sorted((seat for seat in self.seats if seat.area_id in pks), key=lambda one: not one.has_no_phone)
        people = [member.name for _area, member in people_of(list(areas))]
        return tuple(dict.fromkeys([*(seat.name for seat in here), *people]))

    def page(self, form: forms.Form, *, status: int = 200, refused: str = "", **more: Any) -> HttpResponse:
        context = {
            "actor": self.actor,
            "org": self.actor.organization.ref,
            "workshop": self.workshop,
            "room": self.room,
            "what": self.what,
            "form": form,
            "refused": refused,
            "key": self.said("key") or new_ref(),
            **more,
        }
        return render(self.request, "workshops/console_record.html", context, status=status)

    def done(self, sentence_: str) -> HttpResponse:
        messages.success(self.request, sentence_)
        return to_console(self.workshop)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """`?what=` says what: someone (who is there), ask, agree, counter, decline, proposal, takeaway, sign."""
    workshop = workshop_of(actor, ref)
    what = request.POST.get("what") or request.GET.get("what") or "someone"
    if workshop.closed_at:
        return to_console(workshop)
    note = Note(request, actor, workshop, timezone.now(), what)
    if what in ANSWERS:
        return _answer(note, ANSWERS[what])
    kinds = {"someone": _someone, "ask": _ask, "proposal": _proposal, "takeaway": _takeaway, "sign": _sign}
    if what not in kinds:
        raise Http404
    return kinds[what](note)


# Being there ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lane:
    """Of whom an area can ask, and in which direction."""

    link: Link
    direction: str
    other: Area


def _lanes(note: Note, area: Area) -> list[Lane]:
    return [
        Lane(link, direction, link.supplier if direction == Direction.NEED else link.customer)
        for link, direction in taking.links_for(note.workshop, area)
    ]


def _someone(note: Note) -> HttpResponse:
    form = SpeakerForm(note.data, areas=note.areas, seats=note.seats, initial={"key": new_ref()})
    step = note.room.step
    more: dict[str, Any] = {
        "lanes": [(one.area, _lanes(note, one.area)) for one in note.room.areas if one.area in note.areas],
        "may_propose": step is not None and step.phase == Phase.PROBLEM,
        "may_leave": step is not None and step.phase == Phase.CLOSE,
        "waiting": note.room.open_asks,
    }
    if not note.is_sent:
        return note.page(form, **more)
    if not form.is_valid():
        return note.page(form, status=422, **more)
    try:
        seat = recording.seat_for(note.workshop, note.actor, form.cleaned_data["name"], form.speaker_area, note.now)
    except REFUSALS as refusal:
        return note.page(form, status=422, refused=refusal.sentence, **more)
    return note.done(_("%(name)s is in for %(area)s.") % {"name": seat.name, "area": seat.area.name})


# The conversation -----------------------------------------------------------------------------------------------------


def _ask(note: Note) -> HttpResponse:
    link = taking.link_in(note.workshop, note.said("link"))
    direction = note.said("direction")
    if link is None or direction not in Direction.values or link.ended_at:
        raise Http404
    link.organization = note.workshop.scene
    asker, performer = moves.areas_of(link, direction)
    place = note.room.area(asker.pk)
    if place is None or note.room.area(performer.pk) is None:
        raise Http404
    reasons = taking.reasons(note.workshop, asker, place.place, performer)
    scene = note.workshop.scene
    form = AskForm(
        note.data,
        whys=[(one.value, f"{one.words} ({one.by})" if one.by else f"«{one.words}»") for one in reasons],
        answer_by=moves.default_answer_by(scene, note.now),
        recording=Recording(only=True, names=note.names_of(asker)),
        organization=scene,
        today=note.now.astimezone(scene.tz).date(),
        performer=performer,
        initial={"why": reasons[0].value if reasons else ""},
    )
    more: dict[str, Any] = {
        "link": link,
        "direction": direction,
        "asker": asker,
        "performer": performer,
        "examples": examples.suggest(direction, performer.kind),
        "questions": questions_for(asker, get_language() or "en"),
        "no_reason": not reasons,
    }
    if not note.is_sent:
        return note.page(form, **more)
    if not form.is_valid():
        return note.page(form, status=422, **more)
    why = next((one for one in reasons if one.value == form.cleaned_data["why"]), None)
    try:
        recording.ask(
            note.workshop,
            note.actor,
            link,
            direction,
            said_by=form.said_by,
            terms=form.terms(),
            problem=why.problem if why else None,
            cause=why.cause if why else None,
            answer_by=form.cleaned_data["answer_by"],
            words=form.cleaned_data["words"],
            key=note.said("key"),
            now=note.now,
        )
    except REFUSALS as refusal:
        return note.page(form, status=422, refused=refusal.sentence, **more)
    return note.done(
        _("Written down: %(asker)s asks %(performer)s.") % {"asker": asker.name, "performer": performer.name}
    )


def _answer(note: Note, verb: Verb) -> HttpResponse:
    ask = recording.ask_of(note.workshop, note.said("ask"))
    if ask is None:
        raise Http404
    side = ask.area_of(ask.turn) if ask.turn else ask.performer
    people = people_of([ask.asker, ask.performer])
    form = form_for(
        verb,
        setting_for(ask, note.now, people),
        recording=Recording(only=True, names=note.names_of(side)),
        data=note.data,
    )
    refusal = moves.why_not(ask, verb, note.actor, note.now, recording=True) or ""
    more: dict[str, Any] = {
        "ask": ask,
        "side": side,
        "verb": verb.value,
        "terms": sentence(ask.terms, note.workshop.scene) if ask.terms else "",
    }
    if not note.is_sent:
        return note.page(form, refused=refusal, **more)
    if not form.is_valid():
        return note.page(form, status=422, **more)
    try:
        _write_answer(note, ask, form)
    except moves.Overtaken as late:
        return note.page(form, status=409, refused=late.sentence, **more)
    except REFUSALS as refused:
        return note.page(form, status=422, refused=refused.sentence, **more)
    return note.done(_("Written down for %(area)s.") % {"area": side.name})


def _write_answer(note: Note, ask: Any, form: Any) -> None:
    said = form.cleaned_data
    same = {
        "version": said["version"],
        "said_by": form.said_by,
        "key": note.said("key"),
        "now": note.now,
        "words": said["words"],
    }
    if isinstance(form, AgreeForm):
        owner = form.named if "owner" in form.fields else None
        recording.agree(note.workshop, note.actor, ask, owner=owner, owner_name=said["owner_name"], **same)
    elif isinstance(form, CounterForm):
        owner = form.named if "owner" in form.fields else None
        terms, answer_by = form.terms(), said["answer_by"]
        recording.counter(note.workshop, note.actor, ask, terms=terms, answer_by=answer_by, owner=owner, **same)
    elif isinstance(form, DeclineForm):
        onward = form.onward if "redirect_to" in form.fields else None
        recording.decline(note.workshop, note.actor, ask, alternative=said["alternative"], redirect_to=onward, **same)


# The problem, the close -----------------------------------------------------------------------------------------------


def _proposal(note: Note) -> HttpResponse:
    form = ProposalForm(note.data, areas=note.areas, seats=note.seats, initial={"key": new_ref()})
    if not note.is_sent:
        return note.page(form)
    if not form.is_valid():
        return note.page(form, status=422)
    said = form.cleaned_data
    try:
        seat = recording.seat_for(note.workshop, note.actor, said["name"], form.speaker_area, note.now)
        recording.propose(note.workshop, note.actor, seat, said["text"], said["key"], note.now)
    except REFUSALS as refusal:
        return note.page(form, status=422, refused=refusal.sentence)
    return note.done(_("Written down: it stands among the proposals."))


def _takeaway(note: Note) -> HttpResponse:
    initial = {"key": new_ref(), "kind": note.said("kind") or Takes.QUESTION.value, "version": 0}
    form = TakeawayForm(note.data, areas=note.areas, seats=note.seats, initial=initial)
    left = list(Takeaway.objects.filter(workshop=note.workshop, area__in=note.areas).select_related("area"))
    if not note.is_sent:
        return note.page(form, left=left)
    if not form.is_valid():
        return note.page(form, status=422, left=left)
    said = form.cleaned_data
    version = said["version"] or 0
    try:
        seat = recording.seat_for(note.workshop, note.actor, said["name"], form.speaker_area, note.now)
        recording.take_away(
            note.workshop, note.actor, seat, said["kind"], said["text"], version=version, key=said["key"], now=note.now
        )
    except taking.WroteMeanwhile as late:
        form.show_instead(late.current)
        return note.page(form, status=409, refused=late.sentence, current=late.current, left=left)
    except REFUSALS as refusal:
        return note.page(form, status=422, refused=refusal.sentence, left=left)
    return note.done(_("Written down for %(area)s.") % {"area": seat.area.name})


# Signing aloud --------------------------------------------------------------------------------------------------------


class SignAloudForm(forms.Form):
    """Who signs, having heard the text of this fingerprint."""

    use_required_attribute = False

    said_by = Words(label="", max_length=60)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_by"].label = _("Who signs?")
        self.fields["said_by"].help_text = _("You write it down for them: both names stay beside it.")
        self.fields["said_by"].error_messages["required"] = _("Write the name of who signs.")


def _sign(note: Note) -> HttpResponse:
    link = taking.link_in(note.workshop, note.said("link"))
    side = Side(note.said("side")) if note.said("side") in Side.values else None
    if link is None or side is None:
        raise Http404
    contract = contract_of(link)
    contract.organization = note.workshop.scene
    proposed = drafting.proposal(contract)
    area = area_of(contract, side)
    form = SignAloudForm(note.data, initial={"digest": proposed.digest})
    more: dict[str, Any] = {
        "link": link,
        "side": side.value,
        "signs": area,
        "names": note.names_of(area),
        "lines": [(line, sentence(line.promise, note.workshop.scene)) for line in proposed.lines],
    }
    if not note.is_sent:
        return note.page(form, **more)
    if not form.is_valid():
        return note.page(form, status=422, **more)
    try:
        version = recording.sign(
            note.workshop,
            note.actor,
            link,
            side,
            said_by=form.cleaned_data["said_by"],
            digest=form.cleaned_data["digest"],
            now=note.now,
        )
    except drafting.ProposalChanged as changed:
        again = SignAloudForm({**(note.data or {}), "digest": proposed.digest})
        return note.page(again, status=409, refused=changed.sentence, **more)
    except REFUSALS as refusal:
        return note.page(form, status=422, refused=refusal.sentence, **more)
    if version:
        return note.done(
            _("%(supplier)s and %(customer)s have signed: it binds from now on.")
            % {"supplier": link.supplier.name, "customer": link.customer.name}
        )
    return note.done(_("Signed for %(area)s.") % {"area": area.name})

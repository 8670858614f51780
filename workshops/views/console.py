"""The facilitator's console: what to say, what happens, and the acts. Works as plain forms; htmx swaps the fragment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from areas import drawing
from areas import editing as area_deeds
from areas.access import Actor, MemberRequest, for_facilitators
from areas.models import Link, Membership
from areas.words import Role
from contracts.drafting import Line
from contracts.models import Signature
from contracts.words import Side
from post.near import lan_addresses
from requests.forms.problem import ProblemForm
from requests.moves import Refused
from requests.views.live import live, new_token, wants_token
from requests.wording import sentence
from workshops import after, charts, qr, recording, running
from workshops.access import actor_in, workshop_of
from workshops.forms import HandForm, PlanForm, TimerForm
from workshops.models import Proposal, Seat, Workshop
from workshops.phases import DOTS, Phase, Takes
from workshops.room import FIRST, SECOND, AreaNow, AskNow, ContractNow, LinkNow, Room, read_room
from workshops.script import Script, script_for
from workshops.sent_on import SentOn, sent_on
from workshops.signals import touch
from workshops.views.chain_draft import ChainDraft

REFUSALS = (Refused, area_deeds.Refused)
SEAT_BUTTON = '<button class="btn small quiet{}" formaction="{}" name="seat" value="{}"{}>{}</button>'


# What the console shows beyond the room -------------------------------------------------------------------------------


@dataclass
class Signing:
    """One side of a contract: who signed, or who still has to."""

    side: Side
    area: str
    signature: Signature | None
    here: Signature | None


@dataclass
class Reading:
    """A contract as it is read out."""

    contract: ContractNow
    sides: list[Signing]
    is_shown: bool
    promises: list[tuple[str, list[tuple[Line, str]]]] = field(default_factory=list)

    @property
    def link(self) -> Link:
        return self.contract.link

    @property
    def missing(self) -> int:
        return sum(side.signature is None for side in self.sides) if self.contract.is_change else 0


@dataclass
class AreaBox:
    """An area on the console: who sits for it, and what it left at the close."""

    now: AreaNow
    seats: list[Seat]
    left: list[tuple[str, str]]
    rows: SafeString

    @property
    def names(self) -> str:
        """As many as two lines show."""
        return ", ".join(seat.name for seat in self.seats[:12])

    @property
    def is_ready(self) -> bool:
        return bool(self.now.people) and self.now.ready == self.now.people


@dataclass
class Lane:
    """A link with what was asked on it, in the order of this step."""

    link: LinkNow
    asks: list[AskNow]
    open: int


class Console:
    """Everything that the page of the console needs, read once."""

    def __init__(self, request: MemberRequest, actor: Actor, workshop: Workshop, now: datetime) -> None:
        self.request, self.actor, self.workshop, self.now = request, actor, workshop, now
        self.room: Room = read_room(workshop, now)
        self.script: Script = script_for(self.room)
        self.undoes = running.what_undo(workshop)
        self.is_mine = workshop.driver_id == actor.membership.pk
        self.is_over = not workshop.is_open(now)
        self.left = running.seconds_left(workshop, now)

    @property
    def act_url(self) -> str:
        """Where acts go, without their verb."""
        here = {"org": self.actor.organization.ref, "ref": self.workshop.ref}
        return reverse("workshops:console", kwargs=here)

    @property
    def may_act(self) -> bool:
        return self.is_mine and not self.is_over

    @property
    def phase(self) -> str:
        if self.workshop.closed_at:
            return "closed"
        return self.room.step.phase.value if self.room.step else "lobby"

    @property
    def clock(self) -> str:
        minutes, seconds = divmod(self.left or 0, 60)
        return f"{minutes}:{seconds:02}"

    @property
    def lengths(self) -> list[int]:
        """Offered for the timer: what the step is planned to take, then the usual ones."""
        here = self.room.step
        planned = [self.workshop.minutes_for(here.phase)] if here else []
        return list(dict.fromkeys([*planned, 1, 3, 5, 10]))

    @property
    def is_revealed(self) -> bool:
        return self.room.is_revealed()

    @property
    def can_reveal(self) -> bool:
        here = self.room.step
        return here is not None and here.phase in (Phase.MIRROR, Phase.PROBLEM, Phase.CLOSE) and not self.is_revealed

    # People

    @property
    def boxes(self) -> list[AreaBox]:
        by_area: dict[int, list[Seat]] = {}
        for seat in Seat.objects.filter(workshop=self.workshop, left_at=None, removed_at=None):
            by_area.setdefault(seat.area_id, []).append(seat)
        left: dict[int, list[tuple[str, str]]] = {}
        for one in self.room.takeaways:
            left.setdefault(one.area_id, []).append((str(Takes(one.kind).label), one.text))
        draw = self._seat_row()
        return [
            AreaBox(one, seats, left.get(one.area.pk, []), mark_safe("".join(map(draw, seats))))
            for one in self.room.areas
            for seats in [by_area.get(one.area.pk, [])]
        ]

    def _seat_row(self) -> Callable[[Seat], SafeString]:
        """Draws the row of a person. Put together here: templates took a tenth of a second for three hundred."""
        step = self.workshop.step
        out, no_phone = pgettext("of the room", "Take out"), _("no phone")
        sure = _("Take %(name)s out of the room? What was said stays.")
        here = self.act_url

        def row(seat: Seat) -> SafeString:
            tag = format_html(' <span class="tag">{}</span>', no_phone) if seat.has_no_phone else ""
            if not self.may_act:
                return format_html('<li><span dir="auto">{}</span>{}</li>', seat.name, tag)
            ready: SafeString | str = ""
            if step and seat.has_no_phone:
                is_ready = seat.ready_for == step
                ready = format_html(
                    SEAT_BUTTON,
                    "",
                    f"{here}ready/?is=no" if is_ready else f"{here}ready/",
                    seat.ref,
                    "",
                    _("not ready") if is_ready else _("ready"),
                )
            question = format_html(' data-confirm="{}" data-confirm-yes="{}"', sure % {"name": seat.name}, out)
            remove = format_html(SEAT_BUTTON, " danger", f"{here}remove/", seat.ref, question, out)
            return format_html(
                '<li><span dir="auto">{}</span>{}<span class="c-acts">{}{}</span></li>', seat.name, tag, ready, remove
            )

        return row

    @property
    def not_ready(self) -> str | None:
        """The question before going on. Coming in and the two mirrors know no “ready”."""
        if self.room.step is None:
            return _("Nobody is in yet. Begin anyway?") if not self.room.people else None
        return running.not_ready(self.room.people, self.room.ready)

    @property
    def joining(self) -> dict[str, Any]:
        """How phones come in, and what to do if they cannot."""
        host = self.request.get_host()
        lost = qr.unreachable(qr.origin(self.request).partition("://")[2])
        port = host.rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
        near = [f"{address}:{port}" if port else address for address in lan_addresses()] if lost else []
        url = qr.join_url(self.request, self.workshop)
        return {
            "url": url,
            "square": qr.svg(url),
            "said": qr.spoken(qr.enter_url(self.request)),
            "is_lost": lost,
            "host": host,
            "near": near[:3],
        }

    # The step

    @property
    def dots_given(self) -> tuple[int, int]:
        return sum(self.room.given.values()), self.room.people * DOTS

    @property
    def lanes(self) -> list[Lane]:
        """Links on which something was asked, those of this round first, then those that are lit and still empty."""
        found = [
            Lane(one, [*one.needs, *one.requirements], sum(ask.is_open for ask in (*one.needs, *one.requirements)))
            for one in self.room.links
        ]
        found = [lane for lane in found if lane.asks or lane.link.is_lit]
        return sorted(found, key=lambda lane: not lane.link.is_lit)

    @cached_property
    def sent_on(self) -> list[SentOn]:
        return sent_on(self.room)

    @property
    def waiting(self) -> list[AskNow]:
        return self.room.open_asks

    @property
    def readings(self) -> list[Reading]:
        return [self._reading(one) for one in self.room.contracts]

    def _reading(self, one: ContractNow) -> Reading:
        sides = [
            Signing(side, area.name, one.signed.get(side), one.here.get(side))
            for side, area in ((Side.SUPPLIER, one.link.supplier), (Side.CUSTOMER, one.link.customer))
        ]
        reading = Reading(one, sides, one.link.pk == self.workshop.reading_id)
        if reading.is_shown:
            gives = _("%(area)s promises") % {"area": one.link.supplier.name}
            gets = _("%(area)s gives for it") % {"area": one.link.customer.name}
            scene = self.workshop.scene
            reading.promises = [
                (title, [(line, sentence(line.promise, scene)) for line in lines])
                for title, lines in ((gives, one.needs), (gets, one.requirements))
                if lines
            ]
        return reading

    @property
    def pictures(self) -> dict[str, Any]:
        first, second = self.room.mirror(FIRST), self.room.mirror(SECOND)
        return {"chart": charts.mirrors(first, second), "first": first, "second": second}

    @property
    def still_open(self) -> list[str]:
        """What is not done, said plainly; it keeps nobody from closing."""
        room = self.room
        contracts = room.contracts or read_room(self.workshop, self.now, with_contracts=True).contracts
        unsigned = sum(1 for one in contracts if one.is_change and any(side not in one.signed for side in Side))
        provisional = sum(len(one.here) for one in contracts)
        quiet = [one.area.name for one in room.peopled if not any(t.area_id == one.area.pk for t in room.takeaways)]
        found = []
        if not room.problem:
            found.append(_("The room has not chosen the client's problem."))
        if room.open_asks:
            n = len(room.open_asks)
            found.append(
                ngettext("%(n)s request has no answer yet.", "%(n)s requests have no answer yet.", n) % {"n": n}
            )
        if room.unmet:
            n = len(room.unmet)
            found.append(
                ngettext(
                    "%(n)s need of the client is met by nobody.", "%(n)s needs of the client are met by nobody.", n
                )
                % {"n": n}
            )
        if unsigned:
            found.append(
                ngettext(
                    "%(n)s contract does not bind yet: a signature is missing.",
                    "%(n)s contracts do not bind yet: signatures are missing.",
                    unsigned,
                )
                % {"n": unsigned}
            )
        if provisional:
            found.append(
                ngettext(
                    "%(n)s signature was given here as a guest and waits for its confirmation.",
                    "%(n)s signatures were given here as guests and wait for their confirmation.",
                    provisional,
                )
                % {"n": provisional}
            )
        if quiet:
            found.append(_("These areas have left nothing yet: %(areas)s.") % {"areas": ", ".join(quiet)})
        return found

    def context(self) -> dict[str, Any]:
        here = {"org": self.actor.organization.ref, "ref": self.workshop.ref}
        return {
            "actor": self.actor,
            "org": self.actor.organization.ref,
            "workshop": self.workshop,
            "console": self,
            "room": self.room,
            "script": self.script,
            "act_url": self.act_url,
            "record_url": reverse("workshops:record", kwargs=here),
            "now_url": reverse("workshops:console_now", kwargs=here),
            "ends_at": self.workshop.timer_ends_at.isoformat() if self.workshop.timer_ends_at else "",
            "server_now": self.now.isoformat(),
        }


def topics_of(workshop: Workshop) -> tuple[str, str, str]:
    return workshop.topic(), workshop.stage_topic, workshop.desk_topic


def to_console(workshop: Workshop) -> HttpResponse:
    return redirect("workshops:console", org=workshop.organization.ref, ref=workshop.ref)


@for_facilitators
@require_safe
def console(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The whole page. A workshop that is closed has its page for ever instead."""
    workshop = workshop_of(actor, ref)
    if wants_token(request):
        return new_token(topics_of(workshop))
    if workshop.closed_at:
        return redirect(workshop.get_absolute_url())
    shown = Console(request, actor, workshop, timezone.now())
    return render(request, "workshops/console.html", {**live(request, topics_of(workshop)), **shown.context()})


@for_facilitators
@require_safe
def console_now(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The fragment, for who looks again."""
    shown = Console(request, actor, workshop_of(actor, ref), timezone.now())
    return render(request, "workshops/console.html#now", shown.context())


def _after_act(
    request: MemberRequest,
    actor: Actor,
    workshop: Workshop,
    now: datetime,
    *,
    refused: str,
    done: str,
    status: int,
) -> HttpResponse:
    shown = Console(request, actor, workshop, now)
    context = {**shown.context(), "refused": refused, "done": done, "by_act": True}
    answer = render(request, "workshops/console.html#now", context, status=status)
    answer["HX-Retarget"] = "#console"
    answer["HX-Reswap"] = "outerHTML"
    return answer


# The acts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Press:
    """A press on the console: on what, by whom, having seen which version."""

    request: MemberRequest
    workshop: Workshop
    actor: Actor
    version: int
    now: datetime

    @property
    def four(self) -> tuple[Workshop, Actor, int, datetime]:
        return self.workshop, self.actor, self.version, self.now

    def said(self, name: str) -> str:
        """What the button or its address bears."""
        return self.request.POST.get(name) or self.request.GET.get(name) or ""

    @property
    def seat(self) -> Seat:
        found = Seat.objects.filter(workshop=self.workshop, ref=self.said("seat")).first()
        if found is None:
            raise Refused(_("This person is no longer in the room."))
        return found

    def proposal(self, name: str) -> Proposal:
        found = Proposal.objects.filter(workshop=self.workshop, ref=self.said(name)).first()
        if found is None:
            raise Refused(_("This proposal is no longer there."))
        return found

    @property
    def link(self) -> Link:
        found = (
            Link.objects.select_related("customer", "supplier")
            .filter(organization_id=self.workshop.scene_id, ref=self.said("link"))
            .first()
        )
        if found is None:
            raise Refused(_("This contract is no longer there."))
        return found


def _start_timer(press: Press) -> str:
    minutes: int | None = None
    if press.said("minutes"):
        form = TimerForm(press.request.POST)
        if not form.is_valid():
            raise Refused(_("Between %(least)s and %(most)s minutes.") % {"least": 1, "most": 180})
        minutes = form.cleaned_data["minutes"]
    running.start_timer(*press.four, minutes=minutes)
    return ""


def _timer(press: Press) -> str:
    """The one key for it: holds a running timer, else starts it."""
    (running.stop_timer if press.workshop.timer_ends_at else running.start_timer)(*press.four)
    return ""


def _undo(press: Press) -> str:
    return _("Undone: you %(what)s.") % {"what": recording.undo(*press.four)}


def _remove(press: Press) -> str:
    seat = press.seat
    running.remove_seat(press.workshop, press.actor, press.version, seat, press.now)
    return _("%(name)s is out. What was said stays; Undo brings the person back.") % {"name": seat.name}


def _take_over(press: Press) -> str:
    running.take_over(*press.four)
    return _("You hold the console now.")


def _merge(press: Press) -> str:
    one, into = press.proposal("proposal"), press.proposal("into")
    running.merge(press.workshop, press.actor, press.version, one, into, press.now)
    return ""


def _drop(press: Press) -> str:
    running.drop(press.workshop, press.actor, press.version, press.proposal("proposal"), press.now)
    return ""


def _show(press: Press) -> str:
    running.show(press.workshop, press.actor, press.version, press.link, press.now)
    return ""


def _hide(press: Press) -> str:
    running.show(press.workshop, press.actor, press.version, None, press.now)
    return ""


def _confirm(press: Press) -> str:
    link = press.link
    given = Signature.objects.select_related("contract__link__customer", "contract__link__supplier")
    found = given.filter(contract__link=link, pk=_number(press.said("signature")), provisional=True).first()
    if found is None:
        raise Refused(_("This signature is no longer there."))
    return _signed(recording.confirm(press.workshop, press.actor, found, press.now), link)


def _signed(version: Any, link: Link) -> str:
    names = {"supplier": link.supplier.name, "customer": link.customer.name}
    if version:
        return _("%(supplier)s and %(customer)s have signed: it binds from now on.") % names
    return _("Signed. One signature is still missing.")


def _nothing(act: Callable[..., None]) -> Callable[[Press], str]:
    def pressed(press: Press) -> str:
        act(*press.four)
        return ""

    return pressed


def _ready(press: Press) -> str:
    recording.ready(press.workshop, press.actor, press.seat, press.said("is") != "no", press.now)
    return ""


def _lock(is_locked: bool) -> Callable[[Press], str]:
    def pressed(press: Press) -> str:
        running.lock(*press.four, is_locked=is_locked)
        return _("Nobody new comes in. Who is in stays in.") if is_locked else _("The room is open again.")

    return pressed


def _go(press: Press) -> str:
    running.go_to(press.workshop, press.actor, press.version, press.said("step"), press.now)
    return ""


def _code(press: Press) -> str:
    running.renew_code(*press.four)
    return _("There is a new code. The old one opens nothing any more; who is in stays in.")


def _pause(press: Press) -> str:
    running.pause(*press.four)
    return _("Put off. Everything stays as it is until you go on.")


ACTS: dict[str, Callable[[Press], str]] = {
    "next": _nothing(running.advance),
    "back": _nothing(running.back),
    "go": _go,
    "undo": _undo,
    "reveal": _nothing(running.reveal),
    "timer": _timer,
    "start": _start_timer,
    "minute": _nothing(running.add_minute),
    "stop": _nothing(running.stop_timer),
    "lock": _lock(True),
    "unlock": _lock(False),
    "code": _code,
    "pause": _pause,
    "go-on": _nothing(running.go_on),
    "remove": _remove,
    "ready": _ready,
    "take-over": _take_over,
    "merge": _merge,
    "drop": _drop,
    "show": _show,
    "hide": _hide,
    "confirm": _confirm,
}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@for_facilitators
@require_POST
def console_act(request: MemberRequest, actor: Actor, ref: str, verb: str) -> HttpResponseBase:
    """One act of the console. The answer is the room as it stands now, with a sentence if the act was not done."""
    act = ACTS.get(verb)
    if act is None:
        raise Http404
    now = timezone.now()
    workshop = workshop_of(actor, ref)
    press = Press(request, workshop, actor, _number(request.POST.get("version", "")), now)
    refused, done, status = "", "", 200
    try:
        done = act(press)
    except running.Stale as stale:
        refused, status = stale.sentence, 409
    except REFUSALS as refusal:
        refused, status = refusal.sentence, 422
    if request.htmx:
        return _after_act(request, actor, workshop_of(actor, ref), now, refused=refused, done=done, status=status)
    if refused:
        messages.error(request, refused)
    elif done:
        messages.success(request, done)
    return to_console(workshop)


# Pages of their own, where something is typed -------------------------------------------------------------------------


def _open(actor: Actor, ref: str) -> Workshop:
    """A workshop that is not closed. Raises Http404."""
    workshop = workshop_of(actor, ref)
    if workshop.closed_at:
        raise Http404
    return workshop


def _around(actor: Actor, workshop: Workshop, **more: Any) -> dict[str, Any]:
    return {"actor": actor, "org": actor.organization.ref, "workshop": workshop, **more}


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Fix the client's problem: a proposal with what the organization needs to know about it."""
    now = timezone.now()
    workshop = _open(actor, ref)
    here = actor_in(workshop, actor)
    room = read_room(workshop, now)
    wanted = request.POST.get("proposal") or request.GET.get("proposal") or ""
    proposal = Proposal.objects.select_related("problem").filter(workshop=workshop, ref=wanted).first()
    areas = [one.area for one in room.areas]
    known = proposal.problem if proposal and proposal.problem else None if proposal else workshop.problem
    initial: dict[str, Any] = {}
    if known is None:
        first = next((one.area for one in room.areas if one.place == 1), None)
        initial = {"statement": proposal.text if proposal else "", "accountable": first.ref if first else ""}
    form = ProblemForm(
        request.POST if request.method == "POST" else None,
        organization=workshop.scene,
        areas=areas,
        problem=known,
        initial=initial,
    )
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = _number(request.POST.get("room", ""))
            try:
                running.choose(workshop, actor, seen, now, fields=form.fields_of_problem(), proposal=proposal)
            except running.Stale as stale:
                refused, status = stale.sentence, 409
                workshop = _open(actor, ref)
            except area_deeds.ChangedMeanwhile:
                refused, status = _("Somebody else changed this problem meanwhile. Look again, please."), 409
            except REFUSALS as refusal:
                refused = refusal.sentence
            else:
                messages.success(request, _("This is the client's problem now: it stands on the wall."))
                return to_console(workshop)
    context = _around(
        actor,
        workshop,
        form=form,
        proposal=proposal,
        proposals=room.proposals,
        is_revealed=room.is_revealed(),
        refused=refused,
        scene=here.organization,
    )
    return render(request, "workshops/console_choose.html", context, status=status)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Which phases, in which order, how long."""
    now = timezone.now()
    workshop = _open(actor, ref)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=workshop.plan, minutes=workshop.minutes)
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = _number(request.POST.get("version", ""))
            try:
                running.change_plan(workshop, actor, seen, now, plan=form.plan(), minutes=form.minutes())
            except running.Stale as stale:
                refused, status = stale.sentence, 409
                workshop = _open(actor, ref)
            except REFUSALS as refusal:
                refused = refusal.sentence
            else:
                return to_console(workshop)
    context = _around(actor, workshop, form=form, refused=refused)
    return render(request, "workshops/console_plan.html", context, status=status)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Hand the console to another facilitator."""
    now = timezone.now()
    workshop = _open(actor, ref)
    people = list(
        Membership.objects.select_related("user", "organization")
        .filter(organization=workshop.organization, role=Role.FACILITATOR, left_at=None)
        .exclude(pk=workshop.driver_id or 0)
        .order_by("user__name", "pk")
    )
    form = HandForm(request.POST if request.method == "POST" else None, people=people)
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = _number(request.POST.get("version", ""))
            try:
                running.hand_to(workshop, actor, seen, form.chosen, now)
            except running.Stale as stale:
                refused, status = stale.sentence, 409
                workshop = _open(actor, ref)
            except REFUSALS as refusal:
                refused = refusal.sentence
            else:
                messages.success(request, _("%(name)s holds the console now.") % {"name": form.chosen.name})
                return to_console(workshop)
    context = _around(actor, workshop, form=form, people=people, refused=refused)
    return render(request, "workshops/console_hand.html", context, status=status)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def chain(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Draw a chain where there is only the client."""
    now = timezone.now()
    workshop = _open(actor, ref)
    room = read_room(workshop, now)
    if room.areas:
        return to_console(workshop)
    draft = ChainDraft.of(request, workshop.scene.language, room.client.name)
    if draft.is_sent and draft.is_good:
        try:
            drawing.draw_chain(actor_in(workshop, actor), draft.kept, now)
        except REFUSALS as refusal:
            messages.error(request, refusal.sentence)
        else:
            with transaction.atomic():
                touch(workshop, now, everyone=True)
        return to_console(workshop)
    context = _around(actor, workshop, **draft.context())
    return render(request, "workshops/console_chain.html", context, status=422 if draft.is_sent else 200)


@for_facilitators
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The end, with what is still open said plainly; a rehearsal is thrown away here."""
    now = timezone.now()
    workshop = workshop_of(actor, ref)
    if workshop.closed_at:
        return redirect(workshop.get_absolute_url())
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        try:
            if "throw-away" in request.POST:
                running.throw_away(workshop, actor)
                messages.success(request, _("The rehearsal is gone; nothing of it remains."))
                return redirect("workshops:list", org=actor.organization.ref)
            after.finish(workshop, actor, _number(request.POST.get("version", "")), now)
        except running.Stale as stale:
            refused, status = stale.sentence, 409
            workshop = workshop_of(actor, ref)
            if workshop.closed_at:
                return redirect(workshop.get_absolute_url())
        except REFUSALS as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("The workshop is closed. What was signed lives on."))
            return redirect(workshop.get_absolute_url())
    shown = Console(request, actor, workshop, now)
    context = _around(actor, workshop, still_open=shown.still_open, in_force=_in_force(workshop, now), refused=refused)
    return render(request, "workshops/console_closing.html", context, status=status)


def _in_force(workshop: Workshop, now: datetime) -> int:
    """How many contracts of the room bind now."""
    contracts = read_room(workshop, now, with_contracts=True).contracts
    return sum(1 for one in contracts if one.in_force and not one.is_change)

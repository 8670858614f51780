"""The acts of the console by their verbs, and the address that they come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from areas.access import Actor, MemberRequest, for_facilitators
from areas.models import Link
from contracts.models import Signature
from requests.moves import Refused
from workshops import recording, running
from workshops.access import workshop_of
from workshops.forms import TimerForm
from workshops.models import Proposal, Seat, Workshop
from workshops.views.console.frame import REFUSALS, number_of, to_console
from workshops.views.console.shown import Console


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
    found = given.filter(contract__link=link, pk=number_of(press.said("signature")), provisional=True).first()
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


@for_facilitators
@require_POST
def console_act(request: MemberRequest, actor: Actor, ref: str, verb: str) -> HttpResponseBase:
    """One act of the console. The answer is the room as it stands now, with a sentence if the act was not done."""
    act = ACTS.get(verb)
    if act is None:
        raise Http404
    now = timezone.now()
    workshop = workshop_of(actor, ref)
    press = Press(request, workshop, actor, number_of(request.POST.get("version", "")), now)
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

"""The page of an ask and its acts, one view per verb. A GET to an act shows the page with that act opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from areas.access import Actor, MemberRequest, for_members
from areas.writing import plain
from requests import conversation, moves
from requests.access import ask_to_read
from requests.conversation import Form
from requests.forms import AcknowledgeForm, AgreeForm, CounterForm, DeclineForm, SayForm, WithdrawForm, typed
from requests.models import Ask
from requests.states import State, Verb
from requests.views.asking import show_draft
from requests.views.live import live, new_token, wants_token

PARTS = ("talk", "turn", "conversation")
LONGEST_BECAUSE = 500


def show(
    request: MemberRequest,
    actor: Actor,
    ask: Ask,
    now: datetime,
    *,
    bound: Form | None = None,
    opened: Verb | None = None,
    overtaken: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or the part of it that the browser asked for."""
    talk = conversation.talk_of(ask, actor, now, bound=bound, opened=opened)
    kept = []
    if (overtaken or refused) and bound is not None and not any(chance.form is bound for chance in talk.chances):
        # The act is no longer possible; what was typed for it stays to be copied.
        kept = [
            (field.label, value)
            for field in bound
            if not field.is_hidden
            and (value := bound.data.get(field.html_name))
            and field.name in ("words", "alternative")
        ]
    context: dict[str, Any] = {
        "actor": actor,
        "ask": ask,
        "talk": talk,
        "overtaken": overtaken,
        "refused": refused,
        "kept": kept,
        "why_not_amend": moves.why_not_amend(ask, actor),
        **live(request, topics_of(ask)),
    }
    template = "requests/ask.html"
    if request.htmx:
        wanted = request.GET.get("part", "conversation")
        template += f"#{wanted if wanted in PARTS else 'conversation'}"
    return render(request, template, context, status=status)


def topics_of(ask: Ask) -> tuple[str, ...]:
    return (f"a:{ask.ref}",)


@for_members
@require_safe
def ask(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """An ask with its whole conversation; a draft opens as the form that it still is."""
    one = ask_to_read(actor, ref)
    if wants_token(request):
        return new_token(topics_of(one))
    now = timezone.now()
    if one.state == State.DRAFT:
        return show_draft(request, actor, one, now)
    return show(request, actor, one, now)


def _move(
    request: MemberRequest, actor: Actor, ref: str, verb: Verb, perform: Callable[[Ask, Any, datetime], Ask], said: str
) -> HttpResponseBase:
    """What all acts share: check the form, act, and tell clearly when somebody was quicker."""
    one = ask_to_read(actor, ref)
    now = timezone.now()
    if one.state == State.DRAFT:
        return redirect("requests:ask", org=actor.organization.ref, ref=one.ref)
    if request.method != "POST":
        return show(request, actor, one, now, opened=verb)
    if moves.side_of(one, actor) is None and not actor.is_facilitator:
        raise PermissionDenied(moves.why_not(one, verb, actor, now))
    people = conversation.people_of([one.asker, one.performer])
    form = conversation.form_for(
        verb,
        conversation.setting_for(one, now, people),
        recording=conversation.recording_for(verb, one, actor, now, people),
        data=request.POST.dict(),
    )
    valid = form.is_valid()
    try:
        if verb != Verb.SAY and valid and form.cleaned_data["version"] != one.version:
            raise moves.Overtaken(one)
        if not valid:
            # Somebody else may have settled it while this person typed: then the form no longer matters.
            reason = moves.why_not(one, verb, actor, now, recording=bool(form.recording and form.recording.only))
            if reason:
                raise moves.Refused(reason)
            return show(request, actor, one, now, bound=form, opened=verb, status=422)
        perform(one, form, now)
    except moves.Overtaken as late:
        fresh = ask_to_read(actor, ref)
        again = _again(request, actor, fresh, verb, form, now)
        return show(request, actor, fresh, now, bound=again, opened=verb, overtaken=late.sentence, status=409)
    except moves.Refused as refusal:
        fresh = ask_to_read(actor, ref)
        again = _again(request, actor, fresh, verb, form, now)
        return show(request, actor, fresh, now, bound=again, opened=verb, refused=refusal.sentence, status=422)
    if request.htmx:
        return show(request, actor, ask_to_read(actor, ref), now)
    messages.success(request, said)
    return redirect("requests:ask", org=actor.organization.ref, ref=one.ref)


def _again(request: MemberRequest, actor: Actor, fresh: Ask, verb: Verb, form: Form, now: datetime) -> Form:
    """The same words on the ask as it is now: pressing again is a decision about what is there now."""
    people = conversation.people_of([fresh.asker, fresh.performer])
    data = {**request.POST.dict(), "version": str(fresh.version)}
    return conversation.form_for(
        verb, conversation.setting_for(fresh, now, people), recording=form.recording, data=data
    )


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """I saw it, I answer by…"""

    def perform(one: Ask, form: AcknowledgeForm, now: datetime) -> Ask:
        said = form.cleaned_data
        return moves.acknowledge(
            one,
            actor,
            version=said["version"],
            answer_by=said["answer_by"],
            words=said["words"],
            said_by=form.said_by,
            now=now,
        )

    return _move(request, actor, ref, Verb.ACKNOWLEDGE, perform, _("They know now when you will answer."))


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """I commit."""

    def perform(one: Ask, form: AgreeForm, now: datetime) -> Ask:
        said = form.cleaned_data
        return moves.agree(
            one,
            actor,
            version=said["version"],
            owner=form.named,
            owner_name="" if form.named else said["owner_name"],
            words=said["words"],
            said_by=form.said_by,
            now=now,
        )

    return _move(
        request, actor, ref, Verb.AGREE, perform, _("Agreed. It stands in the next version of the service contract.")
    )


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """I propose something else."""

    def perform(one: Ask, form: CounterForm, now: datetime) -> Ask:
        said = form.cleaned_data
        return moves.counter(
            one,
            actor,
            version=said["version"],
            terms=form.terms(),
            words=said["words"],
            answer_by=said["answer_by"],
            owner=form.named,
            said_by=form.said_by,
            now=now,
        )

    return _move(request, actor, ref, Verb.COUNTER, perform, _("Your proposal is with them; it is their turn."))


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """I cannot, because…"""

    def perform(one: Ask, form: DeclineForm, now: datetime) -> Ask:
        said = form.cleaned_data
        return moves.decline(
            one,
            actor,
            version=said["version"],
            words=said["words"],
            alternative=said["alternative"],
            redirect_to=form.onward,
            said_by=form.said_by,
            now=now,
        )

    return _move(request, actor, ref, Verb.DECLINE, perform, _("They have your reason. The need stays visible."))


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Taking it back; for a draft, throwing it away."""
    one = ask_to_read(actor, ref)
    if one.state == State.DRAFT and request.method == "POST":
        return _discard(request, actor, one)

    def perform(one: Ask, form: WithdrawForm, now: datetime) -> Ask:
        said = form.cleaned_data
        return moves.withdraw(one, actor, version=said["version"], words=said["words"], said_by=form.said_by, now=now)

    return _move(request, actor, ref, Verb.WITHDRAW, perform, _("Taken back. They no longer need to answer."))


def _discard(request: MemberRequest, actor: Actor, draft: Ask) -> HttpResponseBase:
    """Whatever was typed last: who throws a draft away means the draft as it is."""
    try:
        moves.withdraw(draft, actor, version=draft.version, now=timezone.now())
    except moves.Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("requests:ask", org=actor.organization.ref, ref=draft.ref)
    messages.success(request, _("The draft is gone."))
    return redirect("requests:desk", org=actor.organization.ref)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Free words; the state stays."""

    def perform(one: Ask, form: SayForm, now: datetime) -> Ask:
        said = form.cleaned_data
        return moves.say(one, actor, words=said["words"], said_by=form.said_by, side=said.get("side", ""), now=now)

    return _move(request, actor, ref, Verb.SAY, perform, _("Said."))


@for_members
@require_POST
def amend(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Propose new terms for what is agreed: opens a draft; the old terms bind until the new ones are agreed."""
    one = ask_to_read(actor, ref)
    if moves.side_of(one, actor) is None and not actor.is_facilitator:
        raise PermissionDenied(moves.why_not_amend(one, actor))
    data = typed(one.terms, actor.organization) if one.terms else {}
    # Where the proposal comes from may say why; what was written is changed before it is sent.
    because = plain(request.POST.get("words", ""), lines=True)[:LONGEST_BECAUSE]
    if because:
        data["words"] = because
    try:
        change = moves.amend(one, actor, data=data, now=timezone.now())
    except moves.Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("requests:ask", org=actor.organization.ref, ref=one.ref)
    address = reverse("requests:ask", kwargs={"org": actor.organization.ref, "ref": change.ref})
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = address
        return answer
    return redirect(address)

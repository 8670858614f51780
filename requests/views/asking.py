"""Writing an ask: a form that reads like a sentence, a draft that keeps itself, and the act *ask*."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from areas.access import Actor, MemberRequest, for_members, link_of
from areas.guiding import questions_for
from areas.models import Area, Link
from post.refs import new_ref
from requests import examples, moves, wording
from requests.access import ask_to_read, problem_of, visible_asks
from requests.conversation import people_of
from requests.forms import AskForm, Recording
from requests.models import Ask, ClientProblem
from requests.states import Direction, Side, State
from requests.trace import Step, path

# So many of the newest requests are offered as a reason.
MOST_REASONS = 40
# How long a form that is sent a second time is known again.
SAME_FORM = 60 * 60


@dataclass(frozen=True)
class Reason:
    """Something that an ask may exist for: a client's problem or a request."""

    value: str
    words: str
    by: str = ""
    in_focus: bool = False


@dataclass(frozen=True)
class Desk:
    """Where an ask is written: the lane of the link, who asks whom, and the draft if there is one."""

    actor: Actor
    link: Link
    direction: Direction
    asker: Area
    performer: Area
    draft: Ask | None
    problems: list[Reason]
    requests: list[Reason]
    recording: Recording | None

    @property
    def opening(self) -> Area:
        """The area that writes: the asking one, but where the performing one itself proposes new terms."""
        return self.performer if self.answering == self.asker else self.asker

    @property
    def answering(self) -> Area:
        """The area that answers: the performing one, but where that one itself proposes new terms."""
        return self.asker if self.draft and self.draft.opened_by == Side.PERFORMER else self.performer

    @property
    def proposes(self) -> bool:
        """The performing side says what it can promise instead of asking for something."""
        return self.answering == self.asker

    @property
    def whys(self) -> list[tuple[str, str]]:
        return [(reason.value, reason.words) for reason in (*self.problems, *self.requests)]

    @property
    def standing(self) -> Any:
        """The agreed terms that an amendment starts from."""
        return self.draft.replaces.terms if self.draft and self.draft.replaces else None


def desk_for(
    actor: Actor, link: Link, direction: str, draft: Ask | None, *, cause: Ask | None = None, problem: Any = None
) -> Desk:
    """Raises PermissionDenied with the sentence that says who asks here."""
    if direction not in Direction.values:
        raise Http404
    asker, performer = moves.areas_of(link, direction)
    recording = None
    side = Side(draft.opened_by) if draft else Side.ASKER
    refusal = moves.why_not_draft(link, direction, actor, side=side)
    if refusal:
        if moves.why_not_draft(link, direction, actor, recording=True):
            raise PermissionDenied(refusal)
        recording = Recording(
            only=True,
            names=tuple(member.name for _area, member in people_of([asker if side == Side.ASKER else performer])),
        )
    draft_cause = draft.cause if draft else None
    return Desk(
        actor=actor,
        link=link,
        direction=Direction(direction),
        asker=asker,
        performer=performer,
        draft=draft,
        problems=_problems(actor, (draft.problem if draft else None) or problem),
        requests=_requests(actor, asker, draft, [one for one in (cause, draft_cause) if one]),
        recording=recording,
    )


def _problems(actor: Actor, chosen: ClientProblem | None) -> list[Reason]:
    found = ClientProblem.objects.filter(organization=actor.organization).filter(
        Q(closed_at__isnull=True) | Q(pk=chosen.pk if chosen else None)
    )
    return [
        Reason(f"p:{problem.ref}", problem.statement, in_focus=problem.in_focus)
        for problem in found.order_by("-in_focus", "-created_at", "pk")
    ]


def _requests(actor: Actor, asker: Area, draft: Ask | None, chosen: list[Ask]) -> list[Reason]:
    """What others asked of the area that asks now: most needs exist because of one of these."""
    asks = (
        visible_asks(actor)
        .filter(
            Q(performer=asker, state__in=(State.ASKED, State.COUNTERED, State.AGREED))
            | Q(pk__in=[c.pk for c in chosen])
        )
        .exclude(state=State.DRAFT)
        .order_by("-asked_at", "-pk")
    )
    if draft:
        asks = asks.exclude(pk=draft.pk)
    first = {one.pk for one in chosen}
    found = sorted(asks[:MOST_REASONS], key=lambda ask: ask.pk not in first)
    return [Reason(f"a:{ask.ref}", str(ask), by=ask.asker.name) for ask in found]


def _form(
    desk: Desk, now: datetime, data: dict[str, str] | None = None, initial: dict[str, Any] | None = None
) -> AskForm:
    organization = desk.actor.organization
    return AskForm(
        data,
        whys=desk.whys,
        answer_by=moves.default_answer_by(organization, now),
        recording=desk.recording,
        organization=organization,
        today=now.astimezone(organization.tz).date(),
        performer=desk.performer,
        standing=desk.standing,
        proposes=desk.proposes,
        initial=initial or {},
    )


def _draft_initial(draft: Ask) -> dict[str, Any]:
    why = ""
    if draft.problem:
        why = f"p:{draft.problem.ref}"
    elif draft.cause:
        why = f"a:{draft.cause.ref}"
    return {**draft.draft, "draft": draft.ref, "version": draft.version, "why": why}


def _page(
    request: MemberRequest,
    desk: Desk,
    form: AskForm,
    *,
    overtaken: str = "",
    other: Ask | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "actor": desk.actor,
        "desk": desk,
        "form": form,
        "draft": desk.draft,
        "link": desk.link,
        "examples": examples.suggest(desk.direction, desk.performer.kind),
        "questions": questions_for(desk.opening, get_language() or "en"),
        "trail": trail_of(desk.actor, form),
        "marks": marks_of(form),
        "overtaken": overtaken,
        "other": other,
        "refused": refused,
        "once": request.POST.get("once") or new_ref(),
        "chosen": form.value("why"),
    }
    return render(request, "requests/asking.html", context, status=status)


def trail_of(actor: Actor, form: AskForm) -> list[Step]:
    """The way from the chosen reason up to the client; nothing while the reason is the client's problem itself."""
    kind, _colon, ref = form.value("why").partition(":")
    cause = visible_asks(actor).filter(ref=ref).first() if kind == "a" else None
    return path(cause.pk) if cause else []


@dataclass(frozen=True)
class Mark:
    name: str
    word: str
    holds: bool
    hint: str


def marks_of(form: AskForm) -> list[Mark]:
    """The three marks of a good promise, while it is being written. Hints; they never block."""
    counted = form.value("shape") == "measured" and form.value("indicator").strip() and form.value("target").strip()
    return [
        Mark(
            "measurable",
            _("measurable"),
            bool(form.value("satisfaction").strip() or counted),
            _("Say how you both see that it is well done, or count something."),
        ),
        Mark(
            "owned",
            _("owned"),
            False,
            _("When they commit, %(area)s names who answers for it.") % {"area": form.performer.name},
        ),
        Mark(
            "traceable",
            _("traceable to the client"),
            bool(form.value("why")),
            _("Choose below for which problem of the client you need it."),
        ),
    ]


def show_draft(request: MemberRequest, actor: Actor, draft: Ask, now: datetime) -> HttpResponse:
    """A draft opens as the form that it still is."""
    desk = desk_for(actor, draft.link, draft.direction, draft)
    return _page(request, desk, _form(desk, now, initial=_draft_initial(draft)))


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, actor: Actor, link: str, direction: str) -> HttpResponseBase:
    """Ask the other side of a link for something. `?cause=` or `?problem=` says why already."""
    edge = link_of(actor, link)
    now = timezone.now()
    if request.method == "POST":
        return _post(request, actor, edge, direction, now)
    initial: dict[str, Any] = {}
    cause = ask_to_read(actor, request.GET["cause"]) if request.GET.get("cause") else None
    problem = problem_of(actor, request.GET["problem"]) if request.GET.get("problem") else None
    desk = desk_for(actor, edge, direction, None, cause=cause, problem=problem)
    if cause:
        initial["why"] = f"a:{cause.ref}"
    elif problem:
        initial["why"] = f"p:{problem.ref}"
    elif len(desk.problems) == 1 and not desk.requests:
        initial["why"] = desk.problems[0].value
    return _page(request, desk, _form(desk, now, initial=initial))


def _draft_named(request: MemberRequest, actor: Actor, edge: Link, direction: str) -> Ask | None:
    ref = request.POST.get("draft", "")
    if not ref:
        return None
    draft = ask_to_read(actor, ref)
    if draft.link_id != edge.pk or draft.direction != direction:
        raise Http404
    return draft


def _why(actor: Actor, why: str) -> tuple[ClientProblem | None, Ask | None]:
    kind, _colon, ref = why.partition(":")
    if kind == "p":
        return problem_of(actor, ref), None
    if kind == "a":
        return None, ask_to_read(actor, ref)
    return None, None


def _version(request: MemberRequest) -> int:
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _to(actor: Actor, ask: Ask) -> HttpResponse:
    return redirect("requests:ask", org=actor.organization.ref, ref=ask.ref)


def _post(request: MemberRequest, actor: Actor, edge: Link, direction: str, now: datetime) -> HttpResponseBase:
    draft = _draft_named(request, actor, edge, direction)
    if draft and draft.state != State.DRAFT:
        messages.info(request, _("This was asked already."))
        return _to(actor, draft)
    desk = desk_for(actor, edge, direction, draft)
    form = _form(desk, now, data=request.POST.dict())
    if "save" in request.POST:
        return _save(request, desk, form, now)
    if not form.is_valid():
        return _page(request, desk, form, status=422)
    key = _once_key(request, actor)
    if draft is None and key and not cache.add(key, "", SAME_FORM):
        known = cache.get(key)
        messages.info(request, _("This was asked already."))
        return _to(actor, ask_to_read(actor, known)) if known else redirect("requests:desk", org=actor.organization.ref)
    said = form.cleaned_data
    problem, cause = _why(actor, said["why"])
    try:
        with transaction.atomic():
            one = draft or moves.draft(
                actor, edge, direction, data={}, problem=problem, cause=cause, said_by=form.said_by, now=now
            )
            asked = moves.send(
                one,
                actor,
                version=_version(request) if draft else one.version,
                terms=form.terms(),
                problem=problem,
                cause=cause,
                answer_by=said["answer_by"],
                words=said["words"],
                said_by=form.said_by,
                now=now,
            )
    except moves.Overtaken as late:
        return _overtaken(request, actor, desk, late, now)
    except moves.Refused as refusal:
        if key:
            cache.delete(key)
        return _page(request, desk, form, refused=refusal.sentence, status=422)
    if key:
        cache.set(key, asked.ref, SAME_FORM)
    messages.success(request, _("Asked. %(area)s knows, and answers you here.") % {"area": desk.answering.name})
    return _to(actor, asked)


def _once_key(request: MemberRequest, actor: Actor) -> str:
    """Each opened form has a name; sent twice, it asks once."""
    once = request.POST.get("once", "")
    return f"requests.once:{actor.membership.pk}:{once[:12]}" if once.isalnum() else ""


def _overtaken(
    request: MemberRequest, actor: Actor, desk: Desk, late: moves.Overtaken, now: datetime
) -> HttpResponseBase:
    """Somebody else saved or sent the draft: what the other wrote is shown, what this person typed stays."""
    fresh = ask_to_read(actor, late.ask.ref)
    if fresh.state != State.DRAFT:
        messages.warning(request, late.sentence)
        return _to(actor, fresh)
    newer = desk_for(actor, fresh.link, fresh.direction, fresh)
    form = _form(newer, now, data={**request.POST.dict(), "version": str(fresh.version)})
    form.is_valid()
    return _page(
        request,
        newer,
        form,
        overtaken=_(
            "Somebody else changed this draft meanwhile. Below stands what you typed; asking again takes yours."
        ),
        other=fresh,
        status=409,
    )


def _save(request: MemberRequest, desk: Desk, form: AskForm, now: datetime) -> HttpResponseBase:
    """*Keep as a draft*, without JavaScript."""
    try:
        draft = _keep(request, desk, form, now)
    except moves.Overtaken as late:
        return _overtaken(request, desk.actor, desk, late, now)
    except moves.Refused as refusal:
        return _page(request, desk, form, refused=refusal.sentence, status=422)
    if draft is None:
        return _page(request, desk, form, refused=_("There is nothing to keep yet."), status=422)
    messages.success(request, _("Kept as a draft. Nobody else is told before you ask."))
    return _to(desk.actor, draft)


def _keep(request: MemberRequest, desk: Desk, form: AskForm, now: datetime) -> Ask | None:
    """Write down what was typed so far; None if nothing was. Raises Refused, Overtaken."""
    data = form.raw()
    why = str(form.data.get("why", ""))
    problem, cause = _why(desk.actor, why) if why in dict(desk.whys) else (None, None)
    if desk.draft is not None:
        return moves.keep_draft(
            desk.draft, desk.actor, version=_version(request), data=data, problem=problem, cause=cause, now=now
        )
    if not data.get("outcome", "").strip() and not data.get("satisfaction", "").strip():
        return None
    said_by = data.get("said_by", "").strip()[:120]
    if desk.recording and not said_by:
        return None
    return moves.draft(
        desk.actor, desk.link, desk.direction, data=data, problem=problem, cause=cause, said_by=said_by, now=now
    )


@for_members
@require_POST
def keep(request: MemberRequest, actor: Actor, link: str, direction: str) -> HttpResponseBase:
    """What the form sends by itself after some typing: keep it, answer with the draft's name and the marks."""
    edge = link_of(actor, link)
    now = timezone.now()
    draft = _draft_named(request, actor, edge, direction)
    desk = desk_for(actor, edge, direction, draft)
    form = _form(desk, now, data=request.POST.dict())
    kept: Ask | None = None
    refused = ""
    if draft and draft.state != State.DRAFT:
        refused = _("This was asked already.")
    else:
        try:
            kept = _keep(request, desk, form, now)
        except moves.Overtaken:
            refused = _("Somebody else changed this draft meanwhile. Your words stay here; asking shows you both.")
        except moves.Refused as refusal:
            refused = refusal.sentence
    context = {
        "actor": actor,
        "desk": desk,
        "form": form,
        "draft": kept or draft,
        "version": kept.version if kept else _version(request),
        "kept_at": wording.hour(timezone.localtime(now, actor.organization.tz).time(), actor.organization)
        if kept
        else "",
        "marks": marks_of(form),
        "trail": trail_of(actor, form),
        "not_kept": refused,
        "link": edge,
    }
    answer = render(request, "requests/asking.html#kept", context)
    if kept and not draft:
        answer["HX-Replace-Url"] = reverse("requests:ask", kwargs={"org": actor.organization.ref, "ref": kept.ref})
    return answer

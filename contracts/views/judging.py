"""How it was: the receiver's three answers, read back before they count; letting it go; taking a verdict back."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.access import Actor, MemberRequest, for_members
from contracts import keeping
from contracts.clock import Columns, Standing, standing_of
from contracts.forms import JudgeForm, UndoForm, WaiveForm
from contracts.history import moment_said
from contracts.models import Occurrence
from contracts.views.act import Act, Case, carry


def foretold(occurrence: Occurrence, worked: bool, now: datetime) -> Standing:
    """Where the delivery will stand with this verdict."""
    row = Columns(
        due_at=occurrence.due_at,
        delivered_at=occurrence.delivered_at if worked else None,
        met=occurrence.met,
        judged_at=now,
        worked=worked,
        failed_at=occurrence.failed_at if worked else occurrence.failed_at or now,
    )
    # What is judged is not to come: how near is near changes nothing.
    return standing_of(row, now=now, soon_until=now)


def read_back(occurrence: Occurrence, *, on_time: bool, worked: bool, easy: bool, now: datetime) -> dict[str, object]:
    """What was answered as one sentence, what follows from it, and where the clock saw it otherwise."""
    parts = [
        _("it came on time") if on_time else _("it did not come on time"),
        _("it worked") if worked else _("it did not work"),
        _("it was easy") if easy else _("it was not easy"),
    ]
    said = _("You say: %(first)s, %(second)s, %(third)s.") % dict(zip(("first", "second", "third"), parts, strict=True))
    standing = foretold(occurrence, worked, now)
    organization = occurrence.organization
    due = moment_said(occurrence.due_at, organization)
    names = {"area": occurrence.owes.name, "due": due}
    if not worked:
        follows = _("Then it goes back to %(area)s with your words, due as before (%(due)s).") % names
    elif standing == Standing.KEPT:
        follows = _("Then this delivery counts as kept.")
    elif standing == Standing.REPAIRED:
        follows = _("Then it counts as broken and repaired: nobody is reminded of it any more.")
    else:
        follows = _("Then it counts as broken, because its number is off the target.")
    clock = ""
    assert occurrence.delivered_at is not None
    late = occurrence.delivered_at > occurrence.due_at
    times = {"delivered": moment_said(occurrence.delivered_at, organization), "due": due}
    if late and on_time:
        clock = _("By the clock it came late (due %(due)s, delivered %(delivered)s). Your answer is kept beside it.")
    elif not late and not on_time:
        clock = _("By the clock it was in time (due %(due)s, delivered %(delivered)s). Your answer is kept beside it.")
    tone = {Standing.KEPT: "kept", Standing.REPAIRED: "soon"}.get(standing, "broken")
    return {"said": said, "follows": follows, "clock": clock % times if clock else "", "tone": tone}


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Three questions; what follows is read back, and only then it counts."""
    now = timezone.now()

    def act_on(case: Case) -> Act:
        return Act(
            request,
            case,
            verb="judge",
            side=case.occurrence.owed,
            why_not=keeping.why_not_judge,
            template="contracts/judge.html",
            said=_("Thank you. %(area)s sees your answer now.") % {"area": case.occurrence.owes.name},
        )

    def form_for(act: Act, data: dict[str, str] | None) -> JudgeForm:
        return JudgeForm(data, initial={"version": act.case.occurrence.version}, auto_id="judge-%s", **act.saying)

    def before(act: Act, form: JudgeForm) -> HttpResponseBase | None:
        if request.POST.get("confirmed") == "yes":
            return None
        if "again" in request.POST:
            return act.show(form)
        said = {name: form.cleaned_data[name] for name in form.QUESTIONS}
        kept = [*form.kept, ("version", form.cleaned_data["version"])]
        if form.speaker:
            kept.append(("said_by", form.speaker))
        return act.show(form, back=read_back(act.case.occurrence, now=now, **said), hidden=kept)

    def deed(case: Case, form: JudgeForm) -> None:
        said = form.cleaned_data
        keeping.judge(
            case.occurrence,
            actor,
            version=said["version"],
            now=now,
            on_time=said["on_time"],
            worked=said["worked"],
            easy=said["easy"],
            words=said["words"],
            said_by=form.speaker,
        )

    return carry(request, actor, ref, now, act_on, form_for, deed, before=before)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The receiver lets it go, with words."""
    now = timezone.now()

    def act_on(case: Case) -> Act:
        return Act(
            request,
            case,
            verb="waive",
            side=case.occurrence.owed,
            why_not=keeping.why_not_waive,
            template="contracts/waive.html",
            said=_("Let go. It counts neither as kept nor as broken."),
        )

    def form_for(act: Act, data: dict[str, str] | None) -> WaiveForm:
        return WaiveForm(data, initial={"version": act.case.occurrence.version}, auto_id="waive-%s", **act.saying)

    def deed(case: Case, form: WaiveForm) -> None:
        said = form.cleaned_data
        keeping.waive(
            case.occurrence, actor, version=said["version"], now=now, words=said["words"], said_by=form.speaker
        )

    return carry(request, actor, ref, now, act_on, form_for, deed)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def reconsider(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The verdict was a mistake: it waits to be given again."""
    now = timezone.now()

    def act_on(case: Case) -> Act:
        return Act(
            request,
            case,
            verb="reconsider",
            side=case.occurrence.owed,
            why_not=keeping.why_not_reconsider,
            template="contracts/undo.html",
            said=_("Taken back. The delivery waits for your verdict again."),
            more={"undone": "verdict"},
        )

    def form_for(act: Act, data: dict[str, str] | None) -> UndoForm:
        return UndoForm(data, initial={"version": act.case.occurrence.version}, auto_id="reconsider-%s", **act.saying)

    def deed(case: Case, form: UndoForm) -> None:
        said = form.cleaned_data
        keeping.reconsider(
            case.occurrence, actor, version=said["version"], now=now, words=said["words"], said_by=form.speaker
        )

    return carry(request, actor, ref, now, act_on, form_for, deed)

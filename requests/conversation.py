"""The conversation of an ask as its page shows it: what was said, whose turn it is, and what this person can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from areas.access import Actor
from areas.models import Area, AreaPart, Link, Membership
from areas.words import Kind
from requests import moves
from requests.forms import (
    AcknowledgeForm,
    ActForm,
    AgreeForm,
    CounterForm,
    DeclineForm,
    Recording,
    SayForm,
    Setting,
    WithdrawForm,
)
from requests.models import Act, Ask
from requests.states import Direction, Side, State, Verb
from requests.trace import Step, path
from requests.wording import Difference, differences

FORMS: dict[Verb, type[ActForm] | type[CounterForm]] = {
    Verb.AGREE: AgreeForm,
    Verb.COUNTER: CounterForm,
    Verb.DECLINE: DeclineForm,
    Verb.ACKNOWLEDGE: AcknowledgeForm,
    Verb.WITHDRAW: WithdrawForm,
    Verb.SAY: SayForm,
}
Form = ActForm | CounterForm


@dataclass
class Line:
    """One act in the timeline, with what it changed."""

    act: Act
    changes: list[Difference] = field(default_factory=list)
    is_first: bool = False

    @property
    def tone(self) -> str:
        return {
            Verb.AGREE.value: "agreed",
            Verb.DECLINE.value: "declined",
            Verb.COUNTER.value: "countered",
            Verb.ASK.value: "asked",
        }.get(self.act.verb, "")


@dataclass
class Chance:
    """One act that the state allows: its form if this person may, else the reason why not."""

    verb: Verb
    form: Form | None
    reason: str = ""
    # The facilitator may only write down what a side said aloud.
    recorded: bool = False
    opened: bool = False

    # Who asked does not commit to anything: that side takes what the other offers.
    accepts: bool = False

    @property
    def label(self) -> str:
        return _("That works for us") if self.accepts else str(self.verb.label)

    @property
    def button(self) -> str:
        return {Verb.AGREE: "primary", Verb.DECLINE: "danger", Verb.WITHDRAW: "quiet", Verb.ACKNOWLEDGE: "quiet"}.get(
            self.verb, ""
        )


@dataclass
class Talk:
    """All that the page of an asked ask needs."""

    ask: Ask
    now: datetime
    actor: Actor
    lines: list[Line]
    path: list[Step]
    chances: list[Chance]
    people: list[tuple[Area, Membership]]
    redirected: list[Ask]
    caused: list[Ask]
    amendment: Ask | None
    onward: list[tuple[Link, Direction, Area]]
    side: Side | None

    @property
    def allowed(self) -> list[Chance]:
        return [chance for chance in self.chances if chance.form and not chance.recorded and chance.verb != Verb.SAY]

    @property
    def recorded(self) -> list[Chance]:
        return [chance for chance in self.chances if chance.form and chance.recorded and chance.verb != Verb.SAY]

    @property
    def saying(self) -> Chance | None:
        return next((chance for chance in self.chances if chance.verb == Verb.SAY and chance.form), None)

    @property
    def refusals(self) -> list[tuple[str, list[str]]]:
        """(reason, the acts that it stands against), for what this person cannot do."""
        found: dict[str, list[str]] = {}
        for chance in self.chances:
            if chance.reason and not chance.form and chance.verb not in (Verb.SAY, Verb.ACKNOWLEDGE):
                found.setdefault(chance.reason, []).append(chance.label)
        return list(found.items())

    @property
    def taken_over(self) -> bool:
        """Declined here, and the area to which it was sent on has committed."""
        return any(one.state in (State.AGREED, State.REPLACED) for one in self.redirected)

    @property
    def unanswered(self) -> bool:
        return self.ask.is_unanswered(self.now)

    @property
    def late_days(self) -> int:
        ask = self.ask
        if ask.answer_by is None:
            return 0
        return (self.now.astimezone(ask.organization.tz).date() - ask.answer_by).days

    @property
    def my_turn(self) -> bool:
        waits = self.ask.waits_for
        return waits is not None and self.actor.may_speak_for(waits) and self.side == self.ask.turn

    @property
    def pill(self) -> str:
        return "unanswered" if self.unanswered else self.ask.state

    @property
    def version(self) -> int:
        return self.ask.organization.revision


def lines_of(ask: Ask) -> list[Line]:
    """The acts, oldest first; each wording beside the one before it. One query."""
    acts = ask.acts.select_related(
        "for_area", "by__user", "recorded_by__user", "terms", "redirected_to__performer"
    ).order_by("n")
    found: list[Line] = []
    before = ask.replaces.terms if ask.replaces else None
    for act in acts:
        line = Line(act)
        if act.verb in (Verb.ASK, Verb.COUNTER) and act.terms:
            if before is not None:
                line.changes = differences(before, act.terms, ask.organization)
            line.is_first = act.verb == Verb.ASK
            before = act.terms
        if act.verb != Verb.DRAFT:
            found.append(line)
    return found


def people_of(areas: Sequence[Area]) -> list[tuple[Area, Membership]]:
    """Who belongs to these areas, leads first. One query."""
    parts = (
        AreaPart.objects.filter(area__in=areas, membership__left_at__isnull=True)
        .select_related("membership__user", "membership__organization")
        .order_by("part", "membership__user__name", "pk")
    )
    by_pk = {area.pk: area for area in areas}
    return [(by_pk[part.area_id], part.membership) for part in parts]


def setting_for(ask: Ask, now: datetime, people: Sequence[tuple[Area, Membership]]) -> Setting:
    organization = ask.organization
    areas: tuple[Area, ...] = ()
    if ask.state == State.ASKED or ask.state == State.COUNTERED:
        areas = tuple(
            Area.objects.filter(organization=organization, archived_at__isnull=True)
            .exclude(kind=Kind.CLIENT)
            .exclude(pk__in=(ask.asker_id, ask.performer_id))
            .order_by("name")
        )
    return Setting(
        ask=ask,
        today=now.astimezone(organization.tz).date(),
        answer_by=moves.default_answer_by(organization, now),
        people=tuple(member for area, member in people if area.pk == ask.performer_id),
        areas=areas,
    )


def form_for(
    verb: Verb,
    setting: Setting,
    *,
    recording: Recording | None,
    data: dict[str, str] | None = None,
) -> Form:
    return FORMS[verb](data, setting=setting, recording=recording, auto_id=f"{verb.value}-%s")


def recording_for(
    verb: Verb, ask: Ask, actor: Actor, now: datetime, people: Sequence[tuple[Area, Membership]]
) -> Recording | None:
    """Whether, beside or instead of the person's own act, a facilitator may write down what somebody said."""
    if not actor.is_facilitator or moves.why_not(ask, verb, actor, now, recording=True):
        return None
    own = moves.why_not(ask, verb, actor, now) is None
    if own and verb != Verb.SAY:
        return None
    return Recording(only=not own, names=tuple(dict.fromkeys(member.name for _area, member in people)))


def chances_of(
    ask: Ask,
    actor: Actor,
    now: datetime,
    people: Sequence[tuple[Area, Membership]],
    *,
    bound: Form | None = None,
    opened: Verb | None = None,
) -> list[Chance]:
    """Every act that the state allows, in the order of the buttons."""
    possible = moves.possible(ask, actor, now)
    setting = setting_for(ask, now, people)
    found = []
    for verb in FORMS:
        if verb not in possible:
            continue
        reason = possible[verb]
        accepts = verb == Verb.AGREE and ask.turn == Side.ASKER
        recording = recording_for(verb, ask, actor, now, people)
        if reason and not recording:
            found.append(Chance(verb, None, reason, accepts=accepts))
            continue
        form = bound if bound is not None and bound.verb == verb else form_for(verb, setting, recording=recording)
        found.append(Chance(verb, form, reason or "", recorded=bool(reason), opened=verb == opened, accepts=accepts))
    return found


def onward_of(ask: Ask, actor: Actor) -> list[tuple[Link, Direction, Area]]:
    """Where the performing area can ask for what it needs to keep this: its suppliers, then its customers."""
    if ask.state in (State.DRAFT, State.WITHDRAWN, State.REPLACED, State.DECLINED):
        return []
    if not (actor.may_speak_for(ask.performer_id) or actor.is_facilitator) or ask.performer.is_client:
        return []
    links = Link.objects.filter(ended_at__isnull=True).select_related("customer", "supplier")
    needs = [
        (link, Direction.NEED, link.supplier)
        for link in links.filter(customer=ask.performer).order_by("supplier__name")
        if not link.supplier.is_client
    ]
    requirements = [
        (link, Direction.REQUIREMENT, link.customer)
        for link in links.filter(supplier=ask.performer).order_by("customer__name")
    ]
    return needs + requirements


def talk_of(ask: Ask, actor: Actor, now: datetime, *, bound: Form | None = None, opened: Verb | None = None) -> Talk:
    """Gather the page in a fixed number of queries."""
    people = people_of([ask.asker, ask.performer])
    near = Ask.objects.select_related("performer", "asker", "terms", "organization")
    return Talk(
        ask=ask,
        now=now,
        actor=actor,
        lines=lines_of(ask),
        path=path(ask.pk),
        chances=chances_of(ask, actor, now, people, bound=bound, opened=opened),
        people=people,
        redirected=list(near.filter(redirected_from=ask).order_by("pk")),
        caused=list(
            near.filter(cause=ask, redirected_from__isnull=True)
            .exclude(state__in=(State.DRAFT, State.WITHDRAWN))
            .order_by("asked_at", "pk")
        ),
        amendment=near.filter(replaces=ask)
        .exclude(state__in=(State.WITHDRAWN, State.DECLINED))
        .order_by("-pk")
        .first(),
        onward=onward_of(ask, actor),
        side=moves.side_of(ask, actor),
    )

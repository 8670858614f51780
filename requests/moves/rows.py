"""What the acts share: the guard, the conditional change of the ask, its immutable rows, the line in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.models import Area, AreaPart, Membership, Organization
from requests.models import Act, Ask, ClientProblem, Promise, Terms
from requests.moves.refusals import Overtaken, Refused
from requests.moves.rules import why_not_done
from requests.states import Side, State, Verb, other

Fields = dict[str, Any]


@dataclass(frozen=True)
class Author:
    """For whom an act counts: the person, or somebody who said it aloud and whom a facilitator writes down.

    A guest of a workshop without an account has a name only.
    """

    membership: Membership | None
    name: str
    recorded_by: Membership | None


def author(actor: Actor, said_by: str) -> Author:
    """`said_by` names who said it aloud; a person of the organization with just that name is taken to be meant."""
    if not said_by:
        return Author(actor.author, actor.name, None)
    meant = [
        member
        for member in Membership.objects.select_related("user").filter(
            organization=actor.organization, left_at__isnull=True, user__name=said_by
        )[:2]
        if member.pk != actor.membership.pk
    ]
    return Author(meant[0] if len(meant) == 1 else None, said_by, actor.membership)


def guard(ask: Ask, verb: Verb, actor: Actor, version: int, now: datetime, said_by: str) -> None:
    if ask.version != version:
        raise Overtaken(fresh(ask))
    refusal = why_not_done(ask, verb, actor, now, recording=bool(said_by))
    if refusal:
        raise Refused(refusal)


def fresh(ask: Ask) -> Ask:
    return Ask.objects.select_related(
        "organization", "link__customer", "link__supplier", "asker", "performer", "terms", "owner__user"
    ).get(pk=ask.pk)


def step(ask: Ask, sources: tuple[str, ...], version: int | None, **changes: Any) -> None:
    """Change the row if it still is what the person saw; of two at the same instant the second finds no row."""
    rows = Ask.objects.filter(pk=ask.pk, state__in=sources)
    if version is not None:
        rows = rows.filter(version=version)
    if rows.update(version=F("version") + 1, **changes) != 1:
        raise Overtaken(fresh(ask))
    for name, value in changes.items():
        setattr(ask, name, value)
    ask.refresh_from_db(fields=["version"])


def stay(ask: Ask, sources: tuple[str, ...]) -> None:
    """Nothing of what the other side is answering changes: its half-written act stays good. The row stays locked."""
    if not Ask.objects.select_for_update(of=("self",)).filter(pk=ask.pk, state__in=sources).exists():
        raise Overtaken(fresh(ask))


def new_terms(ask: Ask, side: Side, fields: Fields, now: datetime) -> Terms:
    # The row of the ask is locked first: of two wordings at the same instant one waits and is then overtaken.
    Ask.objects.select_for_update(of=("self",)).get(pk=ask.pk)
    last = Terms.objects.filter(ask=ask).aggregate(last=Max("n"))["last"] or 0
    known = {name: value for name, value in fields.items() if name in Promise.FIELDS}
    return Terms.objects.create(ask=ask, n=last + 1, side=side, at=now, **known)


def write(
    ask: Ask,
    verb: Verb,
    side: str,
    who: Author,
    now: datetime,
    *,
    words: str = "",
    alternative: str = "",
    terms: Terms | None = None,
    answer_by: date | None = None,
    owner_name: str = "",
    redirected_to: Ask | None = None,
    for_area: Area | None = None,
    quiet: bool = False,
) -> Act:
    """The immutable row and, but for drafts, the line in the journal. The caller's update holds the row's lock."""
    last = Act.objects.filter(ask=ask).aggregate(last=Max("n"))["last"] or 0
    area = for_area or (ask.area_of(side) if side else None)
    act = Act.objects.create(
        ask=ask,
        n=last + 1,
        verb=verb,
        side=side,
        for_area=area,
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        words=words.strip(),
        alternative=alternative.strip(),
        terms=terms,
        answer_by=answer_by,
        owner_name=owner_name,
        redirected_to=redirected_to,
        at=now,
    )
    if verb == Verb.DRAFT or quiet:
        return act
    journal.record(
        ask.organization,
        f"ask.{EVENT[verb]}",
        by=who.membership,
        by_name=who.name,
        recorded_by=who.recorded_by,
        now=now,
        area=area,
        link=ask.link,
        subject=("ask", ask.ref),
        facts={
            "outcome": ask.terms.outcome if ask.terms else "",
            "area": area.name if area else "",
            "other": ask.area_of(other(Side(side))).name if side else ask.performer.name,
            "name": owner_name,
            "words": (words or alternative).strip(),
        },
        topics=(f"a:{ask.ref}",),
    )
    return act


EVENT = {
    Verb.ASK: "asked",
    Verb.ACKNOWLEDGE: "acknowledged",
    Verb.AGREE: "agreed",
    Verb.COUNTER: "countered",
    Verb.DECLINE: "declined",
    Verb.WITHDRAW: "withdrawn",
    Verb.SAY: "said",
    Verb.REPLACE: "replaced",
}


def check_cause(asker: Area, organization: Organization, problem: ClientProblem | None, cause: Ask | None) -> None:
    if problem and cause:
        raise Refused(_("Choose one reason: a client problem or a request."))
    if problem and problem.organization_id != organization.pk:
        raise Refused(_("This client problem does not exist."))
    if cause and (cause.organization_id != organization.pk or cause.state in (State.DRAFT, State.WITHDRAWN)):
        raise Refused(_("This request cannot be the reason."))
    if cause and asker.pk not in (cause.asker_id, cause.performer_id):
        raise Refused(_("The reason is a request in which %(area)s takes part.") % {"area": asker.name})


def owner_of(ask: Ask, owner: Membership | None, owner_name: str) -> str:
    """The name of the owner, who must belong to the performing side. Raises Refused."""
    if owner is None:
        if owner_name.strip():
            return owner_name.strip()[:120]
        raise Refused(_("Name who in %(area)s takes care of it.") % {"area": ask.performer.name})
    belongs = AreaPart.objects.filter(membership=owner, area=ask.performer, membership__left_at__isnull=True).exists()
    if not belongs:
        raise Refused(_("%(name)s does not belong to %(area)s.") % {"name": owner.name, "area": ask.performer.name})
    return owner.name

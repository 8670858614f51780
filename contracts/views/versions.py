"""The versions of a contract, and two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.access import Actor, MemberRequest, for_members
from contracts import drafting
from contracts.models import Clause, Version
from contracts.sheets import LANES, Sheet, owner_difference, title_of
from contracts.views.frame import frame, sheet_of
from requests.moves import areas_of
from requests.wording import Difference, differences, sentence


@dataclass
class Pair:
    """One promise in two versions, beside each other."""

    status: str
    before: Clause | None
    after: Clause | None
    before_sentence: str
    after_sentence: str
    differences: list[Difference] = field(default_factory=list)


@dataclass
class PairLane:
    title: str
    direction: str
    pairs: list[Pair]


def _versions(sheet: Sheet) -> list[Version]:
    return list(sheet.contract.versions.filter(in_force_at__isnull=False).prefetch_related("clauses").order_by("-n"))


@for_members
@require_safe
def versions(request: MemberRequest, actor: Actor, link: str) -> HttpResponseBase:
    """All versions, newest first, with who signed them."""
    found = sheet_of(actor, link, timezone.now())
    every = _versions(found)
    signatures = list(
        found.contract.signatures.filter(provisional=False).select_related("for_area", "recorded_by__user")
    )
    rows = [
        (version, [one for one in signatures if one.n == version.n and one.digest == version.digest])
        for version in every
    ]
    return render(request, "contracts/versions.html", frame(request, found, rows=rows))


@for_members
@require_safe
def version(request: MemberRequest, actor: Actor, link: str, n: int) -> HttpResponseBase:
    """Version n beside another one: the one before it, unless `?with=` names another."""
    found = sheet_of(actor, link, timezone.now())
    every = _versions(found)
    by_n = {one.n: one for one in every}
    if n not in by_n:
        raise Http404
    chosen = request.GET.get("with", "")
    default = max((one for one in by_n if one < n), default=None)
    other = by_n.get(int(chosen)) if chosen.isdecimal() and len(chosen) < 9 and int(chosen) != n else None
    if other is None and default is not None:
        other = by_n[default]
    older, newer = (None, by_n[n]) if other is None else sorted((other, by_n[n]), key=lambda one: one.n)
    signatures = list(found.contract.signatures.filter(provisional=False).select_related("for_area"))
    context = frame(
        request,
        found,
        version=by_n[n],
        older=older,
        newer=newer,
        other=other,
        choices=[one for one in every if one.n != n],
        lanes=_lanes(found, older, newer),
        older_signed=[s for s in signatures if older and s.n == older.n and s.digest == older.digest],
        newer_signed=[s for s in signatures if s.n == newer.n and s.digest == newer.digest],
    )
    return render(request, "contracts/version.html", context)


def _lanes(found: Sheet, older: Version | None, newer: Version) -> list[PairLane]:
    if older is None:
        changes = [drafting.Change(clause.lane, "kept", None, clause) for clause in newer.clauses.all()]
    else:
        newer.contract = found.contract
        changes = drafting.compare(older, newer)
    lanes = []
    for direction in LANES:
        asker, performer = areas_of(found.link, direction)
        pairs = [_pair(found, change) for change in changes if change.lane == direction]
        lanes.append(PairLane(title_of(asker, performer, direction), direction.value, pairs))
    return lanes


def _pair(found: Sheet, change: drafting.Change) -> Pair:
    organization = found.organization
    pair = Pair(
        status=change.status,
        before=change.before,
        after=change.after,
        before_sentence=sentence(change.before, organization) if change.before else "",
        after_sentence=sentence(change.after, organization) if change.after else "",
    )
    if change.before and change.after:
        pair.differences = differences(change.before, change.after, organization)
        if change.before.owner_name != change.after.owner_name:
            pair.differences.append(owner_difference(change.before.owner_name, change.after.owner_name))
            pair.status = "changed"
    return pair

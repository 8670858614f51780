"""What remains of a workshop: its page, its exports, its sheets on paper, what is followed up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from areas.access import Actor, MemberRequest, for_facilitators, for_members
from contracts.access import contract_to_read
from contracts.sheets import Sheet
from contracts.views.printing import on_paper
from requests.moves import Refused
from requests.states import State
from requests.views.live import live, new_token, wants_token
from workshops import exports, mails
from workshops.access import actor_in, workshop_of
from workshops.after import follow as follow_up
from workshops.after import why_not_follow
from workshops.charts import mean_said, mirrors, to_compare
from workshops.models import Workshop
from workshops.phases import Takes
from workshops.room import FIRST, SECOND, LinkNow, Room, read_room

# With more the page is folded: what was asked by link, and the needs that nobody meets after the first ones.
ASKS_IN_FULL, UNMET_IN_FULL = 24, 6


def _room(workshop: Workshop, now: datetime) -> Room:
    return read_room(workshop, now, with_contracts=True)


@for_members
@require_safe
def workshop(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The workshop for ever: problem, mirrors, asks by link, unmet needs, contracts, what each area leaves."""
    found = workshop_of(actor, ref)
    topics = (found.topic(), found.stage_topic, f"o:{found.scene.ref}")
    if wants_token(request):
        return new_token(topics)
    now = timezone.now()
    room = _room(found, now)
    first, second = room.mirror(FIRST), room.mirror(SECOND)
    links = [(one, _figures(one)) for one in room.links if one.needs or one.requirements]
    context: dict[str, Any] = {
        "actor": actor,
        "org": actor.organization.ref,
        "workshop": found,
        "room": room,
        "scene": found.scene,
        "is_open": found.is_open(now),
        "means": [
            (name or _("on average, from 0 to 10"), css, mean_said(counts, found.scene), counts.people)
            for css, name, counts in to_compare(first, second)
        ],
        "chart": mirrors(first, second),
        "links": links,
        "is_folded": len(room.asks) > ASKS_IN_FULL,
        "unmet": room.unmet[:UNMET_IN_FULL],
        "unmet_more": room.unmet[UNMET_IN_FULL:],
        "contracts": [(one, *mails.stand_of(one)) for one in room.contracts],
        "areas": _by_area(room, actor),
        "topic": found.topic(),
        "stage_topic": found.stage_topic,
        **live(request, topics),
    }
    return render(request, f"workshops/workshop.html{'#story' if request.htmx else ''}", context)


def _figures(one: LinkNow) -> list[tuple[str, str, int]]:
    """(tone, state, how many) of what was asked on a link, for its line where it is folded."""
    found: Counter[str] = Counter(
        State.AGREED if each.ask.state == State.REPLACED else each.ask.state for each in (*one.needs, *one.requirements)
    )
    tones = {State.AGREED: "kept", State.DECLINED: "broken", State.COUNTERED: "soon", State.ASKED: "open"}
    return [(tone, state.value, found[state]) for state, tone in tones.items() if found[state]]


def _by_area(room: Room, actor: Actor) -> list[dict[str, Any]]:
    found = []
    for one in room.areas:
        mine = {takeaway.kind: takeaway for takeaway in room.takeaways if takeaway.area_id == one.area.pk}
        if mine:
            improvement = mine.get(Takes.IMPROVEMENT)
            found.append(
                {
                    "area": one.area,
                    "takes": [mine[kind] for kind in Takes.values if kind in mine],
                    "may_follow": improvement is not None and why_not_follow(improvement, actor) is None,
                }
            )
    return found


@for_facilitators
@require_POST
def follow(request: MemberRequest, actor: Actor, ref: str, takeaway: str) -> HttpResponseBase:
    """Make a request of an improvement, once."""
    found = workshop_of(actor, ref)
    improvement = get_object_or_404(found.takeaways.select_related("area"), ref=takeaway)
    try:
        ask = follow_up(improvement, actor, timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("workshops:workshop", org=actor.organization.ref, ref=ref)
    messages.success(request, _("It is a request now: %(area)s answers it.") % {"area": ask.performer.name})
    return redirect(ask.get_absolute_url())


@for_facilitators
@require_POST
def send_letters(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """Write to the leads with their sheets; who got the letter already does not get it again."""
    found = workshop_of(actor, ref)
    if found.is_rehearsal:
        messages.error(request, _("A rehearsal writes to nobody."))
    else:
        with transaction.atomic():
            n = mails.write_to_leads(found, timezone.now())
        messages.success(
            request,
            ngettext("%(n)s lead has the letter with the sheets.", "%(n)s leads have the letter with their sheets.", n)
            % {"n": n},
        )
    return redirect("workshops:workshop", org=actor.organization.ref, ref=ref)


def _file(workshop: Workshop, text: str, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    name = slugify(workshop.name) or "workshop"
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


@for_members
@require_safe
def export_md(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The whole workshop as Markdown."""
    found = workshop_of(actor, ref)
    return _file(found, exports.markdown(_room(found, timezone.now())), "text/markdown", "md")


@for_members
@require_safe
def export_csv(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """All that was asked, a row each."""
    found = workshop_of(actor, ref)
    return _file(found, exports.table(_room(found, timezone.now())), "text/csv", "csv")


@for_members
@require_safe
def sheets(request: MemberRequest, actor: Actor, ref: str) -> HttpResponseBase:
    """The sheets of all links on which something was agreed, to print together."""
    found = workshop_of(actor, ref)
    now = timezone.now()
    room = _room(found, now)
    try:
        here = actor_in(found, actor)
    except Http404:
        # A reader of the organization has no part in the copy that a rehearsal plays in.
        return redirect("workshops:workshop", org=actor.organization.ref, ref=ref)
    papers = [on_paper(Sheet(contract_to_read(here, one.link.ref), here, now)) for one in room.contracts]
    context = {"actor": actor, "org": actor.organization.ref, "workshop": found, "papers": papers}
    return render(request, "workshops/sheets.html", context)

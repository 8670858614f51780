"""What remains of a workshop: how it ended, the letters to the leads, improvements that become requests."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from areas.access import Actor
from areas.chain import distances
from areas.models import Area, Link
from areas.words import Kind
from requests import moves
from requests.models import Ask, ClientProblem
from requests.moves import Refused, default_answer_by
from requests.states import Direction
from requests.words import Shape
from workshops import mails, running
from workshops.access import actor_in
from workshops.models import Takeaway, Workshop
from workshops.phases import Takes

# An improvement without a day is expected after so long; whoever answers may propose another.
FOLLOWED_WITHIN = timedelta(days=30)
LONGEST_OUTCOME = 200


@transaction.atomic
def finish(workshop: Workshop, actor: Actor, version: int, now: datetime) -> int:
    """Close the workshop and write to the leads with their sheets; how many letters. Raises Refused, Stale."""
    running.close(workshop, actor, version, now)
    return mails.write_to_leads(workshop, now)


def why_not_follow(takeaway: Takeaway, actor: Actor) -> str | None:
    """None if this becomes a request by one click, else the sentence that says why not."""
    if takeaway.kind != Takes.IMPROVEMENT:
        return _("Only an improvement becomes a request.")
    if takeaway.ask_id:
        return _("This improvement is being followed already.")
    if not actor.is_facilitator:
        return _("A facilitator makes a request of it.")
    return None


@transaction.atomic
def follow(takeaway: Takeaway, actor: Actor, now: datetime) -> Ask:
    """Make a one-off request of an improvement: the area that the improvement serves asks for it, in the words of the
    room, within thirty days. Raises Refused.
    """
    takeaway = (
        Takeaway.objects.select_for_update(of=("self",)).select_related("area", "workshop__scene").get(pk=takeaway.pk)
    )
    workshop = takeaway.workshop
    refusal = why_not_follow(takeaway, actor)
    if refusal:
        raise Refused(refusal)
    here = actor_in(workshop, actor)
    link, direction = _served_by(takeaway.area, workshop)
    problem = _problem(workshop)
    if problem is None:
        raise Refused(_("Put a problem of the client in focus first: every request says why."))
    said_by = _("workshop “%(name)s”") % {"name": workshop.name}
    outcome, satisfaction = takeaway.text, ""
    if len(outcome) > LONGEST_OUTCOME:
        outcome, satisfaction = outcome[: LONGEST_OUTCOME - 1] + "…", takeaway.text
    today = now.astimezone(workshop.scene.tz).date()
    ask = moves.draft(here, link, direction, data={"outcome": outcome}, now=now, problem=problem, said_by=said_by[:120])
    moves.send(
        ask,
        here,
        version=ask.version,
        terms={
            "outcome": outcome,
            "satisfaction": satisfaction,
            "shape": Shape.ONCE,
            "due_on": workshop.scene.calendar.working_day(today + FOLLOWED_WITHIN, 0),
        },
        problem=problem,
        cause=None,
        answer_by=default_answer_by(workshop.scene, now),
        now=now,
        said_by=said_by[:120],
    )
    Takeaway.objects.filter(pk=takeaway.pk).update(ask=ask)
    return ask


def _problem(workshop: Workshop) -> ClientProblem | None:
    chosen = workshop.problem
    if chosen and not chosen.closed_at:
        return chosen
    return ClientProblem.objects.filter(organization=workshop.scene, in_focus=True, closed_at__isnull=True).first()


def _served_by(area: Area, workshop: Workshop) -> tuple[Link, str]:
    """The link on which the area is asked for it: by its customer nearest to the client; an area that serves nobody is
    asked by its supplier.
    """
    links = list(
        Link.objects.filter(organization=workshop.scene, ended_at__isnull=True)
        .select_related("customer", "supplier")
        .order_by("pk")
    )
    living = [link for link in links if not link.customer.archived_at and not link.supplier.archived_at]
    client = Area.objects.get(organization=workshop.scene, kind=Kind.CLIENT)
    far = distances(client.pk, [(link.customer_id, link.supplier_id) for link in living])
    serving = [link for link in living if link.supplier_id == area.pk]
    if serving:
        return min(serving, key=lambda link: (far.get(link.customer_id, len(far)), link.pk)), Direction.NEED
    served = [link for link in living if link.customer_id == area.pk]
    if served:
        return served[0], Direction.REQUIREMENT
    raise Refused(_("%(area)s is linked with nobody. Link it in the chain first.") % {"area": area.name})

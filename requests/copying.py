"""The client's problems in the copy of an organization, for a rehearsal."""

from __future__ import annotations

from datetime import datetime

from areas.copying import copy_area
from areas.models import Area, Organization
from requests.models import ClientProblem
from requests.problems import FIELDS


def copy_problems(
    organization: Organization, copy: Organization, areas: dict[int, Area], now: datetime
) -> dict[int, ClientProblem]:
    """The open problems, with the one in focus, unmeasured: pk → the copy's. `areas` as areas.copying made them; an
    area that is accountable though archived joins them.
    """
    found = {}
    problems = ClientProblem.objects.filter(organization=organization, closed_at__isnull=True)
    for problem in problems.select_related("accountable").order_by("pk"):
        if problem.accountable_id not in areas:
            areas[problem.accountable_id] = copy_area(problem.accountable, copy, now)
        said = {name: getattr(problem, name) for name in FIELDS}
        found[problem.pk] = ClientProblem.objects.create(
            **{**said, "accountable": areas[problem.accountable_id]},
            organization=copy,
            in_focus=problem.in_focus,
            created_at=now,
        )
    return found

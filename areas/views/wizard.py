"""From nothing to a chain in three screens: the organization, its chain, its people. Left in the middle, it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas import drawing, founding, inviting, pasted
from areas.access import Actor, MemberRequest, for_facilitators, signed_in
from areas.chain_templates import CLIENT, LINE, TEMPLATES, Planned, Template, closed_up, planned
from areas.editing import Refused
from areas.forms import OWN_KINDS, InviteForm, OrganizationForm
from areas.models import Area
from areas.places import guess_country, zone_of
from areas.places import plain as letters_of
from areas.preview import thumbnail
from areas.words import Kind, Part, Role
from areas.writing import plain

KINDS = frozenset(value for value, _label in OWN_KINDS)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Screen one: name, country, zone, language. Comes back filled in as long as the chain is not drawn."""
    begun = founding.unfinished(request.user)
    country = guess_country(request.headers.get("Accept-Language", ""))
    initial = {"language": get_language(), "country": country, "zone": zone_of(country) if country else ""}
    form = OrganizationForm(
        request.POST or None, instance=begun.organization if begun else None, initial=None if begun else initial
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actor = founding.found_or_change(
                request.user,
                name=data["name"],
                country=data["country"],
                zone=data["zone"],
                language=data["language"],
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("areas:new_chain", org=actor.organization.ref)
    return render(request, "areas/new.html", {"form": form}, status=422 if form.errors else 200)


@dataclass
class Row:
    """An area of the second screen as it is shown: the plan, and what is wrong with it."""

    plan: Planned
    choices: list[tuple[str, str]] = field(default_factory=list)
    serves: str = ""
    wrong: str = ""

    @property
    def is_blank(self) -> bool:
        return self.plan.key.startswith("new")


def typed_rows(request: HttpRequest, template: Template) -> list[Planned]:
    """The rows as they were typed; what is missing in the form is as the template has it."""
    rows = []
    for row in planned(template):
        key = row.key
        if f"name-{key}" not in request.POST:
            rows.append(row._replace(wanted=False))
            continue
        name = plain(request.POST[f"name-{key}"][:400])[:200]
        kind = request.POST.get(f"kind-{key}", row.kind)
        served = request.POST.get(f"serves-{key}", "")
        new_row = key.startswith("new")
        rows.append(
            row._replace(
                name=name,
                kind=kind if new_row and kind in KINDS else row.kind,
                serves=(served or CLIENT,) if new_row else row.serves,
                wanted=new_row or f"keep-{key}" in request.POST,
            )
        )
    return rows


def shown_rows(rows: list[Planned], client: str) -> list[Row]:
    """The rows with what they may serve and what is wrong with them."""
    names = {CLIENT: client}
    for row in rows:
        n = row.key.removeprefix("new")
        names[row.key] = row.name or _("New area %(n)s") % {"n": n}
    shown, seen = [], {letters_of(client)}
    for row in rows:
        choices = [(key, name) for key, name in names.items() if key != row.key]
        line = Row(row, choices, ", ".join(names[key] for key in row.serves if key in names))
        if row.wanted and row.name:
            if len(row.name) > 80:
                line.wrong = _("A name has at most 80 letters.")
            elif letters_of(row.name) in seen:
                line.wrong = _("There is already an area with this name.")
            seen.add(letters_of(row.name))
        elif row.wanted and not line.is_blank:
            line.wrong = _("Write a name, or take the area out.")
        if line.is_blank and row.serves[0] not in dict(line.choices):
            line.wrong = _("An area cannot be its own customer.")
        shown.append(line)
    return shown


def drawn_templates() -> list[tuple[Template, list[Planned]]]:
    return [(one, closed_up(planned(one))) for one in TEMPLATES.values()]


@for_facilitators
@require_http_methods(["GET", "POST"])
def new_chain(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Screen two: one of the chains, its areas renamed, taken out, added."""
    organization = actor.organization
    if Area.objects.filter(organization=organization).exclude(kind=Kind.CLIENT).exists():
        return redirect("areas:new_people", org=organization.ref)
    client = Area.objects.get(organization=organization, kind=Kind.CLIENT).name
    asked_for = request.POST.get("chain") or request.GET.get("chain") or LINE.key
    template = TEMPLATES.get(asked_for, LINE)
    with translation.override(organization.language):
        rows = typed_rows(request, template) if request.method == "POST" else planned(template)
        pictures = [(one, thumbnail(rows), [row.name for row in rows]) for one, rows in drawn_templates()]
    shown = shown_rows(rows, client)
    problem = ""
    if request.method == "POST":
        kept = closed_up(rows)
        if not kept:
            problem = _("A chain has at least one area beside the client. Who meets the client first?")
        elif not any(row.wrong for row in shown):
            drawing.draw_chain(actor, kept, timezone.now())
            return redirect("areas:new_people", org=organization.ref)
    return render(
        request,
        "areas/new_chain.html",
        {
            "template": template,
            "templates": pictures,
            "rows": shown,
            "kinds": OWN_KINDS,
            "client": client,
            "problem": problem,
            "wrong": [row for row in shown if row.wrong] if request.method == "POST" else [],
        },
        status=422 if request.method == "POST" else 200,
    )


@for_facilitators
@require_http_methods(["GET", "POST"])
def new_people(request: MemberRequest, actor: Actor) -> HttpResponse:
    """Screen three: invite the leads, or do it later."""
    organization = actor.organization
    board = redirect("contracts:board", org=organization.ref)
    areas = Area.objects.filter(organization=organization, archived_at=None).exclude(kind=Kind.CLIENT).order_by("name")
    if not areas:
        return redirect("areas:new_chain", org=organization.ref)
    if refusal := inviting.why_not_invite(organization):
        messages.error(request, refusal)
        return board
    text = request.POST.get("people", "")
    form = InviteForm(areas[0].name, {"people": text, "role": Part.LEAD} if request.method == "POST" else None)
    result = Invited()
    if request.method == "POST" and not text.strip():
        return board
    if request.method == "POST" and form.is_valid():
        result = invite_pasted(actor, form.cleaned_data["people"], Part.LEAD)
        result.tell(request)
        if not result.refused:
            return board
        form = InviteForm(areas[0].name, initial={"people": result.left_over})
    invitations = organization.invitations.filter(withdrawn_at=None).select_related("area").order_by("pk")
    return render(
        request,
        "areas/new_people.html",
        {"form": form, "refused": result.refused, "areas": areas, "invitations": invitations},
        status=422 if result.refused or form.errors else 200,
    )


@dataclass
class Invited:
    """What became of a pasted list."""

    done: int = 0
    refused: list[pasted.Line] = field(default_factory=list)

    @property
    def left_over(self) -> str:
        return "\n".join(line.typed for line in self.refused)

    def tell(self, request: HttpRequest) -> None:
        if self.done:
            messages.success(
                request,
                ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", self.done)
                % {"n": self.done},
            )


def _named(areas: list[Area], name: str) -> Area | None:
    return next((one for one in areas if name and pasted.same_name(_joined(one.name), _joined(name))), None)


def _joined(name: str) -> str:
    """The name whatever stands between its parts: a comma, a semicolon, a gap of a spreadsheet."""
    return " ".join(re.split(r"[\s,;]+", name))


def invite_pasted(actor: Actor, text: str, coming_as: str) -> Invited:
    """Invite each line that can be read; the others come back with their sentences."""
    living = list(Area.objects.filter(organization=actor.organization, archived_at=None))
    role = Role(coming_as) if coming_as in (Role.VIEWER, Role.FACILITATOR) else Role.PARTICIPANT
    part = Part.MEMBER if coming_as == Part.MEMBER else Part.LEAD
    result = Invited()
    for line in pasted.read(text):
        wrong = line.wrong
        area = _named(living, line.tail) or _named(living, line.area)
        if not wrong and line.area and area is None:
            wrong = _("There is no area called “%(area)s”.") % {"area": line.area}
        if not wrong:
            try:
                inviting.invite(
                    actor, email=line.email, name=line.name, role=role, area=area, part=part, now=timezone.now()
                )
            except Refused as refused:
                wrong = refused.sentence
            else:
                result.done += 1
                continue
        result.refused.append(pasted.Line(line.typed, wrong=wrong))
    return result

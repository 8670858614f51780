"""A company with its chain in one go, by the deeds of the wizard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from areas import founding
from areas.chain_templates import CLIENT, LINE, Planned
from areas.editing import Refused
from areas.models import Area, Link, Organization, User
from areas.words import Kind, Role
from tests import build
from tests.build import NOW
from workshops import from_nothing, rehearsal, running
from workshops.from_nothing import found_with_chain

pytestmark = pytest.mark.django_db
PLACE: dict[str, Any] = {"country": "MX", "zone": "America/Mexico_City", "language": "es"}


@pytest.fixture
def carla() -> User:
    return build.user("Carla")


def pairs(organization: Organization) -> set[tuple[str, str]]:
    links = Link.objects.filter(organization=organization)
    return set(links.values_list("customer__name", "supplier__name"))


def test_a_template_is_a_company_with_a_chain_in_its_language(carla: User) -> None:
    actor = found_with_chain(carla, name="Panadería Sol", template=LINE.key, **PLACE, now=NOW)
    assert (actor.organization.name, actor.membership.role) == ("Panadería Sol", Role.FACILITATOR)
    assert pairs(actor.organization) == {
        ("Cliente", "Ventas"),
        ("Ventas", "Logística"),
        ("Logística", "Producción"),
        ("Producción", "Administración"),
    }
    assert founding.unfinished(carla) is None


def test_areas_are_renamed_left_out_and_added(carla: User) -> None:
    rows = from_nothing.rows_of(LINE.key, "es")
    changed = [
        row._replace(name=" Mostrador ")
        if row.kind == Kind.SALES
        else row._replace(wanted=row.kind != Kind.LOGISTICS)
        if not row.key.startswith("new")
        else row
        for row in rows
    ]
    changed.append(Planned("own", "Horno", Kind.OTHER, (Kind.PRODUCTION.value, CLIENT)))
    actor = found_with_chain(carla, name="Panadería Sol", **PLACE, rows=changed, now=NOW)
    # Who served the area that was left out serves whom that one served.
    assert pairs(actor.organization) == {
        ("Cliente", "Mostrador"),
        ("Mostrador", "Producción"),
        ("Producción", "Administración"),
        ("Producción", "Horno"),
        ("Cliente", "Horno"),
    }


def test_a_second_click_founds_nothing_and_another_day_does(carla: User) -> None:
    first = found_with_chain(carla, name="Panadería Sol", **PLACE, now=NOW)
    again = found_with_chain(carla, name="Panadería Sol", **PLACE, now=NOW + timedelta(seconds=2))
    assert again.membership == first.membership
    assert Organization.objects.count() == 1
    later = found_with_chain(carla, name="Panadería Sol", **PLACE, now=NOW + timedelta(hours=1))
    assert later.organization != first.organization
    other = found_with_chain(build.user("Otto"), name="Panadería Sol", **PLACE, now=NOW + timedelta(hours=1))
    assert other.organization not in (first.organization, later.organization)


def test_what_the_wizard_began_is_finished_here(carla: User) -> None:
    begun = founding.found_or_change(carla, name="Panadería", **PLACE, now=NOW)
    actor = found_with_chain(carla, name="Panadería Sol", **PLACE, now=NOW)
    assert actor.organization == begun.organization
    assert Organization.objects.get().name == "Panadería Sol"


def test_what_cannot_be_drawn_founds_nothing(carla: User) -> None:
    for rows in (
        [],
        [Planned("a", "  ", Kind.OTHER, (CLIENT,))],
        [Planned("a", "Ventas", Kind.SALES, (CLIENT,)), Planned("b", "ventas", Kind.OTHER, (CLIENT,))],
        [Planned("a", "Cliente", Kind.SALES, (CLIENT,))],
        [Planned("a", "x" * 81, Kind.SALES, (CLIENT,))],
    ):
        with pytest.raises(Refused):
            found_with_chain(carla, name="Panadería Sol", **PLACE, rows=rows, now=NOW)
    assert not Organization.objects.exists()


def test_so_many_companies_a_day(carla: User) -> None:
    for n in range(founding.MOST_A_DAY):
        found_with_chain(carla, name=f"Empresa {n}", **PLACE, now=NOW)
    with pytest.raises(Refused):
        found_with_chain(carla, name="Una más", **PLACE, now=NOW)


def test_a_workshop_and_its_rehearsal_begin_right_away(carla: User) -> None:
    actor = found_with_chain(carla, name="Panadería Sol", **PLACE, now=NOW)
    workshop = running.create(actor, name="Taller", language="es", now=NOW)
    assert workshop.scene == actor.organization
    rehearsed = running.create(actor, name="Ensayo", language="es", now=NOW, is_rehearsal=True)
    assert Area.objects.filter(organization=rehearsed.scene).count() == 5
    assert rehearsal.remove(rehearsed.scene)
    assert actor.organization.workshops.get() == workshop

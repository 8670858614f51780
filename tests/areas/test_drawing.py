"""Adding, changing, archiving, removing areas; linking and unlinking them. By the deeds, and through the screens."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas import drawing, people
from areas.chain_templates import DOORS, LINE, Planned, closed_up, planned
from areas.editing import ChangedMeanwhile, Refused
from areas.models import Area, JournalEntry, Link
from areas.words import Kind
from tests import build
from tests.cast import Cast


def url(cast: Cast, name: str, *args: str) -> str:
    return reverse(f"areas:{name}", args=[cast.organization.ref, *args])


def events(cast: Cast) -> list[str]:
    rows = JournalEntry.objects.filter(organization=cast.organization).order_by("pk")
    return list(rows.values_list("event", flat=True))


def test_add_with_its_first_link(cast: Cast, as_fede: Client) -> None:
    form = {"add-name": " Calidad ", "add-kind": "quality", "add-description": "", "add-serves": cast.production.ref}
    assert as_fede.post(url(cast, "add_area"), form).status_code == 302
    area = Area.objects.get(organization=cast.organization, name="Calidad")
    assert Link.objects.filter(customer=cast.production, supplier=area, ended_at=None).exists()
    assert events(cast)[-2:] == ["area.added", "link.drawn"]


def test_add_twice_says_so_beside_the_name(cast: Cast, as_fede: Client) -> None:
    cast.fede.user.language = "en"
    cast.fede.user.save()
    response = as_fede.post(url(cast, "add_area"), {"add-name": "VENTAS", "add-kind": "sales"})
    assert response.status_code == 422
    assert "There is already an area with this name." in response.content.decode()
    assert 'value="VENTAS"' in response.content.decode()


def test_nobody_adds_a_second_client(cast: Cast, as_fede: Client) -> None:
    assert as_fede.post(url(cast, "add_area"), {"add-name": "Otro", "add-kind": "client"}).status_code == 422
    with pytest.raises(Refused):
        drawing.add_area(cast.actor("fede"), name="Otro", kind=Kind.CLIENT, now=build.NOW)


def test_a_link_to_another_organizations_area_is_not_drawn(cast: Cast, as_fede: Client) -> None:
    theirs = Area.objects.get(organization=cast.elsewhere)
    as_fede.post(url(cast, "add_area"), {"add-name": "Calidad", "add-kind": "quality", "add-serves": theirs.ref})
    assert not Link.objects.filter(customer=theirs).exists()
    link = {"link-supplier": cast.sales.ref, "link-customer": theirs.ref}
    assert as_fede.post(url(cast, "draw_link"), link).status_code == 422


# Changing ------------------------------------------------------------------------------------------------------


def form_for(area: Area, **changes: str) -> dict[str, str]:
    return {"name": area.name, "kind": area.kind, "description": "", "version": str(area.version), **changes}


def test_rename_and_describe(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "edit_area", cast.logistics.ref)
    assert as_fede.post(to, form_for(cast.logistics, name="Reparto", description="Lleva")).status_code == 302
    cast.logistics.refresh_from_db()
    assert (cast.logistics.name, cast.logistics.description, cast.logistics.version) == ("Reparto", "Lleva", 2)
    assert events(cast)[-1] == "area.renamed"


def test_two_people_editing_never_overwrite_each_other(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "edit_area", cast.logistics.ref)
    as_fede.post(to, form_for(cast.logistics, name="Reparto"))
    second = as_fede.post(to, form_for(cast.logistics, name="Transporte"))
    page = second.content.decode()
    assert second.status_code == 409
    assert "Reparto" in page
    assert 'value="Transporte"' in page
    # The form is open on the new version now: sending it again is a decision, and goes through.
    assert as_fede.post(to, form_for(cast.logistics, name="Transporte", version="2")).status_code == 302
    cast.logistics.refresh_from_db()
    assert cast.logistics.name == "Transporte"


def test_conflict_raises_with_the_other_row(cast: Cast) -> None:
    with pytest.raises(ChangedMeanwhile) as caught:
        drawing.edit_area(
            cast.actor("fede"), cast.logistics, version=7, name="X", kind="logistics", description="", now=build.NOW
        )
    assert caught.value.current == cast.logistics


def test_the_client_can_be_renamed_but_stays_the_client(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "edit_area", cast.client.ref)
    assert as_fede.post(to, form_for(cast.client, name="Los hogares")).status_code == 302
    cast.client.refresh_from_db()
    assert (cast.client.name, cast.client.kind) == ("Los hogares", Kind.CLIENT)
    assert as_fede.post(to, form_for(cast.client, kind="sales", version="2")).status_code == 422


# Archiving and removing -----------------------------------------------------------------------------------------------


def test_archive_takes_the_links_along_and_restore_brings_them_back(cast: Cast, as_fede: Client) -> None:
    assert as_fede.post(url(cast, "archive_area", cast.production.ref)).status_code == 302
    living = Link.objects.filter(organization=cast.organization, ended_at=None)
    assert set(living) == {cast.to_client, cast.to_sales}
    as_fede.post(url(cast, "archive_area", cast.production.ref))
    assert events(cast).count("area.archived") == 1
    as_fede.post(url(cast, "restore_area", cast.production.ref))
    as_fede.post(url(cast, "restore_area", cast.production.ref))
    assert events(cast).count("area.restored") == 1
    assert living.all().count() == 4


def test_restore_leaves_links_that_were_ended_before(cast: Cast) -> None:
    fede = cast.actor("fede")
    drawing.end_link(fede, cast.to_production, build.NOW)
    drawing.archive_area(fede, cast.production, build.NOW.replace(hour=16))
    drawing.restore_area(fede, cast.production, build.NOW.replace(hour=17))
    assert Link.objects.get(pk=cast.to_logistics.pk).ended_at is None
    assert Link.objects.get(pk=cast.to_production.pk).ended_at is not None


def test_restore_is_refused_when_the_name_is_taken(cast: Cast) -> None:
    fede = cast.actor("fede")
    drawing.archive_area(fede, cast.production, build.NOW)
    drawing.add_area(fede, name="producción", kind=Kind.PRODUCTION, now=build.NOW)
    with pytest.raises(Refused):
        drawing.restore_area(fede, cast.production, build.NOW)
    assert Area.objects.get(pk=cast.production.pk).archived_at is not None


def test_the_client_is_never_archived_nor_removed(cast: Cast) -> None:
    for deed in (drawing.archive_area, drawing.remove_area):
        with pytest.raises(Refused):
            deed(cast.actor("fede"), cast.client, build.NOW)


def test_an_area_without_history_can_be_removed(cast: Cast, as_fede: Client) -> None:
    assert as_fede.post(url(cast, "remove_area", cast.administration.ref)).status_code == 302
    assert not Area.objects.filter(pk=cast.administration.pk).exists()
    assert events(cast)[-1] == "area.removed"


# Links ------------------------------------------------------------------------------------------------------


def test_link_and_unlink(cast: Cast, as_fede: Client) -> None:
    form = {"link-supplier": cast.administration.ref, "link-customer": cast.sales.ref}
    assert as_fede.post(url(cast, "draw_link"), form).status_code == 302
    link = Link.objects.get(customer=cast.sales, supplier=cast.administration)
    assert as_fede.post(url(cast, "draw_link"), form).status_code == 422
    assert as_fede.post(url(cast, "end_link", link.ref)).status_code == 302
    as_fede.post(url(cast, "end_link", link.ref))
    assert events(cast).count("link.ended") == 1
    as_fede.post(url(cast, "draw_link"), form)
    assert Link.objects.get(customer=cast.sales, supplier=cast.administration) == link


def test_cycles_are_allowed_and_loops_are_not(cast: Cast) -> None:
    fede = cast.actor("fede")
    drawing.draw_link(fede, cast.administration, cast.production, build.NOW)
    for customer, supplier in ((cast.sales, cast.sales), (cast.sales, cast.client)):
        with pytest.raises(Refused):
            drawing.draw_link(fede, customer, supplier, build.NOW)


def test_archived_areas_are_not_linked(cast: Cast) -> None:
    fede = cast.actor("fede")
    drawing.archive_area(fede, cast.administration, build.NOW)
    with pytest.raises(Refused):
        drawing.draw_link(fede, cast.sales, cast.administration, build.NOW)


# Who may ------------------------------------------------------------------------------------------------------


def test_only_facilitators_change_the_chain(cast: Cast, client: Client) -> None:
    posts = [
        url(cast, "add_area"),
        url(cast, "draw_link"),
        url(cast, "end_link", cast.to_sales.ref),
        *(url(cast, f"{verb}_area", cast.production.ref) for verb in ("archive", "restore", "remove", "edit")),
    ]
    for member, status in ((cast.luis, 403), (cast.vera, 403), (cast.olga, 404)):
        client.force_login(member.user)
        assert [client.post(to).status_code for to in posts] == [status] * len(posts)
    client.force_login(cast.fede.user)
    assert [client.get(to).status_code for to in posts[:-1]] == [405] * (len(posts) - 1)


def test_another_organizations_area_and_link_do_not_exist(cast: Cast, client: Client) -> None:
    client.force_login(cast.olga.user)
    org = cast.elsewhere.ref
    assert client.post(reverse("areas:archive_area", args=[org, cast.sales.ref])).status_code == 404
    assert client.post(reverse("areas:end_link", args=[org, cast.to_sales.ref])).status_code == 404
    assert client.get(reverse("areas:area", args=[org, cast.sales.ref])).status_code == 404


# The page ------------------------------------------------------------------------------------------------------


def test_an_area_with_people_and_no_lead_says_that_one_is_missing(cast: Cast, as_fede: Client) -> None:
    page = reverse("areas:area", args=[cast.organization.ref, cast.logistics.ref])
    assert 'id="no-lead"' not in as_fede.get(page).content.decode()
    people.set_part(cast.actor("fede"), cast.luis, cast.logistics, "", build.NOW)
    assert 'id="no-lead"' in as_fede.get(page).content.decode()


def test_areas_that_no_path_joins_are_named(cast: Cast, as_fede: Client) -> None:
    page = as_fede.get(url(cast, "chain")).content.decode()
    assert 'id="apart"' not in page
    drawing.end_link(cast.actor("fede"), cast.to_sales, build.NOW)
    page = as_fede.get(url(cast, "chain")).content.decode()
    assert 'id="apart"' in page
    assert page.index('id="apart-areas"') < page.rindex("Logística")


def test_the_page_costs_the_same_for_any_number_of_areas(cast: Cast, as_fede: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert as_fede.get(url(cast, "chain")).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for n in range(3):
        area = build.area(cast.company, f"Área {n}")
        build.link(cast.company, cast.sales, area)
        build.person(cast.company, f"Persona {n}", leads=[area])
    assert queries() == few


# Templates ------------------------------------------------------------------------------------------------------


def row(key: str, *serves: str, wanted: bool = True) -> Planned:
    return Planned(key, key, "other", serves, wanted)


def test_who_served_a_dropped_area_serves_its_customers() -> None:
    rows = [row("a", "client"), row("b", "a", wanted=False), row("c", "b", wanted=False), row("d", "c")]
    assert [(one.key, one.serves) for one in closed_up(rows)] == [("a", ("client",)), ("d", ("a",))]


def test_dropping_keeps_the_chain_in_one_piece() -> None:
    for template in (LINE, DOORS):
        rows = [one for one in planned(template) if one.name]
        for gone in rows:
            left = closed_up([one._replace(wanted=one.key != gone.key) for one in rows])
            keys = {one.key for one in left} | {"client"}
            assert all(one.serves and set(one.serves) <= keys for one in left), gone.key


def test_a_cycle_of_dropped_areas_ends() -> None:
    rows = [row("a", "b", wanted=False), row("b", "a", wanted=False), row("c", "a", "client")]
    assert closed_up(rows) == [row("c", "client")]

"""From signing in to a chain, in three screens, with nothing but plain forms."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from areas import founding
from areas.access import Actor
from areas.models import Area, Invitation, Link, Membership, Organization, User
from areas.words import Kind, Role
from post.models import Letter
from tests import build

FIRST = {"name": "Panadería Sol", "country": "MX", "zone": "", "language": "es"}


@pytest.fixture
def nadia(db: None, client: Client) -> User:
    nadia = build.user("Nadia")
    client.force_login(nadia)
    return nadia


def org_of(user: User) -> Organization:
    return Membership.objects.get(user=user).organization


def template_form(*, keep: dict[str, str], **more: str) -> dict[str, str]:
    form = {"chain": "line", **more}
    for key, name in keep.items():
        form |= {f"keep-{key}": "1", f"name-{key}": name}
    return form


LINE = {"sales": "Ventas", "logistics": "Reparto", "production": "Horno", "administration": "Administración"}


def links(organization: Organization) -> set[tuple[str, str]]:
    rows = Link.objects.filter(organization=organization, ended_at=None)
    return set(rows.values_list("supplier__name", "customer__name"))


def test_the_whole_way(nadia: User, client: Client) -> None:
    assert client.get("/")["Location"] == reverse("areas:new")
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    organization = org_of(nadia)
    assert (organization.zone, organization.language) == ("America/Mexico_City", "es")
    assert Membership.objects.get().role == Role.FACILITATOR
    page = client.get(second).content.decode()
    assert 'name="name-logistics"' in page
    third = client.post(second, template_form(keep=LINE))["Location"]
    assert links(organization) == {
        ("Ventas", Area.objects.get(kind=Kind.CLIENT).name),
        ("Reparto", "Ventas"),
        ("Horno", "Reparto"),
        ("Administración", "Horno"),
    }
    done = client.post(third, {"people": "Ana <ana@example.com>, ventas\nluis@example.com; REPARTO"})
    assert done["Location"] == reverse("contracts:board", args=[organization.ref])
    invited = Invitation.objects.order_by("pk").values_list("email", "name", "area__name", "part", "role")
    assert list(invited) == [
        ("ana@example.com", "Ana", "Ventas", "lead", "participant"),
        ("luis@example.com", "", "Reparto", "lead", "participant"),
    ]
    assert Letter.objects.filter(kind="person.invited").count() == 2


def test_left_in_the_middle_it_goes_on(nadia: User, client: Client) -> None:
    client.post(reverse("areas:new"), FIRST)
    page = Client()
    page.force_login(nadia)
    assert 'value="Panadería Sol"' in page.get(reverse("areas:new")).content.decode()
    page.post(reverse("areas:new"), {**FIRST, "name": "Panadería Luna", "country": "ES"})
    organization = org_of(nadia)
    assert (organization.name, organization.zone) == ("Panadería Luna", "Europe/Madrid")


def test_after_the_chain_new_begins_another(nadia: User, client: Client) -> None:
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    client.post(second, template_form(keep=LINE))
    assert 'value="Panadería Sol"' not in client.get(reverse("areas:new")).content.decode()
    client.post(reverse("areas:new"), {**FIRST, "name": "Otra"})
    assert Organization.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"name": ""}, {"country": ""}, {"country": "XX"}, {"zone": "Mars/Base"}])
def test_the_first_screen_keeps_what_was_typed(nadia: User, client: Client, wrong: dict[str, str]) -> None:
    response = client.post(reverse("areas:new"), {**FIRST, **wrong})
    assert response.status_code == 422
    assert not Organization.objects.exists()
    assert "errorlist" in response.content.decode()


def test_rename_drop_and_add(nadia: User, client: Client) -> None:
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    kept = {key: name for key, name in LINE.items() if key != "logistics"}
    form = template_form(keep=kept, **{"name-logistics": "Reparto"})
    form |= {"name-new1": "Calidad", "kind-new1": "quality", "serves-new1": "production", "name-new2": ""}
    client.post(second, form)
    assert links(org_of(nadia)) == {
        ("Ventas", Area.objects.get(kind=Kind.CLIENT).name),
        ("Horno", "Ventas"),
        ("Administración", "Horno"),
        ("Calidad", "Horno"),
    }
    assert Area.objects.get(name="Calidad").kind == Kind.QUALITY


def test_from_scratch(nadia: User, client: Client) -> None:
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    assert client.post(second, {"chain": "scratch"}).status_code == 422
    form = {"chain": "scratch", "name-new1": "Mesón", "serves-new1": "client", "kind-new1": "sales"}
    form |= {"name-new2": "Horno", "serves-new2": "new1", "kind-new2": "production"}
    client.post(second, form)
    assert ("Horno", "Mesón") in links(org_of(nadia))


@pytest.mark.parametrize(
    "form",
    [
        template_form(keep={**LINE, "logistics": "ventas"}),
        template_form(keep={**LINE, "logistics": ""}),
        template_form(keep={**LINE, "logistics": "x" * 90}),
        template_form(keep=LINE, **{"name-new1": "Calidad", "serves-new1": "new1", "kind-new1": "quality"}),
    ],
)
def test_the_second_screen_says_what_is_wrong_and_keeps_the_rest(
    nadia: User, client: Client, form: dict[str, str]
) -> None:
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    response = client.post(second, form)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'aria-invalid="true"' in page
    assert 'value="Horno"' in page
    assert Area.objects.count() == 1


def test_a_second_click_draws_nothing_twice(nadia: User, client: Client) -> None:
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    for _click in range(2):
        assert client.post(second, template_form(keep=LINE))["Location"].endswith("/begin/people/")
    assert Area.objects.count() == 5


def test_lines_that_cannot_be_read_stay(nadia: User, client: Client) -> None:
    nadia.language = "en"
    nadia.save()
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    third = client.post(second, template_form(keep=LINE))["Location"]
    response = client.post(
        third, {"people": "Ana <ana@example.com>, Ventas\nbasura\nLuis <luis@example.com>, Nada\nnadia@example.com"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is no e-mail address in this line." in page
    assert "There is no area called “Nada”." in page
    assert "Nadia is here already." in page
    assert "basura\nLuis &lt;luis@example.com&gt;, Nada\nnadia@example.com</textarea>" in page
    assert Invitation.objects.count() == 1
    again = client.post(third, {"people": "ana@example.com"})
    assert "ana@example.com is invited already." in again.content.decode()


def test_nobody_founds_without_end(nadia: User, client: Client) -> None:
    for n in range(founding.MOST_A_DAY):
        second = client.post(reverse("areas:new"), {**FIRST, "name": f"Sol {n}"})["Location"]
        client.post(second, template_form(keep=LINE))
    response = client.post(reverse("areas:new"), {**FIRST, "name": "Una más"})
    assert response.status_code == 422
    assert 'value="Una más"' in response.content.decode()


def test_nobody_else_walks_into_the_wizard(nadia: User, client: Client) -> None:
    second = client.post(reverse("areas:new"), FIRST)["Location"]
    stranger = Client()
    stranger.force_login(build.user("Olga"))
    assert stranger.get(second).status_code == 404
    assert Client().get(reverse("areas:new"))["Location"].startswith("/accounts/login/")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_found_one_organization() -> None:
    nadia = build.user("Nadia")

    def click(_n: int) -> Actor:
        try:
            return founding.found_or_change(
                nadia, name="Sol", country="MX", zone="America/Mexico_City", language="es", now=build.NOW
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(click, range(2)))
    assert Organization.objects.count() == 1

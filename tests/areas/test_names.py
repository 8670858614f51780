"""Names as people paste them: hidden marks go, commas, scripts and markup stay what they are."""

import pytest
from django.test import Client
from django.urls import reverse

from areas.models import Area, AreaPart, Invitation, Organization, User
from areas.words import Kind
from tests import build


@pytest.fixture
def org(client: Client, db: None) -> build.Company:
    company = build.company("Panadería Sol", founder="Nadia")
    client.force_login(company.founder.user)
    return company


def add(client: Client, org: build.Company, name: str) -> int:
    address = reverse("areas:add_area", args=[org.organization.ref])
    return client.post(address, {"add-name": name, "add-kind": "other", "add-description": ""}).status_code


def names(org: build.Company) -> list[str]:
    return list(
        Area.objects.filter(organization=org.organization).exclude(kind=Kind.CLIENT).values_list("name", flat=True)
    )


def test_marks_that_nobody_sees_leave_a_name(client: Client, org: build.Company) -> None:
    assert add(client, org, " Reparto\u202e  \u200by\t\u2066ruta\u2069 ") == 302
    assert names(org) == ["Reparto y ruta"]


@pytest.mark.parametrize("nothing", ["\u200b", "\u202e\u2066", "\x01 \x02"])
def test_a_name_of_hidden_marks_is_no_name(client: Client, org: build.Company, nothing: str) -> None:
    assert add(client, org, nothing) == 422
    assert names(org) == []


@pytest.mark.parametrize(
    "name", ["🏭 مستودع", "مبيعات", "<b>Ventas</b> & «hijos»", "' OR 1=1 --", "{{ 7|add:7 }}{% x %}", "W" * 80]
)
def test_any_script_and_any_sign_is_a_name(client: Client, org: build.Company, name: str) -> None:
    assert add(client, org, name) == 302
    assert names(org) == [name]
    page = client.get(reverse("areas:chain", args=[org.organization.ref]))
    board = client.get(reverse("contracts:board", args=[org.organization.ref]))
    assert (page.status_code, board.status_code) == (200, 200)
    assert "<b>Ventas</b>" not in page.content.decode() + board.content.decode()


def test_people_and_organizations_have_names_that_can_be_seen(client: Client, org: build.Company) -> None:
    client.post(reverse("areas:profile"), {"name": "\u202eNadia\u200b Ríos", "language": "", "zone": ""})
    assert User.objects.get(pk=org.founder.user_id).name == "Nadia Ríos"
    first = {"name": "\u202eSol", "country": "MX", "zone": "", "language": "es"}
    client.post(reverse("areas:new"), first)
    assert Organization.objects.filter(name="Sol").exists()


def test_an_area_with_commas_in_its_name_is_found_in_a_pasted_list(client: Client, org: build.Company) -> None:
    area = build.area(org, "Compras, almacén y calidad")
    sales = build.area(org, "Ventas")
    address = reverse("areas:invite", args=[org.organization.ref])
    lines = "\n".join(
        [
            "Ana <ana@example.com>, Compras, almacén y calidad",
            "Luis\tluis@example.com\tcompras\talmacen y calidad",
            "Eva <eva@example.com>, ventas, jefa",
        ]
    )

    assert client.post(address, {"people": lines, "role": "lead"}).status_code == 302

    asked = dict(Invitation.objects.values_list("email", "area"))
    assert asked == {"ana@example.com": area.pk, "luis@example.com": area.pk, "eva@example.com": sales.pk}
    assert not AreaPart.objects.filter(area=area).exists()

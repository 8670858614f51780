from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts import drafting
from tests import asks
from tests.cast import muebles_del_norte

NINES = "9" * 5000


def refused(answer: Any) -> None:
    assert answer.status_code == 400
    assert 'lang="es"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/%00/", "/?next=%00", "/guide/?a=b&a=%00"])
def test_a_nul_in_an_address_is_not_understood(client: Client, path: str) -> None:
    refused(client.get(path, headers={"accept-language": "es"}))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["session", "csrf"])
def test_a_nul_in_a_cookie_is_not_understood(client: Client, name: str) -> None:
    client.cookies[name] = "\0" * 32

    refused(client.get("/", headers={"accept-language": "es"}))


@pytest.mark.django_db
def test_a_nul_in_the_name_of_a_row_is_not_understood() -> None:
    cast = muebles_del_norte()
    client = Client(headers={"accept-language": "es"})
    client.force_login(cast.fede.user)
    org = cast.organization.ref
    person = cast.ana.ref

    refused(client.post(reverse("areas:set_part", args=[org, person]), {"area": "a\0b", "part": "lead"}))
    refused(client.post(reverse("areas:assign", args=[org, cast.sales.ref]), {"person": "\0", "part": "lead"}))
    refused(client.post(reverse("requests:new", args=[org, cast.to_sales.ref, "need"]), {"draft": "\0"}))


@pytest.mark.django_db
def test_figures_without_end_name_nothing() -> None:
    cast = muebles_del_norte()
    org, link = cast.organization.ref, cast.to_sales.ref

    agreed = asks.agreed(cast, terms=asks.weekly())
    contract = drafting.contract_of(cast.to_sales)
    asks.sign_both(cast, contract)
    client = Client()
    client.force_login(cast.ana.user)

    confirmed = client.post(reverse("contracts:confirm_shoes", args=[org, link]), {"n": NINES})
    compared = client.get(reverse("contracts:version", args=[org, link, 1]), {"with": NINES})

    assert (agreed.state, confirmed.status_code, compared.status_code) == ("agreed", 302, 200)

"""Every page of this room opens, in both languages, for those whom it is for."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast


def pages(cast: Cast) -> dict[str, str]:
    org = cast.organization.ref
    return {
        "chain": reverse("areas:chain", args=[org]),
        "area": reverse("areas:area", args=[org, cast.logistics.ref]),
        "client": reverse("areas:area", args=[org, cast.client.ref]),
        "people": reverse("areas:people", args=[org]),
        "questions": reverse("areas:questions", args=[org]),
        "journal": reverse("areas:journal", args=[org]),
        "journal of area": reverse("areas:journal", args=[org]) + f"?area={cast.logistics.ref}",
        "journal of link": reverse("areas:journal", args=[org]) + f"?link={cast.to_sales.ref}",
    }


def facilitators_pages(cast: Cast) -> dict[str, str]:
    org = cast.organization.ref
    return {
        "edit area": reverse("areas:edit_area", args=[org, cast.logistics.ref]),
        "edit client": reverse("areas:edit_area", args=[org, cast.client.ref]),
        "settings": reverse("areas:settings", args=[org]),
        "edit questions": reverse("areas:edit_questions", args=[org, "es", "sales"]),
        "new people": reverse("areas:new_people", args=[org]),
    }


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("who", ["fede", "ana", "vera"])
def test_members_see_the_pages(cast: Cast, client: Client, who: str, language: str) -> None:
    member = getattr(cast, who)
    member.user.language = language
    member.user.save()
    client.force_login(member.user)
    for name, address in pages(cast).items():
        response = client.get(address)
        assert response.status_code == 200, name
        assert f'<html lang="{language}"' in response.content.decode(), name


def test_facilitators_see_theirs_and_others_are_told_why_not(cast: Cast, client: Client) -> None:
    for name, address in facilitators_pages(cast).items():
        client.force_login(cast.fede.user)
        assert client.get(address).status_code == 200, name
        client.force_login(cast.ana.user)
        assert client.get(address).status_code == 403, name


def test_strangers_get_404(cast: Cast, client: Client) -> None:
    client.force_login(cast.olga.user)
    for name, address in {**pages(cast), **facilitators_pages(cast)}.items():
        assert client.get(address).status_code == 404, name


def test_pages_about_oneself(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana.user)
    for name in ("profile", "organizations", "welcome", "new", "guide"):
        assert client.get(reverse(f"areas:{name}")).status_code == 200, name


def test_the_front_door_for_strangers(client: Client, db: None) -> None:
    page = client.get("/", headers={"accept-language": "es"})
    assert page.status_code == 200
    assert reverse("account_login") in page.content.decode()


def test_live_regions_fetch_themselves(cast: Cast, as_fede: Client) -> None:
    org = cast.organization.ref
    for name, part in (("chain", "areas"), ("journal", "lines")):
        address = reverse(f"areas:{name}", args=[org])
        region = as_fede.get(f"{address}?part={part}").content.decode().strip()
        assert region.startswith((f'<div id="{part}"', f'<section id="{part}"'))
        assert f'data-live="o:{org}"' in region
        assert as_fede.get(f"{address}?token=new").json()["token"]

"""The copy of an organization in which a workshop is rehearsed: what it takes over, and that nobody comes upon it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches, reverse, set_urlconf
from django.utils import timezone

from areas import copying
from areas.models import Area, Invitation, Link, Membership, Organization
from areas.words import Kind, Role
from config import operations
from config.demo import muebles, passing
from config.demo.cast import MUEBLES
from config.demo.stage import Stage
from config.templatetags.demo import demo_companies
from post.models import Letter
from tests import build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


def copied(cast: Cast) -> Organization:
    return copying.copy_for_rehearsal(cast.organization, facilitators=[cast.fede], now=NOW)[0]


def test_every_setting_is_taken_over_also_one_that_is_added_later(cast: Cast) -> None:
    """Whatever a field holds: `ITS_OWN` names what a copy must not share, and nothing else differs."""
    home = cast.organization
    other = {"answer_days": 9, "warn_days": 0, "escalate_days": 4, "keeps_holidays": False, "language": "en"}
    Organization.objects.filter(pk=home.pk).update(
        **other, revision=77, version=5, opened=[{"on": "2026-11-16", "name": "Revolución"}]
    )
    home.refresh_from_db()
    copy = copied(cast)
    copy.refresh_from_db()
    for field in Organization._meta.concrete_fields:
        same = getattr(home, field.name) == getattr(copy, field.name)
        assert same or field.name in copying.ITS_OWN, field.name
    assert (copy.revision, copy.version, copy.created_at) == (1, 1, NOW)


def test_only_what_lives_is_copied_and_each_row_has_a_name_of_its_own(cast: Cast) -> None:
    gone = build.area(cast.company, "Archivo", Kind.OTHER)
    build.link(cast.company, cast.sales, gone)
    Area.objects.filter(pk=gone.pk).update(archived_at=NOW)
    Link.objects.filter(pk=cast.to_production.pk).update(ended_at=NOW)
    copy, areas = copying.copy_for_rehearsal(cast.organization, facilitators=[], now=NOW)
    assert gone.pk not in areas
    assert {one.name for one in areas.values()} == {"Cliente", "Ventas", "Logística", "Producción", "Administración"}
    assert areas[cast.client.pk].is_client
    assert copy.links.count() == 3
    refs = list(Area.objects.values_list("ref", flat=True)) + list(Link.objects.values_list("ref", flat=True))
    assert len(refs) == len(set(refs))
    assert not copy.memberships.exists()
    with pytest.raises(ValueError, match="not copied again"):
        copying.copy_for_rehearsal(copy, facilitators=[], now=NOW)


def test_two_copies_stand_beside_each_other(cast: Cast) -> None:
    first, second = copied(cast), copied(cast)
    assert first.ref != second.ref
    assert set(cast.organization.rehearsals.all()) == {first, second}


def test_who_is_shut_out_may_be_let_in_again(cast: Cast) -> None:
    copy = copied(cast)
    here = copy.memberships.get()
    copying.shut_out(cast.fede, NOW)
    assert copy.memberships.get().left_at == NOW
    assert copying.let_in(copy, cast.fede, NOW + timedelta(hours=1)) == here
    again = copy.memberships.get()
    assert (again.left_at, again.role) == (None, Role.FACILITATOR)
    # The part at home is another matter.
    cast.fede.refresh_from_db()
    assert cast.fede.left_at is None


def test_no_letter_leaves_a_copy(cast: Cast) -> None:
    assert copying.why_no_letter(cast.organization) is None
    assert copying.why_no_letter(copied(cast))


# Nobody comes upon it -------------------------------------------------------------------------------------------------

TOKENS = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|data-live-token="|live_token=)[^"]*')


def shown(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return TOKENS.sub("", answer.content.decode())


def test_the_pages_of_the_company_are_the_same_with_a_rehearsal_and_without(cast: Cast, client: Client) -> None:
    client.force_login(cast.fede.user)
    addresses = [
        "/",
        reverse("areas:organizations"),
        reverse("areas:profile"),
        reverse("areas:new"),
        reverse("areas:people", args=[cast.organization.ref]),
        reverse("areas:chain", args=[cast.organization.ref]),
        reverse("areas:journal", args=[cast.organization.ref]),
        reverse("contracts:contracts", args=[cast.organization.ref]),
        reverse("contracts:my_desk", args=[cast.organization.ref]),
        reverse("requests:problems", args=[cast.organization.ref]),
    ]
    before = [shown(client, address) for address in addresses]
    copied(cast)
    assert [shown(client, address) for address in addresses] == before


def test_the_operator_sees_nothing_of_it(cast: Cast) -> None:
    now = timezone.now()
    before = operations.operations(now)
    copied(cast)
    after = operations.operations(now)
    assert (after.counts, after.dead, after.struggling, after.backlog) == (
        before.counts,
        before.dead,
        before.struggling,
        before.backlog,
    )


def test_the_people_of_the_demo_come_in_to_the_company_and_not_to_a_copy(settings: Any) -> None:
    stage = Stage(MUEBLES, timezone.now())
    muebles.company(stage)
    home = stage.organization
    member = Membership.objects.select_related("user").get(organization=home, user__email="fede@muebles.example")
    copy, _areas = copying.copy_for_rehearsal(home, facilitators=[member], now=timezone.now())
    assert copy.is_demo
    # Were it the first that is found, the door would lead there.
    Membership.objects.filter(pk=member.pk).update(joined_at=timezone.now())
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"
    clear_url_caches()
    set_urlconf(None)
    visitor = Client()
    answer = visitor.post("/demo/fede/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("contracts:board", args=[home.ref]))
    assert set(demo_companies()) == {home.ref}
    # Time passes in a rehearsal as it does in the company.
    assert passing.landing(1, timezone.now()) > timezone.now()
    # Its bar stands on the pages of the copy too.
    page = visitor.get(reverse("contracts:board", args=[copy.ref])).content.decode()
    assert 'id="demo-time"' in page
    assert 'class="rehearsal-bar"' in page


def test_nobody_is_invited_to_a_copy_and_its_page_says_why(cast: Cast) -> None:
    copy = copied(cast)
    fede = Client()
    fede.force_login(cast.fede.user)

    page = fede.get(reverse("areas:people", args=[copy.ref])).content.decode()
    assert "A un ensayo no se invita a nadie" in page
    assert reverse("areas:invite", args=[copy.ref]) not in page
    assert 'href="#invite"' not in page
    assert reverse("areas:people", args=[cast.organization.ref]) in page
    assert (
        reverse("areas:invite", args=[cast.organization.ref])
        in fede.get(reverse("areas:people", args=[cast.organization.ref])).content.decode()
    )

    for address in (reverse("areas:invite", args=[copy.ref]), reverse("areas:new_people", args=[copy.ref])):
        answer = fede.post(address, {"people": "nora@example.com\nana@example.com", "role": "lead"}, follow=True)
        assert answer.content.decode().count('class="message error') == 1, address
        assert "A un ensayo no se invita a nadie" in answer.content.decode()
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()

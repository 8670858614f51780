"""What the rooms above do on a link keeps it, and makes history of an area; this room does not know them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from areas import drawing
from areas.editing import Refused
from areas.models import Area, Link
from contracts import drafting
from contracts.words import Side
from requests import moves
from tests import asks, build
from tests.cast import Cast


def end(cast: Cast, link: Link) -> None:
    drawing.end_link(cast.actor("fede"), link, build.NOW)


def test_a_link_with_an_open_request_stays(cast: Cast) -> None:
    ask = asks.asked(cast)
    with translation.override("en"), pytest.raises(Refused, match="requests on this link that are open or agreed"):
        end(cast, ask.link)
    assert Link.objects.get(pk=ask.link_id).ended_at is None


def test_a_link_whose_request_was_withdrawn_can_go(cast: Cast) -> None:
    ask = asks.asked(cast)
    moves.withdraw(ask, cast.actor("ana"), version=ask.version, now=build.NOW)
    end(cast, ask.link)
    assert Link.objects.get(pk=ask.link_id).ended_at == build.NOW


def test_a_link_with_a_contract_in_force_stays_and_says_why(cast: Cast, as_fede: Client) -> None:
    version = asks.signed(cast)
    link = version.contract.link
    cast.fede.user.language = "en"
    cast.fede.user.save()
    response = as_fede.post(reverse("areas:end_link", args=[cast.organization.ref, link.ref]), follow=True)
    assert "There is a contract in force on this link." in response.content.decode()
    assert Link.objects.get(pk=link.pk).ended_at is None


def test_a_link_whose_last_promise_ended_with_both_signatures_can_go(cast: Cast) -> None:
    agreed = asks.agreed(cast)
    contract = asks.sign_both(cast, drafting.contract_of(agreed.link)).contract
    drafting.propose_removal(
        contract, agreed, cast.actor("luis"), side=Side.SUPPLIER, words="Ya no hace falta.", now=build.NOW
    )
    with pytest.raises(Refused):
        end(cast, agreed.link)
    asks.sign_both(cast, contract)
    end(cast, agreed.link)
    assert Link.objects.get(pk=agreed.link_id).ended_at == build.NOW


def test_a_sheet_that_was_only_looked_at_holds_nothing(cast: Cast) -> None:
    drafting.contract_of(cast.to_sales)
    end(cast, cast.to_sales)
    assert Link.objects.get(pk=cast.to_sales.pk).ended_at is not None


def test_an_area_with_history_is_archived_never_removed(cast: Cast, as_fede: Client) -> None:
    ask = asks.asked(cast)
    logistics = ask.performer
    assert drawing.has_history(logistics)
    assert not drawing.has_history(cast.administration)
    remove = reverse("areas:remove_area", args=[cast.organization.ref, logistics.ref])
    assert as_fede.post(remove).status_code == 302
    assert Area.objects.filter(pk=logistics.pk, archived_at=None).exists()
    edit = reverse("areas:edit_area", args=[cast.organization.ref, logistics.ref])
    page = as_fede.get(edit).content.decode()
    assert remove not in page
    assert reverse("areas:archive_area", args=[cast.organization.ref, logistics.ref]) in page
    drawing.archive_area(cast.actor("fede"), logistics, build.NOW)
    assert as_fede.get(reverse("requests:ask", args=[cast.organization.ref, ask.ref])).status_code == 200


def test_a_problem_makes_history_of_the_accountable_area(cast: Cast) -> None:
    asks.problem(cast)
    assert drawing.has_history(cast.sales)


def test_the_page_says_what_goes_with_the_area(cast: Cast, as_fede: Client) -> None:
    asks.asked(cast)
    edit = reverse("areas:edit_area", args=[cast.organization.ref, cast.logistics.ref])
    assert 'class="goes-with"' in as_fede.get(edit).content.decode()
    edit = reverse("areas:edit_area", args=[cast.organization.ref, cast.administration.ref])
    assert 'class="goes-with"' not in as_fede.get(edit).content.decode()

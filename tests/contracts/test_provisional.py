"""What a guest signs in a workshop: it waits, a lead's account or the facilitator on the spot makes it count."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from areas import feed
from areas.access import Guest, guest
from areas.models import Area, AreaPart, JournalEntry, Membership
from areas.words import Part
from contracts import drafting
from contracts.models import Commitment, Contract, Signature, Version
from contracts.words import Side
from requests import moves
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def contract(cast: Cast) -> Contract:
    """Of the link on which logistics serves sales."""
    return drafting.contract_of(cast.to_sales)


def sits(cast: Cast, area: Area, name: str, member: Membership | None = None) -> Guest:
    return guest(cast.organization, area, name, member)


def signed_here(cast: Cast, who: Guest, side: Side = Side.SUPPLIER) -> Signature:
    agreement = contract(cast)
    digest = drafting.proposal(agreement).digest
    drafting.sign(agreement, side, who, digest=digest, now=NOW)
    return agreement.signatures.filter(side=side).latest("pk")


def standing(cast: Cast) -> set[Side]:
    return set(drafting.standing_signatures(contract(cast), drafting.proposal(contract(cast))))


def waiting(cast: Cast) -> dict[Side, list[str]]:
    found = drafting.provisional(contract(cast), drafting.proposal(contract(cast)))
    return {side: [one.by_name for one in given] for side, given in found.items()}


def facts(signature: Signature) -> tuple[str, Membership | None, str, Membership | None, bool]:
    return signature.side, signature.by, signature.by_name, signature.recorded_by, signature.provisional


# Signing as a guest --------------------------------------------------------------------------------------------------


def test_a_guest_signs_and_it_waits(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    assert facts(row) == ("supplier", None, "Tomás", None, True)
    assert (standing(cast), waiting(cast)) == (set(), {Side.CUSTOMER: [], Side.SUPPLIER: ["Tomás"]})
    entry = JournalEntry.objects.get(event="contract.signed_in_workshop")
    assert (entry.by, entry.by_name, entry.area, entry.facts["n"]) == (None, "Tomás", cast.logistics, 1)
    assert "None" not in feed.line(cast.organization, entry).sentence
    # Two such signatures bring nothing into force.
    signed_here(cast, sits(cast, cast.sales, "Rosa"), Side.CUSTOMER)
    assert not Version.objects.exists()
    assert waiting(cast) == {Side.CUSTOMER: ["Rosa"], Side.SUPPLIER: ["Tomás"]}


def test_the_account_of_a_lead_counts_in_the_workshop_too(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Lucho", cast.luis))
    assert facts(row) == ("supplier", cast.luis, "Lucho", None, False)
    assert standing(cast) == {Side.SUPPLIER}


@pytest.mark.parametrize("who", ["victor", "ana", "fede", "vera"])
def test_an_account_that_does_not_lead_the_area_is_a_guest(cast: Cast, who: str) -> None:
    """A member, the lead of another area, the facilitator, a reader."""
    asks.agreed(cast)
    member = getattr(cast, who)
    row = signed_here(cast, sits(cast, cast.logistics, member.name, member))
    assert (row.by, row.provisional) == (member, True)
    assert standing(cast) == set()


def test_asking_for_a_signature_for_good_does_not_make_it_one(cast: Cast) -> None:
    asks.agreed(cast)
    agreement = contract(cast)
    digest = drafting.proposal(agreement).digest
    tomas = sits(cast, cast.logistics, "Tomás")
    with pytest.raises(moves.Refused, match="facilit"):
        drafting.sign(agreement, Side.SUPPLIER, tomas, digest=digest, said_by="Luis", now=NOW)
    assert drafting.sign(agreement, Side.SUPPLIER, tomas, digest=digest, provisional=False, now=NOW) is None
    assert agreement.signatures.get().provisional


def test_a_guest_signs_for_the_own_area_only(cast: Cast) -> None:
    asks.agreed(cast)
    for area in (cast.sales, cast.production):
        with pytest.raises(moves.Refused, match="Logística"):
            signed_here(cast, sits(cast, area, "Rosa"))
    assert not Signature.objects.exists()


def test_the_same_side_signs_the_same_text_once(cast: Cast) -> None:
    asks.agreed(cast)
    tomas = sits(cast, cast.logistics, "Tomás")
    signed_here(cast, tomas)
    for who in (tomas, sits(cast, cast.logistics, "Iván")):
        with pytest.raises(moves.Refused, match="Tomás"):
            signed_here(cast, who)
    assert Signature.objects.count() == 1
    # A lead's account signs over it, and then there is nothing left for a guest.
    drafting.sign(
        contract(cast), Side.SUPPLIER, cast.actor("luis"), digest=drafting.proposal(contract(cast)).digest, now=NOW
    )
    with pytest.raises(moves.Refused, match="Logística"):
        signed_here(cast, sits(cast, cast.logistics, "Iván"))


def test_a_changed_text_is_read_and_signed_anew(cast: Cast) -> None:
    asks.agreed(cast)
    tomas = sits(cast, cast.logistics, "Tomás")
    row = signed_here(cast, tomas)
    with pytest.raises(drafting.ProposalChanged):
        drafting.sign(contract(cast), Side.CUSTOMER, sits(cast, cast.sales, "Rosa"), digest="0" * 64, now=NOW)
    asks.agreed(cast, terms=asks.once("Otra promesa"))
    assert waiting(cast) == {Side.CUSTOMER: [], Side.SUPPLIER: []}
    assert [one.pk for one in drafting.lapsed(contract(cast), drafting.proposal(contract(cast)))] == [row.pk]
    for name in ("luis", "fede"):
        with pytest.raises(moves.Refused, match="Tomás"):
            drafting.confirm(contract(cast), row, cast.actor(name), now=NOW)
    signed_here(cast, tomas)
    assert waiting(cast)[Side.SUPPLIER] == ["Tomás"]


def test_nobody_with_an_account_signs_for_both_sides(cast: Cast) -> None:
    asks.agreed(cast)
    signed_here(cast, sits(cast, cast.logistics, "Marta", cast.marta))
    with pytest.raises(moves.Refused):
        signed_here(cast, sits(cast, cast.sales, "Marta", cast.marta), Side.CUSTOMER)
    assert waiting(cast) == {Side.CUSTOMER: [], Side.SUPPLIER: ["Marta"]}


def test_nobody_signs_here_who_signed_there_for_good(cast: Cast) -> None:
    asks.agreed(cast)
    drafting.sign(
        contract(cast), Side.CUSTOMER, cast.actor("ana"), digest=drafting.proposal(contract(cast)).digest, now=NOW
    )
    with pytest.raises(moves.Refused):
        signed_here(cast, sits(cast, cast.logistics, "Ana", cast.ana))
    assert waiting(cast) == {Side.CUSTOMER: [], Side.SUPPLIER: []}


# Confirming ----------------------------------------------------------------------------------------------------------


def test_a_lead_confirms_with_a_signature_of_the_own(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    assert drafting.confirm(contract(cast), row, cast.actor("luis"), now=NOW) is None
    new = Signature.objects.latest("pk")
    assert facts(new) == ("supplier", cast.luis, "Luis", None, False)
    assert "Tomás" in new.words
    row.refresh_from_db()
    assert facts(row) == ("supplier", None, "Tomás", None, True)
    assert standing(cast) == {Side.SUPPLIER}
    version = drafting.sign(
        contract(cast), Side.CUSTOMER, cast.actor("ana"), digest=drafting.proposal(contract(cast)).digest, now=NOW
    )
    assert version is not None


def test_the_facilitator_confirms_on_the_spot_and_both_names_stay(cast: Cast) -> None:
    asks.agreed(cast)
    tomas = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    rosa = signed_here(cast, sits(cast, cast.sales, "Rosa"), Side.CUSTOMER)
    fede = cast.actor("fede")
    assert drafting.confirm(contract(cast), tomas, fede, now=NOW) is None
    version = drafting.confirm(contract(cast), rosa, fede, now=NOW)
    assert version is not None
    assert [facts(one) for one in Signature.objects.filter(provisional=False)] == [
        ("supplier", None, "Tomás", cast.fede, False),
        ("customer", None, "Rosa", cast.fede, False),
    ]
    assert Commitment.objects.filter(link=cast.to_sales, ended_at=None).count() == 1


def test_a_guest_with_an_account_stays_named_when_the_facilitator_confirms(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Vic", cast.victor))
    drafting.confirm(contract(cast), row, cast.actor("fede"), now=NOW)
    assert facts(Signature.objects.latest("pk")) == ("supplier", cast.victor, "Vic", cast.fede, False)


@pytest.mark.parametrize("name", ["ana", "victor", "marta", "vera"])
def test_nobody_else_confirms(cast: Cast, name: str) -> None:
    """The lead across, a member of the area, the lead of another area, a reader."""
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    with pytest.raises(moves.Refused, match="Logística|lector|reader"):
        drafting.confirm(contract(cast), row, cast.actor(name), now=NOW)
    assert standing(cast) == set()


def test_a_guest_does_not_confirm_unless_the_account_leads(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    for who in (sits(cast, cast.logistics, "Iván"), sits(cast, cast.logistics, "Vic", cast.victor)):
        with pytest.raises(moves.Refused, match="Logística"):
            drafting.confirm(contract(cast), row, who, now=NOW)
    drafting.confirm(contract(cast), row, sits(cast, cast.logistics, "Lucho", cast.luis), now=NOW)
    assert standing(cast) == {Side.SUPPLIER}


def test_nobody_confirms_for_both_sides(cast: Cast) -> None:
    # Ana leads both areas and has signed for one.
    AreaPart.objects.create(membership=cast.ana, area=cast.logistics, part=Part.LEAD)
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    digest = drafting.proposal(contract(cast)).digest
    drafting.sign(contract(cast), Side.CUSTOMER, cast.actor("ana"), digest=digest, now=NOW)
    with pytest.raises(moves.Refused):
        drafting.confirm(contract(cast), row, cast.actor("ana"), now=NOW)
    assert not Version.objects.exists()


@pytest.mark.parametrize("seat", ["Marta", "La de producción"])
@pytest.mark.parametrize("has_account", [True, False])
def test_the_facilitator_confirms_no_guest_on_both_sides(cast: Cast, seat: str, has_account: bool) -> None:
    """Known by the account, or else by the name."""
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, seat, cast.marta if has_account else None))
    digest = drafting.proposal(contract(cast)).digest
    drafting.sign(contract(cast), Side.CUSTOMER, cast.actor("fede"), digest=digest, said_by="Marta", now=NOW)
    if has_account or seat == "Marta":
        with pytest.raises(moves.Refused):
            drafting.confirm(contract(cast), row, cast.actor("fede"), now=NOW)
        assert not Version.objects.exists()
    else:
        assert drafting.confirm(contract(cast), row, cast.actor("fede"), now=NOW) is not None


def test_only_what_waits_is_confirmed(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    with pytest.raises(moves.Refused):
        drafting.confirm(drafting.contract_of(cast.to_logistics), row, cast.actor("fede"), now=NOW)
    drafting.confirm(contract(cast), row, cast.actor("luis"), now=NOW)
    with pytest.raises(moves.Refused, match="Logística"):
        drafting.confirm(contract(cast), row, cast.actor("fede"), now=NOW)
    with pytest.raises(moves.Refused):
        drafting.confirm(contract(cast), Signature.objects.get(provisional=False), cast.actor("fede"), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_the_same_instant_make_one_signature() -> None:
    cast = muebles_del_norte()
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    agreement = contract(cast)
    digest = drafting.proposal(agreement).digest
    drafting.sign(agreement, Side.CUSTOMER, cast.actor("ana"), digest=digest, now=NOW)
    start = threading.Barrier(2)
    made: list[str] = []

    def confirm(name: str) -> None:
        try:
            who = cast.actor(name)
            start.wait(timeout=10)
            made.append(str(drafting.confirm(agreement, row, who, now=NOW)))
        except moves.Refused:
            made.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=(name,)) for name in ("luis", "fede")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(made) == 2
    assert made.count("refused") == 1
    assert Version.objects.count() == Commitment.objects.count() == 1
    assert Signature.objects.filter(side=Side.SUPPLIER, provisional=False).count() == 1


# On the screens ------------------------------------------------------------------------------------------------------


def browser(member: Membership) -> Client:
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    return client


def address(cast: Cast, name: str = "sheet") -> str:
    return reverse(f"contracts:{name}", kwargs={"org": cast.organization.ref, "link": cast.to_sales.ref})


def text(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


def test_the_sheet_says_who_signed_and_who_confirms(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    said = "Tomás signed this in the workshop for Logística. A lead of Logística confirms it."
    for member, button in (
        (cast.luis, "Confirm for Logística"),
        (cast.fede, "Confirm that Tomás signed"),
        (cast.victor, ""),
        (cast.ana, ""),
    ):
        page = browser(member).get(address(cast)).content
        assert said in text(page), member
        assert (b'id="confirm-supplier"' in page) is bool(button), member
        assert button in text(page)
        # A lead may read it back before, as for any signature.
        assert ("Read it whole first" in text(page)) is (member == cast.luis)
    data = {"side": "supplier", "digest": row.digest}
    answer = browser(cast.luis).post(address(cast, "confirm_signature"), data, follow=True)
    assert "Signed for Logística." in text(answer.content)
    assert said not in text(answer.content)
    assert standing(cast) == {Side.SUPPLIER}


def test_a_lapsed_one_says_so(cast: Cast) -> None:
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    asks.agreed(cast, terms=asks.once("Otra promesa"))
    page = browser(cast.luis).get(address(cast)).content
    assert "but the text has changed since: that signature lapsed" in text(page)
    assert b'id="confirm-supplier"' not in page
    # From a page that was open since before.
    data = {"side": "supplier", "digest": row.digest}
    answer = browser(cast.luis).post(address(cast, "confirm_signature"), data, follow=True)
    assert "The text has changed since Tomás signed it" in text(answer.content)
    assert standing(cast) == set()


def test_the_sides_are_not_mistaken(cast: Cast) -> None:
    """Ana leads sales: she does not confirm what was signed for logistics by posting its side."""
    asks.agreed(cast)
    row = signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    for member, side, status in (
        (cast.ana, "supplier", 302),
        (cast.luis, "customer", 302),
        (cast.victor, "supplier", 403),
    ):
        answer = browser(member).post(address(cast, "confirm_signature"), {"side": side, "digest": row.digest})
        assert answer.status_code == status
    assert standing(cast) == set()


def test_a_draft_on_paper_says_who_signed_in_the_workshop(cast: Cast) -> None:
    asks.agreed(cast)
    signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    page = text(browser(cast.vera).get(address(cast, "print")).content)
    assert "Tomás signed in the workshop; to be confirmed" in page
    assert page.count("name and date") == 1


def test_the_desk_of_the_lead_says_what_waits(cast: Cast) -> None:
    asks.agreed(cast)
    signed_here(cast, sits(cast, cast.logistics, "Tomás"))
    desk = reverse("contracts:desk", kwargs={"org": cast.organization.ref})
    assert "Tomás signed version 1 in the workshop; it waits for you to confirm" in text(
        browser(cast.luis).get(desk).content
    )
    assert "Read version 1 and sign it" in text(browser(cast.ana).get(desk).content)
    drafting.confirm(contract(cast), Signature.objects.get(), build.actor(cast.luis), now=NOW)
    assert "it waits for you" not in text(browser(cast.luis).get(desk).content)

"""Reading a proposed version back and signing it, proposing that a promise ends, and reading versions side by side."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas.models import AreaPart, JournalEntry, Membership
from areas.words import Part
from contracts import drafting
from contracts.models import Contract, Removal, Signature, Version
from contracts.words import Side
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte

# The line that is read before one signs.
GIVES = re.compile(r"(\d+) promises? that (\w+) makes, (\d+) that it is made")


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def browser(member: Membership) -> Client:
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    return client


def address(cast: Cast, name: str, **more: object) -> str:
    return reverse(f"contracts:{name}", kwargs={"org": cast.organization.ref, "link": cast.to_sales.ref, **more})


def contract(cast: Cast) -> Contract:
    return drafting.contract_of(cast.to_sales)


def words(html: bytes) -> str:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode())).replace("&#x27;", "'")
    return text.replace(" ,", ",")


def sign(cast: Cast, member: Membership, side: Side, **more: str) -> int:
    data = {"side": side.value, "digest": drafting.proposal(contract(cast)).digest, **more}
    return browser(member).post(address(cast, "sign"), data).status_code


# Signing -------------------------------------------------------------------------------------------------------------


def test_the_exact_text_is_read_back_before_one_signs(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.measured("Ventana en 4 h", satisfaction="Escrita en el pedido"))
    asks.agreed(cast, terms=asks.weekly("Plan semanal"))
    asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.once("Orden completa"))
    text = words(browser(cast.luis).get(address(cast, "sign")).content)
    assert "You sign for Logística" in text
    read = GIVES.search(text)
    assert read is not None
    assert read.groups() == ("2", "Logística", "1")
    for said in ("Ventana en 4 h", "Escrita en el pedido", "Plan semanal", "Orden completa", "Luis answers for it"):
        assert said in text
    assert "It comes into force when Ventas has signed as well." in text
    other = GIVES.search(words(browser(cast.ana).get(address(cast, "sign")).content))
    assert other is not None
    assert other.groups() == ("1", "Ventas", "2")


def test_both_leads_sign_and_the_second_is_told_what_that_does(cast: Cast) -> None:
    asks.agreed(cast)
    assert sign(cast, cast.luis, Side.SUPPLIER, words="Con gusto") == 302
    assert not Version.objects.exists()
    assert "With this signature it comes into force." in words(browser(cast.ana).get(address(cast, "sign")).content)
    assert sign(cast, cast.ana, Side.CUSTOMER) == 302
    version = Version.objects.get()
    assert version.n == 1
    text = words(browser(cast.vera).get(address(cast, "sheet")).content)
    assert "Version 1 in force since" in text
    assert "Luis (Logística)" in text
    assert "Ana (Ventas)" in text


def test_signing_twice_is_harmless(cast: Cast) -> None:
    asks.agreed(cast)
    for _ in range(2):
        assert sign(cast, cast.luis, Side.SUPPLIER) == 302
    assert Signature.objects.count() == 1


def test_a_text_that_changed_meanwhile_is_read_again_with_ones_words_kept(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.once("Ventana"))
    old = drafting.proposal(contract(cast)).digest
    asks.agreed(cast, terms=asks.once("Una cosa más"))
    answer = browser(cast.luis).post(
        address(cast, "sign"), {"side": "supplier", "digest": old, "words": "De acuerdo, equipo"}
    )
    assert answer.status_code == 409
    text = words(answer.content)
    assert "The proposal changed while you were reading it" in text
    assert "Una cosa más" in text
    assert "De acuerdo, equipo" in text
    assert drafting.proposal(contract(cast)).digest in answer.content.decode()
    assert not Signature.objects.exists()


def test_a_signature_that_lapsed_is_told(cast: Cast) -> None:
    asks.agreed(cast, terms=asks.once("Ventana"))
    sign(cast, cast.luis, Side.SUPPLIER)
    asks.agreed(cast, terms=asks.once("Una cosa más"))
    text = words(browser(cast.ana).get(address(cast, "sheet")).content)
    assert "but the text has changed since: that signature no longer counts" in text
    assert "waits for Luis" in text


@pytest.mark.parametrize(("name", "side"), [("victor", "supplier"), ("vera", "supplier"), ("ana", "supplier")])
def test_only_a_lead_of_the_side_signs(cast: Cast, name: str, side: str) -> None:
    asks.agreed(cast)
    member: Membership = getattr(cast, name)
    assert browser(member).get(address(cast, "sign"), {"side": side}).status_code == 403
    assert sign(cast, member, Side(side)) == 403
    assert not Signature.objects.exists()


def test_nobody_signs_for_both_sides(cast: Cast) -> None:
    asks.agreed(cast)
    AreaPart.objects.create(membership=cast.luis, area=cast.sales, part=Part.LEAD)
    assert sign(cast, cast.luis, Side.SUPPLIER) == 302
    assert sign(cast, cast.luis, Side.CUSTOMER) == 302
    assert Signature.objects.count() == 1
    page = browser(cast.luis).get(address(cast, "sign"), {"side": "customer"})
    assert "Nobody signs for both sides." in words(page.content)


def test_the_voice_signs_for_the_client(cast: Cast) -> None:
    clara = build.person(cast.company, "Clara", voice=True)
    asks.agreed(cast, asks.asked(cast, cast.to_client, by=clara))
    where = reverse("contracts:sign", kwargs={"org": cast.organization.ref, "link": cast.to_client.ref})
    text = words(browser(clara).get(where, {"side": "customer"}).content)
    assert f"You sign for {cast.client.name}" in text
    digest = drafting.proposal(drafting.contract_of(cast.to_client)).digest
    assert browser(clara).post(where, {"side": "customer", "digest": digest}).status_code == 302
    assert Signature.objects.get().for_area == cast.client


def test_a_facilitator_writes_down_a_signature_with_both_names(cast: Cast) -> None:
    asks.agreed(cast)
    page = browser(cast.fede).get(address(cast, "sign"), {"side": "supplier"}).content.decode()
    assert "You write it down." in page
    assert '<option value="Luis">' in page
    assert sign(cast, cast.fede, Side.SUPPLIER) == 422
    assert sign(cast, cast.fede, Side.SUPPLIER, said_by="Luis") == 302
    signature = Signature.objects.get()
    assert (signature.by, signature.by_name, signature.recorded_by) == (cast.luis, "Luis", cast.fede)
    assert "written down by Fede" in words(browser(cast.ana).get(address(cast, "sheet")).content)


def test_there_is_nothing_to_sign_where_nothing_changed(cast: Cast) -> None:
    asks.signed(cast)
    answer = browser(cast.luis).get(address(cast, "sign"))
    assert answer.status_code == 200
    assert "There is nothing new to sign." in words(answer.content)
    assert b'id="sign"' not in answer.content
    assert sign(cast, cast.luis, Side.SUPPLIER) == 302
    assert Version.objects.count() == 1


def test_what_changes_is_marked_in_the_text_to_sign(cast: Cast) -> None:
    old = asks.agreed(cast, terms=asks.once("Ventana en 4 h"))
    gone = asks.agreed(cast, terms=asks.weekly("Plan semanal"))
    asks.sign_both(cast, contract(cast))
    asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("Ventana en 2 h")))
    drafting.propose_removal(
        contract(cast), gone, cast.actor("ana"), side=Side.CUSTOMER, words="Ya no hace falta", now=NOW
    )
    text = words(browser(cast.luis).get(address(cast, "sign")).content)
    assert "What ends with this version" in text
    assert "Ya no hace falta" in text
    assert "What changes" in text
    assert re.search(r"before Ventana en 4 h", text)
    read = GIVES.search(text)
    assert read is not None
    assert read.groups() == ("1", "Logística", "0")


def test_reading_takes_the_same_queries_for_one_promise_and_for_three(cast: Cast) -> None:
    def queries() -> int:
        client = browser(cast.luis)
        client.get(address(cast, "sign"))
        with CaptureQueriesContext(connection) as seen:
            client.get(address(cast, "sign"))
        return len(seen)

    problem = asks.problem(cast)
    asks.agreed(cast, why=problem)
    one = queries()
    asks.agreed(cast, why=problem)
    asks.agreed(cast, why=problem, direction=Direction.REQUIREMENT)
    assert queries() == one


# A promise that should end -------------------------------------------------------------------------------------------


def remove(cast: Cast, member: Membership, ref: str, **more: str) -> int:
    data = {"words": "Ya no hace falta", "side": "customer", **more}
    return browser(member).post(address(cast, "remove", ask=ref), data).status_code


def test_a_lead_proposes_that_a_promise_ends_and_it_binds_until_both_sign(cast: Cast) -> None:
    ask = asks.agreed(cast, terms=asks.weekly("Plan semanal"))
    asks.sign_both(cast, contract(cast))
    assert remove(cast, cast.ana, ask.ref) == 302
    text = words(browser(cast.luis).get(address(cast, "sheet")).content)
    assert "removal proposed" in text
    assert "Ana proposes that this ends. It binds until both sides have signed:" in text
    assert "Version 2, as agreed so far" in text
    asks.sign_both(cast, contract(cast))
    lane = browser(cast.luis).get(address(cast, "sheet"), {"part": "need"}, headers={"HX-Request": "true"})
    assert "Plan semanal" not in words(lane.content)


def test_the_reason_is_missed_beside_the_field(cast: Cast) -> None:
    ask = asks.agreed(cast)
    assert remove(cast, cast.ana, ask.ref, words="  ") == 422
    assert not Removal.objects.exists()


def test_proposing_it_twice_tells_and_changes_nothing(cast: Cast) -> None:
    ask = asks.agreed(cast)
    assert remove(cast, cast.ana, ask.ref) == 302
    assert remove(cast, cast.ana, ask.ref) == 409
    assert Removal.objects.count() == 1


@pytest.mark.parametrize("name", ["victor", "vera", "marta"])
def test_others_do_not_end_promises(cast: Cast, name: str) -> None:
    ask = asks.agreed(cast)
    member: Membership = getattr(cast, name)
    assert remove(cast, member, ask.ref) == 403
    assert browser(member).post(address(cast, "keep", ask=ask.ref)).status_code == 403


def test_a_promise_of_another_link_is_not_here(cast: Cast) -> None:
    elsewhere = asks.agreed(cast, link=cast.to_logistics)
    assert remove(cast, cast.luis, elsewhere.ref) == 404
    assert browser(cast.olga).post(address(cast, "remove", ask=elsewhere.ref)).status_code == 404


def test_the_side_that_proposed_it_takes_it_back_and_twice_is_harmless(cast: Cast) -> None:
    ask = asks.agreed(cast)
    asks.sign_both(cast, contract(cast))
    remove(cast, cast.ana, ask.ref)
    page = words(browser(cast.ana).get(address(cast, "keep", ask=ask.ref)).content)
    assert "Ventas proposed it" in page
    assert "Who said it" not in page
    assert browser(cast.luis).post(address(cast, "keep", ask=ask.ref)).status_code == 302
    assert Removal.objects.get().taken_back_at is None
    for _ in range(2):
        assert browser(cast.ana).post(address(cast, "keep", ask=ask.ref)).status_code == 302
    assert Removal.objects.get().taken_back_at is not None
    assert not drafting.proposal(contract(cast)).is_change


def test_a_facilitator_writes_down_which_side_wants_it_to_end(cast: Cast) -> None:
    ask = asks.agreed(cast)
    page = browser(cast.fede).get(address(cast, "remove", ask=ask.ref)).content.decode()
    assert "Which side says so" in page
    assert remove(cast, cast.fede, ask.ref, side="supplier", said_by="Luis") == 302
    removal = Removal.objects.get()
    assert (removal.side, removal.by, removal.recorded_by) == (Side.SUPPLIER, cast.luis, cast.fede)


def test_a_facilitator_writes_down_that_it_stays_after_all(cast: Cast) -> None:
    ask = asks.agreed(cast)
    asks.sign_both(cast, contract(cast))
    remove(cast, cast.ana, ask.ref)
    fede = browser(cast.fede)
    here = address(cast, "keep", ask=ask.ref)
    assert f'action="{here}"' in fede.get(address(cast, "sheet")).content.decode()
    # The button on the sheet leads to the question who said so.
    asked = fede.post(here)
    assert (asked.status_code, asked["Location"]) == (302, here)
    page = fede.get(here).content.decode()
    assert "Who said it" in page
    assert '<option value="Ana">' in page
    missing = fede.post(here, {"said_by": " "})
    assert missing.status_code == 422
    assert "errorlist" in missing.content.decode()
    assert Removal.objects.get().taken_back_at is None
    assert fede.post(here, {"said_by": "Ana"}).status_code == 302
    assert Removal.objects.get().taken_back_at is not None
    line = JournalEntry.objects.get(event="clause.removal_taken_back")
    assert (line.by, line.by_name, line.recorded_by) == (cast.ana, "Ana", cast.fede)
    late = fede.get(here)
    assert (late.status_code, late["Location"]) == (302, f"{address(cast, 'sheet')}#ask-{ask.ref}")


# Versions ------------------------------------------------------------------------------------------------------------


def two_versions(cast: Cast) -> None:
    old = asks.agreed(cast, terms=asks.once("Ventana en 4 h"))
    asks.agreed(cast, terms=asks.weekly("Plan semanal"))
    asks.sign_both(cast, contract(cast))
    asks.agreed(cast, asks.asked(cast, why=old.problem, replaces=old, terms=asks.once("Ventana en 2 h")))
    asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.once("Orden completa"))
    asks.sign_both(cast, contract(cast), now=NOW + timedelta(days=2))


def test_the_versions_are_listed_with_who_signed(cast: Cast) -> None:
    two_versions(cast)
    text = words(browser(cast.vera).get(address(cast, "versions")).content)
    assert re.search(r"in force Version 2 3 promises", text)
    assert re.search(r"superseded Version 1 2 promises", text)
    assert text.count("Luis (Logística)") == 2


def test_a_contract_without_versions_says_what_is_missing(cast: Cast) -> None:
    assert "Nothing signed yet" in words(browser(cast.vera).get(address(cast, "versions")).content)
    assert browser(cast.vera).get(address(cast, "version", n=1)).status_code == 404


def test_a_version_stands_beside_the_one_before_it_with_the_differences(cast: Cast) -> None:
    two_versions(cast)
    text = words(browser(cast.vera).get(address(cast, "version", n=2)).content)
    assert "Version 1 and version 2" in text
    assert "changed" in text
    assert re.search(r"before Ventana en 4 h", text)
    assert re.search(r"now Ventana en 2 h", text)
    assert "unchanged" in text
    assert "Not in this version." in text
    assert "Orden completa" in text


def test_the_first_version_stands_alone_until_one_chooses_another(cast: Cast) -> None:
    two_versions(cast)
    client = browser(cast.vera)
    alone = words(client.get(address(cast, "version", n=1)).content)
    assert "Version 1 and version 2" not in alone
    beside = words(client.get(address(cast, "version", n=1), {"with": "2"}).content)
    assert "Version 1 and version 2" in beside
    assert client.get(address(cast, "version", n=2), {"with": "nonsense"}).status_code == 200


def test_a_stranger_reads_no_version(cast: Cast) -> None:
    two_versions(cast)
    assert browser(cast.olga).get(address(cast, "version", n=1)).status_code == 404
    assert browser(cast.vera).post(address(cast, "version", n=1)).status_code == 405

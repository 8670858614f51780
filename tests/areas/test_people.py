"""Inviting, accepting, roles, parts, leaving."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from areas import inviting, people
from areas.editing import Refused
from areas.models import AreaPart, Invitation, JournalEntry, Membership
from areas.words import Part, Role
from contracts import drafting
from contracts.words import Side
from post.models import Letter
from tests import asks, build
from tests.cast import Cast, muebles_del_norte


def url(cast: Cast, name: str, *args: str) -> str:
    return reverse(f"areas:{name}", args=[cast.organization.ref, *args])


def invite(cast: Cast, email: str = "nora@example.com", **more: object) -> Invitation:
    return inviting.invite(cast.actor("fede"), email=email, now=timezone.now(), **more)  # type: ignore[arg-type]


def page_of(invitation: Invitation) -> str:
    return reverse("areas:invitation", args=[invitation.ref])


# Inviting ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coming_as", "role", "part"),
    [
        ("lead", Role.PARTICIPANT, Part.LEAD),
        ("member", Role.PARTICIPANT, Part.MEMBER),
        ("viewer", Role.VIEWER, Part.LEAD),
        ("facilitator", Role.FACILITATOR, Part.LEAD),
    ],
)
def test_invite_from_the_page(cast: Cast, as_fede: Client, coming_as: str, role: Role, part: Part) -> None:
    form = {"people": "Nora <nora@example.com>, logistica", "role": coming_as}
    assert as_fede.post(url(cast, "invite"), form).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.area, invitation.role, invitation.part) == (cast.logistics, role, part)
    letter = Letter.objects.get(kind="person.invited")
    assert letter.to_email == "nora@example.com"
    assert page_of(invitation) in letter.text
    assert page_of(invitation) in letter.html


def test_the_letter_speaks_the_language_of_the_invited(cast: Cast) -> None:
    build.user("Nora", language="en")
    invite(cast)
    invite(cast, "new@example.com")
    assert dict(Letter.objects.values_list("to_email", "language")) == {
        "nora@example.com": "en",
        "new@example.com": "es",
    }


def test_somebody_asked_to_speak_for_the_client_becomes_its_voice(cast: Cast) -> None:
    assert invite(cast, area=cast.client, part=Part.LEAD).part == Part.VOICE


def test_what_cannot_be_invited(cast: Cast) -> None:
    invite(cast)
    for email in ("NORA@example.com", "ana@example.com"):
        with pytest.raises(Refused):
            invite(cast, email)


def test_letters_to_strangers_have_an_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "MOST_A_DAY", 2)
    for n in range(2):
        inviting.withdraw(cast.actor("fede"), invite(cast, f"n{n}@example.com"), timezone.now())
    with pytest.raises(Refused):
        invite(cast)


def test_an_empty_list_says_so(cast: Cast, as_fede: Client) -> None:
    assert as_fede.post(url(cast, "invite"), {"people": " ", "role": "lead"}).status_code == 422


def test_send_again_but_not_at_once_and_not_for_ever(cast: Cast) -> None:
    fede, invitation = cast.actor("fede"), invite(cast)
    with pytest.raises(Refused):
        inviting.resend(fede, invitation, timezone.now())
    now = timezone.now() + timedelta(days=20)
    inviting.resend(fede, invitation, now)
    invitation.refresh_from_db()
    assert invitation.standing(now) == "pending"
    assert Letter.objects.filter(kind="person.invited").count() == 2
    for n in range(1, inviting.MOST_LETTERS - 1):
        inviting.resend(fede, invitation, now + timedelta(hours=n))
    with pytest.raises(Refused):
        inviting.resend(fede, invitation, now + timedelta(days=9))


def test_withdraw_twice_is_harmless_and_frees_the_address(cast: Cast, as_fede: Client) -> None:
    invitation = invite(cast)
    for _click in range(2):
        assert as_fede.post(url(cast, "withdraw_invitation", invitation.ref)).status_code == 302
    assert JournalEntry.objects.filter(event="person.uninvited").count() == 1
    invite(cast)


# Accepting -----------------------------------------------------------------------------------------------------------


def test_accept(cast: Cast, client: Client) -> None:
    invitation = invite(cast, area=cast.logistics, part=Part.LEAD)
    nora = build.user("Nora")
    client.force_login(nora)
    assert client.get("/")["Location"] == reverse("areas:organizations")
    assert page_of(invitation) in client.get(reverse("areas:organizations")).content.decode()
    assert client.get(page_of(invitation)).status_code == 200
    response = client.post(page_of(invitation))
    assert response["Location"] == reverse("contracts:board", args=[cast.organization.ref])
    member = Membership.objects.get(user=nora)
    assert build.actor(member).may_decide_for(cast.logistics)
    client.post(page_of(invitation))
    assert JournalEntry.objects.filter(event="person.joined").count() == 1


def test_a_new_person_gets_the_name_of_the_invitation(cast: Cast, client: Client) -> None:
    invitation = invite(cast, name="Nora Gil")
    nora = build.user("", email="nora@example.com")
    client.force_login(nora)
    client.post(page_of(invitation))
    nora.refresh_from_db()
    assert nora.name == "Nora Gil"


def test_without_a_name_it_is_asked_for(cast: Cast, client: Client) -> None:
    invitation = invite(cast)
    client.force_login(build.user("", email="nora@example.com"))
    assert client.post(page_of(invitation))["Location"].startswith(reverse("areas:welcome"))


def test_only_the_proved_address_sees_it(cast: Cast, client: Client) -> None:
    invitation = invite(cast, name="Nora Gil")
    assert client.get(page_of(invitation))["Location"].startswith("/accounts/login/")
    client.force_login(build.user("Otto"))
    for response in (client.get(page_of(invitation)), client.post(page_of(invitation))):
        page = response.content.decode()
        assert response.status_code == 404
        assert "Nora" not in page
        assert cast.organization.name not in page
    unknown = client.get(reverse("areas:invitation", args=["abcdefghjkmn"])).content.decode()
    known = client.get(page_of(invitation)).content.decode()
    assert len(unknown) == len(known)


def test_an_address_that_is_not_proved_is_nobodys(cast: Cast, client: Client) -> None:
    invitation = invite(cast)
    nora = build.user("Nora")
    EmailAddress.objects.filter(user=nora).update(verified=False)
    client.force_login(nora)
    assert client.post(page_of(invitation)).status_code == 404


def test_expired_and_withdrawn_say_so(cast: Cast, client: Client) -> None:
    nora = build.user("Nora", language="en")
    client.force_login(nora)
    old = inviting.invite(
        cast.actor("fede"), email="nora@example.com", now=timezone.now() - inviting.LASTS - timedelta(days=1)
    )
    assert "This invitation was open until" in client.get(page_of(old)).content.decode()
    client.post(page_of(old))
    assert not Membership.objects.filter(user=nora).exists()
    inviting.withdraw(cast.actor("fede"), old, timezone.now())
    assert "This invitation was taken back." in client.get(page_of(old)).content.decode()
    with pytest.raises(Refused):
        inviting.accept(old, nora, timezone.now())


def test_who_left_can_come_back(cast: Cast) -> None:
    now = timezone.now()
    people.remove(cast.actor("fede"), cast.luis, now)
    invitation = invite(cast, "luis@example.com", role=Role.VIEWER)
    member = inviting.accept(invitation, cast.luis.user, now)
    assert (member.pk, member.role, member.left_at) == (cast.luis.pk, Role.VIEWER, None)


def test_an_area_archived_meanwhile_is_left_out(cast: Cast) -> None:
    invitation = invite(cast, area=cast.logistics)
    cast.logistics.archived_at = timezone.now()
    cast.logistics.save()
    member = inviting.accept(Invitation.objects.get(pk=invitation.pk), build.user("Nora"), timezone.now())
    assert not AreaPart.objects.filter(membership=member).exists()


# Roles, parts, leaving -----------------------------------------------------------------------------------------------


def test_role_and_part_from_the_page(cast: Cast, as_fede: Client) -> None:
    as_fede.post(url(cast, "set_role", cast.luis.ref), {"role": "facilitator"})
    as_fede.post(url(cast, "set_part", cast.luis.ref), {"area": cast.sales.ref, "part": "member"})
    as_fede.post(url(cast, "set_part", cast.luis.ref), {"area": cast.sales.ref, "part": "lead"})
    luis = cast.actor("luis")
    assert luis.is_facilitator
    assert luis.may_decide_for(cast.sales)
    as_fede.post(url(cast, "set_part", cast.luis.ref), {"area": cast.sales.ref, "part": "", "back": "area"})
    assert not cast.actor("luis").may_speak_for(cast.sales)


def test_assign_from_the_page_of_the_area(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "assign", cast.client.ref)
    as_fede.post(to, {"person": cast.luis.ref, "part": "voice"})
    assert cast.actor("luis").may_decide_for(cast.client)
    assert as_fede.post(to, {"person": cast.olga.ref, "part": "voice"}).status_code == 404


@pytest.mark.parametrize(("area", "part"), [("client", "lead"), ("sales", "voice"), ("sales", "king")])
def test_parts_that_an_area_does_not_have(cast: Cast, area: str, part: str) -> None:
    with pytest.raises(Refused):
        people.set_part(cast.actor("fede"), cast.vera, getattr(cast, area), part, timezone.now())


def test_who_only_reads_leads_nothing(cast: Cast, as_fede: Client) -> None:
    with pytest.raises(Refused, match="Vera"):
        people.set_part(cast.actor("fede"), cast.vera, cast.sales, "lead", timezone.now())
    page = as_fede.post(url(cast, "assign", cast.sales.ref), {"person": cast.vera.ref, "part": "lead"}, follow=True)
    assert "Vera" in page.content.decode()
    assert not AreaPart.objects.filter(membership=cast.vera).exists()
    people.set_role(cast.actor("fede"), cast.vera, Role.PARTICIPANT, timezone.now())
    vera = Membership.objects.get(pk=cast.vera.pk)
    assert people.set_part(cast.actor("fede"), vera, cast.sales, "lead", timezone.now())


def test_the_last_facilitator_stays(cast: Cast, as_fede: Client) -> None:
    as_fede.post(url(cast, "set_role", cast.fede.ref), {"role": "viewer"})
    as_fede.post(url(cast, "remove_person", cast.fede.ref))
    fede = Membership.objects.get(pk=cast.fede.pk)
    assert (fede.role, fede.left_at) == (Role.FACILITATOR, None)
    people.set_role(cast.actor("fede"), cast.ana, Role.FACILITATOR, timezone.now())
    assert as_fede.post(url(cast, "remove_person", cast.fede.ref))["Location"] == "/"
    assert as_fede.get(url(cast, "people")).status_code == 404


def test_who_was_removed_is_out_but_named_in_the_journal(cast: Cast, as_fede: Client, client: Client) -> None:
    for _click in range(2):
        as_fede.post(url(cast, "remove_person", cast.luis.ref))
    assert not AreaPart.objects.filter(membership=cast.luis).exists()
    assert JournalEntry.objects.filter(event="person.left", facts__name="Luis").count() == 1
    client.force_login(cast.luis.user)
    assert client.get(url(cast, "people")).status_code == 404


def test_before_somebody_is_taken_out_it_is_said_what_misses_them(cast: Cast, as_fede: Client) -> None:
    cast.fede.user.language = "en"
    cast.fede.user.save()
    promise = asks.agreed(cast)
    assert promise.owner is not None
    member = promise.owner
    page = as_fede.get(url(cast, "remove_person", member.ref)).content.decode()
    assert f"Take {member.name} out of" in page
    assert "nobody would answer for them" in page
    assert f'<a href="{promise.get_absolute_url()}">{promise}</a>' in page
    luis = as_fede.get(url(cast, "remove_person", cast.luis.ref)).content.decode()
    assert "Logística" in luis.partition('id="last-in"')[2].partition("</ul>")[0]
    # Somebody else leads there, too.
    other = build.person(cast.company, "Lola", leads=[cast.logistics, build.area(cast.company, "Taller")])
    again = as_fede.get(url(cast, "remove_person", cast.luis.ref)).content.decode()
    assert 'id="last-in"' not in again
    alone = as_fede.get(url(cast, "remove_person", other.ref)).content.decode()
    assert 'id="last-in"' in alone
    assert "Taller" in alone
    assert "Logística" not in alone.partition('id="last-in"')[2].partition("</ul>")[0]
    assert "nobody would answer" not in alone


def test_a_promise_that_ended_misses_nobody(cast: Cast, as_fede: Client) -> None:
    promise = asks.agreed(cast)
    contract = asks.sign_both(cast, drafting.contract_of(promise.link)).contract
    drafting.propose_removal(contract, promise, cast.actor("luis"), side=Side.SUPPLIER, words="Sobra.", now=build.NOW)
    asks.sign_both(cast, contract)
    assert promise.owner is not None
    page = as_fede.get(url(cast, "remove_person", promise.owner.ref)).content.decode()
    assert promise.get_absolute_url() not in page


def test_who_misses_nobody_is_told_so_too(cast: Cast, as_fede: Client) -> None:
    page = as_fede.get(url(cast, "remove_person", cast.vera.ref)).content.decode()
    assert 'class="note soon"' not in page
    assert Membership.objects.get(pk=cast.vera.pk).left_at is None


def test_only_facilitators_manage_people_and_see_addresses(cast: Cast, client: Client) -> None:
    invitation = invite(cast)
    posts = [
        url(cast, "invite"),
        url(cast, "resend_invitation", invitation.ref),
        url(cast, "withdraw_invitation", invitation.ref),
        url(cast, "set_role", cast.luis.ref),
        url(cast, "set_part", cast.luis.ref),
        url(cast, "remove_person", cast.luis.ref),
        url(cast, "assign", cast.sales.ref),
    ]
    for member, status in ((cast.ana, 403), (cast.vera, 403), (cast.olga, 404)):
        client.force_login(member.user)
        assert [client.post(to).status_code for to in posts] == [status] * len(posts)
    client.force_login(cast.ana.user)
    page = client.get(url(cast, "people")).content.decode()
    assert "Luis" in page
    assert "luis@example.com" not in page
    assert "nora@example.com" not in page


def test_another_organizations_people_and_invitations_do_not_exist(cast: Cast, client: Client) -> None:
    invitation = invite(cast)
    client.force_login(cast.olga.user)
    org = cast.elsewhere.ref
    for name, ref in (("remove_person", cast.luis.ref), ("withdraw_invitation", invitation.ref)):
        assert client.post(reverse(f"areas:{name}", args=[org, ref])).status_code == 404


def test_the_page_costs_the_same_for_one_and_for_three(
    cast: Cast, as_fede: Client, queries_of: build.QueriesOf
) -> None:
    few = queries_of(as_fede, url(cast, "people"))
    for n in range(3):
        build.person(cast.company, f"Persona {n}", leads=[cast.sales, cast.logistics])
        invite(cast, f"i{n}@example.com", area=cast.sales)
    assert queries_of(as_fede, url(cast, "people")) == few


@pytest.mark.django_db(transaction=True)
def test_two_facilitators_taking_each_other_out_leave_one() -> None:
    """Each alone would be right; at the same instant one of them is refused."""
    cast = muebles_del_norte()
    people.set_role(cast.actor("fede"), cast.ana, Role.FACILITATOR, timezone.now())
    barrier = Barrier(2)

    def demote(member: Membership) -> bool:
        try:
            barrier.wait(5)
            return people.set_role(cast.actor("fede"), member, Role.VIEWER, timezone.now())
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(demote, (cast.fede, cast.ana)))
    assert sorted(done) == [False, True]
    left = Membership.objects.filter(organization=cast.organization, role=Role.FACILITATOR)
    assert left.count() == 1

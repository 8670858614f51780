"""Changing one's own address: proved by a code before it counts, told to the old one, and nothing to be learned."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from areas import new_address
from areas.models import User
from post.models import Letter
from tests import build
from tests.cast import Cast

NEW = "ana.robles@example.com"


@pytest.fixture
def ana(db: None) -> User:
    return build.user("Ana", language="en")


@pytest.fixture
def window(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def here() -> str:
    return reverse("areas:new_address")


def ask(client: Client, email: str = NEW) -> str:
    """Ask for the address; the code in the letter to it, if that carries one."""
    answer = client.post(here(), {"act": "ask", "email": email})
    assert (answer.status_code, answer["Location"]) == (302, here())
    return Letter.objects.filter(to_email=email.lower()).latest("pk").code


def prove(client: Client, code: str) -> int:
    return client.post(here(), {"act": "prove", "code": code}).status_code


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def test_the_new_address_counts_when_its_code_came_back(window: Client, ana: User) -> None:
    code = ask(window, "Ana.Robles@example.com")
    assert len(code) >= 8
    assert address_of(ana) == "ana@example.com"
    assert f"<b>{NEW}</b>" in window.get(here()).content.decode()

    assert prove(window, f" {code.lower()} ") == 302

    assert address_of(ana) == NEW
    (kept,) = EmailAddress.objects.filter(user=ana)
    assert (kept.email, kept.verified, kept.primary) == (NEW, True, True)
    told = Letter.objects.get(kind="account.address_changed")
    assert (told.to_email, told.language) == ("ana@example.com", "en")
    assert NEW in told.text
    assert window.get(reverse("areas:profile")).status_code == 200
    # It works once.
    assert prove(window, code) == 200


def test_one_comes_in_with_the_new_address_and_no_longer_with_the_old(window: Client, ana: User) -> None:
    prove(window, ask(window))
    for email, who in ((NEW, str(ana.pk)), ("ana@example.com", None)):
        door = Client()
        door.post("/accounts/login/", {"login": email})
        door.post(
            "/accounts/login/code/confirm/",
            {"code": Letter.objects.filter(to_email=email, kind="account.code").latest("pk").code},
        )
        assert (door.session["_auth_user_id"] == str(ana.pk)) is (who is not None)


def test_a_taken_address_gets_the_same_page_and_a_letter_without_a_code(window: Client, ana: User) -> None:
    luis = build.user("Luis", language="en")
    User.objects.filter(pk=luis.pk).update(last_login=build.NOW)
    pages = []
    for email in (NEW, luis.email):
        ask(window, email)
        pages.append(window.get(here()).content.decode().replace(email, "…"))
        wrong = window.post(here(), {"act": "prove", "code": "AAAA-AAAA"})
        pages[-1] += str(wrong.status_code) + wrong.content.decode().replace(email, "…")
        window.post(here(), {"act": "leave"})
    first, second = (re.sub(r"[A-Za-z0-9]{64}", "token", page) for page in pages)
    assert first == second
    letter = Letter.objects.get(to_email=luis.email)
    assert (letter.kind, letter.code, letter.to_name) == ("account.address_taken", "", "Luis")
    assert "Ana" not in letter.text
    assert prove(window, "") == 200
    assert address_of(ana) == "ana@example.com"


def test_an_empty_code_never_fits(window: Client, ana: User) -> None:
    luis = build.user("Luis")
    User.objects.filter(pk=luis.pk).update(last_login=build.NOW)
    ask(window, luis.email)
    for typed in ("", " ", "-", "--"):
        assert prove(window, typed) == 422
    assert address_of(ana) == "ana@example.com"


def test_an_address_that_was_only_typed_at_the_door_is_nobodys(window: Client, ana: User) -> None:
    Client().post("/accounts/login/", {"login": NEW})
    assert User.objects.filter(email=NEW).exists()
    assert prove(window, ask(window)) == 302
    assert User.objects.get(email=NEW).pk == ana.pk


def test_somebody_came_in_with_it_meanwhile(window: Client, ana: User) -> None:
    code = ask(window)
    build.user("Otra", email=NEW, last_login=build.NOW)
    answer = window.post(here(), {"act": "prove", "code": code}, follow=True)
    assert "belongs to another account meanwhile" in answer.content.decode()
    assert address_of(ana) == "ana@example.com"


def test_five_wrong_codes_end_it(window: Client, ana: User) -> None:
    code = ask(window)
    for _try in range(4):
        assert prove(window, "WRONG") == 422
    assert prove(window, "WRONG") == 302
    assert prove(window, code) == 200
    assert address_of(ana) == "ana@example.com"


def test_a_code_grows_old_and_stays_in_its_browser(window: Client, ana: User) -> None:
    code = ask(window)
    elsewhere = Client()
    elsewhere.force_login(ana)
    assert prove(elsewhere, code) == 200
    session = window.session
    session[new_address.IN_SESSION]["at"] -= (new_address.LASTS + timedelta(minutes=1)).total_seconds()
    session.save()
    assert prove(window, code) == 200
    assert address_of(ana) == "ana@example.com"


def test_letters_to_one_address_and_by_one_person_have_an_end(window: Client) -> None:
    for number in range(6):
        ask(window, f"ana{number}@example.com")
        window.post(here(), {"act": "leave"})
    answer = window.post(here(), {"act": "ask", "email": "ana7@example.com"})
    assert answer.status_code == 422
    assert "Wait an hour and try again, please." in answer.content.decode()
    assert not Letter.objects.filter(to_email="ana7@example.com").exists()


def test_another_code_and_keeping_the_old_address(window: Client, ana: User) -> None:
    first = ask(window)
    assert window.post(here(), {"act": "again"}).status_code == 302
    second = Letter.objects.filter(to_email=NEW).latest("pk").code
    assert first != second
    assert prove(window, first) == 422
    assert window.post(here(), {"act": "leave"})["Location"] == reverse("areas:profile")
    assert prove(window, second) == 200
    assert address_of(ana) == "ana@example.com"


@pytest.mark.parametrize(
    ("email", "sentence"), [("ana@example.com", "This is your address already."), ("nobody", "valid email")]
)
def test_what_is_no_new_address_says_so_beside_the_field(window: Client, email: str, sentence: str) -> None:
    answer = window.post(here(), {"act": "ask", "email": email})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_people_of_the_demo_keep_theirs(cast: Cast) -> None:
    type(cast.organization).objects.filter(pk=cast.organization.pk).update(is_demo=True)
    client = Client()
    client.force_login(cast.ana.user)
    assert 'name="email"' not in client.get(here()).content.decode()
    assert client.post(here(), {"act": "ask", "email": NEW}).status_code == 422
    assert not Letter.objects.filter(to_email=NEW).exists()

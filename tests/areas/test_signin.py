"""Coming in by a code, the same way for known and new people, and how little anybody learns by trying."""

import logging
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, Login
from allauth.core import context
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from areas import signin
from areas.models import User
from post.models import Letter
from tests import build

LOGIN = "/accounts/login/"
CONFIRM = "/accounts/login/code/confirm/"
SESSIONS = "/accounts/sessions/"


def ask_for_code(client: Client, email: str) -> str:
    """The code that the letter to this address carries."""
    response = client.post(LOGIN, {"login": email})
    assert (response.status_code, response["Location"]) == (302, CONFIRM)
    return Letter.objects.filter(to_email=email.lower(), kind="account.code").latest("pk").code


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_new_address_signs_up_by_the_same_form(db: None, client: Client) -> None:
    code = ask_for_code(client, "Nadia@Example.com".lower())
    assert len(code) >= 8
    assert not EmailAddress.objects.get(email="nadia@example.com").verified
    response = client.post(CONFIRM, {"code": code})
    assert (response.status_code, response["Location"]) == (302, "/")
    nadia = User.objects.get(email="nadia@example.com")
    assert signed_in(client)
    assert not nadia.has_usable_password()
    assert EmailAddress.objects.get(user=nadia).verified
    assert client.get("/")["Location"] == reverse("areas:welcome")


def test_a_known_person_comes_in(db: None, client: Client) -> None:
    ana = build.user("Ana")
    client.post(CONFIRM, {"code": ask_for_code(client, "ANA@example.com")})
    assert client.session["_auth_user_id"] == str(ana.pk)
    assert User.objects.count() == 1


def test_a_person_made_without_a_proved_address_proves_it_by_coming_in(db: None, client: Client) -> None:
    User.objects.create_user("bo@example.com", "Bo")
    client.post(CONFIRM, {"code": ask_for_code(client, "bo@example.com")})
    assert signed_in(client)
    assert EmailAddress.objects.get(email="bo@example.com").verified


def test_known_and_unknown_look_the_same(db: None) -> None:
    build.user("Ana")
    pages = []
    for email in ("ana@example.com", "nobody@example.com"):
        client = Client()
        sent = client.post(LOGIN, {"login": email})
        page = client.get(CONFIRM).content.decode().replace(email, "…")
        letter = Letter.objects.get(to_email=email)
        pages.append((sent.status_code, sent["Location"], len(page), letter.subject, letter.kind))
    assert pages[0] == pages[1]


def test_a_wrong_code_keeps_one_out_and_five_end_it(db: None, client: Client) -> None:
    code = ask_for_code(client, "ana@example.com")
    for _try in range(4):
        assert client.post(CONFIRM, {"code": "WRONG"}).status_code == 200
    assert client.post(CONFIRM, {"code": "WRONG"}).status_code == 302
    client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_a_code_works_once_and_in_its_own_browser_only(db: None, client: Client) -> None:
    code = ask_for_code(client, "ana@example.com")
    elsewhere = Client()
    elsewhere.post(CONFIRM, {"code": code})
    assert not signed_in(elsewhere)
    client.post(CONFIRM, {"code": code})
    assert signed_in(client)
    client.post("/accounts/logout/")
    client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_codes_grow_old(db: None, client: Client) -> None:
    code = ask_for_code(client, "ana@example.com")
    session = client.session
    state = session["account_login"]["state"]["stages"]["login_by_code"]["data"]
    state["at"] -= timedelta(minutes=11).total_seconds()
    session.save()
    client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_an_address_is_throttled_with_a_kind_sentence(db: None) -> None:
    for _try in range(5):
        assert Client().post(LOGIN, {"login": "ana@example.com"}).status_code == 302
    response = Client(headers={"accept-language": "en"}).post(LOGIN, {"login": "ana@example.com"})
    assert response.status_code == 200
    assert "Wait five minutes and try again, please." in response.content.decode()
    assert Letter.objects.filter(to_email="ana@example.com").count() == 5
    assert Client().post(LOGIN, {"login": "luis@example.com"}).status_code == 302


def test_a_closed_account_gets_no_letter_and_shows_it_to_nobody(db: None, client: Client) -> None:
    gone = build.user("Ana", is_active=False)
    response = client.post(LOGIN, {"login": gone.email})
    assert (response.status_code, response["Location"]) == (302, CONFIRM)
    assert not Letter.objects.exists()
    assert User.objects.count() == 1


def test_the_letter_is_in_the_persons_language(db: None) -> None:
    build.user("Ana", language="en")
    ask_for_code(Client(headers={"accept-language": "es"}), "ana@example.com")
    ask_for_code(Client(headers={"accept-language": "en"}), "luis@example.com")
    assert {letter.language for letter in Letter.objects.all()} == {"en"}


def test_no_log_shows_a_code(db: None, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code = ask_for_code(client, "ana@example.com")
    client.post(CONFIRM, {"code": code})
    assert not any(code in record.getMessage() for record in caplog.records if record.name != "django.db.backends")


def test_the_way_on_is_kept_and_stays_in_the_house(db: None) -> None:
    for wanted, reached in (("/profile/", "/profile/"), ("https://evil.example/", "/")):
        client = Client()
        build_address = f"{LOGIN}?next={wanted}"
        sent = client.post(build_address, {"login": "ana@example.com", "next": wanted})
        code = Letter.objects.latest("pk").code
        assert client.post(sent["Location"], {"code": code, "next": wanted})["Location"] == reached


def test_nobody_has_a_password_to_play_with(db: None, client: Client) -> None:
    for address in ("password/reset/", "password/change/", "password/set/", "email/"):
        assert client.get(f"/accounts/{address}").status_code == 404
    assert client.get("/accounts/signup/")["Location"] == LOGIN


def test_whoever_goes_back_to_the_code_after_it_was_typed_is_shown_their_profile(db: None, client: Client) -> None:
    client.force_login(build.user("Ana"))
    assert client.get("/accounts/confirm-email/", follow=True).redirect_chain[-1] == ("/profile/", 302)


def test_whoever_never_typed_the_code_is_forgotten(db: None) -> None:
    now = timezone.now()
    stays = build.user("Ana")
    User.objects.filter(pk=stays.pk).update(date_joined=now - timedelta(days=3))
    for name, age in (("old", 2), ("fresh", 0)):
        User.objects.create_user(f"{name}@example.com", date_joined=now - timedelta(days=age))
    signin.forget_abandoned(now)
    assert set(User.objects.values_list("email", flat=True)) == {"ana@example.com", "fresh@example.com"}


def test_a_passkey_that_comes_or_goes_is_told_by_letter(db: None) -> None:
    ana = build.user("Ana")
    signin.AccountAdapter().send_notification_mail("mfa/email/webauthn_added", ana)
    signin.AccountAdapter().send_notification_mail("mfa/email/recovery_codes_generated", ana)
    assert list(Letter.objects.values_list("kind", "to_email")) == [("account.passkey_added", "ana@example.com")]


def test_a_passkey_is_enough(db: None, rf: RequestFactory) -> None:
    """Whoever came in by a passkey is not asked for a code on top, nor the other way round."""
    request = rf.get("/")
    request.session = SessionStore()
    with context.request_context(request):
        adapter = signin.AccountAdapter()
        assert not adapter.is_login_by_code_required(Login(user=build.user("Ana")))
        assert not any("mfa" in stage for stage in adapter.get_login_stages())


def test_one_sees_where_one_is_signed_in_and_ends_it_elsewhere(db: None) -> None:
    ana, luis = build.user("Ana"), build.user("Luis")
    here, there, other = (Client(headers={"user-agent": agent}) for agent in ("Firefox/1", "Chrome/2", "Safari/3"))
    for client, user in ((here, ana), (there, ana), (other, luis)):
        client.post(CONFIRM, {"code": ask_for_code(client, user.email)})
    page = here.get(SESSIONS).content.decode()
    assert "Firefox" in page
    assert "Chrome" in page
    assert "Safari" not in page
    # Looking ends nothing.
    assert there.get("/profile/").status_code == 200
    assert here.post(SESSIONS).status_code == 302
    assert there.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == other.get("/profile/").status_code == 200
    assert "Chrome" not in here.get(SESSIONS).content.decode()

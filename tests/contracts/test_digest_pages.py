"""The digest as a page and as a letter: what stands in it, how it is stopped, and that only asking for it stops it."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from areas.models import Membership, User
from contracts.digest import leaving, writing
from contracts.models import Commitment, Occurrence, Wishes
from contracts.words import Often
from post.models import Letter
from requests.models import Ask, ClientProblem
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.owed import falls_due, kept, repaired

GOLDEN = Path(__file__).parent / "golden"
FAR = date(2027, 3, 1)
MONDAY = datetime(2026, 11, 23, 14, 15, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def promised(cast: Cast) -> Ask:
    ask = asks.agreed(cast, terms=asks.once("Plan confirmado", FAR))
    asks.signed(cast)
    return ask


def browser(member: Membership | None = None, *, enforce_csrf_checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks, headers={"accept-language": "en"})
    if member:
        client.force_login(member.user)
    return client


def page(member: Membership) -> str:
    with time_machine.travel(MONDAY, tick=False):
        answer = browser(member).get(reverse("contracts:digest_preview", kwargs={"org": member.organization.ref}))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def in_english(member: Membership) -> Membership:
    User.objects.filter(pk=member.user_id).update(language="en")
    return member


# Golden ---------------------------------------------------------------------------------------------------------------


def everything(cast: Cast) -> None:
    """One of each kind of line for Luis, and what makes a table of rates."""
    names = ("Plan semanal confirmado", "Ventana de entrega <2 h>", "Ruta del día", "Mapa de rutas", "Aviso de retraso")
    for name in names:
        asks.agreed(cast, terms=asks.once(name, FAR), why=ClientProblem.objects.first())
    asks.agreed(cast, direction=Direction.REQUIREMENT, terms=asks.measured("Pedidos completos", first_on=FAR))
    asks.agreed(cast, link=cast.to_logistics, terms=asks.once("Lote terminado", FAR))
    asks.signed(cast)
    asks.signed(cast, cast.to_logistics)
    of = {str(one): one for one in Commitment.objects.select_related("clause")}
    falls_due(of[names[0]], MONDAY - 4 * DAY)
    falls_due(of[names[0]], MONDAY - 11 * DAY)
    falls_due(of[names[1]], MONDAY - 6 * DAY, failed_at=MONDAY - 5 * DAY)
    repaired(of[names[2]], MONDAY - 5 * DAY)
    kept(of[names[3]], MONDAY - 5 * DAY)
    kept(of[names[3]], MONDAY - 10 * DAY)
    falls_due(of[names[4]], MONDAY + 2 * DAY)
    off_target = {"delivered_at": MONDAY - 4 * DAY, "judge_by": MONDAY + DAY, "met": False, "value": "91.5"}
    falls_due(of["Pedidos completos"], MONDAY - 3 * DAY, **off_target)
    falls_due(of["Lote terminado"], MONDAY + DAY, delivered_at=MONDAY - DAY, judge_by=MONDAY + 2 * DAY)
    asks.asked(cast, terms=asks.once("Fotografía de la entrega", FAR), answer_by=date(2026, 11, 20))


def alike(cast: Cast, told: str) -> str:
    """Without what differs in each run: names in addresses."""
    told = told.replace(leaving.token_of(cast.luis.ref), "TOKEN").replace(cast.organization.ref, "ORG")
    for model, name in ((Commitment, "PROMISE"), (Occurrence, "DELIVERY"), (Ask, "ASK")):
        refs: list[str] = list(model.objects.order_by("pk").values_list("ref", flat=True))
        for n, ref in enumerate(refs, 1):
            told = told.replace(ref, f"{name}{n}")
    return told


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("kind", ["week", "in_order"])
def test_the_letter_is_the_one_that_was_looked_at(cast: Cast, language: str, kind: str) -> None:
    """With GOLDEN=write the files are written anew; then look at them."""
    User.objects.filter(pk=cast.luis.user_id).update(language=language)
    if kind == "week":
        everything(cast)
        writing.write_due(MONDAY)
    else:
        writing.write_due(MONDAY + timedelta(weeks=2))
    letter = Letter.objects.get(kind=writing.KIND, to_email=cast.luis.user.email)
    for ending, told in (("txt", f"{letter.subject}\n\n{letter.text}"), ("html", letter.html)):
        file = GOLDEN / f"digest_{kind}_{language}.{ending}"
        found = alike(cast, told)
        if os.environ.get("GOLDEN") == "write":
            file.parent.mkdir(exist_ok=True)
            file.write_text(found)
        assert found == file.read_text()


def test_text_and_html_say_the_same(cast: Cast) -> None:
    everything(cast)
    writing.write_due(MONDAY)
    letter = Letter.objects.get(kind=writing.KIND, to_email=cast.luis.user.email)
    body = letter.html.partition("<body")[2]
    addresses = set(re.findall(r'href="([^"]+)"', body))
    assert addresses == set(re.findall(r"https?://\S+/(?=\s)", letter.text))
    for line in letter.text.splitlines():
        if line.startswith("* "):
            assert line[2:].replace("<", "&lt;").replace(">", "&gt;") in body
    assert max(len(line) for line in letter.html.splitlines()) < 998
    assert "prefers-color-scheme: dark" in letter.html


def test_its_name_in_the_mail_is_the_same_for_each_try(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY - DAY)
    writing.write_due(MONDAY)
    first = dict(Letter.objects.filter(kind=writing.KIND).values_list("to_email", "message_id"))
    assert len(set(first.values())) == len(first) == 5


# The page -------------------------------------------------------------------------------------------------------------


def test_the_page_tells_what_the_letter_would(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY - DAY)
    text = page(in_english(cast.luis))
    assert "Your digest, if it came now" in text
    assert "the next one on Mon, 30 Nov 2026, 08:00" in text
    assert "Broken by your area" in text
    assert f"/promises/{Commitment.objects.get().ref}/" in text
    assert not Letter.objects.filter(kind=writing.KIND).exists()


def test_the_page_says_why_there_is_nothing(cast: Cast) -> None:
    assert "All in order" in page(in_english(cast.marta))
    guest = build.person(cast.company, "Gil", language="en")
    assert "You do not belong to an area yet" in page(guest)


def test_send_it_to_me_now(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY - DAY)
    client = browser(in_english(cast.luis))
    where = reverse("contracts:digest_send", kwargs={"org": cast.organization.ref})
    said = []
    for minute in (0, 0, 1, 2, 3):
        with time_machine.travel(MONDAY + timedelta(minutes=minute), tick=False):
            said.append(client.post(where, follow=True).content.decode())
    assert "It is on its way to luis@example.com." in said[3]
    assert "several times within this hour" in said[4]
    letters = Letter.objects.filter(kind=writing.KIND_NOW)
    assert letters.count() == 3
    assert "You asked for this digest" in letters[0].text


# The way out ----------------------------------------------------------------------------------------------------------


def out(member: Membership) -> str:
    return reverse("contracts:unsubscribe", kwargs={"token": leaving.token_of(member.ref)})


def test_opening_the_address_stops_nothing(cast: Cast) -> None:
    for client in (browser(), browser(cast.luis), browser(cast.olga)):
        for method in ("get", "head"):
            assert getattr(client, method)(out(cast.luis)).status_code == 200
    assert not Wishes.objects.exists()
    assert "Send me no more digests" in browser().get(out(in_english(cast.luis))).content.decode()


def test_the_mail_programs_one_click_stops_it_without_a_cookie(cast: Cast) -> None:
    client = browser(enforce_csrf_checks=True)
    one_click = "List-Unsubscribe=One-Click"
    for _again in range(2):
        answer = client.post(out(cast.luis), one_click, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 204
    assert leaving.often(cast.luis) == Often.OFF
    assert client.post(out(cast.ana), {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert leaving.often(cast.ana) == Often.OFF
    assert leaving.often(cast.marta) == Often.WEEKLY


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Two"}, {"List-Unsubscribe": "One-Click", "x": "y"}])
def test_any_other_post_from_elsewhere_is_turned_away(cast: Cast, body: dict[str, str]) -> None:
    assert browser(enforce_csrf_checks=True).post(out(cast.luis), body).status_code == 403
    assert leaving.often(cast.luis) == Often.WEEKLY


def test_the_button_stops_it_and_the_page_says_so(cast: Cast) -> None:
    client = browser(enforce_csrf_checks=True)
    form = client.get(out(in_english(cast.luis))).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    answer = client.post(out(cast.luis), {"csrfmiddlewaretoken": token[1]}, follow=True)
    assert "You get no digest any more" in answer.content.decode()
    assert leaving.often(cast.luis) == Often.OFF
    assert "no digest by mail" in page(cast.luis)


def test_the_page_speaks_the_persons_language(cast: Cast) -> None:
    assert '<html lang="es"' in browser().get(out(cast.luis)).content.decode()
    assert '<html lang="en"' in browser().get(out(in_english(cast.luis))).content.decode()


def test_tokens_that_are_not_ours_lead_nowhere(cast: Cast) -> None:
    ours = leaving.token_of(cast.luis.ref)
    ref, _dot, signature = ours.partition(".")
    gone = build.person(cast.company, "Tania")
    Membership.objects.filter(pk=gone.pk).update(left_at=NOW)
    forged = [f"{cast.ana.ref}.{signature}", f"{ref}.{signature[:-1]}", ref, f"{ref}.", "..", "a" * 3000]
    for token in (*forged, leaving.token_of(gone.ref), leaving.token_of("nobodyatall0")):
        path = reverse("contracts:unsubscribe", kwargs={"token": token})
        assert browser().get(path).status_code == 404, token
        assert browser().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 404, token
    assert not Wishes.objects.exists()


def test_the_header_of_a_letter_leads_out_of_that_digest_alone(cast: Cast, promised: Ask) -> None:
    falls_due(promised, MONDAY - DAY)
    elsewhere = build.MembershipFactory.create(organization=cast.elsewhere, user=cast.luis.user)
    writing.write_due(MONDAY)
    letter = Letter.objects.get(kind=writing.KIND, to_email=cast.luis.user.email)
    path = urlsplit(letter.headers["List-Unsubscribe"].strip("<>")).path
    browser().post(path, {"List-Unsubscribe": "One-Click"})
    assert leaving.often(cast.luis) == Often.OFF
    assert leaving.often(elsewhere) == Often.WEEKLY

"""Settings, guiding questions, the journal, language and zone."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from areas import feed, guiding, journal, places
from areas.models import GuidingQuestion, JournalEntry, Organization, User
from areas.words import Kind
from tests import build
from tests.cast import Cast


def url(cast: Cast, name: str, *args: str) -> str:
    return reverse(f"areas:{name}", args=[cast.organization.ref, *args])


def settings_form(cast: Cast, **changes: str) -> dict[str, str]:
    org = Organization.objects.get(pk=cast.organization.pk)
    return {
        "name": org.name,
        "country": org.country,
        "zone": org.zone,
        "language": org.language,
        "answer_days": str(org.answer_days),
        "verdict_days": str(org.verdict_days),
        "review_months": str(org.review_months),
        "version": str(org.version),
        **changes,
    }


# Settings ------------------------------------------------------------------------------------------------------------


def test_settings(cast: Cast, as_fede: Client) -> None:
    form = settings_form(cast, country="ES", zone="", answer_days="5")
    assert as_fede.post(url(cast, "settings"), form).status_code == 302
    org = Organization.objects.get(pk=cast.organization.pk)
    assert (org.country, org.zone, org.answer_days, org.version) == ("ES", "Europe/Madrid", 5, 2)
    assert JournalEntry.objects.filter(event="organization.changed").count() == 1


def test_settings_of_two_people_at_once(cast: Cast, as_fede: Client) -> None:
    mine, theirs = settings_form(cast, name="Mía"), settings_form(cast, name="Suya")
    as_fede.post(url(cast, "settings"), theirs)
    response = as_fede.post(url(cast, "settings"), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Suya" in page
    assert 'value="Mía"' in page
    assert as_fede.post(url(cast, "settings"), {**mine, "version": "2"}).status_code == 302


@pytest.mark.parametrize("wrong", [{"answer_days": "0"}, {"answer_days": "99"}, {"review_months": "x"}, {"name": ""}])
def test_wrong_settings(cast: Cast, as_fede: Client, wrong: dict[str, str]) -> None:
    assert as_fede.post(url(cast, "settings"), settings_form(cast, **wrong)).status_code == 422
    assert Organization.objects.get(pk=cast.organization.pk).version == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"answer_days": "-1"}, "Escribe un número de 1 a 30."),
        ({"answer_days": "9" * 30}, "Escribe un número de 1 a 30."),
        ({"verdict_days": "1.5"}, "Escribe un número de 1 a 30."),
        ({"review_months": "25"}, "Escribe un número de 1 a 24."),
        ({"name": "n" * 121}, "Tiene 121 caracteres; caben 120."),
    ],
)
def test_what_does_not_fit_is_said_in_our_own_words(
    cast: Cast, as_fede: Client, wrong: dict[str, str], said: str
) -> None:
    page = as_fede.post(url(cast, "settings"), settings_form(cast, **wrong)).content.decode()
    assert said in page


# Guiding questions ---------------------------------------------------------------------------------------------------


def test_every_kind_has_questions() -> None:
    assert set(guiding.DEFAULTS) == set(Kind)
    assert all(len(questions) >= 3 for questions in guiding.DEFAULTS.values())


def test_own_words_take_the_place_of_ours_in_their_language_only(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "edit_questions", "es", "logistics")
    as_fede.post(to, {"version": "0", "text": " ¿Llegamos?  \n\n¿Completo?"})
    assert guiding.questions_for(cast.logistics, "es") == ["¿Llegamos?", "¿Completo?"]
    assert guiding.questions_for(cast.logistics, "en") == guiding.defaults(Kind.LOGISTICS, "en")
    as_fede.post(to, {"version": "1", "text": ""})
    assert guiding.questions_for(cast.logistics, "es") == guiding.defaults(Kind.LOGISTICS, "es")


def test_questions_in_the_other_language_are_marked_and_edited_as_such(cast: Cast, as_fede: Client) -> None:
    page = as_fede.get(url(cast, "questions_in", "en")).content.decode()
    assert '<html lang="es"' in page
    assert '<ul class="questions" lang="en">' in page
    assert url(cast, "edit_questions", "en", "sales") in page
    assert url(cast, "edit_questions", "es", "sales") not in page


def test_questions_of_two_people_at_once(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "edit_questions", "es", "logistics")
    as_fede.post(to, {"version": "0", "text": "¿Llegamos?"})
    response = as_fede.post(to, {"version": "0", "text": "¿Completo?"})
    assert response.status_code == 409
    assert "¿Llegamos?" in response.content.decode()
    assert GuidingQuestion.objects.get().text == "¿Llegamos?"


def test_too_many_questions(cast: Cast, as_fede: Client) -> None:
    to = url(cast, "edit_questions", "es", "logistics")
    assert as_fede.post(to, {"version": "0", "text": "¿?\n" * 9}).status_code == 422


@pytest.mark.parametrize("address", ["questions/fr/", "questions/es/kings/", "questions/fr/sales/"])
def test_unknown_kinds_and_languages_are_404(cast: Cast, as_fede: Client, address: str) -> None:
    assert as_fede.get(f"/o/{cast.organization.ref}/{address}").status_code == 404


# Journal -------------------------------------------------------------------------------------------------------------


def test_every_event_of_this_room_has_its_sentence(cast: Cast) -> None:
    # What the cast was built by is journalled already; the rest is in the tests of each deed.
    for event in JournalEntry.objects.values_list("event", flat=True).distinct():
        assert event in feed.SENTENCES


@pytest.mark.parametrize("event", sorted(feed.SENTENCES))
def test_sentences_can_be_said_in_both_languages(cast: Cast, event: str) -> None:
    facts = {"area": "A&B", "other": "<b>", "name": "N", "outcome": "O", "n": 2, "on": "2026-12-01", "role": "viewer"}
    entry = JournalEntry(organization=cast.organization, event=event, by_name="Ana", at=build.NOW, facts=facts)
    for language in ("es", "en"):
        with translation.override(language):
            sentence = feed.line(cast.organization, entry).sentence
        assert sentence
        assert "%(" not in sentence
        assert "<b></b>" not in sentence
        assert "<b>" not in sentence.replace("<b>Ana</b>", "")


@pytest.mark.parametrize(("country", "said"), [("MX", "8.1 días"), ("ES", "8,1 días")])
def test_a_figure_is_written_as_in_the_country(cast: Cast, country: str, said: str) -> None:
    cast.organization.country = country
    facts = {"outcome": "Entregas", "value": "8.1", "unit": "días"}
    entry = JournalEntry(event="problem.measured", by_name="Ana", at=build.NOW, facts=facts)
    with translation.override("es"):
        assert said in feed.line(cast.organization, entry).sentence


def test_an_event_that_nobody_described_shows_its_name(cast: Cast) -> None:
    entry = JournalEntry(organization=cast.organization, event="moon.risen 100%", by_name="", at=build.NOW, facts={})
    assert feed.line(cast.organization, entry).sentence == "moon.risen 100%"


def test_filters_by_area_and_link(cast: Cast) -> None:
    of_link = feed.latest(cast.organization, 50, link=cast.to_sales)
    of_area = feed.latest(cast.organization, 50, area=cast.logistics)
    everything = feed.latest(cast.organization, 50)
    assert [line.event for line in of_link] == ["link.drawn"]
    assert [line.event for line in of_area] == ["link.drawn", "link.drawn", "area.added"]
    assert len(everything) == 9


def test_a_filter_by_a_stranger_is_404(cast: Cast, client: Client) -> None:
    client.force_login(cast.olga.user)
    page = reverse("areas:journal", args=[cast.elsewhere.ref])
    assert client.get(page).status_code == 200
    assert client.get(f"{page}?area={cast.sales.ref}").status_code == 404
    assert client.get(f"{page}?link={cast.to_sales.ref}").status_code == 404


def test_pages_of_the_journal(cast: Cast, as_fede: Client, queries_of: build.QueriesOf) -> None:
    few = queries_of(as_fede, url(cast, "journal"))
    for n in range(60):
        with transaction.atomic():
            journal.record(
                cast.organization,
                "area.described",
                by=cast.ana,
                recorded_by=cast.fede,
                now=build.NOW + timedelta(minutes=n),
                area=cast.sales,
                facts={"area": f"Ventas {n}"},
            )
    assert queries_of(as_fede, url(cast, "journal")) == few
    first = as_fede.get(url(cast, "journal")).content.decode()
    last = as_fede.get(url(cast, "journal") + "?page=2").content.decode()
    assert "Ventas 59" in first
    assert "Ventas 59" not in last
    assert 'rel="next"' in first
    assert 'rel="prev"' in last


# Language and zone ---------------------------------------------------------------------------------------------------


def lang(client: Client, address: str, **headers: str) -> str:
    page = client.get(address, headers=headers).content.decode()
    return page[page.index('<html lang="') + 12 :][:2]


def test_language_of_strangers(db: None) -> None:
    client = Client()
    assert lang(client, "/", **{"accept-language": "en"}) == "en"
    assert lang(client, "/", **{"accept-language": "de"}) == "es"
    client.post("/language/", {"language": "en", "next": "/guide/"})
    assert lang(client, "/", **{"accept-language": "es"}) == "en"


def test_language_of_members(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana.user)
    english = {"accept-language": "en"}
    assert lang(client, url(cast, "people"), **english) == "es"
    assert client.post("/language/", {"language": "en"})["Location"] == "/"
    assert User.objects.get(pk=cast.ana.user.pk).language == "en"
    assert lang(client, url(cast, "people"), **{"accept-language": "es"}) == "en"
    client.post("/language/", {"language": "xx"})
    assert lang(client, url(cast, "people")) == "en"


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_no_open_redirect(db: None, client: Client, evil: str) -> None:
    assert client.post("/language/", {"language": "en", "next": evil})["Location"] == "/"
    client.force_login(build.user("Ana"))
    assert client.post("/welcome/", {"name": "Ana", "next": evil})["Location"] == "/"


def test_the_clock_of_the_organization(cast: Cast, as_fede: Client) -> None:
    # 15:00 UTC is nine in the morning in Mexico City.
    assert "9:00" in as_fede.get(url(cast, "journal")).content.decode()
    User.objects.filter(pk=cast.fede.user.pk).update(zone="Asia/Tokyo")
    assert "9:00" in as_fede.get(url(cast, "journal")).content.decode()


def test_language_is_changed_by_post_only(db: None, client: Client) -> None:
    assert client.get("/language/").status_code == 405


# The person ----------------------------------------------------------------------------------------------------------


def test_profile(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana.user)
    good = {"name": "Ana Robles", "language": "en", "zone": "Europe/Madrid"}
    assert client.post("/profile/", good).status_code == 302
    ana = User.objects.get(pk=cast.ana.user.pk)
    assert (ana.name, ana.language, ana.zone) == ("Ana Robles", "en", "Europe/Madrid")
    for wrong in ({"name": ""}, {"language": "xx"}, {"zone": "Mars/Base"}):
        assert client.post("/profile/", {**good, **wrong}).status_code == 422


def test_home_leads_to_the_only_organization(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana.user)
    assert client.get("/")["Location"] == reverse("contracts:board", args=[cast.organization.ref])
    build.MembershipFactory.create(organization=cast.elsewhere, user=cast.ana.user)
    assert client.get("/")["Location"] == reverse("areas:organizations")


# Places --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_country_has_a_clock(language: str) -> None:
    for code, name in places.countries(language):
        assert name
        assert places.is_zone(places.zone_of(code)), code


@pytest.mark.parametrize(
    ("said", "country"), [("es-MX,es;q=0.9", "MX"), ("en,en-GB;q=0.8", "GB"), ("es", ""), ("", "")]
)
def test_guessing_the_country(said: str, country: str) -> None:
    assert places.guess_country(said) == country

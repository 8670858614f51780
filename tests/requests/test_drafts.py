"""Writing an ask: the form, the draft that keeps itself, and sending it once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from areas import drawing
from requests import moves
from requests.models import Ask
from requests.states import Direction, State
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast
from tests.requests.screens import HTMX, act, address, browser, words

pytestmark = pytest.mark.usefixtures("monday")
FORM = {
    "outcome": "Plan semanal confirmado",
    "shape": "recurring",
    "every": "week",
    "interval": "1",
    "first_on": "2026-11-23",
    "due_time": "12:00",
    "satisfaction": "Publicado antes de mediodía",
    "answer_by": "2026-11-19",
    "words": "Para prometer un día",
}


def where(cast: Cast, name: str = "new", direction: str = Direction.NEED, link: Any = None) -> str:
    return address(cast, name, link=(link or cast.to_logistics).ref, direction=direction)


def post(cast: Cast, who: str, name: str = "new", *, press: str = "ask", **said: object) -> Any:
    client = browser(getattr(cast, who))
    data = {name: value for name, value in {**FORM, **said}.items() if value is not None}
    if name == "new":
        data[press] = "1"
    return client.post(where(cast, name), data, headers=HTMX if name == "keep" else {})


# Doorways ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["need", "requirement", "favour"])
def test_a_stranger_finds_nothing(cast: Cast, direction: str) -> None:
    assert browser(cast.olga).get(where(cast, direction=direction)).status_code == 404
    assert browser(cast.olga).post(where(cast, "keep", direction), FORM).status_code == 404
    assert Client().get(where(cast, direction=direction)).status_code == 302


@pytest.mark.parametrize("who", ["vera", "marta", "ana"])
def test_only_people_of_the_asking_area_ask(cast: Cast, who: str) -> None:
    response = browser(getattr(cast, who)).get(where(cast))
    assert response.status_code == 403
    assert post(cast, who).status_code == 403
    assert post(cast, who, "keep").status_code == 403
    assert not Ask.objects.exists()


def test_a_lane_is_a_need_or_a_requirement(cast: Cast) -> None:
    assert browser(cast.luis).get(where(cast, direction="favour")).status_code == 404
    assert browser(cast.luis).get(where(cast, "keep")).status_code == 405


def test_no_longer_linked_areas_ask_nothing(cast: Cast) -> None:
    drawing.end_link(cast.company.actor, cast.to_logistics, NOW)
    assert browser(cast.luis).get(where(cast)).status_code == 403


# The form ------------------------------------------------------------------------------------------------------------


def test_the_form_reads_like_a_sentence_and_gives_examples(cast: Cast) -> None:
    asks.problem(cast)
    text = words(browser(cast.luis).get(where(cast)))
    assert "What do you need from Producción?" in text
    assert "Producción , we at Logística need" in text
    assert "Confirmed plan of the week" in text
    assert "Who learns first that something is late" in text


def test_a_requirement_asks_the_other_way(cast: Cast) -> None:
    text = words(browser(cast.luis).get(where(cast, direction="requirement", link=cast.to_sales)))
    assert "What must Ventas give you so that you can keep your promises?" in text
    assert "Purchase orders filled in completely" in text


def test_the_reasons_are_open_problems_and_what_the_area_was_asked(cast: Cast) -> None:
    problem = asks.problem(cast)
    closed = asks.problem(cast, "Cerrado", closed_at=NOW)
    need = asks.asked(cast, why=problem)
    declined = asks.asked(cast, why=problem, terms=asks.once("Declinada"))
    act(cast, "luis", "decline", declined, words="No")
    body = browser(cast.luis).get(where(cast)).content.decode()
    assert f'value="p:{problem.ref}"' in body
    assert f'value="a:{need.ref}"' in body
    assert closed.ref not in body
    assert declined.ref not in body


def test_a_cause_in_the_address_is_chosen_and_shows_its_way(cast: Cast) -> None:
    need = asks.asked(cast)
    response = browser(cast.luis).get(where(cast) + f"?cause={need.ref}")
    assert f'value="a:{need.ref}" checked' in response.content.decode()
    assert "It exists because the client asked «Reducir los tiempos de entrega»" in words(response)
    elsewhere = asks.problem(cast, organization=cast.elsewhere)
    assert browser(cast.luis).get(where(cast) + f"?problem={elsewhere.ref}").status_code == 404


# Asking --------------------------------------------------------------------------------------------------------------


def test_asking_sends_it_and_hands_over_the_turn(cast: Cast) -> None:
    problem = asks.problem(cast)
    response = post(cast, "luis", why=f"p:{problem.ref}")
    ask = Ask.objects.get()
    assert response.url == address(cast, "ask", ref=ask.ref)
    assert (ask.state, ask.turn, ask.asker, ask.performer) == (
        State.ASKED,
        "performer",
        cast.logistics,
        cast.production,
    )
    assert (ask.problem, ask.answer_by) == (problem, date(2026, 11, 19))
    assert ask.terms is not None
    assert (ask.terms.every, ask.terms.first_on, str(ask.terms.due_time)) == ("week", date(2026, 11, 23), "12:00:00")
    assert ask.acts.get(verb="ask").words == "Para prometer un día"


def test_without_a_day_the_policy_says_by_when(cast: Cast) -> None:
    problem = asks.problem(cast)
    post(cast, "luis", why=f"p:{problem.ref}", answer_by="")
    assert Ask.objects.get().answer_by == moves.default_answer_by(cast.organization, NOW)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"why": None}, "Say why: which client problem or which request made you ask this."),
        ({"why": "p:nowhere"}, "nowhere"),
        ({"outcome": ""}, "required"),
        ({"answer_by": "2026-11-13"}, "This day has passed"),
        ({"first_on": ""}, "Say on which day it starts."),
        ({"outcome": "x" * 900}, "900 characters; at most 200 fit"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast, said: dict[str, str], sentence: str) -> None:
    problem = asks.problem(cast)
    response = post(cast, "luis", **{"why": f"p:{problem.ref}", **said})
    assert response.status_code == 422
    assert sentence in words(response)
    assert "Publicado antes de mediodía</textarea>" in response.content.decode()
    assert not Ask.objects.exists()


def test_a_reason_of_another_company_or_area_is_no_choice(cast: Cast) -> None:
    foreign = asks.problem(cast, organization=cast.elsewhere)
    of_others = asks.asked(cast, cast.to_production)
    assert post(cast, "luis", why=f"p:{foreign.ref}").status_code == 422
    assert post(cast, "luis", why=f"a:{of_others.ref}").status_code == 422


def test_the_same_form_sent_twice_asks_once(cast: Cast) -> None:
    problem = asks.problem(cast)
    first = post(cast, "luis", why=f"p:{problem.ref}", once="abcdefgh2345")
    second = post(cast, "luis", why=f"p:{problem.ref}", once="abcdefgh2345")
    assert Ask.objects.count() == 1
    assert second.url == first.url
    post(cast, "luis", why=f"p:{problem.ref}", once="zbcdefgh2345")
    assert Ask.objects.count() == 2


def test_a_facilitator_writes_down_what_an_area_asks(cast: Cast) -> None:
    problem = asks.problem(cast)
    assert post(cast, "fede", why=f"p:{problem.ref}").status_code == 422
    post(cast, "fede", why=f"p:{problem.ref}", said_by="Luis")
    asked = Ask.objects.get().acts.get(verb="ask")
    assert (asked.by, asked.by_name, asked.recorded_by) == (cast.luis, "Luis", cast.fede)


# Drafts --------------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_by_itself(cast: Cast) -> None:
    response = post(cast, "luis", "keep", satisfaction=None)
    draft = Ask.objects.get()
    assert (draft.state, draft.drafted_by) == (State.DRAFT, cast.luis)
    assert draft.draft["outcome"] == "Plan semanal confirmado"
    body = response.content.decode()
    assert f'name="draft" value="{draft.ref}"' in body
    assert f'name="version" value="{draft.version}"' in body
    assert "<html" not in body
    assert response["HX-Replace-Url"] == address(cast, "ask", ref=draft.ref)


def test_keeping_again_writes_into_the_same_draft(cast: Cast) -> None:
    post(cast, "luis", "keep")
    draft = Ask.objects.get()
    for outcome in ("Plan de la semana", "Plan de la semana, confirmado"):
        draft.refresh_from_db()
        post(cast, "luis", "keep", outcome=outcome, target="muchos", draft=draft.ref, version=draft.version)
    draft.refresh_from_db()
    assert Ask.objects.count() == 1
    assert (draft.draft["outcome"], draft.draft["target"]) == ("Plan de la semana, confirmado", "muchos")


def test_nothing_typed_makes_no_draft(cast: Cast) -> None:
    response = post(cast, "luis", "keep", outcome="  ", satisfaction="")
    assert response.status_code == 200
    assert not Ask.objects.exists()


def test_the_marks_follow_what_is_typed(cast: Cast) -> None:
    problem = asks.problem(cast)
    vague = post(cast, "luis", "keep", satisfaction="")
    assert "Say how you both see that it is well done, or count something." in words(vague)
    good = post(cast, "luis", "keep", why=f"p:{problem.ref}")
    assert "Say how you both see" not in words(good)
    assert "Choose below" not in words(good)


def test_a_draft_opens_as_the_form_it_still_is(cast: Cast) -> None:
    need = asks.asked(cast)
    post(cast, "luis", "keep", why=f"a:{need.ref}", due_time="")
    draft = Ask.objects.get(state=State.DRAFT)
    body = browser(cast.victor).get(address(cast, "ask", ref=draft.ref)).content.decode()
    assert 'value="Plan semanal confirmado"' in body
    assert f'value="a:{need.ref}" checked' in body
    assert 'value="2026-11-23"' in body


def test_a_draft_is_sent_with_what_stands_in_the_form(cast: Cast) -> None:
    problem = asks.problem(cast)
    post(cast, "luis", "keep")
    draft = Ask.objects.get()
    post(cast, "victor", why=f"p:{problem.ref}", draft=draft.ref, version=draft.version, outcome="Plan, siempre")
    draft.refresh_from_db()
    assert (draft.state, draft.draft) == (State.ASKED, {})
    assert draft.terms is not None
    assert draft.terms.outcome == "Plan, siempre"
    again = post(cast, "luis", why=f"p:{problem.ref}", draft=draft.ref, version=draft.version)
    assert again.url == address(cast, "ask", ref=draft.ref)
    assert Ask.objects.count() == 1


def test_without_javascript_a_button_keeps_the_draft(cast: Cast) -> None:
    response = post(cast, "luis", press="save", first_on="")
    draft = Ask.objects.get()
    assert response.url == address(cast, "ask", ref=draft.ref)
    assert draft.state == State.DRAFT
    empty = post(cast, "luis", press="save", outcome="", satisfaction="")
    assert "There is nothing to keep yet." in words(empty)


def test_two_people_on_one_draft_see_each_other(cast: Cast) -> None:
    problem = asks.problem(cast)
    post(cast, "luis", "keep")
    draft = Ask.objects.get()
    old = draft.version
    post(cast, "victor", "keep", draft=draft.ref, version=old, outcome="Lo de Víctor")
    quiet = post(cast, "luis", "keep", draft=draft.ref, version=old, outcome="Lo de Luis")
    assert "Somebody else changed this draft meanwhile." in words(quiet)
    draft.refresh_from_db()
    assert draft.draft["outcome"] == "Lo de Víctor"
    clash = post(cast, "luis", why=f"p:{problem.ref}", draft=draft.ref, version=old, outcome="Lo de Luis")
    assert clash.status_code == 409
    assert "Lo de Víctor" in words(clash)
    assert 'value="Lo de Luis"' in clash.content.decode()
    draft.refresh_from_db()
    assert f'name="version" value="{draft.version}"' in clash.content.decode()
    post(cast, "luis", why=f"p:{problem.ref}", draft=draft.ref, version=draft.version, outcome="Lo de Luis")
    draft.refresh_from_db()
    assert draft.state == State.ASKED


def test_a_draft_of_another_lane_or_area_is_not_found(cast: Cast) -> None:
    mine = asks.drafted(cast)
    assert post(cast, "luis", "keep", draft=mine.ref, version=1).status_code == 404
    post(cast, "luis", "keep")
    other = Ask.objects.get(asker=cast.logistics)
    client = browser(cast.luis)
    wrong_lane = where(cast, "keep", Direction.REQUIREMENT, cast.to_sales)
    assert client.post(wrong_lane, {**FORM, "draft": other.ref, "version": 1}).status_code == 404


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "٣"])
def test_a_forged_version_is_only_an_old_one(cast: Cast, version: str) -> None:
    post(cast, "luis", "keep")
    draft = Ask.objects.get()
    assert post(cast, "luis", "keep", draft=draft.ref, version=version, outcome="Otra").status_code == 200
    draft.refresh_from_db()
    assert draft.draft["outcome"] == "Plan semanal confirmado"


def test_a_draft_can_be_thrown_away_twice(cast: Cast) -> None:
    post(cast, "luis", "keep")
    draft = Ask.objects.get()
    assert browser(cast.vera).post(address(cast, "withdraw", ref=draft.ref)).status_code == 404
    assert act(cast, "luis", "withdraw", draft).url == address(cast, "desk")
    draft.refresh_from_db()
    assert draft.state == State.WITHDRAWN
    assert act(cast, "luis", "withdraw", draft).status_code == 422
    where = address(cast, "ask", ref=draft.ref)
    assert "Plan semanal confirmado" in words(browser(cast.victor).get(where))
    assert browser(cast.marta).get(where).status_code == 404


def test_who_works_in_two_areas_asks_for_the_one_of_the_lane(cast: Cast) -> None:
    both = build.person(cast.company, "Noé", works_in=[cast.logistics, cast.production])
    problem = asks.problem(cast)
    client = browser(both)
    client.post(where(cast), {**FORM, "why": f"p:{problem.ref}", "ask": "1"})
    assert Ask.objects.get().asker == cast.logistics

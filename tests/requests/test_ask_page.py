"""The page of an ask and its acts: what each person sees, what a click sets, what happens when two click at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from areas import people
from post.live import read_token
from requests import moves
from requests.models import Act, Ask
from requests.states import Direction, State
from tests import asks
from tests.build import NOW
from tests.cast import Cast
from tests.requests.screens import HTMX, act, address, browser, words

pytestmark = pytest.mark.usefixtures("monday")
VERBS = ["acknowledge", "agree", "counter", "decline", "withdraw", "say"]
COUNTER = {
    "outcome": "Ventana de entrega confirmada",
    "shape": "once",
    "once_as": "day",
    "due_on": "2026-12-18",
    "words": "Antes no hay camión.",
    "answer_by": "2026-11-20",
}


def fresh(ask: Ask) -> Ask:
    return Ask.objects.get(pk=ask.pk)


def page(cast: Cast, who: str, ask: Ask) -> str:
    response = browser(getattr(cast, who)).get(address(cast, "ask", ref=ask.ref))
    assert response.status_code == 200
    return words(response)


# Doorways ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["ask", *VERBS])
def test_a_stranger_finds_nothing(cast: Cast, verb: str) -> None:
    ask = asks.asked(cast)
    olga = browser(cast.olga)
    assert olga.get(address(cast, verb, ref=ask.ref)).status_code == 404
    if verb != "ask":
        assert olga.post(address(cast, verb, ref=ask.ref), {"version": 3}).status_code == 404
    assert Client().get(address(cast, verb, ref=ask.ref)).status_code == 302
    assert browser(cast.ana).get(address(cast, verb, ref="nowhere")).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["vera", "paula"])
def test_readers_and_other_areas_read_but_do_not_act(cast: Cast, verb: str, who: str) -> None:
    ask = asks.asked(cast)
    before = ask.acts.count()
    assert browser(getattr(cast, who)).get(address(cast, "ask", ref=ask.ref)).status_code == 200
    assert act(cast, who, verb, ask, words="No", owner_name="X").status_code == 403
    assert (fresh(ask).state, ask.acts.count()) == (State.ASKED, before)


@pytest.mark.parametrize("verb", VERBS)
def test_a_get_of_an_act_shows_the_page_with_it_opened_and_does_nothing(cast: Cast, verb: str) -> None:
    ask = asks.asked(cast)
    response = browser(cast.luis).get(address(cast, verb, ref=ask.ref))
    assert response.status_code == 200
    if verb not in ("say", "withdraw"):
        assert f'id="move-{verb}" open' in response.content.decode()
    assert fresh(ask).version == ask.version


@pytest.mark.parametrize("name", ["ask", "amend"])
def test_only_the_right_method_is_taken(cast: Cast, name: str) -> None:
    ask = asks.asked(cast)
    client = browser(cast.ana)
    method = client.post if name == "ask" else client.get
    assert method(address(cast, name, ref=ask.ref)).status_code == 405


def test_a_draft_of_another_area_does_not_exist(cast: Cast) -> None:
    draft = asks.drafted(cast)
    assert browser(cast.luis).get(address(cast, "ask", ref=draft.ref)).status_code == 404
    assert browser(cast.ana).get(address(cast, "ask", ref=draft.ref)).status_code == 200


# What stands on the page ---------------------------------------------------------------------------------------------


def test_the_way_to_the_client_stands_on_top(cast: Cast) -> None:
    need = asks.agreed(cast)
    onward = asks.asked(cast, cast.to_logistics, why=need, terms=asks.weekly())
    text = page(cast, "marta", onward)
    assert "It exists because the client asked «Reducir los tiempos de entrega»" in text
    way = text.index("«Reducir los tiempos")
    assert (
        way < text.index("«Ventana de entrega confirmada»") < text.index("Logística → asks Producción : this request")
    )


def test_whose_turn_it_is_and_until_when_is_said_plainly(cast: Cast) -> None:
    ask = asks.asked(cast, answer_by=date(2026, 11, 19))
    assert "It is your turn: Logística answers" in page(cast, "luis", ask)
    assert "It is the turn of Logística An answer is expected by Thu, 19 Nov 2026." in page(cast, "ana", ask)


def test_silence_is_called_unanswered(cast: Cast) -> None:
    ask = asks.asked(cast, answer_by=date(2026, 11, 13), now=NOW - timedelta(days=7))
    text = page(cast, "ana", ask)
    assert "An answer was expected by Fri, 13 Nov 2026, 3 days ago. Silence is not a yes." in text


def test_a_reason_stands_beside_what_one_cannot_do(cast: Cast) -> None:
    ask = asks.asked(cast)
    member = page(cast, "victor", ask)
    assert "A lead of Logística decides this." in member
    assert "I propose something else" in member
    assert "It is the turn of Logística." in page(cast, "ana", ask)
    assert "You take part as a reader here." in page(cast, "vera", ask)


def test_the_page_costs_the_same_with_one_act_and_with_many(cast: Cast) -> None:
    ask = asks.asked(cast)
    client = browser(cast.luis)
    client.get(address(cast, "ask", ref=ask.ref))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address(cast, "ask", ref=ask.ref))
    for n in range(3):
        moves.say(fresh(ask), cast.actor("ana"), words=f"Más {n}", now=NOW)
    asks.countered(cast, fresh(ask))
    moves.say(fresh(ask), cast.actor("luis"), words="Así", now=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(address(cast, "ask", ref=ask.ref))
    assert len(many) <= len(few) + 1
    assert len(many) <= 22


def test_the_page_listens_and_hands_out_new_tokens(cast: Cast) -> None:
    ask = asks.asked(cast)
    answer = browser(cast.ana).get(address(cast, "ask", ref=ask.ref) + "?token=new").json()
    told = read_token(answer["token"])
    assert told is not None
    assert told[0] == (f"a:{ask.ref}",)


@pytest.mark.parametrize("part", ["talk", "turn"])
def test_a_live_region_fetches_itself_alone(cast: Cast, part: str) -> None:
    ask = asks.asked(cast)
    body = browser(cast.luis).get(address(cast, "ask", ref=ask.ref) + f"?part={part}", headers=HTMX).content.decode()
    assert f'id="{part}"' in body
    assert "<html" not in body
    assert 'id="talk"' not in body or part == "talk"


# Agree ---------------------------------------------------------------------------------------------------------------


def test_agree_names_who_answers_for_it(cast: Cast) -> None:
    ask = asks.asked(cast)
    response = act(cast, "luis", "agree", ask, owner=cast.victor.ref, words="Con gusto")
    assert response.status_code == 302
    agreed = fresh(ask)
    assert (agreed.state, agreed.owner, agreed.owner_name) == (State.AGREED, cast.victor, "Víctor")
    assert "Víctor answers for it at Logística." in page(cast, "ana", ask)


def test_agree_takes_somebody_without_an_account(cast: Cast) -> None:
    ask = asks.asked(cast)
    act(cast, "luis", "agree", ask, owner_name="Don Chuy, del andén")
    assert fresh(ask).owner_name == "Don Chuy, del andén"
    assert fresh(ask).owner is None


@pytest.mark.parametrize("said", [{}, {"owner": "", "owner_name": "  "}])
def test_agree_without_a_name_says_what_is_missing(cast: Cast, said: dict[str, str]) -> None:
    ask = asks.asked(cast)
    response = act(cast, "luis", "agree", ask, words="Va", **said)
    assert response.status_code == 422
    assert "Name who in Logística answers for it." in words(response)
    assert "\nVa</textarea>" in response.content.decode()
    assert fresh(ask).state == State.ASKED


def test_an_owner_from_another_area_is_no_choice(cast: Cast) -> None:
    ask = asks.asked(cast)
    assert act(cast, "luis", "agree", ask, owner=cast.marta.ref).status_code == 422
    assert fresh(ask).state == State.ASKED


def test_agreeing_twice_is_harmless_and_says_so(cast: Cast) -> None:
    ask = asks.asked(cast)
    version = ask.version
    act(cast, "luis", "agree", ask, owner=cast.luis.ref, version=version)
    again = act(cast, "luis", "agree", ask, owner=cast.luis.ref, version=version)
    assert again.status_code == 409
    assert "Meanwhile Luis acted on this: it is now «agreed»" in words(again)
    assert Act.objects.filter(ask=ask, verb="agree").count() == 1


def test_a_member_who_is_no_lead_cannot_agree(cast: Cast) -> None:
    ask = asks.asked(cast)
    response = act(cast, "victor", "agree", ask, owner=cast.victor.ref)
    assert response.status_code == 422
    assert "A lead of Logística decides this." in words(response)
    assert fresh(ask).state == State.ASKED


def test_with_htmx_the_conversation_comes_back_alone(cast: Cast) -> None:
    ask = asks.asked(cast)
    response = act(cast, "luis", "agree", ask, htmx=True, owner=cast.luis.ref)
    assert response.status_code == 200
    body = response.content.decode()
    assert body.lstrip().startswith('<div id="conversation"')
    assert "<html" not in body


# Counter -------------------------------------------------------------------------------------------------------------


def test_a_counter_offer_shows_its_difference(cast: Cast) -> None:
    ask = asks.asked(cast)
    assert act(cast, "luis", "counter", ask, **COUNTER).status_code == 302
    offered = fresh(ask)
    assert (offered.state, offered.turn, offered.answer_by) == (State.COUNTERED, "asker", date(2026, 11, 20))
    response = browser(cast.ana).get(address(cast, "ask", ref=ask.ref))
    text = words(response)
    assert "before by Fri, 4 Dec 2026 now by Fri, 18 Dec 2026" in text
    assert "<del>4</del>" in response.content.decode()
    assert "<ins>18</ins>" in response.content.decode()
    assert "Antes no hay camión." in text
    assert "That works for us" in text


def test_who_counters_names_who_would_answer_for_it(cast: Cast) -> None:
    ask = asks.asked(cast)
    act(cast, "luis", "counter", ask, owner=cast.victor.ref, **COUNTER)
    assert fresh(ask).owner == cast.victor
    act(cast, "ana", "agree", ask, owner=cast.victor.ref)
    assert fresh(ask).owner_name == "Víctor"
    stranger = asks.asked(cast, why=ask.problem)
    assert act(cast, "luis", "counter", stranger, owner=cast.marta.ref, **COUNTER).status_code == 422


def test_a_counter_offer_needs_a_reason_and_a_change(cast: Cast) -> None:
    ask = asks.asked(cast)
    silent = act(cast, "luis", "counter", ask, **{**COUNTER, "words": ""})
    assert silent.status_code == 422
    assert 'value="2026-12-18"' in silent.content.decode()
    same = act(cast, "luis", "counter", ask, **{**COUNTER, "due_on": "2026-12-04"})
    assert same.status_code == 422
    assert "Nothing is different yet" in words(same)
    assert fresh(ask).state == State.ASKED


def test_ping_pong_ends_in_what_was_offered_last(cast: Cast) -> None:
    ask = asks.asked(cast)
    act(cast, "luis", "counter", ask, **COUNTER)
    act(cast, "ana", "counter", ask, **{**COUNTER, "due_on": "2026-12-11", "words": "A mitad de camino."})
    act(cast, "luis", "agree", ask, owner=cast.luis.ref)
    settled = fresh(ask)
    assert settled.state == State.AGREED
    assert settled.terms is not None
    assert settled.terms.due_on == date(2026, 12, 11)


# Decline, acknowledge, withdraw, say ---------------------------------------------------------------------------------


def test_declining_carries_a_reason_or_another_way(cast: Cast) -> None:
    ask = asks.asked(cast)
    empty = act(cast, "luis", "decline", ask)
    assert empty.status_code == 422
    assert "Give a reason, or another way to get it." in words(empty)
    assert act(cast, "luis", "decline", ask, alternative="El viernes, sí.").status_code == 302
    assert fresh(ask).state == State.DECLINED
    text = page(cast, "ana", ask)
    assert "Declined: the need stays unmet" in text
    assert "Another way: El viernes, sí." in text


def test_declining_can_send_it_on(cast: Cast) -> None:
    ask = asks.asked(cast)
    assert "Where they are not linked with Ventas yet, it also draws that link in the chain." in page(cast, "luis", ask)
    act(cast, "luis", "decline", ask, words="Lo hace Producción", redirect_to=cast.production.ref)
    onward = Ask.objects.get(redirected_from=ask)
    assert onward.performer == cast.production
    assert "It went on to Producción" in page(cast, "ana", ask)
    assert "It came on from Logística" in page(cast, "marta", onward)
    act(cast, "marta", "agree", onward, owner=cast.marta.ref)
    text = page(cast, "ana", ask)
    assert "Producción took it over." in text
    assert "unmet" not in text


@pytest.mark.parametrize("area", ["client", "sales", "logistics"])
def test_it_is_not_sent_on_to_the_client_or_to_oneself(cast: Cast, area: str) -> None:
    ask = asks.asked(cast)
    response = act(cast, "luis", "decline", ask, words="No", redirect_to=getattr(cast, area).ref)
    assert response.status_code == 422
    assert fresh(ask).state == State.ASKED


def test_a_new_day_for_the_answer_is_given_once(cast: Cast) -> None:
    ask = asks.asked(cast)
    past = act(cast, "luis", "acknowledge", ask, answer_by="2026-11-13")
    assert past.status_code == 422
    assert "This day has passed" in words(past)
    assert act(cast, "luis", "acknowledge", ask, answer_by="2026-11-27", words="Reviso rutas").status_code == 302
    assert fresh(ask).answer_by == date(2026, 11, 27)
    again = act(cast, "luis", "acknowledge", ask, answer_by="2026-12-27")
    assert again.status_code == 422
    assert "A new date was given once already." in words(again)


def test_the_asker_takes_it_back(cast: Cast) -> None:
    ask = asks.asked(cast)
    assert act(cast, "luis", "withdraw", ask).status_code == 422
    assert act(cast, "ana", "withdraw", ask, words="El cliente canceló").status_code == 302
    assert fresh(ask).state == State.WITHDRAWN
    assert act(cast, "ana", "withdraw", ask).status_code == 422


def test_both_sides_say_something_whatever_happened_meanwhile(cast: Cast) -> None:
    ask = asks.asked(cast)
    assert act(cast, "ana", "say", ask, version=1, words="¿Alcanza el martes?").status_code == 302
    assert act(cast, "luis", "say", ask, version=1, words="<b>Sí</b>").status_code == 302
    assert act(cast, "luis", "say", ask, words="   ").status_code == 422
    body = browser(cast.ana).get(address(cast, "ask", ref=ask.ref)).content.decode()
    assert "¿Alcanza el martes?" in body
    assert "&lt;b&gt;Sí&lt;/b&gt;" in body


# Two at once ---------------------------------------------------------------------------------------------------------


def test_who_comes_second_learns_who_did_what_and_keeps_the_words(cast: Cast) -> None:
    ask = asks.asked(cast)
    seen = ask.version
    act(cast, "ana", "withdraw", ask, words="Ya no")
    late = act(cast, "luis", "decline", ask, version=seen, words="Porque el camión está en el taller", htmx=True)
    assert late.status_code == 409
    text = words(late)
    assert "Meanwhile Ana acted on this: it is now «withdrawn»." in text
    assert "Porque el camión está en el taller" in text


def test_words_stay_even_when_the_form_was_not_complete(cast: Cast) -> None:
    ask = asks.asked(cast)
    seen = ask.version
    act(cast, "ana", "withdraw", ask)
    late = act(cast, "luis", "agree", ask, version=seen, words="Con gusto, empezamos el lunes")
    assert late.status_code == 422
    assert "This was withdrawn." in words(late)
    assert "Con gusto, empezamos el lunes" in words(late)


def test_who_comes_second_may_still_act_on_what_is_there_now(cast: Cast) -> None:
    ask = asks.asked(cast)
    seen = ask.version
    later = date(2026, 11, 27)
    moves.acknowledge(fresh(ask), cast.actor("luis"), version=seen, answer_by=later, now=NOW)
    late = act(cast, "luis", "decline", ask, version=seen, words="No hay camión")
    assert late.status_code == 409
    body = late.content.decode()
    assert "\nNo hay camión</textarea>" in body
    assert f'name="version" value="{fresh(ask).version}"' in body
    assert fresh(ask).state == State.ASKED


def test_free_words_of_the_other_side_make_no_half_written_answer_stale(cast: Cast) -> None:
    ask = asks.asked(cast)
    seen = ask.version
    moves.say(fresh(ask), cast.actor("ana"), words="Es urgente", now=NOW)
    assert act(cast, "luis", "decline", ask, version=seen, words="No hay camión").status_code == 302
    assert [(one.n, one.verb) for one in ask.acts.order_by("n")][-2:] == [(3, "say"), (4, "decline")]
    assert fresh(ask).state == State.DECLINED


# A facilitator writes down -------------------------------------------------------------------------------------------


def test_a_facilitator_writes_down_what_was_said_aloud(cast: Cast) -> None:
    ask = asks.asked(cast)
    nameless = act(cast, "fede", "agree", ask, owner=cast.luis.ref)
    assert nameless.status_code == 422
    assert fresh(ask).state == State.ASKED
    assert act(cast, "fede", "agree", ask, owner=cast.luis.ref, said_by="Luis").status_code == 302
    last = Act.objects.get(ask=ask, verb="agree")
    assert (last.by, last.by_name, last.recorded_by) == (cast.luis, "Luis", cast.fede)
    assert "Luis (Logística) agreed written down by Fede" in page(cast, "ana", ask)


def test_a_facilitator_says_for_which_side_words_were(cast: Cast) -> None:
    ask = asks.asked(cast)
    act(cast, "fede", "say", ask, words="Con dos camiones sí", said_by="Luis", side="performer")
    said = Act.objects.get(ask=ask, verb="say")
    assert (said.for_area, said.recorded_by) == (cast.logistics, cast.fede)


def test_nobody_else_puts_words_into_a_mouth(cast: Cast) -> None:
    ask = asks.asked(cast)
    act(cast, "luis", "agree", ask, owner=cast.luis.ref, said_by="Ana")
    last = Act.objects.get(ask=ask, verb="agree")
    assert (last.by, last.recorded_by) == (cast.luis, None)


# Amend, and on along the chain ---------------------------------------------------------------------------------------


def test_new_terms_begin_with_the_agreed_ones(cast: Cast) -> None:
    ask = asks.agreed(cast, terms=asks.measured())
    response = act(cast, "ana", "amend", ask)
    change = Ask.objects.get(replaces=ask)
    assert response.url == address(cast, "ask", ref=change.ref)
    body = browser(cast.ana).get(response.url).content.decode()
    assert 'value="Órdenes completas"' in body
    assert 'value="95"' in body
    assert "What is agreed stays binding" in body
    assert act(cast, "ana", "amend", ask).url == response.url


def test_who_was_asked_proposes_what_it_can_promise_from_now_on(cast: Cast) -> None:
    ask = asks.agreed(cast)
    response = act(cast, "luis", "amend", ask)
    change = Ask.objects.get(replaces=ask)
    assert ask.problem is not None
    form = browser(cast.luis).get(response.url)
    assert "What I can promise:" in words(form)
    assert "Because…" in words(form)
    where = address(cast, "new", link=cast.to_sales.ref, direction=Direction.NEED)
    said = {**COUNTER, "why": f"p:{ask.problem.ref}", "draft": change.ref, "version": change.version, "ask": "1"}
    silent = browser(cast.luis).post(where, {**said, "words": ""})
    assert silent.status_code == 422
    assert browser(cast.luis).post(where, said).status_code == 302
    offered = fresh(change)
    assert (offered.state, offered.turn) == (State.COUNTERED, "asker")
    text = page(cast, "ana", change)
    assert "Luis (Logística) proposes something else" in text
    assert "before by Fri, 4 Dec 2026 now by Fri, 18 Dec 2026" in text
    act(cast, "ana", "agree", change, owner=cast.luis.ref)
    assert fresh(ask).state == State.REPLACED


def test_a_declined_change_leaves_the_old_terms_standing(cast: Cast) -> None:
    old = asks.agreed(cast)
    change = asks.asked(cast, why=old.problem, terms=asks.once("Antes"), replaces=old)
    act(cast, "luis", "decline", change, words="Antes no se puede")
    text = page(cast, "ana", change)
    assert "What was agreed before stays binding." in text
    assert "unmet" not in text
    cards = words(browser(cast.ana).get(address(cast, "problems")))
    assert "unmet" not in cards


def test_who_was_asked_learns_who_proposes_new_terms(cast: Cast) -> None:
    ask = asks.agreed(cast)
    assert act(cast, "vera", "amend", ask).status_code == 403
    assert "Propose new terms" in page(cast, "ana", ask)


def test_the_next_requests_along_the_chain_are_one_click_away(cast: Cast) -> None:
    ask = asks.agreed(cast)
    body = browser(cast.luis).get(address(cast, "ask", ref=ask.ref)).content.decode()
    onward = address(cast, "new", link=cast.to_logistics.ref, direction=Direction.NEED)
    back = address(cast, "new", link=cast.to_sales.ref, direction=Direction.REQUIREMENT)
    assert f'href="{onward}?cause={ask.ref}"' in body
    assert f'href="{back}?cause={ask.ref}"' in body
    assert onward not in browser(cast.ana).get(address(cast, "ask", ref=ask.ref)).content.decode()


def test_what_was_asked_because_of_it_is_listed(cast: Cast) -> None:
    ask = asks.agreed(cast)
    asks.asked(cast, cast.to_logistics, why=ask, terms=asks.weekly())
    asks.drafted(cast, cast.to_logistics, why=ask)
    text = page(cast, "ana", ask)
    assert "Asked because of this Plan semanal confirmado Logística → asks Producción asked" in text


def test_an_owner_who_left_is_said_to_be_gone_and_somebody_else_is_named_by_new_terms(cast: Cast) -> None:
    ask = asks.agreed(cast, terms=asks.weekly())
    owner = fresh(ask).owner
    assert owner is not None
    gone = f"{owner.name} is no longer here"
    assert gone not in page(cast, "ana", ask)
    people.remove(cast.actor("fede"), owner, NOW)
    assert gone in page(cast, "ana", ask)
    owner.left_at = None
    owner.save(update_fields=["left_at"])
    assert gone not in page(cast, "ana", ask)

"""What people do in the room: once, by the rules, and never for the other side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from contracts.models import Signature, Version
from requests.models import Act, Ask, ClientProblem
from requests.moves import Overtaken, Refused
from requests.states import Direction, State
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.workshops import play
from workshops import running, taking
from workshops.models import Deed, Dots, Proposal, Score, Seat, Takeaway, Workshop
from workshops.phases import Phase, Step


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Each in a connection of its own, at the same instant: what each came to."""
    start = threading.Barrier(len(deeds))
    results: list[str] = []

    def run(deed: Callable[[], object]) -> None:
        try:
            start.wait(timeout=10)
            deed()
            results.append("done")
        except Refused as refused:
            results.append(type(refused).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(results)


# The mirror -----------------------------------------------------------------------------------------------------------


def test_an_answer_may_be_changed_until_it_is_shown_and_then_only_counts_remain(cast: Cast) -> None:
    room = play.opened(cast)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    room = play.to(room, "mirror")

    taking.score(play.seated(ana), 3, NOW)
    taking.score(play.seated(ana), 8, NOW)
    taking.score(play.seated(luis), 8, NOW)
    assert sorted(Score.objects.values_list("value", flat=True)) == [8, 8]
    room = play.fresh(room)
    running.reveal(room, cast.actor("fede"), room.version, NOW)

    assert play.fresh(room).mirror == {"first": [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0]}
    assert not Score.objects.exists()
    with pytest.raises(Refused):
        taking.score(play.seated(ana), 1, NOW)


def test_no_row_joins_a_person_and_an_answer(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "mirror")

    taking.score(play.seated(ana), 2, NOW)

    ana.refresh_from_db()
    one = Score.objects.get()
    assert ana.answered == ["first"]
    assert not Deed.objects.exists()
    assert one.voter not in (ana.token, ana.ref, ana.code)
    assert ana.token not in one.voter


def test_the_second_mirror_is_another_answer_by_another_name(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "mirror")
    taking.score(play.seated(ana), 2, NOW)
    play.to(room, "close")
    taking.score(play.seated(ana), 7, NOW)

    rows = dict(Score.objects.values_list("which", "value"))
    assert rows == {"first": 2, "second": 7}
    assert len(set(Score.objects.values_list("voter", flat=True))) == 2


def test_a_shown_answer_that_was_undone_is_not_counted_twice(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    room = play.to(room, "mirror")
    taking.score(play.seated(ana), 2, NOW)
    room = play.fresh(room)
    running.reveal(room, cast.actor("fede"), room.version, NOW)
    room = play.fresh(room)
    running.undo(room, cast.actor("fede"), room.version, NOW)

    with pytest.raises(Refused):
        taking.score(play.seated(ana), 9, NOW)
    assert sum(play.fresh(room).mirror["first"]) == 1


@pytest.mark.parametrize("value", [-1, 11, 100])
def test_only_0_to_10(cast: Cast, value: int) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "mirror")
    with pytest.raises(Refused):
        taking.score(play.seated(ana), value, NOW)


@pytest.mark.django_db(transaction=True)
def test_an_answer_at_the_instant_of_showing_is_counted_or_refused_never_lost() -> None:
    cast = muebles_del_norte()
    for _attempt in range(5):
        room = play.opened(cast)
        ana = play.seated(play.sit(room, "Ana", cast.sales))
        room = play.to(room, "mirror")
        fede = cast.actor("fede")
        ana = play.seated(ana)
        stands = play.fresh(room)

        at_once(
            lambda ana=ana: taking.score(ana, 5, NOW),  # type: ignore[misc]
            lambda room=stands, fede=fede: running.reveal(room, fede, room.version, NOW),  # type: ignore[misc]
        )

        counted = sum(play.fresh(room).mirror.get("first", []))
        answered = Seat.objects.get(pk=ana.pk).answered == ["first"]
        waiting = Score.objects.filter(workshop=room).count()
        assert counted + waiting == (1 if answered else 0)
        if "mirror" in play.fresh(room).revealed:
            assert waiting == 0


# The problem ----------------------------------------------------------------------------------------------------------


def choosing(cast: Cast) -> tuple[Workshop, Seat]:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    return play.to(room, "problem"), ana


def test_a_proposal_that_is_sent_twice_stands_once(cast: Cast) -> None:
    _room, ana = choosing(cast)

    first = taking.propose(play.seated(ana), "Llega <b>tarde</b> 🚚", "the-same-key", NOW)
    second = taking.propose(play.seated(ana), "Llega <b>tarde</b> 🚚", "the-same-key", NOW)

    assert first is not None
    assert second is None
    assert list(Proposal.objects.values_list("text", flat=True)) == ["Llega <b>tarde</b> 🚚"]


def test_a_key_of_somebody_else_does_nothing(cast: Cast) -> None:
    room, ana = choosing(cast)
    luis = play.sit(room, "Luis", cast.logistics)
    taking.propose(play.seated(ana), "Uno", "the-same-key", NOW)

    with pytest.raises(Refused):
        taking.propose(play.seated(luis), "Dos", "the-same-key", NOW)
    for key in ("", "short", "x" * 37, "ñandú-con-acento"):
        with pytest.raises(Refused):
            taking.propose(play.seated(luis), "Dos", key, NOW)
    assert Proposal.objects.count() == 1


def test_five_dots_at_most_three_on_one_and_a_changed_mind(cast: Cast) -> None:
    room, ana = choosing(cast)
    refs = []
    for text in ("Uno", "Dos", "Tres"):
        made = taking.propose(play.seated(ana), text, play.key(), NOW)
        assert made
        refs.append(made.ref)

    taking.put_dots(play.seated(ana), refs[0], 3, NOW)
    taking.put_dots(play.seated(ana), refs[1], 2, NOW)
    with pytest.raises(Refused):
        taking.put_dots(play.seated(ana), refs[0], 4, NOW)
    with pytest.raises(Refused):
        taking.put_dots(play.seated(ana), refs[2], 1, NOW)
    taking.put_dots(play.seated(ana), refs[0], 1, NOW)
    taking.put_dots(play.seated(ana), refs[2], 1, NOW)
    taking.put_dots(play.seated(ana), refs[1], 0, NOW)

    assert dict(Dots.objects.values_list("proposal__text", "n")) == {"Uno": 1, "Tres": 1}
    room = play.fresh(room)
    running.reveal(room, cast.actor("fede"), room.version, NOW)
    with pytest.raises(Refused):
        taking.put_dots(play.seated(ana), refs[0], 2, NOW)


def test_dots_on_proposals_that_were_put_together_count_once_and_at_most_three(cast: Cast) -> None:
    room, ana = choosing(cast)
    one = taking.propose(play.seated(ana), "Uno", play.key(), NOW)
    two = taking.propose(play.seated(ana), "Dos", play.key(), NOW)
    assert one
    assert two
    taking.put_dots(play.seated(ana), one.ref, 2, NOW)
    taking.put_dots(play.seated(ana), two.ref, 3, NOW)
    room = play.fresh(room)
    running.merge(room, cast.actor("fede"), room.version, two, one, NOW)

    assert taking.dots_of(ana) == {one.pk: 3}
    taking.put_dots(play.seated(ana), two.ref, 1, NOW)
    assert dict(Dots.objects.values_list("proposal__text", "n")) == {"Uno": 1}


@pytest.mark.django_db(transaction=True)
def test_dots_from_two_devices_at_once_never_exceed_five() -> None:
    cast = muebles_del_norte()
    room, ana = choosing(cast)
    refs = [taking.propose(play.seated(ana), text, play.key(), NOW).ref for text in ("Uno", "Dos")]  # type: ignore[union-attr]
    here, there = play.seated(ana), play.seated(ana)

    results = at_once(lambda: taking.put_dots(here, refs[0], 3, NOW), lambda: taking.put_dots(there, refs[1], 3, NOW))

    assert results == ["Refused", "done"]
    assert sum(Dots.objects.values_list("n", flat=True)) == 3
    assert play.fresh(room).pulse > room.pulse


def test_only_ones_own_proposal_is_taken_back_and_its_dots_are_free(cast: Cast) -> None:
    room, ana = choosing(cast)
    luis = play.sit(room, "Luis", cast.logistics)
    one = taking.propose(play.seated(ana), "Uno", play.key(), NOW)
    assert one
    taking.put_dots(play.seated(luis), one.ref, 3, NOW)

    with pytest.raises(Refused):
        taking.withdraw_proposal(play.seated(luis), one.ref, NOW)
    taking.withdraw_proposal(play.seated(ana), one.ref, NOW)

    assert not Dots.objects.exists()
    with pytest.raises(Refused):
        taking.put_dots(play.seated(luis), one.ref, 1, NOW)


@pytest.mark.parametrize(("text", "fits"), [("x" * 200, True), ("x" * 201, False), ("  \u200b ", False)])
def test_a_proposal_has_one_to_two_hundred_characters(cast: Cast, text: str, fits: bool) -> None:
    _room, ana = choosing(cast)
    if fits:
        assert taking.propose(play.seated(ana), text, play.key(), NOW)
    else:
        with pytest.raises(Refused):
            taking.propose(play.seated(ana), text, play.key(), NOW)


# Asking ---------------------------------------------------------------------------------------------------------------


def in_voice(cast: Cast) -> tuple[Workshop, Seat, Seat]:
    room = play.opened(cast)
    ana, luis = play.sit(room, "Ana", cast.sales), play.sit(room, "Luis", cast.logistics)
    return play.to(room, "voice"), ana, luis


def test_an_ask_of_a_guest_is_the_organizations_ask_with_the_client_as_its_reason(cast: Cast) -> None:
    room, ana, _luis = in_voice(cast)

    made = play.ask(ana, cast.to_sales)

    made = Ask.objects.get(pk=made.pk)
    assert (made.state, made.asker, made.performer) == (State.ASKED, cast.sales, cast.logistics)
    assert made.problem == room.problem
    assert made.answer_by is not None
    act = Act.objects.get(ask=made, verb="ask")
    assert (act.by, act.by_name, act.for_area) == (None, "Ana", cast.sales)
    deed = Deed.objects.get(ask=made)
    assert (deed.seat, deed.verb, deed.step) == (ana, "ask", "voice")


def test_an_ask_that_is_sent_twice_is_asked_once_also_after_the_room_went_on(cast: Cast) -> None:
    room, ana, _luis = in_voice(cast)
    more = {"terms": asks.once(), "why": "", "key": "the-same-key"}

    first = taking.ask(play.seated(ana), cast.to_sales, Direction.NEED, now=NOW, **more)  # type: ignore[arg-type]
    room = play.to(room, "agreements")
    running.pause(room, cast.actor("fede"), room.version, NOW)
    again = taking.ask(play.seated(ana), cast.to_sales, Direction.NEED, now=NOW, **more)  # type: ignore[arg-type]

    assert first.pk == again.pk
    assert Ask.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_ask_that_is_sent_twice_at_the_same_instant_is_asked_once() -> None:
    cast = muebles_del_norte()
    _room, ana, _luis = in_voice(cast)
    here, there = play.seated(ana), play.seated(ana)

    def send(seat: Seat) -> Ask:
        return taking.ask(seat, cast.to_sales, Direction.NEED, terms=asks.once(), why="", key="the-same-key", now=NOW)

    assert at_once(lambda: send(here), lambda: send(there)) == ["done", "done"]
    assert Ask.objects.count() == 1
    assert Act.objects.filter(verb="ask").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_of_one_area_who_ask_at_once_both_ask() -> None:
    cast = muebles_del_norte()
    room, ana, _luis = in_voice(cast)
    eva = play.sit(room, "Eva", cast.sales)
    here, there = play.seated(ana), play.seated(eva)

    results = at_once(lambda: play.ask(here, cast.to_sales), lambda: play.ask(there, cast.to_sales))

    assert results == ["done", "done"]
    assert Ask.objects.count() == 2


def test_who_asks_when(cast: Cast) -> None:
    """Sales in the voice, logistics from the first round on, production from the second on; nobody in the answers."""
    room = play.opened(cast)
    people = {
        cast.sales: (play.sit(room, "Ana", cast.sales), cast.to_sales),
        cast.logistics: (play.sit(room, "Luis", cast.logistics), cast.to_logistics),
        cast.production: (play.sit(room, "Marta", cast.production), cast.to_production),
    }
    expected = {
        "mirror": [],
        "problem": [],
        "voice": ["Ventas"],
        "chain:2": ["Ventas", "Logística"],
        "chain:3": ["Ventas", "Logística", "Producción"],
        "answers": [],
        "agreements": [],
        "close": [],
    }
    for step, allowed in expected.items():
        play.to(room, step)
        found = []
        for area, (seat, link) in people.items():
            try:
                play.ask(seat, link)
                found.append(area.name)
            except Refused:
                pass
        assert found == allowed, step


def test_who_began_to_write_in_the_own_turn_may_finish_in_the_answers_but_not_in_the_agreements(cast: Cast) -> None:
    room, ana, _luis = in_voice(cast)
    opened = Step(Phase.VOICE)

    def finish(key: str) -> Ask:
        return taking.ask(
            play.seated(ana),
            cast.to_sales,
            Direction.NEED,
            terms=asks.once(),
            why="",
            key=key,
            now=NOW,
            opened_in=opened,
        )

    play.to(room, "answers")
    assert finish("first-key").state == State.ASKED
    play.to(room, "agreements")
    with pytest.raises(Refused):
        finish("second-key")
    assert taking.read_step(taking.sign_step("voice")) == opened
    assert taking.read_step("chain:9") is None


def test_further_back_an_ask_serves_what_reached_the_area(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    window = play.ask(ana, cast.to_sales)
    route = play.ask(ana, cast.to_sales, terms=asks.weekly("Ruta norte"))
    play.to(room, "chain:2")

    first = play.ask(luis, cast.to_logistics)
    chosen = play.ask(luis, cast.to_logistics, why=f"a:{route.ref}")
    back = play.ask(luis, cast.to_sales, Direction.REQUIREMENT)

    assert Ask.objects.get(pk=first.pk).cause_id == window.pk
    assert Ask.objects.get(pk=chosen.pk).cause_id == route.pk
    assert Ask.objects.get(pk=back.pk).cause_id == window.pk
    assert (back.asker, back.performer) == (cast.logistics, cast.sales)


def test_further_back_the_problem_is_the_reason_where_nothing_reached_the_area(cast: Cast) -> None:
    room, _ana, luis = in_voice(cast)
    play.to(room, "chain:2")

    made = play.ask(luis, cast.to_logistics)

    assert made.problem == room.problem


def test_without_a_problem_the_room_is_told(cast: Cast) -> None:
    room = play.opened(cast, with_problem=False)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    assert not ClientProblem.objects.exists()

    with pytest.raises(Refused):
        play.ask(ana, cast.to_sales)
    assert not Deed.objects.exists()


def test_nobody_asks_for_another_area_or_the_client(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    play.to(room, "chain:3")
    with pytest.raises(Refused):
        play.ask(luis, cast.to_sales)
    with pytest.raises(Refused):
        play.ask(ana, cast.to_client, Direction.REQUIREMENT)


# Answering ------------------------------------------------------------------------------------------------------------


def test_one_tap_makes_me_answer_for_it_and_a_name_somebody_else(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    one, two = play.ask(ana, cast.to_sales), play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")

    assert play.agree(luis, one).owner_name == "Luis"
    assert play.agree(luis, two, owner_name="Rosa").owner_name == "Rosa"
    assert one.owner is None


def test_with_an_account_of_the_area_the_owner_is_the_account(cast: Cast) -> None:
    room, ana, _luis = in_voice(cast)
    victor = play.sit(room, "Víctor", cast.logistics, membership=cast.victor)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")

    assert play.agree(victor, one).owner == cast.victor


def test_nobody_answers_before_the_turn_and_everybody_after_it(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    one = play.ask(ana, cast.to_sales)
    with pytest.raises(Refused):
        play.agree(luis, one)

    play.to(room, "chain:3")

    assert play.agree(luis, one).state == State.AGREED


def test_a_counter_offer_names_who_makes_it_so_that_a_yes_is_enough(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    one.refresh_from_db()

    taking.counter(
        play.seated(luis),
        one.ref,
        version=one.version,
        terms=asks.weekly(),
        words="Cada lunes sí.",
        key=play.key(),
        now=NOW,
    )
    one.refresh_from_db()
    assert (one.state, one.turn) == (State.COUNTERED, "asker")
    assert play.agree(ana, one).owner_name == "Luis"


def test_who_answers_on_an_old_page_is_told_what_happened(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    victor = play.sit(room, "Víctor", cast.logistics)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    seen = Ask.objects.get(pk=one.pk).version
    play.agree(luis, one)

    with pytest.raises(Overtaken) as overtaken:
        taking.decline(play.seated(victor), one.ref, version=seen, key=play.key(), words="No.", now=NOW)
    assert "Luis" in overtaken.value.sentence
    assert not Deed.objects.filter(verb="decline").exists()


def test_a_decline_sends_the_need_on(cast: Cast) -> None:
    room, ana, luis = in_voice(cast)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")

    play.decline(luis, one, redirect_to=cast.production)

    onward = Ask.objects.get(redirected_from=one)
    assert (onward.asker, onward.performer, onward.state) == (cast.sales, cast.production, State.ASKED)


def test_an_ask_of_others_does_not_exist_for_a_phone(cast: Cast) -> None:
    room, ana, _luis = in_voice(cast)
    marta = play.sit(room, "Marta", cast.production)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "answers")

    assert taking.ask_in(play.seated(marta), one.ref) is None
    with pytest.raises(Refused):
        play.agree(marta, one)


@pytest.mark.parametrize("what", ["paused", "closed", "forgotten", "removed"])
def test_nobody_acts_in_a_room_that_is_not_open_or_after_being_taken_out(cast: Cast, what: str) -> None:
    room, ana, _luis = in_voice(cast)
    actor = cast.actor("fede")
    if what == "paused":
        running.pause(room, actor, room.version, NOW)
    elif what == "closed":
        running.close(room, actor, room.version, NOW)
    elif what == "removed":
        running.remove_seat(room, actor, room.version, ana, NOW)
    else:
        Workshop.objects.update(active_at=NOW - timedelta(hours=49))

    with pytest.raises(Refused):
        play.ask(ana, cast.to_sales)
    assert not Ask.objects.exists()
    assert not Deed.objects.exists()


# Signing --------------------------------------------------------------------------------------------------------------


def agreed_room(cast: Cast) -> tuple[Workshop, Seat, Seat]:
    room, ana, luis = in_voice(cast)
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    play.agree(luis, one)
    return play.to(room, "agreements"), ana, luis


def test_a_guests_signature_is_marked_and_given_once(cast: Cast) -> None:
    _room, ana, _luis = agreed_room(cast)

    assert play.sign(ana, cast.to_sales) is None
    with pytest.raises(Refused):
        play.sign(ana, cast.to_sales)

    signature = Signature.objects.get()
    assert (signature.provisional, signature.by_name, signature.by) == (True, "Ana", None)
    assert not Version.objects.filter(in_force_at__isnull=False).exists()


def test_the_signatures_of_two_leads_bring_the_contract_in_force(cast: Cast) -> None:
    room, _ana, _luis = agreed_room(cast)
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    luis = play.sit(room, "Luis", cast.logistics, membership=cast.luis)

    assert play.sign(ana, cast.to_sales) is None
    version = play.sign(luis, cast.to_sales)

    assert version is not None
    assert version.in_force_at == NOW
    assert [one.outcome for one in version.clauses.all()] == ["Ventana de entrega confirmada"]


def test_a_lead_signs_over_the_marked_signature_of_a_colleague(cast: Cast) -> None:
    room, ana, _luis = agreed_room(cast)
    play.sign(ana, cast.to_sales)
    lead = play.sit(room, "Ana", cast.sales, membership=cast.ana)

    play.sign(lead, cast.to_sales)

    assert sorted(Signature.objects.values_list("provisional", flat=True)) == [False, True]


def test_nobody_signs_before_the_agreements_or_for_strangers(cast: Cast) -> None:
    room, ana, _luis = agreed_room(cast)
    marta = play.sit(room, "Marta", cast.production)
    with pytest.raises(Refused):
        play.sign(marta, cast.to_sales)
    play.to(room, "chain:2")
    with pytest.raises(Refused):
        play.sign(ana, cast.to_sales)


# Ready, and what is left ----------------------------------------------------------------------------------------------


def test_ready_counts_for_the_step_that_the_phone_shows(cast: Cast) -> None:
    room, ana, _luis = in_voice(cast)
    taking.ready(play.seated(ana), "voice", True, NOW)
    ana.refresh_from_db()
    assert ana.ready_for == "voice"

    play.to(room, "chain:2")
    with pytest.raises(Refused):
        taking.ready(play.seated(ana), "voice", False, NOW)


def test_two_colleagues_never_overwrite_each_other(cast: Cast) -> None:
    room = play.opened(cast)
    ana, eva = play.sit(room, "Ana", cast.sales), play.sit(room, "Eva", cast.sales)
    play.to(room, "close")

    taking.take_away(play.seated(ana), "question", "¿Quién avisa?", version=0, key=play.key(), now=NOW)
    with pytest.raises(taking.WroteMeanwhile) as wrote:
        taking.take_away(play.seated(eva), "question", "¿Y el fin de semana?", version=0, key=play.key(), now=NOW)

    assert wrote.value.current.text == "¿Quién avisa?"
    assert "Ana" in wrote.value.sentence
    taking.take_away(play.seated(eva), "question", "¿Quién avisa, y cuándo?", version=1, key=play.key(), now=NOW)
    left = Takeaway.objects.get()
    assert (left.text, left.by_name, left.version) == ("¿Quién avisa, y cuándo?", "Eva", 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_at_the_same_instant_one_sees_the_other() -> None:
    cast = muebles_del_norte()
    room = play.opened(cast)
    seats_ = [play.sit(room, name, cast.sales) for name in ("Ana", "Eva")]
    play.to(room, "close")
    ana, eva = (play.seated(seat) for seat in seats_)

    results = at_once(
        lambda: taking.take_away(ana, "question", "Una", version=0, key="key-of-ana", now=NOW),
        lambda: taking.take_away(eva, "question", "Otra", version=0, key="key-of-eva", now=NOW),
    )

    assert results == ["WroteMeanwhile", "done"]
    assert Takeaway.objects.count() == 1


def test_a_takeaway_that_is_sent_again_is_no_conflict_with_itself(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "close")
    for _n in range(2):
        taking.take_away(play.seated(ana), "improvement", "Confirmar", version=0, key="the-same-key", now=NOW)
    assert Takeaway.objects.get().version == 1


@pytest.mark.parametrize(("people", "is_told"), [(3, True), (14, False)])
def test_in_a_crowd_nobody_looks_up_for_each_who_is_ready(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, people: int, is_told: bool
) -> None:
    room = play.opened(cast)
    sitting = [play.sit(room, f"Persona {n}", cast.sales) for n in range(people)]
    play.to(room, "voice")
    told: list[list[int]] = []
    monkeypatch.setattr(taking, "touch", lambda _room, _now, areas=(), **_more: told.append(list(areas)))

    taking.ready(play.seated(sitting[0]), "voice", True, NOW)

    assert told == [[cast.sales.pk] if is_told else []]
    assert play.seated(sitting[0]).ready_for == "voice"

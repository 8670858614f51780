"""Every act of the console and its undoing; what is refused; two consoles at one instant."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from areas.models import Area, JournalEntry, Membership
from areas.words import Role
from requests.models import ClientProblem
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.workshops import play
from workshops import running, taking
from workshops.models import ConsoleAct, Dots, Proposal, Score, Seat, Workshop
from workshops.phases import Phase
from workshops.room import FIRST, read_room
from workshops.running import Refused, Stale

Act = Callable[..., Any]


@pytest.fixture
def room(cast: Cast) -> Workshop:
    return play.opened(cast)


def do(room: Workshop, cast: Cast, act: Act, *args: Any, by: str = "fede", now: datetime = NOW, **more: Any) -> Any:
    """One act on the room as it stands, by somebody who sees it as it stands."""
    room = play.fresh(room)
    return act(room, cast.actor(by), room.version, *args, now=now, **more)


def undo(room: Workshop, cast: Cast, now: datetime = NOW) -> str:
    return str(do(room, cast, running.undo, now=now))


# Beginning ------------------------------------------------------------------------------------------------------------


def test_one_click_opens_a_room_with_a_code_and_the_problem_in_focus(cast: Cast) -> None:
    problem = asks.problem(cast, in_focus=True)
    room = running.create(cast.actor("fede"), name=" ", language="es", now=NOW)
    assert (room.step, room.problem, room.driver, room.is_open(NOW)) == ("", problem, cast.fede, True)
    assert len(room.code) == 6
    assert room.name
    assert JournalEntry.objects.filter(event="workshop.opened").count() == 1


def test_a_name_of_its_own_says_the_day_as_people_say_it() -> None:
    assert running.default_name("es", NOW).endswith("16 de noviembre de 2026")
    assert running.default_name("en", NOW) == "Workshop of Nov. 16, 2026"


@pytest.mark.parametrize("who", ["ana", "victor", "vera"])
def test_only_a_facilitator_begins_one(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        running.create(cast.actor(who), name="Taller", language="es", now=NOW)
    assert not Workshop.objects.exists()


def test_a_plan_that_cannot_be_played_and_lengths_out_of_bounds_are_refused(cast: Cast) -> None:
    for more in ({"plan": ["voice", "answers"]}, {"minutes": {"voice": 0}}, {"minutes": {"voice": 181}}):
        with pytest.raises(Refused):
            running.create(cast.actor("fede"), name="Taller", language="es", now=NOW, **more)


# Steps ----------------------------------------------------------------------------------------------------------------


def test_next_goes_through_all_steps_and_stops_at_the_last(cast: Cast, room: Workshop) -> None:
    found = []
    while True:
        try:
            do(room, cast, running.advance)
        except Refused:
            break
        found.append(play.fresh(room).step)
    rounds = ["chain:2", "chain:3", "chain:4"]
    assert found == ["mirror", "problem", "voice", *rounds, "answers", "agreements", "close"]


def test_back_stops_at_the_first_and_before_the_beginning(cast: Cast, room: Workshop) -> None:
    for step in ("", "mirror"):
        if step:
            play.to(room, step)
        with pytest.raises(Refused):
            do(room, cast, running.back)


def test_back_destroys_nothing(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    do(room, cast, running.back)
    assert play.fresh(room).step == "voice"
    one.refresh_from_db()
    assert one.state == "asked"


def test_going_to_a_step_that_the_room_does_not_have_is_refused(cast: Cast, room: Workshop) -> None:
    for key in ("chain:9", "lunch", "", "chain:x"):
        with pytest.raises(Refused):
            do(room, cast, running.go_to, key)


def test_who_was_ready_says_so_again_in_the_next_step(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "mirror")
    taking.ready(play.seated(ana), "mirror", True, NOW)
    assert read_room(play.fresh(room), NOW).ready == 1
    assert running.not_ready(2, 1)
    assert running.not_ready(2, 2) is None
    do(room, cast, running.advance)
    assert read_room(play.fresh(room), NOW).ready == 0


def test_changing_the_plan_leaves_out_and_moves_but_not_the_step_where_the_room_is(cast: Cast, room: Workshop) -> None:
    play.to(room, "mirror")
    short = ["problem", "voice", "chain", "answers", "agreements"]
    with pytest.raises(Refused):
        do(room, cast, running.change_plan, plan=short, minutes={})
    do(room, cast, running.advance)
    do(room, cast, running.change_plan, plan=short, minutes={"voice": 20})
    now = play.fresh(room)
    assert (now.plan, now.minutes_for(Phase.VOICE), now.minutes_for(Phase.CHAIN)) == (short, 20, 12)
    assert undo(room, cast)
    assert play.fresh(room).plan[0] == "mirror"


# The timer ------------------------------------------------------------------------------------------------------------


def left(room: Workshop, at: datetime) -> int | None:
    return running.seconds_left(play.fresh(room), at)


def test_a_step_begins_with_its_length_on_a_stopped_clock(cast: Cast, room: Workshop) -> None:
    assert left(room, NOW) is None
    play.to(room, "voice")
    assert left(room, NOW) == left(room, NOW + timedelta(hours=1)) == 15 * 60


def test_the_clock_runs_is_held_and_goes_on(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    do(room, cast, running.start_timer)
    assert left(room, play.later(4)) == 11 * 60
    do(room, cast, running.stop_timer, now=play.later(5))
    assert left(room, play.later(30)) == 10 * 60
    do(room, cast, running.start_timer, now=play.later(30))
    assert left(room, play.later(31)) == 9 * 60


def test_a_minute_more_while_it_runs_while_it_is_held_and_after_the_end(cast: Cast, room: Workshop) -> None:
    play.to(room, "mirror")
    do(room, cast, running.add_minute)
    assert left(room, NOW) == 6 * 60
    do(room, cast, running.start_timer, minutes=2)
    do(room, cast, running.add_minute, now=play.later(1))
    assert left(room, play.later(1)) == 2 * 60
    assert left(room, play.later(9)) == 0
    do(room, cast, running.add_minute, now=play.later(9))
    assert left(room, play.later(9)) == 60


def test_a_clock_that_ran_out_starts_anew_with_the_length_of_the_step(cast: Cast, room: Workshop) -> None:
    play.to(room, "mirror")
    do(room, cast, running.start_timer, minutes=1)
    do(room, cast, running.start_timer, now=play.later(3))
    assert left(room, play.later(3)) == 5 * 60


@pytest.mark.parametrize("minutes", [0, -3, 181])
def test_lengths_out_of_bounds_are_refused(cast: Cast, room: Workshop, minutes: int) -> None:
    with pytest.raises(Refused):
        do(room, cast, running.start_timer, minutes=minutes)


def test_undoing_a_timer_and_a_step_gives_back_the_clock_that_ran(cast: Cast, room: Workshop) -> None:
    play.to(room, "mirror")
    do(room, cast, running.start_timer, minutes=10)
    do(room, cast, running.advance, now=play.later(3))
    assert left(room, play.later(3)) == 15 * 60
    undo(room, cast, play.later(4))
    assert (play.fresh(room).step, left(room, play.later(4))) == ("mirror", 6 * 60)
    undo(room, cast, play.later(4))
    assert left(room, play.later(9)) == 5 * 60


# What is hidden -------------------------------------------------------------------------------------------------------


def test_a_mirror_that_is_shown_keeps_counts_and_nothing_else(cast: Cast, room: Workshop) -> None:
    seats = [play.sit(room, name, cast.sales) for name in ("Ana", "Eva", "Leo")]
    play.to(room, "mirror")
    for seat, value in zip(seats, (3, 3, 9), strict=True):
        taking.score(play.seated(seat), value, NOW)
    assert read_room(play.fresh(room), NOW).mirror(FIRST) is None
    do(room, cast, running.reveal)
    counts = read_room(play.fresh(room), NOW).mirror(FIRST)
    assert counts is not None
    assert (counts.each[3], counts.each[9], counts.people) == (2, 1, 3)
    assert not Score.objects.exists()
    undo(room, cast)
    assert read_room(play.fresh(room), NOW).mirror(FIRST) is None
    do(room, cast, running.reveal)
    again = read_room(play.fresh(room), NOW).mirror(FIRST)
    assert again is not None
    assert again.people == 3


def test_nothing_is_shown_in_a_step_that_hides_nothing(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    with pytest.raises(Refused):
        do(room, cast, running.reveal)


# The room and its people ----------------------------------------------------------------------------------------------


def test_a_locked_room_is_closed_for_new_people_until_undo(cast: Cast, room: Workshop) -> None:
    do(room, cast, running.lock, is_locked=True)
    with pytest.raises(Refused):
        play.sit(room, "Ana", cast.sales)
    undo(room, cast)
    assert play.sit(room, "Ana", cast.sales).is_in


def test_a_person_taken_out_comes_back_by_undo_and_what_was_said_stays(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales)
    do(room, cast, running.remove_seat, ana)
    assert read_room(play.fresh(room), NOW).people == 0
    with pytest.raises(Refused):
        play.ask(ana, cast.to_sales)
    assert [found.ask for found in read_room(play.fresh(room), NOW).asks] == [one]
    undo(room, cast)
    assert read_room(play.fresh(room), NOW).people == 1


def another_facilitator(cast: Cast) -> Membership:
    return build.person(cast.company, "Gabi", role=Role.FACILITATOR)


def test_another_facilitator_takes_the_console_over_before_acting(cast: Cast, room: Workshop) -> None:
    gabi = build.actor(another_facilitator(cast))
    here = play.fresh(room)
    with pytest.raises(Refused, match="Fede"):
        running.advance(here, gabi, here.version, NOW)
    running.take_over(here, gabi, here.version, NOW)
    here = play.fresh(room)
    running.advance(here, gabi, here.version, NOW)
    with pytest.raises(Refused, match="Gabi"):
        do(room, cast, running.advance)


def test_who_takes_a_rehearsal_over_acts_in_its_copy(cast: Cast) -> None:
    room = play.opened(cast, is_rehearsal=True)
    gabi = build.actor(another_facilitator(cast))
    here = play.fresh(room)
    running.take_over(here, gabi, here.version, NOW)
    here = play.to(room, "problem", by=gabi.membership)
    area = Area.objects.get(organization=room.scene, name="Ventas")
    said = {**fields(cast, "Llega tarde"), "accountable": area}
    running.choose(here, gabi, here.version, NOW, fields=said, proposal=None)
    assert ClientProblem.objects.get(in_focus=True, statement="Llega tarde").organization == room.scene


def test_the_console_is_handed_to_a_facilitator_only(cast: Cast, room: Workshop) -> None:
    for nobody in (cast.ana, cast.vera, cast.olga):
        with pytest.raises(Refused):
            do(room, cast, running.hand_to, nobody)
    gabi = another_facilitator(cast)
    do(room, cast, running.hand_to, gabi)
    assert play.fresh(room).driver == gabi


# The problem ----------------------------------------------------------------------------------------------------------


def proposed(room: Workshop, cast: Cast, *texts: str) -> list[Proposal]:
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "problem")
    found = [taking.propose(play.seated(ana), text, play.key(), NOW) for text in texts]
    return [one for one in found if one]


def test_proposals_that_say_the_same_count_together_until_undo(cast: Cast, room: Workshop) -> None:
    one, two, three = proposed(room, cast, "Llega tarde", "Tarda mucho", "Llega roto")
    eva = play.sit(room, "Eva", cast.logistics)
    taking.put_dots(play.seated(eva), two.ref, 2, NOW)
    do(room, cast, running.merge, two, one)
    do(room, cast, running.merge, one, three)
    shown = read_room(play.fresh(room), NOW).proposals
    assert [(found.proposal, found.dots, len(found.also)) for found in shown] == [(three, 2, 2)]
    undo(room, cast)
    shown = read_room(play.fresh(room), NOW).proposals
    assert {found.proposal for found in shown} == {one, three}
    undo(room, cast)
    assert len(read_room(play.fresh(room), NOW).proposals) == 3


def test_a_proposal_is_not_merged_with_itself_nor_with_one_of_another_room(cast: Cast, room: Workshop) -> None:
    one, two = proposed(room, cast, "Llega tarde", "Tarda mucho")
    do(room, cast, running.merge, two, one)
    with pytest.raises(Refused):
        do(room, cast, running.merge, one, Proposal.objects.get(pk=two.pk))
    elsewhere = play.opened(cast)
    (other,) = proposed(elsewhere, cast, "Llega roto")
    with pytest.raises(Refused):
        do(room, cast, running.merge, one, other)


def test_a_proposal_taken_away_comes_back_with_its_dots(cast: Cast, room: Workshop) -> None:
    (one,) = proposed(room, cast, "Llega tarde")
    ana = Seat.objects.get(workshop=room)
    taking.put_dots(play.seated(ana), one.ref, 3, NOW)
    do(room, cast, running.drop, one)
    assert read_room(play.fresh(room), NOW).proposals == []
    with pytest.raises(Refused):
        do(room, cast, running.drop, Proposal.objects.get(pk=one.pk))
    undo(room, cast)
    assert [found.dots for found in read_room(play.fresh(room), NOW).proposals] == [3]
    assert Dots.objects.count() == 1


def fields(cast: Cast, statement: str, **more: Any) -> dict[str, Any]:
    return {"statement": statement, "process": "retain", "moment": "deliver", "accountable": cast.sales, **more}


def test_the_chosen_problem_is_raised_and_comes_into_focus_until_undo(cast: Cast, room: Workshop) -> None:
    before = play.fresh(room).problem
    (one,) = proposed(room, cast, "Llega tarde")
    chosen = do(room, cast, running.choose, fields=fields(cast, "Llega tarde"), proposal=one)
    assert (chosen.in_focus, play.fresh(room).problem) == (True, chosen)
    one.refresh_from_db()
    assert one.problem == chosen
    undo(room, cast)
    assert before is not None
    before.refresh_from_db()
    assert (play.fresh(room).problem, before.in_focus) == (before, True)


def test_choosing_the_same_again_edits_it_and_raises_no_second_one(cast: Cast, room: Workshop) -> None:
    (one,) = proposed(room, cast, "Llega tarde")
    do(room, cast, running.choose, fields=fields(cast, "Llega tarde"), proposal=one)
    do(
        room,
        cast,
        running.choose,
        fields=fields(cast, "Mi pedido llega tarde", indicator="días"),
        proposal=Proposal.objects.get(pk=one.pk),
    )
    assert ClientProblem.objects.filter(statement__contains="llega tarde").count() == 1
    assert ClientProblem.objects.get(in_focus=True).indicator == "días"


# Reading out, pausing, closing ----------------------------------------------------------------------------------------


def test_a_contract_is_shown_and_taken_down(cast: Cast, room: Workshop) -> None:
    play.to(room, "agreements")
    do(room, cast, running.show, cast.to_sales)
    assert play.fresh(room).reading == cast.to_sales
    undo(room, cast)
    assert play.fresh(room).reading is None


def test_nobody_acts_while_it_is_put_off_and_the_clock_is_kept(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    do(room, cast, running.start_timer, minutes=10)
    do(room, cast, running.pause, now=play.later(4))
    code = play.fresh(room).code
    for act in (running.advance, running.back, running.start_timer, running.undo):
        with pytest.raises(Refused):
            do(room, cast, act, now=play.later(5))
    with pytest.raises(Refused):
        play.sit(room, "Ana", cast.sales, now=play.later(5))
    do(room, cast, running.go_on, now=play.later(60))
    assert (play.fresh(room).code, left(room, play.later(70))) == (code, 6 * 60)


def test_after_two_days_without_anybody_it_goes_on_under_a_new_code(cast: Cast, room: Workshop) -> None:
    play.to(room, "voice")
    old, late = play.fresh(room).code, NOW + timedelta(hours=48, minutes=1)
    assert not play.fresh(room).is_open(late)
    with pytest.raises(Refused):
        do(room, cast, running.advance, now=late)
    assert play.fresh(room).active_at == NOW
    do(room, cast, running.go_on, now=late)
    here = play.fresh(room)
    assert here.code != old
    assert here.is_open(late)
    do(room, cast, running.go_on, now=late)
    assert play.fresh(room).code == here.code


def test_an_act_keeps_the_code_alive(cast: Cast, room: Workshop) -> None:
    do(room, cast, running.advance, now=NOW + timedelta(hours=47))
    assert play.fresh(room).is_open(NOW + timedelta(hours=94))


def test_a_new_code_opens_the_room_and_the_old_one_nothing(cast: Cast, room: Workshop) -> None:
    old = play.fresh(room).code
    do(room, cast, running.renew_code)
    assert play.fresh(room).code != old
    assert not Workshop.objects.filter(code=old).exists()


def test_closing_ends_everything_and_hides_what_was_never_shown(cast: Cast, room: Workshop) -> None:
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "mirror")
    taking.score(play.seated(ana), 4, NOW)
    do(room, cast, running.close)
    here = play.fresh(room)
    assert here.closed_at == NOW
    assert not Score.objects.exists()
    assert read_room(here, NOW).mirror(FIRST) is None
    assert JournalEntry.objects.filter(event="workshop.closed").count() == 1
    for act in (running.advance, running.back, running.undo, running.start_timer, running.close, running.go_on):
        with pytest.raises(Refused):
            do(room, cast, act)
    assert running.what_undo(here) is None
    assert JournalEntry.objects.filter(event="workshop.closed").count() == 1


def test_only_a_rehearsal_is_thrown_away(cast: Cast, room: Workshop) -> None:
    with pytest.raises(Refused):
        running.throw_away(room, cast.actor("fede"))
    rehearsed = play.opened(cast, is_rehearsal=True)
    with pytest.raises(Refused):
        running.throw_away(rehearsed, cast.actor("ana"))
    running.throw_away(rehearsed, cast.actor("fede"))
    assert list(Workshop.objects.all()) == [room]


# Undo, and an old screen ----------------------------------------------------------------------------------------------


def test_undo_goes_back_act_by_act_and_then_there_is_nothing(cast: Cast, room: Workshop) -> None:
    assert running.what_undo(room) is None
    do(room, cast, running.advance)
    do(room, cast, running.start_timer)
    said = running.what_undo(play.fresh(room))
    assert undo(room, cast) == said
    assert running.what_undo(play.fresh(room)) != said
    undo(room, cast)
    assert play.fresh(room).step == ""
    with pytest.raises(Refused):
        undo(room, cast)
    assert ConsoleAct.objects.filter(undone_at=None).count() == 0


@pytest.mark.parametrize(
    "act", [running.advance, running.add_minute, running.start_timer, running.renew_code, running.undo, running.pause]
)
def test_an_old_screen_changes_nothing_and_is_told(cast: Cast, room: Workshop, act: Act) -> None:
    do(room, cast, running.advance)
    old = play.fresh(room)
    do(room, cast, running.lock, is_locked=True)
    before = Workshop.objects.values().get(pk=room.pk)
    with pytest.raises(Stale):
        act(play.fresh(room), cast.actor("fede"), old.version, NOW)
    assert Workshop.objects.values().get(pk=room.pk) == before


@pytest.mark.parametrize("who", ["ana", "victor", "vera"])
def test_nobody_but_a_facilitator_acts(cast: Cast, room: Workshop, who: str) -> None:
    for act in (running.advance, running.undo, running.close, running.take_over):
        with pytest.raises(Refused):
            do(room, cast, act, by=who)
    assert play.fresh(room).step == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [running.advance, running.close, running.undo])
def test_two_consoles_at_one_instant_make_one_step_and_one_clear_sentence(act: Act) -> None:
    cast = muebles_del_norte()
    room = play.to(play.opened(cast), "mirror")
    ready = threading.Barrier(2)
    done: list[str] = []

    def press() -> None:
        try:
            here, actor = play.fresh(room), cast.actor("fede")
            ready.wait(10)
            try:
                act(here, actor, room.version, NOW)
                done.append("done")
            except Stale as stale:
                done.append(stale.sentence)
            except Refused as refused:
                done.append(f"refused: {refused.sentence}")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 2
    assert done.count("done") == 1, done
    assert str(Stale()) in done
    assert play.fresh(room).version == room.version + 1
    assert JournalEntry.objects.filter(event="workshop.closed").count() == (1 if act is running.close else 0)


@pytest.mark.django_db(transaction=True)
def test_an_ask_and_a_chosen_problem_at_one_instant_do_not_wait_for_each_other() -> None:
    """Both hold the organization's row before the workshop's: whatever the order, both are done."""
    cast = muebles_del_norte()
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    room = play.to(room, "voice")
    ready = threading.Barrier(2)
    failed: list[BaseException] = []

    def at_once(work: Callable[[], object]) -> None:
        try:
            ready.wait(10)
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    def choose() -> None:
        here = play.fresh(room)
        running.choose(here, cast.actor("fede"), here.version, NOW, fields=fields(cast, "Llega tarde"), proposal=None)

    threads = [threading.Thread(target=at_once, args=[work]) for work in (choose, lambda: play.ask(ana, cast.to_sales))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []

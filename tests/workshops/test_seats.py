"""Coming into the room, coming back, going; and how often a wrong code is looked at."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client

from areas.models import Area
from requests.moves import Refused
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.workshops import play
from workshops import running, seats, taking
from workshops.models import Seat, Workshop


def refusal_of(room: Workshop, name: str, area: Area) -> str:
    with pytest.raises(Refused) as refused:
        seats.join(play.fresh(room), name=name, area=area, now=NOW)
    return refused.value.sentence


def test_a_person_comes_in_with_name_and_area_and_gets_a_code_of_four(cast: Cast) -> None:
    room = play.opened(cast)

    seat = play.sit(room, "  Ana\u202e   María ", cast.sales)

    assert (seat.name, seat.area, seat.is_in) == ("Ana María", cast.sales, True)
    assert len(seat.code) == 4
    assert play.fresh(room).pulse == room.pulse + 1


@pytest.mark.parametrize("name", ["محمد علي", "🦊", "李娜", "Ñ", "O'Brien <b>"])
def test_names_are_shown_as_they_are(cast: Cast, name: str) -> None:
    assert play.sit(play.opened(cast), name, cast.sales).name == name


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "...", "-"])
def test_somebody_without_a_name_is_asked_for_one(cast: Cast, name: str) -> None:
    assert refusal_of(play.opened(cast), name, cast.sales)
    assert not Seat.objects.exists()


def test_a_name_of_sixty_characters_fits_and_one_more_does_not(cast: Cast) -> None:
    room = play.opened(cast)

    assert play.sit(room, "x" * 60, cast.sales).name == "x" * 60
    assert "60" in refusal_of(room, "x" * 61, cast.sales)


def test_nobody_sits_for_the_client_for_an_archived_area_or_for_another_company(cast: Cast) -> None:
    room = play.opened(cast)
    cast.administration.archived_at = NOW
    cast.administration.save(update_fields=["archived_at"])
    elsewhere = Area.objects.get(organization=cast.elsewhere)

    for area in (cast.client, cast.administration, elsewhere):
        refusal_of(room, "Ana", area)
    assert not Seat.objects.exists()
    assert [area.name for area in seats.areas_for(room)] == ["Ventas", "Logística", "Producción"]


def test_a_locked_room_lets_nobody_new_in_but_who_was_in_comes_back(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    seats.leave(play.seated(ana), NOW)
    running.lock(room := play.fresh(room), cast.actor("fede"), room.version, NOW, is_locked=True)

    refusal_of(room, "Luis", cast.logistics)
    back = seats.come_back(play.seated(ana), NOW)

    assert back.is_in
    assert seats.resume(play.fresh(room), ana.code.lower(), NOW).pk == ana.pk


@pytest.mark.parametrize("what", ["paused", "closed", "forgotten"])
def test_a_room_that_is_put_off_closed_or_forgotten_lets_nobody_in(cast: Cast, what: str) -> None:
    room = play.opened(cast)
    if what == "paused":
        running.pause(room, cast.actor("fede"), room.version, NOW)
    elif what == "closed":
        running.close(room, cast.actor("fede"), room.version, NOW)
    else:
        Workshop.objects.update(active_at=NOW - timedelta(hours=49))

    refusal_of(room, "Luis", cast.logistics)


def test_the_same_phone_that_joins_twice_keeps_its_seat(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)

    again = seats.join(play.fresh(room), name="Ana", area=cast.sales, now=NOW, held=play.seated(ana))

    assert (again.seat.pk, again.is_new) == (ana.pk, False)
    assert Seat.objects.count() == 1


def test_who_was_taken_out_comes_back_by_no_way(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    room = play.fresh(room)
    running.remove_seat(room, cast.actor("fede"), room.version, ana, NOW)

    with pytest.raises(Refused):
        seats.come_back(play.seated(ana), NOW)
    with pytest.raises(Refused):
        seats.resume(play.fresh(room), ana.code, NOW)
    with pytest.raises(Refused):
        seats.join(play.fresh(room), name="Ana", area=cast.sales, now=NOW, held=play.seated(ana))


def test_the_personal_code_opens_the_seat_in_its_own_room_only(cast: Cast) -> None:
    room, other = play.opened(cast), play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.sit(other, "Luis", cast.logistics)

    assert seats.resume(play.fresh(room), f" {ana.code.lower()} ", NOW).pk == ana.pk
    if not Seat.objects.filter(workshop=other, code=ana.code).exists():
        with pytest.raises(Refused):
            seats.resume(play.fresh(other), ana.code, NOW)
    with pytest.raises(Refused):
        seats.resume(play.fresh(room), "", NOW)


def test_an_area_is_changed_while_nothing_was_done_for_it(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.logistics)

    seats.move(play.seated(ana), cast.sales, NOW)
    play.to(room, "voice")
    ana = play.seated(ana)
    play.ask(ana, cast.to_sales)

    assert ana.area == cast.sales
    with pytest.raises(Refused):
        seats.move(play.seated(ana), cast.logistics, NOW)


def test_the_three_hundredth_comes_in_and_nobody_after(cast: Cast) -> None:
    room = play.opened(cast)
    Seat.objects.bulk_create(
        Seat(workshop=room, name=f"P{n}", area=cast.sales, code=f"{n:04}", token=f"t{n}") for n in range(299)
    )
    Seat.objects.filter(code="0000").update(left_at=NOW)

    play.sit(room, "Una", cast.sales)
    play.sit(room, "Otra", cast.sales)

    assert "300" in refusal_of(room, "Una más", cast.sales)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_instant_one_gets_the_last_place() -> None:
    cast = muebles_del_norte()
    room = play.opened(cast)
    Seat.objects.bulk_create(
        Seat(workshop=room, name=f"P{n}", area=cast.sales, code=f"{n:04}", token=f"t{n}") for n in range(299)
    )
    start = threading.Barrier(2)
    results: list[str] = []

    def come(name: str) -> None:
        try:
            start.wait(timeout=10)
            seats.join(play.fresh(room), name=name, area=cast.sales, now=NOW)
            results.append("in")
        except Refused:
            results.append("full")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come, args=(name,)) for name in ("Una", "Otra")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(results) == ["full", "in"]
    assert Seat.objects.filter(left_at=None).count() == 300


def test_a_cookie_of_somebody_else_is_no_seat(cast: Cast) -> None:
    ana = play.sit(play.opened(cast), "Ana", cast.sales)
    good = seats.sign(ana)

    assert seats.tokens({"seat_x": good, "other": good}) == [ana.token]
    assert seats.tokens({"seat_x": ana.token}) == []
    assert seats.tokens({"seat_x": good[:-1] + ("A" if good[-1] != "A" else "B")}) == []


# Tries ----------------------------------------------------------------------------------------------------------------


def test_three_hundred_people_behind_one_address_come_in(cast: Cast) -> None:
    """One in three mistypes the code once: that is a room, no attack."""
    room = play.opened(cast)
    for n in range(300):
        if n % 3 == 0:
            seats.may_try("10.0.0.1")
            seats.was_wrong("10.0.0.1")
        seats.may_try("10.0.0.1")
        seats.came_in("10.0.0.1")
    assert room.code


def test_who_guesses_from_one_address_is_stopped_and_others_are_not(cast: Cast) -> None:
    for _n in range(100):
        seats.may_try("10.0.0.66")
        seats.was_wrong("10.0.0.66")

    with pytest.raises(seats.TooOften):
        seats.may_try("10.0.0.66")
    seats.may_try("10.0.0.7")


def test_guesses_from_everywhere_together_are_stopped_but_not_who_never_guessed(cast: Cast) -> None:
    for n in range(1000):
        seats.was_wrong(f"10.1.{n // 250}.{n % 250}")
    for _n in range(4):
        seats.was_wrong("10.2.0.1")

    with pytest.raises(seats.TooOften):
        seats.may_try("10.2.0.1")
    seats.may_try("10.3.0.1")


def test_ten_wrong_personal_codes_and_the_room_looks_at_no_more_for_a_while(cast: Cast) -> None:
    room, other = play.opened(cast), play.opened(cast)
    for _n in range(10):
        seats.may_try_person(room)
        seats.person_was_wrong(room)

    with pytest.raises(seats.TooOften):
        seats.may_try_person(room)
    seats.may_try_person(other)
    cache.clear()
    seats.may_try_person(room)


def test_a_guesser_is_told_kindly_and_a_seat_in_the_room_goes_on(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    guesser, known = Client(), Client()
    known.cookies[seats.cookie_name(room)] = seats.sign(ana)
    for _n in range(100):
        seats.was_wrong("127.0.0.1")

    answer = guesser.get(f"/w/{room.code}/")

    assert answer.status_code == 429
    assert known.get(f"/w/{room.code}/now/").status_code in (200, 410)
    assert known.get(f"/w/{room.code}/").status_code == 200


def test_a_member_finds_name_and_area_filled_in_and_keeps_the_membership(cast: Cast) -> None:
    assert seats.member_in(play.opened(cast), cast.luis.user.pk) == (cast.luis, cast.logistics)
    assert seats.member_in(play.opened(cast), cast.olga.user.pk) is None
    assert seats.member_in(play.opened(cast), cast.vera.user.pk) is None


def test_a_proposal_binds_to_the_area_for_which_it_was_made(cast: Cast) -> None:
    room = play.opened(cast)
    play.to(room, "problem")
    ana = play.seated(play.sit(room, "Ana", cast.sales))
    assert seats.why_not_move(ana) is None

    taking.propose(ana, "Llega tarde", play.key(), NOW)

    assert "Ventas" in (seats.why_not_move(ana) or "")

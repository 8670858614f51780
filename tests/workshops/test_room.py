"""The room as screens read it: as many queries with three asks and people as with thirty."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.models import Area
from areas.words import Kind
from requests.states import Direction
from tests import asks, build
from tests.build import NOW
from tests.cast import Cast
from tests.workshops import play
from workshops import taking
from workshops.models import Proposal, Takeaway, Workshop
from workshops.phases import Phase, Takes
from workshops.room import read_room

MOST = 16


def queries(room: Workshop) -> int:
    here = play.fresh(room)
    with CaptureQueriesContext(connection) as seen:
        read_room(here, NOW)
    return len(seen)


def fill(cast: Cast, room: Workshop, times: int) -> None:
    """People, proposals with dots, asks in each direction, agreements, signatures, takeaways: so many of each."""
    for n in range(times):
        ana = play.sit(room, f"Ana {n}", cast.sales)
        luis = play.sit(room, f"Luis {n}", cast.logistics)
        play.to(room, "problem")
        made = taking.propose(play.seated(ana), f"Llega tarde {n}", play.key(), NOW)
        assert made is not None
        taking.put_dots(play.seated(luis), made.ref, 2, NOW)
        play.to(room, "chain:2")
        need = play.ask(ana, cast.to_sales, terms=asks.weekly(f"Ventana {n}"))
        play.ask(luis, cast.to_sales, Direction.REQUIREMENT, terms=asks.weekly(f"Orden {n}"))
        play.ask(luis, cast.to_logistics, terms=asks.weekly(f"Plan {n}"))
        play.agree(luis, need)
    Takeaway.objects.all().delete()
    for kind in Takes.values:
        Takeaway.objects.create(workshop=room, area=cast.sales, kind=kind, text="…", at=NOW)


def test_as_many_queries_with_three_of_everything_as_with_thirty(cast: Cast) -> None:
    few, many = play.opened(cast), play.opened(cast)
    fill(cast, few, 3)
    fill(cast, many, 30)
    for step in ("problem", "chain:2", "answers", "agreements", "close"):
        play.to(few, step)
        play.to(many, step)
        assert queries(few) == queries(many) <= MOST, step


def test_what_the_room_counts(cast: Cast) -> None:
    room = play.opened(cast)
    fill(cast, room, 3)
    here = read_room(play.to(room, "chain:2"), NOW)
    assert (here.people, len(here.asks), len(here.open_asks), here.ready) == (6, 9, 6, 0)
    assert [area.area for area in here.peopled] == [cast.sales, cast.logistics]
    assert [one.area for one in here.areas if one.turn == "now"] == [cast.logistics]
    lit = {one.link for one in here.links if one.is_lit}
    assert lit == {cast.to_logistics, cast.to_sales}
    current, onward = here.here(), here.onward()
    assert current is not None
    assert onward is not None
    assert (current.step.key, onward.step.key) == ("chain:2", "chain:3")


def test_an_ask_of_another_room_or_of_daily_work_is_not_of_this_one(cast: Cast) -> None:
    room, other = play.opened(cast), play.opened(cast)
    asks.asked(cast)
    ana = play.sit(other, "Ana", cast.sales)
    play.to(other, "voice")
    mine = play.ask(ana, cast.to_sales)
    assert read_room(play.fresh(room), NOW).asks == []
    assert [one.ask for one in read_room(play.fresh(other), NOW).asks] == [mine]


def test_a_need_that_was_declined_stands_until_another_area_agrees_to_it(cast: Cast) -> None:
    room = play.opened(cast)
    ana, luis, marta = (
        play.sit(room, name, area)
        for name, area in (("Ana", cast.sales), ("Luis", cast.logistics), ("Marta", cast.production))
    )
    play.to(room, "voice")
    need = play.ask(ana, cast.to_sales)
    play.to(room, "answers")
    play.decline(luis, need, redirect_to=cast.production)
    here = read_room(play.fresh(room), NOW)
    assert [one.ask for one in here.unmet] == [need]
    (onward,) = [one.ask for one in here.asks if one.ask.pk != need.pk]
    play.agree(marta, onward)
    assert read_room(play.fresh(room), NOW).unmet == []


def test_dots_of_one_person_on_proposals_put_together_are_three_at_most(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales)
    play.to(room, "problem")
    one, two = (taking.propose(play.seated(ana), text, play.key(), NOW) for text in ("Llega tarde", "Tarda"))
    assert one is not None
    assert two is not None
    taking.put_dots(play.seated(ana), one.ref, 3, NOW)
    taking.put_dots(play.seated(ana), two.ref, 2, NOW)
    Proposal.objects.filter(pk=two.pk).update(same_as=one)
    (shown,) = read_room(play.fresh(room), NOW).proposals
    assert (shown.dots, shown.people) == (3, 1)


def test_a_chain_with_nobody_but_the_client_has_steps_without_rounds(db: None) -> None:
    company = build.company()
    from_here = Area.objects.filter(organization=company.organization).exclude(kind=Kind.CLIENT)
    assert not from_here.exists()
    room = Workshop.objects.create(
        organization=company.organization, scene=company.organization, name="Taller", language="es", opened_at=NOW
    )
    here = read_room(room, NOW)
    assert here.areas == []
    assert Phase.CHAIN not in [stop.step.phase for stop in here.line]

"""The console and the pages before it: what a facilitator sees and does there, with and without htmx."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from areas.models import Area, Membership, Organization
from areas.words import Kind, Role
from contracts.drafting import contract_of, proposal
from contracts.models import Commitment, Signature
from contracts.words import Side
from requests.models import Act, Ask, ClientProblem
from tests import asks, build
from tests.build import QueriesOf
from tests.cast import Cast
from tests.workshops import play
from workshops import running, taking
from workshops.models import Deed, Proposal, Seat, Takeaway, Workshop
from workshops.room import read_room
from workshops.script import joined, script_for

HTMX = {"HX-Request": "true"}


@pytest.fixture
def fede(cast: Cast) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.fede.user)
    cast.fede.user.language = "en"
    cast.fede.user.save()
    return client


@pytest.fixture
def room(cast: Cast) -> Workshop:
    return play.opened(cast, now=timezone.now())


def at(name: str, room: Workshop, **more: str) -> str:
    return reverse(f"workshops:{name}", kwargs={"org": room.organization.ref, "ref": room.ref, **more})


def act(
    client: Client, room: Workshop, verb: str, *, htmx: bool = False, version: int | None = None, **data: Any
) -> Any:
    """A press on the console as it stands, or as it stood in `version`."""
    seen = play.fresh(room).version if version is None else version
    headers = HTMX if htmx else {}
    return client.post(at("console_act", room, verb=verb), {"version": seen, **data}, headers=headers)


def sit(room: Workshop, name: str, area: Area) -> Seat:
    return play.sit(room, name, area, now=timezone.now())


def to(room: Workshop, step: str) -> Workshop:
    return play.to(room, step, now=timezone.now())


def text_of(answer: HttpResponse | Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# The list, a new one, one from nothing --------------------------------------------------------------------------------


def test_the_empty_list_says_who_acts_and_gives_an_example(cast: Cast, fede: Client) -> None:
    address = reverse("workshops:list", kwargs={"org": cast.organization.ref})
    assert "For example" in text_of(fede.get(address))
    assert reverse("workshops:new", kwargs={"org": cast.organization.ref}) in fede.get(address).content.decode()
    vera = Client()
    vera.force_login(cast.vera.user)
    assert reverse("workshops:new", kwargs={"org": cast.organization.ref}) not in vera.get(address).content.decode()


def test_the_list_tells_running_rehearsed_and_held_apart(cast: Cast, fede: Client, room: Workshop) -> None:
    play.opened(cast, now=timezone.now(), is_rehearsal=True)
    held = play.fresh(play.opened(cast, now=timezone.now()))
    running.close(held, cast.actor("fede"), held.version, timezone.now())
    context = fede.get(reverse("workshops:list", kwargs={"org": cast.organization.ref})).context
    assert [one.workshop for one in context["running"]] == [room]
    assert [one.workshop for one in context["finished"]] == [held]
    assert len(context["rehearsals"]) == 1
    ana = Client()
    ana.force_login(cast.ana.user)
    assert ana.get(reverse("workshops:list", kwargs={"org": cast.organization.ref})).context["rehearsals"] == []


def test_a_long_list_has_pages_and_costs_no_more(cast: Cast, fede: Client, queries_of: QueriesOf) -> None:
    now = timezone.now()
    address = reverse("workshops:list", kwargs={"org": cast.organization.ref})

    def held(n: int) -> None:
        for _n in range(n):
            one = play.opened(cast, now=now)
            play.sit(one, "Ana", cast.sales)
            Workshop.objects.filter(pk=one.pk).update(closed_at=now)

    held(2)
    play.opened(cast, now=now)
    few = queries_of(fede, address)
    held(28)
    for days in range(9):
        play.opened(cast, now=now - timedelta(days=days))
    assert queries_of(fede, address) == few
    first, second = (fede.get(address, {"page": n}).context for n in (1, 2))
    assert (len(first["finished"]), len(second["finished"])) == (25, 5)
    assert {one.people for one in first["finished"]} == {1}
    assert not {one.workshop.pk for one in first["finished"]} & {one.workshop.pk for one in second["finished"]}
    # Of the rooms that were left, the latest stand there with their buttons; nothing of them is lost, nor said twice.
    assert len(first["running"]) + len(first["asleep"]) == 10
    assert len(first["asleep"]) == 4
    assert not second["running"]


def test_a_bare_click_begins_the_whole_exercise(cast: Cast, fede: Client) -> None:
    answer = fede.post(reverse("workshops:new", kwargs={"org": cast.organization.ref}))
    made = Workshop.objects.get()
    assert answer["Location"] == at("console", made)
    assert (len(made.plan), made.language, made.is_rehearsal) == (7, "es", False)
    assert fede.get(answer["Location"]).status_code == 200


def test_rehearsing_first_is_one_click_too(cast: Cast, fede: Client) -> None:
    fede.post(reverse("workshops:new", kwargs={"org": cast.organization.ref}), {"rehearse": "1"})
    made = Workshop.objects.get()
    assert made.is_rehearsal
    assert "Rehearsal" in text_of(fede.get(at("console", made)))


def test_a_plan_is_chosen_before_it_begins(cast: Cast, fede: Client) -> None:
    address = reverse("workshops:new", kwargs={"org": cast.organization.ref})
    data = {"name": "Corto", "language": "en", "place-mirror": "", "place-problem": "1", "place-close": "7"}
    assert fede.post(address, {**data, "minutes-voice": "999"}).status_code == 422
    assert not Workshop.objects.exists()
    fede.post(address, {**data, "minutes-voice": "20"})
    made = Workshop.objects.get()
    assert made.plan == ["problem", "voice", "chain", "answers", "agreements", "close"]
    assert (made.minutes["voice"], made.minutes["chain"], made.name, made.language) == (20, 12, "Corto", "en")


def test_from_nothing_to_an_open_room_on_one_page(db: None) -> None:
    client = Client(headers={"accept-language": "es-CO,es;q=0.9"})
    client.force_login(build.user("Nora"))
    address = reverse("workshops:from_nothing")
    page = client.get(address)
    form = page.context["form"]
    assert (form.initial["country"], form.initial["language"]) == ("CO", "es")
    rows = {f"name-{row.plan.key}": row.plan.name for row in page.context["rows"]}
    kept = {f"keep-{row.plan.key}": "1" for row in page.context["rows"] if not row.is_blank}
    place = {"country": "CO", "zone": "America/Bogota", "language": "es", "chain": "line"}
    wrong = client.post(address, {"name": "", **place, **rows, **kept})
    assert wrong.status_code == 422
    assert not Organization.objects.exists()
    rows["name-logistics"] = "Reparto"
    del kept["keep-administration"]
    for _twice in range(2):
        answer = client.post(address, {"name": "Café Alto", **place, **rows, **kept})
    made = Workshop.objects.get()
    assert answer["Location"] == at("console", made)
    names = Area.objects.filter(organization=made.organization).exclude(kind=Kind.CLIENT).values_list("name", flat=True)
    assert set(names) == {"Ventas", "Reparto", "Producción"}
    assert client.get(answer["Location"]).status_code == 200


def test_another_template_keeps_the_name_of_the_company(db: None) -> None:
    client = Client(headers={"accept-language": "es"})
    client.force_login(build.user("Nora"))
    answer = client.post(reverse("workshops:from_nothing"), {"name": "Café Alto", "language": "es", "pick": "doors"})
    assert answer.status_code == 200
    assert answer.context["form"]["name"].value() == "Café Alto"
    assert len([row for row in answer.context["rows"] if not row.is_blank]) == 7
    assert not Organization.objects.exists()


def test_a_chain_is_drawn_inside_the_console_where_there_is_only_the_client(db: None) -> None:
    company = build.company()
    fede = Client()
    fede.force_login(company.founder.user)
    room = running.create(company.actor, name="Taller", language="es", now=timezone.now())
    assert at("chain", room) in fede.get(at("console", room)).content.decode()
    page = fede.get(at("chain", room))
    rows = {f"name-{row.plan.key}": row.plan.name for row in page.context["rows"]}
    assert fede.post(at("chain", room), {"chain": "line", **rows}).status_code == 422
    kept = {f"keep-{row.plan.key}": "1" for row in page.context["rows"] if not row.is_blank}
    assert fede.post(at("chain", room), {"chain": "line", **rows, **kept})["Location"] == at("console", room)
    assert len(read_room(play.fresh(room), timezone.now()).areas) == 4
    assert fede.get(at("chain", room)).status_code == 302


# The page -------------------------------------------------------------------------------------------------------------


def test_the_console_costs_as_many_queries_with_ten_people_as_with_two(
    cast: Cast, fede: Client, room: Workshop, queries_of: QueriesOf
) -> None:
    for n in range(2):
        sit(room, f"Ana {n}", cast.sales)
    luis = sit(room, "Luis", cast.logistics)
    to(room, "chain:2")
    play.ask(luis, cast.to_logistics, terms=asks.weekly(), now=timezone.now())
    few = queries_of(fede, at("console_now", room))
    for n in range(8):
        seat = sit(room, f"Eva {n}", cast.logistics)
        play.ask(seat, cast.to_logistics, terms=asks.weekly(), now=timezone.now())
    assert queries_of(fede, at("console_now", room)) == few


def test_the_script_uses_the_names_of_the_room_in_its_language(cast: Cast, room: Workshop) -> None:
    room.language = "en"
    with translation.override("en"):
        voice = script_for(read_room(_at(room, "voice"), timezone.now()))
        assert any("Ventas, you speak for the client now" in said and "Logística" in said for said in voice.say)
        chain = script_for(read_room(_at(room, "chain:3"), timezone.now()))
    assert "Producción" in chain.title
    assert any("Administración" in said for said in chain.say)
    assert any("Logística" in said for said in chain.say)


def _around_logistics(cast: Cast, links: list[tuple[str, str]]) -> None:
    known = {area.name: area for area in Area.objects.filter(organization=cast.organization)}
    for customer, supplier in links:
        for name in (customer, supplier):
            if name not in known:
                known[name] = build.area(cast.company, name, Kind.OTHER)
        build.link(cast.company, known[customer], known[supplier])


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", ["Sucursal", "Atención a sucursales de la región"])
def test_however_many_areas_have_their_turn_what_is_said_aloud_is_short(
    cast: Cast, room: Workshop, language: str, name: str
) -> None:
    names = [f"{name} {n}" for n in range(1, 7)]
    _around_logistics(cast, [("Ventas", name) for name in names] + [(name, "Administración") for name in names])
    room.language = language
    with translation.override("en"):
        chain = script_for(read_room(_at(room, "chain:2"), timezone.now()))
    # Each area is called once or finds itself on the phone, and no sentence is longer than somebody can say or follow.
    once = 1 if name == "Sucursal" else 0
    assert [" ".join(chain.say).count(each) for each in names] == [once] * 6
    assert once or "7" in chain.say[0]
    assert [sentence for sentence in chain.say if len(sentence) > 170] == []
    assert len(" ".join(chain.say)) < 700
    assert len(chain.title) < 160
    assert "4 more" in chain.title


@pytest.mark.parametrize("fronts", [2, 5, 9])
def test_who_speaks_for_the_client_is_called_one_by_one_or_together(cast: Cast, room: Workshop, fronts: int) -> None:
    client = cast.client.name
    _around_logistics(cast, [(client, f"Sucursal {n}") for n in range(2, fronts + 1)])
    room.language = "en"
    said = script_for(read_room(_at(room, "voice"), timezone.now())).say
    alone = [sentence for sentence in said if ", you speak for the client now" in sentence]
    assert len(alone) == (fronts if fronts <= 3 else 0)
    assert sum("Sucursal 2" in sentence for sentence in said) == (fronts <= 7)
    assert any("9 areas" in sentence for sentence in said) == (fronts == 9)


def _at(room: Workshop, step: str) -> Workshop:
    room.step = step
    return room


def test_names_are_joined_as_they_are_said() -> None:
    with translation.override("es"):
        assert joined(["Ventas"]) == "Ventas"
        assert joined(["Ventas", "Soporte", "Logística"]) == "Ventas, Soporte y Logística"
        assert joined(["Ventas", "Ingeniería"]) == "Ventas e Ingeniería"
        assert joined(["Ventas", "Hielo"]) == "Ventas y Hielo"
    with translation.override("en"):
        assert joined(["Sales", "Support"]) == "Sales and Support"


def test_every_step_has_a_script_and_a_page(cast: Cast, fede: Client, room: Workshop) -> None:
    sit(room, "Ana", cast.sales)
    for stop in read_room(room, timezone.now()).line:
        to(room, stop.step.key)
        answer = fede.get(at("console", room))
        script = answer.context["script"]
        assert answer.status_code == 200
        assert 2 <= len(script.say) <= 5, stop.step.key
        assert all((script.title, script.phones, script.watch, script.onward, script.why)), stop.step.key
        assert all("%(" not in said for said in (*script.say, script.title, script.phones, script.onward, script.why))


def test_names_are_shown_as_text(cast: Cast, fede: Client, room: Workshop) -> None:
    sit(room, "<script>x</script>", cast.sales)
    page = fede.get(at("console", room)).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_phones_that_cannot_reach_the_address_are_told_which_one_to_use(cast: Cast, room: Workshop) -> None:
    for host, lost in (("localhost:8000", True), ("127.0.0.1", True), ("192.168.1.20:8000", False)):
        client = Client(headers={"host": host, "accept-language": "en"})
        client.force_login(cast.fede.user)
        assert ("HOST=0.0.0.0" in client.get(at("console", room)).content.decode()) is lost, host


# Acts -----------------------------------------------------------------------------------------------------------------


def test_an_act_without_javascript_comes_back_to_the_console(cast: Cast, fede: Client, room: Workshop) -> None:
    answer = act(fede, room, "next")
    assert (answer.status_code, answer["Location"]) == (302, at("console", room))
    assert play.fresh(room).step == "mirror"


def test_an_act_with_htmx_brings_the_fresh_fragment(cast: Cast, fede: Client, room: Workshop) -> None:
    answer = act(fede, room, "next", htmx=True)
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#console")
    assert page.lstrip().startswith('<div id="console"')
    assert "<html" not in page
    assert 'name="version" value="2"' in page


def test_an_old_screen_is_told_so_and_shown_how_it_stands(cast: Cast, fede: Client, room: Workshop) -> None:
    old = play.fresh(room).version
    act(fede, room, "next")
    answer = act(fede, room, "next", htmx=True, version=old)
    assert answer.status_code == 409
    assert running.Stale().sentence in text_of(answer)
    assert f'name="version" value="{old + 1}"' in answer.content.decode()
    assert play.fresh(room).step == "mirror"
    plain = act(fede, room, "next", version=old)
    assert plain.status_code == 302
    assert running.Stale().sentence in text_of(fede.get(plain["Location"]))


@pytest.mark.parametrize(
    ("verb", "data", "sees"),
    [
        ("next", {}, lambda room: room.step == "problem"),
        ("back", {}, None),
        ("go", {"step": "chain:3"}, lambda room: room.step == "chain:3"),
        ("reveal", {}, lambda room: room.revealed == ["mirror"]),
        ("timer", {}, lambda room: room.timer_ends_at is not None),
        ("start", {"minutes": "7"}, lambda room: running.seconds_left(room, timezone.now()) in range(415, 421)),
        ("minute", {}, lambda room: room.timer_left == 360),
        ("stop", {}, lambda room: room.timer_left == 300),
        ("lock", {}, lambda room: room.is_locked),
        ("code", {}, None),
        ("pause", {}, lambda room: room.paused_at is not None),
        ("undo", {}, lambda room: room.step == ""),
        ("start", {"minutes": "0"}, None),
        ("start", {"minutes": "x"}, None),
        ("go", {"step": "nowhere"}, None),
        ("remove", {"seat": "nobody"}, None),
        ("drop", {"proposal": "none"}, None),
        ("show", {"link": "none"}, None),
        ("confirm", {"link": "none", "signature": "1"}, None),
    ],
)
def test_each_button_does_its_act_or_says_why_not(
    cast: Cast, fede: Client, room: Workshop, verb: str, data: dict[str, Any], sees: Any
) -> None:
    to(room, "mirror")
    before = Workshop.objects.values("step", "timer_ends_at", "paused_at", "is_locked").get()
    answer = act(fede, room, verb, htmx=True, **data)
    if sees is None and verb not in ("code",):
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert Workshop.objects.values("step", "timer_ends_at", "paused_at", "is_locked").get() == before
    else:
        assert answer.status_code == 200
        assert sees is None or sees(play.fresh(room))


def test_one_key_starts_and_holds_the_timer(cast: Cast, fede: Client, room: Workshop) -> None:
    to(room, "mirror")
    act(fede, room, "timer")
    assert play.fresh(room).timer_ends_at
    act(fede, room, "timer")
    assert play.fresh(room).timer_ends_at is None


def test_an_unknown_act_is_not_found(cast: Cast, fede: Client, room: Workshop) -> None:
    assert act(fede, room, "explode").status_code == 404


def test_next_asks_only_if_somebody_is_not_ready(cast: Cast, fede: Client, room: Workshop) -> None:
    ana = sit(room, "Ana", cast.sales)
    to(room, "voice")
    shown = fede.get(at("console", room)).context["console"]
    assert shown.not_ready
    assert "0/1" in text_of(fede.get(at("console", room)))
    taking.ready(play.seated(ana), "voice", True, timezone.now())
    assert fede.get(at("console", room)).context["console"].not_ready is None


def test_a_person_is_taken_out_and_brought_back(cast: Cast, fede: Client, room: Workshop) -> None:
    ana = sit(room, "Ana", cast.sales)
    act(fede, room, "remove", seat=ana.ref)
    assert read_room(play.fresh(room), timezone.now()).people == 0
    act(fede, room, "undo")
    assert read_room(play.fresh(room), timezone.now()).people == 1


def test_proposals_are_merged_and_taken_away_by_their_buttons(cast: Cast, fede: Client, room: Workshop) -> None:
    ana = sit(room, "Ana", cast.sales)
    to(room, "problem")
    for text in ("Llega tarde", "Tarda mucho"):
        taking.propose(play.seated(ana), text, play.key(), timezone.now())
    one, two = Proposal.objects.order_by("pk")
    address = f"{at('console_act', room, verb='merge')}?proposal={two.ref}"
    assert address.removeprefix("/") in fede.get(at("console", room)).content.decode()
    fede.post(address, {"version": play.fresh(room).version, "into": one.ref})
    two.refresh_from_db()
    assert two.same_as == one
    act(fede, room, "drop", proposal=one.ref)
    one.refresh_from_db()
    assert one.dropped_at


def test_another_facilitator_sees_who_runs_it_and_takes_it_over(cast: Cast, room: Workshop) -> None:
    gabi = build.person(cast.company, "Gabi", role=Role.FACILITATOR, language="en")
    client = Client()
    client.force_login(gabi.user)
    page = text_of(client.get(at("console", room)))
    assert "Fede runs this workshop now" in page
    assert act(client, room, "next", htmx=True).status_code == 422
    assert act(client, room, "take-over", htmx=True).status_code == 200
    assert act(client, room, "next", htmx=True).status_code == 200


def test_the_console_is_handed_to_a_named_facilitator(cast: Cast, fede: Client, room: Workshop) -> None:
    assert "There is no other facilitator" in text_of(fede.get(at("hand", room)))
    gabi = build.person(cast.company, "Gabi", role=Role.FACILITATOR)
    seen = {"version": play.fresh(room).version}
    assert fede.post(at("hand", room), seen).status_code == 422
    assert fede.post(at("hand", room), {**seen, "to": cast.ana.ref}).status_code == 422
    assert fede.post(at("hand", room), {**seen, "to": gabi.ref}).status_code == 302
    assert play.fresh(room).driver == gabi


def test_phases_are_moved_and_given_other_lengths(cast: Cast, fede: Client, room: Workshop) -> None:
    page = fede.get(at("plan", room)).content.decode()
    assert 'name="place-mirror"' in page
    assert 'name="place-voice"' not in page
    data = {"place-mirror": "2", "place-problem": "1", "place-close": "", "minutes-chain": "8"}
    old = play.fresh(room).version
    assert fede.post(at("plan", room), {"version": old, **data}).status_code == 302
    here = play.fresh(room)
    assert here.plan == ["problem", "mirror", "voice", "chain", "answers", "agreements"]
    assert here.minutes["chain"] == 8
    assert fede.post(at("plan", room), {"version": old, **data}).status_code == 409


# The problem ----------------------------------------------------------------------------------------------------------


def problem_fields(cast: Cast, room: Workshop, **more: str) -> dict[str, str]:
    return {
        "room": str(play.fresh(room).version),
        "statement": "Mi pedido llega tarde",
        "process": "retain",
        "moment": "deliver",
        "accountable": cast.sales.ref,
        **more,
    }


def test_a_proposal_becomes_the_problem_with_what_has_to_be_known(cast: Cast, fede: Client, room: Workshop) -> None:
    ana = sit(room, "Ana", cast.sales)
    to(room, "problem")
    one = taking.propose(play.seated(ana), "Llega tarde", play.key(), timezone.now())
    assert one is not None
    page = fede.get(at("choose", room) + f"?proposal={one.ref}")
    assert page.context["form"]["statement"].value() == "Llega tarde"
    assert page.context["form"]["accountable"].value() == cast.sales.ref
    data = problem_fields(cast, room, proposal=one.ref)
    wrong = fede.post(at("choose", room), {**data, "accountable": "", "baseline": "9"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"accountable", "indicator"}
    assert wrong.context["form"]["statement"].value() == "Mi pedido llega tarde"
    done = fede.post(at("choose", room), {**data, "indicator": "días", "baseline": "9", "target": "6"})
    assert done["Location"] == at("console", room)
    chosen = ClientProblem.objects.get(in_focus=True)
    assert (chosen.statement, chosen.accountable, play.fresh(room).problem) == (
        "Mi pedido llega tarde",
        cast.sales,
        chosen,
    )
    late = fede.post(at("choose", room), {**data, "indicator": "días"})
    assert late.status_code == 409
    assert late.context["form"]["statement"].value() == "Mi pedido llega tarde"


# Written down for somebody --------------------------------------------------------------------------------------------


def test_somebody_without_a_phone_is_put_on_the_list_and_made_ready(cast: Cast, fede: Client, room: Workshop) -> None:
    address = at("record", room)
    assert fede.post(address, {"what": "someone", "name": "", "area": cast.sales.ref, "key": "k"}).status_code == 422
    for _twice in range(2):
        fede.post(address, {"what": "someone", "name": "Rosa", "area": cast.sales.ref, "key": "k"})
    rosa = Seat.objects.get()
    assert (rosa.name, rosa.area, rosa.has_no_phone) == ("Rosa", cast.sales, True)
    to(room, "voice")
    act(fede, room, "ready", seat=rosa.ref)
    assert read_room(play.fresh(room), timezone.now()).ready == 1
    fede.post(at("console_act", room, verb="ready") + "?is=no", {"seat": rosa.ref})
    assert read_room(play.fresh(room), timezone.now()).ready == 0


def ask_data(room: Workshop, link: Any, **more: str) -> dict[str, str]:
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    return {
        "what": "ask",
        "link": link.ref,
        "direction": "need",
        "said_by": "Rosa",
        "outcome": "Ventana confirmada",
        "shape": "once",
        "once_as": "day",
        "due_on": day,
        "why": f"p:{room.problem.ref}" if room.problem else "",
        "key": play.key(),
        **more,
    }


def test_an_ask_said_aloud_bears_both_names_and_is_done_once(cast: Cast, fede: Client, room: Workshop) -> None:
    to(room, "voice")
    page = fede.get(at("record", room) + f"?what=ask&link={cast.to_sales.ref}&direction=need")
    assert page.context["form"].initial["why"] == f"p:{room.problem.ref}" if room.problem else ""
    data = ask_data(room, cast.to_sales)
    assert fede.post(at("record", room), {**data, "said_by": ""}).status_code == 422
    for _twice in range(2):
        assert fede.post(at("record", room), data).status_code == 302
    made = Ask.objects.get()
    sent = made.acts.get(verb="ask")
    assert (sent.by_name, sent.recorded_by, sent.for_area) == ("Rosa", cast.fede, cast.sales)
    assert (made.asker, made.performer, made.problem) == (cast.sales, cast.logistics, room.problem)
    deed = Deed.objects.get()
    assert (deed.ask, deed.seat, deed.step) == (made, None, "voice")
    assert [one.ask for one in read_room(play.fresh(room), timezone.now()).asks] == [made]


@pytest.mark.parametrize(
    ("what", "data", "state"),
    [
        ("agree", {"owner_name": "Rosa"}, "agreed"),
        ("decline", {"words": "No hay camión."}, "declined"),
        ("counter", {"words": "Antes no llegamos.", "outcome": "Ventana en 24 horas"}, "countered"),
    ],
)
def test_an_answer_said_aloud_goes_through_the_same_moves(
    cast: Cast, fede: Client, room: Workshop, what: str, data: dict[str, str], state: str
) -> None:
    ana = sit(room, "Ana", cast.sales)
    to(room, "voice")
    one = play.ask(ana, cast.to_sales, now=timezone.now())
    assert fede.get(at("record", room) + f"?what={what}&ask={one.ref}").status_code == 200
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    terms = {"shape": "once", "once_as": "day", "due_on": day}
    whole = {"what": what, "ask": one.ref, "version": str(one.version), "said_by": "Luis", "key": play.key()}
    assert fede.post(at("record", room), {**whole, "said_by": ""}).status_code == 422
    assert fede.post(at("record", room), {**whole, **terms, **data}).status_code == 302
    one.refresh_from_db()
    last = Act.objects.filter(ask=one).order_by("-n")[0]
    assert (one.state, last.by_name, last.recorded_by) == (state, "Luis", cast.fede)
    again = fede.post(at("record", room), {**whole, **terms, **data, "key": play.key()})
    assert again.status_code == 409
    assert Act.objects.filter(ask=one).count() == last.n


def test_a_proposal_and_what_an_area_leaves_are_written_down(cast: Cast, fede: Client, room: Workshop) -> None:
    to(room, "problem")
    said = {"name": "Rosa", "area": cast.sales.ref}
    address = at("record", room)
    assert fede.post(address, {"what": "proposal", **said, "text": "", "key": play.key()}).status_code == 422
    fede.post(address, {"what": "proposal", **said, "text": "Llega tarde", "key": play.key()})
    assert Proposal.objects.get().text == "Llega tarde"
    to(room, "close")
    left = {"what": "takeaway", **said, "kind": "question", "version": "0"}
    fede.post(address, {**left, "text": "¿Quién avisa?", "key": play.key()})
    assert (Takeaway.objects.get().text, Takeaway.objects.get().by_name) == ("¿Quién avisa?", "Rosa")
    late = fede.post(address, {**left, "text": "Otra cosa", "key": play.key()})
    assert late.status_code == 409
    assert "¿Quién avisa?" in text_of(late)
    assert late.context["form"]["text"].value() == "Otra cosa"
    assert late.context["form"]["version"].value() == "1"
    fede.post(address, {**left, "version": "1", "text": "Otra cosa", "key": play.key()})
    assert Takeaway.objects.get().text == "Otra cosa"


def agreed(cast: Cast, room: Workshop) -> tuple[Seat, Seat]:
    ana, luis = sit(room, "Ana", cast.sales), sit(room, "Luis", cast.logistics)
    to(room, "chain:2")
    play.agree(luis, play.ask(ana, cast.to_sales, terms=asks.weekly(), now=timezone.now()), now=timezone.now())
    to(room, "agreements")
    return ana, luis


def test_a_contract_is_read_out_signed_aloud_and_confirmed_on_the_spot(
    cast: Cast, fede: Client, room: Workshop
) -> None:
    _ana, luis = agreed(cast, room)
    act(fede, room, "show", link=cast.to_sales.ref)
    assert "Plan semanal confirmado" in text_of(fede.get(at("console", room)))
    play.sign(luis, cast.to_sales, now=timezone.now())
    given = Signature.objects.get()
    assert given.provisional
    page = fede.get(at("record", room) + f"?what=sign&link={cast.to_sales.ref}&side=customer")
    data = {
        "what": "sign",
        "link": cast.to_sales.ref,
        "side": "customer",
        "digest": page.context["form"]["digest"].value(),
    }
    assert fede.post(at("record", room), {**data, "said_by": ""}).status_code == 422
    assert fede.post(at("record", room), {**data, "said_by": "Ana", "digest": "0" * 64}).status_code == 409
    assert fede.post(at("record", room), {**data, "said_by": "Ana"}).status_code == 302
    aloud = Signature.objects.get(side=Side.CUSTOMER)
    assert (aloud.by_name, aloud.recorded_by, aloud.provisional) == ("Ana", cast.fede, False)
    assert not Commitment.objects.exists()
    confirm = f"{at('console_act', room, verb='confirm')}?link={cast.to_sales.ref}"
    answer = fede.post(confirm, {"signature": given.pk}, headers=HTMX)
    assert answer.status_code == 200
    assert Commitment.objects.filter(ended_at=None).exists()
    assert not proposal(contract_of(cast.to_sales)).is_change


# The end --------------------------------------------------------------------------------------------------------------


def test_closing_says_plainly_what_is_open_and_leads_to_the_page_that_stays(
    cast: Cast, fede: Client, room: Workshop
) -> None:
    ana, _luis = agreed(cast, room)
    to(room, "voice")
    play.ask(ana, cast.to_sales, terms=asks.once("Otra cosa"), now=timezone.now())
    page = text_of(fede.get(at("closing", room)))
    assert "1 request has no answer yet" in page
    assert "1 contract does not bind yet" in page
    old = play.fresh(room).version
    act(fede, room, "minute")
    assert fede.post(at("closing", room), {"version": old}).status_code == 409
    answer = fede.post(at("closing", room), {"version": play.fresh(room).version})
    assert answer["Location"] == room.get_absolute_url()
    assert play.fresh(room).closed_at
    for name in ("console", "closing"):
        assert fede.get(at(name, room))["Location"] == room.get_absolute_url()
    assert fede.get(at("console_now", room)).status_code == 200
    assert act(fede, room, "next", htmx=True).status_code == 422


def test_a_rehearsal_is_thrown_away_and_nothing_remains(cast: Cast, fede: Client) -> None:
    room = play.opened(cast, now=timezone.now(), is_rehearsal=True)
    sit(room, "Ana", cast.sales)
    answer = fede.post(at("closing", room), {"throw-away": "1"})
    assert answer["Location"] == reverse("workshops:list", kwargs={"org": cast.organization.ref})
    assert not Workshop.objects.exists()
    assert not Organization.objects.exclude(rehearses=None).exists()


def test_a_workshop_in_earnest_is_not_thrown_away(cast: Cast, fede: Client, room: Workshop) -> None:
    assert fede.post(at("closing", room), {"throw-away": "1"}).status_code == 422
    assert Workshop.objects.exists()


# Who may --------------------------------------------------------------------------------------------------------------


def browser(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_other_members_are_turned_away_and_for_strangers_nothing_is_there(cast: Cast, room: Workshop) -> None:
    pages = ("console", "console_now", "record", "choose", "plan", "hand", "chain", "closing")
    for name in pages:
        for member in (cast.ana, cast.victor, cast.vera):
            assert browser(member).get(at(name, room)).status_code == 403, name
        assert browser(cast.olga).get(at(name, room)).status_code == 404, name
        assert Client().get(at(name, room))["Location"].startswith("/accounts/login/"), name
    for member, status in ((cast.ana, 403), (cast.vera, 403), (cast.olga, 404)):
        assert act(browser(member), room, "next").status_code == status
    assert play.fresh(room).step == ""

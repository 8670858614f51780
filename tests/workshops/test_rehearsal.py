"""A rehearsal lets everything work and leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from areas import founding, inviting, people
from areas.access import guest
from areas.editing import Refused
from areas.models import Area, AreaPart, GuidingQuestion, Link, Membership, Organization
from areas.words import Kind, Role
from contracts import by_link, chasing, drafting, keeping, opening
from contracts.digest import writing
from contracts.models import Commitment, Digest, Notice, Rung, Wishes
from contracts.words import Often, Side
from post import letters
from post.models import Letter
from requests import moves, problems
from requests.models import Act, Ask, ClientProblem
from requests.states import Direction, State
from requests.words import Moment, Process
from tests import asks, build, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from workshops import rehearsal
from workshops.models import (
    ConsoleAct,
    Deed,
    Dots,
    Proposal,
    Score,
    Seat,
    Takeaway,
    Workshop,
)
from workshops.rehearsal import Begun

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Written about nobody's organization; what leads to one must not be added here.
NOBODYS = {
    "areas.User",
    "areas.User_groups",
    "areas.User_user_permissions",
    "config.DemoClock",
    "post.Incident",
    "post.Letter",  # bears the ref of its organization
    "post.Pulse",
}
# Nobody is invited to a rehearsal or told of it, so these stay empty.
NEVER = {"areas.Invitation", "contracts.Notice", "contracts.Digest"}


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


def begun(cast: Cast, now: datetime = NOW) -> Begun:
    return rehearsal.begin(cast.organization, cast.fede, now)


def people_of(cast: Cast, copy: Organization, areas: dict[int, Area]) -> Cast:
    """The cast inside the copy, as if all of them had come: the helpers of the tests then play there too."""
    here: dict[str, Any] = {name: areas[getattr(cast, name).pk] for name in ("client", "sales", "logistics")}
    here |= {name: areas[getattr(cast, name).pk] for name in ("production", "administration")}
    for name in ("to_client", "to_sales", "to_logistics", "to_production"):
        link = getattr(cast, name)
        here[name] = Link.objects.get(customer=areas[link.customer_id], supplier=areas[link.supplier_id])
    for member in cast.organization.memberships.exclude(user=cast.fede.user):
        same = Membership.objects.create(organization=copy, user=member.user, role=member.role, joined_at=NOW)
        for part in member.parts.all():
            AreaPart.objects.create(membership=same, area=areas[part.area_id], part=part.part)
    for name in ("fede", "ana", "luis", "victor", "marta", "paula", "vera"):
        here[name] = Membership.objects.get(organization=copy, user=getattr(cast, name).user)
    company = build.Company(copy, here["fede"], here["client"])
    return replace(cast, company=company, **here)


def everything() -> dict[str, tuple[int, str]]:
    """Each table of the database: how many rows, and one digest of all that stands in them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{table}\" t"
            )
            found[table] = cursor.fetchone()
    return found


def rows_of(model: type[models.Model], organization: Organization) -> int:
    with connection.cursor() as cursor:
        table, condition = model._meta.db_table, rehearsal.belonging(model)
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {condition}', {"organization": organization.pk})
        return int(cursor.fetchone()[0])


def weeks_go_by() -> None:
    """The sweeps do what they do everywhere. At the same moments again there is nothing left to do."""
    for days in (3, 5, 8, 15, 40):
        now = NOW + days * DAY
        opening.open_ahead(now)
        chasing.sweep(now)
        for due in writing.due_now(now):
            writing.Run(due, now).batch()


def play(cast: Cast) -> None:
    """Each state of an ask, contracts in versions, promises kept and broken, pauses, and the sweeps over all of it."""
    # Asks in every state.
    asks.drafted(cast)
    ask = asks.asked(cast)
    moves.acknowledge(ask, build.actor(cast.luis), version=ask.version, answer_by=date(2026, 11, 18), now=NOW)
    moves.say(ask, build.actor(cast.victor), words="Lo vemos mañana.", now=NOW)
    asks.countered(cast)
    moves.agree(
        found := asks.countered(cast),
        build.actor(cast.ana),
        version=found.version,
        owner=None,
        owner_name="Alguien del taller",
        now=NOW,
    )
    ask = asks.asked(cast)
    moves.decline(
        ask,
        build.actor(cast.luis),
        version=ask.version,
        words="No es nuestro.",
        redirect_to=cast.production,
        now=NOW,
    )
    ask = asks.asked(cast, cast.to_logistics)
    moves.decline(ask, build.actor(cast.marta), version=ask.version, alternative="Cada dos días.", now=NOW)
    ask = asks.asked(cast, cast.to_production)
    moves.withdraw(ask, build.actor(cast.marta), version=ask.version, now=NOW)
    # A guest of the room, for whom there is no account.
    rosa = guest(cast.organization, cast.sales, "Rosa", None)
    problem = ClientProblem.objects.filter(organization=cast.organization).first()
    ask = moves.draft(rosa, cast.to_sales, Direction.NEED, data={}, problem=problem, now=NOW)
    moves.send(
        ask,
        rosa,
        version=ask.version,
        terms=asks.once("Aviso de ruta"),
        problem=problem,
        cause=None,
        answer_by=date(2026, 11, 19),
        now=NOW,
    )
    # Contracts: a version, a second one with other terms, shoes, a removal, a signature that waits to be confirmed.
    plan = promises.promise(cast, terms=asks.weekly())
    late = promises.requirement(cast, terms=asks.once("Órdenes completas", due_on=date(2026, 11, 18)))
    waits = promises.promise(cast, terms=asks.once("Ruta", due_on=date(2026, 11, 20)))
    number = promises.promise(cast, link=cast.to_logistics, terms=asks.measured())
    event = promises.promise(cast, link=cast.to_logistics, terms=asks.after_event())
    of_client = promises.promise(cast, link=cast.to_client)
    promises.amended(cast, plan, terms=asks.weekly("Plan semanal, con rutas"))
    plan = Commitment.objects.get(ask__replaces=plan.ask, ended_at__isnull=True)
    contract = drafting.contract_of(cast.to_sales)
    shoes: dict[str, Any] = {"jobs": "Prometer una fecha", "pains": "Enterarse tarde", "gains": "Que avisen"}
    drafting.write_shoes(contract, build.actor(cast.luis), side=Side.SUPPLIER, n=0, now=NOW, **shoes)
    drafting.confirm_shoes(contract, build.actor(cast.ana), n=1, now=NOW)
    drafting.propose_removal(
        contract, plan.ask, build.actor(cast.ana), side=Side.CUSTOMER, words="Ya no hace falta.", now=NOW
    )
    asks.agreed(cast, link=cast.to_production)
    unsigned = drafting.contract_of(cast.to_production)
    tere = guest(cast.organization, cast.production, "Tere", None)
    drafting.sign(unsigned, Side.CUSTOMER, tere, digest=drafting.proposal(unsigned).digest, provisional=True, now=NOW)
    # Promises: one waits for another that is late, one is delivered, judged, sent back, taken back, forgiven.
    promises.depend(cast, waits, late)
    keeping.started(event, build.actor(cast.marta), at=NOW, words="El camión no llegó.", now=NOW + HOUR)
    promises.deliver(cast, promises.first(number), now=NOW + DAY)
    promises.judge(cast, promises.first(number), now=NOW + DAY)
    promises.reconsider(cast, promises.first(number), now=NOW + 2 * DAY)
    promises.deliver(cast, promises.first(of_client), now=NOW + DAY)
    promises.send_back(cast, promises.first(of_client), now=NOW + DAY)
    promises.deliver(cast, promises.first(plan), now=NOW + DAY)
    promises.retract(cast, promises.first(plan), now=NOW + DAY)
    promises.waive(cast, promises.last(plan), now=NOW + 2 * DAY)
    weeks_go_by()
    promises.deliver(cast, promises.first(late), now=NOW + 41 * DAY)
    Wishes.objects.create(membership=cast.ana, digest=Often.DAILY)


def workshop_in(cast: Cast, copy: Organization, areas: dict[int, Area], now: datetime = NOW) -> Workshop:
    """A workshop of the organization that writes into the copy, with everything that a room leaves behind."""
    workshop = Workshop.objects.create(
        organization=cast.organization,
        scene=copy,
        name="Ensayo",
        language="es",
        driver=cast.fede,
        created_by=cast.fede,
        opened_at=now,
        active_at=now,
        problem=ClientProblem.objects.filter(organization=copy).first(),
        reading=Link.objects.filter(organization=copy).first(),
    )
    seat = Seat.objects.create(workshop=workshop, name="Rosa", area=areas[cast.sales.pk])
    Score.objects.create(workshop=workshop, which="first", voter="x", value=7)
    proposal = Proposal.objects.create(workshop=workshop, seat=seat, text="Llega tarde", at=now)
    Proposal.objects.create(workshop=workshop, seat=seat, text="Tarde", same_as=proposal, at=now)
    Dots.objects.create(seat=seat, proposal=proposal, n=3)
    ask = Ask.objects.filter(organization=copy).first()
    Deed.objects.create(workshop=workshop, seat=seat, key="k", verb="ask", ask=ask, at=now)
    Takeaway.objects.create(workshop=workshop, area=areas[cast.sales.pk], kind="question", text="¿Y?", ask=ask, at=now)
    ConsoleAct.objects.create(workshop=workshop, n=1, verb="step", by=cast.fede, at=now)
    return workshop


def company_at_home(cast: Cast) -> None:
    """What the organization has before: a contract that lives, problems of which one is over, words of its own."""
    focused = asks.problem(cast, "Llega tarde", in_focus=True, indicator="días", baseline=Decimal(9), unit="días")
    over = asks.problem(cast, "Llega roto", closed_at=NOW)
    assert over.closed_at
    asks.signed(cast)
    asks.asked(cast, cast.to_logistics, why=focused)
    problems.measure(focused, cast.actor("fede"), on=date(2026, 11, 10), value=Decimal(8), now=NOW)
    promises.voice(cast)
    weeks_go_by()
    GuidingQuestion.objects.create(organization=cast.organization, kind=Kind.SALES, language="es", text="¿Cuándo?")


# What is copied -------------------------------------------------------------------------------------------------------


def test_the_copy_has_the_map_the_settings_and_the_problems_and_nobody_else(cast: Cast) -> None:
    company_at_home(cast)
    gone = build.area(cast.company, "Archivo")
    build.link(cast.company, cast.sales, gone)
    closed = asks.problem(cast, "Nadie contesta", accountable=gone)
    Area.objects.filter(pk=gone.pk).update(archived_at=NOW)
    Link.objects.filter(supplier=gone).update(ended_at=NOW)
    home = cast.organization
    Organization.objects.filter(pk=home.pk).update(
        answer_days=7, closed=[{"on": "2026-12-24", "name": "Nochebuena"}], region="MX", is_demo=True
    )
    home.refresh_from_db()
    copy, areas, found = begun(cast)
    assert (copy.rehearses, copy.is_rehearsal, home.is_rehearsal) == (home, True, False)
    assert copy.ref != home.ref
    assert (copy.name, copy.answer_days, copy.closed, copy.is_demo) == (home.name, 7, home.closed, True)
    assert copy.calendar == home.calendar
    living = Area.objects.filter(organization=home, archived_at=None)
    assert {(one.name, one.kind) for one in areas.values() if not one.archived_at} == {
        (one.name, one.kind) for one in living
    }
    assert all(one.organization_id == copy.pk for one in areas.values())
    pairs = Link.objects.filter(organization=copy).values_list("customer__name", "supplier__name")
    assert set(pairs) == {
        ("Cliente", "Ventas"),
        ("Ventas", "Logística"),
        ("Logística", "Producción"),
        ("Producción", "Administración"),
    }
    assert list(copy.guiding_questions.values_list("kind", "text")) == [(Kind.SALES, "¿Cuándo?")]
    assert {one.statement for one in found.values()} == {
        "Llega tarde",
        "Nadie contesta",
        "Reducir los tiempos de entrega",
    }
    focused = copy.problems.get(in_focus=True)
    assert (focused.statement, focused.baseline, focused.accountable) == (
        "Llega tarde",
        Decimal(9),
        areas[cast.sales.pk],
    )
    assert not focused.measurements.exists()
    # An area that answers for a problem though it is archived comes along, archived.
    assert found[closed.pk].accountable.archived_at == NOW
    [member] = copy.memberships.all()
    assert (member.user, member.role, member.parts.count()) == (cast.fede.user, Role.FACILITATOR, 0)
    assert not Ask.objects.filter(organization=copy).exists()


def test_only_facilitators_rehearse_and_a_copy_is_not_copied(cast: Cast) -> None:
    with pytest.raises(moves.Refused):
        rehearsal.begin(cast.organization, cast.ana, NOW)
    with pytest.raises(moves.Refused):
        rehearsal.begin(cast.organization, cast.olga, NOW)
    copy = begun(cast).copy
    with pytest.raises(moves.Refused):
        rehearsal.begin(copy, copy.memberships.get(), NOW)


def test_so_many_rehearsals_at_once_and_no_more(cast: Cast) -> None:
    for _n in range(rehearsal.MOST):
        copy = begun(cast).copy
    with pytest.raises(moves.Refused):
        begun(cast)
    rehearsal.remove(copy)
    begun(cast)


def test_another_facilitator_joins_once(cast: Cast) -> None:
    copy = begun(cast).copy
    gloria = build.person(cast.company, "Gloria", role=Role.FACILITATOR)
    here = rehearsal.join(copy, gloria, NOW)
    assert rehearsal.join(copy, gloria, NOW + HOUR) == here
    assert (here.organization, here.role, here.joined_at) == (copy, Role.FACILITATOR, NOW)
    for stranger in (cast.ana, cast.olga):
        with pytest.raises(ValueError, match="facilitators"):
            rehearsal.join(copy, stranger, NOW)


@pytest.mark.parametrize("how", ["leaves", "is no facilitator any more"])
def test_who_is_no_facilitator_any_more_has_no_part_in_rehearsals(cast: Cast, client: Client, how: str) -> None:
    copy = begun(cast).copy
    gloria = build.person(cast.company, "Gloria", role=Role.FACILITATOR)
    rehearsal.join(copy, gloria, NOW)
    client.force_login(gloria.user)
    board = reverse("contracts:board", args=[copy.ref])
    assert client.get(board).status_code == 200
    if how == "leaves":
        people.remove(cast.actor("fede"), gloria, NOW)
    else:
        people.set_role(cast.actor("fede"), gloria, Role.PARTICIPANT, NOW)
    assert client.get(board).status_code == 404
    client.force_login(cast.fede.user)
    assert client.get(board).status_code == 200


# Nothing remains ------------------------------------------------------------------------------------------------------


def test_whatever_is_played_in_a_rehearsal_nothing_of_it_remains(cast: Cast) -> None:
    company_at_home(cast)
    before = everything()
    copy, areas, found = begun(cast)
    there = people_of(cast, copy, areas)
    focused = next(one for one in found.values() if one.in_focus)
    problems.measure(focused, there.actor("fede"), on=date(2026, 11, 17), value=Decimal(4), now=NOW)
    play(there)
    workshop_in(cast, copy, areas)
    states = set(Ask.objects.filter(organization=copy).values_list("state", flat=True))
    assert states == set(State.values)
    assert not [
        model._meta.label
        for model in rehearsal.removed_in_order()
        if not rows_of(model, copy) and model._meta.label not in NEVER
    ]
    assert not [label for label in NEVER if rows_of(apps.get_model(label), copy)]
    assert rehearsal.remove(copy)
    after = everything()
    assert {table: after[table] for table in after if after[table] != before[table]} == {}
    assert not rehearsal.remove(copy)


def test_a_rehearsal_goes_and_another_stays(cast: Cast) -> None:
    company_at_home(cast)
    stays, areas, _problems = begun(cast)
    play(people_of(cast, stays, areas))
    workshop_in(cast, stays, areas)
    weeks_go_by()
    before = everything()
    goes, areas, _problems = begun(cast)
    play(people_of(cast, goes, areas))
    workshop_in(cast, goes, areas)
    assert rows_of(Act, goes)
    rehearsal.remove(goes)
    assert everything() == before
    assert Workshop.objects.get().scene == stays


def test_only_a_rehearsal_is_removed(cast: Cast) -> None:
    asks.signed(cast)
    before = everything()
    with pytest.raises(ValueError, match="Only a rehearsal"):
        rehearsal.remove(cast.organization)
    # Nor by a row in somebody's hand that says it were one.
    cast.organization.rehearses = cast.elsewhere
    with pytest.raises(ValueError, match="Only a rehearsal"):
        rehearsal.remove(cast.organization)
    assert everything() == before


def test_every_table_leads_to_an_organization_or_is_nobodys() -> None:
    found = {model._meta.label for model in rehearsal.ours()}
    assert found - {model._meta.label for model in rehearsal.removed_in_order()} == NOBODYS
    # The rooms are all that we have written.
    assert {config.label for config in apps.get_app_configs() if not config.name.startswith(("django", "allauth"))} <= (
        rehearsal.ROOMS | {"template_partials"}
    )


def test_below_each_row_that_is_removed_nothing_is_left_hanging() -> None:
    """Tables go before those that their triggers look at."""
    order = list(rehearsal.removed_in_order())
    labels = [model._meta.label for model in order]
    for child, parent in (
        ("contracts.Clause", "contracts.Version"),
        ("contracts.Version", "contracts.Contract"),
        ("contracts.Signature", "contracts.Contract"),
        ("contracts.Shoes", "contracts.Contract"),
        ("contracts.Fact", "contracts.Occurrence"),
        ("requests.Act", "requests.Ask"),
        ("requests.Terms", "requests.Ask"),
    ):
        assert labels.index(child) < labels.index(parent)
    assert labels[-1] == "areas.Organization"


def test_whoever_points_at_what_a_room_leaves_by_the_hundred_is_found_by_an_index() -> None:
    """The database looks for each row that goes whether somebody points at it: not by reading whole tables."""
    many = ["contracts_occurrence", "contracts_fact", "contracts_clause", "contracts_commitment", "requests_ask"]
    many += ["requests_terms", "requests_act", "workshops_seat", "workshops_proposal", "workshops_deed"]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conrelid::regclass::text, a.attname
              FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%s)
               AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
            """,
            [many],
        )
        assert cursor.fetchall() == []


# What is written once stays -------------------------------------------------------------------------------------------

FOR_EVER = (
    "contracts_clause",
    "contracts_version",
    "contracts_signature",
    "contracts_shoes",
    "contracts_fact",
    "requests_act",
    "requests_terms",
)


def run(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SELECT set_config('eslabon.removing', '', true)")


@pytest.mark.parametrize("table", FOR_EVER)
def test_what_was_said_and_signed_is_deleted_with_its_own_rehearsal_only(cast: Cast, table: str) -> None:
    copy, areas, _problems = begun(cast)
    other = begun(cast).copy
    there = people_of(cast, copy, areas)
    for one in (cast, there):
        asks.problem(one)
        contract = drafting.contract_of(one.to_sales)
        drafting.write_shoes(
            contract, build.actor(one.luis), side=Side.SUPPLIER, n=0, jobs="Prometer", pains="", gains="", now=NOW
        )
        promises.deliver(one, promises.first(promises.promise(one)))
    rows = {
        "contracts_clause": "in_version_id IN (SELECT v.id FROM contracts_version v JOIN contracts_contract c"
        " ON c.id = v.contract_id WHERE c.organization_id = {})",
        "contracts_fact": "occurrence_id IN (SELECT id FROM contracts_occurrence WHERE organization_id = {})",
        "requests_act": "ask_id IN (SELECT id FROM requests_ask WHERE organization_id = {})",
        "requests_terms": "ask_id IN (SELECT id FROM requests_ask WHERE organization_id = {})",
    }.get(table, "contract_id IN (SELECT id FROM contracts_contract WHERE organization_id = {})")

    def delete(organization: Organization) -> str:
        return f"DELETE FROM {table} WHERE {rows.format(organization.pk)}"

    def removing(organization: Organization) -> str:
        return f"SELECT set_config('eslabon.removing', '{organization.pk}', true)"

    for refused in (
        [delete(copy)],
        [delete(cast.organization)],
        [removing(other), delete(copy)],
        [removing(cast.organization), delete(cast.organization)],
        [removing(copy), delete(cast.organization)],
        ["SET LOCAL eslabon.erasing = 'on'", delete(cast.organization)],
    ):
        with pytest.raises(DatabaseError, match="stays"):
            run(*refused)
    with connection.cursor() as cursor:
        cursor.execute(delete(copy).replace("DELETE", "SELECT count(*)"))
        assert cursor.fetchone()[0] > 0
    # Alone it leaves others hanging, which the end of the transaction would find; here it is taken back before.
    with transaction.atomic():
        run(removing(copy), delete(copy))
        transaction.set_rollback(True)


# Nobody comes upon it, nothing leaves it ------------------------------------------------------------------------------


def test_the_front_door_leads_past_copies(cast: Cast, client: Client) -> None:
    copy = begun(cast).copy
    client.force_login(cast.fede.user)
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("contracts:board", args=[cast.organization.ref])
    for name in ("areas:organizations", "areas:profile"):
        page = client.get(reverse(name)).content.decode()
        assert cast.organization.ref in page or name == "areas:profile"
        assert copy.ref not in page
        assert page.count("Muebles del Norte") <= 2


def test_a_copy_is_no_unfinished_company_and_counts_for_no_limit(cast: Cast) -> None:
    empty = build.company("Vacía", founder="Eva", now=NOW)
    begun_in_wizard = founding.unfinished(empty.founder.user)
    assert begun_in_wizard == empty.founder
    for _n in range(founding.MOST_A_DAY + 1):
        rehearsal.begin(empty.organization, empty.founder, NOW + HOUR)
    found = founding.unfinished(empty.founder.user)
    assert found == empty.founder
    build.area(empty, "Ventas")
    assert founding.unfinished(empty.founder.user) is None
    actor = founding.found_or_change(
        empty.founder.user, name="Otra", country="MX", zone="America/Mexico_City", language="es", now=NOW + 2 * HOUR
    )
    assert actor.organization.name == "Otra"


def test_nobody_is_invited_to_a_rehearsal(cast: Cast) -> None:
    copy = begun(cast).copy
    fede = build.actor(copy.memberships.get())
    with pytest.raises(Refused):
        inviting.invite(fede, email="nadie@example.com", now=NOW)
    assert not copy.invitations.exists()
    assert not Letter.objects.exists()


def test_the_sweeps_climb_in_a_rehearsal_and_tell_nobody(cast: Cast) -> None:
    copy, areas, _problems = begun(cast)
    there = people_of(cast, copy, areas)
    kept = promises.promise(there)
    promises.deliver(there, promises.first(promises.promise(there, terms=asks.once("Ruta"))))
    asks.asked(there)
    now = NOW + 30 * DAY
    told = chasing.sweep(now)
    assert told.notices == 0
    assert not Notice.objects.exists()
    assert not Letter.objects.exists()
    # What is late in it is late, and nothing waits for a sweep that never comes.
    assert Rung.objects.filter(occurrence__commitment=kept).exists()
    assert not chasing.is_behind(now)
    # The same at home is told.
    promises.promise(cast)
    asks.asked(cast)
    assert chasing.sweep(now).notices > 0
    told_of = set(Letter.objects.values_list("organization_ref", flat=True))
    assert told_of == {cast.organization.ref}


def test_days_of_a_rehearsal_are_not_chased(cast: Cast) -> None:
    copy, areas, _problems = begun(cast)
    there = people_of(cast, copy, areas)
    ask = asks.asked(there)
    version = asks.signed(there)
    drafting.set_review(
        version.contract,
        build.actor(there.ana),
        version=version.contract.version,
        review_on=date(2026, 11, 25),
        now=NOW,
    )
    chasing.sweep(NOW + 60 * DAY)
    assert not Rung.objects.filter(ask=ask).exists()
    assert not Rung.objects.filter(contract=version.contract).exists()
    assert not Letter.objects.exists()


def test_no_digest_is_written_for_a_rehearsal(cast: Cast) -> None:
    copy, areas, _problems = begun(cast)
    there = people_of(cast, copy, areas)
    promises.promise(there, terms=asks.weekly())
    Wishes.objects.create(membership=there.ana, digest=Often.DAILY)
    # Two months: also the word that all is in order.
    for days in range(0, 60, 4):
        now = NOW + days * DAY
        for due in writing.due_now(now):
            assert not due.organization.is_rehearsal
            writing.Run(due, now).batch()
    assert Digest.objects.filter(membership__organization=cast.organization).exists()
    assert not Digest.objects.filter(membership__organization=copy).exists()
    assert copy.ref not in Letter.objects.values_list("organization_ref", flat=True)
    with pytest.raises(Refused):
        writing.send_now(there.ana, NOW)


def test_the_digest_page_of_a_rehearsal_says_that_no_letter_leaves(cast: Cast, client: Client) -> None:
    copy = begun(cast).copy
    client.force_login(cast.fede.user)
    answer = client.post(reverse("contracts:digest_send", args=[copy.ref]), follow=True)
    assert answer.status_code == 200
    assert not Letter.objects.exists()


def test_the_real_client_is_not_asked_from_a_rehearsal(cast: Cast, client: Client) -> None:
    promises.voice(cast)
    copy, areas, _problems = begun(cast)
    there = people_of(cast, copy, areas)
    row = promises.deliver(there, promises.first(promises.promise(there, link=there.to_client)))
    row = promises.fresh(row)
    assert by_link.why_not_link(row, build.actor(there.fede)) is not None
    client.force_login(cast.fede.user)
    address = reverse("contracts:client_link", args=[copy.ref, row.ref])
    said = {"email": "cliente@example.com", "name": "Cliente", "language": "es"}
    assert client.post(address, said).status_code == 409
    assert not Letter.objects.exists()
    at_home = promises.deliver(cast, promises.first(promises.promise(cast, link=cast.to_client)))
    assert by_link.why_not_link(promises.fresh(at_home), cast.actor("fede")) is None


def test_the_database_itself_lets_no_letter_out_of_a_rehearsal(cast: Cast) -> None:
    copy = begun(cast).copy

    def write(organization_ref: str) -> None:
        letters.write(
            key=f"x:{organization_ref}",
            kind="test",
            to_email="ana@example.com",
            to_name="Ana",
            language="es",
            subject="Aviso",
            text="Hola",
            organization_ref=organization_ref,
            now=NOW,
        )

    write(cast.organization.ref)
    write("")
    with pytest.raises(DatabaseError, match="rehearsal"), transaction.atomic():
        write(copy.ref)
    assert Letter.objects.count() == 2
    assert not mail.outbox


# Forgotten ------------------------------------------------------------------------------------------------------------


def test_a_rehearsal_that_nobody_touches_goes_after_two_days(cast: Cast) -> None:
    asks.problem(cast, in_focus=True)
    copy, areas, _problems = begun(cast)
    workshop = workshop_in(cast, copy, areas)
    other = begun(cast, NOW + 24 * HOUR).copy
    assert rehearsal.remove_forgotten(NOW + 47 * HOUR) == 0
    Workshop.objects.filter(pk=workshop.pk).update(active_at=NOW + 10 * HOUR)
    assert rehearsal.remove_forgotten(NOW + 49 * HOUR) == 0
    # Something was asked on its pages: that is activity too.
    there = people_of(cast, copy, areas)
    asks.asked(there, now=NOW + 20 * HOUR)
    assert rehearsal.remove_forgotten(NOW + 59 * HOUR) == 0
    assert rehearsal.remove_forgotten(NOW + 69 * HOUR) == 1
    assert not Workshop.objects.exists()
    assert list(Organization.objects.filter(rehearses__isnull=False)) == [other]
    assert rehearsal.remove_forgotten(NOW + 90 * HOUR) == 1
    assert Organization.objects.filter(pk=cast.organization.pk).exists()


def test_a_rehearsal_without_a_room_goes_too(cast: Cast) -> None:
    begun(cast)
    assert rehearsal.remove_forgotten(NOW + 72 * HOUR) == 1
    assert not Organization.objects.filter(rehearses__isnull=False).exists()


# Its pages ------------------------------------------------------------------------------------------------------------


def test_pages_of_the_copy_work_and_say_what_they_are(cast: Cast, client: Client) -> None:
    asks.problem(cast, in_focus=True)
    copy, areas, _problems = begun(cast)
    there = people_of(cast, copy, areas)
    promises.promise(there)
    client.force_login(cast.fede.user)
    home = reverse("contracts:board", args=[cast.organization.ref])
    for address in (
        reverse("contracts:board", args=[copy.ref]),
        reverse("contracts:projector", args=[copy.ref]),
        reverse("contracts:sheet", args=[copy.ref, there.to_sales.ref]),
        reverse("contracts:my_desk", args=[copy.ref]),
        reverse("areas:people", args=[copy.ref]),
        reverse("requests:problems", args=[copy.ref]),
    ):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert 'class="rehearsal-bar" role="status"' in page
        assert f'href="{home}"' in page
    # At home there is no such bar, and nobody else is let into the copy.
    assert 'class="rehearsal-bar"' not in client.get(home).content.decode()
    client.force_login(cast.olga.user)
    assert client.get(reverse("contracts:board", args=[copy.ref])).status_code == 404


def test_the_same_deeds_hold_in_the_copy(cast: Cast) -> None:
    """Who may not at home may not here: the copy is ruled by the same moves."""
    asks.problem(cast, in_focus=True)
    copy, areas, found = begun(cast)
    link = Link.objects.get(customer=areas[cast.sales.pk], supplier=areas[cast.logistics.pk])
    fede = build.actor(copy.memberships.get())
    why = next(iter(found.values()))
    ask = moves.draft(fede, link, Direction.NEED, data={}, problem=why, said_by="Rosa", now=NOW)
    ask = moves.send(
        ask,
        fede,
        version=ask.version,
        terms=asks.once(),
        problem=why,
        cause=None,
        answer_by=date(2026, 11, 20),
        said_by="Rosa",
        now=NOW,
    )
    with pytest.raises(moves.Refused):
        moves.agree(ask, fede, version=ask.version, owner=None, owner_name="Luis", now=NOW)
    with pytest.raises(moves.Refused):
        moves.agree(ask, cast.actor("luis"), version=ask.version, owner=None, owner_name="Luis", now=NOW)
    ask = moves.agree(ask, fede, version=ask.version, owner=None, owner_name="Luis", said_by="Luis", now=NOW)
    contract = drafting.contract_of(link)
    digest = drafting.proposal(contract).digest
    drafting.sign(contract, Side.CUSTOMER, fede, digest=digest, said_by="Rosa", now=NOW)
    version = drafting.sign(contract, Side.SUPPLIER, fede, digest=digest, said_by="Luis", now=NOW)
    assert version is not None
    assert Commitment.objects.get(organization=copy).occurrences.exists()
    assert Act.objects.filter(ask=ask, recorded_by__isnull=False).count() == 3
    rehearsal.remove(copy)
    assert not Commitment.objects.exists()


# In earnest: transactions that end ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_is_written_at_the_very_moment_of_its_end_does_not_stay() -> None:
    """Somebody's answer is on its way while the rehearsal goes: it is refused, and no half of it remains."""
    cast = muebles_del_norte()
    asks.problem(cast, in_focus=True)
    before = everything()
    copy, areas, _problems = begun(cast)
    there = people_of(cast, copy, areas)
    promises.deliver(there, promises.first(promises.promise(there)))
    workshop = workshop_in(cast, copy, areas)
    written, gone = Event(), Event()
    said: list[BaseException] = []

    def answer() -> None:
        try:
            with transaction.atomic():
                Score.objects.create(workshop=workshop, which="second", voter="y", value=3)
                written.set()
                assert gone.wait(10)
        except BaseException as error:
            said.append(error)
        finally:
            connection.close()

    other = Thread(target=answer)
    other.start()
    assert written.wait(10)
    try:
        assert rehearsal.remove(copy)
    finally:
        gone.set()
        other.join(10)
    assert [type(error) for error in said] == [IntegrityError]
    after = everything()
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


@pytest.mark.django_db(transaction=True)
def test_a_deed_in_the_rehearsal_and_its_end_come_one_after_the_other() -> None:
    """Whoever holds the copy's row is waited for; what was said there goes too."""
    cast = muebles_del_norte()
    asks.problem(cast, in_focus=True)
    before = everything()
    copy, areas, _problems = begun(cast)
    fede = build.actor(copy.memberships.get())
    written, removing = Event(), Event()

    def raise_another() -> None:
        try:
            with transaction.atomic():
                fields = {"statement": "Otro", "process": Process.RETAIN, "moment": Moment.DELIVER}
                problems.raise_problem(fede, fields={**fields, "accountable": areas[cast.sales.pk]}, now=NOW)
                written.set()
                assert removing.wait(10)
        finally:
            connection.close()

    other = Thread(target=raise_another)
    other.start()
    assert written.wait(10)
    Thread(target=removing.set).start()
    assert rehearsal.remove(copy)
    other.join(10)
    assert not ClientProblem.objects.filter(statement="Otro").exists()
    after = everything()
    assert {name: after[name] for name in after if after[name] != before[name]} == {}

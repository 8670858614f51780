"""The demo companies: the same each time, on working days, with every state that a visitor should meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation

from areas.chain import apart, distances
from areas.models import Area, Invitation, JournalEntry, Link, Membership, Organization, User
from areas.words import Kind, Role
from config.demo import COMPANIES, people
from config.demo.stage import weekday_from
from config.demo.telling import tell
from contracts import drafting
from contracts.clock import Standing, soon_until, standing_of
from contracts.models import Clause, Contract, Occurrence, Shoes
from post.models import Letter
from requests import trace
from requests.models import Act, Ask, ClientProblem, Measurement, Terms
from requests.states import OPEN, Direction, State
from tests import build

pytestmark = pytest.mark.django_db

# A Wednesday morning, a Saturday, a Monday right after midnight in Mexico, the last day of a year.
MOMENTS = [
    datetime(2026, 11, 18, 16, 0, tzinfo=UTC),
    datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 6, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
]
NOW = MOMENTS[0]


def muebles() -> Organization:
    return Organization.objects.get(name="Muebles del Norte")


def contract(customer: str, supplier: str) -> Contract:
    return Contract.objects.select_related("organization", "link__customer", "link__supplier").get(
        organization__is_demo=True, link__customer__name=customer, link__supplier__name=supplier
    )


def contents() -> list[Any]:
    """All that a visitor could read, without the random names and numbers of the rows."""
    found: list[Any] = [
        list(Area.objects.order_by("pk").values_list("organization__name", "name", "kind", "description")),
        list(Link.objects.order_by("pk").values_list("customer__name", "supplier__name")),
        list(ClientProblem.objects.order_by("pk").values_list("statement", "baseline", "target", "created_at")),
        list(Measurement.objects.order_by("pk").values_list("problem__statement", "on", "value", "note")),
        list(
            Ask.objects.order_by("pk").values_list("asker__name", "state", "turn", "answer_by", "owner_name", "draft")
        ),
        list(Terms.objects.order_by("pk").values_list(*Terms.FIELDS)),
        list(Act.objects.order_by("pk").values_list("verb", "by_name", "words", "alternative", "at")),
        list(Clause.objects.order_by("pk").values_list("outcome", "lane", "n", "in_version__n")),
        list(Shoes.objects.order_by("pk").values_list("jobs", "written_at", "confirmed_at")),
        list(JournalEntry.objects.order_by("pk").values_list("event", "at", "by_name")),
    ]
    return found


def told_in(language: str) -> list[Any]:
    """The contents after a telling that leaves no trace."""
    with translation.override(language), transaction.atomic():
        assert tell(NOW)
        found = contents()
        transaction.set_rollback(True)
    return found


def test_the_same_each_time_and_in_whatever_language_the_process_speaks() -> None:
    first = told_in("en")
    assert not Organization.objects.exists()
    assert told_in("es") == first


@pytest.mark.parametrize("now", MOMENTS[1:])
def test_on_whatever_day_it_is_loaded_all_happened_on_working_days_and_one_promise_is_broken(now: datetime) -> None:
    tell(now)
    for organization in Organization.objects.all():
        days: set[date] = set()
        for at in JournalEntry.objects.filter(organization=organization).values_list("at", flat=True):
            assert at < now
            days.add(at.astimezone(organization.tz).date())
        for ask in Ask.objects.filter(organization=organization).select_related("terms"):
            days |= {
                day for day in (ask.answer_by, ask.terms and ask.terms.due_on, ask.terms and ask.terms.first_on) if day
            }
        reviews = Contract.objects.filter(organization=organization).exclude(review_on=None)
        days |= {day for day in reviews.values_list("review_on", flat=True) if day}
        assert {day for day in days if day.weekday() > 4} == set()
        soon = soon_until(now, organization.tz)
        waiting = Occurrence.objects.filter(organization=organization, commitment__ended_at=None, settled_at=None)
        found = {standing_of(one, now=now, soon_until=soon) for one in waiting}
        assert found >= {Standing.OVERDUE, Standing.DUE_SOON}


def test_the_command_says_so_when_it_has_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    assert "Loaded Muebles del Norte and Lantern Quay" in capsys.readouterr().out
    before = contents()
    call_command("demo")
    assert "nothing changed" in capsys.readouterr().out
    assert contents() == before


def test_the_demo_stays_away_from_a_real_organization() -> None:
    build.company("Carpintería real")
    with pytest.raises(CommandError, match="empty database"):
        call_command("demo")
    assert Organization.objects.count() == 1


@pytest.mark.parametrize(
    ("today", "days", "expected"),
    [
        (date(2026, 11, 18), 0, date(2026, 11, 18)),
        (date(2026, 11, 18), -3, date(2026, 11, 13)),
        (date(2026, 11, 19), 2, date(2026, 11, 23)),
        (date(2026, 11, 21), 0, date(2026, 11, 20)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), -1, date(2026, 11, 19)),
    ],
)
def test_days_are_counted_in_weekdays(today: date, days: int, expected: date) -> None:
    assert weekday_from(today, days) == expected
    assert weekday_from(today, 70) > today + timedelta(days=90)


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Both stories, told once for all tests below; those above start from an empty database."""
    with django_db_blocker.unblock():
        tell(NOW)
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


def test_every_state_of_a_conversation_can_be_seen(told: None) -> None:
    asks = Ask.objects.filter(organization=muebles())
    assert set(asks.values_list("state", flat=True)) == set(State.values)
    still_open = list(asks.filter(state__in=OPEN).select_related("organization"))
    assert any(ask.is_unanswered(NOW) for ask in still_open)
    assert any(ask.acknowledged_at and not ask.is_unanswered(NOW) for ask in still_open)
    assert any(ask.replaces_id for ask in still_open), "an amendment that is being talked about"
    assert asks.filter(state=State.DECLINED, redirected_to__isnull=False).exists()
    assert asks.filter(state=State.DECLINED, redirected_to__isnull=True, acts__alternative__gt="").exists()
    assert Act.objects.filter(ask__in=asks, recorded_by__isnull=False).exists()
    assert asks.filter(direction=Direction.REQUIREMENT, state=State.AGREED).exists()


def test_a_counter_offer_shows_what_it_changes(told: None) -> None:
    ask = Ask.objects.get(organization=muebles(), state=State.COUNTERED, asker__name="Ventas")
    first, second = ask.all_terms.order_by("n")
    assert (first.outcome, second.outcome) == ("Ruta norte tres veces por semana", "Ruta norte dos veces por semana")
    assert [str(terms.target) for terms in (first, second)] == ["3.0000", "2.0000"]


def test_the_contracts_stand_where_a_visitor_should_find_them(told: None) -> None:
    two = contract("Ventas", "Logística")
    assert [version.superseded_at is None for version in two.versions.all()] == [False, True]
    assert {change.status for change in drafting.compare(*two.versions.all())} == {"kept", "changed", "new"}

    half = contract("Cliente", "Posventa")
    proposed = drafting.proposal(half)
    assert list(drafting.standing_signatures(half, proposed)) == ["customer"]

    lapsed = contract("Recursos humanos", "Tecnología")
    proposed = drafting.proposal(lapsed)
    assert proposed.is_change
    assert [signature.by_name for signature in drafting.lapsed(lapsed, proposed)] == ["Irene Mora"]

    removal = contract("Posventa", "Calidad")
    assert [line.status for line in drafting.proposal(removal).lines].count("removed") == 1


def test_shoes_written_confirmed_and_corrected(told: None) -> None:
    written = drafting.last_shoes(contract("Logística", "Producción"))
    confirmed = drafting.last_shoes(contract("Ventas", "Logística"))
    corrected = drafting.last_shoes(contract("Producción", "Administración"))
    assert written
    assert confirmed
    assert corrected
    assert (written.n, written.written_side, written.confirmed_at) == (1, "supplier", None)
    assert (confirmed.n, confirmed.written_side, confirmed.confirmed_by_name) == (1, "supplier", "Ana Ruiz")
    assert (corrected.n, corrected.written_side, corrected.confirmed_by_name) == (2, "customer", "Marta Solís")


def test_a_promise_of_administration_leads_up_to_the_client(told: None) -> None:
    ask = Ask.objects.get(organization=muebles(), state=State.AGREED, terms__outcome__startswith="Madera y herrajes")
    steps = trace.path(ask.pk)
    assert [(step.asker, step.performer) for step in steps[:-1]] == [
        ("Producción", "Administración"),
        ("Logística", "Producción"),
        ("Ventas", "Logística"),
        ("Cliente", "Ventas"),
    ]
    assert (steps[-1].kind, steps[-1].words) == ("problem", "Reducir los tiempos de entrega")


def test_each_agreed_ask_has_a_path_to_a_problem_of_the_client(told: None) -> None:
    agreed = Ask.objects.filter(state=State.AGREED).values_list("pk", flat=True)
    assert agreed
    assert {steps[-1].kind for steps in trace.paths(agreed).values()} == {"problem"}


def test_two_shapes_of_chain_a_line_and_a_graph_with_a_cycle_and_links_inside_a_column(told: None) -> None:
    for organization in Organization.objects.all():
        edges = list(Link.objects.filter(organization=organization).values_list("customer__name", "supplier__name"))
        areas = list(Area.objects.filter(organization=organization).values_list("name", flat=True))
        client = Area.objects.get(organization=organization, kind=Kind.CLIENT).name
        assert apart(client, areas, edges) == []
        assert any((supplier, customer) in edges for customer, supplier in edges), "a cycle"
        far = distances(client, edges)
        if organization.language == "es":
            line = ["Cliente", "Ventas", "Logística", "Producción", "Administración"]
            assert set(zip(line, line[1:], strict=False)) <= set(edges)
            assert [far[name] for name in line] == [0, 1, 2, 3, 4]
        else:
            assert len(areas) == 12
            assert any(far[customer] == far[supplier] for customer, supplier in edges), "a link inside a column"


def test_everybody_of_the_cast_is_there_with_a_proved_address_in_a_reserved_domain(told: None) -> None:
    listed = people()
    assert len({email for _name, email, _role in listed}) == len(listed) == User.objects.count()
    for name, email, role in listed:
        assert re.search(r"\.example$", email)
        assert role
        user = User.objects.get(email=email, name=name)
        assert not user.has_usable_password()
        assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]
    for organization in Organization.objects.all():
        roles = list(Membership.objects.filter(organization=organization).values_list("role", flat=True))
        assert (roles.count(Role.FACILITATOR), roles.count(Role.VIEWER)) == (1, 1)
        assert organization.is_demo
    assert len({person.slug for company in COMPANIES for person in company.people}) == len(listed)


def test_one_invitation_waits_and_one_ran_out_each_with_its_letter(told: None) -> None:
    invitations = Invitation.objects.filter(organization=muebles())
    assert sorted(invitation.standing(NOW) for invitation in invitations) == ["expired", "pending"]
    assert Letter.objects.filter(organization_ref=muebles().ref, created_at__lt=NOW).count() == 2

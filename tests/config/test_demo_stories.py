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
from config.demo import COMPANIES, people, telling
from config.demo.stage import weekday_from
from config.demo.telling import tell
from contracts import chasing, drafting
from contracts.board import chain_now
from contracts.budget import budget, quarter_of
from contracts.clock import Standing, soon_until, standing_of
from contracts.digest import writing
from contracts.digest.periods import weekly
from contracts.models import Clause, Commitment, Contract, Digest, Fact, Occurrence, Pause, Rung, Shoes
from contracts.rates import kept_rates
from contracts.words import Deed, Voice
from post.models import Letter
from requests import trace
from requests.models import Act, Ask, ClientProblem, Measurement, Terms
from requests.states import OPEN, Direction, State
from tests import build

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
WHAT_BECAME_OF_IT = ("delivered_at", "value", "judged_at", "worked", "easy", "failed_at", "waived_at", "paused_at")
# Each day of a week, at different hours (the Monday is a holiday in Mexico); a week after summer time began in Dublin;
# the last day of a year.
WHENEVER = [
    datetime(2026, 11, 16, 15, 30, tzinfo=UTC),
    datetime(2026, 11, 17, 19, 30, tzinfo=UTC),
    datetime(2026, 11, 18, 3, 0, tzinfo=UTC),
    datetime(2026, 11, 19, 16, 0, tzinfo=UTC),
    datetime(2026, 11, 20, 23, 59, tzinfo=UTC),
    datetime(2026, 11, 21, 5, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
    datetime(2026, 3, 30, 8, 0, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
]


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
        list(Occurrence.objects.order_by("pk").values_list("slot", "due_at", *WHAT_BECAME_OF_IT)),
        list(Fact.objects.order_by("pk").values_list("deed", "at", "by_name", "words", "value", "worked", "easy")),
        list(Pause.objects.order_by("pk").values_list("began_at", "ended_at")),
        list(Rung.objects.order_by("at", "kind", "n").values_list("kind", "n", "at")),
        list(
            Letter.objects.order_by("sent_at", "to_email", "kind").values_list(
                "to_email", "subject", "state", "sent_at"
            )
        ),
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


@pytest.mark.parametrize("which", [0, 1])
def test_the_company_that_a_killed_start_left_out_is_told_by_the_next_one(which: int) -> None:
    telling.STORIES[which].tell(NOW)
    assert tell(NOW)
    names = sorted(Organization.objects.values_list("name", flat=True))
    assert names == sorted(company.name for company in COMPANIES)
    assert not tell(NOW)


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


def standings(outcome: str, now: datetime) -> list[Standing]:
    """What became of each time of a promise in force that has fallen due or was begun, the oldest first."""
    rows = Occurrence.objects.filter(commitment__ended_at=None, commitment__clause__outcome__startswith=outcome)
    zone = rows[0].organization.tz
    soon = soon_until(now, zone)
    return [standing_of(row, now=now, soon_until=soon) for row in rows.order_by("planned_at") if row.starts_at < now]


def broken_links(organization: Organization, now: datetime) -> set[tuple[str, str]]:
    chain = chain_now(organization, now)
    names = {area.pk: area.name for area in chain.areas.values()}
    return {(names[link.customer], names[link.supplier]) for link in chain.links if link.standing == "broken"}


def days_of(organization: Organization, now: datetime) -> set[date]:
    """Each day on which something happened, or by which something is expected."""
    entries = JournalEntry.objects.filter(organization=organization)
    moments = list(entries.values_list("at", flat=True))
    assert max(moments) < now
    days = {at.astimezone(organization.tz).date() for at in moments}
    for ask in Ask.objects.filter(organization=organization).select_related("terms"):
        found = (ask.answer_by, ask.terms and ask.terms.due_on, ask.terms and ask.terms.first_on)
        days |= {day for day in found if day}
    reviews = Contract.objects.filter(organization=organization).exclude(review_on=None)
    return days | {day for day in reviews.values_list("review_on", flat=True) if day}


@pytest.mark.parametrize("now", WHENEVER, ids=lambda now: f"{now:%a-%d-%b}")
def test_whatever_the_weekday_the_story_is_at_the_same_point(now: datetime) -> None:
    tell(now)
    spanish, english = muebles(), Organization.objects.get(name="Lantern Quay")
    for organization in (spanish, english):
        assert {day for day in days_of(organization, now) if day.weekday() > 4} == set()

    # Production breaks its weekly plan, and what hangs on it toward the client is at risk.
    due = [one for one in standings("Plan semanal", now) if one not in (Standing.DUE_SOON, Standing.UPCOMING)]
    assert due[-4:] == [Standing.REPAIRED, Standing.KEPT, Standing.REPAIRED, Standing.OVERDUE]
    assert due[-5] == Standing.REPAIRED
    assert ("Logística", "Producción") in broken_links(spanish, now)
    assert chain_now(spanish, now).at_risk

    # Sales sends no complete orders: what logistics promised in return stands still, and did so before.
    window = Occurrence.objects.filter(commitment__clause__outcome__startswith="Ventana").order_by("planned_at")
    assert [row.paused_at is not None for row in window] == [False] * (len(window) - 1) + [True]
    stood_still = Pause.objects.filter(occurrence__in=window, ended_at__isnull=False, void_at=None).latest("began_at")
    moved = stood_still.occurrence
    assert stood_still.because.commitment.clause.outcome == "Órdenes de compra completas"
    assert (moved.due_at > moved.planned_at, moved.delivered_at is not None) == (True, True)
    assert standings("Ventana", now)[-2:] == [Standing.KEPT, Standing.PAUSED]

    assert ("Professional services", "Product") in broken_links(english, now)
    # A link that one promise alone holds, of production and not broken yet, is left for the visitor.
    assert standings("Seis patas", now) == [Standing.DUE_SOON]
    for organization in (spanish, english):
        rate = kept_rates(organization, now)[None]
        assert rate.percent is not None
        assert 70 <= rate.percent <= 95
        assert sum(week.counted > 0 for week in rate.weeks) >= 8
        monday = weekly(organization, now)
        digests = Letter.objects.filter(organization_ref=organization.ref, kind="contracts.digest")
        assert digests.count() >= 12
        assert {(letter.state, letter.language) for letter in digests} == {("sent", organization.language)}
        assert {letter.sent_at - monday.at < timedelta(minutes=1) for letter in digests if letter.sent_at} == {True}
        assert Digest.objects.filter(membership__organization=organization, period=monday.key).exists()


def test_nobody_is_flooded_when_the_workers_wake(told: None) -> None:
    before = set(Letter.objects.values_list("pk", flat=True))
    with transaction.atomic():
        chasing.sweep(NOW)
        writing.write_due(NOW)
        after = Letter.objects.exclude(pk__in=before)
        assert [letter.kind for letter in after if letter.kind != "contracts.reminder"] == []
        assert len(after) <= 6
        transaction.set_rollback(True)
    assert 20 < len(before) < 100


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


def test_each_end_that_a_delivery_can_have_can_be_seen(told: None) -> None:
    rows = list(Occurrence.objects.filter(organization=muebles()).select_related("organization"))
    soon = soon_until(NOW, muebles().tz)
    assert {standing_of(row, now=NOW, soon_until=soon) for row in rows} == set(Standing)
    sent_back = [row for row in rows if row.failed_at and row.settled_at]
    assert sent_back
    assert all(row.deliveries == 2 and row.worked for row in sent_back)
    assert Fact.objects.filter(occurrence__in=rows, deed=Deed.WAIVED).exclude(words="").exists()
    # Whoever delivered thought otherwise than whoever received it.
    assert any(row.self_easy and row.easy is False for row in rows)


def test_the_client_judges_by_a_voice_that_does_not_serve_it(told: None) -> None:
    verdicts = Fact.objects.filter(deed=Deed.JUDGED, occurrence__commitment__clause__outcome__startswith="Una fecha")
    assert {(fact.by_name, fact.voice) for fact in verdicts} == {("Clara Montes", Voice.VOICE)}


def test_one_measured_promise_has_no_misses_left_this_quarter(told: None) -> None:
    promise = Commitment.objects.select_related("clause").get(clause__outcome__startswith="Pedidos terminados")
    quarter = quarter_of(NOW.date())
    missed = Occurrence.objects.filter(commitment=promise, met=False, due_at__date__gte=quarter.first)
    calendar = muebles().calendar
    found = budget(promise.clause, calendar, since=date(2026, 9, 1), today=NOW.date(), used=missed.count())
    assert found
    assert found.is_spent


def test_the_letters_speak_of_the_story_in_the_language_of_each_company(told: None) -> None:
    digest = Letter.objects.get(kind="contracts.digest", to_email="luis@muebles.example")
    assert "Plan semanal de producción confirmado" in digest.text
    assert digest.html
    reminders = Letter.objects.filter(kind="contracts.reminder", to_email="marta@muebles.example", state="sent")
    assert any("Plan semanal de producción confirmado" in reminder.text for reminder in reminders)
    assert "Aviso" not in Letter.objects.filter(language="en").latest("sent_at").text


def test_one_invitation_waits_and_one_ran_out_each_with_its_letter(told: None) -> None:
    invitations = Invitation.objects.filter(organization=muebles())
    assert sorted(invitation.standing(NOW) for invitation in invitations) == ["expired", "pending"]
    letters = Letter.objects.filter(organization_ref=muebles().ref, kind="person.invited")
    assert [letter.created_at < NOW for letter in letters] == [True, True]

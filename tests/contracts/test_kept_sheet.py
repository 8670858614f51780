"""What the sheet says of how each promise is kept: standing, results, rate, budget, feasibility, risk, and the acts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas.models import Membership
from contracts import drafting
from contracts.at_hand import at_hand
from contracts.clock import Standing
from contracts.models import Occurrence, Pause
from contracts.sheets import Entry, Sheet
from requests.models import Ask
from requests.states import Direction
from requests.words import Every
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.owed import commitment_of, falls_due, kept, repaired

YESTERDAY = NOW - timedelta(days=1)
NOON = datetime(2026, 11, 13, 18, 0, tzinfo=UTC)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


def promised(cast: Cast, outcome: str = "Plan semanal", **asking: object) -> Ask:
    """Logistics' promise to sales, by default each week, without deliveries but those that a test makes."""
    asking.setdefault("terms", asks.weekly(outcome, first_on=datetime(2026, 1, 5, tzinfo=UTC).date()))
    ask = asks.agreed(cast, **asking)  # type: ignore[arg-type]
    asks.signed(cast, ask.link)
    Occurrence.objects.filter(commitment__ask=ask).delete()
    commitment = commitment_of(ask)
    commitment.started_at = NOW - timedelta(days=300)
    commitment.save()
    return ask


def sheet(cast: Cast, who: str = "luis", now: datetime = NOW) -> Sheet:
    return Sheet(drafting.contract_of(cast.to_sales), cast.actor(who), now)


def line(cast: Cast, ask: Ask, who: str = "luis", now: datetime = NOW) -> Entry:
    return next(e for lane in sheet(cast, who, now).lanes for e in lane.entries if e.ask.pk == ask.pk)


def page(cast: Cast, member: Membership, **query: str) -> str:
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    address = reverse("contracts:sheet", kwargs={"org": cast.organization.ref, "link": cast.to_sales.ref})
    with time_machine.travel(NOW, tick=False):
        answer = client.get(address, query, headers={"HX-Request": "true"} if query else {})
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_promise_without_deliveries_is_in_force(cast: Cast) -> None:
    ask = promised(cast)
    entry = line(cast, ask)
    assert (entry.standing, entry.pill, entry.tone) == (None, "in_force", "kept")


def test_the_worst_delivery_that_is_open_is_shown(cast: Cast) -> None:
    ask = promised(cast)
    falls_due(ask, NOW + timedelta(days=1))
    assert line(cast, ask).pill == "due_soon"
    falls_due(ask, YESTERDAY - timedelta(days=7), delivered_at=YESTERDAY - timedelta(days=7))
    assert line(cast, ask).standing == Standing.DELIVERED
    falls_due(ask, YESTERDAY, paused_at=YESTERDAY - timedelta(days=1))
    assert line(cast, ask).standing == Standing.PAUSED
    falls_due(ask, YESTERDAY - timedelta(days=1))
    falls_due(ask, YESTERDAY - timedelta(days=8))
    entry = line(cast, ask)
    assert (entry.standing, entry.tone) == (Standing.OVERDUE, "broken")
    assert entry.kept is not None
    assert entry.kept.occurrence is not None
    assert entry.kept.occurrence.due_at == YESTERDAY - timedelta(days=8)
    assert entry.kept.more_broken == 1
    assert "One more delivery is broken." in words(page(cast, cast.luis))


def test_the_last_five_results_are_said_in_words(cast: Cast) -> None:
    ask = promised(cast)
    for weeks in range(1, 8):
        (repaired if weeks == 2 else kept)(ask, NOON - timedelta(weeks=weeks))
    found = line(cast, ask).kept
    assert found is not None
    assert [one.standing for one in found.results] == ["kept", "kept", "kept", "broken", "kept"]
    assert (found.rate.kept, found.rate.broken) == (6, 1)
    text = page(cast, cast.luis)
    assert text.count('class="result ') == 5
    assert "Fri 30 Oct: broken" in text or "Fri, 30 Oct: broken" in text
    assert "86%" in text
    assert 'id="link-trend"' in text


def test_who_may_act_finds_the_two_taps(cast: Cast) -> None:
    ask = promised(cast)
    due = falls_due(ask, NOW + timedelta(hours=3))
    to_deliver = reverse("contracts:deliver", kwargs={"org": cast.organization.ref, "ref": due.ref})
    to_judge = reverse("contracts:judge", kwargs={"org": cast.organization.ref, "ref": due.ref})
    assert to_deliver in page(cast, cast.luis)
    assert to_deliver in page(cast, cast.victor)
    for member in (cast.ana, cast.marta, cast.vera):
        assert to_deliver not in page(cast, member)
    Occurrence.objects.filter(pk=due.pk).update(delivered_at=NOW, deliveries=1)
    at_hand.clear()
    assert to_judge in page(cast, cast.ana)
    for member in (cast.luis, cast.marta, cast.vera):
        assert to_judge not in page(cast, member)


def test_a_pause_says_what_it_waits_for(cast: Cast) -> None:
    plan = promised(cast)
    orders = promised(cast, "Pedidos completos", direction=Direction.REQUIREMENT)
    late = falls_due(orders, YESTERDAY)
    waits = falls_due(plan, NOW - timedelta(hours=1), paused_at=YESTERDAY)
    Pause.objects.create(occurrence=waits, because=late, began_at=YESTERDAY)
    text = words(page(cast, cast.luis))
    assert "it waits for «Pedidos completos»" in text
    assert line(cast, plan).tone == "soon"


def test_the_budget_counts_the_misses_of_the_quarter_and_proposes_other_terms(cast: Cast) -> None:
    ask = promised(cast)
    repaired(ask, NOON)
    outlook = line(cast, ask).outlook
    assert outlook is not None
    assert outlook.budget is not None
    assert (outlook.budget.times, outlook.budget.allowed, outlook.budget.used) == (13, 1, 1)
    assert outlook.budget.is_spent
    text = page(cast, cast.luis)
    assert "The one miss of this quarter is spent." in text
    assert outlook.because
    client = Client()
    client.force_login(cast.luis.user)
    amend = reverse("requests:amend", kwargs={"org": cast.organization.ref, "ref": ask.ref})
    assert f'action="{amend}"' in text
    client.post(amend, {"words": outlook.because})
    draft = Ask.objects.get(replaces=ask)
    assert draft.draft["words"] == outlook.because
    assert outlook.because in client.get(
        reverse("requests:ask", kwargs={"org": cast.organization.ref, "ref": draft.ref})
    ).content.decode().replace("&#x27;", "'")


def test_a_miss_of_the_quarter_before_is_forgotten(cast: Cast) -> None:
    ask = promised(cast)
    repaired(ask, datetime(2026, 9, 30, 18, 0, tzinfo=UTC))
    outlook = line(cast, ask).outlook
    assert outlook is not None
    assert outlook.budget is not None
    assert outlook.budget.used == 0


def supported(cast: Cast) -> tuple[Ask, Ask, Ask]:
    """Logistics promises sales two days, and asks production for three, and production administration for a number."""
    first = promised(cast, terms=asks.after_event("Aviso", within=2, within_unit="days"))
    second = asks.agreed(
        cast, link=cast.to_logistics, why=first, terms=asks.after_event("Plan", within=3, within_unit="days")
    )
    third = asks.agreed(cast, link=cast.to_production, why=second, terms=asks.measured("Insumos", every=Every.WEEK))
    asks.signed(cast, cast.to_logistics)
    asks.signed(cast, cast.to_production)
    return first, second, third


def test_what_supports_a_promise_must_fit_into_its_time(cast: Cast) -> None:
    first, _second, _third = supported(cast)
    outlook = line(cast, first).outlook
    assert outlook is not None
    assert outlook.times is not None
    assert not outlook.times.fits
    assert outlook.times.promises == 1  # what the support is supported by is in its time
    assert outlook.too_tight
    assert "working hours in all; this promise has" in words(page(cast, cast.luis))


def test_a_chain_is_as_sure_as_its_links_together(cast: Cast) -> None:
    first = promised(cast, terms=asks.measured("Avisos", first_on=datetime(2026, 1, 5, tzinfo=UTC).date()))
    second = asks.agreed(cast, link=cast.to_logistics, why=first, terms=asks.measured("Plan"))
    asks.agreed(cast, link=cast.to_production, why=second, terms=asks.measured("Insumos", target=Decimal(95)))
    asks.signed(cast, cast.to_logistics)
    asks.signed(cast, cast.to_production)
    outlook = line(cast, first).outlook
    assert outlook is not None
    assert outlook.chained is not None
    assert (outlook.chained.percent, outlook.chained.links) == (86, 3)
    for weeks in range(1, 11):
        (kept if weeks % 2 else repaired)(second, NOON - timedelta(weeks=weeks))
    again = line(cast, first).outlook
    assert again is not None
    assert again.chained is not None
    assert again.chained.percent == 45  # what is known goes before what is aimed at


def test_what_hangs_on_a_broken_promise_is_at_risk(cast: Cast) -> None:
    first, second, third = supported(cast)
    Occurrence.objects.filter(commitment__ask__in=(first, second, third)).delete()
    assert line(cast, first).kept.at_risk == ""  # type: ignore[union-attr]
    falls_due(third, YESTERDAY)
    assert "«Insumos»" in line(cast, first).kept.at_risk  # type: ignore[union-attr]
    assert "At risk toward the client" in words(page(cast, cast.luis))


def test_a_lane_looks_again_when_time_alone_changes_it(cast: Cast) -> None:
    due = falls_due(promised(cast), NOW + timedelta(hours=5))
    found = sheet(cast)
    assert found.fresh_until is not None
    assert due.due_at < found.fresh_until < due.due_at + timedelta(seconds=1)
    assert f'data-fresh-until="{found.fresh_until.isoformat()}"' in page(cast, cast.luis)


@pytest.mark.parametrize("part", ["", "need"])
def test_deliveries_cost_no_queries(cast: Cast, part: str) -> None:
    query = {"part": part} if part else {}

    def queries() -> int:
        page(cast, cast.luis, **query)
        at_hand.clear()
        with CaptureQueriesContext(connection) as counted:
            page(cast, cast.luis, **query)
        return len(counted)

    first = promised(cast)
    kept(first, NOON)
    one = queries()
    for n in range(3):
        more = promised(cast, f"Otra {n}", why=first)
        for weeks in range(6):
            repaired(more, NOON - timedelta(weeks=weeks))
        falls_due(more, YESTERDAY)
    assert queries() == one


def test_a_promise_of_old_terms_still_supports_under_new_ones(cast: Cast) -> None:
    """The ask that caused the support was amended: what it caused hangs on the new terms."""
    first = promised(cast)
    second = asks.agreed(cast, link=cast.to_logistics, why=first, terms=asks.weekly("Plan"))
    asks.signed(cast, cast.to_logistics)
    change = asks.agreed(cast, asks.asked(cast, replaces=first, terms=asks.weekly("Plan de la semana")))
    asks.signed(cast)
    Occurrence.objects.all().delete()
    falls_due(second, YESTERDAY)
    assert "«Plan»" in line(cast, change).kept.at_risk  # type: ignore[union-attr]

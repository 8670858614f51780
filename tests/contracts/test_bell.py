"""What was sent to me, what became of it, how much is new; what I want to be told; the ladder and what climbs on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from areas.calendar import Calendar, office_week
from areas.models import JournalEntry, Membership, Organization
from contracts import bell, ladder, wishes
from contracts.models import Digest, Notice, Occurrence, Wishes
from contracts.words import Often
from post import letters
from tests import asks
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.contracts.chase import DAY, HOUR, promised, rungs, sweep, time_of

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return muebles_del_norte()


def url(cast: Cast, name: str) -> str:
    return reverse(f"contracts:{name}", kwargs={"org": cast.organization.ref})


def sign_in(client: Client, member: Membership, language: str = "en") -> Client:
    member.user.language = language
    member.user.save()
    client.force_login(member.user)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def late(cast: Cast, outcome: str = "Ventana") -> Occurrence:
    return time_of(promised(cast, asks.once(outcome, due_on=date(2026, 11, 24))))


# The bell -------------------------------------------------------------------------------------------------------------


def test_an_empty_bell_says_what_will_come(cast: Cast, client: Client) -> None:
    assert 'class="empty"' in page(sign_in(client, cast.luis), url(cast, "bell"))


def test_what_was_sent_stands_there_with_what_became_of_it(cast: Cast, client: Client) -> None:
    row = late(cast)
    other = late(cast, "Otra cosa")
    sweep(LATER)
    Occurrence.objects.filter(pk=other.pk).update(delivered_at=LATER, deliveries=1)

    html = page(sign_in(client, cast.luis), url(cast, "bell"))

    assert "Ventana" in html
    assert f"/promises/{row.commitment.ref}/" in html
    assert "delivered" in html.partition("Otra cosa")[0].rpartition('class="pill')[2]
    assert "Ventana" not in page(sign_in(client, cast.paula), url(cast, "bell"))


def test_the_number_counts_what_was_not_seen_and_seeing_is_a_post(cast: Cast, client: Client) -> None:
    late(cast)
    sweep(LATER)
    Notice.objects.update(at=NOW)
    mine = sign_in(client, cast.luis)
    assert bell.unseen(cast.luis) == 1
    assert 'class="bell-count"' in page(mine, url(cast, "bell_count"))
    page(mine, url(cast, "bell"))
    assert bell.unseen(cast.luis) == 1

    answer = mine.post(url(cast, "bell"), {"until": (NOW + HOUR).isoformat()})

    assert answer.status_code == 302
    assert bell.unseen(cast.luis) == 0
    assert 'class="bell-count"' not in page(mine, url(cast, "bell_count"))
    assert bell.unseen(cast.ana) == 1


def test_what_came_after_the_page_was_made_stays_new(cast: Cast) -> None:
    late(cast)
    sweep(LATER)
    late(cast, "Otra cosa")
    bell.see(cast.luis, LATER)
    sweep(LATER + HOUR)

    assert bell.unseen(cast.luis) == 1
    bell.see(cast.luis, LATER - DAY)
    assert bell.unseen(cast.luis) == 1


@pytest.mark.parametrize("said", ["", "yesterday", "2026-11-27", "2026-13-41T00:00:00Z", "9999-01-01T00:00:00+00:00"])
def test_a_moment_that_is_none_means_now(cast: Cast, client: Client, said: str) -> None:
    late(cast)
    sweep(LATER)
    Notice.objects.update(at=NOW - 365 * DAY)

    assert sign_in(client, cast.luis).post(url(cast, "bell"), {"until": said}).status_code == 302
    assert bell.unseen(cast.luis) == 0


def test_digests_that_were_sent_stand_there_too(cast: Cast, client: Client) -> None:
    letter = letters.write(
        key="d",
        kind="contracts.digest",
        to_email="l@x.example",
        to_name="",
        language="es",
        subject="x",
        text="x",
        now=NOW,
    )
    Digest.objects.create(membership=cast.luis, period="2026-W47", letter=letter, at=NOW)
    Digest.objects.create(membership=cast.luis, period="2026-W46", at=NOW - 7 * DAY)

    html = page(sign_in(client, cast.luis), url(cast, "bell"))

    assert html.count(url(cast, "digest_preview")) == 1


def test_the_bell_takes_the_same_queries_whatever_was_sent(cast: Cast, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            page(client, url(cast, "bell"))
        return len(counted)

    sign_in(client, cast.luis)
    late(cast)
    sweep(LATER)
    queries()
    one = queries()
    for n in range(4):
        late(cast, f"Cosa {n}")
    sweep(LATER)

    assert queries() == one


# Wishes ---------------------------------------------------------------------------------------------------------------


def wish(client: Client, cast: Cast, **more: Any) -> Any:
    return client.post(url(cast, "wishes"), {"version": 1, "digest": "weekly", **more})


def test_kinds_are_switched_off_and_on(cast: Cast, client: Client) -> None:
    sign_in(client, cast.luis)

    assert wish(client, cast, delivery="on", digest="daily").status_code == 302

    kept = Wishes.objects.get(membership=cast.luis)
    assert (kept.delivery, kept.answer, kept.verdict, kept.review) == (True, False, False, False)
    assert (kept.digest, kept.version) == (Often.DAILY, 2)
    assert wish(client, cast, version=2, delivery="on", answer="on").status_code == 302
    assert wishes.wishes_of(cast.luis).answer


def test_without_a_wish_everything_is_told(cast: Cast) -> None:
    found = wishes.wishes_of(cast.luis)
    assert found.delivery
    assert found.digest == Often.WEEKLY
    assert not Wishes.objects.exists()


def test_a_change_made_in_another_window_is_not_overwritten(cast: Cast, client: Client) -> None:
    sign_in(client, cast.luis)
    Wishes.objects.create(membership=cast.luis, digest=Often.OFF, version=2)

    answer = wish(client, cast, digest="daily")

    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert wishes.wishes_of(cast.luis).digest == Often.OFF
    assert wish(client, cast, digest="daily", version=2).status_code == 302


def test_nonsense_is_refused_beside_its_field(cast: Cast, client: Client) -> None:
    assert wish(sign_in(client, cast.luis), cast, digest="hourly").status_code == 422
    assert not Wishes.objects.exists()


# The ladder -----------------------------------------------------------------------------------------------------------


def climb(client: Client, cast: Cast, **more: Any) -> Any:
    version = Organization.objects.get(pk=cast.organization.pk).version
    said = {"version": version, "warn_days": 2, "escalate_days": 2, "digest_weekday": 0, "digest_time": "08:00"}
    return client.post(url(cast, "ladder"), {**said, **more})


def test_what_is_under_way_climbs_on_by_the_new_ladder(cast: Cast, client: Client) -> None:
    row = late(cast)
    # Warned two working days before the 24th; then the ladder is made longer.
    assert row.warn_at == datetime(2026, 11, 20, 15, tzinfo=UTC)

    assert climb(sign_in(client, cast.fede), cast, warn_days=4, escalate_days=3).status_code == 302

    row.refresh_from_db()
    assert row.warn_at == datetime(2026, 11, 18, 15, tzinfo=UTC)
    assert row.chase_at == row.warn_at
    assert row.escalate_at == datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert JournalEntry.objects.filter(event="ladder.changed", by=cast.fede).count() == 1


def test_a_rung_that_was_climbed_is_not_climbed_again(cast: Cast) -> None:
    row = late(cast)
    assert row.warn_at is not None
    sweep(row.warn_at + HOUR)
    organization = Organization.objects.get(pk=cast.organization.pk)
    organization.warn_days = 5

    assert ladder.climb_on(organization) == 1

    row.refresh_from_db()
    assert (row.rung, row.chase_at) == (1, row.due_at)
    assert row.warn_at is not None
    assert sweep(row.warn_at + 9 * HOUR) == 0
    assert rungs(row) == [("delivery", 1)]


def test_it_goes_over_all_of_them_batch_by_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "BATCH", 2)
    for n in range(5):
        late(cast, f"Cosa {n}")
    organization = Organization.objects.get(pk=cast.organization.pk)
    organization.escalate_days = 5

    assert ladder.climb_on(organization) == 5
    assert set(Occurrence.objects.values_list("escalate_at", flat=True)) == {datetime(2026, 12, 1, 15, tzinfo=UTC)}


@pytest.mark.parametrize(
    "said",
    [{"warn_days": 21}, {"escalate_days": 0}, {"digest_weekday": 7}, {"digest_time": "25:00"}, {"warn_days": ""}],
)
def test_a_ladder_that_cannot_stand_is_refused(cast: Cast, client: Client, said: dict[str, Any]) -> None:
    assert climb(sign_in(client, cast.fede), cast, **said).status_code == 422
    assert Organization.objects.get(pk=cast.organization.pk).version == cast.organization.version


def test_of_two_who_change_it_the_second_is_told(cast: Cast, client: Client) -> None:
    sign_in(client, cast.fede)
    assert climb(client, cast, digest_weekday=4, digest_time="16:30").status_code == 302
    kept = Organization.objects.get(pk=cast.organization.pk)
    assert (kept.digest_weekday, kept.digest_time) == (4, time(16, 30))

    assert climb(client, cast, version=kept.version - 1, warn_days=7).status_code == 409
    assert Organization.objects.get(pk=cast.organization.pk).warn_days == 2


def test_the_example_shows_the_days_from_the_first_reminder_to_the_last() -> None:
    calendar = Calendar(ZoneInfo("America/Mexico_City"), office_week(), "MX")

    shown = ladder.example(calendar, 2, 2, date(2026, 11, 18))

    assert [(day.on.day, day.rung) for day in shown] == [(24, 1), (25, 0), (26, 2), (27, 0), (28, 0), (29, 0), (30, 3)]
    assert [day.is_working for day in shown] == [True, True, True, True, False, False, True]
    assert [day.rung for day in ladder.example(calendar, 0, 1, date(2026, 11, 18))] == [2, 3]


def test_the_page_shows_it(cast: Cast, client: Client) -> None:
    html = page(sign_in(client, cast.fede), url(cast, "ladder"))
    assert html.count('class="rung-mark"') >= 5

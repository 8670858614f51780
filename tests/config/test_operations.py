"""What the operator sees: the truth about services, sweeps, letters; and nothing of another organization."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import heartbeat
from config.celery import SWEEPS
from post import incidents
from post.models import Incident, Letter, Pulse
from post.pulse import beating
from tests import build
from tests.cast import Cast, muebles_del_norte


@pytest.fixture(autouse=True)
def nobody_lives() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter(match=f"{settings.REDIS_PREFIX}:alive:*"):
            client.delete(key)


def lives(role: str, name: str = "here-1") -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        since = timezone.now().isoformat()
        client.set(f"{settings.REDIS_PREFIX}:alive:{role}:{name}", f'{{"since": "{since}"}}', ex=60)


def ran(name: str, ago: timedelta = timedelta(seconds=3), **more: Any) -> Pulse:
    at = timezone.now() - ago
    return Pulse.objects.create(name=name, started_at=at, finished_at=at + timedelta(seconds=1), runs=1, **more)


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def fede(cast: Cast, client: Client) -> Client:
    client.force_login(cast.fede.user)
    return client


def page(client: Client, cast: Cast) -> str:
    answer = client.get(reverse("operations", args=[cast.organization.ref]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_ready_when_everybody_lives(db: None, client: Client) -> None:
    lives("worker")
    lives("beat")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": True,
        "broker": True,
        "worker": True,
        "beat": True,
        "late": [],
    }


@pytest.mark.parametrize("role", heartbeat.ROLES)
def test_not_ready_when_one_is_gone(db: None, client: Client, role: str) -> None:
    lives(next(other for other in heartbeat.ROLES if other != role))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()[role] is False


def test_not_ready_when_a_sweep_stands_still(db: None, client: Client) -> None:
    lives("worker")
    lives("beat")
    name = next(iter(SWEEPS))
    ran(name, timedelta(minutes=10))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["late"] == [name]


def test_not_ready_without_the_broker(db: None, client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    told = client.get("/readyz").json()

    assert (told["broker"], told["worker"], told["database"]) == (False, False, True)


def test_all_is_well(fede: Client, cast: Cast) -> None:
    lives("worker")
    lives("beat")
    for name in SWEEPS:
        ran(name)

    assert "Todo está bien" in page(fede, cast) or "All is well" in page(fede, cast)


def test_two_beats_are_said(fede: Client, cast: Cast) -> None:
    lives("worker")
    lives("beat", "here-1")
    lives("beat", "there-2")

    assert "one is enough" in page(fede, cast) or "basta con uno" in page(fede, cast)


def test_a_failed_run_shows_its_error(fede: Client, cast: Cast) -> None:
    name = next(iter(SWEEPS))
    ran(name, failed_at=timezone.now(), error="OperationalError")

    assert "OperationalError" in page(fede, cast)


def test_letters_of_ones_own_organization_only(fede: Client, cast: Cast) -> None:
    build.letter("ours", organization_ref=cast.organization.ref, state="dead", to_name="Luis", last_error="refused 550")
    build.letter("theirs", organization_ref=cast.elsewhere.ref, state="dead", to_name="Olga", last_error="secret 551")

    told = page(fede, cast)

    assert "refused 550" in told
    assert "secret 551" not in told


def test_a_dead_letter_is_sent_again(fede: Client, cast: Cast) -> None:
    ours = build.letter("ours", organization_ref=cast.organization.ref, state="dead")

    answer = fede.post(reverse("operations_revive", args=[cast.organization.ref, ours.ref]))

    ours.refresh_from_db()
    assert answer.status_code == 302
    assert ours.state == Letter.State.WAITING


def test_nobody_revives_the_letter_of_another(fede: Client, cast: Cast) -> None:
    theirs = build.letter("theirs", organization_ref=cast.elsewhere.ref, state="dead")

    answer = fede.post(reverse("operations_revive", args=[cast.organization.ref, theirs.ref]))

    theirs.refresh_from_db()
    assert (answer.status_code, theirs.state) == (404, Letter.State.DEAD)


def test_staff_see_the_whole_house(cast: Cast, client: Client) -> None:
    cast.olga.user.is_staff = True
    cast.olga.user.save()
    client.force_login(cast.olga.user)
    build.letter("any", organization_ref=cast.organization.ref, state="dead", last_error="refused 550")

    assert "refused 550" in client.get(reverse("operations_all")).content.decode()


def test_an_incident_is_one_line_while_it_lasts(db: None) -> None:
    now = timezone.now()
    for minute in range(3):
        incidents.note(Incident.Kind.MAIL, now + timedelta(minutes=minute), "ConnectionRefusedError")
    incidents.over(Incident.Kind.MAIL, now + timedelta(minutes=5))
    incidents.note(Incident.Kind.MAIL, now + timedelta(minutes=9), "ConnectionRefusedError")

    told = [(one.times, one.began_at, one.last_at, one.ended_at) for one in Incident.objects.order_by("began_at")]

    minutes = [now + timedelta(minutes=n) for n in range(10)]
    assert told == [(3, minutes[0], minutes[2], minutes[5]), (1, minutes[9], minutes[9], None)]


def test_what_happened_is_told(fede: Client, cast: Cast) -> None:
    now = timezone.now()
    incidents.note(Incident.Kind.GAP, now - timedelta(days=7), "contracts.tasks.chase", ended_at=now)

    assert "contracts.tasks.chase" in page(fede, cast)


def test_no_metrics_without_a_token(db: None, client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(("given", "status"), [({}, 401), ({"authorization": "Bearer wrong"}, 401)])
def test_metrics_want_their_token(db: None, client: Client, settings: Any, given: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN = "a-token-of-the-tests"

    assert client.get("/metrics", headers=given).status_code == status


def test_metrics_say_what_the_page_says(db: None, client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a-token-of-the-tests"
    lives("worker")
    build.letter(state="dead")
    ran("post.tasks.deliver", timedelta(seconds=30))

    told = client.get("/metrics", headers={"authorization": "Bearer a-token-of-the-tests"}).content.decode()

    assert "eslabon_workers 1.0" in told
    assert "eslabon_ready 0.0" in told
    assert 'eslabon_letters{state="dead"} 1.0' in told
    assert 'eslabon_sweep_age_seconds{sweep="post.tasks.deliver"} 3' in told


def test_a_long_silence_is_told(db: None) -> None:
    now = timezone.now()
    with beating("post.tasks.deliver", now - timedelta(days=7), gap=timedelta(minutes=2)):
        pass

    with beating("post.tasks.deliver", now, gap=timedelta(minutes=2)):
        pass

    (told,) = Incident.objects.filter(kind=Incident.Kind.GAP)
    assert (told.began_at, told.ended_at) == (now - timedelta(days=7), now)


def test_a_task_that_fails_is_told_until_it_works_again(db: None) -> None:
    now = timezone.now()
    for _try in range(2):
        with pytest.raises(KeyError), beating("contracts.tasks.chase", now):
            raise KeyError
    assert [(one.times, one.ended_at) for one in Incident.objects.all()] == [(2, None)]

    with beating("contracts.tasks.chase", now + timedelta(minutes=1)):
        pass

    assert Incident.objects.get().ended_at == now + timedelta(minutes=1)


def test_an_incident_that_cannot_be_written_waits_in_the_process(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_given: Any) -> None:
        raise OperationalError

    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(incidents, "_write", gone)
        incidents.note(Incident.Kind.DATABASE, now)
    assert not Incident.objects.exists()

    incidents.over(Incident.Kind.DATABASE, now + timedelta(seconds=9))

    assert [(one.began_at, one.ended_at) for one in Incident.objects.all()] == [(now, now + timedelta(seconds=9))]

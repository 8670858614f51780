"""Figures for Prometheus at `/metrics`, behind the token METRICS_TOKEN, read from the database at each scrape."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from areas.access import open_to_all
from config.celery import SWEEPS
from config.health import health
from config.operations import Backlog
from post.models import Incident, Letter


class Figures(Collector):
    """What the operator's page says, as numbers."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        found = health(self.now)
        yield _gauge("eslabon_ready", "1 if database, broker, a worker, a beat and all sweeps are well", found.is_ready)
        yield _gauge("eslabon_database_up", "1 if the database answers", found.database)
        yield _gauge("eslabon_broker_up", "1 if the broker answers", found.broker)
        yield _gauge("eslabon_workers", "Workers that gave a sign of life", len(found.workers))
        yield _gauge("eslabon_beats", "Beats that gave a sign of life", len(found.beats))
        if not found.database:
            return
        since = GaugeMetricFamily("eslabon_sweep_age_seconds", "Seconds since a sweep last began", labels=["sweep"])
        failed = GaugeMetricFamily("eslabon_sweep_failed", "1 if the last run of a sweep failed", labels=["sweep"])
        for name in SWEEPS:
            pulse = found.pulses.get(name)
            if pulse:
                since.add_metric([name], (self.now - pulse.started_at).total_seconds())
                failed.add_metric([name], float(pulse.failed_at is not None and pulse.failed_at >= pulse.started_at))
        yield since
        yield failed
        backlog = Backlog.read(self.now)
        yield _gauge("eslabon_chase_due", "Occurrences with a rung that is due", backlog.chase_due)
        yield _gauge("eslabon_chase_lag_seconds", "Age of the oldest rung that is due", self._age(backlog.chase_since))
        yield _gauge("eslabon_letter_lag_seconds", "Age of the oldest letter due", self._age(backlog.letters_since))
        letters = GaugeMetricFamily("eslabon_letters", "Letters by state", labels=["state"])
        counts = dict(Letter.objects.order_by().values_list("state").annotate(n=Count("pk")))
        for state in Letter.State.values:
            letters.add_metric([state], counts.get(state, 0))
        yield letters
        lasting = Incident.objects.filter(ended_at__isnull=True).count()
        yield _gauge("eslabon_incidents_lasting", "Incidents that are not over", lasting)

    def _age(self, since: datetime | None) -> float:
        return (self.now - since).total_seconds() if since else 0.0


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


@open_to_all
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Without METRICS_TOKEN this address does not exist; with it the caller bears it as `Authorization: Bearer …`."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Figures(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

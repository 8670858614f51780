from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import asked_for, metrics, operations
from config.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("favicon.ico", asked_for.favicon, name="favicon"),
    path("robots.txt", asked_for.robots, name="robots"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("operations/", operations.of_all, name="operations_all"),
    path("operations/letters/<slug:letter>/", operations.revive_any, name="operations_revive_any"),
    path("o/<slug:org>/operations/", operations.of_organization, name="operations"),
    path("o/<slug:org>/operations/letters/<slug:letter>/", operations.revive, name="operations_revive"),
    path("accounts/", include("areas.account_urls")),
    path("", include("workshops.urls")),
    path("", include("contracts.urls")),
    path("", include("requests.urls")),
    path("", include("areas.urls")),
    path("", include("post.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("config.demo.urls")))

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("areas.account_urls")),
]
for room in ("contracts", "requests", "areas", "post"):
    if find_spec(room) and find_spec(f"{room}.urls"):
        urlpatterns.append(path("", include(f"{room}.urls")))
if settings.DEMO and find_spec("config.demo") and find_spec("config.demo.urls"):
    urlpatterns.append(path("demo/", include("config.demo.urls")))

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("areas.account_urls")),
    path("", include("contracts.urls")),
    path("", include("requests.urls")),
    path("", include("areas.urls")),
    path("", include("post.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("config.demo.urls")))

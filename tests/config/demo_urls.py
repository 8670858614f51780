"""The addresses of an installation in demo mode."""

from django.urls import include, path

from config.urls import urlpatterns as without

urlpatterns = [*without, path("demo/", include("config.demo.urls"))]

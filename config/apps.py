from django.apps import AppConfig

# Imported for its effect: tasks published from a view belong to this app.
from config.celery import app as celery_app
from config.instants import read_quickly

__all__ = ["ConfigConfig", "celery_app"]


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        read_quickly()

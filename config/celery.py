import os

from celery import Celery

from config import heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("eslabon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
heartbeat.connect()

# The beat: what is swept, and how often in seconds. A sweep that nobody took before the next one is due is dropped.
SWEEPS = {
    "post.tasks.deliver": 10.0,
    "contracts.tasks.chase": 60.0,
    "contracts.tasks.open_ahead": 60.0,
    "contracts.tasks.digest": 60.0,
    "workshops.tasks.tidy": 3600.0,
    "config.tasks.tidy": 24 * 3600.0,
}
app.conf.beat_schedule = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}} for task, seconds in SWEEPS.items()
}

from celery import shared_task
from django.utils import timezone

from contracts import depending, opening


@shared_task(name="contracts.tasks.open_ahead")
def open_ahead() -> None:
    """What falls due soon is opened, what a changed calendar moved is moved, and what waits for others is paused."""
    now = timezone.now()
    opening.replan_changed(now)
    opening.open_ahead(now)
    depending.catch_up(now)

from celery import shared_task
from django.utils import timezone

from post import letters


@shared_task(name="post.tasks.deliver")
def deliver() -> None:
    """Sends the letters that are due. Rung after each deed that wrote one, and swept by beat."""
    if letters.deliver_due(timezone.now()).more:
        letters.ring_on_commit()

from celery import shared_task
from django.utils import timezone

from post.pulse import beating
from workshops import rehearsal


@shared_task(name="workshops.tasks.tidy")
def tidy() -> None:
    """Rehearsals in which nothing has happened for two days go."""
    now = timezone.now()
    with beating("workshops.tasks.tidy", now) as facts:
        facts["removed"] = rehearsal.remove_forgotten(now)

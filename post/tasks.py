from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from post import letters
from post.pulse import beating

# It is rung every ten seconds: a longer silence is told to the operator.
SILENCE = timedelta(minutes=2)


@shared_task(name="post.tasks.deliver")
def deliver() -> None:
    """Sends the letters that are due. Rung after each deed that wrote one, and swept by beat."""
    now = timezone.now()
    with beating("post.tasks.deliver", now, gap=SILENCE) as facts:
        done = letters.deliver_due(now)
        facts.update(
            {name: n for name in ("sent", "failed", "dead", "left_out") if (n := getattr(done, name))},
            **({"unreachable": True} if done.unreachable else {}),
        )
    if done.more:
        letters.ring_on_commit()

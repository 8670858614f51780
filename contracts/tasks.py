import logging
import time

from celery import shared_task
from django.utils import timezone

from contracts import chasing, depending, opening
from contracts.digest import writing
from post.pulse import beating

logger = logging.getLogger(__name__)

# A sweep of digests ends well inside the task's time limit; what it leaves the next one takes up.
DIGESTS_LAST = 35.0


@shared_task(name="contracts.tasks.open_ahead")
def open_ahead() -> None:
    """What falls due soon is opened, what a changed calendar moved is moved, and what waits for others is paused."""
    now = timezone.now()
    with beating("contracts.tasks.open_ahead", now) as facts:
        opening.replan_changed(now)
        facts["opened"] = opening.open_ahead(now)
        depending.catch_up(now)


@shared_task(name="contracts.tasks.digest")
def digest() -> None:
    """The digests whose moment has come. Swept each minute: what is due and not yet done, whenever it was due."""
    now = timezone.now()
    began = time.monotonic()
    with beating("contracts.tasks.digest", now) as facts:
        facts["letters"] = writing.write_due(now, stop=lambda: time.monotonic() - began > DIGESTS_LAST)


@shared_task(name="contracts.tasks.chase")
def chase() -> None:
    """What is due and not yet done, rung by rung. What one run leaves the next takes up at once."""
    now = timezone.now()
    with beating("contracts.tasks.chase", now) as facts:
        done = chasing.sweep(now)
        facts.update(rows=done.rows, notices=done.notices)
    if done.more:
        try:
            chase.apply_async(retry=False, ignore_result=True)
        except Exception as error:  # whatever the broker's client raises: the next beat takes it up
            logger.warning("the broker takes no more work, the chase goes on in a minute: %s", type(error).__name__)

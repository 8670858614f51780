from datetime import timedelta

import pytest

from post.models import Pulse
from post.pulse import beating
from post.tasks import deliver
from tests.post.conftest import NOW

pytestmark = pytest.mark.django_db


def test_a_task_says_when_it_ran_and_what_it_did() -> None:
    with beating("a.task", NOW) as facts:
        running = Pulse.objects.get()
        facts["rows"] = 3

    assert (running.started_at, running.finished_at, running.runs) == (NOW, None, 1)
    done = Pulse.objects.get()
    assert done.finished_at is not None
    assert timedelta(0) <= done.finished_at - NOW < timedelta(seconds=5)
    assert (done.facts, done.error, done.failed_at) == ({"rows": 3}, "", None)


def test_a_failure_is_kept_until_the_next_run_and_goes_on_to_the_caller() -> None:
    with pytest.raises(ZeroDivisionError), beating("a.task", NOW):
        raise ZeroDivisionError("nothing to divide by")

    failed = Pulse.objects.get()
    assert failed.error == "ZeroDivisionError: nothing to divide by"
    assert failed.failed_at == failed.finished_at

    with beating("a.task", NOW + timedelta(minutes=1)):
        pass
    better = Pulse.objects.get()
    assert (better.error, better.runs, better.failed_at) == ("", 2, failed.failed_at)


def test_the_sending_of_letters_beats() -> None:
    deliver()

    assert Pulse.objects.get(name="post.tasks.deliver").runs == 1

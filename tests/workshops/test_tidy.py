"""A rehearsal that everybody left goes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from areas.models import Organization
from post.models import Pulse
from tests.build import NOW
from tests.cast import Cast
from tests.workshops import play
from workshops.models import Workshop
from workshops.tasks import tidy

pytestmark = pytest.mark.django_db


def test_a_rehearsal_goes_two_days_after_the_last_act(cast: Cast) -> None:
    room = play.opened(cast, is_rehearsal=True)
    kept = play.opened(cast)
    play.to(room, "voice", now=NOW + timedelta(hours=5))

    with time_machine.travel(NOW + timedelta(hours=52), tick=False):
        tidy()
    assert Workshop.objects.filter(pk=room.pk).exists()

    with time_machine.travel(NOW + timedelta(hours=54), tick=False):
        tidy()
    assert set(Workshop.objects.all()) == {kept}
    assert not Organization.objects.filter(rehearses__isnull=False).exists()
    assert Pulse.objects.get(name="workshops.tasks.tidy").facts == {"removed": 1}

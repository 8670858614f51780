"""The two stories told side by side, from an empty database; apart from the tests that keep a told one."""

from __future__ import annotations

import pytest

from areas.models import Organization
from config.demo import telling
from config.demo.stage import Stage
from tests.config.test_demo_stories import NOW, contents, told_in


@pytest.mark.django_db(transaction=True)
def test_two_processes_tell_what_one_tells() -> None:
    by_one = told_in("en")
    assert telling.tell_at_once(NOW)
    by_two = contents()
    assert [sorted(map(repr, rows)) for rows in by_two] == [sorted(map(repr, rows)) for rows in by_one]
    assert not telling.tell_at_once(NOW)
    assert contents() == by_two


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", [0, 1])
def test_when_one_story_fails_neither_company_is_there(which: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def play(stage: Stage) -> None:
        stage.found(stage.cast.people[0].slug, -3, "10:00")
        raise RuntimeError("torn")

    stories = list(telling.STORIES)
    stories[which] = telling.Story(stories[which].cast, play)
    monkeypatch.setattr(telling, "STORIES", tuple(stories))
    with pytest.raises((RuntimeError, telling.NotTold)):
        telling.tell_at_once(NOW)
    assert not Organization.objects.exists()

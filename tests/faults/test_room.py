"""The web dies in the middle of a round: the room is back within seconds, what was confirmed stands there once."""

from __future__ import annotations

from tests.faults.test_faults import trial


def test_a_killed_web_loses_and_doubles_nothing_of_a_round_with_fifty_phones() -> None:
    lines = {line["name"]: line for line in trial("room_killed", PHONES="50", KILLS="2")}

    assert lines["room_killed_lost"]["value"] == 0, lines
    assert lines["room_killed_doubled"]["value"] == 0, lines
    # Back within five seconds; a machine that is busy with other tests starts a web more slowly.
    assert lines["room_killed_back_s"]["value"] <= 15, lines
    assert lines["room_killed_back_s"]["beside"]["confirmed"] >= 24

"""The plan of the exercise: places and rounds of any chain, whose turn it is, which plans can be played."""

import pytest

from areas.chain import distances
from workshops import phases
from workshops.phases import ORDER, Phase, Step

PLAN = [phase.value for phase in ORDER]


def placed(edges: list[tuple[str, str]], *more: str) -> dict[str, int]:
    areas = sorted({one for edge in edges for one in edge} | set(more))
    return phases.places(distances("client", edges), areas)


LINE = [("client", "sales"), ("sales", "logistics"), ("logistics", "production"), ("production", "administration")]


def test_a_line_has_one_round_for_each_area_behind_the_first() -> None:
    found = placed(LINE)
    assert found == {"sales": 1, "logistics": 2, "production": 3, "administration": 4}
    assert phases.rounds(found) == [2, 3, 4]


def test_a_graph_takes_the_shortest_way_to_the_client_and_plays_areas_of_one_distance_together() -> None:
    edges = [
        ("client", "sales"),
        ("client", "support"),
        ("sales", "logistics"),
        ("logistics", "production"),
        ("support", "production"),
    ]
    found = placed(edges)
    assert found == {"sales": 1, "support": 1, "logistics": 2, "production": 2}
    assert phases.rounds(found) == [2]


def test_a_cycle_is_gone_through_once() -> None:
    edges = [*LINE, ("administration", "sales"), ("logistics", "administration")]
    assert placed(edges) == {"sales": 1, "logistics": 2, "production": 3, "administration": 3}


def test_areas_apart_come_last_in_a_round_of_their_own() -> None:
    found = placed(LINE[:2], "garden", "cafe")
    assert found == {"sales": 1, "logistics": 2, "garden": 3, "cafe": 3}
    assert phases.rounds(found) == [2, 3]


def test_areas_apart_have_a_round_behind_the_client_even_if_nobody_serves_the_client() -> None:
    assert placed([], "garden") == {"garden": 2}
    assert phases.rounds({"garden": 2}) == [2]


def test_only_areas_next_to_the_client_leave_the_chain_without_rounds() -> None:
    assert phases.steps(PLAN, []) == [Step(phase) for phase in ORDER if phase != Phase.CHAIN]


def test_steps_of_a_plan_have_one_stop_per_round() -> None:
    keys = [step.key for step in phases.steps(PLAN, [2, 3])]
    assert keys == ["mirror", "problem", "voice", "chain:2", "chain:3", "answers", "agreements", "close"]
    assert [phases.read(key) for key in keys] == phases.steps(PLAN, [2, 3])


def test_a_key_that_is_none_is_refused() -> None:
    assert phases.read("") is None
    for wrong in ("lunch", "chain:two", "mirror:x"):
        with pytest.raises(ValueError, match=r"."):
            phases.read(wrong)


@pytest.mark.parametrize(
    ("step", "place", "writes", "answers", "turn"),
    [
        (None, 1, False, False, "now"),
        (Step(Phase.MIRROR), 1, False, False, "now"),
        (Step(Phase.PROBLEM), 1, False, False, "now"),
        (Step(Phase.VOICE), 1, True, True, "now"),
        (Step(Phase.VOICE), 2, False, False, "before"),
        (Step(Phase.CHAIN, 2), 1, True, True, "after"),
        (Step(Phase.CHAIN, 2), 2, True, True, "now"),
        (Step(Phase.CHAIN, 2), 3, False, False, "before"),
        (Step(Phase.CHAIN, 3), 2, True, True, "after"),
        (Step(Phase.ANSWERS), 3, False, True, "now"),
        (Step(Phase.AGREEMENTS), 1, False, True, "now"),
        (Step(Phase.CLOSE), 1, False, False, "now"),
        (Step(Phase.CHAIN, 2), 0, False, False, "after"),
    ],
)
def test_who_writes_and_answers_in_which_step(
    step: Step | None, place: int, writes: bool, answers: bool, turn: str
) -> None:
    assert (phases.writes(step, place), phases.answers(step, place)) == (writes, answers)
    assert phases.turn(step, place) == turn


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        ["voice", "chain", "answers", "agreements"],
        ["problem", "mirror", "voice", "chain", "answers", "agreements", "close"],
        ["voice", "chain", "mirror", "answers", "agreements", "close", "problem"],
    ],
)
def test_mirror_problem_and_close_may_be_left_out_and_moved(plan: list[str]) -> None:
    assert phases.why_not_plan(plan) is None


@pytest.mark.parametrize(
    "plan",
    [
        [],
        ["mirror", "problem"],
        ["voice", "answers", "chain", "agreements"],
        ["voice", "voice", "chain", "answers", "agreements"],
        ["voice", "chain", "answers", "agreements", "lunch"],
    ],
)
def test_the_others_stay_in_their_order(plan: list[str]) -> None:
    assert phases.why_not_plan(plan)


def test_neighbours_of_a_line() -> None:
    line = phases.steps(PLAN, [2, 3])
    assert phases.neighbour(line, None, 1) == line[0]
    assert phases.neighbour(line, None, -1) is None
    assert phases.neighbour(line, Step(Phase.VOICE), 1) == Step(Phase.CHAIN, 2)
    assert phases.neighbour(line, line[0], -1) is None
    assert phases.neighbour(line, line[-1], 1) is None


def test_a_round_that_the_chain_no_longer_has_counts_by_its_phase() -> None:
    """An area was taken out while its round was on: next leads on, back leads back."""
    line = phases.steps(PLAN, [2, 3])
    gone = Step(Phase.CHAIN, 4)
    assert phases.neighbour(line, gone, 1) == Step(Phase.ANSWERS)
    assert phases.neighbour(line, gone, -1) == Step(Phase.CHAIN, 3)
    assert phases.neighbour(phases.steps(PLAN, [3]), Step(Phase.CHAIN, 2), -1) == Step(Phase.VOICE)
    assert phases.neighbour(phases.steps(PLAN, []), Step(Phase.CHAIN, 2), 1) == Step(Phase.ANSWERS)


def test_phases_that_were_moved_do_not_lead_a_lost_round_astray() -> None:
    moved = ["voice", "chain", "answers", "mirror", "problem", "agreements", "close"]
    line = phases.steps(moved, [2])
    gone = Step(Phase.CHAIN, 3)
    assert phases.neighbour(line, gone, 1) == Step(Phase.ANSWERS)
    assert phases.neighbour(line, gone, -1) == Step(Phase.CHAIN, 2)

"""A figure is one JSON object on a line of standard output; everything else goes to standard error."""

import json
import sys
from collections.abc import Mapping, Sequence


def figure(
    name: str, value: float, unit: str, goal: float | None, holds: bool | None, beside: Mapping[str, float | str]
) -> None:
    """`goal` is what to reach on this kind of machine, `beside` the floor or the peer measured in the same run."""
    line = {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "holds": holds, "beside": dict(beside)}
    print(json.dumps(line), flush=True)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0 … 1) of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]

"""`python -m bench` runs all benchmarks, `python -m bench live board` these."""

import importlib
import subprocess
import sys

from bench.figures import say
from bench.ground import ground

ALL = ("board", "live", "pages", "sweep", "digest", "desk", "room", "faults")


def main(names: list[str]) -> None:
    unknown = set(names) - {*ALL, "faulty", "room_killed"}
    if unknown:
        raise SystemExit(f"There is no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(ALL)}.")
    chosen = names or list(ALL)
    if len(chosen) > 1:
        # Settings are read once in a process, and each benchmark stands on services of its own.
        for name in chosen:
            subprocess.run([sys.executable, "-m", "bench", name], check=True)
        return
    for name in chosen:
        say(f"— {name}")
        with ground() as here:
            # Only now: its rooms need a Django that is set up on this ground.
            importlib.import_module(f"bench.{name}").main(here)


if __name__ == "__main__":
    main(sys.argv[1:])

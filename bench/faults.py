"""Kills the agent while everything goes wrong at the exchange: prints one JSON object.

    python bench/faults.py --kills 200 --seed 1 --json
    python bench/faults.py --kills 200 --approval delay

Real processes, real sockets, a real database file, SIGKILL at named points and at any instant. The
exchange's own log and account judge: orders taken more than once for one intent (`doubled`), orders
taken that the books do not know (`lost`), and by how many minor units cash and shares differ in the
end. `recovery_s` is from the start of a process to the moment at which it has found books and
venue equal and may trade. The exit code is 1 when anything was wrong, or when a kind of fault never
fired: then nothing was proven of it. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.judging import Findings
from bench.killing import Plan, run

ROUND = 100
"""Kills on one world and one set of books; then it begins anew with the next seed."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=120.0, help="begin no kill after so long")
    parser.add_argument("--json", action="store_true", help="as it is in any case")
    parser.add_argument("--approval", choices=["off", "delay"], default="off")
    options = parser.parse_args(arguments)
    begun_s, found, seed = time.monotonic(), Findings(), options.seed

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun_s:7.1f} s  {text}", file=sys.stderr, flush=True)

    until_s = begun_s + options.minutes * 60
    while found.kills < options.kills and (left_s := until_s - time.monotonic()) > 0:
        kills = min(ROUND, options.kills - found.kills)
        with tempfile.TemporaryDirectory(prefix="bayse-agent-") as folder:
            plan = Plan(kills=kills, seed=seed, longest_s=left_s, approval=options.approval)
            found.add(run(plan, Path(folder), say))
        seed += 1
    silent = found.never_fired()
    for kind in silent:
        say(f"{kind} never fired: nothing is proven of it")
    print(json.dumps({**found.as_json(), "seconds": round(time.monotonic() - begun_s, 1)}))
    return 1 if silent or found.is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())

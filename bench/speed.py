"""Measures how fast and how large the parts are: prints figures as one JSON object.

    python bench/speed.py --json
    python bench/speed.py --json --only matching,memory --markets 1000 --orders 100000

matching: LIMIT orders a second, placed and matched on one core: through the exchange's face, at
the engine below it (matching and money), and at the book alone, beside a sorted list. memory: what
10,000 markets and 1,000,000 resting orders take, in a process of their own. server: requests a
second over loopback HTTP. demo: simulated days a minute of the whole agent. sqlite: commits a
second with the store's own settings. tick: milliseconds from a price to the order that it leads
to, of the trader as it is wired for live. kill: from a halt to the last order, and to the last
cancel. thinking: a pass over 60 markets with a slow model, against its bound. signals, start,
fanout: the service over long books, its start and memory, and the spread of its live stream.

Each is bounded in work; one that cannot run here says why under `skipped`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from matching import matching, memory_child
from sqlalchemy import text

from bayse_agent.adapters.store.database import connect
from bayse_agent.domain.money import Currency

Figures = dict[str, object]

START_MS = 1_790_000_000_000
USD = Currency.USD
HERE = Path(__file__).resolve().parent
CHILD_TIMEOUT_S = 1_800


def python(*arguments: str) -> Figures:
    """Run a program of ours that prints one JSON object on its last line."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=CHILD_TIMEOUT_S
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"skipped": done.stderr.strip()[-300:] or f"exit {done.returncode}"}
    answer = json.loads(lines[-1])
    return answer if isinstance(answer, dict) else {"skipped": "no JSON object"}


# -- memory ----------------------------------------------------------------------------------------


def memory(options: argparse.Namespace) -> Figures:
    if not Path("/proc/self/statm").exists():
        return {"skipped": "no /proc on this system"}
    size = ("--markets", str(options.markets), "--orders", str(options.orders))
    return python(__file__, "--memory-child", *size)


# -- the rest --------------------------------------------------------------------------------------


def demo(options: argparse.Namespace) -> Figures:
    """How much of the world's time the whole agent lives through in a minute."""
    hours, begun = options.demo_hours, time.perf_counter()
    program = str(Path(sys.executable).with_name("bayse-agent"))
    told = python(program, "demo", "--seed", "7", "--duration", f"{hours}h", "--json")
    if set(told) == {"skipped"}:
        return told
    spent = time.perf_counter() - begun
    return {
        "simulated_hours": hours,
        "wall_s": round(spent, 2),
        "simulated_days_per_minute": round(hours / 24 * 60 / spent, 2),
    }


def sqlite(options: argparse.Namespace) -> Figures:
    """Commits of one row each, in the store's own thread and settings."""

    async def commits(count: int) -> Figures:
        with tempfile.TemporaryDirectory() as directory:
            database = connect(f"sqlite:///{directory}/speed.db")
            create = "CREATE TABLE noted (number INTEGER PRIMARY KEY, what TEXT NOT NULL)"
            insert = text("INSERT INTO noted (what) VALUES ('a fill of 10 shares at 0.55')")
            await database.run(lambda connection: connection.exec_driver_sql(create))
            begun = time.perf_counter()
            for _ in range(count):
                await database.run(lambda connection: connection.execute(insert))
            spent = time.perf_counter() - begun
            await database.close()
        return {"commits_per_s": round(count / spent), "commits": count}

    return asyncio.run(commits(options.commits))


def program(name: str, *arguments: str) -> Callable[[argparse.Namespace], Figures]:
    """A section that another program here measures; in its arguments {names} are our options."""

    def measure(options: argparse.Namespace) -> Figures:
        return python(str(HERE / name), *(one.format(**vars(options)) for one in arguments))

    return measure


SECTIONS: dict[str, Callable[[argparse.Namespace], Figures]] = {
    "matching": matching,
    "memory": memory,
    "server": program("server_load.py", "--json"),
    "demo": demo,
    "sqlite": sqlite,
    "tick": program("latency.py", "tick", "--count", "{ticks}", "--runs", "{few_runs}"),
    "kill": program("latency.py", "kill", "--count", "{halts}", "--resting", "{resting_orders}"),
    "thinking": program("thinking.py", "--json"),
    "signals": program("serving.py", "signals", "--rows", "{signal_rows}"),
    "start": program("serving.py", "start", "--runs", "{runs}"),
    "fanout": program("serving.py", "fanout", "--writes", "{writes}"),
}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="the only form there is")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, comma separated")
    parser.add_argument("--runs", type=int, default=5, help="runs that a median is taken of")
    parser.add_argument("--matching-orders", type=int, default=20_000)
    parser.add_argument("--markets", type=int, default=10_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--commits", type=int, default=2_000)
    parser.add_argument("--demo-hours", type=int, default=24)
    parser.add_argument("--ticks", type=int, default=100, help="ticks of each run")
    parser.add_argument("--halts", type=int, default=40)
    parser.add_argument("--resting-orders", type=int, default=60)
    parser.add_argument("--signal-rows", default="10000,1000000", help="sizes of long books")
    parser.add_argument("--writes", type=int, default=200, help="changes told to the stream")
    parser.add_argument("--memory-child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = set(options.only.split(",")) - set(SECTIONS)
    options.few_runs = min(options.runs, 3)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


def main(arguments: Sequence[str]) -> None:
    options = parse(arguments)
    if options.memory_child:
        print(json.dumps(memory_child(options.markets, options.orders)))
        return
    figures: dict[str, object] = {"python": sys.version.split()[0], "cores": os.cpu_count()}
    for name in options.only.split(","):
        print(f"speed: {name} ...", file=sys.stderr, flush=True)
        figures[name] = SECTIONS[name](options)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])

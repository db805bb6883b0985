"""Kills an agent again and again while everything goes wrong, and asks the exchange what it did.

The exchange and the agent are processes of their own that talk over loopback sockets. The judge is
what the exchange knows: the log of every request and what it truly did, and the account. The
agent's books are held to that; its word counts for nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, Queue
from random import Random
from typing import Any, TextIO

import httpx2

from bench.agent_under_fire import Orders
from bench.judging import Findings, Ledger
from bench.trouble import BATCH, FAULTS, SINGLE, drawn

ROOT = Path(__file__).resolve().parents[1]
START_S = 60.0
SETTLING_S = 120.0
SPEED = 12.0
DEPOSIT = "1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How often to kill, drawn from which seed. `patience_s`: how long one life may last when it is
    armed; `longest_s`: how long all of it may take, before no more are begun; `approval`: whether
    bets are placed at once (off) or wait for a no first (delay).
    """

    kills: int
    seed: int
    speed: float = SPEED
    patience_s: float = 4.0
    longest_s: float = 3600.0
    approval: str = "off"


class Exchange:
    """The local exchange in a process of its own, and the experimenter's hand on it."""

    def __init__(self, seed: int, speed: float) -> None:
        command = ["exchange", "--port", "0", "--control", "--seed", str(seed)]
        command += ["--speed", str(speed), "--switch", "rate_limits=off"]
        program = [sys.executable, "-c", "from bayse_agent.cli import main; main()", *command]
        self._process = subprocess.Popen(
            program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        found = None
        for line in self._process.stdout:
            found = found or re.search(r"http://[0-9.:]+", line)
            if line.startswith("Ctrl-C"):
                break
        if found is None:
            raise RuntimeError("the exchange did not start")
        self.address = found.group(0)
        self._http = httpx2.Client(base_url=self.address, timeout=30, trust_env=False)
        self._seen = 0
        self.log: list[dict[str, Any]] = []
        self.fired: Counter[str] = Counter()

    def close(self) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        answer = self._http.request(method, path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()

    def set_faults(self, faults: Sequence[dict[str, Any]], seed: int) -> None:
        """Put other faults on; what the ones before have done is counted."""
        self.count_faults()
        told = [{**fault, "seed": seed * 1000 + n} for n, fault in enumerate(faults)]
        self.ask("POST", "/sim/faults", told)

    def count_faults(self) -> None:
        for row in self.ask("GET", "/sim/faults")["faults"]:
            self.fired[row["kind"]] += row["fired"]

    def read_log(self) -> None:
        """Take over what is new: the exchange keeps so much and no more."""
        while entries := self.ask("GET", f"/sim/log?after={self._seen}")["entries"]:
            self._seen = entries[-1]["n"]
            self.log += [entry for entry in entries if entry["route"] in (BATCH, SINGLE)]


class Life:
    """One process of the agent, and the lines that it prints."""

    def __init__(self, orders: Orders, errors: TextIO) -> None:
        self.begun_s = time.monotonic()
        program = [sys.executable, "-m", "bench.agent_under_fire", json.dumps(asdict(orders))]
        self.process = subprocess.Popen(
            program, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.armed_s: float | None = None
        self.stops: list[str] = []
        self.refusals: list[str] = []

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def watch(self, until_s: float, enough: Callable[[], bool]) -> None:
        """Take lines in until there is enough, the process is gone, or that moment has come."""
        while not enough() and time.monotonic() < until_s:
            try:
                self._take(self._lines.get(timeout=0.02))
            except Empty:
                if self.process.poll() is not None:
                    return

    def _take(self, line: str) -> None:
        if line.startswith("armed"):
            self.armed_s = time.monotonic() - self.begun_s
        elif line.startswith("stopped"):
            self.stops.append(line.strip())
        elif line.startswith("not starting"):
            self.refusals.append(line.strip())

    def kill(self) -> None:
        """Pull the plug, and take in what it had said."""
        self.process.send_signal(signal.SIGKILL)
        self.ended()

    def ended(self) -> None:
        self.process.wait(30)
        self._reader.join(10)
        while not self._lines.empty():
            self._take(self._lines.get())
        assert self.process.stdout is not None
        self.process.stdout.close()


@dataclass(slots=True)
class Bench:
    """An exchange, an account at it, the agent's books, and what was found so far."""

    plan: Plan
    folder: Path
    exchange: Exchange
    account: dict[str, str]
    errors: TextIO
    say: Callable[[str], None]
    found: Findings = field(default_factory=Findings)

    def orders(self, kill: str = "", after_s: float = 0.0) -> Orders:
        clock = self.exchange.ask("GET", "/sim/clock")
        return Orders(
            data=str(self.folder),
            address=self.exchange.address,
            public=self.account["publicKey"],
            secret=self.account["secretKey"],
            world_ms=clock["worldMs"],
            wall_ms=clock["wallMs"],
            speed=self.plan.speed,
            seed=self.plan.seed,
            kill=kill,
            after_s=after_s,
            approval=self.plan.approval,
        )

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder)

    def difference(self) -> int:
        """By how many minor units the account and the books differ now."""
        headers = {"X-Public-Key": self.account["publicKey"]}
        assets = self.exchange.ask("GET", "/v1/wallet/assets", **headers)["assets"]
        holdings: list[dict[str, Any]] = []
        page, last = 1, 1
        while page <= last:
            path = f"/v1/pm/portfolio?page={page}&size=100"
            answer = self.exchange.ask("GET", path, **headers)
            holdings += [row for row in answer["outcomeBalances"] if row["currency"] == "NGN"]
            page, last = page + 1, answer["pagination"]["lastPage"]
        return asyncio.run(self.ledger.difference(assets, holdings))

    def live(self, orders: Orders) -> Life:
        return Life(orders, self.errors)

    def learn(self, life: Life) -> None:
        """What a life that is over has shown."""
        if life.armed_s is not None:
            self.found.recovery.append(life.armed_s)
        self.found.stops.update(line[:60] for line in life.stops)
        self.exchange.read_log()


@contextmanager
def bench(plan: Plan, folder: Path, say: Callable[[str], None]) -> Iterator[Bench]:
    folder.mkdir(parents=True, exist_ok=True)
    exchange = Exchange(plan.seed, plan.speed)
    try:
        account = exchange.ask("POST", "/sim/accounts", {"NGN": DEPOSIT})
        with (folder / "errors.txt").open("w") as errors:
            yield Bench(plan, folder, exchange, account, errors, say)
    finally:
        exchange.close()


def run(plan: Plan, folder: Path, say: Callable[[str], None]) -> Findings:
    """Kill as often as is asked, let it recover in peace, and judge."""
    with bench(plan, folder, say) as at:
        draw = Random(plan.seed)
        _first_start(at)
        at.exchange.set_faults(FAULTS, plan.seed)
        until_s = time.monotonic() + plan.longest_s
        while at.found.kills < plan.kills and time.monotonic() < until_s:
            _one_kill(at, draw)
        _settle_down(at)
        asyncio.run(at.ledger.judge(at.exchange.log, at.found))
        return at.found


def _first_start(at: Bench) -> None:
    """New books are armed once, in peace."""
    life = at.live(at.orders())
    life.watch(time.monotonic() + START_S, lambda: life.armed_s is not None)
    is_armed = life.armed_s is not None
    life.kill()
    if not is_armed:
        raise RuntimeError(f"the agent was not armed: {life.refusals}, see {at.errors.name}")


def _one_kill(at: Bench, draw: Random) -> None:
    death = drawn(draw)
    if death.skipped_s:
        at.exchange.ask("POST", "/sim/advance", {"seconds": death.skipped_s})
    life = at.live(at.orders(death.place, death.after_s))
    if not death.is_early:
        life.watch(time.monotonic() + START_S, lambda: life.armed_s is not None)
    patience_s = at.plan.patience_s if death.place else min(death.wait_s, at.plan.patience_s)
    life.watch(time.monotonic() + patience_s, lambda: False)
    is_by_itself = life.process.poll() is not None
    if is_by_itself:
        life.ended()
    else:
        life.kill()
    at.learn(life)
    if is_by_itself and life.process.returncode != -signal.SIGKILL:
        # A check before the start failed, as it may with faults about: it is started again.
        if not life.refusals:
            at.found.wrong.append(f"the agent ended with {life.process.returncode}")
        at.say(f"ended with {life.process.returncode}: {life.refusals}")
        return
    at.found.kills += 1
    at.found.places[death.place.rpartition(" ")[0] if is_by_itself else "any instant"] += 1
    at.say(f"kill {at.found.kills}: {death.place or 'any instant'}, {len(at.exchange.log)} asked")


def _settle_down(at: Bench) -> None:
    """No faults any more: one life that is left alone until nothing is in doubt."""
    at.exchange.set_faults((), at.plan.seed)
    at.exchange.ask("POST", "/sim/advance", {"seconds": 600})
    until_s = time.monotonic() + START_S + SETTLING_S
    life = at.live(at.orders())
    life.watch(time.monotonic() + START_S, lambda: life.armed_s is not None)
    while time.monotonic() < until_s and life.process.poll() is None:
        doubts = at.ledger.in_doubt()
        at.found.ledger_difference_minor = at.difference()
        if not doubts and not at.found.ledger_difference_minor:
            break
        at.say(f"{doubts} in doubt, {at.found.ledger_difference_minor} minor units differ")
        life.watch(time.monotonic() + 2, lambda: False)
    life.process.send_signal(signal.SIGTERM)
    life.ended()
    if life.armed_s is None or life.process.returncode:
        at.found.wrong.append(f"the last life ended with {life.process.returncode}, not armed")
    at.learn(life)
    at.exchange.count_faults()
    at.found.faults_fired = at.exchange.fired

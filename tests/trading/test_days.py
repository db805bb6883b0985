"""Days of a pretend world with everything going wrong by a seed: nothing is lost, nothing doubled.

The same seed gives the same day, to the last row of the audit journal. How many are lived is a
matter of the time that there is: twenty seconds of mornings as a rule, ten minutes of whole days in
the long counts.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import BayseAgentError
from bayse_agent.domain.market import Engine
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.trading.agent import Approval, Schedule
from bayse_agent.trading.halting import take_back
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from tests.trading.machine import Play, a_folder
from tests.trading.witness import LIVE, rows_of

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "torture"
BUDGET_S = 600.0 if IS_LONG else 20.0
HOURS = 24 if IS_LONG else 4
STRETCH = timedelta(minutes=20)
FAULTS = (
    "lost reply",
    "lost request",
    "late delivery",
    "hidden order",
    "repeated line",
    "wrong wallet",
    "failed read",
)
"""Every one must have come up, or the days prove nothing of it."""


@dataclass(slots=True)
class Lived:
    """What came of some days."""

    days: int = 0
    passes: int = 0
    orders: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    traces: list[str] = field(default_factory=list)


def a_day(seed: int, hours: int, lived: Lived) -> None:
    """Live one day of a seed, set all right at its end, and see that books and venue are equal."""
    with a_folder() as folder:
        play = Play(Path(folder), 1 + seed % 7, Approval.AUTOMATIC)
        play.habits = replace(
            play.habits,
            schedule=Schedule(scan_s=300, snipe_s=600, exits_s=300, orders_s=60),
            snipe=SnipeRule(observe_seconds=600, proofs_needed=0),
        )
        play.agent = replace(play.agent, habits=play.habits)
        chance = random.Random(seed)
        try:
            for _ in range(hours * 3600 // int(STRETCH.total_seconds())):
                _make_trouble(play, chance)
                _run(play, STRETCH, lived)
            _end(play, lived)
        finally:
            play.close()


def _make_trouble(play: Play, chance: random.Random) -> None:
    """What goes wrong in the next stretch, by the seed alone."""
    venue = play.venue
    venue.show_all()
    venue.repeats_lines = chance.random() < 0.3
    venue.replies_to_lose, venue.requests_to_lose = chance.choice(((0, 0), (1, 0), (2, 0), (0, 1)))
    venue.reads_to_fail += chance.randrange(4) if chance.random() < 0.4 else 0
    venue.wallets_to_lie = [Decimal(chance.choice(("0", "10")))] if chance.random() < 0.3 else []
    if chance.random() < 0.5:
        play.run(venue.deliver())
    if chance.random() < 0.4:
        venue.hide_all()
    if chance.random() < 0.1:
        play.place_elsewhere(chance.choice(list(Engine)), Decimal("0.98"))
    if chance.random() < 0.1:
        play.end_early(chance.choice((0, 1, None)))
    if chance.random() < 0.1:
        play.transfer(500)
    if chance.random() < 0.15:
        play.restart()
    if play.run(play.store.control()).state is not TradingState.ARMED and chance.random() < 0.8:
        _set_right(play)


def _set_right(play: Play) -> None:
    """A person looks, and lets it trade again."""
    play.make_peace()
    play.keep_up()
    play.ask(CommandKind.RESUME)


def _run(play: Play, span: timedelta, lived: Lived) -> None:
    async def listen(report: PassReport) -> None:
        lived.passes += 1

    play.run(Runner(play.agent, listen).run(play.clock.now() + span))


def _end(play: Play, lived: Lived) -> None:
    _set_right(play)
    # What rests from elsewhere is looked for every five minutes.
    play.wait(301)
    play.keep_up()
    play.run(take_back(play.agent, TradingState.HALTED))
    for _ in range(8):
        play.wait(301)
        play.keep_up()
    assert play.witness.complaints == []
    for key, sent in play.venue.sent.items():
        assert len(sent) == 1, f"{key} was sent {len(sent)} times"
        assert len(sent[0].orders) <= 1, f"{key} has the orders {sent[0].orders}"
    assert play.run(play.store.claimed_orders()) == play.all_orders()
    assert play.run(discrepancies(play.agent)) == ()
    assert not [k for k in play.run(play.store.open_intents()) if k.status.value in LIVE]
    assert play.run(play.store.check()) == ()
    assert play.run(play.store.verify()).findings == ()
    lived.days += 1
    lived.orders += len(play.venue.sent)
    lived.faults.update(play.venue.faults)
    lived.traces.append(_trace(play.folder))


def _trace(folder: Path) -> str:
    """Everything that was decided and booked, as one hash."""
    digest = sha256()
    with rows_of(folder) as books:
        for table, order in (
            ("intents", "number"),
            ("fills", "number"),
            ("control", "epoch"),
            ("audit", "number"),
        ):
            rows: list[sqlite3.Row] = books.execute(
                f"SELECT * FROM {table} ORDER BY {order}"
            ).fetchall()
            for row in rows:
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def test_day_when_lived_twice_then_the_same_to_the_last_row() -> None:
    lived = Lived()
    for _ in range(2):
        a_day(5, 2, lived)
    assert lived.traces[0] == lived.traces[1]
    assert lived.orders > 0


@pytest.mark.timeout(int(BUDGET_S * 10) + 300)
def test_days_when_everything_goes_wrong_then_nothing_is_lost_or_doubled(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lived, timer, seed = Lived(), SystemClock(), 0
    end = timer.now() + timedelta(seconds=BUDGET_S)
    while timer.now() < end or set(FAULTS) - lived.faults.keys():
        seed += 1
        assert seed < 10_000, f"never came up: {set(FAULTS) - lived.faults.keys()}"
        try:
            a_day(seed, HOURS, lived)
        except (AssertionError, BayseAgentError) as error:
            raise AssertionError(f"day of seed {seed}: {error}") from error
    with capsys.disabled():
        faults = ", ".join(f"{name} {lived.faults[name]}" for name in FAULTS)
        sys.stdout.write(
            f"\n{lived.days} days of {HOURS} h, {lived.passes} passes, {lived.orders} orders, "
            f"faults: {faults}\n"
        )
    assert lived.orders > 0

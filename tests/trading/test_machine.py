"""Whatever happens to the agent, in whatever order: the invariants hold after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import LeaseHeld
from bayse_agent.domain.market import Engine
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.delayed import place_due
from bayse_agent.trading.halting import take_back
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.renewal import intent_of
from bayse_agent.trading.scan import scan
from bayse_agent.trading.snipe import snipe
from bayse_agent.trading.verification import discrepancies
from tests.trading.machine import Play, a_folder
from tests.trading.stages import NGN, open_books
from tests.trading.witness import FINAL, LIVE, account_of, rows_of

Pass = Callable[[Agent], Coroutine[Any, Any, object]]
SEEN: Counter[str] = Counter()
RULES: list[str] = []
STEPS = ("PENDING-OPEN", "PENDING-LOST", "OPEN-FILLED", "OPEN-CANCELLED", "LOST-OPEN")
"""Steps of an intent that a run of this machine must have seen."""
CHANGES = [
    {"max_open_markets": "1"},
    {"max_open_markets": "6", "max_market_part": "0.20"},
    {"max_daily_stake_part": "0.02"},
    {"max_daily_stake_part": "0.9", "max_exposure": "0.9", "max_event_part": "0.5"},
    {"reserve": "0.95"},
    {"reserve": "0.1", "max_stake": "NGN 20000, USD 50"},
    {"trades_per_hour": "2", "max_orders_per_minute": "1"},
    {"max_entries_per_market": "3", "max_cluster_part": "0.03"},
]
_EVERY = 8
"""How often the whole audit is gone through, in steps: it costs as much as all the rest."""


_Rule = TypeVar("_Rule", bound=Callable[..., None])


def counted(way: _Rule) -> _Rule:
    """Count how often a rule was gone by, in all examples together."""

    @wraps(way)
    def gone_by(machine: Trading, **given: object) -> None:
        SEEN[f"rule {way.__name__}"] += 1
        way(machine, **given)

    RULES.append(way.__name__)
    return cast(_Rule, gone_by)


class Trading(RuleBasedStateMachine):
    """The rules are what may happen, the invariants what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = a_folder()
        self.steps = 0

    @initialize(
        seed=st.integers(1, 4),
        approval=st.sampled_from(
            [Approval.AUTOMATIC] * 3 + [Approval.BY_HAND] + [Approval.DELAYED] * 2
        ),
    )
    def start(self, seed: int, approval: Approval) -> None:
        self.play = Play(Path(self.folder.name), seed, approval)
        self.play.keep_up()

    # -- the agent -------------------------------------------------------------------------

    @rule(
        pause_s=st.sampled_from([0, 61, 61, 200]),
        trouble=st.sampled_from(["", "", "a reply is lost", "a request is lost", "a read fails"]),
        way=st.sampled_from([scan, scan, snipe]),
    )
    @counted
    def looks_for_bets(self, pause_s: int, trouble: str, way: Pass) -> None:
        play = self.play
        if pause_s:
            play.wait(pause_s)
        play.venue.replies_to_lose += trouble == "a reply is lost"
        play.venue.requests_to_lose += trouble == "a request is lost"
        play.venue.reads_to_fail += trouble == "a read fails"
        play.act(way(play.agent))

    @rule(pause_s=st.sampled_from([0, 20]), trouble=st.sampled_from(["", "reply", "request"]))
    @counted
    def looks_after_what_it_has(self, pause_s: int, trouble: str) -> None:
        play = self.play
        if pause_s:
            play.wait(pause_s)
        play.keep_up()
        play.venue.replies_to_lose += trouble == "reply"
        play.venue.requests_to_lose += trouble == "request"
        play.act(run_exits(play.agent))

    @rule(
        pause_s=st.sampled_from([0, 30, 61, 200]),
        trouble=st.sampled_from(["", "", "reply", "request", "reads"]),
    )
    @counted
    def looks_for_what_is_due(self, pause_s: int, trouble: str) -> None:
        self._look_for_what_is_due(pause_s, trouble)

    def _look_for_what_is_due(self, pause_s: int, trouble: str) -> None:
        play = self.play
        if pause_s:
            play.wait(pause_s)
        play.venue.replies_to_lose += trouble == "reply"
        play.venue.requests_to_lose += trouble == "request"
        play.venue.reads_to_fail += trouble == "reads"
        play.act(place_due(play.agent))

    @rule()
    @counted
    def dies_and_is_started_again(self) -> None:
        self.play.restart()
        self.play.keep_up()

    @rule()
    @counted
    def dies_and_hurries(self) -> None:
        self.play.restart()
        self.play.act(scan(self.play.agent))

    # -- time and markets ------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 90, 90, 200, 200, 900, 3600, 15 * 3600]))
    @counted
    def time_passes(self, seconds: int) -> None:
        self.play.wait(seconds)

    @rule(winner=st.sampled_from([0, 1, None]))
    @counted
    def a_market_ends_early(self, winner: int | None) -> None:
        self.play.end_early(winner)

    # -- the venue goes wrong --------------------------------------------------------------

    @rule(
        lie=st.sampled_from(["late", "late", "hide", "show", "repeat", "wallet", "reads"]),
        factor=st.sampled_from([Decimal(0), Decimal(10), Decimal("0.5")]),
    )
    @counted
    def the_venue_lies(self, lie: str, factor: Decimal) -> None:
        venue = self.play.venue
        match lie:
            case "late":
                self.play.run(venue.deliver())
            case "hide":
                venue.hide_all()
            case "show":
                venue.show_all()
            case "repeat":
                venue.repeats_lines = not venue.repeats_lines
            case "wallet":
                venue.wallets_to_lie.append(factor)
            case _:
                venue.reads_to_fail += 2

    # -- people ----------------------------------------------------------------------------

    @rule(engine=st.sampled_from(Engine), price=st.sampled_from([Decimal("0.02"), Decimal("0.98")]))
    @counted
    def somebody_buys_elsewhere(self, engine: Engine, price: Decimal) -> None:
        self.play.place_elsewhere(engine, price)

    @rule(amount=st.sampled_from([500, 20_000]), is_told=st.booleans())
    @counted
    def cash_is_brought_in(self, amount: int, is_told: bool) -> None:
        self.play.transfer(amount)
        if is_told:
            self.play.tell_of_transfers()

    @rule(asks=st.sampled_from(["approve", "reject", "trade", "close", "cancel"]))
    @counted
    def somebody_asks(self, asks: str) -> None:
        play = self.play
        waiting = play.run(play.store.signals(SignalStatus.PENDING))
        match asks:
            case "approve":
                for signal in waiting[:2]:
                    play.ask(CommandKind.APPROVE, signal=signal.id)
                    play.ask(CommandKind.APPROVE, signal=signal.id)
            case "reject":
                for signal in waiting[:1]:
                    play.ask(CommandKind.REJECT, signal=signal.id)
            case "trade":
                play.trade_by_hand("2500")
            case "close":
                play.ask(CommandKind.CLOSE_ALL, confirm="yes")
            case _:
                play.cancel_first()

    @rule(changes=st.sampled_from(CHANGES))
    @counted
    def somebody_sets_limits(self, changes: dict[str, str]) -> None:
        self.play.ask(CommandKind.SET_LIMITS, **changes)

    @rule(way=st.sampled_from(["halt", "reduce", "file", "file is taken away"]))
    @counted
    def somebody_stops_it(self, way: str) -> None:
        match way:
            case "file":
                self.play.switch.pull("enough")
            case "file is taken away":
                self.play.switch.release()
            case _:
                self.play.ask(CommandKind(way))

    @rule(state=st.sampled_from(["ARMED", "ARMED", "REDUCING"]))
    @counted
    def somebody_resumes(self, state: str) -> None:
        self.play.ask(CommandKind.RESUME, state=state)

    @rule()
    @counted
    def all_is_set_right(self) -> None:
        self.play.make_peace()
        self.play.keep_up()
        self.play.ask(CommandKind.RESUME)

    @rule()
    @counted
    def all_is_set_right_and_it_trades(self) -> None:
        self.all_is_set_right()
        self.play.act(scan(self.play.agent))

    @rule(trouble=st.sampled_from(["", "reply", "request"]))
    @counted
    def all_is_set_right_and_what_waits_comes_due(self, trouble: str) -> None:
        self.all_is_set_right_and_it_trades()
        self._look_for_what_is_due(61, trouble)

    @rule()
    @counted
    def a_second_process_wants_the_books(self) -> None:
        """I15: it is refused, and nothing changes."""
        second = self.play.run(open_books(self.play.folder))
        try:
            with pytest.raises(LeaseHeld):
                self.play.run(second.take_lease(holder="second", at=self.play.clock.now()))
        finally:
            self.play.run(second.close())

    # -- what must hold --------------------------------------------------------------------

    @invariant()
    def no_limit_was_passed(self) -> None:
        """I4, I5, I8, I18, I34: see `witness.py`."""
        assert self.play.witness.complaints == []

    @invariant()
    def every_intent_has_one_order_at_most(self) -> None:
        """I1, I3: each request was sent once, made one order at most, and that is the intent's."""
        with rows_of(self.play.folder) as books:
            intents = {row["id"]: row for row in books.execute("SELECT * FROM intents")}
            claims = {row["id"]: row["intent_id"] for row in books.execute("SELECT * FROM orders")}
        made_by = {}
        for key, sent in self.play.venue.sent.items():
            assert len(sent) == 1, f"{key} was sent {len(sent)} times"
            assert key in intents, f"{key} was sent and is not in the books"
            assert len(sent[0].orders) <= 1, f"{key} has the orders {sent[0].orders}"
            made_by |= dict.fromkeys(sent[0].orders, key)
        for order_id, intent_id in claims.items():
            is_external = intents[intent_id]["source"] == "external"
            assert is_external or made_by.get(order_id) == intent_id
            assert not is_external or order_id not in made_by

    @invariant()
    def nothing_was_sent_while_stopped(self) -> None:
        """I8, by the exchange's clock and the history of the trading state."""
        with rows_of(self.play.folder) as books:
            history = books.execute("SELECT * FROM control ORDER BY epoch").fetchall()
            intents = {row["id"]: row for row in books.execute("SELECT * FROM intents")}
        states = {row["epoch"]: row["state"] for row in history}
        for key, (sent, *_) in self.play.venue.sent.items():
            state = states[intents[key]["control_epoch"]]
            assert state == "ARMED" or (state == "REDUCING" and not sent.is_buy)

    @invariant()
    def the_story_of_every_intent_is_told_and_goes_one_way(self) -> None:
        """I13, I14: legal steps only, each with its proof; the last one is the status."""
        with rows_of(self.play.folder) as books:
            changes = books.execute("SELECT * FROM intent_changes ORDER BY id").fetchall()
            intents = {row["id"]: row["status"] for row in books.execute("SELECT * FROM intents")}
            fills = books.execute("SELECT * FROM fills").fetchall()
        told = dict.fromkeys(intents, "PENDING")
        for row in changes:
            before, after = told[row["intent_id"]], row["status"]
            assert row["proof"].strip()
            assert before == after or before not in FINAL, f"{before} became {after}"
            assert before == after or after != "PENDING"
            told[row["intent_id"]] = after
        assert told == intents
        orders = {order.id: order for order in self.play.account.orders.values()}
        filled: Counter[str] = Counter()
        for row in fills:
            filled[row["order_id"]] += round(Decimal(row["shares"]) * 1_000_000)
        for order_id, micro in filled.items():
            assert micro <= orders[order_id].filled

    @invariant()
    def every_signal_has_one_end(self) -> None:
        """Placed once or not at all, and by itself only between its time and its end."""
        with rows_of(self.play.folder) as books:
            made = {row["id"]: row["created_at"] for row in books.execute("SELECT * FROM intents")}
            signals = books.execute("SELECT * FROM signals").fetchall()
        for row in signals:
            at = made.get(intent_of(row["id"]))
            assert (at is not None) == (row["status"] == "EXECUTED"), row["status"]
            if at is not None and row["decided_by"] == "time":
                assert row["places_at"] <= at < row["expires_at"]

    @invariant()
    def the_money_is_all_there(self) -> None:
        """I6, I7: rows added up by hand say what the agent says, and nothing came from nowhere."""
        with rows_of(self.play.folder) as books:
            found = account_of(books)
        portfolio = self.play.run(self.play.store.portfolio(NGN))
        assert (found.cash, found.deposits) == (portfolio.cash.amount, portfolio.deposits.amount)
        assert found.realised == portfolio.realised.amount
        assert found.cash + found.invested == found.deposits + found.realised
        held = {(p.market_id, p.outcome_id): p.shares for p in portfolio.positions}
        assert held == found.shares

    @invariant()
    def the_books_stand_up_to_an_audit(self) -> None:
        self.steps += 1
        if self.steps % _EVERY == 0:
            self._audit()

    def _audit(self) -> None:
        assert self.play.run(self.play.store.check()) == ()
        assert self.play.run(self.play.store.verify()).findings == ()

    def teardown(self) -> None:
        """I2: when all is well again, a few passes bring everything into the books."""
        try:
            if hasattr(self, "play"):
                self._end()
        finally:
            self.folder.cleanup()

    def _end(self) -> None:
        play = self.play
        play.make_peace()
        play.restart()
        play.keep_up()
        # What rests from elsewhere is looked for every five minutes.
        play.wait(301)
        play.keep_up()
        play.run(take_back(play.agent, TradingState.HALTED))
        for _ in range(7):
            # Windows end within the hour; a request that nobody delivered is lost by then.
            play.wait(301)
            play.keep_up()
        claimed = play.run(play.store.claimed_orders())
        assert claimed == play.all_orders()
        assert play.run(discrepancies(play.agent)) == ()
        live = [k for k in play.run(play.store.open_intents()) if k.status.value in LIVE]
        assert live == []
        self.no_limit_was_passed()
        self.every_intent_has_one_order_at_most()
        self.the_money_is_all_there()
        self._audit()
        SEEN.update(play.venue.faults)
        SEEN.update(sent=len(play.venue.sent), bought=play.witness.buys)
        for row in _funnel(play):
            SEEN[row] += 1
        SEEN.update(f"step {step}" for step in _steps(play))
        SEEN.update(f"a delayed signal {status}" for status in _delayed(play))
        assert from_ms(play.world.now_ms) == play.clock.now()
        play.close()


def _funnel(play: Play) -> list[str]:
    with rows_of(play.folder) as books:
        rows = books.execute("SELECT DISTINCT status FROM intents").fetchall()
    return [f"an intent {row['status']}" for row in rows]


def _delayed(play: Play) -> list[str]:
    """How the signals ended that would be placed at their time."""
    with rows_of(play.folder) as books:
        rows = books.execute("SELECT status FROM signals WHERE places_at IS NOT NULL").fetchall()
    return [row["status"] for row in rows]


def _steps(play: Play) -> Iterator[str]:
    """Each step of each intent, as it is told."""
    told: dict[str, str] = {}
    with rows_of(play.folder) as books:
        for row in books.execute("SELECT * FROM intent_changes ORDER BY id"):
            before = told.get(row["intent_id"], "PENDING")
            if row["status"] != before:
                yield f"{before}-{row['status']}"
            told[row["intent_id"]] = row["status"]


_PROFILE = settings()
_IS_LONG = _PROFILE.max_examples > 100


class TestTrading(Trading.TestCase):  # type: ignore[misc,valid-type]
    """The machine, and at its end whether every rule and step came up."""

    settings = settings(
        max_examples=max(10, _PROFILE.max_examples // 4),
        stateful_step_count=60 if _IS_LONG else 25,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    @classmethod
    def tearDownClass(cls) -> None:
        """What never came up was never tested. In the long run 30 times each, else most once."""
        super().tearDownClass()
        wanted = [f"rule {name}" for name in RULES] + [f"step {step}" for step in STEPS]
        wanted += [f"a delayed signal {status}" for status in ("EXECUTED", "REFUSED", "EXPIRED")]
        counts = {name: SEEN[name] for name in wanted}
        seldom = {name: count for name, count in counts.items() if count < (30 if _IS_LONG else 1)}
        assert len(seldom) <= (0 if _IS_LONG else len(wanted) // 3), seldom

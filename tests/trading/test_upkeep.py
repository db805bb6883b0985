"""The orders pass: what differs stops buying at once, and trading when it stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.money import Money
from bayse_agent.domain.portfolio import Wallet
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.upkeep import keep_up
from tests.trading.stages import NGN, Venue, stage
from tests.trading.test_commands import a_signal


class Lying(Venue):
    """Says ten times the cash that there is, as often as it is told to."""

    lies = 0

    async def wallets(self) -> tuple[Wallet, ...]:
        found = await super().wallets()
        if self.lies <= 0:
            return found
        self.lies -= 1
        return tuple(
            Wallet(available=wallet.available * 10, pending=wallet.pending) for wallet in found
        )


async def test_keep_up_when_the_wallet_lies_once_then_nothing_is_bought_and_nothing_halts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Lying) as s:
        assert isinstance(s.venue, Lying)
        s.venue.lies = 1
        report = await scan(s.agent)
        assert report.halt
        assert s.venue.placed == []
        await s.wait(60)
        await scan(s.agent)
        assert (await s.store.control()).state is TradingState.ARMED
        assert len(s.venue.placed) == 1


async def test_keep_up_when_the_difference_stays_then_trading_halts_and_says_it(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await keep_up(s.agent)
        s.world.exchange.deposit(s.account, Money.of(7, NGN))
        await keep_up(s.agent)
        assert (await s.store.control()).state is TradingState.ARMED
        await s.wait(200)
        await keep_up(s.agent)
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert control.reason == "cash: the venue has 100007, the books 100000"


async def test_keep_up_when_books_and_venue_agree_then_what_it_is_worth_is_written_down(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        await s.wait(60)
        await keep_up(s.agent)
        books = await s.store.books(NGN)
        assert books.reconciled_at == s.agent.clock.now()
        last = books.equity[-1]
        assert last.wallet == last.cash == books.portfolio.cash
        assert last.value > last.cash


async def test_keep_up_when_nobody_decided_in_time_then_the_signal_expires(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await a_signal(s)
        await s.wait(4 * 3600)
        await keep_up(s.agent)
        (signal,) = await s.store.signals()
        assert signal.status is SignalStatus.EXPIRED


async def test_hurry_when_a_price_moves_then_the_pass_comes_before_its_time(
    tmp_path: Path,
) -> None:
    names: list[tuple[str, float]] = []
    async with stage(tmp_path) as s:
        start = s.agent.clock.now()

        async def saw(report: PassReport) -> None:
            names.append((report.name, (report.at - start).total_seconds()))

        runner = Runner(s.agent, saw)

        async def ticks() -> None:
            async with s.agent.clock.actor():
                await s.wait(10)
                runner.hurry("orders")
                await s.wait(3600)

        runner = Runner(s.agent, saw, {"ticks": ticks})
        await runner.run(start + timedelta(seconds=30))
    assert ("orders", 10.0) in names

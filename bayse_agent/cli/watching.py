"""Shows a run while it goes on: a screen at a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import Look, ScoreSummary, TrackedMarket
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.portfolio import Portfolio
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.demo import Demo

_FRAME_S = 0.1
_LINE_EVERY = timedelta(hours=1)
_DECISIONS_SHOWN = 10
_POSITIONS_SHOWN = 6

_Markets = Mapping[MarketId, TrackedMarket]


class Watcher(AbstractContextManager["Watcher"], Protocol):
    """Is told of every pass."""

    async def saw(self, report: PassReport) -> None: ...


class Silent(AbstractContextManager["Silent"]):
    """Shows nothing."""

    def __exit__(self, *_: object) -> None:
        return None

    async def saw(self, report: PassReport) -> None:
        return None


class Lines(Silent):
    """A line for each bet, for each reason not to trade, and for each hour of world time."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._looks = 0
        self._next = demo.starts_at + _LINE_EVERY

    async def saw(self, report: PassReport) -> None:
        self._looks += len(report.looks)
        bets = [look for look in report.looks if look.reason is Reason.TRADED]
        markets = await _markets(self._demo) if bets else {}
        for look in bets:
            print(f"{_moment(report.at)}  bet {_bet(look, markets)}", flush=True)
        for line in report.told:
            print(f"{_moment(report.at)}  {line}", flush=True)
        for line in report.halt:
            print(f"{_moment(report.at)}  not trading: {line}", flush=True)
        if report.at >= self._next:
            self._next += _LINE_EVERY
            portfolio = await self._demo.store.portfolio(self._demo.options.currency)
            print(f"{_moment(report.at)}  {self._looks} looks, {_purse(portfolio)}", flush=True)


class Screen(AbstractContextManager["Screen"]):
    """World time, money, positions and the last decisions, kept up to date."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._live = Live(console=Console(), auto_refresh=False, transient=True)
        self._last: deque[Look] = deque(maxlen=_DECISIONS_SHOWN)
        self._titles: dict[MarketId, TrackedMarket] = {}
        self._scores: ScoreSummary | None = None
        self._looks = 0
        self._shown_at = 0.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    async def saw(self, report: PassReport) -> None:
        self._looks += len(report.looks)
        self._last.extend(report.looks)
        if report.ended:
            self._scores = await self._demo.store.score_summary()
        now = time.monotonic()
        if now - self._shown_at < _FRAME_S:
            return
        self._shown_at = now
        self._live.update(await self._frame(report), refresh=True)

    async def _frame(self, report: PassReport) -> RenderableType:
        markets = await _markets(self._demo)
        self._titles.update(markets)
        portfolio = await self._demo.store.portfolio(self._demo.options.currency)
        trading = sum(1 for market in markets.values() if market.is_trading(report.at))
        head = Table.grid(padding=(0, 2))
        head.add_row("World time", f"{report.at:%A %d %B %Y, %H:%M} UTC")
        head.add_row("Money", _purse(portfolio))
        head.add_row("Markets", f"{trading} trading, {self._looks} looks taken")
        head.add_row("Forecasts", _scored(self._scores))
        if report.halt:
            head.add_row("Not trading", "; ".join(report.halt))
        title = f"bayse-agent demo, seed {self._demo.options.seed}: pretend money, stale quotes"
        return Group(
            Panel(head, title=title),
            self._positions(portfolio),
            self._decisions(),
        )

    def _positions(self, portfolio: Portfolio) -> Table:
        table = Table("Position", "Outcome", "Shares", "Cost", expand=True, title_justify="left")
        for position in portfolio.positions[:_POSITIONS_SHOWN]:
            market = self._titles.get(position.market_id)
            label = "" if market is None else _label(market, position.outcome_id)
            name = position.market_id if market is None else market.title
            table.add_row(name, label, f"{position.shares:.2f}", str(position.cost))
        if not portfolio.positions:
            table.add_row("none", "", "", "")
        return table

    def _decisions(self) -> Table:
        table = Table("Looked at", "Chance", "Price", "Ended with", expand=True)
        for look in reversed(self._last):
            forecast, market = look.forecast, self._titles.get(look.market_id)
            chance = "" if forecast is None else f"{forecast.probability:.3f}"
            price = ""
            if forecast is not None and forecast.market_price is not None:
                price = f"{forecast.market_price:.3f}"
            reason = look.reason.replace("_", " ")
            told = f"[bold]{reason}[/bold]" if look.reason is Reason.TRADED else reason
            table.add_row(look.market_id if market is None else market.title, chance, price, told)
        return table


async def _markets(demo: Demo) -> _Markets:
    return {market.market_id: market for market in await demo.store.tracked()}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _label(market: TrackedMarket, outcome_id: str) -> str:
    return market.label1 if outcome_id == market.outcome1_id else market.label2


def _bet(look: Look, markets: _Markets) -> str:
    """What a look that ended in a bet bought."""
    told, market = look.inputs, markets.get(look.market_id)
    name, label = look.market_id, told.get("outcome", "")
    if market is not None:
        name, label = MarketId(market.title), _label(market, label)
    return f"{told.get('stake')} on {label} at {told.get('effective_price')}: {name}"


def _purse(portfolio: Portfolio) -> str:
    profit = portfolio.bankroll - portfolio.deposits
    sign = "+" if profit.amount >= 0 else ""
    return (
        f"{portfolio.bankroll} ({sign}{profit.amount:,.2f} after {portfolio.fees} of fees), "
        f"{portfolio.cash} of it in cash, {len(portfolio.positions)} positions"
    )


def _scored(scores: ScoreSummary | None) -> str:
    if scores is None or scores.brier_agent is None or scores.brier_market is None:
        return "none to be checked yet"
    return (
        f"Brier {scores.brier_agent:.4f}, the market {scores.brier_market:.4f} "
        f"on the same {scores.count} (lower is better)"
    )

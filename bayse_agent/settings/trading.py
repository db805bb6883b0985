"""Settings of trading: what is looked at, how often, and within which limits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bayse_agent.domain.signal import Approval
from bayse_agent.settings.kinds import (
    ApprovalName,
    Cash,
    CashOrNone,
    Classes,
    Count,
    Fraction,
    Names,
    Patience,
    Percent,
    Seconds,
    Slugs,
    setting,
)

SERIES_SLUGS = (
    *(f"crypto-{coin}-5min" for coin in ("btc", "sol", "eth", "bnb")),
    *(f"crypto-{coin}-{length}" for length in ("15min", "1h") for coin in ("btc", "sol", "eth")),
    *(f"fx-{pair}-1h" for pair in ("usdngn", "gbpusd", "eurusd", "gbpjpy", "eurjpy", "usdjpy")),
    *(f"commodity-{metal}-1h" for metal in ("xauusd", "xagusd")),
)
"""The series that are scanned when none are named."""
_SNIPED = (
    *(f"crypto-{coin}-5min" for coin in ("sol", "btc", "eth")),
    *(f"fx-{pair}-1h" for pair in ("usdngn", "gbpusd")),
)

_A_COUNT = "a whole number from 0 to 1000"
_AN_AMOUNT = "an amount above 0"
_SERIES = "slugs of series with commas between them, such as crypto-btc-5min,fx-usdngn-1h"


class TradingSettings(BaseSettings):
    """What an agent bets on, and how much it may."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    asked_auto_trade: bool | None = setting(
        "AGENT_AUTO_TRADE",
        None,
        "true or false",
        "Place orders without asking; false only shows what it would do, and each bet"
        " waits for a person. The same as AGENT_APPROVAL off and manual: together they must agree",
        shown="false",
    )
    asked_approval: ApprovalName | None = setting(
        "AGENT_APPROVAL",
        None,
        "off, manual or delay",
        "Whose word a bet needs. off: nobody's, it is placed at once. manual: it waits for a "
        "person, until AGENT_APPROVAL_TTL_SECONDS are over. delay: it is placed by itself after "
        "AGENT_APPROVAL_DELAY_SECONDS, unless a person says no. Sales wait under manual alone",
        shown="manual; off when AGENT_AUTO_TRADE is true",
    )
    approval_ttl_s: Patience = setting(
        "AGENT_APPROVAL_TTL_SECONDS",
        10_800,
        "a whole number of seconds from 10 to 86400",
        "How long a signal waits for a person's word before it expires; never past the close",
    )
    approval_delay_s: Patience = setting(
        "AGENT_APPROVAL_DELAY_SECONDS",
        300,
        "a whole number of seconds from 10 to 86400",
        "With AGENT_APPROVAL=delay, how long a person has to say no. A bet on a market that closes "
        "before is not placed without a word",
    )
    capital_by_proof: bool = setting(
        "AGENT_CAPITAL_BY_PROOF",
        True,
        "true or false",
        "In live, real money as far as skill was proven on settled markets: none "
        "proven, every bet waits for a person and is a quarter of the usual size; "
        "proven, a quarter; proven for long, all. `bayse-agent score` shows the "
        "stage. false stakes in full from the start",
    )
    max_open_positions: Count = setting(
        "AGENT_MAX_OPEN_POSITIONS",
        3,
        _A_COUNT,
        "Markets held at a time. A limit: new books begin with it",
    )
    max_daily_trades: Count = setting(
        "AGENT_MAX_DAILY_TRADES",
        50,
        _A_COUNT,
        "Bets in one day. A limit: new books begin with it",
    )
    min_confidence: Percent = setting(
        "AGENT_MIN_CONFIDENCE",
        Decimal(65),
        "0 to 100",
        "Least measured confidence of a bet, in per cent. A limit: new books begin with it",
    )
    balance_reserve: Fraction = setting(
        "AGENT_BALANCE_RESERVE_PCT",
        Decimal("0.30"),
        "a fraction from 0 to less than 1",
        "Part of the bankroll that is never spent. A limit: new books begin with it",
    )
    asked_max_position: Cash | None = setting(
        "AGENT_MAX_POSITION_SIZE",
        None,
        _AN_AMOUNT,
        "The largest stake of one bet. A limit: new books begin with it",
        shown="5000 for NGN, 50 for USD",
    )
    asked_floor: CashOrNone = setting(
        "AGENT_BALANCE_FLOOR",
        Decimal(0),
        "an amount from 0",
        "Cash below which nothing is bought. A limit: new books begin with it",
    )
    ignore_balance_check: bool = setting(
        "AGENT_IGNORE_BALANCE_CHECK",
        False,
        "false",
        "The original system could bet without looking at the balance; here nothing is bet unseen",
    )
    scan_interval_s: Annotated[Seconds, Field(ge=5)] = setting(
        "AGENT_SCAN_INTERVAL_SECONDS",
        900,
        "a whole number of seconds from 5 to 86400",
        "Time between two scans",
    )
    reanalyze_minutes: Annotated[int, Field(ge=0, le=10_080)] = setting(
        "AGENT_REANALYZE_MINUTES",
        50,
        "a whole number of minutes from 0 to 10080",
        "How long a market is left alone after a forecast",
    )
    event_page_size: Annotated[int, Field(ge=1, le=100)] = setting(
        "AGENT_EVENT_PAGE_SIZE",
        50,
        "a whole number from 1 to 100",
        "Events read with one request; all pages are read",
    )
    asked_series: Slugs = setting(
        "AGENT_SERIES_SLUGS",
        (),
        _SERIES,
        "The series that are scanned",
        shown="all 18 of the list below",
    )
    categories: Names = setting(
        "AGENT_CATEGORIES",
        (),
        "such as crypto,sports",
        "The categories that are traded, in any case. A limit: new books begin with it",
        shown="all",
    )
    snipe_series: Slugs = setting(
        "SNIPE_SERIES_SLUGS",
        _SNIPED,
        _SERIES,
        "The series whose last minutes are watched",
    )
    snipe_observe_s: Annotated[Seconds, Field(ge=1)] = setting(
        "SNIPE_OBSERVE_SECONDS",
        300,
        "a whole number of seconds from 1 to 86400",
        "How long before its close a market is watched",
    )
    snipe_min_s: Seconds = setting(
        "SNIPE_MIN_SECONDS",
        8,
        "a whole number of seconds, less than SNIPE_OBSERVE_SECONDS",
        "How long before its close it is too late",
    )
    stop_loss: Annotated[Decimal, Field(gt=0, le=1)] = setting(
        "STOP_LOSS_PCT",
        Decimal("0.35"),
        "a fraction above 0, up to 1",
        "Part of its cost that a position may lose before it is sold",
    )
    forecasters: Classes = setting(
        "AGENT_FORECASTERS",
        (),
        "classes as module:Class with commas between them",
        "Forecasters of your own, which are pooled with the others: docs/adding-a-forecaster.md",
    )

    @property
    def approval(self) -> Approval:
        """Whose word a bet needs; a person's, unless something else was asked for."""
        if self.asked_approval is not None:
            return self.asked_approval
        return Approval.AUTOMATIC if self.asked_auto_trade else Approval.BY_HAND

    @property
    def auto_trade(self) -> bool:
        """Whether bets go out without a person's word, at once or after a delay."""
        return self.approval is not Approval.BY_HAND


def trading_problems(settings: TradingSettings) -> Iterator[str]:
    """Settings of trading that are sound by themselves, and impossible together."""
    asked, approval = settings.asked_auto_trade, settings.asked_approval
    if asked is not None and approval is not None and asked is not settings.auto_trade:
        yield (
            f"  AGENT_AUTO_TRADE is {str(asked).lower()}, and AGENT_APPROVAL {approval.value}: "
            "leave out AGENT_AUTO_TRADE, true of it is off or delay and false is manual"
        )

"""What is owned at the venue, read: portfolio, wallets, activities, profit, complete sets."""

from __future__ import annotations

from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.paging import page_of
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import EventId, MarketId, OutcomeId, Page
from bayse_agent.domain.money import ONE, ZERO, Currency, Money, Price, Shares
from bayse_agent.domain.order import CompleteSet, OrderId
from bayse_agent.domain.portfolio import Activity, Holding, ProfitAndLoss, Wallet

_HOLDING_UNUSED = (
    "id outcome assetId sellPrice payoutIfOutcomeWins percentageChange userId createdAt updatedAt"
)
_ACTIVITY_UNUSED = (
    "transactionId eventType imageUrl eventTitle marketTitle outcome totalCost settlementId "
    "currencyBaseMultiplier resolvedOutcome filledSize remainingSize avgFillPrice expiresAt "
    "amountSpent sharesReturned updatedAt"
)
_WALLET_UNUSED = (
    "id userId network depositActivity withdrawalActivity wagerActivity isDefault "
    "isLocalCurrencyAsset currencyBaseMultiplier addresses createdAt updatedAt"
)


def portfolio(value: object, drift: Drift) -> Page[Holding]:
    """A page of the portfolio. Its sums mix currencies, and are not used."""
    answer = Reader(value, "portfolio", drift)
    items = tuple(_holding(row) for row in answer.rows("outcomeBalances", "balance"))
    answer.raw("portfolioCost")
    answer.raw("portfolioCurrentValue")
    answer.raw("portfolioPercentageChange")
    return page_of(answer, items)


def _holding(row: Reader) -> Holding:
    market = row.within("market", "balance.market")
    event = market.within("event", "balance.event")
    currency = row.currency("currency")
    found = Holding(
        event_id=EventId(event.id("id")),
        market_id=MarketId(market.id("id")),
        outcome_id=OutcomeId(row.id("outcomeId")),
        currency=currency,
        shares=row.shares("balance"),
        available=row.shares("availableBalance"),
        average_price=_average_price(row),
        cost=row.money("cost", currency),
        current_value=row.money("currentValue", currency),
    )
    if found.available > found.shares:
        raise VenueMalformed("balance: more is available than there is")
    event.done("title type engine slug imageUrl status")
    market.done("title imageUrl outcome1Id outcome2Id")
    row.done(_HOLDING_UNUSED)
    return found


def _average_price(row: Reader) -> Price:
    """Cost a share. A fee can lift that of a dear share above 1, which `cost` still tells."""
    number = row.number("averagePrice")
    if number < ZERO:
        raise VenueMalformed("balance.averagePrice is below 0")
    return Price(min(number, ONE))


def wallets(value: object, drift: Drift) -> tuple[Wallet, ...]:
    """One wallet for each currency that we know. Raises VenueMalformed when one is there twice."""
    answer = Reader(value, "wallets", drift)
    known = {word.value for word in Currency}
    found: dict[Currency, Wallet] = {}
    for row in answer.rows("assets", "wallet"):
        if row.text("symbol") not in known:
            drift.unknown_word("wallet", "symbol", row.text("symbol"))
            continue
        currency = row.currency("symbol")
        if currency in found:
            raise VenueMalformed(f"wallet: {currency} is there twice")
        found[currency] = Wallet(
            available=row.money("availableBalance", currency),
            pending=row.money("pendingBalance", currency),
        )
        row.done(_WALLET_UNUSED)
    answer.done()
    return tuple(found.values())


def activities(value: object, drift: Drift) -> Page[Activity]:
    answer = Reader(value, "activities", drift)
    items = tuple(_activity(row) for row in answer.rows("activities", "activity"))
    return page_of(answer, items)


def _activity(row: Reader) -> Activity:
    """One line of history. Its numbers are texts, and most of them may be missing."""
    event_id, market_id = row.optional_id("eventId"), row.optional_id("marketId")
    outcome_id, order_id = row.optional_id("outcomeId"), row.optional_id("orderId")
    found = Activity(
        id=row.id("id"),
        kind=row.text("type").upper(),
        event_id=None if event_id is None else EventId(event_id),
        market_id=None if market_id is None else MarketId(market_id),
        outcome_id=None if outcome_id is None else OutcomeId(outcome_id),
        order_id=None if order_id is None else OrderId(order_id),
        currency=row.currency("currency"),
        amount=row.optional_number_text("amount"),
        size=row.optional_number_text("size"),
        price=row.optional_number_text("price"),
        fee=row.optional_number_text("fee"),
        payout=row.optional_number_text("payout"),
        amount_refunded=row.optional_number_text("amountRefunded"),
        amount_earned=row.optional_number_text("amountEarned"),
        status=row.optional_text("status"),
        at=row.moment("createdAt"),
    )
    row.done(_ACTIVITY_UNUSED)
    return found


def profit_and_loss(value: object, asked: Currency, drift: Drift) -> ProfitAndLoss:
    """The venue's own sum. Raises VenueMalformed when it is of another currency."""
    row = Reader(value, "pnl", drift)
    if row.currency("currency") is not asked:
        raise VenueMalformed("pnl: it is of another currency")
    found = ProfitAndLoss(
        realised=row.money("realizedPnl", asked),
        from_settlements=row.money("settlementPnl", asked),
        from_trades=row.money("tradePnl", asked),
        wins=row.count("wins"),
        losses=row.count("losses"),
    )
    row.done("realizedPnlPercent breakdown")
    return found


def minted(value: object, asked: MarketId, currency: Currency, drift: Drift) -> CompleteSet:
    """The pairs that were made. Their cash follows from their number: a pair costs its payout."""
    row = Reader(value, "mint", drift)
    pairs = row.shares("quantity")
    found = CompleteSet(
        operation_id=row.id("operationId"),
        market_id=_same_market(row, asked),
        pairs=pairs,
        cash=_worth(pairs, currency),
    )
    row.done("outcome1Price outcome2Price")
    return found


def burned(value: object, asked: MarketId, currency: Currency, drift: Drift) -> CompleteSet:
    """The pairs that were given back, and what they brought."""
    row = Reader(value, "burn", drift)
    pairs = row.shares("quantity")
    has_proceeds = row.has("proceeds")
    found = CompleteSet(
        operation_id=row.id("operationId"),
        market_id=_same_market(row, asked),
        pairs=pairs,
        cash=row.money("proceeds", currency) if has_proceeds else _worth(pairs, currency),
    )
    row.done("proceeds outcome1Price outcome2Price")
    return found


def _same_market(row: Reader, asked: MarketId) -> MarketId:
    if row.id("marketId") != asked:
        raise VenueMalformed(f"{row.shape}: it is of another market")
    return asked


def _worth(pairs: Shares, currency: Currency) -> Money:
    return Money(pairs * currency.payout, currency)

"""Plain builders of domain values for tests: every field has a sensible default."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bayse_agent.domain.books import Books, Tags
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context, Forecast, Underlying
from bayse_agent.domain.journal import Deposit, Look, MarketResult, TrackedMarket
from bayse_agent.domain.market import (
    Bar,
    Engine,
    Event,
    EventId,
    EventType,
    Level,
    Market,
    MarketId,
    MarketStatus,
    OrderBook,
    Outcome,
    OutcomeId,
    Quote,
    SeriesSlug,
    Side,
    Symbol,
    Tick,
)
from bayse_agent.domain.money import Currency, Money, Price, price, probability, shares
from bayse_agent.domain.news import Article, Snippet, Topic
from bayse_agent.domain.order import (
    Buy,
    Fill,
    FillId,
    Intent,
    OrderId,
    OrderType,
    SealedOrder,
    VenueOrder,
    VenueOrderStatus,
    intent_id,
)
from bayse_agent.domain.portfolio import Portfolio, Settlement, fold

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
MARKET_ID = MarketId("market-1")
UP, DOWN = OutcomeId("up-1"), OutcomeId("down-1")
BTC = Symbol("BTCUSDT")


def a_market(
    *,
    id: str = MARKET_ID,
    status: MarketStatus = MarketStatus.OPEN,
    price1: str | None = "0.50",
    fee_rate: str | None = "0.02",
    minimum_order: Money | None = None,
    threshold: str | None = None,
    labels: tuple[str, str] = ("Up", "Down"),
) -> Market:
    listed = None if price1 is None else price(price1)
    return Market(
        id=MarketId(id),
        event_id=EventId("event-1"),
        title="Up or down?",
        status=status,
        outcome1=Outcome(id=UP, label=labels[0]),
        outcome2=Outcome(id=DOWN, label=labels[1]),
        price1=listed,
        price2=None if listed is None else Price(1 - listed),
        buy_price1=listed,
        buy_price2=None if listed is None else Price(1 - listed),
        fee_rate=None if fee_rate is None else Decimal(fee_rate),
        minimum_order=minimum_order,
        threshold=None if threshold is None else Decimal(threshold),
        close_value=None,
        winner=None,
        rules="",
    )


def an_event(
    market: Market | None = None,
    *,
    engine: Engine = Engine.CLOB,
    status: MarketStatus = MarketStatus.OPEN,
    opens_at: datetime | None = NOON - timedelta(minutes=5),
    closes_at: datetime | None = NOON + timedelta(minutes=10),
    symbol: Symbol | None = BTC,
    threshold: str | None = "60000",
) -> Event:
    return Event(
        id=EventId("event-1"),
        slug="crypto-btc-15min-1",
        title="Up or down?",
        description="",
        category="CRYPTO",
        type=EventType.SINGLE,
        engine=engine,
        status=status,
        created_at=opens_at,
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=closes_at,
        resolved_at=None,
        symbol=symbol,
        series=SeriesSlug("crypto-btc-15min"),
        threshold=None if threshold is None else Decimal(threshold),
        close_value=None,
        currencies=(Currency.NGN, Currency.USD),
        markets=(market or a_market(),),
    )


def a_book(
    bids: Sequence[tuple[str, str]] = (("0.49", "1000"),),
    asks: Sequence[tuple[str, str]] = (("0.51", "1000"),),
    *,
    outcome_id: OutcomeId = UP,
    currency: Currency = Currency.NGN,
    at: datetime = NOON,
) -> OrderBook:
    """A book from (price, shares) pairs, best first."""
    return OrderBook(
        market_id=MARKET_ID,
        outcome_id=outcome_id,
        currency=currency,
        bids=tuple(Level(price=price(p), shares=shares(s)) for p, s in bids),
        asks=tuple(Level(price=price(p), shares=shares(s)) for p, s in asks),
        last_price=None,
        source_at=at,
        received_at=at,
    )


def a_quote(
    amount: str = "100",
    count: str = "1.9",
    *,
    outcome_id: OutcomeId = UP,
    currency: Currency = Currency.NGN,
    is_complete: bool = True,
    at: datetime = NOON,
) -> Quote:
    """A quote to buy `count` shares for `amount`, fee inside."""
    average = Decimal(amount) / (Decimal(count) * currency.payout)
    return Quote(
        market_id=MARKET_ID,
        outcome_id=outcome_id,
        side=Side.BUY,
        currency=currency,
        amount=Decimal(amount),
        shares=shares(count),
        average_price=Price(average),
        market_price=Price(average),
        fee=Money.zero(currency),
        is_complete=is_complete,
        exceeds_liability=False,
        received_at=at,
    )


def an_underlying(
    closes: Sequence[float] = (60_000.0, 60_030.0) * 60,
    *,
    last: float = 60_000.0,
    at: datetime = NOON,
    symbol: Symbol = BTC,
    recent_s: int = 120,
) -> Underlying:
    """Closed one-minute bars up to `at`, and a tick a second at the last price."""
    first = at - timedelta(minutes=len(closes))
    bars = tuple(
        Bar(
            at=first + timedelta(minutes=index),
            open=Decimal(str(close)),
            high=Decimal(str(close)),
            low=Decimal(str(close)),
            close=Decimal(str(close)),
        )
        for index, close in enumerate(closes)
    )

    def tick(moment: datetime) -> Tick:
        return Tick(symbol=symbol, price=Decimal(str(last)), at=moment, received_at=moment)

    recent = tuple(tick(at - timedelta(seconds=s)) for s in range(recent_s, -1, -1))
    return Underlying(last=tick(at), recent=recent, bars=bars)


def a_context(
    *,
    event: Event | None = None,
    market: Market | None = None,
    book1: OrderBook | None = None,
    book2: OrderBook | None = None,
    quotes: tuple[Quote, ...] = (),
    underlying: Underlying | None = None,
    now: datetime = NOON,
) -> Context:
    """A market on a book by default; leave the books out of a formula's event."""
    market = market or a_market()
    event = event or an_event(market)
    if event.engine is Engine.CLOB:
        book1 = book1 or a_book()
        book2 = book2 or a_book(outcome_id=DOWN)
    return Context(
        event=event,
        market=market,
        book1=book1,
        book2=book2,
        quotes=quotes,
        underlying=underlying,
        now=now,
    )


def a_forecast(
    chance: float = 0.60,
    standard_error: float = 0.02,
    *,
    market_id: str = MARKET_ID,
    made_at: datetime = NOON,
) -> Forecast:
    return Forecast(
        id="forecast-1",
        market_id=MarketId(market_id),
        author="test",
        probability=probability(chance),
        standard_error=standard_error,
        rationale="",
        made_at=made_at,
        market_price=None,
    )


def a_portfolio(deposits: str = "100000", currency: Currency = Currency.NGN) -> Portfolio:
    """Cash alone."""
    return fold(Money.of(deposits, currency), (), ())


def some_tags(market_id: str) -> Tags:
    """A market in an event of its own, on nothing that others are on."""
    return Tags(
        event_id=EventId(f"event-of-{market_id}"),
        category=None,
        series=None,
        symbol=None,
        closes_at=None,
    )


def some_books(portfolio: Portfolio | None = None, *, at: datetime = NOON) -> Books:
    """Books of an armed agent, found equal with the venue's just now; nothing was done lately."""
    portfolio = portfolio or a_portfolio()
    held = {position.market_id for position in portfolio.positions}
    ordered = {intent.market_id for intent in portfolio.live}
    return Books(
        portfolio=portfolio,
        state=TradingState.ARMED,
        tags={market_id: some_tags(market_id) for market_id in held | ordered},
        reconciled_at=at,
    )


def a_tracked_market(
    id: str = MARKET_ID,
    *,
    opens_at: datetime | None = NOON - timedelta(minutes=5),
    closes_at: datetime | None = NOON + timedelta(minutes=10),
) -> TrackedMarket:
    return TrackedMarket(
        market_id=MarketId(id),
        event_id=EventId("event-1"),
        title="Up or down?",
        engine=Engine.CLOB,
        outcome1_id=UP,
        outcome2_id=DOWN,
        label1="Up",
        label2="Down",
        series=SeriesSlug("crypto-btc-15min"),
        symbol=BTC,
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=closes_at,
        seen_at=NOON,
    )


def a_look(
    reason: Reason = Reason.NO_EDGE,
    *,
    market_id: str = MARKET_ID,
    at: datetime = NOON,
    forecast: Forecast | None = None,
) -> Look:
    return Look(market_id=MarketId(market_id), at=at, reason=reason, forecast=forecast)


def an_intent(
    stake: str = "1000", *, market_id: str = MARKET_ID, engine: Engine = Engine.CLOB
) -> Intent:
    """A wish to buy Up at 0.55 or better, from the forecast of `a_forecast`."""
    return Intent(
        id=intent_id(market_id, stake),
        event_id=EventId("event-1"),
        market_id=MarketId(market_id),
        engine=engine,
        wish=Buy(
            market_id=MarketId(market_id),
            outcome_id=UP,
            stake=Money.of(stake, Currency.NGN),
            worst_price=price("0.55"),
        ),
        forecast_id="forecast-1",
        created_at=NOON,
    )


def a_fill(intent: Intent, *, id: str = "fill-1", cash: str = "550", count: str = "9.8") -> Fill:
    """Shares bought for cash, with a fee of NGN 11 in it."""
    return Fill(
        id=FillId(id),
        intent_id=intent.id,
        order_id=OrderId("order-1"),
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        side=Side.BUY,
        shares=shares(count),
        price=price("0.55"),
        cash=Money.of(cash, Currency.NGN),
        fee=Money.of("11", Currency.NGN),
        at=NOON,
    )


def a_venue_order(
    intent: Intent,
    *,
    id: str = "order-1",
    status: VenueOrderStatus = VenueOrderStatus.FILLED,
    filled: str = "10",
    created_at: datetime = NOON,
) -> VenueOrder:
    assert isinstance(intent.wish, Buy)
    return VenueOrder(
        id=OrderId(id),
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=status,
        amount=intent.wish.stake.amount,
        price=intent.wish.worst_price,
        size=shares("18"),
        filled=shares(filled),
        remaining=None,
        average_price=None,
        fee=None,
        currency=intent.currency,
        self_trade=None,
        created_at=created_at,
        updated_at=created_at,
    )


def a_deposit(amount: str = "100000", id: str = "opening") -> Deposit:
    return Deposit(id=id, amount=Money.of(amount, Currency.NGN), at=NOON)


def a_result(payout: str = "980", *, market_id: str = MARKET_ID) -> MarketResult:
    """Up won, and paid what was held of it."""
    paid = Settlement(
        market_id=MarketId(market_id),
        outcome_id=UP,
        winner=UP,
        shares=shares("9.8"),
        payout=Money.of(payout, Currency.NGN),
        at=NOON,
    )
    return MarketResult(market_id=MarketId(market_id), winner=UP, at=NOON, settlements=(paid,))


def a_control(state: TradingState = TradingState.ARMED, *, epoch: int = 1) -> Control:
    return Control(epoch=epoch, state=state, reason="a test", by="tester", at=NOON)


def a_sealed_order(body: bytes = b'{"amount":1000}') -> SealedOrder:
    return SealedOrder(route="/v1/pm/orders", key="key-1", body=body)


def a_topic(
    *,
    event_title: str = "Enyimba vs Remo Stars: who wins?",
    market_title: str = "Enyimba win",
    category: str = "SPORTS",
    closes_in: timedelta | None = timedelta(days=1),
    now: datetime = NOON,
    event_id: str = "event-1",
) -> Topic:
    """What is asked about; with `closes_in` of an hour it is a short market."""
    return Topic(
        market_id=MARKET_ID,
        event_id=EventId(event_id),
        event_title=event_title,
        market_title=market_title,
        category=category,
        rules="The official result counts.",
        closes_at=None if closes_in is None else now + closes_in,
        now=now,
    )


ENYIMBA_NEWS = "Enyimba beat Remo Stars in a closed friendly before the match, the coach said."


def an_article(
    *,
    id: str = "article-1",
    url: str = "https://www.lagosledger.example/a",
    domain: str = "lagosledger.example",
    title: str = "Enyimba ready for Remo Stars",
    text: str = ENYIMBA_NEWS,
    published_at: datetime | None = NOON - timedelta(hours=1),
    retrieved_at: datetime = NOON,
    found_by: str = "search",
) -> Article:
    """An article about the match of `a_topic`, an hour old."""
    return Article(
        id=id,
        url=url,
        domain=domain,
        title=title,
        text=text,
        published_at=published_at,
        retrieved_at=retrieved_at,
        found_by=found_by,
    )


def a_snippet(article: Article | None = None, *, id: str = "snippet-1") -> Snippet:
    """The whole of an article as one snippet."""
    of = an_article() if article is None else article
    return Snippet(
        id=id,
        article_id=of.id,
        url=of.url,
        domain=of.domain,
        title=of.title,
        text=of.text,
        published_at=of.published_at,
        retrieved_at=of.retrieved_at,
        found_by=of.found_by,
    )

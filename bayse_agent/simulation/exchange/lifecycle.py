"""The life of an event: listed, opened, paused, closed, resolved or voided."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from bayse_agent.domain.market import MarketStatus, Outcome, OutcomeId
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange import fees, ids
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.ledger import CASH, share_asset
from bayse_agent.simulation.exchange.listing import EventSpec, EventState, MarketSpec, MarketState
from bayse_agent.simulation.exchange.records import ActivityKind, Cause
from bayse_agent.simulation.exchange.refusal import bad_request
from bayse_agent.simulation.exchange.resting import take_out
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.units import TICKS, from_ms

ENDED = (MarketStatus.RESOLVED, MarketStatus.CANCELLED)


def list_event(state: State, spec: EventSpec) -> EventState:
    """List an event; it opens and closes by itself at the times it names."""
    if spec.slug in state.event_by_slug:
        raise bad_request(f"an event with the slug {spec.slug!r} is listed already")
    number = len(state.events) + 1
    event = EventState(
        number=number,
        id=spec.id or ids.make(ids.Kind.EVENT, number),
        spec=spec,
        dates=(
            from_ms(spec.created_ms),
            from_ms(spec.opens_ms),
            from_ms(spec.closes_ms),
            from_ms(spec.resolves_ms),
        ),
        status=MarketStatus.DRAFT,
    )
    for market_spec in spec.markets:
        event.markets.append(_market(state, event, market_spec))
    state.events.append(event)
    state.event_by_slug[spec.slug] = event
    if spec.opens_ms <= state.now_ms:
        _open(event)
    else:
        state.at(spec.opens_ms, partial(_open, event))
    state.at(spec.closes_ms, partial(close, state, event))
    return event


def _market(state: State, event: EventState, spec: MarketSpec) -> MarketState:
    number = len(state.markets) + 1
    market_id, one, two = spec.ids or (
        ids.make(ids.Kind.MARKET, number),
        ids.make(ids.Kind.OUTCOME, 1, number),
        ids.make(ids.Kind.OUTCOME, 2, number),
    )
    market = MarketState(
        number=number,
        id=market_id,
        outcome_ids=(one, two),
        outcomes=(
            Outcome(id=OutcomeId(one), label=spec.label1),
            Outcome(id=OutcomeId(two), label=spec.label2),
        ),
        spec=spec,
        event=event,
        status=MarketStatus.DRAFT,
        collateral=state.ledger.open(),
        issuance=state.ledger.open(),
        fee_ppm=fees.rate_ppm(spec.fee_percent),
        fee_rate=spec.fee_percent / 100,
        threshold=spec.threshold,
    )
    state.markets.append(market)
    for outcome, outcome_id in enumerate(market.outcome_ids):
        state.outcomes[outcome_id] = market, outcome
    return market


def _set_status(event: EventState, status: MarketStatus) -> None:
    event.status = status
    for market in event.markets:
        if market.status not in ENDED:
            market.status = status


def _open(event: EventState) -> None:
    if event.status is MarketStatus.DRAFT:
        _set_status(event, MarketStatus.OPEN)


def pause(event: EventState) -> None:
    """Stop trading for now; orders stay."""
    if event.status is MarketStatus.OPEN:
        _set_status(event, MarketStatus.PAUSED)


def unpause(event: EventState) -> None:
    if event.status is MarketStatus.PAUSED:
        _set_status(event, MarketStatus.OPEN)


def close(state: State, event: EventState) -> None:
    """End trading: every resting order is cancelled and what it locked is given back."""
    if event.status in (MarketStatus.CLOSED, *ENDED):
        return
    _set_status(event, MarketStatus.CLOSED)
    for market in event.markets:
        _clear_books(state, market)


def _clear_books(state: State, market: MarketState) -> None:
    for book in market.books.values():
        for order in list(book.orders()):
            take_out(state, order, VenueOrderStatus.CANCELLED)


def _end_event(state: State, event: EventState) -> None:
    """Once its last market has ended, so has the event."""
    if all(market.status in ENDED for market in event.markets):
        is_void = all(market.is_void for market in event.markets)
        event.status = MarketStatus.CANCELLED if is_void else MarketStatus.RESOLVED
        event.resolved_ms = state.now_ms


def _still_going(state: State, market: MarketState) -> None:
    if market.status in ENDED:
        raise bad_request("market is resolved already")
    _clear_books(state, market)


def resolve(state: State, market: MarketState, winner: int, close_value: Decimal | None) -> None:
    """Announce the winner (0 is outcome1) and pay every share of it in full."""
    if winner not in (0, 1):
        raise bad_request(f"winner must be 0 or 1, not {winner}")
    _still_going(state, market)
    market.status = MarketStatus.RESOLVED
    market.winner = winner
    market.close_value = close_value
    if close_value is not None:
        market.event.close_value = close_value
    for account, outcome, currency, micro in _shares_of(market):
        is_winner = outcome == winner
        payout = micro * TICKS * currency.payout if is_winner else 0
        cost = _hand_in(state, account, market, outcome, currency, micro)
        state.ledger.transfer(CASH[currency], market.collateral, account.free, payout)
        account.realised(
            market,
            currency,
            state.now_ms,
            Cause.SETTLEMENT,
            received_nanos=payout,
            cost_nanos=cost,
        )
        account.note(
            ActivityKind.PAYOUT_WIN if is_winner else ActivityKind.PAYOUT_LOSS,
            market,
            outcome,
            currency,
            state.now_ms,
            micro=micro,
            cash_nanos=payout,
        )
    _end_event(state, market.event)


def void(state: State, market: MarketState) -> None:
    """Refund every user what the shares cost; the venue bears or keeps the difference."""
    _still_going(state, market)
    market.status = MarketStatus.CANCELLED
    market.is_void = True
    for currency in Currency:
        cash = CASH[currency]
        pot = market.collateral.holds(cash)
        state.ledger.transfer(cash, market.collateral, state.venue.free, pot)
    for account, outcome, currency, micro in _shares_of(market):
        cost = _hand_in(state, account, market, outcome, currency, micro)
        state.ledger.transfer(CASH[currency], state.venue.free, account.free, cost)
        account.note(
            ActivityKind.BUY_REFUND,
            market,
            outcome,
            currency,
            state.now_ms,
            micro=micro,
            cash_nanos=cost,
        )
    _end_event(state, market.event)


def _shares_of(market: MarketState) -> list[tuple[Account, int, Currency, int]]:
    """(account, outcome, currency, micro-shares) of all that is held, in a fixed order."""
    return [
        (account, outcome, currency, micro)
        for _, account in sorted(market.accounts.items())
        for currency in Currency
        for outcome in (0, 1)
        if (micro := account.shares(market, outcome, currency))
    ]


def _hand_in(
    state: State,
    account: Account,
    market: MarketState,
    outcome: int,
    currency: Currency,
    micro: int,
) -> int:
    """Give shares back to the market that issued them; returns what they had cost."""
    asset = share_asset(market.number, outcome, currency)
    state.ledger.transfer(asset, account.free, market.issuance, micro)
    return 0 if account.is_house else account.gave_up(asset, micro)

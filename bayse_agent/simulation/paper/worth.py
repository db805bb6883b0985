"""What paper holdings would bring at the real venue now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bayse_agent.domain.market import OutcomeId
from bayse_agent.domain.money import ZERO, Currency, Money, Price, cost_of
from bayse_agent.domain.portfolio import Holding
from bayse_agent.ports import MarketData
from bayse_agent.simulation.paper.listings import Listings


async def valued(
    holdings: Sequence[Holding], listings: Listings, market_data: MarketData
) -> tuple[Holding, ...]:
    """Holdings at the venue's prices: the best bid of a book, the price of a formula market.

    Where nothing can be sold, nothing is brought in. Raises VenueError when a price cannot be read.
    """
    prices: dict[tuple[OutcomeId, Currency], Price] = {}
    for currency in Currency:
        mine = [one for one in holdings if one.currency is currency]
        wanted = [one.outcome_id for one in mine if _is_on_book(one, listings)]
        if wanted:
            for book in await market_data.books(wanted, currency=currency, depth=1):
                if book.best_bid is not None:
                    prices[book.outcome_id, currency] = book.best_bid
        for one in mine:
            if _is_on_pool(one, listings):
                found = await _pool_price(one, market_data)
                if found is not None:
                    prices[one.outcome_id, currency] = found
    return tuple(_at(one, prices.get((one.outcome_id, one.currency))) for one in holdings)


def _is_on_book(holding: Holding, listings: Listings) -> bool:
    listing = listings.get(holding.market_id)
    return listing is not None and listing.market.is_open and not listing.is_pool


def _is_on_pool(holding: Holding, listings: Listings) -> bool:
    listing = listings.get(holding.market_id)
    return listing is not None and listing.market.is_open and listing.is_pool


async def _pool_price(holding: Holding, market_data: MarketData) -> Price | None:
    event = await market_data.event(holding.event_id, currency=holding.currency)
    market = event.market(holding.market_id)
    if market is None:
        return None
    return market.price1 if holding.outcome_id == market.outcome1.id else market.price2


def _at(holding: Holding, price: Price | None) -> Holding:
    worth = Money(ZERO, holding.currency)
    if price is not None:
        worth = cost_of(holding.shares, price, holding.currency)
    return replace(holding, current_value=worth)

"""A venue with its door shut: everything can be seen, and nothing can be done."""

from __future__ import annotations

from bayse_agent.domain.market import MarketId, OutcomeId, Page
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    Amend,
    Declined,
    OrderId,
    PlaceOrder,
    SealedOrder,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Activity, Holding, ProfitAndLoss, Wallet
from bayse_agent.ports import Venue

_SHUT = Declined(status=0, code="only_looking", message="nothing is sent: this only looks")


class ClosedVenue:
    """The port `Venue` over another one, of which it only asks what can be read."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def seal(self, order: PlaceOrder, *, key: str) -> SealedOrder:
        return self._venue.seal(order, key=key)

    async def send(self, sealed: SealedOrder) -> Declined:
        return _SHUT

    async def cancel(self, order_id: OrderId) -> Declined:
        return _SHUT

    async def amend(self, change: Amend, *, key: str) -> Declined:
        return _SHUT

    async def mint(self, market_id: MarketId, amount: Money) -> Declined:
        return _SHUT

    async def burn(self, market_id: MarketId, amount: Money) -> Declined:
        return _SHUT

    async def order(self, order_id: OrderId) -> VenueOrder:
        return await self._venue.order(order_id)

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        return await self._venue.orders(
            currency=currency, market_id=market_id, outcome_id=outcome_id, page=page, size=size
        )

    async def holdings(self) -> tuple[Holding, ...]:
        return await self._venue.holdings()

    async def wallets(self) -> tuple[Wallet, ...]:
        return await self._venue.wallets()

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        return await self._venue.activities(kind=kind, page=page, size=size)

    async def profit_and_loss(self, *, currency: Currency) -> ProfitAndLoss:
        return await self._venue.profit_and_loss(currency=currency)

"""A position as pages show it: what it would bring, how sure that is, and what would sell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

from bayse_agent.adapters.store.reading.views import PositionView
from bayse_agent.api.offers import Offer, Unknown
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.market import Engine, MarketId, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.portfolio import Position
from bayse_agent.domain.triggers import Triggers, triggers_of

_UNIT = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionOut(PositionView):
    """`value` and `profit` go by `price`, for a share: `priced_by` the last `bid` that was seen
    (before the fee) or the venue's `quote` for all of it (after the fee), seen at `seen_at`,
    `age_s` seconds ago. Where it is not known what it would bring, they are empty and `unknown`
    says why: never_seen, no_bid, not_quoted, unreadable, or closed. `exits` is empty where the
    agent's rule is not at hand.
    """

    price: Decimal | None
    priced_by: str | None
    age_s: float | None
    unknown: str | None
    exits: Triggers | None


def position_out(
    view: PositionView, offer: Offer | Unknown | None, rule: ExitRule | None, now: datetime
) -> PositionOut:
    """`offer`: what the venue says of a formula market's; None of one with a book."""
    price, by = view.bid, None if view.bid is None else "bid"
    unknown: str | None = None
    if is_closed(view, now):
        view, price, by = replace(view, bid=None, value=None, profit=None), None, None
        unknown = Unknown.CLOSED.value
    elif isinstance(offer, Offer):
        view, price, by = _priced(view, offer), _shown(offer.sale.effective_price), "quote"
    elif isinstance(offer, Unknown):
        unknown = offer.value
    elif price is None:
        unknown = (Unknown.NEVER_SEEN if view.seen_at is None else Unknown.NO_BID).value
    told = {field.name: getattr(view, field.name) for field in fields(PositionView)}
    return PositionOut(
        **told,
        price=price,
        priced_by=by,
        age_s=None if view.seen_at is None else (now - view.seen_at).total_seconds(),
        unknown=unknown,
        exits=None if rule is None else _exits(view, rule),
    )


def is_formula(view: PositionView) -> bool:
    return view.engine == Engine.AMM.value


def is_closed(view: PositionView, now: datetime) -> bool:
    return view.closes_at is not None and view.closes_at <= now


def outs(
    views: tuple[PositionView, ...],
    offers: Mapping[str, Offer | Unknown],
    rule: ExitRule | None,
    now: datetime,
) -> list[PositionOut]:
    return [position_out(view, offers.get(view.outcome_id), rule, now) for view in views]


def _priced(view: PositionView, offer: Offer) -> PositionView:
    value = offer.sale.cash.amount.quantize(_UNIT)
    return replace(view, value=value, profit=value - view.cost, seen_at=offer.at)


def _exits(view: PositionView, rule: ExitRule) -> Triggers:
    found = triggers_of(
        Position(
            market_id=MarketId(view.market_id),
            outcome_id=OutcomeId(view.outcome_id),
            shares=Shares(view.shares),
            cost=Money(view.cost, Currency(view.currency)),
        ),
        rule,
        best=None if view.best is None else Price(view.best),
        closes_at=view.closes_at,
        is_window=view.symbol is not None,
    )
    return replace(
        found,
        entry=_shown(found.entry),
        stop_loss=_shown(found.stop_loss),
        take_profit=_shown(found.take_profit),
        trailing=_shown(found.trailing),
    )


def _shown(price: Decimal | None) -> Decimal | None:
    return None if price is None else price.quantize(_UNIT)

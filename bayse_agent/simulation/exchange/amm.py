"""The formula market: a logarithmic market scoring rule with liquidity b (Hanson 2003).

State is one integer, net = shares of outcome1 sold less shares of outcome2 sold. With
p = 1 / (1 + exp(-net / b)), buying d shares of outcome1 costs b ln(1 - p + p exp(d / b)) of their
payout. The venue does not publish its formula: this one is an assumption, with the bounded loss
that its liability flag speaks for. Decimal arithmetic, so that every machine gets the same digits.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal

from bayse_agent.simulation.exchange.units import MICRO, NANO

_CONTEXT = Context(prec=34)
_ONE = Decimal(1)
PRICE_FLOOR = Decimal("0.01")
PRICE_CEILING = Decimal("0.99")


def _exp(x: Decimal) -> Decimal:
    return _CONTEXT.exp(x)


def _ln(x: Decimal) -> Decimal:
    return _CONTEXT.ln(x)


def logistic(x: Decimal) -> Decimal:
    """1 / (1 + exp(-x)), without overflow for either sign."""
    if x < 0:
        grown = _exp(x)
        return grown / (_ONE + grown)
    return _ONE / (_ONE + _exp(-x))


class Pool:
    """One market's pool in one currency. Quantities in micro-shares, costs in nanos.

    `depth` is b in shares; `prior` where the price of outcome1 starts; `payout` what a winning
    share pays. `liability_shares` bounds the pool's worst-case loss (None: only by the formula).
    """

    __slots__ = ("_b", "_end", "_priced", "liability", "net", "payout", "start")

    def __init__(
        self, *, depth: Decimal, prior: Decimal, payout: int, liability_shares: Decimal | None
    ) -> None:
        self._b = depth * MICRO
        self.payout = payout
        self.start = self.net = self.net_at(prior)
        # The last state whose price is not above the ceiling; the floor's is as far the other way.
        self._end = int(
            (self._b * _ln(PRICE_CEILING / (_ONE - PRICE_CEILING))).to_integral_value(ROUND_FLOOR)
        )
        self._priced = (self.net, self._price_at(self.net))
        self.liability = None if liability_shares is None else liability_shares * MICRO

    def net_at(self, probability: Decimal) -> int:
        """The state whose price of outcome1 is the given one, to the micro-share."""
        logit = _ln(_CONTEXT.divide(probability, _ONE - probability))
        return int((self._b * logit).to_integral_value())

    def price(self, outcome: int) -> Decimal:
        """The marginal price of an outcome, before fees."""
        if self._priced[0] != self.net:
            self._priced = (self.net, self._price_at(self.net))
        p = self._priced[1]
        return p if outcome == 0 else _ONE - p

    def _price_at(self, net: int) -> Decimal:
        return logistic(_CONTEXT.divide(Decimal(net), self._b))

    def shares_for(self, outcome: int, nanos: int) -> int:
        """Micro-shares that so much cash buys, cut down."""
        p = self.price(outcome)
        spent = _CONTEXT.divide(Decimal(nanos * MICRO), self._b * NANO * self.payout)
        # ln((exp(s) - (1 - p)) / p), with exp(s) taken out: it has no end.
        grown = spent + _ln(_CONTEXT.divide(_ONE - (_ONE - p) * _exp(-spent), p))
        return int((self._b * grown).to_integral_value(ROUND_DOWN))

    def cost_of(self, outcome: int, micro: int) -> int:
        """Nanos that so many micro-shares cost (fetch, when negative), rounded against the trader.

        4,000 shares deep at 0.72: 100 shares cost 72.25 of their 100 payout.
        """
        p = self.price(outcome)
        grown = _ln(_ONE - p + p * _exp(_CONTEXT.divide(Decimal(micro), self._b)))
        nanos = self._b * grown * self.payout * (NANO // MICRO)
        return int(nanos.to_integral_value(ROUND_CEILING))

    def shares_to_sell_for(self, outcome: int, nanos: int) -> int | None:
        """Micro-shares to sell to fetch so much cash; None when no number fetches it."""
        p = self.price(outcome)
        wanted = _CONTEXT.divide(Decimal(nanos * MICRO), self._b * NANO * self.payout)
        left = _exp(-wanted) - (_ONE - p)
        if left <= 0:
            return None
        fallen = _ln(_CONTEXT.divide(left, p))
        return int((-self._b * fallen).to_integral_value(ROUND_CEILING))

    def moved(self, outcome: int, micro: int) -> int:
        """The state after micro-shares of an outcome were bought (sold, when negative)."""
        return self.net + micro if outcome == 0 else self.net - micro

    def exceeds(self, net: int) -> bool:
        """Whether the pool would stop at that state: its loss bound, or the end of its prices.

        What brings it back from beyond its bound is always welcome.
        """
        outside = net > max(self._end, self.net) or net < min(-self._end, self.net)
        if outside or self.liability is None:
            return outside
        loss = self.worst_loss(net)
        return loss > self.liability and loss > self.worst_loss(self.net)

    def worst_loss(self, net: int) -> Decimal:
        """The most the pool can lose at that state, in micro-shares of payout.

        Against the start: what it would pay out less what the trades brought in.
        """
        grown = self._log_sum(net) - self._log_sum(self.start)
        return max(Decimal(net - self.start) - grown, -grown)

    def _log_sum(self, net: int) -> Decimal:
        """b ln(1 + exp(net / b)), without overflow for either sign."""
        ratio = _CONTEXT.divide(Decimal(net), self._b)
        if ratio > 0:
            return Decimal(net) + self._b * _ln(_ONE + _exp(-ratio))
        return self._b * _ln(_ONE + _exp(ratio))

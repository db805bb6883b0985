"""What calls cost: the most that one can, before it, and what it did, after it."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_UP, Decimal

from genai_prices import Usage, calc_price

from bayse_agent.adapters.llm.options import Endpoint, TokenPrice
from bayse_agent.adapters.llm.providers import PRICE_LIST

_MILLION = 1_000_000
_UNIT = Decimal("1E-9")


class Prices:
    """Prices of one endpoint. Local ones cost nothing, unlisted ones what the user says."""

    def __init__(self, endpoint: Endpoint, *, unknown: TokenPrice) -> None:
        self._endpoint = endpoint
        self._unknown = unknown

    def most(self, *, text_bytes: int, most_answer_tokens: int, at: datetime) -> Decimal:
        """The most that one call can cost: no token is shorter than a byte."""
        return self.cost(tokens_in=text_bytes, tokens_out=most_answer_tokens, at=at)

    def cost(self, *, tokens_in: int, tokens_out: int, at: datetime) -> Decimal:
        """What a call of so many tokens costs, in US dollars, rounded up to a nano-dollar."""
        if self._endpoint.is_local:
            return Decimal(0)
        listed = PRICE_LIST.get(self._endpoint.provider)
        if listed is not None:
            try:
                price = calc_price(
                    Usage(input_tokens=tokens_in, output_tokens=tokens_out),
                    self._endpoint.model,
                    provider_id=listed,
                    genai_request_timestamp=at,
                )
                return price.total_price.quantize(_UNIT, ROUND_UP)
            except LookupError:
                pass  # not in the list
        total = tokens_in * self._unknown.input + tokens_out * self._unknown.output
        return (total / _MILLION).quantize(_UNIT, ROUND_UP)

"""A process that spends until the purse is empty, the way that models do.

`python spender.py URL SEED DAILY`; it settles most calls, leaves some open, and may be killed at
any moment. Its last line is `empty`.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime
from decimal import Decimal

from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import Purpose
from bayse_agent.ports.mind import SpendingCaps

AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


async def main(url: str, seed: int, daily: Decimal) -> None:
    draws = random.Random(seed)
    caps = SpendingCaps(daily=daily, monthly=10 * daily)
    async with await open_purse(url) as purse:
        refused = 0
        sys.stdout.write("spending\n")
        sys.stdout.flush()
        while refused < 3:
            most = Decimal(draws.randint(1, 30)).scaleb(-3)
            reservation = await purse.spending.reserve(
                most,
                caps=caps,
                model="groq:test",
                purpose=Purpose.BASE,
                market_id=MarketId(f"m-{seed}"),
                at=AT,
            )
            if reservation is None:
                refused += 1
            elif draws.random() < 0.9:
                cost = most * Decimal(draws.randint(0, 1000)).scaleb(-3)
                await purse.spending.settle(
                    reservation, cost=cost, tokens_in=10, tokens_out=5, at=AT
                )
    sys.stdout.write("empty\n")


asyncio.run(main(sys.argv[1], int(sys.argv[2]), Decimal(sys.argv[3])))

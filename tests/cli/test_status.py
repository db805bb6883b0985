"""`bayse-agent status`: what it tells of the books."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.settling import Closing, Held, WindowClosing, WindowKind, WindowProof
from tests.builders import BTC, NOON, a_tracked_market
from tests.cli.program import PROGRAM


async def _books_with_proofs(folder: Path, *words: Held) -> None:
    store = await open_store(f"sqlite:///{folder}/bayse-agent.db")
    await store.take_lease(holder="test", at=NOON)
    for number, word in enumerate(words):
        market = a_tracked_market(MarketId(f"window-{number}"))
        await store.track([market], source="events", read_at=NOON)
        closing = WindowClosing(
            market_id=market.market_id,
            kind=WindowKind(market.series, BTC),
            closes_at=NOON,
            closing=Closing(last_price=2.0, average=3.0),
            noted_at=NOON,
        )
        await store.add_closings([closing])
        proof = WindowProof(
            market_id=market.market_id,
            held=word,
            threshold=1.0,
            close_value=3.0,
            outcome1_won=True,
            at=NOON,
        )
        await store.prove_windows([proof])
    await store.close()


def test_status_when_windows_have_settled_then_it_counts_what_they_proved(
    tmp_path: Path,
) -> None:
    words = (Held.LAST_PRICE, Held.AVERAGE, Held.UNCLEAR, Held.AVERAGE)
    asyncio.run(_books_with_proofs(tmp_path, *words))
    url = f"sqlite:///{tmp_path}/bayse-agent.db"
    names = {"AGENT_DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    done = subprocess.run(
        [*PROGRAM, "status"],
        env={**os.environ, **names},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    expected = (
        "BTCUSDT: 2 on the average, 1 on the last price, 0 on neither, 1 unclear;"
        " the last 2 in a row average"
    )
    assert expected in done.stdout

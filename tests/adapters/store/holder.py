"""A process that takes the lease on books and holds it until its input ends.

`python holder.py URL`; says `held` or `refused` in a line.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.errors import LeaseHeld


async def main(url: str) -> None:
    store = await open_store(url)
    try:
        await store.take_lease(holder="holder", at=datetime(2026, 6, 10, tzinfo=UTC))
        said = "held"
    except LeaseHeld:
        said = "refused"
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await store.close()


asyncio.run(main(sys.argv[1]))

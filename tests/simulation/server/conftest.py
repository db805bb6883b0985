"""The server that most tests here talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.simulation.server.stage import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as running:
        yield running

"""One browser for all of these tests, and demos that have traded for a while."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.web.browser import chromium, is_built, launch
from tests.web.served import trade_a_while

_NO_BROWSER = (
    "there is no Chromium to show the dashboard in: "
    "apt-get install -y --no-install-recommends chromium"
)


@pytest.fixture(scope="session", autouse=True)
def is_possible() -> None:
    """Skipped aloud where there is no browser; where everything must be tried, a failure."""
    if chromium() is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(_NO_BROWSER)
        pytest.skip(f"NOT DONE: {_NO_BROWSER}")
    if not is_built():
        pytest.skip("NOT DONE: there is no dashboard: `./dev web` builds it, with Node 20 or newer")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(is_possible: None) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await launch(playwright)
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def traded(is_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo in which an agent has traded by itself."""
    folder = tmp_path_factory.mktemp("traded") / "demo"
    asyncio.run(trade_a_while(folder, timedelta(minutes=10)))
    return folder

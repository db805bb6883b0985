"""Every screen, on a desk and on a telephone, dark and light: no barrier, nothing out of the frame.

With SCREENS_DIR set the pictures of the documents are made on the way.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.web.browser import AXE, DESK, SIZES, Visit, visiting
from tests.web.pictures import small
from tests.web.served import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")
SCREENS = {
    "overview": "",
    "markets": "markets",
    "market": "markets/{market}?event={event}",
    "signals": "signals?show=looks",
    "explain": "explain/{order}",
    "orders": "book?show=all",
    "performance": "performance",
    "risk": "risk",
    "evidence": "evidence",
    "system": "system",
    "settings": "settings",
    "more": "more",
}
_GRAVE = ("serious", "critical")
_AXE = """async (only) => {
  const told = await axe.run(document, {
    resultTypes: ['violations'],
    ...(only.length > 0 && { runOnly: only }),
  });
  return told.violations.map((one) =>
    [one.impact, one.id, one.nodes.length, one.nodes[0].html.slice(0, 200)]);
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    traded: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("seen") / "demo"
    shutil.copytree(traded, folder)
    async with served(folder, browser, "--speed", "1") as running:
        yield running


async def addresses(visit: Visit) -> dict[str, str]:
    """Each screen with its address; those of one thing show one that was traded."""
    orders = (await visit.read("/orders"))["items"]
    bought = next(one for one in orders if one["side"] == "BUY" and one["status"] == "FILLED")
    names = {"market": bought["market_id"], "event": bought["event_id"], "order": bought["id"]}
    return {name: path.format(**names) for name, path in SCREENS.items()}


async def barriers(visit: Visit, *rules: str) -> list[Any]:
    """What axe finds that shuts somebody out. Without rules all of them are tried."""
    found = await visit.page.evaluate(_AXE, list(rules))
    return [one for one in found if one[0] in _GRAVE]


async def keep(visit: Visit, browser: Browser, name: str) -> None:
    """Make the picture of a screen, where pictures are asked for."""
    folder = os.environ.get("SCREENS_DIR")
    if not folder:
        return
    drawn = await visit.page.screenshot(animations="disabled")
    blank = await browser.new_page()
    (Path(folder) / f"{name}.png").write_bytes(await small(blank, drawn))
    await blank.close()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_screen_when_seen_dark_and_light_then_nobody_is_shut_out(
    browser: Browser, service: Served, size: tuple[int, int]
) -> None:
    kind, axe = "desk" if size == DESK else "phone", AXE.read_text()
    found: dict[str, list[Any]] = {}
    async with visiting(browser, service.address, size=size, state=service.state) as visit:
        for name, path in (await addresses(visit)).items():
            await visit.open(path)
            await visit.page.evaluate(axe)
            found[f"{name} dark"] = await barriers(visit)
            await keep(visit, browser, f"{name}-{kind}")
            wide = await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found[f"{name} wide"] = [wide] if wide > 0 else []
            await visit.dress("light")
            # Only colours differ.
            found[f"{name} light"] = await barriers(visit, "color-contrast")
            if name == "overview":
                await keep(visit, browser, f"{name}-{kind}-light")
            await visit.dress("dark")
    assert {name: told for name, told in found.items() if told} == {}


async def test_login_screen_when_seen_then_nobody_is_shut_out(
    browser: Browser, service: Served
) -> None:
    async with visiting(browser, service.address) as visit:
        await visit.page.goto(f"{service.address}/")
        await visit.page.get_by_label("Name").wait_for()
        await visit.page.evaluate(AXE.read_text())
        assert await barriers(visit) == []
        await keep(visit, browser, "login-desk")

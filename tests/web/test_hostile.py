"""Two hundred hostile texts in every place that holds other people's words: they stay text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from bayse_agent.api.app import create_app
from bayse_agent.api.parts import WebSettings
from bayse_agent.cli.hosting import Server
from bayse_agent.wiring.resuming import BOOKS
from bayse_agent.wiring.service import Bind
from tests.api.stage import NAME, PASSWORD, SECRET, Begun, begin, fast_passwords, staged
from tests.web.browser import Visit, visiting
from tests.web.hostile import WEBHOOK_KEY, HostilePress, HostileVenue, Texts, plant, ring
from tests.web.served import enter
from tests.web.vectors import hostile_texts

pytestmark = pytest.mark.asyncio(loop_scope="session")
LISTS = (
    "",
    "markets",
    "markets?view=venue",
    "signals?show=looks",
    "signals?show=waiting",
    "signals?show=all",
    "book",
    "performance",
    "risk",
    "evidence?q=anything",
    "system",
    "settings",
    "more",
)
_FEWEST_SEEN = 150
_FOUND = """() => ({
  ran: window.ran,
  text: document.body.textContent,
  links: [...document.querySelectorAll('a')].map((one) =>
    [one.getAttribute('href'), one.protocol, one.host, one.rel]),
  alien: document.querySelectorAll('#root :is(script, iframe, object, embed, base, meta, style, '
    + 'template, video, audio, animate, math, [onerror], [onload], [onclick], [srcdoc])').length,
})"""


@pytest.fixture(scope="module")
def begun(is_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    folder = tmp_path_factory.mktemp("begun") / "demo"
    return asyncio.run(begin(folder, timedelta(minutes=5)))


@asynccontextmanager
async def hostile(begun: Begun, folder: Path, texts: Texts) -> AsyncIterator[str]:
    """A service in this process whose every source of words is hostile, and its address."""
    web = WebSettings(secret=SECRET, webhook_keys=(WEBHOOK_KEY,), costly_a_minute=1200)
    async with staged(begun, folder, web=web) as stage:
        await plant(stage, texts, f"sqlite:///{folder / 'demo' / BOOKS}")
        parts = replace(
            stage.parts,
            market_data=HostileVenue(stage.parts.market_data, texts),
            sources=(HostilePress(texts),),
        )
        app = create_app(parts, passwords=fast_passwords())
        await ring(replace(stage, app=app), texts)
        server = Server(app, Bind(host="127.0.0.1", port=0))
        serving = asyncio.create_task(server.serve())
        await server.ready.wait()
        try:
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await serving


async def check(visit: Visit, path: str, seen: list[str]) -> None:
    """Look at a screen: nothing ran, nothing alien stands in it, links go where they may."""
    await visit.open(path)
    found: dict[str, Any] = await visit.page.evaluate(_FOUND)
    assert found["ran"] == 0, path
    assert found["alien"] == 0, path
    for href, protocol, host, rel in found["links"]:
        assert protocol in ("http:", "https:"), (path, href)
        is_ours = f"http://{host}" == visit.address
        assert is_ours or rel == "noopener noreferrer", (path, href)
    seen.append(found["text"])


async def test_texts_when_hostile_then_they_are_shown_as_text_and_nothing_runs(
    begun: Begun, tmp_path: Path, browser: Browser
) -> None:
    texts, seen = Texts(), list[str]()
    async with hostile(begun, tmp_path, texts) as address, visiting(browser, address) as visit:
        await enter(visit, PASSWORD, NAME)
        for path in LISTS:
            await check(visit, path, seen)
        for look in (await visit.read("/decisions?limit=12"))["items"]:
            await check(visit, f"explain/{look['id']}", seen)
        for signal in (await visit.read("/signals"))["items"][:4]:
            await check(visit, f"explain/{signal['id']}", seen)
        for market in (await visit.read("/followed"))[-14:]:
            await check(visit, f"markets/{market['id']}?event={market['event_id']}", seen)
    assert set(hostile_texts()) <= set(texts.taken)
    shown = "\n".join(seen)
    count = sum(text.strip() in shown for text in set(hostile_texts()))
    assert count >= _FEWEST_SEEN, f"only {count} of them were ever on a screen"

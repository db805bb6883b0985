"""Measures the dashboard in a headless Chromium on this machine: prints one JSON object.

    python bench/dashboard.py --fills 50 --markets 10000 --looks 100000

Sizes of what a first visit loads; first contentful paint, and when the kill switch can be pressed
and the first page is read; the time from a fill at the exchange to its row on the screen, agent,
service and browser on the same cores; and the longest task of the browser while long lists are
scrolled. Times in milliseconds. It needs the dashboard built and Chromium, like its tests.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from playwright.async_api import Browser, Page, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bayse_agent.api.parts import WebSettings
from bayse_agent.cli.hosting import Server
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import EventId, OutcomeId
from bayse_agent.simulation.logged_venue import LoggedVenue
from bayse_agent.wiring.service import Bind
from tests.api.stage import NAME, PASSWORD, SECRET, Stage, begin, staged
from tests.builders import a_look, a_tracked_market
from tests.web.browser import BUILT, launch, visiting
from tests.web.served import enter

VISITS = 5
WAIT_S = 300.0
SCROLL_S = 20.0
BATCH = 1_000
_TIMES = """
const seen = window.seen = {};
window.tasks = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.tasks.push(one.duration);
}).observe({ type: 'longtask', buffered: true });
const look = () => {
  const now = performance.now();
  if (!seen.usable && document.querySelector('header .kill:not(:disabled)')) seen.usable = now;
  if (!seen.read && document.querySelector('main h1')
      && !document.querySelector('[aria-busy=true]')) seen.read = now;
};
new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
"""
_FILLS = """() => {
  window.rows = {};
  const note = () => {
    for (const row of document.querySelectorAll('section[aria-label=Orders] tbody tr')) {
      const link = row.querySelector('a[href*="/explain/"]');
      const name = link && link.getAttribute('href').split('/').pop();
      if (name && !window.rows[name] && row.textContent.includes('Filled'
          ) && row.querySelector('.chip--good')) window.rows[name] = Date.now();
    }
  };
  note();
  for (const name of Object.keys(window.rows)) window.rows[name] = -1;
  new MutationObserver(note).observe(document.body,
    { subtree: true, childList: true, characterData: true, attributes: true });
}"""


class Stopwatch:
    """Notes on the computer's clock when the exchange answered each order."""

    def __init__(self) -> None:
        self.answered: dict[str, float] = {}
        self._send = LoggedVenue.send

    def start(self) -> None:
        send, answered = self._send, self.answered

        async def timed(venue: LoggedVenue, sealed: Any) -> Any:
            reply = await send(venue, sealed)
            answered[sealed.key] = time.time() * 1000
            return reply

        LoggedVenue.send = timed  # type: ignore[method-assign]

    def stop(self) -> None:
        LoggedVenue.send = self._send  # type: ignore[method-assign]


def sizes() -> dict[str, int]:
    """Bytes of every built file, compressed as they are sent."""
    files = sorted((BUILT.parent / "assets").iterdir())
    return {file.name: len(gzip.compress(file.read_bytes())) for file in files}


@asynccontextmanager
async def serving(stage: Stage) -> AsyncIterator[str]:
    server = Server(stage.app, Bind(host="127.0.0.1", port=0))
    task = asyncio.create_task(server.serve())
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def first_visits(browser: Browser, address: str, state: Any) -> dict[str, float]:
    """Medians over visits with an empty cache, logged in already."""
    told: list[dict[str, float]] = []
    for _ in range(VISITS):
        async with visiting(browser, address, state=state) as visit:
            await visit.page.add_init_script(_TIMES)
            await visit.open("")
            told.append(
                await visit.page.evaluate(
                    "() => ({ paint: performance.getEntriesByName('first-contentful-paint')[0]"
                    ".startTime, usable: seen.usable, read: seen.read, script:"
                    " performance.getEntriesByType('resource').filter((one) =>"
                    " one.name.endsWith('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0)"
                    "})"
                )
            )
    return {name: median(one[name] for one in told) for name in told[0]}


async def fills(page: Page, watch: Stopwatch, wanted: int) -> dict[str, float]:
    """From the exchange's answer to the row that says so."""
    await page.evaluate(_FILLS)
    until, took = time.monotonic() + WAIT_S, list[float]()
    while len(took) < wanted and time.monotonic() < until:
        await asyncio.sleep(1)
        rows = await page.evaluate("window.rows")
        took = [at - watch.answered[key] for key, at in rows.items() if key in watch.answered]
        took = [one for one in took if one > 0]
    took.sort()
    part = {"median": 0.5, "p95": 0.95}
    shown = {name: took[min(len(took) - 1, int(len(took) * at))] for name, at in part.items()}
    return {"fills": len(took), **shown, "longest": took[-1]}


async def plant(stage: Stage, markets: int, looks: int) -> None:
    """As many markets and looks as are asked for, by the store's own writers."""
    now, store = stage.demo.clock.now(), stage.parts.store
    like = a_tracked_market(opens_at=now, closes_at=now + timedelta(days=2))
    listed = [
        replace(
            a_tracked_market(f"m-{number}", opens_at=now, closes_at=like.closes_at),
            title=f"Will number {number} of many be above its threshold at the close?",
            event_id=EventId(f"e-{number}"),
            outcome1_id=OutcomeId(f"o-{number}-1"),
            outcome2_id=OutcomeId(f"o-{number}-2"),
        )
        for number in range(markets)
    ]
    await store.track(listed, source="many", read_at=now)
    for start in range(0, looks, BATCH):
        await store.add_looks(
            [
                replace(
                    a_look(Reason.NO_EDGE, market_id=f"m-{number % markets}", at=now),
                    inputs={"detail": "chance 0.5300, break-even 0.5400"},
                )
                for number in range(start, min(start + BATCH, looks))
            ]
        )


async def scroll(browser: Browser, address: str, state: Any, path: str) -> dict[str, float]:
    """Scroll a list and read on, for a while; the browser tells of tasks over 50 ms."""
    async with visiting(browser, address, state=state) as visit:
        page = visit.page
        await page.add_init_script(_TIMES)
        await visit.open(path)
        loading = await page.evaluate("Math.max(0, ...window.tasks)")
        await page.evaluate("window.tasks.length = 0")
        await page.mouse.move(700, 500)
        until, more = time.monotonic() + SCROLL_S, page.get_by_role("button", name="Show more")
        while time.monotonic() < until:
            await page.mouse.wheel(0, 900)
            await asyncio.sleep(0.016)
            if await more.count() and await more.first.is_enabled():
                await more.first.click()
        tasks = await page.evaluate("window.tasks")
        at = await page.evaluate("scrollY")
    long = [one for one in tasks if one > 100]
    return {"loading": loading, "longest": max(tasks, default=0), "over_100": len(long), "at": at}


async def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = {"sizes": sizes()}
    begun = await begin(folder / "begun", timedelta(minutes=10))
    web, watch = WebSettings(secret=SECRET, requests_a_minute=100_000), Stopwatch()
    watch.start()
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        (folder / "live").mkdir()
        async with (
            staged(begun, folder / "live", web=web, runs=True, speed=asked.speed) as stage,
            serving(stage) as address,
            visiting(browser, address) as visit,
        ):
            await enter(visit, PASSWORD, NAME)
            await visit.open("book?show=all")
            told["fill_to_screen"] = await fills(visit.page, watch, asked.fills)
        watch.stop()
        (folder / "full").mkdir()
        async with staged(begun, folder / "full", web=web) as stage, serving(stage) as address:
            async with visiting(browser, address) as visit:
                await enter(visit, PASSWORD, NAME)
                state = await visit.page.context.storage_state()
            told["first_visit"] = await first_visits(browser, address, state)
            await plant(stage, asked.markets, asked.looks)
            for name, path in (("markets", "markets"), ("looks", "signals?show=looks")):
                told[f"scrolling_{name}"] = await scroll(browser, address, state, path)
        await browser.close()
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fills", type=int, default=50)
    parser.add_argument("--markets", type=int, default=10_000)
    parser.add_argument("--looks", type=int, default=100_000)
    parser.add_argument("--speed", type=float, default=360.0, help="world seconds a second")
    # Only figures go to stdout.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with TemporaryDirectory(prefix="bayse-agent-") as folder:
        told = asyncio.run(measure(parser.parse_args(arguments), Path(folder)))
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()

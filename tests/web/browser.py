"""A headless Chromium, and a note of everything that must never happen in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    StorageState,
    WebSocket,
    expect,
)

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "bayse_agent" / "web" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = (1440, 900), (360, 740)
SIZES = {"desk": DESK, "phone": PHONE}
PATIENCE_MS = 30_000
"""How long anything may take on a machine that is busy with other things."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_WITHIN = ("data", "blob", "about")
_SEEN = """
window.ran = 0;
document.addEventListener('securitypolicyviolation', (event) =>
  window.noteViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def chromium() -> str | None:
    """Where this machine has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def is_built() -> bool:
    """Whether there is a dashboard to look at, and what looks for barriers in it."""
    return BUILT.is_file() and AXE.is_file()


async def launch(playwright: Playwright) -> Browser:
    """One browser, which finds no way out of this computer."""
    arguments = [
        "--proxy-server=http://127.0.0.1:9",
        "--proxy-bypass-list=127.0.0.1;localhost",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
    ]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return await playwright.chromium.launch(executable_path=chromium(), args=arguments)


@dataclass
class Visit:
    """Somebody who looks at the dashboard.

    `troubles`: what must not happen: errors of scripts, of the console and of the service, broken
    policies, dialogs of the browser, requests to elsewhere. `wishes`: the changes that were asked
    for, as `POST /path`.
    """

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    is_cut_off: bool = False

    async def open(self, path: str) -> None:
        """Go to a screen by its address, and wait until it has read what it shows."""
        await self.page.goto(f"{self.address}/app/{path}")
        await self.settled()

    async def settled(self) -> None:
        """Wait until every part of the screen has been read."""
        await expect(self.page.locator("h1").first).to_be_visible()
        await expect(self.page.locator("[aria-busy=true], .bone")).to_have_count(0)

    async def read(self, path: str) -> Any:
        """Ask the service what it holds, as the person who is logged in."""
        answer = await self.page.request.get(self.address + path)
        assert answer.ok, f"{path}: {answer.status} {await answer.text()}"
        return await answer.json()

    async def dress(self, theme: str) -> None:
        """Put on dark or light at once, and at every later load."""
        await self.page.evaluate(
            "(to) => { localStorage.setItem('theme', to);"
            " document.documentElement.dataset.theme = to; }",
            theme,
        )

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """While the line is cut on purpose, that nothing comes through is no trouble."""
        self.is_cut_off = True
        yield
        self.is_cut_off = False

    def note(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        # A refusal is a plain answer of the service; the browser calls each of them an error.
        is_refusal = "responded with a status of 4" in message.text
        if not is_refusal and not self.is_cut_off:
            self.troubles.append(f"console: {message.text}")


@asynccontextmanager
async def visiting(
    browser: Browser,
    address: str,
    *,
    size: tuple[int, int] = DESK,
    state: StorageState | None = None,
    theme: str = "dark",
) -> AsyncIterator[Visit]:
    """A visit by a browser that knows nothing but `state`; nothing in it may be any trouble."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        storage_state=state,
        color_scheme="light" if theme == "light" else "dark",
        reduced_motion="reduce",
        is_mobile=size == PHONE,
        has_touch=size == PHONE,
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    try:
        page = await context.new_page()
        visit = Visit(page, address)
        await _watch(visit)
        yield visit
        assert visit.troubles == []
    finally:
        await context.close()


async def _watch(visit: Visit) -> None:
    page, troubles = visit.page, visit.troubles

    def asked(method: str, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in _WITHIN and parts.hostname not in _LOOPBACK:
            troubles.append(f"a request to elsewhere: {address[:200]}")
        if method not in ("GET", "HEAD"):
            visit.wishes.append(f"{method} {parts.path}")

    async def shut(dialog: Dialog) -> None:
        troubles.append(f"a dialog of the browser: {dialog.message}")
        await dialog.dismiss()

    def connected(socket: WebSocket) -> None:
        asked("GET", socket.url)

    await page.expose_binding(
        "noteViolation", lambda _, text: troubles.append(f"policy broken: {text}")
    )
    await page.add_init_script(_SEEN)
    page.on("console", visit.note)
    page.on("pageerror", lambda error: troubles.append(f"script failed: {error}"))
    page.on("dialog", shut)
    page.on("request", lambda request: asked(request.method, request.url))
    page.on("websocket", connected)
    page.on("popup", lambda other: troubles.append(f"a window was opened: {other.url}"))

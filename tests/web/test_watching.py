"""Somebody logs in and watches: a trade that happens before his eyes, and a stream that breaks."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.web.browser import SIZES, visiting
from tests.web.served import NAME, Served, enter, served

pytestmark = pytest.mark.asyncio(loop_scope="session")
SPEED = "90"
EACH_SIZE = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    traded: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> AsyncIterator[Served]:
    """A demo that trades by itself, a minute and a half of its time a second."""
    folder = tmp_path_factory.mktemp("watched") / "demo"
    shutil.copytree(traded, folder)
    async with served(folder, browser, "--speed", SPEED) as running:
        yield running


@EACH_SIZE
async def test_door_when_the_printed_password_is_given_then_it_opens_and_no_other_does(
    browser: Browser, service: Served, size: tuple[int, int]
) -> None:
    async with visiting(browser, service.address, size=size) as visit:
        page = visit.page
        await page.goto(f"{service.address}/")
        await page.get_by_label("Name").fill(NAME)
        await page.get_by_label("Password").fill("not the one that was printed")
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
        await enter(visit, service.password)
        await visit.settled()
        await expect(page.get_by_role("complementary", name="Mode")).to_contain_text("DEMO")
        # Whoever logs out is out, and does not come in again by going back.
        await visit.open("settings")
        await page.get_by_role("button", name="Log out").click()
        await page.wait_for_url("**/login**")
        await page.goto(f"{service.address}/app/book")
        await page.wait_for_url("**/login**")


@EACH_SIZE
async def test_book_when_the_agent_trades_then_it_is_shown_without_reloading_and_explained(
    browser: Browser, service: Served, size: tuple[int, int]
) -> None:
    async with visiting(browser, service.address, size=size, state=service.state) as visit:
        page = visit.page
        await visit.open("book?show=all")
        orders = page.get_by_role("region", name="Orders").get_by_role("link")
        # Of a long list only what is near is drawn.
        await page.locator("section[aria-label=Orders] h2").evaluate(
            "(one) => one.scrollIntoView()"
        )
        before = await orders.first.get_attribute("href")
        assert before is not None
        await page.evaluate("window.isTheSame = true")
        newest = orders.first.and_(page.locator(f":not([href='{before}'])"))
        await newest.wait_for()
        assert await page.evaluate("window.isTheSame") is True
        await newest.click()
        await page.wait_for_url("**/explain/**")
        await visit.settled()
        story = page.locator(".story")
        for step in ("The question", "The order"):
            await expect(story.get_by_text(step).first).to_be_visible()
        await expect(page.locator("h1")).to_contain_text("filled")
        await expect(story.get_by_text("Fill,").first).to_be_visible()


@EACH_SIZE
async def test_stream_when_it_breaks_then_that_is_said_and_it_comes_back(
    browser: Browser, service: Served, size: tuple[int, int]
) -> None:
    async with visiting(browser, service.address, size=size, state=service.state) as visit:
        page, open_lines = visit.page, list[WebSocketRoute]()
        is_down = False

        async def line(socket: WebSocketRoute) -> None:
            if is_down:
                await socket.close()
            else:
                socket.connect_to_server()
                open_lines.append(socket)

        await page.route_web_socket("**/ws/live**", line)
        await visit.open("")
        banner = page.locator(".offline")
        await expect(banner).to_have_count(0)
        is_down = True
        for one in open_lines:
            await one.close()
        await expect(banner).to_contain_text("No live stream.")
        await expect(banner).to_contain_text("Figures are read every 10 s instead.")
        is_down = False
        await banner.get_by_role("button", name="Connect again").click()
        await expect(banner).to_have_count(0)


async def test_pages_when_nothing_answers_then_that_is_said_and_the_last_is_kept(
    browser: Browser, service: Served
) -> None:
    async with visiting(browser, service.address, state=service.state) as visit:
        page = visit.page
        await visit.open("book")
        banner, rows = page.locator(".offline"), page.locator("tbody tr")
        await expect(rows.first).to_be_visible()
        with visit.cut_off():
            await page.context.set_offline(True)
            await expect(banner).to_contain_text("The service cannot be reached.")
            await expect(page.locator("header .state")).to_contain_text("Not known, was armed")
            assert await rows.count() > 0
            await page.context.set_offline(False)
            await expect(banner).to_have_count(0)
            await expect(page.locator("header .state")).to_have_text("Armed")

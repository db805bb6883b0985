"""Somebody acts: approves, closes, sets limits, halts, resumes; and cancelling changes nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.web.browser import PHONE, SIZES, Visit, visiting
from tests.web.served import Served, ask_a_while, served

pytestmark = pytest.mark.asyncio(loop_scope="session")
SPEED = "0.1"
"""The world all but stands still: a person who thinks for a while finds what he was asked."""
EACH_SIZE = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
_TRIES = 8
_STAKE = "500.00"


@pytest.fixture(scope="module")
def asked(traded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo in which signals wait for a word."""
    folder = tmp_path_factory.mktemp("asked") / "demo"
    shutil.copytree(traded, folder)
    asyncio.run(ask_a_while(folder, fewest=3))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(asked: Path, browser: Browser) -> AsyncIterator[Served]:
    async with served(asked, browser, "--by-hand", "--speed", SPEED) as running:
        yield running


@pytest_asyncio.fixture(params=SIZES.values(), ids=SIZES, loop_scope="session")
async def visit(
    request: pytest.FixtureRequest, browser: Browser, service: Served
) -> AsyncIterator[Visit]:
    async with visiting(browser, service.address, size=request.param, state=service.state) as begun:
        yield begun


def dialog(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog")


async def go(visit: Visit, service: Served) -> str | None:
    """Press the button that acts, and give the password when it is asked for.

    Returns why it was refused, when it was.
    """
    asks = dialog(visit)
    password, alert = asks.get_by_label("Your password, again"), asks.get_by_role("alert")
    done, ready = visit.page.locator(".toasts > *"), asks.locator("[type=submit]:enabled")
    await expect(ready.or_(alert).first).to_be_visible()
    if await alert.is_visible():
        return await alert.inner_text()
    await ready.click()
    await expect(password.or_(alert).or_(done).first).to_be_visible()
    if await password.is_visible():
        await password.fill(service.password)
        await asks.locator("[type=submit]").click()
        await expect(alert.or_(done).first).to_be_visible()
    if await alert.is_visible():
        return await alert.inner_text()
    await expect(asks).to_have_count(0)
    return None


async def state(visit: Visit) -> str:
    control = await visit.read("/control")
    return "HALTED" if control["kill_switch"] else str(control["state"])


async def waiting(visit: Visit) -> list[dict[str, Any]]:
    listed = await visit.read("/signals?status=PENDING")
    items: list[dict[str, Any]] = listed["items"]
    return items


async def test_signal_when_approved_then_it_is_bought_and_shown(
    visit: Visit, service: Served
) -> None:
    page, refusals = visit.page, list[str]()
    # Prices may have moved since: what does not hold any more is rightly refused, and waits.
    for attempt in range(_TRIES):
        signals = await waiting(visit)
        signal = signals[-1 - attempt % len(signals)]
        await visit.open(f"explain/{signal['id']}")
        await page.get_by_role("button", name="Approve").click()
        await expect(dialog(visit)).to_contain_text("You pay at most")
        await expect(dialog(visit).locator("[type=submit]")).to_contain_text("Buy for ₦")
        refused = await go(visit, service)
        if refused is None:
            break
        refusals.append(refused)
    else:
        pytest.fail(f"no signal could be bought: {refusals}")
    await expect(page.locator("h1")).to_contain_text("filled")
    await visit.open("signals?show=all")
    row = page.locator("tr", has=page.locator(f"[href$='{signal['id']}']"))
    await expect(row).to_contain_text("by admin")
    kept = await visit.read("/signals?status=EXECUTED")
    assert signal["id"] in [one["id"] for one in kept["items"]]


async def test_limit_when_it_is_lowered_then_it_refuses_and_after_that_lets_through_again(
    visit: Visit, service: Served
) -> None:
    before = await set_limit(visit, service, "trades_per_hour", "0")
    try:
        await ask_to_buy(visit)
        # The quote says it already, and what would be refused cannot be sent.
        await expect(dialog(visit).get_by_role("alert")).to_contain_text("hour's trades used up")
        await expect(dialog(visit).locator("[type=submit]")).to_be_disabled()
        await dialog(visit).get_by_role("button", name="Cancel").click()
        assert "POST /trades" not in visit.wishes
    finally:
        await set_limit(visit, service, "trades_per_hour", before)
    await buy(visit, service)


async def ask_to_buy(visit: Visit) -> str:
    """Begin a bet by hand on a market that has time left and no order yet; returns its id."""
    followed, ordered = await visit.read("/followed"), await visit.read("/orders")
    touched = {one["market_id"] for one in ordered["items"]}
    fresh = [one for one in followed if one["closes_at"] and one["id"] not in touched]
    last = max(fresh, key=lambda one: (one["closes_at"], one["id"]))
    await visit.open(f"markets/{last['id']}?event={last['event_id']}")
    card = visit.page.get_by_role("region", name="Trade by hand")
    await card.get_by_label("Stake").fill(_STAKE)
    await card.locator("[type=submit]").click()
    await expect(dialog(visit).locator("[type=submit]")).to_contain_text(f"₦{_STAKE}")
    return str(last["id"])


async def buy(visit: Visit, service: Served) -> str:
    """Bet by hand until a bet is taken: on a busy machine one may be too old before it is sent."""
    refusals = []
    for _ in range(_TRIES):
        market = await ask_to_buy(visit)
        refused = await go(visit, service)
        if refused is None:
            return market
        refusals.append(refused)
    pytest.fail(f"no bet was taken: {refusals}")


async def set_limit(visit: Visit, service: Served, name: str, value: str) -> str:
    """Put a limit in force through the form; returns what it was."""
    page = visit.page
    await visit.open("settings")
    field = page.locator(f"#limit-{name}")
    before = await field.input_value()
    await field.fill("many")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    await field.fill(value)
    await page.get_by_role("button", name="Save…").click()
    await expect(dialog(visit)).to_contain_text(name.replace("_", " "))
    await dialog(visit).get_by_label("Reason").fill("to see it hold")
    assert await go(visit, service) is None
    await expect(field).to_have_value(value)
    held = await visit.read("/limits")
    assert value in [one["value"] for one in held["limits"] if one["name"] == name]
    return before


async def test_kill_switch_when_pulled_then_all_stops_until_a_person_resumes(
    visit: Visit, service: Served
) -> None:
    page, shown = visit.page, visit.page.locator("header .state")
    await visit.open("")
    await expect(shown).to_have_text("Armed")
    if page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}:
        await page.locator("header").get_by_role("button", name="Halt").click()
    else:
        await page.keyboard.press("h")
    assert await go(visit, service) is None
    await expect(shown).to_have_text("Halted")
    assert await state(visit) == "HALTED"
    await expect(page.locator("h1")).to_have_text("Trading is halted")
    await page.locator("header").get_by_role("button", name="Resume").click()
    resume = dialog(visit).locator("[type=submit]")
    await expect(resume).to_be_disabled()
    await dialog(visit).get_by_label("Why it may trade again").fill("looked through by hand")
    assert await go(visit, service) is None
    await expect(shown).to_have_text("Armed")
    assert await state(visit) == "ARMED"


async def test_position_when_closed_then_first_told_what_it_would_bring_and_then_sold(
    visit: Visit, service: Served
) -> None:
    page, refusals = visit.page, list[str]()
    await visit.open("book")
    rows = page.locator("section[aria-label=Positions] tbody tr")
    submit = dialog(visit).locator("[type=submit]")
    # A thin book may have nobody to sell to, which is said; then it is another one's turn.
    for position in await visit.read("/positions"):
        row = rows.filter(has=page.locator(f"[href*='{position['market_id']}']"))
        await row.get_by_role("button", name="Close").first.click()
        await expect(submit.or_(dialog(visit).get_by_role("alert")).first).to_be_visible()
        await expect(dialog(visit).get_by_role("status")).to_have_count(0)
        told = await dialog(visit).inner_text()
        refused = await go(visit, service) if "would bring NGN" in told else told
        if refused is None:
            break
        refusals.append(refused)
        await page.keyboard.press("Escape")
    else:
        pytest.fail(f"nothing could be sold: {refusals}")
    assert "Sell for about NGN" in told
    left = {one["market_id"]: float(one["shares"]) for one in await visit.read("/positions")}
    assert left.get(position["market_id"], 0.0) < float(position["shares"])
    # Of a long list only what is near is drawn.
    await page.locator("section[aria-label=Orders] h2").evaluate("(one) => one.scrollIntoView()")
    newest = page.locator("section[aria-label=Orders] tbody tr:not(.gap)").first
    await expect(newest).to_contain_text("Sell")
    await expect(newest.locator(f"[href$='{(await orders(visit))[0]['id']}']")).to_be_visible()


async def orders(visit: Visit) -> list[dict[str, Any]]:
    listed = await visit.read("/orders")
    items: list[dict[str, Any]] = listed["items"]
    return items


QUESTIONS = {
    "halt": ("", "header >> role=button[name=/^Halt/]"),
    "reduce": ("risk", "role=button[name=/^Only reduce/]"),
    "resume": ("risk", "main >> role=button[name=/^Resume/]"),
    "approve": ("signals?show=waiting", "role=button[name=/^Approve/] >> nth=0"),
    "reject": ("signals?show=waiting", "role=button[name=/^Reject/] >> nth=0"),
    "close": ("book", "tbody >> role=button[name=/^Close/] >> nth=0"),
    "close all": ("book", "role=button[name=/^Close all/]"),
}
_PREVIEWS = ("/close", "/close-all")


async def test_question_when_cancelled_or_escaped_then_nothing_is_changed(visit: Visit) -> None:
    page = visit.page
    before = await state(visit)
    for path, button in QUESTIONS.values():
        await visit.open(path)
        asks = dialog(visit)
        for leave in ("Cancel", "Escape"):
            await page.locator(button).click()
            await expect(asks).to_be_visible()
            if leave == "Cancel":
                await asks.get_by_role("button", name="Cancel").click()
            else:
                await page.keyboard.press("Escape")
            await expect(asks).to_have_count(0)
        # The focus is where it was before the question.
        await expect(page.locator(button)).to_be_focused()
    changes = [one for one in visit.wishes if not one.endswith((*_PREVIEWS, "/auth/ticket"))]
    assert changes == []
    assert await state(visit) == before

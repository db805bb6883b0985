"""What the checkup says of keys, venue, models, search and notifications: each failure for real."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

import pytest

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.news.settings import Provider as Searcher
from bayse_agent.adapters.news.settings import SearchSettings
from bayse_agent.domain.money import Currency, Money
from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import entries
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.faults import parse_faults
from bayse_agent.simulation.models.server import ModelService, serving_models
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.wiring.checkup import asking
from bayse_agent.wiring.checkup.finding import Finding, Outcome
from bayse_agent.wiring.checkup.venue import keys, signing, venue
from tests.adapters.news.web import always, response, web
from tests.questions import HandClock
from tests.simulation.server.stage import StillWorld, serving

_OK, _WARNING, _FAILED, _NOT_CHECKED = Outcome
_SECRET = "Zk3-9vQ_x7Lr2Tn8Wb5Yc1Hf6Jd4Mg0PsAeUiOq"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in entries():
        monkeypatch.delenv(entry.name, raising=False)


def read(monkeypatch: pytest.MonkeyPatch, said: Mapping[str, str]) -> Settings:
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def outcomes(found: list[Finding]) -> dict[str, Outcome]:
    for one in found:
        assert one.outcome in (_OK, _NOT_CHECKED) or one.advice, "what to do must be said"
    return {one.name: one.outcome for one in found}


@dataclass(frozen=True)
class Served:
    """A venue on this computer, with an account in it."""

    desk: Desk
    said: Mapping[str, str]


@asynccontextmanager
async def a_venue(cash: str = "1000", switches: Switches | None = None) -> AsyncIterator[Served]:
    desk = Desk(StillWorld(switches or Switches()), SystemClock(), seed=7, speed=Decimal(0))
    deposits = [Money(Decimal(cash), Currency.NGN)] if Decimal(cash) else []
    key = desk.open_account(deposits)
    async with serving(desk) as client:
        yield Served(
            desk,
            {
                "AGENT_MODE": "live",
                "BAYSE_PUBLIC_KEY": key.public,
                "BAYSE_PRIVATE_KEY": key.secret,
                "BAYSE_API_BASE_URL": str(client.base_url).rstrip("/"),
            },
        )


async def test_venue_when_all_is_well_then_every_look_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_venue() as served:
        found = await venue(read(monkeypatch, served.said))
    assert outcomes(found) == dict.fromkeys(
        ("venue", "clock", "public key", "signature", "fee"), _OK
    )


async def test_venue_when_only_a_paper_is_wanted_then_what_needs_keys_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_venue() as served:
        said = {"AGENT_MODE": "paper", "BAYSE_API_BASE_URL": served.said["BAYSE_API_BASE_URL"]}
        found = outcomes(await venue(read(monkeypatch, said)))
    assert (found["public key"], found["signature"]) == (_NOT_CHECKED, _NOT_CHECKED)
    assert (found["venue"], found["clock"], found["fee"]) == (_OK, _OK, _OK)


@pytest.mark.parametrize(
    ("name", "key", "refused"),
    [
        ("BAYSE_PRIVATE_KEY", "sk_live_" + "0" * 32, {"signature"}),
        ("BAYSE_PUBLIC_KEY", "pk_live_" + "0" * 32, {"public key", "signature"}),
    ],
)
async def test_venue_when_a_key_is_wrong_then_that_is_told_and_the_key_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str, refused: set[str]
) -> None:
    async with a_venue() as served:
        found = await venue(read(monkeypatch, {**served.said, name: key}))
    assert {one for one, outcome in outcomes(found).items() if outcome is _FAILED} == refused
    assert "0" * 32 not in str(found)


@pytest.mark.parametrize("seconds", [120, -7200])
async def test_venue_when_the_clocks_differ_then_failed_however_much(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    async with a_venue() as served:
        served.desk.faults = parse_faults(
            [{"route": "GET *", "kind": "clock_skew", "p": 1, "seconds": seconds}]
        )
        found = outcomes(await venue(read(monkeypatch, served.said)))
    assert found["clock"] is _FAILED


async def test_venue_when_its_fees_have_changed_then_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_venue(switches=Switches(fee_floor=Decimal(1))) as served:
        found = outcomes(await venue(read(monkeypatch, served.said)))
    assert {one for one, outcome in found.items() if outcome is not _OK} == {"fee"}
    assert found["fee"] is _FAILED


async def test_venue_when_the_wallet_is_empty_then_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_venue(cash="0") as served:
        found = outcomes(await venue(read(monkeypatch, served.said)))
    assert found["public key"] is _WARNING


async def test_venue_when_nobody_is_there_then_failed_and_the_rest_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"AGENT_MODE": "paper", "BAYSE_API_BASE_URL": f"http://127.0.0.1:{_free_port()}"}
    found = outcomes(await venue(read(monkeypatch, said)))
    assert found.pop("venue") is _FAILED
    assert set(found.values()) == {_NOT_CHECKED}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_signing_when_tried_then_the_documented_example_comes_out() -> None:
    assert signing().outcome is _OK


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, [_OK, _OK]),
        ({"AGENT_MODE": "paper"}, [_OK, _WARNING]),
        ({"AGENT_MODE": "paper", "APP_SECRET_KEY": _SECRET}, [_OK, _OK]),
        ({"AGENT_MODE": "paper", "BAYSE_PRIVATE_KEY": "sk_live_x"}, [_WARNING, _WARNING]),
    ],
)
def test_keys_when_too_few_or_too_many_for_the_mode_then_a_warning(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], expected: list[Outcome]
) -> None:
    found = keys(read(monkeypatch, said))
    assert list(outcomes(found).values()) == expected
    assert _SECRET not in str(found)


def _model(address: str, name: str) -> dict[str, str]:
    return {"AI_PROVIDER": "compatible", "AI_BASE_URL": address, "AI_MODEL": f"scripted-{name}"}


async def test_model_when_it_answers_refuses_or_is_not_there_then_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving_models(ModelService(clock=HandClock(), seed=1)) as address:
        good = await asking.model(read(monkeypatch, _model(address, "sensible")))
        refusing = await asking.model(read(monkeypatch, _model(address, "refusing")))
        unknown = await asking.model(read(monkeypatch, _model(address, "none-of-them")))
    gone = await asking.model(read(monkeypatch, _model(address, "sensible")))
    assert (good.outcome, good.detail.split()[0]) == (_OK, "compatible:scripted-sensible")
    assert {one.outcome for one in (refusing, unknown, gone)} == {_FAILED}
    assert gone.advice


async def test_model_when_none_is_set_or_it_is_a_script_then_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await asking.model(read(monkeypatch, {}))).outcome is _NOT_CHECKED
    script = await asking.model(read(monkeypatch, {"AI_PROVIDER": "mock"}))
    assert script.outcome is _NOT_CHECKED


def _search(port: int) -> SearchSettings:
    return SearchSettings(
        provider=Searcher.TAVILY, key="tvly-canary", base_url=f"http://127.0.0.1:{port}"
    )


async def test_search_when_it_answers_or_refuses_the_key_then_told_after_one_question() -> None:
    found = {"results": [{"url": "https://bbc.co.uk/a", "title": "T", "content": "The naira."}]}
    body = json.dumps(found).encode()
    async with web(always(response(body, kind="application/json"))) as there:
        good = await asking.search(_search(there.port))
        assert there.connections == 1
    async with web(always(response(status="401 Unauthorized"))) as there:
        refused = await asking.search(_search(there.port))
    assert (good.outcome, "1 articles" in good.detail) == (_OK, True)
    assert (refused.outcome, "key" in refused.detail) == (_FAILED, True)
    assert "tvly-canary" not in f"{good}{refused}"


async def test_search_when_none_is_set_then_not_checked() -> None:
    assert (await asking.search(SearchSettings())).outcome is _NOT_CHECKED


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, _NOT_CHECKED),
        ({"NOTIFY_URLS": "json://127.0.0.1/a,json://127.0.0.1/b"}, _OK),
        ({"NOTIFY_URLS": "json://127.0.0.1/a,carrier://pigeon-canary"}, _FAILED),
    ],
)
def test_notifications_when_an_address_cannot_be_used_then_failed_and_it_is_not_told(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], expected: Outcome
) -> None:
    found = asking.notified(read(monkeypatch, said))
    assert found.outcome is expected
    assert "canary" not in str(found)

"""What calls to the real addresses are booked with; nothing here leaves the process."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import httpx2
import pytest
from genai_prices import Usage, calc_price
from pydantic import SecretStr

from bayse_agent.adapters.llm.books import Books
from bayse_agent.adapters.llm.channel import Channel
from bayse_agent.adapters.llm.model import EndpointModel
from bayse_agent.adapters.llm.options import Endpoint, ModelOptions, Provider
from bayse_agent.adapters.llm.providers import PRICE_LIST
from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.domain.question import Answer, BaseAnswer, NoAnswer, Silence
from bayse_agent.ports.mind import SpendingCaps
from tests.adapters.llm.stage import KEY, MODELS, Archive, Purse
from tests.adapters.llm.wire import GOOD, said
from tests.builders import NOON
from tests.questions import HandClock, a_question

_HOSTS = {
    Provider.GROQ: "api.groq.com",
    Provider.OPENAI: "api.openai.com",
    Provider.ANTHROPIC: "api.anthropic.com",
    Provider.GEMINI: "generativelanguage.googleapis.com",
}
Answering = Callable[[httpx2.Request], httpx2.Response]


def _model(provider: Provider, answering: Answering, books: Books, cap: str = "1") -> EndpointModel:
    endpoint = Endpoint(provider=provider, model=MODELS[provider], key=SecretStr(KEY))
    caps = SpendingCaps(daily=Decimal(cap), monthly=Decimal(cap))
    options = ModelOptions(
        endpoints=(endpoint,), caps=caps, backoff_first_s=0.001, backoff_max_s=0.001
    )
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answering), timeout=9)
    return EndpointModel(Channel(endpoint, options, http), options, books)


def _books(purse: Purse) -> Books:
    return Books(spending=purse, archive=Archive(), clock=HandClock())


@pytest.mark.parametrize("provider", list(_HOSTS))
async def test_ask_when_answered_then_the_real_price_is_booked_and_less_than_was_put_aside(
    provider: Provider,
) -> None:
    hosts: list[str] = []

    def answering(request: httpx2.Request) -> httpx2.Response:
        hosts.append(request.url.host)
        return httpx2.Response(200, content=said(provider, GOOD).body)

    purse = Purse()
    made = await _model(provider, answering, _books(purse)).ask(a_question(BaseAnswer))
    assert isinstance(made, Answer)
    listed = calc_price(
        Usage(input_tokens=1000, output_tokens=50),
        MODELS[provider],
        provider_id=PRICE_LIST[provider],
        genai_request_timestamp=NOON,
    )
    assert made.cost == listed.total_price
    assert list(purse.costs.values()) == [made.cost]
    assert 0 < made.cost < purse.reserved[0] < Decimal("0.02")
    assert hosts == [_HOSTS[provider]]


async def test_ask_when_mended_then_both_calls_are_paid() -> None:
    bad = said(Provider.GROQ, {**GOOD, "probability_yes": 95}).body
    bodies = [bad, said(Provider.GROQ, GOOD).body]
    purse = Purse()
    model = _model(
        Provider.GROQ, lambda _: httpx2.Response(200, content=bodies.pop(0)), _books(purse)
    )
    made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, Answer)
    assert made.cost == sum(purse.costs.values()) == Decimal("0.00036")


async def test_ask_when_the_call_could_pass_the_cap_then_it_is_not_made() -> None:
    seen: list[httpx2.Request] = []

    def answering(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, content=said(Provider.GROQ, GOOD).body)

    async with await open_purse("sqlite:///:memory:") as purse:
        books = Books(spending=purse.spending, archive=purse.archive, clock=HandClock())
        model = _model(Provider.GROQ, answering, books, cap="0.002")
        made = [await model.ask(a_question(BaseAnswer, sample=n)) for n in range(20)]
        spent = (await purse.spending.spent(NOON)).day
    answered = [one for one in made if isinstance(one, Answer)]
    silent = [one for one in made if isinstance(one, NoAnswer)]
    assert spent == sum(one.cost for one in answered) <= Decimal("0.002")
    assert len(seen) == len(answered) < 20
    assert {one.why for one in silent} == {Silence.BUDGET}


async def test_ask_when_the_call_is_lost_then_the_most_stays_spent() -> None:
    def losing(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("reset", request=request)

    async with await open_purse("sqlite:///:memory:") as purse:
        books = Books(spending=purse.spending, archive=purse.archive, clock=HandClock())
        made = await _model(Provider.ANTHROPIC, losing, books).ask(a_question(BaseAnswer))
        spent = (await purse.spending.spent(NOON)).day
    assert isinstance(made, NoAnswer)
    assert spent > Decimal("0.015")


async def test_ask_when_the_question_is_exotic_then_no_token_is_shorter_than_a_byte() -> None:
    purse = Purse()
    answer = said(Provider.GROQ, GOOD).body
    model = _model(Provider.GROQ, lambda _: httpx2.Response(200, content=answer), _books(purse))
    await model.ask(a_question(BaseAnswer, "\U0001f327" * 1000))
    await model.ask(a_question(BaseAnswer, "x" * 1000))
    assert purse.reserved[0] - purse.reserved[1] == 3000 * Decimal("0.15") / 1_000_000

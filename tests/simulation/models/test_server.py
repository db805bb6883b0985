"""Scripted models over HTTP, reached through the real adapter: all the way there and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx2
import pytest

from bayse_agent.adapters.llm.options import Endpoint, OutputStyle, Provider
from bayse_agent.domain.question import Answer, BaseAnswer, NoAnswer, Reading, Silence
from bayse_agent.simulation.models.minds import Sensible
from bayse_agent.simulation.models.scripted import MINDS, SLOW_S
from bayse_agent.simulation.models.server import ModelService, serving_models
from tests.adapters.llm.stage import Purse, a_model
from tests.builders import NOON
from tests.questions import HandClock, a_prompt, a_question

_REPORT = "Market: It passes\nOur correspondent makes “It passes” about 81% likely."


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def address(clock: HandClock) -> AsyncIterator[str]:
    async with serving_models(ModelService(clock=clock, seed=1)) as base_url:
        yield base_url


def _endpoint(address: str, name: str, output: OutputStyle = OutputStyle.TOOL) -> Endpoint:
    return Endpoint(
        provider=Provider.COMPATIBLE, model=f"scripted-{name}", base_url=address, output=output
    )


@pytest.mark.parametrize("output", OutputStyle)
@pytest.mark.parametrize("name", ["sensible", "obedient", "noisy", "hostile"])
async def test_ask_when_served_then_both_kinds_of_answers_arrive(
    address: str, name: str, output: OutputStyle
) -> None:
    async with a_model(_endpoint(address, name, output)) as model:
        base = await model.ask(a_question(BaseAnswer, _REPORT))
        reading = await model.ask(a_question(Reading, _REPORT))
    assert isinstance(base, Answer)
    assert isinstance(reading, Answer)
    assert {type(base.value), type(reading.value)} == {BaseAnswer, Reading}


async def test_ask_when_served_then_the_same_claims_as_in_process(address: str) -> None:
    async with a_model(_endpoint(address, "sensible")) as model:
        made = await model.ask(a_question(Reading, _REPORT))
    assert isinstance(made, Answer)
    question = a_question(Reading, _REPORT)
    assert made.value == Sensible(1).answer(a_prompt(question.purpose, _REPORT))


async def test_ask_when_the_served_model_refuses_then_refused(address: str) -> None:
    async with a_model(_endpoint(address, "refusing")) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.REFUSED


async def test_ask_when_the_served_model_is_slow_then_it_takes_its_time(
    address: str, clock: HandClock
) -> None:
    async with a_model(_endpoint(address, "slow")) as model:
        assert isinstance(await model.ask(a_question(BaseAnswer)), Answer)
    assert (clock.now() - NOON).total_seconds() == SLOW_S


async def test_ask_when_the_served_model_is_costly_then_all_of_it_is_booked(address: str) -> None:
    purse = Purse()
    async with a_model(_endpoint(address, "costly"), purse=purse) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, Answer)
    assert made.tokens_in == 2_000_000
    assert list(purse.costs.values()) == [Decimal(0)]


async def _ask_malformed(address: str, count: int) -> set[Silence]:
    """What comes of so many questions to the model whose answers are broken."""
    async with a_model(_endpoint(address, "malformed"), concurrency=8) as model:
        questions = [a_question(BaseAnswer, f"Question {n}?", sample=n) for n in range(count)]
        made = await asyncio.gather(*(model.ask(each) for each in questions))
    assert all(isinstance(each, NoAnswer) for each in made)
    return {each.why for each in made if isinstance(each, NoAnswer)}


async def test_ask_when_answers_are_malformed_then_never_more_than_that(address: str) -> None:
    assert await _ask_malformed(address, 150) == {Silence.MALFORMED}


@pytest.mark.torture
async def test_ask_when_thousands_are_malformed_then_never_more_than_that(address: str) -> None:
    assert await _ask_malformed(address, 3_000) == {Silence.MALFORMED}


async def test_ask_when_there_is_no_such_model_then_unreachable(address: str) -> None:
    async with a_model(_endpoint(address, "clever")) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.UNREACHABLE
    assert "no scripted model" in made.detail


async def test_list_when_asked_then_every_character_is_named(address: str) -> None:
    async with httpx2.AsyncClient() as http:
        models = (await http.get(f"{address}/models")).json()["data"]
    assert {each["id"] for each in models} == {f"scripted-{name}" for name in MINDS}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"model": 5}', b"x" * 5_000_000])
async def test_complete_when_the_request_is_wrong_then_refused(address: str, body: bytes) -> None:
    async with httpx2.AsyncClient() as http:
        response = await http.post(f"{address}/chat/completions", content=body)
    assert response.status_code in (400, 413)

"""One model out of several: archive, purse, falling back, and how many are asked at once."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from bayse_agent.adapters.llm.opening import open_language_model
from bayse_agent.adapters.llm.options import Endpoint, ModelOptions, OutputStyle, Provider
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.question import Answer, BaseAnswer, NoAnswer, Reading, Silence
from bayse_agent.simulation.models.scripted import scripted_model
from tests.adapters.llm.stage import Archive, Purse, a_model, an_endpoint
from tests.adapters.llm.wire import GOOD, Act, FakeProvider, fake_provider, hang, said, spoken
from tests.questions import HandClock, a_question

_GOOD = said(Provider.GROQ, GOOD)
_READING = {
    "claims": [{"claim": "A vote.", "quote": "The vote is at noon.", "stance": 1, "date": None}]
}


@pytest.fixture
async def fake() -> AsyncIterator[FakeProvider]:
    async with fake_provider() as served:
        yield served


async def test_ask_when_asked_before_then_the_kept_answer_costs_nothing(
    fake: FakeProvider,
) -> None:
    archive, purse = Archive(), Purse()
    fake.plays(_GOOD)
    endpoint = an_endpoint(Provider.GROQ, fake.url)
    async with a_model(endpoint, archive=archive, purse=purse) as model:
        first = await model.ask(a_question(BaseAnswer))
    async with a_model(endpoint, archive=archive, purse=purse) as model:
        again = await model.ask(a_question(BaseAnswer))
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert (again.value, again.was_kept, again.cost) == (first.value, True, Decimal(0))
    assert (again.prompt_id, again.answer_id) == (first.prompt_id, first.answer_id)
    assert (len(fake.seen), len(purse.reserved)) == (1, 1)


async def test_ask_when_anything_differs_then_it_is_another_prompt(fake: FakeProvider) -> None:
    fake.plays(_GOOD)
    async with a_model(an_endpoint(Provider.GROQ, fake.url)) as model:
        questions = (
            a_question(BaseAnswer),
            a_question(BaseAnswer, sample=1),
            a_question(BaseAnswer, "Another"),
            a_question(BaseAnswer, most_answer_tokens=900),
        )
        made = [await model.ask(question) for question in questions]
    assert len({each.prompt_id for each in made if isinstance(each, Answer)}) == 4


async def test_ask_when_asked_twice_at_once_then_it_is_paid_for_once(fake: FakeProvider) -> None:
    fake.plays(_GOOD)
    async with a_model(an_endpoint(Provider.GROQ, fake.url)) as model:
        made = await asyncio.gather(*(model.ask(a_question(BaseAnswer)) for _ in range(8)))
    assert [each.was_kept for each in made if isinstance(each, Answer)] == [False] + [True] * 7
    assert len(fake.seen) == 1


async def test_ask_when_the_purse_is_empty_then_nothing_is_sent(fake: FakeProvider) -> None:
    fake.plays(_GOOD)
    endpoint = an_endpoint(Provider.GROQ, fake.url)
    async with a_model(endpoint, purse=Purse(room=Decimal(-1))) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.BUDGET
    assert fake.seen == []


async def test_ask_when_the_first_is_down_then_the_next_answers(fake: FakeProvider) -> None:
    fake.plays(_GOOD)
    async with fake_provider() as gone:
        down = an_endpoint(Provider.OPENAI, gone.url)
    async with a_model(down, an_endpoint(Provider.GROQ, fake.url)) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, Answer)
    assert made.model == "groq:openai/gpt-oss-120b"


async def test_ask_when_the_first_answers_badly_then_the_next_is_not_asked(
    fake: FakeProvider,
) -> None:
    async with fake_provider() as bad:
        bad.plays(spoken(Provider.OPENAI, "Well."))
        order = (an_endpoint(Provider.OPENAI, bad.url), an_endpoint(Provider.GROQ, fake.url))
        async with a_model(*order) as model:
            made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.MALFORMED
    assert fake.seen == []


async def test_ask_when_everybody_is_down_then_it_is_told_of_each() -> None:
    async with fake_provider() as gone:
        order = [an_endpoint(each, gone.url) for each in (Provider.OPENAI, Provider.GROQ)]
    async with a_model(*order) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.UNREACHABLE
    assert "openai:" in made.detail
    assert "groq:" in made.detail


async def test_ask_when_it_takes_too_long_in_all_then_late(fake: FakeProvider) -> None:
    fake.plays(Act(write=hang))
    endpoint = an_endpoint(Provider.GROQ, fake.url)
    async with a_model(endpoint, question_timeout_s=0.2) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.TIMEOUT


async def test_ask_when_many_ask_then_only_so_many_at_once(fake: FakeProvider) -> None:
    now, most = 0, 0

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.wait({asyncio.ensure_future(asyncio.Event().wait())}, timeout=0.02)
        now -= 1
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(_GOOD.body)}\r\n\r\n"
        writer.write(head.encode() + _GOOD.body)
        await writer.drain()

    fake.plays(Act(write=answer))
    async with a_model(an_endpoint(Provider.GROQ, fake.url), concurrency=3) as model:
        questions = (a_question(BaseAnswer, sample=number) for number in range(9))
        made = await asyncio.gather(*(model.ask(question) for question in questions))
    assert all(isinstance(each, Answer) for each in made)
    assert most == 3


async def test_ask_when_prompted_then_a_fenced_answer_is_taken(fake: FakeProvider) -> None:
    fake.plays(spoken(Provider.COMPATIBLE, f"```json\n{json.dumps(_READING)}\n```"))
    endpoint = an_endpoint(Provider.COMPATIBLE, fake.url, output=OutputStyle.PROMPTED)
    async with a_model(endpoint) as model:
        made = await model.ask(a_question(Reading))
    assert isinstance(made, Answer)
    assert made.value.claims[0].stance == 1
    (_, _, body) = fake.seen[0]
    assert "tools" not in body
    assert "It must fit this schema" in body["messages"][0]["content"]


async def test_ask_when_prompted_and_it_thinks_aloud_then_its_thoughts_are_left_out(
    fake: FakeProvider,
) -> None:
    fake.plays(spoken(Provider.COMPATIBLE, f"<think>Hm.</think>\n\n{json.dumps(_READING)}"))
    endpoint = an_endpoint(Provider.COMPATIBLE, fake.url, output=OutputStyle.PROMPTED)
    async with a_model(endpoint) as model:
        assert isinstance(await model.ask(a_question(Reading)), Answer)


async def test_ask_when_prompted_and_a_tool_is_called_then_malformed(fake: FakeProvider) -> None:
    fake.plays(said(Provider.COMPATIBLE, _READING))
    endpoint = an_endpoint(Provider.COMPATIBLE, fake.url, output=OutputStyle.PROMPTED)
    async with a_model(endpoint) as model:
        made = await model.ask(a_question(Reading))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.MALFORMED


async def test_ask_when_the_reply_is_packed_then_it_is_unpacked(fake: FakeProvider) -> None:
    fake.plays(Act(gzip.compress(_GOOD.body), headers={"Content-Encoding": "gzip"}))
    async with a_model(an_endpoint(Provider.GROQ, fake.url)) as model:
        assert isinstance(await model.ask(a_question(BaseAnswer)), Answer)


@pytest.mark.parametrize(
    "act",
    [
        Act(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}),
        Act(b"not packed", headers={"Content-Encoding": "gzip"}),
        Act(b"{}", headers={"Content-Encoding": "br"}),
    ],
    ids=["bomb", "not packed", "another packing"],
)
async def test_ask_when_the_packed_reply_is_a_trap_then_malformed(
    fake: FakeProvider, act: Act
) -> None:
    fake.plays(act)
    async with a_model(an_endpoint(Provider.GROQ, fake.url)) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert made.why is Silence.MALFORMED


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": -5, "completion_tokens": 10, "total_tokens": 5},
        {"prompt_tokens": 10**30, "completion_tokens": 10, "total_tokens": 5},
    ],
)
@pytest.mark.filterwarnings("ignore:Failed to extract usage")
async def test_ask_when_the_provider_does_not_count_then_the_most_is_paid(
    fake: FakeProvider, usage: object
) -> None:
    fake.plays(Act(json.dumps({**json.loads(_GOOD.body), "usage": usage}).encode()))
    purse = Purse()
    async with a_model(an_endpoint(Provider.GROQ, fake.url), purse=purse) as model:
        await model.ask(a_question(BaseAnswer))
    assert list(purse.costs.values()) == purse.reserved


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": 1.5, "completion_tokens": 2, "total_tokens": 4}, "none"]
)
async def test_ask_when_the_count_cannot_be_read_then_malformed_and_the_most_is_paid(
    fake: FakeProvider, usage: object
) -> None:
    fake.plays(Act(json.dumps({**json.loads(_GOOD.body), "usage": usage}).encode()))
    purse = Purse()
    async with a_model(an_endpoint(Provider.GROQ, fake.url), purse=purse) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert isinstance(made, NoAnswer)
    assert (made.why, purse.costs) == (Silence.MALFORMED, {})


async def test_ask_when_the_provider_is_a_script_then_it_answers() -> None:
    mock = Endpoint(provider=Provider.MOCK, model="sensible")
    async with a_model(mock, mock=scripted_model("sensible", clock=HandClock())) as model:
        assert isinstance(await model.ask(a_question(BaseAnswer)), Answer)


def test_open_when_there_is_no_script_then_the_configuration_is_wrong() -> None:
    options = ModelOptions(endpoints=(Endpoint(provider=Provider.MOCK, model="sensible"),))
    with pytest.raises(ConfigurationError, match="script"):
        open_language_model(options, spending=Purse(), archive=Archive(), clock=HandClock())

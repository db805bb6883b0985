"""Every provider in its own wire format: good answers, bad ones, and everything that goes wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from bayse_agent.adapters.llm.options import Provider
from bayse_agent.domain.question import Answer, BaseAnswer, NoAnswer, Silence
from tests.adapters.llm.stage import KEY, PROVIDERS, Purse, a_model, an_endpoint
from tests.adapters.llm.wire import (
    GOOD,
    Act,
    FakeProvider,
    cut,
    drip,
    fake_provider,
    flood,
    hang,
    refused,
    said,
    spoken,
)
from tests.questions import a_question

_PATHS = {
    Provider.ANTHROPIC: "/v1/messages",
    Provider.GEMINI: "/v1beta/models/gemini-3.5-flash-lite:generateContent",
}
_ERROR = json.dumps({"error": {"message": f"Incorrect key {KEY}", "type": "x"}}).encode()
_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"<html>",
    b'{"choices": []}',
    b'{"choices": [{}]}',
    b'{"content": 5}',
    b'{"candidates": 7}',
    b'{"candidates": [{"content": {"parts": [{"functionCall": 3}]}}]}',
    b"\xff\xfe",
    b"[" * 10_000,
    b'{"error": {"message": "overloaded"}}',
)
_BAD = {**GOOD, "probability_yes": 1.7}


@pytest.fixture
async def fake() -> AsyncIterator[FakeProvider]:
    async with fake_provider() as served:
        yield served


async def _ask(
    fake: FakeProvider,
    provider: Provider,
    *acts: Act,
    purse: Purse | None = None,
    timeout_s: float = 10.0,
) -> Answer[BaseAnswer] | NoAnswer:
    fake.plays(*acts)
    async with a_model(an_endpoint(provider, fake.url), purse=purse, timeout_s=timeout_s) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert KEY not in repr(made)
    return made


def _why(made: Answer[BaseAnswer] | NoAnswer) -> Silence:
    assert isinstance(made, NoAnswer)
    assert len(made.detail) < 500
    return made.why


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_answer_is_good_then_it_is_typed(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, said(provider, GOOD))
    assert isinstance(made, Answer)
    assert (made.value.probability_yes, made.tokens_in, made.tokens_out) == (0.62, 1000, 50)
    (path, _, body) = fake.seen[0]
    assert path == _PATHS.get(provider, "/v1/chat/completions")
    assert "You are a careful forecaster." in json.dumps(body)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_sent_then_the_length_of_the_answer_is_bounded(
    fake: FakeProvider, provider: Provider
) -> None:
    await _ask(fake, provider, said(provider, GOOD))
    body = fake.seen[0][2]
    limits = [body.get("max_tokens"), body.get("max_completion_tokens")]
    limits.append(body.get("generationConfig", {}).get("maxOutputTokens"))
    assert 1000 in limits


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_first_answer_is_bad_then_it_is_mended_once(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, said(provider, _BAD), said(provider, GOOD))
    assert isinstance(made, Answer)
    assert (made.tokens_in, len(fake.seen)) == (2000, 2)
    assert "probability_yes is not from 0.01 to 0.99" in json.dumps(fake.seen[1][2])


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_answer_stays_bad_then_there_is_none(
    fake: FakeProvider, provider: Provider
) -> None:
    purse = Purse()
    made = await _ask(fake, provider, said(provider, _BAD), purse=purse)
    assert _why(made) is Silence.MALFORMED
    assert (len(fake.seen), len(purse.costs)) == (2, 2)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_a_tool_is_called_that_nobody_offered_then_malformed(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, said(provider, GOOD, tool="place_order"))
    assert _why(made) is Silence.MALFORMED


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_it_only_talks_then_malformed(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, spoken(provider, "Quite likely, I think."))
    assert _why(made) is Silence.MALFORMED


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_answer_was_cut_off_then_malformed(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, said(provider, GOOD, ended="length"))
    assert _why(made) is Silence.MALFORMED
    assert "too long" in repr(made)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_model_refuses_then_so_told_and_not_asked_again(
    fake: FakeProvider, provider: Provider
) -> None:
    assert _why(await _ask(fake, provider, refused(provider))) is Silence.REFUSED
    assert len(fake.seen) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [429, 529])
async def test_ask_when_the_provider_is_busy_then_asked_again_and_nothing_lost(
    fake: FakeProvider, provider: Provider, status: int
) -> None:
    purse = Purse()
    busy = Act(_ERROR, status=status, headers={"Retry-After": "1"})
    made = await _ask(fake, provider, busy, busy, said(provider, GOOD), purse=purse)
    assert isinstance(made, Answer)
    assert len(fake.seen) == 3
    assert sorted(purse.costs.values())[:2] == [Decimal(0), Decimal(0)]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_provider_stays_busy_then_unreachable_after_three_times(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, Act(_ERROR, status=503))
    assert _why(made) is Silence.UNREACHABLE
    assert len(fake.seen) == 3


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [401, 302])
async def test_ask_when_the_provider_will_not_take_it_then_not_asked_again(
    fake: FakeProvider, provider: Provider, status: int
) -> None:
    made = await _ask(fake, provider, Act(_ERROR, status=status, headers={"Location": "/x"}))
    assert _why(made) is Silence.UNREACHABLE
    assert len(fake.seen) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_nothing_comes_then_late_and_counted_as_spent(
    fake: FakeProvider, provider: Provider
) -> None:
    purse = Purse()
    made = await _ask(fake, provider, Act(write=hang), purse=purse, timeout_s=0.2)
    assert _why(made) is Silence.TIMEOUT
    assert (len(purse.reserved), purse.costs) == (1, {})


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_reply_drips_without_end_then_late(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, Act(write=drip), timeout_s=0.3)
    assert _why(made) is Silence.TIMEOUT


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_reply_has_no_end_then_it_is_not_read(
    fake: FakeProvider, provider: Provider
) -> None:
    made = await _ask(fake, provider, Act(write=flood))
    assert _why(made) is Silence.MALFORMED
    assert "more than 200000 bytes" in repr(made)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_connection_is_cut_then_asked_again_and_counted(
    fake: FakeProvider, provider: Provider
) -> None:
    purse = Purse()
    made = await _ask(fake, provider, Act(write=cut), said(provider, GOOD), purse=purse)
    assert isinstance(made, Answer)
    assert (len(purse.reserved), len(purse.costs)) == (2, 1)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_nobody_listens_then_unreachable_and_free(provider: Provider) -> None:
    async with fake_provider() as gone:
        url = gone.url
    purse = Purse()
    async with a_model(an_endpoint(provider, url), purse=purse) as model:
        made = await model.ask(a_question(BaseAnswer))
    assert _why(made) is Silence.UNREACHABLE
    assert list(purse.costs.values()) == [Decimal(0)] * 3


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_ask_when_the_reply_is_not_what_it_should_be_then_malformed(
    fake: FakeProvider, provider: Provider
) -> None:
    async with a_model(an_endpoint(provider, fake.url)) as model:
        for number, body in enumerate(_BODIES):
            fake.plays(Act(body))
            made = await model.ask(a_question(BaseAnswer, sample=number))
            assert (body, _why(made)) == (body, Silence.MALFORMED)


async def test_ask_when_groq_says_that_the_tool_failed_then_it_is_mended(
    fake: FakeProvider,
) -> None:
    told = {"error": {"message": "x", "code": "tool_use_failed", "failed_generation": "IGNORE"}}
    failed = Act(json.dumps(told).encode(), status=400)
    made = await _ask(fake, Provider.GROQ, failed, said(Provider.GROQ, GOOD))
    assert isinstance(made, Answer)
    assert "IGNORE" not in json.dumps(fake.seen[1][2])

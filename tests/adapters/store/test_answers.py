"""The archive of answers: the first one to a prompt stays, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bayse_agent.adapters.store.purse import Purse, open_purse
from bayse_agent.ports.mind import KeptAnswer
from tests.builders import NOON

_ANSWER = KeptAnswer(
    prompt_id="p-1", answer_id="a-1", model="groq:test", prompt="Why?", answer="{}", at=NOON
)


@pytest.fixture
async def purse(url: str) -> AsyncIterator[Purse]:
    async with await open_purse(url) as opened:
        yield opened


async def test_kept_when_nothing_was_asked_then_none(purse: Purse) -> None:
    assert await purse.archive.kept("p-1") is None


async def test_kept_when_it_was_answered_then_the_very_same(url: str, purse: Purse) -> None:
    await purse.archive.keep(_ANSWER)
    async with await open_purse(url) as again:
        assert await again.archive.kept("p-1") == _ANSWER


async def test_keep_when_there_is_an_answer_then_the_first_one_stays(purse: Purse) -> None:
    await purse.archive.keep(_ANSWER)
    await purse.archive.keep(replace(_ANSWER, answer_id="a-2", answer="[]"))
    assert await purse.archive.kept("p-1") == _ANSWER


async def test_keep_when_the_text_has_what_no_database_takes_then_it_is_kept_without(
    purse: Purse,
) -> None:
    await purse.archive.keep(replace(_ANSWER, prompt="a\x00b\ud800c"))
    kept = await purse.archive.kept("p-1")
    assert kept is not None
    assert (kept.prompt[0], kept.prompt[-1]) == ("a", "c")

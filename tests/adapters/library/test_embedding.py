"""Vectors of texts: near ones mean alike, whatever their words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bayse_agent.adapters.library.embedding import MiniLM, WordHashes, model_file
from bayse_agent.domain.errors import ConfigurationError

QUESTIONS = json.loads((Path(__file__).parent / "questions.json").read_text())


@pytest.fixture(scope="module")
def model() -> Iterator[MiniLM]:
    loaded = MiniLM()
    yield loaded
    loaded.close()


async def test_embed_when_texts_mean_the_same_then_their_vectors_are_near(model: MiniLM) -> None:
    rain, wet, rates = await model.embed(
        ["It rained in Lagos", "A downpour soaked Nigeria's largest city", "The bank cut its rate"]
    )
    assert rain @ wet > rain @ rates + 0.2


async def test_embed_when_done_then_vectors_have_length_one_and_do_not_depend_on_company(
    model: MiniLM,
) -> None:
    texts = ["rain", "a much longer text about the harbour levy bill in the Senate", "", "x" * 500]
    together = await model.embed(texts)
    alone = await model.embed(texts[:1])
    assert together.shape == (4, model.dimensions)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    # Weights of eight bits are scaled by the batch, so not to the last digit.
    assert together[0] @ alone[0] > 0.98
    assert (await model.embed([])).shape == (0, model.dimensions)


async def test_embed_when_it_runs_then_the_event_loop_goes_on(model: MiniLM) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await model.embed(["some words about rain"] * 8)
    counting.cancel()
    assert turns > 100


async def test_embed_when_questions_are_worded_otherwise_then_their_texts_are_found(
    model: MiniLM,
) -> None:
    texts = await model.embed([row["text"] for row in QUESTIONS])
    questions = await model.embed([row["question"] for row in QUESTIONS])
    first_five = np.argsort(-(questions @ texts.T), axis=1)[:, :5]
    found = [number in row for number, row in enumerate(first_five)]
    assert len(QUESTIONS) >= 30
    assert sum(found) / len(found) >= 0.9


async def test_embed_when_the_model_is_another_file_then_it_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(model_file().read_bytes()[:-1] + b"x")
    model = MiniLM(model=file)
    with pytest.raises(ConfigurationError, match="not the one that is meant"):
        await model.embed(["rain"])
    model.close()


async def test_word_hashes_when_words_are_shared_then_vectors_are_near() -> None:
    one, same, other = await WordHashes().embed(["Rain today.", "rain, today", "gold"])
    assert one @ same == pytest.approx(1)
    assert abs(one @ other) < 0.5

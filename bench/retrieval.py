"""Measures the library: how fast articles go in, how fast they are found, and how well.

    python bench/retrieval.py --json
    python bench/retrieval.py --json --chunks 10000,100000

ingest: chunks of 400 words and of 40 words a second, with the real model, into SQLite. scale: time
of a query over a library of so many chunks, in milliseconds; their vectors are random ones of
length one, since putting 100,000 texts through the model takes an hour, and the model's own time
for the question comes on top of it. quality: of questions that are worded differently from the
texts that answer them, how many find theirs among the first five (recall@5) and how high up (MRR),
beside FTS5 of SQLite, which looks for words; texts of another kind lie in between.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from bayse_agent.adapters.library.embedding import MiniLM, Vectors, normal
from bayse_agent.adapters.library.library import SqlLibrary, open_library
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.news import Article
from bayse_agent.domain.reading import words
from bayse_agent.domain.subject import terms

Figures = dict[str, object]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUESTIONS = Path(__file__).resolve().parent.parent / "tests/adapters/library/questions.json"
CHUNKS_A_CALL = 1_000
QUERIES = 40
_PLACES = ("Enugu", "Jos", "Kumasi", "Mombasa", "Tema", "Bamako", "Lusaka", "Kigali", "Dakar")
_SUBJECTS = (
    "a market hall that burned down in {place} is to be rebuilt before the rains",
    "a school choir from {place} won a prize for its recording of old songs",
    "a bridge near {place} was closed to lorries after cracks were found in a pillar",
    "farmers around {place} plant more beans, since their buyers pay at once",
    "a museum in {place} shows masks that came back after a hundred years abroad",
    "the mayor of {place} wants to count the street lights and mend half of them",
)


class Random:
    """Random vectors of length one, always the same for a text: no meaning, only their number."""

    name = "random-384"
    dimensions = 384

    async def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [self._row(text) for text in texts]
        return normal(np.array(rows, np.float32).reshape(-1, self.dimensions))

    def close(self) -> None:
        """There is nothing to close."""

    def _row(self, text: str) -> list[float]:
        seed = int.from_bytes(sha256(text.encode()).digest()[:8], "big")
        row: list[float] = np.random.default_rng(seed).standard_normal(self.dimensions).tolist()
        return row


def article(number: int, text: str, *, title: str = "") -> Article:
    return Article(
        id=f"article-{number}",
        url=f"https://press.example/{number}",
        domain="press.example",
        title=title,
        text=text,
        published_at=NOW - timedelta(minutes=number % 10_000),
        retrieved_at=NOW,
        found_by="bench",
    )


async def new_library(folder: str, embedder: MiniLM | Random) -> SqlLibrary:
    url = f"sqlite:///{folder}/books.db"
    await (await open_store(url)).close()
    return await open_library(url, embedder=embedder)


def others() -> Iterator[str]:
    """Texts that answer none of the questions."""
    for place in _PLACES:
        for subject in _SUBJECTS:
            yield f"Our correspondent reports that {subject.format(place=place)}."


async def measure_ingest() -> Figures:
    figures: Figures = {}
    model = MiniLM()
    await model.embed(["warm"])
    vocabulary = sorted({word for text in others() for word in words(text)})
    for size, count in ((400, 12), (40, 48)):
        texts = [
            " ".join(vocabulary[(one * 7 + at * 13) % len(vocabulary)] for at in range(size))
            for one in range(count)
        ]
        with tempfile.TemporaryDirectory() as folder:
            library = await new_library(folder, model)
            started = time.perf_counter()
            added = await library.add([article(n, t) for n, t in enumerate(texts)], scope="e")
            took_s = time.perf_counter() - started
        figures[f"chunks_of_{size}_words_a_second"] = round(added / took_s, 1)
    model.close()
    return figures


async def measure_scale(chunks: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        library = await new_library(folder, Random())
        started = time.perf_counter()
        for first in range(0, chunks, CHUNKS_A_CALL):
            numbers = range(first, min(first + CHUNKS_A_CALL, chunks))
            # One chunk each, half of them of the event that is asked about.
            await library.add([article(n, f"text {n}") for n in numbers if n % 2], scope="e")
            await library.add([article(n, f"text {n}") for n in numbers if n % 2 == 0], scope="")
        stored_s = time.perf_counter() - started
        started = time.perf_counter()
        await library.find("the first question", scope="e", now=NOW)
        first_ms = 1000 * (time.perf_counter() - started)
        times_ms: list[float] = []
        for number in range(QUERIES):
            started = time.perf_counter()
            await library.find(f"question {number}", scope="e", now=NOW)
            times_ms.append(1000 * (time.perf_counter() - started))
        await library.close()
    return {
        "chunks": chunks,
        "vectors": "random, of length one",
        "stored_a_second_without_model": round(chunks / stored_s),
        "first_query_ms": round(first_ms, 1),
        "query_ms_p50": round(float(np.percentile(times_ms, 50)), 2),
        "query_ms_p95": round(float(np.percentile(times_ms, 95)), 2),
    }


async def measure_quality() -> Figures:
    rows = json.loads(QUESTIONS.read_text())
    texts = [row["text"] for row in rows]
    noise = list(others())
    articles = [article(number, text) for number, text in enumerate([*texts, *noise])]
    by_id = {one.id: place for place, one in enumerate(articles)}
    by_meaning: list[list[int]] = []
    times_ms: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        library = await new_library(folder, MiniLM())
        await library.add(articles, scope="e")
        for row in rows:
            started = time.perf_counter()
            found = await library.find(
                row["question"], scope="e", now=NOW, limit=10, half_life=timedelta(days=30)
            )
            times_ms.append(1000 * (time.perf_counter() - started))
            by_meaning.append([by_id[one.article_id] for one in found])
        await library.close()
    by_words = list(full_text(texts + noise, [row["question"] for row in rows]))
    return {
        "questions": len(rows),
        "texts": len(articles),
        "library": quality(by_meaning),
        "fts5": quality(by_words),
        "query_with_model_ms_p50": round(float(np.percentile(times_ms, 50)), 1),
        "query_with_model_ms_p95": round(float(np.percentile(times_ms, 95)), 1),
    }


def full_text(texts: Sequence[str], questions: Sequence[str]) -> Iterator[list[int]]:
    """What SQLite's word search finds: any of the words, best first by bm25."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(body, tokenize='porter unicode61')")
    connection.executemany("INSERT INTO texts (body) VALUES (?)", [(text,) for text in texts])
    for question in questions:
        asked = " OR ".join(f'"{word}"' for word in sorted(terms(question)) if word)
        found = connection.execute(
            "SELECT rowid - 1 FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT 10",
            (asked,),
        )
        yield [row[0] for row in found]
    connection.close()


def quality(found: Sequence[Sequence[int]]) -> Figures:
    """The answer to question n is text n."""
    ranks = [list(places).index(n) + 1 if n in places else None for n, places in enumerate(found)]
    count = len(found)
    return {
        "recall_at_1": round(sum(rank == 1 for rank in ranks) / count, 3),
        "recall_at_5": round(sum(rank is not None and rank <= 5 for rank in ranks) / count, 3),
        "mrr": round(sum(1 / rank for rank in ranks if rank is not None) / count, 3),
    }


async def measure(chunks: Sequence[int]) -> Figures:
    return {
        "ingest": await measure_ingest(),
        "quality": await measure_quality(),
        "scale": [await measure_scale(count) for count in chunks],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print nothing but JSON")
    parser.add_argument("--chunks", default="10000", help="how many chunks, commas between")
    arguments = parser.parse_args()
    chunks = [int(part) for part in arguments.chunks.split(",")]
    figures = asyncio.run(measure(chunks))
    print(json.dumps(figures, indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()

"""Pieces of articles, on both databases: searched, filtered, followed, and with their texts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bayse_agent.adapters.library.embedding import WordHashes
from bayse_agent.adapters.library.library import open_library
from bayse_agent.adapters.store import searches
from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.adapters.store.reading import evidence, texts
from bayse_agent.adapters.store.reading.evidence import Fate, PieceView, WantedPieces
from bayse_agent.adapters.store.reading.opening import open_reader
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Evidence, Forecast
from bayse_agent.domain.news import News, Snippet, kept_of
from bayse_agent.ports.mind import KeptAnswer
from tests.builders import MARKET_ID, NOON, a_forecast, a_look, an_article

HOUR = timedelta(hours=1)


def _evidence(number: int, contribution: float = 0.2) -> Evidence:
    return Evidence(
        snippet_id=f"snippet-{number}",
        url=f"https://news.ledger.example/{number}",
        domain="news.ledger.example",
        title=f"The count goes on, part {number}",
        published_at=None,
        retrieved_at=NOON + number * HOUR,
        found_by="feeds",
        claim="Turnout was 100% high",
        quote=f"turnout was high in ward {number}",
        stance=1,
        contribution=contribution,
    )


def _pool(number: int, *lines: Evidence) -> Forecast:
    part = replace(
        a_forecast(0.7),
        id=f"llm-{number}",
        author="llm",
        evidence=lines,
        prompts=(f"prompt-{number}",),
        made_at=NOON + number * HOUR,
    )
    whole = replace(a_forecast(0.55), id=f"pool-{number}", author="pool", parts=(part,))
    return replace(whole, is_pooled=True, made_at=NOON + number * HOUR)


@pytest.fixture
async def reader(store: SqlStore, url: str) -> AsyncIterator[Reader]:
    """Two looks that quoted three pieces between them, and a library with one piece more."""
    forecasts = (
        _pool(1, _evidence(1), _evidence(2, 0.0)),
        _pool(2, _evidence(1, -0.1), _evidence(3)),
    )
    await store.add_looks(
        [replace(a_look(forecast=one), at=one.made_at, inputs={}) for one in forecasts]
    )
    library = await open_library(url, embedder=WordHashes())
    event = (await store.tracked())[0].event_id
    article = an_article(
        id="a",
        url="https://other.example/a",
        domain="other.example",
        title="Heavy rain",
        text="It rained in Lagos all day.",
        published_at=NOON,
    )
    await library.add([article], scope=event)
    await library.close()
    opened = await open_reader(url)
    yield opened
    await opened.close()


async def _found(reader: Reader, **wanted: Any) -> list[PieceView]:
    query = evidence.pieces(WantedPieces(**wanted), limit=50, before=None)
    return list((await reader.ask(query)).items)


async def test_pieces_when_read_then_each_is_told_once_with_its_last_use(reader: Reader) -> None:
    found = {one.id: one for one in await _found(reader)}
    assert len(found) == 4
    first = found["snippet-1"]
    assert (first.fate, first.uses, first.forecast_id) == (Fate.USED, 2, "pool-2")
    assert (first.market_id, first.used_at) == (MARKET_ID, NOON + 2 * HOUR)
    assert first.decision is not None
    assert found["snippet-2"].fate is Fate.QUOTED
    (rain,) = [one for one in found.values() if one.fate is Fate.REMEMBERED]
    assert (rain.title, rain.uses, rain.decision) == ("Heavy rain", 0, None)
    assert rain.excerpt == "It rained in Lagos all day."


_FILTERS: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"text": "WARD 3"}, ["snippet-3"]),
    ({"text": "100%"}, ["snippet-3", "snippet-2", "snippet-1"]),
    ({"text": "1_0%"}, []),
    ({"text": "rained in lagos"}, ["Heavy rain"]),
    ({"fate": Fate.QUOTED}, ["snippet-2"]),
    ({"fate": Fate.USED}, ["snippet-3", "snippet-1"]),
    ({"fate": Fate.REMEMBERED}, ["Heavy rain"]),
    ({"domain": "Ledger.example", "fate": Fate.USED}, ["snippet-3", "snippet-1"]),
    ({"domain": "edger.example"}, []),
    ({"market_id": MARKET_ID}, ["snippet-3", "snippet-2", "snippet-1", "Heavy rain"]),
    ({"market_id": "none"}, []),
    ({"since": NOON + 2 * HOUR}, ["snippet-3", "snippet-2"]),
    ({"source": "nobody"}, []),
    ({"text": "a\x00b", "source": "\x00", "domain": "\x00", "market_id": "\x00"}, []),
)


async def test_pieces_when_filtered_then_only_those_the_latest_first(reader: Reader) -> None:
    for wanted, found in _FILTERS:
        told = await _found(reader, **wanted)
        names = [one.title if one.fate is Fate.REMEMBERED else one.id for one in told]
        assert names == found, wanted


async def test_pieces_when_followed_then_nothing_is_missed_or_told_twice(reader: Reader) -> None:
    whole = await _found(reader)
    pieces: list[PieceView] = []
    before = None
    for _ in range(10):
        part = await reader.ask(evidence.pieces(WantedPieces(), limit=1, before=before))
        pieces += part.items
        before = part.next
        if before is None:
            break
    assert pieces == whole
    assert before is None


async def test_piece_when_quoted_then_every_claim_is_told_with_its_decision(reader: Reader) -> None:
    piece = await reader.ask(evidence.piece("snippet-1"))
    assert piece is not None
    last, first = await reader.ask(evidence.uses("snippet-1", most=10))
    assert (last.forecast_id, first.forecast_id) == ("pool-2", "pool-1")
    assert (last.contribution, first.contribution) == (-0.1, 0.2)
    assert (last.author, last.decision) == ("llm", piece.decision)
    assert await reader.ask(evidence.piece("nothing")) is None


async def test_texts_when_asked_for_then_from_wherever_they_are_kept(
    reader: Reader, url: str
) -> None:
    rain = (await _found(reader, fate=Fate.REMEMBERED))[0]
    (passage,) = await reader.ask(texts.texts_of(rain, ()))
    assert (passage.kind, passage.text) == (texts.Kind.LIBRARY, "It rained in Lagos all day.")
    piece = await reader.ask(evidence.piece("snippet-3"))
    assert piece is not None
    uses = await reader.ask(evidence.uses("snippet-3", most=10))
    assert await reader.ask(texts.texts_of(piece, uses)) == ()
    prompt = "Read this: turnout was high in ward 3, they say"
    async with await open_purse(url) as purse:
        await purse.archive.keep(
            KeptAnswer(
                prompt_id="prompt-2",
                answer_id="a",
                model="m",
                prompt=prompt,
                answer="{}",
                at=NOON,
            )
        )
    (asked,) = await reader.ask(texts.texts_of(piece, uses))
    assert (asked.kind, asked.id, asked.text) == (texts.Kind.PROMPT, "prompt-2", prompt)
    await _answer(url, f'[{{"url": "{piece.url}", "text": "The whole article."}}, 3]')
    (whole,) = await reader.ask(texts.texts_of(piece, uses))
    assert (whole.kind, whole.text) == (texts.Kind.SEARCH, "The whole article.")
    await _answer(url, f'not JSON, though it has "{piece.url}" in it')
    assert await reader.ask(texts.texts_of(piece, uses)) == (whole,)


async def _answer(url: str, answer: str) -> None:
    """A source was asked, and answered this."""
    database = connect(url)
    try:
        begun = await database.run(
            lambda connection: searches.begin(
                connection, key=answer[:9], source="feeds", at=NOON, fresh=HOUR, most=None
            )
        )
        assert isinstance(begun, searches.Begun)
        await database.run(lambda connection: searches.finish(connection, begun.number, answer))
    finally:
        await database.close()


async def test_left_out_when_looks_kept_it_then_counted_by_reason(
    reader: Reader, store: SqlStore
) -> None:
    assert (await reader.ask(texts.left_out(NOON))).looks == 0
    snippet = Snippet(
        id="s",
        article_id="a",
        url="u",
        domain="d.example",
        title="t",
        text="x",
        published_at=None,
        retrieved_at=NOON,
        found_by="feeds",
    )
    news = (
        News(
            snippets=(snippet,),
            told=("tavily did not answer in 5 s", "left out: 2 too old"),
            left_out={"too old": 2},
        ),
        News(told=("left out: 1 too old",), left_out={"too old": 1, "without a date": 4}),
        News(snippets=(snippet,)),
        News(),
    )
    looks = [
        replace(a_look(Reason.NO_EDGE), at=NOON + (3 + n) * HOUR, inputs=kept_of(one))
        for n, one in enumerate(news)
    ]
    await store.add_looks(looks)
    found = await reader.ask(texts.left_out(NOON))
    assert (found.looks, found.since) == (3, NOON + 3 * HOUR)
    assert found.reasons == {"without a date": 4, "too old": 3}
    assert found.missing == {"tavily did not answer in 5 s": 1}
    assert (await reader.ask(texts.left_out(NOON + 4 * HOUR))).reasons["too old"] == 1

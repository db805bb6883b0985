"""Which articles may be read for a market."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.admission import AdmissionRule, Refusal, admit, told_refusals
from bayse_agent.domain.news import Article, Topic
from tests.builders import ENYIMBA_NEWS, NOON, a_topic, an_article

RULE = AdmissionRule()
SHORT = a_topic(closes_in=timedelta(hours=1))
LONG = a_topic(closes_in=timedelta(days=60))
LONG_TEXT = ENYIMBA_NEWS + " " + " ".join(f"Word{number}" for number in range(200))


def _why(article: Article, topic: Topic) -> Refusal | None:
    refused = admit([article], topic, RULE).refused
    return next(iter(refused), None)


@pytest.mark.parametrize(
    ("article", "topic", "why"),
    [
        (an_article(), SHORT, None),
        (an_article(text="  \n"), SHORT, Refusal.EMPTY),
        (an_article(published_at=None), SHORT, Refusal.UNDATED),
        (an_article(published_at=None), a_topic(), None),
        (an_article(published_at=NOON), SHORT, None),
        (an_article(published_at=NOON + timedelta(seconds=1)), LONG, Refusal.LATER),
        (an_article(published_at=NOON - timedelta(hours=25)), SHORT, Refusal.OLD),
        (an_article(published_at=NOON - timedelta(days=22)), a_topic(), Refusal.OLD),
        (an_article(published_at=NOON - timedelta(days=22)), LONG, None),
        (an_article(published_at=NOON - timedelta(days=181)), LONG, Refusal.OLD),
        (an_article(domain="polymarket.com"), LONG, Refusal.SITE),
        (an_article(domain="m.Bet9ja.com"), LONG, Refusal.SITE),
        (an_article(domain="notpolymarket.com"), LONG, None),
        (an_article(url="https://x.example/enyimba-remo-PREDICTION"), LONG, Refusal.SITE),
        (an_article(url="https://x.example/price/btc_forecast/2027"), LONG, Refusal.SITE),
        (an_article(url="https://x.example/a?q=forecast"), LONG, None),
        (an_article(url="https://[broken"), LONG, Refusal.SITE),
        (an_article(title="Rain", text="It rained in Jos."), LONG, Refusal.SUBJECT),
    ],
)
def test_admit_when_an_article_comes_then_publisher_date_and_subject_decide(
    article: Article, topic: Topic, why: Refusal | None
) -> None:
    assert _why(article, topic) is why


def test_admit_when_several_publishers_print_one_text_then_the_first_stays() -> None:
    first = an_article(text=LONG_TEXT)
    copy = an_article(id="b", domain="wire.example", text=LONG_TEXT + " Copied from the wire.")
    admitted = admit([first, copy], LONG, RULE)
    assert admitted.kept == (first,)
    assert admitted.refused == {Refusal.COPY: 1}


def test_admit_when_a_sentence_of_an_article_comes_first_then_it_does_not_push_it_out() -> None:
    sentence = an_article(id="a", domain="thief.example")
    whole = an_article(id="b", text=LONG_TEXT)
    assert admit([sentence, whole], LONG, RULE).kept == (sentence, whole)


def test_admit_when_texts_differ_in_their_figures_only_then_both_stay() -> None:
    texts = [f"Those close to Enyimba put a win over Remo Stars at {n} percent." for n in (40, 71)]
    both = [an_article(id=text, text=text) for text in texts]
    assert admit(both, LONG, RULE).kept == tuple(both)


@given(st.permutations(range(6)))
def test_admit_when_the_order_changes_then_what_stays_keeps_it(order: list[int]) -> None:
    articles = [
        an_article(id=str(n), text=f"Enyimba meet Remo Stars, says player {n} of {n * 7}.")
        for n in order
    ]
    kept = admit(articles, LONG, RULE).kept
    assert [article.id for article in kept] == [str(n) for n in order]


@given(st.integers(-(10**6), 10**6))
def test_admit_when_something_stays_then_it_is_never_of_the_future(seconds: int) -> None:
    article = replace(an_article(), published_at=NOON + timedelta(seconds=seconds))
    assert all(
        one.published_at is not None and one.published_at <= LONG.now
        for one in admit([article], LONG, RULE).kept
    )


def test_told_refusals_when_some_were_left_out_then_one_line_says_how_many_and_why() -> None:
    told = told_refusals({Refusal.OLD: 2, Refusal.SITE: 1})
    assert told == ("left out: 1 from a site of forecasts or bets, 2 too old",)
    assert told_refusals({}) == ()

"""Which passages are read."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.choosing import best_passages, spread, worth
from tests.builders import NOON, a_snippet, a_topic, an_article

DAY = timedelta(days=1)


def test_worth_when_a_text_is_one_half_life_old_then_a_quarter_is_gone() -> None:
    assert worth(NOON - DAY, NOON, DAY) == 0.75


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_worth_when_a_text_is_older_then_it_is_never_worth_more(a_s: int, b_s: int) -> None:
    newer, older = sorted((a_s, b_s))
    of_newer = worth(NOON - timedelta(seconds=newer), NOON, DAY)
    of_older = worth(NOON - timedelta(seconds=older), NOON, DAY)
    assert 0.5 <= of_older <= of_newer <= 1


def test_best_passages_when_the_subject_is_deep_in_a_text_then_that_passage_is_taken() -> None:
    filler = " ".join(["something"] * 900)
    article = an_article(title="Sport", text=f"{filler} Enyimba beat Remo Stars {filler}")
    (best,) = best_passages([article], a_topic())
    assert "Enyimba beat Remo Stars" in best.text
    assert len(best.text.split()) == 400
    assert (best.article_id, best.url, best.domain) == (article.id, article.url, article.domain)


def test_best_passages_when_two_are_equal_then_the_newer_comes_first() -> None:
    old = an_article(id="old", published_at=NOON - 10 * DAY)
    new = an_article(id="new")
    assert [one.article_id for one in best_passages([old, new], a_topic())] == ["new", "old"]


def test_spread_when_one_publisher_has_much_to_say_then_others_are_heard_too() -> None:
    loud = [a_snippet(an_article(id=f"loud-{n}"), id=f"loud-{n}") for n in range(4)]
    other = a_snippet(an_article(id="other", domain="other.example"), id="other")
    twice = a_snippet(an_article(id="loud-0"), id="loud-0-again")
    chosen = spread([*loud[:1], twice, *loud[1:], other], limit=3, most_of_a_domain=2)
    assert [one.id for one in chosen] == ["loud-0", "loud-1", "other"]

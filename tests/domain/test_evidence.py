"""From answers to a probability: what a publisher can move, and what counts as a quote."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.evidence import (
    MOST_OF_A_PUBLISHER,
    Found,
    base_odds,
    contributions,
    trimmed_mean,
    verified,
    weigh,
)
from bayse_agent.domain.news import Snippet
from bayse_agent.domain.pooling import from_logit, logit
from bayse_agent.domain.question import BaseAnswer, Claim
from tests.builders import NOON

_DOMAINS = ("lagosledger.example", "accrapost.example", "unknown.example")
_TRUSTED = frozenset(_DOMAINS[:2])


def a_snippet(text: str = "Turnout was high.", *, domain: str = _DOMAINS[0]) -> Snippet:
    return Snippet(
        id=f"{domain}-{len(text)}",
        article_id="article-1",
        url="https://lagosledger.example/1",
        domain=domain,
        title="The count goes on",
        text=text,
        published_at=NOON,
        retrieved_at=NOON,
        found_by="feeds",
    )


def a_claim(quote: str = "Turnout was high", stance: int = 1, date: str | None = None) -> Claim:
    return Claim(claim="Many voted", quote=quote, stance=stance, date=date)


def an_answer(yes: float, no: float) -> BaseAnswer:
    return BaseAnswer(base_rate="", case_no="", case_yes="", probability_yes=yes, probability_no=no)


def test_base_odds_when_both_numbers_agree_then_the_odds() -> None:
    assert base_odds(an_answer(0.7, 0.3)) == pytest.approx(0.8473, abs=1e-4)


def test_base_odds_when_they_differ_a_little_then_the_middle() -> None:
    assert base_odds(an_answer(0.70, 0.34)) == pytest.approx(0.7553, abs=1e-4)


def test_base_odds_when_they_contradict_each_other_then_none() -> None:
    assert base_odds(an_answer(0.7, 0.6)) is None


def test_trimmed_mean_when_one_of_three_is_wild_then_it_does_not_count() -> None:
    assert trimmed_mean([0.1, 0.2, 9.0]) == 0.2


def test_trimmed_mean_when_two_then_their_mean() -> None:
    assert trimmed_mean([1.0, 2.0]) == 1.5


@given(st.floats(min_value=0.001, max_value=0.999))
def test_from_logit_when_of_a_logit_then_the_chance(chance: float) -> None:
    assert from_logit(logit(chance)) == pytest.approx(chance)


@pytest.mark.parametrize("odds", [-800.0, 800.0])
def test_from_logit_when_far_out_then_still_a_chance(odds: float) -> None:
    assert 0.0 <= from_logit(odds) <= 1.0


@pytest.mark.parametrize(
    "quote", ["Turnout was high", "Turnout  was\nhigh", "The count goes on", "high."]
)
def test_verified_when_the_quote_stands_there_then_kept(quote: str) -> None:
    assert len(verified(a_snippet(), [a_claim(quote)], NOON)) == 1


@pytest.mark.parametrize("quote", ["Turnout was low", "turnout was high", "  ", "high. Vote"])
def test_verified_when_the_quote_does_not_stand_there_then_dropped(quote: str) -> None:
    assert verified(a_snippet(), [a_claim(quote)], NOON) == ()


@pytest.mark.parametrize("date", ["2099-01-01", "yesterday", "2026-13-01"])
def test_verified_when_its_date_is_later_or_none_then_dropped(date: str) -> None:
    assert verified(a_snippet(), [a_claim(date=date)], NOON) == ()


def test_verified_when_one_quote_is_used_twice_then_it_counts_once() -> None:
    claims = [a_claim(stance=2), a_claim(stance=-2)]
    assert [found.claim.stance for found in verified(a_snippet(), claims, NOON)] == [2]


def test_weigh_when_two_publishers_say_the_same_then_both_count() -> None:
    found = [Found(snippet=a_snippet(domain=domain), claim=a_claim()) for domain in _DOMAINS[:2]]
    assert contributions(weigh(found, _TRUSTED)) == {domain: 0.2 for domain in _DOMAINS[:2]}


def test_weigh_when_one_publisher_repeats_itself_then_once() -> None:
    found = [Found(snippet=a_snippet(f"Turnout was high{n}"), claim=a_claim()) for n in (1, 2)]
    assert contributions(weigh(found, _TRUSTED)) == {_DOMAINS[0]: 0.2}


def test_weigh_when_a_publisher_is_not_trusted_then_it_is_kept_and_adds_nothing() -> None:
    found = [Found(snippet=a_snippet(domain="unknown.example"), claim=a_claim(stance=2))]
    assert [line.contribution for line in weigh(found, _TRUSTED)] == [0.0]


_FOUND = st.lists(
    st.builds(
        lambda domain, stance, number: Found(
            snippet=a_snippet(domain=domain), claim=a_claim(f"quote {number}", stance)
        ),
        st.sampled_from(_DOMAINS),
        st.integers(-2, 2),
        st.integers(0, 9),
    ),
    max_size=30,
)


@given(_FOUND)
def test_contributions_when_anything_is_claimed_then_no_publisher_passes_its_bound(
    found: list[Found],
) -> None:
    for domain, added in contributions(weigh(found, _TRUSTED)).items():
        most = MOST_OF_A_PUBLISHER if domain in _TRUSTED else 0.0
        assert abs(added) <= most + 1e-9


@pytest.mark.parametrize("chance", [0.0, 1.0, 0.001, 1.7, -0.1, inf, float("nan")])
def test_base_answer_when_a_chance_is_out_of_range_then_refused(chance: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        an_answer(chance, 0.5)

"""What a text must mention to be about a market."""

from __future__ import annotations

import pytest

from bayse_agent.domain.subject import keywords, shared_part, stem
from tests.builders import a_topic

RATES = a_topic(
    event_title="Will the CBN cut rates at the November meeting?", market_title="CBN cuts"
)


def test_keywords_when_there_are_names_then_they_count_double() -> None:
    wanted = keywords(RATES)
    assert wanted == {"cbn": 2.0, "cut": 1.0, "rate": 1.0, "meeting": 1.0}


@pytest.mark.parametrize(
    ("text", "is_about"),
    [
        ("The Central Bank of Nigeria held its benchmark rate at the meeting", True),
        ("CBN cuts rates by 50 basis points", True),
        ("Nigeria's inflation slows again", False),
        ("The Fed cuts rates at its meeting", False),
        ("", False),
    ],
)
def test_shared_part_when_a_text_lacks_the_name_then_it_is_about_something_else(
    text: str, is_about: bool
) -> None:
    assert (shared_part(keywords(RATES), text) >= 0.4) is is_about


def test_shared_part_when_a_title_has_no_words_then_everything_fits() -> None:
    assert shared_part(keywords(a_topic(event_title="???", market_title="Yes")), "x") == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [("rates", "rate"), ("matches", "match"), ("nigeria's", "nigeria"), ("wins", "win")],
)
def test_stem_when_a_word_is_bent_then_both_forms_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)

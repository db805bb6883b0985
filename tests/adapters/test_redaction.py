"""Secrets never reach a log, whatever they stand in."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.redaction import redacted, without_secrets

_SECRETS = (
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "pk_live_TYooMQauvdEDq54NiTphI7jx",
    "bay_Zk39vQx7Lr2Tn8Wb5Yc1Hf6Jd4Mg0PsAeUiOq12345",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA",
)
_AROUND = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="_-.$/@:=,"), max_size=30
)


@given(_AROUND, st.sampled_from(_SECRETS), _AROUND)
def test_text_when_a_secret_is_in_it_then_it_is_hidden(
    before: str, secret: str, after: str
) -> None:
    assert secret not in without_secrets(f"{before} {secret} {after}")


def test_event_when_a_name_says_that_it_is_secret_then_its_value_is_hidden() -> None:
    event = {
        "event": "asked",
        "headers": {"Authorization": "Basic abc", "X-Signature": "ff", "Accept": "json"},
        "APP_SECRET_KEY": "x",
        "list": ["Bearer abcdef", {"password": "p"}],
        "url": "postgresql://ada:geheim@db/books",
        "number": 7,
    }
    told = redacted(None, "info", event)
    assert told["headers"] == {
        "Authorization": "(hidden)",
        "X-Signature": "(hidden)",
        "Accept": "json",
    }
    assert told["APP_SECRET_KEY"] == "(hidden)"
    assert told["list"] == ["Bearer (hidden)", {"password": "(hidden)"}]
    assert told["url"] == "postgresql://(hidden)@db/books"
    assert told["number"] == 7
    assert "geheim" not in json.dumps(told)


@given(st.text(max_size=200))
def test_text_when_it_has_control_characters_then_none_is_left_but_line_ends(text: str) -> None:
    told = without_secrets(text)
    assert all(one in "\t\n" or one.isprintable() or ord(one) > 0x9F for one in told)
    assert "\x1b" not in told
    assert "\r" not in told

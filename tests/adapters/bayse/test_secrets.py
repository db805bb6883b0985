"""Nothing that opens an account may show in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bayse_agent.adapters.bayse.secrets import Credentials, Session, redact

KEYS = st.from_regex(r"\A[ps]k_(live|test)_[A-Za-z0-9]{12,40}\Z")


@given(before=st.text(), key=KEYS, after=st.text())
def test_redact_when_a_text_holds_a_key_then_the_key_is_gone(
    before: str, key: str, after: str
) -> None:
    assert key not in redact(f"{before} {key} {after}")


def test_redact_when_a_text_holds_a_token_then_the_token_is_gone() -> None:
    assert redact("token eyJhbGciOi.eyJzdWIi.c2ln end") == "token token_*** end"


@given(text=st.text(st.characters(), max_size=2000))
def test_redact_when_given_any_text_then_gives_one_short_line(text: str) -> None:
    made = redact(text)

    assert len(made) <= 501
    assert made.splitlines() in ([], [made])


def test_credentials_when_shown_then_hide_both_keys() -> None:
    shown = repr(Credentials(public_key=SecretStr("pk_live_1"), secret_key=SecretStr("sk_live_2")))

    assert "live" not in shown


def test_session_when_shown_then_hides_its_token() -> None:
    shown = repr(Session(token=SecretStr("abc"), device_id=SecretStr("def"), user_id="user-1"))

    assert "abc" not in shown
    assert "def" not in shown

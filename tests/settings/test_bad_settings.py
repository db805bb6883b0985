"""Whatever is set: it is taken, or every bad value is told in one line, and no secret shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import entries

_ENTRIES = {entry.name: entry for entry in entries()}
_SECRETS = Settings.SECRETS
_CANARY = "Zq7canary"
_NASTY = (
    *("-1", "0", "1e400", "NaN", "sNaN", "-Infinity", "0x10", "1_000", "١٢", "²", "9" * 400),
    *("true", "false", "maybe", "none", "null", "live", "demo", "mock", "tavily", "groq"),
    *("https://", "http://[", "https://h:port", "ftp://h", "http://example.com", "ws://x.y"),
    *("sqlite:", "postgresql://u:p@h/db", "mysql://u:p@h/db", "~nobody-at-all/x", "/etc/passwd"),
    *(",", ", ,", "a,b;c", "a b", "https://x.y/z", "-", "..", "Africa/Lagos", "Africa", "NGN"),
    *("\x1b[31mred\x1b[0m", "two\nlines", "\u202egnp", "\u2028", "tab\t", "'", '"', "#", "=x"),
    *(f"sk_live_{_CANARY}", f"pk_live_{_CANARY}", f"https://u:{_CANARY}@h.example", "x" * 5000),
)
_values = st.sampled_from(_NASTY) | st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"),
    min_size=1,
    max_size=60,
)


def _secretly(name: str, value: str) -> str:
    return f"{value}{_CANARY}" if name in _SECRETS else value


_environments = st.dictionaries(
    st.sampled_from(sorted(_ENTRIES)), _values, min_size=1, max_size=6
).map(lambda said: {name: _secretly(name, value) for name, value in said.items()})


def _problems(said: Mapping[str, str]) -> list[str]:
    """What is told of an environment, one line each; nothing when it is taken."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _ENTRIES:
            patch.delenv(name, raising=False)
        for name, value in said.items():
            patch.setenv(name, value)
        try:
            Settings.read()
        except ConfigurationError as error:
            head, *lines = str(error).split("\n")
            assert head == "these settings cannot be used:"
            assert lines
            return lines
    return []


def _of(name: str, lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(f"  {name} is ")]


@given(_environments)
@example({"AGENT_MODE": "live", "AGENT_DATA_DIR": "/etc/passwd", "SNIPE_MIN_SECONDS": "300"})
@example({"ADMIN_USERNAME": "kettle", "ADMIN_PASSWORD": f"kettle-of-fish-{_CANARY}"})
def test_settings_when_set_to_anything_then_each_bad_value_is_told_once_and_at_once(
    said: dict[str, str],
) -> None:
    together = _problems(said)
    for line in together:
        _check_line(line)
    for name, value in said.items():
        alone = _of(name, _problems({name: value}))
        assert len(alone) <= 1
        told = _of(name, together)
        if alone and "it must be" in alone[0]:
            assert told == alone, "the same words, whatever else is wrong"
            _check_value(name, value, alone[0])


def _check_line(line: str) -> None:
    """It names a setting, says what must be, shows no secret, and cannot drive a terminal."""
    assert line.startswith("  ")
    assert any(name in line for name in _ENTRIES)
    assert "must" in line or "needs" in line or "set one of them" in line or "leave out" in line
    assert _CANARY.casefold() not in line.casefold()
    assert line.isprintable(), repr(line)
    assert len(line) < 600


def _check_value(name: str, value: str, line: str) -> None:
    if name in _SECRETS:
        assert f"{name} is (hidden): " in line
    else:
        shown = (f"{value[:80]!r}", value, "(hidden)")
        assert any(f"{name} is {one}: " in line for one in shown)
    assert _ENTRIES[name].allowed in line or "it must be less than " in line


@pytest.mark.parametrize("name", sorted(_ENTRIES))
def test_setting_when_it_is_garbage_then_refused_unless_any_secret_will_do(
    name: str,
) -> None:
    told = _problems({name: _secretly(name, "\x1b[31m ;;; kettle \u2028")})
    has_no_shape = {"ADMIN_PASSWORD", "WEBHOOK_SECRET", "WEBHOOK_SECRET_NEXT", "METRICS_TOKEN"}
    assert bool(told) is (name not in has_no_shape)

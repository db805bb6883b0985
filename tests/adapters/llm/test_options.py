"""Providers by the user's settings: their order, what they need, and what is refused at start."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bayse_agent.adapters.llm.opening import open_language_model
from bayse_agent.adapters.llm.options import (
    Endpoint,
    ModelOptions,
    ModelVariables,
    OutputStyle,
    Provider,
    TokenPrice,
    endpoints_of,
    is_local,
)
from bayse_agent.adapters.llm.prices import Prices
from bayse_agent.adapters.llm.telling import told
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.ports.mind import SpendingCaps
from tests.adapters.llm.stage import KEY, Archive, Purse
from tests.builders import NOON
from tests.questions import HandClock

_SECRET = SecretStr(KEY)
_UNKNOWN = TokenPrice(input=Decimal(3), output=Decimal(15))


def _order(variables: ModelVariables) -> list[str]:
    return [endpoint.provider.value for endpoint in endpoints_of(variables)]


def test_endpoints_when_nothing_is_set_then_none() -> None:
    assert endpoints_of(ModelVariables()) == ()


def test_endpoints_when_several_have_keys_then_the_chosen_one_is_first() -> None:
    variables = ModelVariables(
        ai_provider="Gemini", gemini_api_key=_SECRET, groq_api_key=_SECRET, openai_api_key=_SECRET
    )
    assert _order(variables) == ["gemini", "groq", "openai"]


def test_endpoints_when_an_order_is_given_then_that_one() -> None:
    variables = ModelVariables(
        ai_provider="groq",
        ai_fallback=("openai", "groq"),
        gemini_api_key=_SECRET,
        groq_api_key=_SECRET,
        openai_api_key=_SECRET,
    )
    assert _order(variables) == ["groq", "openai"]


def test_endpoints_when_compatible_then_it_needs_no_key() -> None:
    variables = ModelVariables(
        ai_provider="compatible",
        ai_base_url="http://127.0.0.1:11434/v1",
        ai_model="qwen3",
        ai_output=OutputStyle.PROMPTED,
    )
    (endpoint,) = endpoints_of(variables)
    assert (endpoint.output, endpoint.is_local) == (OutputStyle.PROMPTED, True)


@pytest.mark.parametrize(
    ("variables", "told_of"),
    [
        (ModelVariables(ai_provider="grok"), "'grok' is no provider"),
        (ModelVariables(ai_provider="groq"), "GROQ_API_KEY"),
        (ModelVariables(ai_provider="compatible", ai_model="x"), "AI_BASE_URL"),
        (ModelVariables(ai_provider="mock", ai_fallback=("clever",)), "AI_FALLBACK"),
        (ModelVariables(ai_provider="groq", groq_api_key=_SECRET, groq_model=""), "GROQ_MODEL"),
        (
            ModelVariables(
                ai_provider="groq", groq_api_key=_SECRET, groq_base_url="http://models.example/v1"
            ),
            "https",
        ),
        (
            ModelVariables(
                ai_provider="groq", groq_api_key=_SECRET, groq_base_url=f"https://u:{KEY}@x.example"
            ),
            "no address",
        ),
    ],
)
def test_endpoints_when_they_cannot_be_used_then_the_configuration_is_wrong(
    variables: ModelVariables, told_of: str
) -> None:
    with pytest.raises(ConfigurationError, match=told_of) as caught:
        endpoints_of(variables)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"timeout_s": 0.0},
        {"concurrency": 0},
        {"temperature": 1.5},
        {"caps": SpendingCaps(daily=Decimal(-1), monthly=Decimal(1))},
        {"endpoints": ()},
    ],
)
def test_open_when_the_bounds_make_no_sense_then_the_configuration_is_wrong(
    change: dict[str, object],
) -> None:
    endpoint = Endpoint(provider=Provider.MOCK, model="x")
    options = replace(ModelOptions(endpoints=(endpoint,)), **change)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        open_language_model(options, spending=Purse(), archive=Archive(), clock=HandClock())


def test_repr_when_there_are_keys_then_they_do_not_show() -> None:
    variables = ModelVariables(ai_provider="groq", groq_api_key=_SECRET)
    options = ModelOptions(endpoints=endpoints_of(variables), proxy_url=_SECRET)
    assert KEY not in f"{variables!r}{variables}{options!r}{options}"


@pytest.mark.parametrize(
    ("address", "is_near"),
    [
        ("http://localhost:11434/v1", True),
        ("http://192.168.1.20:8000", True),
        ("http://[::1]:8000", True),
        ("https://api.groq.com/openai/v1", False),
        ("https://localhost.example.org", False),
    ],
)
def test_is_local_when_an_address_is_near_then_so(address: str, is_near: bool) -> None:
    assert is_local(address) is is_near


def _cost(endpoint: Endpoint) -> Decimal:
    prices = Prices(endpoint, unknown=_UNKNOWN)
    return prices.cost(tokens_in=1_000_000, tokens_out=1_000_000, at=NOON)


def test_cost_when_the_model_is_listed_then_by_the_list() -> None:
    listed = Endpoint(provider=Provider.ANTHROPIC, model="claude-haiku-4-5")
    assert _cost(listed) == Decimal(6)


@pytest.mark.parametrize("provider", [Provider.GROQ, Provider.COMPATIBLE])
def test_cost_when_the_model_is_not_listed_then_by_the_price_for_unknown_ones(
    provider: Provider,
) -> None:
    unlisted = Endpoint(provider=provider, model="brand-new", base_url="https://x.example/v1")
    assert _cost(unlisted) == Decimal(18)


def test_cost_when_the_model_is_local_then_nothing() -> None:
    near = Endpoint(provider=Provider.COMPATIBLE, model="qwen3", base_url="http://127.0.0.1:1/v1")
    assert _cost(near) == 0


@pytest.mark.parametrize("provider", [p for p in Provider if p.value in "groq gemini openai"])
def test_cost_when_the_default_models_are_used_then_they_are_listed(provider: Provider) -> None:
    variables = ModelVariables(
        ai_provider=provider.value,
        groq_api_key=_SECRET,
        gemini_api_key=_SECRET,
        openai_api_key=_SECRET,
    )
    assert 0 < _cost(endpoints_of(variables)[0]) < 10


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}.",
        "Incorrect API key provided: sk-proj-abcdefghijkl0123.",
        "Authorization: Bearer abcdefghijklmnop",
        "key AIzaSyA-1234567890abcdef is wrong",
        "token eyJhbGciOi.eyJzdWIi.abc-def",
    ],
)
def test_told_when_a_text_holds_a_key_then_it_is_taken_out(text: str) -> None:
    shown = told(text, key=KEY)
    assert "***" in shown
    for secret in (KEY, "abcdefghijkl", "AIzaSy", "eyJhbG"):
        assert secret not in shown


def test_told_when_a_text_is_long_and_broken_then_one_short_line() -> None:
    shown = told("a\r\nb\x1b[31m" + "x" * 1_000_000)
    assert len(shown) <= 301
    assert shown.isprintable()

"""Makes the model of an endpoint. Each provider's code is imported only when it is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2

from bayse_agent.adapters.llm.options import Endpoint, Provider
from bayse_agent.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.models.openai import OpenAIChatModelSettings
    from pydantic_ai.settings import ModelSettings

GROQ_URL = "https://api.groq.com/openai/v1"
PRICE_LIST = {
    Provider.GROQ: "groq",
    Provider.GEMINI: "google",
    Provider.OPENAI: "openai",
    Provider.ANTHROPIC: "anthropic",
}
"""How the list of prices calls the providers."""
_NO_KEY = "none"
"""Servers of one's own want none, but their clients insist on one."""


def model_of(endpoint: Endpoint, http: httpx2.AsyncClient) -> Model[Any]:
    """The model of an endpoint, which sends everything through `http` and never tries again."""
    match endpoint.provider:
        case Provider.ANTHROPIC:
            return _anthropic(endpoint, http)
        case Provider.GEMINI:
            return _gemini(endpoint, http)
        case Provider.GROQ | Provider.OPENAI | Provider.COMPATIBLE:
            return _chat(endpoint, http)
        case Provider.MOCK:
            raise ConfigurationError("a scripted model is not asked over a network")


def settings_of(endpoint: Endpoint, model: Model[Any], temperature: float) -> ModelSettings:
    """What every call asks of the model besides its words."""
    settings: ModelSettings = {
        "temperature": temperature,
        "max_retries": 0,
        "parallel_tool_calls": False,
        "thinking": False,
    }
    if endpoint.provider is Provider.GROQ and "gpt-oss" in endpoint.model:
        # These cannot help thinking, and what they think counts as answer.
        chat: OpenAIChatModelSettings = {
            "temperature": temperature,
            "max_retries": 0,
            "parallel_tool_calls": False,
            "openai_reasoning_effort": "low",
        }
        return chat
    if endpoint.provider is Provider.GEMINI:
        # It has no switch for either; both are held elsewhere.
        del settings["parallel_tool_calls"], settings["max_retries"]
    if endpoint.provider is Provider.ANTHROPIC and model.profile.get(
        "anthropic_disallows_sampling_settings"
    ):
        del settings["temperature"]
    return settings


def _chat(endpoint: Endpoint, http: httpx2.AsyncClient) -> Model[Any]:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai import OpenAIProvider

    is_groq = endpoint.provider is Provider.GROQ
    client = AsyncOpenAI(
        api_key=endpoint.key.get_secret_value() or _NO_KEY,
        # Without an address the client would look for one in the environment.
        base_url=endpoint.base_url or (GROQ_URL if is_groq else "https://api.openai.com/v1"),
        http_client=http,
        max_retries=0,
    )
    provider = OpenAIProvider(openai_client=client)
    if endpoint.provider is Provider.OPENAI:
        return OpenAIChatModel(endpoint.model, provider=provider)
    profile = OpenAIModelProfile(
        openai_supports_strict_tool_definition=False,
        openai_chat_supports_max_completion_tokens=is_groq,
    )
    return OpenAIChatModel(endpoint.model, provider=provider, profile=profile)


def _anthropic(endpoint: Endpoint, http: httpx2.AsyncClient) -> Model[Any]:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(
        api_key=endpoint.key.get_secret_value() or _NO_KEY,
        base_url=endpoint.base_url or "https://api.anthropic.com",
        http_client=http,
        max_retries=0,
    )
    return AnthropicModel(endpoint.model, provider=AnthropicProvider(anthropic_client=client))


def _gemini(endpoint: Endpoint, http: httpx2.AsyncClient) -> Model[Any]:
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    provider = GoogleProvider(
        api_key=endpoint.key.get_secret_value() or _NO_KEY,
        base_url=endpoint.base_url or "https://generativelanguage.googleapis.com",
        http_client=http,
    )
    return GoogleModel(endpoint.model, provider=provider)

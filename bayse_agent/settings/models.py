"""Settings of language models: who is asked, how, and what it may cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bayse_agent.adapters.llm.options import ModelVariables, OutputStyle, Provider, check_address
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings.kinds import Key, folded, items, known, one_word, setting, stripped

_A_KEY = "a key of the provider's, in one word"
_A_MODEL = "the name of a model, in one word"
_AN_ADDRESS = "such as https://host/v1, or an http address of this computer"
_PROVIDERS = ", ".join(Provider)
_DOLLARS = "an amount in US dollars from 0 to 100000"
_PROXIES = ("http", "https", "socks5", "socks5h")


def _providers(value: object) -> object:
    found = items(folded(value))
    if isinstance(found, tuple) and not set(found) <= set(map(str, Provider)):
        raise ValueError("not providers")
    return found


def _address(value: object) -> object:
    text = str(stripped(value))
    try:
        check_address(text)
    except ConfigurationError as error:
        raise ValueError(str(error)) from error
    return text


def _proxy(value: object) -> object:
    parts = urlsplit(str(stripped(value)))
    if parts.scheme not in _PROXIES or not parts.hostname:
        raise ValueError("not an address of a proxy")
    return stripped(value)


ModelProvider = Annotated[str, BeforeValidator(known(Provider))]
Providers = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_providers)]
OutputName = Annotated[str, BeforeValidator(known(OutputStyle))]
ModelAddress = Annotated[str, BeforeValidator(_address)]
Proxy = Annotated[SecretStr, BeforeValidator(_proxy)]
Text = Annotated[str, BeforeValidator(one_word)]
Dollars = Annotated[Decimal, Field(ge=0, le=100_000)]


class ModelSettings(BaseSettings):
    """Which language models are asked, and what that may cost."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)
    MODEL_SECRETS: ClassVar = frozenset(
        {
            "GROQ_API_KEY",
            "GEMINI_API_KEY",
            "OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "AI_API_KEY",
            "AI_PROXY_URL",
        }
    )

    ai_provider: ModelProvider | None = setting(
        "AI_PROVIDER",
        None,
        f"one of {_PROVIDERS}",
        "Who is asked; compatible is any address that speaks Chat Completions, mock "
        "is for the demo alone. Without it no language model is asked",
    )
    ai_fallback: Providers = setting(
        "AI_FALLBACK",
        (),
        f"providers with commas between them, of {_PROVIDERS}",
        "Who is asked when the first cannot be reached, in this order",
        shown="every other provider that has a key",
    )
    groq_key: Key | None = setting(
        "GROQ_API_KEY",
        None,
        _A_KEY,
        "Key for Groq",
    )
    groq_model: Text = setting(
        "GROQ_MODEL",
        "openai/gpt-oss-120b",
        _A_MODEL,
        "Model of Groq",
    )
    groq_address: ModelAddress | None = setting(
        "GROQ_BASE_URL",
        None,
        _AN_ADDRESS,
        "Another address for Groq",
    )
    gemini_key: Key | None = setting(
        "GEMINI_API_KEY",
        None,
        _A_KEY,
        "Key for Gemini",
    )
    gemini_model: Text = setting(
        "GEMINI_MODEL",
        "gemini-3.5-flash-lite",
        _A_MODEL,
        "Model of Gemini",
    )
    gemini_address: ModelAddress | None = setting(
        "GEMINI_BASE_URL",
        None,
        _AN_ADDRESS,
        "Another address for Gemini",
    )
    openai_key: Key | None = setting(
        "OPENAI_API_KEY",
        None,
        _A_KEY,
        "Key for OpenAI",
    )
    openai_model: Text = setting(
        "OPENAI_MODEL",
        "gpt-6-luna",
        _A_MODEL,
        "Model of OpenAI",
    )
    openai_address: ModelAddress | None = setting(
        "OPENAI_BASE_URL",
        None,
        _AN_ADDRESS,
        "Another address for OpenAI",
    )
    anthropic_key: Key | None = setting(
        "ANTHROPIC_API_KEY",
        None,
        _A_KEY,
        "Key for Anthropic",
    )
    anthropic_model: Text = setting(
        "ANTHROPIC_MODEL",
        "claude-haiku-4-5",
        _A_MODEL,
        "Model of Anthropic",
    )
    anthropic_address: ModelAddress | None = setting(
        "ANTHROPIC_BASE_URL",
        None,
        _AN_ADDRESS,
        "Another address for Anthropic",
    )
    ai_key: Key | None = setting(
        "AI_API_KEY",
        None,
        _A_KEY,
        "Key for compatible, when it wants one",
    )
    ai_model: Text | None = setting(
        "AI_MODEL",
        None,
        _A_MODEL,
        "Model of compatible, such as llama3.3",
    )
    ai_address: ModelAddress | None = setting(
        "AI_BASE_URL",
        None,
        _AN_ADDRESS,
        "Address of compatible, such as http://localhost:11434/v1; http:// only for "
        "this computer and its own network",
    )
    ai_output: OutputName = setting(
        "AI_OUTPUT",
        "tool",
        "tool or prompted",
        "How compatible is asked for its form; prompted is for small models",
    )
    ai_proxy: Proxy | None = setting(
        "AI_PROXY_URL",
        None,
        "such as http://proxy:3128",
        "A proxy between here and the models",
    )
    ai_timeout_s: Annotated[float, Field(gt=0, le=600)] = setting(
        "AI_TIMEOUT_SECONDS",
        30.0,
        "seconds above 0, up to 600",
        "Longest wait for one answer",
    )
    ai_concurrency: Annotated[int, Field(ge=1, le=64)] = setting(
        "AI_CONCURRENCY",
        4,
        "a whole number from 1 to 64",
        "Markets that models are asked about at once; each puts its base questions "
        "and one for each source together",
    )
    ai_samples: Annotated[int, Field(ge=1, le=15)] = setting(
        "AI_SAMPLES",
        3,
        "a whole number from 1 to 15",
        "Base answers taken for one forecast",
    )
    ai_daily_cap: Dollars = setting(
        "AI_DAILY_CAP_USD",
        Decimal(1),
        _DOLLARS,
        "Most that models may cost in a day of AGENT_TIMEZONE",
    )
    ai_monthly_cap: Dollars = setting(
        "AI_MONTHLY_CAP_USD",
        Decimal(15),
        _DOLLARS,
        "Most that models may cost in a month",
    )
    naira_a_dollar: Annotated[Decimal, Field(gt=0, le=10**6)] = setting(
        "AI_NGN_PER_USD",
        Decimal(1500),
        "an amount of naira above 0, up to 1000000",
        "Naira for one dollar, to weigh what asking costs against what a bet could earn",
    )

    @property
    def models(self) -> ModelVariables:
        """What the language models are made of. Raises nothing: `endpoints_of` judges it."""
        return ModelVariables(
            ai_provider=self.ai_provider or "",
            ai_fallback=self.ai_fallback,
            groq_api_key=_key(self.groq_key),
            groq_model=self.groq_model,
            groq_base_url=self.groq_address or "",
            gemini_api_key=_key(self.gemini_key),
            gemini_model=self.gemini_model,
            gemini_base_url=self.gemini_address or "",
            openai_api_key=_key(self.openai_key),
            openai_model=self.openai_model,
            openai_base_url=self.openai_address or "",
            anthropic_api_key=_key(self.anthropic_key),
            anthropic_model=self.anthropic_model,
            anthropic_base_url=self.anthropic_address or "",
            ai_api_key=_key(self.ai_key),
            ai_model=self.ai_model or "",
            ai_base_url=self.ai_address or "",
            ai_output=OutputStyle(self.ai_output),
        )


def _key(key: SecretStr | None) -> SecretStr:
    return SecretStr("") if key is None else key

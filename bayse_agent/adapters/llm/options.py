"""What the language models may be told: providers in order, bounds on time, size and money."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import SecretStr

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.ports.mind import SpendingCaps

NO_KEY = SecretStr("")


class Provider(StrEnum):
    """Who answers. `compatible` is any endpoint that speaks Chat Completions; `mock` a script."""

    GROQ = "groq"
    GEMINI = "gemini"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    COMPATIBLE = "compatible"
    MOCK = "mock"


class OutputStyle(StrEnum):
    """How an answer is asked for: as the arguments of a tool, or in words of the prompt."""

    TOOL = "tool"
    PROMPTED = "prompted"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """What a million tokens cost, in US dollars."""

    input: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One model of one provider. Without `base_url` it is where the provider says it is."""

    provider: Provider
    model: str
    key: SecretStr = NO_KEY
    base_url: str | None = None
    output: OutputStyle = OutputStyle.TOOL

    @property
    def name(self) -> str:
        return f"{self.provider}:{self.model}"

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine or in its own network, where nobody is paid."""
        return self.base_url is not None and is_local(self.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """Endpoints in the order of falling back, and the bounds that all calls have.

    `unknown_price` is for models that the price list does not know and that are not local.
    """

    endpoints: tuple[Endpoint, ...]
    caps: SpendingCaps = field(default=SpendingCaps(daily=Decimal("1"), monthly=Decimal("15")))
    timeout_s: float = 30.0
    question_timeout_s: float = 90.0
    concurrency: int = 4
    attempts_max: int = 3
    backoff_first_s: float = 0.5
    backoff_max_s: float = 8.0
    retry_after_max_s: float = 20.0
    temperature: float = 0.2
    body_max_bytes: int = 1_000_000
    unknown_price: TokenPrice = field(default=TokenPrice(input=Decimal("3"), output=Decimal("15")))
    proxy_url: SecretStr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVariables:
    """The settings of a user as they are named outside, in lower case."""

    ai_provider: str = ""
    ai_fallback: tuple[str, ...] = ()
    groq_api_key: SecretStr = NO_KEY
    groq_model: str = "openai/gpt-oss-120b"
    groq_base_url: str = ""
    gemini_api_key: SecretStr = NO_KEY
    gemini_model: str = "gemini-3.5-flash-lite"
    gemini_base_url: str = ""
    openai_api_key: SecretStr = NO_KEY
    openai_model: str = "gpt-6-luna"
    openai_base_url: str = ""
    anthropic_api_key: SecretStr = NO_KEY
    anthropic_model: str = "claude-haiku-4-5"
    anthropic_base_url: str = ""
    ai_api_key: SecretStr = NO_KEY
    ai_model: str = ""
    ai_base_url: str = ""
    ai_output: OutputStyle = OutputStyle.TOOL


def endpoints_of(variables: ModelVariables) -> tuple[Endpoint, ...]:
    """The endpoints in the order of falling back: AI_PROVIDER first, then those of AI_FALLBACK.

    Without AI_FALLBACK, every other provider that has a key follows, in the order of `Provider`.
    Raises ConfigurationError for an unknown provider, and for one without what it needs.
    """
    if not variables.ai_provider:
        return ()
    first = _provider(variables.ai_provider, "AI_PROVIDER")
    named = [_provider(name, "AI_FALLBACK") for name in variables.ai_fallback]
    others = named or [each for each in Provider if _is_usable(variables, each)]
    order = dict.fromkeys((first, *others))
    return tuple(_checked(_endpoint(variables, each)) for each in order)


def is_local(base_url: str) -> bool:
    """Whether an address is of this machine or of a private network."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def _provider(name: str, variable: str) -> Provider:
    try:
        return Provider(name.strip().casefold())
    except ValueError as error:
        known = ", ".join(Provider)
        raise ConfigurationError(
            f"{variable}: {name!r} is no provider: there are {known}"
        ) from error


def _is_usable(variables: ModelVariables, provider: Provider) -> bool:
    endpoint = _endpoint(variables, provider)
    if provider is Provider.COMPATIBLE:
        return endpoint.base_url is not None and bool(endpoint.model)
    return provider is not Provider.MOCK and bool(endpoint.key.get_secret_value())


def _endpoint(variables: ModelVariables, provider: Provider) -> Endpoint:
    v = variables
    keys: dict[Provider, tuple[SecretStr, str, str]] = {
        Provider.GROQ: (v.groq_api_key, v.groq_model, v.groq_base_url),
        Provider.GEMINI: (v.gemini_api_key, v.gemini_model, v.gemini_base_url),
        Provider.OPENAI: (v.openai_api_key, v.openai_model, v.openai_base_url),
        Provider.ANTHROPIC: (v.anthropic_api_key, v.anthropic_model, v.anthropic_base_url),
        Provider.COMPATIBLE: (v.ai_api_key, v.ai_model, v.ai_base_url),
        Provider.MOCK: (SecretStr(""), "sensible", ""),
    }
    key, model, base_url = keys[provider]
    # Small models behind addresses of one's own may not know tools; the big providers do.
    output = v.ai_output if provider is Provider.COMPATIBLE else OutputStyle.TOOL
    return Endpoint(
        provider=provider, model=model, key=key, base_url=base_url or None, output=output
    )


def _checked(endpoint: Endpoint) -> Endpoint:
    """Raises ConfigurationError for an endpoint that cannot be asked."""
    name = endpoint.provider.upper()
    if endpoint.provider is Provider.MOCK:
        return endpoint
    if endpoint.provider is Provider.COMPATIBLE:
        if endpoint.base_url is None or not endpoint.model:
            raise ConfigurationError("AI_PROVIDER compatible needs AI_BASE_URL and AI_MODEL")
    elif not endpoint.key.get_secret_value():
        raise ConfigurationError(f"AI_PROVIDER {endpoint.provider} needs {name}_API_KEY")
    elif not endpoint.model:
        raise ConfigurationError(f"{name}_MODEL is empty")
    if endpoint.base_url is not None:
        check_address(endpoint.base_url)
    return endpoint


def check_address(base_url: str) -> None:
    """Raises ConfigurationError for an address that a key should not be sent to."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(f"{parts.scheme}://{parts.hostname} is no address of a model")
    if parts.scheme == "http" and not is_local(base_url):
        raise ConfigurationError(
            f"the model at {parts.hostname!r} must be reached over https, or its key shows"
        )


def check_options(options: ModelOptions) -> None:
    """Raises ConfigurationError for bounds that make no sense."""
    positive: Sequence[tuple[str, float]] = (
        ("timeout_s", options.timeout_s),
        ("question_timeout_s", options.question_timeout_s),
        ("concurrency", options.concurrency),
        ("attempts_max", options.attempts_max),
        ("body_max_bytes", options.body_max_bytes),
    )
    for name, value in positive:
        if not value > 0:
            raise ConfigurationError(f"{name} of the language models must be above 0, not {value}")
    if not 0 <= options.temperature <= 1:
        raise ConfigurationError("the temperature of the language models must be from 0 to 1")
    if options.caps.daily < 0 or options.caps.monthly < 0:
        raise ConfigurationError("the caps on the language models must not be below 0")

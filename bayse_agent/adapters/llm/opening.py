"""Opens the language model that is configured: one way in for whoever puts the parts together."""

from __future__ import annotations

from contextlib import AsyncExitStack

import httpx2

from bayse_agent.adapters.llm.books import Books
from bayse_agent.adapters.llm.fallback import FallbackModel
from bayse_agent.adapters.llm.options import Endpoint, ModelOptions, Provider, check_options
from bayse_agent.adapters.llm.transport import BoundedTransport
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.ports.mind import AnswerArchive, LanguageModel, Spending
from bayse_agent.ports.world import Clock


def open_language_model(
    options: ModelOptions,
    *,
    spending: Spending,
    archive: AnswerArchive,
    clock: Clock,
    mock: LanguageModel | None = None,
) -> FallbackModel:
    """The model that is made of all endpoints, in their order. `mock` answers for a scripted one.

    Raises ConfigurationError for options that cannot be used. Close it by leaving its context.
    """
    check_options(options)
    if not options.endpoints:
        raise ConfigurationError("no language model is configured: set AI_PROVIDER")
    stack = AsyncExitStack()
    books = Books(spending=spending, archive=archive, clock=clock)
    models = [
        _mock(mock) if each.provider is Provider.MOCK else _model(each, options, stack, books)
        for each in options.endpoints
    ]
    return FallbackModel(models, options, stack)


def _mock(script: LanguageModel | None) -> LanguageModel:
    if script is None:
        raise ConfigurationError("AI_PROVIDER mock is for the demo: there is no script here")
    return script


def _model(
    endpoint: Endpoint, options: ModelOptions, stack: AsyncExitStack, books: Books
) -> LanguageModel:
    # Slow to import: only whoever asks real models has to wait for it.
    from bayse_agent.adapters.llm.channel import Channel
    from bayse_agent.adapters.llm.model import EndpointModel

    http = _http(endpoint, options)
    stack.push_async_callback(http.aclose)
    return EndpointModel(Channel(endpoint, options, http), options, books)


def _http(endpoint: Endpoint, options: ModelOptions) -> httpx2.AsyncClient:
    """A client that follows no redirect and reads no reply beyond its bound."""
    proxy = None if options.proxy_url is None else options.proxy_url.get_secret_value()
    is_plain = (endpoint.base_url or "").startswith("http://")
    carrier = httpx2.AsyncHTTPTransport(
        # Certificates take a while to load, and a plain address has no use for them.
        verify=not is_plain or proxy is not None,
        limits=httpx2.Limits(max_connections=2 * options.concurrency, keepalive_expiry=30.0),
        trust_env=False,
        proxy=proxy,
    )
    return httpx2.AsyncClient(
        transport=BoundedTransport(carrier, body_max_bytes=options.body_max_bytes),
        # The call as a whole has a shorter one.
        timeout=httpx2.Timeout(options.timeout_s + 5.0, connect=min(options.timeout_s, 10.0)),
        follow_redirects=False,
        trust_env=False,
    )

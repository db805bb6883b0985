"""The way to one endpoint: sends a prompt once and tells apart all that may come of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelTimeoutError,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from bayse_agent.adapters.llm import failures, parsing
from bayse_agent.adapters.llm.options import Endpoint, ModelOptions, OutputStyle
from bayse_agent.adapters.llm.providers import model_of, settings_of
from bayse_agent.adapters.llm.telling import told
from bayse_agent.adapters.llm.transport import Redirected, ReplyGarbled, ReplyTooLong
from bayse_agent.domain.question import A, BaseAnswer, Reading

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

TOOL = "answer"
_TOOL_TOLD = "Give your answer by calling this once."
_DEEPEST = 20
_MOST_TOKENS = 50_000_000
"""What is more than this was not counted but made up."""
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError, AssertionError)
"""What the providers' clients raise over replies of a form that they do not expect."""
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_AGAIN = frozenset({408, 409, 425, 429})
_TOOL_FAILED = "tool_use_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is sent: the same words for every endpoint that asks in the same style."""

    system: str
    user: str
    kind: type[BaseAnswer] | type[Reading]
    most_answer_tokens: int

    @property
    def size_bytes(self) -> int:
        """Bytes of all that a provider may count as input, with room for what it adds itself."""
        schema = json.dumps(parsing.schema_of(self.kind))
        return len(f"{self.system}{self.user}{schema}".encode("utf-8", "replace")) + 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply. `fault` says why there is no answer in it; `text` is what was answered.

    `tokens_in` and `tokens_out` are None when the provider did not count.
    """

    text: str
    fields: object | None
    fault: str | None
    tokens_in: int | None
    tokens_out: int | None

    def answer(self, kind: type[A]) -> A:
        """The answer. Raises parsing.Malformed for anything but exactly one of its kind."""
        if self.fault is not None:
            raise parsing.Malformed(self.fault)
        if self.fields is not None:
            return parsing.checked(self.fields, kind)
        return parsing.parsed(self.text, kind)


class Channel:
    """Sends to one endpoint, once each time. Raises a CallFailed when no reply can be used."""

    def __init__(self, endpoint: Endpoint, options: ModelOptions, http: httpx2.AsyncClient) -> None:
        self.endpoint = endpoint
        self._options = options
        # To write a request takes some milliseconds: many at once would hold up everything else.
        self._door = asyncio.Lock()
        self._model: Model[Any] = model_of(endpoint, http)
        self._settings = settings_of(endpoint, self._model, options.temperature)

    async def send(self, asked: Asked) -> Reply:
        messages: list[ModelMessage] = [
            ModelRequest(
                parts=[SystemPromptPart(content=asked.system), UserPromptPart(content=asked.user)]
            )
        ]
        settings: ModelSettings = {**self._settings, "max_tokens": asked.most_answer_tokens}
        async with self._door:
            await _next_turn()
        try:
            async with asyncio.timeout(self._options.timeout_s):
                response = await self._model.request(messages, settings, self._form(asked))
        except TimeoutError as error:
            raise failures.Late(f"no reply in {self._options.timeout_s:g} s") from error
        except ModelHTTPError as error:
            raise self._refused(error) from error
        except ModelAPIError as error:
            raise self._broken(error) from error
        except httpx2.TransportError as error:
            raise self._broken(error) from error
        except UnexpectedModelBehavior as error:
            raise failures.Garbled(self._told(error)) from error
        except _UNREADABLE as error:
            detail = f"the reply cannot be read ({type(error).__name__})"
            raise failures.Garbled(detail) from error
        return _reply(response, self.endpoint.output)

    def _form(self, asked: Asked) -> ModelRequestParameters:
        if self.endpoint.output is OutputStyle.PROMPTED:
            return ModelRequestParameters(output_mode="text")
        tool = ToolDefinition(
            name=TOOL,
            description=_TOOL_TOLD,
            parameters_json_schema=parsing.schema_of(asked.kind),
            kind="output",
        )
        return ModelRequestParameters(
            output_mode="tool", output_tools=[tool], allow_text_output=False
        )

    def _refused(self, error: ModelHTTPError) -> failures.CallFailed:
        """What an error that has a status stands for."""
        detail = f"status {error.status_code}: {self._told(error)}"
        if error.status_code == 400 and _TOOL_FAILED in str(error.body):
            # Groq says so of a model that did not write its answer in the form of the tool.
            return failures.Garbled(detail)
        if "content_filter" in str(error.body):
            return failures.Declined(detail)
        is_temporary = error.status_code in _AGAIN or error.status_code >= 500
        if is_temporary and not isinstance(error, ModelQuotaExceededError):
            return failures.Busy(detail, retry_after_s=_retry_after_s(error.headers or {}))
        return failures.Rejected(detail)

    def _broken(self, error: Exception) -> failures.CallFailed:
        """What an error without a status stands for."""
        causes = tuple(_causes(error))
        detail = self._told(error)
        if any(isinstance(each, ReplyTooLong | ReplyGarbled) for each in causes):
            return failures.Garbled(f"the reply is not read: {self._told(causes[-1])}")
        if any(isinstance(each, Redirected) for each in causes):
            return failures.Rejected("it points to another address: keys are not sent there")
        if any(isinstance(each, _NOT_SENT) for each in causes):
            return failures.NeverSent(f"no connection: {detail}")
        if isinstance(error, ModelTimeoutError) or any(
            isinstance(each, httpx2.TimeoutException) for each in causes
        ):
            return failures.Late(detail)
        if isinstance(error, ModelConnectionError | httpx2.TransportError):
            return failures.Lost(f"the connection broke: {detail}")
        return failures.Garbled(detail)

    def _told(self, error: BaseException) -> str:
        return told(str(error), key=self.endpoint.key.get_secret_value())


async def _next_turn() -> None:
    """Let everything else that is ready go first."""
    turn = asyncio.Event()
    asyncio.get_running_loop().call_soon(turn.set)
    await turn.wait()


def _reply(response: ModelResponse, style: OutputStyle) -> Reply:
    """Take the answer out of a reply. Nothing in it is ever carried out."""
    details = response.provider_details or {}
    if response.finish_reason == "content_filter" or details.get("refusal"):
        raise failures.Declined("the model refused to answer")
    texts = [part.content for part in response.parts if isinstance(part, TextPart)]
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    text, fields, fault = "\n".join(texts), None, None
    if response.finish_reason == "length":
        fault = "the answer was cut off: it is too long"
    elif style is OutputStyle.PROMPTED:
        text = parsing.unfenced(text)
        fault = "a tool was called that there is not" if calls else None
    elif len(calls) != 1 or calls[0].tool_name != TOOL:
        fault = f"the answer must be one call of {TOOL!r}"
    else:
        text, fields = _arguments(calls[0].args)
    tokens_in, tokens_out = _counts(response.usage.input_tokens, response.usage.output_tokens)
    return Reply(text=text, fields=fields, fault=fault, tokens_in=tokens_in, tokens_out=tokens_out)


def _counts(*tokens: object) -> tuple[int | None, int | None]:
    """Tokens in and out as a provider counted them; None for what cannot be a count."""
    sound = [n for n in tokens if type(n) is int and 0 <= n <= _MOST_TOKENS]
    return (sound[0], sound[1]) if len(sound) == 2 and any(sound) else (None, None)


def _arguments(arguments: object) -> tuple[str, object | None]:
    """The arguments of a call as text, and as fields where the client has read them already."""
    if arguments is None or isinstance(arguments, str):
        return arguments or "", None
    try:
        return json.dumps(arguments, ensure_ascii=False), arguments
    except (TypeError, ValueError, RecursionError):
        return "", arguments


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, outermost first."""
    current: BaseException | None = error
    for _ in range(_DEEPEST):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _retry_after_s(headers: dict[str, str]) -> float | None:
    """Seconds to wait, when a provider says so in seconds; dates are left alone."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None

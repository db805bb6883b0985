"""Scripted models over HTTP, as Chat Completions: the name of the model says which character.

`scripted-sensible`, `scripted-hostile` and so on; the short name alone will do. There is no key.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.question import BaseAnswer, NoAnswer, Purpose, Reading
from bayse_agent.ports.world import Clock
from bayse_agent.simulation.models.malformed import BODIES, TEXTS, UNASKED_CALL, kind_for
from bayse_agent.simulation.models.minds import Sensible
from bayse_agent.simulation.models.prompt import Prompt
from bayse_agent.simulation.models.scripted import MINDS, SLOW_S, mind_named
from bayse_agent.simulation.server.serving import create_server

PREFIX = "scripted-"
BODY_LIMIT = 4_000_000
COSTLY_TOKENS = 2_000_000
_CHARACTERS_PER_TOKEN = 4
_CLAIMS = '"claims"'


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Message(_Wire):
    role: str
    content: str | None = None


class _Function(_Wire):
    name: str
    parameters: dict[str, object] = {}


class _Tool(_Wire):
    function: _Function


class _Asked(_Wire):
    """A request, as far as scripted models look at it."""

    model: str
    messages: tuple[_Message, ...]
    tools: tuple[_Tool, ...] = ()

    def said(self, role: str) -> str:
        return "\n".join(each.content or "" for each in self.messages if each.role == role)

    @property
    def character(self) -> str:
        return self.model.removeprefix(PREFIX)

    def prompt(self) -> Prompt:
        system = self.said("system")
        forms = (
            json.dumps([tool.function.parameters for tool in self.tools]) if self.tools else system
        )
        return Prompt(
            purpose=Purpose.READING if _CLAIMS in forms else Purpose.BASE,
            instructions=system,
            material=self.said("user"),
            about="",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelService:
    """What answers the requests. `seed` is the same for every character."""

    clock: Clock
    seed: int = 0

    async def complete(self, request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return _problem(413, "the request is too large")
        try:
            asked = _Asked.model_validate_json(body)
            return await self._answer(asked)
        except ValidationError:
            return _problem(400, "the request cannot be read")
        except ConfigurationError as error:
            return _problem(404, str(error))

    async def list(self, request: Request) -> Response:
        models = [{"id": f"{PREFIX}{name}", "object": "model"} for name in sorted(MINDS)]
        return JSONResponse({"object": "list", "data": models})

    async def _answer(self, asked: _Asked) -> Response:
        mind, prompt = mind_named(asked.character, seed=self.seed), asked.prompt()
        if asked.character == "slow":
            await self.clock.sleep_until(self.clock.now() + timedelta(seconds=SLOW_S))
        if asked.character == "malformed":
            return self._malformed(asked, prompt)
        made = mind.answer(prompt)
        if isinstance(made, NoAnswer):
            return _reply(asked, {"role": "assistant", "content": None, "refusal": made.detail})
        return _reply(asked, _message(asked, json.dumps(asdict(made))))

    def _malformed(self, asked: _Asked, prompt: Prompt) -> Response:
        kind = kind_for(prompt, self.seed)
        if kind in BODIES:
            return Response(BODIES[kind], media_type="application/json")
        if kind == UNASKED_CALL:
            return _reply(asked, _call("place_order", '{"side": "BUY", "amount": 100000}'))
        made = Sensible(self.seed).answer(prompt)
        good = asdict(made) if isinstance(made, BaseAnswer | Reading) else {}
        return _reply(asked, _message(asked, TEXTS[kind](good)))


def create_model_app(service: ModelService) -> Starlette:
    """The models as an ASGI application."""
    return Starlette(
        routes=[
            Route("/v1/chat/completions", service.complete, methods=["POST"]),
            Route("/v1/models", service.list, methods=["GET"]),
        ]
    )


@asynccontextmanager
async def serving_models(service: ModelService, *, port: int = 0) -> AsyncIterator[str]:
    """The models on a port of this machine, until the context ends; gives the base address."""
    server = create_server(create_model_app(service), host="127.0.0.1", port=port)
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            await server.ready.wait()
            try:
                yield address
            finally:
                server.stop()


async def _read(request: Request) -> bytes | None:
    """The whole body; None as soon as it is too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _message(asked: _Asked, text: str) -> Mapping[str, object]:
    """An answer as a call of the tool that was offered, or as words when there was none."""
    if asked.tools:
        return _call(asked.tools[0].function.name, text)
    return {"role": "assistant", "content": text}


def _call(name: str, arguments: str) -> Mapping[str, object]:
    call = {"id": "call-1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _reply(asked: _Asked, message: Mapping[str, object]) -> Response:
    text = json.dumps(message)
    tokens_in = len(asked.said("system") + asked.said("user")) // _CHARACTERS_PER_TOKEN
    if asked.character == "costly":
        tokens_in = COSTLY_TOKENS
    tokens_out = len(text) // _CHARACTERS_PER_TOKEN
    body = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": asked.model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if "tool_calls" in message else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
    return Response(json.dumps(body), media_type="application/json")


def _problem(status: int, message: str) -> Response:
    error = {"message": message, "type": "invalid_request_error"}
    return JSONResponse({"error": error}, status_code=status)

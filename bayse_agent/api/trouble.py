"""What is answered when something is wrong: a code, a sentence, and the request's number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bayse_agent.api.doors import TooOften
from bayse_agent.domain.errors import (
    BayseAgentError,
    InvalidValue,
    SourceUnavailable,
    StoreUnavailable,
    VenueError,
    VenueNotFound,
    VenueRateLimited,
    VenueRejected,
)


class Problem(BaseModel):
    """Why a request was not done. `code` is for programs, `detail` for people."""

    code: str
    detail: str
    request_id: str


class Unfit(Exception):
    """A request that cannot be done as it is."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


_CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "not_logged_in",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    409: "refused",
    413: "too_large",
    422: "not_valid",
    429: "too_often",
    502: "venue_trouble",
    503: "not_now",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer besides, for the OpenAPI document.

    Written as it stands there: FastAPI would make a field of each status of each route at start.
    """
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _CODES[status], "content": shape} for status in statuses}


def describe_problem(schema: dict[str, Any]) -> None:
    """Put the shape of a problem where the statuses of all routes point to."""
    shapes = schema.setdefault("components", {}).setdefault("schemas", {})
    shapes[Problem.__name__] = Problem.model_json_schema()


ANYWHERE = problems(400, 401, 403, 404, 413, 422, 429, 503)
"""What any route with a right may answer."""


def problem(
    request_id: str,
    status: int,
    detail: str,
    *,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = {
        "code": code or _CODES.get(status, "failed"),
        "detail": detail,
        "request_id": request_id,
    }
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Answer what is raised in routes. Nothing of a trace, and of ours only what may be told."""
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, answer)


def request_id_of(request: Request) -> str:
    return str(request.scope["state"]["request_id"])


_Answer = Callable[[Request, Any], Awaitable[Response]]


async def _unfit(request: Request, error: Unfit) -> Response:
    return problem(request_id_of(request), error.status, error.detail, code=error.code)


async def _http(request: Request, error: HTTPException) -> Response:
    return problem(
        request_id_of(request), error.status_code, str(error.detail), headers=error.headers
    )


async def _not_valid(request: Request, error: RequestValidationError) -> Response:
    told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
    is_json = any(one["type"] == "json_invalid" for one in error.errors())
    return problem(request_id_of(request), 400 if is_json else 422, "; ".join(told)[:500])


async def _too_often(request: Request, error: TooOften) -> Response:
    wait = {"Retry-After": str(int(error.wait_s) + 1)}
    return problem(request_id_of(request), 429, "too many tries: wait a little", headers=wait)


async def _ours(request: Request, error: BayseAgentError) -> Response:
    status, detail = _status_of(error)
    return problem(request_id_of(request), status, detail)


async def _anything(request: Request, _: Exception) -> Response:
    return problem(request_id_of(request), 500, "something went wrong")


def _status_of(error: BayseAgentError) -> tuple[int, str]:
    match error:
        case InvalidValue():
            return 422, str(error)[:300]
        case VenueNotFound():
            return 404, "the venue does not know it"
        case VenueRateLimited():
            return 503, "the venue wants to be asked less often"
        case VenueRejected():
            return 400, f"the venue says no: {str(error)[:200]}"
        case VenueError():
            return 502, "the venue cannot be read now"
        case SourceUnavailable():
            return 502, "the source of news cannot be asked now"
        case StoreUnavailable():
            return 503, "the books cannot be read now"
    return 500, "something went wrong"


_ANSWERS: dict[type[Exception], _Answer] = {
    Unfit: _unfit,
    HTTPException: _http,
    RequestValidationError: _not_valid,
    TooOften: _too_often,
    BayseAgentError: _ours,
    Exception: _anything,
}


def depth_of(body: bytes) -> int:
    """How deep lists and objects stand in one another in a JSON text, sound or not."""
    deepest = depth = 0
    is_text = is_escaped = False
    for byte in body:
        if is_text:
            is_text = is_escaped or byte != ord('"')
            is_escaped = not is_escaped and byte == ord("\\")
        elif byte == ord('"'):
            is_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest

"""Makes the service: the routes, the gate around them, and what runs as long as they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from bayse_agent.adapters.store.reading.earnings import Earnings
from bayse_agent.adapters.store.reading.signals import Remembered
from bayse_agent.api.access import ACCESS, Right
from bayse_agent.api.doors import Doors
from bayse_agent.api.gate import Gate
from bayse_agent.api.headers import ORIGIN_HEADER_NAME
from bayse_agent.api.house import House
from bayse_agent.api.live import Live
from bayse_agent.api.metering import Meter
from bayse_agent.api.offers import Offers
from bayse_agent.api.pages import add_pages, built
from bayse_agent.api.parts import ApiParts
from bayse_agent.api.passwords import Passwords
from bayse_agent.api.proving import Provings
from bayse_agent.api.routes import (
    agent,
    auth,
    books,
    caps,
    charts,
    control,
    decisions,
    evidence,
    factor,
    live,
    logs,
    markets,
    notifications,
    portfolio,
    profit,
    proof,
    service,
    trades,
    using,
    webhook,
)
from bayse_agent.api.tickets import Tickets
from bayse_agent.api.trouble import describe_problem, install
from bayse_agent.domain.errors import StoreUnavailable

TITLE = "bayse-agent"
_PAUSE_S = 0.1
_ROUTERS = (
    auth.router,
    factor.router,
    markets.router,
    portfolio.router,
    trades.router,
    agent.router,
    webhook.router,
    decisions.router,
    charts.router,
    books.router,
    profit.router,
    control.router,
    service.router,
    live.router,
    using.router,
    proof.router,
    caps.router,
    evidence.router,
    notifications.router,
    logs.router,
)


def create_app(parts: ApiParts, *, passwords: Passwords | None = None) -> ASGIApp:
    """The service as an ASGI application."""
    house = House(
        parts=parts,
        doors=Doors(parts, passwords or Passwords()),
        meter=Meter(),
        live=Live(parts),
        tickets=Tickets(parts.timer),
        remembered=Remembered(),
        earnings=Earnings(parts.currency),
        provings=Provings(parts),
        offers=Offers(parts),
    )
    app = _application(parts.version, house)
    if parts.web.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(parts.web.origins),
            allow_credentials=True,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                ORIGIN_HEADER_NAME,
            ],
            max_age=600,
        )
    return Gate(app, parts=parts, doors=house.doors, meter=house.meter)


def document(version: str) -> dict[str, Any]:
    """The OpenAPI document, made without a service at work."""
    return _application(version, None).openapi()


def _application(version: str, house: House | None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        assert house is not None
        house.parts.store.heed(house.live.wake)
        tasks = [asyncio.create_task(_read_on(house)), asyncio.create_task(_add_up(house))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title=TITLE,
        version=version,
        description="The agent's books, its markets, and what a person may ask of it.",
        # The description is behind a login like everything else: see routes/service.py.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=_operation,
    )
    install(app)
    for router in _ROUTERS:
        app.include_router(router)
    add_pages(app, built())
    app.state.house = house
    _describe(app)
    return app


async def _read_on(house: House) -> None:
    """Read on in the journal, whatever becomes of single reads."""
    await house.live.run()


async def _add_up(house: House) -> None:
    """Add the books up beforehand, so that the first who asks need not wait for it; with pauses, as
    there are others at work in this process.
    """
    with suppress(StoreUnavailable):
        while await house.earnings.go_on(house.parts.reader):
            await house.parts.timer.sleep_s(_PAUSE_S)


def _operation(route: APIRoute) -> str:
    """A name for programs: the method and the words of the path."""
    words = route.path_format.strip("/").replace("{", "").replace("}", "")
    method = sorted(route.methods or ())[0].lower()
    return "_".join([method, *words.replace("-", "_").replace(".", "_").split("/")])


def _describe(app: FastAPI) -> None:
    """Tell in the OpenAPI document who may call what, from the one table."""
    made = app.openapi

    def told() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            describe_problem(schema)
            schema.setdefault("components", {})["securitySchemes"] = {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-bayse_access"},
            }
            for path, methods in schema["paths"].items():
                for method, operation in methods.items():
                    _secure(operation, f"{method.upper()} {path}")
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = told  # type: ignore[method-assign]


def _secure(operation: dict[str, Any], key: str) -> None:
    rule = ACCESS[key]
    operation["x-right"] = rule.right.value
    operation["x-steps-up"] = rule.steps_up
    _tell_of_tables(operation)
    if rule.right in (Right.PUBLIC, Right.BELL):
        operation["security"] = []
    else:
        operation["security"] = [{"bearer": []}, {"cookie": []}]


def _tell_of_tables(operation: dict[str, Any]) -> None:
    """What can be had as a table is told to be one as well."""
    if any(one["name"] == "format" for one in operation.get("parameters", ())):
        content = operation["responses"]["200"]["content"]
        content["text/csv"] = {"schema": {"type": "string"}}

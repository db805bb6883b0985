"""What the service counts of itself, for Prometheus."""

from __future__ import annotations

import hmac

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import Headers
from starlette.types import Scope

_LOOPBACK = ("127.0.0.1", "::1")
_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Meter:
    """Counters of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "bayse_api_requests",
            "Requests by route and status",
            ("route", "status"),
            registry=self.registry,
        )
        self._took = Histogram(
            "bayse_api_request_seconds",
            "How long requests took",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._gauges: dict[str, Gauge] = {}

    def served(self, route: str, status: int, took_s: float) -> None:
        self._requests.labels(route, str(status)).inc()
        self._took.labels(route).observe(took_s)

    def show(self, name: str, meaning: str, value: float) -> None:
        """Set a figure that is asked for at the moment of reading."""
        gauge = self._gauges.get(name)
        if gauge is None:
            gauge = self._gauges[name] = Gauge(name, meaning, registry=self.registry)
        gauge.set(value)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def may_read(self, scope: Scope, token: str | None) -> bool:
        """Whether somebody has the token for this, or, where none is set, sits at this computer."""
        if token is None:
            client = scope.get("client")
            is_passed_on = "x-forwarded-for" in Headers(scope=scope)
            return client is not None and client[0] in _LOOPBACK and not is_passed_on
        said = Headers(scope=scope).get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())

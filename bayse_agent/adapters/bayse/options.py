"""The limits of the client: every wait, retry, size and rate, with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.adapters.bayse.wire.writing import SellUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """Sensible for the real venue. Its published limits are 30 reads and 20 writes a second."""

    connect_timeout_s: float = 5.0
    reply_timeout_s: float = 15.0
    """Between two pieces of a reply."""
    request_timeout_s: float = 30.0
    """For the whole exchange, however slowly it trickles."""
    body_max_bytes: int = 16 * 1024 * 1024
    connections_max: int = 20
    keepalive_s: float = 2.0
    """Idle connections are closed by us well before the venue does: a request that crosses its
    hang-up leaves a doubt behind."""
    attempts_max: int = 4
    """Tries of what may be tried again: reads, single cancels, batches known not to be taken."""
    backoff_first_s: float = 0.25
    backoff_max_s: float = 8.0
    retry_after_max_s: float = 60.0
    """The venue may ask for longer: nobody waits more than this."""
    reads_per_s: int = 25
    writes_per_s: int = 15
    writes_kept_for_cancels: int = 3
    skew_max_s: float = 3600.0
    """A reply's date further off than this is not believed."""
    books_per_request_max: int = 25
    pages_max: int = 200
    sell_unit: SellUnit = SellUnit.SHARES
    proxy_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """Limits of a websocket. The venue takes 10 messages a second and pings every 54 s."""

    open_timeout_s: float = 10.0
    close_timeout_s: float = 2.0
    receive_timeout_s: float = 70.0
    ping_every_s: float = 25.0
    resync_timeout_s: float = 60.0
    backoff_first_s: float = 1.0
    backoff_max_s: float = 30.0
    stable_after_s: float = 60.0
    """A connection that held this long starts the back-off afresh."""
    messages_per_s: int = 8
    frame_max_bytes: int = 1024 * 1024
    queue_max: int = 10_000
    source_ahead_max_s: float = 5.0
    """A source time further in the future than this is not believed."""
    proxy_url: str | None = None

"""Sets up the program's log: what goes to stderr and in which form, and what is kept for pages."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

from bayse_agent.adapters.logbook import Logbook, Quiet
from bayse_agent.adapters.redaction import redacted
from bayse_agent.settings import Settings
from bayse_agent.settings.logs import LogFormat, LogLevel

_RENDERERS: dict[LogFormat, Processor] = {
    LogFormat.JSON: structlog.processors.JSONRenderer(),
    LogFormat.TEXT: structlog.processors.KeyValueRenderer(
        key_order=["timestamp", "level", "event"]
    ),
}


def log_to_stderr(
    settings: Settings, *, form: LogFormat, least: LogLevel, logbook: Logbook | None = None
) -> None:
    """Log in that form and from that level on, where the settings say nothing else.

    `logbook` keeps every line from info on, whatever goes to stderr.
    """
    kept: list[Processor] = [] if logbook is None else [logbook]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redacted,
            *kept,
            Quiet((settings.log_level or least).severity),
            _RENDERERS[settings.log_format or form],
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(mode=settings.mode.value)

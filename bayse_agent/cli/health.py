"""`bayse-agent health`: whether a running service is ready, for whoever watches over it."""

from __future__ import annotations

from typing import Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.domain.errors import InvalidValue

_PATH = "/health/ready"
_PATIENCE_S = 4.0


def health(
    url: Annotated[str, typer.Option(help="Where the service listens.")] = "http://127.0.0.1:8000",
) -> int:
    """Ask a running service whether it is ready. Exit code 1 when it is not, or not there."""
    # Slow to import.
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    if not url.startswith(("http://", "https://")):
        raise InvalidValue(f"--url must begin with http:// or https://, not {url!r}")
    try:
        with urlopen(f"{url.rstrip('/')}{_PATH}", timeout=_PATIENCE_S):
            print("ready")
            return codes.DONE
    except HTTPError as error:
        print(f"not ready: HTTP {error.code}")
    except (URLError, OSError) as error:
        print(f"not there: {getattr(error, 'reason', error)}")
    return codes.FAILED

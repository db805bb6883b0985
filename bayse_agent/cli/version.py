"""`bayse-agent version`: which program this is, and which books it needs."""

from __future__ import annotations

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson


def version(is_json: AsJson = False) -> int:
    """Say the version."""
    if not is_json:
        print(f"bayse-agent {installed()}")
        return codes.DONE
    import json
    import platform

    told = {"version": installed(), "python": platform.python_version()}
    print(json.dumps({**told, "platform": platform.platform()}))
    return codes.DONE


def installed() -> str:
    from importlib import metadata

    return metadata.version("bayse-agent")

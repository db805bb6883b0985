"""Asks the trader for something: writes the wish down, wakes it, and waits a little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from bayse_agent.adapters.store.reading.desk import command as command_query
from bayse_agent.adapters.store.reading.views import CommandView
from bayse_agent.api.caller import Caller
from bayse_agent.api.parts import ApiParts
from bayse_agent.api.tokens import new_id
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.order import intent_id

_LOOK_EVERY_S = 0.05
_STATUS = {
    CommandStatus.DONE.value: 200,
    CommandStatus.PENDING.value: 202,
    CommandStatus.REFUSED.value: 409,
    CommandStatus.FAILED.value: 502,
}
ASKED: dict[int | str, dict[str, Any]] = {
    **ANYWHERE,
    **problems(502),
    202: {"model": CommandView, "description": "not answered yet: look at its address"},
    409: {"model": CommandView, "description": "refused; the reason is in the result"},
    502: {"model": CommandView, "description": "failed; the reason is in the result"},
}
"""What a route that asks the trader may answer besides 200."""


async def ask(
    parts: ApiParts,
    caller: Caller,
    kind: CommandKind,
    arguments: Mapping[str, str],
    *,
    key: str | None = None,
) -> CommandView:
    """The command as it stands after at most ten seconds.

    `key`: the caller's own name for this wish; asked again under it, it is the same command.
    Raises Unfit for a key of another wish: the answer to that one would be taken for this one's.
    """
    name = intent_id("api", caller.owner, kind, key if key is not None else new_id())
    kept = await parts.store.add_command(
        Command(id=name, kind=kind, by=caller.name, at=parts.clock.now(), arguments=dict(arguments))
    )
    if dict(kept.arguments) != dict(arguments):
        raise Unfit(
            422, "key_used", "this Idempotency-Key was given to another wish: make a new one"
        )
    parts.wake()
    ends_s = parts.timer.monotonic_s() + parts.web.answer_within_s
    while True:
        found = await parts.reader.ask(command_query(name))
        assert found is not None
        is_late = parts.timer.monotonic_s() >= ends_s
        if found.status != CommandStatus.PENDING.value or is_late:
            return found
        await parts.timer.sleep_s(_LOOK_EVERY_S)


def answered(response: Response, command: CommandView) -> CommandView:
    """Set the status that tells how it ended."""
    response.status_code = _STATUS[command.status]
    if response.status_code == 202:
        response.headers["Location"] = f"/commands/{command.id}"
    return command


def done_or_unfit(command: CommandView) -> CommandView:
    """For routes of the original's shape: anything but done is a problem."""
    if command.status == CommandStatus.DONE.value:
        return command
    if command.status == CommandStatus.PENDING.value:
        raise Unfit(503, "no_answer", f"written down as command {command.id}; no answer yet")
    reason = command.result.get("reason", "refused")
    raise Unfit(409 if command.status == CommandStatus.REFUSED.value else 502, "refused", reason)

"""The desk of the books: what people and guards decide, and what waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bayse_agent.adapters.store import audit, guards, tables
from bayse_agent.adapters.store.desk_rows import (
    command_of,
    command_values,
    control_values,
    signal_of,
    signal_values,
)
from bayse_agent.adapters.store.rows import as_text
from bayse_agent.adapters.store.session import Session
from bayse_agent.domain.command import Command, CommandStatus
from bayse_agent.domain.control import Control
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.risk import Limits, limits_text
from bayse_agent.domain.signal import Signal, SignalStatus

_commands, _deposits, _signals = tables.commands, tables.deposits, tables.signals
_PENDING_COMMANDS = (
    select(_commands)
    .where(_commands.c.status == CommandStatus.PENDING.value)
    .order_by(_commands.c.number)
)
_IS_ONE_PENDING = "SELECT 1 FROM commands WHERE status = 'PENDING' LIMIT 1"


class Desk(Session):
    """Trading state, commands, limits and signals."""

    async def control(self) -> Control:
        return (await self._now()).control

    async def set_control(self, change: Control) -> None:
        async with self._changing() as standing:
            if change.epoch != standing.control.epoch + 1:
                raise BrokenInvariant(
                    f"change {change.epoch} of the trading state after {standing.control.epoch}"
                )
            values = control_values(change)
            await self._enter(tables.control, "control", values, change.at)
            standing.control = change

    async def add_command(self, command: Command) -> Command:
        def write(connection: Connection) -> Command:
            guards.wait_for_turn(connection)
            known = _command(connection, command.id)
            if known is not None:
                return known
            values = command_values(command)
            connection.execute(insert(_commands), values)
            mode = guards.mode(connection) or ""
            audit.append(connection, mode, [audit.note("command", values, command.at)])
            return command

        return await self._commit(write)

    async def pending_commands(self) -> tuple[Command, ...]:
        def read(connection: Connection) -> tuple[Command, ...]:
            # It is asked between any two acts, and most of the time there is none.
            if connection.exec_driver_sql(_IS_ONE_PENDING).first() is None:
                return ()
            return tuple(command_of(row) for row in connection.execute(_PENDING_COMMANDS))

        return await self._database.read(read)

    async def command(self, command_id: str) -> Command | None:
        return await self._database.read(lambda connection: _command(connection, command_id))

    async def finish_command(
        self, command_id: str, *, status: CommandStatus, result: Mapping[str, str], at: datetime
    ) -> None:
        values = {"status": status.value, "result": as_text(result), "finished_at": at}
        change = (
            update(_commands)
            .where(_commands.c.id == command_id)
            .where(_commands.c.status == CommandStatus.PENDING.value)
            .values(values)
        )

        end = audit.note("command_end", {"id": command_id, **values}, at)

        def write(connection: Connection, mode: str) -> None:
            if status is CommandStatus.PENDING or connection.execute(change).rowcount != 1:
                raise BrokenInvariant(f"no command {command_id!r} waits for an end")
            audit.append(connection, mode, [end])

        async with self._changing() as standing:
            mode = standing.mode or ""
            await self._write(lambda connection: write(connection, mode))

    async def has_deposit(self, deposit_id: str) -> bool:
        query = select(_deposits.c.id).where(_deposits.c.id == deposit_id)
        return await self._database.read(lambda c: c.execute(query).first() is not None)

    async def limits(self) -> Limits:
        return (await self._now()).limits

    async def limits_version(self) -> int:
        return (await self._now()).limits_version

    async def set_limits(self, limits: Limits, *, by: str, reason: str, at: datetime) -> int:
        async with self._changing() as standing:
            version = standing.limits_version + 1
            values = {
                "version": version,
                "body": as_text(limits_text(limits)),
                "made_by": by,
                "reason": reason,
                "at": at,
            }
            await self._enter(tables.limits, "limits", values, at)
            standing.limits, standing.limits_version = limits, version
            return version

    async def add_signal(self, signal: Signal) -> Signal:
        async with self._changing() as standing:
            mode = standing.mode or ""

            def write(connection: Connection) -> Signal:
                known = connection.execute(select(_signals).where(_signals.c.id == signal.id))
                row = known.first()
                if row is not None:
                    return signal_of(row)
                values = signal_values(signal, mode)
                connection.execute(insert(_signals), values)
                audit.append(connection, mode, [audit.note("signal", values, signal.made_at)])
                return signal

            kept = await self._write(write)
            if kept.status is SignalStatus.PENDING:
                standing.waiting[kept.id] = kept
            return kept

    async def signal(self, signal_id: str) -> Signal | None:
        query = select(_signals).where(_signals.c.id == signal_id)

        def read(connection: Connection) -> Signal | None:
            row = connection.execute(query).first()
            return None if row is None else signal_of(row)

        return await self._database.read(read)

    async def signals(self, status: SignalStatus | None = None) -> tuple[Signal, ...]:
        if status is SignalStatus.PENDING and self._lease is not None:
            return tuple((await self._now()).waiting.values())
        query = select(_signals).order_by(_signals.c.number)
        if status is not None:
            query = query.where(_signals.c.status == status.value)

        def read(connection: Connection) -> tuple[Signal, ...]:
            return tuple(signal_of(row) for row in connection.execute(query))

        return await self._database.read(read)

    async def end_signal(
        self, signal_id: str, *, status: SignalStatus, by: str, note: str, at: datetime
    ) -> None:
        values = {"status": status.value, "decided_by": by, "decided_at": at, "note": note}
        change = (
            update(_signals)
            .where(_signals.c.id == signal_id)
            .where(_signals.c.status == SignalStatus.PENDING.value)
            .values(values)
        )

        end = audit.note("signal_end", {"id": signal_id, **values}, at)

        def write(connection: Connection, mode: str) -> None:
            if status is SignalStatus.PENDING or connection.execute(change).rowcount != 1:
                raise BrokenInvariant(f"no signal {signal_id!r} is pending")
            audit.append(connection, mode, [end])

        async with self._changing() as standing:
            mode = standing.mode or ""
            await self._write(lambda connection: write(connection, mode))
            standing.waiting.pop(signal_id, None)


def _command(connection: Connection, command_id: str) -> Command | None:
    row = connection.execute(select(_commands).where(_commands.c.id == command_id)).first()
    return None if row is None else command_of(row)

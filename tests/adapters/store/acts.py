"""What tests do with the books again and again."""

from __future__ import annotations

from sqlalchemy import Connection

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.journal import IntentChange, Run
from bayse_agent.domain.order import Intent, IntentStatus
from tests.builders import (
    NOON,
    a_fill,
    a_forecast,
    a_look,
    a_result,
    a_sealed_order,
    a_venue_order,
    an_intent,
)


async def plan(store: SqlStore) -> Intent:
    """Write an intent down, with the look and the forecast behind it."""
    intent = an_intent()
    await store.add_intent(intent, sealed=a_sealed_order(), look=a_look(forecast=a_forecast()))
    return intent


def filled(intent: Intent) -> IntentChange:
    return IntentChange(
        intent_id=intent.id,
        status=IntentStatus.FILLED,
        proof="order-1 is filled",
        at=NOON,
        order=a_venue_order(intent),
        fills=(a_fill(intent),),
    )


async def buy(store: SqlStore) -> Intent:
    intent = await plan(store)
    await store.change_intent(filled(intent))
    return intent


async def live_through_everything(store: SqlStore) -> None:
    """A run with one of everything that is audited."""
    await store.begin_run(Run(id="run-1", mode="demo", started_at=NOON, options={"seed": "7"}))
    await store.set_limits(await store.limits(), by="tester", reason="as they are", at=NOON)
    await store.add_command(Command(id="c-1", kind=CommandKind.ANALYZE, by="tester", at=NOON))
    await store.finish_command("c-1", status=CommandStatus.DONE, result={"a": "b"}, at=NOON)
    await buy(store)
    await store.end_markets([a_result()])


async def tamper(url: str, *statements: str) -> None:
    """Change the books as somebody would who knows how to get past their barriers."""

    def change(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(names).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)

    database = connect(url)
    await database.run_schema(change)
    await database.close()

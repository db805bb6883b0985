"""What models were asked and answered, by content, so that nothing is paid for twice."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from bayse_agent.adapters.store.database import Database
from bayse_agent.adapters.store.mind_tables import answers
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.ports.mind import KeptAnswer


class SqlAnswers:
    """Prompts and answers in a database. It needs no lease."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self, prompt_id: str) -> KeptAnswer | None:
        def read(connection: Connection) -> KeptAnswer | None:
            query = select(answers).where(answers.c.prompt_id == prompt_id)
            row = connection.execute(query).first()
            if row is None:
                return None
            return KeptAnswer(
                prompt_id=row.prompt_id,
                answer_id=row.answer_id,
                model=row.model,
                prompt=row.prompt,
                answer=row.answer,
                at=row.at,
            )

        return await self._database.read(read)

    async def keep(self, answer: KeptAnswer) -> None:
        values = {
            "prompt_id": answer.prompt_id,
            "answer_id": answer.answer_id,
            "model": answer.model,
            "prompt": answer.prompt,
            "answer": answer.answer,
            "at": answer.at,
        }
        known = select(answers.c.prompt_id).where(answers.c.prompt_id == answer.prompt_id)

        def write(connection: Connection) -> None:
            if connection.execute(known).first() is None:
                connection.execute(insert(answers).values(values))

        try:
            await self._database.run_relaxed(write)
        except BrokenInvariant:
            # Another process kept one in the same moment: the first one stays.
            if await self.kept(answer.prompt_id) is None:
                raise
